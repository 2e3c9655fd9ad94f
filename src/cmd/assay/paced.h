// SPDX-License-Identifier: MIT
/* cmd/assay/paced.h - what rounds took, and how fast the core was beside them, launch by launch. */
#ifndef ASSAY_CMD_PACED_H
#define ASSAY_CMD_PACED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "assay/reference.h"
#include "assay/result.h"

struct paced_launch {
    double iteration_ns;      /* the least of its rounds */
    struct assay_pace least;  /* each at its least beside any of them */
    struct assay_pace tenths; /* what a tenth of each stays below or at */
};

/* All 0 before the first launch. */
struct paced {
    double iteration_ns; /* of the launch that goes on, if it has paces */
    struct assay_pace *paces;
    size_t pace_count, pace_capacity;
    struct paced_launch *launches; /* that are over and had rounds, in order */
    size_t launch_count, launch_capacity;
};

void paced_deinit(struct paced *paced);

/* Keeps `count` rounds of `iterations` each; false without memory. */
bool paced_keep(struct paced *paced, const int64_t *times_ns, const struct assay_pace *paces_ns, size_t count,
                uint64_t iterations);
/* The launch is over; false without memory. */
bool paced_end_launch(struct paced *paced);
/* The launch is over and does not count. */
void paced_forget_launch(struct paced *paced);

/* The shortest cycle beside any round, ns; 0 if there was none. */
double paced_cycle_ns(const struct paced *paced);

/* Puts what the launches say into a run that has none of it: nothing if there are none. ASSAY_OK or ASSAY_NO_MEMORY. */
ASSAY_MUST_CHECK enum assay_status paced_describe(const struct paced *paced, struct assay_run *run);

#endif /* ASSAY_CMD_PACED_H */
