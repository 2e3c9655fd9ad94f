// SPDX-License-Identifier: MIT
/* Benchmarks that say what they work through. */
#include <assay/bench.h>
#include <stdlib.h>
#include <string.h>

BENCH(copy_4_kib)
{
    static char from[4096], to[4096];
    assay_bytes(bench, sizeof(from));
    assay_target(bench, "bytes_per_second > 1 KiB/s");
    BENCH_LOOP (bench) {
        memcpy(to, from, sizeof(to));
        BENCH_KEEP(to[0]);
    }
}

BENCH(known_afterwards)
{
    uint64_t words = 0, rounds = 0;
    BENCH_LOOP (bench) {
        words += 3;
        rounds++;
        BENCH_KEEP(words);
    }
    assay_items(bench, (double)words / (double)rounds);
}

BENCH(none_at_all)
{
    assay_items(bench, 0);
    BENCH_LOOP (bench) {
    }
}

BENCH(misspelt)
{
    assay_target(bench, "items_per_second < 5");
    BENCH_LOOP (bench) {
    }
}
