// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cmd/assay/report.h"
#include "cmd/complain.h"

/* Of an iteration of the loop, which cannot take next to no time. */
static bool is_time_of_iteration(enum assay_metric metric)
{
    return metric == ASSAY_METRIC_MIN || metric == ASSAY_METRIC_MAX || metric == ASSAY_METRIC_MEAN ||
           metric == ASSAY_METRIC_MEDIAN || metric == ASSAY_METRIC_Q1 || metric == ASSAY_METRIC_Q3;
}

static void format_cell(const struct assay_run *run, enum assay_metric metric, char out_text[REPORT_NUMBER_BYTES])
{
    if (metric == ASSAY_METRIC_OUTLIERS) {
        (void)snprintf(out_text, REPORT_NUMBER_BYTES, "%llu;%llu", (unsigned long long)run->stats.stddev_outliers,
                       (unsigned long long)run->stats.iqr_outliers);
    } else if (is_time_of_iteration(metric) && assay_run_value(run, metric) < ASSAY_LEAST_ITERATION) {
        (void)snprintf(out_text, REPORT_NUMBER_BYTES, "< %g ns", ASSAY_LEAST_ITERATION * 1e9);
    } else {
        report_format_number(metric, assay_run_value(run, metric), out_text);
    }
}

static bool same_group(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Rows of one table: runs of a group, those that have samples. */
struct rows {
    const struct assay_run **runs;
    size_t count;
};

/* A run and what it is sorted by. */
struct sorted_run {
    const struct assay_run *run;
    double value;
    size_t position; /* keeps equals in their order */
};

static int by_value(const void *a, const void *b)
{
    const struct sorted_run *left = a, *right = b;
    bool has_left = !isnan(left->value), has_right = !isnan(right->value);
    if (has_left != has_right) {
        return has_left ? -1 : 1; /* what lacks the number comes last */
    }
    if (has_left && left->value != right->value) {
        return left->value < right->value ? -1 : 1;
    }
    return left->position < right->position ? -1 : 1;
}

/* False without memory: the rows stay as they are. */
static bool sort_rows(struct rows *rows, enum assay_metric metric)
{
    struct sorted_run *sorted = base_alloc_array(rows->count, sizeof(*sorted));
    if (!sorted) {
        return false;
    }
    for (size_t i = 0; i < rows->count; i++) {
        sorted[i] = (struct sorted_run){rows->runs[i], assay_run_value(rows->runs[i], metric), i};
    }
    qsort(sorted, rows->count, sizeof(*sorted), by_value);
    for (size_t i = 0; i < rows->count; i++) {
        rows->runs[i] = sorted[i].run;
    }
    free(sorted);
    return true;
}

static size_t name_width(const struct rows *rows)
{
    size_t width = strlen("Name");
    for (size_t i = 0; i < rows->count; i++) {
        size_t len = strlen(rows->runs[i]->name);
        width = len > width ? len : width;
    }
    return width;
}

/* What stands beside the names of a table: a metric, or a counter if that is not NULL. */
struct column {
    enum assay_metric metric;
    const char *counter;
    size_t width;
};

#define MAX_COLUMNS (ASSAY_METRIC_COUNT + 32)
struct columns {
    struct column items[MAX_COLUMNS];
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

static void format_column(const struct assay_run *run, const struct column *column, char out_text[REPORT_NUMBER_BYTES])
{
    if (!column->counter) {
        format_cell(run, column->metric, out_text);
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

static struct columns choose_columns(const struct rows *rows, const struct options *options)
{
    struct columns columns = {0};
    for (size_t i = 0; i < options->column_count; i++) {
        columns.items[columns.count++] = (struct column){.metric = options->columns[i]};
    }
    for (int metric = ASSAY_METRIC_FIRST_MEASURED; !options->has_columns && metric < ASSAY_METRIC_COUNT; metric++) {
        if (is_known_of_any(rows, (enum assay_metric)metric)) {
            columns.items[columns.count++] = (struct column){.metric = (enum assay_metric)metric};
        }
    }
    if (!options->has_columns) {
        add_counters(rows, &columns);
    }
    for (struct column *column = columns.items; column < columns.items + columns.count; column++) {
        column->width = strlen(heading_of(column));
        for (size_t i = 0; i < rows->count; i++) {
            char text[REPORT_NUMBER_BYTES];
            format_column(rows->runs[i], column, text);
            column->width = strlen(text) > column->width ? strlen(text) : column->width;
        }
    }
    return columns;
}

static enum shade shade_of_target(enum assay_target_verdict verdict)
{
    switch (verdict) {
    case ASSAY_TARGET_MET:
        return GREEN;
    case ASSAY_TARGET_MISSED:
        return RED;
    case ASSAY_TARGET_UNDECIDED:
    case ASSAY_TARGET_TOO_FEW:
        break;
    }
    return YELLOW;
}

static bool has_targets(const struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->runs[i]->judgement_count > 0) {
            return true;
        }
    }
    return false;
}

/* "p95 < 500 ms met, mean < 0.5 s met" at the end of a row. */
static void print_verdicts(const struct report *report, const struct assay_run *run)
{
    for (size_t i = 0; i < run->judgement_count; i++) {
        char limit[ASSAY_TARGET_TEXT_BYTES];
        assay_target_format(&run->judgements[i].target, limit);
        fprintf(report->out, "%s%s ", i == 0 ? "  " : ", ", limit);
        enum shade shade = shade_of_target(run->judgements[i].verdict);
        report_begin_shade(report, shade);
        fputs(assay_target_verdict_name(run->judgements[i].verdict), report->out);
        report_end_shade(report, shade);
    }
}

static void print_row(const struct report *report, const struct assay_run *run, size_t first_width,
                      const struct columns *columns)
{
    fprintf(report->out, "%-*s", (int)first_width, run->name);
    for (size_t column = 0; column < columns->count; column++) {
        char text[REPORT_NUMBER_BYTES];
        format_column(run, &columns->items[column], text);
        fprintf(report->out, "  %*s", (int)columns->items[column].width, text);
    }
    print_verdicts(report, run);
    fputc('\n', report->out);
}

/* What the times of some rows cannot tell. */
static void print_notes(const struct report *report, const struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct assay_run *run = rows->runs[i];
        if (!assay_run_is_as_fast_as_empty(run)) {
            continue;
        }
        fprintf(report->out, "note: %s: as fast as an empty loop", run->name);
        if (run->empty_loop > 0) {
            char text[REPORT_NUMBER_BYTES];
            report_format_number(ASSAY_METRIC_MIN, run->empty_loop, text);
            fprintf(report->out, " (%s)", text);
        }
        fputs(": optimised away? BENCH_KEEP what it computes, BENCH_HIDE what it computes from\n", report->out);
    }
}

static void print_table(const struct report *report, const struct rows *rows, const struct options *options)
{
    const struct columns columns = choose_columns(rows, options);
    size_t first = name_width(rows), total = first;
    for (size_t column = 0; column < columns.count; column++) {
        total += 2 + columns.items[column].width;
    }
    char title[160];
    const char *group = rows->runs[0]->group;
    (void)snprintf(title, sizeof(title), "%s%s%zu benchmark%s", group ? group : "", group ? ": " : "", rows->count,
                   rows->count == 1 ? "" : "s"); /* cut if the group's name is that long */
    report_rule(report, total, title);
    fprintf(report->out, "%-*s", (int)first, "Name");
    for (size_t column = 0; column < columns.count; column++) {
        fprintf(report->out, "  %*s", (int)columns.items[column].width, heading_of(&columns.items[column]));
    }
    fputs(has_targets(rows) ? "  Targets\n" : "\n", report->out);
    for (size_t i = 0; i < rows->count; i++) {
        print_row(report, rows->runs[i], first, &columns);
    }
    print_notes(report, rows);
    report_growth(report, rows->runs, rows->count);
    fputc('\n', report->out);
}

/* Whether an earlier run has the group of run `index`, so that it was printed. */
static bool group_was_seen(const struct assay_result *result, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (!result->runs[i].error && same_group(result->runs[i].group, result->runs[index].group)) {
            return true;
        }
    }
    return false;
}

void report_runs(const struct report *report, const struct assay_result *result, const struct options *options)
{
    struct rows rows = {.runs = calloc(result->run_count + 1, sizeof(*rows.runs))};
    if (!rows.runs) {
        fputs("assay: out of memory for the table\n", stderr);
        return;
    }
    for (size_t i = 0; i < result->run_count; i++) {
        if (result->runs[i].error || group_was_seen(result, i)) {
            continue;
        }
        rows.count = 0;
        for (size_t each = i; each < result->run_count; each++) {
            const struct assay_run *run = &result->runs[each];
            if (!run->error && same_group(run->group, result->runs[i].group)) {
                rows.runs[rows.count++] = run;
            }
        }
        if (options->has_sort && !sort_rows(&rows, options->sort)) {
            complain("out of memory for sorting the table");
        }
        print_table(report, &rows, options);
    }
    free(rows.runs);
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

/* "p99.9 < 500.5 ms" */
#define LEAST_LIMIT_WIDTH 16

static void print_target(const struct report *report, const struct assay_run *run,
                         const struct assay_judgement *judgement, size_t width, size_t limit_width)
{
    char limit[ASSAY_TARGET_TEXT_BYTES], estimate[REPORT_NUMBER_BYTES], bound[REPORT_NUMBER_BYTES + 3] = "-";
    assay_target_format(&judgement->target, limit);
    report_format_number(judgement->target.metric, judgement->estimate, estimate);
    /* The bound that matters is the one on the side of the limit. */
    double worst = judgement->target.at_least ? judgement->lower : judgement->upper;
    if (isfinite(worst) && judgement->verdict != ASSAY_TARGET_TOO_FEW) {
        char number[REPORT_NUMBER_BYTES];
        report_format_number(judgement->target.metric, worst, number);
        (void)snprintf(bound, sizeof(bound), "%s %s", judgement->target.at_least ? ">=" : "<=", number);
    }
    fprintf(report->out, "%-*s  %-*s  %10s  %13s  %9llu  ", (int)width, run->name, (int)limit_width, limit, estimate,
            bound, (unsigned long long)judgement->n);
    enum shade shade = shade_of_target(judgement->verdict);
    report_begin_shade(report, shade);
    fputs(assay_target_verdict_name(judgement->verdict), report->out);
    report_end_shade(report, shade);
    if (judgement->verdict == ASSAY_TARGET_TOO_FEW) {
        fprintf(report->out, " (needs %llu)", (unsigned long long)judgement->n_needed);
    }
    fputc('\n', report->out);
}

void report_targets(const struct report *report, const struct assay_result *result)
{
    size_t width = strlen("Target of"), limit_width = LEAST_LIMIT_WIDTH, count = 0, met = 0;
    for (size_t i = 0; i < result->run_count; i++) {
        const struct assay_run *run = &result->runs[i];
        count += run->judgement_count;
        for (size_t each = 0; each < run->judgement_count; each++) {
            bool is_met = run->judgements[each].verdict == ASSAY_TARGET_MET;
            met += is_met;
            if (!is_met) {
                char limit[ASSAY_TARGET_TEXT_BYTES];
                assay_target_format(&run->judgements[each].target, limit);
                width = strlen(run->name) > width ? strlen(run->name) : width;
                limit_width = strlen(limit) > limit_width ? strlen(limit) : limit_width;
            }
        }
    }
    if (count == 0) {
        return;
    }
    if (met == count) {
        fprintf(report->out, "%zu target%s, %smet.\n\n", count, count == 1 ? "" : "s", count == 1 ? "" : "all ");
        return;
    }
    char title[64];
    (void)snprintf(title, sizeof(title), "%zu of %zu targets not met", count - met, count); /* fits */
    report_rule(report, width + limit_width + 53, title);
    fprintf(report->out, "%-*s  %-*s  %10s  %13s  %9s  %s\n", (int)width, "Target of", (int)limit_width, "Limit",
            "Measured", "95% bound", "Samples", "Verdict");
    for (size_t i = 0; i < result->run_count; i++) {
        for (size_t each = 0; each < result->runs[i].judgement_count; each++) {
            if (result->runs[i].judgements[each].verdict != ASSAY_TARGET_MET) {
                print_target(report, &result->runs[i], &result->runs[i].judgements[each], width, limit_width);
            }
        }
    }
    fputc('\n', report->out);
}
