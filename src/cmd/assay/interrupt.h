// SPDX-License-Identifier: MIT
/*
 * assay/interrupt.h - what happens on SIGINT, SIGTERM and SIGHUP.
 *
 * In any case the process groups of the workers that run are killed: they are not the
 * terminal's, so Ctrl-C does not reach them by itself.  This process then ends by
 * the signal, unless it was gentle: then the first signal is only noted, so that
 * what is complete can still be printed and saved, and the second ends it.
 */
#ifndef CMD_ASSAY_INTERRUPT_H
#define CMD_ASSAY_INTERRUPT_H

#include <stdbool.h>
#include <sys/types.h>

/* From now on they are handled as above. */
void interrupt_install(void);

/* Whether the next signal is the first of two.  A noted signal stays noted. */
void interrupt_be_gentle(bool gentle);

/* The signal that was noted; 0: none. */
int interrupt_caught(void);

/* At most so many groups are watched. */
#define INTERRUPT_MAX_GROUPS 2

/* A group to be killed, until it is forgotten.  One that comes after a signal was noted is
 * killed at once, so none outlives a signal that arrives while it starts. */
void interrupt_watch_group(pid_t group);
void interrupt_forget_group(pid_t group);

/* Ends this process by the signal that was noted, as whoever waits for it expects
 * of an interrupted program; nothing if none was. */
void interrupt_end(void);

#endif /* CMD_ASSAY_INTERRUPT_H */
