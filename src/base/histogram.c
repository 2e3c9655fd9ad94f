// SPDX-License-Identifier: MIT
#include "base/histogram.h"

#include <float.h>
#include <math.h>

/* Inverse of base_histogram_bucket(): buckets below 256 are their own value,
 * later ones are 128 to a shift. */
static int shift_of(size_t bucket)
{
    return bucket < 256 ? 0 : (int)(bucket >> HISTOGRAM_SUB_BITS) - 1;
}

uint64_t base_histogram_bucket_low(size_t bucket)
{
    int shift = shift_of(bucket);
    return (uint64_t)(bucket - ((size_t)shift << HISTOGRAM_SUB_BITS)) << shift;
}

uint64_t base_histogram_bucket_high(size_t bucket)
{
    return base_histogram_bucket_low(bucket) + (UINT64_C(1) << shift_of(bucket)) - 1;
}

uint64_t base_histogram_bucket_middle(size_t bucket)
{
    uint64_t low = base_histogram_bucket_low(bucket);
    return low + (base_histogram_bucket_high(bucket) - low) / 2;
}

uint64_t base_histogram_value_at_rank(const uint64_t *counts, uint64_t rank)
{
    uint64_t seen = 0;
    size_t last = 0;
    for (size_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        if (counts[bucket] == 0) {
            continue;
        }
        seen += counts[bucket];
        last = bucket;
        if (seen >= rank) {
            break;
        }
    }
    return base_histogram_bucket_middle(last);
}

uint64_t base_histogram_quantile_rank(double q, uint64_t n)
{
    /* 0.07 * 100 is a little above 7 in binary: without the slack, which R has
     * too, the next rank would be taken. */
    double rank = ceil(q * (double)n * (1 - 4 * DBL_EPSILON));
    if (rank < 1) {
        return 1;
    }
    return rank > (double)n ? n : (uint64_t)rank;
}

void base_histogram_merge(struct histogram *into, const struct histogram *from)
{
    if (from->count == 0) {
        return;
    }
    if (into->count == 0 || from->min < into->min) {
        into->min = from->min;
    }
    if (into->count == 0 || from->max > into->max) {
        into->max = from->max;
    }
    into->count += from->count;
    into->sum += from->sum;
    for (size_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        into->counts[bucket] += from->counts[bucket];
    }
}

uint64_t base_histogram_quantile(const struct histogram *histogram, double q)
{
    if (histogram->count == 0) {
        return 0;
    }
    uint64_t value = base_histogram_value_at_rank(histogram->counts, base_histogram_quantile_rank(q, histogram->count));
    if (value < histogram->min) {
        return histogram->min;
    }
    return value > histogram->max ? histogram->max : value;
}
