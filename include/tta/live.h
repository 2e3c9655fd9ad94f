/* SPDX-License-Identifier: MIT */
/*
 * tta/live.h - what the metrics say of models, in the form that selection asks for.
 *
 * Once a second or so, not once a request: each model takes a microsecond or more.
 */
#ifndef TTA_LIVE_H
#define TTA_LIVE_H

#include "tta/metrics.h"
#include "tta/selection.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Writes the median latency and the ratio of successes of each row of a
 * catalogue, all tasks together, over a window, for struct tta_live; -1 of those
 * with fewer than `least_requests`, for a median of three says little.  The arrays
 * have room for tta_catalogue_count() and should be some that nobody asks with
 * meanwhile: hand them over afterwards.
 */
TTA_API void tta_live_read(struct tta_metrics *metrics, const struct tta_catalogue *catalogue,
                           enum tta_window window, uint64_t least_requests, int32_t *out_latency_ms,
                           float *out_success_ratio);

#ifdef __cplusplus
}
#endif

#endif /* TTA_LIVE_H */
