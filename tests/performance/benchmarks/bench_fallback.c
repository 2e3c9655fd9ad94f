// SPDX-License-Identifier: MIT
/* The next model when one has failed, with some others failed before it. */
#include <assay/bench.h>

#include "workload.h"

#define NOW_NS INT64_C(3600000000000)

static void fall_back(struct assay_bench *bench, enum workload_size size, struct tta_requirements requirements,
                      size_t failed_before)
{
    struct workload workload;
    assay_group(bench, "fallback");
    assay_target(bench, "p95 < 1 s");
    if (!workload_create(&workload, size)) {
        assay_fail_because(bench, "the models cannot be made");
        return;
    }
    for (size_t i = 1; i <= failed_before; i++) {
        tta_fallback_record_failure(workload.fallback, i * workload.count / (failed_before + 1), NOW_NS - (int64_t)i);
    }
    enum tta_status status = TTA_NO_MODEL;
    struct tta_choice choice = {0};
    BENCH_LOOP (bench) {
        BENCH_KEEP(&requirements);
        status = tta_fallback_next(workload.fallback, 0, &requirements, NOW_NS, &choice);
        BENCH_KEEP(&choice);
    }
    BENCH_CHECK(bench, status == TTA_OK);
    BENCH_CHECK(bench, choice.row != 0 && tta_fits(workload.selector, &requirements, choice.row));
    workload_destroy(&workload);
}

BENCH(fallback_activation_latency)
{
    assay_target(bench, "mean < 1.0 s");
    fall_back(bench, WORKLOAD_20, workload_fallback(), 0);
}

BENCH(fallback_activation_latency_real)
{
    fall_back(bench, WORKLOAD_REAL, workload_fallback(), 10);
}

BENCH(fallback_activation_latency_3000)
{
    fall_back(bench, WORKLOAD_3000, workload_fallback(), 50);
}

BENCH(fallback_strategy_selection)
{
    assay_target(bench, "mean < 1.0 s");
    fall_back(bench, WORKLOAD_20, workload_strategy(), 0);
}

BENCH(fallback_strategy_selection_real)
{
    fall_back(bench, WORKLOAD_REAL, workload_strategy(), 10);
}

BENCH(fallback_strategy_selection_3000)
{
    fall_back(bench, WORKLOAD_3000, workload_strategy(), 50);
}

/* A request with demands of its own, so that many candidates are passed over. */
BENCH(fallback_realistic_3000)
{
    fall_back(bench, WORKLOAD_3000, workload_realistic(), 50);
}
