// SPDX-License-Identifier: MIT
/*
 * gateway/access_log.h - a line of JSON for each request.
 *
 * What was asked and answered is not in it, nor any header or key, nor any text
 * of a client's that is not known here, for it may be a key: paths are those of
 * routes, and models those that there are.  A log that
 * is not taken off in time loses lines and says how many; nobody waits for it.
 */
#ifndef CMD_TTA_GATEWAY_ACCESS_LOG_H
#define CMD_TTA_GATEWAY_ACCESS_LOG_H

#include "base/buf.h"
#include "tta/usage.h"

struct access_log {
    int fd; /* -1: no log is kept */
    struct buf lines;
    uint64_t lost;
};

void access_log_init(struct access_log *log, int fd);
/* Writes what it can at once. */
void access_log_deinit(struct access_log *log);

struct access_entry {
    const char *method, *id; /* id of the request */
    const char *trace;       /* the id of its trace; NULL: none */
    const char *path;   /* of a route, with "*" for what it leaves open */
    int status;         /* 499: the client has left */
    const char *error;  /* NULL: none; the class of a failure */
    bool is_stream;
    int64_t duration_ns;
    int64_t first_byte_ns; /* until the answer began; -1: it did not */
    size_t request_bytes, answer_bytes;
    const char *client;                         /* its name; NULL: nobody asks who it is */
    const char *asked_model, *model, *provider; /* NULL: none, or none that is known */
    const char *attempts;                       /* as tta_failover_text(); NULL: none */
    struct tta_usage usage;
    int64_t cost_pusd; /* -1: not known */
};
void access_log_add(struct access_log *log, const struct access_entry *entry);

/* Writes what was added, as far as it is taken without waiting. */
void access_log_flush(struct access_log *log);

#endif /* CMD_TTA_GATEWAY_ACCESS_LOG_H */
