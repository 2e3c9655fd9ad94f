// SPDX-License-Identifier: MIT
/* Takes more memory than it may, by keeping what it allocates. */
#include <assay/bench.h>
#include <stdlib.h>
#include <string.h>

BENCH(takes_all_memory)
{
    BENCH_LOOP (bench) {
        for (int i = 0; i < 3000; i++) {
            char *block = malloc(1 << 20);
            if (block) {
                memset(block, 1, 1 << 20);
                BENCH_KEEP(block);
            }
        }
    }
}

BENCH(leaks_a_little_each_time)
{
    assay_pedantic(bench, 3000, 1, 0);
    BENCH_LOOP (bench) {
        char *block = malloc(1 << 20);
        if (block) {
            memset(block, 1, 1 << 20);
            BENCH_KEEP(block);
        }
    }
}

BENCH(is_modest)
{
    BENCH_LOOP (bench) {
    }
}
