// SPDX-License-Identifier: MIT
/*
 * assay/config.h - assay.yaml: what the suite is, and the project's defaults.
 *
 *     programs: [build/bench_parse, build/bench_sort]   # what `assay run` runs
 *     build: cmake --build build                        # how they are made
 *     max_time: 0.5                                     # any option of `assay run`,
 *     compare_fail: [min:20%]                           # "_" for "-" in its name
 *     limits: [regression=10% for parse*]               # what several benchmarks have of their own
 *
 * An unknown key is an error that names its line.
 */
#ifndef CMD_ASSAY_CONFIG_H
#define CMD_ASSAY_CONFIG_H

#include "cmd/assay/options.h"

struct config; /* owns all text that it gave to options */

/*
 * Reads `path` and sets what it says in `*options`.  `*out_config` must live
 * as long as the options, then config_destroy().  False with one sentence in
 * `reason` that names the file and the line.
 */
bool config_read(const char *path, struct options *options, struct config **out_config, struct buf *reason);
void config_destroy(struct config *config);

/* The command that builds the programs, or NULL. */
const char *config_build_command(const struct config *config);
/* The programs, in order. */
const char *const *config_programs(const struct config *config, size_t *out_count);

#endif /* CMD_ASSAY_CONFIG_H */
