// SPDX-License-Identifier: MIT
// The same bodies under Google Benchmark.
#include <benchmark/benchmark.h>

#include "bodies.h"

static void run(benchmark::State &state, unsigned steps)
{
    uint64_t x = 1;
    for (auto _ : state) {
        x = multiply_chain(x, steps);
    }
    benchmark::DoNotOptimize(x);
}

static void body_1_ns(benchmark::State &state)
{
    run(state, STEPS_OF_1_NS);
}
BENCHMARK(body_1_ns)->UseRealTime();

static void body_1_us(benchmark::State &state)
{
    run(state, STEPS_OF_1_US);
}
BENCHMARK(body_1_us)->UseRealTime();

static void body_1_ms(benchmark::State &state)
{
    run(state, STEPS_OF_1_MS);
}
BENCHMARK(body_1_ms)->UseRealTime();

BENCHMARK_MAIN();
