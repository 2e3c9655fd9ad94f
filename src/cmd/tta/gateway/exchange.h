// SPDX-License-Identifier: MIT
/*
 * gateway/exchange.h - one request that a provider answers.
 *
 * It finds the targets of the model's name, sends the body to one after the
 * other as tta/failover.h says, and gives the client the first good answer,
 * whole or as a stream, or else what the failures come to.
 */
#ifndef CMD_TTA_GATEWAY_EXCHANGE_H
#define CMD_TTA_GATEWAY_EXCHANGE_H

#include "cmd/tta/gateway/worker.h"

/* Takes the turn of the connection, and answers it.  `path` is that of the route, static, for the log; `start_ns` is
 * when the request was taken up. */
void exchange_start(struct worker *worker, struct connection *connection, enum api api, const char *path,
                    const struct client *client, int64_t start_ns);

#endif /* CMD_TTA_GATEWAY_EXCHANGE_H */
