// SPDX-License-Identifier: MIT
/* Bodies that run on several threads, well and badly. */
#include <assay/bench.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t guarded;
static atomic_ulong counted;

BENCH_PARAMS(good_lock, "threads=1,2,3")
{
    uint64_t mine = 0;
    assay_target(bench, "p95 < 10 s");
    assay_items(bench, 1);
    BENCH_LOOP (bench) {
        pthread_mutex_lock(&lock);
        guarded++;
        pthread_mutex_unlock(&lock);
        mine++;
    }
    atomic_fetch_add(&counted, mine);
    BENCH_CHECK(bench, assay_thread(bench) < assay_threads(bench));
    /* The last to come sees what all have done. */
    static atomic_uint done;
    if (atomic_fetch_add(&done, 1) + 1 == assay_threads(bench)) {
        BENCH_CHECK(bench, guarded == atomic_load(&counted));
    }
}

BENCH_PARAMS(good_rounds, "threads=2")
{
    BENCH_ROUNDS (bench) {
        uint64_t left = assay_iterations(bench);
        BENCH_LOOP (bench) {
            left--;
            BENCH_KEEP(left);
        }
        BENCH_CHECK(bench, left == 0);
    }
}

BENCH_PARAMS(good_plan, "threads=2")
{
    assay_pedantic(bench, 6, 7, 0);
    uint64_t mine = 0;
    BENCH_LOOP (bench) {
        mine++;
    }
    BENCH_CHECK(bench, mine == 14); /* of three launches each has two rounds */
}

BENCH_PARAMS(bad_break, "threads=3")
{
    BENCH_LOOP (bench) {
        if (assay_thread(bench) == 1) {
            break;
        }
    }
}

BENCH_PARAMS(bad_return, "threads=2")
{
    if (assay_thread(bench) == 1) {
        return;
    }
    BENCH_LOOP (bench) {
    }
}

BENCH_PARAMS(bad_exit_of_a_thread, "threads=2")
{
    BENCH_LOOP (bench) {
        if (assay_thread(bench) == 1) {
            pthread_exit(NULL);
        }
    }
}

BENCH_PARAMS(bad_check, "threads=2")
{
    BENCH_LOOP (bench) {
    }
    BENCH_CHECK(bench, assay_thread(bench) == 0);
}

BENCH_PARAMS(bad_crash, "threads=2")
{
    BENCH_LOOP (bench) {
        if (assay_thread(bench) == 1) {
            abort();
        }
    }
}

BENCH_PARAMS(bad_hang, "threads=2")
{
    BENCH_LOOP (bench) {
        while (assay_thread(bench) == 1) {
            pause();
        }
    }
}

BENCH_PARAMS(bad_number, "threads=many")
{
    BENCH_LOOP (bench) {
    }
}
