// SPDX-License-Identifier: MIT
/* assay/report_text.h - what all parts of a report are written with: numbers, shades, rules. */
#ifndef CMD_ASSAY_REPORT_TEXT_H
#define CMD_ASSAY_REPORT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "assay/bench.h"
#include "assay/metric.h"
#include "cmd/assay/options.h"

/* Where text goes and whether it may be coloured. */
struct report {
    FILE *out;
    bool colored;
};

/* Colour as the option says; auto means a terminal without NO_COLOR. */
struct report report_to(FILE *out, enum color color);

enum shade { PLAIN, BOLD, GREEN, YELLOW, RED };
/* What is printed between the two is of that shade, if the report is coloured. */
void report_begin_shade(const struct report *report, enum shade shade);
void report_end_shade(const struct report *report, enum shade shade);

/* A line of dashes, `width` columns, with a title in its middle ("" for none). */
void report_rule(const struct report *report, size_t width, const char *title);

#define REPORT_NUMBER_BYTES 32
/* A number of a metric with its unit, four digits: "312.4 ns", "3.2 M/s",
 * "2001"; "-" for NAN. */
void report_format_number(enum assay_metric metric, double value, char out_text[REPORT_NUMBER_BYTES]);

/* The same of a counter of a benchmark; a rate has "/s" behind it. */
void report_format_counter(enum assay_counter_kind kind, double value, char out_text[REPORT_NUMBER_BYTES]);

#endif /* CMD_ASSAY_REPORT_TEXT_H */
