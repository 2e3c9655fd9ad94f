// SPDX-License-Identifier: MIT
/*
 * assay/report_grid.h - a table of any number of columns, each cell a number with
 * something behind it and a shade.  It is cut to the terminal as layout.h says.
 */
#ifndef CMD_ASSAY_REPORT_GRID_H
#define CMD_ASSAY_REPORT_GRID_H

#include "cmd/assay/labels.h"
#include "cmd/assay/layout.h"
#include "cmd/assay/report_text.h"

#define GRID_NUMBER_BYTES 40
#define GRID_BEHIND_BYTES 16

struct grid_cell {
    char number[GRID_NUMBER_BYTES]; /* stands to the right */
    char behind[GRID_BEHIND_BYTES]; /* stands to the left, directly behind the number; "" for nothing */
    enum shade shade;
};

struct grid_column {
    char *heading; /* owned */
    int worth;     /* as in layout.h */
    size_t number_columns, behind_columns; /* that grid_print() finds */
};

struct grid {
    const char *first; /* the heading of the names, borrowed */
    struct labels labels;
    size_t row_count;
    struct grid_column *columns;
    size_t column_count;
    struct grid_cell *cells; /* row by row */
};

/* An empty grid for rows of these names; the caller fills headings (taken over), worths
 * and cells.  False without memory, and there is nothing to release then. */
bool grid_create(const char *first, const struct label_name *names, size_t row_count, size_t column_count,
                 struct grid *out_grid);
void grid_destroy(struct grid *grid);

struct grid_cell *grid_cell(struct grid *grid, size_t row, size_t column);

/* Prints it below a rule with a title, and what there was no room for.  False
 * without memory, before anything was printed. */
bool grid_print(struct grid *grid, const struct report *report, const char *title);

#endif /* CMD_ASSAY_REPORT_GRID_H */
