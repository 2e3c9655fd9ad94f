// SPDX-License-Identifier: MIT
/* mutate.h - changes of an input that a parser may break on. */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

#define MAX_INPUT_BYTES ((size_t)1 << 20)

struct input {
    char *ptr;
    size_t len;
};

/*
 * Changes an input with room for MAX_INPUT_BYTES + 1 in a few steps; how follows from `*seed`, which moves on.
 * Bytes are flipped, cut, repeated, replaced and taken from `other`.  Of JSON, in half of all mutations, values
 * are replaced by ones of another type, of another size or nested thousands deep, or taken from `other`, and
 * members are repeated with another value or left out, so that more of it can still be read.
 */
void mutate(struct input *input, const struct input *other, uint64_t *seed);

/* From 0 to limit - 1; 0 if that is 0. */
size_t random_below(uint64_t *seed, size_t limit);

#endif /* FUZZ_MUTATE_H */
