// SPDX-License-Identifier: MIT
/* Bodies that the core does by itself or out of its first cache. */
#include <assay/bench.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proof/gate/work.h"

/* Too short to be slowed by a few percent: only ever compared with itself. */
BENCH(multiply_5_ns)
{
    uint64_t x = 3;
    BENCH_LOOP (bench) {
        x = x * 2862933555777941757u + 1;
        x = x * 2862933555777941757u + 3;
        x = x * 2862933555777941757u + 5;
        BENCH_KEEP(x);
    }
}

BENCH(shift_10_ns)
{
    uint64_t x = 88172645463325252u;
    BENCH_LOOP (bench) {
        for (int i = 0; i < 5; i++) {
            BENCH_KEEP(next_number(&x));
        }
    }
}

BENCH(rotate)
{
    uint64_t x = 1, step = 7;
    unsigned units = units_of_work();
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            x = (x << 5 | x >> 59) ^ step;
            BENCH_HIDE(x);
        }
    }
    BENCH_KEEP(x);
}

BENCH(multiply)
{
    uint64_t x = 3;
    unsigned units = units_of_work();
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            x = x * 2862933555777941757u + 3037000493u;
        }
        BENCH_KEEP(x);
    }
}

BENCH(divide)
{
    uint64_t x = 1, by = 7;
    unsigned units = units_of_work();
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            x = (x | 0x7000000000000001u) / by;
            BENCH_HIDE(by);
        }
        BENCH_KEEP(x);
    }
}

BENCH(polynomial)
{
    double x = 0.5, sum = 0;
    unsigned units = units_of_work();
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            sum = sum * x + 1.25; /* from one iteration to the next, so that they do not overlap */
        }
        BENCH_KEEP(sum);
    }
}

BENCH(multiply_1_ms)
{
    uint64_t x = 3;
    unsigned units = units_of_work();
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            for (int j = 0; j < 8000; j++) {
                x = x * 2862933555777941757u + 3037000493u;
            }
        }
        BENCH_KEEP(x);
    }
}

BENCH(table_in_l1)
{
    static uint32_t table[256];
    uint64_t random = 1;
    for (size_t i = 0; i < 256; i++) {
        table[i] = (uint32_t)next_number(&random);
    }
    uint32_t sum = 1;
    unsigned units = units_of_work();
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            sum = table[(sum ^ i) & 255] ^ (sum >> 8);
        }
        BENCH_KEEP(sum);
    }
}

BENCH(sum_in_l1)
{
    static uint64_t numbers[20];
    uint64_t sum = 0;
    unsigned units = units_of_work();
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            for (size_t j = 0; j < 20; j++) {
                sum += numbers[j] ^ sum;
            }
            BENCH_HIDE(sum);
        }
        BENCH_KEEP(sum);
    }
}

BENCH(random_branches)
{
    static unsigned char bits[1 << 16];
    uint64_t random = 5, sum = 0;
    for (size_t i = 0; i < sizeof(bits); i++) {
        bits[i] = next_number(&random) >> 32 & 1;
    }
    unsigned units = units_of_work();
    size_t at = 0;
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            at = (at + 97) & (sizeof(bits) - 1);
            if (bits[at]) {
                sum = sum * 5 + 1;
                BENCH_HIDE(sum);
            } else {
                sum ^= at;
                BENCH_HIDE(sum);
            }
        }
    }
    BENCH_KEEP(sum);
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* Other numbers each time, so that no branch predictor learns them. */
BENCH(sort)
{
    uint32_t numbers[16];
    uint64_t random = 9;
    unsigned units = units_of_work();
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            for (size_t j = 0; j < 16; j++) {
                numbers[j] = (uint32_t)next_number(&random);
            }
            qsort(numbers, 16, sizeof(*numbers), compare_numbers);
            BENCH_KEEP(numbers[0]);
        }
    }
}

BENCH(compare_strings)
{
    /* Each unit costs the same: no word lies across cache lines, and none where a comparison by vectors would have to
     * look out for the end of a page, which is asked of both addresses together. */
    static _Alignas(4096) char words[64][32];
    uint64_t random = 3, found = 0;
    for (size_t i = 0; i < 64; i++) {
        (void)snprintf(words[i], sizeof(words[i]), "a_common_start_%06u", (unsigned)(next_number(&random) % 1000000));
    }
    unsigned units = units_of_work();
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            found += strcmp(words[i % 64], words[(i * 7 + 1) % 64]) < 0;
        }
        BENCH_KEEP(found);
    }
}

BENCH(print_numbers)
{
    char text[64];
    unsigned units = units_of_work(), total = 0;
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            total += (unsigned)snprintf(text, sizeof(text), "%u: %.3f", i, i * 0.37);
        }
        BENCH_KEEP(total);
    }
}

BENCH(system_call)
{
    unsigned units = units_of_work();
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            (void)syscall(SYS_getppid);
        }
    }
}

BENCH(through_a_pipe)
{
    int ends[2];
    char byte = 1;
    if (pipe(ends) != 0) {
        assay_fail_because(bench, "no pipe");
        return;
    }
    unsigned units = units_of_work();
    long moved = 0;
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            moved += write(ends[1], &byte, 1) + read(ends[0], &byte, 1);
        }
    }
    BENCH_CHECK(bench, moved > 0);
    (void)close(ends[0]); /* nothing is left in it */
    (void)close(ends[1]);
}
