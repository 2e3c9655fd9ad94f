// SPDX-License-Identifier: MIT
/* Parameters that are none. */
#include <assay/bench.h>

BENCH_PARAMS(parse, "size=1..4 kind=a")
{
    BENCH_LOOP (bench) {
    }
}
