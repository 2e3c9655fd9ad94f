// SPDX-License-Identifier: MIT
/*
 * tta/metric_totals.h - counters of one model, spread out and packed.
 *
 * `struct totals` is the form to compute with: a count per bucket of the
 * histogram.  `struct slot` is the form to keep: only the buckets in use,
 * mostly four bytes each, never changed once made.  All arithmetic is modulo
 * 2^64.  For one thread at a time.
 */
#ifndef TTA_METRIC_TOTALS_H
#define TTA_METRIC_TOTALS_H

#include "base/histogram.h"

#include <stddef.h>
#include <stdint.h>

struct tally {
    uint64_t requests;
    uint64_t failures;
    uint64_t latency_sum_ns;
    uint64_t prompt_tokens;
    uint64_t completion_tokens;
};

/* Buckets go by stretches, of which the unused are skipped: real latencies
 * span a few powers of two out of thirty-five. */
#define STRETCH_BUCKETS ((size_t)1 << HISTOGRAM_SUB_BITS)
_Static_assert(HISTOGRAM_BUCKETS % STRETCH_BUCKETS == 0 && HISTOGRAM_BUCKETS / STRETCH_BUCKETS <= 64,
               "a 64-bit word has a bit for each stretch");

/* Zero-initialised it is empty. */
struct totals {
    uint64_t done; /* samples surely included; `tally.requests` may hold some more */
    struct tally tally;
    uint64_t stretches; /* bit s: counts of stretch s may differ from 0; others do not */
    uint64_t counts[HISTOGRAM_BUCKETS];
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

/* A slot of the totals, owned by the caller, for free(); NULL without memory. */
struct slot *tta_totals_pack(const struct totals *totals);

/* The sum of latencies in a slot; 0 for NULL. */
uint64_t tta_slot_latency_sum_ns(const struct slot *slot);

#endif /* TTA_METRIC_TOTALS_H */
