// SPDX-License-Identifier: MIT
#include "cmd/assay/report_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static const struct scale rates[] = {{1e9, 1e9, "G/s"}, {1e6, 1e6, "M/s"}, {1e3, 1e3, "K/s"}, {0, 1, "/s"}};

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
        if (value < 1000 && value == floor(value)) {
            (void)snprintf(out_text, REPORT_NUMBER_BYTES, "%.0f B", value);
        } else {
            format_scaled(value, bytes, out_text);
        }
        break;
    case ASSAY_UNIT_BYTES_PER_SECOND:
        format_scaled(value, byte_rates, out_text);
        break;
    }
}

void report_rule(const struct report *report, size_t width, const char *title)
{
    report_begin_shade(report, YELLOW);
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
    report_end_shade(report, YELLOW);
    fputc('\n', report->out);
}

void report_format_counter(enum assay_counter_kind kind, double value, char out_text[REPORT_NUMBER_BYTES])
{
    if (kind == ASSAY_RATE) {
        format_scaled(value, rates, out_text);
    } else {
        format_number(value, out_text);
    }
}
