// SPDX-License-Identifier: MIT
/* Targets that cannot be met, and one that needs more calls than there is time for. */
#include <assay/bench.h>
#include <string.h>
#include <time.h>

BENCH(too_slow)
{
    char bytes[1024];
    assay_target(bench, "mean < 0.1 ns");
    assay_target(bench, "p99 < 1 s");
    BENCH_LOOP (bench) {
        memset(bytes, 'x', sizeof(bytes));
        BENCH_KEEP(&bytes[0]);
    }
}

BENCH(too_few_calls)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    assay_target(bench, "p99 < 1 s");
    BENCH_LOOP (bench) {
        (void)nanosleep(&pause, 0);
    }
}
