// SPDX-License-Identifier: MIT
#include "assay/bins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

#define LEAST_BINS 5
#define LOG_RATIO 20
/* Beyond so many interquartile ranges above the third quartile begins the tail;
 * of a normal distribution one sample in 10^8 does. */
#define FENCE 4
#define TAIL_SHARE 0.05

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Type 1 of Hyndman and Fan: a sample, never between two. */
static double quantile(const double *sorted, size_t n, double q)
{
    size_t rank = (size_t)ceil(q * (double)n);
    return sorted[rank > 0 ? rank - 1 : 0];
}

/* The largest sample that is not in the tail. */
static double find_top(const double *sorted, size_t n)
{
    double q3 = quantile(sorted, n, 0.75);
    double fence = q3 + FENCE * (q3 - quantile(sorted, n, 0.25));
    size_t within = n;
    while (within > 0 && sorted[within - 1] > fence) {
        within--;
    }
    size_t allowed = (size_t)((double)n * TAIL_SHARE);
    bool is_tail = within > 0 && n - within <= (allowed > 0 ? allowed : 1);
    return is_tail ? sorted[within - 1] : quantile(sorted, n, 0.99);
}

static size_t choose_count(const double *sorted, size_t n, double top, bool is_log)
{
    double iqr = quantile(sorted, n, 0.75) - quantile(sorted, n, 0.25);
    double width = 2 * iqr / cbrt((double)n);
    double wanted = is_log || width <= 0 ? ASSAY_MAX_BINS : ceil((top - sorted[0]) / width);
    if (wanted > ASSAY_MAX_BINS) {
        return ASSAY_MAX_BINS;
    }
    return wanted < LEAST_BINS ? LEAST_BINS : (size_t)wanted;
}

static void set_edges(struct assay_bins *bins, double bottom, double top)
{
    for (size_t i = 1; i < bins->count; i++) {
        double share = (double)i / (double)bins->count;
        double edge = bins->is_log ? bottom * pow(top / bottom, share) : bottom + (top - bottom) * share;
        /* Neighbouring numbers have nothing between them: then some bins are empty. */
        bins->edges[i] = edge < bins->edges[i - 1] ? bins->edges[i - 1] : edge > top ? top : edge;
    }
    bins->edges[bins->count] = top;
}

size_t assay_bins_find(const struct assay_bins *bins, double value)
{
    if (value > bins->edges[bins->count]) {
        return bins->count;
    }
    size_t at = bins->count - 1;
    while (at > 0 && value < bins->edges[at]) {
        at--;
    }
    return at;
}

enum assay_status assay_bins_make(const double *samples, size_t n, struct assay_bins *out_bins)
{
    double *sorted = base_alloc_array(n, sizeof(*sorted));
    if (!sorted) {
        return ASSAY_NO_MEMORY;
    }
    memcpy(sorted, samples, n * sizeof(*sorted));
    qsort(sorted, n, sizeof(*sorted), ascending);
    double bottom = sorted[0], top = find_top(sorted, n);
    struct assay_bins bins = {.count = 1, .max = sorted[n - 1]};
    bins.edges[0] = bottom;
    bins.is_log = bottom > 0 && top / bottom > LOG_RATIO;
    if (top > bottom) {
        bins.count = choose_count(sorted, n, top, bins.is_log);
    }
    set_edges(&bins, bottom, top);
    for (size_t i = 0; i < n; i++) {
        size_t at = assay_bins_find(&bins, sorted[i]);
        ++*(at < bins.count ? &bins.counts[at] : &bins.beyond);
    }
    free(sorted);
    *out_bins = bins;
    return ASSAY_OK;
}
