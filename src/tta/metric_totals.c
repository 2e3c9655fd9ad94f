// SPDX-License-Identifier: MIT
#include "tta/metric_totals.h"

#include <stdlib.h>
#include <string.h>

/* Times MINUS_ONE, modulo 2^64, is taking away. */
#define MINUS_ONE UINT64_MAX

/* A cell has the bucket in its upper 13 bits and the count below; a count of
 * LONG_COUNT or more stands in the two words that follow, low half first. */
#define CELL_COUNT_BITS 19
#define LONG_COUNT ((UINT32_C(1) << CELL_COUNT_BITS) - 1)
_Static_assert(HISTOGRAM_BUCKETS <= (size_t)1 << (32 - CELL_COUNT_BITS), "a cell has room for a bucket's number");

/* Cells of one histogram after the other. */
struct slot {
    struct tally tally;
    size_t words[METRIC_TIMES];
    uint64_t stretches[METRIC_TIMES]; /* that have cells */
    uint32_t cells[];
};

size_t tta_stretch_take(uint64_t *stretches)
{
    size_t stretch = (size_t)__builtin_ctzll(*stretches);
    *stretches &= *stretches - 1;
    return stretch * STRETCH_BUCKETS;
}

static void clear_spread(struct spread *spread)
{
    while (spread->stretches != 0) {
        size_t first = tta_stretch_take(&spread->stretches);
        memset(&spread->counts[first], 0, STRETCH_BUCKETS * sizeof(spread->counts[0]));
    }
}

void tta_totals_clear(struct totals *totals)
{
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        clear_spread(&totals->times[time]);
    }
    totals->done = 0;
    totals->tally = (struct tally){0};
}

static void add_tally(struct tally *into, const struct tally *part, uint64_t factor)
{
    for (size_t i = 0; i < TALLY_STORED; i++) {
        into->counters[i] += factor * part->counters[i];
    }
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        into->samples[time] += factor * part->samples[time];
    }
}

static void merge_spread(struct spread *into, const struct spread *from)
{
    for (uint64_t stretches = from->stretches; stretches != 0;) {
        size_t first = tta_stretch_take(&stretches);
        for (size_t bucket = first; bucket < first + STRETCH_BUCKETS; bucket++) {
            into->counts[bucket] += from->counts[bucket];
        }
    }
    into->stretches |= from->stretches;
}

void tta_totals_merge(struct totals *into, const struct totals *from)
{
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        merge_spread(&into->times[time], &from->times[time]);
    }
    into->done += from->done;
    add_tally(&into->tally, &from->tally, 1);
}

static void add_cells(struct spread *spread, const uint32_t *cells, size_t words, uint64_t factor)
{
    for (size_t word = 0; word < words;) {
        uint32_t cell = cells[word++];
        uint64_t count = cell & LONG_COUNT;
        if (count == LONG_COUNT) {
            count = (uint64_t)cells[word + 1] << 32 | cells[word];
            word += 2;
        }
        spread->counts[cell >> CELL_COUNT_BITS] += factor * count;
    }
}

static void add_slot(struct totals *totals, const struct slot *slot, uint64_t factor)
{
    if (!slot) {
        return;
    }
    const uint32_t *cells = slot->cells;
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        add_cells(&totals->times[time], cells, slot->words[time], factor);
        totals->times[time].stretches |= slot->stretches[time];
        cells += slot->words[time];
    }
    add_tally(&totals->tally, &slot->tally, factor);
}

void tta_totals_add(struct totals *totals, const struct slot *slot)
{
    add_slot(totals, slot, 1);
}

void tta_totals_subtract(struct totals *totals, const struct slot *slot)
{
    add_slot(totals, slot, MINUS_ONE);
}

static size_t words_for(uint64_t count)
{
    if (count == 0) {
        return 0;
    }
    return count < LONG_COUNT ? 1 : 3;
}

static size_t count_words(const struct spread *spread)
{
    size_t words = 0;
    for (uint64_t stretches = spread->stretches; stretches != 0;) {
        size_t first = tta_stretch_take(&stretches);
        for (size_t bucket = first; bucket < first + STRETCH_BUCKETS; bucket++) {
            words += words_for(spread->counts[bucket]);
        }
    }
    return words;
}

static uint32_t *append_cell(uint32_t *cells, size_t bucket, uint64_t count)
{
    uint32_t short_count = count < LONG_COUNT ? (uint32_t)count : LONG_COUNT;
    cells[0] = (uint32_t)bucket << CELL_COUNT_BITS | short_count;
    if (short_count == LONG_COUNT) {
        cells[1] = (uint32_t)count;
        cells[2] = (uint32_t)(count >> 32);
    }
    return cells + words_for(count);
}

static uint32_t *append_cells(uint32_t *cells, const struct spread *spread)
{
    for (uint64_t stretches = spread->stretches; stretches != 0;) {
        size_t first = tta_stretch_take(&stretches);
        for (size_t bucket = first; bucket < first + STRETCH_BUCKETS; bucket++) {
            if (spread->counts[bucket] != 0) {
                cells = append_cell(cells, bucket, spread->counts[bucket]);
            }
        }
    }
    return cells;
}

struct slot *tta_totals_pack(const struct totals *totals)
{
    size_t words[METRIC_TIMES], all = 0;
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        words[time] = count_words(&totals->times[time]);
        all += words[time];
    }
    struct slot *slot = malloc(sizeof(*slot) + all * sizeof(slot->cells[0]));
    if (!slot) {
        return NULL;
    }
    slot->tally = totals->tally;
    memcpy(slot->words, words, sizeof(words));
    uint32_t *cells = slot->cells;
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        cells = append_cells(cells, &totals->times[time]);
        slot->stretches[time] = totals->times[time].stretches;
    }
    return slot;
}

const struct tally *tta_slot_tally(const struct slot *slot)
{
    static const struct tally nothing;
    return slot ? &slot->tally : &nothing;
}

void tta_spread_values_at(const struct spread *spread, const uint64_t *ranks, size_t count, int64_t *out_values)
{
    uint64_t seen = 0;
    size_t last = 0, found = 0;
    for (uint64_t stretches = spread->stretches; stretches != 0 && found < count;) {
        size_t first = tta_stretch_take(&stretches);
        for (size_t bucket = first; bucket < first + STRETCH_BUCKETS; bucket++) {
            if (spread->counts[bucket] == 0) {
                continue;
            }
            seen += spread->counts[bucket];
            last = bucket;
            while (found < count && seen >= ranks[found]) {
                out_values[found++] = (int64_t)base_histogram_bucket_middle(bucket);
            }
        }
    }
    while (found < count) {
        out_values[found++] = (int64_t)base_histogram_bucket_middle(last);
    }
}
