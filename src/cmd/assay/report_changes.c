// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cmd/assay/report.h"
#include "cmd/assay/report_table.h"
#include "cmd/complain.h"

static enum shade shade_of(const struct assay_comparison *row)
{
    if (row->fails) {
        return RED;
    }
    switch (row->verdict) {
    case ASSAY_VERDICT_SLOWER:
    case ASSAY_VERDICT_UNKNOWN:
    case ASSAY_VERDICT_GONE:
        return YELLOW;
    case ASSAY_VERDICT_FASTER:
        return GREEN;
    case ASSAY_VERDICT_SAME:
    case ASSAY_VERDICT_NEW:
    case ASSAY_VERDICT_BROKEN:
        break;
    }
    return PLAIN;
}

static void print_shaded(const struct report *report, enum shade shade, const char *text)
{
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

static void format_interval(const struct assay_change *change, char out_text[REPORT_NUMBER_BYTES])
{
    if (assay_change_has_interval(change)) {
        (void)snprintf(out_text, REPORT_NUMBER_BYTES, change->upper < 10 ? "%+.1f to %+.1f%%" : "%+.0f to %+.0f%%",
                       change->lower * 100, change->upper * 100); /* fits, or is cut */
    } else {
        (void)snprintf(out_text, REPORT_NUMBER_BYTES, "-");
    }
}

/* Whether it is the core's doing that no change is told: the times alone would tell one. */
static bool differs_by_clock_only(const struct assay_comparison *row)
{
    return (row->verdict == ASSAY_VERDICT_UNKNOWN || row->verdict == ASSAY_VERDICT_SAME) &&
           (row->time.lower > row->bounds.margin || row->time.upper < -row->bounds.margin);
}

static void print_comparison(const struct report_table *table, const struct assay_comparison *rows, size_t at,
                             const struct assay_limits *limits)
{
    const struct assay_comparison *row = &rows[at];
    char before[REPORT_NUMBER_BYTES], after[REPORT_NUMBER_BYTES], change[REPORT_NUMBER_BYTES];
    char interval[REPORT_NUMBER_BYTES];
    report_number(table->report, limits->statistic, row->baseline_value, before);
    report_number(table->report, limits->statistic, row->candidate_value, after);
    format_change(row->change.ratio, change);
    format_interval(&row->change, interval);
    report_table_row(table, at, (const char *const[]){before, after, change, interval});
    print_shaded(table->report, shade_of(row), findings_words(row));
    fputs(differs_by_clock_only(row) ? " (core differed)\n" : "\n", table->report->out);
}

static void print_summary(const struct report *report, const struct assay_comparison *rows, size_t count)
{
    size_t counts[ASSAY_VERDICT_COUNT] = {0}, failing = 0;
    const char *separator = "";
    for (size_t i = 0; i < count; i++) {
        counts[rows[i].verdict]++;
        failing += rows[i].fails;
    }
    for (int verdict = 0; verdict < ASSAY_VERDICT_COUNT; verdict++) {
        bool is_unknown = verdict == ASSAY_VERDICT_UNKNOWN;
        const char *name = is_unknown ? "cannot tell" : assay_verdict_name((enum assay_verdict)verdict);
        if (counts[verdict] > 0) {
            fprintf(report->out, "%s%zu %s", separator, counts[verdict], name);
            separator = ", ";
        }
    }
    if (failing > 0) {
        fprintf(report->out, "; %zu %s", failing, failing == 1 ? "fails" : "fail");
    }
    fputs("\n\n", report->out);
}

/* What the verdicts mean, with the limits that hold for most. */
static void print_legend(const struct report *report, const struct assay_limits *limits)
{
    const struct assay_run any = {.fullname = (char[]){""}};
    const struct assay_bounds bounds = assay_limits_bounds(limits, &any);
    fprintf(report->out,
            "Intervals are of %g%%, by the spread between launches. same: within %g%%; slower, faster: beyond; ?: "
            "cannot tell.\n",
            ASSAY_CHANGE_CONFIDENCE * 100, bounds.margin * 100);
    if (isfinite(bounds.regression)) {
        fprintf(report->out, "What is slower fails unless a slowdown of more than %g%% can be excluded.\n",
                bounds.regression * 100);
    }
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
        {"Interval", 17, 15, LAYOUT_LITTLE, false},
    };
    const size_t verdict_width = strlen("? (core differed)");
    char title[300];
    struct report_table table;
    if (!create_table(report, rows, count, columns, sizeof(columns) / sizeof(columns[0]), verdict_width, &table)) {
        return;
    }
    (void)snprintf(title, sizeof(title), "compared with %s by %s", baseline_name,
                   assay_metric_name(limits->statistic)); /* a long path is cut */
    report_table_begin(&table, title);
    for (size_t i = 0; i < count; i++) {
        print_comparison(&table, rows, i, limits);
    }
    report_table_end(&table);
    report_table_destroy(&table);
    print_legend(report, limits);
    print_summary(report, rows, count);
}

void report_comparison_in_short(const struct report *report, const struct assay_comparison *rows, size_t count,
                                const struct assay_limits *limits, const char *baseline_name,
                                const char *candidate_name)
{
    fprintf(report->out, "%s against %s by %s: ", candidate_name, baseline_name,
            assay_metric_name(limits->statistic));
    print_summary(report, rows, count);
}

/* As for time, in the words for what may be more or less instead of slower or faster. */
static void print_measured_verdict(const struct report *report, enum assay_verdict verdict, double tolerance)
{
    if (verdict == ASSAY_VERDICT_SLOWER) {
        print_shaded(report, RED, "worse");
        fprintf(report->out, " (%g%% is allowed)\n", tolerance * 100);
    } else {
        print_shaded(report, GREEN, "better");
        fputc('\n', report->out);
    }
}

static void print_measured_change(const struct report_table *table, const struct assay_comparison *rows, size_t at,
                                  enum assay_metric metric, const struct assay_limits *limits)
{
    const struct assay_comparison *row = &rows[at];
    char before[REPORT_NUMBER_BYTES], after[REPORT_NUMBER_BYTES], change[REPORT_NUMBER_BYTES];
    double ratio;
    enum assay_verdict verdict = assay_compare_measured(row, metric, limits, &ratio);
    report_format_number(metric, assay_run_value(row->baseline, metric), before);
    report_format_number(metric, assay_run_value(row->candidate, metric), after);
    format_change(ratio, change);
    report_table_row(table, at, (const char *const[]){assay_metric_name(metric), before, after, change});
    print_measured_verdict(table->report, verdict, assay_limits_tolerance(limits, row->candidate, metric));
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
            enum assay_verdict verdict = assay_compare_measured(&rows[i], metric, limits, &ratio);
            tally.compared += verdict != ASSAY_VERDICT_UNKNOWN;
            if (verdict != ASSAY_VERDICT_SLOWER && verdict != ASSAY_VERDICT_FASTER) {
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
                                    strlen("worse (0.1% is allowed)"), &table)) {
        report_table_begin(&table, "measured beside time");
        (void)each_measured_change(&table, rows, count, limits);
        report_table_end(&table);
        report_table_destroy(&table);
    }
    fprintf(report->out, "%zu measured beside time, %zu changed\n\n", tally.compared, tally.changed);
}

/* Whether no table tells of it, and it is not said on stderr. */
static bool is_for_a_line(const struct finding_subject *subject, const struct finding *finding, bool without_tables)
{
    if (finding->source == FINDING_OF_RUN) {
        return false;
    }
    bool is_of_one_side = subject->row && (!subject->row->baseline || !subject->row->candidate);
    bool decides = finding->kind == FINDING_FAILURE || (finding->kind == FINDING_UNDECIDED && finding->matters);
    return finding->source == FINDING_OF_CHECK || (finding->source == FINDING_OF_VERDICT && is_of_one_side) ||
           (without_tables && decides);
}

void report_checks(const struct report *report, const struct findings *findings, bool without_tables)
{
    static const struct {
        const char *word;
        enum shade shade;
    } kinds[] = {[FINDING_NOTE] = {"note", PLAIN},
                 [FINDING_UNDECIDED] = {"cannot tell", YELLOW},
                 [FINDING_FAILURE] = {"failed", RED},
                 [FINDING_ERROR] = {"failed", RED}};
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding_subject *subject = &findings->subjects[i];
        for (size_t each = 0; each < subject->count; each++) {
            const struct finding *finding = &subject->findings[each];
            if (is_for_a_line(subject, finding, without_tables)) {
                print_shaded(report, kinds[finding->kind].shade, kinds[finding->kind].word);
                fprintf(report->out, ": %s: %s\n", subject->run->name, finding->text);
            }
        }
    }
    if (findings->has_nothing_in_common) {
        print_shaded(report, YELLOW, "cannot tell");
        fputs(": the two runs have no benchmark in common\n", report->out);
    }
    for (size_t i = 0; i < findings->idle_check_count; i++) {
        const struct assay_rule *check = findings->idle_checks[i];
        print_shaded(report, YELLOW, "cannot tell");
        fprintf(report->out, ": --compare-fail of %s for '%s' means no benchmark that both runs have\n",
                assay_metric_name(check->check.metric), check->filter);
    }
}
