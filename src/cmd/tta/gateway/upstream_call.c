// SPDX-License-Identifier: MIT
/*
 * A handle is set up once for its endpoint and kept there for the next call, so
 * that a request sets no more than its body.
 */
#include "cmd/tta/gateway/upstream.h"

#include <assert.h>

#include "base/num.h"
#include "cmd/tta/gateway/plain.h"
#include "cmd/tta/gateway/upstream_parts.h"
#include "tta/http.h"
#include "tta/secret.h"

enum { RECEIVE_BYTES = 16384, UPLOAD_BYTES = 16384, USUAL_HEAD_BYTES = 500 };

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

/* A handle keeps the lines of the last head, or what came in place of one, until it is used again. */
static bool may_keep_handle(const struct call *call)
{
    const struct endpoint *endpoint = call->endpoint;
    return endpoint->idle_count < UPSTREAM_MAX_IDLE_HANDLES && call->is_head_whole && !call->quotes_key &&
           !tta_secret_is_quoted(endpoint->key, base_buf_str(&call->head));
}

void upstream_put_back(struct call *call)
{
    struct endpoint *endpoint = call->endpoint;
    bool is_kept = may_keep_handle(call);
    (void)curl_multi_remove_handle(endpoint->upstream->multi, call->handle); /* of one that is in it it cannot fail */
    drop_lines(call, call->handle, endpoint);
    if (is_kept) {
        endpoint->idle[endpoint->idle_count++] = call->handle;
    } else {
        curl_easy_cleanup(call->handle);
    }
    endpoint->call_count--;
    call->handle = NULL;
    call->endpoint = NULL;
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
    bool begins_head = base_str_starts_with(line, STR("HTTP/"));
    if (begins_head || call->is_head_whole) { /* what is not kept here the handle keeps all the same */
        call->quotes_key = call->quotes_key || tta_secret_is_quoted(call->endpoint->key, line) ||
                           tta_secret_is_quoted(call->endpoint->key, base_buf_str(&call->head));
    }
    if (call->is_head_whole) { /* trailers mean nothing */
        return line.len;
    }
    if (begins_head) {
        base_buf_reset(&call->head);
        call->http_status = status_of(line);
    } else if (base_str_trim(line).len == 0) {
        call->is_head_whole = call->http_status >= 200;
    } else {
        base_buf_add(&call->head, line);
    }
    return base_buf_ok(&call->head) ? line.len : 0;
}

static CURL *open_handle(struct endpoint *endpoint)
{
    CURL *handle = tta_http_open(0, tta_http_whole_ms(endpoint->upstream->connect_timeout_ns));
    if (handle && (!tta_http_trust(handle, endpoint->ca_file) ||
                   curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, endpoint->error) != CURLE_OK ||
                   curl_easy_setopt(handle, CURLOPT_URL, endpoint->url) != CURLE_OK ||
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
        base_buf_init_wiping(&call->head, CALL_MAX_HEAD_BYTES);
        base_buf_expect(&call->head, USUAL_HEAD_BYTES);
    }
    base_buf_reset(&call->head);
    call->http_status = 0;
    call->is_head_whole = call->is_paused = call->quotes_key = false;
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
        upstream_put_back(call);
    }
}

void call_resume(struct call *call)
{
    call->is_paused = false;
    if (call->endpoint && call->link) {
        plain_resume(call);
    } else if (call->endpoint && curl_easy_pause(call->handle, CURLPAUSE_CONT) != CURLE_OK) {
        upstream_put_back(call); /* libcurl itself would not end it */
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
