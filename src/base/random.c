// SPDX-License-Identifier: MIT
#include "base/random.h"

uint64_t base_random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

uint64_t base_random_below(uint64_t *state, uint64_t limit)
{
    return base_random_next(state) % limit;
}

void base_random_shuffle(uint64_t *state, size_t *numbers, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)base_random_below(state, i);
        size_t kept = numbers[i - 1];
        numbers[i - 1] = numbers[other];
        numbers[other] = kept;
    }
}
