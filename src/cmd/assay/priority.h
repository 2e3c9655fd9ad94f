// SPDX-License-Identifier: MIT
/*
 * assay/priority.h - whether other programs give way to this one.
 *
 * On a core that is always busy, a process that takes turns with another waits for a third
 * at every turn, and finds the caches used by it.  One of higher priority does not.
 */
#ifndef CMD_ASSAY_PRIORITY_H
#define CMD_ASSAY_PRIORITY_H

#include <stdbool.h>

/* Of the system's scale, on which -20 goes first and 19 last: enough for nine tenths of a core that another program
 * wants whole, so that the machine stays of use to its owner. */
#define PRIORITY_RAISED (-10)

/* What priority_raise() did. */
struct priority {
    bool is_raised;
    int before; /* where it was raised */
};

/*
 * Raises this process, and what it starts from now on, to PRIORITY_RAISED.  Nothing happens
 * unless it `is_wanted`, if it is at least as high already, or if the system does not allow it,
 * as it only does to root, to who has CAP_SYS_NICE, or within RLIMIT_NICE.
 */
struct priority priority_raise(bool is_wanted);
/* Back to what it was before. */
void priority_restore(const struct priority *priority);

#endif /* CMD_ASSAY_PRIORITY_H */
