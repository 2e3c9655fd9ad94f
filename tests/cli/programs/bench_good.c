// SPDX-License-Identifier: MIT
/* Benchmarks that behave. */
#include <assay/bench.h>
#include <string.h>
#include <time.h>

BENCH(multiply)
{
    unsigned long x = 3;
    assay_group(bench, "arithmetic");
    assay_target(bench, "p95 < 500 ms");
    assay_target(bench, "ops > 1000");
    BENCH_LOOP (bench) {
        x = x * 6364136223846793005ul + 1442695040888963407ul;
        BENCH_KEEP(x);
    }
}

BENCH(fill_1_kib)
{
    char bytes[1024];
    BENCH_LOOP (bench) {
        memset(bytes, 'x', sizeof(bytes));
        BENCH_KEEP(&bytes[0]);
    }
    BENCH_CHECK(bench, bytes[0] == 'x' && bytes[1023] == 'x');
}

BENCH(pause_5_ms)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    BENCH_LOOP (bench) {
        (void)nanosleep(&pause, 0);
    }
}
