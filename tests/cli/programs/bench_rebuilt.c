// SPDX-License-Identifier: MIT
/* Changes its own program while it runs, as a build would. */
#define _GNU_SOURCE
#include <assay/bench.h>
#include <fcntl.h>
#include <sys/stat.h>

BENCH(changes_its_program)
{
    const struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    BENCH_CHECK(bench, utimensat(AT_FDCWD, "/proc/self/exe", times, 0) == 0);
    BENCH_LOOP (bench) {
    }
}

BENCH(stays_the_same)
{
    BENCH_LOOP (bench) {
    }
}
