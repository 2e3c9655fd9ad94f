// SPDX-License-Identifier: MIT
/*
 * assay/report_table.h - tables of what a few benchmarks have in common: a label,
 * columns of known width, and a verdict at the end of the row.
 */
#ifndef CMD_ASSAY_REPORT_TABLE_H
#define CMD_ASSAY_REPORT_TABLE_H

#include "cmd/assay/labels.h"
#include "cmd/assay/layout.h"
#include "cmd/assay/report_text.h"

#define REPORT_TABLE_COLUMNS 6

struct report_column {
    const char *heading;
    size_t width;        /* where there is room */
    size_t narrow_width; /* where there is not: of the numbers themselves */
    int worth;           /* as in layout.h */
    bool is_left;        /* text; numbers stand to the right */
};

struct report_table {
    const struct report *report;
    const char *first; /* the heading of the labels */
    const char *last;  /* that of what stands at the end: "Verdict", unless the caller changes it */
    const struct report_column *columns;
    size_t count;
    struct layout_column fits[REPORT_TABLE_COLUMNS + 1]; /* the last is the verdict */
    struct labels labels;
    size_t name_width;
};

/* Makes room for rows of these names under the heading `first`; the verdicts take `verdict_width`.  False,
 * said on stderr, without memory; there is nothing to release then. */
bool report_table_create(const struct report *report, const char *first, const struct label_name *names,
                         size_t name_count, const struct report_column *columns, size_t count, size_t verdict_width,
                         struct report_table *out_table);
void report_table_destroy(struct report_table *table);

/* The rule with its title, and the headings. */
void report_table_begin(const struct report_table *table, const char *title);
/* A row up to its verdict, which the caller prints, and the end of the line. */
void report_table_row(const struct report_table *table, size_t row, const char *const *cells);
/* What there was no room for, if anything. */
void report_table_end(const struct report_table *table);

#endif /* CMD_ASSAY_REPORT_TABLE_H */
