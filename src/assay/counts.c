// SPDX-License-Identifier: MIT
#define _GNU_SOURCE /* RTLD_DEFAULT */
#include "assay/counts.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "assay/bench.h"
#include "assay/pmu.h"

/* Requests to callgrind, which do nothing elsewhere: counting is on between the
 * two, and each count is dumped to a file of its own. */
#if defined(__has_include)
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#endif
#endif
#if defined(CALLGRIND_TOGGLE_COLLECT)
#define START_INSTRUCTIONS()                                                                                           \
    do {                                                                                                               \
        CALLGRIND_ZERO_STATS;                                                                                          \
        CALLGRIND_TOGGLE_COLLECT;                                                                                      \
    } while (0)
#define STOP_INSTRUCTIONS()                                                                                            \
    do {                                                                                                               \
        CALLGRIND_TOGGLE_COLLECT;                                                                                      \
        CALLGRIND_DUMP_STATS;                                                                                          \
    } while (0)
#else
#define START_INSTRUCTIONS() (void)0
#define STOP_INSTRUCTIONS() (void)0
#endif

/* Another allocator may be linked into the program, which then does not come by. */
static const char *check_heap(const struct assay_counts *counts)
{
    counts->start_heap();
    void *block = malloc(1000);
    BENCH_KEEP(block); /* or no block is allocated */
    free(block);
    return counts->stop_heap().allocations == 1 ? NULL
                                                : "the program brings an allocator of its own, or a sanitizer does";
}

static void find_heap_counter(struct assay_counts *counts)
{
    void *start = dlsym(RTLD_DEFAULT, ASSAY_HEAP_START);
    void *stop = dlsym(RTLD_DEFAULT, ASSAY_HEAP_STOP);
    counts->heap_reason = "the counter was not loaded: the program is linked statically, or not on Linux";
    if (start && stop) {
        memcpy(&counts->start_heap, &start, sizeof(start)); /* POSIX: a function's address in an object pointer */
        memcpy(&counts->stop_heap, &stop, sizeof(stop));
        counts->heap_reason = check_heap(counts);
    }
    if (counts->heap_reason) {
        counts->start_heap = NULL;
        counts->stop_heap = NULL;
    }
}

void assay_counts_init(struct assay_counts *counts)
{
    *counts = (struct assay_counts){.pmu = -1};
    find_heap_counter(counts);
    counts->pmu = assay_pmu_open(&counts->pmu_reason);
}

void assay_counts_start(struct assay_counts *counts)
{
    (void)getrusage(RUSAGE_SELF, &counts->before); /* cannot fail for oneself */
    if (counts->start_heap) {
        counts->start_heap();
    }
    if (counts->pmu >= 0) {
        assay_pmu_start(counts->pmu);
    }
    START_INSTRUCTIONS();
}

void assay_counts_stop(struct assay_counts *counts, struct assay_measured *out)
{
    struct rusage after;
    STOP_INSTRUCTIONS();
    if (counts->pmu >= 0) {
        (void)assay_pmu_stop(counts->pmu, out);
    }
    if (counts->stop_heap) {
        struct assay_heap_counts heap = counts->stop_heap();
        assay_measured_set(out, ASSAY_METRIC_ALLOCATIONS, (double)heap.allocations);
        assay_measured_set(out, ASSAY_METRIC_ALLOCATED_BYTES, (double)heap.bytes);
        assay_measured_set(out, ASSAY_METRIC_PEAK_HEAP, (double)heap.peak);
    }
    (void)getrusage(RUSAGE_SELF, &after);
    const struct rusage *before = &counts->before;
    assay_measured_set(out, ASSAY_METRIC_MINOR_FAULTS, (double)(after.ru_minflt - before->ru_minflt));
    assay_measured_set(out, ASSAY_METRIC_MAJOR_FAULTS, (double)(after.ru_majflt - before->ru_majflt));
    assay_measured_set(out, ASSAY_METRIC_VOLUNTARY_SWITCHES, (double)(after.ru_nvcsw - before->ru_nvcsw));
    assay_measured_set(out, ASSAY_METRIC_INVOLUNTARY_SWITCHES, (double)(after.ru_nivcsw - before->ru_nivcsw));
#if defined(__APPLE__)
    assay_measured_set(out, ASSAY_METRIC_PEAK_RSS, (double)after.ru_maxrss);
#else
    assay_measured_set(out, ASSAY_METRIC_PEAK_RSS, (double)after.ru_maxrss * 1024); /* Linux and the BSDs: KiB */
#endif
}
