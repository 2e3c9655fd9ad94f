// SPDX-License-Identifier: MIT
/* Compiled twice, with optimisation and without. */
#include <assay/bench.h>

BENCH(nothing)
{
    BENCH_LOOP (bench) {
    }
}
