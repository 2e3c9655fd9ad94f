// SPDX-License-Identifier: MIT
/* What is no store, or is none any more: one sentence, nothing believed, nothing overwritten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/random.h"
#include "tta/metric_store.h"

#include <dirent.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define NOON (INT64_C(1728043200) * SECOND)
#define MAX_BYTES ((size_t)1 << 22)

static char folder[64];
static char path[128];
static struct buf good;                 /* the bytes of a store */
static struct tta_summary good_summary; /* and what is in it */

static void put_file(struct str bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
}

static void remove_files(void)
{
    static const char *const names[] = {"metrics.db", "metrics.db-wal", "metrics.db-shm", "metrics.db-journal"};
    for (size_t i = 0; i < 4; i++) {
        char name[160];
        (void)snprintf(name, sizeof(name), "%s/%s", folder, names[i]); /* fits */
        (void)remove(name);                                           /* it may not be there */
    }
}

static struct tta_summary sum(struct tta_metrics *metrics)
{
    const struct tta_series_filter all = {0};
    struct tta_summary summary;
    tta_metrics_sum(metrics, &all, TTA_WINDOW_DAY, &summary);
    return summary;
}

static void record_some(struct tta_metrics *metrics, struct tta_recorder *recorder, uint64_t *random, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char id[20];
        uint32_t number;
        (void)snprintf(id, sizeof(id), "model-%u", i % 8); /* fits */
        const struct tta_series series = {"server", id, (enum tta_task)(i % 3)};
        assert_int_equal(tta_metrics_add_series(metrics, &series, &number), TTA_OK);
        const struct tta_observation observation = {.series = number,
                                                    .latency_ns = (int64_t)base_random_below(random, 60000000000),
                                                    .first_token_ns = (int64_t)base_random_below(random, 1000000000),
                                                    .usage = {100, 200, 3, TTA_USAGE_UNKNOWN, 12345}};
        tta_metrics_record(recorder, &observation);
    }
}

/* Two hours of a store, closed as it should be. */
static int make_good(void **state)
{
    (void)state;
    struct tta_metrics *metrics = NULL;
    struct tta_recorder *recorder = NULL;
    struct tta_metric_store *store = NULL;
    char reason[BASE_FILE_REASON_BYTES];
    uint64_t random = 7;
    (void)snprintf(folder, sizeof(folder), "metric_damage_test.XXXXXX"); /* fits */
    if (!mkdtemp(folder)) {
        return -1;
    }
    (void)snprintf(path, sizeof(path), "%s/metrics.db", folder); /* fits */
    assert_int_equal(tta_metrics_create(100, NOON, &metrics), TTA_OK);
    assert_int_equal(tta_metrics_add_recorder(metrics, &recorder), TTA_OK);
    assert_int_equal(tta_metric_store_open(path, TTA_METRIC_STORE_WRITE, &store, NULL), TTA_OK);
    for (int64_t minute = 1; minute <= 8; minute++) {
        record_some(metrics, recorder, &random, 60);
        assert_int_equal(tta_metrics_tick(metrics, NOON + minute * 15 * MINUTE), TTA_OK);
        assert_int_equal(tta_metric_store_flush(store, metrics, NOON + minute * 15 * MINUTE, NULL), TTA_OK);
    }
    good_summary = sum(metrics);
    assert_int_equal(good_summary.requests, 480);
    tta_metric_store_close(store);
    tta_metrics_destroy(metrics);
    base_buf_init(&good, MAX_BYTES);
    assert_true(base_file_read(path, &good, reason));
    return 0;
}

static int forget_good(void **state)
{
    (void)state;
    base_buf_deinit(&good);
    remove_files();
    return rmdir(folder);
}

static size_t count_files(void)
{
    size_t count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (const struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        count += entry->d_name[0] != '.';
    }
    closedir(directory);
    return count;
}

static enum tta_status open_and_load(enum tta_metric_store_mode mode, struct tta_summary *out_summary,
                                     struct tta_error *err)
{
    struct tta_metrics *metrics = NULL;
    struct tta_metric_store *store = NULL;
    assert_int_equal(tta_metrics_create(100, NOON, &metrics), TTA_OK);
    enum tta_status status = tta_metric_store_open(path, mode, &store, err);
    if (status == TTA_OK) {
        status = tta_metric_store_load(store, metrics, NOON + 120 * MINUTE, err);
    }
    *out_summary = sum(metrics);
    tta_metric_store_close(store);
    tta_metrics_destroy(metrics);
    return status;
}

/* Whether it was refused; if not, all was right. */
static bool is_refused(struct str bytes, enum tta_metric_store_mode mode)
{
    struct tta_summary summary;
    struct tta_error err = {0};
    struct buf after;
    char reason[BASE_FILE_REASON_BYTES];
    put_file(bytes);
    enum tta_status status = open_and_load(mode, &summary, &err);
    if (status == TTA_OK) {
        assert_memory_equal(&summary, &good_summary, sizeof(summary));
        return false;
    }
    assert_true(status == TTA_BAD_SYNTAX || status == TTA_NO_SERVICE);
    assert_true(err.message[0] != '\0');
    base_buf_init(&after, MAX_BYTES);
    assert_true(base_file_read(path, &after, reason));
    assert_int_equal(after.len, bytes.len);
    assert_memory_equal(after.ptr, bytes.ptr, bytes.len);
    assert_int_equal(count_files(), 1);
    base_buf_deinit(&after);
    return true;
}

static void a_good_store_is_taken(void **state)
{
    (void)state;
    assert_false(is_refused(base_buf_str(&good), TTA_METRIC_STORE_WRITE));
    assert_false(is_refused(base_buf_str(&good), TTA_METRIC_STORE_READ));
    remove_files();
}

static void a_file_that_is_cut_is_refused(void **state)
{
    (void)state;
    for (size_t len = 1; len < good.len; len += len < 600 ? 37 : 1024) {
        assert_true(is_refused((struct str){good.ptr, len}, len % 2 ? TTA_METRIC_STORE_WRITE : TTA_METRIC_STORE_READ));
    }
    remove_files();
}

static void a_bit_that_is_flipped_is_never_believed(void **state)
{
    (void)state;
    uint64_t random = 11;
    size_t refused = 0, tried = 0;
    for (size_t i = 0; i < 2000; i++) { /* each of the first hundred bytes, then some of all */
        size_t bit = i < 800 ? i : base_random_below(&random, 8 * good.len);
        good.ptr[bit / 8] = (char)(good.ptr[bit / 8] ^ 1 << bit % 8);
        refused += is_refused(base_buf_str(&good), i % 8 ? TTA_METRIC_STORE_READ : TTA_METRIC_STORE_WRITE);
        good.ptr[bit / 8] = (char)(good.ptr[bit / 8] ^ 1 << bit % 8);
        remove_files();
        tried++;
    }
    assert_in_range(refused, tried / 4, tried); /* others are of what is not in use */
}

static void run(const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void expect_refusal(enum tta_status wanted, const char *sentence)
{
    for (int mode = TTA_METRIC_STORE_READ; mode <= TTA_METRIC_STORE_WRITE; mode++) {
        struct tta_summary summary;
        struct tta_error err = {0};
        assert_int_equal(open_and_load((enum tta_metric_store_mode)mode, &summary, &err), wanted);
        assert_string_equal(err.message, sentence);
    }
}

static void what_is_no_store_is_told_by_what_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *sentence;
    } cases[] = {
        {"PRAGMA user_version = 2",
         "it is a store of version 2, and this program knows only version 1; name another file"},
        {"PRAGMA user_version = 0",
         "it is a store of version 0, and this program knows only version 1; name another file"},
        {"PRAGMA application_id = 7", "it is a database of another program; name another file"},
        {"DROP TABLE alert", "it is not a store of metrics (no such table: alert); name another file"},
        {"UPDATE span SET start_s = start_s + 60",
         "it is damaged: a row is not what was written; move it away, or bring back a copy of it"},
        {"UPDATE span SET figures = x'00' WHERE width_s = 0",
         "it is damaged: a row is not what was written; move it away, or bring back a copy of it"},
        {"UPDATE series SET model = 'other' WHERE id = 2",
         "it is damaged: a row is not what was written; move it away, or bring back a copy of it"},
        {"DELETE FROM series WHERE id = 2",
         "it is damaged: a row is not what was written; move it away, or bring back a copy of it"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        put_file(base_buf_str(&good));
        run(cases[i].sql);
        expect_refusal(TTA_BAD_SYNTAX, cases[i].sentence);
        remove_files();
    }
    put_file(STR("this is a text, and it is longer than the head of a database, which is of a hundred bytes "
                 "and some more\n"));
    expect_refusal(TTA_BAD_SYNTAX, "it is not a database, or its beginning is damaged; name another file");
    remove_files();
    run("CREATE TABLE addresses (name TEXT)");
    expect_refusal(TTA_BAD_SYNTAX, "it is a database of another program; name another file");
    remove_files();
}

static void a_damaged_row_is_not_added_to(void **state)
{
    (void)state;
    struct tta_metrics *metrics = NULL;
    struct tta_recorder *recorder = NULL;
    struct tta_metric_store *store = NULL;
    struct tta_error err = {0};
    uint64_t random = 1;
    put_file(base_buf_str(&good));
    assert_int_equal(tta_metrics_create(100, NOON, &metrics), TTA_OK);
    assert_int_equal(tta_metrics_add_recorder(metrics, &recorder), TTA_OK);
    assert_int_equal(tta_metric_store_open(path, TTA_METRIC_STORE_WRITE, &store, NULL), TTA_OK);
    run("UPDATE span SET checksum = 0 WHERE width_s = 0 AND series = 3");
    record_some(metrics, recorder, &random, 40);
    assert_int_equal(tta_metric_store_flush(store, metrics, NOON + 119 * MINUTE, &err), TTA_BAD_SYNTAX);
    tta_metric_store_close(store);
    tta_metrics_destroy(metrics);
    remove_files();
}

static void an_absent_file_is_made_or_not_found(void **state)
{
    (void)state;
    struct tta_summary summary;
    struct tta_error err = {0};
    assert_int_equal(open_and_load(TTA_METRIC_STORE_READ, &summary, &err), TTA_NOT_FOUND);
    assert_string_equal(err.message, "there is no such file");
    assert_int_equal(count_files(), 0);
    put_file(STR(""));
    assert_int_equal(open_and_load(TTA_METRIC_STORE_READ, &summary, &err), TTA_BAD_SYNTAX);
    assert_string_equal(err.message, "it is empty: nothing has been written to it yet");
    assert_int_equal(open_and_load(TTA_METRIC_STORE_WRITE, &summary, &err), TTA_OK);
    assert_int_equal(open_and_load(TTA_METRIC_STORE_READ, &summary, &err), TTA_OK);
    assert_int_equal(summary.requests, 0);
    remove_files();
    char name[160];
    struct tta_metric_store *store = NULL;
    (void)snprintf(name, sizeof(name), "%s/none/metrics.db", folder); /* fits */
    assert_int_equal(tta_metric_store_open(name, TTA_METRIC_STORE_WRITE, &store, &err), TTA_NO_SERVICE);
    assert_string_equal(err.message, "it cannot be opened: is its folder there, and may it be written?");
}

/* As a user who may not write there: root may, everywhere. */
static void a_read_only_folder_can_be_read_only(void **state)
{
    (void)state;
    struct tta_summary summary;
    struct tta_error err = {0};
    put_file(base_buf_str(&good));
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    bool is_root = geteuid() == 0;
    assert_true(!is_root || seteuid(65534) == 0);
    enum tta_status to_write = open_and_load(TTA_METRIC_STORE_WRITE, &summary, &err);
    enum tta_status to_read = open_and_load(TTA_METRIC_STORE_READ, &summary, NULL);
    assert_true(!is_root || seteuid(0) == 0);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(to_write, TTA_NO_SERVICE);
    assert_string_equal(err.message, "it cannot be written: the file or its folder is read-only");
    assert_int_equal(to_read, TTA_OK);
    assert_memory_equal(&summary, &good_summary, sizeof(summary));
    remove_files();
}

/* A limit on the size of files stands for a disk that fills up: what is refused is written later. */
static void what_found_no_room_is_written_later(void **state)
{
    (void)state;
    struct tta_metrics *metrics = NULL;
    struct tta_recorder *recorder = NULL;
    struct tta_metric_store *store = NULL;
    struct tta_error err = {0};
    struct rlimit usual;
    uint64_t random = 1;
    size_t failures = 0;
    put_file(base_buf_str(&good));
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
    assert_int_equal(tta_metrics_create(100, NOON, &metrics), TTA_OK);
    assert_int_equal(tta_metrics_add_recorder(metrics, &recorder), TTA_OK);
    assert_int_equal(tta_metric_store_open(path, TTA_METRIC_STORE_WRITE, &store, NULL), TTA_OK);
    for (rlim_t room = 4096; room <= 128 * 1024; room += 4096) {
        const struct rlimit limit = {room, usual.rlim_max};
        record_some(metrics, recorder, &random, 40);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        enum tta_status status = tta_metric_store_flush(store, metrics, NOON + 119 * MINUTE, &err);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
        assert_true(status == TTA_OK || status == TTA_NO_SERVICE);
        failures += status != TTA_OK;
    }
    assert_true(failures > 2);
    assert_int_equal(tta_metric_store_flush(store, metrics, NOON + 119 * MINUTE, &err), TTA_OK);
    tta_metric_store_close(store);
    tta_metrics_destroy(metrics);
    struct tta_summary summary;
    assert_int_equal(open_and_load(TTA_METRIC_STORE_READ, &summary, &err), TTA_OK);
    assert_int_equal(summary.requests, 480 + 32 * 40);
    remove_files();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_store_is_taken),
        cmocka_unit_test(a_file_that_is_cut_is_refused),
        cmocka_unit_test(a_bit_that_is_flipped_is_never_believed),
        cmocka_unit_test(what_is_no_store_is_told_by_what_it_is),
        cmocka_unit_test(a_damaged_row_is_not_added_to),
        cmocka_unit_test(an_absent_file_is_made_or_not_found),
        cmocka_unit_test(a_read_only_folder_can_be_read_only),
        cmocka_unit_test(what_found_no_room_is_written_later),
    };
    return cmocka_run_group_tests(tests, make_good, forget_good);
}
