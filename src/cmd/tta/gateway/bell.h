// SPDX-License-Identifier: MIT
/*
 * gateway/bell.h - the alerts of the configuration, and the command that is told of them.
 *
 * For one thread.  Nobody waits for a command: it has half a minute, and then it
 * is killed.
 */
#ifndef CMD_TTA_GATEWAY_BELL_H
#define CMD_TTA_GATEWAY_BELL_H

#include "cmd/tta/config.h"
#include "tta/metric_store.h"

struct bell;

/* What the configuration says, copied; `*out_bell` is NULL where it states no alerts.  False after a complaint. */
bool bell_create(const struct config *config, struct bell **out_bell);
/* Commands that run go on.  NULL does nothing. */
void bell_destroy(struct bell *bell);

/* Looks at the alerts; whatever is new is written on stderr and told to the command.  `store` may be NULL, and so may
 * the bell. */
void bell_check(struct bell *bell, struct tta_metrics *metrics, struct tta_metric_store *store);

#endif /* CMD_TTA_GATEWAY_BELL_H */
