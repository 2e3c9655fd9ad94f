// SPDX-License-Identifier: MIT
#include "assay/metric.h"

#include <assert.h>
#include <math.h>

struct metric_facts {
    const char *name, *heading;
    enum assay_unit unit;
    double quantile; /* 0: not a percentile */
    double tolerance; /* of measured metrics a share, or NAN */
    unsigned counted_by;
};

static const struct metric_facts metrics[ASSAY_METRIC_COUNT] = {
    [ASSAY_METRIC_MIN] = {"min", "Min", ASSAY_UNIT_SECONDS, 0, NAN, 0},
    [ASSAY_METRIC_MAX] = {"max", "Max", ASSAY_UNIT_SECONDS, 0, NAN, 0},
    [ASSAY_METRIC_MEAN] = {"mean", "Mean", ASSAY_UNIT_SECONDS, 0, NAN, 0},
    [ASSAY_METRIC_STDDEV] = {"stddev", "StdDev", ASSAY_UNIT_SECONDS, 0, NAN, 0},
    [ASSAY_METRIC_MEDIAN] = {"median", "Median", ASSAY_UNIT_SECONDS, 0, NAN, 0},
    [ASSAY_METRIC_MAD] = {"mad", "MAD", ASSAY_UNIT_SECONDS, 0, NAN, 0},
    [ASSAY_METRIC_IQR] = {"iqr", "IQR", ASSAY_UNIT_SECONDS, 0, NAN, 0},
    [ASSAY_METRIC_Q1] = {"q1", "Q1", ASSAY_UNIT_SECONDS, 0, NAN, 0},
    [ASSAY_METRIC_Q3] = {"q3", "Q3", ASSAY_UNIT_SECONDS, 0, NAN, 0},
    [ASSAY_METRIC_TOTAL] = {"total", "Total", ASSAY_UNIT_SECONDS, 0, NAN, 0},
    [ASSAY_METRIC_OPS] = {"ops", "OPS", ASSAY_UNIT_PER_SECOND, 0, NAN, 0},
    [ASSAY_METRIC_P50] = {"p50", "P50", ASSAY_UNIT_SECONDS, 0.5, NAN, 0},
    [ASSAY_METRIC_P90] = {"p90", "P90", ASSAY_UNIT_SECONDS, 0.9, NAN, 0},
    [ASSAY_METRIC_P95] = {"p95", "P95", ASSAY_UNIT_SECONDS, 0.95, NAN, 0},
    [ASSAY_METRIC_P99] = {"p99", "P99", ASSAY_UNIT_SECONDS, 0.99, NAN, 0},
    [ASSAY_METRIC_P999] = {"p99.9", "P99.9", ASSAY_UNIT_SECONDS, 0.999, NAN, 0},
    [ASSAY_METRIC_OUTLIERS] = {"outliers", "Outliers", ASSAY_UNIT_COUNT, 0, NAN, 0},
    [ASSAY_METRIC_ROUNDS] = {"rounds", "Rounds", ASSAY_UNIT_COUNT, 0, NAN, 0},
    [ASSAY_METRIC_ITERATIONS] = {"iterations", "Iterations", ASSAY_UNIT_COUNT, 0, NAN, 0},
    [ASSAY_METRIC_CALLS] = {"calls", "Calls", ASSAY_UNIT_COUNT, 0, NAN, 0},
    [ASSAY_METRIC_SPREAD] = {"spread", "Spread", ASSAY_UNIT_SHARE, 0, NAN, 0},
    [ASSAY_METRIC_CYCLES] = {"cycles", "Cycles", ASSAY_UNIT_PER_ITERATION, 0, NAN, 0},
    [ASSAY_METRIC_THROUGHPUT] = {"throughput", "Throughput", ASSAY_UNIT_PER_SECOND, 0, NAN, 0},
    [ASSAY_METRIC_IMBALANCE] = {"imbalance", "Imbalance", ASSAY_UNIT_SHARE, 0, NAN, 0},
    [ASSAY_METRIC_ITEMS_PER_SECOND] = {"items_per_second", "Items/s", ASSAY_UNIT_PER_SECOND, 0, NAN, 0},
    [ASSAY_METRIC_BYTES_PER_SECOND] = {"bytes_per_second", "Bytes/s", ASSAY_UNIT_BYTES_PER_SECOND, 0, NAN, 0},
    [ASSAY_METRIC_ALLOCATIONS] = {"allocations", "Allocs", ASSAY_UNIT_PER_ITERATION, 0, 0, ASSAY_COUNT_HEAP},
    [ASSAY_METRIC_ALLOCATED_BYTES] = {"allocated_bytes", "Allocated", ASSAY_UNIT_BYTES, 0, 0, ASSAY_COUNT_HEAP},
    [ASSAY_METRIC_PEAK_HEAP] = {"peak_heap", "Peak heap", ASSAY_UNIT_BYTES, 0, 0, ASSAY_COUNT_HEAP},
    [ASSAY_METRIC_INSTRUCTIONS] = {"instructions", "Instructions", ASSAY_UNIT_PER_ITERATION, 0, 0.001,
                                   ASSAY_COUNT_INSTRUCTIONS},
    [ASSAY_METRIC_PEAK_RSS] = {"peak_rss", "Peak RSS", ASSAY_UNIT_BYTES, 0, NAN, ASSAY_COUNT_SYSTEM},
    [ASSAY_METRIC_MINOR_FAULTS] = {"minor_faults", "Faults", ASSAY_UNIT_PER_ITERATION, 0, NAN, ASSAY_COUNT_SYSTEM},
    [ASSAY_METRIC_MAJOR_FAULTS] = {"major_faults", "Major", ASSAY_UNIT_PER_ITERATION, 0, NAN, ASSAY_COUNT_SYSTEM},
    [ASSAY_METRIC_VOLUNTARY_SWITCHES] = {"voluntary_switches", "Waits", ASSAY_UNIT_PER_ITERATION, 0, NAN,
                                         ASSAY_COUNT_SYSTEM},
    [ASSAY_METRIC_INVOLUNTARY_SWITCHES] = {"involuntary_switches", "Preempted", ASSAY_UNIT_PER_ITERATION, 0, NAN,
                                           ASSAY_COUNT_SYSTEM},
    [ASSAY_METRIC_PMU_INSTRUCTIONS] = {"pmu_instructions", "Instr", ASSAY_UNIT_PER_ITERATION, 0, NAN, ASSAY_COUNT_PMU},
    [ASSAY_METRIC_PMU_CYCLES] = {"pmu_cycles", "PMU cycles", ASSAY_UNIT_PER_ITERATION, 0, NAN, ASSAY_COUNT_PMU},
    [ASSAY_METRIC_PMU_BRANCH_MISSES] = {"pmu_branch_misses", "Br misses", ASSAY_UNIT_PER_ITERATION, 0, NAN,
                                        ASSAY_COUNT_PMU},
    [ASSAY_METRIC_PMU_CACHE_MISSES] = {"pmu_cache_misses", "LLC misses", ASSAY_UNIT_PER_ITERATION, 0, NAN,
                                       ASSAY_COUNT_PMU},
};

static const struct metric_facts *facts_of(enum assay_metric metric)
{
    assert((unsigned)metric < ASSAY_METRIC_COUNT);
    return &metrics[metric];
}

const char *assay_metric_name(enum assay_metric metric)
{
    return facts_of(metric)->name;
}

const char *assay_metric_heading(enum assay_metric metric)
{
    return facts_of(metric)->heading;
}

enum assay_unit assay_metric_unit(enum assay_metric metric)
{
    return facts_of(metric)->unit;
}

bool assay_metric_is_rate(enum assay_metric metric)
{
    enum assay_unit unit = facts_of(metric)->unit;
    return unit == ASSAY_UNIT_PER_SECOND || unit == ASSAY_UNIT_BYTES_PER_SECOND;
}

bool assay_metric_is_measured(enum assay_metric metric)
{
    return metric >= ASSAY_METRIC_FIRST_MEASURED && metric < ASSAY_METRIC_COUNT;
}

bool assay_metric_can_be_limited(enum assay_metric metric)
{
    return facts_of(metric)->unit == ASSAY_UNIT_SECONDS || assay_metric_is_rate(metric) ||
           assay_metric_is_measured(metric);
}

unsigned assay_metric_counted_by(enum assay_metric metric)
{
    return facts_of(metric)->counted_by;
}

double assay_metric_tolerance(enum assay_metric metric)
{
    return assay_metric_is_measured(metric) ? facts_of(metric)->tolerance : NAN;
}

bool assay_metric_is_percentile(enum assay_metric metric, double *out_q)
{
    double quantile = facts_of(metric)->quantile;
    if (quantile <= 0) {
        return false;
    }
    if (out_q) {
        *out_q = quantile;
    }
    return true;
}

bool assay_metric_of_name(struct str name, enum assay_metric *out_metric)
{
    for (int i = 0; i < ASSAY_METRIC_COUNT; i++) {
        if (base_str_equal(name, base_str(metrics[i].name))) {
            *out_metric = (enum assay_metric)i;
            return true;
        }
    }
    return false;
}

double assay_metric_of_stats(const struct assay_stats *stats, enum assay_metric metric)
{
    switch ((int)metric) { /* int: the others do not come from rounds */
    case ASSAY_METRIC_MIN: return stats->min;
    case ASSAY_METRIC_MAX: return stats->max;
    case ASSAY_METRIC_MEAN: return stats->mean;
    case ASSAY_METRIC_STDDEV: return stats->stddev;
    case ASSAY_METRIC_MEDIAN: return stats->median;
    case ASSAY_METRIC_MAD: return stats->mad;
    case ASSAY_METRIC_IQR: return stats->iqr;
    case ASSAY_METRIC_Q1: return stats->q1;
    case ASSAY_METRIC_Q3: return stats->q3;
    case ASSAY_METRIC_TOTAL: return stats->total;
    case ASSAY_METRIC_OPS: return stats->ops;
    case ASSAY_METRIC_OUTLIERS: return (double)stats->iqr_outliers;
    case ASSAY_METRIC_ROUNDS: return (double)stats->rounds;
    default: return NAN;
    }
}

void assay_measured_set(struct assay_measured *measured, enum assay_metric metric, double value)
{
    assert(assay_metric_is_measured(metric));
    size_t index = (size_t)(metric - ASSAY_METRIC_FIRST_MEASURED);
    uint64_t bit = UINT64_C(1) << index;
    measured->known = isfinite(value) ? measured->known | bit : measured->known & ~bit;
    measured->values[index] = value;
}

double assay_measured_get(const struct assay_measured *measured, enum assay_metric metric)
{
    if (!assay_metric_is_measured(metric)) {
        return NAN;
    }
    size_t index = (size_t)(metric - ASSAY_METRIC_FIRST_MEASURED);
    return (measured->known >> index & 1) != 0 ? measured->values[index] : NAN;
}
