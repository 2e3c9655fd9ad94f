// SPDX-License-Identifier: MIT
/*
 * libcurl's multi_socket interface: it says which sockets to watch and when to
 * call it, and the loop does.
 */
#include "cmd/tta/gateway/upstream.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/complain.h"
#include "cmd/tta/gateway/plain.h"
#include "cmd/tta/gateway/plain_address.h"
#include "cmd/tta/gateway/upstream_parts.h"
#include "tta/http.h"
#include "tta/secret.h"

#define NS_PER_MS INT64_C(1000000)

enum { KEPT_CONNECTIONS = 512 };

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

/* Says once why a provider is asked no more, for the class of the failure does not. */
static void complain_of_trust(struct endpoint *endpoint)
{
    bool is_another_hosts = strstr(endpoint->error, "subject name") != NULL; /* libcurl has no code of its own for it */
    if (!endpoint->has_complained) {
        complain("%s is not trusted and gets nothing: %s%s", endpoint->url, endpoint->error,
                 is_another_hosts ? "" : "; a server of your own is trusted by its 'ca_file: FILE'");
    }
    endpoint->has_complained = true;
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
        if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) {
            complain_of_trust(call->endpoint);
        }
        upstream_put_back(call);
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
    for (const struct curl_slist *line = endpoint->headers; line && line != &endpoint->key_header; line = line->next) {
        if (line->data[strlen(line->data) - 1] != ':') { /* which tells libcurl to leave one out */
            base_buf_addf(&lines, "%s\r\n", line->data);
        }
    }
    if (base_buf_ok(&lines)) {
        endpoint->plain = plain_create(endpoint->upstream->loop, endpoint->url, base_buf_cstr(&lines),
                                       base_str(endpoint->key_header.data), endpoint->upstream->connect_timeout_ns);
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

/* Behind the other headers, of which there are some. */
static bool add_key(struct endpoint *endpoint, enum tta_auth auth, const struct tta_secret *key)
{
    struct curl_slist *last = endpoint->headers;
    if (!key || auth == TTA_AUTH_NONE) {
        return true;
    }
    endpoint->key = tta_secret_bytes(key);
    endpoint->key_header.data = sodium_malloc(TTA_KEY_LINE_BYTES);
    if (!endpoint->key_header.data) {
        return false;
    }
    tta_key_line(endpoint->key, auth == TTA_AUTH_X_API_KEY, endpoint->key_header.data);
    while (last->next) {
        last = last->next;
    }
    last->next = &endpoint->key_header;
    return true;
}

/* The list as libcurl made it. */
static void drop_key(struct endpoint *endpoint)
{
    for (struct curl_slist *line = endpoint->headers; line; line = line->next) {
        line->next = line->next == &endpoint->key_header ? NULL : line->next;
    }
    sodium_free(endpoint->key_header.data); /* zeroes; NULL is allowed */
}

struct endpoint *endpoint_create(struct upstream *upstream, const char *url, enum tta_auth auth,
                                 const struct tta_server *server)
{
    struct endpoint *endpoint = calloc(1, sizeof(*endpoint));
    struct plain_address address;
    if (!endpoint) {
        return NULL;
    }
    endpoint->upstream = upstream;
    endpoint->url = strdup(url);
    endpoint->ca_file = server->ca_file;
    upstream->endpoint_count++;
    if (!endpoint->url || !add_header(endpoint, "Content-Type: application/json") ||
        !add_header(endpoint, "Expect:") ||
        (auth == TTA_AUTH_X_API_KEY && !add_header(endpoint, "anthropic-version: 2023-06-01")) ||
        !add_key(endpoint, auth, server->key) || (plain_address_of(url, &address) && !make_plain(endpoint))) {
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
    drop_key(endpoint);
    curl_slist_free_all(endpoint->headers);
    endpoint->upstream->endpoint_count--;
    free(endpoint->url);
    free(endpoint);
}
