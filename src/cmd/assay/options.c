// SPDX-License-Identifier: MIT
#include "cmd/assay/options.h"

#include <string.h>

struct options options_defaults(void)
{
    struct options options = {
        .session =
            {
                .min_time_ns = 100000,
                .max_time_ns = 1000000000,
                .min_rounds = 5,
                .launches = 5,
                .warmup_iterations = 100000,
                .cycles = true,
                .shuffle = true,
                .vary_layout = true,
                .huge_pages = true,
                .priority = true,
                .timeout_ns = INT64_C(60000000000),
            },
        .storage = ".benchmarks",
        .group_by = "group",
        .limits = assay_limits_defaults(),
        .confirm = true,
        .steps_in_a_round = ASSAY_STEPS_IN_A_ROUND,
        .columns = {{ASSAY_METRIC_MIN, ASSAY_METRIC_MEDIAN, ASSAY_METRIC_MEAN, ASSAY_METRIC_STDDEV,
                     ASSAY_METRIC_SPREAD, ASSAY_METRIC_P95, ASSAY_METRIC_OPS, ASSAY_METRIC_ROUNDS,
                     ASSAY_METRIC_ITERATIONS},
                    9},
        /* Those of pytest-benchmark. */
        .lineup_columns = {{ASSAY_METRIC_MIN, ASSAY_METRIC_MAX, ASSAY_METRIC_MEAN, ASSAY_METRIC_STDDEV,
                            ASSAY_METRIC_MEDIAN, ASSAY_METRIC_IQR, ASSAY_METRIC_OUTLIERS, ASSAY_METRIC_OPS,
                            ASSAY_METRIC_ROUNDS, ASSAY_METRIC_ITERATIONS},
                           10},
    };
    return options;
}

bool options_is_path(const char *baseline)
{
    return strchr(baseline, '/') || base_str_ends_with(base_str(baseline), STR(".json"));
}
