// SPDX-License-Identifier: MIT
/* Parameters, rounds with preparation, and exact plans; then their misuse. */
#include <assay/bench.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

BENCH_PARAMS(copy, "size=16..1024*8 kind=memcpy,memmove")
{
    int64_t size = assay_param(bench, "size");
    int is_move = strcmp(assay_param_text(bench, "kind"), "memmove") == 0;
    char *from = calloc(1, (size_t)size), *to = calloc(1, (size_t)size);
    BENCH_CHECK(bench, size == 16 || size == 128 || size == 1024);
    BENCH_CHECK(bench, is_move || strcmp(assay_param_text(bench, "kind"), "memcpy") == 0);
    BENCH_LOOP (bench) {
        if (is_move) {
            memmove(to, from, (size_t)size);
        } else {
            memcpy(to, from, (size_t)size);
        }
        BENCH_KEEP(to);
    }
    free(from);
    free(to);
}

/* Every iteration of every round finds input that no iteration has used. */
BENCH(fresh_input)
{
    uint64_t stale = 0, rounds = 0, iterations = 0, expected = 0;
    assay_target(bench, "p95 < 1 s");
    BENCH_ROUNDS (bench) {
        uint64_t count = assay_iterations(bench);
        char *used = calloc(count, 1);
        uint64_t i = 0;
        BENCH_LOOP (bench) {
            stale += (uint64_t)used[i];
            used[i++] = 1;
            BENCH_KEEP(used);
        }
        rounds++;
        iterations += i;
        expected += count;
        free(used);
    }
    BENCH_CHECK(bench, stale == 0);
    BENCH_CHECK(bench, rounds > 5);
    BENCH_CHECK(bench, iterations == expected);
}

BENCH(exactly_seven_rounds)
{
    assay_pedantic(bench, 7, 3, 2);
    BENCH_LOOP (bench) {
        BENCH_CLOBBER();
    }
}

BENCH(exactly_two_prepared_rounds)
{
    int prepared = 0;
    assay_pedantic(bench, 2, 5, 0);
    BENCH_ROUNDS (bench) {
        prepared++;
        BENCH_CHECK(bench, assay_iterations(bench) == 5);
        BENCH_LOOP (bench) {
            BENCH_CLOBBER();
        }
    }
    /* Two rounds are spread over two of the launches. */
    BENCH_CHECK(bench, prepared == 1 || prepared == 0);
}

BENCH(bad_round_without_a_loop)
{
    BENCH_ROUNDS (bench) {
        BENCH_CLOBBER();
    }
}

BENCH(bad_round_with_two_loops)
{
    BENCH_ROUNDS (bench) {
        BENCH_LOOP (bench) {
        }
        BENCH_LOOP (bench) {
        }
    }
}

BENCH(bad_break_out_of_a_round)
{
    BENCH_ROUNDS (bench) {
        BENCH_LOOP (bench) {
        }
        break;
    }
}

BENCH(bad_plan)
{
    assay_pedantic(bench, 0, 1, 0);
    BENCH_LOOP (bench) {
    }
}

BENCH(bad_name_of_a_parameter)
{
    int64_t size = assay_param(bench, "size");
    BENCH_LOOP (bench) {
        BENCH_KEEP(size);
    }
}

BENCH_PARAMS(bad_word_for_a_number, "kind=fast")
{
    int64_t kind = assay_param(bench, "kind");
    BENCH_LOOP (bench) {
        BENCH_KEEP(kind);
    }
}
