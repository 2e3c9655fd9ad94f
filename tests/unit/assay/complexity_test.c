// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "assay/complexity.h"
#include "unit/assay/assert_double.h"

#define POINTS 7

static double grow(int growth, double n)
{
    const double values[] = {1, log2(n), n, n * log2(n), n * n, n * n * n};
    return values[growth];
}

/* 16, 64, ... 65536, timed as 5 ns + 2 ns f(n), each off by up to `noise`. */
static struct assay_complexity fit_of(int growth, double overhead, double noise)
{
    double numbers[POINTS], times[POINTS];
    struct assay_complexity result;
    for (size_t i = 0; i < POINTS; i++) {
        double sign = i % 2 == 0 ? 1 : -1;
        numbers[i] = 16 * pow(4, (double)i);
        times[i] = (overhead + 2e-9 * grow(growth, numbers[i])) * (1 + sign * noise);
    }
    assert_true(assay_complexity_fit(numbers, times, POINTS, &result));
    return result;
}

static void every_growth_is_recognised(void **state)
{
    (void)state;
    for (int growth = 0; growth < ASSAY_GROWTH_COUNT; growth++) {
        for (int overhead = 0; overhead < 2; overhead++) {
            struct assay_complexity exact = fit_of(growth, overhead * 5e-9, 0);
            assert_int_equal(exact.growth, growth);
            assert_true(exact.is_clear);
            assert_true(exact.fits[growth].error < 1e-6);
            if (growth != ASSAY_GROWTH_CONSTANT) {
                assert_double_near(exact.fits[growth].coefficient, 2e-9, 1e-4);
            }
            struct assay_complexity noisy = fit_of(growth, overhead * 5e-9, 0.03);
            assert_int_equal(noisy.growth, growth);
            assert_true(noisy.is_clear);
            assert_double_near(noisy.fits[growth].error, 0.03, 0.1);
        }
    }
}

static void the_account_says_what_it_rests_on(void **state)
{
    (void)state;
    struct assay_complexity result = fit_of(ASSAY_GROWTH_N, 5e-9, 0.01);
    assert_double_is(result.least_n, 16);
    assert_double_is(result.most_n, 65536);
    assert_int_equal(result.count, POINTS);
    assert_int_equal(result.rival, ASSAY_GROWTH_N_LG_N);
    assert_true(result.fits[result.rival].error > result.fits[result.growth].error);
}

static void much_noise_is_not_clear(void **state)
{
    (void)state;
    static const double numbers[] = {16, 32, 64, 128};
    static const double times[] = {10, 50, 30, 160};
    struct assay_complexity result;
    assert_true(assay_complexity_fit(numbers, times, 4, &result));
    assert_false(result.is_clear);
}

static void times_that_fall_count_as_constant(void **state)
{
    (void)state;
    static const double numbers[] = {1, 10, 100, 1000}, times[] = {4, 3, 2, 1};
    struct assay_complexity result;
    assert_true(assay_complexity_fit(numbers, times, 4, &result));
    assert_int_equal(result.growth, ASSAY_GROWTH_CONSTANT);
    assert_true(result.fits[ASSAY_GROWTH_CONSTANT].error > 0.1);
}

static void too_little_is_refused(void **state)
{
    (void)state;
    static const struct {
        double numbers[3], times[3];
        size_t count;
    } cases[] = {
        {{0}, {0}, 0},
        {{1, 8}, {1, 2}, 2},
        {{1, 8, 8}, {1, 2, 3}, 3},
        {{2, 4, 7}, {1, 2, 3}, 3},
        {{0, 4, 8}, {1, 2, 3}, 3},
        {{-1, 4, 8}, {1, 2, 3}, 3},
        {{NAN, 4, 8}, {1, 2, 3}, 3},
        {{1, 4, INFINITY}, {1, 2, 3}, 3},
        {{1, 4, 8}, {1, 0, 3}, 3},
        {{1, 4, 8}, {1, NAN, 3}, 3},
        {{1, 4, 1e15}, {1, 2, 3}, 3},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_complexity result = {.count = 77};
        assert_false(assay_complexity_fit(cases[i].numbers, cases[i].times, cases[i].count, &result));
        assert_int_equal(result.count, 77);
    }
}

static void extremes_stay_numbers(void **state)
{
    (void)state;
    static const double numbers[] = {1, 1e7, 9e14}, times[] = {1e-15, 1, 9e14};
    struct assay_complexity result;
    assert_true(assay_complexity_fit(numbers, times, 3, &result));
    for (int i = 0; i < ASSAY_GROWTH_COUNT; i++) {
        assert_true(isfinite(result.fits[i].error));
        assert_true(result.fits[i].coefficient >= 0 && result.fits[i].overhead >= 0);
    }
}

static void growths_have_names(void **state)
{
    (void)state;
    assert_string_equal(assay_growth_name(ASSAY_GROWTH_CONSTANT), "1");
    assert_string_equal(assay_growth_name(ASSAY_GROWTH_N_LG_N), "n lg n");
    assert_string_equal(assay_growth_name(ASSAY_GROWTH_N_CUBED), "n^3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_growth_is_recognised),        cmocka_unit_test(the_account_says_what_it_rests_on),
        cmocka_unit_test(much_noise_is_not_clear),           cmocka_unit_test(times_that_fall_count_as_constant),
        cmocka_unit_test(too_little_is_refused),             cmocka_unit_test(extremes_stay_numbers),
        cmocka_unit_test(growths_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
