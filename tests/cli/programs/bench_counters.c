// SPDX-License-Identifier: MIT
/* Counters of every kind, and times that grow with a parameter. */
#include <assay/bench.h>
#include <stdlib.h>

BENCH(of_every_kind)
{
    uint64_t turns = 0, thirds = 0;
    assay_counter(bench, "before", 4, ASSAY_SUM);
    BENCH_LOOP (bench) {
        turns++;
        thirds += turns % 3 == 0;
        BENCH_KEEP(turns);
    }
    assay_counter(bench, "once", (double)turns, ASSAY_PER_ITERATION);
    assay_counter(bench, "turns", (double)turns, ASSAY_RATE);
    assay_counter(bench, "level", 2.5, ASSAY_AVERAGE);
    assay_counter(bench, "level", 3.5, ASSAY_AVERAGE);
    BENCH_CHECK(bench, thirds == turns / 3);
}

BENCH_PARAMS(on_threads, "threads=2")
{
    uint64_t turns = 0;
    BENCH_LOOP (bench) {
        turns++;
        BENCH_KEEP(turns);
    }
    assay_counter(bench, "once", (double)turns, ASSAY_PER_ITERATION);
    assay_counter(bench, "level", 1 + assay_thread(bench), ASSAY_AVERAGE);
    assay_counter(bench, "before", 1, ASSAY_SUM);
}

BENCH(too_early)
{
    assay_counter(bench, "hits", 1, ASSAY_RATE);
    BENCH_LOOP (bench) {
    }
}

BENCH(badly_named)
{
    BENCH_LOOP (bench) {
    }
    assay_counter(bench, "median", 1, ASSAY_SUM);
}

BENCH(no_number)
{
    BENCH_LOOP (bench) {
    }
    assay_counter(bench, "hits", 1e308 * 10, ASSAY_SUM);
}

BENCH(of_two_kinds)
{
    BENCH_LOOP (bench) {
    }
    assay_counter(bench, "hits", 1, ASSAY_SUM);
    assay_counter(bench, "hits", 1, ASSAY_AVERAGE);
}

/* Steps that wait for each other, so that n of them take n times as long. */
static void take_steps(uint64_t steps)
{
    uint64_t x = 1;
    for (uint64_t i = 0; i < steps * 20; i++) {
        x = x * 3 + 1;
        BENCH_HIDE(x);
    }
}

BENCH_PARAMS(grows, "kind=line,square n=8..128*2")
{
    uint64_t n = (uint64_t)assay_param(bench, "n");
    uint64_t steps = assay_param_text(bench, "kind")[0] == 'l' ? n : n * n;
    assay_complexity(bench, "n");
    BENCH_LOOP (bench) {
        take_steps(steps);
    }
}

BENCH_PARAMS(grows_too_little, "n=8..10+1")
{
    assay_complexity(bench, "n");
    BENCH_LOOP (bench) {
        take_steps(5);
    }
}

BENCH_PARAMS(grows_with_nothing, "kind=line")
{
    assay_complexity(bench, "kind");
    BENCH_LOOP (bench) {
    }
}
