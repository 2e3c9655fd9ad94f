// SPDX-License-Identifier: MIT
/* metrics_scene.h - metrics as the tests make and read them.  Include it behind cmocka.h. */
#ifndef TESTS_METRICS_SCENE_H
#define TESTS_METRICS_SCENE_H

#include "tta/metrics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

static inline uint32_t add_series(struct tta_metrics *metrics, const char *provider, const char *model,
                                  enum tta_task task)
{
    const struct tta_series series = {provider, model, task};
    uint32_t number = UINT32_MAX;
    assert_int_equal(tta_metrics_add_series(metrics, &series, &number), TTA_OK);
    return number;
}

/* With `count` series, numbered from 0. */
static inline struct tta_metrics *create(size_t count, int64_t now_ns)
{
    struct tta_metrics *metrics = NULL;
    assert_int_equal(tta_metrics_create(count, now_ns, &metrics), TTA_OK);
    for (size_t i = 0; i < count; i++) {
        char id[40];
        (void)snprintf(id, sizeof(id), "model-%zu", i);
        assert_int_equal(add_series(metrics, "server", id, TTA_TASK_GENERAL_CHAT), i);
    }
    return metrics;
}

static inline struct tta_recorder *add_recorder(struct tta_metrics *metrics)
{
    struct tta_recorder *recorder = NULL;
    assert_int_equal(tta_metrics_add_recorder(metrics, &recorder), TTA_OK);
    return recorder;
}

static inline struct tta_observation observed(uint32_t series, int64_t latency_ns)
{
    return (struct tta_observation){
        .series = series, .latency_ns = latency_ns, .first_token_ns = TTA_NOT_TIMED, .usage = TTA_USAGE_NONE};
}

static inline void record(struct tta_recorder *recorder, uint32_t series, int64_t latency_ns)
{
    struct tta_observation observation = observed(series, latency_ns);
    tta_metrics_record(recorder, &observation);
}

static inline void tick(struct tta_metrics *metrics, int64_t now_ns)
{
    assert_int_equal(tta_metrics_tick(metrics, now_ns), TTA_OK);
}

static inline struct tta_summary summary_of(struct tta_metrics *metrics, size_t series, enum tta_window window)
{
    struct tta_summary summary;
    tta_metrics_read(metrics, (uint32_t)series, window, &summary);
    return summary;
}

static inline uint64_t requests_in(struct tta_metrics *metrics, enum tta_window window)
{
    return summary_of(metrics, 0, window).requests;
}

/* xorshift64, Marsaglia 2003. */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static inline void assert_same_double(double got, double want)
{
    if (!(fabs(got - want) <= 1e-12 * fabs(want))) {
        fail_msg("got %.17g, want %.17g", got, want);
    }
}

static inline void assert_same_times(const struct tta_times *got, const struct tta_times *want)
{
    assert_int_equal(got->count, want->count);
    assert_same_double(got->mean_ns, want->mean_ns);
    assert_int_equal(got->p50_ns, want->p50_ns);
    assert_int_equal(got->p90_ns, want->p90_ns);
    assert_int_equal(got->p95_ns, want->p95_ns);
    assert_int_equal(got->p99_ns, want->p99_ns);
    assert_int_equal(got->p999_ns, want->p999_ns);
}

static inline void assert_same_summary(const struct tta_summary *got, const struct tta_summary *want)
{
    assert_int_equal(got->requests, want->requests);
    assert_int_equal(got->failures, want->failures);
    assert_memory_equal(got->by_class, want->by_class, sizeof(got->by_class));
    assert_int_equal(got->retries, want->retries);
    assert_int_equal(got->fallbacks, want->fallbacks);
    assert_memory_equal(&got->prompt_tokens, &want->prompt_tokens, sizeof(got->prompt_tokens));
    assert_memory_equal(&got->completion_tokens, &want->completion_tokens, sizeof(got->prompt_tokens));
    assert_memory_equal(&got->cached_tokens, &want->cached_tokens, sizeof(got->prompt_tokens));
    assert_memory_equal(&got->reasoning_tokens, &want->reasoning_tokens, sizeof(got->prompt_tokens));
    assert_memory_equal(&got->cost_pusd, &want->cost_pusd, sizeof(got->prompt_tokens));
    assert_same_double(got->success_rate, want->success_rate);
    assert_same_double(got->availability, want->availability);
    assert_same_times(&got->latency, &want->latency);
    assert_same_times(&got->first_token, &want->first_token);
    assert_same_times(&got->gap, &want->gap);
}

#endif /* TESTS_METRICS_SCENE_H */
