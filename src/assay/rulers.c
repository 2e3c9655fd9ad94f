// SPDX-License-Identifier: MIT
#include "assay/rulers.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "assay/student.h"
#include "base/num.h"

/* What is believed before any launch is seen. */
#define EXPECTED_LAUNCHES 2.0
#define EXPECTED_SCATTER 0.03
#define SLOPE_DEVIATION 0.5
static const double expected_slopes[] = {0.5, 0.6}; /* of the cycle and the slot */

#define ROUNDS_OF_ITERATION 8 /* it moves by less than a thousandth after three */

enum { CYCLE, SLOT, TIME, NUMBERS };
enum { RULERS = TIME };

bool assay_rulers_alloc(struct assay_rulers *out_rulers, size_t count)
{
    *out_rulers = (struct assay_rulers){
        .cycles = base_alloc_array(count, sizeof(double)),
        .slots = base_alloc_array(count, sizeof(double)),
        .count = count,
    };
    if (!out_rulers->cycles || !out_rulers->slots) {
        assay_rulers_free(out_rulers);
        return false;
    }
    return true;
}

void assay_rulers_free(struct assay_rulers *rulers)
{
    free(rulers->cycles);
    free(rulers->slots);
    *rulers = (struct assay_rulers){0};
}

static double number_of(const struct assay_ruled *side, size_t launch, int which)
{
    const double *const numbers[NUMBERS] = {side->rulers->cycles, side->rulers->slots, side->times};
    return numbers[which][launch];
}

/* The means of one side's logarithms; false if a number has none. */
static bool find_means(const struct assay_ruled *side, double out_means[NUMBERS])
{
    for (int which = 0; which < NUMBERS; which++) {
        double sum = 0;
        for (size_t i = 0; i < side->rulers->count; i++) {
            double value = number_of(side, i, which);
            if (!(value > 0) || isinf(value)) {
                return false;
            }
            sum += log(value);
        }
        out_means[which] = sum / (double)side->rulers->count;
    }
    return side->rulers->count > 0;
}

/* Adds one side's products of deviations from its means. */
static void add_products(const struct assay_ruled *side, const double means[NUMBERS], double sums[NUMBERS][NUMBERS])
{
    for (size_t i = 0; i < side->rulers->count; i++) {
        double deviations[NUMBERS];
        for (int which = 0; which < NUMBERS; which++) {
            deviations[which] = log(number_of(side, i, which)) - means[which];
        }
        for (int a = 0; a < NUMBERS; a++) {
            for (int b = 0; b < NUMBERS; b++) {
                sums[a][b] += deviations[a] * deviations[b];
            }
        }
    }
}

/* The slopes given the products of deviations, and how well they are known. */
struct fit {
    double slopes[RULERS];
    double inverse[RULERS][RULERS]; /* times the variance: the covariance of the slopes */
    double variance;                /* of the scatter of a launch */
};

static void fit_slopes(double sums[NUMBERS][NUMBERS], double freedom, struct fit *fit)
{
    fit->variance = EXPECTED_SCATTER * EXPECTED_SCATTER;
    for (int i = 0; i < ROUNDS_OF_ITERATION; i++) {
        double weight = fit->variance / (SLOPE_DEVIATION * SLOPE_DEVIATION);
        double cycles = sums[CYCLE][CYCLE] + weight, slots = sums[SLOT][SLOT] + weight, both = sums[CYCLE][SLOT];
        double determinant = cycles * slots - both * both;
        double with_cycle = sums[CYCLE][TIME] + weight * expected_slopes[CYCLE];
        double with_slot = sums[SLOT][TIME] + weight * expected_slopes[SLOT];
        fit->inverse[CYCLE][CYCLE] = slots / determinant;
        fit->inverse[SLOT][SLOT] = cycles / determinant;
        fit->inverse[CYCLE][SLOT] = fit->inverse[SLOT][CYCLE] = -both / determinant;
        fit->slopes[CYCLE] = fit->inverse[CYCLE][CYCLE] * with_cycle + fit->inverse[CYCLE][SLOT] * with_slot;
        fit->slopes[SLOT] = fit->inverse[SLOT][CYCLE] * with_cycle + fit->inverse[SLOT][SLOT] * with_slot;
        double squares = sums[TIME][TIME];
        for (int a = 0; a < RULERS; a++) {
            double from_expected = fit->slopes[a] - expected_slopes[a];
            squares += weight * from_expected * from_expected - 2 * fit->slopes[a] * sums[a][TIME];
            for (int b = 0; b < RULERS; b++) {
                squares += fit->slopes[a] * fit->slopes[b] * sums[a][b];
            }
        }
        double expected = EXPECTED_LAUNCHES * EXPECTED_SCATTER * EXPECTED_SCATTER;
        fit->variance = (expected + fmax(squares, 0)) / freedom;
    }
}

struct assay_change assay_change_at_equal_core(const struct assay_ruled *before, const struct assay_ruled *after)
{
    double old[NUMBERS], new[NUMBERS], sums[NUMBERS][NUMBERS] = {{0}};
    struct assay_change change = assay_change_unknown();
    if (!find_means(before, old) || !find_means(after, new)) {
        return change;
    }
    add_products(before, old, sums);
    add_products(after, new, sums);
    double freedom = EXPECTED_LAUNCHES + (double)(before->rulers->count + after->rulers->count) - 2;
    struct fit fit;
    fit_slopes(sums, freedom, &fit);
    double log_ratio = new[TIME] - old[TIME];
    double spread = 1 / (double)before->rulers->count + 1 / (double)after->rulers->count;
    for (int a = 0; a < RULERS; a++) {
        log_ratio -= fit.slopes[a] * (new[a] - old[a]);
        for (int b = 0; b < RULERS; b++) {
            spread += (new[a] - old[a]) * fit.inverse[a][b] * (new[b] - old[b]);
        }
    }
    double half = assay_student_quantile(ASSAY_CHANGE_CONFIDENCE, (uint64_t)freedom) * sqrt(fit.variance * spread);
    return (struct assay_change){expm1(log_ratio), expm1(log_ratio - half), expm1(log_ratio + half)};
}
