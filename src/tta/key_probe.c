// SPDX-License-Identifier: MIT
/*
 * A libcurl handle keeps its connections, so a prober lends out the handle
 * that came back last: as long as one thread asks at a time, it is always the
 * same and warm.  (Sharing connections between handles of several threads is
 * what libcurl advises against.)
 *
 * The key goes nowhere else, see http.h.  Its header line lives on the stack and is wiped; libcurl reads it
 * from there.
 */
#include "tta/key_probe.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tta/http.h"
#include "tta/secret.h"

enum { IDLE_HANDLES = 4 };

struct tta_key_prober {
    long timeout_ms;
    long connect_timeout_ms;
    char *ca_file; /* NULL: the system's authorities */
    pthread_mutex_t lock; /* of what follows */
    CURL *idle[IDLE_HANDLES];
    size_t idle_count;
};

/* NULL without memory. */
static CURL *open_handle(const struct tta_key_prober *prober)
{
    CURL *handle = tta_http_open(prober->timeout_ms, prober->connect_timeout_ms);
    if (handle && !tta_http_trust(handle, prober->ca_file)) {
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

static enum tta_status send_key(CURL *handle, const struct tta_key_request *request, struct str key,
                                struct tta_http_answer *answer)
{
    char accept[] = "Accept: application/json";
    char version[] = "anthropic-version: 2023-06-01";
    char line[TTA_KEY_LINE_BYTES];
    tta_key_line(key, request->uses_x_api_key, line);

    struct curl_slist version_line = {.data = version};
    struct curl_slist accept_line = {.data = accept, .next = request->uses_x_api_key ? &version_line : NULL};
    struct curl_slist key_line = {.data = line, .next = &accept_line};
    enum tta_status status = tta_http_exchange(handle, request->url, &key_line, NULL, answer);
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
    struct tta_http_answer received = {.delivery = TTA_DELIVERY_BROKEN, .secret = key};
    base_buf_init(&received.body, request->max_answer_bytes);
    enum tta_status status = send_key(handle, request, key, &received);
    if (status == TTA_OK) {
        const struct tta_key_answer answer = {
            .delivery = received.delivery,
            .http_status = received.http_status,
            .is_web_page = received.is_web_page,
            .retry_ns = received.retry_ns,
            .body = base_buf_str(&received.body),
        };
        status = tta_key_answer_judge(&answer, request->shape, base_clock_unix_ns(), out_finding);
    }
    base_buf_deinit(&received.body);
    return_handle(prober, handle);
    return status;
}

enum tta_status tta_key_prober_create(int64_t timeout_ns, int64_t connect_timeout_ns, const char *ca_file,
                                      struct tta_key_prober **out_prober)
{
    if (!tta_http_start()) {
        return TTA_NO_SERVICE;
    }
    struct tta_key_prober *prober = calloc(1, sizeof *prober);
    if (!prober) {
        return TTA_NO_MEMORY;
    }
    prober->timeout_ms = tta_http_whole_ms(timeout_ns);
    prober->connect_timeout_ms = tta_http_whole_ms(connect_timeout_ns);
    prober->ca_file = ca_file ? strdup(ca_file) : NULL;
    if ((ca_file && !prober->ca_file) || pthread_mutex_init(&prober->lock, NULL) != 0) {
        free(prober->ca_file);
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
    free(prober->ca_file);
    free(prober);
}
