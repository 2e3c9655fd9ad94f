// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cmd/assay/labels.h"
#include "cmd/assay/layout.h"
#include "cmd/assay/report.h"
#include "cmd/complain.h"

/* Beyond it the threads of a body ran one after the other rather than together. */
#define MUCH_IMBALANCE 0.5

/* Of an iteration of the loop, which cannot take next to no time. */
static bool is_time_of_iteration(enum assay_metric metric)
{
    return metric == ASSAY_METRIC_MIN || metric == ASSAY_METRIC_MAX || metric == ASSAY_METRIC_MEAN ||
           metric == ASSAY_METRIC_MEDIAN || metric == ASSAY_METRIC_Q1 || metric == ASSAY_METRIC_Q3;
}

static void format_cell(const struct report *report, const struct assay_run *run, enum assay_metric metric,
                        char out_text[REPORT_NUMBER_BYTES])
{
    if (metric == ASSAY_METRIC_OUTLIERS) {
        (void)snprintf(out_text, REPORT_NUMBER_BYTES, "%llu;%llu", (unsigned long long)run->stats.stddev_outliers,
                       (unsigned long long)run->stats.iqr_outliers);
    } else if (is_time_of_iteration(metric) && assay_run_value(run, metric) < ASSAY_LEAST_ITERATION) {
        (void)snprintf(out_text, REPORT_NUMBER_BYTES, "< %g ns", ASSAY_LEAST_ITERATION * 1e9);
    } else {
        report_number(report, metric, assay_run_value(run, metric), out_text);
    }
}

/* Rows of one table: runs of a group, those that have samples. */
struct rows {
    const struct assay_run **runs;
    const struct lineup_group *group; /* that they are */
    size_t count;
};

/* What stands beside the names of a table: a metric, or a counter if that is not NULL. */
struct column {
    enum assay_metric metric;
    const char *counter;
};

#define MAX_COLUMNS (ASSAY_METRIC_COUNT + 32)
struct columns {
    struct column items[MAX_COLUMNS];
    struct layout_column fits[MAX_COLUMNS]; /* each item's width, and whether it has to go */
    size_t count;
};

/* What tables had to leave out. */
struct left_out {
    const char *headings[MAX_COLUMNS + 1]; /* each once */
    size_t count;
};

static bool is_known_of_any(const struct rows *rows, enum assay_metric metric)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (!isnan(assay_run_value(rows->runs[i], metric))) {
            return true;
        }
    }
    return false;
}

static const struct assay_counter *find_counter(const struct assay_run *run, const char *name)
{
    for (size_t i = 0; i < run->counter_count; i++) {
        if (strcmp(run->counters[i].name, name) == 0) {
            return &run->counters[i];
        }
    }
    return NULL;
}

static const char *heading_of(const struct column *column)
{
    return column->counter ? column->counter : assay_metric_heading(column->metric);
}

static void format_column(const struct report *report, const struct assay_run *run, const struct column *column,
                          char out_text[REPORT_NUMBER_BYTES])
{
    if (!column->counter) {
        format_cell(report, run, column->metric, out_text);
        return;
    }
    const struct assay_counter *counter = find_counter(run, column->counter);
    if (counter) {
        report_format_counter(counter->kind, counter->value, out_text);
    } else {
        (void)snprintf(out_text, REPORT_NUMBER_BYTES, "-");
    }
}

/* The counters of all rows, each once, as far as there is room. */
static void add_counters(const struct rows *rows, struct columns *columns)
{
    size_t first = columns->count;
    for (size_t i = 0; i < rows->count; i++) {
        for (size_t each = 0; each < rows->runs[i]->counter_count; each++) {
            const char *name = rows->runs[i]->counters[each].name;
            size_t at = first;
            while (at < columns->count && strcmp(columns->items[at].counter, name) != 0) {
                at++;
            }
            if (at == columns->count && at < MAX_COLUMNS) {
                columns->items[columns->count++] = (struct column){.counter = name};
            }
        }
    }
}

/* What a table can do without first; what was chosen, and min, stay. */
static int worth_of(const struct column *column, const struct options *options)
{
    static const enum assay_metric ascending[] = {
        ASSAY_METRIC_ITERATIONS, ASSAY_METRIC_ROUNDS, ASSAY_METRIC_STDDEV, ASSAY_METRIC_OPS,
    };
    static const enum assay_metric worthier[] = {ASSAY_METRIC_MEAN, ASSAY_METRIC_P95, ASSAY_METRIC_SPREAD};
    if (options->has_columns || (!column->counter && column->metric == ASSAY_METRIC_MIN)) {
        return LAYOUT_KEEP;
    }
    for (int i = 0; !column->counter && i < (int)(sizeof(ascending) / sizeof(ascending[0])); i++) {
        if (column->metric == ascending[i]) {
            return i;
        }
    }
    for (int i = 0; !column->counter && i < (int)(sizeof(worthier) / sizeof(worthier[0])); i++) {
        if (column->metric == worthier[i]) {
            return LAYOUT_LITTLE + i;
        }
    }
    /* Then what was measured and counted, and the median last. */
    return !column->counter && column->metric == ASSAY_METRIC_MEDIAN ? LAYOUT_KEEP - 1 : LAYOUT_KEEP - 2;
}

static struct columns choose_columns(const struct report *report, const struct rows *rows,
                                     const struct options *options)
{
    struct columns columns = {0};
    for (size_t i = 0; i < options->columns.count; i++) {
        columns.items[columns.count++] = (struct column){.metric = options->columns.items[i]};
    }
    for (int metric = ASSAY_METRIC_FIRST_MEASURED; !options->has_columns && metric < ASSAY_METRIC_COUNT; metric++) {
        if (is_known_of_any(rows, (enum assay_metric)metric)) {
            columns.items[columns.count++] = (struct column){.metric = (enum assay_metric)metric};
        }
    }
    if (!options->has_columns) {
        add_counters(rows, &columns);
    }
    for (size_t at = 0; at < columns.count; at++) {
        const struct column *column = &columns.items[at];
        size_t width = strlen(heading_of(column));
        for (size_t i = 0; i < rows->count; i++) {
            char text[REPORT_NUMBER_BYTES];
            format_column(report, rows->runs[i], column, text);
            width = strlen(text) > width ? strlen(text) : width;
        }
        columns.fits[at] = (struct layout_column){.width = width, .worth = worth_of(column, options)};
    }
    return columns;
}

/* The columns that "p95 < 500 ms met, mean < 0.5 s met" takes; 0 without targets. */
static size_t verdicts_width(const struct assay_run *run)
{
    size_t width = 0;
    for (size_t i = 0; i < run->judgement_count; i++) {
        char limit[ASSAY_TARGET_TEXT_BYTES];
        assay_target_format(&run->judgements[i].target, limit);
        width += (i > 0 ? 2 : 0) + strlen(limit) + 1 + strlen(assay_target_verdict_name(run->judgements[i].verdict));
    }
    return width;
}

/* Of the widest row, or of the heading. */
static size_t remark_width(const struct rows *rows)
{
    size_t width = 0;
    for (size_t i = 0; i < rows->count; i++) {
        size_t each = verdicts_width(rows->runs[i]);
        width = each > width ? each : width;
    }
    return width > 0 && width < strlen("Targets") ? strlen("Targets") : width;
}

/* Behind a row, or, on lines of their own, as many a line as fit. */
static void print_verdicts(const struct report *report, const struct assay_run *run, bool below)
{
    size_t at = 0;
    for (size_t i = 0; i < run->judgement_count; i++) {
        char limit[ASSAY_TARGET_TEXT_BYTES];
        assay_target_format(&run->judgements[i].target, limit);
        size_t width = strlen(limit) + 1 + strlen(assay_target_verdict_name(run->judgements[i].verdict));
        bool starts_line = below && (i == 0 || at + 3 + width > report->columns);
        if (starts_line) {
            fputs(i == 0 ? "\n    " : ",\n    ", report->out);
            at = 4;
        } else {
            fputs(i == 0 ? "  " : ", ", report->out);
            at += 2;
        }
        fprintf(report->out, "%s ", limit);
        report_verdict(report, run->judgements[i].verdict);
        at += width;
    }
}

/* A table, and how it fits. */
struct table {
    struct rows rows;
    struct columns columns;
    struct labels labels;
    struct layout layout;
    size_t remark_width;
};

static void print_row(const struct report *report, const struct table *table, size_t row)
{
    report_padded(report, labels_text(&table->labels, row), table->layout.name_width);
    for (size_t column = 0; column < table->columns.count; column++) {
        char text[REPORT_NUMBER_BYTES];
        if (!table->columns.fits[column].is_left_out) {
            format_column(report, table->rows.runs[row], &table->columns.items[column], text);
            fprintf(report->out, "  %*s", (int)table->columns.fits[column].width, text);
        }
    }
    print_verdicts(report, table->rows.runs[row], table->layout.has_remarks_below);
    fputc('\n', report->out);
}

static void note_optimised_away(const struct report *report, const struct assay_run *run)
{
    fprintf(report->out, "note: %s: as fast as an empty loop", run->name);
    if (run->empty_loop > 0) {
        char text[REPORT_NUMBER_BYTES];
        report_format_number(ASSAY_METRIC_MIN, run->empty_loop, text);
        fprintf(report->out, " (%s)", text);
    }
    fputs(": optimised away? BENCH_KEEP what it computes, BENCH_HIDE what it computes from\n", report->out);
}

static void note_imbalance(const struct report *report, const struct assay_run *run)
{
    char text[REPORT_NUMBER_BYTES];
    double together = 1 - assay_run_value(run, ASSAY_METRIC_IMBALANCE);
    report_format_number(ASSAY_METRIC_IMBALANCE, together, text);
    fprintf(report->out,
            "note: %s: all its threads were in the loop in only %s of a round: give each a core and the same work, or "
            "rounds more time (--min-time=50ms)\n",
            run->name, text);
}

void report_notes(const struct report *report, const struct assay_run *const *runs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct assay_run *run = runs[i];
        if (assay_run_is_as_fast_as_empty(run)) {
            note_optimised_away(report, run);
        }
        if (assay_run_value(run, ASSAY_METRIC_IMBALANCE) > MUCH_IMBALANCE) {
            note_imbalance(report, run);
        }
    }
    report_growth(report, runs, count);
}

static bool create_labels(const struct rows *rows, struct labels *out_labels)
{
    struct label_name *names = base_alloc_array(rows->count, sizeof(*names));
    for (size_t i = 0; names && i < rows->count; i++) {
        names[i] = (struct label_name){rows->group->rows[i].name, rows->group->rows[i].fullname};
    }
    bool created = names && labels_create(names, rows->count, out_labels);
    free(names);
    return created;
}

/* Decides what is shown; false without memory, the labels then need no release. */
static bool fit_table(const struct report *report, const struct options *options, struct table *table)
{
    table->columns = choose_columns(report, &table->rows, options);
    table->remark_width = remark_width(&table->rows);
    if (!create_labels(&table->rows, &table->labels)) {
        return false;
    }
    size_t widest = table->labels.columns > strlen("Name") ? table->labels.columns : strlen("Name");
    table->layout =
        layout_fit(table->columns.fits, table->columns.count, widest, table->remark_width, report->columns);
    if (table->layout.name_width < widest) {
        if (!labels_cut(&table->labels, table->layout.name_width, report_ellipsis(report))) {
            labels_deinit(&table->labels);
            return false;
        }
        /* They may be wider than that, so as to differ: then there is less room for the rest. */
        size_t cut = table->labels.columns > strlen("Name") ? table->labels.columns : strlen("Name");
        table->layout =
            layout_fit(table->columns.fits, table->columns.count, cut, table->remark_width, report->columns);
        table->layout.name_width = cut;
    }
    return true;
}

static void remember(struct left_out *left_out, const char *heading)
{
    for (size_t i = 0; i < left_out->count; i++) {
        if (strcmp(left_out->headings[i], heading) == 0) {
            return;
        }
    }
    if (left_out->count < sizeof(left_out->headings) / sizeof(left_out->headings[0])) {
        left_out->headings[left_out->count++] = heading;
    }
}

static void remember_left_out(const struct table *table, struct left_out *left_out)
{
    for (size_t i = 0; i < table->columns.count; i++) {
        if (table->columns.fits[i].is_left_out) {
            remember(left_out, heading_of(&table->columns.items[i]));
        }
    }
    if (table->labels.cuts) {
        remember(left_out, "whole names");
    }
}

static void print_headings(const struct report *report, const struct table *table)
{
    size_t total = table->layout.name_width;
    for (size_t i = 0; i < table->columns.count; i++) {
        total += table->columns.fits[i].is_left_out ? 0 : LAYOUT_GAP + table->columns.fits[i].width;
    }
    char title[160];
    const char *group = table->rows.group->key[0] != '\0' ? table->rows.group->key : NULL;
    (void)snprintf(title, sizeof(title), "%s%s%zu benchmark%s", group ? group : "", group ? ": " : "",
                   table->rows.count, table->rows.count == 1 ? "" : "s"); /* cut if the group's name is that long */
    report_rule(report, total, title);
    report_padded(report, "Name", table->layout.name_width);
    for (size_t i = 0; i < table->columns.count; i++) {
        if (!table->columns.fits[i].is_left_out) {
            fprintf(report->out, "  %*s", (int)table->columns.fits[i].width, heading_of(&table->columns.items[i]));
        }
    }
    fputs(table->remark_width > 0 && !table->layout.has_remarks_below ? "  Targets\n" : "\n", report->out);
}

/* False without memory. */
static bool print_table(const struct report *report, const struct rows *rows, const struct options *options,
                        struct left_out *left_out)
{
    struct table table = {.rows = *rows};
    if (!fit_table(report, options, &table)) {
        return false;
    }
    remember_left_out(&table, left_out);
    print_headings(report, &table);
    for (size_t i = 0; i < rows->count; i++) {
        print_row(report, &table, i);
    }
    labels_deinit(&table.labels);
    report_notes(report, rows->runs, rows->count);
    fputc('\n', report->out);
    return true;
}

static bool print_group(const struct report *report, const struct lineup_group *group, const struct options *options,
                        struct left_out *left_out)
{
    struct rows rows = {.runs = base_alloc_array(group->count, sizeof(*rows.runs)),
                        .group = group,
                        .count = group->count};
    for (size_t i = 0; rows.runs && i < group->count; i++) {
        rows.runs[i] = group->rows[i].run;
    }
    bool printed = rows.runs && print_table(report, &rows, options, left_out);
    free(rows.runs);
    return printed;
}

void report_runs(const struct report *report, const struct assay_result *result, const struct options *options)
{
    const struct lineup_source source = {result, "", ""};
    const struct lineup_plan plan = {.filter = NULL,
                                     .group_by = options->group_by,
                                     .order = options->order,
                                     .metric = options->sort,
                                     .names = options->names};
    struct lineup lineup;
    struct left_out left_out = {0};
    bool has_memory = lineup_create(&source, 1, &plan, &lineup);
    if (has_memory) {
        for (size_t i = 0; has_memory && i < lineup.group_count; i++) {
            has_memory = print_group(report, &lineup.groups[i], options, &left_out);
        }
        lineup_deinit(&lineup);
    }
    if (!has_memory) {
        complain("out of memory for the table");
    }
    if (left_out.count > 0) {
        report_no_room(report, left_out.headings, left_out.count);
        fputs("--wide shows all, --columns=LIST what you choose\n\n", report->out);
    }
}

/* Whole nanoseconds where the four digits of a table would be too many. */
static void format_clock_time(double seconds, char out_text[REPORT_NUMBER_BYTES])
{
    if (seconds < 1e-6) {
        (void)snprintf(out_text, REPORT_NUMBER_BYTES, "%.0f ns", seconds * 1e9);
    } else {
        report_format_number(ASSAY_METRIC_MIN, seconds, out_text);
    }
}

static bool was_anything_measured(const struct assay_result *result)
{
    for (size_t i = 0; i < result->run_count; i++) {
        if (!result->runs[i].error) {
            return true;
        }
    }
    return false;
}

void report_seed(const struct report *report, const struct assay_result *result)
{
    if (result->has_seed && was_anything_measured(result)) {
        fprintf(report->out, "order and layout: --seed=%llu repeats them\n", (unsigned long long)result->seed);
    }
}

void report_clock(const struct report *report, const struct assay_result *result)
{
    char step[REPORT_NUMBER_BYTES], cost[REPORT_NUMBER_BYTES];
    if (result->clock.step > 0 && was_anything_measured(result)) {
        format_clock_time(result->clock.step, step);
        format_clock_time(result->clock.cost, cost);
        fprintf(report->out, "clock: steps of %s, %s a reading\n\n", step, cost);
    }
}
