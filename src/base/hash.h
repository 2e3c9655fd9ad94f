// SPDX-License-Identifier: MIT
/*
 * base/hash.h - FNV-1a of 64 bits: whether two pieces of data are the same.
 *
 * For data that nobody forges: whoever wants two that collide can make them.
 * http://www.isthe.com/chongo/tech/comp/fnv/
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

#include "base/text.h"

#define BASE_HASH_START UINT64_C(14695981039346656037) /* the hash of nothing */

/* The hash of what `hash` is of, followed by `bytes`. */
uint64_t base_hash_add(uint64_t hash, struct str bytes);

#endif /* BASE_HASH_H */
