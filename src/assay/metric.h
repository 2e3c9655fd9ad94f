// SPDX-License-Identifier: MIT
/*
 * assay/metric.h - the numbers of a run by name.
 *
 * One table serves the columns of the output, --sort, targets, --compare-fail
 * and the fields of a result file, so a number has the same name everywhere.
 *
 * A *measured* metric is one that stands by itself beside the statistics of
 * time; a run has those that were asked for.  A new one needs a line in the enum
 * below, a line in the table and whoever measures it.
 */
#ifndef ASSAY_METRIC_H
#define ASSAY_METRIC_H

#include <stdbool.h>

#include "assay/describe.h"
#include "base/text.h"

enum assay_metric {
    ASSAY_METRIC_MIN,
    ASSAY_METRIC_MAX,
    ASSAY_METRIC_MEAN,
    ASSAY_METRIC_STDDEV,
    ASSAY_METRIC_MEDIAN,
    ASSAY_METRIC_MAD,
    ASSAY_METRIC_IQR,
    ASSAY_METRIC_Q1,
    ASSAY_METRIC_Q3,
    ASSAY_METRIC_TOTAL,
    ASSAY_METRIC_OPS,
    ASSAY_METRIC_P50, /* of single calls, as are the next ones */
    ASSAY_METRIC_P90,
    ASSAY_METRIC_P95,
    ASSAY_METRIC_P99,
    ASSAY_METRIC_P999,
    ASSAY_METRIC_OUTLIERS,
    ASSAY_METRIC_ROUNDS,
    ASSAY_METRIC_ITERATIONS,
    ASSAY_METRIC_CALLS,  /* number of calls timed one by one */
    ASSAY_METRIC_SPREAD, /* between launches: largest median of a launch over the smallest, less 1 */
    /* Measured: */
    ASSAY_METRIC_CYCLES,     /* of the core, by assay/reference.h */
    ASSAY_METRIC_THROUGHPUT, /* iterations of all threads */
    ASSAY_METRIC_IMBALANCE,  /* of a round, on average: the share in which not every thread was in the loop */
    ASSAY_METRIC_ITEMS_PER_SECOND,
    ASSAY_METRIC_BYTES_PER_SECOND,
    ASSAY_METRIC_ALLOCATIONS, /* an iteration, as the next */
    ASSAY_METRIC_ALLOCATED_BYTES,
    ASSAY_METRIC_PEAK_HEAP,    /* within an iteration, above what was in use before */
    ASSAY_METRIC_INSTRUCTIONS, /* of an iteration, on callgrind's simulated processor */
    ASSAY_METRIC_PEAK_RSS,     /* of the whole process */
    ASSAY_METRIC_MINOR_FAULTS, /* an iteration, as all that follow */
    ASSAY_METRIC_MAJOR_FAULTS,
    ASSAY_METRIC_VOLUNTARY_SWITCHES,
    ASSAY_METRIC_INVOLUNTARY_SWITCHES,
    ASSAY_METRIC_PMU_INSTRUCTIONS,
    ASSAY_METRIC_PMU_CYCLES,
    ASSAY_METRIC_PMU_BRANCH_MISSES,
    ASSAY_METRIC_PMU_CACHE_MISSES,
    ASSAY_METRIC_COUNT /* not a metric */
};
#define ASSAY_METRIC_FIRST_MEASURED ASSAY_METRIC_CYCLES
#define ASSAY_MEASURED_COUNT (ASSAY_METRIC_COUNT - ASSAY_METRIC_FIRST_MEASURED)

enum assay_unit {
    ASSAY_UNIT_SECONDS,
    ASSAY_UNIT_PER_SECOND,       /* more is better, as for the next */
    ASSAY_UNIT_BYTES_PER_SECOND,
    ASSAY_UNIT_BYTES,
    ASSAY_UNIT_COUNT,            /* of something in the run */
    ASSAY_UNIT_PER_ITERATION,    /* of something in an iteration, on average: may be a fraction */
    ASSAY_UNIT_SHARE
};

/* "min", ..., "p95", "p99.9", "ops", ... */
const char *assay_metric_name(enum assay_metric metric);
/* The heading of its column: "Min", "StdDev", "P95", "OPS", ... */
const char *assay_metric_heading(enum assay_metric metric);
enum assay_unit assay_metric_unit(enum assay_metric metric);
/* True where more of it is better: rates. */
bool assay_metric_is_rate(enum assay_metric metric);
/* True for what can have a target or a check: statistics that are times or
 * rates, and every measured metric. */
bool assay_metric_can_be_limited(enum assay_metric metric);
bool assay_metric_is_measured(enum assay_metric metric);
/* What has to be counted for a metric, in runs of their own. */
#define ASSAY_COUNT_HEAP 1u
#define ASSAY_COUNT_SYSTEM 2u
#define ASSAY_COUNT_PMU 4u
#define ASSAY_COUNT_INSTRUCTIONS 8u
/* One of these, or 0. */
unsigned assay_metric_counted_by(enum assay_metric metric);
/* How much worse than its baseline a measured metric may be, as a share: 0 for
 * what repeats exactly.  NAN where a comparison says nothing of it unless asked,
 * and for metrics that are not measured. */
double assay_metric_tolerance(enum assay_metric metric);
/* True for P50 ... P99.9; `*out_q` (may be NULL) is then the quantile, as 0.95. */
bool assay_metric_is_percentile(enum assay_metric metric, double *out_q);
/* The metric of a name, lower case; false if there is none. */
bool assay_metric_of_name(struct str name, enum assay_metric *out_metric);
/* The value of a metric that the rounds alone give, in SI units; for outliers
 * the count beyond the quartiles' fences.  NAN for the others: percentiles and
 * calls come from single calls, iterations from the run. */
double assay_metric_of_stats(const struct assay_stats *stats, enum assay_metric metric);

/* The measured metrics of a run.  Zero-initialised it has none. */
struct assay_measured {
    uint64_t known; /* bit i: values[i], of metric ASSAY_METRIC_FIRST_MEASURED + i */
    double values[ASSAY_MEASURED_COUNT];
};
/* `metric` must be a measured one; a value that is not finite makes it unknown. */
void assay_measured_set(struct assay_measured *measured, enum assay_metric metric, double value);
/* NAN if it is unknown or no measured metric. */
double assay_measured_get(const struct assay_measured *measured, enum assay_metric metric);

#endif /* ASSAY_METRIC_H */
