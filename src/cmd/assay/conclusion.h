// SPDX-License-Identifier: MIT
/* assay/conclusion.h - what a comparison comes to: the checks that the user set, and all verdicts together. */
#ifndef CMD_ASSAY_CONCLUSION_H
#define CMD_ASSAY_CONCLUSION_H

#include "assay/compare.h"
#include "cmd/assay/options.h"
#include "cmd/assay/report.h"

/* False, with a sentence on stderr, if two results are of different kinds of
 * machine and the options do not allow that, or if the baseline has no benchmarks. */
bool may_compare(const struct options *options, const struct assay_result *baseline, const char *baseline_name,
                 const struct assay_machine *machine, const char *candidate_name);

struct conclusion {
    bool has_failed;   /* a verdict, a measured metric or a check */
    bool is_undecided; /* a check, or a benchmark if the options say that this matters */
};

/* Prints the checks that fail or cannot be decided, a line each, and sums up. */
struct conclusion conclude_comparison(const struct report *report, const struct options *options,
                                      const struct assay_comparison *rows, size_t count);

#endif /* CMD_ASSAY_CONCLUSION_H */
