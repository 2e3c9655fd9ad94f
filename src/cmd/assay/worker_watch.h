// SPDX-License-Identifier: MIT
/*
 * assay/worker_watch.h - what the system says of a worker from outside, and of the
 * machine's memory.
 */
#ifndef CMD_ASSAY_WORKER_WATCH_H
#define CMD_ASSAY_WORKER_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Bytes of memory and of swap that the process holds; 0 if the system does not
 * say (it is not Linux, or the process is gone). */
uint64_t watch_memory_of(pid_t process);

/* Three quarters of what programs can still have, within what the control group of
 * this process allows; 0 if the system does not say. */
uint64_t watch_memory_default(void);

/* Whether a child has ended, which it is still to be waited for; and whether it is stopped by a
 * signal, the number of which is in `*out_signal` then. */
bool watch_has_ended(pid_t child);
bool watch_is_stopped(pid_t child, int *out_signal);

#endif /* CMD_ASSAY_WORKER_WATCH_H */
