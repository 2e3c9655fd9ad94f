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
 *
 * Invariant: sums[w] holds the slots of window w as of the last tick, so that who
 * asks adds one slot and not twenty-five.
 */
#include "tta/metric_history.h"

#include "base/num.h"

#include <stdlib.h>

#define SECOND_NS INT64_C(1000000000)
#define SLIDING_WINDOWS 4 /* all but TTA_WINDOW_ALL */

struct ring {
    int64_t width_ns;
    int64_t size;
    size_t first; /* place of its first slot in a history */
};

enum { SLOT_COUNT = 31 + 61 + 25 };

static const struct ring rings[HISTORY_RINGS] = {
    [HISTORY_TEN_SECONDS] = {.width_ns = 10 * SECOND_NS, .size = 31, .first = 0},
    [HISTORY_MINUTES] = {.width_ns = 60 * SECOND_NS, .size = 61, .first = 31},
    [HISTORY_HOURS] = {.width_ns = 3600 * SECOND_NS, .size = 25, .first = 31 + 61},
};

static const struct {
    const struct ring *ring;
    int64_t slots;
} windows[SLIDING_WINDOWS] = {
    [TTA_WINDOW_MINUTE] = {.ring = &rings[HISTORY_TEN_SECONDS], .slots = 6},
    [TTA_WINDOW_5_MINUTES] = {.ring = &rings[HISTORY_TEN_SECONDS], .slots = 30},
    [TTA_WINDOW_HOUR] = {.ring = &rings[HISTORY_MINUTES], .slots = 60},
    [TTA_WINDOW_DAY] = {.ring = &rings[HISTORY_HOURS], .slots = 24},
};

/* NULL slots are empty. */
struct history {
    struct slot *before; /* what earlier processes recorded */
    struct slot *base;   /* totals of this one at the last tick */
    uint64_t done;       /* and the samples surely in them */
    uint64_t wraps[METRIC_TIMES]; /* times that their sums passed 2^64 */
    struct slot *rolled; /* totals at the last roll-up */
    uint64_t rolled_done;
    struct slot *slots[SLOT_COUNT];
    struct slot *sums[SLIDING_WINDOWS];
    /* Prepared, NULL if nothing is. */
    struct slot *next_base;
    uint64_t next_done;
    struct slot *next_open[HISTORY_RINGS];
    struct slot *next_sums[SLIDING_WINDOWS];
    struct slot *next_rolled;
    uint64_t next_rolled_done;
};

int64_t tta_history_width_ns(enum history_ring ring)
{
    return rings[ring].width_ns;
}

struct history *tta_history_create(void)
{
    return base_alloc_array(1, sizeof(struct history));
}

static void free_slots(struct slot **slots, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(slots[i]);
        slots[i] = NULL;
    }
}

void tta_history_destroy(struct history *history)
{
    if (!history) {
        return;
    }
    tta_history_discard(history);
    free_slots(history->slots, SLOT_COUNT);
    free_slots(history->sums, SLIDING_WINDOWS);
    free(history->before);
    free(history->base);
    free(history->rolled);
    free(history->next_rolled);
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

/* The slot at a time, as it will be after the tick that is prepared. */
static const struct slot *slot_after(const struct history *history, const struct ring *ring, int64_t slot,
                                     int64_t from_ns, int64_t to_ns)
{
    const struct slot *next = history->next_open[ring - rings];
    if (next && slot == open_slot(ring, to_ns)) {
        return next;
    }
    return slot <= open_slot(ring, from_ns) && slot >= oldest_slot(ring, ring->size - 1, from_ns)
               ? history->slots[place_of(ring, slot)]
               : NULL;
}

static bool prepare_sums(struct history *history, struct totals *totals, int64_t from_ns, int64_t to_ns)
{
    for (size_t window = 0; window < SLIDING_WINDOWS; window++) {
        const struct ring *ring = windows[window].ring;
        int64_t newest = open_slot(ring, to_ns);
        tta_totals_clear(totals);
        for (int64_t slot = oldest_slot(ring, windows[window].slots, to_ns); slot <= newest; slot++) {
            tta_totals_add(totals, slot_after(history, ring, slot, from_ns, to_ns));
        }
        history->next_sums[window] = tta_totals_pack(totals);
        if (!history->next_sums[window]) {
            return false;
        }
    }
    return true;
}

static bool prepare_new(struct history *history, struct totals *totals, int64_t from_ns, int64_t to_ns)
{
    history->next_done = totals->done;
    history->next_base = tta_totals_pack(totals);
    bool is_ready = history->next_base;
    tta_totals_subtract(totals, history->base);
    for (size_t r = 0; r < HISTORY_RINGS && is_ready; r++) {
        const struct ring *ring = &rings[r];
        int64_t slot = open_slot(ring, to_ns);
        bool was_open = slot == open_slot(ring, from_ns);
        history->next_open[r] = pack_with(totals, was_open ? history->slots[place_of(ring, slot)] : NULL);
        is_ready = history->next_open[r];
    }
    return is_ready;
}

bool tta_history_prepare(struct history *history, struct totals *totals, bool is_new, int64_t from_ns, int64_t to_ns)
{
    return (!is_new || prepare_new(history, totals, from_ns, to_ns)) && prepare_sums(history, totals, from_ns, to_ns);
}

void tta_history_discard(struct history *history)
{
    free(history->next_base);
    history->next_base = NULL;
    free_slots(history->next_open, HISTORY_RINGS);
    free_slots(history->next_sums, SLIDING_WINDOWS);
}

bool tta_history_ages(const struct history *history, int64_t from_ns, int64_t to_ns)
{
    for (size_t window = 0; window < SLIDING_WINDOWS; window++) {
        const struct ring *ring = windows[window].ring;
        int64_t end = oldest_slot(ring, windows[window].slots, to_ns);
        int64_t newest = open_slot(ring, from_ns);
        for (int64_t slot = oldest_slot(ring, windows[window].slots, from_ns); slot < end && slot <= newest; slot++) {
            if (history->slots[place_of(ring, slot)]) {
                return true;
            }
        }
    }
    return false;
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

/* How often the sum of a time passed 2^64 on the way from the last tick's to `tally`: it never does twice. */
static uint64_t has_wrapped(const struct history *history, const struct tally *tally, size_t time)
{
    return tally->counters[TALLY_TIME_SUM + time] < tta_slot_tally(history->base)->counters[TALLY_TIME_SUM + time];
}

void tta_history_commit(struct history *history, int64_t from_ns, int64_t to_ns)
{
    for (size_t r = 0; r < HISTORY_RINGS; r++) {
        forget_slots(history, &rings[r], from_ns, to_ns);
    }
    for (size_t window = 0; window < SLIDING_WINDOWS && history->next_sums[window]; window++) {
        replace(&history->sums[window], &history->next_sums[window]);
    }
    if (!history->next_base) {
        return;
    }
    for (size_t r = 0; r < HISTORY_RINGS; r++) {
        replace(&history->slots[place_of(&rings[r], open_slot(&rings[r], to_ns))], &history->next_open[r]);
    }
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        history->wraps[time] += has_wrapped(history, tta_slot_tally(history->next_base), time);
    }
    history->done = history->next_done;
    replace(&history->base, &history->next_base);
}

static size_t count_bytes(struct slot *const *slots, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += tta_slot_bytes(slots[i]);
    }
    return bytes;
}

size_t tta_history_bytes(const struct history *history)
{
    if (!history) {
        return 0;
    }
    struct slot *const totals[] = {history->before, history->base, history->rolled};
    return sizeof(*history) + count_bytes(totals, sizeof(totals) / sizeof(totals[0])) +
           count_bytes(history->slots, SLOT_COUNT) + count_bytes(history->sums, SLIDING_WINDOWS);
}

uint64_t tta_history_done(const struct history *history)
{
    return history ? history->done : 0;
}

/* Adds what earlier processes recorded, and carries where that makes a sum pass 2^64. */
static void add_before(const struct history *history, struct totals *totals)
{
    struct tally *tally = &totals->tally;
    tta_totals_add(totals, history->before);
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        uint64_t before = tta_slot_tally(history->before)->counters[TALLY_TIME_SUM + time];
        tally->counters[TALLY_WRAPS + time] += tally->counters[TALLY_TIME_SUM + time] < before;
    }
}

void tta_history_narrow(const struct history *history, enum tta_window window, struct totals *totals)
{
    if (!history) {
        return;
    }
    if (window != TTA_WINDOW_ALL) {
        tta_totals_subtract(totals, history->base);
        tta_totals_add(totals, history->sums[window]);
        return;
    }
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        totals->tally.counters[TALLY_WRAPS + time] += history->wraps[time] + has_wrapped(history, &totals->tally, time);
    }
    add_before(history, totals);
}

const struct slot *tta_history_window(const struct history *history, enum tta_window window)
{
    return history ? history->sums[window] : NULL;
}

size_t tta_history_slots(const struct history *history, enum tta_window window, int64_t ticked_ns,
                         const struct slot *out_slots[TTA_MAX_TREND])
{
    if (window == TTA_WINDOW_ALL || window == TTA_WINDOW_MINUTE) {
        return 0;
    }
    const struct ring *ring = windows[window].ring;
    int64_t count = windows[window].slots, newest = open_slot(ring, ticked_ns);
    for (int64_t i = 0; i < count; i++) {
        int64_t slot = newest - (count - 1) + i;
        out_slots[i] = history && slot >= 0 ? history->slots[place_of(ring, slot)] : NULL;
    }
    return (size_t)count;
}

bool tta_history_begin_roll(struct history *history, struct totals *totals, struct slot **out_new)
{
    struct slot *next = tta_totals_pack(totals);
    history->next_rolled_done = totals->done;
    tta_totals_subtract(totals, history->rolled);
    *out_new = next ? tta_totals_pack(totals) : NULL;
    if (!*out_new) {
        free(next);
        return false;
    }
    history->next_rolled = next;
    return true;
}

void tta_history_end_roll(struct history *history, bool is_kept)
{
    if (is_kept && history->next_rolled) {
        replace(&history->rolled, &history->next_rolled);
        history->rolled_done = history->next_rolled_done;
    }
    free(history->next_rolled);
    history->next_rolled = NULL;
}

uint64_t tta_history_rolled(const struct history *history)
{
    return history ? history->rolled_done : 0;
}

static bool add_to_slot(struct slot **place, const struct slot *slot, struct totals *totals)
{
    tta_totals_clear(totals);
    tta_totals_add(totals, slot);
    tta_totals_add(totals, *place);
    struct slot *sum = tta_totals_pack(totals);
    if (!sum) {
        return false;
    }
    replace(place, &sum);
    return true;
}

bool tta_history_restore(struct history *history, enum history_ring ring, int64_t start_ns, const struct slot *slot,
                         int64_t ticked_ns, struct totals *totals)
{
    if (ring == HISTORY_RINGS) {
        return add_to_slot(&history->before, slot, totals);
    }
    const struct ring *found = &rings[ring];
    int64_t number = start_ns / found->width_ns;
    if (number > open_slot(found, ticked_ns) || number < oldest_slot(found, found->size - 1, ticked_ns)) {
        return true;
    }
    return add_to_slot(&history->slots[place_of(found, number)], slot, totals);
}

bool tta_history_end_restore(struct history *history, int64_t ticked_ns, struct totals *totals)
{
    bool is_ready = prepare_sums(history, totals, ticked_ns, ticked_ns);
    if (is_ready) {
        tta_history_commit(history, ticked_ns, ticked_ns);
    } else {
        tta_history_discard(history);
    }
    return is_ready;
}
