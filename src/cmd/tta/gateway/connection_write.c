// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/connection_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "cmd/tta/gateway/reply.h"

enum { MAX_HEAD_OUT_BYTES = 16384, USUAL_HEAD_OUT_BYTES = 500 };

/* In one turn of the loop, or who reads fast would keep it from others. */
#define MAX_WRITTEN_BYTES ((size_t)1 << 20)

size_t connection_backlog(const struct connection *connection)
{
    return connection->out.len - connection->out_at;
}

bool connection_is_slow(const struct connection *connection)
{
    return connection_backlog(connection) > connection->settings->max_backlog_bytes;
}

bool connection_write_out(struct connection *connection)
{
    size_t written = 0;
    while (connection_backlog(connection) > 0) {
        size_t most = MAX_WRITTEN_BYTES - written, left = connection_backlog(connection);
        if (most == 0) {
            return true;
        }
        ssize_t len = send(connection->watch.fd, connection->out.ptr + connection->out_at, left < most ? left : most,
                           MSG_NOSIGNAL);
        if (len < 0 && (errno == EAGAIN || errno == EINTR)) {
            return true;
        }
        if (len < 0) {
            return false;
        }
        connection->out_at += (size_t)len;
        written += (size_t)len;
        connection->last_write_ns = loop_now_ns(connection->settings->loop);
    }
    base_buf_reset(&connection->out);
    connection->out_at = 0;
    return true;
}

void connection_count_backlog(struct connection *connection)
{
    budget_set(connection->settings->budget, &connection->out_held, connection_backlog(connection));
}

/* Keeps what the client has not taken; without a copy of a last piece that has an owner. */
static void keep_rest(struct connection *connection, const struct str *pieces, int count, size_t sent,
                      struct buf *last_owner)
{
    for (int i = 0; i < count; i++) {
        size_t skipped = sent < pieces[i].len ? sent : pieces[i].len;
        sent -= skipped;
        if (skipped == pieces[i].len) {
            continue;
        }
        bool is_first = base_buf_ok(&connection->out) && connection_backlog(connection) == 0;
        if (is_first && i == count - 1 && last_owner) {
            base_buf_deinit(&connection->out);
            connection->out = *last_owner;
            connection->out.max_len = CONNECTION_MAX_OUT_BYTES;
            connection->out.wipes = false; /* as whatever waits here */
            connection->out_at = skipped;
            *last_owner = (struct buf){.max_len = last_owner->max_len, .wipes = last_owner->wipes};
            return;
        }
        base_buf_add(&connection->out, (struct str){pieces[i].ptr + skipped, pieces[i].len - skipped});
    }
}

/* `last_owner` owns the last piece, which may be taken from it; NULL: nobody here does. */
static bool send_pieces(struct connection *connection, const struct str *pieces, int count, struct buf *last_owner)
{
    struct iovec vectors[4];
    bool has_waited = connection_backlog(connection) > 0;
    size_t sent = 0;
    if (!has_waited) {
        for (int i = 0; i < count; i++) {
            vectors[i] = (struct iovec){(char *)(uintptr_t)pieces[i].ptr, pieces[i].len};
        }
        const struct msghdr message = {.msg_iov = vectors, .msg_iovlen = (size_t)count};
        ssize_t len = sendmsg(connection->watch.fd, &message, MSG_NOSIGNAL);
        if (len < 0 && errno != EAGAIN && errno != EINTR) {
            return false;
        }
        sent = len > 0 ? (size_t)len : 0;
        connection->last_write_ns = loop_now_ns(connection->settings->loop);
    } else if (connection->out_at > connection->out.len / 2) {
        memmove(connection->out.ptr, connection->out.ptr + connection->out_at, connection_backlog(connection));
        connection->out.len -= connection->out_at;
        connection->out_at = 0;
    }
    keep_rest(connection, pieces, count, sent, last_owner);
    if (!base_buf_ok(&connection->out)) {
        connection->out_at = 0;
        return false;
    }
    bool is_blocked = (connection->watch.events & LOOP_WRITABLE) != 0;
    if (has_waited && !is_blocked && !connection_write_out(connection)) {
        return false; /* what waited was a head, for this */
    }
    connection->was_slow = connection->was_slow || connection_is_slow(connection);
    connection_count_backlog(connection);
    connection_update_watch(connection);
    connection_update_timer(connection);
    return true;
}

bool connection_send_pieces(struct connection *connection, const struct str *pieces, int count)
{
    return send_pieces(connection, pieces, count, NULL);
}

static void end_turn(struct connection *connection)
{
    connection->turn = (struct connection_turn){0};
    connection->is_in_stream = false;
    connection->state = STATE_WRITING;
    connection->writing_start_ns = loop_now_ns(connection->settings->loop);
    if (connection_backlog(connection) == 0) {
        connection_finish_answer(connection);
    } else {
        connection_update_watch(connection);
        connection_update_timer(connection);
    }
}

static void write_head(struct connection *connection, struct buf *head, int status, struct str content_type,
                       struct str headers)
{
    bool is_last = connection->is_read_out && connection->ahead.len == 0;
    connection->closes = connection->closes || is_last || !connection->request.keeps_alive ||
                         connection->settings->is_draining;
    base_buf_init(head, MAX_HEAD_OUT_BYTES);
    base_buf_expect(head, USUAL_HEAD_OUT_BYTES);
    base_buf_add(head, STR("HTTP/1.1 "));
    reply_add_number(head, (uint64_t)status);
    base_buf_add_char(head, ' ');
    base_buf_add_cstr(head, reply_phrase(status));
    base_buf_add(head, STR("\r\nDate: "));
    base_buf_add_cstr(head, reply_date());
    if (content_type.len > 0) {
        base_buf_add(head, STR("\r\nContent-Type: "));
        base_buf_add(head, content_type);
    }
    base_buf_add(head, STR("\r\n"));
    base_buf_add(head, headers);
    if (connection->closes) {
        base_buf_add(head, STR("Connection: close\r\n"));
    } else if (connection->request.is_http_1_0) {
        base_buf_add(head, STR("Connection: keep-alive\r\n"));
    }
}

static void answer(struct connection *connection, int status, struct str content_type, struct str headers,
                   struct str body, struct buf *owner)
{
    struct buf head;
    write_head(connection, &head, status, content_type, headers);
    base_buf_add(&head, STR("Content-Length: "));
    reply_add_number(&head, body.len);
    base_buf_add(&head, STR("\r\n\r\n"));
    const struct str pieces[] = {base_buf_str(&head), body};
    bool has_body = body.len > 0 && connection->request.method != HTTP_HEAD; /* there it would be the next answer */
    bool is_sent = base_buf_ok(&head) && send_pieces(connection, pieces, has_body ? 2 : 1, has_body ? owner : NULL);
    base_buf_deinit(&head);
    connection->turn = (struct connection_turn){0};
    if (is_sent) {
        end_turn(connection);
    } else {
        connection_shut(connection);
    }
}

void connection_answer(struct connection *connection, int status, struct str content_type, struct str headers,
                       struct str body)
{
    answer(connection, status, content_type, headers, body, NULL);
}

void connection_answer_with(struct connection *connection, int status, struct str content_type, struct str headers,
                            struct buf *body)
{
    answer(connection, status, content_type, headers, base_buf_str(body), body);
}

bool connection_begin_stream(struct connection *connection, int status, struct str content_type, struct str headers)
{
    struct buf head;
    connection->is_chunked = !connection->request.is_http_1_0;
    connection->closes = connection->closes || !connection->is_chunked;
    write_head(connection, &head, status, content_type, headers);
    base_buf_add(&head, connection->is_chunked ? STR("Transfer-Encoding: chunked\r\n\r\n") : STR("\r\n"));
    connection->is_in_stream = true;
    base_buf_add(&connection->out, base_buf_ok(&head) ? base_buf_str(&head) : STR("")); /* goes with the first piece */
    bool is_good = base_buf_ok(&head) && base_buf_ok(&connection->out);
    base_buf_deinit(&head);
    return is_good;
}

bool connection_send(struct connection *connection, struct str bytes)
{
    char size[24];
    int size_len = snprintf(size, sizeof(size), "%zx\r\n", bytes.len);
    const struct str chunk[] = {{size, (size_t)size_len}, bytes, STR("\r\n")};
    if (bytes.len == 0) {
        return true;
    }
    return connection->is_chunked ? connection_send_pieces(connection, chunk, 3)
                                  : connection_send_pieces(connection, &bytes, 1);
}

void connection_end_stream(struct connection *connection)
{
    const struct str end = STR("0\r\n\r\n");
    bool is_sent = !connection->is_chunked || connection_send_pieces(connection, &end, 1);
    if (is_sent) {
        end_turn(connection);
    } else {
        connection_shut(connection);
    }
}
