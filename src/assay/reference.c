// SPDX-License-Identifier: MIT
/*
 * The loop is assembly from end to end, so that it is the same in a build
 * without optimisation.  Additions are of two registers: some processors add a
 * constant while renaming registers, in no time.
 */
#include "assay/reference.h"

#include <stdint.h>

#include "base/clock.h"

#define TURNS 800
#define ADDITIONS_A_TURN 64 /* as the assembly below repeats */

#if defined(__x86_64__)
#define CHAIN                                                                                                          \
    ".p2align 6\n"                                                                                                     \
    "1:\n"                                                                                                             \
    ".rept 64\n"                                                                                                       \
    "add %2, %0\n"                                                                                                     \
    ".endr\n"                                                                                                          \
    "sub $1, %1\n"                                                                                                     \
    "jnz 1b\n"
#elif defined(__aarch64__)
#define CHAIN                                                                                                          \
    ".p2align 6\n"                                                                                                     \
    "1:\n"                                                                                                             \
    ".rept 64\n"                                                                                                       \
    "add %0, %0, %2\n"                                                                                                 \
    ".endr\n"                                                                                                          \
    "subs %1, %1, #1\n"                                                                                                \
    "b.ne 1b\n"
#endif

double assay_reference_cycle_ns(void)
{
#if defined(CHAIN)
    uint64_t x = 1, turns = TURNS, step = 3;
    int64_t start_ns = base_clock_monotonic_ns();
    __asm__ volatile(CHAIN : "+r"(x), "+r"(turns) : "r"(step) : "cc");
    return (double)(base_clock_monotonic_ns() - start_ns) / (TURNS * ADDITIONS_A_TURN);
#else
    return 0;
#endif
}
