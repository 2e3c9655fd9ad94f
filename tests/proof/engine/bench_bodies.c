// SPDX-License-Identifier: MIT
/* The bodies under assay, and what an iteration and a cycle cost. */
#include <assay/bench.h>

#include "bodies.h"

BENCH(body_1_ns)
{
    uint64_t x = 1;
    BENCH_LOOP (bench) {
        x = multiply_chain(x, STEPS_OF_1_NS);
    }
    BENCH_KEEP(x);
}

BENCH(body_1_us)
{
    uint64_t x = 1;
    BENCH_LOOP (bench) {
        x = multiply_chain(x, STEPS_OF_1_US);
    }
    BENCH_KEEP(x);
}

/* The same where threads are at hand, but one runs alone. */
BENCH_PARAMS(one_thread, "threads=1")
{
    uint64_t x = 1;
    BENCH_LOOP (bench) {
        x = multiply_chain(x, STEPS_OF_1_US);
    }
    BENCH_KEEP(x);
}

BENCH(body_1_ms)
{
    uint64_t x = 1;
    BENCH_LOOP (bench) {
        x = multiply_chain(x, STEPS_OF_1_MS);
    }
    BENCH_KEEP(x);
}

BENCH(empty)
{
    BENCH_LOOP (bench) {
    }
}

/* A hundred additions, each waiting for the one before: a hundred cycles. */
BENCH(hundred_cycles)
{
    uint64_t x = 1, step = 3;
    BENCH_HIDE(step);
    BENCH_LOOP (bench) {
        for (int i = 0; i < 100; i++) {
            x += step;
            BENCH_HIDE(x); /* or it would be one multiplication */
        }
    }
    BENCH_KEEP(x);
}

/* Five hundred benchmarks, for the time that many take. */
BENCH_PARAMS(one_of_many, "i=1..500+1")
{
    uint64_t x = (uint64_t)assay_param(bench, "i");
    BENCH_LOOP (bench) {
        x = multiply_chain(x, STEPS_OF_1_US);
    }
    BENCH_KEEP(x);
}
