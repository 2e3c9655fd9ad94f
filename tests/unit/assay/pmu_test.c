// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "assay/pmu.h"
#include "unit/assay/assert_double.h"

#define COUNT_OF(array_) (sizeof(array_) / sizeof((array_)[0]))

static void a_group_is_read_in_the_order_of_the_metrics(void **state)
{
    (void)state;
    static const uint64_t words[] = {4, 1000, 1000, 11, 22, 33, 44};
    struct assay_measured measured = {0};
    assert_true(assay_pmu_read_words(words, COUNT_OF(words), &measured));
    assert_double_is(assay_measured_get(&measured, ASSAY_METRIC_PMU_INSTRUCTIONS), 11);
    assert_double_is(assay_measured_get(&measured, ASSAY_METRIC_PMU_CYCLES), 22);
    assert_double_is(assay_measured_get(&measured, ASSAY_METRIC_PMU_BRANCH_MISSES), 33);
    assert_double_is(assay_measured_get(&measured, ASSAY_METRIC_PMU_CACHE_MISSES), 44);
}

static void a_group_that_took_turns_is_scaled(void **state)
{
    (void)state;
    static const uint64_t words[] = {2, 1000, 250, 11, 22};
    struct assay_measured measured = {0};
    assert_true(assay_pmu_read_words(words, COUNT_OF(words), &measured));
    assert_double_is(assay_measured_get(&measured, ASSAY_METRIC_PMU_INSTRUCTIONS), 44);
    assert_double_is(assay_measured_get(&measured, ASSAY_METRIC_PMU_CYCLES), 88);
    assert_double_is(assay_measured_get(&measured, ASSAY_METRIC_PMU_BRANCH_MISSES), NAN);
}

static void what_is_no_group_is_refused(void **state)
{
    (void)state;
    static const struct {
        uint64_t words[8];
        size_t count;
    } cases[] = {
        {{0}, 0},           {{1, 5}, 2},           {{0, 5, 5}, 3},
        {{2, 5, 5, 1}, 4},  {{5, 5, 5, 1, 1, 1, 1, 1}, 8}, {{1, 5, 0, 1}, 4}, /* it never ran */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct assay_measured measured = {0};
        assert_false(assay_pmu_read_words(cases[i].words, cases[i].count, &measured));
        assert_int_equal(measured.known, 0);
    }
}

/* With counters they count; without, there is a reason. */
static void a_machine_without_counters_says_so(void **state)
{
    (void)state;
    const char *reason = NULL;
    struct assay_measured measured = {0};
    int group = assay_pmu_open(&reason);
    if (group < 0) {
        assert_non_null(reason);
        return;
    }
    assay_pmu_start(group);
    for (volatile int i = 0; i < 1000; i++) {
    }
    if (assay_pmu_stop(group, &measured)) {
        assert_true(assay_measured_get(&measured, ASSAY_METRIC_PMU_INSTRUCTIONS) > 1000);
    }
    (void)close(group);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_is_read_in_the_order_of_the_metrics),
        cmocka_unit_test(a_group_that_took_turns_is_scaled),
        cmocka_unit_test(what_is_no_group_is_refused),
        cmocka_unit_test(a_machine_without_counters_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
