// SPDX-License-Identifier: MIT
/*
 * assay/counts.h - what is counted in a worker around one batch, beside its time.
 *
 * Allocations are counted by assay/heap_counter.h if the worker was started
 * with it; page faults, context switches and the most memory ever resident by the
 * system (getrusage); the rest by the processor (assay/pmu.h); and instructions by
 * callgrind, if the worker runs under it, which tells the controller by files.
 */
#ifndef ASSAY_COUNTS_H
#define ASSAY_COUNTS_H

#include "assay/metric.h"
#include "assay/heap_counter.h"

#include <sys/resource.h>

struct assay_counts {
    assay_heap_start_fn *start_heap; /* NULL: allocations cannot be counted */
    assay_heap_stop_fn *stop_heap;
    int pmu; /* -1: none */
    const char *heap_reason, *pmu_reason; /* why not; static; NULL if it can */
    struct rusage before;
};

/* Finds out what can be counted; once a process. */
void assay_counts_init(struct assay_counts *counts);

/* Counts from here. */
void assay_counts_start(struct assay_counts *counts);
/* Stops, and sets the counted metrics in `*out`, in total since the start. */
void assay_counts_stop(struct assay_counts *counts, struct assay_measured *out);

#endif /* ASSAY_COUNTS_H */
