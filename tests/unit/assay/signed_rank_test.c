// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "assay/signed_rank.h"
#include "base/random.h"
#include "unit/assay/assert_double.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* SciPy 1.17: from scipy.stats._wilcoxon import WilcoxonDistribution;
 * d, k = WilcoxonDistribution(n), 0; while d.cdf(k) <= error: k += 1; print(k) */
static void critical_sums_are_those_of_scipy(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        double error;
        size_t wanted, off_by; /* the series may be off by so much */
    } cases[] = {
        {5, 0.05, 1, 0},        {8, 0.0039, 0, 0},      {8, 0.0040, 1, 0},      {10, 0.025, 9, 0},
        {12, 0.00025, 1, 0},    {12, 0.0005, 2, 0},     {20, 0.0004, 21, 0},    {25, 0.025, 90, 0},
        {50, 0.001, 324, 0},    {100, 0.0004, 1562, 0}, {101, 0.0004, 1598, 1}, {150, 0.001, 4026, 1},
        {256, 0.0004, 12491, 2}, {256, 1e-6, 10876, 6}, {400, 0.025, 35567, 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t got = assay_signed_rank_critical(cases[i].count, cases[i].error);
        print_message("%zu numbers, %g: %zu\n", cases[i].count, cases[i].error, got);
        assert_in_range(got, cases[i].wanted - cases[i].off_by, cases[i].wanted + cases[i].off_by);
    }
}

/* Depression scores, Hollander and Wolfe 1999, table 3.1.  R: wilcox.test(x, y, paired = TRUE, conf.int =
 * TRUE); the bounds are the sixth of the 45 means from either end, for qsignrank(0.025, 9) is 6. */
static void middle_and_bounds_are_those_of_r(void **state)
{
    (void)state;
    static const double x[] = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    static const double y[] = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    double differences[9];
    for (size_t i = 0; i < 9; i++) {
        differences[i] = x[i] - y[i];
    }
    struct assay_signed_rank found = assay_signed_rank_of(differences, 9, 0.025);
    assert_double_near(found.middle, 0.46, 1e-12);
    assert_double_near(found.lower, 0.01, 1e-12);
    assert_double_near(found.upper, 0.786, 1e-12);
}

static int compare_numbers(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double uniform(uint64_t *random)
{
    return (double)(base_random_next(random) >> 11) / 9007199254740992.0;
}

static void bounds_are_means_of_pairs_for_any_numbers(void **state)
{
    (void)state;
    static double pairs[60 * 61 / 2];
    uint64_t random = 5;
    for (size_t count = 1; count <= 60; count++) {
        double values[60];
        size_t pair_count = 0;
        for (size_t i = 0; i < count; i++) {
            values[i] = count % 3 == 0 ? floor(uniform(&random) * 5) - 2 : log(uniform(&random)) + 1; /* ties, too */
        }
        for (size_t i = 0; i < count; i++) {
            for (size_t j = i; j < count; j++) {
                pairs[pair_count++] = values[i] / 2 + values[j] / 2;
            }
        }
        qsort(pairs, pair_count, sizeof(*pairs), compare_numbers);
        size_t k = assay_signed_rank_critical(count, 0.01);
        struct assay_signed_rank found = assay_signed_rank_of(values, count, 0.01);
        assert_double_is(found.middle, pairs[(pair_count - 1) / 2] / 2 + pairs[pair_count / 2] / 2);
        assert_double_is(found.lower, k > 0 ? pairs[k - 1] : -INFINITY);
        assert_double_is(found.upper, k > 0 ? pairs[pair_count - k] : INFINITY);
    }
}

/* Each bound is beyond the true middle in at most 5 %, whatever the shape, as long as it has two like sides. */
static void bounds_miss_as_seldom_as_they_promise(void **state)
{
    (void)state;
    uint64_t random = 11;
    for (int shape = 0; shape < 3; shape++) {
        unsigned below = 0, above = 0;
        for (int trial = 0; trial < 20000; trial++) {
            double values[20];
            for (size_t i = 0; i < COUNT_OF(values); i++) {
                double half = uniform(&random) - 0.5;
                values[i] = shape == 0   ? half
                            : shape == 1 ? half / (0.5001 - fabs(half)) /* long tails */
                                         : (half > 0 ? 1 + half : -1 + half); /* two hills */
            }
            struct assay_signed_rank found = assay_signed_rank_of(values, COUNT_OF(values), 0.05);
            below += found.upper < 0;
            above += found.lower > 0;
        }
        print_message("shape %d: %u below, %u above of 20000\n", shape, below, above);
        assert_in_range(below, 850, 1060); /* P(T < 61) is 0.0487 for 20 */
        assert_in_range(above, 850, 1060);
    }
}

static void equal_numbers_leave_no_doubt_and_few_leave_all(void **state)
{
    (void)state;
    const double equal[] = {0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25};
    struct assay_signed_rank many = assay_signed_rank_of(equal, 8, 0.01), few = assay_signed_rank_of(equal, 3, 0.01);
    assert_double_is(many.lower, 0.25);
    assert_double_is(many.middle, 0.25);
    assert_double_is(many.upper, 0.25);
    assert_double_is(few.middle, 0.25);
    assert_double_is(few.lower, -INFINITY);
    assert_double_is(few.upper, INFINITY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(critical_sums_are_those_of_scipy),
        cmocka_unit_test(middle_and_bounds_are_those_of_r),
        cmocka_unit_test(bounds_are_means_of_pairs_for_any_numbers),
        cmocka_unit_test(bounds_miss_as_seldom_as_they_promise),
        cmocka_unit_test(equal_numbers_leave_no_doubt_and_few_leave_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
