// SPDX-License-Identifier: MIT
/*
 * A claim needs its own bound, not a number of samples: a percentile is met
 * when its upper bound is within the limit, which takes n_needed calls, and
 * missed when its lower bound is beyond it, which fewer calls can show: three
 * calls that all take longer than the limit happen once in 8,000 times if p95 is
 * within it.  So a target can be missed with fewer than n_needed samples, and
 * "too few samples" is left for data that do not convict and could not have
 * acquitted.
 */
#include "assay/target.h"

#include <math.h>
#include <stdio.h>

#include "base/num.h"

struct time_unit {
    const char *name;
    double per_second;
};

/* Dividing by a power of ten rounds once, so that "500 ms" is 0.5 exactly. */
static const struct time_unit time_units[] = {{"ns", 1e9}, {"us", 1e6}, {"ms", 1e3}, {"s", 1}};

#define TIME_UNIT_COUNT (sizeof(time_units) / sizeof(time_units[0]))

static bool cut_suffix(struct str *text, const char *suffix)
{
    struct str end = base_str(suffix);
    if (!base_str_ends_with(*text, end)) {
        return false;
    }
    *text = base_str_trim((struct str){text->ptr, text->len - end.len});
    return true;
}

bool assay_target_parse_seconds(struct str text, double *out_seconds)
{
    for (size_t i = 0; i < TIME_UNIT_COUNT; i++) {
        if (cut_suffix(&text, time_units[i].name)) { /* "s" comes last, for it ends all of them */
            double value;
            if (!base_num_parse_double(text, 0, HUGE_VAL, &value)) {
                return false;
            }
            *out_seconds = value / time_units[i].per_second;
            return true;
        }
    }
    return false;
}

static bool parse_per_second(struct str text, double *out_rate)
{
    (void)cut_suffix(&text, "/s"); /* allowed, not needed */
    return base_num_parse_double(text, 0, HUGE_VAL, out_rate);
}

/* Cuts "METRIC < LIMIT" at its operator; false without one. */
static bool cut_operator(struct str text, struct str *out_name, bool *out_at_least, struct str *out_limit)
{
    size_t at = 0;
    while (at < text.len && text.ptr[at] != '<' && text.ptr[at] != '>') {
        at++;
    }
    if (at == text.len) {
        return false;
    }
    size_t after = at + 1 < text.len && text.ptr[at + 1] == '=' ? at + 2 : at + 1;
    *out_at_least = text.ptr[at] == '>';
    *out_name = base_str_trim((struct str){text.ptr, at});
    *out_limit = base_str_trim((struct str){text.ptr + after, text.len - after});
    return true;
}

enum assay_status assay_target_parse(struct str text, struct assay_target *out_target, struct assay_error *err)
{
    struct assay_target target;
    struct str name, limit;
    if (!cut_operator(text, &name, &target.at_least, &limit)) {
        return assay_fail(err, ASSAY_BAD_SYNTAX, "'%.*s' is no target: write it as 'p95 < 500 ms' or 'ops > 1000'",
                          STR_ARGS(text));
    }
    if (!assay_metric_of_name(name, &target.metric) || !assay_metric_is_time_or_rate(target.metric)) {
        return assay_fail(err, ASSAY_BAD_SYNTAX,
                          "'%.*s': a target is on a time such as p95, mean or min, or on ops, not on '%.*s'",
                          STR_ARGS(text), STR_ARGS(name));
    }
    bool is_rate = assay_metric_unit(target.metric) == ASSAY_UNIT_PER_SECOND;
    if (target.at_least != is_rate) {
        return assay_fail(err, ASSAY_BAD_SYNTAX, "'%.*s': %s", STR_ARGS(text),
                          is_rate ? "more ops are better, so their target takes '>'"
                                  : "less time is better, so its target takes '<'");
    }
    bool is_number =
        is_rate ? parse_per_second(limit, &target.limit) : assay_target_parse_seconds(limit, &target.limit);
    if (!is_number || target.limit <= 0) {
        return assay_fail(err, ASSAY_BAD_SYNTAX, "'%.*s': the limit must be %s", STR_ARGS(text),
                          is_rate ? "a number above 0, as in '1000' or '1000/s'"
                                  : "a number above 0 with a unit (ns, us, ms, s), as in '500 ms'");
    }
    *out_target = target;
    return ASSAY_OK;
}

/* As few digits as give the limit back exactly. */
static bool format_in_unit(const struct assay_target *target, const struct time_unit *unit,
                           char out_text[ASSAY_TARGET_TEXT_BYTES])
{
    for (int digits = 15; digits <= 17; digits++) {
        char number[32];
        int len = snprintf(number, sizeof(number), "%.*g", digits, target->limit * unit->per_second);
        double back;
        if (!base_num_parse_double((struct str){number, (size_t)len}, 0, HUGE_VAL, &back)) {
            return false;
        }
        if (back / unit->per_second == target->limit) {
            bool bare = assay_metric_unit(target->metric) == ASSAY_UNIT_PER_SECOND;
            (void)snprintf(out_text, ASSAY_TARGET_TEXT_BYTES, "%s %c %s%s%s", assay_metric_name(target->metric),
                           target->at_least ? '>' : '<', number, bare ? "" : " ", bare ? "" : unit->name);
            return true;
        }
    }
    return false;
}

void assay_target_format(const struct assay_target *target, char out_text[ASSAY_TARGET_TEXT_BYTES])
{
    const struct time_unit *seconds = &time_units[TIME_UNIT_COUNT - 1];
    const struct time_unit *unit = seconds;
    if (assay_metric_unit(target->metric) == ASSAY_UNIT_SECONDS) {
        /* The largest unit in which the limit is 1 or more. */
        while (unit > time_units && target->limit * unit->per_second < 1) {
            unit--;
        }
    }
    /* A few numbers exist only as a fraction of a second. */
    if (!format_in_unit(target, unit, out_text) && !format_in_unit(target, seconds, out_text)) {
        out_text[0] = '\0';
    }
}

const char *assay_target_verdict_name(enum assay_target_verdict verdict)
{
    switch (verdict) {
    case ASSAY_TARGET_MET: return "met";
    case ASSAY_TARGET_MISSED: return "missed";
    case ASSAY_TARGET_UNDECIDED: return "undecided";
    case ASSAY_TARGET_TOO_FEW: return "too few samples";
    }
    return "undecided";
}

static void estimate_percentile(double q, const struct histogram *calls, struct assay_judgement *out)
{
    out->n_needed = assay_describe_samples_needed(q, ASSAY_TARGET_CONFIDENCE);
    if (!calls || calls->count == 0) {
        out->lower = 0;
        return;
    }
    struct assay_quantile quantile = assay_describe_quantile(calls, q, ASSAY_TARGET_CONFIDENCE);
    out->estimate = quantile.estimate_ns / 1e9;
    out->lower = quantile.lower_ns / 1e9;
    out->upper = quantile.upper_ns / 1e9;
    out->n = quantile.n;
}

static void estimate_mean(const struct assay_stats *stats, struct assay_judgement *out)
{
    /* Two bounds at 95 % each leave out 5 % at either end. */
    struct assay_interval interval = assay_describe_mean_interval(stats, 2 * ASSAY_TARGET_CONFIDENCE - 1);
    out->estimate = stats->mean;
    out->lower = interval.lower;
    out->upper = interval.upper;
    out->n_needed = 2;
}

/* Operations a second are the inverse of the mean, and so are their bounds. */
static void estimate_ops(const struct assay_stats *stats, struct assay_judgement *out)
{
    estimate_mean(stats, out);
    double slowest = out->upper, fastest = out->lower;
    out->estimate = stats->ops;
    out->lower = slowest > 0 ? 1 / slowest : 0;
    out->upper = fastest > 0 ? 1 / fastest : INFINITY;
}

static void estimate_by_value(enum assay_metric metric, const struct assay_stats *stats, struct assay_judgement *out)
{
    bool is_spread = metric == ASSAY_METRIC_STDDEV || metric == ASSAY_METRIC_MAD || metric == ASSAY_METRIC_IQR;
    out->n_needed = is_spread ? 2 : 1; /* one sample has no spread to speak of */
    double value = assay_metric_of_stats(stats, metric);
    if (!isnan(value) && stats->rounds >= out->n_needed) {
        out->estimate = out->lower = out->upper = value;
    }
}

static enum assay_target_verdict verdict_of(const struct assay_judgement *judgement)
{
    double limit = judgement->target.limit;
    bool met = judgement->target.at_least ? judgement->lower >= limit : judgement->upper <= limit;
    bool missed = judgement->target.at_least ? judgement->upper < limit : judgement->lower > limit;
    if (met || missed) {
        return met ? ASSAY_TARGET_MET : ASSAY_TARGET_MISSED;
    }
    bool too_few = judgement->n < judgement->n_needed || isnan(judgement->estimate);
    return too_few ? ASSAY_TARGET_TOO_FEW : ASSAY_TARGET_UNDECIDED;
}

struct assay_judgement assay_target_judge(const struct assay_target *target, const struct assay_stats *stats,
                                          const struct histogram *calls)
{
    struct assay_judgement judgement = {
        .target = *target, .estimate = NAN, .lower = -INFINITY, .upper = INFINITY, .n = stats->rounds};
    double q;
    if (assay_metric_is_percentile(target->metric, &q)) {
        judgement.n = 0;
        estimate_percentile(q, calls, &judgement);
    } else if (target->metric == ASSAY_METRIC_MEAN) {
        estimate_mean(stats, &judgement);
    } else if (target->metric == ASSAY_METRIC_OPS) {
        estimate_ops(stats, &judgement);
    } else {
        estimate_by_value(target->metric, stats, &judgement);
    }
    judgement.verdict = verdict_of(&judgement);
    return judgement;
}
