// SPDX-License-Identifier: MIT
/* gateway/route.h - which path is answered by whom: a line a route, in route.c. */
#ifndef CMD_TTA_GATEWAY_ROUTE_H
#define CMD_TTA_GATEWAY_ROUTE_H

#include "cmd/tta/gateway/worker.h"

/* Answers a request, now or later. */
void route_serve(struct worker *worker, struct connection *connection, const struct request *request);

#endif /* CMD_TTA_GATEWAY_ROUTE_H */
