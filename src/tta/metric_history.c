// SPDX-License-Identifier: MIT
/*
 * Three rings of slots.  What a tick finds new goes into the open slot of each; a
 * window is the slots that reach into it, and what came after the last tick.
 *
 * Invariant: sums[w] holds the slots of window w as of the last tick, so that who
 * asks adds one slot and not twenty-five; a tick adds what is new to it and takes
 * away what leaves.  Only what was restored is not in it before the end of that.
 *
 * A tick finds out what each of its eight slots will hold, twice: once for the bytes
 * that it needs, so that those that are too small get another block, and once to
 * write it.  So what is prepared is what is new, and no second copy of all that.
 */
#include "tta/metric_history.h"

#include "base/num.h"

#include <stdlib.h>

/* The slots that a tick writes: the first so many if something is new, those of windows always. */
enum place { PLACE_BASE, PLACE_OPEN, PLACE_SUM = PLACE_OPEN + HISTORY_RINGS, PLACES = PLACE_SUM + SLIDING_WINDOWS };

/* NULL slots are empty. */
struct history {
    struct slot *before; /* what earlier processes recorded */
    struct slot *base;   /* totals of this one at the last tick */
    uint64_t done;       /* and the samples surely in them */
    uint64_t wraps[METRIC_TIMES]; /* times that their sums passed 2^64 */
    struct slot *rolled; /* totals at the last roll-up */
    uint64_t rolled_done;
    struct slot *slots[RING_SLOTS];
    struct slot *spares[HISTORY_RINGS]; /* a block that left, for the next slot to be opened */
    struct slot *sums[SLIDING_WINDOWS];
    bool are_sums_behind; /* of what was restored */
    /* Prepared. */
    bool is_prepared;
    bool has_news;
    struct slot *news; /* the block stays */
    uint64_t next_done;
    struct slot *blocks[PLACES]; /* for those that are too small */
    struct slot *next_rolled;    /* NULL if nothing is */
    uint64_t next_rolled_done;
};

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
    free_slots(history->slots, RING_SLOTS);
    free_slots(history->spares, HISTORY_RINGS);
    free_slots(history->sums, SLIDING_WINDOWS);
    free(history->news);
    free(history->before);
    free(history->base);
    free(history->rolled);
    free(history->next_rolled);
    free(history);
}

static void add_sum_after(const struct history *history, enum tta_window window, struct totals *totals,
                          int64_t from_ns, int64_t to_ns)
{
    const struct ring *ring = tta_sliding_windows[window].ring;
    if (history->are_sums_behind) {
        for (int64_t slot = tta_window_oldest(window, to_ns); slot <= tta_ring_open(ring, from_ns); slot++) {
            tta_totals_add(totals, history->slots[tta_ring_place(ring, slot)]);
        }
        return;
    }
    tta_totals_add(totals, history->sums[window]);
    struct leaving leaving = tta_window_leaving(window, from_ns, to_ns);
    for (int64_t slot = leaving.first; slot < leaving.end; slot++) {
        tta_totals_subtract(totals, history->slots[tta_ring_place(ring, slot)]);
    }
}

/* The slot that was open and still is; NULL if there is none. */
static struct slot *still_open(const struct history *history, const struct ring *ring, int64_t from_ns, int64_t to_ns)
{
    int64_t slot = tta_ring_open(ring, to_ns);
    return slot == tta_ring_open(ring, from_ns) ? history->slots[tta_ring_place(ring, slot)] : NULL;
}

/* What a place will hold. */
static void find_next(const struct history *history, enum place place, struct totals *totals, int64_t from_ns,
                      int64_t to_ns)
{
    tta_totals_clear(totals);
    if (place == PLACE_BASE) {
        tta_totals_add(totals, history->base);
    } else if (place < PLACE_SUM) {
        tta_totals_add(totals, still_open(history, &tta_rings[place - PLACE_OPEN], from_ns, to_ns));
    } else {
        add_sum_after(history, (enum tta_window)(place - PLACE_SUM), totals, from_ns, to_ns);
    }
    tta_totals_add(totals, history->has_news ? history->news : NULL);
}

/* So many that blocks are of few sizes, and that what grows is seldom too small: up to an eighth more. */
static size_t round_up(size_t bytes)
{
    size_t step = 64;
    while (step * 16 < bytes) {
        step *= 2;
    }
    size_t rounded = (bytes + step - 1) / step * step;
    return rounded < METRIC_SLOT_MAX_BYTES ? rounded : METRIC_SLOT_MAX_BYTES;
}

/* Another block for a slot that needs so many bytes and may come to need `most`, unless the one that there is will do:
 * it is big enough, and not twice as big.  False without memory. */
static bool reserve(const struct slot *slot, size_t needed, size_t most, struct slot **out_block)
{
    size_t has = tta_slot_bytes(slot);
    most = round_up(needed < most ? most : needed);
    if (has >= needed && has <= 2 * most) {
        return true;
    }
    *out_block = tta_slot_create(most);
    return *out_block;
}

/* The block for a slot that is opened: one that left a while ago, or leaves now. */
static const struct slot *next_spare(const struct history *history, enum history_ring r, int64_t from_ns, int64_t to_ns)
{
    const struct slot *spare = history->spares[r];
    struct leaving leaving = tta_window_leaving(tta_rings[r].window, from_ns, to_ns);
    for (int64_t slot = leaving.first; slot < leaving.end && !spare; slot++) {
        spare = history->slots[tta_ring_place(&tta_rings[r], slot)];
    }
    return spare;
}

static bool reserve_open(struct history *history, enum history_ring r, size_t needed, int64_t from_ns, int64_t to_ns)
{
    struct slot **block = &history->blocks[PLACE_OPEN + r];
    const struct slot *open = still_open(history, &tta_rings[r], from_ns, to_ns);
    if (open) { /* it will grow, so it is not too big */
        return reserve(open, needed, tta_slot_bytes(open), block);
    }
    const struct slot *spare = next_spare(history, r, from_ns, to_ns);
    const struct slot *last = history->slots[tta_ring_place(&tta_rings[r], tta_ring_open(&tta_rings[r], from_ns))];
    size_t of_spare = tta_slot_needed_bytes(spare), of_last = tta_slot_needed_bytes(last);
    return reserve(spare, needed, of_last < of_spare ? of_spare : of_last, block);
}

static bool reserve_place(struct history *history, enum place place, size_t needed, int64_t from_ns, int64_t to_ns)
{
    if (place >= PLACE_OPEN && place < PLACE_SUM) {
        return reserve_open(history, (enum history_ring)(place - PLACE_OPEN), needed, from_ns, to_ns);
    }
    const struct slot *slot = place == PLACE_BASE ? history->base : history->sums[place - PLACE_SUM];
    return reserve(slot, needed, needed, &history->blocks[place]);
}

static enum place first_place(const struct history *history)
{
    return history->has_news ? PLACE_BASE : PLACE_SUM;
}

/* Hands a slot over from one place to another, whose old one is freed. */
static void replace(struct slot **place, struct slot **next)
{
    free(*place);
    *place = *next;
    *next = NULL;
}

static bool keep_news(struct history *history, struct totals *totals)
{
    struct slot *block = NULL;
    size_t needed;
    history->next_done = totals->done;
    tta_totals_subtract(totals, history->base);
    needed = tta_totals_packed_bytes(totals);
    if (!reserve(history->news, needed, needed, &block)) {
        return false;
    }
    if (block) {
        replace(&history->news, &block);
    }
    tta_slot_write(history->news, totals);
    return true;
}

bool tta_history_prepare(struct history *history, struct totals *totals, bool is_new, int64_t from_ns, int64_t to_ns)
{
    history->is_prepared = true;
    history->has_news = is_new;
    if (is_new && !keep_news(history, totals)) {
        return false;
    }
    for (enum place place = first_place(history); place < PLACES; place++) {
        find_next(history, place, totals, from_ns, to_ns);
        if (!reserve_place(history, place, tta_totals_packed_bytes(totals), from_ns, to_ns)) {
            return false;
        }
    }
    return true;
}

void tta_history_discard(struct history *history)
{
    free_slots(history->blocks, PLACES);
    history->is_prepared = false;
    history->has_news = false;
}

bool tta_history_ages(const struct history *history, int64_t from_ns, int64_t to_ns)
{
    for (enum tta_window window = TTA_WINDOW_MINUTE; window < TTA_WINDOW_ALL; window++) {
        const struct ring *ring = tta_sliding_windows[window].ring;
        struct leaving leaving = tta_window_leaving(window, from_ns, to_ns);
        for (int64_t slot = leaving.first; slot < leaving.end; slot++) {
            if (history->slots[tta_ring_place(ring, slot)]) {
                return true;
            }
        }
    }
    return false;
}

/* Takes the slots away that leave the longest window of their ring. */
static void forget_slots(struct history *history, enum history_ring r, int64_t from_ns, int64_t to_ns)
{
    struct leaving leaving = tta_window_leaving(tta_rings[r].window, from_ns, to_ns);
    for (int64_t slot = leaving.first; slot < leaving.end; slot++) {
        struct slot **place = &history->slots[tta_ring_place(&tta_rings[r], slot)];
        if (!history->spares[r]) {
            history->spares[r] = *place;
            *place = NULL;
        }
        free(*place);
        *place = NULL;
    }
}

/* The slot that a tick opens, or goes on with. */
static struct slot **open_place(struct history *history, enum history_ring r, int64_t to_ns)
{
    struct slot **place = &history->slots[tta_ring_place(&tta_rings[r], tta_ring_open(&tta_rings[r], to_ns))];
    if (!*place) {
        *place = history->spares[r];
        history->spares[r] = NULL;
    }
    return place;
}

static struct slot **find_place(struct history *history, enum place place, int64_t to_ns)
{
    if (place == PLACE_BASE) {
        return &history->base;
    }
    return place < PLACE_SUM ? open_place(history, (enum history_ring)(place - PLACE_OPEN), to_ns)
                             : &history->sums[place - PLACE_SUM];
}

/* How often the sum of a time passed 2^64 on the way from the last tick's to `tally`: it never does twice. */
static uint64_t has_wrapped(const struct history *history, const struct tally *tally, size_t time)
{
    return tally->counters[TALLY_TIME_SUM + time] < tta_slot_tally(history->base)->counters[TALLY_TIME_SUM + time];
}

static void write_place(struct history *history, enum place place, const struct totals *totals, int64_t to_ns)
{
    struct slot **slot = find_place(history, place, to_ns);
    if (history->blocks[place]) {
        replace(slot, &history->blocks[place]);
    }
    tta_slot_write(*slot, totals);
}

static void commit_sums(struct history *history, struct totals *totals, int64_t from_ns, int64_t to_ns)
{
    for (enum place place = PLACE_SUM; place < PLACES; place++) {
        find_next(history, place, totals, from_ns, to_ns);
        write_place(history, place, totals, to_ns);
    }
    history->are_sums_behind = false;
}

static void commit_news(struct history *history, struct totals *totals, int64_t from_ns, int64_t to_ns)
{
    for (enum place place = PLACE_OPEN; place < PLACE_SUM; place++) {
        find_next(history, place, totals, from_ns, to_ns);
        write_place(history, place, totals, to_ns);
    }
    find_next(history, PLACE_BASE, totals, from_ns, to_ns);
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        history->wraps[time] += has_wrapped(history, &totals->tally, time);
    }
    write_place(history, PLACE_BASE, totals, to_ns);
    history->done = history->next_done;
}

static bool has_samples(const struct slot *slot)
{
    bool has = false;
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        has = has || tta_slot_tally(slot)->samples[time] != 0;
    }
    return has;
}

/* A history of which nothing is in a ring any more needs no block for it. */
static void free_spares(struct history *history)
{
    for (size_t r = 0; r < HISTORY_RINGS; r++) {
        if (!has_samples(history->sums[tta_rings[r].window])) {
            free(history->spares[r]);
            history->spares[r] = NULL;
        }
    }
}

/* Sums first, for what leaves a window is then still there; what is opened last, in the blocks of what has left. */
void tta_history_commit(struct history *history, struct totals *totals, int64_t from_ns, int64_t to_ns)
{
    if (history->is_prepared) {
        commit_sums(history, totals, from_ns, to_ns);
    }
    for (size_t r = 0; r < HISTORY_RINGS; r++) {
        forget_slots(history, (enum history_ring)r, from_ns, to_ns);
    }
    if (history->has_news) {
        commit_news(history, totals, from_ns, to_ns);
    }
    if (history->is_prepared) {
        free_spares(history);
    }
    history->is_prepared = false;
    history->has_news = false;
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
    struct slot *const totals[] = {history->before, history->base, history->rolled, history->news};
    return sizeof(*history) + count_bytes(totals, sizeof(totals) / sizeof(totals[0])) +
           count_bytes(history->slots, RING_SLOTS) + count_bytes(history->spares, HISTORY_RINGS) +
           count_bytes(history->sums, SLIDING_WINDOWS);
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
    const struct ring *ring = tta_sliding_windows[window].ring;
    int64_t count = tta_sliding_windows[window].slots, newest = tta_ring_open(ring, ticked_ns);
    for (int64_t i = 0; i < count; i++) {
        int64_t slot = newest - (count - 1) + i;
        out_slots[i] = history && slot >= 0 ? history->slots[tta_ring_place(ring, slot)] : NULL;
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
    const struct ring *found = &tta_rings[ring];
    int64_t number = start_ns / found->width_ns;
    if (number > tta_ring_open(found, ticked_ns) || number < tta_window_oldest(found->window, ticked_ns)) {
        return true;
    }
    history->are_sums_behind = true;
    return add_to_slot(&history->slots[tta_ring_place(found, number)], slot, totals);
}

bool tta_history_end_restore(struct history *history, int64_t ticked_ns, struct totals *totals)
{
    bool is_ready = tta_history_prepare(history, totals, false, ticked_ns, ticked_ns);
    if (is_ready) {
        tta_history_commit(history, totals, ticked_ns, ticked_ns);
    } else {
        tta_history_discard(history);
    }
    return is_ready;
}
