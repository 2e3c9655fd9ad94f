// SPDX-License-Identifier: MIT
/*
 * tta/metric_history.h - what became of one model's counters, by time.
 *
 * Fed with the totals at each tick, a history answers what was added within
 * the last minute, hour or day.  Times are nanoseconds since the metrics were
 * created.  A tick has two steps, so that many histories can move on together
 * or not at all: tta_history_prepare() allocates, tta_history_commit() cannot
 * fail.  For one thread at a time.
 */
#ifndef TTA_METRIC_HISTORY_H
#define TTA_METRIC_HISTORY_H

#include "tta/metric_totals.h"
#include "tta/metrics.h"

#include <stdbool.h>

struct history;

/* An empty history, or NULL without memory; tta_history_destroy(NULL) does nothing. */
struct history *tta_history_create(void);
void tta_history_destroy(struct history *history);

/*
 * Readies a tick at `to_ns` for a model whose totals differ from those of the
 * last one, which was at `from_ns`.  `totals` is used as scratch.  False
 * without memory.  Until tta_history_commit() the history answers as before;
 * tta_history_discard() drops what was prepared, if anything.
 */
bool tta_history_prepare(struct history *history, struct totals *totals, int64_t from_ns, int64_t to_ns);
void tta_history_discard(struct history *history);

/* Moves on to `to_ns`, with what was prepared; if nothing was, nothing new
 * happened since the last tick. */
void tta_history_commit(struct history *history, int64_t from_ns, int64_t to_ns);

/* `done` of the totals at the last tick. */
uint64_t tta_history_done(const struct history *history);

/* The sum of latencies in the totals of all time, which may have wrapped. */
double tta_history_whole_sum_ns(const struct history *history, const struct totals *totals);

/* Narrows the totals of all time down to a window, not TTA_WINDOW_ALL; the
 * last tick was at `ticked_ns`. */
void tta_history_narrow(const struct history *history, enum tta_window window, int64_t ticked_ns,
                        struct totals *totals);

#endif /* TTA_METRIC_HISTORY_H */
