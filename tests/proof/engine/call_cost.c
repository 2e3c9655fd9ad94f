// SPDX-License-Identifier: MIT
/* Prints what a call timed by itself costs beyond its own time, and what a
 * reading of the clock costs, in ns: medians of many. */
#include <stdio.h>
#include <stdlib.h>

#include "assay/protocol.h"
#include "base/clock.h"
#include "cmd/assay/worker_process.h"

#define READINGS 1000000
#define ROUNDS 31

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof(*values), by_value);
    return values[ROUNDS / 2];
}

static double time_readings(void)
{
    int64_t start_ns = base_clock_monotonic_ns();
    for (int i = 0; i < READINGS; i++) {
        int64_t now_ns = base_clock_monotonic_ns();
        __asm__ volatile("" : : "r"(now_ns));
    }
    return (double)(base_clock_monotonic_ns() - start_ns) / READINGS;
}

static double time_calls(struct worker *worker, struct histogram *calls)
{
    int64_t start_ns = base_clock_monotonic_ns();
    if (!worker_run_calls(worker, READINGS, calls)) {
        fprintf(stderr, "%s\n", worker_reason(worker));
        exit(1);
    }
    return (double)(base_clock_monotonic_ns() - start_ns) / READINGS;
}

int main(int argc, char **argv)
{
    static double readings[ROUNDS], calls[ROUNDS];
    static struct histogram histogram;
    if (argc != 2) {
        fputs("usage: call_cost BENCHMARK_PROGRAM\n", stderr);
        return 2;
    }
    const struct worker_settings settings = {.timeout_ns = INT64_C(60000000000)};
    struct worker *worker = worker_start(argv[1], "bench_bodies.c::empty", &settings);
    for (int i = 0; i < ROUNDS && worker; i++) {
        readings[i] = time_readings();
        calls[i] = time_calls(worker, &histogram);
    }
    worker_destroy(worker);
    printf("%.2f %.2f\n", median(calls), median(readings));
    return worker ? 0 : 1;
}
