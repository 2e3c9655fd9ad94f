// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fault.h"
#include "base/random.h"
#include "tta/metric_store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define NOON (20000 * DAY + 12 * HOUR) /* in 2024 */

static char folder[64];
static char path[128];

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "metric_store_test.XXXXXX"); /* fits */
    if (!mkdtemp(folder)) {
        return -1;
    }
    (void)snprintf(path, sizeof(path), "%s/metrics.db", folder); /* fits */
    return 0;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"metrics.db", "metrics.db-wal", "metrics.db-shm"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char name[160];
        (void)snprintf(name, sizeof(name), "%s/%s", folder, names[i]); /* fits */
        (void)remove(name);                                           /* it may not be there */
    }
    return rmdir(folder);
}

/* A process that records: its metrics, and the store that they go to. */
struct process {
    struct tta_metrics *metrics;
    struct tta_recorder *recorder;
    struct tta_metric_store *store;
};

static struct process start(int64_t now_ns)
{
    struct process process = {0};
    struct tta_error err = {0};
    assert_int_equal(tta_metrics_create(20, now_ns, &process.metrics), TTA_OK);
    assert_int_equal(tta_metrics_add_recorder(process.metrics, &process.recorder), TTA_OK);
    if (tta_metric_store_open(path, TTA_METRIC_STORE_WRITE, &process.store, &err) != TTA_OK ||
        tta_metric_store_load(process.store, process.metrics, now_ns, &err) != TTA_OK) {
        fail_msg("%s", err.message);
    }
    return process;
}

/* Without a word to the store: as if it was killed. */
static void stop(struct process *process)
{
    tta_metric_store_close(process->store);
    tta_metrics_destroy(process->metrics);
}

static void roll(struct process *process, int64_t now_ns)
{
    struct tta_error err = {0};
    assert_int_equal(tta_metrics_tick(process->metrics, now_ns), TTA_OK);
    if (tta_metric_store_roll(process->store, process->metrics, now_ns, &err) != TTA_OK) {
        fail_msg("%s", err.message);
    }
}

static void flush(struct process *process, int64_t now_ns)
{
    struct tta_error err = {0};
    if (tta_metric_store_flush(process->store, process->metrics, now_ns, &err) != TTA_OK) {
        fail_msg("%s", err.message);
    }
}

static uint32_t series_of(struct process *process, const char *model, enum tta_task task)
{
    const struct tta_series series = {"server", model, task};
    uint32_t number;
    assert_int_equal(tta_metrics_add_series(process->metrics, &series, &number), TTA_OK);
    return number;
}

static void record(struct process *process, uint32_t series, int64_t latency_ns)
{
    const struct tta_observation observation = {.series = series,
                                                .failure = latency_ns % 3 == 0 ? TTA_FAILURE_SERVER : TTA_FAILURE_NONE,
                                                .latency_ns = latency_ns,
                                                .first_token_ns = latency_ns / 3,
                                                .usage = {10, 20, TTA_USAGE_UNKNOWN, 0, latency_ns % 7}};
    tta_metrics_record(process->recorder, &observation);
    tta_metrics_record_gap(process->recorder, series, latency_ns / 5);
}

static struct tta_summary sum(struct process *process, enum tta_window window)
{
    const struct tta_series_filter all = {0};
    struct tta_summary summary;
    tta_metrics_sum(process->metrics, &all, window, &summary);
    return summary;
}

static uint64_t requests_in(struct process *process, enum tta_window window)
{
    return sum(process, window).requests;
}

static void windows_survive_a_restart(void **state)
{
    (void)state;
    static const struct {
        int64_t after_ns;
        uint64_t minute, five, hour, day;
    } cases[] = {
        {0, 3, 3, 3, 3},           {30 * SECOND, 3, 3, 3, 3}, {2 * MINUTE, 0, 3, 3, 3},
        {7 * MINUTE, 0, 0, 3, 3},  {59 * MINUTE, 0, 0, 3, 3}, {2 * HOUR, 0, 0, 0, 3},
        {23 * HOUR, 0, 0, 0, 3},   {26 * HOUR, 0, 0, 0, 0},   {400 * DAY, 0, 0, 0, 0},
    };
    struct process first = start(NOON);
    uint32_t chat = series_of(&first, "m", TTA_TASK_GENERAL_CHAT), other = series_of(&first, "m", TTA_TASK_COUNT);
    record(&first, chat, 100 * SECOND);
    record(&first, chat, SECOND);
    record(&first, other, 7 * SECOND);
    flush(&first, NOON + MINUTE);
    struct tta_summary whole = sum(&first, TTA_WINDOW_ALL);
    stop(&first);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct process second = start(NOON + MINUTE + cases[i].after_ns);
        struct tta_summary all = sum(&second, TTA_WINDOW_ALL), day = sum(&second, TTA_WINDOW_DAY);
        assert_memory_equal(&all, &whole, sizeof(all));
        if (cases[i].day > 0) {
            assert_memory_equal(&day, &whole, sizeof(day));
        }
        assert_int_equal(requests_in(&second, TTA_WINDOW_MINUTE), cases[i].minute);
        assert_int_equal(requests_in(&second, TTA_WINDOW_5_MINUTES), cases[i].five);
        assert_int_equal(requests_in(&second, TTA_WINDOW_HOUR), cases[i].hour);
        assert_int_equal(day.requests, cases[i].day);
        assert_int_equal(tta_metrics_series_count(second.metrics), 2);
        stop(&second);
    }
}

static void what_is_new_is_written_when_a_minute_has_ended(void **state)
{
    (void)state;
    struct process first = start(NOON);
    uint32_t series = series_of(&first, "m", TTA_TASK_COUNT);
    record(&first, series, 5);
    for (int64_t s = 1; s <= 59; s++) {
        roll(&first, NOON + s * SECOND);
    }
    struct process early = start(NOON + 59 * SECOND);
    assert_int_equal(requests_in(&early, TTA_WINDOW_ALL), 0);
    stop(&early);
    roll(&first, NOON + MINUTE);
    record(&first, series, 5); /* of the minute that is lost */
    roll(&first, NOON + MINUTE + 59 * SECOND);
    stop(&first);
    struct process second = start(NOON + 2 * MINUTE);
    assert_int_equal(requests_in(&second, TTA_WINDOW_ALL), 1);
    assert_int_equal(requests_in(&second, TTA_WINDOW_HOUR), 1);
    stop(&second);
}

static void rolling_up_twice_counts_once(void **state)
{
    (void)state;
    struct process first = start(NOON);
    uint32_t series = series_of(&first, "m", TTA_TASK_COUNT);
    for (int i = 0; i < 5; i++) {
        record(&first, series, 5);
        flush(&first, NOON + i * SECOND);
        flush(&first, NOON + i * SECOND);
        if (i % 2 == 1) { /* and in the same minute again */
            stop(&first);
            first = start(NOON + i * SECOND);
            series = series_of(&first, "m", TTA_TASK_COUNT);
        }
    }
    stop(&first);
    struct process second = start(NOON + 10 * SECOND);
    for (int window = 0; window < TTA_WINDOW_COUNT; window++) {
        assert_int_equal(requests_in(&second, (enum tta_window)window), 5);
    }
    stop(&second);
}

static void two_processes_write_to_one_store(void **state)
{
    (void)state;
    struct process first = start(NOON), second = start(NOON);
    uint32_t of_first = series_of(&first, "m", TTA_TASK_COUNT);
    uint32_t of_second = series_of(&second, "n", TTA_TASK_COUNT);
    uint32_t also_of_second = series_of(&second, "m", TTA_TASK_COUNT);
    for (int i = 1; i <= 10; i++) {
        record(&first, of_first, i);
        record(&second, of_second, i);
        record(&second, also_of_second, i);
        flush(&first, NOON + i * SECOND);
        flush(&second, NOON + i * SECOND);
    }
    stop(&first);
    stop(&second);
    struct process third = start(NOON + MINUTE);
    const struct tta_series_filter m = {.model = "m"};
    struct tta_summary of_m;
    tta_metrics_sum(third.metrics, &m, TTA_WINDOW_DAY, &of_m);
    assert_int_equal(of_m.requests, 20);
    assert_int_equal(requests_in(&third, TTA_WINDOW_DAY), 30);
    stop(&third);
}

/* Days of traffic with restarts, beside metrics that are never restarted. */
static void a_week_with_restarts_is_as_one_without(void **state)
{
    (void)state;
    struct process restarted = start(NOON);
    struct tta_metrics *whole = NULL;
    struct tta_recorder *recorder = NULL;
    uint64_t random = 42;
    int64_t now_ns = NOON;
    assert_int_equal(tta_metrics_create(20, NOON, &whole), TTA_OK);
    assert_int_equal(tta_metrics_add_recorder(whole, &recorder), TTA_OK);
    struct process reference = {whole, recorder, NULL};
    static const char *const models[] = {"a", "b", "c"};
    for (int step = 0; step < 300; step++) {
        for (uint64_t i = base_random_below(&random, 4); i > 0; i--) {
            const char *model = models[base_random_below(&random, 3)];
            int64_t latency_ns = (int64_t)base_random_below(&random, (uint64_t)MINUTE);
            record(&restarted, series_of(&restarted, model, TTA_TASK_COUNT), latency_ns);
            record(&reference, series_of(&reference, model, TTA_TASK_COUNT), latency_ns);
        }
        now_ns += (int64_t)base_random_below(&random, (uint64_t)(step % 50 == 0 ? 5 * HOUR : 20 * MINUTE));
        now_ns -= now_ns % MINUTE; /* roll-ups are at the borders of minutes, as ticks of the other are */
        assert_int_equal(tta_metrics_tick(whole, now_ns), TTA_OK);
        flush(&restarted, now_ns);
        assert_int_equal(tta_metrics_tick(restarted.metrics, now_ns), TTA_OK);
        if (step % 20 == 7) {
            stop(&restarted);
            restarted = start(now_ns);
        }
    }
    struct tta_summary got = sum(&restarted, TTA_WINDOW_ALL), want = sum(&reference, TTA_WINDOW_ALL);
    assert_true(want.requests > 300);
    assert_memory_equal(&got, &want, sizeof(got));
    stop(&restarted);
    tta_metrics_destroy(whole);
}

static int64_t ask(const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return number;
}

static void minutes_are_kept_for_two_days_and_hours_for_thirty(void **state)
{
    (void)state;
    struct process process = start(NOON);
    uint32_t series = series_of(&process, "m", TTA_TASK_COUNT);
    for (int64_t i = 1; i <= 40 * 4; i++) { /* four times a day, of the minute before */
        record(&process, series, 5);
        flush(&process, NOON + i * 6 * HOUR);
    }
    stop(&process);
    assert_int_equal(ask("SELECT count(*) FROM span WHERE width_s = 60"), 2 * 4);
    assert_int_equal(ask("SELECT count(*) FROM span WHERE width_s = 3600"), 30 * 4);
    assert_int_equal(ask("SELECT count(*) FROM span"), 2 * 4 + 30 * 4 + 1);
    assert_int_equal(ask("SELECT max(start_s) FROM span"), (NOON + 40 * DAY) / SECOND - 60);
    struct process after = start(NOON + 40 * DAY);
    assert_int_equal(requests_in(&after, TTA_WINDOW_ALL), 40 * 4);
    stop(&after);
}

static void a_clock_that_was_set_back_hides_what_is_to_come(void **state)
{
    (void)state;
    struct process first = start(NOON);
    record(&first, series_of(&first, "m", TTA_TASK_COUNT), 5);
    flush(&first, NOON);
    stop(&first);
    struct process second = start(NOON - 3 * HOUR);
    assert_int_equal(requests_in(&second, TTA_WINDOW_DAY), 0);
    assert_int_equal(requests_in(&second, TTA_WINDOW_ALL), 1);
    record(&second, series_of(&second, "m", TTA_TASK_COUNT), 5);
    flush(&second, NOON - 3 * HOUR);
    stop(&second);
    struct process third = start(NOON + MINUTE);
    assert_int_equal(requests_in(&third, TTA_WINDOW_DAY), 2);
    stop(&third);
}

static void sums_beyond_64_bits_go_on_after_a_restart(void **state)
{
    (void)state;
    for (int i = 1; i <= 5; i++) {
        struct process process = start(NOON + i * MINUTE);
        uint32_t series = series_of(&process, "m", TTA_TASK_COUNT);
        record(&process, series, INT64_MAX);
        struct tta_times latency = sum(&process, TTA_WINDOW_ALL).latency;
        assert_int_equal(latency.count, i);
        assert_true(latency.mean_ns > 0.999999 * (double)INT64_MAX && latency.mean_ns < 1.000001 * (double)INT64_MAX);
        flush(&process, NOON + i * MINUTE);
        stop(&process);
    }
}

static void more_series_than_there_is_room_for_are_told(void **state)
{
    (void)state;
    struct process first = start(NOON);
    record(&first, series_of(&first, "m", TTA_TASK_COUNT), 5);
    record(&first, series_of(&first, "n", TTA_TASK_COUNT), 5);
    flush(&first, NOON);
    struct tta_metrics *small = NULL;
    struct tta_error err = {0};
    assert_int_equal(tta_metrics_create(1, NOON, &small), TTA_OK);
    assert_int_equal(tta_metric_store_load(first.store, small, NOON, &err), TTA_TOO_LARGE);
    assert_string_equal(err.message, "it knows more series than the 1 there is room for");
    tta_metrics_destroy(small);
    stop(&first);
}

static void a_roll_up_without_memory_is_made_up_for(void **state)
{
    (void)state;
    struct process process = start(NOON);
    uint32_t series = series_of(&process, "m", TTA_TASK_COUNT);
    size_t refused = 0;
    for (size_t n = 1; n == refused + 1; n++) {
        struct tta_error err = {0};
        record(&process, series, 5);
        alloc_fault_after(n);
        enum tta_status status = tta_metric_store_flush(process.store, process.metrics, NOON + MINUTE, &err);
        if (alloc_fault_happened()) {
            assert_int_equal(status, TTA_NO_MEMORY);
            assert_string_equal(err.message, "no memory for metrics");
            refused++;
        }
    }
    assert_true(refused >= 4);
    stop(&process);
    struct process after = start(NOON + MINUTE);
    assert_int_equal(requests_in(&after, TTA_WINDOW_DAY), refused + 1);
    assert_int_equal(requests_in(&after, TTA_WINDOW_ALL), refused + 1);
    stop(&after);
}

static void loading_survives_every_allocation_failure(void **state)
{
    (void)state;
    struct process first = start(NOON);
    record(&first, series_of(&first, "m", TTA_TASK_COUNT), 5);
    record(&first, series_of(&first, "n", TTA_TASK_COUNT), 5);
    flush(&first, NOON);
    stop(&first);
    size_t refused = 0;
    for (size_t n = 1; n == refused + 1; n++) {
        struct tta_metrics *metrics = NULL;
        struct tta_metric_store *store = NULL;
        assert_int_equal(tta_metrics_create(20, NOON, &metrics), TTA_OK);
        alloc_fault_after(n);
        enum tta_status status = tta_metric_store_open(path, TTA_METRIC_STORE_READ, &store, NULL);
        status = status == TTA_OK ? tta_metric_store_load(store, metrics, NOON, NULL) : status;
        bool happened = alloc_fault_happened();
        assert_int_equal(status, happened ? TTA_NO_MEMORY : TTA_OK);
        refused += happened;
        tta_metric_store_close(store);
        tta_metrics_destroy(metrics);
    }
    assert_true(refused >= 10);
}

static void an_alert_is_new_once(void **state)
{
    (void)state;
    struct process first = start(NOON), second = start(NOON);
    bool is_firing = true, changed = false;
    int64_t since_ns = 5;
    assert_int_equal(tta_metric_store_find_alert(first.store, "slow", &is_firing, &since_ns, NULL), TTA_OK);
    assert_false(is_firing);
    assert_int_equal(since_ns, 0);
    static const struct {
        int who;
        bool is_firing, changes;
    } steps[] = {{0, false, false}, {0, true, true}, {1, true, false}, {0, true, false}, {1, false, true},
                 {0, false, false}, {1, true, true}};
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct tta_metric_store *store = steps[i].who == 0 ? first.store : second.store;
        int64_t now_ns = NOON + (int64_t)i * SECOND;
        assert_int_equal(tta_metric_store_note_alert(store, "slow", steps[i].is_firing, now_ns, &changed, NULL),
                         TTA_OK);
        assert_int_equal(changed, steps[i].changes);
    }
    stop(&first);
    stop(&second);
    struct process third = start(NOON);
    assert_int_equal(tta_metric_store_find_alert(third.store, "slow", &is_firing, &since_ns, NULL), TTA_OK);
    assert_true(is_firing);
    assert_int_equal(since_ns, NOON + 6 * SECOND);
    stop(&third);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(windows_survive_a_restart, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_is_new_is_written_when_a_minute_has_ended, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(rolling_up_twice_counts_once, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(two_processes_write_to_one_store, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_week_with_restarts_is_as_one_without, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(minutes_are_kept_for_two_days_and_hours_for_thirty, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_clock_that_was_set_back_hides_what_is_to_come, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(sums_beyond_64_bits_go_on_after_a_restart, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(more_series_than_there_is_room_for_are_told, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_roll_up_without_memory_is_made_up_for, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(loading_survives_every_allocation_failure, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(an_alert_is_new_once, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
