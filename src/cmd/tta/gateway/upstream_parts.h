// SPDX-License-Identifier: MIT
/* gateway/upstream_parts.h - an upstream as its parts see it: upstream.c has the loop and the endpoints,
 * upstream_call.c the calls. */
#ifndef CMD_TTA_GATEWAY_UPSTREAM_PARTS_H
#define CMD_TTA_GATEWAY_UPSTREAM_PARTS_H

#include "cmd/tta/gateway/call.h"
#include "cmd/tta/gateway/loop.h"

enum { UPSTREAM_MAX_IDLE_HANDLES = 64 };

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
    const char *ca_file;         /* NULL: of the system */
    char error[CURL_ERROR_SIZE]; /* what libcurl says of the call that has just ended */
    bool has_complained;
    struct str key;               /* borrowed; empty: there is none */
    struct curl_slist *headers;   /* the last of them is key_header, if there is a key */
    struct curl_slist key_header; /* its line is in memory that core images leave out */
    CURL *idle[UPSTREAM_MAX_IDLE_HANDLES];
    size_t idle_count, call_count;
};

/* Takes the handle of a call that is over, or is to be. */
void upstream_put_back(struct call *call);

#endif /* CMD_TTA_GATEWAY_UPSTREAM_PARTS_H */
