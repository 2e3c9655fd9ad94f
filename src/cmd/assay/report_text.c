// SPDX-License-Identifier: MIT
#include "cmd/assay/report_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/columns.h"
#include "cmd/terminal.h"
#include "cmd/visible.h"

struct report report_to(FILE *out, const struct options *options)
{
    return (struct report){
        .out = out,
        .colored = options->color == COLOR_AUTO ? terminal_is(out) && !getenv("NO_COLOR")
                                                : options->color == COLOR_ALWAYS,
        .is_utf8 = terminal_is_utf8(),
        .columns = options->wide ? 0 : terminal_columns(out),
        .time_unit = options->time_unit,
    };
}

const char *report_ellipsis(const struct report *report)
{
    return report->is_utf8 ? "\xE2\x80\xA6" : "...";
}

void report_padded(const struct report *report, const char *text, size_t columns)
{
    size_t taken = base_columns(base_str(text));
    fprintf(report->out, "%s%*s", text, taken < columns ? (int)(columns - taken) : 0, "");
}

static const char *code_of(enum shade shade)
{
    static const char *const codes[] = {"", "\033[1m", "\033[32m", "\033[33m", "\033[1;31m", "\033[36m"};
    return codes[shade];
}

void report_begin_shade(const struct report *report, enum shade shade)
{
    if (report->colored) {
        fputs(code_of(shade), report->out);
    }
}

void report_end_shade(const struct report *report, enum shade shade)
{
    if (report->colored && shade != PLAIN) {
        fputs("\033[0m", report->out);
    }
}

/* The scales of a unit: each for values from `least` on, the last for all. */
struct step {
    double least;
    struct report_scale scale;
};

static const struct step times[] = {
    {1, {1, "s"}}, {1e-3, {1e-3, "ms"}}, {1e-6, {1e-6, "us"}}, {0, {1e-9, "ns"}}};
static const struct step rates[] = {{1e9, {1e9, "G/s"}}, {1e6, {1e6, "M/s"}}, {1e3, {1e3, "K/s"}}, {0, {1, "/s"}}};
static const struct step bytes[] = {{1e9, {1e9, "GB"}}, {1e6, {1e6, "MB"}}, {1e3, {1e3, "KB"}}, {0, {1, "B"}}};
static const struct step byte_rates[] = {
    {1e9, {1e9, "GB/s"}}, {1e6, {1e6, "MB/s"}}, {1e3, {1e3, "KB/s"}}, {0, {1, "B/s"}}};
static const struct step numbers[] = {{1e9, {1e9, "G"}}, {1e6, {1e6, "M"}}, {0, {1, ""}}};
static const struct step shares[] = {{0, {0.01, "%"}}};
static const struct step counts[] = {{0, {1, ""}}};

static struct report_scale scale_among(const struct step *steps, double value)
{
    while (steps->least > 0 && !(fabs(value) >= steps->least)) { /* NAN goes to the last */
        steps++;
    }
    return steps->scale;
}

struct report_scale report_scale_of(enum assay_metric metric, double value)
{
    static const struct step *const steps[] = {
        [ASSAY_UNIT_SECONDS] = times,
        [ASSAY_UNIT_PER_SECOND] = rates,
        [ASSAY_UNIT_BYTES_PER_SECOND] = byte_rates,
        [ASSAY_UNIT_BYTES] = bytes,
        [ASSAY_UNIT_COUNT] = counts,
        [ASSAY_UNIT_PER_ITERATION] = numbers,
        [ASSAY_UNIT_SHARE] = shares,
    };
    return scale_among(steps[assay_metric_unit(metric)], value);
}

struct report_scale report_time_scale(enum time_unit unit, double seconds)
{
    static const double least[] = {
        [TIME_UNIT_NS] = 1e-9, [TIME_UNIT_US] = 1e-6, [TIME_UNIT_MS] = 1e-3, [TIME_UNIT_S] = 1};
    return scale_among(times, unit == TIME_UNIT_AUTO ? seconds : least[unit]);
}

/* Four digits at least, and all of those before the point. */
static void format_scaled(double value, struct report_scale scale, char out_text[REPORT_NUMBER_BYTES])
{
    double scaled = value / scale.unit;
    int decimals = fabs(scaled) < 9.9995 ? 3 : fabs(scaled) < 99.995 ? 2 : fabs(scaled) < 999.95 ? 1 : 0;
    (void)snprintf(out_text, REPORT_NUMBER_BYTES, "%.*f %s", decimals, scaled, scale.name); /* fits, or is cut */
}

/* Without a unit: whole numbers with all digits, others with four, up to a million. */
static void format_number(double value, char out_text[REPORT_NUMBER_BYTES])
{
    if (fabs(value) >= 1e6) {
        format_scaled(value, scale_among(numbers, value), out_text);
        return;
    }
    int decimals = fabs(value) < 9.9995 ? 3 : fabs(value) < 99.995 ? 2 : fabs(value) < 999.95 ? 1 : 0;
    (void)snprintf(out_text, REPORT_NUMBER_BYTES, "%.*f", value == floor(value) ? 0 : decimals, value); /* fits */
}

void report_format_number(enum assay_metric metric, double value, char out_text[REPORT_NUMBER_BYTES])
{
    if (isnan(value)) {
        (void)snprintf(out_text, REPORT_NUMBER_BYTES, "-");
        return;
    }
    switch (assay_metric_unit(metric)) {
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
        if (value < 1000 && value == floor(value)) {
            (void)snprintf(out_text, REPORT_NUMBER_BYTES, "%.0f B", value);
            break;
        }
        format_scaled(value, report_scale_of(metric, value), out_text);
        break;
    case ASSAY_UNIT_SECONDS:
    case ASSAY_UNIT_PER_SECOND:
    case ASSAY_UNIT_BYTES_PER_SECOND:
        format_scaled(value, report_scale_of(metric, value), out_text);
        break;
    }
}

void report_number(const struct report *report, enum assay_metric metric, double value,
                   char out_text[REPORT_NUMBER_BYTES])
{
    if (assay_metric_unit(metric) == ASSAY_UNIT_SECONDS && report->time_unit != TIME_UNIT_AUTO && !isnan(value)) {
        format_scaled(value, report_time_scale(report->time_unit, value), out_text);
    } else {
        report_format_number(metric, value, out_text);
    }
}

void report_no_room(const struct report *report, const char *const *what, size_t count)
{
    const size_t indent = 4;
    int len = fprintf(report->out, "no room in %zu columns for", report->columns);
    size_t at = len > 0 ? (size_t)len : 0;
    for (size_t i = 0; i < count; i++) {
        size_t width = strlen(what[i]) + 2; /* with the space before and the comma behind */
        bool fits = at + width <= report->columns;
        fprintf(report->out, "%s%s", fits ? " " : "\n    ", what[i]);
        fputc(i + 1 < count ? ',' : ':', report->out);
        at = fits ? at + width : indent + width - 1;
    }
    fputc('\n', report->out);
}

void report_rule(const struct report *report, size_t width, const char *title)
{
    const size_t around = 6; /* two spaces and two dashes on each side */
    char shown[512];
    (void)snprintf(shown, sizeof(shown), "%s", title); /* what is that long is cut, as all titles are */
    visible_make(shown);                               /* groups and files have names of others */
    struct str head = base_str(shown), tail = {NULL, 0};
    size_t title_columns = base_columns(head);
    const char *ellipsis = "";
    if (report->columns > 0 && title_columns + around > report->columns && report->columns > 2 * around) {
        ellipsis = report_ellipsis(report);
        size_t room = report->columns - around - base_columns(base_str(ellipsis));
        tail = base_columns_tail(head, room / 2);
        head = base_columns_head(head, room - room / 2);
        title_columns = report->columns - around;
    }
    width = report->columns > 0 && width > report->columns ? report->columns : width;
    size_t dashes = width > title_columns + around ? width - title_columns - 2 : around - 2;
    if (title[0] == '\0') {
        dashes = width;
    }
    report_begin_shade(report, YELLOW);
    for (size_t i = 0; i < dashes; i++) {
        if (title[0] != '\0' && i == dashes / 2) {
            fprintf(report->out, " %.*s%s%.*s ", STR_ARGS(head), ellipsis, STR_ARGS(tail));
        }
        fputc('-', report->out);
    }
    report_end_shade(report, YELLOW);
    fputc('\n', report->out);
}

void report_format_counter(enum assay_counter_kind kind, double value, char out_text[REPORT_NUMBER_BYTES])
{
    if (kind == ASSAY_RATE) {
        format_scaled(value, scale_among(rates, value), out_text);
    } else {
        format_number(value, out_text);
    }
}
