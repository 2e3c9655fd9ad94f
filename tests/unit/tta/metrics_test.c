// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fault.h"
#include "base/histogram.h"
#include "tta/catalogue.h"
#include "tta/metrics.h"

#include <math.h>
#include <pthread.h>
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

static struct tta_metrics *create(size_t models, int64_t now_ns)
{
    struct tta_metrics *metrics = NULL;
    assert_int_equal(tta_metrics_create(models, now_ns, &metrics), TTA_OK);
    return metrics;
}

static struct tta_recorder *add_recorder(struct tta_metrics *metrics)
{
    struct tta_recorder *recorder = NULL;
    assert_int_equal(tta_metrics_add_recorder(metrics, &recorder), TTA_OK);
    return recorder;
}

static void record(struct tta_recorder *recorder, uint32_t model, int64_t latency_ns)
{
    struct tta_observation observation = {.model = model, .latency_ns = latency_ns};
    assert_int_equal(tta_metrics_record(recorder, &observation), TTA_OK);
}

static void tick(struct tta_metrics *metrics, int64_t now_ns)
{
    assert_int_equal(tta_metrics_tick(metrics, now_ns), TTA_OK);
}

static struct tta_summary summary_of(struct tta_metrics *metrics, size_t model, enum tta_window window)
{
    struct tta_summary summary = {0};
    assert_int_equal(tta_metrics_read(metrics, model, window, &summary), TTA_OK);
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

static void assert_same_summary(const struct tta_summary *got, const struct tta_summary *want)
{
    assert_int_equal(got->requests, want->requests);
    assert_int_equal(got->failures, want->failures);
    assert_int_equal(got->prompt_tokens, want->prompt_tokens);
    assert_int_equal(got->completion_tokens, want->completion_tokens);
    assert_same_double(got->success_rate, want->success_rate);
    assert_same_double(got->mean_ns, want->mean_ns);
    assert_int_equal(got->p50_ns, want->p50_ns);
    assert_int_equal(got->p95_ns, want->p95_ns);
    assert_int_equal(got->p99_ns, want->p99_ns);
}

static void refuses_what_is_out_of_range(void **state)
{
    (void)state;
    struct tta_metrics *untouched = NULL;
    assert_int_equal(tta_metrics_create(0, 0, &untouched), TTA_BAD_ARGUMENT);
    assert_int_equal(tta_metrics_create(TTA_MAX_MODELS + 1, 0, &untouched), TTA_BAD_ARGUMENT);
    assert_int_equal(tta_metrics_create(1, -1, &untouched), TTA_BAD_ARGUMENT);
    assert_null(untouched);
    tta_metrics_destroy(NULL);
    tta_metrics_destroy(create(TTA_MAX_MODELS, 0));
}

static void a_model_never_used_has_an_empty_summary(void **state)
{
    (void)state;
    struct tta_metrics *metrics = create(2, 5);
    struct tta_summary empty = {.success_rate = 1};
    for (int window = TTA_WINDOW_MINUTE; window <= TTA_WINDOW_ALL; window++) {
        struct tta_summary summary = summary_of(metrics, 1, (enum tta_window)window);
        assert_same_summary(&summary, &empty);
        assert_int_equal(summary.lost, 0);
    }
    tta_metrics_destroy(metrics);
}

static void sums_what_was_observed(void **state)
{
    (void)state;
    static const struct tta_observation observations[] = {
        {.model = 1, .latency_ns = 100, .prompt_tokens = 10, .completion_tokens = 1},
        {.model = 1, .latency_ns = 200, .prompt_tokens = 20, .completion_tokens = 2, .failed = true},
        {.model = 1, .latency_ns = 60, .prompt_tokens = UINT32_MAX, .completion_tokens = UINT32_MAX},
        {.model = 1, .latency_ns = 0},
    };
    struct tta_metrics *metrics = create(3, 0);
    struct tta_recorder *recorders[] = {add_recorder(metrics), add_recorder(metrics)};
    for (size_t i = 0; i < sizeof(observations) / sizeof(observations[0]); i++) {
        assert_int_equal(tta_metrics_record(recorders[i % 2], &observations[i]), TTA_OK);
    }
    struct tta_summary want = {
        .requests = 4,
        .failures = 1,
        .prompt_tokens = 30 + (uint64_t)UINT32_MAX,
        .completion_tokens = 3 + (uint64_t)UINT32_MAX,
        .success_rate = 0.75,
        .mean_ns = 90,
        .p50_ns = 60,
        .p95_ns = 200,
        .p99_ns = 200,
    };
    for (int window = TTA_WINDOW_MINUTE; window <= TTA_WINDOW_ALL; window++) {
        struct tta_summary summary = summary_of(metrics, 1, (enum tta_window)window);
        assert_same_summary(&summary, &want);
    }
    tta_metrics_destroy(metrics);
}

static void keeps_models_apart(void **state)
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
    assert_int_equal(summary_of(metrics, 2, TTA_WINDOW_MINUTE).p99_ns, 9);
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
    assert_same_double(summary.mean_ns, 2 * (double)HOUR);
    assert_true(fabs((double)summary.p99_ns / (double)HISTOGRAM_MAX_VALUE - 1) < 0.004);
    tta_metrics_destroy(metrics);
}

static void the_mean_of_all_time_outlives_a_sum_beyond_64_bits(void **state)
{
    (void)state;
    struct tta_metrics *metrics = create(1, 0);
    struct tta_recorder *recorders[] = {add_recorder(metrics), add_recorder(metrics)};
    for (int64_t i = 1; i <= 9; i++) {
        record(recorders[i % 2], 0, INT64_MAX);
        assert_same_double(summary_of(metrics, 0, TTA_WINDOW_ALL).mean_ns, (double)INT64_MAX);
        tick(metrics, i * SECOND);
        assert_same_double(summary_of(metrics, 0, TTA_WINDOW_ALL).mean_ns, (double)INT64_MAX);
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
        record(recorder, model, latencies[i]);
    }
    qsort(latencies, count, sizeof(latencies[0]), compare_int64);
    struct tta_summary summary = summary_of(metrics, model, TTA_WINDOW_HOUR);
    assert_int_equal(summary.requests, count);
    assert_near_quantile(summary.p50_ns, latencies, count, 0.50);
    assert_near_quantile(summary.p95_ns, latencies, count, 0.95);
    assert_near_quantile(summary.p99_ns, latencies, count, 0.99);
}

static void percentiles_are_within_four_thousandths_of_exact_ones(void **state)
{
    (void)state;
    static int64_t (*const distributions[])(uint64_t *) = {uniform_latency, log_uniform_latency, bimodal_latency,
                                                           constant_latency};
    static const size_t counts[] = {1, 2, 3, 19, 20, 21, 99, 100, 101, SAMPLES};
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
        struct tta_metrics *metrics = create(1, 12345);
        struct tta_recorder *recorder = add_recorder(metrics);
        record(recorder, 0, 1);
        int64_t slots = windows[w].length_ns / windows[w].slot_ns;
        for (int64_t i = 1; i <= slots; i++) {
            tick(metrics, 12345 + i * windows[w].slot_ns);
            assert_int_equal(requests_in(metrics, windows[w].window), 1);
        }
        tick(metrics, 12345 + windows[w].length_ns + windows[w].slot_ns);
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
        assert_same_double(summary.mean_ns, 6);
    }
    tta_metrics_destroy(metrics);
}

static void a_tick_allocates_nothing_for_idle_models(void **state)
{
    (void)state;
    struct tta_metrics *metrics = create(2, 0);
    struct tta_recorder *recorders[] = {add_recorder(metrics), add_recorder(metrics)};
    for (int64_t i = 1; i < 20; i++) {
        record(recorders[i % 2], 0, i * i * i);
        tick(metrics, 20 * i * SECOND);
        alloc_fault_after(1);
        tick(metrics, 20 * i * SECOND + 11 * SECOND);
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
            assert_same_double(summary.mean_ns, 3);
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
    assert_int_equal(summary.p99_ns, 77);
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

static void add_to_summary(struct tta_summary *summary, const struct tta_observation *observation)
{
    summary->requests++;
    summary->failures += observation->failed;
    summary->prompt_tokens += observation->prompt_tokens;
    summary->completion_tokens += observation->completion_tokens;
    summary->mean_ns += (double)observation->latency_ns;
}

static struct tta_summary naive_summary(const struct naive *naive, int64_t length_ns, int64_t slot_ns,
                                        int64_t ticked_ns)
{
    static struct histogram histogram;
    histogram = (struct histogram){0};
    struct tta_summary summary = {.success_rate = 1};
    for (size_t i = 0; i < naive->count; i++) {
        if (is_in_window(&naive->samples[i], length_ns, slot_ns, ticked_ns)) {
            add_to_summary(&summary, &naive->samples[i].observation);
            base_histogram_record(&histogram, (uint64_t)naive->samples[i].observation.latency_ns);
        }
    }
    if (summary.requests > 0) {
        double count = (double)summary.requests;
        summary.mean_ns /= count;
        summary.success_rate = 1 - (double)summary.failures / count;
        summary.p50_ns = (int64_t)base_histogram_value_at_rank(histogram.counts, (uint64_t)ceil(0.50 * count));
        summary.p95_ns = (int64_t)base_histogram_value_at_rank(histogram.counts, (uint64_t)ceil(0.95 * count));
        summary.p99_ns = (int64_t)base_histogram_value_at_rank(histogram.counts, (uint64_t)ceil(0.99 * count));
    }
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

static struct tta_observation random_observation(uint64_t *random)
{
    return (struct tta_observation){
        .failed = next_random(random) % 4 == 0,
        .latency_ns = log_uniform_latency(random),
        .prompt_tokens = (uint32_t)(next_random(random) % 1000),
        .completion_tokens = (uint32_t)(next_random(random) % 1000),
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

/* A run of the metrics beside their naive counterpart; times since creation. */
struct run {
    struct tta_metrics *metrics;
    struct tta_recorder *recorders[3];
    struct naive *naive;
    uint64_t random;
    int64_t start_ns;
    int64_t ticked_ns;
    int64_t longest_gap_ns;
};

static void record_some(struct run *run, int64_t gap_ns)
{
    for (uint64_t i = next_random(&run->random) % 10; i > 0; i--) {
        struct tta_observation observation = random_observation(&run->random);
        assert_int_equal(tta_metrics_record(run->recorders[i % 3], &observation), TTA_OK);
        int64_t recorded_ns = run->ticked_ns + (int64_t)(next_random(&run->random) % (uint64_t)(gap_ns + 1));
        run->naive->samples[run->naive->count++] = (struct kept_sample){observation, recorded_ns, INT64_MAX};
    }
}

static void tick_after(struct run *run, int64_t gap_ns)
{
    run->ticked_ns += gap_ns;
    run->longest_gap_ns = gap_ns > run->longest_gap_ns ? gap_ns : run->longest_gap_ns;
    tick(run->metrics, run->start_ns + run->ticked_ns);
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
        run.start_ns = (int64_t)(next_random(&run.random) % (uint64_t)HOUR);
        run.metrics = create(1, run.start_ns);
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

static void a_first_sample_without_memory_is_counted_as_lost(void **state)
{
    (void)state;
    struct tta_metrics *metrics = create(2, 0);
    struct tta_recorder *recorders[] = {add_recorder(metrics), add_recorder(metrics)};
    record(recorders[0], 0, 1);
    struct tta_observation observation = {.model = 1, .latency_ns = 1};
    for (size_t i = 0; i < 3; i++) {
        alloc_fault_after(1);
        assert_int_equal(tta_metrics_record(recorders[i % 2], &observation), TTA_NO_MEMORY);
        assert_true(alloc_fault_happened());
    }
    assert_int_equal(summary_of(metrics, 1, TTA_WINDOW_ALL).requests, 0);
    assert_int_equal(summary_of(metrics, 1, TTA_WINDOW_ALL).lost, 3);
    assert_int_equal(summary_of(metrics, 0, TTA_WINDOW_MINUTE).lost, 3);
    record(recorders[0], 1, 1);
    alloc_fault_after(1);
    record(recorders[0], 1, 1);
    assert_false(alloc_fault_happened());
    assert_int_equal(summary_of(metrics, 1, TTA_WINDOW_ALL).requests, 2);
    tta_metrics_destroy(metrics);
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
    assert_true(refused >= 2);
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
                assert_true(n > 3 * 4);
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
            .model = i % MODELS,
            .failed = i % 10 == 0,
            .latency_ns = (int64_t)(1 + value % 1000),
            .prompt_tokens = 3,
            .completion_tokens = 2,
        };
        (void)tta_metrics_record(recorder, &observation);
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
        assert_true(total.prompt_tokens >= last[model].prompt_tokens);
        assert_true(day.requests >= total.requests);
        assert_true(total.failures <= total.requests);
        assert_true(total.success_rate >= 0 && total.success_rate <= 1);
        assert_true(total.p50_ns <= total.p95_ns && total.p95_ns <= total.p99_ns && total.p99_ns <= 1004);
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
            assert_int_equal(summary.prompt_tokens, 3 * count);
            assert_int_equal(summary.completion_tokens, 2 * count);
            assert_int_equal(summary.lost, 0);
            assert_same_double(summary.mean_ns, sum_ns[model] / (double)count);
        }
    }
}

static void nothing_is_lost_with_eight_writers_and_a_reader(void **state)
{
    (void)state;
    struct tta_metrics *metrics = create(MODELS, 0);
    pthread_t threads[WRITERS];
    struct writer writers[WRITERS];
    for (size_t w = 0; w < WRITERS; w++) {
        writers[w] = (struct writer){.metrics = metrics, .seed = w + 1};
        assert_int_equal(pthread_create(&threads[w], NULL, write_samples, &writers[w]), 0);
    }
    struct tta_summary last[MODELS] = {0};
    int64_t now_ns = 0;
    while (last[MODELS - 1].requests < WRITERS * (uint64_t)SAMPLES_PER_THREAD / MODELS) {
        read_while_written(metrics, &now_ns, last);
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
        cmocka_unit_test(a_model_never_used_has_an_empty_summary),
        cmocka_unit_test(sums_what_was_observed),
        cmocka_unit_test(keeps_models_apart),
        cmocka_unit_test(latencies_beyond_the_histogram_count_in_full_in_the_mean),
        cmocka_unit_test(the_mean_of_all_time_outlives_a_sum_beyond_64_bits),
        cmocka_unit_test(percentiles_are_within_four_thousandths_of_exact_ones),
        cmocka_unit_test(a_window_lets_go_of_a_sample_once_it_is_too_old),
        cmocka_unit_test(ticks_that_add_nothing_change_nothing),
        cmocka_unit_test(a_tick_allocates_nothing_for_idle_models),
        cmocka_unit_test(a_long_gap_empties_windows_but_keeps_what_is_new),
        cmocka_unit_test(counts_above_half_a_million_in_a_bucket_survive_ticks),
        cmocka_unit_test(windows_agree_with_a_list_of_all_samples),
        cmocka_unit_test(a_first_sample_without_memory_is_counted_as_lost),
        cmocka_unit_test(creation_survives_every_allocation_failure),
        cmocka_unit_test(a_tick_without_memory_leaves_windows_where_they_were),
        cmocka_unit_test(nothing_is_lost_with_eight_writers_and_a_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
