// SPDX-License-Identifier: MIT
/*
 * tta/metric_store_parts.h - what the parts of the store share.
 *
 *     series (id, provider, model, task, checksum)
 *     span   (width_s, start_s, series, figures, checksum)   60, 3600 or 0: all time
 *     alert  (name, since_s)                                 of those that fire
 *
 * figures is what tta/metric_blob.h writes.  A checksum is FNV-1a of the rest of
 * its row.
 */
#ifndef TTA_METRIC_STORE_PARTS_H
#define TTA_METRIC_STORE_PARTS_H

#include <sqlite3.h>

#include "base/buf.h"
#include "tta/metric_store.h"
#include "tta/metric_totals.h"

enum store_statement {
    STORE_BEGIN,
    STORE_COMMIT,
    STORE_ROLLBACK,
    STORE_FIND_SERIES,   /* provider, model, task: id, checksum */
    STORE_LAST_SERIES,   /* the greatest id, or 0 */
    STORE_ADD_SERIES,    /* id, provider, model, task, checksum */
    STORE_FIND_SPAN,     /* width, start, series: figures, checksum */
    STORE_PUT_SPAN,      /* width, start, series, figures, checksum */
    STORE_FORGET,        /* width, start: what began before */
    STORE_LIST_SPANS,    /* width, from, to: start, series, figures, checksum, provider, model, task, its checksum */
    STORE_FIRE,          /* name, since */
    STORE_RESOLVE,       /* name */
    STORE_FIND_ALERT,    /* name: since */
    STORE_STATEMENTS
};

struct tta_metric_store {
    sqlite3 *db;
    enum tta_metric_store_mode mode;
    sqlite3_stmt *statements[STORE_STATEMENTS];
    int64_t rolled_ns; /* when the last roll-up was, 0: none yet */
    struct buf figures;
    struct totals totals; /* scratch */
};

/* A statement, ready for values. */
sqlite3_stmt *tta_store_statement(struct tta_metric_store *store, enum store_statement which);

/* Runs a statement that gives no rows.  TTA_OK, or as tta_store_fail(). */
enum tta_status tta_store_run(struct tta_metric_store *store, sqlite3_stmt *statement, struct tta_error *err);

/* What a result of SQLite, which is not of success, means. */
enum tta_status tta_store_fail(struct tta_metric_store *store, int result, struct tta_error *err);
/* That a row is not what we wrote. */
enum tta_status tta_store_fail_damaged(struct tta_error *err);

#endif /* TTA_METRIC_STORE_PARTS_H */
