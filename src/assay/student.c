// SPDX-License-Identifier: MIT
#include "assay/student.h"

#include <math.h>

#define RIGHT_ANGLE 1.5707963267948966 /* pi / 2 */
#define SQRT_HALF 0.70710678118654752

/*
 * P(|T| <= t) for Student's T with whole degrees of freedom, where `angle` is
 * atan(t / sqrt(freedom)): the finite sums 26.7.3 and 26.7.4 of Abramowitz and
 * Stegun (1964), which are one recurrence that starts at cos for odd and at 1
 * for even degrees.
 */
static double student_within(double angle, unsigned freedom)
{
    double cosine = cos(angle), sum = 0;
    double term = freedom % 2 == 1 ? cosine : 1;
    for (unsigned power = freedom % 2; power + 2 <= freedom; power += 2) {
        sum += term;
        term *= (power + 1.0) / (power + 2.0) * cosine * cosine;
    }
    double within = sin(angle) * sum;
    return freedom % 2 == 1 ? (angle + within) / RIGHT_ANGLE : within;
}

/* The z with P(|Z| <= z) = confidence for a standard normal Z. */
static double normal_quantile(double confidence)
{
    double low = 0, high = 40; /* erfc underflows beyond 38 */
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        if (erfc(middle * SQRT_HALF) > 1 - confidence) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low + (high - low) / 2;
}

/* Cornish and Fisher's expansion, Abramowitz and Stegun 26.7.5: from 1,000
 * degrees on its error is below 1e-12 at every usual confidence. */
static double student_quantile_many(double confidence, double freedom)
{
    double z = normal_quantile(confidence), z2 = z * z;
    double g1 = z * (z2 + 1) / 4;
    double g2 = z * ((5 * z2 + 16) * z2 + 3) / 96;
    double g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
    double g4 = z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
    return z + (g1 + (g2 + (g3 + g4 / freedom) / freedom) / freedom) / freedom;
}

double assay_student_quantile(double confidence, uint64_t freedom)
{
    if (freedom > 1000) {
        return student_quantile_many(confidence, (double)freedom);
    }
    double low = 0, high = RIGHT_ANGLE;
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        if (student_within(middle, (unsigned)freedom) < confidence) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return tan(low + (high - low) / 2) * sqrt((double)freedom);
}
