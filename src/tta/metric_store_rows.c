// SPDX-License-Identifier: MIT
/*
 * A roll-up is what was recorded since the last one.  It is added to three rows
 * of each series: of the minute and the hour in which it began, and of all time.
 * Adding and not writing anew makes it right however often it is called, after a
 * restart within the minute, and with several processes at work.
 */
#include "tta/metric_store_parts.h"

#include "base/hash.h"
#include "base/num.h"
#include "tta/fail.h"
#include "tta/metric_blob.h"
#include "tta/metric_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)
#define MINUTE_S 60
#define HOUR_S 3600
#define ALL_TIME 0
#define MINUTE_NS (MINUTE_S * SECOND_NS)

static int64_t checksum_of(const int64_t *numbers, size_t count, struct str bytes)
{
    uint64_t hash = BASE_HASH_START;
    for (size_t i = 0; i < count; i++) {
        unsigned char number[8];
        for (size_t byte = 0; byte < 8; byte++) {
            number[byte] = (unsigned char)((uint64_t)numbers[i] >> (8 * byte));
        }
        hash = base_hash_add(hash, (struct str){(const char *)number, 8});
    }
    return (int64_t)base_hash_add(hash, bytes);
}

struct row {
    int64_t width_s, start_s, series;
};

static int64_t checksum_of_span(struct row row, struct str figures)
{
    const int64_t numbers[] = {row.width_s, row.start_s, row.series};
    return checksum_of(numbers, 3, figures);
}

static int64_t checksum_of_series(int64_t id, const char *provider, const char *model, const char *task)
{
    const int64_t lengths[] = {id, (int64_t)strlen(provider), (int64_t)strlen(model)};
    uint64_t hash = (uint64_t)checksum_of(lengths, 3, base_str(provider));
    return (int64_t)base_hash_add(base_hash_add(hash, base_str(model)), base_str(task));
}

static struct str blob_of(sqlite3_stmt *statement, int column)
{
    const char *bytes = sqlite3_column_blob(statement, column); /* before its length is asked for */
    return (struct str){bytes, (size_t)sqlite3_column_bytes(statement, column)};
}

static void bind_row(sqlite3_stmt *statement, struct row row)
{
    (void)sqlite3_bind_int64(statement, 1, row.width_s); /* these fail only for a place that is not there */
    (void)sqlite3_bind_int64(statement, 2, row.start_s);
    (void)sqlite3_bind_int64(statement, 3, row.series);
}

/* Adds what a row holds, and notes where that makes a sum of times pass 2^64. */
static bool add_figures(struct totals *totals, struct str figures)
{
    struct tally before = totals->tally;
    if (!tta_blob_add(figures, totals)) {
        return false;
    }
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        size_t sum = TALLY_TIME_SUM + time;
        totals->tally.counters[TALLY_WRAPS + time] += totals->tally.counters[sum] < before.counters[sum];
    }
    return true;
}

/* Adds what the row holds already to the scratch totals. */
static enum tta_status add_row(struct tta_metric_store *store, struct row row, struct tta_error *err)
{
    enum tta_status status = TTA_OK;
    sqlite3_stmt *find = tta_store_statement(store, STORE_FIND_SPAN);
    bind_row(find, row);
    int result = sqlite3_step(find);
    if (result == SQLITE_ROW) {
        struct str figures = blob_of(find, 0);
        bool is_good = sqlite3_column_int64(find, 1) == checksum_of_span(row, figures) &&
                       add_figures(&store->totals, figures);
        status = is_good ? TTA_OK : tta_store_fail_damaged(err);
    } else if (result != SQLITE_DONE) {
        status = tta_store_fail(store, result, err);
    }
    (void)sqlite3_reset(find); /* says the same again */
    return status;
}

/* Adds what is new to a row. */
static enum tta_status put_row(struct tta_metric_store *store, struct row row, const struct slot *slot,
                               struct tta_error *err)
{
    tta_totals_clear(&store->totals);
    tta_totals_add(&store->totals, slot);
    enum tta_status status = add_row(store, row, err);
    if (status != TTA_OK) {
        return status;
    }
    base_buf_reset(&store->figures);
    tta_blob_write(&store->totals, &store->figures);
    if (!base_buf_ok(&store->figures)) {
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory for metrics");
    }
    struct str figures = base_buf_str(&store->figures);
    sqlite3_stmt *put = tta_store_statement(store, STORE_PUT_SPAN);
    bind_row(put, row);
    (void)sqlite3_bind_blob(put, 4, figures.ptr, (int)figures.len, SQLITE_STATIC); /* or the step fails */
    (void)sqlite3_bind_int64(put, 5, checksum_of_span(row, figures));
    return tta_store_run(store, put, err);
}

static const char *task_text(enum tta_task task)
{
    return task == TTA_TASK_COUNT ? "" : tta_task_name(task);
}

static void bind_series(sqlite3_stmt *statement, int first, struct tta_series series)
{
    (void)sqlite3_bind_text(statement, first, series.provider, -1, SQLITE_STATIC); /* or the step fails */
    (void)sqlite3_bind_text(statement, first + 1, series.model, -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(statement, first + 2, task_text(series.task), -1, SQLITE_STATIC);
}

static enum tta_status add_series(struct tta_metric_store *store, struct tta_series series, int64_t *out_id,
                                  struct tta_error *err)
{
    sqlite3_stmt *last = tta_store_statement(store, STORE_LAST_SERIES);
    int result = sqlite3_step(last);
    int64_t id = result == SQLITE_ROW ? sqlite3_column_int64(last, 0) + 1 : 0;
    (void)sqlite3_reset(last); /* says the same again */
    if (result != SQLITE_ROW) {
        return tta_store_fail(store, result, err);
    }
    sqlite3_stmt *add = tta_store_statement(store, STORE_ADD_SERIES);
    (void)sqlite3_bind_int64(add, 1, id);
    bind_series(add, 2, series);
    (void)sqlite3_bind_int64(add, 5, checksum_of_series(id, series.provider, series.model, task_text(series.task)));
    *out_id = id;
    return tta_store_run(store, add, err);
}

static enum tta_status find_or_add_series(struct tta_metric_store *store, struct tta_series series, int64_t *out_id,
                                          struct tta_error *err)
{
    sqlite3_stmt *find = tta_store_statement(store, STORE_FIND_SERIES);
    bind_series(find, 1, series);
    int result = sqlite3_step(find);
    int64_t checksum = result == SQLITE_ROW ? sqlite3_column_int64(find, 1) : 0;
    *out_id = result == SQLITE_ROW ? sqlite3_column_int64(find, 0) : 0;
    (void)sqlite3_reset(find); /* says the same again */
    if (result == SQLITE_DONE) {
        return add_series(store, series, out_id, err);
    }
    if (result != SQLITE_ROW) {
        return tta_store_fail(store, result, err);
    }
    return checksum == checksum_of_series(*out_id, series.provider, series.model, task_text(series.task))
               ? TTA_OK
               : tta_store_fail_damaged(err);
}

/* What is new of each series, NULL where nothing is. */
struct news {
    size_t count;
    struct slot **slots;
};

static enum tta_status write_series(struct tta_metric_store *store, struct tta_series series, const struct slot *slot,
                                    int64_t span_s, struct tta_error *err)
{
    int64_t id = 0;
    enum tta_status status = find_or_add_series(store, series, &id, err);
    static const int64_t widths_s[] = {MINUTE_S, HOUR_S, ALL_TIME};
    for (size_t i = 0; i < 3 && status == TTA_OK; i++) {
        int64_t width_s = widths_s[i];
        const struct row row = {width_s, width_s == ALL_TIME ? 0 : span_s - span_s % width_s, id};
        status = put_row(store, row, slot, err);
    }
    return status;
}

static enum tta_status forget(struct tta_metric_store *store, int64_t width_s, int64_t kept, int64_t now_s,
                              struct tta_error *err)
{
    sqlite3_stmt *statement = tta_store_statement(store, STORE_FORGET);
    (void)sqlite3_bind_int64(statement, 1, width_s);
    (void)sqlite3_bind_int64(statement, 2, now_s - now_s % width_s - kept * width_s);
    return tta_store_run(store, statement, err);
}

static enum tta_status write_all(struct tta_metric_store *store, struct tta_metrics *metrics, const struct news *news,
                                 int64_t span_s, int64_t now_s, struct tta_error *err)
{
    enum tta_status status = TTA_OK;
    for (uint32_t i = 0; i < news->count && status == TTA_OK; i++) {
        if (news->slots[i]) {
            status = write_series(store, tta_metrics_series_at(metrics, i), news->slots[i], span_s, err);
        }
    }
    status = status == TTA_OK ? forget(store, MINUTE_S, TTA_METRIC_STORE_MINUTES_KEPT, now_s, err) : status;
    return status == TTA_OK ? forget(store, HOUR_S, TTA_METRIC_STORE_HOURS_KEPT, now_s, err) : status;
}

static enum tta_status write_in_one(struct tta_metric_store *store, struct tta_metrics *metrics,
                                    const struct news *news, int64_t span_s, int64_t now_s, struct tta_error *err)
{
    enum tta_status status = tta_store_run(store, tta_store_statement(store, STORE_BEGIN), err);
    if (status != TTA_OK) {
        return status;
    }
    status = write_all(store, metrics, news, span_s, now_s, err);
    if (status == TTA_OK) {
        status = tta_store_run(store, tta_store_statement(store, STORE_COMMIT), err);
    }
    if (status != TTA_OK) {
        (void)tta_store_run(store, tta_store_statement(store, STORE_ROLLBACK), NULL); /* SQLite may have done so */
        return status;
    }
    /* Into the file, as far as readers let it; what fails here stands in the log. */
    (void)sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return TTA_OK;
}

static void end_news(struct tta_metrics *metrics, struct news *news, bool is_kept)
{
    tta_metrics_take_turn(metrics);
    for (uint32_t i = 0; i < news->count; i++) {
        if (news->slots[i]) {
            tta_history_end_roll(tta_metrics_history(metrics, i), is_kept);
        }
        free(news->slots[i]);
    }
    tta_metrics_end_turn(metrics);
    free(news->slots);
}

static enum tta_status collect_news(struct tta_metrics *metrics, struct news *out_news)
{
    enum tta_status status = TTA_OK;
    struct news news = {0};
    tta_metrics_take_turn(metrics);
    size_t count = tta_series_table_count(tta_metrics_series_table(metrics));
    news.slots = base_alloc_array(count, sizeof(struct slot *));
    for (; news.slots && news.count < count && status == TTA_OK; news.count++) {
        status = tta_metrics_begin_roll(metrics, (uint32_t)news.count, &news.slots[news.count]);
    }
    tta_metrics_end_turn(metrics);
    status = news.slots ? status : TTA_NO_MEMORY;
    if (status != TTA_OK) {
        end_news(metrics, &news, false);
        return status;
    }
    *out_news = news;
    return TTA_OK;
}

/* When what is rolled up now began, at most a minute ago. */
static int64_t begin_of_span(const struct tta_metric_store *store, int64_t now_ns)
{
    int64_t least_ns = now_ns > MINUTE_NS ? now_ns - MINUTE_NS : 0;
    int64_t begin_ns = store->rolled_ns < now_ns ? store->rolled_ns : now_ns;
    return begin_ns > least_ns ? begin_ns : least_ns;
}

enum tta_status tta_metric_store_flush(struct tta_metric_store *store, struct tta_metrics *metrics, int64_t now_ns,
                                       struct tta_error *err)
{
    struct news news;
    assert(store->mode == TTA_METRIC_STORE_WRITE);
    enum tta_status status = collect_news(metrics, &news);
    if (status != TTA_OK) {
        return tta_fail(err, status, 0, "no memory for metrics");
    }
    status = write_in_one(store, metrics, &news, begin_of_span(store, now_ns) / SECOND_NS, now_ns / SECOND_NS, err);
    end_news(metrics, &news, status == TTA_OK);
    if (status == TTA_OK) {
        store->rolled_ns = now_ns;
    }
    return status;
}

enum tta_status tta_metric_store_roll(struct tta_metric_store *store, struct tta_metrics *metrics, int64_t now_ns,
                                      struct tta_error *err)
{
    if (store->rolled_ns == 0) { /* the first minute begins */
        store->rolled_ns = now_ns;
    }
    return now_ns / MINUTE_NS > store->rolled_ns / MINUTE_NS ? tta_metric_store_flush(store, metrics, now_ns, err)
                                                             : TTA_OK;
}

/* A row of STORE_LIST_SPANS, checked. */
static enum tta_status read_listed(sqlite3_stmt *list, int64_t width_s, struct totals *totals,
                                   struct tta_series *out_series, int64_t *out_start_s, struct tta_error *err)
{
    const struct row row = {width_s, sqlite3_column_int64(list, 0), sqlite3_column_int64(list, 1)};
    const char *task = (const char *)sqlite3_column_text(list, 6);
    struct str figures = blob_of(list, 2);
    struct tta_series series = {(const char *)sqlite3_column_text(list, 4), (const char *)sqlite3_column_text(list, 5),
                                TTA_TASK_COUNT};
    bool is_good = series.provider && series.model && task &&
                   sqlite3_column_int64(list, 7) ==
                       checksum_of_series(row.series, series.provider, series.model, task) &&
                   sqlite3_column_int64(list, 3) == checksum_of_span(row, figures);
    if (is_good && task[0] != '\0') {
        is_good = tta_task_of_name(task, &series.task) == TTA_OK;
    }
    tta_totals_clear(totals);
    if (!is_good || tta_series_check(&series) != TTA_OK || !tta_blob_add(figures, totals)) {
        return tta_store_fail_damaged(err);
    }
    *out_series = series;
    *out_start_s = row.start_s;
    return TTA_OK;
}

/* What minutes are in windows of slots of ten seconds stands in the last of these: it seems no older than it is. */
static bool restore_minute(struct tta_metrics *metrics, struct history *history, int64_t start_s,
                           const struct slot *slot, int64_t now_ns)
{
    int64_t last_ns = (start_s + MINUTE_S - 10) * SECOND_NS;
    struct totals *scratch = tta_metrics_scratch(metrics);
    return tta_history_restore(history, HISTORY_TEN_SECONDS, last_ns < now_ns ? last_ns : now_ns - 1, slot, now_ns,
                               scratch) &&
           tta_history_restore(history, HISTORY_MINUTES, start_s * SECOND_NS, slot, now_ns, scratch);
}

static bool restore(struct tta_metrics *metrics, struct history *history, struct row row, const struct slot *slot,
                    int64_t now_ns)
{
    if (row.width_s == MINUTE_S) {
        return restore_minute(metrics, history, row.start_s, slot, now_ns);
    }
    enum history_ring ring = row.width_s == HOUR_S ? HISTORY_HOURS : HISTORY_RINGS;
    return tta_history_restore(history, ring, row.start_s * SECOND_NS, slot, now_ns, tta_metrics_scratch(metrics));
}

static enum tta_status load_row(struct tta_metric_store *store, struct tta_metrics *metrics, sqlite3_stmt *list,
                                int64_t width_s, int64_t now_ns, struct tta_error *err)
{
    struct tta_series series;
    struct row row = {.width_s = width_s};
    uint32_t number = 0;
    enum tta_status status = read_listed(list, width_s, &store->totals, &series, &row.start_s, err);
    if (status != TTA_OK) {
        return status;
    }
    status = tta_metrics_find_or_add(metrics, &series, &number);
    if (status == TTA_TOO_LARGE) {
        return tta_fail(err, status, 0, "it knows more series than the %zu there is room for",
                        tta_series_table_count(tta_metrics_series_table(metrics)));
    }
    struct history *history = status == TTA_OK ? tta_metrics_history(metrics, number) : NULL;
    struct slot *slot = history ? tta_totals_pack(&store->totals) : NULL;
    bool is_restored = slot && restore(metrics, history, row, slot, now_ns);
    free(slot);
    return is_restored ? TTA_OK : tta_fail(err, TTA_NO_MEMORY, 0, "no memory for metrics");
}

static enum tta_status load_width(struct tta_metric_store *store, struct tta_metrics *metrics, int64_t width_s,
                                  int64_t slots, int64_t now_ns, struct tta_error *err)
{
    enum tta_status status = TTA_OK;
    int64_t now_s = now_ns / SECOND_NS;
    sqlite3_stmt *list = tta_store_statement(store, STORE_LIST_SPANS);
    (void)sqlite3_bind_int64(list, 1, width_s);
    (void)sqlite3_bind_int64(list, 2, width_s == ALL_TIME ? 0 : now_s - (slots + 1) * width_s);
    (void)sqlite3_bind_int64(list, 3, now_s);
    int result = sqlite3_step(list);
    for (; result == SQLITE_ROW && status == TTA_OK; result = status == TTA_OK ? sqlite3_step(list) : result) {
        status = load_row(store, metrics, list, width_s, now_ns, err);
    }
    if (status == TTA_OK && result != SQLITE_DONE) {
        status = tta_store_fail(store, result, err);
    }
    (void)sqlite3_reset(list); /* says the same again */
    return status;
}

static enum tta_status end_load(struct tta_metrics *metrics, int64_t now_ns, struct tta_error *err)
{
    size_t count = tta_series_table_count(tta_metrics_series_table(metrics));
    for (uint32_t i = 0; i < count; i++) {
        struct history *history = tta_metrics_history(metrics, i);
        if (!history || !tta_history_end_restore(history, now_ns, tta_metrics_scratch(metrics))) {
            return tta_fail(err, TTA_NO_MEMORY, 0, "no memory for metrics");
        }
    }
    return TTA_OK;
}

enum tta_status tta_metric_store_load(struct tta_metric_store *store, struct tta_metrics *metrics, int64_t now_ns,
                                      struct tta_error *err)
{
    enum tta_status status = tta_metrics_tick(metrics, now_ns);
    if (status != TTA_OK) {
        return tta_fail(err, status, 0, "no memory for metrics");
    }
    tta_metrics_take_turn(metrics);
    now_ns = tta_metrics_ticked_ns(metrics);
    status = load_width(store, metrics, MINUTE_S, 60, now_ns, err);
    status = status == TTA_OK ? load_width(store, metrics, HOUR_S, 24, now_ns, err) : status;
    status = status == TTA_OK ? load_width(store, metrics, ALL_TIME, 1, now_ns, err) : status;
    status = status == TTA_OK ? end_load(metrics, now_ns, err) : status;
    tta_metrics_end_turn(metrics);
    store->rolled_ns = now_ns;
    return status;
}

static enum tta_status bind_name_and_run(struct tta_metric_store *store, enum store_statement which, const char *name,
                                         int64_t since_s, struct tta_error *err)
{
    sqlite3_stmt *statement = tta_store_statement(store, which);
    (void)sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC); /* or the step fails */
    if (which == STORE_FIRE) {
        (void)sqlite3_bind_int64(statement, 2, since_s);
    }
    return tta_store_run(store, statement, err);
}

enum tta_status tta_metric_store_note_alert(struct tta_metric_store *store, const char *name, bool is_firing,
                                            int64_t now_ns, bool *out_changed, struct tta_error *err)
{
    assert(store->mode == TTA_METRIC_STORE_WRITE);
    enum tta_status status =
        bind_name_and_run(store, is_firing ? STORE_FIRE : STORE_RESOLVE, name, now_ns / SECOND_NS, err);
    if (status == TTA_OK) {
        *out_changed = sqlite3_changes(store->db) > 0;
    }
    return status;
}

enum tta_status tta_metric_store_find_alert(struct tta_metric_store *store, const char *name, bool *out_is_firing,
                                            int64_t *out_since_ns, struct tta_error *err)
{
    sqlite3_stmt *find = tta_store_statement(store, STORE_FIND_ALERT);
    (void)sqlite3_bind_text(find, 1, name, -1, SQLITE_STATIC); /* or the step fails */
    int result = sqlite3_step(find);
    int64_t since_s = result == SQLITE_ROW ? sqlite3_column_int64(find, 0) : 0;
    (void)sqlite3_reset(find); /* says the same again */
    if (result != SQLITE_ROW && result != SQLITE_DONE) {
        return tta_store_fail(store, result, err);
    }
    *out_is_firing = result == SQLITE_ROW;
    *out_since_ns = since_s * SECOND_NS;
    return TTA_OK;
}
