// SPDX-License-Identifier: MIT
/* assay/worker_environment.h - the environment variables of a worker. */
#ifndef CMD_ASSAY_WORKER_ENVIRONMENT_H
#define CMD_ASSAY_WORKER_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "assay/timer.h"
#include "base/buf.h"

/* How the memory of a launch is laid out. */
struct worker_layout {
    size_t stack, heap; /* so many bytes further, each below WORKER_MAX_PADDING */
    bool huge_pages;    /* large pieces of heap in huge pages, where the system has them to give */
};
#define WORKER_MAX_PADDING 4096

/* The environment of a worker grows by a variable of the first name and as many
 * bytes as the stack is to be moved; the second says in four digits by how much the
 * worker moves its heap. */
#define WORKER_PADDING_NAME "ASSAY_PADDING"
#define WORKER_HEAP_PADDING_NAME "ASSAY_HEAP_PADDING"
/* What glibc's malloc reads ("Memory Allocation Tunables" of its manual; 2.35 has the one for huge pages, and
 * other C libraries read nothing); what the user says there goes before what is asked for here. */
#define WORKER_TUNABLES_NAME "GLIBC_TUNABLES"
#define WORKER_HUGE_PAGES "glibc.malloc.hugetlb=1"
/* By which clock the worker times: a name of assay/timer.h. */
#define WORKER_TIMER_NAME "ASSAY_TIMER"

/* Those of this process, the layout and the timer of a worker, with the counter of allocations
 * before what is preloaded anyway if it `counts`; NULL without memory.  The caller's
 * to free; its strings are partly in `strings`, to be released after it. */
char **worker_environment(struct worker_layout layout, enum assay_timer_kind timer, bool counts, struct buf *strings);

#endif /* CMD_ASSAY_WORKER_ENVIRONMENT_H */
