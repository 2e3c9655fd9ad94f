// SPDX-License-Identifier: MIT
/* assay/baseline_show.h - `assay baseline show`. */
#ifndef CMD_ASSAY_BASELINE_SHOW_H
#define CMD_ASSAY_BASELINE_SHOW_H

#include "assay/baseline.h"
#include "cmd/assay/options.h"

/* Prints a table a class of machine, of the benchmarks that the words name (all, without words) and of the classes
 * that --machine matches.  An exit status. */
int baseline_show(const struct options *options, const struct assay_baselines *baselines, const char *const *words,
                  size_t word_count);

/* Whether a class is meant by --machine. */
bool baseline_is_of_machine(const struct options *options, const char *class_id);

#endif /* CMD_ASSAY_BASELINE_SHOW_H */
