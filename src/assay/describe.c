// SPDX-License-Identifier: MIT
/*
 * Python computes the mean and the standard deviation with exact fractions and
 * rounds once.  Here the same digits come out of double-double arithmetic: a
 * number is the unevaluated sum of two doubles, some 106 bits, built from
 * operations whose rounding error is itself computed exactly (Ogita, Rump and
 * Oishi 2005, "Accurate sum and dot product").  The relative error is about
 * n * 2^-105, so the last digit of a double could differ only if the true
 * value lay that close to the middle between two doubles; tests compare
 * with Python.
 *
 * The deviations are taken from the double-double mean and squared, which
 * cannot cancel: an error e of the mean adds n * e^2 to the sum of squares, for
 * the deviations themselves sum to zero.
 *
 * Nothing may depend on whether the compiler fuses a multiplication and an
 * addition (clang does by default where the processor can): products that
 * must be rounded go through rounded_product(), the others call fma().
 */
#include "assay/describe.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "assay/student.h"
#include "base/num.h"

/* M_PI and its kin are not in C11. */

/* The value is high + low, where |low| is at most half a unit in the last place of high. */
struct wide {
    double high, low;
};

/* volatile keeps the rounded value from being fused into a later addition. */
static double rounded_product(double a, double b)
{
    volatile double product = a * b;
    return product;
}

/* a + b exactly (Knuth, The Art of Computer Programming 2, 4.2.2, theorem B). */
static struct wide exact_sum(double a, double b)
{
    double sum = a + b;
    double b_part = sum - a;
    return (struct wide){sum, (a - (sum - b_part)) + (b - b_part)};
}

static struct wide wide_sum(struct wide a, struct wide b)
{
    struct wide high = exact_sum(a.high, b.high);
    struct wide low = exact_sum(a.low, b.low);
    struct wide sum = exact_sum(high.high, high.low + low.high);
    return exact_sum(sum.high, sum.low + low.low);
}

static struct wide wide_square(struct wide a)
{
    double square = rounded_product(a.high, a.high);
    double error = fma(a.high, a.high, -square);
    return exact_sum(square, fma(2 * a.high, a.low, error));
}

static struct wide wide_quotient(struct wide a, double divisor)
{
    double quotient = a.high / divisor;
    double rest = fma(-quotient, divisor, a.high) + a.low;
    return exact_sum(quotient, rest / divisor);
}

/* The root of `a` >= 0, rounded once: one Newton step on the double root. */
static double wide_root(struct wide a)
{
    if (a.high <= 0) {
        return 0;
    }
    double root = sqrt(a.high);
    double rest = fma(-root, root, a.high) + a.low;
    return root + rest / (2 * root);
}

/* A power of two that brings the largest sample to about 1, so that squares
 * neither overflow nor lose digits to underflow.  Multiplying by it is exact. */
static double power_of_two_near_inverse(const double *samples, size_t n)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs(samples[i]));
    }
    int exponent = 0;
    (void)frexp(largest, &exponent); /* only the exponent is wanted */
    exponent = exponent > 1000 ? 1000 : exponent < -1000 ? -1000 : exponent;
    return ldexp(1, -exponent);
}

static void describe_moments(const double *samples, size_t n, struct assay_stats *out)
{
    double scale = power_of_two_near_inverse(samples, n);
    struct wide sum = {0, 0};
    for (size_t i = 0; i < n; i++) {
        sum = wide_sum(sum, (struct wide){samples[i] * scale, 0});
    }
    struct wide mean = wide_quotient(sum, (double)n);
    struct wide squares = {0, 0};
    for (size_t i = 0; i < n; i++) {
        struct wide deviation = wide_sum((struct wide){samples[i] * scale, 0}, (struct wide){-mean.high, -mean.low});
        squares = wide_sum(squares, wide_square(deviation));
    }
    out->mean = mean.high / scale;
    out->stddev = n > 1 ? wide_root(wide_quotient(squares, (double)(n - 1))) / scale : 0;
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* How many of the sorted values are below `fence`, or, with `or_equal`, not above it. */
static size_t count_below(const double *sorted, size_t n, double fence, bool or_equal)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle] < fence || (or_equal && sorted[middle] == fence)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static double median_of(const double *sorted, size_t n)
{
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/* The deviations on either side of the median are sorted already, so those up
 * to the middle one are merged without sorting again. */
static double median_deviation(const double *sorted, size_t n, double median)
{
    size_t above = count_below(sorted, n, median, false), below = above;
    double previous = 0, current = 0;
    for (size_t rank = 0; rank <= n / 2; rank++) {
        bool take_below = above == n || (below > 0 && median - sorted[below - 1] <= sorted[above] - median);
        previous = current;
        current = take_below ? median - sorted[--below] : sorted[above++] - median;
    }
    return n % 2 == 1 ? current : (previous + current) / 2;
}

/* A quarter of one and three quarters of the other; the quarter is exact. */
static double blend(double quarter, double three_quarters)
{
    return 0.25 * quarter + rounded_product(0.75, three_quarters);
}

/* pytest-benchmark's: the halves' medians for an even n, else "method 3" of
 * https://en.wikipedia.org/wiki/Quartile#Computing_methods */
static void describe_quartiles(const double *sorted, size_t n, struct assay_stats *out)
{
    size_t k = n / 4;
    if (n == 1) {
        out->q1 = out->q3 = sorted[0];
    } else if (n % 2 == 0) {
        out->q1 = median_of(sorted, n / 2);
        out->q3 = median_of(sorted + n / 2, n / 2);
    } else if (n % 4 == 1) {
        out->q1 = blend(sorted[k - 1], sorted[k]);
        out->q3 = blend(sorted[3 * k + 1], sorted[3 * k]);
    } else {
        out->q1 = blend(sorted[k + 1], sorted[k]);
        out->q3 = blend(sorted[3 * k + 1], sorted[3 * k + 2]);
    }
    out->iqr = out->q3 - out->q1;
}

static void describe_outliers(const double *sorted, size_t n, struct assay_stats *out)
{
    double reach = rounded_product(1.5, out->iqr);
    size_t below = count_below(sorted, n, out->q1 - reach, false);
    size_t within = count_below(sorted, n, out->q3 + reach, true);
    out->ld15iqr = sorted[below < n ? below : n - 1];
    /* Rounding may put both quartiles of nearly equal samples below them all; pytest-benchmark takes the last then. */
    out->hd15iqr = sorted[within > 0 ? within - 1 : n - 1];
    out->iqr_outliers = below + (n - within);
    out->stddev_outliers = count_below(sorted, n, out->mean - out->stddev, false) +
                           (n - count_below(sorted, n, out->mean + out->stddev, true));
}

/* A sorted copy, the caller's; NULL without memory. */
static double *sort_copy(const double *samples, size_t n)
{
    assert(n >= 1);
    double *sorted = base_alloc_array(n, sizeof(*sorted));
    if (sorted) {
        memcpy(sorted, samples, n * sizeof(*sorted));
        qsort(sorted, n, sizeof(*sorted), compare_doubles);
    }
    return sorted;
}

enum assay_status assay_describe_least(const double *samples, size_t n, double *out_min, double *out_median)
{
    double *sorted = sort_copy(samples, n);
    if (!sorted) {
        return ASSAY_NO_MEMORY;
    }
    *out_min = sorted[0];
    *out_median = median_of(sorted, n);
    free(sorted);
    return ASSAY_OK;
}

enum assay_status assay_describe(const double *samples, size_t n, struct assay_stats *out_stats)
{
    double *sorted = sort_copy(samples, n);
    if (!sorted) {
        return ASSAY_NO_MEMORY;
    }
    struct assay_stats stats = {.min = sorted[0], .max = sorted[n - 1], .rounds = n, .median = median_of(sorted, n)};
    for (size_t i = 0; i < n; i++) {
        stats.total += samples[i];
    }
    stats.ops = stats.total != 0 ? (double)n / stats.total : 0;
    stats.mad = median_deviation(sorted, n, stats.median);
    describe_moments(samples, n, &stats);
    describe_quartiles(sorted, n, &stats);
    describe_outliers(sorted, n, &stats);
    free(sorted);
    *out_stats = stats;
    return ASSAY_OK;
}

/* Forgives the rounding of the computation itself where a probability equals
 * the allowed one, as 0.95^1 and 1 - 0.05 do. */
static double error_allowed(double confidence)
{
    return (1 - confidence) * (1 + 1e-12);
}

/*
 * The largest m with P(X <= m - 1) <= 1 - confidence for a binomial(n, p) X:
 * so many ranks, from the lowest on, lie below the p-quantile with that
 * confidence.  The probabilities are summed relative to that of the mode, each
 * from its neighbour, so no factorial is needed and nothing cancels.  Beyond
 * 12 standard deviations and 60 less than 1e-30 is left (Bernstein's
 * inequality), which is why the sums stop there.
 */
static uint64_t ranks_below_quantile(uint64_t count, double p, double confidence)
{
    double n = (double)count, odds = p / (1 - p);
    double reach = ceil(12 * sqrt(n * p * (1 - p)) + 60);
    double mode = fmin(n, floor((n + 1) * p));
    double first = fmax(0, mode - reach), last = fmin(n, mode + reach);
    double sum = 1, lowest = 1, weight = 1;
    for (double k = mode; k > first; k--) {
        lowest *= k / ((n - k + 1) * odds);
        sum += lowest;
    }
    for (double k = mode; k < last; k++) {
        weight *= (n - k) / (k + 1) * odds;
        sum += weight;
    }
    double allowed = error_allowed(confidence) * sum;
    double at_or_below = weight = lowest;
    double k = first;
    while (at_or_below <= allowed && k < last) {
        weight *= (n - k) / (k + 1) * odds;
        at_or_below += weight;
        k++;
    }
    return (uint64_t)k;
}

static size_t bucket_at_rank(const struct histogram *calls, uint64_t rank)
{
    return base_histogram_bucket(base_histogram_value_at_rank(calls->counts, rank));
}

static double lower_edge_at_rank(const struct histogram *calls, uint64_t rank)
{
    uint64_t low = base_histogram_bucket_low(bucket_at_rank(calls, rank));
    return (double)(low > calls->min ? low : calls->min);
}

static double upper_edge_at_rank(const struct histogram *calls, uint64_t rank)
{
    size_t bucket = bucket_at_rank(calls, rank);
    uint64_t high = base_histogram_bucket_high(bucket);
    /* The last bucket also holds what is beyond its edge. */
    bool beyond = bucket == HISTOGRAM_BUCKETS - 1 || high > calls->max;
    return (double)(beyond ? calls->max : high);
}

struct assay_quantile assay_describe_quantile(const struct histogram *calls, double q, double confidence)
{
    assert(q > 0 && q < 1 && confidence > 0 && confidence < 1);
    struct assay_quantile quantile = {.upper_ns = INFINITY, .n = calls->count, .confidence = confidence};
    if (calls->count == 0) {
        return quantile;
    }
    quantile.estimate_ns = (double)base_histogram_quantile(calls, q);
    uint64_t below = ranks_below_quantile(calls->count, q, confidence);
    if (below > 0) {
        quantile.lower_ns = lower_edge_at_rank(calls, below);
    }
    /* Seen from the top the q-quantile is the (1 - q)-quantile. */
    uint64_t above = ranks_below_quantile(calls->count, 1 - q, confidence);
    if (above > 0) {
        quantile.upper_ns = upper_edge_at_rank(calls, calls->count + 1 - above);
    }
    return quantile;
}

uint64_t assay_describe_samples_needed(double q, double confidence)
{
    assert(q > 0 && q < 1 && confidence > 0 && confidence < 1);
    double allowed = error_allowed(confidence);
    double n = fmax(1, floor(log(allowed) / log(q)));
    while (n > 1 && pow(q, n - 1) <= allowed) {
        n--;
    }
    while (pow(q, n) > allowed) {
        n++;
    }
    return (uint64_t)n;
}

struct assay_interval assay_describe_mean_interval(const struct assay_stats *stats, double confidence)
{
    assert(confidence > 0 && confidence < 1);
    if (stats->rounds < 2) {
        return (struct assay_interval){-INFINITY, INFINITY};
    }
    double reach = assay_student_quantile(confidence, stats->rounds - 1) * stats->stddev / sqrt((double)stats->rounds);
    return (struct assay_interval){stats->mean - reach, stats->mean + reach};
}
