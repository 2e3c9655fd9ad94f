// SPDX-License-Identifier: MIT
/*
 * gateway/origin.h - whether a page of somebody else's makes a browser ask.
 *
 * Any page may make the browser of whoever reads it send a request to this
 * machine; it cannot read the answer, but the request would cost.  Browsers say
 * so in Sec-Fetch-Site, or at least in Origin; programs send neither.
 *
 * A page may also have its own name lead to this machine once it is there (DNS
 * rebinding).  To the browser all is of one origin then, and the page reads the answers;
 * what gives it away is that name, in Host.
 */
#ifndef CMD_TTA_GATEWAY_ORIGIN_H
#define CMD_TTA_GATEWAY_ORIGIN_H

#include "cmd/tta/gateway/request.h"

/* Of GET and HEAD, which change nothing, always false, or no link to the gateway's page would work. */
bool origin_is_foreign(const struct request *request);

/*
 * Whether the name in Host, whatever the method, may be one of somebody else's that leads here.  These are not: a
 * request without Host, an address in numbers, localhost and what ends in it, a name without a dot, which only
 * this machine and its network give, and `names`, in either case of letters.
 */
bool origin_is_renamed(const struct request *request, const char *const *names, size_t name_count);

#endif /* CMD_TTA_GATEWAY_ORIGIN_H */
