// SPDX-License-Identifier: MIT
/*
 * assay/rulers.h - how much a benchmark changed between two runs, beyond what the
 * core did.  Pure but for memory.
 *
 * On a shared machine the core is slower for seconds or minutes: its clock rate
 * moves, and another virtual machine has its second thread (SMT).  All launches
 * of a short run may fall into such a time.  The rulers of assay/reference.h see
 * it, each code follows them in a way of its own, and the launches themselves
 * tell how: those of a benchmark are regressed on its rulers.
 */
#ifndef ASSAY_RULERS_H
#define ASSAY_RULERS_H

#include <stdbool.h>
#include <stddef.h>

#include "assay/change.h"

/* Of each launch what a tenth of the cycles and of the slots that were read beside its rounds took at most, seconds.
 * NULL and 0 if nothing is known. */
struct assay_rulers {
    double *cycles, *slots;
    size_t count; /* of each */
};

/* Room for `count` launches, 1 or more, to be released with assay_rulers_free(); false without memory, and then there
 * is nothing to release. */
bool assay_rulers_alloc(struct assay_rulers *out_rulers, size_t count);
/* Releases the arrays, not the struct; all of it NULL does nothing. */
void assay_rulers_free(struct assay_rulers *rulers);

/* The shortest times of a run's launches, as many as its rulers know. */
struct assay_ruled {
    const double *times;
    const struct assay_rulers *rulers;
};

/*
 * The change of a launch's shortest time at equal cycles and slots.
 *
 * The logarithm of a launch's time is taken as a level of its run, plus the
 * logarithms of its cycle and its slot, each times a slope that both runs
 * share, plus Gaussian scatter: an analysis of covariance.  A slope is believed to
 * be 0.5 and 0.6, give or take 0.5 (Gaussian), before any launch is seen, since
 * five launches in a quiet minute say nothing of it; the scatter, as if two launches
 * had said 3 %.  The interval is Student's, of the difference of levels given the
 * data, with the variance of the slopes in it; the scatter that is weighed against
 * the slopes is found by iteration (Gelman et al. 2013, Bayesian Data Analysis,
 * 14.8; Cox and McCullagh 1982, Biometrics 38, 541-561).
 *
 * In simulations with five launches a side the true change lay outside of 0 % of the
 * intervals for a scatter of 1 %, 1 % for 3 % and 2 % for 6 %. Where launches are
 * not independent, as in runs much shorter than the times for which a neighbour
 * computes, of more: docs/decisions/0006-cycles-by-reference.md has figures.
 *
 * Unknown if a side has no launch, or one that is not above 0.
 */
struct assay_change assay_change_at_equal_core(const struct assay_ruled *before, const struct assay_ruled *after);

#endif /* ASSAY_RULERS_H */
