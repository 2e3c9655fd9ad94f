// SPDX-License-Identifier: MIT
#include "assay/limits.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

#define DEFAULT_MARGIN 0.05
#define DEFAULT_REGRESSION 0.20
#define DEFAULT_GATE 0.01

struct assay_limits assay_limits_defaults(void)
{
    return (struct assay_limits){.statistic = ASSAY_METRIC_MIN};
}

/* "20%" or "0.2". */
static bool parse_share(struct str text, double *out_share)
{
    bool is_percent = base_str_ends_with(text, STR("%"));
    double number;
    if (is_percent) {
        text = base_str_trim((struct str){text.ptr, text.len - 1});
    }
    if (!base_num_parse_double(text, 0, 1e6, &number)) {
        return false;
    }
    *out_share = is_percent ? number / 100 : number;
    return true;
}

static const char *const wanted[] = {
    [ASSAY_RULE_MARGIN] = "a share, as in '20%' or '0.2 for parse*', or 'off'",
    [ASSAY_RULE_REGRESSION] = "a share, as in '20%' or '0.2 for parse*', or 'off'",
    [ASSAY_RULE_IMPROVEMENT] = "a share, as in '20%' or '0.2 for parse*', or 'off'",
    [ASSAY_RULE_GATE] = "a share above 0 and below 1, as in '1%' or '0.5% for parse*'",
    [ASSAY_RULE_TOLERANCE] = "a measured metric and a percentage, as in 'bytes_per_second:5%', or 'off'",
    [ASSAY_RULE_CHECK] = ("METRIC:PERCENT%, METRIC:TIME or METRIC:off, as in 'mean:20%' or 'min:5us for parse*', "
                          "the metric a time, a rate or a measured one"),
};

/* The limit of a check behind its colon. */
static bool parse_amount(struct str text, enum assay_rule_kind kind, struct assay_check *check)
{
    check->is_ratio = base_str_ends_with(text, STR("%"));
    if (check->is_ratio) {
        return parse_share(text, &check->limit);
    }
    if (kind == ASSAY_RULE_TOLERANCE || assay_metric_is_rate(check->metric)) {
        return false; /* less of a rate is worse, so "has grown by" makes no sense */
    }
    return base_num_parse_double(text, 0, HUGE_VAL, &check->limit) ||
           assay_target_parse_amount(check->metric, text, &check->limit);
}

static bool parse_check(struct str text, enum assay_rule_kind kind, struct assay_check *check)
{
    struct str limit;
    struct str name = base_str_trim(base_str_cut(text, ':', &limit));
    if (!limit.ptr || !assay_metric_of_name(name, &check->metric) || !assay_metric_can_be_limited(check->metric) ||
        (kind == ASSAY_RULE_TOLERANCE && !assay_metric_is_measured(check->metric))) {
        return false;
    }
    limit = base_str_trim(limit);
    if (base_str_equal(limit, STR("off"))) {
        check->is_ratio = true;
        check->limit = INFINITY;
        return true;
    }
    return parse_amount(limit, kind, check);
}

static bool parse_limit(struct str text, enum assay_rule_kind kind, struct assay_check *check)
{
    if (kind == ASSAY_RULE_TOLERANCE || kind == ASSAY_RULE_CHECK) {
        return parse_check(text, kind, check);
    }
    check->is_ratio = true;
    if (kind == ASSAY_RULE_GATE) {
        return parse_share(text, &check->limit) && check->limit > 0 && check->limit < 1;
    }
    if (base_str_equal(text, STR("off"))) {
        check->limit = INFINITY;
        return true;
    }
    return parse_share(text, &check->limit);
}

enum assay_status assay_rule_parse(enum assay_rule_kind kind, const char *text, struct assay_rule *out_rule,
                                   struct assay_error *err)
{
    static const char before_filter[] = " for ";
    struct assay_rule rule = {.kind = kind};
    const char *scope = strstr(text, before_filter);
    struct str limit = scope ? (struct str){text, (size_t)(scope - text)} : base_str(text);
    if (!parse_limit(base_str_trim(limit), kind, &rule.check)) {
        return assay_fail(err, ASSAY_BAD_SYNTAX, "%s", wanted[kind]);
    }
    rule.filter = scope ? scope + strlen(before_filter) : NULL;
    if (!assay_filter_is_valid(rule.filter)) {
        return assay_fail(err, ASSAY_BAD_SYNTAX,
                          "LIMIT for FILTER, the filter being words, @tags and group:WORD with 'and', 'or', 'not' and "
                          "parentheses between");
    }
    *out_rule = rule;
    return ASSAY_OK;
}

bool assay_limits_add(struct assay_limits *limits, const struct assay_rule *rule)
{
    if (limits->rule_count == ASSAY_MAX_RULES) {
        return false;
    }
    limits->rules[limits->rule_count++] = *rule;
    return true;
}

struct assay_subject assay_run_subject(const struct assay_run *run)
{
    return (struct assay_subject){
        .fullname = base_str(run->fullname), .tags = base_str(run->tags), .group = base_str(run->group)};
}

static bool means(const struct assay_rule *rule, const struct assay_run *run)
{
    struct assay_subject subject = assay_run_subject(run);
    return assay_filter_matches(rule->filter, &subject);
}

/* The rule that counts for a benchmark; NULL if none says anything.  `metric` is of no
 * meaning for kinds without one, and is ASSAY_METRIC_MIN there. */
static const struct assay_rule *find_rule(const struct assay_limits *limits, enum assay_rule_kind kind,
                                          enum assay_metric metric, const struct assay_run *run)
{
    const struct assay_rule *found = NULL;
    for (size_t i = 0; i < limits->rule_count; i++) {
        const struct assay_rule *rule = &limits->rules[i];
        bool is_weaker = found && found->filter && !rule->filter;
        if (rule->kind == kind && rule->check.metric == metric && !is_weaker && means(rule, run)) {
            found = rule;
        }
    }
    return found;
}

static double limit_of(const struct assay_limits *limits, enum assay_rule_kind kind, const struct assay_run *run,
                       double otherwise)
{
    const struct assay_rule *rule = find_rule(limits, kind, ASSAY_METRIC_MIN, run);
    return rule ? rule->check.limit : otherwise;
}

struct assay_bounds assay_limits_bounds(const struct assay_limits *limits, const struct assay_run *run)
{
    double regression = limit_of(limits, ASSAY_RULE_REGRESSION, run, DEFAULT_REGRESSION);
    return (struct assay_bounds){
        .margin = fmin(limit_of(limits, ASSAY_RULE_MARGIN, run, DEFAULT_MARGIN), regression),
        .regression = regression,
        .improvement = limit_of(limits, ASSAY_RULE_IMPROVEMENT, run, INFINITY),
        .gate = limit_of(limits, ASSAY_RULE_GATE, run, DEFAULT_GATE),
    };
}

double assay_limits_tolerance(const struct assay_limits *limits, const struct assay_run *run, enum assay_metric metric)
{
    const struct assay_rule *rule = find_rule(limits, ASSAY_RULE_TOLERANCE, metric, run);
    if (!rule) {
        return assay_metric_tolerance(metric);
    }
    return isinf(rule->check.limit) ? NAN : rule->check.limit;
}

const struct assay_check *assay_limits_check(const struct assay_limits *limits, size_t rule,
                                             const struct assay_run *run)
{
    const struct assay_rule *own = &limits->rules[rule];
    if (own->kind != ASSAY_RULE_CHECK || isinf(own->check.limit) || !means(own, run)) {
        return NULL;
    }
    const struct assay_rule *strongest = find_rule(limits, ASSAY_RULE_CHECK, own->check.metric, run);
    /* Of all that are as strong each counts, but what is switched off last is off. */
    bool counts = isfinite(strongest->check.limit) && !strongest->filter == !own->filter;
    return counts ? &own->check : NULL;
}

bool assay_limits_may_go(const struct assay_limits *limits, const struct assay_run *run)
{
    struct assay_subject subject = assay_run_subject(run);
    return limits->may_go && assay_filter_matches(limits->may_go_filter, &subject);
}
