// SPDX-License-Identifier: MIT
#define _XOPEN_SOURCE 700 /* setpriority */
#include "cmd/assay/priority.h"

#include <errno.h>
#include <sys/resource.h>

struct priority priority_raise(bool is_wanted)
{
    struct priority priority = {0};
    errno = 0;
    priority.before = getpriority(PRIO_PROCESS, 0);
    if (is_wanted && errno == 0 && priority.before > PRIORITY_RAISED) {
        priority.is_raised = setpriority(PRIO_PROCESS, 0, PRIORITY_RAISED) == 0;
    }
    return priority;
}

void priority_restore(const struct priority *priority)
{
    if (priority->is_raised) {
        (void)setpriority(PRIO_PROCESS, 0, priority->before); /* lower is always allowed */
    }
}
