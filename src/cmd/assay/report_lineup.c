// SPDX-License-Identifier: MIT
/*
 * Columns of one kind have one unit in a table: times that of the best row, rates
 * that of the worst, so that no number there is below one.  Numbers are rounded as
 * pytest-benchmark rounds them, which multiplies by powers of ten.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/compare.h"
#include "base/columns.h"
#include "base/num.h"
#include "cmd/assay/report.h"
#include "cmd/assay/report_grid.h"
#include "cmd/complain.h"

#define LARGEST_WHOLE 1e15 /* larger numbers have an exponent */

/* "12,345.6789" */
static void format_grouped(double value, char out_text[GRID_NUMBER_BYTES])
{
    char plain[GRID_NUMBER_BYTES];
    if (!(fabs(value) < LARGEST_WHOLE)) {
        (void)snprintf(out_text, GRID_NUMBER_BYTES, "%.4e", value); /* fits */
        return;
    }
    (void)snprintf(plain, sizeof(plain), "%.4f", value); /* at most 16 digits before the point */
    size_t digits = strspn(plain, "-0123456789"), first = plain[0] == '-', out = 0;
    for (size_t i = 0; i < digits; i++) {
        if (i > first && (digits - i) % 3 == 0) {
            out_text[out++] = ',';
        }
        out_text[out++] = plain[i];
    }
    (void)snprintf(out_text + out, GRID_NUMBER_BYTES - out, "%s", plain + digits); /* fits: five commas are added */
}

/* Both factors are exact, or as exact as the constants 1e-3 and 1e-6 are. */
static double in_unit(double value, struct report_scale scale)
{
    return scale.unit < 1 ? value * round(1 / scale.unit) : value * (1 / scale.unit);
}

void report_format_cell(enum assay_metric metric, double value, struct report_scale scale,
                        char out_text[GRID_NUMBER_BYTES])
{
    if (isnan(value)) {
        (void)snprintf(out_text, GRID_NUMBER_BYTES, "-");
    } else if (assay_metric_unit(metric) == ASSAY_UNIT_COUNT) {
        (void)snprintf(out_text, GRID_NUMBER_BYTES, fabs(value) < LARGEST_WHOLE ? "%.0f" : "%.4e", value); /* fits */
    } else {
        format_grouped(in_unit(value, scale), out_text);
    }
}

/* Best and worst of what the rows of a group have of a metric; NAN if they have nothing. */
struct range {
    double best, worst;
};

static struct range range_of(const struct lineup_group *group, enum assay_metric metric)
{
    struct range range = {NAN, NAN};
    for (size_t i = 0; i < group->count; i++) {
        double value = assay_run_value(group->rows[i].run, metric);
        bool is_rate = assay_metric_is_rate(metric);
        range.best = is_rate ? fmax(range.best, value) : fmin(range.best, value); /* which leave NAN aside */
        range.worst = is_rate ? fmin(range.worst, value) : fmax(range.worst, value);
    }
    return range;
}

struct report_scale report_group_time_scale(const struct lineup_group *group, const struct options *options)
{
    enum assay_metric metric = options->order == LINEUP_BY_METRIC ? options->sort : ASSAY_METRIC_MIN;
    if (assay_metric_unit(metric) != ASSAY_UNIT_SECONDS || isnan(range_of(group, metric).best)) {
        metric = ASSAY_METRIC_MIN;
    }
    return report_time_scale(options->time_unit, range_of(group, metric).best);
}

struct report_scale report_group_ops_scale(double least)
{
    return least > 1e6   ? (struct report_scale){1e6, "M/s"}
           : least > 1e3 ? (struct report_scale){1e3, "K/s"}
                         : (struct report_scale){1, "/s"};
}

/* One column of one table. */
struct column {
    enum assay_metric metric;
    struct report_scale scale;
    struct range range;
    bool has_factors; /* what is better or worse, in a table of several rows */
};

static struct column plan_column(const struct lineup_group *group, enum assay_metric metric,
                                 struct report_scale time_scale)
{
    struct column column = {.metric = metric, .range = range_of(group, metric)};
    bool is_time = assay_metric_unit(metric) == ASSAY_UNIT_SECONDS;
    column.scale = is_time                      ? time_scale
                   : metric == ASSAY_METRIC_OPS ? report_group_ops_scale(column.range.worst)
                                                : report_scale_of(metric, column.range.worst);
    column.has_factors = group->count > 1 && assay_metric_can_be_limited(metric);
    return column;
}

/* "Min"; "OPS (K/s)" where it has a unit of its own. */
static char *heading_of(const struct column *column)
{
    struct buf text;
    bool is_time = assay_metric_unit(column->metric) == ASSAY_UNIT_SECONDS;
    base_buf_init(&text, 200);
    base_buf_add_cstr(&text, assay_metric_heading(column->metric));
    if (!is_time && column->scale.name[0] != '\0' && !isnan(column->range.worst)) {
        base_buf_addf(&text, " (%s)", column->scale.name);
    }
    char *heading = base_buf_take(&text);
    base_buf_deinit(&text);
    return heading;
}

/* How many times the best of the table a value is; of a rate a share. */
static void format_factor(double value, double best, char out_text[GRID_BEHIND_BYTES])
{
    double factor = value / best;
    if (value == best) {
        (void)snprintf(out_text, GRID_BEHIND_BYTES, " (1.0)");
    } else if (best == 0) {
        (void)snprintf(out_text, GRID_BEHIND_BYTES, " (inf)");
    } else if (factor > 1000) {
        (void)snprintf(out_text, GRID_BEHIND_BYTES, " (>1000.0)");
    } else {
        (void)snprintf(out_text, GRID_BEHIND_BYTES, " (%.2f)", factor);
    }
}

static void fill_cell(const struct assay_run *run, const struct column *column, struct grid_cell *cell)
{
    double value = assay_run_value(run, column->metric);
    if (column->metric == ASSAY_METRIC_OUTLIERS) {
        (void)snprintf(cell->number, sizeof(cell->number), "%llu;%llu",
                       (unsigned long long)run->stats.stddev_outliers, (unsigned long long)run->stats.iqr_outliers);
        return;
    }
    report_format_cell(column->metric, value, column->scale, cell->number);
    if (column->has_factors && !isnan(value)) {
        format_factor(value, column->range.best, cell->behind);
        cell->shade = value == column->range.best ? GREEN : value == column->range.worst ? RED : PLAIN;
    }
}

/* What a table can do without first; what was chosen, and min, stay. */
static int worth_of(enum assay_metric metric, const struct options *options)
{
    static const enum assay_metric ascending[] = {ASSAY_METRIC_ITERATIONS, ASSAY_METRIC_ROUNDS, ASSAY_METRIC_OUTLIERS,
                                                  ASSAY_METRIC_STDDEV,     ASSAY_METRIC_IQR,    ASSAY_METRIC_OPS,
                                                  ASSAY_METRIC_MAX};
    for (int i = 0; i < (int)(sizeof(ascending) / sizeof(ascending[0])) && !options->has_columns; i++) {
        if (metric == ascending[i]) {
            return i;
        }
    }
    if (options->has_columns || metric == ASSAY_METRIC_MIN) {
        return LAYOUT_KEEP;
    }
    return metric == ASSAY_METRIC_MEAN ? LAYOUT_LITTLE : LAYOUT_LITTLE + 1;
}

struct names {
    struct label_name *names;
    char first[48]; /* the heading */
};

static bool make_names(const struct lineup_group *group, struct report_scale time_scale, bool has_times,
                       struct names *out_names)
{
    out_names->names = base_alloc_array(group->count, sizeof(*out_names->names));
    for (size_t i = 0; out_names->names && i < group->count; i++) {
        out_names->names[i] = (struct label_name){group->rows[i].name, group->rows[i].fullname};
    }
    (void)snprintf(out_names->first, sizeof(out_names->first), has_times ? "Name (time in %s)" : "Name",
                   time_scale.name); /* fits */
    return out_names->names != NULL;
}

static bool fill_grid(const struct lineup_group *group, const struct options *options, struct report_scale time_scale,
                      struct grid *grid)
{
    for (size_t at = 0; at < options->lineup_columns.count; at++) {
        const struct column column = plan_column(group, options->lineup_columns.items[at], time_scale);
        grid->columns[at].heading = heading_of(&column);
        grid->columns[at].worth = worth_of(column.metric, options);
        if (!grid->columns[at].heading) {
            return false;
        }
        for (size_t row = 0; row < group->count; row++) {
            fill_cell(group->rows[row].run, &column, grid_cell(grid, row, at));
        }
    }
    return true;
}

/* Of the first source only: the others' have been told when they were measured. */
static bool print_notes(const struct report *report, const struct lineup_group *group)
{
    const struct assay_run **runs = base_alloc_array(group->count, sizeof(*runs));
    size_t count = 0;
    for (size_t i = 0; runs && i < group->count; i++) {
        if (group->rows[i].source == 0) {
            runs[count++] = group->rows[i].run;
        }
    }
    if (!runs) {
        return false;
    }
    report_notes(report, runs, count);
    free(runs);
    return true;
}

static bool print_group(const struct report *report, const struct lineup *lineup, const struct lineup_group *group,
                        const struct options *options)
{
    struct report_scale time_scale = report_group_time_scale(group, options);
    struct names names;
    struct grid grid;
    bool has_times = false;
    for (size_t i = 0; i < options->lineup_columns.count; i++) {
        has_times = has_times || assay_metric_unit(options->lineup_columns.items[i]) == ASSAY_UNIT_SECONDS;
    }
    bool created = make_names(group, time_scale, has_times, &names) &&
                   grid_create(names.first, names.names, group->count, options->lineup_columns.count, &grid);
    free(names.names);
    if (!created) {
        return false;
    }
    char title[REPORT_TITLE_BYTES];
    report_lineup_title(lineup, group, title);
    bool printed = fill_grid(group, options, time_scale, &grid) && grid_print(&grid, report, title) &&
                   print_notes(report, group);
    grid_destroy(&grid);
    fputc('\n', report->out);
    return printed;
}

void report_lineup_title(const struct lineup *lineup, const struct lineup_group *group,
                         char out_title[REPORT_TITLE_BYTES])
{
    size_t benchmarks = lineup_benchmarks(group);
    struct str key = base_columns_head(base_str(group->key), 100);
    int len = snprintf(out_title, REPORT_TITLE_BYTES, "%.*s%s%zu benchmark%s", STR_ARGS(key),
                       key.len > 0 ? ": " : "", benchmarks, benchmarks == 1 ? "" : "s"); /* fits, or is cut */
    if (lineup->source_count > 1 && len < REPORT_TITLE_BYTES) {
        (void)snprintf(out_title + len, REPORT_TITLE_BYTES - (size_t)len, ", %zu runs", lineup->source_count);
    }
}

static bool shows(const struct options *options, enum assay_metric metric)
{
    for (size_t i = 0; i < options->lineup_columns.count; i++) {
        if (options->lineup_columns.items[i] == metric) {
            return true;
        }
    }
    return false;
}

/* What is not said by a heading. */
static void print_legend(const struct report *report, const struct options *options)
{
    fputs("In brackets: how many times the best of the table.", report->out);
    if (shows(options, ASSAY_METRIC_OPS)) {
        fputs(" OPS: 1 / mean.", report->out);
    }
    if (shows(options, ASSAY_METRIC_OUTLIERS)) {
        fputs("\nOutliers: rounds beyond 1 standard deviation of the mean; beyond 1.5 IQR of the quartiles.",
              report->out);
    }
    fputs("\n\n", report->out);
}

void report_lineup(const struct report *report, const struct lineup *lineup, const struct options *options)
{
    bool has_memory = true;
    for (size_t i = 0; has_memory && i < lineup->group_count; i++) {
        has_memory = print_group(report, lineup, &lineup->groups[i], options);
    }
    if (!has_memory) {
        complain("out of memory for the table");
    }
    if (lineup->count > 0) {
        print_legend(report, options);
    }
}
