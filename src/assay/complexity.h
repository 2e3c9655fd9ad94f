// SPDX-License-Identifier: MIT
/*
 * assay/complexity.h - how a time grows with a number n.  Pure.
 *
 * For each growth f(n) below, the time is fitted as overhead + coefficient f(n),
 * neither below zero, by least squares of the relative error, so that a small n
 * counts as much as a large one.  The error of a fit is the root of the mean
 * square of its relative errors, in percent of the time at each n, so to speak.
 */
#ifndef ASSAY_COMPLEXITY_H
#define ASSAY_COMPLEXITY_H

#include <stdbool.h>
#include <stddef.h>

enum assay_growth {
    ASSAY_GROWTH_CONSTANT,
    ASSAY_GROWTH_LG_N,
    ASSAY_GROWTH_N,
    ASSAY_GROWTH_N_LG_N,
    ASSAY_GROWTH_N_SQUARED,
    ASSAY_GROWTH_N_CUBED,
    ASSAY_GROWTH_COUNT /* not a growth */
};
/* "1", "lg n", "n", "n lg n", "n^2", "n^3". */
const char *assay_growth_name(enum assay_growth growth);

struct assay_fit {
    double overhead, coefficient; /* in the unit of the times, 0 or more; coefficient 0 for CONSTANT */
    double error;                 /* 0.02 for 2 % */
};

struct assay_complexity {
    struct assay_fit fits[ASSAY_GROWTH_COUNT];
    enum assay_growth growth; /* the fit with the least error; the slowest growth of those that are as good */
    enum assay_growth rival;  /* the best of the others that really grow */
    bool is_clear; /* CONSTANT is as good as any, or the rival's error is twice the least and above 2 % */
    double least_n, most_n;
    size_t count; /* of points */
};

/*
 * Fits `count` times above zero at numbers of 1 or more.  False, and `*out` is
 * untouched, with fewer than three different numbers, with a least and a most less
 * than a factor of four apart, or with a time or number that is out of range.
 * "As good" is an error of at most 1.25 times the least, or 0.1 %.
 */
bool assay_complexity_fit(const double *numbers, const double *times, size_t count, struct assay_complexity *out);

#endif /* ASSAY_COMPLEXITY_H */
