// SPDX-License-Identifier: MIT
/*
 * gateway/plain.h - calls over plain HTTP/1.1 to an address that is a number.
 *
 * For servers of one's own, which are near: their answers take less time than
 * libcurl takes to pass them on.  Whatever has a name or TLS goes by libcurl,
 * see gateway/upstream.h, which this one is a part of.
 */
#ifndef CMD_TTA_GATEWAY_PLAIN_H
#define CMD_TTA_GATEWAY_PLAIN_H

#include "cmd/tta/gateway/call.h"
#include "cmd/tta/gateway/loop.h"

struct plain_server;
struct plain_link;

/* The URL is one of plain_address_of().  `lines` are header lines that each end in CRLF, copied; `key_line` is one
 * more, without an end, borrowed and copied nowhere; empty: there is none.  NULL without memory. */
struct plain_server *plain_create(struct loop *loop, const char *url, const char *lines, struct str key_line,
                                  int64_t connect_timeout_ns);
/* No call may be under way.  NULL does nothing. */
void plain_destroy(struct plain_server *server);

/* As call_start() and so on. */
bool plain_start(struct plain_server *server, struct call *call, struct str body);
void plain_cancel(struct call *call);
void plain_resume(struct call *call);

#endif /* CMD_TTA_GATEWAY_PLAIN_H */
