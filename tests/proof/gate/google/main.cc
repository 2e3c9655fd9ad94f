// SPDX-License-Identifier: MIT
// The bodies of the proof under Google Benchmark.
#include <benchmark/benchmark.h>

#include <utility>
#include <vector>

#include "assay/bench.h"

using Body = void (*)(assay_bench *);

// Filled by constructors of other files, perhaps before this one's.
static std::vector<std::pair<const char *, Body>> &bodies()
{
    static std::vector<std::pair<const char *, Body>> all;
    return all;
}

void google_add(const char *name, Body body)
{
    bodies().emplace_back(name, body);
}

bool google_next(assay_bench *bench)
{
    return reinterpret_cast<benchmark::State *>(bench)->KeepRunning();
}

void assay_fail_because(assay_bench *bench, const char *reason)
{
    reinterpret_cast<benchmark::State *>(bench)->SkipWithError(reason);
}

int main(int argc, char **argv)
{
    for (const auto &each : bodies()) {
        benchmark::RegisterBenchmark(each.first, [body = each.second](benchmark::State &state) {
            body(reinterpret_cast<assay_bench *>(&state));
        });
    }
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
