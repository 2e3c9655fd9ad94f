// SPDX-License-Identifier: MIT
/*
 * Bodies of several kinds, of UNITS times so many like units of work that an iteration takes ten microseconds or more:
 * what it costs beside the units is then less than a thousandth, and a fifth more units are a fifth more work.
 */
#include <assay/bench.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

BENCH(multiply)
{
    uint64_t product = 1;
    BENCH_LOOP (bench) {
        for (int i = 0; i < 100 * UNITS; i++) {
            product = product * 6364136223846793005U + 1;
            BENCH_HIDE(product);
        }
        BENCH_KEEP(product);
    }
}

/* Follows a cycle through `count` places; the next place is known only when the last is read. */
static void chase(struct assay_bench *bench, size_t count)
{
    uint32_t *next = malloc(count * sizeof(*next));
    uint32_t at = 0;
    if (!next) {
        assay_fail_because(bench, "out of memory");
        return;
    }
    for (size_t i = 0; i < count; i++) { /* odd steps in a power of two visit each place */
        next[i] = (uint32_t)((5 * i + 1) % count);
    }
    BENCH_LOOP (bench) {
        for (int i = 0; i < 100 * UNITS; i++) {
            at = next[at];
        }
        BENCH_KEEP(at);
    }
    free(next);
}

BENCH(chase_16_kib)
{
    chase(bench, 4096);
}

BENCH(chase_512_kib)
{
    chase(bench, 131072);
}

/* The end of the loop is mispredicted as well, which costs as much as a unit or two, once an iteration. */
BENCH(branches)
{
    static unsigned char coins[1 << 20]; /* more than a predictor learns */
    uint32_t state = 1, heads = 0;
    size_t at = 0;
    for (size_t i = 0; i < sizeof(coins); i++) {
        state = state * 1664525 + 1013904223;
        coins[i] = (unsigned char)(state >> 31);
    }
    BENCH_LOOP (bench) {
        for (int i = 0; i < 100 * UNITS; i++) {
            if (coins[at++ % sizeof(coins)]) {
                heads++;
                BENCH_HIDE(heads);
            }
        }
        BENCH_KEEP(heads);
    }
}

BENCH(allocate)
{
    BENCH_LOOP (bench) {
        for (int i = 0; i < 10 * UNITS; i++) {
            void *block = malloc((size_t)(16 + i % 10));
            BENCH_KEEP(block);
            free(block);
        }
    }
}

BENCH(hash)
{
    static const char text[] = "once upon a time there was a story without an end";
    uint64_t sum = 14695981039346656037U;
    BENCH_LOOP (bench) {
        for (int i = 0; i < 10 * UNITS; i++) {
            for (size_t at = 0; at < sizeof(text); at++) {
                sum = (sum ^ (unsigned char)text[at]) * 1099511628211U;
            }
        }
        BENCH_KEEP(sum);
    }
}

static int compare_numbers(const void *a, const void *b)
{
    int left = *(const int *)a, right = *(const int *)b;
    return (left > right) - (left < right);
}

BENCH(sort)
{
    static const int shuffled[16] = {9, 3, 14, 0, 7, 12, 1, 15, 5, 10, 2, 8, 13, 4, 11, 6};
    int numbers[16] = {0};
    BENCH_LOOP (bench) {
        for (int i = 0; i < UNITS; i++) {
            memcpy(numbers, shuffled, sizeof(numbers));
            qsort(numbers, 16, sizeof(*numbers), compare_numbers);
        }
        BENCH_KEEP(numbers[7]);
    }
    BENCH_CHECK(bench, numbers[7] == 7);
}

BENCH(find_in_text)
{
    static char text[1024];
    size_t found = 0;
    memset(text, 'x', sizeof(text) - 1);
    BENCH_LOOP (bench) {
        for (int i = 0; i < 10 * UNITS; i++) {
            const char *at = text;
            BENCH_HIDE(at);
            found += strchr(at, 'y') == NULL;
        }
        BENCH_KEEP(found);
    }
}
