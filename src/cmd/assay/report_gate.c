// SPDX-License-Identifier: MIT
#include "cmd/assay/report_gate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cmd/assay/findings.h"
#include "cmd/assay/report_table.h"
#include "cmd/complain.h"

static enum shade shade_of(const struct assay_comparison *row)
{
    if (row->fails) {
        return RED;
    }
    switch (row->verdict) {
    case ASSAY_VERDICT_UNKNOWN:
    case ASSAY_VERDICT_GONE:
        return YELLOW;
    case ASSAY_VERDICT_FASTER:
        return GREEN;
    case ASSAY_VERDICT_SLOWER:
    case ASSAY_VERDICT_SAME:
    case ASSAY_VERDICT_NEW:
    case ASSAY_VERDICT_BROKEN:
        break;
    }
    return PLAIN;
}

static void print_percent(char out[REPORT_NUMBER_BYTES], double share)
{
    (void)snprintf(out, REPORT_NUMBER_BYTES, isfinite(share) ? "%+.2f%%" : "-", /* fits */
                   fabs(share) < 0.00005 ? 0 : share * 100);
}

static void print_row(const struct report_table *table, const struct assay_comparison *rows, size_t at)
{
    const struct assay_comparison *row = &rows[at];
    char old[REPORT_NUMBER_BYTES], new[REPORT_NUMBER_BYTES], change[REPORT_NUMBER_BYTES];
    char interval[2 * REPORT_NUMBER_BYTES] = "-", launches[REPORT_NUMBER_BYTES] = "-";
    report_format_number(ASSAY_METRIC_MEDIAN, row->baseline_value, old);
    report_format_number(ASSAY_METRIC_MEDIAN, row->candidate_value, new);
    print_percent(change, row->change.ratio);
    if (assay_change_has_interval(&row->change)) {
        (void)snprintf(interval, sizeof(interval), "%+.2f to %+.2f%%", row->change.lower * 100,
                       row->change.upper * 100); /* fits */
    }
    if (row->candidate && row->candidate->launches > 0) {
        (void)snprintf(launches, sizeof(launches), "%llu", (unsigned long long)row->candidate->launches); /* fits */
    }
    report_table_row(table, at, (const char *const[]){old, new, change, interval, launches});
    report_begin_shade(table->report, shade_of(row));
    fputs(findings_words(row), table->report->out);
    report_end_shade(table->report, shade_of(row));
    if (assay_run_is_of_same_binary(row->baseline, row->candidate)) {
        fputs(" binary", table->report->out);
    } else if (row->verdict == ASSAY_VERDICT_UNKNOWN && isfinite(row->least_visible)) {
        fprintf(table->report->out, " (%.1f%% would show)", row->least_visible * 100);
    }
    fputc('\n', table->report->out);
}

/* The margin that most have; NAN if none was measured. */
static double usual_margin(const struct assay_comparison *rows, size_t count)
{
    double usual = NAN;
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        size_t alike = 0;
        for (size_t j = 0; j < count; j++) {
            alike += isfinite(rows[j].change.ratio) && rows[j].bounds.gate == rows[i].bounds.gate;
        }
        if (isfinite(rows[i].change.ratio) && alike > most) {
            most = alike;
            usual = rows[i].bounds.gate;
        }
    }
    return usual;
}

static void print_summary(const struct report *report, const struct assay_comparison *rows, size_t count)
{
    size_t counts[ASSAY_VERDICT_COUNT] = {0}, same_binary = 0;
    const char *separator = "";
    for (size_t i = 0; i < count; i++) {
        counts[rows[i].verdict]++;
        same_binary += assay_run_is_of_same_binary(rows[i].baseline, rows[i].candidate);
    }
    double margin = usual_margin(rows, count);
    if (isfinite(margin)) {
        fprintf(report->out,
                "Both builds took turns on one core. Intervals are of 99%%, whenever one looks, by launches. same: "
                "within %g%%;\nslower, faster: beyond, in two sessions; ?: cannot tell.\n",
                margin * 100);
    }
    for (int verdict = 0; verdict < ASSAY_VERDICT_COUNT; verdict++) {
        bool is_unknown = verdict == ASSAY_VERDICT_UNKNOWN;
        if (counts[verdict] > 0) {
            fprintf(report->out, "%s%zu %s", separator, counts[verdict],
                    is_unknown ? "cannot tell" : assay_verdict_name((enum assay_verdict)verdict));
            separator = ", ";
        }
    }
    if (same_binary > 0) {
        fprintf(report->out, "; %zu %s the same machine code in both builds and %s not measured", same_binary,
                same_binary == 1 ? "is" : "are", same_binary == 1 ? "was" : "were");
    }
    fputs("\n\n", report->out);
}

void report_gate(const struct report *report, const struct assay_comparison *rows, size_t count, const char *old_name)
{
    static const struct report_column columns[] = {
        {"Old", 12, 9, LAYOUT_LITTLE - 1, false}, /* the change says it too */
        {"New", 12, 9, LAYOUT_KEEP, false},
        {"Change", 9, 7, LAYOUT_KEEP, false},
        {"Interval", 19, 17, LAYOUT_LITTLE, false},
        {"Launches", 8, 8, LAYOUT_LITTLE - 2, false},
    };
    struct label_name *names = base_alloc_array(count, sizeof(*names));
    struct report_table table;
    char title[300];
    for (size_t i = 0; names && i < count; i++) {
        names[i] = (struct label_name){rows[i].name, rows[i].fullname};
    }
    if (!names) {
        complain("out of memory for a table");
    } else if (report_table_create(report, "Name", names, count, columns, sizeof(columns) / sizeof(columns[0]),
                                   strlen("? (10.0% would show)"), &table)) {
        (void)snprintf(title, sizeof(title), "against %s", old_name); /* a long path is cut */
        report_table_begin(&table, title);
        for (size_t i = 0; i < count; i++) {
            print_row(&table, rows, i);
        }
        report_table_end(&table);
        report_table_destroy(&table);
        print_summary(report, rows, count);
    }
    free(names);
}

void report_gate_control(const struct report *report, const struct gate_control *control)
{
    if (!control->is_there || control->error) {
        return;
    }
    fprintf(report->out, "control: %s against itself %+.2f%% (%s), slowed by %g%% %+.2f%% (%s)\n", control->fullname,
            control->same.change.ratio * 100,
            control->same.verdict == ASSAY_VERDICT_UNKNOWN ? "cannot tell" : assay_verdict_name(control->same.verdict),
            control->slowed * 100, control->slower.change.ratio * 100,
            control->slower.verdict == ASSAY_VERDICT_UNKNOWN ? "cannot tell"
                                                             : assay_verdict_name(control->slower.verdict));
}
