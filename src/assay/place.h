// SPDX-License-Identifier: MIT
/*
 * assay/place.h - a core for each thread of a body.
 *
 * Left to itself a scheduler puts a thread that is woken beside the one that woke
 * it.  Threads that meet often then share one core and run one after the other,
 * and what was to be measured of them together never happens.
 */
#ifndef ASSAY_PLACE_H
#define ASSAY_PLACE_H

#include <stdbool.h>

/*
 * Ties the calling thread to the core of this index among those that it may use, in the
 * order of the system's numbers, beginning again where there are fewer cores.
 * Threads and processes that it starts are tied as well.  False, and nothing
 * changed, where there is no choice or the system does not allow it.
 */
bool assay_place_thread(unsigned index);

#endif /* ASSAY_PLACE_H */
