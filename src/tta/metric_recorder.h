// SPDX-License-Identifier: MIT
/*
 * tta/metric_recorder.h - the counters of one thread.
 *
 * tta_metrics_record() and tta_metrics_record_gap() write them; all else here is
 * for whoever holds the lock of the metrics.
 */
#ifndef TTA_METRIC_RECORDER_H
#define TTA_METRIC_RECORDER_H

#include "tta/metric_totals.h"
#include "tta/metrics.h"

/* NULL without memory.  It has counters for series 0 to `series_count` - 1. */
struct tta_recorder *tta_recorder_create(size_t max_series, size_t series_count);
void tta_recorder_destroy(struct tta_recorder *recorder);

/* Makes counters for a series, if it has none.  False without memory. */
bool tta_recorder_add_series(struct tta_recorder *recorder, size_t series);

/* A list of recorders, as the metrics keep them. */
struct tta_recorder *tta_recorder_next(const struct tta_recorder *recorder);
void tta_recorder_link(struct tta_recorder *recorder, struct tta_recorder *next);

/* Samples of a series that were surely written. */
uint64_t tta_recorder_done(const struct tta_recorder *recorder, size_t series);

/* Copies the counters of a series, torn at most by samples recorded meanwhile.  `copy` may have leftovers of an
 * earlier copy outside of its stretches. */
void tta_recorder_copy(const struct tta_recorder *recorder, size_t series, struct totals *copy);

#endif /* TTA_METRIC_RECORDER_H */
