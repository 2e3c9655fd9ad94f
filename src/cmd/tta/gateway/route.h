// SPDX-License-Identifier: MIT
/* gateway/route.h - which path is answered by whom: a line a route, in route.c. */
#ifndef CMD_TTA_GATEWAY_ROUTE_H
#define CMD_TTA_GATEWAY_ROUTE_H

#include "cmd/tta/gateway/worker.h"

/* Answers a request, now or later. */
void route_serve(struct worker *worker, struct connection *connection, const struct request *request);

/* The routes that there are, for tests: the method, and the path, whose end "*" is any text. */
size_t route_count(void);
const char *route_at(size_t index, const char **out_path);

#endif /* CMD_TTA_GATEWAY_ROUTE_H */
