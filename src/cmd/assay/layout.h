// SPDX-License-Identifier: MIT
/*
 * assay/layout.h - what of a table fits a width.  Pure.
 *
 * A row is a name, columns two spaces apart, and remarks, the verdicts on
 * targets.  Where that is too wide, first the columns of little worth are left
 * out, then the remarks get lines of their own, then names are cut, and then
 * columns of more worth go.  What is left out goes least worth first.
 */
#ifndef CMD_ASSAY_LAYOUT_H
#define CMD_ASSAY_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#define LAYOUT_GAP 2     /* spaces before each column */
#define LAYOUT_LITTLE 10 /* a worth below this is little */
#define LAYOUT_KEEP 100  /* a column of this worth is never left out */

struct layout_column {
    size_t width;
    int worth;
    bool is_left_out;
};

struct layout {
    size_t name_width;
    bool has_remarks_below;
};

/* Decides for `count` columns; sets `is_left_out` in each.  `remark_width` is 0
 * where there are none; a limit of 0 is no limit.  The names are never cut
 * below 8 columns, so the table may be too wide all the same. */
struct layout layout_fit(struct layout_column *columns, size_t count, size_t name_width, size_t remark_width,
                         size_t limit);

#endif /* CMD_ASSAY_LAYOUT_H */
