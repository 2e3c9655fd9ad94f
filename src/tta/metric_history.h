// SPDX-License-Identifier: MIT
/*
 * tta/metric_history.h - what became of the counters of a series, by time.
 *
 * Fed with the totals at each tick, a history answers what was added within
 * the last minute, hour or day.  A tick has two steps, so that many histories
 * can move on together or not at all: tta_history_prepare() allocates,
 * tta_history_commit() cannot fail.  So has a roll-up, which is what was added
 * since the last one, for a store.  For one thread at a time.
 *
 * Its slots are written again where they are, and those that leave a window come
 * back as its newest: under traffic that stays as it is, ticks allocate nothing.
 */
#ifndef TTA_METRIC_HISTORY_H
#define TTA_METRIC_HISTORY_H

#include "tta/metric_ring.h"
#include "tta/metric_totals.h"
#include "tta/metrics.h"

#include <stdbool.h>

struct history;

/* An empty history, or NULL without memory; tta_history_destroy(NULL) does nothing. */
struct history *tta_history_create(void);
void tta_history_destroy(struct history *history);

/*
 * Readies a tick at `to_ns`; the last one was at `from_ns`, which is not later.
 * `totals` are those of the series, used as scratch, `is_new` whether they differ from
 * those of the last tick.  False without memory.  Until tta_history_commit() the
 * history answers as before; tta_history_discard() drops what was prepared, if
 * anything.
 */
bool tta_history_prepare(struct history *history, struct totals *totals, bool is_new, int64_t from_ns, int64_t to_ns);
void tta_history_discard(struct history *history);

/* Whether a tick changes anything, though nothing is new: something leaves a window. */
bool tta_history_ages(const struct history *history, int64_t from_ns, int64_t to_ns);

/* Moves on to `to_ns`, with what was prepared; `totals` is scratch. */
void tta_history_commit(struct history *history, struct totals *totals, int64_t from_ns, int64_t to_ns);

/* What it takes of memory; 0 of NULL. */
size_t tta_history_bytes(const struct history *history);

/* `done` of the totals at the last tick; 0 of NULL. */
uint64_t tta_history_done(const struct history *history);

/* Turns the totals of the process into those of a window; the history may be NULL. */
void tta_history_narrow(const struct history *history, enum tta_window window, struct totals *totals);

/* What was in a window, not TTA_WINDOW_ALL, at the last tick; NULL if nothing was. */
const struct slot *tta_history_window(const struct history *history, enum tta_window window);

/* The slots of a window from the oldest on, at most TTA_MAX_TREND; NULL where nothing was.  How many. */
size_t tta_history_slots(const struct history *history, enum tta_window window, int64_t ticked_ns,
                         const struct slot *out_slots[TTA_MAX_TREND]);

/*
 * Readies a roll-up: `*out_new`, owned by the caller, is what is in the totals, used
 * as scratch, and was in no roll-up yet.  False without memory, and nothing was readied.
 * tta_history_end_roll() ends it: with `is_kept` what it gave was taken.
 */
bool tta_history_begin_roll(struct history *history, struct totals *totals, struct slot **out_new);
void tta_history_end_roll(struct history *history, bool is_kept);
/* `done` of the totals at the last roll-up that was taken; 0 of NULL. */
uint64_t tta_history_rolled(const struct history *history);

/*
 * Adds what an earlier process recorded, as if a tick had found it within the
 * slot that begins at `start_ns`; or, with HISTORY_RINGS, to the total alone.  `totals` is
 * scratch.  False without memory.  What is too old for the ring is left out.
 */
bool tta_history_restore(struct history *history, enum history_ring ring, int64_t start_ns, const struct slot *slot,
                         int64_t ticked_ns, struct totals *totals);
/* Ends any number of those. */
bool tta_history_end_restore(struct history *history, int64_t ticked_ns, struct totals *totals);

#endif /* TTA_METRIC_HISTORY_H */
