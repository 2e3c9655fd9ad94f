// SPDX-License-Identifier: MIT
/* Bodies that allocate known amounts. */
#include <assay/bench.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

BENCH(three_blocks)
{
    assay_target(bench, "allocations <= 3");
    assay_target(bench, "allocated_bytes <= 300 B");
    assay_target(bench, "allocations <= 2");
    BENCH_LOOP (bench) {
        void *blocks[3];
        for (int i = 0; i < 3; i++) {
            blocks[i] = malloc(100);
            BENCH_KEEP(blocks[i]);
        }
        for (int i = 0; i < 3; i++) {
            free(blocks[i]);
        }
    }
}

BENCH(none)
{
    void *before = malloc(1000);
    BENCH_LOOP (bench) {
        BENCH_KEEP(before);
    }
    free(before);
}

BENCH(within_a_library)
{
    BENCH_LOOP (bench) {
        char *copy = strdup("nine char");
        BENCH_KEEP(copy);
        free(copy);
    }
}

BENCH(of_every_kind)
{
    BENCH_LOOP (bench) {
        char *block = calloc(10, 10);
        char *grown = realloc(block, 1000);
        void *aligned = NULL, *paged = aligned_alloc(64, 640);
        int error = posix_memalign(&aligned, 64, 64);
        BENCH_KEEP(error);
        free(grown);
        free(aligned);
        free(paged);
    }
}

BENCH_PARAMS(on_threads, "threads=2")
{
    BENCH_LOOP (bench) {
        void *block = malloc(50);
        BENCH_KEEP(block);
        free(block);
    }
}

BENCH(only_in_the_loop)
{
    BENCH_ROUNDS (bench) {
        void *prepared = malloc(12345);
        BENCH_KEEP(prepared);
        BENCH_LOOP (bench) {
            void *block = malloc(10);
            BENCH_KEEP(block);
            free(block);
        }
        free(prepared);
    }
}
