// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tta/live.h"

#define MS_NS INT64_C(1000000)
#define MODELS 3

static void record(struct tta_recorder *recorder, uint32_t series, int64_t latency_ns, bool failed)
{
    const struct tta_observation observation = {.series = series,
                                                .failure = failed ? TTA_FAILURE_SERVER : TTA_FAILURE_NONE,
                                                .latency_ns = latency_ns,
                                                .first_token_ns = TTA_NOT_TIMED,
                                                .usage = TTA_USAGE_NONE};
    tta_metrics_record(recorder, &observation);
}

static uint32_t add_series(struct tta_metrics *metrics, const char *model, enum tta_task task)
{
    const struct tta_series series = {"openrouter", model, task};
    uint32_t number = UINT32_MAX;
    assert_int_equal(tta_metrics_add_series(metrics, &series, &number), TTA_OK);
    return number;
}

static void what_was_measured_changes_the_choice(void **state)
{
    (void)state;
    static const struct tta_model models[MODELS] = {
        {.id = "slow", .provider = TTA_PROVIDER_OPENROUTER, .performance_score = 7},
        {.id = "quick", .provider = TTA_PROVIDER_OPENROUTER, .performance_score = 6},
        {.id = "unasked", .provider = TTA_PROVIDER_OPENROUTER}};
    int32_t latency_ms[MODELS];
    float success[MODELS];
    struct tta_metrics *metrics;
    struct tta_recorder *recorder;
    struct tta_catalogue *catalogue;
    struct tta_selector *selector;
    struct tta_choice choice;
    const struct tta_criteria criteria = tta_criteria_of_taste(TTA_TASTE_AVAILABILITY);
    assert_int_equal(tta_metrics_create(4, 0, &metrics), TTA_OK);
    assert_int_equal(tta_metrics_add_recorder(metrics, &recorder), TTA_OK);
    assert_int_equal(tta_catalogue_create(models, MODELS, &catalogue, NULL), TTA_OK);
    assert_int_equal(tta_selector_create(catalogue, &criteria, &selector, NULL), TTA_OK);
    uint32_t slow = add_series(metrics, "slow", TTA_TASK_GENERAL_CHAT);
    uint32_t slow_tales = add_series(metrics, "slow", TTA_TASK_NARRATIVE_GENERATION);
    uint32_t quick = add_series(metrics, "quick", TTA_TASK_COUNT);
    for (int i = 0; i < 20; i++) { /* what task it was does not matter */
        record(recorder, i % 2 == 0 ? slow : slow_tales, 8000 * MS_NS, i % 4 == 0);
        record(recorder, quick, 300 * MS_NS, false);
    }
    record(recorder, add_series(metrics, "unasked", TTA_TASK_COUNT), MS_NS / 2, true); /* once says nothing */
    tta_live_read(metrics, catalogue, TTA_WINDOW_ALL, 5, latency_ms, success);
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

    tta_live_read(metrics, catalogue, TTA_WINDOW_ALL, 0, latency_ms, success);
    assert_int_equal(latency_ms[2], 1); /* half a millisecond is not none */
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
