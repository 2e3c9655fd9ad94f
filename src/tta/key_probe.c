// SPDX-License-Identifier: MIT
/*
 * A libcurl handle keeps its connections, so a prober lends out the handle
 * that came back last: as long as one thread asks at a time, it is always the
 * same and warm.  (Sharing connections between handles of several threads is
 * what libcurl advises against.)
 *
 * The key goes nowhere else: redirects are not followed, proxies of the
 * environment are not used, only http and https are spoken, certificates are
 * checked.  Its header line lives on the stack and is wiped; libcurl reads it
 * from there.
 */
#include "tta/key_probe.h"

#include <assert.h>
#include <curl/curl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_SEC INT64_C(1000000000)
#define LONGEST_RETRY_NS (INT64_C(24) * 3600 * NS_PER_SEC) /* daily limits are the longest there are */

enum { IDLE_HANDLES = 4 };

struct tta_key_prober {
    long timeout_ms;
    long connect_timeout_ms;
    pthread_mutex_t lock; /* of what follows */
    CURL *idle[IDLE_HANDLES];
    size_t idle_count;
};

/* What libcurl hands over of one answer. */
struct receiver {
    struct buf body;
    bool is_too_large;
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_start_code;

static void start_curl(void)
{
    curl_start_code = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static size_t receive(char *bytes, size_t size, size_t count, void *context)
{
    struct receiver *receiver = context;
    size_t len = size * count; /* size is 1, by libcurl's contract */
    if (len > receiver->body.max_len - receiver->body.len) {
        receiver->is_too_large = true;
        return len + 1; /* anything but len ends the transfer */
    }
    base_buf_add(&receiver->body, (struct str){bytes, len});
    return base_buf_ok(&receiver->body) ? len : len + 1;
}

static CURLcode set_up(CURL *handle, const struct tta_key_prober *prober)
{
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_TCP_KEEPALIVE, 1},
        {CURLOPT_TIMEOUT_MS, prober->timeout_ms},
        {CURLOPT_CONNECTTIMEOUT_MS, prober->connect_timeout_ms},
    };
    static const struct {
        CURLoption option;
        const char *value;
    } texts[] = {
        {CURLOPT_PROTOCOLS_STR, "http,https"},
        {CURLOPT_PROXY, ""}, /* none, whatever the environment says */
        {CURLOPT_USERAGENT, "tta-model-management"},
    };
    CURLcode code = CURLE_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && code == CURLE_OK; i++) {
        code = curl_easy_setopt(handle, numbers[i].option, numbers[i].value);
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && code == CURLE_OK; i++) {
        code = curl_easy_setopt(handle, texts[i].option, texts[i].value);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, receive);
    }
    return code;
}

static CURL *open_handle(const struct tta_key_prober *prober)
{
    CURL *handle = curl_easy_init();
    if (handle && set_up(handle, prober) != CURLE_OK) {
        curl_easy_cleanup(handle);
        return NULL;
    }
    return handle;
}

/* NULL without memory. */
static CURL *borrow_handle(struct tta_key_prober *prober)
{
    CURL *handle = NULL;
    pthread_mutex_lock(&prober->lock);
    if (prober->idle_count > 0) {
        handle = prober->idle[--prober->idle_count];
    }
    pthread_mutex_unlock(&prober->lock);
    return handle ? handle : open_handle(prober);
}

static void return_handle(struct tta_key_prober *prober, CURL *handle)
{
    pthread_mutex_lock(&prober->lock);
    bool is_kept = prober->idle_count < IDLE_HANDLES;
    if (is_kept) {
        prober->idle[prober->idle_count++] = handle;
    }
    pthread_mutex_unlock(&prober->lock);
    if (!is_kept) {
        curl_easy_cleanup(handle);
    }
}

static enum tta_key_delivery delivery_of(CURLcode code)
{
    static const struct {
        CURLcode code;
        enum tta_key_delivery delivery;
    } deliveries[] = {
        {CURLE_OK, TTA_DELIVERY_ANSWERED},
        {CURLE_OPERATION_TIMEDOUT, TTA_DELIVERY_TIMED_OUT},
        {CURLE_COULDNT_RESOLVE_HOST, TTA_DELIVERY_NOT_CONNECTED},
        {CURLE_COULDNT_CONNECT, TTA_DELIVERY_NOT_CONNECTED},
        {CURLE_SSL_CONNECT_ERROR, TTA_DELIVERY_NOT_TRUSTED},
        {CURLE_PEER_FAILED_VERIFICATION, TTA_DELIVERY_NOT_TRUSTED},
        {CURLE_SSL_CACERT_BADFILE, TTA_DELIVERY_NOT_TRUSTED},
        {CURLE_SSL_ISSUER_ERROR, TTA_DELIVERY_NOT_TRUSTED},
    };
    for (size_t i = 0; i < sizeof deliveries / sizeof deliveries[0]; i++) {
        if (deliveries[i].code == code) {
            return deliveries[i].delivery;
        }
    }
    return TTA_DELIVERY_BROKEN;
}

/* How long the headers ask to wait: retry-after-ms, else Retry-After in
 * seconds or as a date; 0 if they do not. */
static int64_t read_retry_ns(CURL *handle)
{
    struct curl_header *header = NULL;
    int64_t retry_ns = 0;
    if (curl_easy_header(handle, "retry-after-ms", 0, CURLH_HEADER, -1, &header) == CURLHE_OK &&
        base_num_parse_scaled(base_str(header->value), 6, 0, LONGEST_RETRY_NS, &retry_ns)) {
        return retry_ns;
    }
    curl_off_t seconds = 0;
    if (curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &seconds) != CURLE_OK || seconds <= 0) {
        return 0;
    }
    return seconds < LONGEST_RETRY_NS / NS_PER_SEC ? (int64_t)seconds * NS_PER_SEC : LONGEST_RETRY_NS;
}

static bool is_web_page(CURL *handle)
{
    const char *type = NULL;
    static const char html[] = "text/html";
    return curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK && type &&
           curl_strnequal(type, html, sizeof html - 1);
}

/* Runs the request that is set up on `handle`, up to the end of its answer. */
static enum tta_status perform(CURL *handle, struct receiver *receiver, struct tta_key_answer *out_answer)
{
    CURLcode code = curl_easy_perform(handle);
    if (code == CURLE_OUT_OF_MEMORY || !base_buf_ok(&receiver->body)) {
        return TTA_NO_MEMORY;
    }
    long http_status = 0;
    (void)curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &http_status); /* stays 0 where there is none */
    *out_answer = (struct tta_key_answer){
        .delivery = receiver->is_too_large ? TTA_DELIVERY_TOO_LARGE : delivery_of(code),
        .http_status = (int)http_status,
        .is_web_page = is_web_page(handle),
        .retry_ns = read_retry_ns(handle),
        .body = base_buf_str(&receiver->body),
    };
    return TTA_OK;
}

/* Lends libcurl the header lines for the one request: it reads `headers` in place. */
static enum tta_status exchange(CURL *handle, const struct tta_key_request *request, struct curl_slist *headers,
                                struct receiver *receiver, struct tta_key_answer *out_answer)
{
    enum tta_status status = TTA_NO_MEMORY;
    if (curl_easy_setopt(handle, CURLOPT_URL, request->url) == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, receiver) == CURLE_OK) {
        status = perform(handle, receiver, out_answer);
    }
    (void)curl_easy_setopt(handle, CURLOPT_HTTPHEADER, (struct curl_slist *)NULL); /* taking back cannot fail */
    (void)curl_easy_setopt(handle, CURLOPT_WRITEDATA, NULL);
    return status;
}

static enum tta_status send_key(CURL *handle, const struct tta_key_request *request, struct str key,
                                struct receiver *receiver, struct tta_key_answer *out_answer)
{
    static const char bearer[] = "Authorization: Bearer ", x_api_key[] = "x-api-key: ";
    char accept[] = "Accept: application/json";
    char version[] = "anthropic-version: 2023-06-01";
    char line[sizeof bearer + TTA_MAX_KEY_BYTES];
    struct str name = request->uses_x_api_key ? STR(x_api_key) : STR(bearer);
    memcpy(line, name.ptr, name.len);
    memcpy(line + name.len, key.ptr, key.len);
    line[name.len + key.len] = '\0';

    struct curl_slist version_line = {.data = version};
    struct curl_slist accept_line = {.data = accept, .next = request->uses_x_api_key ? &version_line : NULL};
    struct curl_slist key_line = {.data = line, .next = &accept_line};
    enum tta_status status = exchange(handle, request, &key_line, receiver, out_answer);
    sodium_memzero(line, sizeof line);
    return status;
}

enum tta_status tta_key_probe(struct tta_key_prober *prober, const struct tta_key_request *request, struct str key,
                              struct tta_key_finding *out_finding)
{
    assert(!request->not_sent && key.len <= TTA_MAX_KEY_BYTES);
    CURL *handle = borrow_handle(prober);
    if (!handle) {
        return TTA_NO_MEMORY;
    }
    struct receiver receiver = {.is_too_large = false};
    base_buf_init(&receiver.body, request->max_answer_bytes);
    struct tta_key_answer answer;
    enum tta_status status = send_key(handle, request, key, &receiver, &answer);
    if (status == TTA_OK) {
        status = tta_key_answer_judge(&answer, request->shape, base_clock_unix_ns(), out_finding);
    }
    base_buf_deinit(&receiver.body);
    return_handle(prober, handle);
    return status;
}

/* Rounded up, so that a short time-out does not become none at all. */
static long whole_ms(int64_t ns)
{
    return (long)(ns / NS_PER_MS + (ns % NS_PER_MS > 0));
}

enum tta_status tta_key_prober_create(int64_t timeout_ns, int64_t connect_timeout_ns,
                                      struct tta_key_prober **out_prober)
{
    if (pthread_once(&curl_once, start_curl) != 0 || curl_start_code != CURLE_OK) {
        return TTA_NO_SERVICE;
    }
    struct tta_key_prober *prober = calloc(1, sizeof *prober);
    if (!prober) {
        return TTA_NO_MEMORY;
    }
    prober->timeout_ms = whole_ms(timeout_ns);
    prober->connect_timeout_ms = whole_ms(connect_timeout_ns);
    if (pthread_mutex_init(&prober->lock, NULL) != 0) {
        free(prober);
        return TTA_NO_MEMORY;
    }
    *out_prober = prober;
    return TTA_OK;
}

void tta_key_prober_destroy(struct tta_key_prober *prober)
{
    if (!prober) {
        return;
    }
    for (size_t i = 0; i < prober->idle_count; i++) {
        curl_easy_cleanup(prober->idle[i]);
    }
    pthread_mutex_destroy(&prober->lock);
    free(prober);
}
