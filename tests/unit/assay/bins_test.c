// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "alloc_fault.h"
#include "assay/bins.h"
#include "base/random.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct assay_bins bins_of(const double *samples, size_t n)
{
    struct assay_bins bins;
    assert_int_equal(assay_bins_make(samples, n, &bins), ASSAY_OK);
    assert_in_range(bins.count, 1, ASSAY_MAX_BINS);
    uint64_t total = bins.beyond;
    for (size_t i = 0; i < bins.count; i++) {
        assert_true(bins.edges[i] <= bins.edges[i + 1]);
        total += bins.counts[i];
    }
    assert_int_equal(total, n);
    return bins;
}

static void one_sample_and_equal_samples_have_one_bin(void **state)
{
    (void)state;
    static const double equal[] = {3e-9, 3e-9, 3e-9};
    for (size_t n = 1; n <= COUNT_OF(equal); n++) {
        struct assay_bins bins = bins_of(equal, n);
        assert_int_equal(bins.count, 1);
        assert_int_equal(bins.counts[0], n);
        assert_int_equal(bins.beyond, 0);
        assert_true(bins.edges[0] == 3e-9 && bins.edges[1] == 3e-9 && bins.max == 3e-9);
    }
    static const double zero[] = {0, 0};
    assert_int_equal(bins_of(zero, 2).counts[0], 2);
}

/* iqr 50 of 0 .. 99, so 2 * 50 / 100^(1/3) = 21.5 wide: 4.6, and the least is 5. */
static void has_the_width_of_freedman_and_diaconis(void **state)
{
    (void)state;
    double samples[1000];
    for (size_t i = 0; i < 1000; i++) {
        samples[i] = (double)(999 - i);
    }
    struct assay_bins bins = bins_of(samples + 900, 100);
    assert_int_equal(bins.count, 5);
    /* 19.8 wide: 0..19, 20..39, 40..59, 60..79, 80..99 */
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(bins.counts[i], 20);
    }
    bins = bins_of(samples, 1000); /* 2 * 500 / 10 = 100 wide */
    assert_int_equal(bins.count, 10);
    assert_true(bins.edges[0] == 0 && bins.edges[10] == 999);
    assert_false(bins.is_log);
}

static void a_far_outlier_does_not_squeeze_the_rest(void **state)
{
    (void)state;
    double samples[50];
    for (size_t i = 0; i < 50; i++) {
        samples[i] = 1 + (double)i / 100;
    }
    samples[7] = 1e9;
    samples[30] = 1e3;
    struct assay_bins bins = bins_of(samples, 50);
    assert_int_equal(bins.beyond, 2);
    assert_true(bins.max == 1e9);
    assert_true(bins.edges[bins.count] == 1.49);
    assert_false(bins.is_log);
    /* Three of 50 are more than a twentieth: they are no tail, and all are on a scale of ratios. */
    samples[31] = 1e3;
    bins = bins_of(samples, 50);
    assert_int_equal(bins.beyond, 0);
    assert_true(bins.is_log);
    assert_int_equal(bins.count, ASSAY_MAX_BINS);
    assert_true(bins.edges[ASSAY_MAX_BINS] == 1e9);
    assert_true(fabs(bins.edges[8] / sqrt(1e9) - 1) < 1e-9);
    assert_int_equal(bins.counts[0], 47);
}

static void of_a_long_tail_the_last_hundredth_is_beyond(void **state)
{
    (void)state;
    double samples[1000];
    for (size_t i = 0; i < 1000; i++) {
        samples[i] = i < 900 ? 100 + (double)(i % 10) / 10 : 100 + (double)(i - 899);
    }
    struct assay_bins bins = bins_of(samples, 1000);
    assert_int_equal(bins.beyond, 10);
    assert_true(bins.edges[bins.count] == 190);
    assert_true(bins.max == 200);
}

static void nearly_all_equal_leaves_the_rest_beyond(void **state)
{
    (void)state;
    double samples[100];
    for (size_t i = 0; i < 100; i++) {
        samples[i] = i == 50 ? 7 : 5;
    }
    struct assay_bins bins = bins_of(samples, 100);
    assert_int_equal(bins.count, 1);
    assert_int_equal(bins.counts[0], 99);
    assert_int_equal(bins.beyond, 1);
    assert_true(bins.max == 7);
}

static void neighbouring_numbers_are_counted_too(void **state)
{
    (void)state;
    const double samples[] = {1e-9, nextafter(1e-9, 1), nextafter(1e-9, 1)};
    assert_int_equal(bins_of(samples, 3).beyond, 0);
    const double zero_and_more[] = {0, 1e-9, 5e-9}; /* no ratio to zero */
    assert_false(bins_of(zero_and_more, 3).is_log);
}

static void finds_the_bin_of_each_sample(void **state)
{
    (void)state;
    uint64_t random = 7;
    for (int round = 0; round < 200; round++) {
        double samples[64];
        size_t n = 1 + (size_t)base_random_below(&random, COUNT_OF(samples));
        for (size_t i = 0; i < n; i++) {
            samples[i] = exp((double)base_random_below(&random, 1000) / (round % 2 == 0 ? 100 : 10000));
        }
        struct assay_bins bins = bins_of(samples, n);
        for (size_t i = 0; i < n; i++) {
            size_t at = assay_bins_find(&bins, samples[i]);
            assert_true(at == bins.count ? samples[i] > bins.edges[at]
                                         : bins.edges[at] <= samples[i] && samples[i] <= bins.edges[at + 1]);
            assert_true(at == bins.count ? bins.beyond > 0 : bins.counts[at] > 0);
        }
    }
}

static void without_memory_says_so(void **state)
{
    (void)state;
    struct assay_bins bins;
    alloc_fault_after(1);
    enum assay_status status = assay_bins_make((const double[]){1, 2}, 2, &bins);
    alloc_fault_after(0);
    assert_int_equal(status, ASSAY_NO_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_sample_and_equal_samples_have_one_bin),
        cmocka_unit_test(has_the_width_of_freedman_and_diaconis),
        cmocka_unit_test(a_far_outlier_does_not_squeeze_the_rest),
        cmocka_unit_test(of_a_long_tail_the_last_hundredth_is_beyond),
        cmocka_unit_test(nearly_all_equal_leaves_the_rest_beyond),
        cmocka_unit_test(neighbouring_numbers_are_counted_too),
        cmocka_unit_test(finds_the_bin_of_each_sample),
        cmocka_unit_test(without_memory_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
