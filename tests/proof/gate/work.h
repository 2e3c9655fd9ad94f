// SPDX-License-Identifier: MIT
/*
 * work.h - how much work a body of the proof does.
 *
 * Each body does 100 units of its work in an iteration.  A build that is slowed by some
 * percent does so many units more: real work, in a body compiled like the others.
 */
#ifndef PROOF_GATE_WORK_H
#define PROOF_GATE_WORK_H

#include <stdint.h>

#define UNITS 100
#ifndef PLANTED
#define PLANTED 0
#endif

/* Volatile, so that each build has the same code and differs by a number in its data. */
static volatile unsigned planted = PLANTED;

static inline unsigned units_of_work(void)
{
    return UNITS + planted;
}

/* Xorshift (Marsaglia 2003); the state is above 0. */
static inline uint64_t next_number(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#endif /* PROOF_GATE_WORK_H */
