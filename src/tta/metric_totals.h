// SPDX-License-Identifier: MIT
/*
 * tta/metric_totals.h - counters of a series, spread out and packed.
 *
 * `struct totals` is the form to compute with: a count per bucket of each
 * histogram.  `struct slot` is the form to keep: only the buckets in use, mostly a
 * byte or two each, in a block of memory that may have room for more.  All
 * arithmetic is modulo 2^64.  For one thread at a time.
 */
#ifndef TTA_METRIC_TOTALS_H
#define TTA_METRIC_TOTALS_H

#include "base/histogram.h"
#include "tta/failure.h"

#include <stddef.h>
#include <stdint.h>

/* What there is a histogram of. */
enum metric_time { METRIC_LATENCY, METRIC_FIRST_TOKEN, METRIC_GAP, METRIC_TIMES };

/* What there is a sum of, and a count of those that did not say. */
enum metric_amount {
    METRIC_PROMPT_TOKENS,
    METRIC_COMPLETION_TOKENS,
    METRIC_CACHED_TOKENS,
    METRIC_REASONING_TOKENS,
    METRIC_COST_PUSD,
    METRIC_AMOUNTS
};

/* Places of counters.  A store has them in this order: new ones go to the end. */
enum {
    TALLY_CLASS = 0, /* and one for each class from here on */
    TALLY_RETRIES = TALLY_CLASS + TTA_FAILURE_COUNT,
    TALLY_FALLBACKS,
    TALLY_SUM,                                      /* of each amount */
    TALLY_UNKNOWN = TALLY_SUM + METRIC_AMOUNTS,     /* of each amount */
    TALLY_TIME_SUM = TALLY_UNKNOWN + METRIC_AMOUNTS, /* of each time, ns */
    TALLY_COUNT = TALLY_TIME_SUM + METRIC_TIMES,
    TALLY_WRAPS = TALLY_COUNT, /* how often the sum of each time passed 2^64 */
    TALLY_STORED = TALLY_WRAPS + METRIC_TIMES
};

struct tally {
    uint64_t counters[TALLY_STORED];
    uint64_t samples[METRIC_TIMES]; /* the counts of the histograms added up */
};

/* Buckets go by stretches, of which the unused are skipped: real latencies
 * span a few powers of two out of thirty-five. */
#define STRETCH_BUCKETS ((size_t)1 << HISTOGRAM_SUB_BITS)
_Static_assert(HISTOGRAM_BUCKETS % STRETCH_BUCKETS == 0 && HISTOGRAM_BUCKETS / STRETCH_BUCKETS <= 64,
               "a 64-bit word has a bit for each stretch");

struct spread {
    uint64_t stretches; /* bit s: counts of stretch s may differ from 0; others do not */
    uint64_t counts[HISTOGRAM_BUCKETS];
};

/* Zero-initialised it is empty. */
struct totals {
    uint64_t done; /* samples surely included; the tally may hold some more */
    struct tally tally;
    struct spread times[METRIC_TIMES];
};

struct slot;

/* The stretch of a bucket as a bit.  Inline: recording a sample needs it. */
static inline uint64_t tta_stretch_bit(size_t bucket)
{
    return UINT64_C(1) << (bucket / STRETCH_BUCKETS);
}

/* Takes the lowest stretch out of a set that is not empty; its first bucket. */
size_t tta_stretch_take(uint64_t *stretches);

void tta_totals_clear(struct totals *totals);
/* Adds all of `from`, `done` too. */
void tta_totals_merge(struct totals *into, const struct totals *from);

/* Adds or takes away a slot, `done` apart.  A NULL slot is empty. */
void tta_totals_add(struct totals *totals, const struct slot *slot);
void tta_totals_subtract(struct totals *totals, const struct slot *slot);

/* The most that a slot can take: with every bucket in use and counts beyond 2^32. */
#define METRIC_SLOT_MAX_BYTES ((size_t)120000)

/* A slot of the totals without room for more, owned by the caller, for free(); NULL without memory. */
struct slot *tta_totals_pack(const struct totals *totals);

/* The bytes that a slot of the totals needs, at most METRIC_SLOT_MAX_BYTES. */
size_t tta_totals_packed_bytes(const struct totals *totals);

/* An empty slot in a block of so many bytes, at least those that empty totals need; as above. */
struct slot *tta_slot_create(size_t bytes);

/* Makes it a slot of the totals, whatever it was.  Its block must have the bytes that these need.  Cannot fail. */
void tta_slot_write(struct slot *slot, const struct totals *totals);

/* The bytes of its block, and those of them that it needs; 0 of NULL. */
size_t tta_slot_bytes(const struct slot *slot);
size_t tta_slot_needed_bytes(const struct slot *slot);

/* What a slot counted apart from the histograms; all 0 for NULL. */
const struct tally *tta_slot_tally(const struct slot *slot);

/* The values at ascending ranks of a histogram, as base_histogram_value_at_rank() has each. */
void tta_spread_values_at(const struct spread *spread, const uint64_t *ranks, size_t count, int64_t *out_values);

#endif /* TTA_METRIC_TOTALS_H */
