// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "assay/target.h"
#include "unit/assay/assert_double.h"

static struct assay_target parse(const char *text)
{
    struct assay_target target;
    struct assay_error err = {0};
    if (assay_target_parse(base_str(text), &target, &err) != ASSAY_OK) {
        fail_msg("'%s' is refused: %s", text, err.message);
    }
    return target;
}

/* Of a run without measured metrics. */
static struct assay_judgement judge(const struct assay_target *target, const struct assay_stats *stats,
                                    const struct histogram *calls)
{
    static const struct assay_measured none;
    return assay_target_judge(target, stats, calls, &none);
}

static void reads_targets_in_every_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct assay_target wanted;
        const char *normal;
    } cases[] = {
        {"p95 < 500 ms", {ASSAY_METRIC_P95, false, 0.5}, "p95 < 500 ms"},
        {"p95<500ms", {ASSAY_METRIC_P95, false, 0.5}, "p95 < 500 ms"},
        {"  p99.9 <= 1.5us ", {ASSAY_METRIC_P999, false, 1.5e-6}, "p99.9 < 1.5 us"},
        {"mean < 0.5 s", {ASSAY_METRIC_MEAN, false, 0.5}, "mean < 500 ms"},
        {"min < 0.25 ns", {ASSAY_METRIC_MIN, false, 0.25e-9}, "min < 0.25 ns"},
        {"max < 90 s", {ASSAY_METRIC_MAX, false, 90}, "max < 90 s"},
        {"stddev\t<\t1e-1 ms", {ASSAY_METRIC_STDDEV, false, 1e-4}, "stddev < 100 us"},
        {"total < 1234567 s", {ASSAY_METRIC_TOTAL, false, 1234567}, "total < 1234567 s"},
        {"ops > 1000", {ASSAY_METRIC_OPS, true, 1000}, "ops > 1000"},
        {"ops >= 2.5e6 /s", {ASSAY_METRIC_OPS, true, 2.5e6}, "ops > 2500000"},
        {"ops>1000/s", {ASSAY_METRIC_OPS, true, 1000}, "ops > 1000"},
        {"items_per_second > 1e6", {ASSAY_METRIC_ITEMS_PER_SECOND, true, 1e6}, "items_per_second > 1000000"},
        {"bytes_per_second > 2 GiB/s", {ASSAY_METRIC_BYTES_PER_SECOND, true, 2147483648.0}, "bytes_per_second > 2 GiB"},
        {"bytes_per_second > 1.5MB", {ASSAY_METRIC_BYTES_PER_SECOND, true, 1.5e6}, "bytes_per_second > 1500 KB"},
        {"imbalance < 12.5 %", {ASSAY_METRIC_IMBALANCE, false, 0.125}, "imbalance < 12.5 %"},
        {"imbalance<0.2", {ASSAY_METRIC_IMBALANCE, false, 0.2}, "imbalance < 20 %"},
        {"bytes_per_second > 17", {ASSAY_METRIC_BYTES_PER_SECOND, true, 17}, "bytes_per_second > 17"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_target target = parse(cases[i].text);
        assert_int_equal(target.metric, cases[i].wanted.metric);
        assert_true(target.at_least == cases[i].wanted.at_least);
        assert_double_is(target.limit, cases[i].wanted.limit);
        char text[ASSAY_TARGET_TEXT_BYTES];
        assay_target_format(&target, text);
        assert_string_equal(text, cases[i].normal);
    }
}

static void the_normal_form_reads_back_to_the_last_digit(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        double limit = ldexp((double)(seed >> 11), -52 - (int)(seed % 60) + (int)(seed % 7));
        struct assay_target target = {i % 2 ? ASSAY_METRIC_P50 : ASSAY_METRIC_OPS, i % 2 == 0, limit};
        char text[ASSAY_TARGET_TEXT_BYTES];
        assay_target_format(&target, text);
        assert_double_is(parse(text).limit, limit);
    }
}

static void refuses_what_is_no_target_and_quotes_it(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"", "is no target"},
        {"p95", "is no target"},
        {"p95 500 ms", "is no target"},
        {"p96 < 500 ms", "not on 'p96'"},
        {"P95 < 500 ms", "not on 'P95'"},
        {"rounds < 5", "not on 'rounds'"},
        {"< 5 ms", "not on ''"},
        {"p95 > 500 ms", "takes '<'"},
        {"ops < 1000", "takes '>'"},
        {"p95 < 500", "with a unit"},
        {"p95 <", "with a unit"},
        {"p95 < ms", "with a unit"},
        {"p95 < -1 ms", "with a unit"},
        {"p95 < 0 ms", "above 0"},
        {"p95 < 1e-400 ms", "above 0"},
        {"p95 < nan s", "with a unit"},
        {"p95 < inf s", "with a unit"},
        {"p95 < 1 h", "with a unit"},
        {"p95 < 5 ms 6", "with a unit"},
        {"p95 < < 5 ms", "with a unit"},
        {"ops > 5 ms", "'1000/s'"},
        {"ops > 0", "above 0"},
        {"items_per_second < 5", "takes '>'"},
        {"bytes_per_second > 0 B", "above 0"},
        {"bytes_per_second > 1 TB", "as in '1 GB/s'"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_target target = {.limit = 77};
        struct assay_error err;
        assert_int_equal(assay_target_parse(base_str(cases[i].text), &target, &err), ASSAY_BAD_SYNTAX);
        assert_int_equal(err.status, ASSAY_BAD_SYNTAX);
        assert_double_is(target.limit, 77);
        if (!strstr(err.message, cases[i].reason) || !strstr(err.message, cases[i].text)) {
            fail_msg("'%s': %s", cases[i].text, err.message);
        }
        assert_int_equal(assay_target_parse(base_str(cases[i].text), &target, NULL), ASSAY_BAD_SYNTAX);
    }
}

static void judges_percentiles_by_the_bounds_of_single_calls(void **state)
{
    (void)state;
    static const struct {
        uint64_t fast, slow; /* calls of 100 ns and of 200 ns */
        enum assay_target_verdict verdict;
    } cases[] = {
        {0, 0, ASSAY_TARGET_TOO_FEW},
        {1, 0, ASSAY_TARGET_TOO_FEW},
        {58, 0, ASSAY_TARGET_TOO_FEW}, /* all fast, but a bound takes 59 */
        {59, 0, ASSAY_TARGET_MET},
        {58, 1, ASSAY_TARGET_UNDECIDED},
        {99, 1, ASSAY_TARGET_MET}, /* the upper bound is the 99th of 100 ... */
        {98, 2, ASSAY_TARGET_UNDECIDED},
        {91, 9, ASSAY_TARGET_UNDECIDED}, /* ... and the lower one the 91st */
        {90, 10, ASSAY_TARGET_MISSED},
        {0, 100, ASSAY_TARGET_MISSED},
        {0, 3, ASSAY_TARGET_MISSED}, /* three slow calls cannot acquit, but convict */
        {2, 1, ASSAY_TARGET_TOO_FEW},
    };
    static const struct assay_stats stats = {.rounds = 5, .mean = 1};
    struct assay_target target = parse("p95 < 150 ns");
    struct histogram *calls = calloc(1, sizeof(*calls));
    assert_non_null(calls);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        *calls = (struct histogram){0};
        for (uint64_t call = 0; call < cases[i].fast + cases[i].slow; call++) {
            base_histogram_record(calls, call < cases[i].fast ? 100 : 200);
        }
        struct assay_judgement judgement = judge(&target, &stats, calls);
        assert_int_equal(judgement.verdict, cases[i].verdict);
        assert_int_equal(judgement.n, cases[i].fast + cases[i].slow);
        assert_int_equal(judgement.n_needed, 59);
        assert_double_is(judgement.target.limit, 150e-9);
    }
    free(calls);
    struct assay_judgement none = judge(&target, &stats, NULL);
    assert_int_equal(none.verdict, ASSAY_TARGET_TOO_FEW);
    assert_int_equal(none.n, 0);
    assert_double_is(none.estimate, NAN);
    assert_double_is(none.lower, 0);
    assert_double_is(none.upper, INFINITY);
}

static void a_limit_that_is_the_bound_is_met(void **state)
{
    (void)state;
    static const struct assay_stats stats = {.rounds = 5};
    struct histogram *calls = calloc(1, sizeof(*calls));
    assert_non_null(calls);
    for (int i = 0; i < 100; i++) {
        base_histogram_record(calls, 150);
    }
    struct assay_target target = parse("p95 < 150 ns");
    assert_int_equal(judge(&target, &stats, calls).verdict, ASSAY_TARGET_MET);
    target = parse("p95 < 149 ns");
    struct assay_judgement judgement = judge(&target, &stats, calls);
    assert_int_equal(judgement.verdict, ASSAY_TARGET_MISSED);
    assert_double_is(judgement.estimate, 150e-9);
    free(calls);
}

/* The mean is 2, the standard error 0.378 and t(7) = 1.8946 at 0.95 on one
 * side, so the bounds are 2 -+ 0.716. */
static void judges_the_mean_and_ops_by_the_t_interval(void **state)
{
    (void)state;
    static const double samples[] = {1, 3, 1, 3, 1, 3, 1, 3};
    struct assay_stats stats;
    assert_int_equal(assay_describe(samples, 8, &stats), ASSAY_OK);
    static const struct {
        const char *target;
        enum assay_target_verdict verdict;
    } cases[] = {
        {"mean < 2.72 s", ASSAY_TARGET_MET},     {"mean < 2.71 s", ASSAY_TARGET_UNDECIDED},
        {"mean < 1.29 s", ASSAY_TARGET_UNDECIDED}, {"mean < 1.28 s", ASSAY_TARGET_MISSED},
        {"ops > 0.36", ASSAY_TARGET_MET},        {"ops > 0.37", ASSAY_TARGET_UNDECIDED},
        {"ops > 0.77", ASSAY_TARGET_UNDECIDED},  {"ops > 0.79", ASSAY_TARGET_MISSED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_target target = parse(cases[i].target);
        struct assay_judgement judgement = judge(&target, &stats, NULL);
        assert_int_equal(judgement.verdict, cases[i].verdict);
        assert_double_is(judgement.estimate, target.metric == ASSAY_METRIC_OPS ? 0.5 : 2);
        assert_true(judgement.lower < judgement.estimate && judgement.estimate < judgement.upper);
        assert_int_equal(judgement.n, 8);
        assert_int_equal(judgement.n_needed, 2);
    }
}

static void one_round_says_nothing_of_the_mean(void **state)
{
    (void)state;
    static const double sample = 1e-3;
    struct assay_stats stats;
    assert_int_equal(assay_describe(&sample, 1, &stats), ASSAY_OK);
    static const char *const targets[] = {"mean < 1 s", "mean < 1 ns",  "ops > 1",
                                          "ops > 1e9",  "stddev < 1 s", "mad < 1 s"};
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        struct assay_target target = parse(targets[i]);
        assert_int_equal(judge(&target, &stats, NULL).verdict, ASSAY_TARGET_TOO_FEW);
    }
}

static void a_wide_scatter_leaves_ops_without_an_upper_bound(void **state)
{
    (void)state;
    static const double samples[] = {1, 100};
    struct assay_stats stats;
    assert_int_equal(assay_describe(samples, 2, &stats), ASSAY_OK);
    struct assay_target target = parse("ops > 10");
    struct assay_judgement judgement = judge(&target, &stats, NULL);
    assert_int_equal(judgement.verdict, ASSAY_TARGET_UNDECIDED);
    assert_double_is(judgement.upper, INFINITY);
}

static void judges_what_has_no_interval_by_its_value(void **state)
{
    (void)state;
    static const struct assay_stats stats = {.min = 1, .max = 4, .median = 2, .mad = NAN, .stddev = 1, .rounds = 3};
    static const struct {
        const char *target;
        enum assay_target_verdict verdict;
        double estimate;
    } cases[] = {
        {"min < 1 s", ASSAY_TARGET_MET, 1},       {"min < 0.999 s", ASSAY_TARGET_MISSED, 1},
        {"max < 4.1 s", ASSAY_TARGET_MET, 4},     {"median < 1 s", ASSAY_TARGET_MISSED, 2},
        {"stddev < 1.5 s", ASSAY_TARGET_MET, 1},  {"mad < 1 s", ASSAY_TARGET_TOO_FEW, NAN},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_target target = parse(cases[i].target);
        struct assay_judgement judgement = judge(&target, &stats, NULL);
        assert_int_equal(judgement.verdict, cases[i].verdict);
        assert_double_is(judgement.estimate, cases[i].estimate);
        if (judgement.verdict != ASSAY_TARGET_TOO_FEW) {
            assert_double_is(judgement.lower, judgement.estimate);
            assert_double_is(judgement.upper, judgement.estimate);
        }
    }
}

static void verdicts_have_names(void **state)
{
    (void)state;
    assert_string_equal(assay_target_verdict_name(ASSAY_TARGET_MET), "met");
    assert_string_equal(assay_target_verdict_name(ASSAY_TARGET_MISSED), "missed");
    assert_string_equal(assay_target_verdict_name(ASSAY_TARGET_UNDECIDED), "undecided");
    assert_string_equal(assay_target_verdict_name(ASSAY_TARGET_TOO_FEW), "too few samples");
}

static void judges_a_measured_metric_by_its_value(void **state)
{
    (void)state;
    static const struct assay_stats stats = {.rounds = 3};
    struct assay_measured measured = {0};
    struct assay_target target = parse("bytes_per_second > 1 KiB");
    struct assay_judgement judgement = assay_target_judge(&target, &stats, NULL, &measured);
    assert_int_equal(judgement.verdict, ASSAY_TARGET_TOO_FEW);
    assert_int_equal(judgement.n, 0);
    assay_measured_set(&measured, ASSAY_METRIC_BYTES_PER_SECOND, 1024);
    judgement = assay_target_judge(&target, &stats, NULL, &measured);
    assert_int_equal(judgement.verdict, ASSAY_TARGET_MET);
    assert_double_is(judgement.estimate, 1024);
    assert_int_equal(judgement.n, 1);
    assay_measured_set(&measured, ASSAY_METRIC_BYTES_PER_SECOND, 1023);
    assert_int_equal(assay_target_judge(&target, &stats, NULL, &measured).verdict, ASSAY_TARGET_MISSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_targets_in_every_spelling),
        cmocka_unit_test(the_normal_form_reads_back_to_the_last_digit),
        cmocka_unit_test(refuses_what_is_no_target_and_quotes_it),
        cmocka_unit_test(judges_percentiles_by_the_bounds_of_single_calls),
        cmocka_unit_test(a_limit_that_is_the_bound_is_met),
        cmocka_unit_test(judges_the_mean_and_ops_by_the_t_interval),
        cmocka_unit_test(one_round_says_nothing_of_the_mean),
        cmocka_unit_test(a_wide_scatter_leaves_ops_without_an_upper_bound),
        cmocka_unit_test(judges_what_has_no_interval_by_its_value),
        cmocka_unit_test(judges_a_measured_metric_by_its_value),
        cmocka_unit_test(verdicts_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
