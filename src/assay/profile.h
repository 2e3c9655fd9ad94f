// SPDX-License-Identifier: MIT
/*
 * assay/profile.h - runs one benchmark in this process, for a profiler or a
 * debugger: no worker, no controller, and the clock is read a few dozen times in
 * all.
 */
#ifndef ASSAY_PROFILE_H
#define ASSAY_PROFILE_H

#include "assay/bench.h"
#include "assay/protocol.h"

/* How long, and how far it is. */
struct assay_profile {
    uint64_t iterations_wanted; /* 0: as many as take `time_ns` */
    int64_t time_ns;
    void (*say_failed)(const char *sentence); /* told what fails */
    uint64_t iterations_made;
    int64_t took_ns; /* in the loop */
    uint64_t batch;  /* iterations of the last command; 0 before the first */
    bool is_last;    /* nothing follows the last command */
};

/*
 * What the loop does next, in the place of a controller, after its last batch
 * took `took_ns`: batches of 1, 2, 4, ... iterations until one takes a 64th of the time,
 * then one of all that is left.  Pure but for `*profile`.
 */
struct assay_command assay_profile_next(struct assay_profile *profile, int64_t took_ns);

/* Runs the benchmark with the parameters of `label` (empty: none); true if nothing failed. */
bool assay_profile_run(const struct assay_registration *registration, struct str label, struct assay_profile *profile);

#endif /* ASSAY_PROFILE_H */
