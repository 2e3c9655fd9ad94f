// SPDX-License-Identifier: MIT
/* tta/metrics_views.h - what tta metrics shows.  Each returns an exit status and complains itself. */
#ifndef CMD_TTA_METRICS_VIEWS_H
#define CMD_TTA_METRICS_VIEWS_H

#include "cmd/tta/options.h"
#include "tta/metric_store.h"

/* A line for each model, provider, task or series, and one of all. */
int metrics_show_table(const struct options *options, struct tta_metrics *metrics, int64_t now_ns);

struct config;

/* How each alert stands; with options->notifies what is new is noted in the store and told to the hook. */
int metrics_show_alerts(const struct options *options, const struct config *config, struct tta_metrics *metrics,
                        struct tta_metric_store *store, int64_t now_ns);

#endif /* CMD_TTA_METRICS_VIEWS_H */
