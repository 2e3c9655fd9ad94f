// SPDX-License-Identifier: MIT
/* A line of assay/bench.h expands to one name; this file is linked twice under
 * one name, which the program must refuse. */
#include <assay/bench.h>

BENCH(same_name)
{
    BENCH_LOOP (bench) {
    }
}
