// SPDX-License-Identifier: MIT
/*
 * gateway/connection.h - one client, from its connection to its end.
 *
 * It reads one request at a time (what is sent ahead waits), hands it to
 * whoever serves requests, and sends the answer: whole, or piece by piece.
 * Everything has a time: a head, a body, a client that does not read, a
 * connection without requests.  A client that has ended its side alone
 * (shutdown, RFC 9112, section 9.6) still gets its answers.
 *
 * Whoever serves a request owns its *turn* until connection_answer() or
 * connection_end_stream(), and hears in between when the client has left or
 * has room again.
 */
#ifndef CMD_TTA_GATEWAY_CONNECTION_H
#define CMD_TTA_GATEWAY_CONNECTION_H

#include "cmd/tta/gateway/loop.h"
#include "cmd/tta/gateway/request.h"

struct connection;

struct connection_times {
    int64_t head_ns;  /* from its first byte to its end */
    int64_t body_ns;  /* between two pieces, */
    int64_t whole_ns; /* and all of a request, or of an answer that is made already */
    int64_t idle_ns;  /* between requests */
    int64_t write_ns; /* for the client to take anything */
};

/* What all connections of a loop share. */
struct connection_settings {
    struct loop *loop;
    struct request_limits limits;
    struct connection_times times;
    size_t max_backlog_bytes; /* above this a client is slow: connection_is_slow() */
    struct budget *budget;    /* that what waits for slow clients counts against; NULL: none */
    /* A request is whole.  Answers it at once or later. */
    void (*serve)(void *context, struct connection *connection, const struct request *request);
    /* A request was refused for its form, with this status, and is answered already. */
    void (*refused)(void *context, int status);
    /* A connection has a request whose head is whole, or, with `waits`, none any more.  One that is new waits. */
    void (*waits)(void *context, struct connection *connection, bool waits);
    /* A connection is gone. */
    void (*closed)(void *context, struct connection *connection);
    void *context;
    bool is_draining; /* answers say "Connection: close", idle connections are closed by connection_drain() */
    char *scratch;    /* for reading, */
    size_t scratch_bytes;
};

/* Takes over a socket, non-blocking.  Settings are borrowed.  NULL without memory: the socket is still the caller's. */
struct connection *connection_open(struct connection_settings *settings, int fd);

/* Its place in a list of the owner's. */
struct connection_link {
    struct connection *previous, *next;
    bool waits; /* as settings->waits has told */
};
struct connection_link *connection_link(struct connection *connection);

/* What is done for the turn: both may be NULL. */
struct connection_turn {
    void (*left)(void *context);    /* the client has left: the turn is over */
    void (*drained)(void *context); /* it is not slow any more */
    void *context;
    struct str nothing; /* a piece that means nothing in a stream of this kind, to see whether a client that has ended
                           its side reads on; empty: such a client has left */
};
void connection_take_turn(struct connection *connection, const struct connection_turn *turn);

/* The request of the turn; its body may be changed and taken. */
struct request *connection_request(struct connection *connection);

/* A whole answer; ends the turn.  `headers` are lines that each end in CRLF, or empty. */
void connection_answer(struct connection *connection, int status, struct str content_type, struct str headers,
                       struct str body);
/* The same of a body that need not be copied for a client that does not take it at once: what is left in the buf is
 * the caller's. */
void connection_answer_with(struct connection *connection, int status, struct str content_type, struct str headers,
                            struct buf *body);

/* An answer in pieces: its head; pieces, each sent at once; its end.  Pieces return false when the client has left,
 * which `left` has then not been told. */
bool connection_begin_stream(struct connection *connection, int status, struct str content_type, struct str headers);
bool connection_send(struct connection *connection, struct str bytes);
void connection_end_stream(struct connection *connection);

/* Whether the client takes less than it is sent. */
bool connection_is_slow(const struct connection *connection);

/* Answers one that is new, instead of serving it, with 503, and closes it. */
void connection_turn_away(struct connection *connection);

/* Ends the turn for a client that has left; `left` is not called. */
void connection_abandon(struct connection *connection);

/* Closes it if it has no request, else after its answer. */
void connection_drain(struct connection *connection);
/* Closes it now; `left` is called if there is a turn. */
void connection_close(struct connection *connection);

#endif /* CMD_TTA_GATEWAY_CONNECTION_H */
