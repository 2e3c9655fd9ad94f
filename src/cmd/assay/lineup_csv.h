// SPDX-License-Identifier: MIT
/* assay/lineup_csv.h - rows as values with commas between (RFC 4180, lines end with "\n"). */
#ifndef CMD_ASSAY_LINEUP_CSV_H
#define CMD_ASSAY_LINEUP_CSV_H

#include "base/buf.h"
#include "cmd/assay/lineup.h"

/*
 * The heading "name,param:size,...,COLUMN,...,source" and a line a row: full name, the
 * value of each parameter that any row has, values in SI units with the fewest digits
 * that read back equal, and the path of the file.  What a row does not have is empty.
 * Adds to `out`, which has failed without memory.  `columns` has `count` metrics.
 */
void lineup_csv(const struct lineup *lineup, const enum assay_metric *columns, size_t count, struct buf *out);

#endif /* CMD_ASSAY_LINEUP_CSV_H */
