// SPDX-License-Identifier: MIT
/*
 * tta/metric_parts.h - the metrics as their store and their texts see them.
 *
 * All but tta_metrics_take_turn() is for whoever has taken a turn.
 */
#ifndef TTA_METRIC_PARTS_H
#define TTA_METRIC_PARTS_H

#include "tta/metric_history.h"
#include "tta/metric_series.h"
#include "tta/metrics.h"

/* Waits for the metrics and keeps others from them; recorders go on. */
void tta_metrics_take_turn(struct tta_metrics *metrics);
void tta_metrics_end_turn(struct tta_metrics *metrics);

const struct series_table *tta_metrics_series_table(const struct tta_metrics *metrics);

/* When the last tick was. */
int64_t tta_metrics_ticked_ns(const struct tta_metrics *metrics);

/* Empty totals for the one who has the turn. */
struct totals *tta_metrics_scratch(struct tta_metrics *metrics);

/* The history of a series, made if there is none; NULL without memory. */
struct history *tta_metrics_history(struct tta_metrics *metrics, uint32_t series);

/* As tta_metrics_add_series(). */
enum tta_status tta_metrics_find_or_add(struct tta_metrics *metrics, const struct tta_series *series,
                                        uint32_t *out_number);

/*
 * Readies a roll-up of a series: TTA_OK and `*out_new`, which is the caller's, is
 * what was recorded since the last one, or NULL if nothing was.  TTA_NO_MEMORY.
 * To be ended with tta_history_end_roll().
 */
enum tta_status tta_metrics_begin_roll(struct tta_metrics *metrics, uint32_t series, struct slot **out_new);

/* What was recorded of a series in a window; borrowed until the next call. */
const struct totals *tta_metrics_window(struct tta_metrics *metrics, uint32_t series, enum tta_window window);

#endif /* TTA_METRIC_PARTS_H */
