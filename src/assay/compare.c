// SPDX-License-Identifier: MIT
#include "assay/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

const char *assay_verdict_name(enum assay_verdict verdict)
{
    static const char *const names[ASSAY_VERDICT_COUNT] = {"same", "slower", "faster", "?", "new", "gone", "failed"};
    return names[verdict];
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

static double change_between(const struct assay_run *baseline, const struct assay_run *candidate,
                             enum assay_metric metric)
{
    return change_of(metric, assay_run_value(baseline, metric), assay_run_value(candidate, metric));
}

/* The mean of each launch, in an array of the caller's; NULL if they are not known, or without memory. */
static double *means_of_launches(const struct assay_run *run)
{
    double *means = run->samples && run->launch_rounds
                        ? base_alloc_array(run->launch_rounds_count, sizeof(*means)) : NULL;
    const double *samples = run->samples;
    for (size_t i = 0; means && i < run->launch_rounds_count; i++) {
        double sum = 0;
        for (uint64_t round = 0; round < run->launch_rounds[i]; round++) {
            sum += *samples++;
        }
        means[i] = sum / (double)run->launch_rounds[i];
    }
    return means;
}

/* A statistic of each launch, borrowed but for `owned`, which is to be freed.  Where
 * launches are not known the whole run is one. */
struct launches {
    const double *values;
    size_t count;
    double whole;
    double *owned;
};

static struct launches launches_of(const struct assay_run *run, enum assay_metric statistic)
{
    struct launches launches = {.whole = assay_run_value(run, statistic)};
    if (statistic == ASSAY_METRIC_MIN) {
        launches.values = run->launch_minima;
        launches.count = run->launch_minima_count;
    } else if (statistic == ASSAY_METRIC_MEDIAN) {
        launches.values = run->launch_medians;
        launches.count = run->launch_median_count;
    } else {
        launches.values = launches.owned = means_of_launches(run);
        launches.count = launches.owned ? run->launch_rounds_count : 0;
    }
    return launches;
}

static struct assay_change change_of_launches(const struct launches *before, const struct launches *after,
                                              enum assay_metric statistic)
{
    const double *old = before->count > 0 ? before->values : &before->whole;
    const double *new = after->count > 0 ? after->values : &after->whole;
    size_t old_count = before->count > 0 ? before->count : 1, new_count = after->count > 0 ? after->count : 1;
    return statistic == ASSAY_METRIC_MIN ? assay_change_of_minima(old, old_count, new, new_count)
                                         : assay_change_of_means(old, old_count, new, new_count);
}

/* Of min, median or mean, about the change of the values that are shown. */
static struct assay_change change_of_time(const struct assay_run *baseline, const struct assay_run *candidate,
                                          enum assay_metric statistic)
{
    struct launches before = launches_of(baseline, statistic), after = launches_of(candidate, statistic);
    struct assay_change change = assay_change_unknown();
    change.ratio = slowdown(before.whole, after.whole);
    if (before.whole >= 0 && after.whole >= 0) {
        struct assay_change of_launches = change_of_launches(&before, &after, statistic);
        change.lower = fmin(of_launches.lower, change.ratio);
        change.upper = fmax(of_launches.upper, change.ratio);
    }
    free(before.owned);
    free(after.owned);
    return change;
}

/* A core that ran at another rate changes every time and no number of cycles, so
 * what is claimed is what both say. */
static struct assay_change join_cycles(struct assay_change time, const struct assay_run *baseline,
                                       const struct assay_run *candidate)
{
    if (baseline->launch_cycles_count == 0 || candidate->launch_cycles_count == 0) {
        return time;
    }
    return assay_change_join(time,
                             assay_change_of_minima(baseline->launch_cycles, baseline->launch_cycles_count,
                                                    candidate->launch_cycles, candidate->launch_cycles_count));
}

/* Whether the rulers stood beside every launch. */
static bool is_ruled(const struct assay_run *run)
{
    return run->rulers.count > 0 && run->rulers.count == run->launch_minima_count;
}

/* The change of the code, as far as it can be told from what the core did. */
static struct assay_change change_of_code(struct assay_change time, const struct assay_run *baseline,
                                          const struct assay_run *candidate, enum assay_metric statistic)
{
    const struct assay_ruled before = {baseline->launch_minima, &baseline->rulers};
    const struct assay_ruled after = {candidate->launch_minima, &candidate->rulers};
    if (statistic == ASSAY_METRIC_MIN && is_ruled(baseline) && is_ruled(candidate)) {
        return assay_change_at_equal_core(&before, &after);
    }
    return join_cycles(time, baseline, candidate);
}

static enum assay_verdict judge(const struct assay_change *change, double margin)
{
    if (isnan(change->ratio)) {
        return ASSAY_VERDICT_UNKNOWN;
    }
    if (change->lower > margin) {
        return ASSAY_VERDICT_SLOWER;
    }
    /* So that 1.05 times as fast is what 1.05 times as slow is the other way round. */
    double faster = 1 / (1 + margin) - 1;
    if (change->upper < faster) {
        return ASSAY_VERDICT_FASTER;
    }
    return change->lower >= faster && change->upper <= margin ? ASSAY_VERDICT_SAME : ASSAY_VERDICT_UNKNOWN;
}

static enum assay_verdict judge_ratio(double ratio, double margin)
{
    return judge(&(const struct assay_change){ratio, ratio, ratio}, margin);
}

static void compare_both(struct assay_comparison *row, const struct assay_limits *limits)
{
    row->bounds = assay_limits_bounds(limits, row->candidate);
    row->time = change_of_time(row->baseline, row->candidate, limits->statistic);
    row->change = change_of_code(row->time, row->baseline, row->candidate, limits->statistic);
    row->verdict = judge(&row->change, row->bounds.margin);
    if (assay_verdict_is_change(row->verdict) && judge_ratio(row->time.ratio, row->bounds.margin) != row->verdict) {
        row->verdict = ASSAY_VERDICT_UNKNOWN; /* nobody would believe what the times themselves do not show */
    }
    row->fails = (row->verdict == ASSAY_VERDICT_SLOWER && row->change.upper > row->bounds.regression) ||
                 (row->verdict == ASSAY_VERDICT_FASTER && -row->change.ratio > row->bounds.improvement);
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
        .baseline_value = baseline ? assay_run_value(baseline, limits->statistic) : NAN,
        .candidate_value = candidate ? assay_run_value(candidate, limits->statistic) : NAN,
        .change = assay_change_unknown(),
        .time = assay_change_unknown(),
        .least_visible = NAN,
    };
    if (!candidate) {
        row.verdict = ASSAY_VERDICT_GONE;
        row.fails = !assay_limits_may_go(limits, baseline);
    } else if (candidate->error) {
        row.verdict = ASSAY_VERDICT_BROKEN;
        row.fails = true;
    } else if (!baseline) {
        row.verdict = ASSAY_VERDICT_NEW;
    } else {
        compare_both(&row, limits);
    }
    return row;
}

enum assay_verdict assay_compare_measured(const struct assay_comparison *row, enum assay_metric metric,
                                          const struct assay_limits *limits, double *out_ratio)
{
    *out_ratio = NAN;
    if (!row->baseline || !row->candidate) {
        return ASSAY_VERDICT_UNKNOWN;
    }
    double tolerance = assay_limits_tolerance(limits, row->candidate, metric);
    double ratio = isnan(tolerance) ? NAN : change_between(row->baseline, row->candidate, metric);
    if (isnan(ratio)) {
        return ASSAY_VERDICT_UNKNOWN;
    }
    *out_ratio = ratio;
    if (ratio > tolerance) {
        return ASSAY_VERDICT_SLOWER;
    }
    return ratio < -tolerance ? ASSAY_VERDICT_FASTER : ASSAY_VERDICT_SAME;
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
    const struct assay_run *found = NULL;
    for (size_t i = low; i < count && strcmp(index[i].run->fullname, fullname) == 0; i++) {
        index[i].used = true;
        found = found ? found : index[i].run;
    }
    return found;
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

/* Whether launches differ so much that there may be no change at all. */
static bool may_be_none(const struct assay_comparison *row, enum assay_metric metric)
{
    if (metric != ASSAY_METRIC_MIN && metric != ASSAY_METRIC_MEDIAN && metric != ASSAY_METRIC_MEAN) {
        return false;
    }
    struct assay_change change = change_of_time(row->baseline, row->candidate, metric);
    return assay_change_has_interval(&change) && change.lower <= 0;
}

enum assay_check_outcome assay_compare_check(const struct assay_comparison *row, const struct assay_check *check,
                                             double *out_measured)
{
    double before = assay_run_value(row->baseline, check->metric);
    double now = assay_run_value(row->candidate, check->metric);
    double measured = check->is_ratio ? change_of(check->metric, before, now) : now - before;
    *out_measured = measured;
    if (isnan(measured)) {
        return ASSAY_CHECK_IMPOSSIBLE;
    }
    if (measured <= check->limit) {
        return ASSAY_CHECK_PASSED;
    }
    return may_be_none(row, check->metric) ? ASSAY_CHECK_UNSURE : ASSAY_CHECK_FAILED;
}
