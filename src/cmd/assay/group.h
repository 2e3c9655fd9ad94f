// SPDX-License-Identifier: MIT
/*
 * assay/group.h - which benchmarks share a table: --group-by, as pytest-benchmark.
 *
 * Labels with commas between: `group` (what assay_group() said), `name` and
 * `fullname`, `func` and `fullfunc` (those without their parameters), `param` (all of
 * the parameters), `param:NAME` (the value of one).
 */
#ifndef CMD_ASSAY_GROUP_H
#define CMD_ASSAY_GROUP_H

#include "assay/result.h"

/* Whether every label of a list is one of those. */
bool group_is_valid(struct str labels);

/* What stands in brackets at the end of a name, "size=64,kind=sse"; empty with a NULL pointer if nothing does. */
struct str group_params(const char *name);

/* Appends what a run has under the labels (valid), "parse size=64" for "func,param:size";
 * nothing where it has none of them.  Runs of equal texts belong together. */
void group_add_key(const struct assay_run *run, struct str labels, struct buf *out_key);

#endif /* CMD_ASSAY_GROUP_H */
