// SPDX-License-Identifier: MIT
/*
 * assay/change.h - how much a number changed between two runs, and how well
 * that is known.  Pure.
 *
 * Rounds of one process share its memory layout and its moment, so what they
 * differ by says nothing of what two runs differ by.  What does is the spread
 * between launches: each gives one value, and the inference is over them.
 */
#ifndef ASSAY_CHANGE_H
#define ASSAY_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#define ASSAY_CHANGE_CONFIDENCE 0.99 /* of an interval; half of what is missing beyond either end */

/* The change from `before` to `after` as a share: 0.05 is 5 % more. */
struct assay_change {
    double ratio;        /* NAN if unknown */
    double lower, upper; /* of its interval; -1 and INFINITY if there is none */
};

/* A change that nothing is known of. */
struct assay_change assay_change_unknown(void);

/* True if the change has an interval that ends on both sides. */
bool assay_change_has_interval(const struct assay_change *change);

/*
 * The change of the shortest time, from the shortest time of each launch.
 *
 * Whatever disturbs a launch makes it slower, so a launch's minimum is taken as
 * what the code can reach on that machine plus an exponentially distributed
 * delay, with one mean for both sides.  Then the least of n launches is within
 * mean / n of what can be reached, and the difference of the two least has a
 * distribution in closed form (a Lomax tail once the mean is estimated as well;
 * Lawless 2003, Statistical Models and Methods for Lifetime Data, 4.1 and 4.4).
 * The slowest quarter of the launches, rounded down, counts as "at least as slow
 * as the one before it" (type II censoring), so one launch in a slow minute does
 * not widen the interval.
 *
 * Two launches that lay 2 % above are added to what was seen.  So the interval is
 * never empty because a few launches happen to agree, and there is one, though
 * a wide one, for a single launch on either side.  In exchange it is a little narrow
 * where delays are much longer: in simulations with five launches a side the true
 * change lay outside of 0.7 % of the intervals for delays of 2 % in the mean, 1.8 % for
 * 5 %, 2.7 % for 20 %, and of fewer where every tenth launch took 1.3 to 1.6 times as long.
 *
 * `before` and `after` have a count of 1 or more; a value that is not above 0
 * leaves the change unknown, or, if the least of both sides is 0, known to be 0.
 */
struct assay_change assay_change_of_minima(const double *before, size_t before_count, const double *after,
                                           size_t after_count);

/*
 * The change of a location such as the median or mean, from one of each launch:
 * the ratio of the geometric means, and Student's interval of the difference of
 * logarithms with a pooled variance.  It assumes that they scatter evenly, which
 * times on a shared machine do not: it is wide and seldom wrong where one launch
 * was slow.  No interval with fewer than three launches in all.
 */
struct assay_change assay_change_of_means(const double *before, size_t before_count, const double *after,
                                          size_t after_count);

/* The least interval that holds both, about the ratio of the first; an unknown one adds nothing. */
struct assay_change assay_change_join(struct assay_change first, struct assay_change second);

#endif /* ASSAY_CHANGE_H */
