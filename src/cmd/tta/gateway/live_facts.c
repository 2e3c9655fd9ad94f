// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/live_facts.h"

#include <stdlib.h>

#include "base/num.h"

enum { LEAST_REQUESTS = 5 }; /* the median of fewer says little */

struct live_facts *live_facts_read(struct tta_metrics *metrics, struct routing *routing)
{
    const struct tta_catalogue *catalogue = routing_catalogue(routing);
    size_t count = tta_catalogue_count(catalogue);
    struct live_facts *facts = base_alloc_array(1, sizeof(*facts));
    int32_t *latency_ms = base_alloc_array(count, sizeof(*latency_ms));
    float *success_ratio = base_alloc_array(count, sizeof(*success_ratio));
    if (!facts || !latency_ms || !success_ratio) {
        free(facts);
        free(latency_ms);
        free(success_ratio);
        return NULL;
    }
    tta_live_read(metrics, catalogue, TTA_WINDOW_5_MINUTES, LEAST_REQUESTS, latency_ms, success_ratio);
    atomic_init(&facts->holders, 1);
    facts->routing = routing_hold(routing);
    facts->latency_ms = latency_ms;
    facts->success_ratio = success_ratio;
    return facts;
}

struct live_facts *live_facts_hold(struct live_facts *facts)
{
    if (facts) {
        atomic_fetch_add_explicit(&facts->holders, 1, memory_order_relaxed);
    }
    return facts;
}

void live_facts_release(struct live_facts *facts)
{
    if (!facts || atomic_fetch_sub_explicit(&facts->holders, 1, memory_order_acq_rel) > 1) {
        return;
    }
    routing_release(facts->routing);
    free(facts->latency_ms);
    free(facts->success_ratio);
    free(facts);
}

struct tta_live live_facts_with(const struct live_facts *facts, const uint64_t *out)
{
    return (struct tta_live){
        .out = out,
        .latency_ms = facts ? facts->latency_ms : NULL,
        .success_ratio = facts ? facts->success_ratio : NULL,
    };
}
