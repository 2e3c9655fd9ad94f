// SPDX-License-Identifier: MIT
/* Bodies that run on several threads, well and badly. */
#include <assay/bench.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
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

static void sleep_ms(long ms)
{
    const struct timespec time = {0, ms * 1000000};
    (void)nanosleep(&time, NULL);
}

/* Only the first thread's count. */
BENCH_PARAMS(good_statements, "threads=2")
{
    unsigned thread = assay_thread(bench);
    assay_group(bench, thread == 0 ? "of the first" : "of another");
    assay_target(bench, thread == 0 ? "throughput > 1" : "throughput > 1e15");
    assay_items(bench, 1);
    assay_pedantic(bench, thread == 0 ? 6 : 7, 5, 0);
    BENCH_LOOP (bench) {
    }
    assay_items(bench, 1 + thread * 1e18);
}

/* One thread prepares its rounds for long, the other waits. */
BENCH_PARAMS(good_uneven_rounds, "threads=2")
{
    assay_pedantic(bench, 6, 3, 0);
    uint64_t made = 0;
    BENCH_ROUNDS (bench) {
        if (assay_thread(bench) == 1) {
            sleep_ms(5);
        }
        BENCH_LOOP (bench) {
            made++;
        }
    }
    BENCH_CHECK(bench, made == 6);
}

/* Asleep together, on however many cores: beside 20 ms it takes no time to begin. */
BENCH_PARAMS(asleep_alike, "threads=2")
{
    assay_target(bench, "imbalance < 50 %");
    assay_pedantic(bench, 3, 1, 0);
    BENCH_LOOP (bench) {
        sleep_ms(80);
    }
}

BENCH_PARAMS(asleep_unlike, "threads=2")
{
    assay_target(bench, "imbalance < 50 %");
    assay_pedantic(bench, 3, 1, 0);
    BENCH_LOOP (bench) {
        if (assay_thread(bench) == 0) {
            sleep_ms(80);
        }
    }
}

BENCH_PARAMS(hundred, "threads=100")
{
    BENCH_LOOP (bench) {
    }
}

BENCH_PARAMS(bad_preparation, "threads=3")
{
    if (assay_thread(bench) == 2) {
        assay_fail_because(bench, "no data");
        return;
    }
    BENCH_LOOP (bench) {
    }
}

BENCH_PARAMS(bad_rounds_left, "threads=2")
{
    BENCH_ROUNDS (bench) {
        if (assay_thread(bench) == 1) {
            break;
        }
        BENCH_LOOP (bench) {
        }
    }
}

BENCH_PARAMS(bad_hang_before_a_round, "threads=3")
{
    BENCH_ROUNDS (bench) {
        while (assay_thread(bench) == 1) {
            pause();
        }
        BENCH_LOOP (bench) {
        }
    }
}

BENCH_PARAMS(bad_exit, "threads=2")
{
    BENCH_LOOP (bench) {
        if (assay_thread(bench) == 1) {
            exit(0);
        }
    }
}

BENCH_PARAMS(bad_call, "threads=2")
{
    uint64_t calls = 0;
    assay_time_calls(bench);
    assay_pedantic(bench, 3, 1, 0);
    BENCH_LOOP (bench) {
        calls++;
        if (assay_thread(bench) == 1 && calls == 5) {
            break;
        }
    }
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

BENCH_PARAMS(bad_number, "threads=many,0,257")
{
    BENCH_LOOP (bench) {
    }
}
