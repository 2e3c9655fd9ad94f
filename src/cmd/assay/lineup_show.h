// SPDX-License-Identifier: MIT
/* assay/lineup_show.h - what the options ask for of runs side by side: printed and written. */
#ifndef CMD_ASSAY_LINEUP_SHOW_H
#define CMD_ASSAY_LINEUP_SHOW_H

#include "cmd/assay/lineup.h"
#include "cmd/assay/report_text.h"

/* Whether runs are shown side by side instead of verdicts. */
bool lineup_is_shown(const struct options *options);

/* Prints the table (of the benchmarks that the first source has, or of all), unless
 * --quiet, and writes the files that the options name, each whole or not at all.
 * EXIT_FINE, EXIT_BAD_USAGE or, without memory, EXIT_UNMEASURED. */
int lineup_show(const struct report *report, const struct lineup_source *sources, size_t count,
                bool only_of_first, const struct options *options);

#endif /* CMD_ASSAY_LINEUP_SHOW_H */
