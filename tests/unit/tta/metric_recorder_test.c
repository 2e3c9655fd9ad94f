// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fault.h"
#include "metrics_scene.h"

#include <pthread.h>

#if defined(__SANITIZE_THREAD__)
#define SAMPLES_PER_THREAD 20000
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SAMPLES_PER_THREAD 20000
#endif
#endif
#ifndef SAMPLES_PER_THREAD
#define SAMPLES_PER_THREAD 200000
#endif

static void recording_allocates_nothing(void **state)
{
    (void)state;
    struct tta_metrics *metrics = create(3, 0);
    struct tta_recorder *recorders[] = {add_recorder(metrics), add_recorder(metrics)};
    alloc_fault_after(1);
    for (uint32_t i = 0; i < 30; i++) {
        record(recorders[i % 2], i % 3, INT64_C(1) << i);
        tta_metrics_record_gap(recorders[i % 2], i % 3, i);
    }
    assert_false(alloc_fault_happened());
    assert_int_equal(summary_of(metrics, 2, TTA_WINDOW_ALL).requests, 10);
    tta_metrics_destroy(metrics);
}

enum { WRITERS = 8, MODELS = 5 };

struct writer {
    struct tta_metrics *metrics;
    uint64_t seed;
};

static void *write_samples(void *argument)
{
    const struct writer *writer = argument;
    struct tta_recorder *recorder = NULL;
    if (tta_metrics_add_recorder(writer->metrics, &recorder) != TTA_OK) {
        return NULL;
    }
    uint64_t random = writer->seed;
    for (uint32_t i = 0; i < SAMPLES_PER_THREAD; i++) {
        uint64_t value = next_random(&random);
        struct tta_observation observation = {
            .series = i % MODELS,
            .failure = i % 10 == 0 ? TTA_FAILURE_SERVER : TTA_FAILURE_NONE,
            .latency_ns = (int64_t)(1 + value % 1000),
            .first_token_ns = 7,
            .usage = {.prompt_tokens = 3, .completion_tokens = 2, .cost_pusd = TTA_USAGE_UNKNOWN},
        };
        tta_metrics_record(recorder, &observation);
        tta_metrics_record_gap(recorder, i % MODELS, 9);
    }
    return NULL;
}

/* Between two reads no count may fall; all windows together span the test, so
 * they hold as much as the total of a moment before. */
static void read_while_written(struct tta_metrics *metrics, int64_t *now_ns, struct tta_summary *last)
{
    *now_ns += SECOND / 10;
    tick(metrics, *now_ns);
    for (size_t model = 0; model < MODELS; model++) {
        struct tta_summary total = summary_of(metrics, model, TTA_WINDOW_ALL);
        struct tta_summary day = summary_of(metrics, model, TTA_WINDOW_DAY);
        assert_true(total.requests >= last[model].requests);
        assert_true(total.failures >= last[model].failures);
        assert_true(total.prompt_tokens.sum >= last[model].prompt_tokens.sum);
        assert_true(day.requests >= total.requests);
        assert_true(total.failures <= total.requests);
        assert_true(total.success_rate >= 0 && total.success_rate <= 1);
        assert_true(total.latency.p50_ns <= total.latency.p95_ns && total.latency.p95_ns <= total.latency.p99_ns);
        assert_true(total.latency.p99_ns <= 1004);
        last[model] = total;
    }
}

static void assert_nothing_was_lost(struct tta_metrics *metrics)
{
    double sum_ns[MODELS] = {0};
    for (uint64_t w = 0; w < WRITERS; w++) {
        uint64_t random = w + 1;
        for (uint32_t i = 0; i < SAMPLES_PER_THREAD; i++) {
            sum_ns[i % MODELS] += (double)(1 + next_random(&random) % 1000);
        }
    }
    for (size_t model = 0; model < MODELS; model++) {
        uint64_t count = WRITERS * (uint64_t)SAMPLES_PER_THREAD / MODELS;
        for (int window = TTA_WINDOW_DAY; window <= TTA_WINDOW_ALL; window++) {
            struct tta_summary summary = summary_of(metrics, model, (enum tta_window)window);
            assert_int_equal(summary.requests, count);
            assert_int_equal(summary.failures, model == 0 ? count / 2 : 0);
            assert_int_equal(summary.prompt_tokens.sum, 3 * count);
            assert_int_equal(summary.completion_tokens.sum, 2 * count);
            assert_int_equal(summary.cost_pusd.unknown, count - summary.failures);
            assert_int_equal(summary.first_token.count, count);
            assert_int_equal(summary.gap.count, count);
            assert_same_double(summary.latency.mean_ns, sum_ns[model] / (double)count);
        }
    }
}

static void nothing_is_lost_with_eight_writers_and_a_reader(void **state)
{
    (void)state;
    struct tta_metrics *metrics = NULL;
    assert_int_equal(tta_metrics_create(MODELS + 50, 0, &metrics), TTA_OK);
    for (int i = 0; i < MODELS; i++) {
        char id[40];
        (void)snprintf(id, sizeof(id), "model-%d", i);
        (void)add_series(metrics, "server", id, TTA_TASK_COUNT);
    }
    pthread_t threads[WRITERS];
    struct writer writers[WRITERS];
    for (size_t w = 0; w < WRITERS; w++) {
        writers[w] = (struct writer){.metrics = metrics, .seed = w + 1};
        assert_int_equal(pthread_create(&threads[w], NULL, write_samples, &writers[w]), 0);
    }
    struct tta_summary last[MODELS] = {0};
    int64_t now_ns = 0;
    uint32_t others = 0; /* series may be added while others are recorded */
    while (last[MODELS - 1].requests < WRITERS * (uint64_t)SAMPLES_PER_THREAD / MODELS) {
        read_while_written(metrics, &now_ns, last);
        if (others < 50) {
            char id[40];
            (void)snprintf(id, sizeof(id), "other-%u", others++);
            (void)add_series(metrics, "server", id, TTA_TASK_COUNT);
        }
    }
    for (size_t w = 0; w < WRITERS; w++) {
        assert_int_equal(pthread_join(threads[w], NULL), 0);
    }
    assert_nothing_was_lost(metrics);
    tick(metrics, now_ns);
    assert_nothing_was_lost(metrics);
    tta_metrics_destroy(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recording_allocates_nothing),
        cmocka_unit_test(nothing_is_lost_with_eight_writers_and_a_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
