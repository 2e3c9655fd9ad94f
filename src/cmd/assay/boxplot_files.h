// SPDX-License-Identifier: MIT
/* assay/boxplot_files.h - box plots of all groups of a lineup, as files. */
#ifndef CMD_ASSAY_BOXPLOT_FILES_H
#define CMD_ASSAY_BOXPLOT_FILES_H

#include "cmd/assay/lineup.h"
#include "cmd/assay/options.h"

/*
 * Writes a file for each group: PREFIX.svg for what has no group and PREFIX-GROUP.svg for
 * others, where what is no letter, digit, "-" or "_" in a group's name becomes "_", and a
 * name that is taken gets a number.  A group of more rows than BOXPLOT_MAX_ROWS is cut
 * between benchmarks into several files, PREFIX-GROUP-1.svg and so on.  Each file appears
 * whole or not at all and is named on stderr.  With `exclusive` a name that a file has already is
 * taken too, and the file stays; without it is written anew.
 *
 * EXIT_FINE, EXIT_BAD_USAGE for a file that cannot be written, the first of which ends
 * it, or, without memory, EXIT_UNMEASURED.
 */
int boxplot_write_files(const struct lineup *lineup, const char *prefix, bool exclusive,
                        enum time_unit time_unit);

#endif /* CMD_ASSAY_BOXPLOT_FILES_H */
