// SPDX-License-Identifier: MIT
#include "base/hash.h"

uint64_t base_hash_add(uint64_t hash, struct str bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        hash = (hash ^ (unsigned char)bytes.ptr[i]) * UINT64_C(1099511628211);
    }
    return hash;
}
