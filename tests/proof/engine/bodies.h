// SPDX-License-Identifier: MIT
/* bodies.h - the same work for both harnesses, of about 1 ns, 1 us and 1 ms. */
#ifndef PROOF_BODIES_H
#define PROOF_BODIES_H

#include <stdint.h>

/* A chain of multiplications, each waiting for the one before: three cycles each. */
static inline uint64_t multiply_chain(uint64_t x, unsigned steps)
{
    for (unsigned i = 0; i < steps; i++) {
        x = x * UINT64_C(6364136223846793005) + 1;
        __asm__ volatile("" : "+r"(x));
    }
    return x;
}

#define STEPS_OF_1_NS 1
#define STEPS_OF_1_US 950
#define STEPS_OF_1_MS 950000

#endif /* PROOF_BODIES_H */
