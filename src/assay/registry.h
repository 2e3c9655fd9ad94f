// SPDX-License-Identifier: MIT
/* assay/registry.h - the benchmarks of this executable, as BENCH() left them. */
#ifndef ASSAY_REGISTRY_H
#define ASSAY_REGISTRY_H

#include "assay/bench.h"
#include "assay/status.h"
#include "base/buf.h"

/* The first, in the order of their definition within a file and of the files
 * on the linker's command line; NULL if there are none. */
const struct assay_registration *assay_registry_first(void);

/* "FILE::NAME", FILE without its directory, appended to `out_text`. */
void assay_registry_add_fullname(const struct assay_registration *registration, struct buf *out_text);

/* Every fullname of this executable, a line each: parameters make several of one
 * registration, as "FILE::NAME[LABEL]".  Between them stands where and how they were
 * compiled, as assay/listing.h has it.  assay_registry_check() must have passed. */
void assay_registry_add_all(struct buf *out_lines);

/* The benchmark of a fullname, or NULL; `*out_label` is the part in brackets,
 * borrowed from the fullname, empty if there is none. */
const struct assay_registration *assay_registry_find(struct str fullname, struct str *out_label);

/* ASSAY_OK, or ASSAY_BAD_SYNTAX if two benchmarks have one fullname, or one has
 * parameters that are none: `err` names the places. */
ASSAY_MUST_CHECK enum assay_status assay_registry_check(struct assay_error *err);

#endif /* ASSAY_REGISTRY_H */
