// SPDX-License-Identifier: MIT
/*
 * gateway/figures.h - what the gateway counts: its requests, and how models do.
 *
 * One for the whole gateway and for as long as it runs: series go by the names
 * of servers and models, so they outlive a reload.  Each worker records with a
 * recorder of its own; the other counts are atomic.  With a store they outlive
 * the process, and `tta metrics` shows them.
 */
#ifndef CMD_TTA_GATEWAY_FIGURES_H
#define CMD_TTA_GATEWAY_FIGURES_H

#include <stdatomic.h>

#include "tta/metric_store.h"
#include "tta/metrics.h"

/* How a request that was for a provider ended. */
enum figures_end {
    FIGURES_ANSWERED,
    FIGURES_FAILED,  /* no provider answered, or an answer broke off */
    FIGURES_REFUSED, /* what the client sent is at fault, or no model fits */
    FIGURES_LEFT,    /* the client left before the end */
    FIGURES_ENDS
};

struct figures {
    struct tta_metrics *metrics;
    int64_t start_unix_ns;
    atomic_size_t requests_under_way;
    atomic_ullong ended[FIGURES_ENDS];
    atomic_uint *attempts_under_way; /* by series */
    struct tta_metric_store *store;  /* NULL: none is kept */
    bool store_fails;                /* which was told */
};

/* `store_path` of NULL: nothing is kept.  False after a complaint; either way for figures_deinit(). */
bool figures_init(struct figures *figures, const char *store_path);
/* Writes what is new.  Nobody may record any more. */
void figures_deinit(struct figures *figures);

/* Moves the windows on and writes what is new; every ten seconds or more often, by one thread. */
void figures_tick(struct figures *figures);

#define FIGURES_NO_SERIES UINT32_MAX
/* The number of the series of a model at a server, for a task; FIGURES_NO_SERIES if there is no room for it.  Takes a
 * lock. */
uint32_t figures_series(struct figures *figures, const char *server, const char *model, enum tta_task task);

/* An attempt begins, and is over; of FIGURES_NO_SERIES nothing is counted. */
void figures_begin_attempt(struct figures *figures, uint32_t series);
void figures_end_attempt(struct figures *figures, uint32_t series);
unsigned figures_attempts_under_way(const struct figures *figures, uint32_t series);

#endif /* CMD_TTA_GATEWAY_FIGURES_H */
