// SPDX-License-Identifier: MIT
/*
 * assay/pair.h - one benchmark in two builds, which take turns on one core.
 *
 * In each launch both builds run in fresh processes on the same core, of which one
 * works while the other waits: one slice each way, in blocks of ABBA or BAAB by chance.
 * Whatever slows that core slows both.  docs/decisions/0016 says why so, with
 * figures.
 */
#ifndef CMD_ASSAY_PAIR_H
#define CMD_ASSAY_PAIR_H

#include "assay/gate.h"
#include "cmd/assay/core.h"
#include "cmd/assay/subject.h"

/* Zero-initialised but for the sides, it has not been launched. */
struct pair {
    struct subject *sides[2]; /* old and new; borrowed; one that failed has its error */
    double slowed;            /* the new side makes so many more iterations in its slices, as a share of them: what a
                                 control is to find */
    uint64_t iterations;      /* of a slice; 0: the first launch finds out */
};

/* What all pairs have in common. */
struct pair_setting {
    const struct session_options *options; /* its timeout, memory and tick; min_time_ns is a slice's duration */
    struct cores cores;
    uint64_t random; /* state of the order, the layouts and the cores */
};

/*
 * Launches both builds once and says what that launch gave (assay/gate.h).  The time of each
 * slice is kept as a round of its side, but for a control.  False if a side failed, which
 * its subject tells, or memory ran out, or a signal came (interrupt.h).
 */
bool pair_launch(struct pair *pair, struct pair_setting *setting, struct assay_gate_launch *out_launch);

/* Whether so few iterations are a slice that a control cannot make `slowed` more of them. */
bool pair_is_too_coarse(const struct pair *pair, double slowed);

#endif /* CMD_ASSAY_PAIR_H */
