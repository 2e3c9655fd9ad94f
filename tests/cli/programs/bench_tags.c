// SPDX-License-Identifier: MIT
/* Benchmarks with tags, with and without parameters. */
#include <assay/bench.h>

BENCH_PARAMS(parse, "size=8,64 @fast @parser")
{
    BENCH_LOOP (bench) {
        BENCH_CLOBBER();
    }
}

BENCH_PARAMS(sort, "@slow")
{
    BENCH_LOOP (bench) {
        BENCH_CLOBBER();
    }
}

BENCH(plain)
{
    BENCH_LOOP (bench) {
        BENCH_CLOBBER();
    }
}
