// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "assay/compare.h"
#include "unit/assay/assert_double.h"

/* Runs that borrow their names: never given to assay_result_deinit(). */
static struct assay_run make_run(char *fullname, double min)
{
    return (struct assay_run){
        .name = fullname, .fullname = fullname, .stats = {.min = min, .median = min, .rounds = 5}};
}

static struct assay_comparison compare_one(const struct assay_run *before, const struct assay_run *now,
                                           enum assay_metric metric)
{
    struct assay_run baseline_run = *before, candidate_run = *now;
    struct assay_result baseline = {.runs = &baseline_run, .run_count = 1};
    struct assay_result candidate = {.runs = &candidate_run, .run_count = 1};
    struct assay_limits limits = assay_limits_defaults();
    limits.metric = metric;
    limits.has_witness = false;
    struct assay_comparison *rows;
    size_t count;
    assert_int_equal(assay_compare(&baseline, &candidate, &limits, &rows, &count), ASSAY_OK);
    assert_int_equal(count, 1);
    struct assay_comparison row = rows[0];
    free(rows);
    return row;
}

static void classes_a_change_by_the_limits(void **state)
{
    (void)state;
    static const struct {
        double before, now, ratio;
        enum assay_change change;
    } cases[] = {
        {100, 100, 0, ASSAY_CHANGE_NONE},
        {100, 104, 0.04, ASSAY_CHANGE_NONE},
        {100, 96, -0.04, ASSAY_CHANGE_NONE},
        {100, 106, 0.06, ASSAY_CHANGE_WATCH},
        {100, 119, 0.19, ASSAY_CHANGE_WATCH},
        {100, 121, 0.21, ASSAY_CHANGE_REGRESSION},
        {100, 300, 2, ASSAY_CHANGE_REGRESSION},
        {100, 94, -0.06, ASSAY_CHANGE_FASTER},
        {100, 0, -1, ASSAY_CHANGE_FASTER},
        {0, 0, 0, ASSAY_CHANGE_NONE},
        {0, 1e-9, INFINITY, ASSAY_CHANGE_REGRESSION},
        {NAN, 1, NAN, ASSAY_CHANGE_UNKNOWN},
        {1, NAN, NAN, ASSAY_CHANGE_UNKNOWN},
        {-1, 1, NAN, ASSAY_CHANGE_UNKNOWN},
        {1, -1, NAN, ASSAY_CHANGE_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_run before = make_run("a", cases[i].before), now = make_run("a", cases[i].now);
        struct assay_comparison row = compare_one(&before, &now, ASSAY_METRIC_MIN);
        assert_int_equal(row.change, cases[i].change);
        assert_double_near(row.change_ratio, cases[i].ratio, 1e-12);
        assert_double_is(row.baseline_value, cases[i].before);
        assert_double_is(row.candidate_value, cases[i].now);
    }
}

static void minimum_and_median_must_agree_on_a_change(void **state)
{
    (void)state;
    static const struct {
        double min_now, median_now; /* both were 100 */
        double agreed;
        enum assay_change change;
    } cases[] = {
        {150, 150, 0.5, ASSAY_CHANGE_REGRESSION},
        {150, 101, 0.01, ASSAY_CHANGE_NONE},       /* the baseline's minimum was lucky */
        {101, 150, 0.01, ASSAY_CHANGE_NONE},       /* a slow stretch of the machine */
        {150, 110, 0.1, ASSAY_CHANGE_WATCH},
        {150, 90, 0, ASSAY_CHANGE_NONE},           /* they contradict each other */
        {50, 70, -0.3, ASSAY_CHANGE_FASTER},
        {50, 99, -0.01, ASSAY_CHANGE_NONE},
        {150, NAN, 0.5, ASSAY_CHANGE_REGRESSION},  /* an old file without the median */
        {NAN, 150, NAN, ASSAY_CHANGE_UNKNOWN},
    };
    const struct assay_limits limits = assay_limits_defaults();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_run before = make_run("a", 100), now = make_run("a", cases[i].min_now);
        now.stats.median = cases[i].median_now;
        struct assay_result baseline = {.runs = &before, .run_count = 1}, candidate = {.runs = &now, .run_count = 1};
        struct assay_comparison *rows;
        size_t count;
        assert_int_equal(assay_compare(&baseline, &candidate, &limits, &rows, &count), ASSAY_OK);
        assert_int_equal(rows[0].change, cases[i].change);
        assert_double_near(rows[0].agreed_ratio, cases[i].agreed, 1e-12);
        free(rows);
    }
}

static void the_spread_is_between_the_medians_of_launches(void **state)
{
    (void)state;
    double medians[] = {1.1, 1.0, 1.05};
    struct assay_run run = {.launch_medians = medians, .launch_median_count = 3};
    assert_double_near(assay_run_value(&run, ASSAY_METRIC_SPREAD), 0.1, 1e-12);
    run.launch_median_count = 1;
    assert_true(isnan(assay_run_value(&run, ASSAY_METRIC_SPREAD))); /* one launch has none to differ from */
    medians[1] = 0;
    run.launch_median_count = 3;
    assert_true(isnan(assay_run_value(&run, ASSAY_METRIC_SPREAD)));
}

static void fewer_operations_a_second_are_slower(void **state)
{
    (void)state;
    static const struct {
        double before, now, ratio;
        enum assay_change change;
    } cases[] = {
        {100, 80, 0.25, ASSAY_CHANGE_REGRESSION},
        {100, 94, 1 / 0.94 - 1, ASSAY_CHANGE_WATCH},
        {100, 200, -0.5, ASSAY_CHANGE_FASTER},
        /* 0 is written for a run that took no time at all */
        {0, 0, 0, ASSAY_CHANGE_NONE},
        {0, 100, INFINITY, ASSAY_CHANGE_REGRESSION},
        {100, 0, -1, ASSAY_CHANGE_FASTER},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_run before = make_run("a", 1), now = make_run("a", 1);
        before.stats.ops = cases[i].before;
        now.stats.ops = cases[i].now;
        struct assay_comparison row = compare_one(&before, &now, ASSAY_METRIC_OPS);
        assert_double_near(row.change_ratio, cases[i].ratio, 1e-12);
        assert_int_equal(row.change, cases[i].change);
    }
}

static void joins_by_fullname_in_the_candidates_order(void **state)
{
    (void)state;
    struct assay_run before[] = {make_run("gone_first", 1), make_run("b", 1), make_run("a", 1), make_run("broken", 1),
                                 make_run("gone_last", 1)};
    struct assay_run now[] = {make_run("a", 2), make_run("new", 1), make_run("b", 1), make_run("broken", 0),
                              make_run("broken_new", 0)};
    now[3].error = now[4].error = "the worker crashed";
    struct assay_result baseline = {.runs = before, .run_count = 5}, candidate = {.runs = now, .run_count = 5};
    struct assay_limits limits = assay_limits_defaults();
    static const struct {
        const char *fullname;
        enum assay_change change;
    } wanted[] = {
        {"a", ASSAY_CHANGE_REGRESSION},      {"new", ASSAY_CHANGE_NEW},         {"b", ASSAY_CHANGE_NONE},
        {"broken", ASSAY_CHANGE_BROKEN},     {"broken_new", ASSAY_CHANGE_BROKEN}, {"gone_first", ASSAY_CHANGE_GONE},
        {"gone_last", ASSAY_CHANGE_GONE},
    };
    struct assay_comparison *rows;
    size_t count;
    assert_int_equal(assay_compare(&baseline, &candidate, &limits, &rows, &count), ASSAY_OK);
    assert_int_equal(count, sizeof(wanted) / sizeof(wanted[0]));
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(rows[i].fullname, wanted[i].fullname);
        assert_string_equal(rows[i].name, wanted[i].fullname);
        assert_int_equal(rows[i].change, wanted[i].change);
        assert_true((rows[i].baseline == NULL) == (rows[i].change == ASSAY_CHANGE_NEW || i == 4));
        assert_true((rows[i].candidate == NULL) == (rows[i].change == ASSAY_CHANGE_GONE));
        assert_true(isnan(rows[i].change_ratio) == (i != 0 && i != 2));
    }
    assert_ptr_equal(rows[0].baseline, &before[2]);
    free(rows);
}

static void of_two_baselines_of_one_name_the_first_counts(void **state)
{
    (void)state;
    struct assay_run before[] = {make_run("a", 2), make_run("a", 3)}, now[] = {make_run("a", 2), make_run("a", 3)};
    struct assay_result baseline = {.runs = before, .run_count = 2}, candidate = {.runs = now, .run_count = 2};
    struct assay_limits limits = assay_limits_defaults();
    struct assay_comparison *rows;
    size_t count;
    assert_int_equal(assay_compare(&baseline, &candidate, &limits, &rows, &count), ASSAY_OK);
    assert_int_equal(count, 2);
    assert_ptr_equal(rows[0].baseline, &before[0]);
    assert_ptr_equal(rows[1].baseline, &before[0]);
    free(rows);
}

static void empty_results_compare_to_nothing(void **state)
{
    (void)state;
    struct assay_result baseline = {0}, candidate = {0};
    struct assay_limits limits = assay_limits_defaults();
    struct assay_comparison *rows;
    size_t count = 7;
    assert_int_equal(assay_compare(&baseline, &candidate, &limits, &rows, &count), ASSAY_OK);
    assert_int_equal(count, 0);
    free(rows);
}

static void says_when_memory_is_lacking(void **state)
{
    (void)state;
    struct assay_run run = make_run("a", 1);
    struct assay_result result = {.runs = &run, .run_count = 1};
    struct assay_limits limits = assay_limits_defaults();
    struct assay_comparison *rows = NULL;
    size_t count = 7;
    for (size_t n = 1;; n++) {
        alloc_fault_after(n);
        enum assay_status status = assay_compare(&result, &result, &limits, &rows, &count);
        if (!alloc_fault_happened()) {
            assert_int_equal(status, ASSAY_OK);
            break;
        }
        assert_int_equal(status, ASSAY_NO_MEMORY);
        assert_null(rows);
        assert_int_equal(count, 7);
    }
    free(rows);
}

static void takes_values_from_rounds_calls_and_the_run(void **state)
{
    (void)state;
    struct assay_run run = {.iterations = 3, .stats = {.min = 1, .rounds = 2},
                            .calls = {.count = 9, .p50 = 0.5, .p90 = 0.9, .p95 = 0.95, .p99 = 0.99, .p999 = 0.999}};
    assert_double_is(assay_run_value(&run, ASSAY_METRIC_MIN), 1);
    assert_double_is(assay_run_value(&run, ASSAY_METRIC_ROUNDS), 2);
    assert_double_is(assay_run_value(&run, ASSAY_METRIC_ITERATIONS), 3);
    assert_double_is(assay_run_value(&run, ASSAY_METRIC_CALLS), 9);
    assert_double_is(assay_run_value(&run, ASSAY_METRIC_P50), 0.5);
    assert_double_is(assay_run_value(&run, ASSAY_METRIC_P90), 0.9);
    assert_double_is(assay_run_value(&run, ASSAY_METRIC_P95), 0.95);
    assert_double_is(assay_run_value(&run, ASSAY_METRIC_P99), 0.99);
    assert_double_is(assay_run_value(&run, ASSAY_METRIC_P999), 0.999);
    run.calls.count = 0;
    assert_double_is(assay_run_value(&run, ASSAY_METRIC_P95), NAN);
    run.error = "crashed";
    assert_double_is(assay_run_value(&run, ASSAY_METRIC_MIN), NAN);
}

static void reads_checks_with_fractions_units_and_percentiles(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct assay_check wanted;
    } cases[] = {
        {"mean:20%", {ASSAY_METRIC_MEAN, true, 0.2}},
        {"mean:2.5%", {ASSAY_METRIC_MEAN, true, 0.025}},
        {"min:150%", {ASSAY_METRIC_MIN, true, 1.5}},
        {"min:0%", {ASSAY_METRIC_MIN, true, 0}},
        {"mean:0.001", {ASSAY_METRIC_MEAN, false, 0.001}},
        {"median:.5", {ASSAY_METRIC_MEDIAN, false, 0.5}},
        {"iqr:1e-6", {ASSAY_METRIC_IQR, false, 1e-6}},
        {"max:5 us", {ASSAY_METRIC_MAX, false, 5e-6}},
        {"p95:5us", {ASSAY_METRIC_P95, false, 5e-6}},
        {"p99.9:10%", {ASSAY_METRIC_P999, true, 0.1}},
        {"mad : 3 %", {ASSAY_METRIC_MAD, true, 0.03}},
        {"ops:5%", {ASSAY_METRIC_OPS, true, 0.05}},
        {"bytes_per_second:5%", {ASSAY_METRIC_BYTES_PER_SECOND, true, 0.05}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_check check;
        struct assay_error err = {0};
        if (assay_check_parse(base_str(cases[i].text), &check, &err) != ASSAY_OK) {
            fail_msg("'%s' is refused: %s", cases[i].text, err.message);
        }
        assert_int_equal(check.metric, cases[i].wanted.metric);
        assert_true(check.is_ratio == cases[i].wanted.is_ratio);
        assert_double_is(check.limit, cases[i].wanted.limit);
    }
}

static void refuses_what_is_no_check_and_quotes_it(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"", "is no check"},
        {"mean", "is no check"},
        {"mean 5%", "is no check"},
        {"avg:5%", "not on 'avg'"},
        {"ops:5", "a percentage"},
        {"rounds:5", "not on 'rounds'"},
        {":5%", "not on ''"},
        {"mean:", "the limit must be"},
        {"mean:%", "the limit must be"},
        {"mean:-5%", "the limit"},
        {"mean:-1e-3", "the limit"},
        {"mean:5%%", "the limit must be"},
        {"mean:nan%", "the limit"},
        {"mean:5 h", "the limit must be"},
        {"mean:5%:6", "the limit must be"},
        {"mean:inf", "the limit"},
        {"mean:0x5%", "the limit must be"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_check check = {.limit = 77};
        struct assay_error err;
        assert_int_equal(assay_check_parse(base_str(cases[i].text), &check, &err), ASSAY_BAD_SYNTAX);
        assert_double_is(check.limit, 77);
        if (!strstr(err.message, cases[i].reason) || !strstr(err.message, cases[i].text)) {
            fail_msg("'%s': %s", cases[i].text, err.message);
        }
    }
}

static void a_check_fails_only_beyond_its_limit(void **state)
{
    (void)state;
    static const struct {
        const char *check;
        double before, now;
        bool fails;
        double measured;
    } cases[] = {
        {"min:5%", 100, 104, false, 0.04},     {"min:5%", 100, 106, true, 0.06},
        {"min:5%", 100, 50, false, -0.5},      {"min:2.5%", 100, 103, true, 0.03},
        {"min:0.001", 1, 1.0005, false, 5e-4}, {"min:0.001", 1, 1.002, true, 2e-3},
        {"min:1 ms", 1, 1.002, true, 2e-3},    {"min:5%", 0, 0, false, 0},
        {"min:5%", 0, 1e-9, true, INFINITY},   {"min:5%", NAN, 1, false, NAN},
        {"min:1 ms", 1, NAN, false, NAN},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_run before = make_run("a", cases[i].before), now = make_run("a", cases[i].now);
        struct assay_check check;
        double measured;
        assert_int_equal(assay_check_parse(base_str(cases[i].check), &check, NULL), ASSAY_OK);
        assert_true(assay_check_fails(&check, &before, &now, &measured) == cases[i].fails);
        assert_double_near(measured, cases[i].measured, 1e-9);
    }
}

static void a_measured_metric_is_compared_with_its_own_tolerance(void **state)
{
    (void)state;
    static const struct {
        double tolerance, before, now;
        enum assay_change change;
        double ratio;
    } cases[] = {
        {0, 1000, 1000, ASSAY_CHANGE_NONE, 0},           {0, 1000, 999, ASSAY_CHANGE_REGRESSION, 1000.0 / 999 - 1},
        {0, 1000, 1001, ASSAY_CHANGE_FASTER, 1000.0 / 1001 - 1}, {0.1, 1000, 950, ASSAY_CHANGE_NONE, 1000.0 / 950 - 1},
        {0.1, 1000, 900, ASSAY_CHANGE_REGRESSION, 1000.0 / 900 - 1}, {0, NAN, 1000, ASSAY_CHANGE_UNKNOWN, NAN},
        {0, 1000, NAN, ASSAY_CHANGE_UNKNOWN, NAN},       {NAN, 1000, 1, ASSAY_CHANGE_UNKNOWN, NAN},
    };
    const enum assay_metric metric = ASSAY_METRIC_ITEMS_PER_SECOND; /* a rate: less is worse */
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_run before = make_run("a", 1), now = make_run("a", 1);
        assay_measured_set(&before.measured, metric, cases[i].before);
        assay_measured_set(&now.measured, metric, cases[i].now);
        struct assay_limits limits = assay_limits_defaults();
        limits.tolerances[metric - ASSAY_METRIC_FIRST_MEASURED] = cases[i].tolerance;
        const struct assay_comparison row = {.baseline = &before, .candidate = &now};
        double ratio;
        assert_int_equal(assay_measured_change(&row, metric, &limits, &ratio), cases[i].change);
        assert_double_near(ratio, cases[i].ratio, 1e-9);
    }
    const struct assay_comparison gone = {.baseline = NULL};
    struct assay_limits limits = assay_limits_defaults();
    double ratio;
    assert_int_equal(assay_measured_change(&gone, metric, &limits, &ratio), ASSAY_CHANGE_UNKNOWN);
}

static void changes_have_names(void **state)
{
    (void)state;
    static const char *const names[] = {"no significant change", "worth watching", "regression", "faster",
                                        "new",                   "gone",           "failed",     "cannot tell"};
    for (int i = ASSAY_CHANGE_NONE; i <= ASSAY_CHANGE_UNKNOWN; i++) {
        assert_string_equal(assay_change_name((enum assay_change)i), names[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_a_change_by_the_limits),
        cmocka_unit_test(minimum_and_median_must_agree_on_a_change),
        cmocka_unit_test(the_spread_is_between_the_medians_of_launches),
        cmocka_unit_test(fewer_operations_a_second_are_slower),
        cmocka_unit_test(joins_by_fullname_in_the_candidates_order),
        cmocka_unit_test(of_two_baselines_of_one_name_the_first_counts),
        cmocka_unit_test(empty_results_compare_to_nothing),
        cmocka_unit_test(says_when_memory_is_lacking),
        cmocka_unit_test(takes_values_from_rounds_calls_and_the_run),
        cmocka_unit_test(reads_checks_with_fractions_units_and_percentiles),
        cmocka_unit_test(refuses_what_is_no_check_and_quotes_it),
        cmocka_unit_test(a_check_fails_only_beyond_its_limit),
        cmocka_unit_test(a_measured_metric_is_compared_with_its_own_tolerance),
        cmocka_unit_test(changes_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
