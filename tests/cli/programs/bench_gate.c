// SPDX-License-Identifier: MIT
/* Two builds for a gate: in NEW_BUILD something became slower, something faster, and something came and went.
 * Pauses take as long on a busy machine as on a quiet one. */
#include <assay/bench.h>
#include <stdlib.h>
#include <time.h>

#ifdef NEW_BUILD
#define OF(old, new) (new)
#else
#define OF(old, new) (old)
#endif

static void pause_for(int count)
{
    const struct timespec pause = {.tv_nsec = 200000};
    for (int i = 0; i < count; i++) {
        (void)nanosleep(&pause, 0);
    }
}

BENCH_PARAMS(steady, "@quick")
{
    BENCH_LOOP (bench) {
        pause_for(3);
    }
}

BENCH(became_slower)
{
    BENCH_LOOP (bench) {
        pause_for(OF(2, 6));
    }
}

BENCH(became_faster)
{
    BENCH_LOOP (bench) {
        pause_for(OF(6, 2));
    }
}

BENCH(allocates)
{
    BENCH_LOOP (bench) {
        for (int i = 0; i < OF(2, 3); i++) {
            void *volatile memory = malloc(100);
            free(memory);
        }
        pause_for(2);
    }
}

BENCH(fails_in_one)
{
    BENCH_LOOP (bench) {
        pause_for(1);
    }
    BENCH_CHECK(bench, OF(1 == 1, 1 == 2));
}

#ifdef NEW_BUILD
BENCH(came)
#else
BENCH(went)
#endif
{
    BENCH_LOOP (bench) {
        pause_for(1);
    }
}
