// SPDX-License-Identifier: MIT
/* Benchmarks that go wrong, each in its own way, among two that do not. */
#include <assay/bench.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

BENCH(fine_before)
{
    BENCH_LOOP (bench) {
    }
}

BENCH(crashes)
{
    BENCH_LOOP (bench) {
        abort();
    }
}

BENCH(hangs)
{
    const struct timespec second = {.tv_sec = 1};
    printf("about to hang\n");
    (void)fflush(stdout);
    BENCH_LOOP (bench) {
        for (;;) {
            (void)nanosleep(&second, 0);
        }
    }
}

BENCH(exits)
{
    BENCH_LOOP (bench) {
        exit(7);
    }
}

BENCH(exits_after_its_end)
{
    BENCH_LOOP (bench) {
    }
    _exit(9);
}

BENCH(is_wrong)
{
    int one = 1;
    BENCH_LOOP (bench) {
        BENCH_KEEP(one);
    }
    BENCH_CHECK(bench, one == 2);
}

BENCH(has_no_loop)
{
    (void)bench;
}

BENCH(has_two_loops)
{
    BENCH_LOOP (bench) {
    }
    BENCH_LOOP (bench) {
    }
}

BENCH(breaks_out)
{
    BENCH_LOOP (bench) {
        break;
    }
}

BENCH(returns_from_its_loop)
{
    BENCH_LOOP (bench) {
        return;
    }
}

BENCH(has_a_bad_target)
{
    assay_target(bench, "p95 < soon");
    BENCH_LOOP (bench) {
    }
}

BENCH(states_a_target_too_late)
{
    BENCH_LOOP (bench) {
    }
    assay_target(bench, "p95 < 1 s");
}

BENCH(cannot_be_prepared)
{
    assay_fail_because(bench, "the data file is missing");
}

BENCH(leaves_a_child)
{
    BENCH_LOOP (bench) {
        if (fork() == 0) {
            _exit(0);
        }
    }
}

BENCH(fine_after)
{
    BENCH_LOOP (bench) {
    }
}
