// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/histogram.h"
#include "metrics_scene.h"
#include "tta/failover.h"

#include <stdlib.h>

static void windows_have_names(void **state)
{
    (void)state;
    static const char *const names[TTA_WINDOW_COUNT] = {"1m", "5m", "1h", "24h", "all"};
    for (unsigned i = 0; i < TTA_WINDOW_COUNT; i++) {
        assert_string_equal(tta_window_name((enum tta_window)i), names[i]);
    }
    assert_string_equal(tta_window_name((enum tta_window)TTA_WINDOW_COUNT), "unknown");
}

/* A request: refused by the first target, again, answered by the second, which was not the first asked. */
static void an_attempt_of_a_failover_becomes_an_observation(void **state)
{
    (void)state;
    static struct tta_failover failover;
    static const struct tta_attempt attempts[] = {
        {.target = 3, .failure = TTA_FAILURE_CONNECT, .start_ns = 100, .end_ns = 150},
        {.target = 3, .failure = TTA_FAILURE_SERVER, .http_status = 500, .start_ns = 150, .end_ns = 140},
        {.target = 1, .failure = TTA_FAILURE_NONE, .http_status = 200, .start_ns = 400, .end_ns = 900},
        {.target = 3, .failure = TTA_FAILURE_NONE, .start_ns = 1000, .end_ns = 1001},
    };
    static const enum tta_attempt_kind kinds[] = {TTA_ATTEMPT_FIRST, TTA_ATTEMPT_RETRY, TTA_ATTEMPT_FALLBACK,
                                                  TTA_ATTEMPT_RETRY};
    static const int64_t latencies_ns[] = {50, 0, 500, 1};
    memcpy(failover.attempts, attempts, sizeof(attempts));
    failover.attempt_count = 4;
    for (uint32_t i = 0; i < 4; i++) {
        struct tta_observation observation = tta_observation_of_attempt(&failover, i, 40 + i);
        assert_int_equal(observation.series, 40 + i);
        assert_int_equal(observation.failure, attempts[i].failure);
        assert_int_equal(observation.kind, kinds[i]);
        assert_int_equal(observation.latency_ns, latencies_ns[i]);
        assert_int_equal(observation.first_token_ns, TTA_NOT_TIMED);
        assert_int_equal(observation.usage.cost_pusd, TTA_USAGE_UNKNOWN);
        assert_int_equal(observation.usage.prompt_tokens, TTA_USAGE_UNKNOWN);
    }
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_have_names),
        cmocka_unit_test(percentiles_are_within_four_thousandths_of_exact_ones),
        cmocka_unit_test(an_attempt_of_a_failover_becomes_an_observation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
