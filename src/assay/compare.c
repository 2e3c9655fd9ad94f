// SPDX-License-Identifier: MIT
#include "assay/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

const char *assay_change_name(enum assay_change change)
{
    switch (change) {
    case ASSAY_CHANGE_NONE: return "no significant change";
    case ASSAY_CHANGE_WATCH: return "worth watching";
    case ASSAY_CHANGE_REGRESSION: return "regression";
    case ASSAY_CHANGE_FASTER: return "faster";
    case ASSAY_CHANGE_NEW: return "new";
    case ASSAY_CHANGE_GONE: return "gone";
    case ASSAY_CHANGE_BROKEN: return "failed";
    case ASSAY_CHANGE_UNKNOWN: return "cannot tell";
    }
    return "cannot tell";
}

struct assay_limits assay_limits_defaults(void)
{
    struct assay_limits limits = {
        .metric = ASSAY_METRIC_MIN,
        .has_witness = true,
        .witness = ASSAY_METRIC_MEDIAN,
        .watch_ratio = 0.05,
        .regression_ratio = 0.20,
    };
    for (int i = 0; i < ASSAY_MEASURED_COUNT; i++) {
        limits.tolerances[i] = assay_metric_tolerance((enum assay_metric)(ASSAY_METRIC_FIRST_MEASURED + i));
    }
    return limits;
}

static double value_of_calls(const struct assay_calls *calls, enum assay_metric metric)
{
    if (calls->count == 0) {
        return NAN;
    }
    switch ((int)metric) { /* int: the other metrics are not of calls */
    case ASSAY_METRIC_P50: return calls->p50;
    case ASSAY_METRIC_P90: return calls->p90;
    case ASSAY_METRIC_P95: return calls->p95;
    case ASSAY_METRIC_P99: return calls->p99;
    case ASSAY_METRIC_P999: return calls->p999;
    default: return NAN;
    }
}

static double spread_of(const struct assay_run *run)
{
    if (run->launch_median_count < 2) {
        return NAN;
    }
    double least = run->launch_medians[0], most = least;
    for (size_t i = 1; i < run->launch_median_count; i++) {
        least = fmin(least, run->launch_medians[i]);
        most = fmax(most, run->launch_medians[i]);
    }
    return least > 0 ? most / least - 1 : NAN;
}

double assay_run_value(const struct assay_run *run, enum assay_metric metric)
{
    if (run->error) {
        return NAN;
    }
    if (metric == ASSAY_METRIC_SPREAD) {
        return spread_of(run);
    }
    if (metric == ASSAY_METRIC_CALLS) {
        return (double)run->calls.count;
    }
    if (metric == ASSAY_METRIC_ITERATIONS) {
        return (double)run->iterations;
    }
    if (assay_metric_is_percentile(metric, NULL)) {
        return value_of_calls(&run->calls, metric);
    }
    if (assay_metric_is_measured(metric)) {
        return assay_measured_get(&run->measured, metric);
    }
    return assay_metric_of_stats(&run->stats, metric);
}

/* How much slower `now` is than `before`, as a ratio: 0.05 for 5 %. */
static double slowdown(double before, double now)
{
    if (!(before >= 0) || !(now >= 0)) {
        return NAN; /* missing, or a time below zero of a clock that was set back */
    }
    if (before > 0) {
        return now / before - 1;
    }
    return now > 0 ? INFINITY : 0;
}

static double change_of(enum assay_metric metric, double before, double now)
{
    if (!assay_metric_is_rate(metric)) {
        return slowdown(before, now);
    }
    /* More is better.  0 stands for a run that took no time at all, so it is
     * the highest rate and not the lowest. */
    if (before == 0 || now == 0) {
        return slowdown(before == 0 ? 0 : 1 / before, now == 0 ? 0 : 1 / now);
    }
    return slowdown(now, before);
}

static enum assay_change class_of(double change_ratio, const struct assay_limits *limits)
{
    if (isnan(change_ratio)) {
        return ASSAY_CHANGE_UNKNOWN;
    }
    if (change_ratio > limits->regression_ratio) {
        return ASSAY_CHANGE_REGRESSION;
    }
    if (change_ratio > limits->watch_ratio) {
        return ASSAY_CHANGE_WATCH;
    }
    return change_ratio < -limits->watch_ratio ? ASSAY_CHANGE_FASTER : ASSAY_CHANGE_NONE;
}

static double agreed_change(double change, double witness)
{
    if (isnan(change) || isnan(witness)) {
        return change;
    }
    if ((change > 0) != (witness > 0)) {
        return 0;
    }
    return fabs(change) < fabs(witness) ? change : witness;
}

static double change_between(const struct assay_run *baseline, const struct assay_run *candidate,
                             enum assay_metric metric)
{
    return change_of(metric, assay_run_value(baseline, metric), assay_run_value(candidate, metric));
}

static struct assay_comparison compare_runs(const struct assay_run *baseline, const struct assay_run *candidate,
                                            const struct assay_limits *limits)
{
    const struct assay_run *named = candidate ? candidate : baseline;
    struct assay_comparison row = {
        .fullname = named->fullname,
        .name = named->name,
        .baseline = baseline,
        .candidate = candidate,
        .baseline_value = baseline ? assay_run_value(baseline, limits->metric) : NAN,
        .candidate_value = candidate ? assay_run_value(candidate, limits->metric) : NAN,
        .change_ratio = NAN,
        .witness_ratio = NAN,
        .agreed_ratio = NAN,
    };
    if (!candidate) {
        row.change = ASSAY_CHANGE_GONE;
    } else if (candidate->error) {
        row.change = ASSAY_CHANGE_BROKEN;
    } else if (!baseline) {
        row.change = ASSAY_CHANGE_NEW;
    } else {
        row.change_ratio = change_between(baseline, candidate, limits->metric);
        row.witness_ratio = limits->has_witness ? change_between(baseline, candidate, limits->witness) : NAN;
        row.agreed_ratio = agreed_change(row.change_ratio, row.witness_ratio);
        row.change = class_of(row.agreed_ratio, limits);
    }
    return row;
}

enum assay_change assay_measured_change(const struct assay_comparison *row, enum assay_metric metric,
                                        const struct assay_limits *limits, double *out_ratio)
{
    *out_ratio = NAN;
    double tolerance = limits->tolerances[metric - ASSAY_METRIC_FIRST_MEASURED];
    if (isnan(tolerance) || !row->baseline || !row->candidate) {
        return ASSAY_CHANGE_UNKNOWN;
    }
    double ratio = change_between(row->baseline, row->candidate, metric);
    if (isnan(ratio)) {
        return ASSAY_CHANGE_UNKNOWN;
    }
    *out_ratio = ratio;
    if (ratio > tolerance) {
        return ASSAY_CHANGE_REGRESSION;
    }
    return ratio < -tolerance ? ASSAY_CHANGE_FASTER : ASSAY_CHANGE_NONE;
}

/* Runs of one result, to be found by name. */
struct indexed_run {
    const struct assay_run *run;
    bool used; /* a run of the other result has this name */
};

static int compare_fullnames(const void *a, const void *b)
{
    const struct indexed_run *left = a, *right = b;
    int order = strcmp(left->run->fullname, right->run->fullname);
    /* Of two runs of one name the first comes first: the array they lie in. */
    return order != 0 ? order : (left->run > right->run) - (left->run < right->run);
}

static struct indexed_run *index_runs(const struct assay_result *result)
{
    struct indexed_run *index = base_alloc_array(result->run_count, sizeof(*index));
    if (index) {
        for (size_t i = 0; i < result->run_count; i++) {
            index[i].run = &result->runs[i];
        }
        qsort(index, result->run_count, sizeof(*index), compare_fullnames);
    }
    return index;
}

/* The baseline of a name, marked as used with its namesakes; NULL if there is none. */
static const struct assay_run *use_baseline(struct indexed_run *index, size_t count, const char *fullname)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(index[middle].run->fullname, fullname) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (size_t i = low; i < count && strcmp(index[i].run->fullname, fullname) == 0; i++) {
        index[i].used = true;
    }
    return low < count && index[low].used ? index[low].run : NULL;
}

static int compare_positions(const void *a, const void *b)
{
    const struct indexed_run *left = a, *right = b;
    return (left->run > right->run) - (left->run < right->run);
}

enum assay_status assay_compare(const struct assay_result *baseline, const struct assay_result *candidate,
                                const struct assay_limits *limits, struct assay_comparison **out_rows,
                                size_t *out_count)
{
    struct indexed_run *index = index_runs(baseline);
    struct assay_comparison *rows = base_alloc_array(baseline->run_count + candidate->run_count, sizeof(*rows));
    if (!index || !rows) {
        free(index);
        free(rows);
        return ASSAY_NO_MEMORY;
    }
    size_t count = 0;
    for (size_t i = 0; i < candidate->run_count; i++) {
        const struct assay_run *run = &candidate->runs[i];
        rows[count++] = compare_runs(use_baseline(index, baseline->run_count, run->fullname), run, limits);
    }
    qsort(index, baseline->run_count, sizeof(*index), compare_positions);
    for (size_t i = 0; i < baseline->run_count; i++) {
        if (!index[i].used) {
            rows[count++] = compare_runs(index[i].run, NULL, limits);
        }
    }
    free(index);
    *out_rows = rows;
    *out_count = count;
    return ASSAY_OK;
}

/* "20%", "0.001" or "5 us". */
static bool parse_limit(struct str text, struct assay_check *check)
{
    double percent;
    if (base_str_ends_with(text, STR("%"))) {
        struct str number = base_str_trim((struct str){text.ptr, text.len - 1});
        check->is_ratio = true;
        if (!base_num_parse_double(number, 0, HUGE_VAL, &percent)) {
            return false;
        }
        check->limit = percent / 100;
        return true;
    }
    check->is_ratio = false;
    if (assay_metric_is_rate(check->metric)) {
        return false; /* less of it is worse, so "has grown by" makes no sense */
    }
    return base_num_parse_double(text, 0, HUGE_VAL, &check->limit) ||
           assay_target_parse_amount(check->metric, text, &check->limit);
}

enum assay_status assay_check_parse(struct str text, struct assay_check *out_check, struct assay_error *err)
{
    struct assay_check check;
    struct str limit;
    struct str name = base_str_cut(text, ':', &limit);
    if (!limit.ptr) {
        return assay_fail(err, ASSAY_BAD_SYNTAX,
                          "'%.*s' is no check: write it as 'min:5%%', 'mean:0.001' or 'p95:5 us'", STR_ARGS(text));
    }
    if (!assay_metric_of_name(base_str_trim(name), &check.metric) || !assay_metric_can_be_limited(check.metric)) {
        return assay_fail(
            err, ASSAY_BAD_SYNTAX,
            "'%.*s': a check is on a time such as min, mean or p95 or on a measured metric, not on '%.*s'",
            STR_ARGS(text), STR_ARGS(name));
    }
    if (!parse_limit(base_str_trim(limit), &check)) {
        bool is_time = assay_metric_unit(check.metric) == ASSAY_UNIT_SECONDS;
        return assay_fail(err, ASSAY_BAD_SYNTAX, "'%.*s': the limit must be a percentage as '5%%'%s", STR_ARGS(text),
                          is_time                                ? ", seconds as '0.001' or a time as '5 us'"
                          : assay_metric_is_rate(check.metric) ? ""
                                                                 : " or a number");
    }
    *out_check = check;
    return ASSAY_OK;
}

bool assay_check_fails(const struct assay_check *check, const struct assay_run *baseline,
                       const struct assay_run *candidate, double *out_measured)
{
    double before = assay_run_value(baseline, check->metric), now = assay_run_value(candidate, check->metric);
    double measured = check->is_ratio ? change_of(check->metric, before, now) : now - before;
    *out_measured = measured;
    return measured > check->limit; /* false for NAN */
}
