// SPDX-License-Identifier: MIT
/*
 * assay/pmu.h - the processor's own counters, where the machine has them: a
 * virtual machine seldom does.  Counts this thread, outside of the kernel.
 * perf_event_open(2).
 */
#ifndef ASSAY_PMU_H
#define ASSAY_PMU_H

#include "assay/metric.h"

/* Opens the counters; the descriptor of their group, or -1 with a sentence that
 * says why not in `*out_reason`, which is static. */
int assay_pmu_open(const char **out_reason);

/* Sets all to zero and counts from here. */
void assay_pmu_start(int group);

/* Stops, and sets the PMU's metrics in `*out`, in total since the start; scaled up if the
 * processor had fewer counters than wanted and took turns.  False, and nothing
 * set, if nothing was counted. */
bool assay_pmu_stop(int group, struct assay_measured *out);

/* What a group reading of `words` means; for assay_pmu_stop(), pure.  The layout is
 * PERF_FORMAT_GROUP with both times: count of counters, time enabled, time
 * running, then a value each, in the order of the metrics.  False if it is none. */
bool assay_pmu_read_words(const uint64_t *words, size_t count, struct assay_measured *out);

#endif /* ASSAY_PMU_H */
