// SPDX-License-Identifier: MIT
#include <math.h>
#include <string.h>

#include "cmd/assay/report.h"

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

static void format_change(double ratio, char out_text[REPORT_NUMBER_BYTES])
{
    if (isfinite(ratio)) {
        (void)snprintf(out_text, REPORT_NUMBER_BYTES, "%+.1f%%",
                       fabs(ratio) < 0.0005 ? 0 : ratio * 100); /* fits, or is cut */
    } else {
        (void)snprintf(out_text, REPORT_NUMBER_BYTES, "-");
    }
}

static void print_comparison(const struct report *report, const struct assay_comparison *row,
                             const struct assay_limits *limits, size_t width)
{
    char before[REPORT_NUMBER_BYTES], after[REPORT_NUMBER_BYTES], change[REPORT_NUMBER_BYTES];
    report_format_number(limits->metric, row->baseline_value, before);
    report_format_number(limits->metric, row->candidate_value, after);
    format_change(row->change_ratio, change);
    fprintf(report->out, "%-*s  %12s  %12s  %9s  ", (int)width, row->name, before, after, change);
    if (limits->has_witness) {
        format_change(row->witness_ratio, change);
        fprintf(report->out, "%9s  ", change);
    }
    enum shade shade = shade_of_change(row->change);
    report_begin_shade(report, shade);
    fputs(assay_change_name(row->change), report->out);
    report_end_shade(report, shade);
    fputc('\n', report->out);
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

void report_comparison(const struct report *report, const struct assay_comparison *rows, size_t count,
                       const struct assay_limits *limits, const char *baseline_name)
{
    size_t width = strlen("Name");
    for (size_t i = 0; i < count; i++) {
        width = strlen(rows[i].name) > width ? strlen(rows[i].name) : width;
    }
    char title[300];
    (void)snprintf(title, sizeof(title), "compared with %s by %s", baseline_name,
                   assay_metric_name(limits->metric)); /* a long path is cut */
    report_rule(report, width + (limits->has_witness ? 75 : 64), title);
    fprintf(report->out, "%-*s  %12s  %12s  %9s  ", (int)width, "Name", "Baseline", "Now", "Change");
    if (limits->has_witness) {
        fprintf(report->out, "%9s  ", assay_metric_heading(limits->witness));
    }
    fputs("Verdict\n", report->out);
    for (size_t i = 0; i < count; i++) {
        print_comparison(report, &rows[i], limits, width);
    }
    fprintf(report->out,
            "Up to %g%% is no significant change, more is worth watching, over %g%% slower a regression%s.\n",
            limits->watch_ratio * 100, limits->regression_ratio * 100,
            limits->has_witness ? ";\nwhat counts is the change on which both statistics agree" : "");
    print_summary(report, rows, count);
}

static void print_measured_change(const struct report *report, const struct assay_comparison *row,
                                  enum assay_metric metric, const struct assay_limits *limits, size_t width)
{
    char before[REPORT_NUMBER_BYTES], after[REPORT_NUMBER_BYTES], change[REPORT_NUMBER_BYTES];
    double ratio;
    enum assay_change verdict = assay_measured_change(row, metric, limits, &ratio);
    report_format_number(metric, assay_run_value(row->baseline, metric), before);
    report_format_number(metric, assay_run_value(row->candidate, metric), after);
    format_change(ratio, change);
    fprintf(report->out, "%-*s  %-16s  %12s  %12s  %9s  ", (int)width, row->name, assay_metric_name(metric), before,
            after, change);
    enum shade shade = shade_of_change(verdict);
    report_begin_shade(report, shade);
    fputs(verdict == ASSAY_CHANGE_FASTER ? "better" : assay_change_name(verdict), report->out);
    report_end_shade(report, shade);
    fprintf(report->out, verdict == ASSAY_CHANGE_REGRESSION ? " (%g%% is allowed)\n" : "\n",
            limits->tolerances[metric - ASSAY_METRIC_FIRST_MEASURED] * 100);
}

/* For each metric of each row: counts it, and prints it if `width` is not 0 and it has changed. */
static size_t each_measured_change(const struct report *report, const struct assay_comparison *rows, size_t count,
                                   const struct assay_limits *limits, size_t width, size_t *out_changed)
{
    size_t compared = 0;
    *out_changed = 0;
    for (size_t i = 0; i < count; i++) {
        for (int metric = ASSAY_METRIC_FIRST_MEASURED; metric < ASSAY_METRIC_COUNT; metric++) {
            double ratio;
            enum assay_change change = assay_measured_change(&rows[i], (enum assay_metric)metric, limits, &ratio);
            bool changed = change == ASSAY_CHANGE_REGRESSION || change == ASSAY_CHANGE_FASTER;
            compared += change != ASSAY_CHANGE_UNKNOWN;
            *out_changed += changed;
            if (changed && width > 0) {
                print_measured_change(report, &rows[i], (enum assay_metric)metric, limits, width);
            }
        }
    }
    return compared;
}

void report_measured_changes(const struct report *report, const struct assay_comparison *rows, size_t count,
                             const struct assay_limits *limits)
{
    size_t changed, width = strlen("Name");
    size_t compared = each_measured_change(report, rows, count, limits, 0, &changed);
    if (compared == 0) {
        return;
    }
    if (changed > 0) {
        for (size_t i = 0; i < count; i++) {
            width = strlen(rows[i].name) > width ? strlen(rows[i].name) : width;
        }
        report_rule(report, width + 78, "measured beside time");
        fprintf(report->out, "%-*s  %-16s  %12s  %12s  %9s  Verdict\n", (int)width, "Name", "Metric", "Baseline", "Now",
                "Change");
        (void)each_measured_change(report, rows, count, limits, width, &changed);
    }
    fprintf(report->out, "%zu measured beside time, %zu changed\n\n", compared, changed);
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
