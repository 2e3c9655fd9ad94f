// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fault.h"
#include "base/histogram.h"
#include "metrics_scene.h"
#include "tta/metric_history.h"

#include <stdlib.h>

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

static int64_t log_uniform_latency(uint64_t *state)
{
    return (int64_t)exp2((double)(next_random(state) % 42000) / 1000);
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

enum { STEADY_LATENCIES = 150, STEADY_TICK_S = 7 };

/* Ticks are not at the borders of slots, so that a slot has now more of them and now fewer. */
static void pass_steady_seconds(struct tta_metrics *metrics, struct tta_recorder *recorder, int64_t *now_ns,
                                int64_t seconds, bool may_allocate)
{
    for (int64_t i = 0; i < seconds / STEADY_TICK_S; i++) {
        for (int n = 0; n < STEADY_LATENCIES; n++) {
            record(recorder, 0, (int64_t)(1e6 * exp2((double)n * 15.8 / STEADY_LATENCIES)));
        }
        *now_ns += STEADY_TICK_S * SECOND;
        alloc_fault_after(may_allocate ? 0 : 1);
        tick(metrics, *now_ns);
        assert_false(alloc_fault_happened());
    }
}

static void ticks_allocate_nothing_once_windows_are_full_of_steady_traffic(void **state)
{
    (void)state;
    int64_t now_ns = 1000 * HOUR;
    struct tta_metrics *metrics = create(1, now_ns);
    struct tta_recorder *recorder = add_recorder(metrics);
    pass_steady_seconds(metrics, recorder, &now_ns, 26 * 3600, true);
    pass_steady_seconds(metrics, recorder, &now_ns, 2 * 3600, false);
    tta_metrics_destroy(metrics);
}

static void what_was_restored_leaves_windows_though_restoring_was_not_ended(void **state)
{
    (void)state;
    static struct totals totals;
    struct history *history = tta_history_create();
    struct slot *earlier;
    totals.tally.counters[TALLY_RETRIES] = 3;
    earlier = tta_totals_pack(&totals);
    assert_non_null(history);
    assert_non_null(earlier);
    assert_true(tta_history_restore(history, HISTORY_TEN_SECONDS, HOUR - 10 * SECOND, earlier, HOUR, &totals));
    static const struct {
        int64_t to_ns;
        uint64_t in_minute, in_5_minutes;
    } ticks[] = {{HOUR + 10 * SECOND, 3, 3}, {HOUR + MINUTE, 0, 3}, {HOUR + 5 * MINUTE, 0, 0}, {9 * HOUR, 0, 0}};
    int64_t now_ns = HOUR;
    for (size_t i = 0; i < sizeof(ticks) / sizeof(ticks[0]); i++) {
        assert_true(tta_history_prepare(history, &totals, false, now_ns, ticks[i].to_ns));
        tta_history_commit(history, &totals, now_ns, ticks[i].to_ns);
        now_ns = ticks[i].to_ns;
        const struct slot *minute = tta_history_window(history, TTA_WINDOW_MINUTE);
        const struct slot *minutes = tta_history_window(history, TTA_WINDOW_5_MINUTES);
        assert_int_equal(tta_slot_tally(minute)->counters[TALLY_RETRIES], ticks[i].in_minute);
        assert_int_equal(tta_slot_tally(minutes)->counters[TALLY_RETRIES], ticks[i].in_5_minutes);
    }
    free(earlier);
    tta_history_destroy(history);
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

/* Each in a bucket of its own, so that slots outgrow their blocks. */
static void record_many(struct tta_recorder *recorder, uint32_t series, int64_t from_ns, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        record(recorder, series, (int64_t)((double)from_ns * exp2((double)i / 100)));
    }
}

static void a_tick_without_memory_leaves_windows_where_they_were(void **state)
{
    (void)state;
    static const int64_t gaps[] = {SECOND, 10 * SECOND, 90 * SECOND, 20 * HOUR, 90 * HOUR};
    struct tta_metrics *metrics = create(3, 0);
    struct tta_recorder *recorder = add_recorder(metrics);
    int64_t now_ns = 0;
    uint64_t many = 32, recorded = 0;
    for (size_t g = 0; g < sizeof(gaps) / sizeof(gaps[0]); g++) {
        for (uint32_t model = 0; model < 3; model++) {
            record_many(recorder, model, INT64_C(1000) << 2 * g, many);
        }
        struct tta_summary before[SUMMARIES];
        read_all_windows(metrics, before);
        now_ns += gaps[g];
        for (size_t n = 1;; n++) {
            alloc_fault_after(n);
            enum tta_status status = tta_metrics_tick(metrics, now_ns);
            if (!alloc_fault_happened()) {
                assert_int_equal(status, TTA_OK);
                assert_true(n > 3 * (g == 0 ? 8 : 6)); /* blocks of slots that left are there already */
                break;
            }
            assert_int_equal(status, TTA_NO_MEMORY);
            assert_same_windows(metrics, before);
        }
        recorded += many;
        assert_int_equal(requests_in(metrics, TTA_WINDOW_ALL), recorded);
        many *= 2;
    }
    tick(metrics, now_ns + 2 * MINUTE);
    assert_int_equal(requests_in(metrics, TTA_WINDOW_MINUTE), 0);
    assert_int_equal(requests_in(metrics, TTA_WINDOW_5_MINUTES), many / 2);
    tta_metrics_destroy(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_lets_go_of_a_sample_once_it_is_too_old),
        cmocka_unit_test(ticks_that_add_nothing_change_nothing),
        cmocka_unit_test(a_tick_allocates_nothing_for_idle_series_within_a_slot),
        cmocka_unit_test(ticks_allocate_nothing_once_windows_are_full_of_steady_traffic),
        cmocka_unit_test(what_was_restored_leaves_windows_though_restoring_was_not_ended),
        cmocka_unit_test(a_long_gap_empties_windows_but_keeps_what_is_new),
        cmocka_unit_test(counts_above_half_a_million_in_a_bucket_survive_ticks),
        cmocka_unit_test(windows_agree_with_a_list_of_all_samples),
        cmocka_unit_test(a_tick_without_memory_leaves_windows_where_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
