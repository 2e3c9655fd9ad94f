// SPDX-License-Identifier: MIT
/* gateway/route.h - which path is answered by whom: a line a route, in route.c. */
#ifndef CMD_TTA_GATEWAY_ROUTE_H
#define CMD_TTA_GATEWAY_ROUTE_H

#include "cmd/tta/gateway/worker.h"

/* Answers a request, now or later. */
void route_serve(struct worker *worker, struct connection *connection, const struct request *request);

/* A path as it may be told to others than who asked: of a route, with "*" for what that leaves open, and of what none
 * has only as far as some has it.  Somebody may have pasted a key there. */
#define ROUTE_SHOWN_BYTES 64
void route_show_path(struct str path, char out_shown[ROUTE_SHOWN_BYTES]);

/* The routes that there are, for tests: the method, and the path, whose end "*" is any text. */
size_t route_count(void);
const char *route_at(size_t index, const char **out_path);

#endif /* CMD_TTA_GATEWAY_ROUTE_H */
