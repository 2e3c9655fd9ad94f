// SPDX-License-Identifier: MIT
#include "assay/complexity.h"

#include <assert.h>
#include <math.h>

#define LEAST_POINTS 3
#define LEAST_RANGE 4
#define AS_GOOD 1.25
#define EXACT 0.001
#define CLEAR 2
#define LEAST_RIVAL_ERROR 0.02

const char *assay_growth_name(enum assay_growth growth)
{
    static const char *const names[ASSAY_GROWTH_COUNT] = {"1", "lg n", "n", "n lg n", "n^2", "n^3"};
    assert((unsigned)growth < ASSAY_GROWTH_COUNT);
    return names[growth];
}

static double grow(enum assay_growth growth, double n)
{
    switch (growth) {
    case ASSAY_GROWTH_LG_N: return log2(n);
    case ASSAY_GROWTH_N: return n;
    case ASSAY_GROWTH_N_LG_N: return n * log2(n);
    case ASSAY_GROWTH_N_SQUARED: return n * n;
    case ASSAY_GROWTH_N_CUBED: return n * n * n;
    case ASSAY_GROWTH_CONSTANT:
    case ASSAY_GROWTH_COUNT: break;
    }
    return 0;
}

/* Relative: both sides are divided by the time, which is then 1. */
static double error_of(const struct assay_fit *fit, enum assay_growth growth, const double *numbers,
                       const double *times, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double off = (fit->overhead + fit->coefficient * grow(growth, numbers[i])) / times[i] - 1;
        sum += off * off;
    }
    return sqrt(sum / (double)count);
}

/* Least squares of 1 = overhead u + coefficient v, where u = 1/t and v = f/t; a
 * part that would be negative is left out. */
static struct assay_fit fit_growth(enum assay_growth growth, const double *numbers, const double *times, size_t count)
{
    double u = 0, v = 0, uu = 0, uv = 0, vv = 0;
    /* Scaled to about 1, so that the cube of a large n does not overflow a square. */
    double scale = grow(growth, numbers[0]) + 1;
    for (size_t i = 0; i < count; i++) {
        double one = 1 / times[i], grown = grow(growth, numbers[i]) / scale / times[i];
        u += one;
        v += grown;
        uu += one * one;
        uv += one * grown;
        vv += grown * grown;
    }
    struct assay_fit fit = {0};
    double determinant = uu * vv - uv * uv;
    double overhead = (u * vv - v * uv) / determinant, coefficient = (v * uu - u * uv) / determinant;
    if (growth == ASSAY_GROWTH_CONSTANT || !(coefficient > 0)) {
        fit.overhead = u / uu;
    } else if (!(overhead > 0)) {
        fit.coefficient = v / vv / scale;
    } else {
        fit.overhead = overhead;
        fit.coefficient = coefficient / scale;
    }
    fit.error = error_of(&fit, growth, numbers, times, count);
    return fit;
}

static bool is_in_range(double number, double least)
{
    return number >= least && number < 1e15;
}

/* Whether there is enough to tell growths apart. */
static bool has_range(const double *numbers, const double *times, size_t count, struct assay_complexity *result)
{
    size_t different = 0;
    result->least_n = result->most_n = count > 0 ? numbers[0] : 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_in_range(numbers[i], 1) || !is_in_range(times[i], 1e-15)) {
            return false;
        }
        bool is_new = true;
        for (size_t before = 0; before < i; before++) {
            is_new = is_new && numbers[before] != numbers[i];
        }
        different += is_new;
        result->least_n = fmin(result->least_n, numbers[i]);
        result->most_n = fmax(result->most_n, numbers[i]);
    }
    return different >= LEAST_POINTS && result->most_n >= LEAST_RANGE * result->least_n;
}

static void choose(struct assay_complexity *result)
{
    double least = INFINITY, rival = INFINITY;
    for (int i = 0; i < ASSAY_GROWTH_COUNT; i++) {
        least = fmin(least, result->fits[i].error);
    }
    double as_good = fmax(least * AS_GOOD, EXACT);
    result->growth = ASSAY_GROWTH_COUNT;
    for (int i = 0; i < ASSAY_GROWTH_COUNT; i++) {
        if (result->fits[i].error <= as_good && result->growth == ASSAY_GROWTH_COUNT) {
            result->growth = (enum assay_growth)i;
        }
    }
    for (int i = ASSAY_GROWTH_LG_N; i < ASSAY_GROWTH_COUNT; i++) {
        if (i != (int)result->growth && result->fits[i].error < rival) {
            rival = result->fits[i].error;
            result->rival = (enum assay_growth)i;
        }
    }
    /* All growths contain the constant one, so they cannot contradict it. */
    result->is_clear = result->growth == ASSAY_GROWTH_CONSTANT || (rival >= CLEAR * least && rival > LEAST_RIVAL_ERROR);
}

bool assay_complexity_fit(const double *numbers, const double *times, size_t count, struct assay_complexity *out)
{
    struct assay_complexity result = {.count = count};
    if (!has_range(numbers, times, count, &result)) {
        return false;
    }
    for (int i = 0; i < ASSAY_GROWTH_COUNT; i++) {
        result.fits[i] = fit_growth((enum assay_growth)i, numbers, times, count);
    }
    choose(&result);
    *out = result;
    return true;
}
