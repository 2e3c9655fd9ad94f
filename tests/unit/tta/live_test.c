// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fault.h"
#include "tta/live.h"

#define MS_NS INT64_C(1000000)
#define MODELS 3

static void record(struct tta_recorder *recorder, uint32_t model, int64_t latency_ns, bool failed)
{
    const struct tta_observation observation = {.model = model, .failed = failed, .latency_ns = latency_ns};
    assert_int_equal(tta_metrics_record(recorder, &observation), TTA_OK);
}

static void what_was_measured_changes_the_choice(void **state)
{
    (void)state;
    static const struct tta_model models[MODELS] = {
        {.id = "slow", .performance_score = 7}, {.id = "quick", .performance_score = 6}, {.id = "unasked"}};
    int32_t latency_ms[MODELS];
    float success[MODELS];
    struct tta_metrics *metrics;
    struct tta_recorder *recorder;
    struct tta_catalogue *catalogue;
    struct tta_selector *selector;
    struct tta_choice choice;
    const struct tta_criteria criteria = tta_criteria_of_taste(TTA_TASTE_AVAILABILITY);
    assert_int_equal(tta_metrics_create(MODELS, 0, &metrics), TTA_OK);
    assert_int_equal(tta_metrics_add_recorder(metrics, &recorder), TTA_OK);
    assert_int_equal(tta_catalogue_create(models, MODELS, &catalogue, NULL), TTA_OK);
    assert_int_equal(tta_selector_create(catalogue, &criteria, &selector, NULL), TTA_OK);
    for (int i = 0; i < 20; i++) {
        record(recorder, 0, 8000 * MS_NS, i % 4 == 0);
        record(recorder, 1, 300 * MS_NS, false);
    }
    record(recorder, 2, MS_NS / 2, true); /* once says nothing */
    assert_int_equal(tta_live_read(metrics, TTA_WINDOW_ALL, 5, MODELS, latency_ms, success), TTA_OK);
    assert_in_range(latency_ms[0], 7900, 8100); /* percentiles are within 0.4 % */
    assert_in_range(latency_ms[1], 298, 302);
    assert_int_equal(latency_ms[2], -1);
    assert_true(success[0] == 0.75F && success[1] == 1 && success[2] == -1);

    struct tta_requirements requirements = {.has_min_quality = true, .min_quality = 1};
    assert_int_equal(tta_select(selector, &requirements, &choice), TTA_OK);
    assert_int_equal(choice.row, 0);
    const struct tta_live live = {.latency_ms = latency_ms, .success_ratio = success};
    requirements.live = &live;
    assert_int_equal(tta_select(selector, &requirements, &choice), TTA_OK);
    assert_int_equal(choice.row, 1);

    assert_int_equal(tta_live_read(metrics, TTA_WINDOW_ALL, 0, MODELS, latency_ms, success), TTA_OK);
    assert_int_equal(latency_ms[2], 1); /* half a millisecond is not none */
    alloc_fault_after(1);
    enum tta_status status = tta_live_read(metrics, TTA_WINDOW_HOUR, 0, MODELS, latency_ms, success);
    assert_int_equal(status, alloc_fault_happened() ? TTA_NO_MEMORY : TTA_OK);
    tta_selector_destroy(selector);
    tta_catalogue_destroy(catalogue);
    tta_metrics_destroy(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_measured_changes_the_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
