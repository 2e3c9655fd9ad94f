// SPDX-License-Identifier: MIT
#include "tta/metric_totals.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Times MINUS_ONE, modulo 2^64, is taking away. */
#define MINUS_ONE UINT64_MAX

/*
 * What follows a slot, for each stretch of each histogram in turn that has counts: a bit for each bucket, how many
 * bytes a count of this stretch takes, and the counts of the buckets in use.  A busy minute has hundreds of these,
 * neighbours whose counts are below 2^16: that is two bytes and a bit for each of them.
 */
#define WORDS_OF_STRETCH (STRETCH_BUCKETS / 64)
#define STRETCHES (HISTOGRAM_BUCKETS / STRETCH_BUCKETS)
_Static_assert(STRETCH_BUCKETS % 64 == 0, "the bits of a stretch are whole words");

struct slot {
    struct tally tally;
    uint64_t stretches[METRIC_TIMES]; /* that have counts */
    uint32_t bytes;                   /* of what follows, and of what could */
    uint32_t room;
    unsigned char packed[];
};

/* Of one stretch. */
struct shape {
    uint64_t used[WORDS_OF_STRETCH];
    unsigned char width; /* bytes of a count */
};

enum { SHAPE_BYTES = WORDS_OF_STRETCH * sizeof(uint64_t) + 1 };
_Static_assert(sizeof(struct slot) + METRIC_TIMES * STRETCHES * (SHAPE_BYTES + STRETCH_BUCKETS * sizeof(uint64_t)) <=
                   METRIC_SLOT_MAX_BYTES,
               "the most that is stated");

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

/* Counts that are looked at together: of most stretches, most are 0. */
enum { GROUP = 8 };

/* Spelled out, as a loop of eight steps is left a loop. */
static uint64_t any_bits(const uint64_t c[GROUP])
{
    return c[0] | c[1] | c[2] | c[3] | c[4] | c[5] | c[6] | c[7];
}

static unsigned used_of_group(const uint64_t c[GROUP])
{
    return (unsigned)(c[0] != 0) | (unsigned)(c[1] != 0) << 1 | (unsigned)(c[2] != 0) << 2 |
           (unsigned)(c[3] != 0) << 3 | (unsigned)(c[4] != 0) << 4 | (unsigned)(c[5] != 0) << 5 |
           (unsigned)(c[6] != 0) << 6 | (unsigned)(c[7] != 0) << 7;
}

static struct shape shape_of(const uint64_t counts[STRETCH_BUCKETS])
{
    struct shape shape = {.width = 1};
    uint64_t bits = 0;
    for (size_t i = 0; i < STRETCH_BUCKETS; i += GROUP) {
        uint64_t of_group = any_bits(&counts[i]);
        if (of_group != 0) {
            shape.used[i / 64] |= (uint64_t)used_of_group(&counts[i]) << (i % 64);
            bits |= of_group;
        }
    }
    while (shape.width < sizeof(uint64_t) && bits >> (8 * shape.width) != 0) {
        shape.width *= 2;
    }
    return shape;
}

static size_t count_used(const struct shape *shape)
{
    size_t used = 0;
    for (size_t word = 0; word < WORDS_OF_STRETCH; word++) {
        used += (size_t)__builtin_popcountll(shape->used[word]);
    }
    return used;
}

/* Inline, for the width is known where it is called. */
static inline uint64_t load_count(const unsigned char *from, size_t width)
{
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (width) {
    case 1:
        return *from;
    case 2:
        memcpy(&two, from, sizeof(two));
        return two;
    case 4:
        memcpy(&four, from, sizeof(four));
        return four;
    default:
        memcpy(&eight, from, sizeof(eight));
        return eight;
    }
}

static void store_count(unsigned char *to, size_t width, uint64_t count)
{
    uint16_t two = (uint16_t)count;
    uint32_t four = (uint32_t)count;
    switch (width) {
    case 1:
        *to = (unsigned char)count;
        break;
    case 2:
        memcpy(to, &two, sizeof(two));
        break;
    case 4:
        memcpy(to, &four, sizeof(four));
        break;
    default:
        memcpy(to, &count, sizeof(count));
    }
}

static inline const unsigned char *add_counts(uint64_t counts[STRETCH_BUCKETS], const uint64_t used[WORDS_OF_STRETCH],
                                              const unsigned char *from, size_t width, uint64_t factor)
{
    for (size_t word = 0; word < WORDS_OF_STRETCH; word++) {
        for (uint64_t left = used[word]; left != 0; left &= left - 1) {
            counts[64 * word + (size_t)__builtin_ctzll(left)] += factor * load_count(from, width);
            from += width;
        }
    }
    return from;
}

/* Returns what follows the stretch. */
static const unsigned char *add_stretch(uint64_t counts[STRETCH_BUCKETS], const unsigned char *from, uint64_t factor)
{
    uint64_t used[WORDS_OF_STRETCH];
    memcpy(used, from, sizeof(used));
    size_t width = from[sizeof(used)];
    from += SHAPE_BYTES;
    switch (width) {
    case 1:
        return add_counts(counts, used, from, 1, factor);
    case 2:
        return add_counts(counts, used, from, 2, factor);
    case 4:
        return add_counts(counts, used, from, 4, factor);
    default:
        return add_counts(counts, used, from, 8, factor);
    }
}

static void add_slot(struct totals *totals, const struct slot *slot, uint64_t factor)
{
    if (!slot) {
        return;
    }
    const unsigned char *from = slot->packed;
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        struct spread *spread = &totals->times[time];
        for (uint64_t stretches = slot->stretches[time]; stretches != 0;) {
            from = add_stretch(&spread->counts[tta_stretch_take(&stretches)], from, factor);
        }
        spread->stretches |= slot->stretches[time];
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

/* How a slot will look. */
struct plan {
    uint64_t stretches[METRIC_TIMES]; /* that have counts */
    struct shape shapes[METRIC_TIMES * STRETCHES]; /* of these */
    size_t bytes;
};

static void make_plan(const struct totals *totals, struct plan *plan)
{
    struct shape *shape = plan->shapes;
    plan->bytes = 0;
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        plan->stretches[time] = 0;
        for (uint64_t stretches = totals->times[time].stretches; stretches != 0;) {
            size_t first = tta_stretch_take(&stretches);
            *shape = shape_of(&totals->times[time].counts[first]);
            size_t used = count_used(shape);
            if (used > 0) {
                plan->stretches[time] |= tta_stretch_bit(first);
                plan->bytes += SHAPE_BYTES + used * shape->width;
                shape++;
            }
        }
    }
}

static unsigned char *write_stretch(unsigned char *to, const struct shape *shape,
                                    const uint64_t counts[STRETCH_BUCKETS])
{
    memcpy(to, shape->used, sizeof(shape->used));
    to[sizeof(shape->used)] = shape->width;
    to += SHAPE_BYTES;
    for (size_t word = 0; word < WORDS_OF_STRETCH; word++) {
        for (uint64_t left = shape->used[word]; left != 0; left &= left - 1) {
            store_count(to, shape->width, counts[64 * word + (size_t)__builtin_ctzll(left)]);
            to += shape->width;
        }
    }
    return to;
}

static void write_plan(struct slot *slot, const struct totals *totals, struct plan *plan)
{
    assert(plan->bytes <= slot->room);
    slot->tally = totals->tally;
    slot->bytes = (uint32_t)plan->bytes;
    unsigned char *to = slot->packed;
    const struct shape *shape = plan->shapes;
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        slot->stretches[time] = plan->stretches[time];
        while (plan->stretches[time] != 0) {
            to = write_stretch(to, shape++, &totals->times[time].counts[tta_stretch_take(&plan->stretches[time])]);
        }
    }
}

struct slot *tta_totals_pack(const struct totals *totals)
{
    struct plan plan;
    make_plan(totals, &plan);
    struct slot *slot = tta_slot_create(sizeof(*slot) + plan.bytes);
    if (slot) {
        write_plan(slot, totals, &plan);
    }
    return slot;
}

size_t tta_totals_packed_bytes(const struct totals *totals)
{
    struct plan plan;
    make_plan(totals, &plan);
    return sizeof(struct slot) + plan.bytes;
}

struct slot *tta_slot_create(size_t bytes)
{
    assert(bytes >= sizeof(struct slot) && bytes <= METRIC_SLOT_MAX_BYTES);
    struct slot *slot = malloc(bytes);
    if (slot) {
        *slot = (struct slot){.room = (uint32_t)(bytes - sizeof(*slot))};
    }
    return slot;
}

void tta_slot_write(struct slot *slot, const struct totals *totals)
{
    struct plan plan;
    make_plan(totals, &plan);
    write_plan(slot, totals, &plan);
}

size_t tta_slot_bytes(const struct slot *slot)
{
    return slot ? sizeof(*slot) + slot->room : 0;
}

size_t tta_slot_needed_bytes(const struct slot *slot)
{
    return slot ? sizeof(*slot) + slot->bytes : 0;
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
