// SPDX-License-Identifier: MIT
/*
 * base/random.h - numbers that look random and repeat with their seed.
 *
 * SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014): the whole state is one word, which the caller owns
 * and may set to any seed.  Not for secrets.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* The next number; moves `*state` on. */
uint64_t base_random_next(uint64_t *state);

/* A number below `limit`, which is at least 1, each as likely as the others but
 * for less than one part in 2^32 while limit is below 2^32. */
uint64_t base_random_below(uint64_t *state, uint64_t limit);

/* Puts the numbers into a random order, each as likely as the others (Fisher and Yates). */
void base_random_shuffle(uint64_t *state, size_t *numbers, size_t count);

#endif /* BASE_RANDOM_H */
