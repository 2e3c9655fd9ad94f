/* SPDX-License-Identifier: MIT */
/*
 * tta/metrics.h - how models perform.
 *
 * Each thread that records has a recorder of its own: counters and a
 * log-linear histogram per model that only that thread writes, so recording
 * takes no lock and waits for nobody.  Readers sum over recorders.  Counters
 * only grow; what happened in a window is the difference between two times,
 * kept by tta_metrics_tick(), which the owner calls regularly.  No sample is
 * ever lost: the total over all time is exact.
 */
#ifndef TTA_METRICS_H
#define TTA_METRICS_H

#include "tta/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tta_metrics;
struct tta_recorder;

/* For `model_count` models, 1 to TTA_MAX_MODELS; models are numbered from 0,
 * as the rows of a catalogue.  `now_ns` (monotonic, at least 0) is when the
 * first window begins.  TTA_OK (`*out_metrics` owned by the caller),
 * TTA_BAD_ARGUMENT, TTA_NO_MEMORY. */
TTA_API TTA_MUST_CHECK enum tta_status
tta_metrics_create(size_t model_count, int64_t now_ns, struct tta_metrics **out_metrics);

/* Releases it and all its recorders, which no thread may use any more.  NULL
 * does nothing. */
TTA_API void tta_metrics_destroy(struct tta_metrics *metrics);

/* A recorder for one thread, borrowed from `metrics` until that is destroyed;
 * a thread that ends may hand its recorder to another.  Any thread may call
 * this.  TTA_OK, TTA_NO_MEMORY. */
TTA_API TTA_MUST_CHECK enum tta_status
tta_metrics_add_recorder(struct tta_metrics *metrics, struct tta_recorder **out_recorder);

/* One finished request. */
struct tta_observation {
    uint32_t model;        /* below model_count */
    bool failed;           /* a failure counts in requests and failures; its latency is recorded too */
    int64_t latency_ns;    /* 0 or more; above 73 min counts as that in percentiles, exactly in the mean */
    uint32_t prompt_tokens;
    uint32_t completion_tokens;
};

/*
 * Records one.  Only the recorder's own thread may call this.  Wait-free, no
 * lock, no system call; it allocates only on a recorder's first sample of a
 * model.  TTA_OK, or TTA_NO_MEMORY on such a first sample: then the sample is
 * not in the metrics, and tta_summary.lost counts it.
 */
TTA_API enum tta_status tta_metrics_record(struct tta_recorder *recorder, const struct tta_observation *observation);

/* Windows that can be asked for.  A window ends now and reaches back at least
 * its length and at most one slot longer: ticks come at slot borders. */
enum tta_window {
    TTA_WINDOW_MINUTE,    /* slots of 10 s */
    TTA_WINDOW_5_MINUTES, /* slots of 10 s */
    TTA_WINDOW_HOUR,      /* slots of 1 min */
    TTA_WINDOW_DAY,       /* slots of 1 h */
    TTA_WINDOW_ALL        /* since creation */
};

/* What was recorded in a window. */
struct tta_summary {
    uint64_t requests;
    uint64_t failures;
    uint64_t lost; /* since creation, over all models: samples that found no memory */
    uint64_t prompt_tokens;
    uint64_t completion_tokens;
    double success_rate; /* (requests - failures) / requests; 1 if there were none */
    /* Latency of all requests, failed ones included; 0 if there were none.
     * Mean exact; percentiles within 0.4 %, type 1 of Hyndman and Fan. */
    double mean_ns;
    int64_t p50_ns, p95_ns, p99_ns;
};

/*
 * Moves the windows on to `now_ns`, which must not be earlier than the last
 * one.  Call it at least every ten seconds; later calls only make windows
 * coarser, never wrong by more than the gap.  Recording goes on meanwhile.
 * TTA_OK or TTA_NO_MEMORY (windows then stay where they were; call again).
 */
TTA_API TTA_MUST_CHECK enum tta_status tta_metrics_tick(struct tta_metrics *metrics, int64_t now_ns);

/*
 * The summary of one model over a window that ends now; samples recorded
 * while this runs may or may not be in it.  `model` must be below model_count.
 * Any thread; readers and tta_metrics_tick() take turns on a lock that
 * recorders never touch.  TTA_OK or TTA_NO_MEMORY.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_metrics_read(struct tta_metrics *metrics, size_t model, enum tta_window window, struct tta_summary *out_summary);

#ifdef __cplusplus
}
#endif

#endif /* TTA_METRICS_H */
