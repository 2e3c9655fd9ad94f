// SPDX-License-Identifier: MIT
/*
 * assay/labels.h - names of benchmarks as the rows of a table show them.
 *
 * Rows that differ look different: where two rows of a table have one name, the
 * file stands before it, and names are never cut so far that two become one.
 */
#ifndef CMD_ASSAY_LABELS_H
#define CMD_ASSAY_LABELS_H

#include <stdbool.h>
#include <stddef.h>

struct label_name {
    const char *name, *fullname;
};

struct labels {
    char **texts; /* whole; control characters have become "?" */
    char **cuts;  /* as they are shown; NULL: whole */
    size_t count;
    size_t columns; /* of the widest that is shown */
};

/* Labels of rows of these names, whole.  False without memory, nothing to be
 * released then. */
bool labels_create(const struct label_name *names, size_t count, struct labels *out_labels);
void labels_deinit(struct labels *labels);

/* Cuts the middle out of those that are wider than `columns`, the parameters in
 * brackets last, and puts `ellipsis` there: "model_sel…simple[size=64]".  Where
 * two would look the same all get more columns, as many as it takes.  May be
 * called again.  False without memory: they are as they were. */
bool labels_cut(struct labels *labels, size_t columns, const char *ellipsis);

/* The label of a row, borrowed until the next labels_cut(). */
const char *labels_text(const struct labels *labels, size_t row);

#endif /* CMD_ASSAY_LABELS_H */
