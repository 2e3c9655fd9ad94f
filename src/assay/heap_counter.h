// SPDX-License-Identifier: MIT
/*
 * assay/heap_counter.h - what the preloaded counter of allocations and a
 * worker have in common.  The worker finds the functions by name, if the counter
 * is there.
 */
#ifndef ASSAY_HEAP_COUNTER_H
#define ASSAY_HEAP_COUNTER_H

#include <stdint.h>

struct assay_heap_counts {
    uint64_t allocations; /* malloc and its kin; a realloc is one */
    uint64_t bytes;       /* that they asked for */
    int64_t peak;         /* most bytes in use at once, above what was in use at the start */
};

#define ASSAY_HEAP_START "assay_heap_start"
typedef void assay_heap_start_fn(void);
#define ASSAY_HEAP_STOP "assay_heap_stop"
typedef struct assay_heap_counts assay_heap_stop_fn(void);

#endif /* ASSAY_HEAP_COUNTER_H */
