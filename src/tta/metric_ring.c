// SPDX-License-Identifier: MIT
#include "tta/metric_ring.h"

#define SECOND_NS INT64_C(1000000000)

const struct ring tta_rings[HISTORY_RINGS] = {
    [HISTORY_TEN_SECONDS] = {.width_ns = 10 * SECOND_NS, .size = 31, .first = 0, .window = TTA_WINDOW_5_MINUTES},
    [HISTORY_MINUTES] = {.width_ns = 60 * SECOND_NS, .size = 61, .first = 31, .window = TTA_WINDOW_HOUR},
    [HISTORY_HOURS] = {.width_ns = 3600 * SECOND_NS, .size = 25, .first = 31 + 61, .window = TTA_WINDOW_DAY},
};

const struct sliding_window tta_sliding_windows[SLIDING_WINDOWS] = {
    [TTA_WINDOW_MINUTE] = {.ring = &tta_rings[HISTORY_TEN_SECONDS], .slots = 6},
    [TTA_WINDOW_5_MINUTES] = {.ring = &tta_rings[HISTORY_TEN_SECONDS], .slots = 30},
    [TTA_WINDOW_HOUR] = {.ring = &tta_rings[HISTORY_MINUTES], .slots = 60},
    [TTA_WINDOW_DAY] = {.ring = &tta_rings[HISTORY_HOURS], .slots = 24},
};

int64_t tta_ring_open(const struct ring *ring, int64_t at_ns)
{
    return at_ns == 0 ? 0 : (at_ns - 1) / ring->width_ns;
}

int64_t tta_window_oldest(enum tta_window window, int64_t at_ns)
{
    int64_t oldest = at_ns / tta_sliding_windows[window].ring->width_ns - tta_sliding_windows[window].slots;
    return oldest < 0 ? 0 : oldest;
}

size_t tta_ring_place(const struct ring *ring, int64_t slot)
{
    return ring->first + (size_t)(slot % ring->size);
}

struct leaving tta_window_leaving(enum tta_window window, int64_t from_ns, int64_t to_ns)
{
    int64_t end = tta_window_oldest(window, to_ns);
    int64_t open_end = tta_ring_open(tta_sliding_windows[window].ring, from_ns) + 1;
    return (struct leaving){tta_window_oldest(window, from_ns), end < open_end ? end : open_end};
}
