// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/compare.h"
#include "base/num.h"
#include "cmd/assay/report.h"
#include "cmd/complain.h"

/* A benchmark and its run of each source; NULL where a source does not have it. */
struct pivot_row {
    const struct lineup_row *first; /* in the order of the group */
    const struct assay_run **runs;
};

struct pivot {
    struct pivot_row *rows;
    size_t count;
    const struct assay_run **runs; /* that the rows borrow */
};

static void pivot_deinit(struct pivot *pivot)
{
    free(pivot->rows);
    free(pivot->runs);
}

static int by_fullname(const void *a, const void *b)
{
    const struct lineup_row *left = *(const struct lineup_row *const *)a, *right = *(const struct lineup_row *const *)b;
    int order = strcmp(left->run->fullname, right->run->fullname);
    return order != 0 ? order : (left > right) - (left < right);
}

static int by_first(const void *a, const void *b)
{
    const struct pivot_row *left = a, *right = b;
    return (left->first > right->first) - (left->first < right->first);
}

/* A row a benchmark, in the order in which the group has the first of each. */
static bool make_pivot(const struct lineup *lineup, const struct lineup_group *group, struct pivot *out_pivot)
{
    size_t count = lineup_benchmarks(group), cells;
    struct pivot pivot = {.count = count};
    const struct lineup_row **sorted = base_alloc_array(group->count, sizeof(*sorted));
    pivot.rows = base_alloc_array(count, sizeof(*pivot.rows));
    if (base_size_mul(count, lineup->source_count, &cells)) {
        pivot.runs = base_alloc_array(cells, sizeof(*pivot.runs));
    }
    if (!sorted || !pivot.rows || !pivot.runs) {
        free(sorted);
        pivot_deinit(&pivot);
        return false;
    }
    for (size_t i = 0; i < group->count; i++) {
        sorted[i] = &group->rows[i];
    }
    qsort(sorted, group->count, sizeof(*sorted), by_fullname);
    struct pivot_row *row = NULL;
    for (size_t i = 0; i < group->count; i++) {
        if (!row || strcmp(row->first->run->fullname, sorted[i]->run->fullname) != 0) {
            row = row ? row + 1 : pivot.rows;
            row->first = sorted[i];
            row->runs = pivot.runs + (size_t)(row - pivot.rows) * lineup->source_count;
        }
        row->runs[sorted[i]->source] = sorted[i]->run;
    }
    free(sorted);
    qsort(pivot.rows, count, sizeof(*pivot.rows), by_first);
    *out_pivot = pivot;
    return true;
}

static char *make_heading(const char *source, const char *metric, const char *unit)
{
    struct buf text;
    base_buf_init(&text, 100000);
    base_buf_addf(&text, "%s%s%s", source, source[0] != '\0' ? " " : "", metric);
    if (unit[0] != '\0') {
        base_buf_addf(&text, " (%s)", unit);
    }
    char *heading = base_buf_take(&text);
    base_buf_deinit(&text);
    return heading;
}

/* The change from one value to another, green where it is for the better. */
static void fill_change(enum assay_metric metric, double before, double after, struct grid_cell *cell)
{
    double change = after / before - 1;
    if (!isfinite(change)) {
        (void)snprintf(cell->number, sizeof(cell->number), before == 0 && after == 0 ? "+0.0%%" : "-");
        return;
    }
    (void)snprintf(cell->number, sizeof(cell->number), fabs(change) < 1e6 ? "%+.1f%%" : "%+.3e%%",
                   fabs(change) < 0.0005 ? 0 : change * 100); /* fits */
    bool is_rise = change > 0;
    cell->shade = fabs(change) < 0.0005 ? PLAIN : is_rise == assay_metric_is_rate(metric) ? GREEN : RED;
}

static double value_in(const struct pivot_row *row, size_t source, enum assay_metric metric)
{
    return row->runs[source] ? assay_run_value(row->runs[source], metric) : NAN;
}

/* The columns of one metric, from column `at` on: two a source, but one of the first. */
struct part {
    enum assay_metric metric;
    struct report_scale scale;
    size_t at;
};

static size_t column_of(const struct part *part, size_t source)
{
    return part->at + (source == 0 ? 0 : 2 * source - 1);
}

static bool fill_part(const struct report *report, const struct lineup *lineup, const struct pivot *pivot,
                      const struct part *part, struct grid *grid)
{
    const char *name = assay_metric_heading(part->metric);
    bool is_time = assay_metric_unit(part->metric) == ASSAY_UNIT_SECONDS, good = true;
    for (size_t source = 0; good && source < lineup->source_count; source++) {
        struct grid_column *column = &grid->columns[column_of(part, source)];
        column->heading = make_heading(lineup->shown[source], name, is_time ? "" : part->scale.name);
        column->worth = LAYOUT_KEEP;
        good = column->heading != NULL;
        if (good && source > 0) {
            column[1].heading = make_heading(report->is_utf8 ? "\u0394" : "change", name, "");
            column[1].worth = LAYOUT_KEEP;
            good = column[1].heading != NULL;
        }
    }
    for (size_t row = 0; good && row < pivot->count; row++) {
        double first = value_in(&pivot->rows[row], 0, part->metric);
        for (size_t source = 0; source < lineup->source_count; source++) {
            double value = value_in(&pivot->rows[row], source, part->metric);
            struct grid_cell *cell = grid_cell(grid, row, column_of(part, source));
            report_format_cell(part->metric, value, part->scale, cell->number);
            cell->shade = source == 0 ? CYAN : PLAIN;
            if (source > 0) {
                fill_change(part->metric, first, value, cell + 1);
            }
        }
    }
    return good;
}

/* Of a metric other than a time the unit is that of its least value. */
static struct report_scale scale_of(const struct lineup_group *group, const struct options *options,
                                    enum assay_metric metric)
{
    double least = NAN;
    for (size_t i = 0; i < group->count; i++) {
        least = fmin(least, assay_run_value(group->rows[i].run, metric));
    }
    return assay_metric_unit(metric) == ASSAY_UNIT_SECONDS ? report_group_time_scale(group, options)
           : metric == ASSAY_METRIC_OPS                    ? report_group_ops_scale(least)
                                                           : report_scale_of(metric, least);
}

static bool create_grid(const struct pivot *pivot, size_t columns, const char *first, struct grid *out_grid)
{
    struct label_name *names = base_alloc_array(pivot->count, sizeof(*names));
    for (size_t i = 0; names && i < pivot->count; i++) {
        names[i] = (struct label_name){pivot->rows[i].first->name, pivot->rows[i].first->fullname};
    }
    bool created = names && grid_create(first, names, pivot->count, columns, out_grid);
    free(names);
    return created;
}

static bool print_group(const struct report *report, const struct lineup *lineup, const struct lineup_group *group,
                        const struct options *options)
{
    const size_t columns_a_metric = 2 * lineup->source_count - 1;
    char first[48], title[REPORT_TITLE_BYTES];
    struct pivot pivot;
    struct grid grid;
    if (!make_pivot(lineup, group, &pivot)) {
        return false;
    }
    (void)snprintf(first, sizeof(first), "Name (time in %s)", report_group_time_scale(group, options).name); /* fits */
    if (!create_grid(&pivot, options->between.count * columns_a_metric, first, &grid)) {
        pivot_deinit(&pivot);
        return false;
    }
    bool good = true;
    for (size_t i = 0; good && i < options->between.count; i++) {
        enum assay_metric metric = options->between.items[i];
        const struct part part = {metric, scale_of(group, options, metric), i * columns_a_metric};
        good = fill_part(report, lineup, &pivot, &part, &grid);
    }
    report_lineup_title(lineup, group, title);
    good = good && grid_print(&grid, report, title);
    grid_destroy(&grid);
    pivot_deinit(&pivot);
    fputc('\n', report->out);
    return good;
}

void report_between(const struct report *report, const struct lineup *lineup, const struct options *options)
{
    bool has_memory = true;
    for (size_t i = 0; has_memory && i < lineup->group_count; i++) {
        has_memory = print_group(report, lineup, &lineup->groups[i], options);
    }
    if (!has_memory) {
        complain("out of memory for the table");
    }
    if (lineup->source_count > 1) {
        fprintf(report->out, "%s: the change from %s.\n\n", report->is_utf8 ? "\u0394" : "change", lineup->shown[0]);
    }
}
