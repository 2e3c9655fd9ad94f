// SPDX-License-Identifier: MIT
/* Thousands of benchmarks: of one with parameters, and of names made up at the start. */
#include <assay/bench.h>
#include <stdio.h>
#include <string.h>

BENCH_PARAMS(one_of_thousands, "a=0..99+1 b=0..49+1")
{
    BENCH_LOOP (bench) {
    }
}

#define COUNT 3000

static void do_nothing(struct assay_bench *bench)
{
    BENCH_LOOP (bench) {
    }
}

__attribute__((constructor)) static void register_many(void)
{
    static struct assay_registration many[COUNT];
    static char names[COUNT][16];
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "number_%d", i);
        many[i] = (struct assay_registration){.name = names[i], .file = __FILE__, .line = i, .body = do_nothing};
        assay_register(&many[i]);
    }
}
