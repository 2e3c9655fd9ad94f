// SPDX-License-Identifier: MIT
/* assay/comparable.h - whether a baseline may be compared with. */
#ifndef CMD_ASSAY_COMPARABLE_H
#define CMD_ASSAY_COMPARABLE_H

#include "assay/result.h"
#include "cmd/assay/options.h"

/* False, with a sentence on stderr, if two results are of different kinds of
 * machine and the options do not allow that, or if the baseline has no benchmarks. */
bool may_compare(const struct options *options, const struct assay_result *baseline, const char *baseline_name,
                 const struct assay_machine *machine, const char *candidate_name);

#endif /* CMD_ASSAY_COMPARABLE_H */
