// SPDX-License-Identifier: MIT
/*
 * tta/alert_hook.h - the command that is told of an alert.
 *
 * It is run by sh, with nothing on standard input, and finds in its environment
 *
 *     TTA_ALERT             the rule's name
 *     TTA_ALERT_STATE       "fires" or "resolved"
 *     TTA_ALERT_CONDITION   "p95 > 8 s"
 *     TTA_ALERT_WINDOW      "5m"
 *     TTA_ALERT_VALUE       "9.1 s"
 *     TTA_ALERT_REQUESTS    how many that is of
 *     TTA_ALERT_PROVIDER    of whom; empty: of all
 *     TTA_ALERT_MODEL       likewise
 */
#ifndef CMD_TTA_ALERT_HOOK_H
#define CMD_TTA_ALERT_HOOK_H

#include <sys/types.h>

#include "tta/alert.h"

/* "p95 > 8 s". */
#define ALERT_CONDITION_BYTES 80
void alert_condition_text(const struct tta_alert_rule *rule, char out_text[ALERT_CONDITION_BYTES]);

/* How long the command may take. */
#define ALERT_HOOK_SECONDS 30

/* Starts the command and goes on.  False if it cannot be started. */
bool alert_hook_start(const char *command, const struct tta_alert_state *state, pid_t *out_pid);

/* Waits for a command that was started, and kills it after `seconds`.  True if it ended with status 0. */
bool alert_hook_wait(pid_t pid, int64_t seconds);

#endif /* CMD_TTA_ALERT_HOOK_H */
