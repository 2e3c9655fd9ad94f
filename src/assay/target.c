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

/* An amount in a unit, divided by `parts` and multiplied by `times`, is SI.  One
 * of them is 1, so that it is rounded once: "500 ms" is 0.5 exactly. */
struct unit {
    const char *name;
    double parts, times;
};

/* Ascending.  Of the names that end each other the longer comes first. */
static const struct unit time_units[] = {{"ns", 1e9, 1}, {"us", 1e6, 1}, {"ms", 1e3, 1}, {"s", 1, 1}, {NULL, 0, 0}};
static const struct unit byte_units[] = {{"KB", 1, 1e3},    {"KiB", 1, 1024},          {"MB", 1, 1e6},
                                         {"MiB", 1, 1 << 20}, {"GB", 1, 1e9}, {"GiB", 1, 1 << 30},
                                         {"B", 1, 1},       {NULL, 0, 0}};

static const struct unit share_units[] = {{"%", 1e2, 1}, {NULL, 0, 0}};

static bool cut_suffix(struct str *text, const char *suffix)
{
    struct str end = base_str(suffix);
    if (!base_str_ends_with(*text, end)) {
        return false;
    }
    *text = base_str_trim((struct str){text->ptr, text->len - end.len});
    return true;
}

static bool parse_in_units(struct str text, const struct unit *units, bool needs_unit, double *out)
{
    double value;
    while (units->name && !cut_suffix(&text, units->name)) {
        units++;
    }
    if ((needs_unit && !units->name) || !base_num_parse_double(text, 0, HUGE_VAL, &value)) {
        return false;
    }
    *out = units->name ? value / units->parts * units->times : value;
    return true;
}

bool assay_target_parse_amount(enum assay_metric metric, struct str text, double *out_amount)
{
    if (assay_metric_is_rate(metric)) {
        (void)cut_suffix(&text, "/s"); /* allowed, not needed */
    }
    switch (assay_metric_unit(metric)) {
    case ASSAY_UNIT_SECONDS:
        return parse_in_units(text, time_units, true, out_amount);
    case ASSAY_UNIT_BYTES:
    case ASSAY_UNIT_BYTES_PER_SECOND:
        return parse_in_units(text, byte_units, false, out_amount);
    case ASSAY_UNIT_SHARE:
        return parse_in_units(text, share_units, false, out_amount);
    case ASSAY_UNIT_PER_SECOND:
    case ASSAY_UNIT_COUNT:
    case ASSAY_UNIT_PER_ITERATION:
        break;
    }
    return base_num_parse_double(text, 0, HUGE_VAL, out_amount);
}

/* Whole things, of which the limit itself is allowed, and none at all may be. */
static bool is_counted(enum assay_metric metric)
{
    enum assay_unit unit = assay_metric_unit(metric);
    return unit == ASSAY_UNIT_BYTES || unit == ASSAY_UNIT_COUNT || unit == ASSAY_UNIT_PER_ITERATION;
}

/* "METRIC < LIMIT" cut at its operator. */
struct parts {
    struct str name, limit;
    bool at_least, has_equals;
};

/* False without an operator. */
static bool cut_operator(struct str text, struct parts *out)
{
    size_t at = 0;
    while (at < text.len && text.ptr[at] != '<' && text.ptr[at] != '>') {
        at++;
    }
    if (at == text.len) {
        return false;
    }
    out->at_least = text.ptr[at] == '>';
    out->has_equals = at + 1 < text.len && text.ptr[at + 1] == '=';
    size_t after = at + 1 + out->has_equals;
    out->name = base_str_trim((struct str){text.ptr, at});
    out->limit = base_str_trim((struct str){text.ptr + after, text.len - after});
    return true;
}

/* What is wrong with the operator, or NULL. */
static const char *operator_is_wrong(enum assay_metric metric, const struct parts *parts)
{
    if (parts->at_least != assay_metric_is_rate(metric)) {
        return parts->at_least ? "less of it is better, so its target takes '<'"
                               : "a higher rate is better, so its target takes '>'";
    }
    return is_counted(metric) && !parts->has_equals ? "write '<=': what is counted may reach its limit" : NULL;
}

static const char *wanted_limit(enum assay_metric metric)
{
    switch (assay_metric_unit(metric)) {
    case ASSAY_UNIT_SECONDS:
        return "a number above 0 with a unit (ns, us, ms, s), as in '500 ms'";
    case ASSAY_UNIT_BYTES:
        return "a number of bytes, as in '4096', '4 KiB' or '1.5 MB'";
    case ASSAY_UNIT_BYTES_PER_SECOND:
        return "a number above 0, as in '1 GB/s'";
    case ASSAY_UNIT_PER_SECOND:
        return "a number above 0, as in '1000' or '1000/s'";
    case ASSAY_UNIT_SHARE:
        return "a share above 0, as in '20 %' or '0.2'";
    case ASSAY_UNIT_COUNT:
    case ASSAY_UNIT_PER_ITERATION:
        break;
    }
    return "a number, as in '3'";
}

enum assay_status assay_target_parse(struct str text, struct assay_target *out_target, struct assay_error *err)
{
    struct assay_target target;
    struct parts parts;
    if (!cut_operator(text, &parts)) {
        return assay_fail(err, ASSAY_BAD_SYNTAX, "'%.*s' is no target: write it as 'p95 < 500 ms' or 'ops > 1000'",
                          STR_ARGS(text));
    }
    if (!assay_metric_of_name(parts.name, &target.metric) || !assay_metric_can_be_limited(target.metric)) {
        return assay_fail(err, ASSAY_BAD_SYNTAX,
                          "'%.*s': a target is on a time such as p95, mean or min, a rate such as ops, or a measured "
                          "metric, not on '%.*s'",
                          STR_ARGS(text), STR_ARGS(parts.name));
    }
    const char *complaint = operator_is_wrong(target.metric, &parts);
    if (complaint) {
        return assay_fail(err, ASSAY_BAD_SYNTAX, "'%.*s': %s", STR_ARGS(text), complaint);
    }
    target.at_least = parts.at_least;
    if (!assay_target_parse_amount(target.metric, parts.limit, &target.limit) ||
        (target.limit <= 0 && !is_counted(target.metric))) {
        return assay_fail(err, ASSAY_BAD_SYNTAX, "'%.*s': the limit must be %s", STR_ARGS(text),
                          wanted_limit(target.metric));
    }
    *out_target = target;
    return ASSAY_OK;
}

/* As few digits as give the limit back exactly.  `unit` NULL: a bare number. */
static bool format_in_unit(const struct assay_target *target, const struct unit *unit,
                           char out_text[ASSAY_TARGET_TEXT_BYTES])
{
    const char *relation = target->at_least ? ">" : is_counted(target->metric) ? "<=" : "<";
    double parts = unit ? unit->parts : 1, times = unit ? unit->times : 1;
    for (int digits = 15; digits <= 17; digits++) {
        char number[32];
        int len = snprintf(number, sizeof(number), "%.*g", digits, target->limit * parts / times);
        double back;
        if (!base_num_parse_double((struct str){number, (size_t)len}, 0, HUGE_VAL, &back)) {
            return false;
        }
        if (back / parts * times == target->limit) {
            (void)snprintf(out_text, ASSAY_TARGET_TEXT_BYTES, "%s %s %s%s%s", assay_metric_name(target->metric),
                           relation, number, unit ? " " : "", unit ? unit->name : "");
            return true;
        }
    }
    return false;
}

/* The largest unit in which a time is 1 or more. */
static const struct unit *unit_of_time(double seconds)
{
    const struct unit *unit = time_units + 3;
    while (unit > time_units && seconds * unit->parts < 1) {
        unit--;
    }
    return unit;
}

/* The largest unit of which so many bytes are a whole number; NULL for none but bytes. */
static const struct unit *unit_of_bytes(double bytes)
{
    const struct unit *best = NULL;
    for (const struct unit *unit = byte_units; unit->times > 1 && bytes > 0; unit++) {
        if (fmod(bytes, unit->times) == 0) {
            best = unit;
        }
    }
    return best;
}

void assay_target_format(const struct assay_target *target, char out_text[ASSAY_TARGET_TEXT_BYTES])
{
    const struct unit *unit = NULL, *exact = NULL;
    switch (assay_metric_unit(target->metric)) {
    case ASSAY_UNIT_SECONDS:
        unit = unit_of_time(target->limit);
        exact = time_units + 3; /* a few numbers exist only as a fraction of a second */
        break;
    case ASSAY_UNIT_BYTES:
    case ASSAY_UNIT_BYTES_PER_SECOND:
        unit = unit_of_bytes(target->limit);
        break;
    case ASSAY_UNIT_SHARE:
        unit = share_units;
        break;
    case ASSAY_UNIT_PER_SECOND:
    case ASSAY_UNIT_COUNT:
    case ASSAY_UNIT_PER_ITERATION:
        break;
    }
    if (!format_in_unit(target, unit, out_text) && !format_in_unit(target, exact, out_text)) {
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

static void estimate_measured(double value, struct assay_judgement *out)
{
    out->n = out->n_needed = 1;
    if (isnan(value)) {
        out->n = 0;
    } else {
        out->estimate = out->lower = out->upper = value;
    }
}

struct assay_judgement assay_target_judge(const struct assay_target *target, const struct assay_stats *stats,
                                          const struct histogram *calls, const struct assay_measured *measured)
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
    } else if (assay_metric_is_measured(target->metric)) {
        estimate_measured(assay_measured_get(measured, target->metric), &judgement);
    } else {
        estimate_by_value(target->metric, stats, &judgement);
    }
    judgement.verdict = verdict_of(&judgement);
    return judgement;
}
