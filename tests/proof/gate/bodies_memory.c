// SPDX-License-Identifier: MIT
/* Bodies that wait for caches, memory or the allocator. */
#include <assay/bench.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proof/gate/work.h"

/* A walk through all cache lines of a table in a random order, `units` steps an iteration. */
struct step {
    uint32_t next;
    char rest_of_the_line[60];
};

static void walk(struct assay_bench *bench, size_t bytes)
{
    size_t count = bytes / sizeof(struct step);
    struct step *steps = aligned_alloc(64, count * sizeof(*steps));
    uint32_t *order = malloc(count * sizeof(*order));
    uint64_t random = 7;
    uint32_t at = 0;
    if (!steps || !order) {
        assay_fail_because(bench, "out of memory");
        free(steps);
        free(order);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        order[i] = (uint32_t)i;
    }
    for (size_t i = count - 1; i > 0; i--) { /* Sattolo: one cycle through all of them */
        size_t other = next_number(&random) % i;
        uint32_t kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    for (size_t i = 0; i < count; i++) {
        steps[i].next = order[i];
    }
    free(order);
    unsigned units = units_of_work();
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            at = steps[at].next;
        }
        BENCH_KEEP(at);
    }
    free(steps);
}

BENCH(walk_in_l1)
{
    walk(bench, 24 << 10);
}

BENCH(walk_in_l2)
{
    walk(bench, 512 << 10);
}

BENCH(walk_in_l3)
{
    walk(bench, 8 << 20);
}

BENCH(walk_in_memory)
{
    walk(bench, 64 << 20);
}

/* 100 chunks of a table, added up. */
static void sum(struct assay_bench *bench, size_t bytes)
{
    size_t chunk = bytes / sizeof(uint64_t) / (2 * UNITS), total = 2 * UNITS * chunk;
    uint64_t *numbers = malloc(total * sizeof(*numbers)), found = 0;
    for (size_t i = 0; numbers && i < total; i++) {
        numbers[i] = i;
    }
    unsigned units = units_of_work();
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            for (size_t j = 0; j < chunk; j++) {
                found += numbers[i * chunk + j];
            }
            BENCH_HIDE(found);
        }
    }
    BENCH_KEEP(found);
    free(numbers);
}

BENCH(sum_in_l2)
{
    sum(bench, 512 << 10);
}

BENCH(sum_in_memory)
{
    sum(bench, 16 << 20);
}

BENCH(copy_4_kib)
{
    char *from = calloc(1, 4096), *to = malloc(4096);
    unsigned units = units_of_work();
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            memcpy(to, from, 4096);
            BENCH_KEEP(to);
        }
    }
    free(from);
    free(to);
}

BENCH(malloc_and_free)
{
    void *held[64] = {NULL};
    uint64_t random = 11;
    unsigned units = units_of_work();
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            uint64_t number = next_number(&random);
            free(held[number & 63]);
            held[number & 63] = malloc(16 + (number >> 6 & 1023));
            BENCH_KEEP(held[number & 63]);
        }
    }
    for (size_t i = 0; i < 64; i++) {
        free(held[i]);
    }
}

/* Open addressing, half full; its keys are looked up by chance, so that any part of the time is like any other. */
BENCH(hash_table)
{
    size_t size = 1 << 15, count = size / 2;
    uint64_t *table = calloc(size, sizeof(*table)), *keys = malloc(count * sizeof(*keys)), random = 13, found = 0;
    for (size_t i = 0; table && keys && i < count; i++) {
        keys[i] = next_number(&random);
        size_t at = keys[i] * 0x9E3779B97F4A7C15u >> 49;
        while (table[at] != 0) {
            at = (at + 1) & (size - 1);
        }
        table[at] = keys[i];
    }
    unsigned units = units_of_work();
    BENCH_LOOP (bench) {
        for (unsigned i = 0; i < units; i++) {
            uint64_t key = keys[next_number(&random) >> 32 & (count - 1)];
            size_t at = key * 0x9E3779B97F4A7C15u >> 49;
            while (table[at] != 0 && table[at] != key) {
                at = (at + 1) & (size - 1);
            }
            found += table[at] == key;
        }
        BENCH_KEEP(found);
    }
    free(table);
    free(keys);
}

/* A list of so many objects. */
BENCH(parse_json)
{
    size_t room = 64 * 2 * UNITS, len = 1;
    char *text = malloc(room);
    unsigned units = units_of_work();
    if (!text) {
        assay_fail_because(bench, "out of memory");
        return;
    }
    text[0] = '[';
    for (unsigned i = 0; i < units; i++) {
        len += (size_t)snprintf(text + len, room - len, "%s{\"id\": %u, \"price\": 0.%03u}", i > 0 ? ", " : "",
                                1000 + i, 100 + i);
    }
    text[len++] = ']';
    size_t count = 0;
    BENCH_LOOP (bench) {
        json_t *list = json_loadb(text, len, 0, NULL);
        count = json_array_size(list);
        json_decref(list);
    }
    BENCH_CHECK(bench, count == units);
    free(text);
}
