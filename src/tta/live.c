// SPDX-License-Identifier: MIT
#include "tta/live.h"

#define NS_PER_MS INT64_C(1000000)

/* Rounded up: what took any time at all did not take none. */
static int32_t whole_ms(int64_t ns)
{
    int64_t ms = ns / NS_PER_MS + (ns % NS_PER_MS > 0);
    return ms < INT32_MAX ? (int32_t)ms : INT32_MAX;
}

enum tta_status tta_live_read(struct tta_metrics *metrics, enum tta_window window, uint64_t least_requests,
                              size_t count, int32_t *out_latency_ms, float *out_success_ratio)
{
    for (size_t model = 0; model < count; model++) {
        struct tta_summary summary;
        enum tta_status status = tta_metrics_read(metrics, model, window, &summary);
        if (status != TTA_OK) {
            return status;
        }
        bool is_known = summary.requests > 0 && summary.requests >= least_requests;
        out_latency_ms[model] = is_known ? whole_ms(summary.p50_ns) : -1;
        out_success_ratio[model] = is_known ? (float)summary.success_rate : -1;
    }
    return TTA_OK;
}
