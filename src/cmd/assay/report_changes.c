// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cmd/assay/report.h"
#include "cmd/assay/report_table.h"
#include "cmd/complain.h"

static enum shade shade_of_change(enum assay_change change)
{
    switch (change) {
    case ASSAY_CHANGE_REGRESSION:
    case ASSAY_CHANGE_BROKEN:
        return RED;
    case ASSAY_CHANGE_WATCH:
    case ASSAY_CHANGE_UNKNOWN:
    case ASSAY_CHANGE_GONE:
        return YELLOW;
    case ASSAY_CHANGE_FASTER:
        return GREEN;
    case ASSAY_CHANGE_NONE:
    case ASSAY_CHANGE_NEW:
        break;
    }
    return PLAIN;
}

static void print_verdict(const struct report *report, enum assay_change change, const char *text)
{
    enum shade shade = shade_of_change(change);
    report_begin_shade(report, shade);
    fputs(text, report->out);
    report_end_shade(report, shade);
}

static void format_change(double ratio, char out_text[REPORT_NUMBER_BYTES])
{
    if (isfinite(ratio)) {
        (void)snprintf(out_text, REPORT_NUMBER_BYTES, "%+.1f%%",
                       fabs(ratio) < 0.0005 ? 0 : ratio * 100); /* fits, or is cut */
    } else {
        (void)snprintf(out_text, REPORT_NUMBER_BYTES, "-");
    }
}

static void print_comparison(const struct report_table *table, const struct assay_comparison *rows, size_t at,
                             const struct assay_limits *limits)
{
    const struct assay_comparison *row = &rows[at];
    char before[REPORT_NUMBER_BYTES], after[REPORT_NUMBER_BYTES], change[REPORT_NUMBER_BYTES];
    char witness[REPORT_NUMBER_BYTES];
    report_format_number(limits->metric, row->baseline_value, before);
    report_format_number(limits->metric, row->candidate_value, after);
    format_change(row->change_ratio, change);
    format_change(row->witness_ratio, witness);
    report_table_row(table, at, (const char *const[]){before, after, change, witness});
    print_verdict(table->report, row->change, assay_change_name(row->change));
    fputc('\n', table->report->out);
}

static void print_summary(const struct report *report, const struct assay_comparison *rows, size_t count)
{
    size_t counts[ASSAY_CHANGE_UNKNOWN + 1] = {0};
    for (size_t i = 0; i < count; i++) {
        counts[rows[i].change]++;
    }
    bool first = true;
    for (int change = 0; change <= ASSAY_CHANGE_UNKNOWN; change++) {
        if (counts[change] > 0) {
            fprintf(report->out, "%s%zu %s", first ? "" : ", ", counts[change],
                    assay_change_name((enum assay_change)change));
            first = false;
        }
    }
    fputs("\n\n", report->out);
}

/* Makes a table of the rows of a comparison; false without memory. */
static bool create_table(const struct report *report, const struct assay_comparison *rows, size_t count,
                         const struct report_column *columns, size_t column_count, size_t verdict_width,
                         struct report_table *out_table)
{
    struct label_name *names = base_alloc_array(count, sizeof(*names));
    for (size_t i = 0; names && i < count; i++) {
        names[i] = (struct label_name){rows[i].name, rows[i].fullname};
    }
    bool created = names && report_table_create(report, "Name", names, count, columns, column_count, verdict_width,
                                                out_table);
    if (!names) {
        complain("out of memory for a table");
    }
    free(names);
    return created;
}

void report_comparison(const struct report *report, const struct assay_comparison *rows, size_t count,
                       const struct assay_limits *limits, const char *baseline_name)
{
    const struct report_column columns[] = {
        {"Baseline", 12, 9, LAYOUT_LITTLE - 1, false}, /* the change says it too */
        {"Now", 12, 9, LAYOUT_KEEP, false},
        {"Change", 9, 7, LAYOUT_KEEP, false},
        {limits->has_witness ? assay_metric_heading(limits->witness) : "", 9, 7, LAYOUT_LITTLE, false},
    };
    const size_t verdict_width = strlen("no significant change");
    char title[300];
    struct report_table table;
    if (!create_table(report, rows, count, columns, limits->has_witness ? 4 : 3, verdict_width, &table)) {
        return;
    }
    (void)snprintf(title, sizeof(title), "compared with %s by %s", baseline_name,
                   assay_metric_name(limits->metric)); /* a long path is cut */
    report_table_begin(&table, title);
    for (size_t i = 0; i < count; i++) {
        print_comparison(&table, rows, i, limits);
    }
    report_table_end(&table);
    report_table_destroy(&table);
    fprintf(report->out,
            "Up to %g%% is no significant change, more is worth watching, over %g%% slower a regression%s.\n",
            limits->watch_ratio * 100, limits->regression_ratio * 100,
            limits->has_witness ? ";\nwhat counts is the change on which both statistics agree" : "");
    print_summary(report, rows, count);
}

static void print_measured_change(const struct report_table *table, const struct assay_comparison *rows, size_t at,
                                  enum assay_metric metric, const struct assay_limits *limits)
{
    const struct assay_comparison *row = &rows[at];
    char before[REPORT_NUMBER_BYTES], after[REPORT_NUMBER_BYTES], change[REPORT_NUMBER_BYTES];
    double ratio;
    enum assay_change verdict = assay_measured_change(row, metric, limits, &ratio);
    report_format_number(metric, assay_run_value(row->baseline, metric), before);
    report_format_number(metric, assay_run_value(row->candidate, metric), after);
    format_change(ratio, change);
    report_table_row(table, at, (const char *const[]){assay_metric_name(metric), before, after, change});
    print_verdict(table->report, verdict, verdict == ASSAY_CHANGE_FASTER ? "better" : assay_change_name(verdict));
    fprintf(table->report->out, verdict == ASSAY_CHANGE_REGRESSION ? " (%g%% is allowed)\n" : "\n",
            limits->tolerances[metric - ASSAY_METRIC_FIRST_MEASURED] * 100);
}

struct tally {
    size_t compared, changed;
    size_t name_width; /* of the metrics that changed */
};

/* Counts each metric of each row, and prints it if there is a table and it has changed. */
static struct tally each_measured_change(const struct report_table *table, const struct assay_comparison *rows,
                                         size_t count, const struct assay_limits *limits)
{
    struct tally tally = {.name_width = 16};
    for (size_t i = 0; i < count; i++) {
        for (int at = ASSAY_METRIC_FIRST_MEASURED; at < ASSAY_METRIC_COUNT; at++) {
            enum assay_metric metric = (enum assay_metric)at;
            double ratio;
            enum assay_change change = assay_measured_change(&rows[i], metric, limits, &ratio);
            tally.compared += change != ASSAY_CHANGE_UNKNOWN;
            if (change != ASSAY_CHANGE_REGRESSION && change != ASSAY_CHANGE_FASTER) {
                continue;
            }
            size_t width = strlen(assay_metric_name(metric));
            tally.changed++;
            tally.name_width = width > tally.name_width ? width : tally.name_width;
            if (table) {
                print_measured_change(table, rows, i, metric, limits);
            }
        }
    }
    return tally;
}

void report_measured_changes(const struct report *report, const struct assay_comparison *rows, size_t count,
                             const struct assay_limits *limits)
{
    const struct tally tally = each_measured_change(NULL, rows, count, limits);
    const struct report_column columns[] = {
        {"Metric", tally.name_width, tally.name_width, LAYOUT_KEEP, true},
        {"Baseline", 12, 10, LAYOUT_LITTLE - 1, false},
        {"Now", 12, 10, LAYOUT_KEEP, false},
        {"Change", 9, 7, LAYOUT_KEEP, false},
    };
    struct report_table table;
    if (tally.compared == 0) {
        return;
    }
    if (tally.changed > 0 && create_table(report, rows, count, columns, sizeof(columns) / sizeof(columns[0]),
                                    strlen("regression (5% is allowed)"), &table)) {
        report_table_begin(&table, "measured beside time");
        (void)each_measured_change(&table, rows, count, limits);
        report_table_end(&table);
        report_table_destroy(&table);
    }
    fprintf(report->out, "%zu measured beside time, %zu changed\n\n", tally.compared, tally.changed);
}

void report_failed_check(const struct report *report, const struct assay_comparison *row,
                         const struct assay_check *check, double measured)
{
    report_begin_shade(report, RED);
    fputs("failed", report->out);
    report_end_shade(report, RED);
    if (check->is_ratio) {
        fprintf(report->out, ": %s: %s is %+.1f%% against the baseline, %g%% is allowed\n", row->name,
                assay_metric_name(check->metric), measured * 100, check->limit * 100);
    } else {
        char grown[REPORT_NUMBER_BYTES], allowed[REPORT_NUMBER_BYTES];
        report_format_number(check->metric, measured, grown);
        report_format_number(check->metric, check->limit, allowed);
        fprintf(report->out, ": %s: %s has grown by %s, %s is allowed\n", row->name, assay_metric_name(check->metric),
                grown, allowed);
    }
}
