// SPDX-License-Identifier: MIT
/* assay/filter.h - which benchmarks --filter means. */
#ifndef CMD_ASSAY_FILTER_H
#define CMD_ASSAY_FILTER_H

#include "base/text.h"

/* True if `filter` is NULL, a shell pattern (it has * ? or [) that matches the
 * whole fullname, or else any part of it, letters in either case. */
bool filter_matches(const char *filter, struct str fullname);

#endif /* CMD_ASSAY_FILTER_H */
