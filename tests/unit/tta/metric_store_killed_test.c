// SPDX-License-Identifier: MIT
/* A process that records and rolls up is killed, two hundred times, wherever it is just then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "tta/metric_store.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KILLS 200
#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define NOON (INT64_C(1728043200) * SECOND)
#define OF_A_MINUTE 50

static char folder[64];
static char path[128];

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "metric_killed_test.XXXXXX"); /* fits */
    (void)snprintf(path, sizeof(path), "%s/metrics.db", mkdtemp(folder));     /* fits */
    return 0;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"", "-wal", "-shm"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char name[160];
        (void)snprintf(name, sizeof(name), "%s%s", path, names[i]); /* fits */
        (void)remove(name);                                        /* it may not be there */
    }
    return rmdir(folder);
}

/* What the file has; it must be whole, which opening it finds out (PRAGMA integrity_check), and every row sound. */
static uint64_t count_stored(int64_t now_ns)
{
    struct tta_metrics *metrics = NULL;
    struct tta_metric_store *store = NULL;
    struct tta_error err = {0};
    struct tta_summary all;
    const struct tta_series_filter filter = {0};
    assert_int_equal(tta_metrics_create(10, now_ns, &metrics), TTA_OK);
    enum tta_status status = tta_metric_store_open(path, TTA_METRIC_STORE_WRITE, &store, &err);
    status = status == TTA_OK ? tta_metric_store_load(store, metrics, now_ns, &err) : status;
    if (status != TTA_OK) {
        fail_msg("%s", err.message);
    }
    tta_metrics_sum(metrics, &filter, TTA_WINDOW_ALL, &all);
    tta_metric_store_close(store);
    tta_metrics_destroy(metrics);
    assert_int_equal(all.prompt_tokens.sum, 3 * all.requests);
    assert_int_equal(all.latency.count, all.requests);
    return all.requests;
}

/* Records and rolls up, minute after minute, and says through a pipe what is on the disk.  Never returns. */
static void live(int out, int64_t now_ns)
{
    struct tta_metrics *metrics = NULL;
    struct tta_recorder *recorder = NULL;
    struct tta_metric_store *store = NULL;
    const struct tta_series series = {"server", "model", TTA_TASK_COUNT};
    uint32_t number;
    uint64_t recorded = 0;
    if (tta_metrics_create(10, now_ns, &metrics) != TTA_OK ||
        tta_metrics_add_recorder(metrics, &recorder) != TTA_OK ||
        tta_metrics_add_series(metrics, &series, &number) != TTA_OK ||
        tta_metric_store_open(path, TTA_METRIC_STORE_WRITE, &store, NULL) != TTA_OK ||
        tta_metric_store_load(store, metrics, now_ns, NULL) != TTA_OK) {
        _exit(1);
    }
    for (;;) {
        for (int i = 0; i < OF_A_MINUTE; i++) {
            const struct tta_observation observation = {
                .series = number, .latency_ns = (int64_t)(recorded * 977), .usage = {.prompt_tokens = 3}};
            tta_metrics_record(recorder, &observation);
            recorded++;
        }
        now_ns += MINUTE;
        if (tta_metrics_tick(metrics, now_ns) != TTA_OK ||
            tta_metric_store_roll(store, metrics, now_ns, NULL) != TTA_OK ||
            write(out, &recorded, sizeof(recorded)) != (ssize_t)sizeof(recorded)) {
            _exit(1);
        }
    }
}

static void wait_for(int64_t ns)
{
    const struct timespec time = {.tv_nsec = (long)ns};
    (void)nanosleep(&time, NULL); /* a signal would end it sooner: no harm */
}

/* Kills a process after a while, which begins with its first word if that is waited for; the last that it said to be on
 * the disk, 0 if it said nothing. */
static uint64_t live_and_die(int64_t now_ns, bool waits, int64_t life_ns)
{
    int pipe_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(pipe_ends[0]);
        live(pipe_ends[1], now_ns);
    }
    (void)close(pipe_ends[1]);
    uint64_t said = 0, next;
    assert_true(!waits || read(pipe_ends[0], &said, sizeof(said)) == (ssize_t)sizeof(said));
    wait_for(life_ns);
    assert_int_equal(kill(child, SIGKILL), 0);
    int status;
    assert_true(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    while (read(pipe_ends[0], &next, sizeof(next)) == (ssize_t)sizeof(next)) {
        said = next;
    }
    (void)close(pipe_ends[0]);
    return said;
}

static void nothing_that_was_written_is_lost(void **state)
{
    (void)state;
    uint64_t random = 5, before = 0, most = 0;
    int64_t now_ns = NOON;
    for (int i = 0; i < KILLS; i++) {
        uint64_t said = live_and_die(now_ns, i % 10 == 9, 1 + (int64_t)base_random_below(&random, 12000000));
        uint64_t stored = count_stored(now_ns);
        /* All that was said, and at most the roll-up that was about to be said. */
        if (stored != before + said && stored != before + said + OF_A_MINUTE) {
            fail_msg("kill %d: %llu before, %llu said, %llu stored", i, (unsigned long long)before,
                     (unsigned long long)said, (unsigned long long)stored);
        }
        most = said > most ? said : most;
        before = stored;
        now_ns += (int64_t)(said / OF_A_MINUTE) * MINUTE;
    }
    print_message("%llu stored, %llu by the one that lived longest\n", (unsigned long long)before,
                  (unsigned long long)most);
    assert_true(most >= OF_A_MINUTE); /* some lived long enough */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_that_was_written_is_lost, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
