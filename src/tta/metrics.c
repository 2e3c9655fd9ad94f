// SPDX-License-Identifier: MIT
/*
 * A recorder has a block of counters per model, made on the first sample and
 * written by that recorder's thread alone: a load, an add and a store each, no
 * locked instruction.  A block's pointer is published with a release store;
 * from then on its counters only grow, and readers sum over recorders.
 *
 * A sample is written as: `begun`, then the histogram, then the other
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
 * The sum of latencies is taken modulo 2^64, which is 584 years of waiting, or
 * seven months with a thousand requests under way: histories note its wraps.
 */
#include "tta/metrics.h"

#include "base/histogram.h"
#include "tta/catalogue.h"
#include "tta/metric_history.h"
#include "tta/metric_totals.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Enough to outlast a sample now and then; a thread that records without a
 * pause would outlast any number. */
#define READ_ATTEMPTS 4

/* The counters of one model by one recorder.  The busy ones come first: what
 * lies before the block in memory then ends in buckets beyond an hour. */
struct block {
    _Atomic uint64_t begun;
    _Atomic uint64_t done;
    _Atomic uint64_t failures;
    _Atomic uint64_t latency_sum_ns;
    _Atomic uint64_t prompt_tokens;
    _Atomic uint64_t completion_tokens;
    _Atomic uint64_t stretches;
    _Atomic uint64_t counts[HISTOGRAM_BUCKETS];
};

struct tta_recorder {
    struct tta_recorder *next; /* under the lock */
    size_t model_count;
    _Atomic uint64_t lost;
    _Atomic(struct block *) blocks[]; /* per model, NULL before its first sample */
};

struct tta_metrics {
    size_t model_count;
    int64_t created_ns;
    pthread_mutex_t lock; /* guards all below; tta_metrics_record() never takes it */
    int64_t ticked_ns;    /* since creation */
    struct tta_recorder *recorders;
    struct totals sum;    /* scratch of the call that holds the lock */
    struct totals copy;   /* the same; of the last block, with leftovers outside its stretches */
    struct history *histories[]; /* per model, NULL before the first tick that found samples */
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

static void mark_stretch(struct block *block, size_t bucket)
{
    uint64_t bit = tta_stretch_bit(bucket);
    uint64_t stretches = atomic_load_explicit(&block->stretches, memory_order_relaxed);
    if (!(stretches & bit)) {
        atomic_store_explicit(&block->stretches, stretches | bit, memory_order_release);
    }
}

static void count_sample(struct block *block, const struct tta_observation *observation)
{
    uint64_t latency_ns = (uint64_t)observation->latency_ns;
    size_t bucket = base_histogram_bucket(latency_ns);
    grow(&block->begun, 1);
    mark_stretch(block, bucket);
    grow(&block->counts[bucket], 1);
    grow(&block->latency_sum_ns, latency_ns);
    grow(&block->prompt_tokens, observation->prompt_tokens);
    grow(&block->completion_tokens, observation->completion_tokens);
    grow(&block->failures, observation->failed);
    grow(&block->done, 1);
}

/* calloc, so that pages of buckets that are never used are never touched. */
static struct block *add_block(struct tta_recorder *recorder, size_t model)
{
    struct block *block = calloc(1, sizeof(*block));
    if (block) {
        atomic_store_explicit(&recorder->blocks[model], block, memory_order_release);
    } else {
        grow(&recorder->lost, 1);
    }
    return block;
}

enum tta_status tta_metrics_record(struct tta_recorder *recorder, const struct tta_observation *observation)
{
    assert(observation->model < recorder->model_count);
    assert(observation->latency_ns >= 0);
    struct block *block = atomic_load_explicit(&recorder->blocks[observation->model], memory_order_relaxed);
    if (!block) {
        block = add_block(recorder, observation->model);
        if (!block) {
            return TTA_NO_MEMORY;
        }
    }
    count_sample(block, observation);
    return TTA_OK;
}

/* Copies the counts in use; returns their sum. */
static uint64_t copy_counts(const struct block *block, struct totals *copy)
{
    uint64_t sum = 0;
    copy->stretches = load(&block->stretches);
    for (uint64_t stretches = copy->stretches; stretches != 0;) {
        size_t first = tta_stretch_take(&stretches);
        for (size_t bucket = first; bucket < first + STRETCH_BUCKETS; bucket++) {
            copy->counts[bucket] = load(&block->counts[bucket]);
            sum += copy->counts[bucket];
        }
    }
    return sum;
}

/* The other counters come before the histogram, which is written first: so
 * even a torn copy never has more failures than requests. */
static void copy_block(const struct block *block, struct totals *copy)
{
    for (int attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
        copy->done = load(&block->done);
        copy->tally.failures = load(&block->failures);
        copy->tally.latency_sum_ns = load(&block->latency_sum_ns);
        copy->tally.prompt_tokens = load(&block->prompt_tokens);
        copy->tally.completion_tokens = load(&block->completion_tokens);
        copy->tally.requests = copy_counts(block, copy);
        if (load(&block->begun) == copy->done) {
            return;
        }
    }
}

static const struct block *block_of(const struct tta_recorder *recorder, size_t model)
{
    return atomic_load_explicit(&recorder->blocks[model], memory_order_acquire);
}

/* All that was ever recorded of a model, into the scratch sum. */
static void sum_blocks(struct tta_metrics *metrics, size_t model)
{
    tta_totals_clear(&metrics->sum);
    for (const struct tta_recorder *recorder = metrics->recorders; recorder; recorder = recorder->next) {
        const struct block *block = block_of(recorder, model);
        if (block) {
            copy_block(block, &metrics->copy);
            tta_totals_merge(&metrics->sum, &metrics->copy);
        }
    }
}

/* Whether all samples of a model were seen by the last tick. */
static bool is_idle(const struct tta_metrics *metrics, size_t model)
{
    const struct history *history = metrics->histories[model];
    uint64_t done = 0;
    for (const struct tta_recorder *recorder = metrics->recorders; recorder; recorder = recorder->next) {
        const struct block *block = block_of(recorder, model);
        done += block ? load(&block->done) : 0;
    }
    return done == (history ? tta_history_done(history) : 0);
}

static bool prepare_model(struct tta_metrics *metrics, size_t model, int64_t to_ns)
{
    struct history *history = metrics->histories[model];
    if (!history) {
        history = tta_history_create();
        if (!history) {
            return false;
        }
        metrics->histories[model] = history;
    }
    sum_blocks(metrics, model);
    return tta_history_prepare(history, &metrics->sum, metrics->ticked_ns, to_ns);
}

static bool prepare_all(struct tta_metrics *metrics, int64_t to_ns)
{
    for (size_t model = 0; model < metrics->model_count; model++) {
        if (!is_idle(metrics, model) && !prepare_model(metrics, model, to_ns)) {
            return false;
        }
    }
    return true;
}

static void commit_all(struct tta_metrics *metrics, int64_t to_ns)
{
    for (size_t model = 0; model < metrics->model_count; model++) {
        if (metrics->histories[model]) {
            tta_history_commit(metrics->histories[model], metrics->ticked_ns, to_ns);
        }
    }
    metrics->ticked_ns = to_ns;
}

static void discard_all(struct tta_metrics *metrics)
{
    for (size_t model = 0; model < metrics->model_count; model++) {
        if (metrics->histories[model]) {
            tta_history_discard(metrics->histories[model]);
        }
    }
}

/* A plain mutex that is used as it should be cannot fail. */
static void take_turn(struct tta_metrics *metrics)
{
    (void)pthread_mutex_lock(&metrics->lock);
}

static void end_turn(struct tta_metrics *metrics)
{
    (void)pthread_mutex_unlock(&metrics->lock);
}

enum tta_status tta_metrics_tick(struct tta_metrics *metrics, int64_t now_ns)
{
    int64_t to_ns = now_ns - metrics->created_ns;
    take_turn(metrics);
    assert(to_ns >= metrics->ticked_ns);
    bool is_ready = prepare_all(metrics, to_ns);
    if (is_ready) {
        commit_all(metrics, to_ns);
    } else {
        discard_all(metrics);
    }
    end_turn(metrics);
    return is_ready ? TTA_OK : TTA_NO_MEMORY;
}

static uint64_t count_lost(const struct tta_metrics *metrics)
{
    uint64_t lost = 0;
    for (const struct tta_recorder *recorder = metrics->recorders; recorder; recorder = recorder->next) {
        lost += load(&recorder->lost);
    }
    return lost;
}

static int64_t quantile(const struct totals *totals, double q)
{
    uint64_t rank = base_histogram_quantile_rank(q, totals->tally.requests);
    return (int64_t)base_histogram_value_at_rank(totals->counts, rank);
}

/* Torn copies at the ends of a window can put a failure on the other side of
 * its edge than the request, hence the limit on failures. */
static struct tta_summary summarise(const struct totals *totals, double sum_ns)
{
    const struct tally *tally = &totals->tally;
    struct tta_summary summary = {
        .requests = tally->requests,
        .failures = tally->failures < tally->requests ? tally->failures : tally->requests,
        .prompt_tokens = tally->prompt_tokens,
        .completion_tokens = tally->completion_tokens,
        .success_rate = 1,
    };
    if (tally->requests > 0) {
        summary.success_rate = (double)(summary.requests - summary.failures) / (double)summary.requests;
        summary.mean_ns = sum_ns / (double)tally->requests;
        summary.p50_ns = quantile(totals, 0.50);
        summary.p95_ns = quantile(totals, 0.95);
        summary.p99_ns = quantile(totals, 0.99);
    }
    return summary;
}

/* The summary of the scratch sum, which holds all time, over a window. */
static struct tta_summary summarise_window(struct tta_metrics *metrics, const struct history *history,
                                           enum tta_window window)
{
    struct totals *sum = &metrics->sum;
    if (!history) {
        return summarise(sum, (double)sum->tally.latency_sum_ns);
    }
    if (window == TTA_WINDOW_ALL) {
        return summarise(sum, tta_history_whole_sum_ns(history, sum));
    }
    tta_history_narrow(history, window, metrics->ticked_ns, sum);
    return summarise(sum, (double)sum->tally.latency_sum_ns);
}

enum tta_status tta_metrics_read(struct tta_metrics *metrics, size_t model, enum tta_window window,
                                 struct tta_summary *out_summary)
{
    assert(model < metrics->model_count);
    take_turn(metrics);
    sum_blocks(metrics, model);
    struct tta_summary summary = summarise_window(metrics, metrics->histories[model], window);
    summary.lost = count_lost(metrics);
    end_turn(metrics);
    *out_summary = summary;
    return TTA_OK;
}

enum tta_status tta_metrics_create(size_t model_count, int64_t now_ns, struct tta_metrics **out_metrics)
{
    if (model_count < 1 || model_count > TTA_MAX_MODELS || now_ns < 0) {
        return TTA_BAD_ARGUMENT;
    }
    struct tta_metrics *metrics = calloc(1, sizeof(*metrics) + model_count * sizeof(metrics->histories[0]));
    if (!metrics) {
        return TTA_NO_MEMORY;
    }
    if (pthread_mutex_init(&metrics->lock, NULL) != 0) {
        free(metrics);
        return TTA_NO_MEMORY;
    }
    metrics->model_count = model_count;
    metrics->created_ns = now_ns;
    *out_metrics = metrics;
    return TTA_OK;
}

enum tta_status tta_metrics_add_recorder(struct tta_metrics *metrics, struct tta_recorder **out_recorder)
{
    struct tta_recorder *recorder = calloc(1, sizeof(*recorder) + metrics->model_count * sizeof(recorder->blocks[0]));
    if (!recorder) {
        return TTA_NO_MEMORY;
    }
    recorder->model_count = metrics->model_count;
    take_turn(metrics);
    recorder->next = metrics->recorders;
    metrics->recorders = recorder;
    end_turn(metrics);
    *out_recorder = recorder;
    return TTA_OK;
}

static void destroy_recorder(struct tta_recorder *recorder)
{
    for (size_t model = 0; model < recorder->model_count; model++) {
        free(atomic_load_explicit(&recorder->blocks[model], memory_order_acquire));
    }
    free(recorder);
}

void tta_metrics_destroy(struct tta_metrics *metrics)
{
    if (!metrics) {
        return;
    }
    while (metrics->recorders) {
        struct tta_recorder *recorder = metrics->recorders;
        metrics->recorders = recorder->next;
        destroy_recorder(recorder);
    }
    for (size_t model = 0; model < metrics->model_count; model++) {
        tta_history_destroy(metrics->histories[model]);
    }
    (void)pthread_mutex_destroy(&metrics->lock); /* nobody holds it */
    free(metrics);
}
