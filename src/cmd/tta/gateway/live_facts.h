// SPDX-License-Identifier: MIT
/*
 * gateway/live_facts.h - how fast and how well models have answered of late, for the choice among them.
 *
 * One thread reads them from the figures once a second; they are immutable
 * from then on, and whoever uses them holds them.
 */
#ifndef CMD_TTA_GATEWAY_LIVE_FACTS_H
#define CMD_TTA_GATEWAY_LIVE_FACTS_H

#include <stdatomic.h>

#include "cmd/tta/gateway/routing.h"
#include "tta/live.h"

struct live_facts {
    atomic_size_t holders;
    struct routing *routing; /* held: its rows are those of the arrays */
    int32_t *latency_ms;     /* medians of the last five minutes; -1 of those with less than five attempts */
    float *success_ratio;    /* likewise */
};

/* Held once, for the caller.  NULL without memory. */
struct live_facts *live_facts_read(struct tta_metrics *metrics, struct routing *routing);

/* NULL is NULL, and does nothing. */
struct live_facts *live_facts_hold(struct live_facts *facts);
void live_facts_release(struct live_facts *facts);

/* With the models that cannot be asked, for a selection; `facts` of NULL: nothing else is known. */
struct tta_live live_facts_with(const struct live_facts *facts, const uint64_t *out);

#endif /* CMD_TTA_GATEWAY_LIVE_FACTS_H */
