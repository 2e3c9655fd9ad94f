// SPDX-License-Identifier: MIT
/* assay/timer.h - how fine a clock is, and what a look at it costs: measured,
 * since what the system says of its clock is often not so. */
#ifndef ASSAY_TIMER_H
#define ASSAY_TIMER_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/text.h"

/* What times are times of. */
enum assay_timer_kind {
    ASSAY_TIMER_MONOTONIC, /* the clock on the wall */
    ASSAY_TIMER_PROCESS,   /* processor time of all threads of the worker */
    ASSAY_TIMER_THREAD,    /* of the thread that runs the body */
    ASSAY_TIMER_COUNT      /* not a kind */
};
/* "monotonic", "process", "thread". */
const char *assay_timer_name(enum assay_timer_kind kind);
/* What a result file calls it: "clock_gettime", and as Python calls them "process_time" and "thread_time". */
const char *assay_timer_file_name(enum assay_timer_kind kind);
/* The kind of a name: one of the above, or Python's "time.perf_counter" and its like, "time." and "pep418." before
 * it or not.  False if it is none. */
bool assay_timer_of_name(struct str name, enum assay_timer_kind *out_kind);
clockid_t assay_timer_clock(enum assay_timer_kind kind);

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

/* A round that takes so many steps is told to 0.1 %. */
#define ASSAY_STEPS_IN_A_ROUND 1000
int64_t assay_timer_least_round_ns(const struct assay_timer *timer, uint64_t steps);

#endif /* ASSAY_TIMER_H */
