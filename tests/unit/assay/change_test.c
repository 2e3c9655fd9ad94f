// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "assay/change.h"
#include "base/random.h"
#include "unit/assay/assert_double.h"

static void the_change_of_minima_is_that_of_the_least(void **state)
{
    (void)state;
    const double before[] = {1.02, 1.0, 1.5}, after[] = {1.3, 1.2, 1.21};
    struct assay_change change = assay_change_of_minima(before, 3, after, 3);
    assert_double_near(change.ratio, 0.2, 1e-12);
    assert_true(change.lower < 0.2 && change.upper > 0.2);
    assert_true(assay_change_has_interval(&change));
}

/* Worked by hand: delays 0.01 and 0.03 on one side, 0.02 and 0.02 on the other, and 2 x 0.02 expected,
 * 0.12 / 6 in the mean; one half of a percent is left of a half at (1 + 3 x / (6 m))^-6 = 0.01. */
static void the_interval_is_that_of_the_model(void **state)
{
    (void)state;
    const double before[] = {exp(0.0), exp(0.01), exp(0.03)}, after[] = {exp(0.12), exp(0.1), exp(0.12)};
    struct assay_change change = assay_change_of_minima(before, 3, after, 3);
    double reach = 0.02 * 6 / 3 * (pow(0.01, -1.0 / 6) - 1);
    assert_double_near(log1p(change.lower), 0.1 - reach, 1e-9);
    assert_double_near(log1p(change.upper), 0.1 + reach, 1e-9);
}

static void one_slow_launch_of_four_counts_as_the_one_before_it(void **state)
{
    (void)state;
    const double before[] = {1.0, 1.01, 1.01, 1.02}, steady[] = {1.0, 1.01, 1.01, 1.01};
    const double slow[] = {1.0, 1.01, 1.01, 9.0};
    struct assay_change with_steady = assay_change_of_minima(before, 4, steady, 4);
    struct assay_change with_slow = assay_change_of_minima(before, 4, slow, 4);
    assert_double_is(with_slow.upper, with_steady.upper);
    assert_double_is(with_slow.lower, with_steady.lower);
}

static void launches_that_agree_leave_a_little_doubt_and_single_ones_much(void **state)
{
    (void)state;
    const double equal[] = {1.0, 1.0, 1.0, 1.0, 1.0};
    struct assay_change many = assay_change_of_minima(equal, 5, equal, 5);
    struct assay_change single = assay_change_of_minima(equal, 1, equal, 1);
    assert_true(many.lower > -0.02 && many.lower < 0 && many.upper > 0 && many.upper < 0.02);
    assert_true(single.upper > 0.2 && isfinite(single.upper) && single.lower < -0.2);
    assert_double_near(log1p(single.upper), -log1p(single.lower), 1e-9);
}

static void numbers_without_a_logarithm_are_compared_as_far_as_they_go(void **state)
{
    (void)state;
    static const struct {
        double before, after, ratio;
    } cases[] = {{0, 0, 0}, {0, 1, INFINITY}, {1, 0, -1}, {-1, 1, NAN}, {NAN, 1, NAN}, {1, NAN, NAN}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_change least = assay_change_of_minima(&cases[i].before, 1, &cases[i].after, 1);
        struct assay_change mean = assay_change_of_means(&cases[i].before, 1, &cases[i].after, 1);
        assert_double_is(least.ratio, cases[i].ratio);
        assert_double_is(mean.ratio, cases[i].ratio);
        assert_true(assay_change_has_interval(&least) == (i == 0));
    }
}

/* Student's t for 4 degrees of freedom at 99 %: 4.604094871 (Abramowitz and Stegun, table 26.10). */
static void the_change_of_means_has_students_interval(void **state)
{
    (void)state;
    const double before[] = {exp(0.0), exp(0.01), exp(0.02)}, after[] = {exp(0.1), exp(0.12), exp(0.11)};
    struct assay_change change = assay_change_of_means(before, 3, after, 3);
    double half = 4.604094871 * 0.01 * sqrt(2.0 / 3);
    assert_double_near(change.ratio, expm1(0.1), 1e-9);
    assert_double_near(log1p(change.lower), 0.1 - half, 1e-6);
    assert_double_near(log1p(change.upper), 0.1 + half, 1e-6);
    struct assay_change single = assay_change_of_means(before, 1, after, 1);
    assert_false(assay_change_has_interval(&single));
    assert_double_near(single.ratio, expm1(0.1), 1e-9);
}

static void joined_intervals_hold_both(void **state)
{
    (void)state;
    struct assay_change both = assay_change_join((struct assay_change){0.4, 0.38, 0.42},
                                                 (struct assay_change){0.0, -0.01, 0.01});
    assert_double_is(both.ratio, 0.4);
    assert_double_is(both.lower, -0.01);
    assert_double_is(both.upper, 0.42);
    both = assay_change_join((struct assay_change){0.4, 0.38, 0.42}, assay_change_unknown());
    assert_double_is(both.lower, 0.38);
}

static double uniform(uint64_t *state)
{
    return ((double)(base_random_next(state) >> 11) + 0.5) / 9007199254740992.0;
}

/* A launch in `slow_share` of cases runs 1.3 to 1.6 times as long from end to end. */
static void draw(uint64_t *state, double *times, size_t count, double mean_delay, double slow_share)
{
    for (size_t i = 0; i < count; i++) {
        times[i] = exp(-mean_delay * log(uniform(state)));
        if (uniform(state) < slow_share) {
            times[i] *= 1.3 + 0.3 * uniform(state);
        }
    }
}

/* Of intervals between equals, how many do not hold 0. */
static double share_of_misses(double mean_delay, double slow_share, size_t launches)
{
    enum { TRIALS = 20000 };
    uint64_t state = 7;
    size_t misses = 0;
    for (size_t i = 0; i < TRIALS; i++) {
        double before[16], after[16];
        draw(&state, before, launches, mean_delay, slow_share);
        draw(&state, after, launches, mean_delay, slow_share);
        struct assay_change change = assay_change_of_minima(before, launches, after, launches);
        misses += change.lower > 0 || change.upper < 0;
    }
    return (double)misses / TRIALS;
}

static void an_interval_misses_as_seldom_as_it_says(void **state)
{
    (void)state;
    for (size_t launches = 3; launches <= 10; launches++) {
        assert_true(share_of_misses(0.001, 0, launches) < 0.005);
        assert_true(share_of_misses(0.02, 0, launches) < 0.012);
        assert_true(share_of_misses(0.1, 0, launches) < 0.033); /* what is expected draws it down */
    }
    assert_true(share_of_misses(0.1, 0, 10) > 0.01); /* and it is no wider than it has to be */
}

static void slow_launches_seldom_make_it_miss(void **state)
{
    (void)state;
    assert_true(share_of_misses(0.01, 0.05, 5) < 0.012);
    assert_true(share_of_misses(0.01, 0.2, 5) < 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_change_of_minima_is_that_of_the_least),
        cmocka_unit_test(the_interval_is_that_of_the_model),
        cmocka_unit_test(one_slow_launch_of_four_counts_as_the_one_before_it),
        cmocka_unit_test(launches_that_agree_leave_a_little_doubt_and_single_ones_much),
        cmocka_unit_test(numbers_without_a_logarithm_are_compared_as_far_as_they_go),
        cmocka_unit_test(the_change_of_means_has_students_interval),
        cmocka_unit_test(joined_intervals_hold_both),
        cmocka_unit_test(an_interval_misses_as_seldom_as_it_says),
        cmocka_unit_test(slow_launches_seldom_make_it_miss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
