// SPDX-License-Identifier: MIT
/* Fixtures that are made once, in order, with parameters and by threads, and badly. */
#include <assay/bench.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int *make_number(int number)
{
    int *made = malloc(sizeof(*made));
    if (made) {
        *made = number;
    }
    return made;
}

BENCH_FIXTURE(int *, base)
{
    (void)bench;
    fputs("base is made\n", stderr);
    return make_number(10);
}

BENCH_FIXTURE_END(int *, base)
{
    fprintf(stderr, "base is released: %d\n", *base);
    free(base);
}

BENCH_FIXTURE(int *, above)
{
    int *base = BENCH_USE(bench, base);
    fputs("above is made\n", stderr);
    return make_number(base ? *base + 1 : 0);
}

BENCH_FIXTURE_END(int *, above)
{
    fprintf(stderr, "above is released: %d\n", *above);
    free(above);
}

BENCH_FIXTURE(const char *, of_size)
{
    return assay_param(bench, "size") == 8 ? "eight" : "other";
}

BENCH_FIXTURE(int *, broken)
{
    int *above = BENCH_USE(bench, above);
    assay_fail_because(bench, "there is no words.txt");
    return above;
}

BENCH_FIXTURE(int *, nothing)
{
    (void)bench;
    return NULL;
}

static inline int *assay_use_egg(struct assay_bench *bench);

BENCH_FIXTURE(int *, hen)
{
    return BENCH_USE(bench, egg);
}

BENCH_FIXTURE(int *, egg)
{
    return BENCH_USE(bench, hen);
}

BENCH(in_order)
{
    int *above = BENCH_USE(bench, above), *base = BENCH_USE(bench, base), *again = BENCH_USE(bench, above);
    BENCH_LOOP (bench) {
        BENCH_CLOBBER();
    }
    BENCH_CHECK(bench, *above == 11 && *base == 10 && again == above);
    BENCH_CHECK(bench, 0); /* so that what was printed is shown */
}

BENCH_PARAMS(good_with_parameters, "size=8,9")
{
    const char *word = BENCH_USE(bench, of_size);
    BENCH_LOOP (bench) {
        BENCH_CLOBBER();
    }
    BENCH_CHECK(bench, strcmp(word, assay_param(bench, "size") == 8 ? "eight" : "other") == 0);
}

BENCH_PARAMS(on_threads, "threads=3")
{
    int *above = BENCH_USE(bench, above);
    BENCH_LOOP (bench) {
        BENCH_CLOBBER();
    }
    BENCH_CHECK(bench, assay_thread(bench) != 1 || *above == 12);
}

BENCH(that_fails)
{
    int *broken = BENCH_USE(bench, broken);
    if (!broken) {
        return;
    }
    BENCH_LOOP (bench) {
    }
}

BENCH(that_is_null)
{
    int *nothing = BENCH_USE(bench, nothing);
    if (nothing) {
        BENCH_LOOP (bench) {
        }
    }
}

BENCH(that_needs_itself)
{
    if (BENCH_USE(bench, hen)) {
        BENCH_LOOP (bench) {
        }
    }
}

BENCH(too_late)
{
    BENCH_LOOP (bench) {
        BENCH_CLOBBER();
    }
    (void)BENCH_USE(bench, base);
}
