// SPDX-License-Identifier: MIT
/* Work whose instructions might depend on where things lie. */
#include <assay/bench.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* `turns` times the same work, so that one more of fifty is two percent more. */
static void work(int turns)
{
    char from[300], to[300];
    memset(from, 'x', sizeof(from));
    for (int i = 0; i < turns; i++) {
        memcpy(to, from + i % 16, 200);
        BENCH_KEEP(to[0]);
        char *copy = malloc(200);
        if (copy) {
            memcpy(copy, to, 200);
            BENCH_KEEP(copy[0]);
        }
        free(copy);
    }
}

BENCH(fifty_turns)
{
    int turns = getenv("ONE_MORE") ? 51 : 50;
    char *prepared = calloc(100000, 1); /* does not count */
    assay_target(bench, "instructions <= 1e6");
    BENCH_LOOP (bench) {
        work(turns);
    }
    free(prepared);
}

/* What differs from iteration to iteration, and takes its time as the environment says. */
BENCH(of_changing_length)
{
    const char *naptime = getenv("NAPTIME_NS");
    struct timespec nap = {.tv_nsec = naptime ? atol(naptime) : 1};
    int turns = 0;
    BENCH_LOOP (bench) {
        work(++turns);
        nanosleep(&nap, NULL);
    }
}

BENCH(nothing)
{
    BENCH_LOOP (bench) {
    }
}

BENCH_PARAMS(together, "threads=2")
{
    BENCH_LOOP (bench) {
    }
}
