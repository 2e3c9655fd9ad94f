// SPDX-License-Identifier: MIT
/*
 * tta/metric_ring.h - which slots of time are kept, and when they go.
 *
 * Slots are numbered from time 0 on.  Slot i takes the ticks at times in
 * (i * width, (i + 1) * width], so what it holds is at least as old as it seems: a
 * window never lacks a sample that is young enough, whatever the times of the
 * ticks.  A ring has as many slots as its longest window and one more, since the
 * open slot is still filling.
 */
#ifndef TTA_METRIC_RING_H
#define TTA_METRIC_RING_H

#include "tta/metrics.h"

#include <stddef.h>
#include <stdint.h>

/* Fine and short to coarse and long. */
enum history_ring { HISTORY_TEN_SECONDS, HISTORY_MINUTES, HISTORY_HOURS, HISTORY_RINGS };

enum { RING_SLOTS = 31 + 61 + 25 }; /* of all rings */

struct ring {
    int64_t width_ns;
    int64_t size;
    size_t first;           /* place of its first slot, of RING_SLOTS */
    enum tta_window window; /* the longest of its windows */
};

#define SLIDING_WINDOWS 4 /* all but TTA_WINDOW_ALL */

struct sliding_window {
    const struct ring *ring;
    int64_t slots;
};

extern const struct ring tta_rings[HISTORY_RINGS];
extern const struct sliding_window tta_sliding_windows[SLIDING_WINDOWS];

/* The slot that takes a tick at `at_ns`. */
int64_t tta_ring_open(const struct ring *ring, int64_t at_ns);

/* The oldest slot that reaches into the window at `at_ns`. */
int64_t tta_window_oldest(enum tta_window window, int64_t at_ns);

/* Where a slot is kept. */
size_t tta_ring_place(const struct ring *ring, int64_t slot);

/* The slots that leave a window by a tick at `to_ns` behind one at `from_ns`: from the first on, up to the end. */
struct leaving {
    int64_t first, end;
};
struct leaving tta_window_leaving(enum tta_window window, int64_t from_ns, int64_t to_ns);

#endif /* TTA_METRIC_RING_H */
