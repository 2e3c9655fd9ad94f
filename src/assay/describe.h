// SPDX-License-Identifier: MIT
/*
 * assay/describe.h - numbers that describe samples.  Pure.
 *
 * The statistics of rounds are pytest-benchmark's, to the last digit: what its
 * users know, and what its `compare` computes with.  Times are seconds per
 * iteration, because that is what its files hold.
 */
#ifndef ASSAY_DESCRIBE_H
#define ASSAY_DESCRIBE_H

#include <stdint.h>

#include "assay/status.h"
#include "base/histogram.h"

struct assay_stats {
    double min, max;
    double mean;   /* exact sum divided by n, correctly rounded, as Python's statistics.mean */
    double stddev; /* sample standard deviation (n - 1); 0 for one sample */
    double median;
    double mad;    /* median absolute deviation from the median, not scaled; ours */
    double q1, q3, iqr; /* quartiles by the methods of pytest-benchmark, which depend on n modulo 4 */
    double ld15iqr; /* lowest datum at or above q1 - 1.5 iqr */
    double hd15iqr; /* highest datum at or below q3 + 1.5 iqr; pytest-benchmark before 5.3.1 wrote the first ABOVE */
    double total;   /* plain left-to-right sum of the samples */
    double ops;     /* n / total; 0 if total is 0 */
    uint64_t rounds; /* n */
    uint64_t iqr_outliers;    /* below q1 - 1.5 iqr or above q3 + 1.5 iqr */
    uint64_t stddev_outliers; /* outside mean +- stddev, strictly */
};

/* Describes `n` samples, n >= 1, finite, in the order in which they were
 * taken.  ASSAY_OK or ASSAY_NO_MEMORY (a sorted copy is made). */
ASSAY_MUST_CHECK enum assay_status assay_describe(const double *samples, size_t n, struct assay_stats *out_stats);

/* Only the least of them and their median, for a fraction of the work. */
ASSAY_MUST_CHECK enum assay_status assay_describe_least(const double *samples, size_t n, double *out_min,
                                                        double *out_median);

/*
 * A quantile of single calls with a confidence interval from order statistics:
 * the number of calls at or below the true quantile is binomial(n, q), so the
 * k-th smallest call with P(binomial <= k - 1) >= confidence is above it with
 * that confidence.  Exact for independent calls of any distribution
 * (Conover 1999, 3.2); the histogram's 0.4 % comes on top: bounds are the outer
 * edges of their buckets.
 */
struct assay_quantile {
    double estimate_ns;
    double lower_ns; /* one-sided bound; 0 if n is too small to give one */
    double upper_ns; /* one-sided bound; INFINITY if n is too small to give one */
    uint64_t n;
    double confidence; /* of each bound by itself */
};

/* `q` and `confidence` in (0, 1); the histogram may be empty. */
struct assay_quantile assay_describe_quantile(const struct histogram *calls, double q, double confidence);

/* The least n for which an upper bound on the quantile exists: the smallest n
 * with 1 - q^n >= confidence.  59 for p95 and 299 for p99 at 0.95. */
uint64_t assay_describe_samples_needed(double q, double confidence);

/* A mean with its two-sided Student t interval; assumes independent samples.
 * With n < 2 the interval is (-INFINITY, INFINITY). */
struct assay_interval {
    double lower, upper;
};
struct assay_interval assay_describe_mean_interval(const struct assay_stats *stats, double confidence);

#endif /* ASSAY_DESCRIBE_H */
