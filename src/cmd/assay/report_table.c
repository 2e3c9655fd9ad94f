// SPDX-License-Identifier: MIT
#include "cmd/assay/report_table.h"

#include <string.h>

#include "cmd/complain.h"

static size_t label_width(const struct report_table *table)
{
    size_t heading = strlen(table->first);
    return table->labels.columns > heading ? table->labels.columns : heading;
}

static size_t whole_width(const struct report_table *table)
{
    size_t width = table->name_width;
    for (size_t i = 0; i <= table->count; i++) {
        width += table->fits[i].is_left_out ? 0 : LAYOUT_GAP + table->fits[i].width;
    }
    return width;
}

bool report_table_create(const struct report *report, const char *first, const struct label_name *names,
                         size_t name_count, const struct report_column *columns, size_t count, size_t verdict_width,
                         struct report_table *out_table)
{
    struct report_table table = {
        .report = report, .first = first, .last = "Verdict", .columns = columns, .count = count};
    if (!labels_create(names, name_count, &table.labels)) {
        complain("out of memory for a table");
        return false;
    }
    table.name_width = label_width(&table);
    for (size_t i = 0; i < count; i++) {
        table.fits[i] = (struct layout_column){.width = columns[i].width, .worth = columns[i].worth};
    }
    table.fits[count] = (struct layout_column){.width = verdict_width, .worth = LAYOUT_KEEP};
    if (report->columns > 0 && whole_width(&table) > report->columns) {
        for (size_t i = 0; i < count; i++) {
            table.fits[i].width = columns[i].narrow_width;
        }
        struct layout layout = layout_fit(table.fits, count + 1, table.name_width, 0, report->columns);
        if (layout.name_width < table.name_width &&
            !labels_cut(&table.labels, layout.name_width, report_ellipsis(report))) {
            complain("out of memory for a table");
            labels_deinit(&table.labels);
            return false;
        }
        table.name_width = label_width(&table);
    }
    *out_table = table;
    return true;
}

void report_table_destroy(struct report_table *table)
{
    labels_deinit(&table->labels);
}

static void print_cell(const struct report_table *table, size_t column, const char *text)
{
    if (table->fits[column].is_left_out) {
        return;
    }
    int width = (int)table->fits[column].width;
    fprintf(table->report->out, "  %*s", table->columns[column].is_left ? -width : width, text);
}

void report_table_begin(const struct report_table *table, const char *title)
{
    report_rule(table->report, whole_width(table), title);
    report_padded(table->report, table->first, table->name_width);
    for (size_t i = 0; i < table->count; i++) {
        print_cell(table, i, table->columns[i].heading);
    }
    fprintf(table->report->out, "  %s\n", table->last);
}

void report_table_row(const struct report_table *table, size_t row, const char *const *cells)
{
    report_padded(table->report, labels_text(&table->labels, row), table->name_width);
    for (size_t i = 0; i < table->count; i++) {
        print_cell(table, i, cells[i]);
    }
    fputs("  ", table->report->out);
}

void report_table_end(const struct report_table *table)
{
    const char *missing[REPORT_TABLE_COLUMNS + 1];
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++) {
        if (table->fits[i].is_left_out) {
            missing[count++] = table->columns[i].heading;
        }
    }
    if (table->labels.cuts) {
        missing[count++] = "whole names";
    }
    if (count > 0) {
        report_no_room(table->report, missing, count);
        fputs("--wide shows all\n", table->report->out);
    }
}
