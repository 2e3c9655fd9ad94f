// SPDX-License-Identifier: MIT
/*
 * Three rings of slots, fine and short to coarse and long.  What a tick finds
 * new goes into the open slot of each; a window is the slots that reach into
 * it, and what came after the last tick.  A ring has as many slots as its
 * longest window and one more, since the open slot is still filling.
 *
 * Slot i takes the ticks at times in (i * width, (i + 1) * width], so what it
 * holds is at least as old as it seems: a window never lacks a sample that is
 * young enough, whatever the times of the ticks.
 */
#include "tta/metric_history.h"

#include "base/num.h"

#include <math.h>
#include <stdlib.h>

#define SECOND_NS INT64_C(1000000000)

struct ring {
    int64_t width_ns;
    int64_t size;
    size_t first; /* place of its first slot in a history */
};

enum { RING_COUNT = 3, SLOT_COUNT = 31 + 61 + 25 };

static const struct ring rings[RING_COUNT] = {
    {.width_ns = 10 * SECOND_NS, .size = 31, .first = 0},
    {.width_ns = 60 * SECOND_NS, .size = 61, .first = 31},
    {.width_ns = 3600 * SECOND_NS, .size = 25, .first = 31 + 61},
};

static const struct {
    const struct ring *ring;
    int64_t slots;
} windows[] = {
    [TTA_WINDOW_MINUTE] = {.ring = &rings[0], .slots = 6},
    [TTA_WINDOW_5_MINUTES] = {.ring = &rings[0], .slots = 30},
    [TTA_WINDOW_HOUR] = {.ring = &rings[1], .slots = 60},
    [TTA_WINDOW_DAY] = {.ring = &rings[2], .slots = 24},
};

/* NULL slots are empty. */
struct history {
    struct slot *base;  /* totals at the last tick */
    uint64_t done;      /* and the samples surely in them */
    uint64_t sum_wraps; /* times that their sum of latencies passed 2^64 */
    struct slot *slots[SLOT_COUNT];
    /* Prepared, NULL if nothing is. */
    struct slot *next_base;
    uint64_t next_done;
    struct slot *next_open[RING_COUNT];
};

struct history *tta_history_create(void)
{
    return base_alloc_array(1, sizeof(struct history));
}

void tta_history_destroy(struct history *history)
{
    if (!history) {
        return;
    }
    tta_history_discard(history);
    free(history->base);
    for (size_t place = 0; place < SLOT_COUNT; place++) {
        free(history->slots[place]);
    }
    free(history);
}

/* The slot that takes a tick at `at_ns`. */
static int64_t open_slot(const struct ring *ring, int64_t at_ns)
{
    return at_ns == 0 ? 0 : (at_ns - 1) / ring->width_ns;
}

/* The oldest slot that reaches into the last `slots` widths before `at_ns`. */
static int64_t oldest_slot(const struct ring *ring, int64_t slots, int64_t at_ns)
{
    int64_t oldest = at_ns / ring->width_ns - slots;
    return oldest < 0 ? 0 : oldest;
}

static size_t place_of(const struct ring *ring, int64_t slot)
{
    return ring->first + (size_t)(slot % ring->size);
}

static struct slot *pack_with(struct totals *totals, const struct slot *older)
{
    tta_totals_add(totals, older);
    struct slot *slot = tta_totals_pack(totals);
    tta_totals_subtract(totals, older);
    return slot;
}

bool tta_history_prepare(struct history *history, struct totals *totals, int64_t from_ns, int64_t to_ns)
{
    history->next_done = totals->done;
    history->next_base = tta_totals_pack(totals);
    bool is_ready = history->next_base;
    tta_totals_subtract(totals, history->base);
    for (size_t r = 0; r < RING_COUNT && is_ready; r++) {
        const struct ring *ring = &rings[r];
        int64_t slot = open_slot(ring, to_ns);
        bool was_open = slot == open_slot(ring, from_ns);
        history->next_open[r] = pack_with(totals, was_open ? history->slots[place_of(ring, slot)] : NULL);
        is_ready = history->next_open[r];
    }
    return is_ready;
}

void tta_history_discard(struct history *history)
{
    free(history->next_base);
    history->next_base = NULL;
    for (size_t r = 0; r < RING_COUNT; r++) {
        free(history->next_open[r]);
        history->next_open[r] = NULL;
    }
}

/* Hands a slot over from one place to another, whose old one is freed. */
static void replace(struct slot **place, struct slot **next)
{
    free(*place);
    *place = *next;
    *next = NULL;
}

/* Frees the slots that no window reaches any more once it is `to_ns`. */
static void forget_slots(struct history *history, const struct ring *ring, int64_t from_ns, int64_t to_ns)
{
    int64_t first = oldest_slot(ring, ring->size - 1, from_ns);
    int64_t end = oldest_slot(ring, ring->size - 1, to_ns);
    for (int64_t slot = first; slot < end && slot < first + ring->size; slot++) {
        free(history->slots[place_of(ring, slot)]);
        history->slots[place_of(ring, slot)] = NULL;
    }
}

void tta_history_commit(struct history *history, int64_t from_ns, int64_t to_ns)
{
    for (size_t r = 0; r < RING_COUNT; r++) {
        forget_slots(history, &rings[r], from_ns, to_ns);
    }
    if (!history->next_base) {
        return;
    }
    for (size_t r = 0; r < RING_COUNT; r++) {
        replace(&history->slots[place_of(&rings[r], open_slot(&rings[r], to_ns))], &history->next_open[r]);
    }
    history->sum_wraps += tta_slot_latency_sum_ns(history->next_base) < tta_slot_latency_sum_ns(history->base);
    history->done = history->next_done;
    replace(&history->base, &history->next_base);
}

uint64_t tta_history_done(const struct history *history)
{
    return history->done;
}

double tta_history_whole_sum_ns(const struct history *history, const struct totals *totals)
{
    uint64_t sum_ns = totals->tally.latency_sum_ns;
    uint64_t wraps = history->sum_wraps + (sum_ns < tta_slot_latency_sum_ns(history->base));
    return ldexp((double)wraps, 64) + (double)sum_ns;
}

void tta_history_narrow(const struct history *history, enum tta_window window, int64_t ticked_ns,
                        struct totals *totals)
{
    const struct ring *ring = windows[window].ring;
    int64_t newest = open_slot(ring, ticked_ns);
    tta_totals_subtract(totals, history->base);
    for (int64_t slot = oldest_slot(ring, windows[window].slots, ticked_ns); slot <= newest; slot++) {
        tta_totals_add(totals, history->slots[place_of(ring, slot)]);
    }
}
