// SPDX-License-Identifier: MIT
/* Two builds for a gate: in NEW_BUILD something became slower, something faster, and something came and went.
 * Pauses take as long on a busy machine as on a quiet one. */
#include <assay/bench.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
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

static void work_for(long ns)
{
    struct timespec start, now;
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    do {
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - start.tv_sec) * 1000000000 + now.tv_nsec - start.tv_nsec < ns);
}

__attribute__((format(printf, 2, 3))) static void say(const char *path, const char *format, ...)
{
    FILE *file = fopen(path, "a");
    if (file) {
        va_list args;
        va_start(args, format);
        (void)vfprintf(file, format, args);
        va_end(args);
        (void)fputc('\n', file);
        (void)fclose(file);
    }
}

/* Its first calls in a process take a hundred times longer.  Files tell how many there were in all, what malloc
 * was asked for and with which priority it ran. */
BENCH(warms_up)
{
    static long calls;
    BENCH_LOOP (bench) {
        work_for(calls++ < 20 ? 200000 : OF(2000, 2001));
    }
    const char *tunables = getenv("GLIBC_TUNABLES");
    say("calls.txt", "%ld", calls);
    if (!getenv("LD_PRELOAD")) { /* the launch that counts allocations is not one of the gate's */
        say("tunables.txt", "%s", tunables ? tunables : "none");
        say("priority.txt", "%d", getpriority(PRIO_PROCESS, 0));
    }
}
