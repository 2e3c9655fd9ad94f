// SPDX-License-Identifier: MIT
/*
 * loopback_server.h - an HTTP/1.1 server for tests that does as it is told.
 *
 * One thread on a free port of 127.0.0.1 answers the nth request with the nth
 * answer of its script, the last one again when the script is over.
 * Connections stay open between requests unless the answer ends them.  It
 * keeps up to LOOPBACK_MAX_CONNECTIONS at once and drops what is no request.
 */
#ifndef TESTS_LOOPBACK_SERVER_H
#define TESTS_LOOPBACK_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOOPBACK_MAX_CONNECTIONS 64
#define LOOPBACK_MAX_REQUEST_BYTES 65536 /* head and body */
#define LOOPBACK_MAX_SCRIPT 64

enum loopback_fault {
    LOOPBACK_NO_FAULT,
    LOOPBACK_CLOSE,    /* closes without a word */
    LOOPBACK_TRUNCATE, /* promises twice the body, sends it once and closes */
    LOOPBACK_SILENT,   /* never answers, and keeps the connection */
    LOOPBACK_STALL,    /* promises twice the body, sends it once, and keeps the connection */
    LOOPBACK_DRIP      /* sends the answer in sixteen pieces, 5 ms apart; nobody else is served meanwhile */
};

struct loopback_answer {
    int status;             /* 0 means 200 */
    const char *headers;    /* lines that each end in "\r\n", or NULL; Content-Length is added */
    const char *body;       /* or NULL */
    size_t body_len;        /* 0: up to the NUL */
    const char *later;      /* or NULL: more of the body, without a fault sent when loopback_server_go_on() was called;
                               nobody else is served meanwhile */
    int64_t delay_ns;       /* before the answer */
    bool is_held;           /* not answered before loopback_server_go_on(), while others are served */
    enum loopback_fault fault;
};

struct loopback_server;

/*
 * Starts a server.  The script's answers are copied, their strings are borrowed
 * until the server stops.  NULL without memory, a port or a thread, or for a
 * script that is empty or too long.
 */
struct loopback_server *loopback_server_start(const struct loopback_answer *script, size_t answer_count);
/* Closes everything and releases it.  NULL does nothing. */
void loopback_server_stop(struct loopback_server *server);

/* From the next request on, every one gets this answer; as the script's, it is copied and its strings are borrowed. */
void loopback_server_say(struct loopback_server *server, const struct loopback_answer *answer);

/* Lets go the answers that are held and what stands in `later`, of all, those to come as well. */
void loopback_server_go_on(struct loopback_server *server);

#define LOOPBACK_URL_BYTES 32

/* An address at which nobody listens until the descriptor is closed, which is returned; below 0 if there is none. */
int loopback_nobody_at(char out_url[LOOPBACK_URL_BYTES]);

/* "http://127.0.0.1:PORT", borrowed until the server stops. */
const char *loopback_server_url(const struct loopback_server *server);
/* Whole requests read so far. */
size_t loopback_server_request_count(struct loopback_server *server);
/* Connections accepted so far. */
size_t loopback_server_connection_count(struct loopback_server *server);
/* Connections that are open now. */
size_t loopback_server_open_count(struct loopback_server *server);
/* When a client last closed a connection, in nanoseconds of the monotonic clock; 0: none has. */
int64_t loopback_server_left_ns(struct loopback_server *server);
/* The last request, head and body, cut to size - 1 bytes; "" before the first. */
void loopback_server_last_request(struct loopback_server *server, char *out_request, size_t size);

#endif /* TESTS_LOOPBACK_SERVER_H */
