// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "assay/limits.h"
#include "unit/assay/assert_double.h"

static struct assay_run make_run(char *fullname, char *group, char *tags)
{
    return (struct assay_run){.fullname = fullname, .name = fullname, .group = group, .tags = tags};
}

static struct assay_limits limits_of(const char *const *margins, const char *const *checks)
{
    struct assay_limits limits = assay_limits_defaults();
    struct assay_rule rule;
    for (; margins && *margins; margins++) {
        assert_int_equal(assay_rule_parse(ASSAY_RULE_MARGIN, *margins, &rule, NULL), ASSAY_OK);
        assert_true(assay_limits_add(&limits, &rule));
    }
    for (; checks && *checks; checks++) {
        assert_int_equal(assay_rule_parse(ASSAY_RULE_CHECK, *checks, &rule, NULL), ASSAY_OK);
        assert_true(assay_limits_add(&limits, &rule));
    }
    return limits;
}

static void reads_checks_with_fractions_units_and_percentiles(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct assay_check wanted;
        const char *filter;
    } cases[] = {
        {"mean:20%", {ASSAY_METRIC_MEAN, true, 0.2}, NULL},
        {"mean:2.5%", {ASSAY_METRIC_MEAN, true, 0.025}, NULL},
        {"min:150%", {ASSAY_METRIC_MIN, true, 1.5}, NULL},
        {"min:0%", {ASSAY_METRIC_MIN, true, 0}, NULL},
        {"mean:0.001", {ASSAY_METRIC_MEAN, false, 0.001}, NULL},
        {"median:.5", {ASSAY_METRIC_MEDIAN, false, 0.5}, NULL},
        {"iqr:1e-6", {ASSAY_METRIC_IQR, false, 1e-6}, NULL},
        {"max:5 us", {ASSAY_METRIC_MAX, false, 5e-6}, NULL},
        {"p95:5us", {ASSAY_METRIC_P95, false, 5e-6}, NULL},
        {"p99.9:10%", {ASSAY_METRIC_P999, true, 0.1}, NULL},
        {"mad : 3 %", {ASSAY_METRIC_MAD, true, 0.03}, NULL},
        {"ops:5%", {ASSAY_METRIC_OPS, true, 0.05}, NULL},
        {"bytes_per_second:5%", {ASSAY_METRIC_BYTES_PER_SECOND, true, 0.05}, NULL},
        {"ops:off", {ASSAY_METRIC_OPS, true, INFINITY}, NULL},
        {"min:5 % for parse", {ASSAY_METRIC_MIN, true, 0.05}, "parse"},
        {"min:off for @slow and group:\"a for b\"", {ASSAY_METRIC_MIN, true, INFINITY}, "@slow and group:\"a for b\""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_rule rule;
        struct assay_error err = {0};
        if (assay_rule_parse(ASSAY_RULE_CHECK, cases[i].text, &rule, &err) != ASSAY_OK) {
            fail_msg("'%s' is refused: %s", cases[i].text, err.message);
        }
        assert_int_equal(rule.check.metric, cases[i].wanted.metric);
        assert_true(rule.check.is_ratio == cases[i].wanted.is_ratio);
        assert_double_is(rule.check.limit, cases[i].wanted.limit);
        assert_true(!rule.filter == !cases[i].filter && (!rule.filter || strcmp(rule.filter, cases[i].filter) == 0));
    }
}

static void refuses_what_is_no_rule_and_says_what_is(void **state)
{
    (void)state;
    static const struct {
        enum assay_rule_kind kind;
        const char *text;
    } cases[] = {
        {ASSAY_RULE_CHECK, ""},          {ASSAY_RULE_CHECK, "mean"},        {ASSAY_RULE_CHECK, "mean 5%"},
        {ASSAY_RULE_CHECK, "avg:5%"},    {ASSAY_RULE_CHECK, "ops:5"},       {ASSAY_RULE_CHECK, "rounds:5"},
        {ASSAY_RULE_CHECK, ":5%"},       {ASSAY_RULE_CHECK, "mean:"},       {ASSAY_RULE_CHECK, "mean:%"},
        {ASSAY_RULE_CHECK, "mean:-5%"},  {ASSAY_RULE_CHECK, "mean:-1e-3"},  {ASSAY_RULE_CHECK, "mean:5%%"},
        {ASSAY_RULE_CHECK, "mean:nan%"}, {ASSAY_RULE_CHECK, "mean:5 h"},    {ASSAY_RULE_CHECK, "mean:5%:6"},
        {ASSAY_RULE_CHECK, "mean:inf"},  {ASSAY_RULE_CHECK, "mean:0x5%"},   {ASSAY_RULE_CHECK, "mean:5% for "},
        {ASSAY_RULE_CHECK, "mean:5% for a b"},                              {ASSAY_RULE_MARGIN, "mean:5%"},
        {ASSAY_RULE_MARGIN, "-5%"},      {ASSAY_RULE_REGRESSION, ""},       {ASSAY_RULE_REGRESSION, "much"},
        {ASSAY_RULE_IMPROVEMENT, "5%x"}, {ASSAY_RULE_IMPROVEMENT, " for a"}, {ASSAY_RULE_TOLERANCE, "min:5%"},
        {ASSAY_RULE_TOLERANCE, "allocations:5"},                            {ASSAY_RULE_TOLERANCE, "5%"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_rule rule = {.check.limit = 77};
        struct assay_error err;
        assert_int_equal(assay_rule_parse(cases[i].kind, cases[i].text, &rule, &err), ASSAY_BAD_SYNTAX);
        assert_double_is(rule.check.limit, 77);
        assert_non_null(strstr(err.message, "as in")  ? "" : strstr(err.message, "FILTER"));
    }
}

static void what_is_said_of_some_goes_before_what_is_said_of_all(void **state)
{
    (void)state;
    static const char *const margins[] = {"1% for @exact", "3%", "off for noisy", "2%", "0.04 for group:io", NULL};
    const struct assay_limits limits = limits_of(margins, NULL);
    const struct {
        struct assay_run run;
        double margin;
    } cases[] = {
        {make_run("a.c::parse", NULL, NULL), 0.02},            /* the last word for all */
        {make_run("a.c::parse", NULL, "@slow @exact"), 0.01},
        {make_run("a.c::noisy", NULL, "@exact"), 0.20},        /* off, but never above the regression limit */
        {make_run("a.c::noisy", "io", "@exact"), 0.04},        /* the last word for it */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_bounds bounds = assay_limits_bounds(&limits, &cases[i].run);
        assert_double_is(bounds.margin, cases[i].margin);
        assert_double_is(bounds.regression, 0.20);
        assert_double_is(bounds.improvement, INFINITY);
    }
}

/* The checks that count for a run, by their numbers. */
static void a_gate_has_a_margin_of_its_own(void **state)
{
    (void)state;
    struct assay_limits limits = assay_limits_defaults();
    struct assay_rule rule;
    struct assay_error err;
    const struct assay_run run = {.fullname = (char[]){"a.c::parse"}};
    assert_double_is(assay_limits_bounds(&limits, &run).gate, 0.01);
    assert_int_equal(assay_rule_parse(ASSAY_RULE_MARGIN, "3%", &rule, &err), ASSAY_OK);
    assert_true(assay_limits_add(&limits, &rule));
    assert_double_is(assay_limits_bounds(&limits, &run).gate, 0.01);
    assert_int_equal(assay_rule_parse(ASSAY_RULE_GATE, "0.5% for *parse*", &rule, &err), ASSAY_OK);
    assert_true(assay_limits_add(&limits, &rule));
    assert_double_is(assay_limits_bounds(&limits, &run).gate, 0.005);
    static const char *const none[] = {"off", "0", "100%", "1", "-1%", ""};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_int_equal(assay_rule_parse(ASSAY_RULE_GATE, none[i], &rule, &err), ASSAY_BAD_SYNTAX);
    }
}

static void assert_checks(const struct assay_limits *limits, const struct assay_run *run, const char *wanted)
{
    char got[20] = "";
    for (size_t i = 0; i < limits->rule_count; i++) {
        const struct assay_check *check = assay_limits_check(limits, i, run);
        assert_true(!check || check == &limits->rules[i].check);
        if (check) {
            got[strlen(got)] = (char)('0' + i);
        }
    }
    assert_string_equal(got, wanted);
}

static void checks_add_up_unless_one_is_for_some(void **state)
{
    (void)state;
    static const char *const checks[] = {"mean:20%", "mean:0.1", "p95:10%", "mean:50% for noisy", "p95:off for @slow",
                                         NULL};
    const struct assay_limits limits = limits_of(NULL, checks);
    const struct assay_run plain = make_run("a.c::parse", NULL, NULL), noisy = make_run("a.c::noisy", NULL, NULL),
                           slow = make_run("a.c::parse", NULL, "@slow");
    assert_checks(&limits, &plain, "012");
    assert_checks(&limits, &noisy, "23");
    assert_checks(&limits, &slow, "01");
}

static void tolerances_are_those_of_the_metrics_unless_said_otherwise(void **state)
{
    (void)state;
    struct assay_limits limits = assay_limits_defaults();
    const struct assay_run run = make_run("a.c::parse", NULL, NULL);
    struct assay_rule rule;
    assert_double_is(assay_limits_tolerance(&limits, &run, ASSAY_METRIC_ALLOCATIONS), 0);
    assert_true(isnan(assay_limits_tolerance(&limits, &run, ASSAY_METRIC_PEAK_RSS)));
    assert_int_equal(assay_rule_parse(ASSAY_RULE_TOLERANCE, "peak_rss:10%", &rule, NULL), ASSAY_OK);
    assert_true(assay_limits_add(&limits, &rule));
    assert_int_equal(assay_rule_parse(ASSAY_RULE_TOLERANCE, "allocations:off for parse", &rule, NULL), ASSAY_OK);
    assert_true(assay_limits_add(&limits, &rule));
    assert_double_is(assay_limits_tolerance(&limits, &run, ASSAY_METRIC_PEAK_RSS), 0.1);
    assert_true(isnan(assay_limits_tolerance(&limits, &run, ASSAY_METRIC_ALLOCATIONS)));
}

static void a_benchmark_may_go_only_if_allowed(void **state)
{
    (void)state;
    struct assay_limits limits = assay_limits_defaults();
    const struct assay_run run = make_run("a.c::parse", NULL, NULL);
    assert_false(assay_limits_may_go(&limits, &run));
    limits.may_go = true;
    assert_true(assay_limits_may_go(&limits, &run));
    limits.may_go_filter = "sort";
    assert_false(assay_limits_may_go(&limits, &run));
}

static void rules_have_an_end(void **state)
{
    (void)state;
    struct assay_limits limits = assay_limits_defaults();
    const struct assay_rule rule = {.kind = ASSAY_RULE_MARGIN};
    for (size_t i = 0; i < ASSAY_MAX_RULES; i++) {
        assert_true(assay_limits_add(&limits, &rule));
    }
    assert_false(assay_limits_add(&limits, &rule));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_checks_with_fractions_units_and_percentiles),
        cmocka_unit_test(refuses_what_is_no_rule_and_says_what_is),
        cmocka_unit_test(what_is_said_of_some_goes_before_what_is_said_of_all),
        cmocka_unit_test(checks_add_up_unless_one_is_for_some),
        cmocka_unit_test(tolerances_are_those_of_the_metrics_unless_said_otherwise),
        cmocka_unit_test(a_benchmark_may_go_only_if_allowed),
        cmocka_unit_test(rules_have_an_end),
        cmocka_unit_test(a_gate_has_a_margin_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
