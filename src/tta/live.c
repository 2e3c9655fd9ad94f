// SPDX-License-Identifier: MIT
#include "tta/live.h"

#define NS_PER_MS INT64_C(1000000)

/* Rounded up: what took any time at all did not take none. */
static int32_t whole_ms(int64_t ns)
{
    int64_t ms = ns / NS_PER_MS + (ns % NS_PER_MS > 0);
    return ms < INT32_MAX ? (int32_t)ms : INT32_MAX;
}

void tta_live_read(struct tta_metrics *metrics, const struct tta_catalogue *catalogue, enum tta_window window,
                   uint64_t least_requests, int32_t *out_latency_ms, float *out_success_ratio)
{
    for (size_t row = 0; row < tta_catalogue_count(catalogue); row++) {
        struct tta_model model = tta_catalogue_model(catalogue, row);
        const struct tta_series_filter filter = {.provider = model.origin, .model = model.id};
        struct tta_summary summary;
        tta_metrics_sum(metrics, &filter, window, &summary);
        bool is_known = summary.requests > 0 && summary.requests >= least_requests;
        out_latency_ms[row] = is_known ? whole_ms(summary.latency.p50_ns) : -1;
        out_success_ratio[row] = is_known ? (float)summary.success_rate : -1;
    }
}
