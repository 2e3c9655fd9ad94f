// SPDX-License-Identifier: MIT
/*
 * assay/params.h - the parameters of a benchmark, and their product.  Pure.
 *
 * "size=64..4096*4 kind=scalar,sse" has two axes.  An axis is a name, "=" and
 * either values with commas between, or a range of whole numbers FIRST..LAST*FACTOR
 * (FIRST, FIRST times FACTOR, ... up to LAST) or FIRST..LAST+STEP.  Axes are
 * separated by blanks.  Each combination of values is a benchmark of its own, the
 * last axis running fastest, with a label such as "size=64,kind=sse".
 *
 * Words that begin with "@" are tags, which all of them have.  With tags alone
 * there is one benchmark, whose label is empty.
 */
#ifndef ASSAY_PARAMS_H
#define ASSAY_PARAMS_H

#include "assay/status.h"
#include "base/buf.h"

#define ASSAY_MAX_PARAMS 8             /* axes */
#define ASSAY_MAX_COMBINATIONS 10000
#define ASSAY_MAX_LABEL_BYTES 400

/* Checks a specification and counts its combinations.  ASSAY_OK, or
 * ASSAY_BAD_SYNTAX: an axis without values, a range that is none, a name or
 * value with other characters than letters, digits, "_", "-", "." and "/", a name
 * used twice, too many axes or combinations, a label that is too long. */
ASSAY_MUST_CHECK enum assay_status
assay_params_check(struct str specification, size_t *out_count, struct assay_error *err);

/* Appends the label of combination `index`, below the count of a specification
 * that assay_params_check() has accepted. */
void assay_params_add_label(struct str specification, size_t index, struct buf *out_label);

/* Appends the tags, each as " @TAG". */
void assay_params_add_tags(struct str specification, struct buf *out_tags);

/* The index of a label in `*out_index`; false if no combination has it. */
bool assay_params_find(struct str specification, struct str label, size_t *out_index);

/* The value of a name in a label; an empty str with a NULL pointer if the label
 * does not have it. */
struct str assay_params_value(struct str label, struct str name);

#endif /* ASSAY_PARAMS_H */
