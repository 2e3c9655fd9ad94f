// SPDX-License-Identifier: MIT
/*
 * tta/table.h - a table of plain text, each column as wide as it needs.
 *
 * Cells are added row by row and may hold text of others, see cmd/visible.h.
 */
#ifndef CMD_TTA_TABLE_H
#define CMD_TTA_TABLE_H

#include <stdio.h>

#include "base/buf.h"

#define TABLE_MAX_COLUMNS 14

enum table_align {
    TABLE_LEFT,
    TABLE_RIGHT,
    TABLE_POINT /* numbers, by their decimal points */
};

struct table_column {
    const char *heading;
    enum table_align align;
};

struct table {
    const struct table_column *columns; /* borrowed */
    size_t column_count;                /* at most TABLE_MAX_COLUMNS */
    struct buf cells;                   /* each ends in a NUL */
    bool is_incomplete;                 /* memory was lacking for a cell */
};

void table_init(struct table *table, const struct table_column *columns, size_t column_count);
void table_deinit(struct table *table);

/* The next cell. */
void table_add(struct table *table, const char *text);
void table_addf(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The text of a buf, which may have failed; "-" if it is empty. */
void table_add_buf(struct table *table, const struct buf *text);

/* Prints headings and whole rows.  False if memory was lacking for a cell. */
bool table_print(const struct table *table, FILE *out);

#endif /* CMD_TTA_TABLE_H */
