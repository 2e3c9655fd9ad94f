// SPDX-License-Identifier: MIT
/* gateway/call.h - one request to a provider, whichever way it goes. */
#ifndef CMD_TTA_GATEWAY_CALL_H
#define CMD_TTA_GATEWAY_CALL_H

#include <curl/curl.h>

#include "base/buf.h"
#include "tta/failure.h"

struct endpoint;
struct plain_link;

enum call_verdict { CALL_GOES_ON, CALL_PAUSES, CALL_STOPS };

/* Zero-initialised but for the functions and their context; must stay where it is while it is under way. */
struct call {
    /* Bytes of the body, which are taken.  After CALL_PAUSES no more are read until call_resume(), though some that
     * were may still come.  CALL_STOPS ends the call, as cut.  The call must not be cancelled within. */
    enum call_verdict (*on_body)(void *context, const char *bytes, size_t len);
    /* It is over, and may be started again. */
    void (*on_end)(void *context, enum tta_transport transport);
    void *context;
    struct str lines; /* more headers of the request, each ending in CRLF; borrowed until it is over */

    int http_status; /* 0 before the head */
    struct buf head; /* the lines of the last head, its status line apart */
    bool is_head_whole;

    /* Of those who carry it. */
    struct endpoint *endpoint; /* NULL: it is not under way */
    CURL *handle;              /* or */
    struct plain_link *link;
    bool is_paused, quotes_key;
    struct curl_slist *own_headers; /* the lines, before those of the endpoint */
};

#define CALL_MAX_HEAD_BYTES 65536
enum { CALL_MAX_HEADERS = 64 };

#endif /* CMD_TTA_GATEWAY_CALL_H */
