// SPDX-License-Identifier: MIT
/* Recording what a request took, and reading it back. */
#include <assay/bench.h>
#include <math.h>
#include <stdlib.h>
#include <tta/metrics.h>

#include "base/clock.h"
#include "workload.h"

#define METRICS_TARGET "p95 < 10 ms"
#define LATENCY_SPREAD 1024
#define TRAFFIC 1024 /* requests after which the sequence of models repeats; a power of two */

struct recording {
    struct tta_metrics *metrics;
    struct tta_recorder *recorder;
};

static bool begin_recording(struct recording *recording, size_t series_count)
{
    *recording = (struct recording){0};
    return workload_metrics(series_count, &recording->metrics, &recording->recorder);
}

/* Latencies from 0.2 to 20 s, so that samples do not all meet in one bucket. */
static int64_t latency_of(uint64_t i)
{
    return 200000000 + (int64_t)(i * 2654435761u % LATENCY_SPREAD) * 19335937;
}

/* Which model each request goes to: few models get most of the traffic, the nth
 * most popular one about 1/n of the first one's share (Zipf's law), in an order
 * that is the same in every run. */
static void make_traffic(uint32_t models[TRAFFIC], size_t model_count)
{
    for (uint32_t i = 0; i < TRAFFIC; i++) {
        double share = (double)(i * 2654435761u % TRAFFIC) / TRAFFIC; /* each value once, scattered */
        models[i] = (uint32_t)(pow((double)model_count, share) - 0.5);
    }
}

static void record(struct assay_bench *bench, size_t model_count, bool reads_clock)
{
    struct recording recording;
    struct tta_summary summary;
    uint32_t models[TRAFFIC];
    make_traffic(models, model_count);
    assay_group(bench, "metrics recording");
    assay_target(bench, METRICS_TARGET);
    if (!begin_recording(&recording, model_count)) {
        assay_fail_because(bench, "the metrics cannot be made");
        return;
    }
    uint64_t recorded = 0;
    struct tta_observation observation = workload_observation(0, 1000000000);
    BENCH_LOOP (bench) {
        observation.series = models[recorded++ % TRAFFIC];
        observation.latency_ns = reads_clock ? base_clock_monotonic_ns() % 1000000000 : latency_of(recorded);
        tta_metrics_record(recording.recorder, &observation);
    }
    const struct tta_series_filter all = {0};
    tta_metrics_sum(recording.metrics, &all, TTA_WINDOW_ALL, &summary);
    BENCH_CHECK(bench, summary.requests == recorded);
    tta_metrics_destroy(recording.metrics);
}

BENCH(metrics_record)
{
    record(bench, 20, false);
}

BENCH(metrics_record_with_clock)
{
    record(bench, 20, true);
}

BENCH(metrics_record_real)
{
    struct tta_catalogue *catalogue = workload_catalogue(WORKLOAD_REAL);
    if (!catalogue) {
        assay_fail_because(bench, "the real catalogue cannot be read");
        return;
    }
    record(bench, tta_catalogue_count(catalogue), false);
    tta_catalogue_destroy(catalogue);
}

BENCH(metrics_record_3000)
{
    record(bench, 3000, false);
}

/* Percentiles of a model over a window in which 1,000 requests were made. */
BENCH(metrics_read_1000_samples)
{
    struct recording recording;
    struct tta_summary summary = {0};
    assay_group(bench, "metrics reading");
    if (!begin_recording(&recording, 20)) {
        assay_fail_because(bench, "the metrics cannot be made");
        return;
    }
    for (uint64_t i = 0; i < 1000; i++) {
        struct tta_observation observation = workload_observation(3, latency_of(i));
        tta_metrics_record(recording.recorder, &observation);
    }
    BENCH_LOOP (bench) {
        tta_metrics_read(recording.metrics, 3, TTA_WINDOW_DAY, &summary);
        BENCH_KEEP(&summary);
    }
    BENCH_CHECK(bench, summary.requests == 1000 && summary.latency.p50_ns < summary.latency.p99_ns);
    tta_metrics_destroy(recording.metrics);
}
