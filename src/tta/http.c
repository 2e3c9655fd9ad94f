// SPDX-License-Identifier: MIT
#include "tta/http.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "tta/secret.h"
#include "tta/wiping.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_SEC INT64_C(1000000000)
#define LONGEST_RETRY_NS (INT64_C(24) * 3600 * NS_PER_SEC) /* daily limits are the longest there are */

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_start_code;

static void start_curl(void)
{
    curl_start_code = curl_global_init_mem(CURL_GLOBAL_DEFAULT, tta_wiping_malloc, tta_wiping_free, tta_wiping_realloc,
                                           tta_wiping_strdup, tta_wiping_calloc);
}

bool tta_http_start(void)
{
    return pthread_once(&curl_once, start_curl) == 0 && curl_start_code == CURLE_OK;
}

/* Rounded up, so that a short time-out does not become none at all. */
long tta_http_whole_ms(int64_t ns)
{
    return (long)(ns / NS_PER_MS + (ns % NS_PER_MS > 0));
}

static size_t receive(char *bytes, size_t size, size_t count, void *context)
{
    struct tta_http_answer *answer = context;
    size_t len = size * count; /* size is 1, by libcurl's contract */
    if (len > answer->body.max_len - answer->body.len) {
        answer->is_too_large = true;
        return len + 1; /* anything but len ends the transfer */
    }
    size_t before = answer->body.len;
    base_buf_add(&answer->body, (struct str){bytes, len});
    if (!base_buf_ok(&answer->body)) {
        return len + 1;
    }
    /* A provider may quote the key that it refuses, or name a model after it: neither is kept, shown or parsed. */
    bool may_be_in_two_parts = before >= answer->secret.len && answer->secret.len > 0;
    size_t from = may_be_in_two_parts ? before - answer->secret.len + 1 : 0;
    tta_secret_hide(answer->secret, answer->body.ptr + from, answer->body.len - from);
    return len;
}

static CURLcode set_up(CURL *handle, long timeout_ms, long connect_timeout_ms)
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
        {CURLOPT_TIMEOUT_MS, timeout_ms},
        {CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms},
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

CURL *tta_http_open(long timeout_ms, long connect_timeout_ms)
{
    CURL *handle = curl_easy_init();
    if (handle && set_up(handle, timeout_ms, connect_timeout_ms) != CURLE_OK) {
        curl_easy_cleanup(handle);
        return NULL;
    }
    return handle;
}

bool tta_http_trust(CURL *handle, const char *ca_file)
{
    return !ca_file || (curl_easy_setopt(handle, CURLOPT_CAINFO, ca_file) == CURLE_OK &&
                        curl_easy_setopt(handle, CURLOPT_CAPATH, NULL) == CURLE_OK);
}

static enum tta_delivery delivery_of(CURLcode code)
{
    static const struct {
        CURLcode code;
        enum tta_delivery delivery;
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
static enum tta_status perform(CURL *handle, struct tta_http_answer *answer)
{
    CURLcode code = curl_easy_perform(handle);
    if (code == CURLE_OUT_OF_MEMORY || !base_buf_ok(&answer->body)) {
        return TTA_NO_MEMORY;
    }
    long http_status = 0;
    (void)curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &http_status); /* stays 0 where there is none */
    answer->delivery = answer->is_too_large ? TTA_DELIVERY_TOO_LARGE : delivery_of(code);
    answer->http_status = (int)http_status;
    answer->is_web_page = is_web_page(handle);
    answer->retry_ns = read_retry_ns(handle);
    return TTA_OK;
}

static CURLcode set_method(CURL *handle, const char *post)
{
    if (!post) {
        return curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L);
    }
    CURLcode code = curl_easy_setopt(handle, CURLOPT_POST, 1L);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_POSTFIELDS, post) : code; /* which it does not copy */
}

enum tta_status tta_http_exchange(CURL *handle, const char *url, struct curl_slist *headers, const char *post,
                                  struct tta_http_answer *answer)
{
    enum tta_status status = TTA_NO_MEMORY;
    answer->is_too_large = false;
    if (set_method(handle, post) == CURLE_OK && curl_easy_setopt(handle, CURLOPT_URL, url) == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, answer) == CURLE_OK) {
        status = perform(handle, answer);
    }
    (void)curl_easy_setopt(handle, CURLOPT_HTTPHEADER, (struct curl_slist *)NULL); /* taking back cannot fail */
    (void)curl_easy_setopt(handle, CURLOPT_POSTFIELDS, (char *)NULL);
    (void)curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L);
    (void)curl_easy_setopt(handle, CURLOPT_WRITEDATA, NULL);
    return status;
}
