// SPDX-License-Identifier: MIT
/* A program that does not get as far as main(), as ASSAY_TEST_BEGIN says. */
#include <assay/bench.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((constructor)) static void begin(void)
{
    const char *how = getenv("ASSAY_TEST_BEGIN");
    if (how && strcmp(how, "crash") == 0) {
        abort();
    }
    while (how && strcmp(how, "hang") == 0) {
        (void)pause();
    }
}

BENCH(never_listed)
{
    BENCH_LOOP (bench) {
    }
}
