// SPDX-License-Identifier: MIT
/* gateway/connection_parts.h - a connection as its parts see it: connection_read.c its course and what it reads,
 * connection_write.c what it says. */
#ifndef CMD_TTA_GATEWAY_CONNECTION_PARTS_H
#define CMD_TTA_GATEWAY_CONNECTION_PARTS_H

#include "cmd/tta/gateway/connection.h"

enum { CONNECTION_MAX_AHEAD_BYTES = 65536 };
#define CONNECTION_MAX_OUT_BYTES ((size_t)1 << 30)

enum connection_state { STATE_READING, STATE_TURN, STATE_WRITING, STATE_LINGERING, STATE_CLOSED };

struct connection {
    struct connection_settings *settings;
    struct connection_link link;
    struct loop_watch watch;
    struct loop_timer timer;
    struct loop_task release, serve;
    enum connection_state state;
    struct request request;
    int64_t request_start_ns, last_read_ns, last_write_ns, writing_start_ns;
    struct buf ahead; /* read, and of the next request */
    struct buf out;   /* not written yet, from out_at on */
    size_t out_at, out_held; /* the latter of the budget */
    struct connection_turn turn;
    bool is_in_stream, is_chunked, closes, was_slow, has_sent_continue;
    bool has_ended, is_read_out; /* the client sends no more; and all that it sent is read */
    bool is_asked;               /* in this turn, whether it is there, see ask_whether_there() */
    size_t lingered_bytes;
};

/* What is not written yet. */
size_t connection_backlog(const struct connection *connection);
/* Writes of it what the client takes, and a turn of the loop has time for.  False if the client is gone. */
bool connection_write_out(struct connection *connection);
/* Sends pieces as one, and keeps what the client does not take.  False if it is gone, or without memory. */
bool connection_send_pieces(struct connection *connection, const struct str *pieces, int count);

/* Counts what is not written yet against the budget. */
void connection_count_backlog(struct connection *connection);

/* The answer is out: on to the next request. */
void connection_finish_answer(struct connection *connection);
/* Closes it; nobody is told but its owner.  Once or more often. */
void connection_shut(struct connection *connection);
/* Watch and timer as things stand now. */
void connection_update_watch(struct connection *connection);
void connection_update_timer(struct connection *connection);

#endif /* CMD_TTA_GATEWAY_CONNECTION_PARTS_H */
