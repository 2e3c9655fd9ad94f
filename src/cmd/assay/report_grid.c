// SPDX-License-Identifier: MIT
#include "cmd/assay/report_grid.h"

#include <stdlib.h>
#include <string.h>

#include "base/columns.h"
#include "base/num.h"

bool grid_create(const char *first, const struct label_name *names, size_t row_count, size_t column_count,
                 struct grid *out_grid)
{
    struct grid grid = {.first = first, .row_count = row_count, .column_count = column_count};
    size_t cells;
    if (!base_size_mul(row_count, column_count, &cells) || !labels_create(names, row_count, &grid.labels)) {
        return false;
    }
    grid.columns = base_alloc_array(column_count, sizeof(*grid.columns));
    grid.cells = base_alloc_array(cells, sizeof(*grid.cells));
    if (!grid.columns || !grid.cells) {
        grid_destroy(&grid);
        return false;
    }
    *out_grid = grid;
    return true;
}

void grid_destroy(struct grid *grid)
{
    for (size_t i = 0; grid->columns && i < grid->column_count; i++) {
        free(grid->columns[i].heading);
    }
    free(grid->columns);
    free(grid->cells);
    labels_deinit(&grid->labels);
    *grid = (struct grid){0};
}

struct grid_cell *grid_cell(struct grid *grid, size_t row, size_t column)
{
    return &grid->cells[row * grid->column_count + column];
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static const char *heading_of(const struct grid_column *column)
{
    return column->heading ? column->heading : "";
}

static void measure_columns(struct grid *grid)
{
    for (size_t at = 0; at < grid->column_count; at++) {
        struct grid_column *column = &grid->columns[at];
        column->number_columns = base_columns(base_str(heading_of(column)));
        for (size_t row = 0; row < grid->row_count; row++) {
            const struct grid_cell *cell = grid_cell(grid, row, at);
            column->number_columns = larger(column->number_columns, strlen(cell->number));
            column->behind_columns = larger(column->behind_columns, strlen(cell->behind));
        }
    }
}

static size_t name_columns(const struct grid *grid)
{
    return larger(grid->labels.columns, base_columns(base_str(grid->first)));
}

/* What is shown of a table of this width at most. */
struct fit {
    struct layout_column *columns;
    size_t name_width;
};

static bool fit_grid(struct grid *grid, const struct report *report, struct fit *out_fit)
{
    struct layout_column *columns = base_alloc_array(grid->column_count, sizeof(*columns));
    if (!columns) {
        return false;
    }
    for (size_t i = 0; i < grid->column_count; i++) {
        columns[i].width = grid->columns[i].number_columns + grid->columns[i].behind_columns;
        columns[i].worth = grid->columns[i].worth;
    }
    struct layout layout = layout_fit(columns, grid->column_count, name_columns(grid), 0, report->columns);
    if (layout.name_width < name_columns(grid)) {
        if (!labels_cut(&grid->labels, layout.name_width, report_ellipsis(report))) {
            free(columns);
            return false;
        }
        /* They may be wider than that, so as to differ: then there is less room for the rest. */
        (void)layout_fit(columns, grid->column_count, name_columns(grid), 0, report->columns);
    }
    *out_fit = (struct fit){columns, name_columns(grid)};
    return true;
}

/* The last column that is shown; the count if none is. */
static size_t last_shown(const struct grid *grid, const struct fit *fit)
{
    size_t last = grid->column_count;
    for (size_t i = 0; i < grid->column_count; i++) {
        last = fit->columns[i].is_left_out ? last : i;
    }
    return last;
}

static void print_headings(const struct grid *grid, const struct report *report, const struct fit *fit,
                           const char *title)
{
    size_t width = fit->name_width, last = last_shown(grid, fit);
    for (size_t i = 0; i < grid->column_count; i++) {
        width += fit->columns[i].is_left_out ? 0 : LAYOUT_GAP + fit->columns[i].width;
    }
    report_rule(report, width, title);
    report_padded(report, grid->first, fit->name_width);
    for (size_t i = 0; i < grid->column_count; i++) {
        const struct grid_column *column = &grid->columns[i];
        if (!fit->columns[i].is_left_out) {
            size_t taken = base_columns(base_str(heading_of(column)));
            fprintf(report->out, "  %*s%s%*s", (int)(column->number_columns - taken), "", heading_of(column),
                    i == last ? 0 : (int)column->behind_columns, "");
        }
    }
    fputc('\n', report->out);
}

static void print_row(struct grid *grid, const struct report *report, const struct fit *fit, size_t row)
{
    size_t last = last_shown(grid, fit);
    report_padded(report, labels_text(&grid->labels, row), fit->name_width);
    for (size_t i = 0; i < grid->column_count; i++) {
        const struct grid_column *column = &grid->columns[i];
        const struct grid_cell *cell = grid_cell(grid, row, i);
        if (!fit->columns[i].is_left_out) {
            size_t missing = column->behind_columns - strlen(cell->behind);
            fprintf(report->out, "  %*s", (int)(column->number_columns - strlen(cell->number)), "");
            report_begin_shade(report, cell->shade);
            fprintf(report->out, "%s%s", cell->number, cell->behind);
            report_end_shade(report, cell->shade);
            fprintf(report->out, "%*s", i == last ? 0 : (int)missing, "");
        }
    }
    fputc('\n', report->out);
}

static void print_left_out(const struct grid *grid, const struct report *report, const struct fit *fit,
                           const char **left_out)
{
    size_t count = 0;
    for (size_t i = 0; i < grid->column_count; i++) {
        if (fit->columns[i].is_left_out) {
            left_out[count++] = heading_of(&grid->columns[i]);
        }
    }
    if (grid->labels.cuts) {
        left_out[count++] = "whole names";
    }
    if (count > 0) {
        report_no_room(report, left_out, count);
        fputs("--wide shows all, --columns=LIST what you choose\n", report->out);
    }
}

bool grid_print(struct grid *grid, const struct report *report, const char *title)
{
    struct fit fit;
    const char **left_out = base_alloc_array(grid->column_count + 1, sizeof(*left_out));
    measure_columns(grid);
    if (!left_out || !fit_grid(grid, report, &fit)) {
        free(left_out);
        return false;
    }
    print_headings(grid, report, &fit, title);
    for (size_t row = 0; row < grid->row_count; row++) {
        print_row(grid, report, &fit, row);
    }
    print_left_out(grid, report, &fit, left_out);
    free(fit.columns);
    free(left_out);
    return true;
}
