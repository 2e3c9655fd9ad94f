// SPDX-License-Identifier: MIT
/*
 * The loops are assembly from end to end, so that they are the same in a build
 * without optimisation.  Additions are of two registers: some processors add a
 * constant while renaming registers, in no time.
 */
#include "assay/reference.h"

#include <stdint.h>

#include "base/clock.h"

#define CHAIN_TURNS 800
#define ADDITIONS_A_TURN 64 /* as the assembly below repeats */
#define SLOT_TURNS 400
#define SLOTS_A_TURN 16

#if defined(__x86_64__)
#define CHAIN                                                                                                          \
    ".p2align 6\n"                                                                                                     \
    "1:\n"                                                                                                             \
    ".rept 64\n"                                                                                                       \
    "add %2, %0\n"                                                                                                     \
    ".endr\n"                                                                                                          \
    "sub $1, %1\n"                                                                                                     \
    "jnz 1b\n"
#define SLOTS                                                                                                          \
    ".p2align 6\n"                                                                                                     \
    "1:\n"                                                                                                             \
    ".rept 16\n"                                                                                                       \
    "mov (%6), %0\n"                                                                                                   \
    "mov 8(%6), %1\n"                                                                                                  \
    "add %7, %2\n"                                                                                                     \
    "add %7, %3\n"                                                                                                     \
    "add %7, %4\n"                                                                                                     \
    "mov %7, 16(%6)\n"                                                                                                 \
    ".endr\n"                                                                                                          \
    "sub $1, %5\n"                                                                                                     \
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
#define SLOTS                                                                                                          \
    ".p2align 6\n"                                                                                                     \
    "1:\n"                                                                                                             \
    ".rept 16\n"                                                                                                       \
    "ldr %0, [%6]\n"                                                                                                   \
    "ldr %1, [%6, #8]\n"                                                                                               \
    "add %2, %2, %7\n"                                                                                                 \
    "add %3, %3, %7\n"                                                                                                 \
    "add %4, %4, %7\n"                                                                                                 \
    "str %7, [%6, #16]\n"                                                                                              \
    ".endr\n"                                                                                                          \
    "subs %5, %5, #1\n"                                                                                                \
    "b.ne 1b\n"
#endif

#if defined(CHAIN)
static double time_chain(void)
{
    uint64_t x = 1, turns = CHAIN_TURNS, step = 3;
    int64_t start_ns = base_clock_monotonic_ns();
    __asm__ volatile(CHAIN : "+r"(x), "+r"(turns) : "r"(step) : "cc");
    return (double)(base_clock_monotonic_ns() - start_ns) / (CHAIN_TURNS * ADDITIONS_A_TURN);
}

static double time_slots(void)
{
    uint64_t memory[3] = {0}, loaded, also_loaded, a = 1, b = 2, c = 3, turns = SLOT_TURNS, step = 3;
    int64_t start_ns = base_clock_monotonic_ns();
    __asm__ volatile(SLOTS
                     : "=&r"(loaded), "=&r"(also_loaded), "+r"(a), "+r"(b), "+r"(c), "+r"(turns)
                     : "r"(memory), "r"(step)
                     : "cc", "memory");
    return (double)(base_clock_monotonic_ns() - start_ns) / (SLOT_TURNS * SLOTS_A_TURN);
}
#endif

struct assay_pace assay_reference_pace(void)
{
#if defined(CHAIN)
    return (struct assay_pace){.cycle_ns = time_chain(), .slot_ns = time_slots()};
#else
    return (struct assay_pace){0};
#endif
}

static double least(double a, double b)
{
    return a == 0 || (b > 0 && b < a) ? b : a;
}

struct assay_pace assay_pace_least(struct assay_pace a, struct assay_pace b)
{
    return (struct assay_pace){least(a.cycle_ns, b.cycle_ns), least(a.slot_ns, b.slot_ns)};
}
