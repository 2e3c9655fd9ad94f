// SPDX-License-Identifier: MIT
/* How many steps a binary search takes, and how the time of a sort grows. */
#include <assay/bench.h>
#include <stdlib.h>

BENCH_PARAMS(search, "count=16..65536*8")
{
    size_t count = (size_t)assay_param(bench, "count");
    uint64_t steps = 0, found = 0, searches = 0;
    unsigned *numbers = malloc(count * sizeof(*numbers));
    if (!numbers) {
        assay_fail_because(bench, "out of memory");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        numbers[i] = (unsigned)(2 * i);
    }
    BENCH_LOOP (bench) {
        unsigned wanted = 2 * (unsigned)((searches++ * 2654435761U) % count);
        size_t low = 0, high = count;
        while (high - low > 1) {
            size_t middle = low + (high - low) / 2;
            *(numbers[middle] <= wanted ? &low : &high) = middle;
            steps++;
        }
        found += numbers[low] == wanted;
    }
    assay_counter(bench, "steps", (double)steps, ASSAY_PER_ITERATION);
    assay_counter(bench, "found", (double)found, ASSAY_RATE);
    BENCH_CHECK(bench, found == searches);
    free(numbers);
}

static int compare_numbers(const void *a, const void *b)
{
    unsigned left = *(const unsigned *)a, right = *(const unsigned *)b;
    return (left > right) - (left < right);
}

BENCH_PARAMS(sort, "count=16..4096*4")
{
    size_t count = (size_t)assay_param(bench, "count");
    assay_complexity(bench, "count");
    BENCH_ROUNDS (bench) {
        size_t all = (size_t)assay_iterations(bench) * count;
        unsigned *numbers = malloc(all * sizeof(*numbers)), *next = numbers;
        if (!numbers) {
            assay_fail_because(bench, "out of memory");
            return;
        }
        for (size_t i = 0; i < all; i++) {
            numbers[i] = (unsigned)rand();
        }
        BENCH_LOOP (bench) {
            qsort(next, count, sizeof(*next), compare_numbers);
            next += count;
        }
        free(numbers);
    }
}
