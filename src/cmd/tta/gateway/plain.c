// SPDX-License-Identifier: MIT
/*
 * A link is a connection.  Those that are idle stay watched, so that one that
 * the server closes goes at once; if it goes just when it is used again, the
 * request is sent once more on a new one (RFC 9112, section 9.3.1: nothing of
 * an answer had come).
 */
#include "cmd/tta/gateway/plain.h"

#include <assert.h>
#include <errno.h>
#include <llhttp/llhttp.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/num.h"
#include "cmd/tta/gateway/plain_address.h"

#define READ_BYTES 65536

enum { LENGTH_LINE_BYTES = 48, MAX_IDLE_LINKS = 256, PIECES = 6 };

struct plain_server {
    struct loop *loop;
    int64_t connect_timeout_ns;
    struct plain_address at;
    struct buf head;     /* of a request, up to the line of the key */
    struct str key_line; /* borrowed, and without its end; empty: there is none */
    struct plain_link *idle;
    size_t idle_count, link_count;
    char *scratch;
};

struct plain_link {
    struct plain_server *server;
    struct plain_link *next_idle;
    struct loop_watch watch;
    struct loop_timer timer; /* while it connects */
    struct loop_task release, failure;
    llhttp_t parser;
    struct call *call; /* NULL: it is idle */
    struct str lines, body;
    char length[LENGTH_LINE_BYTES]; /* Content-Length, and the end of the line before if that was the key's */
    size_t length_len, sent;
    size_t address; /* which of the server's */
    bool is_watched, is_connecting, was_used, has_answer, is_done, stops, is_closed;
};

static bool connect_link(struct plain_link *link);

static size_t request_bytes(const struct plain_link *link)
{
    return link->server->head.len + link->server->key_line.len + link->length_len + link->lines.len +
           STR("\r\n").len + link->body.len;
}

/* ---- what llhttp finds ---- */

static int take_text(llhttp_t *parser, const char *bytes, size_t len)
{
    struct plain_link *link = parser->data;
    struct buf *head = &link->call->head;
    if (link->call->is_head_whole) {
        return HPE_OK; /* trailers mean nothing */
    }
    if (len > head->max_len - head->len) {
        return HPE_USER;
    }
    base_buf_add(head, (struct str){bytes, len});
    return base_buf_ok(head) ? HPE_OK : HPE_USER;
}

static int end_name(llhttp_t *parser)
{
    return take_text(parser, ":", 1);
}

static int end_value(llhttp_t *parser)
{
    return take_text(parser, "\n", 1);
}

static int begin_message(llhttp_t *parser)
{
    struct plain_link *link = parser->data;
    if (link->is_done) {
        return HPE_USER; /* a second answer to one request */
    }
    base_buf_reset(&link->call->head);
    return HPE_OK;
}

static int end_head(llhttp_t *parser)
{
    struct plain_link *link = parser->data;
    if (parser->status_code == 101) {
        return HPE_USER; /* nobody asked for another protocol */
    }
    parser->upgrade = 0;
    link->call->http_status = parser->status_code;
    link->call->is_head_whole = parser->status_code >= 200;
    return HPE_OK;
}

static int take_body(llhttp_t *parser, const char *bytes, size_t len)
{
    struct plain_link *link = parser->data;
    switch (link->call->on_body(link->call->context, bytes, len)) {
    case CALL_GOES_ON:
        break;
    case CALL_PAUSES:
        link->call->is_paused = true;
        break;
    case CALL_STOPS:
        link->stops = true;
        return HPE_USER;
    }
    return HPE_OK;
}

static int end_message(llhttp_t *parser)
{
    struct plain_link *link = parser->data;
    if (!link->call->is_head_whole) {
        return HPE_OK; /* 1xx */
    }
    link->is_done = true;
    link->was_used = llhttp_should_keep_alive(parser) != 0;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_message_begin = begin_message,
    .on_header_field = take_text,
    .on_header_field_complete = end_name,
    .on_header_value = take_text,
    .on_header_value_complete = end_value,
    .on_headers_complete = end_head,
    .on_body = take_body,
    .on_message_complete = end_message,
};

/* ---- links ---- */

static void free_link(void *context)
{
    free(context);
}

/* Of no events at all there is no watch, or an end of the other side would wake the loop again and again. */
static void watch(struct plain_link *link, unsigned events)
{
    struct loop *loop = link->server->loop;
    if (link->is_watched && events == 0) {
        loop_remove_watch(loop, &link->watch);
        link->is_watched = false;
    } else if (link->is_watched) {
        loop_change_watch(loop, &link->watch, events);
    } else if (events != 0) {
        link->watch.events = events;
        link->is_watched = loop_add_watch(loop, &link->watch); /* else its time will be over */
    }
}

static void close_socket(struct plain_link *link)
{
    if (link->watch.fd >= 0) {
        watch(link, 0);
        (void)close(link->watch.fd); /* nothing to lose */
        link->watch.fd = -1;
    }
    loop_clear_timer(link->server->loop, &link->timer);
}

/* It is freed at the end of the turn. */
static void drop(struct plain_link *link)
{
    close_socket(link);
    loop_remove_timer(link->server->loop, &link->timer);
    link->server->link_count--;
    link->is_closed = true;
    loop_defer(link->server->loop, &link->release);
}

static void drop_idle(struct plain_link *link)
{
    struct plain_link **at = &link->server->idle;
    while (*at != link) {
        at = &(*at)->next_idle;
    }
    *at = link->next_idle;
    link->server->idle_count--;
    drop(link);
}

static void end_call(struct plain_link *link, enum tta_transport transport)
{
    struct call *call = link->call;
    struct plain_server *server = link->server;
    link->call = NULL;
    call->link = NULL;
    call->endpoint = NULL;
    if (transport == TTA_TRANSPORT_WHOLE && link->was_used && server->idle_count < MAX_IDLE_LINKS) {
        watch(link, LOOP_READABLE);
        link->next_idle = server->idle;
        server->idle = link;
        server->idle_count++;
    } else {
        drop(link);
    }
    call->on_end(call->context, transport);
}

/* The server has closed it, or it is broken. */
static void fail(struct plain_link *link)
{
    bool is_stale = link->was_used && !link->has_answer;
    if (link->stops || link->call->is_head_whole) {
        end_call(link, TTA_TRANSPORT_CUT);
    } else if (link->is_connecting && link->address + 1 < link->server->at.count) {
        close_socket(link);
        link->address++;
        if (!connect_link(link)) {
            end_call(link, TTA_TRANSPORT_NO_CONNECTION);
        }
    } else if (link->is_connecting) {
        end_call(link, TTA_TRANSPORT_NO_CONNECTION);
    } else if (is_stale) {
        close_socket(link);
        link->was_used = false;
        link->address = 0;
        if (!connect_link(link)) {
            end_call(link, TTA_TRANSPORT_NO_CONNECTION);
        }
    } else {
        end_call(link, TTA_TRANSPORT_RESET);
    }
}

static void on_connect_timeout(void *context)
{
    struct plain_link *link = context;
    link->address = link->server->at.count; /* the time is for all */
    end_call(link, TTA_TRANSPORT_TIMED_OUT);
}

/* Takes what was read; false if the link is not to be read any more. */
static bool take(struct plain_link *link, const char *bytes, size_t len)
{
    llhttp_errno_t code = llhttp_execute(&link->parser, bytes, len);
    link->has_answer = true;
    if (link->is_done) {
        bool has_more = llhttp_get_error_pos(&link->parser) != bytes + len;
        bool is_sent = link->sent == request_bytes(link);
        link->was_used = link->was_used && !has_more && is_sent;
        end_call(link, TTA_TRANSPORT_WHOLE);
        return false;
    }
    if (code != HPE_OK) {
        link->was_used = false;
        end_call(link, link->call->is_head_whole ? TTA_TRANSPORT_CUT : TTA_TRANSPORT_RESET);
        return false;
    }
    return true;
}

static void read_on(struct plain_link *link)
{
    ssize_t len = recv(link->watch.fd, link->server->scratch, READ_BYTES, 0);
    if (len < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (len < 0) {
        fail(link);
        return;
    }
    if (len == 0) { /* the end of a body that has no length, or of the connection */
        if (link->has_answer) {
            (void)llhttp_finish(&link->parser); /* is_done says whether that was an end */
        }
        if (link->is_done) {
            link->was_used = false;
            end_call(link, TTA_TRANSPORT_WHOLE);
        } else {
            fail(link);
        }
        return;
    }
    struct plain_server *server = link->server;
    if (take(link, server->scratch, (size_t)len) && link->call->is_paused) {
        watch(link, 0);
    }
    sodium_memzero(server->scratch, (size_t)len); /* it may quote the key */
}

/* False if the connection is broken. */
static bool send_on(struct plain_link *link)
{
    const struct plain_server *server = link->server;
    const struct str pieces[PIECES] = {base_buf_str(&server->head), server->key_line, {link->length, link->length_len},
                                       link->lines, STR("\r\n"), link->body};
    struct iovec vectors[PIECES];
    size_t skip = link->sent;
    int count = 0;
    for (size_t i = 0; i < PIECES; i++) {
        size_t skipped = skip < pieces[i].len ? skip : pieces[i].len;
        skip -= skipped;
        if (pieces[i].len > skipped) {
            vectors[count++] = (struct iovec){(char *)(uintptr_t)pieces[i].ptr + skipped, pieces[i].len - skipped};
        }
    }
    const struct msghdr message = {.msg_iov = vectors, .msg_iovlen = (size_t)count};
    ssize_t len = count > 0 ? sendmsg(link->watch.fd, &message, MSG_NOSIGNAL) : 0;
    if (len < 0 && errno != EAGAIN && errno != EINTR) {
        return false;
    }
    link->sent += len > 0 ? (size_t)len : 0;
    bool is_all = link->sent == request_bytes(link);
    watch(link, LOOP_READABLE | (is_all ? 0 : LOOP_WRITABLE));
    return true;
}

static void advance(struct plain_link *link)
{
    int error = 0;
    socklen_t len = sizeof(error);
    if (link->is_connecting) {
        if (getsockopt(link->watch.fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error != 0) {
            fail(link);
            return;
        }
        link->is_connecting = false;
        loop_clear_timer(link->server->loop, &link->timer);
    }
    if (!send_on(link)) {
        fail(link);
    }
}

static void on_events(void *context, unsigned events)
{
    struct plain_link *link = context;
    if (!link->call) { /* idle: whatever comes now belongs to no request */
        drop_idle(link);
        return;
    }
    if (link->is_connecting || (events & LOOP_WRITABLE)) {
        advance(link);
    }
    bool may_read = link->call && !link->is_closed && !link->is_connecting && !link->call->is_paused;
    if (may_read && (events & (LOOP_READABLE | LOOP_HUNG_UP))) {
        read_on(link);
    }
}

/* Begins to connect; false if that is not possible. */
static bool connect_link(struct plain_link *link)
{
    const int on = 1;
    const union plain_number *number = &link->server->at.numbers[link->address];
    socklen_t len = number->any.sa_family == AF_INET ? sizeof(number->v4) : sizeof(number->v6);
    int fd = socket(number->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    link->is_connecting = true;
    if (fd < 0) {
        return false;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* slower without */
    link->watch = (struct loop_watch){fd, 0, on_events, link};
    link->sent = 0;
    int status = connect(fd, &number->any, len);
    if (status != 0 && errno != EINPROGRESS) {
        close_socket(link);
        return false;
    }
    watch(link, LOOP_WRITABLE);
    loop_set_timer(link->server->loop, &link->timer,
                   loop_now_ns(link->server->loop) + link->server->connect_timeout_ns);
    return true;
}

/* Who starts a call hears of its end only when it has been started. */
static void tell_failure(void *context)
{
    struct plain_link *link = context;
    if (link->call) {
        fail(link);
    }
}

static struct plain_link *make_link(struct plain_server *server)
{
    struct plain_link *link = calloc(1, sizeof(*link));
    if (!link || !loop_add_timer(server->loop, &link->timer, on_connect_timeout, link)) {
        free(link);
        return NULL;
    }
    link->server = server;
    link->watch.fd = -1;
    link->release = (struct loop_task){.run = free_link, .context = link};
    link->failure = (struct loop_task){.run = tell_failure, .context = link};
    server->link_count++;
    return link;
}

static size_t write_length(struct str name, size_t len, char out[LENGTH_LINE_BYTES])
{
    char scratch[BASE_NUM_MAX_DIGITS];
    struct str digits = base_num_digits(len, scratch);
    memcpy(out, name.ptr, name.len);
    memcpy(out + name.len, digits.ptr, digits.len);
    memcpy(out + name.len + digits.len, "\r\n", 2);
    return name.len + digits.len + 2;
}

bool plain_start(struct plain_server *server, struct call *call, struct str body)
{
    struct plain_link *link = server->idle;
    if (link) {
        server->idle = link->next_idle;
        server->idle_count--;
    } else {
        link = make_link(server);
    }
    if (!link) {
        return false;
    }
    link->call = call;
    call->link = link;
    link->body = body;
    link->lines = call->lines;
    link->length_len = write_length(server->key_line.len > 0 ? STR("\r\nContent-Length: ") : STR("Content-Length: "),
                                    body.len, link->length);
    link->sent = 0;
    link->has_answer = link->is_done = link->stops = false;
    llhttp_init(&link->parser, HTTP_RESPONSE, &settings);
    link->parser.data = link;
    if (link->watch.fd < 0) {
        link->was_used = false;
        link->address = 0;
    }
    if (link->watch.fd < 0 ? !connect_link(link) : !send_on(link)) {
        loop_defer(server->loop, &link->failure);
    }
    return true;
}

void plain_cancel(struct call *call)
{
    struct plain_link *link = call->link;
    link->call = NULL;
    call->link = NULL;
    drop(link);
}

void plain_resume(struct call *call)
{
    struct plain_link *link = call->link;
    bool is_sent = link->sent == request_bytes(link);
    watch(link, LOOP_READABLE | (is_sent ? 0 : LOOP_WRITABLE));
}

/* ---- servers ---- */

struct plain_server *plain_create(struct loop *loop, const char *url, const char *lines, struct str key_line,
                                  int64_t connect_timeout_ns)
{
    struct plain_server *server = calloc(1, sizeof(*server));
    if (!server) {
        return NULL;
    }
    server->loop = loop;
    server->connect_timeout_ns = connect_timeout_ns;
    server->key_line = key_line;
    server->scratch = malloc(READ_BYTES);
    base_buf_init(&server->head, 16384);
    if (server->scratch && plain_address_of(url, &server->at)) {
        base_buf_addf(&server->head, "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: tta-model-management\r\n%s",
                      server->at.path, server->at.host, lines);
    }
    if (server->at.count == 0 || !base_buf_ok(&server->head)) {
        plain_destroy(server);
        return NULL;
    }
    return server;
}

void plain_destroy(struct plain_server *server)
{
    if (!server) {
        return;
    }
    while (server->idle) {
        drop_idle(server->idle);
    }
    assert(server->link_count == 0);
    base_buf_deinit(&server->head);
    free(server->scratch);
    free(server);
}
