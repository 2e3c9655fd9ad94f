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

/* The parameters of a run, one after the other: those that its file states, else those in brackets at the end of its
 * name, "[size=64,kind=sse]".  Borrowed from the run. */
struct group_param {
    struct str name, value;
};
struct group_params {
    const struct assay_run *run;
    size_t at;       /* of those stated */
    struct str rest; /* of the brackets */
};
struct group_params group_params_of(const struct assay_run *run);
bool group_next_param(struct group_params *params, struct group_param *out);

/* The value of one; empty with a NULL pointer if the run does not have it. */
struct str group_param_value(const struct assay_run *run, struct str name);

/* Appends what a run has under the labels (valid), "parse size=64" for "func,param:size";
 * nothing where it has none of them.  Runs of equal texts belong together. */
void group_add_key(const struct assay_run *run, struct str labels, struct buf *out_key);

#endif /* CMD_ASSAY_GROUP_H */
