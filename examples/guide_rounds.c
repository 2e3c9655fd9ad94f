// SPDX-License-Identifier: MIT
/* Sorting numbers, which are shuffled anew for every iteration outside of the timing. */
#include <assay/bench.h>
#include <stdlib.h>
#include <string.h>

static int compare_numbers(const void *a, const void *b)
{
    int left = *(const int *)a, right = *(const int *)b;
    return (left > right) - (left < right);
}

BENCH_PARAMS(sort, "count=16..1024*8 order=random,sorted")
{
    size_t count = (size_t)assay_param(bench, "count");
    int is_random = strcmp(assay_param_text(bench, "order"), "random") == 0;
    size_t wrong = 0;
    assay_group(bench, "sorting");
    BENCH_ROUNDS (bench) {
        size_t copies = (size_t)assay_iterations(bench), at = 0;
        int *numbers = malloc(copies * count * sizeof(*numbers));
        if (!numbers) {
            assay_fail_because(bench, "out of memory");
            return;
        }
        for (size_t i = 0; i < copies * count; i++) {
            numbers[i] = is_random ? rand() : (int)(i % count);
        }
        BENCH_LOOP (bench) {
            qsort(numbers + at, count, sizeof(*numbers), compare_numbers);
            at += count;
        }
        for (size_t i = 1; i < count; i++) {
            wrong += numbers[i - 1] > numbers[i];
        }
        free(numbers);
    }
    BENCH_CHECK(bench, wrong == 0);
}

BENCH(allocate_100_mb)
{
    size_t failures = 0;
    assay_pedantic(bench, 20, 1, 1);
    BENCH_ROUNDS (bench) {
        void *block = NULL;
        BENCH_LOOP (bench) {
            block = malloc(100 << 20);
            BENCH_KEEP(block);
        }
        failures += block == NULL;
        free(block);
    }
    BENCH_CHECK(bench, failures == 0);
}
