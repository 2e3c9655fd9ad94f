// SPDX-License-Identifier: MIT
/* The services of the component one by one: the original's twelve workloads,
 * over ten models. */
#include <assay/bench.h>
#include <tta/metrics.h>

#include "workload.h"

#define MODELS 10
#define NOW_NS INT64_C(3600000000000)

/* What most bodies begin with. */
static bool prepare(struct assay_bench *bench, struct workload *workload)
{
    assay_group(bench, "services");
    if (!workload_create(workload, WORKLOAD_10)) {
        assay_fail_because(bench, "the models cannot be made");
        return false;
    }
    return true;
}

BENCH(model_selector_initialization)
{
    struct workload workload;
    if (!prepare(bench, &workload)) {
        return;
    }
    const struct tta_criteria criteria = tta_criteria_defaults();
    size_t failures = 0;
    BENCH_LOOP (bench) {
        struct tta_selector *selector = NULL;
        failures += tta_selector_create(workload.catalogue, &criteria, &selector, NULL) != TTA_OK;
        BENCH_KEEP(selector);
        tta_selector_destroy(selector);
    }
    BENCH_CHECK(bench, failures == 0);
    workload_destroy(&workload);
}

/* `repeats` selections an iteration. */
static void select_repeatedly(struct assay_bench *bench, size_t repeats)
{
    struct workload workload;
    if (!prepare(bench, &workload)) {
        return;
    }
    struct tta_requirements requirements = workload_simple();
    struct tta_choice choice = {0};
    size_t failures = 0;
    BENCH_LOOP (bench) {
        for (size_t i = 0; i < repeats; i++) {
            BENCH_KEEP(&requirements);
            failures += tta_select(workload.selector, &requirements, &choice) != TTA_OK;
            BENCH_KEEP(&choice);
        }
    }
    BENCH_CHECK(bench, failures == 0);
    workload_destroy(&workload);
}

BENCH(select_model_execution_time)
{
    assay_target(bench, "p95 < 500 ms");
    select_repeatedly(bench, 1);
}

BENCH(rank_models_execution_time)
{
    struct workload workload;
    if (!prepare(bench, &workload)) {
        return;
    }
    struct tta_requirements requirements = workload_ranking();
    struct tta_choice choices[MODELS];
    size_t ranked = 0;
    BENCH_LOOP (bench) {
        BENCH_KEEP(&requirements);
        ranked = tta_rank(workload.selector, &requirements, choices, MODELS);
        BENCH_KEEP(choices);
    }
    BENCH_CHECK(bench, ranked == MODELS);
    workload_destroy(&workload);
}

BENCH(model_selection_throughput)
{
    select_repeatedly(bench, 10);
}

BENCH(fallback_handler_initialization)
{
    struct workload workload;
    if (!prepare(bench, &workload)) {
        return;
    }
    const struct tta_fallback_options options = tta_fallback_defaults();
    size_t failures = 0;
    BENCH_LOOP (bench) {
        struct tta_fallback *fallback = NULL;
        failures += tta_fallback_create(workload.selector, &options, &fallback, NULL) != TTA_OK;
        BENCH_KEEP(fallback);
        tta_fallback_destroy(fallback);
    }
    BENCH_CHECK(bench, failures == 0);
    workload_destroy(&workload);
}

/* `repeats` fallbacks an iteration, each from another failed model. */
static void fall_back_repeatedly(struct assay_bench *bench, size_t repeats)
{
    struct workload workload;
    if (!prepare(bench, &workload)) {
        return;
    }
    struct tta_requirements requirements = workload_fallback();
    struct tta_choice choice = {0};
    size_t failures = 0;
    BENCH_LOOP (bench) {
        for (size_t i = 0; i < repeats; i++) {
            BENCH_KEEP(&requirements);
            failures += tta_fallback_next(workload.fallback, i, &requirements, NOW_NS, &choice) != TTA_OK;
            BENCH_KEEP(&choice);
        }
    }
    BENCH_CHECK(bench, failures == 0);
    workload_destroy(&workload);
}

BENCH(get_fallback_model_execution_time)
{
    assay_target(bench, "p95 < 1 s");
    fall_back_repeatedly(bench, 1);
}

BENCH(handle_model_failure_execution_time)
{
    struct workload workload;
    if (!prepare(bench, &workload)) {
        return;
    }
    int64_t now_ns = NOW_NS;
    BENCH_LOOP (bench) {
        tta_fallback_record_failure(workload.fallback, 3, now_ns++);
    }
    BENCH_CHECK(bench, tta_fallback_failures(workload.fallback, 3, now_ns).is_excluded);
    workload_destroy(&workload);
}

BENCH(fallback_selection_throughput)
{
    fall_back_repeatedly(bench, 10);
}

BENCH(performance_monitor_initialization)
{
    assay_group(bench, "services");
    size_t failures = 0;
    BENCH_LOOP (bench) {
        struct tta_metrics *metrics = NULL;
        failures += tta_metrics_create(MODELS, 0, &metrics) != TTA_OK;
        BENCH_KEEP(metrics);
        tta_metrics_destroy(metrics);
    }
    BENCH_CHECK(bench, failures == 0);
}

/* `repeats` records an iteration, over all models. */
static void record_repeatedly(struct assay_bench *bench, uint32_t repeats)
{
    struct tta_metrics *metrics = NULL;
    struct tta_recorder *recorder = NULL;
    assay_group(bench, "services");
    if (!workload_metrics(MODELS, &metrics, &recorder)) {
        assay_fail_because(bench, "the metrics cannot be made");
        return;
    }
    uint64_t recorded = 0;
    BENCH_LOOP (bench) {
        for (uint32_t i = 0; i < repeats; i++) {
            struct tta_observation observation = workload_observation(i % MODELS, 150000000 + i * 1000000);
            tta_metrics_record(recorder, &observation);
            recorded++;
        }
    }
    struct tta_summary summary = {0};
    tta_metrics_read(metrics, 0, TTA_WINDOW_ALL, &summary);
    BENCH_CHECK(bench, summary.requests == (repeats == 1 ? recorded : recorded / MODELS));
    tta_metrics_destroy(metrics);
}

BENCH(record_metrics_execution_time)
{
    assay_target(bench, "p95 < 10 ms");
    record_repeatedly(bench, 1);
}

BENCH(get_model_performance_execution_time)
{
    struct tta_metrics *metrics = NULL;
    struct tta_recorder *recorder = NULL;
    assay_group(bench, "services");
    if (!workload_metrics(MODELS, &metrics, &recorder)) {
        assay_fail_because(bench, "the metrics cannot be made");
        return;
    }
    for (int i = 0; i < 10; i++) {
        struct tta_observation observation = workload_observation(0, 100000000 + i * 10000000);
        tta_metrics_record(recorder, &observation);
    }
    struct tta_summary summary = {0};
    BENCH_LOOP (bench) {
        tta_metrics_read(metrics, 0, TTA_WINDOW_DAY, &summary);
        BENCH_KEEP(&summary);
    }
    BENCH_CHECK(bench, summary.requests == 10);
    tta_metrics_destroy(metrics);
}

BENCH(metrics_recording_throughput)
{
    record_repeatedly(bench, 100);
}
