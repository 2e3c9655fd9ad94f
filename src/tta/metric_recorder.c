// SPDX-License-Identifier: MIT
/*
 * A recorder has a block of counters per series, written by that recorder's
 * thread alone: a load, an add and a store each, no locked instruction.  Its
 * counters only grow, and readers sum over recorders.
 *
 * A sample is written as: `begun`, then the histograms, then the other
 * counters, then `done`, all but the first with release order (which costs
 * nothing on x86).  A reader loads `done` first and `begun` last, all with
 * acquire order.  Hence
 * - every sample that `done` counts is in all counters the reader sees, so
 *   none ever goes missing between two reads;
 * - if `begun` equals `done`, nothing was written meanwhile and the copy is
 *   exact; else the reader tries again, a few times.  What it takes in the end
 *   is torn at most by the samples recorded while it read;
 * - the number of requests is the sum of the histogram's counts, so ranks of
 *   percentiles are never out of step with it.
 *
 * Sums of times are taken modulo 2^64, which is 584 years of waiting, or
 * seven months with a thousand requests under way: histories note their wraps.
 */
#include "tta/metric_recorder.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Enough to outlast a sample now and then; a thread that records without a
 * pause would outlast any number. */
#define READ_ATTEMPTS 4

#define CACHE_LINE 64

/* The counters of one series by one recorder.  The busy ones come first: what
 * lies before the block in memory then ends in buckets beyond an hour. */
struct block {
    _Atomic uint64_t begun;
    _Atomic uint64_t done;
    _Atomic uint64_t stretches[METRIC_TIMES];
    _Atomic uint64_t counters[TALLY_COUNT];
    _Atomic uint64_t counts[METRIC_TIMES][HISTOGRAM_BUCKETS];
};

struct tta_recorder {
    struct tta_recorder *next; /* under the lock */
    size_t max_series;
    _Atomic(struct block *) blocks[]; /* per series, NULL of one that is not made yet */
};

/* Only the owner writes, so a load and a store do what an atomic add would. */
static void grow(_Atomic uint64_t *counter, uint64_t by)
{
    uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, value + by, memory_order_release);
}

static uint64_t load(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_acquire);
}

static void count_time(struct block *block, enum metric_time time, int64_t ns)
{
    size_t bucket = base_histogram_bucket((uint64_t)ns);
    uint64_t bit = tta_stretch_bit(bucket);
    uint64_t stretches = atomic_load_explicit(&block->stretches[time], memory_order_relaxed);
    if (!(stretches & bit)) {
        atomic_store_explicit(&block->stretches[time], stretches | bit, memory_order_release);
    }
    grow(&block->counts[time][bucket], 1);
    grow(&block->counters[TALLY_TIME_SUM + time], (uint64_t)ns);
}

static void count_amount(struct block *block, enum metric_amount amount, int64_t value, uint64_t if_unknown)
{
    if (value >= 0) {
        grow(&block->counters[TALLY_SUM + amount], (uint64_t)value);
    } else {
        grow(&block->counters[TALLY_UNKNOWN + amount], if_unknown);
    }
}

static struct block *block_to_write(struct tta_recorder *recorder, uint32_t series)
{
    assert(series < recorder->max_series);
    struct block *block = atomic_load_explicit(&recorder->blocks[series], memory_order_relaxed);
    assert(block);
    return block;
}

void tta_metrics_record(struct tta_recorder *recorder, const struct tta_observation *observation)
{
    assert((unsigned)observation->failure < TTA_FAILURE_COUNT);
    assert(observation->latency_ns >= 0);
    struct block *block = block_to_write(recorder, observation->series);
    const struct tta_usage *usage = &observation->usage;
    uint64_t if_unknown = tta_failure_may_have_cost(observation->failure);
    grow(&block->begun, 1);
    count_time(block, METRIC_LATENCY, observation->latency_ns);
    if (observation->first_token_ns >= 0) {
        count_time(block, METRIC_FIRST_TOKEN, observation->first_token_ns);
    }
    count_amount(block, METRIC_PROMPT_TOKENS, usage->prompt_tokens, if_unknown);
    count_amount(block, METRIC_COMPLETION_TOKENS, usage->completion_tokens, if_unknown);
    count_amount(block, METRIC_CACHED_TOKENS, usage->cached_tokens, if_unknown);
    count_amount(block, METRIC_REASONING_TOKENS, usage->reasoning_tokens, if_unknown);
    count_amount(block, METRIC_COST_PUSD, usage->cost_pusd, if_unknown);
    if (observation->kind != TTA_ATTEMPT_FIRST) {
        grow(&block->counters[observation->kind == TTA_ATTEMPT_RETRY ? TALLY_RETRIES : TALLY_FALLBACKS], 1);
    }
    grow(&block->counters[TALLY_CLASS + observation->failure], 1);
    grow(&block->done, 1);
}

void tta_metrics_record_gap(struct tta_recorder *recorder, uint32_t series, int64_t gap_ns)
{
    assert(gap_ns >= 0);
    struct block *block = block_to_write(recorder, series);
    grow(&block->begun, 1);
    count_time(block, METRIC_GAP, gap_ns);
    grow(&block->done, 1);
}

/* calloc, so that pages of buckets that are never used are never touched; with a
 * line of the cache behind it, so that no two threads write to one line. */
bool tta_recorder_add_series(struct tta_recorder *recorder, size_t series)
{
    if (atomic_load_explicit(&recorder->blocks[series], memory_order_relaxed)) {
        return true;
    }
    struct block *block = calloc(1, sizeof(*block) + CACHE_LINE);
    if (!block) {
        return false;
    }
    atomic_store_explicit(&recorder->blocks[series], block, memory_order_release);
    return true;
}

struct tta_recorder *tta_recorder_create(size_t max_series, size_t series_count)
{
    struct tta_recorder *recorder = calloc(1, sizeof(*recorder) + max_series * sizeof(recorder->blocks[0]));
    if (!recorder) {
        return NULL;
    }
    recorder->max_series = max_series;
    for (size_t series = 0; series < series_count; series++) {
        if (!tta_recorder_add_series(recorder, series)) {
            tta_recorder_destroy(recorder);
            return NULL;
        }
    }
    return recorder;
}

void tta_recorder_destroy(struct tta_recorder *recorder)
{
    for (size_t series = 0; series < recorder->max_series; series++) {
        free(atomic_load_explicit(&recorder->blocks[series], memory_order_acquire));
    }
    free(recorder);
}

struct tta_recorder *tta_recorder_next(const struct tta_recorder *recorder)
{
    return recorder->next;
}

void tta_recorder_link(struct tta_recorder *recorder, struct tta_recorder *next)
{
    recorder->next = next;
}

static const struct block *block_of(const struct tta_recorder *recorder, size_t series)
{
    return atomic_load_explicit(&recorder->blocks[series], memory_order_acquire);
}

uint64_t tta_recorder_done(const struct tta_recorder *recorder, size_t series)
{
    const struct block *block = block_of(recorder, series);
    return block ? load(&block->done) : 0;
}

/* Copies the counts in use; returns their sum. */
static uint64_t copy_counts(const struct block *block, size_t time, struct spread *copy)
{
    uint64_t sum = 0;
    copy->stretches = load(&block->stretches[time]);
    for (uint64_t stretches = copy->stretches; stretches != 0;) {
        size_t first = tta_stretch_take(&stretches);
        for (size_t bucket = first; bucket < first + STRETCH_BUCKETS; bucket++) {
            copy->counts[bucket] = load(&block->counts[time][bucket]);
            sum += copy->counts[bucket];
        }
    }
    return sum;
}

/* The other counters come before the histograms, which are written first: so
 * even a torn copy never has more failures than requests. */
static void copy_once(const struct block *block, struct totals *copy)
{
    copy->tally = (struct tally){0};
    for (size_t i = 0; i < TALLY_COUNT; i++) {
        copy->tally.counters[i] = load(&block->counters[i]);
    }
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        copy->tally.samples[time] = copy_counts(block, time, &copy->times[time]);
    }
}

void tta_recorder_copy(const struct tta_recorder *recorder, size_t series, struct totals *copy)
{
    const struct block *block = block_of(recorder, series);
    if (!block) {
        tta_totals_clear(copy);
        return;
    }
    for (int attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
        copy->done = load(&block->done);
        copy_once(block, copy);
        if (load(&block->begun) == copy->done) {
            return;
        }
    }
}
