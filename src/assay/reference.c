// SPDX-License-Identifier: MIT
/*
 * The loops are assembly from end to end, so that they are the same in a build
 * without optimisation.  Additions are of two registers: some processors add a
 * constant while renaming registers, in no time.  How long a multiplication
 * takes differs from core to core (three cycles on most, four or five on some of
 * arm64), so that is found out, rounded to a whole number, from the least times.
 */
#include "assay/reference.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/clock.h"

#define STEPS_AT_ONCE 64
#define ADDITIONS UINT64_C(38400)
#define MULTIPLICATIONS UINT64_C(12800)
#define LATENCY_PROBES 20
#define LEAST_KEPT 5
#define SHARE_KEPT 0.5
#define LONG_BATCH_NS 300000

#if defined(__x86_64__)
#define HAS_CHAINS 1
#define CHAIN(instruction_, x_, step_, turns_)                                                                         \
    __asm__ volatile(".p2align 6\n"                                                                                    \
                     "1:\n"                                                                                            \
                     ".rept 64\n" instruction_ " %2, %0\n"                                                             \
                     ".endr\n"                                                                                         \
                     "sub $1, %1\n"                                                                                    \
                     "jnz 1b\n"                                                                                        \
                     : "+r"(x_), "+r"(turns_)                                                                          \
                     : "r"(step_)                                                                                      \
                     : "cc")
#define ADD "add"
#define MULTIPLY "imul"
#elif defined(__aarch64__)
#define HAS_CHAINS 1
#define CHAIN(instruction_, x_, step_, turns_)                                                                         \
    __asm__ volatile(".p2align 6\n"                                                                                    \
                     "1:\n"                                                                                            \
                     ".rept 64\n" instruction_ " %0, %0, %2\n"                                                         \
                     ".endr\n"                                                                                         \
                     "subs %1, %1, #1\n"                                                                               \
                     "b.ne 1b\n"                                                                                       \
                     : "+r"(x_), "+r"(turns_)                                                                          \
                     : "r"(step_)                                                                                      \
                     : "cc")
#define ADD "add"
#define MULTIPLY "mul"
#else
#define HAS_CHAINS 0
#endif

#if HAS_CHAINS

/* What both chains took, in ns. */
struct chain_times {
    int64_t additions_ns, multiplications_ns;
};

static struct chain_times time_chains(void)
{
    uint64_t x = 1, step = 3;
    uint64_t turns = ADDITIONS / STEPS_AT_ONCE;
    int64_t start_ns = base_clock_monotonic_ns();
    CHAIN(ADD, x, step, turns);
    int64_t middle_ns = base_clock_monotonic_ns();
    turns = MULTIPLICATIONS / STEPS_AT_ONCE;
    CHAIN(MULTIPLY, x, step, turns);
    return (struct chain_times){middle_ns - start_ns, base_clock_monotonic_ns() - middle_ns};
}

/* Cycles from one multiplication to the next that waits for it. */
static double find_latency(void)
{
    struct chain_times least = time_chains();
    for (int i = 0; i < LATENCY_PROBES; i++) {
        struct chain_times times = time_chains();
        least.additions_ns = times.additions_ns < least.additions_ns ? times.additions_ns : least.additions_ns;
        if (times.multiplications_ns < least.multiplications_ns) {
            least.multiplications_ns = times.multiplications_ns;
        }
    }
    double addition_ns = (double)least.additions_ns / (double)ADDITIONS;
    double multiplication_ns = (double)least.multiplications_ns / (double)MULTIPLICATIONS;
    return fmax(1, round(multiplication_ns / addition_ns));
}

bool assay_reference_read(struct assay_reference *out)
{
    static double latency; /* 0 until it is known */
    if (latency == 0) {
        latency = find_latency();
    }
    struct chain_times times = time_chains();
    double by_additions_ns = (double)times.additions_ns / (double)ADDITIONS;
    double by_multiplications_ns = (double)times.multiplications_ns / (double)MULTIPLICATIONS / latency;
    *out = (struct assay_reference){
        .cycle_ns = (by_additions_ns + by_multiplications_ns) / 2,
        .disagreement = fabs(by_multiplications_ns / by_additions_ns - 1),
    };
    return true;
}

#else

bool assay_reference_read(struct assay_reference *out)
{
    (void)out;
    return false;
}

#endif

struct assay_paced assay_reference_pace(const struct assay_reference *before, const struct assay_reference *after,
                                        double batch_ns, double iterations)
{
    return (struct assay_paced){
        .cycles = batch_ns / iterations / ((before->cycle_ns + after->cycle_ns) / 2),
        .disagreement = fmax(before->disagreement, after->disagreement),
    };
}

static int compare_disagreement(const void *a, const void *b)
{
    const struct assay_paced *left = a, *right = b;
    return (left->disagreement > right->disagreement) - (left->disagreement < right->disagreement);
}

static int compare_cycles(const void *a, const void *b)
{
    const struct assay_paced *left = a, *right = b;
    return (left->cycles > right->cycles) - (left->cycles < right->cycles);
}

double assay_reference_cycles(struct assay_paced *paced, size_t count, double batch_ns)
{
    if (count == 0) {
        return NAN;
    }
    size_t kept = (size_t)(SHARE_KEPT * (double)count);
    kept = kept < LEAST_KEPT ? LEAST_KEPT : kept;
    kept = kept > count ? count : kept;
    qsort(paced, count, sizeof(*paced), compare_disagreement);
    qsort(paced, kept, sizeof(*paced), compare_cycles);
    return paced[(kept - 1) / (batch_ns > LONG_BATCH_NS ? 4 : 2)].cycles;
}
