// SPDX-License-Identifier: MIT
/* assay/timer.h - how fine a clock is, and what a look at it costs: measured,
 * since what the system says of its clock is often not so. */
#ifndef ASSAY_TIMER_H
#define ASSAY_TIMER_H

#include <stdint.h>

/* Reads the clock: nanoseconds, never fewer than the time before. */
typedef int64_t assay_clock_fn(void *context);

struct assay_timer {
    /* The smallest gap between common differences of two readings in a row, 0
     * among them: the clock's step, or, where all differences are alike, no more
     * than that; 0 if the clock stood still. */
    int64_t step_ns;
    double cost_ns; /* of a reading: the mean of the lower nine tenths */
};

/* Some thousand readings, less than 2 ms; more only of a clock that has not
 * moved by then, and even those come to an end. */
struct assay_timer assay_timer_measure(assay_clock_fn *clock, void *context);

/* A round no shorter than this is told to 0.1 %. */
int64_t assay_timer_least_round_ns(const struct assay_timer *timer);

#endif /* ASSAY_TIMER_H */
