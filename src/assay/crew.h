// SPDX-License-Identifier: MIT
/*
 * assay/crew.h - threads that run one body in step.
 *
 * Members meet when something is to be said or heard, where they sleep, and
 * start each batch together, where they spin: a thread that is woken for the
 * start comes tens of microseconds late.  A crew that is broken, because a
 * member left, meets no more; nobody waits for the missing.
 */
#ifndef ASSAY_CREW_H
#define ASSAY_CREW_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct crew {
    unsigned count; /* members */
    pthread_mutex_t lock;
    pthread_cond_t all_are_here;
    unsigned arrived, meetings; /* at the meeting at hand; held so far */
    atomic_bool is_broken;
    atomic_ulong started; /* members times starts */
};

void assay_crew_init(struct crew *crew, unsigned count);
void assay_crew_deinit(struct crew *crew);

/* Waits, asleep, until every member has called this.  What a member wrote before
 * is seen by all after.  False if the crew is broken. */
bool assay_crew_meet(struct crew *crew);

/* The same, but awake, so that all go on within a fraction of a microsecond if
 * each has a core. */
bool assay_crew_start(struct crew *crew);

/* Makes all meetings and starts false, those that members wait at too. */
void assay_crew_break(struct crew *crew);

#endif /* ASSAY_CREW_H */
