// SPDX-License-Identifier: MIT
/*
 * assay/preload.h - the counter of allocations as a file that a worker can load.
 *
 * The shared object is part of this program, so that it is found wherever the
 * program lies; it is written to memory that has no name in the file system, and
 * the worker inherits its descriptor.
 */
#ifndef CMD_ASSAY_PRELOAD_H
#define CMD_ASSAY_PRELOAD_H

/* The descriptor that the worker gets it as, and its path there. */
#define PRELOAD_FD 5
#define PRELOAD_PATH "/proc/self/fd/5"

/* A descriptor of the shared object, the caller's to close, 10 or above and closed
 * on exec; -1 where that cannot be had. */
int preload_open(void);

#endif /* CMD_ASSAY_PRELOAD_H */
