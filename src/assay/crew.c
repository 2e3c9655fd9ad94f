// SPDX-License-Identifier: MIT
#include "assay/crew.h"

#include <sched.h>

/* Turns of waiting for a start before others get the core: with more threads
 * than cores somebody else must run for the start to come. */
#define SPINS 2000

void assay_crew_init(struct crew *crew, unsigned count)
{
    *crew = (struct crew){.count = count};
    (void)pthread_mutex_init(&crew->lock, NULL); /* plain ones cannot fail */
    (void)pthread_cond_init(&crew->all_are_here, NULL);
}

void assay_crew_deinit(struct crew *crew)
{
    (void)pthread_cond_destroy(&crew->all_are_here);
    (void)pthread_mutex_destroy(&crew->lock);
}

bool assay_crew_meet(struct crew *crew)
{
    (void)pthread_mutex_lock(&crew->lock);
    unsigned meeting = crew->meetings;
    if (++crew->arrived == crew->count) {
        crew->arrived = 0;
        crew->meetings++;
        (void)pthread_cond_broadcast(&crew->all_are_here);
    }
    while (crew->meetings == meeting && !atomic_load(&crew->is_broken)) {
        (void)pthread_cond_wait(&crew->all_are_here, &crew->lock);
    }
    (void)pthread_mutex_unlock(&crew->lock);
    return !atomic_load(&crew->is_broken);
}

bool assay_crew_start(struct crew *crew)
{
    unsigned long before = atomic_fetch_add(&crew->started, 1);
    unsigned long all = (before / crew->count + 1) * crew->count;
    for (unsigned spins = 0; atomic_load(&crew->started) < all; spins++) {
        if (atomic_load(&crew->is_broken)) {
            return false;
        }
        if (spins > SPINS) {
            (void)sched_yield();
        }
    }
    return !atomic_load(&crew->is_broken);
}

void assay_crew_break(struct crew *crew)
{
    (void)pthread_mutex_lock(&crew->lock);
    atomic_store(&crew->is_broken, true);
    (void)pthread_cond_broadcast(&crew->all_are_here);
    (void)pthread_mutex_unlock(&crew->lock);
}
