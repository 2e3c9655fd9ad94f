// SPDX-License-Identifier: MIT
/*
 * gateway/origin.h - whether a page of somebody else's makes a browser ask.
 *
 * Any page may make the browser of whoever reads it send a request to this
 * machine; it cannot read the answer, but the request would cost.  Browsers say
 * so in Sec-Fetch-Site, or at least in Origin; programs send neither.
 */
#ifndef CMD_TTA_GATEWAY_ORIGIN_H
#define CMD_TTA_GATEWAY_ORIGIN_H

#include "cmd/tta/gateway/request.h"

/* Of GET and HEAD, which change nothing, always false, or no link to the gateway's page would work. */
bool origin_is_foreign(const struct request *request);

#endif /* CMD_TTA_GATEWAY_ORIGIN_H */
