// SPDX-License-Identifier: MIT
/* Whether what metrics take of memory has an end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heap_in_use.h"
#include "metrics_scene.h"

/* The allocator adds eight bytes to a block and rounds up to sixteen. */
enum { ADDED_BYTES = 24, MOST_BLOCKS = 129 };

/* Of a slot to take more than a kilobyte: what is smaller and freed may be kept at hand, and counts as in use. */
enum { LATENCIES = 600 };

/* Hours of minutes that are all alike: each of the latencies, from a millisecond to a minute, so many times. */
static void pass_hours(struct tta_metrics *metrics, struct tta_recorder *recorder, int64_t *now_ns, int64_t hours,
                       int times)
{
    for (int64_t minute = 0; minute < 60 * hours; minute++) {
        for (int i = 0; i < LATENCIES * times; i++) {
            record(recorder, 0, (int64_t)(1e6 * exp2((double)(i % LATENCIES) * 15.8 / LATENCIES)));
        }
        *now_ns += MINUTE;
        tick(metrics, *now_ns);
    }
}

static void windows_that_are_full_take_no_more_memory(void **state)
{
    (void)state;
    int64_t now_ns = 1000 * HOUR;
    struct tta_metrics *metrics = create(1, now_ns);
    struct tta_recorder *recorder = add_recorder(metrics);
    record(recorder, 0, MINUTE);
    size_t empty = heap_in_use(), first_hour, first_day;
    assert_int_equal(tta_metrics_history_bytes(metrics), 0);
    pass_hours(metrics, recorder, &now_ns, 1, 1);
    first_hour = tta_metrics_history_bytes(metrics);
    pass_hours(metrics, recorder, &now_ns, 24, 1);
    first_day = tta_metrics_history_bytes(metrics);
    size_t heap = heap_in_use();
    assert_true(first_day > first_hour);
    pass_hours(metrics, recorder, &now_ns, 25, 1);
    assert_in_range(tta_metrics_history_bytes(metrics), first_day - first_day / 100, first_day + first_day / 100);
    if (heap > 0) {
        assert_in_range(heap - empty, first_day, first_day + MOST_BLOCKS * ADDED_BYTES);
        assert_in_range(heap_in_use(), heap - first_day / 100, heap + first_day / 100);
    }
    tta_metrics_destroy(metrics);
}

static void an_idle_series_gives_back_what_its_windows_took(void **state)
{
    (void)state;
    int64_t now_ns = 1000 * HOUR;
    struct tta_metrics *metrics = create(1, now_ns);
    struct tta_recorder *recorder = add_recorder(metrics);
    pass_hours(metrics, recorder, &now_ns, 2, 1);
    size_t busy = tta_metrics_history_bytes(metrics);
    for (int64_t minute = 0; minute < 26 * 60; minute++) {
        now_ns += MINUTE;
        tick(metrics, now_ns);
    }
    assert_in_range(tta_metrics_history_bytes(metrics), 1, busy / 10);
    tta_metrics_destroy(metrics);
}

static void four_times_the_traffic_takes_twice_the_memory_at_most(void **state)
{
    (void)state;
    size_t bytes[2];
    for (size_t i = 0; i < 2; i++) {
        int64_t now_ns = 1000 * HOUR;
        struct tta_metrics *metrics = create(1, now_ns);
        pass_hours(metrics, add_recorder(metrics), &now_ns, 2, i == 0 ? 1 : 4);
        bytes[i] = tta_metrics_history_bytes(metrics);
        tta_metrics_destroy(metrics);
    }
    assert_in_range(bytes[1], bytes[0], 2 * bytes[0]);
}

static void what_is_recorded_takes_no_memory_before_the_tick(void **state)
{
    (void)state;
    struct tta_metrics *metrics = create(1, 0);
    struct tta_recorder *recorder = add_recorder(metrics);
    size_t heap = heap_in_use();
    for (int64_t i = 0; i < 100000; i++) {
        record(recorder, 0, i * i);
        tta_metrics_record_gap(recorder, 0, i);
    }
    assert_int_equal(heap_in_use(), heap);
    assert_int_equal(tta_metrics_history_bytes(metrics), 0);
    tta_metrics_destroy(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_that_are_full_take_no_more_memory),
        cmocka_unit_test(an_idle_series_gives_back_what_its_windows_took),
        cmocka_unit_test(four_times_the_traffic_takes_twice_the_memory_at_most),
        cmocka_unit_test(what_is_recorded_takes_no_memory_before_the_tick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
