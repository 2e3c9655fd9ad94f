// SPDX-License-Identifier: MIT
/*
 * Who reads, ticks, rolls up or adds takes turns on one lock; recorders never
 * take it.  A series has counters in every recorder from the moment that it has
 * a number, so recording finds them made.
 */
#include "tta/metric_parts.h"
#include "tta/metric_recorder.h"
#include "tta/metric_summary.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct tta_metrics {
    size_t max_series;
    pthread_mutex_t lock; /* guards all below; tta_metrics_record() never takes it */
    int64_t ticked_ns;
    struct series_table *table;
    struct tta_recorder *recorders;
    struct totals sum;   /* scratch of the call that has the turn: of one series */
    struct totals copy;  /* the same: of one recorder, with leftovers outside its stretches */
    struct totals whole; /* the same: of several series */
    struct history *histories[]; /* per series, NULL before the first tick that found samples */
};

/* A plain mutex that is used as it should be cannot fail. */
void tta_metrics_take_turn(struct tta_metrics *metrics)
{
    (void)pthread_mutex_lock(&metrics->lock);
}

void tta_metrics_end_turn(struct tta_metrics *metrics)
{
    (void)pthread_mutex_unlock(&metrics->lock);
}

const struct series_table *tta_metrics_series_table(const struct tta_metrics *metrics)
{
    return metrics->table;
}

int64_t tta_metrics_ticked_ns(const struct tta_metrics *metrics)
{
    return metrics->ticked_ns;
}

struct totals *tta_metrics_scratch(struct tta_metrics *metrics)
{
    tta_totals_clear(&metrics->sum);
    return &metrics->sum;
}

static size_t count_series(const struct tta_metrics *metrics)
{
    return tta_series_table_count(metrics->table);
}

/* All that was ever recorded of a series, into the scratch sum. */
static void sum_recorders(struct tta_metrics *metrics, size_t series)
{
    bool is_first = true;
    tta_totals_clear(&metrics->sum);
    for (const struct tta_recorder *it = metrics->recorders; it; it = tta_recorder_next(it)) {
        if (tta_recorder_done(it, series) == 0) {
            continue;
        }
        if (is_first) { /* into what is empty: there is nothing to add to */
            tta_recorder_copy(it, series, &metrics->sum);
        } else {
            tta_recorder_copy(it, series, &metrics->copy);
            tta_totals_merge(&metrics->sum, &metrics->copy);
        }
        is_first = false;
    }
}

static uint64_t count_done(const struct tta_metrics *metrics, size_t series)
{
    uint64_t done = 0;
    for (const struct tta_recorder *it = metrics->recorders; it; it = tta_recorder_next(it)) {
        done += tta_recorder_done(it, series);
    }
    return done;
}

/* Whether all samples of a series were seen by the last tick. */
static bool is_idle(const struct tta_metrics *metrics, size_t series)
{
    return count_done(metrics, series) == tta_history_done(metrics->histories[series]);
}

struct history *tta_metrics_history(struct tta_metrics *metrics, uint32_t series)
{
    if (!metrics->histories[series]) {
        metrics->histories[series] = tta_history_create();
    }
    return metrics->histories[series];
}

static bool prepare_series(struct tta_metrics *metrics, uint32_t series, int64_t to_ns)
{
    bool is_new = !is_idle(metrics, series);
    const struct history *known = metrics->histories[series];
    if (!is_new && (!known || !tta_history_ages(known, metrics->ticked_ns, to_ns))) {
        return true;
    }
    struct history *history = tta_metrics_history(metrics, series);
    if (!history) {
        return false;
    }
    if (is_new) {
        sum_recorders(metrics, series);
    }
    return tta_history_prepare(history, &metrics->sum, is_new, metrics->ticked_ns, to_ns);
}

static bool prepare_all(struct tta_metrics *metrics, int64_t to_ns)
{
    for (uint32_t series = 0; series < count_series(metrics); series++) {
        if (!prepare_series(metrics, series, to_ns)) {
            return false;
        }
    }
    return true;
}

static void commit_all(struct tta_metrics *metrics, int64_t to_ns)
{
    for (size_t series = 0; series < count_series(metrics); series++) {
        if (metrics->histories[series]) {
            tta_history_commit(metrics->histories[series], &metrics->sum, metrics->ticked_ns, to_ns);
        }
    }
    metrics->ticked_ns = to_ns;
}

static void discard_all(struct tta_metrics *metrics)
{
    for (size_t series = 0; series < count_series(metrics); series++) {
        if (metrics->histories[series]) {
            tta_history_discard(metrics->histories[series]);
        }
    }
}

enum tta_status tta_metrics_tick(struct tta_metrics *metrics, int64_t now_ns)
{
    tta_metrics_take_turn(metrics);
    int64_t to_ns = now_ns > metrics->ticked_ns ? now_ns : metrics->ticked_ns;
    bool is_ready = prepare_all(metrics, to_ns);
    if (is_ready) {
        commit_all(metrics, to_ns);
    } else {
        discard_all(metrics);
    }
    tta_metrics_end_turn(metrics);
    return is_ready ? TTA_OK : TTA_NO_MEMORY;
}

const struct totals *tta_metrics_window(struct tta_metrics *metrics, uint32_t series, enum tta_window window)
{
    const struct history *history = metrics->histories[series];
    if (window != TTA_WINDOW_ALL && is_idle(metrics, series)) {
        tta_totals_clear(&metrics->sum);
        tta_totals_add(&metrics->sum, tta_history_window(history, window));
    } else {
        sum_recorders(metrics, series);
        tta_history_narrow(history, window, &metrics->sum);
    }
    return &metrics->sum;
}

void tta_metrics_read(struct tta_metrics *metrics, uint32_t series, enum tta_window window,
                      struct tta_summary *out_summary)
{
    tta_metrics_take_turn(metrics);
    assert(series < count_series(metrics));
    tta_summarise(tta_metrics_window(metrics, series, window), out_summary);
    tta_metrics_end_turn(metrics);
}

void tta_metrics_sum(struct tta_metrics *metrics, const struct tta_series_filter *filter, enum tta_window window,
                     struct tta_summary *out_summary)
{
    tta_metrics_take_turn(metrics);
    const struct series_table *table = metrics->table;
    tta_totals_clear(&metrics->whole);
    for (uint32_t series = tta_series_table_first(table, filter); series < count_series(metrics);
         series = tta_series_table_next(table, filter, series)) {
        tta_totals_merge(&metrics->whole, tta_metrics_window(metrics, series, window));
    }
    tta_summarise(&metrics->whole, out_summary);
    tta_metrics_end_turn(metrics);
}

/* Of one slot of all that the filter lets through. */
static struct tta_trend_point point_of(struct tta_metrics *metrics, const struct tta_series_filter *filter,
                                       enum tta_window window, size_t index)
{
    const struct slot *slots[TTA_MAX_TREND];
    const struct series_table *table = metrics->table;
    tta_totals_clear(&metrics->whole);
    for (uint32_t series = tta_series_table_first(table, filter); series < count_series(metrics);
         series = tta_series_table_next(table, filter, series)) {
        (void)tta_history_slots(metrics->histories[series], window, metrics->ticked_ns, slots); /* index is below */
        tta_totals_add(&metrics->whole, slots[index]);
    }
    return tta_summarise_point(&metrics->whole);
}

size_t tta_metrics_trend(struct tta_metrics *metrics, const struct tta_series_filter *filter, enum tta_window window,
                         struct tta_trend_point out_points[TTA_MAX_TREND])
{
    const struct slot *slots[TTA_MAX_TREND];
    tta_metrics_take_turn(metrics);
    size_t count = tta_history_slots(NULL, window, metrics->ticked_ns, slots);
    for (size_t i = 0; i < count; i++) {
        out_points[i] = point_of(metrics, filter, window, i);
    }
    tta_metrics_end_turn(metrics);
    return count;
}

size_t tta_metrics_history_bytes(struct tta_metrics *metrics)
{
    size_t bytes = 0;
    tta_metrics_take_turn(metrics);
    for (size_t series = 0; series < count_series(metrics); series++) {
        bytes += tta_history_bytes(metrics->histories[series]);
    }
    tta_metrics_end_turn(metrics);
    return bytes;
}

enum tta_status tta_metrics_begin_roll(struct tta_metrics *metrics, uint32_t series, struct slot **out_new)
{
    *out_new = NULL;
    if (count_done(metrics, series) == tta_history_rolled(metrics->histories[series])) {
        return TTA_OK;
    }
    struct history *history = tta_metrics_history(metrics, series);
    if (!history) {
        return TTA_NO_MEMORY;
    }
    sum_recorders(metrics, series);
    return tta_history_begin_roll(history, &metrics->sum, out_new) ? TTA_OK : TTA_NO_MEMORY;
}

enum tta_status tta_metrics_create(size_t max_series, int64_t now_ns, struct tta_metrics **out_metrics)
{
    if (max_series < 1 || max_series > TTA_MAX_SERIES || now_ns < 0) {
        return TTA_BAD_ARGUMENT;
    }
    struct tta_metrics *metrics = calloc(1, sizeof(*metrics) + max_series * sizeof(metrics->histories[0]));
    struct series_table *table = metrics ? tta_series_table_create(max_series) : NULL;
    if (!table || pthread_mutex_init(&metrics->lock, NULL) != 0) {
        tta_series_table_destroy(table);
        free(metrics);
        return TTA_NO_MEMORY;
    }
    metrics->max_series = max_series;
    metrics->ticked_ns = now_ns;
    metrics->table = table;
    *out_metrics = metrics;
    return TTA_OK;
}

/* In every recorder, or the series is none; counters that were made already are those of the next one. */
static enum tta_status add_series(struct tta_metrics *metrics, const struct tta_series *series)
{
    size_t number = count_series(metrics);
    for (struct tta_recorder *it = metrics->recorders; it && number < metrics->max_series;
         it = tta_recorder_next(it)) {
        if (!tta_recorder_add_series(it, number)) {
            return TTA_NO_MEMORY;
        }
    }
    return tta_series_table_add(metrics->table, series);
}

enum tta_status tta_metrics_find_or_add(struct tta_metrics *metrics, const struct tta_series *series,
                                        uint32_t *out_number)
{
    enum tta_status status = tta_series_check(series);
    if (status != TTA_OK || tta_series_table_find(metrics->table, series, out_number) == TTA_OK) {
        return status;
    }
    status = add_series(metrics, series);
    if (status == TTA_OK) {
        *out_number = (uint32_t)count_series(metrics) - 1;
    }
    return status;
}

enum tta_status tta_metrics_add_series(struct tta_metrics *metrics, const struct tta_series *series,
                                       uint32_t *out_number)
{
    tta_metrics_take_turn(metrics);
    enum tta_status status = tta_metrics_find_or_add(metrics, series, out_number);
    tta_metrics_end_turn(metrics);
    return status;
}

size_t tta_metrics_series_count(struct tta_metrics *metrics)
{
    tta_metrics_take_turn(metrics);
    size_t count = count_series(metrics);
    tta_metrics_end_turn(metrics);
    return count;
}

struct tta_series tta_metrics_series_at(struct tta_metrics *metrics, uint32_t number)
{
    tta_metrics_take_turn(metrics);
    assert(number < count_series(metrics));
    struct tta_series series = tta_series_table_at(metrics->table, number);
    tta_metrics_end_turn(metrics);
    return series;
}

enum tta_status tta_metrics_add_recorder(struct tta_metrics *metrics, struct tta_recorder **out_recorder)
{
    tta_metrics_take_turn(metrics);
    struct tta_recorder *recorder = tta_recorder_create(metrics->max_series, count_series(metrics));
    if (recorder) {
        tta_recorder_link(recorder, metrics->recorders);
        metrics->recorders = recorder;
        *out_recorder = recorder;
    }
    tta_metrics_end_turn(metrics);
    return recorder ? TTA_OK : TTA_NO_MEMORY;
}

void tta_metrics_destroy(struct tta_metrics *metrics)
{
    if (!metrics) {
        return;
    }
    while (metrics->recorders) {
        struct tta_recorder *recorder = metrics->recorders;
        metrics->recorders = tta_recorder_next(recorder);
        tta_recorder_destroy(recorder);
    }
    for (size_t series = 0; series < count_series(metrics); series++) {
        tta_history_destroy(metrics->histories[series]);
    }
    tta_series_table_destroy(metrics->table);
    (void)pthread_mutex_destroy(&metrics->lock); /* nobody holds it */
    free(metrics);
}
