// SPDX-License-Identifier: MIT
#include "cmd/assay/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "cmd/complain.h"

#define LOG_INTERVAL_NS INT64_C(10000000000)

enum shade { PLAIN, BOLD, GREEN, YELLOW, RED };

struct report report_to(FILE *out, enum color color)
{
    bool colored = color == COLOR_ALWAYS;
    if (color == COLOR_AUTO) {
        colored = isatty(fileno(out)) && !getenv("NO_COLOR");
    }
    return (struct report){out, colored};
}

static const char *code_of(enum shade shade)
{
    static const char *const codes[] = {"", "\033[1m", "\033[32m", "\033[33m", "\033[1;31m"};
    return codes[shade];
}

static void begin_shade(const struct report *report, enum shade shade)
{
    if (report->colored) {
        fputs(code_of(shade), report->out);
    }
}

static void end_shade(const struct report *report, enum shade shade)
{
    if (report->colored && shade != PLAIN) {
        fputs("\033[0m", report->out);
    }
}

struct scale {
    double above;
    double unit;
    const char *name;
};

static void format_scaled(double value, const struct scale *scales, char out_text[REPORT_NUMBER_BYTES])
{
    while (fabs(value) < scales->above) {
        scales++;
    }
    double scaled = value / scales->unit;
    int decimals = fabs(scaled) < 9.9995 ? 3 : fabs(scaled) < 99.995 ? 2 : fabs(scaled) < 999.95 ? 1 : 0;
    (void)snprintf(out_text, REPORT_NUMBER_BYTES, "%.*f %s", decimals, scaled, scales->name); /* fits, or is cut */
}

/* Without a unit: whole numbers with all digits, others with four, up to a million. */
static void format_number(double value, char out_text[REPORT_NUMBER_BYTES])
{
    static const struct scale millions[] = {{1e9, 1e9, "G"}, {0, 1e6, "M"}};
    if (fabs(value) >= 1e6) {
        format_scaled(value, millions, out_text);
        return;
    }
    int decimals = fabs(value) < 9.9995 ? 3 : fabs(value) < 99.995 ? 2 : fabs(value) < 999.95 ? 1 : 0;
    (void)snprintf(out_text, REPORT_NUMBER_BYTES, "%.*f", value == floor(value) ? 0 : decimals, value); /* fits */
}

void report_format_number(enum assay_metric metric, double value, char out_text[REPORT_NUMBER_BYTES])
{
    static const struct scale seconds[] = {{1, 1, "s"}, {1e-3, 1e-3, "ms"}, {1e-6, 1e-6, "us"}, {0, 1e-9, "ns"}};
    static const struct scale rates[] = {{1e9, 1e9, "G/s"}, {1e6, 1e6, "M/s"}, {1e3, 1e3, "K/s"}, {0, 1, "/s"}};
    static const struct scale bytes[] = {{1e9, 1e9, "GB"}, {1e6, 1e6, "MB"}, {1e3, 1e3, "KB"}, {0, 1, "B"}};
    static const struct scale byte_rates[] = {
        {1e9, 1e9, "GB/s"}, {1e6, 1e6, "MB/s"}, {1e3, 1e3, "KB/s"}, {0, 1, "B/s"}};
    if (isnan(value)) {
        (void)snprintf(out_text, REPORT_NUMBER_BYTES, "-");
        return;
    }
    switch (assay_metric_unit(metric)) {
    case ASSAY_UNIT_SECONDS:
        format_scaled(value, seconds, out_text);
        break;
    case ASSAY_UNIT_PER_SECOND:
        format_scaled(value, rates, out_text);
        break;
    case ASSAY_UNIT_SHARE:
        (void)snprintf(out_text, REPORT_NUMBER_BYTES, "%.1f%%", value * 100); /* fits, or is cut */
        break;
    case ASSAY_UNIT_COUNT:
        (void)snprintf(out_text, REPORT_NUMBER_BYTES, "%.0f", value);
        break;
    case ASSAY_UNIT_PER_ITERATION:
        format_number(value, out_text);
        break;
    case ASSAY_UNIT_BYTES:
        format_scaled(value, bytes, out_text);
        break;
    case ASSAY_UNIT_BYTES_PER_SECOND:
        format_scaled(value, byte_rates, out_text);
        break;
    }
}

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

static void print_rule(const struct report *report, size_t width, const char *title)
{
    begin_shade(report, YELLOW);
    size_t title_len = strlen(title);
    size_t dashes = width > title_len + 2 ? width - title_len - 2 : 2;
    if (title_len == 0) {
        dashes = width;
    }
    for (size_t i = 0; i < dashes; i++) {
        if (title_len > 0 && i == dashes / 2) {
            fprintf(report->out, " %s ", title);
        }
        fputc('-', report->out);
    }
    end_shade(report, YELLOW);
    fputc('\n', report->out);
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

/* What stands beside the names of a table. */
struct columns {
    enum assay_metric metrics[ASSAY_METRIC_COUNT];
    size_t widths[ASSAY_METRIC_COUNT];
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

static struct columns choose_columns(const struct rows *rows, const struct options *options)
{
    struct columns columns = {.count = options->column_count};
    memcpy(columns.metrics, options->columns, options->column_count * sizeof(*columns.metrics));
    for (int metric = ASSAY_METRIC_FIRST_MEASURED; !options->has_columns && metric < ASSAY_METRIC_COUNT; metric++) {
        if (is_known_of_any(rows, (enum assay_metric)metric)) {
            columns.metrics[columns.count++] = (enum assay_metric)metric;
        }
    }
    for (size_t column = 0; column < columns.count; column++) {
        columns.widths[column] = strlen(assay_metric_heading(columns.metrics[column]));
        for (size_t i = 0; i < rows->count; i++) {
            char text[REPORT_NUMBER_BYTES];
            format_cell(rows->runs[i], columns.metrics[column], text);
            columns.widths[column] = strlen(text) > columns.widths[column] ? strlen(text) : columns.widths[column];
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
        begin_shade(report, shade);
        fputs(assay_target_verdict_name(run->judgements[i].verdict), report->out);
        end_shade(report, shade);
    }
}

static void print_row(const struct report *report, const struct assay_run *run, size_t first_width,
                      const struct columns *columns)
{
    fprintf(report->out, "%-*s", (int)first_width, run->name);
    for (size_t column = 0; column < columns->count; column++) {
        char text[REPORT_NUMBER_BYTES];
        format_cell(run, columns->metrics[column], text);
        fprintf(report->out, "  %*s", (int)columns->widths[column], text);
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
        total += 2 + columns.widths[column];
    }
    char title[160];
    const char *group = rows->runs[0]->group;
    (void)snprintf(title, sizeof(title), "%s%s%zu benchmark%s", group ? group : "", group ? ": " : "", rows->count,
                   rows->count == 1 ? "" : "s"); /* cut if the group's name is that long */
    print_rule(report, total, title);
    fprintf(report->out, "%-*s", (int)first, "Name");
    for (size_t column = 0; column < columns.count; column++) {
        fprintf(report->out, "  %*s", (int)columns.widths[column], assay_metric_heading(columns.metrics[column]));
    }
    fputs(has_targets(rows) ? "  Targets\n" : "\n", report->out);
    for (size_t i = 0; i < rows->count; i++) {
        print_row(report, rows->runs[i], first, &columns);
    }
    print_notes(report, rows);
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

void report_seed(const struct report *report, const struct assay_result *result, uint64_t seed)
{
    if (was_anything_measured(result)) {
        fprintf(report->out, "order and layout: --seed=%llu repeats them\n", (unsigned long long)seed);
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

static void print_target(const struct report *report, const struct assay_run *run,
                         const struct assay_judgement *judgement, size_t width)
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
    fprintf(report->out, "%-*s  %-16s  %10s  %13s  %9llu  ", (int)width, run->name, limit, estimate, bound,
            (unsigned long long)judgement->n);
    enum shade shade = shade_of_target(judgement->verdict);
    begin_shade(report, shade);
    fputs(assay_target_verdict_name(judgement->verdict), report->out);
    end_shade(report, shade);
    if (judgement->verdict == ASSAY_TARGET_TOO_FEW) {
        fprintf(report->out, " (needs %llu)", (unsigned long long)judgement->n_needed);
    }
    fputc('\n', report->out);
}

void report_targets(const struct report *report, const struct assay_result *result)
{
    size_t width = strlen("Target of"), count = 0, met = 0;
    for (size_t i = 0; i < result->run_count; i++) {
        const struct assay_run *run = &result->runs[i];
        count += run->judgement_count;
        for (size_t each = 0; each < run->judgement_count; each++) {
            bool is_met = run->judgements[each].verdict == ASSAY_TARGET_MET;
            met += is_met;
            width = !is_met && strlen(run->name) > width ? strlen(run->name) : width;
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
    print_rule(report, width + 69, title);
    fprintf(report->out, "%-*s  %-16s  %10s  %13s  %9s  %s\n", (int)width, "Target of", "Limit", "Measured",
            "95% bound", "Samples", "Verdict");
    for (size_t i = 0; i < result->run_count; i++) {
        for (size_t each = 0; each < result->runs[i].judgement_count; each++) {
            if (result->runs[i].judgements[each].verdict != ASSAY_TARGET_MET) {
                print_target(report, &result->runs[i], &result->runs[i].judgements[each], width);
            }
        }
    }
    fputc('\n', report->out);
}

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
    begin_shade(report, shade);
    fputs(assay_change_name(row->change), report->out);
    end_shade(report, shade);
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
    print_rule(report, width + (limits->has_witness ? 75 : 64), title);
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
    begin_shade(report, shade);
    fputs(verdict == ASSAY_CHANGE_FASTER ? "better" : assay_change_name(verdict), report->out);
    end_shade(report, shade);
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
        print_rule(report, width + 78, "measured beside time");
        fprintf(report->out, "%-*s  %-16s  %12s  %12s  %9s  Verdict\n", (int)width, "Name", "Metric", "Baseline", "Now",
                "Change");
        (void)each_measured_change(report, rows, count, limits, width, &changed);
    }
    fprintf(report->out, "%zu measured beside time, %zu changed\n\n", compared, changed);
}

void report_failed_check(const struct report *report, const struct assay_comparison *row,
                         const struct assay_check *check, double measured)
{
    begin_shade(report, RED);
    fputs("failed", report->out);
    end_shade(report, RED);
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

struct progress progress_to(FILE *out)
{
    return (struct progress){.out = out, .is_terminal = isatty(fileno(out)), .start_ns = base_clock_monotonic_ns()};
}

void progress_clear(struct progress *progress)
{
    if (progress->line_len > 0) {
        fprintf(progress->out, "\r%*s\r", (int)progress->line_len, "");
        (void)fflush(progress->out);
        progress->line_len = 0;
    }
}

void progress_show(struct progress *progress, const char *fullname, size_t done, size_t total)
{
    int64_t now_ns = base_clock_monotonic_ns();
    /* A log gets its first line at once, so that a reader sees what is going on. */
    if (!progress->is_terminal && progress->last_ns != 0 && now_ns - progress->last_ns < LOG_INTERVAL_NS) {
        return;
    }
    progress->last_ns = now_ns;
    char left[40] = "";
    if (done > 0) {
        double left_s = (double)(now_ns - progress->start_ns) / 1e9 / (double)done * (double)(total - done);
        (void)snprintf(left, sizeof(left), ", about %.0f s left", left_s);
    }
    progress_clear(progress);
    int len = fprintf(progress->out, "measuring %zu of %zu%s: %.60s", done + 1, total, left, fullname);
    if (progress->is_terminal) {
        progress->line_len = len > 0 ? (size_t)len : 0;
    } else {
        fputc('\n', progress->out);
    }
    (void)fflush(progress->out);
}
