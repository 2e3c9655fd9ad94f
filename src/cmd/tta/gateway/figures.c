// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/figures.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/num.h"
#include "cmd/complain.h"

/* Pages of it that no series uses take no memory. */
#define MAX_SERIES TTA_MAX_SERIES

static bool open_store(struct figures *figures, const char *path)
{
    struct tta_error err = {0};
    if (tta_metric_store_open(path, TTA_METRIC_STORE_WRITE, &figures->store, &err) != TTA_OK ||
        tta_metric_store_load(figures->store, figures->metrics, figures->start_unix_ns, &err) != TTA_OK) {
        complain("%s: %s", path, err.message);
        return false;
    }
    return true;
}

bool figures_init(struct figures *figures, const char *store_path)
{
    *figures = (struct figures){.start_unix_ns = base_clock_unix_ns()};
    figures->attempts_under_way = base_alloc_array(MAX_SERIES, sizeof(*figures->attempts_under_way));
    if (!figures->attempts_under_way ||
        tta_metrics_create(MAX_SERIES, figures->start_unix_ns, &figures->metrics) != TTA_OK) {
        complain("out of memory");
        return false;
    }
    return !store_path || open_store(figures, store_path);
}

/* A store that cannot be written to, a full disk say, stops no request. */
static void note_outcome(struct figures *figures, enum tta_status status, const struct tta_error *err)
{
    bool fails = status != TTA_OK;
    if (fails && !figures->store_fails) {
        complain("metrics are not written just now, and are kept in memory: %s", err->message);
    } else if (!fails && figures->store_fails) {
        complain("metrics are written again");
    }
    figures->store_fails = fails;
}

void figures_tick(struct figures *figures)
{
    struct tta_error err = {0};
    int64_t now_ns = base_clock_unix_ns();
    (void)!tta_metrics_tick(figures->metrics, now_ns); /* without memory the windows stay; the next one tries again */
    if (figures->store) {
        note_outcome(figures, tta_metric_store_roll(figures->store, figures->metrics, now_ns, &err), &err);
    }
}

void figures_deinit(struct figures *figures)
{
    struct tta_error err = {0};
    if (figures->store && figures->metrics) {
        enum tta_status status =
            tta_metric_store_flush(figures->store, figures->metrics, base_clock_unix_ns(), &err);
        note_outcome(figures, status, &err);
    }
    tta_metric_store_close(figures->store);
    tta_metrics_destroy(figures->metrics);
    free(figures->attempts_under_way);
}

uint32_t figures_series(struct figures *figures, const char *server, const char *model, enum tta_task task)
{
    const struct tta_series series = {.provider = server, .model = model, .task = task};
    uint32_t number;
    return tta_metrics_add_series(figures->metrics, &series, &number) == TTA_OK ? number : FIGURES_NO_SERIES;
}

void figures_begin_attempt(struct figures *figures, uint32_t series)
{
    if (series != FIGURES_NO_SERIES) {
        atomic_fetch_add_explicit(&figures->attempts_under_way[series], 1, memory_order_relaxed);
    }
}

void figures_end_attempt(struct figures *figures, uint32_t series)
{
    if (series != FIGURES_NO_SERIES) {
        atomic_fetch_sub_explicit(&figures->attempts_under_way[series], 1, memory_order_relaxed);
    }
}

unsigned figures_attempts_under_way(const struct figures *figures, uint32_t series)
{
    return atomic_load_explicit(&figures->attempts_under_way[series], memory_order_relaxed);
}
