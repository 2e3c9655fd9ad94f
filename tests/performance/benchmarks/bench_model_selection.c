// SPDX-License-Identifier: MIT
/*
 * Choosing a model: the original's workloads, then the same on the real
 * catalogue and on 3,000 and 10,000 models.
 */
#include <assay/bench.h>
#include <stdlib.h>
#include <tta/metrics.h>

#include "workload.h"

#define SELECTION_TARGET "p95 < 500 ms"

static void select_from(struct assay_bench *bench, enum workload_size size, struct tta_requirements requirements,
                        enum tta_status expected)
{
    struct workload workload;
    assay_group(bench, "model selection");
    assay_target(bench, SELECTION_TARGET);
    if (!workload_create(&workload, size)) {
        assay_fail_because(bench, "the models cannot be made");
        return;
    }
    enum tta_status status = TTA_OK;
    struct tta_choice choice = {0};
    BENCH_LOOP (bench) {
        BENCH_KEEP(&requirements);
        status = tta_select(workload.selector, &requirements, &choice);
        BENCH_KEEP(&choice);
    }
    BENCH_CHECK(bench, status == expected);
    BENCH_CHECK(bench, status != TTA_OK || tta_fits(workload.selector, &requirements, choice.row));
    workload_destroy(&workload);
}

BENCH(model_selection_latency_simple)
{
    assay_target(bench, "mean < 0.5 s");
    select_from(bench, WORKLOAD_20, workload_simple(), TTA_OK);
}

BENCH(model_selection_latency_simple_real)
{
    select_from(bench, WORKLOAD_REAL, workload_simple(), TTA_OK);
}

BENCH(model_selection_latency_simple_3000)
{
    select_from(bench, WORKLOAD_3000, workload_simple(), TTA_OK);
}

BENCH(model_selection_with_filtering)
{
    assay_target(bench, "mean < 0.5 s");
    select_from(bench, WORKLOAD_20, workload_filtering(), TTA_OK);
}

BENCH(model_selection_with_filtering_real)
{
    select_from(bench, WORKLOAD_REAL, workload_filtering_real(), TTA_OK);
}

BENCH(model_selection_with_filtering_3000)
{
    select_from(bench, WORKLOAD_3000, workload_filtering_real(), TTA_OK);
}

BENCH(model_selection_realistic_real)
{
    select_from(bench, WORKLOAD_REAL, workload_realistic(), TTA_OK);
}

BENCH(model_selection_realistic_3000)
{
    select_from(bench, WORKLOAD_3000, workload_realistic(), TTA_OK);
}

BENCH(model_selection_realistic_10000)
{
    select_from(bench, WORKLOAD_10000, workload_realistic(), TTA_OK);
}

BENCH(model_selection_no_match_real)
{
    select_from(bench, WORKLOAD_REAL, workload_impossible(), TTA_NO_MODEL);
}

BENCH(model_selection_no_match_3000)
{
    select_from(bench, WORKLOAD_3000, workload_impossible(), TTA_NO_MODEL);
}

BENCH(model_selection_no_match_10000)
{
    select_from(bench, WORKLOAD_10000, workload_impossible(), TTA_NO_MODEL);
}

static void rank(struct assay_bench *bench, enum workload_size size)
{
    struct workload workload;
    assay_group(bench, "model ranking");
    assay_target(bench, "mean < 0.1 s");
    struct tta_requirements requirements = workload_ranking();
    struct tta_choice *choices = NULL;
    size_t ranked = 0;
    if (workload_create(&workload, size)) {
        choices = calloc(workload.count, sizeof(*choices));
    }
    if (!choices) {
        workload_destroy(&workload);
        assay_fail_because(bench, "the models cannot be made");
        return;
    }
    BENCH_LOOP (bench) {
        BENCH_KEEP(&requirements);
        ranked = tta_rank(workload.selector, &requirements, choices, workload.count);
        BENCH_KEEP(choices);
    }
    BENCH_CHECK(bench, ranked > 0);
    for (size_t i = 1; i < ranked; i++) {
        BENCH_CHECK(bench, choices[i - 1].score >= choices[i].score);
    }
    free(choices);
    workload_destroy(&workload);
}

BENCH(model_ranking_performance)
{
    rank(bench, WORKLOAD_20);
}

BENCH(model_ranking_performance_real)
{
    rank(bench, WORKLOAD_REAL);
}

BENCH(model_ranking_performance_3000)
{
    rank(bench, WORKLOAD_3000);
}

/* All parts of the component, over models that are there already. */
static void initialize(struct assay_bench *bench, enum workload_size size)
{
    assay_group(bench, "initialization");
    assay_target(bench, "mean < 0.1 s");
    struct tta_catalogue *catalogue = workload_catalogue(size);
    if (!catalogue) {
        assay_fail_because(bench, "the models cannot be made");
        return;
    }
    const struct tta_criteria criteria = tta_criteria_defaults();
    const struct tta_fallback_options options = tta_fallback_defaults();
    size_t failures = 0;
    BENCH_LOOP (bench) {
        struct tta_selector *selector = NULL;
        struct tta_fallback *fallback = NULL;
        struct tta_metrics *metrics = NULL;
        failures += tta_selector_create(catalogue, &criteria, &selector, NULL) != TTA_OK ||
                    tta_fallback_create(selector, &options, &fallback, NULL) != TTA_OK ||
                    tta_metrics_create(tta_catalogue_count(catalogue), 0, &metrics) != TTA_OK;
        BENCH_CLOBBER();
        tta_metrics_destroy(metrics);
        tta_fallback_destroy(fallback);
        tta_selector_destroy(selector);
    }
    BENCH_CHECK(bench, failures == 0);
    tta_catalogue_destroy(catalogue);
}

BENCH(component_initialization_performance)
{
    initialize(bench, WORKLOAD_20);
}

BENCH(component_initialization_performance_real)
{
    initialize(bench, WORKLOAD_REAL);
}

BENCH(component_initialization_performance_3000)
{
    initialize(bench, WORKLOAD_3000);
}

BENCH(model_info_creation_performance)
{
    assay_group(bench, "models");
    assay_target(bench, "mean < 0.001 s");
    const struct tta_model model = {
        .id = "test-model",
        .name = "Test Model",
        .provider = TTA_PROVIDER_OPENROUTER,
        .prompt_price_pusd = 1000000,
        .completion_price_pusd = 1000000,
        .context_tokens = 8192,
        .max_completion_tokens = TTA_UNKNOWN,
        .capabilities = TTA_CAN_CHAT | TTA_CAN_COMPLETION,
        .safety_score = 8.0,
        .performance_score = 7.5,
    };
    size_t failures = 0;
    BENCH_LOOP (bench) {
        struct tta_catalogue *catalogue = NULL;
        BENCH_KEEP(&model);
        failures += tta_catalogue_create(&model, 1, &catalogue, NULL) != TTA_OK;
        BENCH_KEEP(catalogue);
        tta_catalogue_destroy(catalogue);
    }
    BENCH_CHECK(bench, failures == 0);
}

static void filter_free(struct assay_bench *bench, enum workload_size size)
{
    assay_group(bench, "models");
    assay_target(bench, "ops > 1000");
    struct tta_catalogue *catalogue = workload_catalogue(size);
    size_t count = catalogue ? tta_catalogue_count(catalogue) : 0;
    size_t *rows = calloc(count + 1, sizeof(*rows));
    if (!catalogue || !rows) {
        tta_catalogue_destroy(catalogue);
        free(rows);
        assay_fail_because(bench, "the models cannot be made");
        return;
    }
    size_t found = 0;
    BENCH_LOOP (bench) {
        found = 0;
        for (size_t row = 0; row < count; row++) {
            if (tta_catalogue_peek(catalogue, row)->is_free) {
                rows[found++] = row;
            }
        }
        BENCH_KEEP(rows);
    }
    BENCH_CHECK(bench, found > 0 && found < count);
    free(rows);
    tta_catalogue_destroy(catalogue);
}

BENCH(model_filtering_throughput)
{
    filter_free(bench, WORKLOAD_20);
}

BENCH(model_filtering_throughput_real)
{
    filter_free(bench, WORKLOAD_REAL);
}

BENCH(model_filtering_throughput_3000)
{
    filter_free(bench, WORKLOAD_3000);
}

/* Scoring and sorting happen when a selector is made: for all eight tasks. */
static void score(struct assay_bench *bench, enum workload_size size)
{
    assay_group(bench, "models");
    struct tta_catalogue *catalogue = workload_catalogue(size);
    if (!catalogue) {
        assay_fail_because(bench, "the models cannot be made");
        return;
    }
    const struct tta_criteria criteria = tta_criteria_defaults();
    size_t failures = 0;
    BENCH_LOOP (bench) {
        struct tta_selector *selector = NULL;
        failures += tta_selector_create(catalogue, &criteria, &selector, NULL) != TTA_OK;
        BENCH_KEEP(selector);
        tta_selector_destroy(selector);
    }
    BENCH_CHECK(bench, failures == 0);
    tta_catalogue_destroy(catalogue);
}

BENCH(model_scoring_throughput)
{
    assay_target(bench, "ops > 500");
    score(bench, WORKLOAD_20);
}

BENCH(model_scoring_throughput_real)
{
    score(bench, WORKLOAD_REAL);
}

BENCH(model_scoring_throughput_3000)
{
    score(bench, WORKLOAD_3000);
}
