// SPDX-License-Identifier: MIT
/*
 * gateway/upstream.h - requests to providers, many at a time.
 *
 * One upstream a loop: it keeps connections warm; libcurl resolves names beside
 * the loop and speaks TLS and HTTP/2 where there is https, and what is near and
 * plain goes without it (gateway/plain.h).  An *endpoint* is a URL
 * with the headers that go there, a key among them; a *call* is one request.
 * All of it is for the loop's thread.  As tta/http.h: no redirects, no proxies,
 * certificates are checked.
 */
#ifndef CMD_TTA_GATEWAY_UPSTREAM_H
#define CMD_TTA_GATEWAY_UPSTREAM_H

#include "cmd/tta/gateway/call.h"
#include "cmd/tta/gateway/loop.h"
#include "tta/failure.h"
#include "tta/fetch.h"

struct upstream;
struct endpoint;

/* NULL without memory, or if libcurl cannot start. */
struct upstream *upstream_create(struct loop *loop, int64_t connect_timeout_ns);
/* No call may be under way, and no endpoint left.  NULL does nothing. */
void upstream_destroy(struct upstream *upstream);

/* `auth` says how the key of the server is shown; if it has none, none is.  The URL is copied, the key and the ca_file
 * are borrowed: no copy of the key is where core images would have it, but for those that libcurl makes while it sends.
 * NULL without memory. */
struct endpoint *endpoint_create(struct upstream *upstream, const char *url, enum tta_auth auth,
                                 const struct tta_server *server);
/* No call may be under way there.  NULL does nothing. */
void endpoint_destroy(struct endpoint *endpoint);

/* Sends a body, borrowed until the call is over.  False without memory. */
bool call_start(struct call *call, struct endpoint *endpoint, struct str body);
/* Ends it at once, its connection too unless others share it; on_end is not called.  Does nothing if it is not under
 * way. */
void call_cancel(struct call *call);
/* Goes on after CALL_PAUSES; both functions may be called within. */
void call_resume(struct call *call);
void call_deinit(struct call *call);

/* The headers of the answer, borrowed from the call; how many there are. */
size_t call_headers(const struct call *call, struct tta_header out_headers[CALL_MAX_HEADERS]);

#endif /* CMD_TTA_GATEWAY_UPSTREAM_H */
