// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "assay/metric.h"
#include "unit/assay/assert_double.h"

static void every_metric_is_found_by_its_name(void **state)
{
    (void)state;
    for (int i = 0; i < ASSAY_METRIC_COUNT; i++) {
        enum assay_metric found;
        const char *name = assay_metric_name((enum assay_metric)i);
        assert_non_null(name);
        assert_true(assay_metric_heading((enum assay_metric)i)[0] != '\0');
        assert_true(assay_metric_of_name(base_str(name), &found));
        assert_int_equal(found, i);
    }
}

static void other_names_are_no_metrics(void **state)
{
    (void)state;
    static const char *const names[] = {"", "Min", "MIN", "p", "p9", "p99.", "p99.99", "means", " min", "min "};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        enum assay_metric found = ASSAY_METRIC_CALLS;
        assert_false(assay_metric_of_name(base_str(names[i]), &found));
        assert_int_equal(found, ASSAY_METRIC_CALLS);
    }
}

static void only_percentiles_have_a_quantile(void **state)
{
    (void)state;
    static const struct {
        enum assay_metric metric;
        double quantile;
    } percentiles[] = {{ASSAY_METRIC_P50, 0.5}, {ASSAY_METRIC_P90, 0.9}, {ASSAY_METRIC_P95, 0.95},
                       {ASSAY_METRIC_P99, 0.99}, {ASSAY_METRIC_P999, 0.999}};
    size_t found = 0;
    for (int i = 0; i < ASSAY_METRIC_COUNT; i++) {
        double quantile = 7;
        bool is_percentile = assay_metric_is_percentile((enum assay_metric)i, &quantile);
        assert_true(is_percentile == assay_metric_is_percentile((enum assay_metric)i, NULL));
        if (is_percentile) {
            assert_int_equal(percentiles[found].metric, i);
            assert_double_is(quantile, percentiles[found++].quantile);
        } else {
            assert_double_is(quantile, 7);
        }
    }
    assert_int_equal(found, 5);
}

static void units_tell_times_rates_and_counts_apart(void **state)
{
    (void)state;
    assert_int_equal(assay_metric_unit(ASSAY_METRIC_MIN), ASSAY_UNIT_SECONDS);
    assert_int_equal(assay_metric_unit(ASSAY_METRIC_P999), ASSAY_UNIT_SECONDS);
    assert_int_equal(assay_metric_unit(ASSAY_METRIC_OPS), ASSAY_UNIT_PER_SECOND);
    assert_int_equal(assay_metric_unit(ASSAY_METRIC_OUTLIERS), ASSAY_UNIT_COUNT);
    assert_int_equal(assay_metric_unit(ASSAY_METRIC_CALLS), ASSAY_UNIT_COUNT);
    assert_int_equal(assay_metric_unit(ASSAY_METRIC_SPREAD), ASSAY_UNIT_SHARE);
    assert_true(assay_metric_can_be_limited(ASSAY_METRIC_OPS));
    assert_true(assay_metric_can_be_limited(ASSAY_METRIC_P50));
    assert_true(assay_metric_can_be_limited(ASSAY_METRIC_BYTES_PER_SECOND));
    assert_false(assay_metric_can_be_limited(ASSAY_METRIC_CALLS));
    assert_false(assay_metric_can_be_limited(ASSAY_METRIC_SPREAD));
    assert_int_equal(assay_metric_unit(ASSAY_METRIC_IMBALANCE), ASSAY_UNIT_SHARE);
    assert_true(assay_metric_can_be_limited(ASSAY_METRIC_IMBALANCE));
    assert_false(assay_metric_is_rate(ASSAY_METRIC_IMBALANCE));
    assert_true(assay_metric_is_rate(ASSAY_METRIC_OPS));
    assert_true(assay_metric_is_rate(ASSAY_METRIC_BYTES_PER_SECOND));
    assert_false(assay_metric_is_rate(ASSAY_METRIC_MIN));
}

static void measured_metrics_are_known_one_by_one(void **state)
{
    (void)state;
    struct assay_measured measured = {0};
    for (int i = 0; i < ASSAY_METRIC_COUNT; i++) {
        assert_true(assay_metric_is_measured((enum assay_metric)i) == (i >= ASSAY_METRIC_FIRST_MEASURED));
        assert_double_is(assay_measured_get(&measured, (enum assay_metric)i), NAN);
    }
    assay_measured_set(&measured, ASSAY_METRIC_FIRST_MEASURED, 0);
    assay_measured_set(&measured, ASSAY_METRIC_BYTES_PER_SECOND, 7);
    assert_double_is(assay_measured_get(&measured, ASSAY_METRIC_FIRST_MEASURED), 0);
    assert_double_is(assay_measured_get(&measured, ASSAY_METRIC_BYTES_PER_SECOND), 7);
    assay_measured_set(&measured, ASSAY_METRIC_BYTES_PER_SECOND, NAN);
    assert_double_is(assay_measured_get(&measured, ASSAY_METRIC_BYTES_PER_SECOND), NAN);
    assert_double_is(assay_measured_get(&measured, ASSAY_METRIC_FIRST_MEASURED), 0);
    assert_double_is(assay_metric_tolerance(ASSAY_METRIC_MIN), NAN);
}

static void takes_each_value_from_its_own_field(void **state)
{
    (void)state;
    const struct assay_stats stats = {.min = 1,
                                      .max = 2,
                                      .mean = 3,
                                      .stddev = 4,
                                      .median = 5,
                                      .mad = 6,
                                      .iqr = 7,
                                      .q1 = 8,
                                      .q3 = 9,
                                      .total = 10,
                                      .ops = 11,
                                      .iqr_outliers = 12,
                                      .rounds = 13};
    static const enum assay_metric of_rounds[] = {
        ASSAY_METRIC_MIN, ASSAY_METRIC_MAX, ASSAY_METRIC_MEAN,  ASSAY_METRIC_STDDEV,   ASSAY_METRIC_MEDIAN,
        ASSAY_METRIC_MAD, ASSAY_METRIC_IQR, ASSAY_METRIC_Q1,    ASSAY_METRIC_Q3,       ASSAY_METRIC_TOTAL,
        ASSAY_METRIC_OPS, ASSAY_METRIC_OUTLIERS, ASSAY_METRIC_ROUNDS,
    };
    double wanted[ASSAY_METRIC_COUNT];
    for (int i = 0; i < ASSAY_METRIC_COUNT; i++) {
        wanted[i] = NAN;
    }
    for (size_t i = 0; i < sizeof(of_rounds) / sizeof(of_rounds[0]); i++) {
        wanted[of_rounds[i]] = (double)(i + 1);
    }
    for (int i = 0; i < ASSAY_METRIC_COUNT; i++) {
        assert_double_is(assay_metric_of_stats(&stats, (enum assay_metric)i), wanted[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_metric_is_found_by_its_name), cmocka_unit_test(other_names_are_no_metrics),
        cmocka_unit_test(only_percentiles_have_a_quantile), cmocka_unit_test(units_tell_times_rates_and_counts_apart),
        cmocka_unit_test(measured_metrics_are_known_one_by_one),
        cmocka_unit_test(takes_each_value_from_its_own_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
