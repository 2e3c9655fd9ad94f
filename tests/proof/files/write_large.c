// SPDX-License-Identifier: MIT
/*
 * Writes a result file as a run would save it with its samples:
 *
 *     write_large BENCHMARKS SAMPLES SEED > FILE
 *
 * Each benchmark has five launches and samples of as many digits as the means
 * of timed batches have.  The same arguments give the same file.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "assay/result.h"
#include "base/file.h"
#include "base/num.h"
#include "base/random.h"

#define LAUNCHES 5

/* From 0 up to 1. */
static double next_share(uint64_t *seed)
{
    return (double)(base_random_next(seed) >> 11) * 0x1p-53;
}

static char *numbered(const char *stem, size_t number)
{
    struct buf text;
    base_buf_init(&text, 200);
    base_buf_addf(&text, "%s%zu", stem, number);
    return base_buf_take(&text);
}

/* Samples within a percent of their least, one in fifty of them interrupted. */
static void draw_samples(struct assay_run *run, uint64_t *seed)
{
    double least = 1e-8 * (1 + 1e5 * next_share(seed));
    for (uint64_t i = 0; i < run->stats.rounds; i++) {
        double extra = next_share(seed) < 0.02 ? 3 * next_share(seed) : 0.01 * next_share(seed);
        run->samples[i] = least * (1 + extra);
    }
}

/* False without memory. */
static bool cut_into_launches(struct assay_run *run)
{
    const uint64_t share = run->stats.rounds / LAUNCHES;
    run->launches = LAUNCHES;
    run->launch_rounds = base_alloc_array(LAUNCHES, sizeof(*run->launch_rounds));
    run->launch_minima = base_alloc_array(LAUNCHES, sizeof(*run->launch_minima));
    run->launch_medians = base_alloc_array(LAUNCHES, sizeof(*run->launch_medians));
    if (!run->launch_rounds || !run->launch_minima || !run->launch_medians) {
        return false;
    }
    run->launch_rounds_count = run->launch_minima_count = run->launch_median_count = LAUNCHES;
    for (size_t i = 0; i < LAUNCHES; i++) {
        struct assay_stats stats;
        run->launch_rounds[i] = i + 1 < LAUNCHES ? share : run->stats.rounds - share * (LAUNCHES - 1);
        if (assay_describe(run->samples + share * i, (size_t)run->launch_rounds[i], &stats) != ASSAY_OK) {
            return false;
        }
        run->launch_minima[i] = stats.min;
        run->launch_medians[i] = stats.median;
    }
    return true;
}

static bool make_run(struct assay_run *run, size_t number, uint64_t samples, uint64_t *seed)
{
    run->name = numbered("benchmark_", number);
    run->fullname = numbered("bench_large.c::benchmark_", number);
    run->group = numbered("group ", number / 100);
    run->samples = base_alloc_array((size_t)samples, sizeof(*run->samples));
    run->stats.rounds = samples;
    run->iterations = 1000;
    if (!run->name || !run->fullname || !run->group || !run->samples) {
        return false;
    }
    draw_samples(run, seed);
    return cut_into_launches(run) && assay_describe(run->samples, (size_t)samples, &run->stats) == ASSAY_OK;
}

static bool write_result(size_t benchmarks, uint64_t samples, uint64_t seed)
{
    struct assay_result result = {0};
    struct buf json;
    base_buf_init(&json, ASSAY_MAX_RESULT_BYTES);
    bool good = true;
    for (size_t i = 0; good && i < benchmarks; i++) {
        struct assay_run *run = assay_result_add_run(&result);
        good = run && make_run(run, i, samples, &seed);
    }
    good = good && assay_result_format(&result, true, &json) == ASSAY_OK &&
           base_file_write_all(fileno(stdout), base_buf_str(&json));
    base_buf_deinit(&json);
    assay_result_deinit(&result);
    return good;
}

int main(int argc, char **argv)
{
    int64_t benchmarks, samples, seed;
    if (argc != 4 || !base_num_parse_int64(base_str(argv[1]), 1, 1000000, &benchmarks) ||
        !base_num_parse_int64(base_str(argv[2]), LAUNCHES, 1000000, &samples) ||
        !base_num_parse_int64(base_str(argv[3]), 0, INT64_MAX, &seed)) {
        fprintf(stderr, "usage: %s BENCHMARKS SAMPLES SEED > FILE; at least %d samples\n", argv[0], LAUNCHES);
        return 2;
    }
    if (!write_result((size_t)benchmarks, (uint64_t)samples, (uint64_t)seed)) {
        perror("write_large");
        return 1;
    }
    return 0;
}
