// SPDX-License-Identifier: MIT
/*
 * The means of all pairs, of which a thousand numbers have half a million, are never
 * made: how many lie at or below a number is counted in one walk over the sorted
 * numbers, and bisection finds the one that has so many.
 */
#include "assay/signed_rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_COUNT 100
#define EXACT_SUMS (EXACT_COUNT * (EXACT_COUNT + 1) / 4 + 1) /* half of them: the rest is a mirror image */
#define SQRT_HALF 0.70710678118654752
#define SQRT_TWO_PI 2.5066282746310002

static size_t pairs_of(size_t count)
{
    return count * (count + 1) / 2;
}

static size_t exact_critical(size_t count, double error)
{
    double chances[EXACT_SUMS] = {1}; /* of each sum */
    size_t last = pairs_of(count) / 2;
    for (size_t rank = 1; rank <= count; rank++) {
        size_t greatest = pairs_of(rank) < last ? pairs_of(rank) : last;
        for (size_t sum = greatest + 1; sum-- > 0;) {
            chances[sum] = (chances[sum] + (sum >= rank ? chances[sum - rank] : 0)) / 2;
        }
    }
    size_t k = 0;
    for (double below = chances[0]; k <= last && below <= error; below += chances[k]) {
        k++;
    }
    return k;
}

/* P(T <= sum). */
static double series_probability(double count, double sum)
{
    double mean = count * (count + 1) / 4, variance = count * (count + 1) * (2 * count + 1) / 24;
    /* The sum of the fourth powers of the ranks, an eighth of each with a minus. */
    double fourth = -count * (count + 1) * (2 * count + 1) * (3 * count * count + 3 * count - 1) / 240;
    double z = (sum + 0.5 - mean) / sqrt(variance);
    double density = exp(-z * z / 2) / SQRT_TWO_PI;
    return erfc(-z * SQRT_HALF) / 2 - density * (z * z * z - 3 * z) * fourth / (variance * variance) / 24;
}

static size_t series_critical(size_t count, double error)
{
    size_t low = 0, high = pairs_of(count) / 2;
    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        if (series_probability((double)count, (double)middle - 1) <= error) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

size_t assay_signed_rank_critical(size_t count, double error)
{
    return count <= EXACT_COUNT ? exact_critical(count, error) : series_critical(count, error);
}

static int compare_numbers(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* How many pairs, a number with itself among them, have a mean of at most `limit`. */
static size_t count_pairs(const double *sorted, size_t count, double limit)
{
    size_t pairs = 0, end = count;
    for (size_t i = 0; i < count; i++) {
        while (end > i && sorted[i] / 2 + sorted[end - 1] / 2 > limit) {
            end--;
        }
        if (end <= i) {
            break;
        }
        pairs += end - i;
    }
    return pairs;
}

/* The least number that `wanted` of the means are at most, to the last digit but one. */
static double find_pair(const double *sorted, size_t count, size_t wanted)
{
    double low = sorted[0], high = sorted[count - 1];
    if (count_pairs(sorted, count, low) >= wanted) {
        return low;
    }
    for (;;) {
        double middle = low / 2 + high / 2;
        if (!(middle > low && middle < high)) {
            return high;
        }
        if (count_pairs(sorted, count, middle) >= wanted) {
            high = middle;
        } else {
            low = middle;
        }
    }
}

struct assay_signed_rank assay_signed_rank_of(const double *values, size_t count, double error)
{
    double sorted[ASSAY_SIGNED_RANK_MAX];
    memcpy(sorted, values, count * sizeof(*values));
    qsort(sorted, count, sizeof(*sorted), compare_numbers);
    size_t pairs = pairs_of(count), k = assay_signed_rank_critical(count, error);
    return (struct assay_signed_rank){
        .middle = find_pair(sorted, count, (pairs + 1) / 2) / 2 + find_pair(sorted, count, pairs / 2 + 1) / 2,
        .lower = k > 0 ? find_pair(sorted, count, k) : -INFINITY,
        .upper = k > 0 ? find_pair(sorted, count, pairs + 1 - k) : INFINITY,
    };
}
