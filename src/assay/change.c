// SPDX-License-Identifier: MIT
#include "assay/change.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "assay/student.h"

/* What is believed of launches before any is seen. */
#define EXPECTED_LAUNCHES 2.0
#define EXPECTED_DELAY 0.02 /* in logarithms: 2 % */

/* A launch more than this changes no interval that a person could see. */
#define MAX_LAUNCHES 1000

struct assay_change assay_change_unknown(void)
{
    return (struct assay_change){NAN, -1, INFINITY};
}

bool assay_change_has_interval(const struct assay_change *change)
{
    return change->lower > -1 && isfinite(change->upper);
}

/* A change between two numbers of which one or both are 0. */
static struct assay_change change_at_zero(double before, double after)
{
    struct assay_change change = assay_change_unknown();
    if (before == 0 && after == 0) {
        change = (struct assay_change){0, 0, 0};
    } else if (before == 0 && after > 0) {
        change.ratio = INFINITY;
    } else if (before > 0 && after == 0) {
        change.ratio = -1;
    }
    return change;
}

/* Logarithms of the values of one side, ascending. */
struct side {
    double logs[MAX_LAUNCHES];
    size_t count;
};

static void insert(struct side *side, double value)
{
    size_t at = side->count++;
    for (; at > 0 && side->logs[at - 1] > value; at--) {
        side->logs[at] = side->logs[at - 1];
    }
    side->logs[at] = value;
}

/* False if a value has no logarithm. */
static bool sort_logs(const double *values, size_t count, struct side *out)
{
    out->count = 0;
    for (size_t i = 0; i < count && i < MAX_LAUNCHES; i++) {
        if (!(values[i] > 0) || isinf(values[i])) {
            return false;
        }
        insert(out, log(values[i]));
    }
    return true;
}

static double least(const double *values, size_t count)
{
    double found = values[0];
    for (size_t i = 1; i < count; i++) {
        found = fmin(found, values[i]);
    }
    return found;
}

/* The sum of delays above the least of a side, the slowest quarter censored at the one before it. */
static double sum_of_delays(const struct side *side, double *out_seen)
{
    size_t seen = side->count - side->count / 4;
    double sum = (double)(side->count - seen) * (side->logs[seen - 1] - side->logs[0]);
    for (size_t i = 0; i < seen; i++) {
        sum += side->logs[i] - side->logs[0];
    }
    *out_seen = (double)(seen - 1);
    return sum;
}

/*
 * How far beyond the true change the estimated one may lie because the least of
 * the `slow` launches was late.  With delays of mean m the least of n is late by
 * an exponential of mean m / n, so the difference exceeds x with the probability
 * share * exp(-slow x / m), `share` being that of the other side among all; with
 * m estimated from `freedom` delays the exponential becomes
 * (1 + slow x / (freedom m))^-freedom.
 */
static double reach(double slow, double other, double mean, double freedom)
{
    double share = other / (slow + other), beyond = (1 - ASSAY_CHANGE_CONFIDENCE) / 2;
    return fmax(0, mean * freedom / slow * (pow(share / beyond, 1 / freedom) - 1));
}

struct assay_change assay_change_of_minima(const double *before, size_t before_count, const double *after,
                                           size_t after_count)
{
    struct side old, new;
    if (!sort_logs(before, before_count, &old) || !sort_logs(after, after_count, &new)) {
        return change_at_zero(least(before, before_count), least(after, after_count));
    }
    double old_seen, new_seen;
    double sum = EXPECTED_LAUNCHES * EXPECTED_DELAY + sum_of_delays(&old, &old_seen) + sum_of_delays(&new, &new_seen);
    double freedom = EXPECTED_LAUNCHES + old_seen + new_seen;
    double mean = sum / freedom, log_ratio = new.logs[0] - old.logs[0];
    return (struct assay_change){
        .ratio = expm1(log_ratio),
        .lower = expm1(log_ratio - reach((double)new.count, (double)old.count, mean, freedom)),
        .upper = expm1(log_ratio + reach((double)old.count, (double)new.count, mean, freedom)),
    };
}

static double mean_of(const struct side *side)
{
    double sum = 0;
    for (size_t i = 0; i < side->count; i++) {
        sum += side->logs[i];
    }
    return sum / (double)side->count;
}

static double squares_about(const struct side *side, double mean)
{
    double sum = 0;
    for (size_t i = 0; i < side->count; i++) {
        sum += (side->logs[i] - mean) * (side->logs[i] - mean);
    }
    return sum;
}

struct assay_change assay_change_of_means(const double *before, size_t before_count, const double *after,
                                          size_t after_count)
{
    struct side old, new;
    if (!sort_logs(before, before_count, &old) || !sort_logs(after, after_count, &new)) {
        return change_at_zero(least(before, before_count), least(after, after_count));
    }
    double old_mean = mean_of(&old), new_mean = mean_of(&new), log_ratio = new_mean - old_mean;
    struct assay_change change = assay_change_unknown();
    change.ratio = expm1(log_ratio);
    if (old.count + new.count > 2) {
        double freedom = (double)(old.count + new.count - 2);
        double variance = (squares_about(&old, old_mean) + squares_about(&new, new_mean)) / freedom;
        double error = sqrt(variance * (1 / (double)old.count + 1 / (double)new.count));
        double half = assay_student_quantile(ASSAY_CHANGE_CONFIDENCE, (uint64_t)freedom) * error;
        change.lower = expm1(log_ratio - half);
        change.upper = expm1(log_ratio + half);
    }
    return change;
}

struct assay_change assay_change_join(struct assay_change first, struct assay_change second)
{
    if (isnan(second.ratio)) {
        return first;
    }
    first.lower = fmin(first.lower, second.lower);
    first.upper = fmax(first.upper, second.upper);
    return first;
}
