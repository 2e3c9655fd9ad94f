// SPDX-License-Identifier: MIT
/* Benchmarks that a signal ends, each another. */
#include <assay/bench.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int recurse(int depth)
{
    volatile char frame[1000];
    frame[0] = (char)depth;
    return depth == -1 ? 0 : recurse(depth + 1) + frame[0];
}

BENCH(overflows_its_stack)
{
    BENCH_LOOP (bench) {
        int depth = recurse(0);
        BENCH_KEEP(depth);
    }
}

BENCH(uses_null)
{
    BENCH_LOOP (bench) {
        int *nothing = NULL;
        BENCH_HIDE(nothing);
        *nothing = 1;
    }
}

BENCH(divides_by_zero)
{
    BENCH_LOOP (bench) {
        int zero = 0, one = 1;
        BENCH_HIDE(zero);
        BENCH_HIDE(one);
        one /= zero;
        BENCH_KEEP(one);
    }
}

BENCH(fails_an_assertion)
{
    BENCH_LOOP (bench) {
        (void)fprintf(stderr, "bench_crashes.c: one == 2 does not hold\n");
        abort();
    }
}

BENCH(is_killed_by_somebody)
{
    BENCH_LOOP (bench) {
        (void)kill(getpid(), SIGKILL);
    }
}

BENCH(has_an_alarm)
{
    (void)alarm(1);
    BENCH_LOOP (bench) {
        (void)pause();
    }
}
