// SPDX-License-Identifier: MIT
/* What it costs to count together: under a lock, and with an atomic addition. */
#include <assay/bench.h>
#include <pthread.h>
#include <stdatomic.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long guarded;
static atomic_ulong shared;

BENCH_PARAMS(count_under_a_lock, "threads=1,2,4")
{
    assay_group(bench, "counting");
    BENCH_LOOP (bench) {
        pthread_mutex_lock(&lock);
        guarded++;
        pthread_mutex_unlock(&lock);
    }
}

BENCH_PARAMS(count_atomically, "threads=1,2,4")
{
    unsigned long mine = 0;
    assay_group(bench, "counting");
    BENCH_LOOP (bench) {
        atomic_fetch_add_explicit(&shared, 1, memory_order_relaxed);
        mine++;
    }
    BENCH_CHECK(bench, mine <= atomic_load(&shared));
}
