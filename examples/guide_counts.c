// SPDX-License-Identifier: MIT
/* Joining words, with a block for each step and with one for all. */
#include <assay/bench.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = {"once", "upon", "a", "time", "there", "was", "a", "benchmark"};
#define WORDS (sizeof(words) / sizeof(words[0]))

BENCH(join_step_by_step)
{
    assay_group(bench, "joining");
    assay_target(bench, "allocations <= 8");
    BENCH_LOOP (bench) {
        char *all = NULL;
        size_t len = 0;
        for (size_t i = 0; i < WORDS; i++) {
            size_t more = strlen(words[i]);
            char *grown = realloc(all, len + more + 1);
            if (!grown) {
                break;
            }
            all = grown;
            memcpy(all + len, words[i], more + 1);
            len += more;
        }
        BENCH_KEEP(all);
        free(all);
    }
}

BENCH(join_at_once)
{
    assay_group(bench, "joining");
    assay_target(bench, "allocations <= 1");
    BENCH_LOOP (bench) {
        size_t len = 0;
        for (size_t i = 0; i < WORDS; i++) {
            len += strlen(words[i]);
        }
        char *all = malloc(len + 1), *end = all;
        for (size_t i = 0; all && i < WORDS; i++) {
            end = stpcpy(end, words[i]);
        }
        BENCH_KEEP(all);
        free(all);
    }
}
