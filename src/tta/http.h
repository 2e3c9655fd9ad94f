// SPDX-License-Identifier: MIT
/*
 * tta/http.h - requests to providers, by libcurl.
 *
 * Where a key is sent it goes nowhere else: redirects are not followed, proxies
 * of the environment are not used, only http and https are spoken, certificates
 * are checked.
 */
#ifndef TTA_HTTP_H
#define TTA_HTTP_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "tta/status.h"

/* How far a request came. */
enum tta_delivery {
    TTA_DELIVERY_ANSWERED,      /* a whole answer was read */
    TTA_DELIVERY_NOT_CONNECTED, /* no such host, refused */
    TTA_DELIVERY_NOT_TRUSTED,   /* no TLS connection, or not with whom it should be; the key was not sent */
    TTA_DELIVERY_TIMED_OUT,
    TTA_DELIVERY_TOO_LARGE, /* the answer went beyond its limit */
    TTA_DELIVERY_BROKEN     /* closed or garbled before the end */
};

/* What came.  Its body is set up by the caller: its max_len is the limit. */
struct tta_http_answer {
    enum tta_delivery delivery; /* the rest counts only if answered */
    int http_status;
    bool is_web_page; /* HTML, by its content type */
    int64_t retry_ns; /* as the headers say; 0 if they do not */
    struct buf body;
    struct str secret; /* the key that is sent, set by the caller: where the body quotes it, it is hidden, see
                          tta_secret_hide() */
    bool is_too_large; /* used while it comes */
};

/* Starts libcurl once in the life of the program, with an allocator that leaves no copies of keys in memory, unless the
 * program has started it before.  False if it cannot. */
bool tta_http_start(void);

/* Rounded up, so that a short time-out does not become none at all. */
long tta_http_whole_ms(int64_t ns);

/* A handle set up as above, for curl_easy_cleanup(); NULL without memory. */
CURL *tta_http_open(long timeout_ms, long connect_timeout_ms);

/* Lets it believe the authorities of this file of PEM certificates alone; NULL: those of the system, as it did.  False
 * without memory. */
bool tta_http_trust(CURL *handle, const char *ca_file);

/* Sends one request and reads its answer; `post` is the body of a POST, NULL for a GET.  The headers are read where
 * they are and not kept.  TTA_OK, TTA_NO_MEMORY. */
enum tta_status tta_http_exchange(CURL *handle, const char *url, struct curl_slist *headers, const char *post,
                                  struct tta_http_answer *answer);

#endif /* TTA_HTTP_H */
