// SPDX-License-Identifier: MIT
/*
 * libcurl's multi_socket interface: it says which sockets to watch and when to
 * call it, and the loop does.  A handle is set up once for its endpoint and
 * kept there for the next call, so that a request sets no more than its body.
 */
#include "cmd/tta/gateway/upstream.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cmd/tta/gateway/plain.h"
#include "cmd/tta/gateway/plain_address.h"
#include "tta/http.h"
#include "tta/secret.h"

#define NS_PER_MS INT64_C(1000000)

enum { MAX_IDLE_HANDLES = 64, KEPT_CONNECTIONS = 512, RECEIVE_BYTES = 16384, UPLOAD_BYTES = 16384 };

struct upstream {
    struct loop *loop;
    CURLM *multi;
    int64_t connect_timeout_ns;
    struct loop_timer timer;
    struct loop_task task; /* for what libcurl wants to do at once */
    size_t endpoint_count;
};

struct endpoint {
    struct upstream *upstream;
    struct plain_server *plain; /* NULL: it is asked by libcurl */
    char *url;
    struct curl_slist *headers;
    CURL *idle[MAX_IDLE_HANDLES];
    size_t idle_count, call_count;
};

/* A socket of libcurl's. */
struct channel {
    struct upstream *upstream;
    struct loop_watch watch;
    bool is_watched;
    struct loop_task release;
};

static enum tta_transport transport_of(const struct call *call, CURLcode code)
{
    switch ((int)code) {
    case CURLE_OK:
        return TTA_TRANSPORT_WHOLE;
    case CURLE_OPERATION_TIMEDOUT:
        return TTA_TRANSPORT_TIMED_OUT;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return TTA_TRANSPORT_NO_CONNECTION;
    default:
        return call->is_head_whole ? TTA_TRANSPORT_CUT : TTA_TRANSPORT_RESET;
    }
}

/* Takes the lines of the call from the headers again; the handle is not under way. */
static void drop_lines(struct call *call, CURL *handle, const struct endpoint *endpoint)
{
    struct curl_slist *last = call->own_headers;
    if (!last) {
        return;
    }
    while (last->next && last->next != endpoint->headers) {
        last = last->next;
    }
    last->next = NULL;
    curl_slist_free_all(call->own_headers);
    call->own_headers = NULL;
    (void)curl_easy_setopt(handle, CURLOPT_HTTPHEADER, endpoint->headers); /* of a list it cannot fail */
}

/* Puts the lines of the call before the headers of its endpoint.  False without memory. */
static bool add_lines(struct call *call, CURL *handle, const struct endpoint *endpoint)
{
    struct str rest = call->lines;
    while (rest.len > 0) {
        struct buf line;
        base_buf_init(&line, CALL_MAX_HEAD_BYTES);
        base_buf_add(&line, base_str_trim(base_str_cut(rest, '\n', &rest)));
        struct curl_slist *longer =
            base_buf_ok(&line) ? curl_slist_append(call->own_headers, base_buf_cstr(&line)) : NULL;
        base_buf_deinit(&line);
        if (!longer) {
            drop_lines(call, handle, endpoint);
            return false;
        }
        call->own_headers = longer;
    }
    struct curl_slist *last = call->own_headers;
    while (last && last->next) {
        last = last->next;
    }
    if (last) {
        last->next = endpoint->headers;
        (void)curl_easy_setopt(handle, CURLOPT_HTTPHEADER, call->own_headers); /* of a list it cannot fail */
    }
    return true;
}

static void put_back(struct call *call)
{
    struct endpoint *endpoint = call->endpoint;
    (void)curl_multi_remove_handle(endpoint->upstream->multi, call->handle); /* of one that is in it it cannot fail */
    drop_lines(call, call->handle, endpoint);
    if (endpoint->idle_count < MAX_IDLE_HANDLES) {
        endpoint->idle[endpoint->idle_count++] = call->handle;
    } else {
        curl_easy_cleanup(call->handle);
    }
    endpoint->call_count--;
    call->handle = NULL;
    call->endpoint = NULL;
}

static void end_calls(struct upstream *upstream)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(upstream->multi, &left))) {
        struct call *call = NULL;
        CURLcode code = message->data.result;
        if (message->msg != CURLMSG_DONE ||
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call) != CURLE_OK) {
            continue;
        }
        enum tta_transport transport = transport_of(call, code);
        put_back(call);
        call->on_end(call->context, transport); /* which may start another one */
    }
}

static void act(struct upstream *upstream, curl_socket_t socket, int what)
{
    int running;
    (void)curl_multi_socket_action(upstream->multi, socket, what, &running); /* each call tells how it ended */
    end_calls(upstream);
}

static void act_on_time(void *context)
{
    act(context, CURL_SOCKET_TIMEOUT, 0);
}

static void act_on_socket(void *context, unsigned events)
{
    struct channel *channel = context;
    unsigned wanted = channel->watch.events;
    int what = (events & LOOP_WRITABLE ? CURL_CSELECT_OUT : 0) | (events & LOOP_READABLE ? CURL_CSELECT_IN : 0);
    if (events & LOOP_HUNG_UP) {
        what |= wanted & LOOP_READABLE ? CURL_CSELECT_IN : CURL_CSELECT_ERR;
    }
    act(channel->upstream, channel->watch.fd, what);
}

static int set_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct upstream *upstream = context;
    (void)multi;
    if (timeout_ms > 0) {
        loop_set_timer(upstream->loop, &upstream->timer, loop_now_ns(upstream->loop) + timeout_ms * NS_PER_MS);
    } else {
        loop_clear_timer(upstream->loop, &upstream->timer);
        if (timeout_ms == 0) {
            loop_defer(upstream->loop, &upstream->task);
        }
    }
    return 0;
}

static void free_channel(void *channel)
{
    free(channel);
}

static struct channel *add_channel(struct upstream *upstream, curl_socket_t socket)
{
    struct channel *channel = calloc(1, sizeof(*channel));
    if (channel) {
        channel->upstream = upstream;
        channel->watch = (struct loop_watch){socket, 0, act_on_socket, channel};
        channel->release = (struct loop_task){.run = free_channel, .context = channel};
        (void)curl_multi_assign(upstream->multi, socket, channel); /* it has just named the socket */
    }
    return channel;
}

static int watch_socket(CURL *handle, curl_socket_t socket, int what, void *context, void *socket_context)
{
    struct upstream *upstream = context;
    struct channel *channel = socket_context;
    (void)handle;
    unsigned events = what == CURL_POLL_IN      ? LOOP_READABLE
                      : what == CURL_POLL_OUT   ? LOOP_WRITABLE
                      : what == CURL_POLL_INOUT ? LOOP_READABLE | LOOP_WRITABLE
                                                : 0;
    if (!channel && events != 0) {
        channel = add_channel(upstream, socket);
        if (!channel) {
            return -1;
        }
    }
    if (channel && events == 0 && channel->is_watched) { /* a socket that is only kept must not wake us */
        loop_remove_watch(upstream->loop, &channel->watch);
        channel->is_watched = false;
    } else if (channel && channel->is_watched) {
        loop_change_watch(upstream->loop, &channel->watch, events);
    } else if (channel && events != 0) {
        channel->watch.events = events;
        channel->is_watched = loop_add_watch(upstream->loop, &channel->watch);
    }
    if (channel && what == CURL_POLL_REMOVE) {
        (void)curl_multi_assign(upstream->multi, socket, NULL);
        loop_defer(upstream->loop, &channel->release);
    }
    return 0;
}

static bool set_up_multi(struct upstream *upstream)
{
    return curl_multi_setopt(upstream->multi, CURLMOPT_SOCKETFUNCTION, watch_socket) == CURLM_OK &&
           curl_multi_setopt(upstream->multi, CURLMOPT_SOCKETDATA, upstream) == CURLM_OK &&
           curl_multi_setopt(upstream->multi, CURLMOPT_TIMERFUNCTION, set_timer) == CURLM_OK &&
           curl_multi_setopt(upstream->multi, CURLMOPT_TIMERDATA, upstream) == CURLM_OK &&
           curl_multi_setopt(upstream->multi, CURLMOPT_MAXCONNECTS, (long)KEPT_CONNECTIONS) == CURLM_OK;
}

struct upstream *upstream_create(struct loop *loop, int64_t connect_timeout_ns)
{
    struct upstream *upstream = calloc(1, sizeof(*upstream));
    if (!upstream || !tta_http_start()) {
        free(upstream);
        return NULL;
    }
    upstream->loop = loop;
    upstream->connect_timeout_ns = connect_timeout_ns;
    upstream->task = (struct loop_task){.run = act_on_time, .context = upstream};
    upstream->multi = curl_multi_init();
    if (!upstream->multi || !loop_add_timer(loop, &upstream->timer, act_on_time, upstream) ||
        !set_up_multi(upstream)) {
        upstream_destroy(upstream);
        return NULL;
    }
    return upstream;
}

void upstream_destroy(struct upstream *upstream)
{
    if (!upstream) {
        return;
    }
    assert(upstream->endpoint_count == 0);
    /* closing what is kept must not lead back here */
    (void)curl_multi_setopt(upstream->multi, CURLMOPT_TIMERFUNCTION, (curl_multi_timer_callback)NULL);
    (void)curl_multi_cleanup(upstream->multi); /* nothing is in it */
    loop_remove_timer(upstream->loop, &upstream->timer);
    free(upstream);
}

/* The lines for plain HTTP, each with its end. */
static bool make_plain(struct endpoint *endpoint)
{
    struct buf lines;
    base_buf_init(&lines, 8192);
    for (const struct curl_slist *line = endpoint->headers; line; line = line->next) {
        if (line->data[strlen(line->data) - 1] != ':') { /* which tells libcurl to leave one out */
            base_buf_addf(&lines, "%s\r\n", line->data);
        }
    }
    if (base_buf_ok(&lines)) {
        endpoint->plain = plain_create(endpoint->upstream->loop, endpoint->url, base_buf_cstr(&lines),
                                       endpoint->upstream->connect_timeout_ns);
    }
    if (lines.ptr) {
        sodium_memzero(lines.ptr, lines.len);
    }
    base_buf_deinit(&lines);
    return endpoint->plain != NULL;
}

static bool add_header(struct endpoint *endpoint, const char *line)
{
    struct curl_slist *headers = curl_slist_append(endpoint->headers, line);
    endpoint->headers = headers ? headers : endpoint->headers;
    return headers != NULL;
}

static bool add_key(struct endpoint *endpoint, enum tta_auth auth, const struct tta_secret *key)
{
    char line[TTA_KEY_LINE_BYTES];
    if (!key || auth == TTA_AUTH_NONE) {
        return true;
    }
    tta_key_line(tta_secret_bytes(key), auth == TTA_AUTH_X_API_KEY, line);
    bool good = add_header(endpoint, line);
    sodium_memzero(line, sizeof(line));
    return good;
}

struct endpoint *endpoint_create(struct upstream *upstream, const char *url, enum tta_auth auth,
                                 const struct tta_secret *key)
{
    struct endpoint *endpoint = calloc(1, sizeof(*endpoint));
    struct plain_address address;
    if (!endpoint) {
        return NULL;
    }
    endpoint->upstream = upstream;
    endpoint->url = strdup(url);
    upstream->endpoint_count++;
    if (!endpoint->url || !add_header(endpoint, "Content-Type: application/json") ||
        !add_header(endpoint, "Expect:") ||
        (auth == TTA_AUTH_X_API_KEY && !add_header(endpoint, "anthropic-version: 2023-06-01")) ||
        !add_key(endpoint, auth, key) || (plain_address_of(url, &address) && !make_plain(endpoint))) {
        endpoint_destroy(endpoint);
        return NULL;
    }
    return endpoint;
}

void endpoint_destroy(struct endpoint *endpoint)
{
    if (!endpoint) {
        return;
    }
    assert(endpoint->call_count == 0);
    plain_destroy(endpoint->plain);
    for (size_t i = 0; i < endpoint->idle_count; i++) {
        curl_easy_cleanup(endpoint->idle[i]);
    }
    for (struct curl_slist *line = endpoint->headers; line; line = line->next) {
        sodium_memzero(line->data, strlen(line->data));
    }
    curl_slist_free_all(endpoint->headers);
    endpoint->upstream->endpoint_count--;
    free(endpoint->url);
    free(endpoint);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct call *call = context;
    if (call->is_paused) {
        return CURL_WRITEFUNC_PAUSE;
    }
    switch (call->on_body(call->context, bytes, size * count)) {
    case CALL_GOES_ON:
        break;
    case CALL_PAUSES:
        call->is_paused = true; /* which holds from the next bytes on */
        break;
    case CALL_STOPS:
        return CURL_WRITEFUNC_ERROR;
    }
    return size * count;
}

/* "HTTP/1.1 200 OK" begins a head: the last one counts, for 1xx come before it. */
static int status_of(struct str line)
{
    struct str rest, after;
    (void)base_str_cut(line, ' ', &rest);
    int64_t status = 0;
    bool is_one = base_num_parse_int64(base_str_cut(base_str_trim(rest), ' ', &after), 100, 999, &status);
    return is_one ? (int)status : 0;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
    struct call *call = context;
    struct str line = {bytes, size * count};
    if (call->is_head_whole) { /* trailers mean nothing */
        return line.len;
    }
    if (base_str_starts_with(line, STR("HTTP/"))) {
        base_buf_reset(&call->head);
        call->http_status = status_of(line);
    } else if (base_str_trim(line).len == 0) {
        call->is_head_whole = call->http_status >= 200;
    } else {
        base_buf_add(&call->head, line);
    }
    return base_buf_ok(&call->head) ? line.len : 0;
}

static CURL *open_handle(const struct endpoint *endpoint)
{
    CURL *handle = tta_http_open(0, tta_http_whole_ms(endpoint->upstream->connect_timeout_ns));
    if (handle && (curl_easy_setopt(handle, CURLOPT_URL, endpoint->url) != CURLE_OK ||
                   curl_easy_setopt(handle, CURLOPT_HTTPHEADER, endpoint->headers) != CURLE_OK ||
                   curl_easy_setopt(handle, CURLOPT_POST, 1L) != CURLE_OK ||
                   curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body) != CURLE_OK ||
                   curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header) != CURLE_OK ||
                   curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, (long)RECEIVE_BYTES) != CURLE_OK ||
                   curl_easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BYTES) != CURLE_OK)) {
        curl_easy_cleanup(handle);
        return NULL;
    }
    return handle;
}

bool call_start(struct call *call, struct endpoint *endpoint, struct str body)
{
    assert(!call->endpoint);
    if (call->head.max_len == 0) {
        base_buf_init(&call->head, CALL_MAX_HEAD_BYTES);
    }
    base_buf_reset(&call->head);
    call->http_status = 0;
    call->is_head_whole = call->is_paused = false;
    if (endpoint->plain) {
        call->endpoint = endpoint;
        bool is_started = plain_start(endpoint->plain, call, body);
        call->endpoint = is_started ? call->endpoint : NULL;
        return is_started;
    }
    CURL *handle = endpoint->idle_count > 0 ? endpoint->idle[--endpoint->idle_count] : open_handle(endpoint);
    if (!handle) {
        return false;
    }
    if (!add_lines(call, handle, endpoint) || curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.ptr) != CURLE_OK ||
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len) != CURLE_OK ||
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, call) != CURLE_OK ||
        curl_easy_setopt(handle, CURLOPT_HEADERDATA, call) != CURLE_OK ||
        curl_easy_setopt(handle, CURLOPT_PRIVATE, call) != CURLE_OK ||
        curl_multi_add_handle(endpoint->upstream->multi, handle) != CURLM_OK) {
        drop_lines(call, handle, endpoint);
        curl_easy_cleanup(handle);
        return false;
    }
    call->handle = handle;
    call->endpoint = endpoint;
    endpoint->call_count++;
    return true;
}

void call_cancel(struct call *call)
{
    if (call->endpoint && call->link) {
        plain_cancel(call);
        call->endpoint = NULL;
    } else if (call->endpoint) {
        put_back(call);
    }
}

void call_resume(struct call *call)
{
    call->is_paused = false;
    if (call->endpoint && call->link) {
        plain_resume(call);
    } else if (call->endpoint && curl_easy_pause(call->handle, CURLPAUSE_CONT) != CURLE_OK) {
        put_back(call); /* libcurl itself would not end it */
        call->on_end(call->context, TTA_TRANSPORT_CUT);
    }
}

void call_deinit(struct call *call)
{
    call_cancel(call);
    base_buf_deinit(&call->head);
}

size_t call_headers(const struct call *call, struct tta_header out_headers[CALL_MAX_HEADERS])
{
    size_t count = 0;
    struct str rest = base_buf_str(&call->head);
    while (rest.ptr && rest.len > 0 && count < CALL_MAX_HEADERS) {
        struct str value;
        struct str name = base_str_cut(base_str_trim(base_str_cut(rest, '\n', &rest)), ':', &value);
        out_headers[count++] = (struct tta_header){name.ptr, name.len, value.ptr, value.len};
    }
    return count;
}
