// SPDX-License-Identifier: MIT
/*
 * tta/closed.h - keeps what the program knows from other processes.
 */
#ifndef CMD_TTA_CLOSED_H
#define CMD_TTA_CLOSED_H

/* No core image of this process is written, and only root reads its memory and its environment from now on. */
void close_process(void);

/* Zeroes the value of a variable of the environment, which other programs of the user could read in /proc; it is
 * as good as unset then.  One that is not set stays so. */
void wipe_variable(const char *name);

#endif /* CMD_TTA_CLOSED_H */
