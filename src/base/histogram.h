// SPDX-License-Identifier: MIT
/*
 * base/histogram.h - counts of values in buckets of nearly equal ratio.
 *
 * The log-linear layout of HdrHistogram: below 256 each whole number has its
 * own bucket; above, each power of two is cut into 128 equal buckets, so a
 * bucket is at most 1/128 of its values wide and its middle is at most 0.4 %
 * from any of them.  Values are whole numbers from 0 (nanoseconds here);
 * those above HISTOGRAM_MAX_VALUE (73 minutes) count as that.
 *
 * The layout functions are pure; who stores the counts, and how threads share
 * them, is the caller's affair.  struct histogram is the plain kind, for one
 * thread: zero-initialised it is empty.
 */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_SUB_BITS 7
#define HISTOGRAM_MAX_VALUE ((UINT64_C(1) << 42) - 1)
/* (powers of two above the linear part) * 128 + the linear part */
#define HISTOGRAM_BUCKETS ((size_t)((42 - HISTOGRAM_SUB_BITS - 1) * 128 + 256))

/* The bucket of a value, below HISTOGRAM_BUCKETS.  Inline: it is most of the
 * cost of recording one sample. */
static inline size_t base_histogram_bucket(uint64_t value)
{
    value = value > HISTOGRAM_MAX_VALUE ? HISTOGRAM_MAX_VALUE : value;
    int shift = 63 - __builtin_clzll(value | 255) - HISTOGRAM_SUB_BITS;
    return ((size_t)shift << HISTOGRAM_SUB_BITS) + (size_t)(value >> shift);
}

/* The least and the greatest value of a bucket. */
uint64_t base_histogram_bucket_low(size_t bucket);
uint64_t base_histogram_bucket_high(size_t bucket);
/* What stands for all of them. */
uint64_t base_histogram_bucket_middle(size_t bucket);

/*
 * The value at `rank` (1 .. sum of counts) in ascending order, as the middle
 * of its bucket; `counts` holds HISTOGRAM_BUCKETS counts.  A rank beyond the
 * sum gives the last bucket in use; empty counts give 0.
 */
uint64_t base_histogram_value_at_rank(const uint64_t *counts, uint64_t rank);

/* The rank of a quantile `q` in [0, 1] among n values: ceil(q * n), at least 1
 * (the "inverted empirical distribution", type 1 of Hyndman and Fan 1996). */
uint64_t base_histogram_quantile_rank(double q, uint64_t n);

struct histogram {
    uint64_t count;
    uint64_t sum; /* exact sum of the values as recorded */
    uint64_t min, max; /* exact; meaningless while count is 0 */
    uint64_t counts[HISTOGRAM_BUCKETS];
};

/* Inline: it stands between two timed calls. */
static inline void base_histogram_record(struct histogram *histogram, uint64_t value)
{
    if (histogram->count == 0 || value < histogram->min) {
        histogram->min = value;
    }
    if (histogram->count == 0 || value > histogram->max) {
        histogram->max = value;
    }
    histogram->count++;
    histogram->sum += value;
    histogram->counts[base_histogram_bucket(value)]++;
}
/* Adds all of `from` to `into`. */
void base_histogram_merge(struct histogram *into, const struct histogram *from);
/* Quantile q in [0, 1]; within 0.4 % and never outside [min, max]; 0 if empty. */
uint64_t base_histogram_quantile(const struct histogram *histogram, double q);

#endif /* BASE_HISTOGRAM_H */
