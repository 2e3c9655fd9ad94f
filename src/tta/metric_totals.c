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

struct slot {
    struct tally tally;
    size_t words;
    uint32_t cells[];
};

size_t tta_stretch_take(uint64_t *stretches)
{
    size_t stretch = (size_t)__builtin_ctzll(*stretches);
    *stretches &= *stretches - 1;
    return stretch * STRETCH_BUCKETS;
}

void tta_totals_clear(struct totals *totals)
{
    while (totals->stretches != 0) {
        size_t first = tta_stretch_take(&totals->stretches);
        memset(&totals->counts[first], 0, STRETCH_BUCKETS * sizeof(totals->counts[0]));
    }
    totals->done = 0;
    totals->tally = (struct tally){0};
}

static void add_tally(struct tally *into, const struct tally *part, uint64_t factor)
{
    into->requests += factor * part->requests;
    into->failures += factor * part->failures;
    into->latency_sum_ns += factor * part->latency_sum_ns;
    into->prompt_tokens += factor * part->prompt_tokens;
    into->completion_tokens += factor * part->completion_tokens;
}

void tta_totals_merge(struct totals *into, const struct totals *from)
{
    for (uint64_t stretches = from->stretches; stretches != 0;) {
        size_t first = tta_stretch_take(&stretches);
        for (size_t bucket = first; bucket < first + STRETCH_BUCKETS; bucket++) {
            into->counts[bucket] += from->counts[bucket];
        }
    }
    into->stretches |= from->stretches;
    into->done += from->done;
    add_tally(&into->tally, &from->tally, 1);
}

static void add_cells(struct totals *totals, const struct slot *slot, uint64_t factor)
{
    for (size_t word = 0; word < slot->words;) {
        uint32_t cell = slot->cells[word++];
        size_t bucket = cell >> CELL_COUNT_BITS;
        uint64_t count = cell & LONG_COUNT;
        if (count == LONG_COUNT) {
            count = (uint64_t)slot->cells[word + 1] << 32 | slot->cells[word];
            word += 2;
        }
        totals->counts[bucket] += factor * count;
        totals->stretches |= tta_stretch_bit(bucket);
    }
}

void tta_totals_add(struct totals *totals, const struct slot *slot)
{
    if (slot) {
        add_cells(totals, slot, 1);
        add_tally(&totals->tally, &slot->tally, 1);
    }
}

void tta_totals_subtract(struct totals *totals, const struct slot *slot)
{
    if (slot) {
        add_cells(totals, slot, MINUS_ONE);
        add_tally(&totals->tally, &slot->tally, MINUS_ONE);
    }
}

static size_t words_for(uint64_t count)
{
    if (count == 0) {
        return 0;
    }
    return count < LONG_COUNT ? 1 : 3;
}

static size_t count_words(const struct totals *totals)
{
    size_t words = 0;
    for (uint64_t stretches = totals->stretches; stretches != 0;) {
        size_t first = tta_stretch_take(&stretches);
        for (size_t bucket = first; bucket < first + STRETCH_BUCKETS; bucket++) {
            words += words_for(totals->counts[bucket]);
        }
    }
    return words;
}

static void append_cell(struct slot *slot, size_t bucket, uint64_t count)
{
    uint32_t *cell = &slot->cells[slot->words];
    uint32_t short_count = count < LONG_COUNT ? (uint32_t)count : LONG_COUNT;
    cell[0] = (uint32_t)bucket << CELL_COUNT_BITS | short_count;
    if (short_count == LONG_COUNT) {
        cell[1] = (uint32_t)count;
        cell[2] = (uint32_t)(count >> 32);
    }
    slot->words += words_for(count);
}

struct slot *tta_totals_pack(const struct totals *totals)
{
    struct slot *slot = malloc(sizeof(*slot) + count_words(totals) * sizeof(slot->cells[0]));
    if (!slot) {
        return NULL;
    }
    slot->tally = totals->tally;
    slot->words = 0;
    for (uint64_t stretches = totals->stretches; stretches != 0;) {
        size_t first = tta_stretch_take(&stretches);
        for (size_t bucket = first; bucket < first + STRETCH_BUCKETS; bucket++) {
            if (totals->counts[bucket] != 0) {
                append_cell(slot, bucket, totals->counts[bucket]);
            }
        }
    }
    return slot;
}

uint64_t tta_slot_latency_sum_ns(const struct slot *slot)
{
    return slot ? slot->tally.latency_sum_ns : 0;
}
