/* SPDX-License-Identifier: MIT */
/*
 * tta/metric_store.h - metrics that outlive the process: an SQLite file.
 *
 *     at the start        tta_metric_store_open(path, TTA_METRIC_STORE_WRITE, &store, &err);
 *                         tta_metric_store_load(store, metrics, now_ns, &err);
 *     on a timer          tta_metrics_tick(metrics, now_ns);
 *                         tta_metric_store_roll(store, metrics, now_ns, &err);
 *     at the end          tta_metric_store_flush(store, metrics, now_ns, &err);
 *                         tta_metric_store_close(store);
 *
 * Once a minute what is new is added up by minute, by hour and for all time, in
 * one transaction.  So a process that is killed loses at most the minute that
 * was under way.  Minutes are kept for two days and hours for thirty; what is
 * older goes.  Histograms are kept whole, so percentiles are as good as in
 * memory.  Every row has a checksum: what was changed behind our back is told,
 * never believed.
 *
 * A file that is no such store, or is damaged, is never written to.  Several
 * processes may write to one store; it is for one thread at a time.
 */
#ifndef TTA_METRIC_STORE_H
#define TTA_METRIC_STORE_H

#include "tta/metrics.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TTA_METRIC_STORE_MINUTES_KEPT (2 * 24 * 60)
#define TTA_METRIC_STORE_HOURS_KEPT (30 * 24)

struct tta_metric_store;

enum tta_metric_store_mode {
    TTA_METRIC_STORE_READ, /* changes nothing */
    TTA_METRIC_STORE_WRITE /* a file that is not there, or is empty, becomes a store */
};

/*
 * Opens a store and looks it through.  TTA_OK: `*out_store` is owned by the
 * caller.  TTA_NOT_FOUND: to be read, and there is no such file.  TTA_BAD_SYNTAX:
 * it is no store, or of another version, or damaged.  TTA_NO_SERVICE: it cannot
 * be read or written: permissions, a full disk, somebody who holds it.
 * TTA_NO_MEMORY.  `err` says what, in a sentence that does not name the file.
 */
TTA_API TTA_MUST_CHECK enum tta_status tta_metric_store_open(const char *path, enum tta_metric_store_mode mode,
                                                             struct tta_metric_store **out_store,
                                                             struct tta_error *err);

/* Closes it; what was not rolled up is lost.  NULL does nothing. */
TTA_API void tta_metric_store_close(struct tta_metric_store *store);

/*
 * Adds what the store knows as of `now_ns` to metrics: windows, and all time.
 * Once, before the first roll-up; of what is later than `now_ns` nothing is taken.
 * TTA_OK.  TTA_TOO_LARGE: the metrics have no room for a series.  TTA_BAD_SYNTAX
 * (damaged), TTA_NO_SERVICE, TTA_NO_MEMORY: some of it may have been added.
 */
TTA_API TTA_MUST_CHECK enum tta_status tta_metric_store_load(struct tta_metric_store *store,
                                                             struct tta_metrics *metrics, int64_t now_ns,
                                                             struct tta_error *err);

/*
 * Writes what is new since the last time, if a minute has ended since then; else
 * does nothing.  On TTA_OK it is on the disk.  TTA_NO_SERVICE (a full disk, say),
 * TTA_BAD_SYNTAX (damaged), TTA_NO_MEMORY: the file is as it was, nothing is lost,
 * and the next call tries again.
 */
TTA_API TTA_MUST_CHECK enum tta_status tta_metric_store_roll(struct tta_metric_store *store,
                                                             struct tta_metrics *metrics, int64_t now_ns,
                                                             struct tta_error *err);

/* The same, whether a minute has ended or not. */
TTA_API TTA_MUST_CHECK enum tta_status tta_metric_store_flush(struct tta_metric_store *store,
                                                              struct tta_metrics *metrics, int64_t now_ns,
                                                              struct tta_error *err);

/*
 * Notes whether an alert of this name fires.  `*out_changed`: whether that is
 * new.  Of several processes that note the same, one alone is told so, and a
 * restart forgets nothing.  TTA_OK, TTA_NO_SERVICE, TTA_BAD_SYNTAX, TTA_NO_MEMORY.
 */
TTA_API TTA_MUST_CHECK enum tta_status tta_metric_store_note_alert(struct tta_metric_store *store, const char *name,
                                                                   bool is_firing, int64_t now_ns, bool *out_changed,
                                                                   struct tta_error *err);

/* Whether one was noted to fire, and since when (0 if it does not).  As above. */
TTA_API TTA_MUST_CHECK enum tta_status tta_metric_store_find_alert(struct tta_metric_store *store, const char *name,
                                                                   bool *out_is_firing, int64_t *out_since_ns,
                                                                   struct tta_error *err);

#ifdef __cplusplus
}
#endif

#endif /* TTA_METRIC_STORE_H */
