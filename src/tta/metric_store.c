// SPDX-License-Identifier: MIT
/*
 * The file is in WAL mode: a transaction is appended to a log and synced, so that
 * one that was not finished leaves no trace.  The log is copied into the file
 * outside of transactions, so that a failure of that is no failure of ours.
 *
 * Nothing is written before all has been looked at: whose file it is, of which
 * version, and whether every page of it is sound.
 */
#include "tta/metric_store_parts.h"

#include "base/num.h"
#include "tta/fail.h"
#include "tta/metric_blob.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION_ID 0x7474616d /* "ttam" */
#define VERSION 1
#define PATIENCE_MS 2000
#define MAX_PATH_BYTES 4096
#define LEAST_BYTES 512 /* of a page */

static const char schema[] = "PRAGMA application_id = 1953784173;" /* APPLICATION_ID */
                             "PRAGMA user_version = 1;"
                             "CREATE TABLE series (id INTEGER PRIMARY KEY, provider TEXT NOT NULL,"
                             " model TEXT NOT NULL, task TEXT NOT NULL, checksum INTEGER NOT NULL,"
                             " UNIQUE (provider, model, task));"
                             "CREATE TABLE span (width_s INTEGER NOT NULL, start_s INTEGER NOT NULL,"
                             " series INTEGER NOT NULL, figures BLOB NOT NULL, checksum INTEGER NOT NULL,"
                             " PRIMARY KEY (width_s, start_s, series)) WITHOUT ROWID;"
                             "CREATE TABLE alert (name TEXT PRIMARY KEY, since_s INTEGER NOT NULL) WITHOUT ROWID;";

static const char *const texts[STORE_STATEMENTS] = {
    [STORE_BEGIN] = "BEGIN IMMEDIATE",
    [STORE_COMMIT] = "COMMIT",
    [STORE_ROLLBACK] = "ROLLBACK",
    [STORE_FIND_SERIES] = "SELECT id, checksum FROM series WHERE provider = ? AND model = ? AND task = ?",
    [STORE_LAST_SERIES] = "SELECT ifnull(max(id), 0) FROM series",
    [STORE_ADD_SERIES] = "INSERT INTO series (id, provider, model, task, checksum) VALUES (?, ?, ?, ?, ?)",
    [STORE_FIND_SPAN] = "SELECT figures, checksum FROM span WHERE width_s = ? AND start_s = ? AND series = ?",
    [STORE_PUT_SPAN] = "INSERT OR REPLACE INTO span (width_s, start_s, series, figures, checksum)"
                       " VALUES (?, ?, ?, ?, ?)",
    [STORE_FORGET] = "DELETE FROM span WHERE width_s = ? AND start_s < ?",
    [STORE_LIST_SPANS] = "SELECT span.start_s, span.series, span.figures, span.checksum, series.provider,"
                         " series.model, series.task, series.checksum"
                         " FROM span LEFT JOIN series ON series.id = span.series"
                         " WHERE span.width_s = ? AND span.start_s BETWEEN ? AND ? ORDER BY span.start_s, span.series",
    [STORE_FIRE] = "INSERT OR IGNORE INTO alert (name, since_s) VALUES (?, ?)",
    [STORE_RESOLVE] = "DELETE FROM alert WHERE name = ?",
    [STORE_FIND_ALERT] = "SELECT since_s FROM alert WHERE name = ?",
};

sqlite3_stmt *tta_store_statement(struct tta_metric_store *store, enum store_statement which)
{
    sqlite3_stmt *statement = store->statements[which];
    (void)sqlite3_reset(statement); /* what it returns is how the last run ended */
    (void)sqlite3_clear_bindings(statement);
    return statement;
}

enum tta_status tta_store_fail_damaged(struct tta_error *err)
{
    return tta_fail(err, TTA_BAD_SYNTAX, 0,
                    "it is damaged: a row is not what was written; move it away, or bring back a copy of it");
}

/* SQLite says that something went wrong; the system says what. */
static int by_cause(const struct tta_metric_store *store, int result)
{
    int kind = result & 0xff, cause = store->db ? sqlite3_system_errno(store->db) : 0;
    if (kind != SQLITE_IOERR && kind != SQLITE_CANTOPEN) {
        return kind;
    }
    switch (cause) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return SQLITE_FULL;
    case EROFS:
    case EACCES:
    case EPERM:
        return SQLITE_READONLY;
    default:
        return kind;
    }
}

enum tta_status tta_store_fail(struct tta_metric_store *store, int result, struct tta_error *err)
{
    const char *why = store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(result);
    switch (by_cause(store, result)) {
    case SQLITE_NOMEM:
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory for metrics");
    case SQLITE_NOTADB:
        return tta_fail(err, TTA_BAD_SYNTAX, 0, "it is not a database, or its beginning is damaged; name another file");
    case SQLITE_CORRUPT:
        return tta_fail(err, TTA_BAD_SYNTAX, 0, "it is damaged (%s); move it away, or bring back a copy of it", why);
    case SQLITE_FULL:
        return tta_fail(err, TTA_NO_SERVICE, 0, "it cannot be written: the disk is full");
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return tta_fail(err, TTA_NO_SERVICE, 0, "it cannot be written: the file or its folder is read-only");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return tta_fail(err, TTA_NO_SERVICE, 0, "another program holds it: try again");
    case SQLITE_CANTOPEN:
        return tta_fail(err, TTA_NO_SERVICE, 0, "it cannot be opened: is its folder there, and may it be written?");
    case SQLITE_ERROR:
        return tta_fail(err, TTA_BAD_SYNTAX, 0, "it is not a store of metrics (%s); name another file", why);
    default:
        return tta_fail(err, TTA_NO_SERVICE, 0, "it cannot be read or written: %s", why);
    }
}

enum tta_status tta_store_run(struct tta_metric_store *store, sqlite3_stmt *statement, struct tta_error *err)
{
    int result = sqlite3_step(statement);
    enum tta_status status = result == SQLITE_DONE ? TTA_OK : tta_store_fail(store, result, err);
    (void)sqlite3_reset(statement); /* says the same again */
    return status;
}

static enum tta_status execute(struct tta_metric_store *store, const char *sql, struct tta_error *err)
{
    int result = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return result == SQLITE_OK ? TTA_OK : tta_store_fail(store, result, err);
}

/* The number that a query gives. */
static enum tta_status ask(struct tta_metric_store *store, const char *sql, int64_t *out_number, struct tta_error *err)
{
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    if (result == SQLITE_OK) {
        result = sqlite3_step(statement);
    }
    enum tta_status status = TTA_OK;
    if (result == SQLITE_ROW) {
        *out_number = sqlite3_column_int64(statement, 0);
    } else {
        status = tta_store_fail(store, result == SQLITE_DONE ? SQLITE_ERROR : result, err);
    }
    (void)sqlite3_finalize(statement); /* says the same again */
    return status;
}

static enum tta_status check_pages(struct tta_metric_store *store, struct tta_error *err)
{
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(store->db, "PRAGMA integrity_check(1)", -1, &statement, NULL);
    if (result == SQLITE_OK) {
        result = sqlite3_step(statement);
    }
    enum tta_status status = TTA_OK;
    const char *said = result == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    if (result != SQLITE_ROW) {
        status = tta_store_fail(store, result == SQLITE_DONE ? SQLITE_CORRUPT : result, err);
    } else if (!said || strcmp(said, "ok") != 0) {
        status = tta_fail(err, TTA_BAD_SYNTAX, 0, "it is damaged; move it away, or bring back a copy of it (%s)",
                          said ? said : "no memory");
    }
    (void)sqlite3_finalize(statement); /* says the same again */
    return status;
}

enum origin { IS_EMPTY, IS_OURS };

/* Whose file it is. */
static enum tta_status look(struct tta_metric_store *store, enum origin *out_origin, struct tta_error *err)
{
    int64_t id = 0, version = 0, tables = 0;
    enum tta_status status = ask(store, "PRAGMA application_id", &id, err);
    status = status == TTA_OK ? ask(store, "PRAGMA user_version", &version, err) : status;
    status = status == TTA_OK ? ask(store, "SELECT count(*) FROM sqlite_schema", &tables, err) : status;
    if (status != TTA_OK) {
        return status;
    }
    *out_origin = id == 0 && version == 0 && tables == 0 ? IS_EMPTY : IS_OURS;
    if (*out_origin == IS_EMPTY) {
        return TTA_OK;
    }
    if (id != APPLICATION_ID) {
        return tta_fail(err, TTA_BAD_SYNTAX, 0, "it is a database of another program; name another file");
    }
    if (version != VERSION) {
        return tta_fail(err, TTA_BAD_SYNTAX, 0,
                        "it is a store of version %lld, and this program knows only version %d; name another file",
                        (long long)version, VERSION);
    }
    return TTA_OK;
}

/* Others may do the same at this moment, so it is looked at again. */
static enum tta_status make_tables(struct tta_metric_store *store, struct tta_error *err)
{
    enum origin origin = IS_EMPTY;
    enum tta_status status = execute(store, "PRAGMA journal_mode = WAL", err);
    status = status == TTA_OK ? execute(store, "BEGIN IMMEDIATE", err) : status;
    if (status != TTA_OK) {
        return status;
    }
    status = look(store, &origin, err);
    if (status == TTA_OK && origin == IS_EMPTY) {
        status = execute(store, schema, err);
    }
    if (status == TTA_OK) {
        status = execute(store, "COMMIT", err);
    }
    if (status != TTA_OK) {
        (void)execute(store, "ROLLBACK", NULL); /* there may be nothing to take back */
    }
    return status;
}

static enum tta_status prepare(struct tta_metric_store *store, struct tta_error *err)
{
    for (size_t i = 0; i < STORE_STATEMENTS; i++) {
        sqlite3_stmt **statement = &store->statements[i];
        int result = sqlite3_prepare_v3(store->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
        if (result != SQLITE_OK) {
            return tta_store_fail(store, result, err);
        }
    }
    return TTA_OK;
}

/* Looks at what is open, and says no to all but a store, or to what may become one. */
static enum tta_status check(struct tta_metric_store *store, struct tta_error *err)
{
    enum origin origin = IS_OURS;
    enum tta_status status = execute(store, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;", err);
    status = status == TTA_OK ? look(store, &origin, err) : status;
    if (status == TTA_OK && origin == IS_EMPTY && store->mode == TTA_METRIC_STORE_READ) {
        return tta_fail(err, TTA_BAD_SYNTAX, 0, "it is empty: nothing has been written to it yet");
    }
    return status == TTA_OK ? check_pages(store, err) : status;
}

static enum tta_status open_file(struct tta_metric_store *store, const char *name, int flags, struct tta_error *err)
{
    int result = sqlite3_open_v2(name, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (result != SQLITE_OK) {
        return tta_store_fail(store, result, err);
    }
    (void)sqlite3_busy_timeout(store->db, PATIENCE_MS); /* cannot fail */
    return TTA_OK;
}

static void close_file(struct tta_metric_store *store)
{
    for (size_t i = 0; i < STORE_STATEMENTS; i++) {
        (void)sqlite3_finalize(store->statements[i]); /* says how it ended last */
        store->statements[i] = NULL;
    }
    (void)sqlite3_close(store->db); /* all statements are gone */
    store->db = NULL;
}

static bool has_log(const char *path)
{
    char log[MAX_PATH_BYTES];
    int len = snprintf(log, sizeof(log), "%s-wal", path);
    return len < 0 || (size_t)len >= sizeof(log) || access(log, F_OK) == 0;
}

/* A file without a log is read as it lies: that needs no lock, leaves nothing behind, and nothing that is to be
 * written.  SQLite's name of it. */
static void name_as_it_lies(const char *path, struct buf *out)
{
    static const char plain[] = "/.-_~abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    base_buf_add_cstr(out, "file:");
    for (const char *c = path; *c != '\0'; c++) {
        if (strchr(plain, *c)) {
            base_buf_add_char(out, *c);
        } else {
            base_buf_addf(out, "%%%02X", (unsigned)(unsigned char)*c);
        }
    }
    base_buf_add_cstr(out, "?immutable=1");
}

static enum tta_status open_as_it_lies(struct tta_metric_store *store, const char *path, struct tta_error *err)
{
    struct buf name;
    enum tta_status status;
    base_buf_init(&name, 4 * MAX_PATH_BYTES);
    name_as_it_lies(path, &name);
    if (base_buf_ok(&name)) {
        status = open_file(store, base_buf_cstr(&name), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
    } else {
        status = tta_store_fail(store, SQLITE_NOMEM, err);
    }
    base_buf_deinit(&name);
    return status == TTA_OK ? check(store, err) : status;
}

static enum tta_status open_to_read(struct tta_metric_store *store, const char *path, struct tta_error *err)
{
    if (!has_log(path)) {
        enum tta_status status = open_as_it_lies(store, path, err);
        if (status == TTA_OK || !has_log(path)) {
            return status;
        }
        close_file(store); /* somebody began to write meanwhile */
    }
    enum tta_status status = open_file(store, path, SQLITE_OPEN_READONLY, err);
    return status == TTA_OK ? check(store, err) : status;
}

static enum tta_status open_to_write(struct tta_metric_store *store, const char *path, struct tta_error *err)
{
    enum origin origin = IS_OURS;
    enum tta_status status = open_file(store, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);
    if (status == TTA_OK && sqlite3_db_readonly(store->db, "main") == 1) {
        return tta_store_fail(store, SQLITE_READONLY, err);
    }
    status = status == TTA_OK ? look(store, &origin, err) : status;
    status = status == TTA_OK ? execute(store,
                                        "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
                                        "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;", err)
                              : status;
    return status == TTA_OK && origin == IS_EMPTY ? make_tables(store, err) : status;
}

/* What is there is looked at first by one who cannot write. */
static enum tta_status open_checked(struct tta_metric_store *store, const char *path, struct tta_error *err)
{
    struct stat file;
    bool is_there = stat(path, &file) == 0;
    enum tta_status status = TTA_OK;
    if (is_there && file.st_size > 0 && file.st_size < LEAST_BYTES) { /* SQLite would write to one of a byte */
        return tta_store_fail(store, SQLITE_NOTADB, err);
    }
    if (!is_there && store->mode == TTA_METRIC_STORE_READ) {
        return tta_fail(err, TTA_NOT_FOUND, 0, "there is no such file");
    }
    if (is_there && (file.st_size > 0 || store->mode == TTA_METRIC_STORE_READ)) {
        status = open_to_read(store, path, err);
    }
    if (status == TTA_OK && store->mode == TTA_METRIC_STORE_WRITE) {
        close_file(store);
        status = open_to_write(store, path, err);
    }
    return status == TTA_OK ? prepare(store, err) : status;
}

enum tta_status tta_metric_store_open(const char *path, enum tta_metric_store_mode mode,
                                      struct tta_metric_store **out_store, struct tta_error *err)
{
    struct tta_metric_store *store = base_alloc_array(1, sizeof(*store));
    if (!store) {
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory for metrics");
    }
    store->mode = mode;
    base_buf_init(&store->figures, METRIC_BLOB_MAX_BYTES);
    enum tta_status status = open_checked(store, path, err);
    if (status != TTA_OK) {
        tta_metric_store_close(store);
        return status;
    }
    *out_store = store;
    return TTA_OK;
}

void tta_metric_store_close(struct tta_metric_store *store)
{
    if (!store) {
        return;
    }
    close_file(store);
    base_buf_deinit(&store->figures);
    free(store);
}
