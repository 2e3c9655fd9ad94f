// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "alloc_fault.h"
#include "assay/compare.h"
#include "unit/assay/assert_double.h"

/* Runs that borrow their names and launches: never given to assay_result_deinit(). */
static struct assay_run make_run(char *fullname, double min)
{
    return (struct assay_run){
        .name = fullname, .fullname = fullname, .stats = {.min = min, .median = min, .mean = min, .rounds = 5}};
}

/* Of five launches, each 0.1 % above the one before. */
static struct assay_run make_steady(char *fullname, double min, double minima[5])
{
    struct assay_run run = make_run(fullname, min);
    for (int i = 0; i < 5; i++) {
        minima[i] = min * (1 + 0.001 * i);
    }
    run.launch_minima = minima;
    run.launch_minima_count = 5;
    return run;
}

static struct assay_comparison compare_one(const struct assay_run *before, const struct assay_run *now,
                                           const struct assay_limits *limits)
{
    struct assay_run baseline_run = *before, candidate_run = *now;
    struct assay_result baseline = {.runs = &baseline_run, .run_count = 1};
    struct assay_result candidate = {.runs = &candidate_run, .run_count = 1};
    struct assay_comparison *rows;
    size_t count;
    assert_int_equal(assay_compare(&baseline, &candidate, limits, &rows, &count), ASSAY_OK);
    assert_int_equal(count, 1);
    struct assay_comparison row = rows[0];
    free(rows);
    return row;
}

static struct assay_limits limits_with(enum assay_rule_kind kind, const char *text)
{
    struct assay_limits limits = assay_limits_defaults();
    struct assay_rule rule;
    assert_int_equal(assay_rule_parse(kind, text, &rule, NULL), ASSAY_OK);
    assert_true(assay_limits_add(&limits, &rule));
    return limits;
}

static void gives_a_verdict_where_the_whole_interval_is_on_one_side(void **state)
{
    (void)state;
    static const struct {
        double now; /* it was 100 */
        enum assay_verdict verdict;
        bool fails;
    } cases[] = {
        {100, ASSAY_VERDICT_SAME, false},    {103, ASSAY_VERDICT_SAME, false},    {98, ASSAY_VERDICT_SAME, false},
        {105, ASSAY_VERDICT_UNKNOWN, false}, {95, ASSAY_VERDICT_UNKNOWN, false},  {110, ASSAY_VERDICT_SLOWER, false},
        {120, ASSAY_VERDICT_SLOWER, true},   {119.9, ASSAY_VERDICT_SLOWER, true}, {300, ASSAY_VERDICT_SLOWER, true},
        {90, ASSAY_VERDICT_FASTER, false},   {30, ASSAY_VERDICT_FASTER, false},
    };
    const struct assay_limits limits = assay_limits_defaults();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double minima[5], minima_now[5];
        struct assay_run before = make_steady("a", 100, minima), now = make_steady("a", cases[i].now, minima_now);
        struct assay_comparison row = compare_one(&before, &now, &limits);
        assert_int_equal(row.verdict, cases[i].verdict);
        assert_true(row.fails == cases[i].fails);
        assert_double_near(row.change.ratio, cases[i].now / 100 - 1, 1e-9);
        assert_double_is(row.baseline_value, 100);
        assert_double_is(row.candidate_value, cases[i].now);
    }
}

static void a_single_launch_proves_only_what_is_large(void **state)
{
    (void)state;
    static const struct {
        double before, now;
        enum assay_verdict verdict;
    } cases[] = {
        {100, 100, ASSAY_VERDICT_UNKNOWN}, {100, 130, ASSAY_VERDICT_UNKNOWN}, {100, 200, ASSAY_VERDICT_SLOWER},
        {100, 50, ASSAY_VERDICT_FASTER},   {0, 0, ASSAY_VERDICT_SAME},        {0, 1e-9, ASSAY_VERDICT_UNKNOWN},
        {NAN, 1, ASSAY_VERDICT_UNKNOWN},   {1, NAN, ASSAY_VERDICT_UNKNOWN},   {-1, 1, ASSAY_VERDICT_UNKNOWN},
    };
    const struct assay_limits limits = assay_limits_defaults();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_run before = make_run("a", cases[i].before), now = make_run("a", cases[i].now);
        assert_int_equal(compare_one(&before, &now, &limits).verdict, cases[i].verdict);
    }
}

static void limits_are_those_of_the_benchmark(void **state)
{
    (void)state;
    double minima[5], minima_now[5];
    struct assay_run before = make_steady("a", 100, minima), now = make_steady("a", 110, minima_now);
    struct assay_limits limits = limits_with(ASSAY_RULE_REGRESSION, "10% for a");
    assert_true(compare_one(&before, &now, &limits).fails);
    limits = limits_with(ASSAY_RULE_REGRESSION, "10% for b");
    assert_false(compare_one(&before, &now, &limits).fails);
    limits = limits_with(ASSAY_RULE_REGRESSION, "3%"); /* draws the margin down */
    now = make_steady("a", 105, minima_now);
    assert_true(compare_one(&before, &now, &limits).fails);
    limits = limits_with(ASSAY_RULE_MARGIN, "15%");
    now = make_steady("a", 110, minima_now);
    assert_int_equal(compare_one(&before, &now, &limits).verdict, ASSAY_VERDICT_SAME);
    limits = limits_with(ASSAY_RULE_IMPROVEMENT, "30%");
    now = make_steady("a", 60, minima_now);
    assert_true(compare_one(&before, &now, &limits).fails);
    now = make_steady("a", 80, minima_now);
    assert_false(compare_one(&before, &now, &limits).fails);
}

static void cycles_must_agree_with_the_times(void **state)
{
    (void)state;
    double minima[5], minima_now[5], cycles[] = {300, 301, 302}, more[] = {450, 451, 452};
    struct assay_run before = make_steady("a", 100, minima), now = make_steady("a", 150, minima_now);
    const struct assay_limits limits = assay_limits_defaults();
    before.launch_cycles = now.launch_cycles = cycles;
    before.launch_cycles_count = now.launch_cycles_count = 3;
    struct assay_comparison row = compare_one(&before, &now, &limits);
    assert_int_equal(row.verdict, ASSAY_VERDICT_UNKNOWN); /* the core ran at another rate */
    assert_false(row.fails);
    assert_true(row.time.lower > 0.4);
    now.launch_cycles = more;
    row = compare_one(&before, &now, &limits);
    assert_int_equal(row.verdict, ASSAY_VERDICT_SLOWER);
    now = make_steady("a", 100, minima_now);
    now.launch_cycles = more;
    now.launch_cycles_count = 3;
    assert_int_equal(compare_one(&before, &now, &limits).verdict, ASSAY_VERDICT_UNKNOWN);
}

/* Five launches beside a neighbour that comes and goes, then five beside one that stays. */
static void what_a_neighbour_took_is_no_change(void **state)
{
    (void)state;
    double minima[] = {100, 112, 105, 133, 101}, cycles[] = {1, 1, 1, 1, 1}, slots[] = {1, 1.2, 1.08, 1.6, 1.02};
    double minima_now[] = {152, 145, 160, 153, 149}, slots_now[] = {2, 1.86, 2.2, 2.04, 1.94};
    double slower[] = {130, 145, 136, 173, 131}, steady[5], steady_now[5];
    struct assay_run before = make_steady("a", 100, steady), now = make_steady("a", 145, steady_now);
    const struct assay_limits limits = assay_limits_defaults();
    before.launch_minima = minima;
    before.rulers = (struct assay_rulers){cycles, slots, 5};
    now.launch_minima = minima_now;
    now.rulers = (struct assay_rulers){cycles, slots_now, 5};
    struct assay_comparison row = compare_one(&before, &now, &limits);
    assert_int_equal(row.verdict, ASSAY_VERDICT_UNKNOWN); /* to within 7 % */
    assert_true(row.time.lower > 0.1 && fabs(row.change.ratio) < 0.01 && row.change.upper < 0.07);
    now.stats.min = 130;
    now.launch_minima = slower;
    now.rulers.slots = slots;
    row = compare_one(&before, &now, &limits);
    assert_int_equal(row.verdict, ASSAY_VERDICT_SLOWER);
    assert_true(row.fails && row.change.lower > 0.25 && row.change.upper < 0.35);
    now.stats.min = 99; /* at an equal core it is slower, and the least time is less */
    assert_int_equal(compare_one(&before, &now, &limits).verdict, ASSAY_VERDICT_UNKNOWN);
    now = make_steady("a", 150, steady_now); /* a launch without rulers: by the times alone */
    now.rulers = (struct assay_rulers){cycles, slots_now, 4};
    before.launch_minima = steady;
    assert_int_equal(compare_one(&before, &now, &limits).verdict, ASSAY_VERDICT_SLOWER);
}

static void median_and_mean_have_an_interval_of_their_launches(void **state)
{
    (void)state;
    double medians[] = {100, 101, 102}, medians_now[] = {150, 151, 149};
    double samples[] = {99, 101, 101, 101, 102, 103}, samples_now[] = {150, 150, 151, 151, 148, 150};
    uint64_t rounds[] = {2, 2, 2};
    struct assay_run before = make_run("a", 100), now = make_run("a", 150);
    before.launch_medians = medians;
    now.launch_medians = medians_now;
    before.launch_median_count = now.launch_median_count = 3;
    before.samples = samples;
    now.samples = samples_now;
    before.launch_rounds = now.launch_rounds = rounds;
    before.launch_rounds_count = now.launch_rounds_count = 3;
    struct assay_limits limits = assay_limits_defaults();
    limits.statistic = ASSAY_METRIC_MEDIAN;
    struct assay_comparison row = compare_one(&before, &now, &limits);
    assert_int_equal(row.verdict, ASSAY_VERDICT_SLOWER);
    assert_true(row.change.lower > 0.4 && row.change.upper < 0.6);
    limits.statistic = ASSAY_METRIC_MEAN;
    row = compare_one(&before, &now, &limits);
    assert_int_equal(row.verdict, ASSAY_VERDICT_SLOWER);
    now.launch_rounds_count = 0; /* what the launches were is not known */
    now.launch_rounds = NULL;
    before.launch_rounds = NULL;
    assert_int_equal(compare_one(&before, &now, &limits).verdict, ASSAY_VERDICT_UNKNOWN);
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
        enum assay_verdict verdict;
    } wanted[] = {
        {"a", ASSAY_VERDICT_SLOWER},      {"new", ASSAY_VERDICT_NEW},         {"b", ASSAY_VERDICT_UNKNOWN},
        {"broken", ASSAY_VERDICT_BROKEN},     {"broken_new", ASSAY_VERDICT_BROKEN}, {"gone_first", ASSAY_VERDICT_GONE},
        {"gone_last", ASSAY_VERDICT_GONE},
    };
    struct assay_comparison *rows;
    size_t count;
    assert_int_equal(assay_compare(&baseline, &candidate, &limits, &rows, &count), ASSAY_OK);
    assert_int_equal(count, sizeof(wanted) / sizeof(wanted[0]));
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(rows[i].fullname, wanted[i].fullname);
        assert_string_equal(rows[i].name, wanted[i].fullname);
        assert_int_equal(rows[i].verdict, wanted[i].verdict);
        assert_true((rows[i].baseline == NULL) == (rows[i].verdict == ASSAY_VERDICT_NEW || i == 4));
        assert_true((rows[i].candidate == NULL) == (rows[i].verdict == ASSAY_VERDICT_GONE));
        assert_true(isnan(rows[i].change.ratio) == (i != 0 && i != 2));
        assert_true(rows[i].fails == (i == 0 || i > 2)); /* broken and gone fail, new does not */
    }
    assert_ptr_equal(rows[0].baseline, &before[2]);
    free(rows);
}

static void what_is_new_has_no_baseline_whatever_stands_next_to_it(void **state)
{
    (void)state;
    struct assay_run before[] = {make_run("b", 1), make_run("d", 1)};
    struct assay_run now[] = {make_run("b", 1), make_run("d", 1), make_run("a", 1), make_run("c", 1), make_run("e", 1)};
    struct assay_result baseline = {.runs = before, .run_count = 2}, candidate = {.runs = now, .run_count = 5};
    struct assay_limits limits = assay_limits_defaults();
    struct assay_comparison *rows;
    size_t count;
    assert_int_equal(assay_compare(&baseline, &candidate, &limits, &rows, &count), ASSAY_OK);
    assert_int_equal(count, 5);
    for (size_t i = 2; i < count; i++) {
        assert_int_equal(rows[i].verdict, ASSAY_VERDICT_NEW);
    }
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

static enum assay_check_outcome check_one(const char *text, const struct assay_run *before,
                                          const struct assay_run *now, double *out_measured)
{
    struct assay_rule rule;
    const struct assay_comparison row = {.baseline = before, .candidate = now};
    assert_int_equal(assay_rule_parse(ASSAY_RULE_CHECK, text, &rule, NULL), ASSAY_OK);
    return assay_compare_check(&row, &rule.check, out_measured);
}

static void a_check_fails_only_beyond_its_limit(void **state)
{
    (void)state;
    static const struct {
        const char *check;
        double before, now;
        enum assay_check_outcome outcome;
        double measured;
    } cases[] = {
        {"p95:5%", 100, 104, ASSAY_CHECK_PASSED, 0.04},     {"p95:5%", 100, 106, ASSAY_CHECK_FAILED, 0.06},
        {"p95:5%", 100, 50, ASSAY_CHECK_PASSED, -0.5},      {"p95:2.5%", 100, 103, ASSAY_CHECK_FAILED, 0.03},
        {"p95:0.001", 1, 1.0005, ASSAY_CHECK_PASSED, 5e-4}, {"p95:0.001", 1, 1.002, ASSAY_CHECK_FAILED, 2e-3},
        {"p95:1 ms", 1, 1.002, ASSAY_CHECK_FAILED, 2e-3},   {"p95:5%", 0, 0, ASSAY_CHECK_PASSED, 0},
        {"p95:5%", 0, 1e-9, ASSAY_CHECK_FAILED, INFINITY},  {"p95:5%", NAN, 1, ASSAY_CHECK_IMPOSSIBLE, NAN},
        {"p95:1 ms", 1, NAN, ASSAY_CHECK_IMPOSSIBLE, NAN},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_run before = make_run("a", 1), now = make_run("a", 1);
        before.calls = (struct assay_calls){.count = 100, .p95 = cases[i].before};
        now.calls = (struct assay_calls){.count = 100, .p95 = cases[i].now};
        double measured;
        assert_int_equal(check_one(cases[i].check, &before, &now, &measured), cases[i].outcome);
        assert_double_near(measured, cases[i].measured, 1e-9);
    }
}

static void a_check_is_unsure_where_launches_differ_more(void **state)
{
    (void)state;
    double minima[5], minima_now[5], measured;
    struct assay_run before = make_steady("a", 100, minima), now = make_steady("a", 107, minima_now);
    assert_int_equal(check_one("min:5%", &before, &now, &measured), ASSAY_CHECK_FAILED);
    double scattered[] = {107, 130, 150, 120, 118};
    now.launch_minima = scattered;
    assert_int_equal(check_one("min:5%", &before, &now, &measured), ASSAY_CHECK_UNSURE);
    assert_double_near(measured, 0.07, 1e-9);
    assert_int_equal(check_one("min:8%", &before, &now, &measured), ASSAY_CHECK_PASSED);
}

static void fewer_operations_a_second_are_worse(void **state)
{
    (void)state;
    static const struct {
        double before, now, ratio;
    } cases[] = {
        {100, 80, 0.25}, {100, 94, 1 / 0.94 - 1}, {100, 200, -0.5},
        {0, 0, 0}, {0, 100, INFINITY}, {100, 0, -1}, /* 0 is written for a run that took no time at all */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_run before = make_run("a", 1), now = make_run("a", 1);
        before.stats.ops = cases[i].before;
        now.stats.ops = cases[i].now;
        double measured;
        (void)check_one("ops:1%", &before, &now, &measured);
        assert_double_near(measured, cases[i].ratio, 1e-12);
    }
}

static void a_measured_metric_is_compared_with_its_own_tolerance(void **state)
{
    (void)state;
    static const struct {
        const char *tolerance;
        double before, now;
        enum assay_verdict verdict;
        double ratio;
    } cases[] = {
        {"0%", 1000, 1000, ASSAY_VERDICT_SAME, 0},
        {"0%", 1000, 999, ASSAY_VERDICT_SLOWER, 1000.0 / 999 - 1},
        {"0%", 1000, 1001, ASSAY_VERDICT_FASTER, 1000.0 / 1001 - 1},
        {"10%", 1000, 950, ASSAY_VERDICT_SAME, 1000.0 / 950 - 1},
        {"10%", 1000, 900, ASSAY_VERDICT_SLOWER, 1000.0 / 900 - 1},
        {"0%", NAN, 1000, ASSAY_VERDICT_UNKNOWN, NAN},
        {"0%", 1000, NAN, ASSAY_VERDICT_UNKNOWN, NAN},
        {"off", 1000, 1, ASSAY_VERDICT_UNKNOWN, NAN},
    };
    const enum assay_metric metric = ASSAY_METRIC_ITEMS_PER_SECOND; /* a rate: less is worse */
    double ratio;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_run before = make_run("a", 1), now = make_run("a", 1);
        assay_measured_set(&before.measured, metric, cases[i].before);
        assay_measured_set(&now.measured, metric, cases[i].now);
        char text[60];
        (void)snprintf(text, sizeof(text), "items_per_second:%s", cases[i].tolerance);
        struct assay_limits limits = limits_with(ASSAY_RULE_TOLERANCE, text);
        const struct assay_comparison row = {.baseline = &before, .candidate = &now};
        assert_int_equal(assay_compare_measured(&row, metric, &limits, &ratio), cases[i].verdict);
        assert_double_near(ratio, cases[i].ratio, 1e-9);
    }
    const struct assay_comparison gone = {.baseline = NULL};
    struct assay_limits limits = assay_limits_defaults();
    assert_int_equal(assay_compare_measured(&gone, metric, &limits, &ratio), ASSAY_VERDICT_UNKNOWN);
}

static void verdicts_have_names(void **state)
{
    (void)state;
    static const char *const names[] = {"same", "slower", "faster", "?", "new", "gone", "failed"};
    for (int i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        assert_string_equal(assay_verdict_name((enum assay_verdict)i), names[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_a_verdict_where_the_whole_interval_is_on_one_side),
        cmocka_unit_test(a_single_launch_proves_only_what_is_large),
        cmocka_unit_test(limits_are_those_of_the_benchmark),
        cmocka_unit_test(cycles_must_agree_with_the_times),
        cmocka_unit_test(what_a_neighbour_took_is_no_change),
        cmocka_unit_test(median_and_mean_have_an_interval_of_their_launches),
        cmocka_unit_test(the_spread_is_between_the_medians_of_launches),
        cmocka_unit_test(joins_by_fullname_in_the_candidates_order),
        cmocka_unit_test(what_is_new_has_no_baseline_whatever_stands_next_to_it),
        cmocka_unit_test(of_two_baselines_of_one_name_the_first_counts),
        cmocka_unit_test(empty_results_compare_to_nothing),
        cmocka_unit_test(says_when_memory_is_lacking),
        cmocka_unit_test(takes_values_from_rounds_calls_and_the_run),
        cmocka_unit_test(a_check_fails_only_beyond_its_limit),
        cmocka_unit_test(a_check_is_unsure_where_launches_differ_more),
        cmocka_unit_test(fewer_operations_a_second_are_worse),
        cmocka_unit_test(a_measured_metric_is_compared_with_its_own_tolerance),
        cmocka_unit_test(verdicts_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
