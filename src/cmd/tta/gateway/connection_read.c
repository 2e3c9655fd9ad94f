// SPDX-License-Identifier: MIT
/*
 * States: a request is read; its turn; the rest of an answer is written; the
 * connection lingers (RFC 9112, section 9.6: what was not read would reset the
 * answer) and goes.
 *
 * An end of the client's side (FIN) is sent by one that has said all and waits
 * for its answer as by one that has left, and a provider is paid for what the
 * latter does not want any more.  So it is sent something that means nothing, a
 * "100 Continue" or a comment within a stream: the system of one that has left
 * answers with a reset.  HTTP/1.0 has no such thing, and there it counts as gone
 * unless its answer is made at once.  Tried before: to count every end as gone,
 * as nginx does, which leaves those who wait without an answer.
 */
#include "cmd/tta/gateway/connection_parts.h"

#include <errno.h>
#include <linux/sockios.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cmd/tta/gateway/reply.h"

#define NS_PER_SEC INT64_C(1000000000)
#define LINGER_NS (2 * NS_PER_SEC)

enum { MAX_LINGER_BYTES = 4 << 20 };

static void pump(struct connection *connection);

static void note_waits(struct connection *connection, bool waits)
{
    if (connection->link.waits != waits) {
        connection->settings->waits(connection->settings->context, connection, waits);
        connection->link.waits = waits;
    }
}

struct connection_link *connection_link(struct connection *connection)
{
    return &connection->link;
}

struct request *connection_request(struct connection *connection)
{
    return &connection->request;
}

static void release(void *context)
{
    struct connection *connection = context;
    request_deinit(&connection->request);
    base_buf_deinit(&connection->ahead);
    base_buf_deinit(&connection->out);
    budget_set(connection->settings->budget, &connection->out_held, 0);
    free(connection);
}

void connection_update_watch(struct connection *connection)
{
    bool reads = connection->state == STATE_READING || connection->state == STATE_LINGERING ||
                 (connection->state != STATE_CLOSED && connection->ahead.len < CONNECTION_MAX_AHEAD_BYTES);
    unsigned events = (reads && !connection->is_read_out ? LOOP_READABLE : 0) |
                      (connection_backlog(connection) > 0 ? LOOP_WRITABLE : 0) |
                      (connection->has_ended ? LOOP_END_IS_KNOWN : 0);
    loop_change_watch(connection->settings->loop, &connection->watch, events);
}

/* When the connection has to have got on, as things stand. */
static int64_t due_ns(const struct connection *connection)
{
    const struct connection_times *times = &connection->settings->times;
    int64_t due = INT64_MAX;
    if (connection_backlog(connection) > 0) {
        due = connection->last_write_ns + times->write_ns;
        if (connection->state == STATE_WRITING && due > connection->writing_start_ns + times->whole_ns) {
            due = connection->writing_start_ns + times->whole_ns; /* or a byte a minute would keep it for days */
        }
    }
    if (connection->state == STATE_LINGERING) {
        due = connection->last_write_ns + LINGER_NS;
    }
    if (connection->state == STATE_READING && connection_backlog(connection) == 0) {
        switch (connection->request.state) {
        case REQUEST_EMPTY:
            return connection->last_read_ns + times->idle_ns;
        case REQUEST_IN_HEAD:
            return connection->request_start_ns + times->head_ns;
        case REQUEST_IN_BODY:
        case REQUEST_WHOLE:
        case REQUEST_REFUSED:
            due = connection->last_read_ns + times->body_ns;
            if (due > connection->request_start_ns + times->whole_ns) {
                due = connection->request_start_ns + times->whole_ns;
            }
            return due;
        }
    }
    return due;
}

/* Sets the timer if it would come too late; if too early, it looks again then. */
void connection_update_timer(struct connection *connection)
{
    int64_t due = due_ns(connection);
    if (due != INT64_MAX && (connection->timer.place == 0 || connection->timer.due_ns > due)) {
        loop_set_timer(connection->settings->loop, &connection->timer, due);
    }
}

/* Or the kernel would keep what the client does not take for minutes more. */
static void reset_with_close(struct connection *connection)
{
    const struct linger none = {.l_onoff = 1};
    (void)setsockopt(connection->watch.fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none)); /* it may, without */
}

void connection_shut(struct connection *connection)
{
    struct loop *loop = connection->settings->loop;
    if (connection->state == STATE_CLOSED) {
        return;
    }
    connection->state = STATE_CLOSED;
    if (connection_backlog(connection) > 0) {
        reset_with_close(connection);
    }
    loop_remove_watch(loop, &connection->watch);
    loop_remove_timer(loop, &connection->timer);
    (void)close(connection->watch.fd); /* what was not sent is lost either way */
    connection->settings->closed(connection->settings->context, connection);
    loop_defer(loop, &connection->release);
}

void connection_close(struct connection *connection)
{
    struct connection_turn turn = connection->turn;
    bool has_turn = connection->state == STATE_TURN;
    connection_shut(connection);
    if (has_turn && turn.left) {
        turn.left(turn.context);
    }
}

void connection_abandon(struct connection *connection)
{
    connection_shut(connection);
}

/* The answer is written; reads what the client still sends, for a while, so that it gets the answer. */
static void linger(struct connection *connection)
{
    if (connection->state == STATE_LINGERING || connection->state == STATE_CLOSED) {
        return;
    }
    if (connection->is_read_out) {
        connection_shut(connection);
        return;
    }
    connection->state = STATE_LINGERING;
    connection->last_write_ns = loop_now_ns(connection->settings->loop);
    (void)shutdown(connection->watch.fd, SHUT_WR); /* if it is gone, reading will tell */
    connection_update_watch(connection);
    connection_update_timer(connection);
}

void connection_finish_answer(struct connection *connection)
{
    request_reset(&connection->request);
    if (connection->closes) {
        linger(connection);
        return;
    }
    if (connection->out.capacity > CONNECTION_MAX_AHEAD_BYTES) {
        base_buf_deinit(&connection->out);
        base_buf_init(&connection->out, CONNECTION_MAX_OUT_BYTES);
    }
    connection->state = STATE_READING;
    connection->has_sent_continue = connection->is_asked = false;
    connection->last_read_ns = loop_now_ns(connection->settings->loop);
    note_waits(connection, true);
    pump(connection);
}

void connection_take_turn(struct connection *connection, const struct connection_turn *turn)
{
    connection->turn = *turn;
}

static void answer_refusal(struct connection *connection, int status, const char *reason)
{
    struct buf body;
    connection->closes = true;
    base_buf_init(&body, 4096);
    reply_error(&body, &(struct reply_error){.status = status, .message = reason});
    connection->settings->refused(connection->settings->context, status);
    connection_answer(connection, status, STR("application/json"),
                      status == 503 ? STR("Retry-After: 1\r\n") : STR(""), base_buf_str(&body));
    base_buf_deinit(&body);
}

void connection_turn_away(struct connection *connection)
{
    note_waits(connection, false);
    connection->state = STATE_TURN;
    answer_refusal(connection, 503, "The gateway has all the connections that it may have; try again shortly.");
}

static bool say_continue(struct connection *connection)
{
    const struct str line = STR("HTTP/1.1 100 Continue\r\n\r\n");
    return connection_send_pieces(connection, &line, 1);
}

/* See above. */
static void ask_whether_there(struct connection *connection)
{
    bool is_there = false;
    if (connection->is_asked) {
        return;
    }
    connection->is_asked = true;
    if (connection->is_in_stream) {
        is_there = connection->turn.nothing.len > 0 && connection_send(connection, connection->turn.nothing);
    } else if (!connection->request.is_http_1_0) {
        is_there = say_continue(connection);
    }
    if (!is_there) {
        connection_close(connection);
    }
}

/* Runs at the end of the turn of the loop, so that many requests in one read do not become many calls within calls. */
static void serve(void *context)
{
    struct connection *connection = context;
    if (connection->state == STATE_TURN) {
        connection->settings->serve(connection->settings->context, connection, &connection->request);
    }
    if (connection->state == STATE_TURN && connection->has_ended) {
        ask_whether_there(connection);
    }
}

static void send_continue(struct connection *connection)
{
    connection->has_sent_continue = true;
    if (!say_continue(connection)) {
        connection_close(connection);
    }
}

/* Feeds bytes to the request; what is beyond it waits. */
static void take(struct connection *connection, const char *bytes, size_t len)
{
    struct request *request = &connection->request;
    if (request->state == REQUEST_EMPTY) {
        connection->request_start_ns = loop_now_ns(connection->settings->loop);
    }
    size_t taken = request_feed(request, bytes, len);
    if (connection->link.waits && request->state != REQUEST_EMPTY && request->state != REQUEST_IN_HEAD) {
        note_waits(connection, false);
    }
    if (request->state == REQUEST_REFUSED) {
        connection->state = STATE_TURN;
        answer_refusal(connection, request->refusal, request->reason);
        return;
    }
    if (request->state != REQUEST_WHOLE) {
        if (request->wants_continue && !connection->has_sent_continue) {
            send_continue(connection);
        }
        return;
    }
    connection->state = STATE_TURN;
    base_buf_add(&connection->ahead, (struct str){bytes + taken, len - taken});
    if (!base_buf_ok(&connection->ahead)) {
        connection_shut(connection);
        return;
    }
    loop_defer(connection->settings->loop, &connection->serve);
}

/* All is read that the client will ever send. */
static void end_reading(struct connection *connection)
{
    enum request_state state = connection->request.state;
    connection->has_ended = connection->is_read_out = true;
    if (connection->state == STATE_READING && (state == REQUEST_IN_HEAD || state == REQUEST_IN_BODY)) {
        connection->state = STATE_TURN;
        answer_refusal(connection, 400, "The connection ended before the request did.");
    } else if (connection->state == STATE_READING || connection->state == STATE_LINGERING) {
        connection_shut(connection);
    } else {
        connection_update_watch(connection);
    }
}

/* Takes what was read ahead, if it is time for it. */
static void pump(struct connection *connection)
{
    if (connection->state == STATE_READING && connection->ahead.len > 0) {
        struct buf ahead = connection->ahead;
        base_buf_init_wiping(&connection->ahead, ahead.max_len);
        take(connection, ahead.ptr, ahead.len);
        base_buf_deinit(&ahead);
    }
    if (connection->state == STATE_READING && connection->settings->is_draining &&
        connection->request.state == REQUEST_EMPTY) {
        connection_shut(connection);
    }
    if (connection->state == STATE_READING && connection->is_read_out) {
        end_reading(connection);
    }
    if (connection->state != STATE_CLOSED) {
        connection_update_watch(connection);
        connection_update_timer(connection);
    }
}

static void take_read(struct connection *connection, size_t len)
{
    struct connection_settings *settings = connection->settings;
    connection->last_read_ns = loop_now_ns(settings->loop);
    if (connection->state == STATE_READING) {
        take(connection, settings->scratch, len);
    } else if (connection->state == STATE_LINGERING) {
        connection->lingered_bytes += len;
        if (connection->lingered_bytes > MAX_LINGER_BYTES) {
            connection_shut(connection);
        }
    } else {
        base_buf_add(&connection->ahead, (struct str){settings->scratch, len});
        if (!base_buf_ok(&connection->ahead)) {
            connection_close(connection);
        }
    }
    sodium_memzero(settings->scratch, len); /* the key of the client is in it */
}

static void read_on(struct connection *connection)
{
    struct connection_settings *settings = connection->settings;
    size_t room = settings->scratch_bytes;
    if (connection->state == STATE_TURN || connection->state == STATE_WRITING) {
        room = CONNECTION_MAX_AHEAD_BYTES - connection->ahead.len;
    }
    room = room < settings->scratch_bytes ? room : settings->scratch_bytes;
    if (room == 0) {
        return;
    }
    ssize_t len = recv(connection->watch.fd, settings->scratch, room, 0);
    if (len < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (len == 0) {
        end_reading(connection);
        return;
    }
    if (len < 0) {
        connection_close(connection);
        return;
    }
    take_read(connection, (size_t)len);
    if (connection->state != STATE_CLOSED) {
        connection_update_watch(connection);
        connection_update_timer(connection);
    }
}

static void write_on(struct connection *connection)
{
    if (!connection_write_out(connection)) {
        connection_close(connection);
        return;
    }
    connection_count_backlog(connection);
    connection_update_watch(connection);
    if (connection->state == STATE_WRITING && connection_backlog(connection) == 0) {
        connection_finish_answer(connection);
    } else if (connection->was_slow && !connection_is_slow(connection)) {
        connection->was_slow = false;
        if (connection->turn.drained) {
            connection->turn.drained(connection->turn.context);
        }
    }
}

static void on_events(void *context, unsigned events)
{
    struct connection *connection = context;
    if (events & LOOP_BROKEN) {
        connection_close(connection);
        return;
    }
    if ((events & LOOP_WRITABLE) && connection_backlog(connection) > 0) {
        write_on(connection);
    }
    if (connection->state != STATE_CLOSED && (events & LOOP_READABLE)) {
        read_on(connection);
    }
    if (connection->state != STATE_CLOSED && (events & LOOP_HUNG_UP)) {
        connection->has_ended = true;
        connection_update_watch(connection);
        if (connection->state == STATE_TURN && !connection->serve.is_queued) {
            ask_whether_there(connection);
        }
    }
}

static void on_due(void *context)
{
    struct connection *connection = context;
    int64_t due = due_ns(connection);
    if (due > loop_now_ns(connection->settings->loop)) {
        connection_update_timer(connection);
    } else if (connection->state == STATE_READING && connection_backlog(connection) == 0 &&
               connection->request.state != REQUEST_EMPTY) {
        connection->state = STATE_TURN;
        answer_refusal(connection, 408, "The request did not come in time.");
    } else {
        int untaken = 0; /* of what the kernel has */
        if (ioctl(connection->watch.fd, SIOCOUTQ, &untaken) == 0 && untaken > 0) {
            reset_with_close(connection);
        }
        connection_close(connection);
    }
}

struct connection *connection_open(struct connection_settings *settings, int fd)
{
    struct connection *connection = calloc(1, sizeof(*connection));
    if (!connection) {
        return NULL;
    }
    connection->settings = settings;
    connection->link.waits = true;
    connection->last_read_ns = loop_now_ns(settings->loop);
    connection->release = (struct loop_task){.run = release, .context = connection};
    connection->serve = (struct loop_task){.run = serve, .context = connection};
    connection->watch = (struct loop_watch){fd, LOOP_READABLE, on_events, connection};
    request_init(&connection->request, &settings->limits);
    base_buf_init_wiping(&connection->ahead, settings->scratch_bytes + CONNECTION_MAX_AHEAD_BYTES);
    base_buf_init(&connection->out, CONNECTION_MAX_OUT_BYTES);
    if (!loop_add_timer(settings->loop, &connection->timer, on_due, connection)) {
        release(connection);
        return NULL;
    }
    if (!loop_add_watch(settings->loop, &connection->watch)) {
        loop_remove_timer(settings->loop, &connection->timer);
        release(connection);
        return NULL;
    }
    connection_update_timer(connection);
    return connection;
}

void connection_drain(struct connection *connection)
{
    if (connection->state == STATE_READING && connection->request.state == REQUEST_EMPTY) {
        read_on(connection); /* a request may have come that nobody has looked at yet */
    }
    if (connection->state == STATE_READING && connection->request.state == REQUEST_EMPTY) {
        connection_shut(connection);
    }
}
