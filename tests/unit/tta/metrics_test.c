// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fault.h"
#include "base/histogram.h"
#include "tta/metrics.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

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

static const struct {
    enum tta_window window;
    int64_t length_ns;
    int64_t slot_ns;
} windows[] = {
    {TTA_WINDOW_MINUTE, MINUTE, 10 * SECOND},
    {TTA_WINDOW_5_MINUTES, 5 * MINUTE, 10 * SECOND},
    {TTA_WINDOW_HOUR, HOUR, MINUTE},
    {TTA_WINDOW_DAY, 24 * HOUR, HOUR},
};

enum { WINDOW_COUNT = sizeof(windows) / sizeof(windows[0]) };

static uint32_t add_series(struct tta_metrics *metrics, const char *provider, const char *model, enum tta_task task)
{
    const struct tta_series series = {provider, model, task};
    uint32_t number = UINT32_MAX;
    assert_int_equal(tta_metrics_add_series(metrics, &series, &number), TTA_OK);
    return number;
}

/* With `count` series, numbered from 0. */
static struct tta_metrics *create(size_t count, int64_t now_ns)
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

static struct tta_recorder *add_recorder(struct tta_metrics *metrics)
{
    struct tta_recorder *recorder = NULL;
    assert_int_equal(tta_metrics_add_recorder(metrics, &recorder), TTA_OK);
    return recorder;
}

static struct tta_observation observed(uint32_t series, int64_t latency_ns)
{
    return (struct tta_observation){
        .series = series, .latency_ns = latency_ns, .first_token_ns = TTA_NOT_TIMED, .usage = TTA_USAGE_NONE};
}

static void record(struct tta_recorder *recorder, uint32_t series, int64_t latency_ns)
{
    struct tta_observation observation = observed(series, latency_ns);
    tta_metrics_record(recorder, &observation);
}

static void tick(struct tta_metrics *metrics, int64_t now_ns)
{
    assert_int_equal(tta_metrics_tick(metrics, now_ns), TTA_OK);
}

static struct tta_summary summary_of(struct tta_metrics *metrics, size_t series, enum tta_window window)
{
    struct tta_summary summary;
    tta_metrics_read(metrics, (uint32_t)series, window, &summary);
    return summary;
}

static uint64_t requests_in(struct tta_metrics *metrics, enum tta_window window)
{
    return summary_of(metrics, 0, window).requests;
}

/* xorshift64, Marsaglia 2003. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void assert_same_double(double got, double want)
{
    if (!(fabs(got - want) <= 1e-12 * fabs(want))) {
        fail_msg("got %.17g, want %.17g", got, want);
    }
}

static void assert_same_times(const struct tta_times *got, const struct tta_times *want)
{
    assert_int_equal(got->count, want->count);
    assert_same_double(got->mean_ns, want->mean_ns);
    assert_int_equal(got->p50_ns, want->p50_ns);
    assert_int_equal(got->p90_ns, want->p90_ns);
    assert_int_equal(got->p95_ns, want->p95_ns);
    assert_int_equal(got->p99_ns, want->p99_ns);
    assert_int_equal(got->p999_ns, want->p999_ns);
}

static void assert_same_summary(const struct tta_summary *got, const struct tta_summary *want)
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

static void refuses_what_is_out_of_range(void **state)
{
    (void)state;
    struct tta_metrics *untouched = NULL;
    assert_int_equal(tta_metrics_create(0, 0, &untouched), TTA_BAD_ARGUMENT);
    assert_int_equal(tta_metrics_create(TTA_MAX_SERIES + 1, 0, &untouched), TTA_BAD_ARGUMENT);
    assert_int_equal(tta_metrics_create(1, -1, &untouched), TTA_BAD_ARGUMENT);
    assert_null(untouched);
    tta_metrics_destroy(NULL);
    assert_int_equal(tta_metrics_create(TTA_MAX_SERIES, 0, &untouched), TTA_OK);
    tta_metrics_destroy(untouched);
}

static void a_series_has_one_number(void **state)
{
    (void)state;
    struct tta_metrics *metrics = NULL;
    assert_int_equal(tta_metrics_create(4, 0, &metrics), TTA_OK);
    static const struct tta_series series[] = {
        {"a", "m", TTA_TASK_GENERAL_CHAT}, {"a", "m", TTA_TASK_COUNT}, {"b", "m", TTA_TASK_COUNT}, {"", "am", 0}};
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 4; i++) {
            assert_int_equal(add_series(metrics, series[i].provider, series[i].model, series[i].task), i);
        }
    }
    assert_int_equal(tta_metrics_series_count(metrics), 4);
    struct tta_series third = tta_metrics_series_at(metrics, 2);
    assert_string_equal(third.provider, "b");
    assert_string_equal(third.model, "m");
    assert_int_equal(third.task, TTA_TASK_COUNT);
    const struct tta_series fifth = {"a", "n", TTA_TASK_COUNT};
    uint32_t number;
    assert_int_equal(tta_metrics_add_series(metrics, &fifth, &number), TTA_TOO_LARGE);
    tta_metrics_destroy(metrics);
}

static void a_name_that_is_none_makes_no_series(void **state)
{
    (void)state;
    char longest[TTA_MAX_ID_BYTES + 2] = "";
    memset(longest, 'x', TTA_MAX_ID_BYTES + 1);
    const struct tta_series bad[] = {{"a", "", 0}, {"a", NULL, 0}, {NULL, "m", 0}, {"a", "m", TTA_TASK_COUNT + 1},
                                     {"a", "two\nlines", 0}, {"\x7f", "m", 0}, {"a", longest, 0}};
    struct tta_metrics *metrics = create(1, 0);
    uint32_t number;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(tta_metrics_add_series(metrics, &bad[i], &number), TTA_BAD_ARGUMENT);
    }
    assert_int_equal(tta_metrics_series_count(metrics), 1);
    tta_metrics_destroy(metrics);
}

static void a_series_never_used_has_an_empty_summary(void **state)
{
    (void)state;
    struct tta_metrics *metrics = create(2, 5);
    struct tta_summary empty = {.success_rate = 1, .availability = 1};
    for (int window = TTA_WINDOW_MINUTE; window <= TTA_WINDOW_ALL; window++) {
        struct tta_summary summary = summary_of(metrics, 1, (enum tta_window)window);
        assert_same_summary(&summary, &empty);
    }
    tta_metrics_destroy(metrics);
}

static void sums_what_was_observed(void **state)
{
    (void)state;
    static const struct tta_observation observations[] = {
        {.series = 1, .latency_ns = 100, .first_token_ns = 50, .usage = {10, 1, 5, 0, 1000}},
        {.series = 1, .latency_ns = 200, .first_token_ns = TTA_NOT_TIMED, .usage = TTA_USAGE_NONE,
         .failure = TTA_FAILURE_SERVER},
        {.series = 1, .latency_ns = 60, .first_token_ns = 0, .kind = TTA_ATTEMPT_RETRY,
         .usage = {INT64_C(1) << 40, INT64_C(1) << 41, TTA_USAGE_UNKNOWN, 7, TTA_USAGE_UNKNOWN}},
        {.series = 1, .latency_ns = 0, .first_token_ns = TTA_NOT_TIMED, .kind = TTA_ATTEMPT_FALLBACK,
         .failure = TTA_FAILURE_CLIENT_GONE, .usage = TTA_USAGE_NONE},
    };
    struct tta_metrics *metrics = create(3, 0);
    struct tta_recorder *recorders[] = {add_recorder(metrics), add_recorder(metrics)};
    for (size_t i = 0; i < sizeof(observations) / sizeof(observations[0]); i++) {
        tta_metrics_record(recorders[i % 2], &observations[i]);
        tta_metrics_record_gap(recorders[i % 2], 1, (int64_t)i);
    }
    struct tta_summary want = {
        .requests = 4,
        .failures = 1,
        .by_class = {[TTA_FAILURE_NONE] = 2, [TTA_FAILURE_SERVER] = 1, [TTA_FAILURE_CLIENT_GONE] = 1},
        .retries = 1,
        .fallbacks = 1,
        .prompt_tokens = {10 + (UINT64_C(1) << 40), 1},
        .completion_tokens = {1 + (UINT64_C(1) << 41), 1},
        .cached_tokens = {5, 2},
        .reasoning_tokens = {7, 1},
        .cost_pusd = {1000, 2},
        .success_rate = 0.75,
        .availability = 0.75,
        .latency = {4, 90, 60, 200, 200, 200, 200},
        .first_token = {2, 25, 0, 50, 50, 50, 50},
        .gap = {4, 1.5, 1, 3, 3, 3, 3},
    };
    for (int window = TTA_WINDOW_MINUTE; window <= TTA_WINDOW_ALL; window++) {
        struct tta_summary summary = summary_of(metrics, 1, (enum tta_window)window);
        assert_same_summary(&summary, &want);
    }
    tick(metrics, SECOND); /* and the same of what a tick has put away */
    for (int window = TTA_WINDOW_MINUTE; window <= TTA_WINDOW_ALL; window++) {
        struct tta_summary summary = summary_of(metrics, 1, (enum tta_window)window);
        assert_same_summary(&summary, &want);
    }
    tta_metrics_destroy(metrics);
}

static void each_class_of_failure_is_counted_for_itself(void **state)
{
    (void)state;
    struct tta_metrics *metrics = create(1, 0);
    struct tta_recorder *recorder = add_recorder(metrics);
    uint64_t requests = 0;
    for (unsigned failure = 0; failure < TTA_FAILURE_COUNT; failure++) {
        for (unsigned i = 0; i <= failure; i++) {
            struct tta_observation observation = observed(0, 5);
            observation.failure = (enum tta_failure)failure;
            tta_metrics_record(recorder, &observation);
            requests++;
        }
    }
    struct tta_summary summary = summary_of(metrics, 0, TTA_WINDOW_HOUR);
    uint64_t own[] = {TTA_FAILURE_CONTEXT, TTA_FAILURE_POLICY, TTA_FAILURE_BAD_REQUEST};
    uint64_t failures = requests - (TTA_FAILURE_NONE + 1) - (TTA_FAILURE_CLIENT_GONE + 1), faults = failures;
    for (size_t i = 0; i < 3; i++) {
        faults -= own[i] + 1;
    }
    for (unsigned failure = 0; failure < TTA_FAILURE_COUNT; failure++) {
        assert_int_equal(summary.by_class[failure], failure + 1);
    }
    assert_int_equal(summary.requests, requests);
    assert_int_equal(summary.failures, failures);
    assert_same_double(summary.success_rate, 1 - (double)failures / (double)requests);
    assert_same_double(summary.availability, 1 - (double)faults / (double)requests);
    /* Who was turned away used nothing: that is not unknown. */
    assert_int_equal(summary.cost_pusd.unknown, (TTA_FAILURE_NONE + 1) + (TTA_FAILURE_TIMEOUT + 1) +
                                                    (TTA_FAILURE_STREAM_BROKEN + 1) + (TTA_FAILURE_CLIENT_GONE + 1));
    tta_metrics_destroy(metrics);
}

static void a_filter_adds_up_what_it_lets_through(void **state)
{
    (void)state;
    static const struct tta_series series[] = {
        {"a", "m", TTA_TASK_GENERAL_CHAT}, {"a", "m", TTA_TASK_COUNT}, {"a", "n", TTA_TASK_GENERAL_CHAT},
        {"b", "m", TTA_TASK_GENERAL_CHAT}, {"b", "n", TTA_TASK_WORLD_BUILDING}};
    static const struct {
        struct tta_series_filter filter;
        uint64_t want; /* each series has twice the requests of the one before */
    } cases[] = {
        {{0}, 31},
        {{.provider = "a"}, 7},
        {{.model = "m"}, 11},
        {{.provider = "a", .model = "m"}, 3},
        {{.provider = "b", .model = "n"}, 16},
        {{.has_task = true, .task = TTA_TASK_GENERAL_CHAT}, 13},
        {{.has_task = true, .task = TTA_TASK_COUNT}, 2},
        {{"a", "m", true, TTA_TASK_GENERAL_CHAT}, 1},
        {{.provider = "c"}, 0},
        {{.provider = "a", .model = "o"}, 0},
    };
    struct tta_metrics *metrics = NULL;
    assert_int_equal(tta_metrics_create(100, 0, &metrics), TTA_OK);
    struct tta_recorder *recorder = add_recorder(metrics);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(add_series(metrics, series[i].provider, series[i].model, series[i].task), i);
        for (int n = 0; n < 1 << i; n++) {
            record(recorder, i, 1000 << i);
        }
        if (i == 2) {
            tick(metrics, SECOND); /* some are put away, some are new */
        }
    }
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (int window = TTA_WINDOW_MINUTE; window <= TTA_WINDOW_ALL; window++) {
            struct tta_summary summary;
            tta_metrics_sum(metrics, &cases[i].filter, (enum tta_window)window, &summary);
            assert_int_equal(summary.requests, cases[i].want);
            assert_int_equal(summary.latency.count, cases[i].want);
        }
    }
    tta_metrics_destroy(metrics);
}

static void a_trend_has_a_point_a_slot(void **state)
{
    (void)state;
    struct tta_trend_point points[TTA_MAX_TREND];
    const struct tta_series_filter all = {0};
    struct tta_metrics *metrics = create(2, 1000 * HOUR);
    struct tta_recorder *recorder = add_recorder(metrics);
    assert_int_equal(tta_metrics_trend(metrics, &all, TTA_WINDOW_ALL, points), 0);
    assert_int_equal(tta_metrics_trend(metrics, &all, TTA_WINDOW_MINUTE, points), 0);
    assert_int_equal(tta_metrics_trend(metrics, &all, TTA_WINDOW_HOUR, points), 60);
    assert_int_equal(points[59].requests, 0);
    for (int64_t minute = 1; minute <= 3; minute++) {
        for (int64_t i = 0; i < minute; i++) {
            struct tta_observation observation = observed((uint32_t)i % 2, minute * SECOND);
            observation.failure = i == 2 ? TTA_FAILURE_SERVER : TTA_FAILURE_NONE;
            tta_metrics_record(recorder, &observation);
        }
        tick(metrics, 1000 * HOUR + minute * MINUTE);
    }
    assert_int_equal(tta_metrics_trend(metrics, &all, TTA_WINDOW_HOUR, points), 60);
    for (size_t i = 0; i < 57; i++) {
        assert_int_equal(points[i].requests, 0);
    }
    for (uint64_t i = 1; i <= 3; i++) {
        assert_int_equal(points[56 + i].requests, i);
        assert_int_equal(points[56 + i].failures, i == 3);
        assert_true(fabs((double)points[56 + i].p50_ns / (double)((int64_t)i * SECOND) - 1) < 0.004);
    }
    const struct tta_series_filter first = {.model = "model-0"};
    assert_int_equal(tta_metrics_trend(metrics, &first, TTA_WINDOW_DAY, points), 24);
    assert_int_equal(points[23].requests, 1 + 1 + 2);
    tta_metrics_destroy(metrics);
}

static void a_clock_that_goes_back_stands_still(void **state)
{
    (void)state;
    struct tta_metrics *metrics = create(1, 10 * HOUR);
    struct tta_recorder *recorder = add_recorder(metrics);
    record(recorder, 0, 1);
    tick(metrics, 10 * HOUR + SECOND);
    record(recorder, 0, 1);
    tick(metrics, 5 * HOUR);
    assert_int_equal(requests_in(metrics, TTA_WINDOW_MINUTE), 2);
    tick(metrics, 10 * HOUR + 61 * SECOND + 10 * SECOND);
    assert_int_equal(requests_in(metrics, TTA_WINDOW_MINUTE), 0);
    tta_metrics_destroy(metrics);
}

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

static void keeps_series_apart(void **state)
{
    (void)state;
    struct tta_metrics *metrics = create(3, 0);
    struct tta_recorder *recorder = add_recorder(metrics);
    record(recorder, 0, 7);
    record(recorder, 2, 9);
    record(recorder, 2, 9);
    tick(metrics, SECOND);
    record(recorder, 2, 9);
    assert_int_equal(summary_of(metrics, 0, TTA_WINDOW_MINUTE).requests, 1);
    assert_int_equal(summary_of(metrics, 1, TTA_WINDOW_MINUTE).requests, 0);
    assert_int_equal(summary_of(metrics, 2, TTA_WINDOW_MINUTE).requests, 3);
    assert_int_equal(summary_of(metrics, 2, TTA_WINDOW_MINUTE).latency.p99_ns, 9);
    tta_metrics_destroy(metrics);
}

static void latencies_beyond_the_histogram_count_in_full_in_the_mean(void **state)
{
    (void)state;
    struct tta_metrics *metrics = create(1, 0);
    struct tta_recorder *recorder = add_recorder(metrics);
    record(recorder, 0, 3 * HOUR);
    record(recorder, 0, HOUR);
    struct tta_summary summary = summary_of(metrics, 0, TTA_WINDOW_ALL);
    assert_same_double(summary.latency.mean_ns, 2 * (double)HOUR);
    assert_true(fabs((double)summary.latency.p99_ns / (double)HISTOGRAM_MAX_VALUE - 1) < 0.004);
    tta_metrics_destroy(metrics);
}

static void the_mean_of_all_time_outlives_a_sum_beyond_64_bits(void **state)
{
    (void)state;
    struct tta_metrics *metrics = create(1, 0);
    struct tta_recorder *recorders[] = {add_recorder(metrics), add_recorder(metrics)};
    for (int64_t i = 1; i <= 9; i++) {
        record(recorders[i % 2], 0, INT64_MAX);
        assert_same_double(summary_of(metrics, 0, TTA_WINDOW_ALL).latency.mean_ns, (double)INT64_MAX);
        tick(metrics, i * SECOND);
        assert_same_double(summary_of(metrics, 0, TTA_WINDOW_ALL).latency.mean_ns, (double)INT64_MAX);
    }
    tta_metrics_destroy(metrics);
}

enum { SAMPLES = 20000 };

static int64_t uniform_latency(uint64_t *state)
{
    return (int64_t)(next_random(state) % 1000);
}

static int64_t log_uniform_latency(uint64_t *state)
{
    return (int64_t)exp2((double)(next_random(state) % 42000) / 1000);
}

static int64_t bimodal_latency(uint64_t *state)
{
    int64_t base = next_random(state) % 100 < 94 ? 300000000 : 20000000000;
    return base + (int64_t)(next_random(state) % 1000000);
}

/* Half of all are below 1 s, one in a thousand above 22 s: log-normal by the sum of twelve uniform ones. */
static int64_t log_normal_latency(uint64_t *state)
{
    double normal = -6;
    for (int i = 0; i < 12; i++) {
        normal += (double)(next_random(state) % 1000001) / 1000000;
    }
    return (int64_t)(1e9 * exp(normal));
}

/* Nine in ten are below 10 s, one in a thousand waits for a hundred times that: Pareto. */
static int64_t heavy_tailed_latency(uint64_t *state)
{
    double uniform = (double)(1 + next_random(state) % 1000000) / 1000000;
    return (int64_t)fmin(1e9 / uniform, (double)HISTOGRAM_MAX_VALUE);
}

static int64_t exponential_latency(uint64_t *state)
{
    return (int64_t)(-1e8 * log((double)(1 + next_random(state) % 1000000) / 1000001));
}

static int64_t constant_latency(uint64_t *state)
{
    (void)state;
    return 1234567890;
}

static int compare_int64(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void assert_near_quantile(int64_t got, const int64_t *sorted, size_t count, double q)
{
    double exact = (double)sorted[(size_t)ceil(q * (double)count) - 1];
    if (fabs((double)got - exact) > 0.004 * exact) {
        fail_msg("quantile %g of %zu: got %lld, exact %.0f", q, count, (long long)got, exact);
    }
}

static void check_percentiles(struct tta_metrics *metrics, struct tta_recorder *recorder, uint32_t model,
                              int64_t (*next_latency)(uint64_t *), size_t count)
{
    static int64_t latencies[SAMPLES];
    uint64_t random = count;
    for (size_t i = 0; i < count; i++) {
        latencies[i] = next_latency(&random);
        struct tta_observation observation = observed(model, latencies[i]);
        observation.first_token_ns = latencies[i];
        tta_metrics_record(recorder, &observation);
        tta_metrics_record_gap(recorder, model, latencies[i]);
    }
    qsort(latencies, count, sizeof(latencies[0]), compare_int64);
    struct tta_summary summary = summary_of(metrics, model, TTA_WINDOW_HOUR);
    const struct tta_times *of_each[] = {&summary.latency, &summary.first_token, &summary.gap};
    assert_int_equal(summary.requests, count);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(of_each[i]->count, count);
        assert_near_quantile(of_each[i]->p50_ns, latencies, count, 0.50);
        assert_near_quantile(of_each[i]->p90_ns, latencies, count, 0.90);
        assert_near_quantile(of_each[i]->p95_ns, latencies, count, 0.95);
        assert_near_quantile(of_each[i]->p99_ns, latencies, count, 0.99);
        assert_near_quantile(of_each[i]->p999_ns, latencies, count, 0.999);
    }
}

static void percentiles_are_within_four_thousandths_of_exact_ones(void **state)
{
    (void)state;
    static int64_t (*const distributions[])(uint64_t *) = {
        uniform_latency, log_uniform_latency, bimodal_latency, log_normal_latency, heavy_tailed_latency,
        exponential_latency, constant_latency};
    static const size_t counts[] = {1, 2, 3, 19, 20, 21, 99, 100, 101, 999, 1001, SAMPLES};
    enum { COUNTS = sizeof(counts) / sizeof(counts[0]) };
    for (size_t d = 0; d < sizeof(distributions) / sizeof(distributions[0]); d++) {
        struct tta_metrics *metrics = create(COUNTS, 0);
        struct tta_recorder *recorder = add_recorder(metrics);
        for (uint32_t c = 0; c < COUNTS; c++) {
            check_percentiles(metrics, recorder, c, distributions[d], counts[c]);
        }
        tta_metrics_destroy(metrics);
    }
}

static void a_window_lets_go_of_a_sample_once_it_is_too_old(void **state)
{
    (void)state;
    for (size_t w = 0; w < WINDOW_COUNT; w++) {
        struct tta_metrics *metrics = create(1, 24 * HOUR);
        struct tta_recorder *recorder = add_recorder(metrics);
        record(recorder, 0, 1);
        int64_t slots = windows[w].length_ns / windows[w].slot_ns;
        for (int64_t i = 1; i <= slots; i++) {
            tick(metrics, 24 * HOUR + i * windows[w].slot_ns);
            assert_int_equal(requests_in(metrics, windows[w].window), 1);
        }
        tick(metrics, 24 * HOUR + windows[w].length_ns + windows[w].slot_ns);
        assert_int_equal(requests_in(metrics, windows[w].window), 0);
        assert_int_equal(requests_in(metrics, TTA_WINDOW_ALL), 1);
        tta_metrics_destroy(metrics);
    }
}

static void ticks_that_add_nothing_change_nothing(void **state)
{
    (void)state;
    struct tta_metrics *metrics = create(1, 0);
    struct tta_recorder *recorder = add_recorder(metrics);
    tick(metrics, 0);
    record(recorder, 0, 5);
    tick(metrics, 0);
    tick(metrics, 0);
    record(recorder, 0, 6);
    tick(metrics, 15 * SECOND);
    tick(metrics, 15 * SECOND);
    record(recorder, 0, 7);
    tick(metrics, 15 * SECOND);
    for (int window = TTA_WINDOW_MINUTE; window <= TTA_WINDOW_ALL; window++) {
        struct tta_summary summary = summary_of(metrics, 0, (enum tta_window)window);
        assert_int_equal(summary.requests, 3);
        assert_same_double(summary.latency.mean_ns, 6);
    }
    tta_metrics_destroy(metrics);
}

static void a_tick_allocates_nothing_for_idle_series_within_a_slot(void **state)
{
    (void)state;
    struct tta_metrics *metrics = create(2, 0);
    struct tta_recorder *recorders[] = {add_recorder(metrics), add_recorder(metrics)};
    for (int64_t i = 1; i < 20; i++) {
        record(recorders[i % 2], 0, i * i * i);
        tick(metrics, 20 * i * SECOND);
        alloc_fault_after(1);
        tick(metrics, 20 * i * SECOND + 9 * SECOND);
        assert_false(alloc_fault_happened());
    }
    tta_metrics_destroy(metrics);
}

static void a_long_gap_empties_windows_but_keeps_what_is_new(void **state)
{
    (void)state;
    static const int64_t gaps[] = {26 * HOUR, 1000 * HOUR, INT64_MAX / 2};
    for (size_t g = 0; g < sizeof(gaps) / sizeof(gaps[0]); g++) {
        struct tta_metrics *metrics = create(1, 100);
        struct tta_recorder *recorder = add_recorder(metrics);
        record(recorder, 0, 1);
        tick(metrics, 100 + 3 * SECOND);
        record(recorder, 0, 2);
        tick(metrics, 100 + gaps[g]);
        record(recorder, 0, 4);
        for (size_t w = 0; w < WINDOW_COUNT; w++) {
            struct tta_summary summary = summary_of(metrics, 0, windows[w].window);
            assert_int_equal(summary.requests, 2);
            assert_same_double(summary.latency.mean_ns, 3);
        }
        assert_int_equal(requests_in(metrics, TTA_WINDOW_ALL), 3);
        tta_metrics_destroy(metrics);
    }
}

static void counts_above_half_a_million_in_a_bucket_survive_ticks(void **state)
{
    (void)state;
    enum { MANY = 600000 };
    struct tta_metrics *metrics = create(1, 0);
    struct tta_recorder *recorder = add_recorder(metrics);
    for (int64_t round = 1; round <= 2; round++) {
        for (int i = 0; i < MANY; i++) {
            record(recorder, 0, 77);
        }
        record(recorder, 0, 99);
        tick(metrics, round * SECOND);
    }
    struct tta_summary summary = summary_of(metrics, 0, TTA_WINDOW_MINUTE);
    assert_int_equal(summary.requests, 2 * MANY + 2);
    assert_int_equal(summary.latency.p99_ns, 77);
    tick(metrics, 2 * MINUTE);
    assert_int_equal(requests_in(metrics, TTA_WINDOW_MINUTE), 0);
    assert_int_equal(requests_in(metrics, TTA_WINDOW_5_MINUTES), 2 * MANY + 2);
    tta_metrics_destroy(metrics);
}

/* The naive counterpart of windows: every sample, with the tick that found it. */
struct kept_sample {
    struct tta_observation observation;
    int64_t recorded_ns;
    int64_t found_ns; /* INT64_MAX before a tick */
};

enum { KEPT_MAX = 3000 };

struct naive {
    struct kept_sample samples[KEPT_MAX];
    size_t count;
};

/* A slot that ends at a multiple of its width takes the ticks up to and
 * including its end; a window takes slots that end after it begins. */
static bool is_in_window(const struct kept_sample *sample, int64_t length_ns, int64_t slot_ns, int64_t ticked_ns)
{
    if (sample->found_ns == INT64_MAX) {
        return true;
    }
    int64_t slots_passed = (sample->found_ns + slot_ns - 1) / slot_ns;
    int64_t slot_end_ns = (slots_passed > 0 ? slots_passed : 1) * slot_ns;
    return slot_end_ns > ticked_ns - length_ns;
}

static void add_amount(struct tta_amount *amount, int64_t value, bool may_have_cost)
{
    amount->sum += value >= 0 ? (uint64_t)value : 0;
    amount->unknown += value < 0 && may_have_cost;
}

static void add_to_summary(struct tta_summary *summary, const struct tta_observation *observation)
{
    bool answered = observation->failure == TTA_FAILURE_NONE;
    summary->requests++;
    summary->failures += !answered;
    summary->by_class[observation->failure]++;
    summary->retries += observation->kind == TTA_ATTEMPT_RETRY;
    summary->fallbacks += observation->kind == TTA_ATTEMPT_FALLBACK;
    add_amount(&summary->prompt_tokens, observation->usage.prompt_tokens, answered);
    add_amount(&summary->completion_tokens, observation->usage.completion_tokens, answered);
    add_amount(&summary->cached_tokens, observation->usage.cached_tokens, answered);
    add_amount(&summary->reasoning_tokens, observation->usage.reasoning_tokens, answered);
    add_amount(&summary->cost_pusd, observation->usage.cost_pusd, answered);
}

static int64_t naive_quantile(const struct histogram *histogram, double q)
{
    uint64_t rank = base_histogram_quantile_rank(q, histogram->count);
    return (int64_t)base_histogram_value_at_rank(histogram->counts, rank);
}

static struct tta_times naive_times(const struct histogram *histogram)
{
    struct tta_times times = {.count = histogram->count};
    if (times.count > 0) {
        times.mean_ns = (double)histogram->sum / (double)histogram->count;
        times.p50_ns = naive_quantile(histogram, 0.50);
        times.p90_ns = naive_quantile(histogram, 0.90);
        times.p95_ns = naive_quantile(histogram, 0.95);
        times.p99_ns = naive_quantile(histogram, 0.99);
        times.p999_ns = naive_quantile(histogram, 0.999);
    }
    return times;
}

static struct tta_summary naive_summary(const struct naive *naive, int64_t length_ns, int64_t slot_ns,
                                        int64_t ticked_ns)
{
    static struct histogram latency, first_token;
    latency = (struct histogram){0};
    first_token = (struct histogram){0};
    struct tta_summary summary = {.success_rate = 1, .availability = 1};
    for (size_t i = 0; i < naive->count; i++) {
        const struct tta_observation *observation = &naive->samples[i].observation;
        if (is_in_window(&naive->samples[i], length_ns, slot_ns, ticked_ns)) {
            add_to_summary(&summary, observation);
            base_histogram_record(&latency, (uint64_t)observation->latency_ns);
            if (observation->first_token_ns >= 0) {
                base_histogram_record(&first_token, (uint64_t)observation->first_token_ns);
            }
        }
    }
    if (summary.requests > 0) {
        summary.success_rate = 1 - (double)summary.failures / (double)summary.requests;
        summary.availability = summary.success_rate;
    }
    summary.latency = naive_times(&latency);
    summary.first_token = naive_times(&first_token);
    return summary;
}

/* What the header promises, whatever the rules for slots: all samples of the
 * window's length are in, none older by more than a slot and the longest gap. */
static void assert_window_keeps_its_word(const struct naive *naive, const struct tta_summary *summary, size_t w,
                                         int64_t ticked_ns, int64_t longest_gap_ns)
{
    uint64_t least = 0;
    uint64_t most = 0;
    for (size_t i = 0; i < naive->count; i++) {
        int64_t age_ns = ticked_ns - naive->samples[i].recorded_ns;
        least += age_ns < windows[w].length_ns;
        most += age_ns <= windows[w].length_ns + windows[w].slot_ns + longest_gap_ns;
    }
    assert_in_range(summary->requests, least, most);
}

static int64_t random_amount(uint64_t *random)
{
    return (int64_t)(next_random(random) % 1000) - 1;
}

static struct tta_observation random_observation(uint64_t *random)
{
    int64_t latency_ns = log_uniform_latency(random);
    return (struct tta_observation){
        .failure = next_random(random) % 4 == 0 ? TTA_FAILURE_OVERLOADED : TTA_FAILURE_NONE,
        .kind = (enum tta_attempt_kind)(next_random(random) % 3),
        .latency_ns = latency_ns,
        .first_token_ns = next_random(random) % 3 == 0 ? TTA_NOT_TIMED : latency_ns / 4,
        .usage = {random_amount(random), random_amount(random), random_amount(random), random_amount(random),
                  random_amount(random)},
    };
}

/* Irregular: mostly some seconds, sometimes none, minutes or hours. */
static int64_t random_gap(uint64_t *random)
{
    static const int64_t scales[] = {1, SECOND, 10 * SECOND, 10 * SECOND, 10 * SECOND, MINUTE, 10 * MINUTE, 7 * HOUR};
    int64_t scale = scales[next_random(random) % 8];
    return next_random(random) % 3 == 0 ? scale : (int64_t)(next_random(random) % (uint64_t)scale);
}

static void compare_with_naive(struct tta_metrics *metrics, const struct naive *naive, int64_t ticked_ns,
                               int64_t longest_gap_ns)
{
    for (size_t w = 0; w < WINDOW_COUNT; w++) {
        struct tta_summary got = summary_of(metrics, 0, windows[w].window);
        struct tta_summary want = naive_summary(naive, windows[w].length_ns, windows[w].slot_ns, ticked_ns);
        assert_same_summary(&got, &want);
        assert_window_keeps_its_word(naive, &got, w, ticked_ns, longest_gap_ns);
    }
    struct tta_summary got = summary_of(metrics, 0, TTA_WINDOW_ALL);
    struct tta_summary want = naive_summary(naive, INT64_MAX, 1, ticked_ns);
    assert_same_summary(&got, &want);
}

/* A run of the metrics beside their naive counterpart. */
struct run {
    struct tta_metrics *metrics;
    struct tta_recorder *recorders[3];
    struct naive *naive;
    uint64_t random;
    int64_t ticked_ns;
    int64_t longest_gap_ns;
};

static void record_some(struct run *run, int64_t gap_ns)
{
    for (uint64_t i = next_random(&run->random) % 10; i > 0; i--) {
        struct tta_observation observation = random_observation(&run->random);
        tta_metrics_record(run->recorders[i % 3], &observation);
        int64_t recorded_ns = run->ticked_ns + (int64_t)(next_random(&run->random) % (uint64_t)(gap_ns + 1));
        run->naive->samples[run->naive->count++] = (struct kept_sample){observation, recorded_ns, INT64_MAX};
    }
}

static void tick_after(struct run *run, int64_t gap_ns)
{
    run->ticked_ns += gap_ns;
    run->longest_gap_ns = gap_ns > run->longest_gap_ns ? gap_ns : run->longest_gap_ns;
    tick(run->metrics, run->ticked_ns);
    for (size_t i = 0; i < run->naive->count; i++) {
        struct kept_sample *sample = &run->naive->samples[i];
        sample->found_ns = sample->found_ns == INT64_MAX ? run->ticked_ns : sample->found_ns;
    }
}

static void windows_agree_with_a_list_of_all_samples(void **state)
{
    (void)state;
    static struct naive naive;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct run run = {.naive = &naive, .random = seed * UINT64_C(0x9e3779b97f4a7c15)};
        naive.count = 0;
        run.ticked_ns = (int64_t)(next_random(&run.random) % (uint64_t)HOUR);
        run.metrics = create(1, run.ticked_ns);
        for (size_t i = 0; i < 3; i++) {
            run.recorders[i] = add_recorder(run.metrics);
        }
        for (int step = 0; step < 300; step++) {
            int64_t gap_ns = random_gap(&run.random);
            record_some(&run, gap_ns);
            if (step % 5 == 0) {
                compare_with_naive(run.metrics, &naive, run.ticked_ns, run.longest_gap_ns);
            }
            tick_after(&run, gap_ns);
        }
        compare_with_naive(run.metrics, &naive, run.ticked_ns, run.longest_gap_ns);
        tta_metrics_destroy(run.metrics);
    }
}

static void a_series_without_memory_is_none(void **state)
{
    (void)state;
    size_t refused = 0;
    const struct tta_series series = {"a", "m", TTA_TASK_GENERAL_CHAT};
    for (size_t n = 1; refused + 1 == n; n++) {
        uint32_t number = UINT32_MAX;
        struct tta_metrics *metrics = NULL;
        assert_int_equal(tta_metrics_create(10, 0, &metrics), TTA_OK);
        struct tta_recorder *recorders[] = {add_recorder(metrics), add_recorder(metrics)};
        alloc_fault_after(n);
        enum tta_status status = tta_metrics_add_series(metrics, &series, &number);
        if (alloc_fault_happened()) {
            assert_int_equal(status, TTA_NO_MEMORY);
            assert_int_equal(number, UINT32_MAX);
            assert_int_equal(tta_metrics_series_count(metrics), 0);
            status = tta_metrics_add_series(metrics, &series, &number); /* what was made is used */
            refused++;
        }
        assert_int_equal(status, TTA_OK);
        assert_int_equal(number, 0);
        record(recorders[0], 0, 1);
        record(recorders[1], 0, 1);
        assert_int_equal(requests_in(metrics, TTA_WINDOW_ALL), 2);
        tta_metrics_destroy(metrics);
    }
    assert_int_equal(refused, 3); /* counters of two recorders, and the name */
}

static void creation_survives_every_allocation_failure(void **state)
{
    (void)state;
    size_t refused = 0;
    for (size_t n = 1;; n++) {
        struct tta_metrics *metrics = NULL;
        struct tta_recorder *recorder = NULL;
        alloc_fault_after(n);
        enum tta_status status = tta_metrics_create(3, 0, &metrics);
        const struct tta_series series = {"a", "m", TTA_TASK_COUNT};
        uint32_t number;
        status = status == TTA_OK ? tta_metrics_add_series(metrics, &series, &number) : status;
        if (status == TTA_OK) {
            status = tta_metrics_add_recorder(metrics, &recorder);
        }
        bool happened = alloc_fault_happened();
        assert_int_equal(status, happened ? TTA_NO_MEMORY : TTA_OK);
        assert_true(happened == !recorder);
        tta_metrics_destroy(metrics);
        if (!happened) {
            break;
        }
        refused++;
    }
    assert_true(refused >= 5);
}

static void read_all_windows(struct tta_metrics *metrics, struct tta_summary *out)
{
    for (size_t model = 0; model < 3; model++) {
        for (int window = TTA_WINDOW_MINUTE; window <= TTA_WINDOW_ALL; window++) {
            *out++ = summary_of(metrics, model, (enum tta_window)window);
        }
    }
}

enum { SUMMARIES = 3 * (TTA_WINDOW_ALL + 1) };

static void assert_same_windows(struct tta_metrics *metrics, const struct tta_summary *want)
{
    struct tta_summary got[SUMMARIES];
    read_all_windows(metrics, got);
    for (size_t i = 0; i < SUMMARIES; i++) {
        assert_same_summary(&got[i], &want[i]);
    }
}

static void a_tick_without_memory_leaves_windows_where_they_were(void **state)
{
    (void)state;
    static const int64_t gaps[] = {SECOND, 10 * SECOND, 90 * SECOND, 20 * HOUR, 90 * HOUR};
    struct tta_metrics *metrics = create(3, 0);
    struct tta_recorder *recorder = add_recorder(metrics);
    int64_t now_ns = 0;
    for (size_t g = 0; g < sizeof(gaps) / sizeof(gaps[0]); g++) {
        for (uint32_t model = 0; model < 3; model++) {
            record(recorder, model, 1000 * (int64_t)(g + 1));
        }
        struct tta_summary before[SUMMARIES];
        read_all_windows(metrics, before);
        now_ns += gaps[g];
        for (size_t n = 1;; n++) {
            alloc_fault_after(n);
            enum tta_status status = tta_metrics_tick(metrics, now_ns);
            if (!alloc_fault_happened()) {
                assert_int_equal(status, TTA_OK);
                assert_true(n > 3 * 8);
                break;
            }
            assert_int_equal(status, TTA_NO_MEMORY);
            assert_same_windows(metrics, before);
        }
        assert_int_equal(requests_in(metrics, TTA_WINDOW_ALL), g + 1);
    }
    tick(metrics, now_ns + 2 * MINUTE);
    assert_int_equal(requests_in(metrics, TTA_WINDOW_MINUTE), 0);
    assert_int_equal(requests_in(metrics, TTA_WINDOW_5_MINUTES), 1);
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
        cmocka_unit_test(refuses_what_is_out_of_range),
        cmocka_unit_test(a_series_has_one_number),
        cmocka_unit_test(a_name_that_is_none_makes_no_series),
        cmocka_unit_test(a_series_never_used_has_an_empty_summary),
        cmocka_unit_test(sums_what_was_observed),
        cmocka_unit_test(each_class_of_failure_is_counted_for_itself),
        cmocka_unit_test(a_filter_adds_up_what_it_lets_through),
        cmocka_unit_test(a_trend_has_a_point_a_slot),
        cmocka_unit_test(a_clock_that_goes_back_stands_still),
        cmocka_unit_test(recording_allocates_nothing),
        cmocka_unit_test(keeps_series_apart),
        cmocka_unit_test(latencies_beyond_the_histogram_count_in_full_in_the_mean),
        cmocka_unit_test(the_mean_of_all_time_outlives_a_sum_beyond_64_bits),
        cmocka_unit_test(percentiles_are_within_four_thousandths_of_exact_ones),
        cmocka_unit_test(a_window_lets_go_of_a_sample_once_it_is_too_old),
        cmocka_unit_test(ticks_that_add_nothing_change_nothing),
        cmocka_unit_test(a_tick_allocates_nothing_for_idle_series_within_a_slot),
        cmocka_unit_test(a_long_gap_empties_windows_but_keeps_what_is_new),
        cmocka_unit_test(counts_above_half_a_million_in_a_bucket_survive_ticks),
        cmocka_unit_test(windows_agree_with_a_list_of_all_samples),
        cmocka_unit_test(a_series_without_memory_is_none),
        cmocka_unit_test(creation_survives_every_allocation_failure),
        cmocka_unit_test(a_tick_without_memory_leaves_windows_where_they_were),
        cmocka_unit_test(nothing_is_lost_with_eight_writers_and_a_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
