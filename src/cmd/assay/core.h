// SPDX-License-Identifier: MIT
/*
 * assay/core.h - which core of the machine this process and what it starts run on.
 *
 * Processes that take turns must do so on one core: two cores of one machine have
 * different speeds at the same moment.
 */
#ifndef CMD_ASSAY_CORE_H
#define CMD_ASSAY_CORE_H

#include <stdbool.h>
#include <stdint.h>

#define CORE_MAX 1024

/* Zero-initialised, nothing is known yet. */
struct cores {
    bool is_known;
    unsigned count;             /* of cores that may be used; below 2 there is no choice */
    unsigned ids[CORE_MAX];     /* by the system's numbers */
    uint64_t busy[CORE_MAX];    /* ticks of each, when it was looked at */
    double load[CORE_MAX];      /* share of the time since that others used, the last looks counting most */
    int64_t looked_ns;          /* 0: never */
    int64_t own_ns;             /* that this process and its children had used then */
    int used;                   /* the core that this process was tied to since; -1: none */
};

/*
 * Ties this process, and what it starts from now on, to the core that others have used least
 * lately; of those that are about alike, to one by chance.  Nothing happens where there is no
 * choice or the system does not allow it.
 */
void core_choose(struct cores *cores, uint64_t *random);
/* Lets this process, and what it starts from now on, run on all cores that it could at first. */
void core_release(struct cores *cores);

/*
 * The least of `count` loads, 1 or more, or one by chance of those that are at most 0.1 above it.
 * What core_choose() goes by; pure.
 */
unsigned core_least(const double *loads, unsigned count, uint64_t *random);

#endif /* CMD_ASSAY_CORE_H */
