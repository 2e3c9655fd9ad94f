// SPDX-License-Identifier: MIT
/* example_result.h - a result with everything that a file can hold; the one
 * that docs/result-file.md shows. */
#ifndef TESTS_EXAMPLE_RESULT_H
#define TESTS_EXAMPLE_RESULT_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/machine.h"
#include "assay/result.h"

static inline void describe_example_machine(struct assay_result *result)
{
    result->machine = (struct assay_machine){
        .node = strdup("build7"),
        .system = strdup("Linux"),
        .release = strdup("6.1.0-18-amd64"),
        .arch = strdup("x86_64"),
        .cpu = strdup("AMD EPYC"),
        .cpu_vendor = strdup("AuthenticAMD"),
        .cpu_family = strdup("25"),
        .cpu_model = strdup("17"),
        .cpu_stepping = strdup("1"),
        .l1_data_bytes = 32768,
        .l2_bytes = 1048576,
        .l3_bytes = 33554432,
        .cores = 2,
        .governor = strdup("performance"),
        .virtualization = strdup("kvm"),
        .container = strdup("none"),
        .compiler = strdup("gcc 12.2.0"),
        .flags = strdup("optimised"),
        .is_virtual = true,
    };
    result->machine.class_key = assay_machine_class(&result->machine);
    result->commit = (struct assay_commit){
        .id = strdup("8b0a576eedb124bf9d8750e7b57e1444355e1b0f"), .branch = strdup("main"),
        .time = strdup("2026-11-23T07:07:02+00:00"), .author_time = strdup("2026-11-23T07:07:02+00:00"),
        .project = strdup("parser"),
    };
}

/* Fills `result`, which is empty, with two benchmarks whose times are `factor`
 * times those of the page.  False without memory; to be released either way. */
static inline bool make_example_result(struct assay_result *result, double factor)
{
    static const double parse_small[] = {2.52e-07, 2.5e-07, 2.51e-07, 2.5e-07, 3.1e-07};
    static const double parse_large[] = {0.00021, 0.00020875, 0.0002125, 0.00021};
    struct assay_run *small = assay_result_add_run(result);
    if (!small) {
        return false;
    }
    *small = (struct assay_run){
        .name = strdup("parse_small"), .fullname = strdup("bench_parse.c::parse_small"), .group = strdup("parse"),
        .file = strdup("src/bench_parse.c"), .line = 12, .binary = strdup("85944171f73967e8"),
        .min_rounds = 5, .min_time = 5e-6, .max_time = 1, .iterations = 2000, .launches = 1,
        .empty_loop = 2.5e-10,
        .samples = calloc(5, sizeof(double)), .stats.rounds = 5,
    };
    struct assay_run *large = assay_result_add_run(result);
    if (!large) {
        return false;
    }
    *large = (struct assay_run){
        .name = strdup("parse_large"),
        .fullname = strdup("bench_parse.c::parse_large"),
        .min_rounds = 4,
        .min_time = 5e-6,
        .max_time = 1,
        .warmup = 100,
        .iterations = 1,
        .launches = 2,
        .launch_minima = calloc(2, sizeof(double)),
        .launch_minima_count = 2,
        .launch_medians = calloc(2, sizeof(double)),
        .launch_median_count = 2,
        .launch_rounds = calloc(2, sizeof(uint64_t)),
        .launch_rounds_count = 2,
        .launch_cycles = calloc(2, sizeof(double)),
        .launch_cycles_count = 2,
        .samples = calloc(4, sizeof(double)),
        .stats.rounds = 4,
        .calls = {.count = 1200,
                  .p50 = 0.00021,
                  .p90 = 0.00022,
                  .p95 = 0.000225,
                  .p99 = 0.00025,
                  .p999 = 0.0009,
                  .clock_cost = 2.1e-08},
        .judgements = calloc(2, sizeof(struct assay_judgement)),
        .judgement_count = 2,
    };
    small = &result->runs[0];
    describe_example_machine(result);
    result->datetime = strdup("2026-11-23T07:09:55.798064+00:00");
    result->version = strdup("0.1.0");
    result->has_seed = true;
    result->seed = 816545;
    result->clock = (struct assay_clock){.step = 1e-08, .cost = 2.4e-08};
    result->cycle = 2.7e-10;
    if (!small->samples || !large->samples || !large->judgements || !large->launch_minima || !large->launch_medians ||
        !large->launch_cycles || !large->launch_rounds || !small->fullname || !large->fullname ||
        !assay_rulers_alloc(&large->rulers, 2)) {
        return false;
    }
    if (!assay_result_add_warning(result, STR("turbo is on"))) {
        return false;
    }
    assay_measured_set(&small->measured, ASSAY_METRIC_BYTES_PER_SECOND, 974866717.4);
    assay_measured_set(&large->measured, ASSAY_METRIC_CYCLES, 774300.25);
    small->complexity = strdup("size");
    small->tags = strdup("@fast @parser");
    small->counters = calloc(2, sizeof(struct assay_counter));
    if (!small->complexity || !small->tags || !small->counters) {
        return false;
    }
    small->counters[small->counter_count++] = (struct assay_counter){"hits", ASSAY_PER_ITERATION, 0.75};
    small->counters[small->counter_count++] = (struct assay_counter){"tokens", ASSAY_RATE, 1234.5};
    large->launch_cycles[0] = 774300.5;
    large->launch_cycles[1] = 774300;
    large->rulers.cycles[0] = large->rulers.cycles[1] = 2.75e-10;
    large->rulers.slots[0] = large->rulers.slots[1] = 4.1e-10;
    large->launch_rounds[0] = 2;
    large->launch_rounds[1] = 2;
    large->launch_minima[0] = 0.00020875 * factor;
    large->launch_minima[1] = 0.00021 * factor;
    large->launch_medians[0] = 0.000209375 * factor;
    large->launch_medians[1] = 0.00021125 * factor;
    for (size_t i = 0; i < 5; i++) {
        small->samples[i] = parse_small[i] * factor;
    }
    for (size_t i = 0; i < 4; i++) {
        large->samples[i] = parse_large[i] * factor;
    }
    large->judgements[0] = (struct assay_judgement){
        .target = {ASSAY_METRIC_P95, false, 0.0005}, .verdict = ASSAY_TARGET_MET, .estimate = 0.000225,
        .lower = 0.000222, .upper = 0.00024, .n = 1200, .n_needed = 59};
    large->judgements[1] = (struct assay_judgement){
        .target = {ASSAY_METRIC_P999, false, 0.001}, .verdict = ASSAY_TARGET_TOO_FEW, .estimate = 0.0009,
        .lower = 0.0004, .upper = INFINITY, .n = 1200, .n_needed = 2995};
    return assay_describe(small->samples, 5, &small->stats) == ASSAY_OK &&
           assay_describe(large->samples, 4, &large->stats) == ASSAY_OK;
}

#endif /* TESTS_EXAMPLE_RESULT_H */
