// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fault.h"
#include "base/histogram.h"
#include "metrics_scene.h"

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
        cmocka_unit_test(keeps_series_apart),
        cmocka_unit_test(latencies_beyond_the_histogram_count_in_full_in_the_mean),
        cmocka_unit_test(the_mean_of_all_time_outlives_a_sum_beyond_64_bits),
        cmocka_unit_test(a_series_without_memory_is_none),
        cmocka_unit_test(creation_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
