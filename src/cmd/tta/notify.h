// SPDX-License-Identifier: MIT
/* tta/notify.h - tells the manager of services, systemd, how the program stands (sd_notify(3), Type=notify). */
#ifndef CMD_TTA_NOTIFY_H
#define CMD_TTA_NOTIFY_H

/* Lines as "READY=1\nSTATUS=...".  Where no manager waits for them nothing happens, and nothing that fails is told:
 * the manager itself then sees that it is told nothing. */
void notify_manager(const char *lines);

#endif /* CMD_TTA_NOTIFY_H */
