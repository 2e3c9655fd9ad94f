// SPDX-License-Identifier: MIT
#include "fault_client.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"

enum { MAX_HEADERS = 32, PATIENCE_MS = 1000 };

struct fault_client {
    CURL *handle;
    struct buf body;
    struct buf head; /* header lines, each ending in a NUL */
    struct tta_stream *stream;
    enum tta_dialect dialect;
    bool leaves;
    bool has_left;
};

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct fault_client *client = context;
    if (client->leaves) {
        client->has_left = true;
        return size * count + 1;
    }
    long status = 0;
    (void)curl_easy_getinfo(client->handle, CURLINFO_RESPONSE_CODE, &status); /* stays 0 where there is none */
    if (client->stream && status == 200) {
        struct tta_progress progress;
        bool has_memory = tta_stream_feed(client->stream, bytes, size * count, &progress) == TTA_OK;
        bool goes_on = has_memory && progress.finding.failure == TTA_FAILURE_NONE;
        return goes_on ? size * count : size * count + 1; /* what failed is not read on */
    }
    base_buf_add(&client->body, (struct str){bytes, size * count});
    return size * count;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
    struct fault_client *client = context;
    base_buf_add(&client->head, (struct str){bytes, size * count});
    return size * count;
}

struct fault_client *fault_client_create(void)
{
    struct fault_client *client = calloc(1, sizeof *client);
    if (!client || !(client->handle = curl_easy_init())) {
        free(client);
        return NULL;
    }
    base_buf_init(&client->body, 4 << 20);
    base_buf_init(&client->head, 1 << 16);
    CURL *handle = client->handle;
    if (curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body) != CURLE_OK ||
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, client) != CURLE_OK ||
        curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header) != CURLE_OK ||
        curl_easy_setopt(handle, CURLOPT_HEADERDATA, client) != CURLE_OK ||
        curl_easy_setopt(handle, CURLOPT_PROXY, "") != CURLE_OK ||
        curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) != CURLE_OK ||
        curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)PATIENCE_MS) != CURLE_OK) {
        fault_client_destroy(client);
        return NULL;
    }
    return client;
}

void fault_client_destroy(struct fault_client *client)
{
    curl_easy_cleanup(client->handle);
    base_buf_deinit(&client->body);
    base_buf_deinit(&client->head);
    free(client);
}

void fault_client_speak(struct fault_client *client, enum tta_dialect dialect)
{
    client->dialect = dialect;
}

static enum tta_transport transport_of(const struct fault_client *client, CURLcode code)
{
    if (client->has_left) {
        return TTA_TRANSPORT_CLIENT_GONE;
    }
    switch ((int)code) {
    case CURLE_OK:
    case CURLE_WRITE_ERROR: /* the stream had failed, and says how */
        return TTA_TRANSPORT_WHOLE;
    case CURLE_OPERATION_TIMEDOUT:
        return TTA_TRANSPORT_TIMED_OUT;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
        return TTA_TRANSPORT_NO_CONNECTION;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
        return TTA_TRANSPORT_RESET;
    case CURLE_RECV_ERROR:
        return client->head.len > 0 ? TTA_TRANSPORT_CUT : TTA_TRANSPORT_RESET;
    default:
        return TTA_TRANSPORT_CUT;
    }
}

static size_t split_headers(const struct fault_client *client, struct tta_header headers[MAX_HEADERS])
{
    size_t count = 0;
    struct str rest = base_buf_str(&client->head);
    while (rest.ptr && rest.len > 0 && count < MAX_HEADERS) {
        struct str value;
        struct str name = base_str_cut(base_str_trim(base_str_cut(rest, '\n', &rest)), ':', &value);
        headers[count++] = (struct tta_header){name.ptr, name.len, value.ptr, value.len};
    }
    return count;
}

static void classify(struct fault_client *client, enum tta_transport transport, long status,
                     struct fault_result *out_result)
{
    struct tta_header headers[MAX_HEADERS];
    struct str body = base_buf_str(&client->body);
    const struct tta_reply answer = {
        .transport = transport,
        .http_status = (int)status,
        .headers = headers,
        .header_count = split_headers(client, headers),
        .body = body.ptr,
        .body_len = body.len,
    };
    if (tta_reply_classify(&answer, base_clock_unix_ns(), &out_result->finding) != TTA_OK) {
        out_result->finding.failure = TTA_FAILURE_STREAM_BROKEN;
    }
}

void fault_client_send(struct fault_client *client, const char *url, bool is_stream, bool leaves,
                       struct fault_result *out_result)
{
    memset(out_result, 0, sizeof *out_result);
    base_buf_reset(&client->body);
    base_buf_reset(&client->head);
    client->leaves = leaves;
    client->has_left = false;
    client->stream = NULL;
    if ((is_stream && tta_stream_create(client->dialect, &client->stream) != TTA_OK) ||
        curl_easy_setopt(client->handle, CURLOPT_URL, url) != CURLE_OK) {
        out_result->finding.failure = TTA_FAILURE_CLIENT_GONE;
        return;
    }
    enum tta_transport transport = transport_of(client, curl_easy_perform(client->handle));
    long status = 0;
    (void)curl_easy_getinfo(client->handle, CURLINFO_RESPONSE_CODE, &status); /* stays 0 where there is none */
    if (is_stream && status == 200 && transport != TTA_TRANSPORT_RESET) {
        struct tta_progress progress;
        if (tta_stream_end(client->stream, transport, &progress) == TTA_OK) {
            out_result->finding = progress.finding;
            out_result->is_committed = progress.has_content;
        }
    } else {
        classify(client, transport, status, out_result);
    }
    tta_stream_destroy(client->stream);
}
