// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "assay/reference.h"
#include "unit/assay/assert_double.h"

#define COUNT_OF(array_) (sizeof(array_) / sizeof((array_)[0]))

/* No clock of a core is slower than 100 MHz or faster than 20 GHz. */
static void a_reading_is_of_a_cycle_or_there_is_none(void **state)
{
    (void)state;
    struct assay_reference reading = {.cycle_ns = 77};
    if (!assay_reference_read(&reading)) {
        assert_double_is(reading.cycle_ns, 77);
        return;
    }
    assert_true(reading.cycle_ns > 0.05 && reading.cycle_ns < 10 * 1000); /* preempted, at the worst */
    assert_true(reading.disagreement >= 0);
}

static void a_batch_is_paced_by_the_mean_of_its_neighbours(void **state)
{
    (void)state;
    static const struct assay_reference before = {.cycle_ns = 0.25, .disagreement = 0.001},
                                        after = {.cycle_ns = 0.35, .disagreement = 0.0005};
    struct assay_paced paced = assay_reference_pace(&before, &after, 3000, 100);
    assert_double_near(paced.cycles, 100, 1e-12);
    assert_double_is(paced.disagreement, 0.001);
}

static void disturbed_batches_do_not_count(void **state)
{
    (void)state;
    struct assay_paced paced[40];
    for (size_t i = 0; i < COUNT_OF(paced); i++) {
        bool is_good = i % 2 == 0;
        paced[i] =
            (struct assay_paced){.cycles = is_good ? 10 + (double)(i % 4) : 99, .disagreement = is_good ? 0.0005 : 0.5};
    }
    assert_double_is(assay_reference_cycles(paced, COUNT_OF(paced), 1e5), 10);
}

static void of_short_batches_the_median_counts_and_of_long_ones_the_quartile(void **state)
{
    (void)state;
    struct assay_paced paced[11];
    for (size_t i = 0; i < COUNT_OF(paced); i++) {
        /* The first five agree best; they are kept. */
        paced[i] = (struct assay_paced){.cycles = (double)(100 - i), .disagreement = i < 5 ? 0.001 : 0.1};
    }
    assert_double_is(assay_reference_cycles(paced, COUNT_OF(paced), 3e5), 98);
    assert_double_is(assay_reference_cycles(paced, COUNT_OF(paced), 3.1e5), 97);
}

static void few_batches_all_count(void **state)
{
    (void)state;
    struct assay_paced paced[] = {{7, 0.9}, {5, 0.1}, {6, 0.2}};
    assert_double_is(assay_reference_cycles(paced, 3, 1), 6);
    struct assay_paced one = {4, 0.5};
    assert_double_is(assay_reference_cycles(&one, 1, 1), 4);
    assert_double_is(assay_reference_cycles(NULL, 0, 1), NAN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reading_is_of_a_cycle_or_there_is_none),
        cmocka_unit_test(a_batch_is_paced_by_the_mean_of_its_neighbours),
        cmocka_unit_test(disturbed_batches_do_not_count),
        cmocka_unit_test(of_short_batches_the_median_counts_and_of_long_ones_the_quartile),
        cmocka_unit_test(few_batches_all_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
