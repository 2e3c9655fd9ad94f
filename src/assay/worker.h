// SPDX-License-Identifier: MIT
/* assay/worker.h - one benchmark, doing what a controller says. */
#ifndef ASSAY_WORKER_H
#define ASSAY_WORKER_H

#include "assay/bench.h"
#include "assay/timer.h"
#include "base/text.h"

/*
 * Runs the benchmark in this process, with the parameters of `label` (empty: none) and timed
 * by `timer`, speaking assay/protocol.h over the two descriptors, until its body has returned.
 * Returns the exit status for the process: 0 if it said `done`, 3 if it could not,
 * ASSAY_EXIT_LOST if the body closed the descriptors.  If the controller goes away while the
 * body waits in its loop, the process ends there, because a body cannot be unwound.
 */
int assay_worker_run(const struct assay_registration *registration, struct str label, enum assay_timer_kind timer,
                     int command_fd, int reply_fd);

#endif /* ASSAY_WORKER_H */
