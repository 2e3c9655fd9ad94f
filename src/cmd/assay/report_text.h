// SPDX-License-Identifier: MIT
/* assay/report_text.h - what all parts of a report are written with: numbers, shades, rules. */
#ifndef CMD_ASSAY_REPORT_TEXT_H
#define CMD_ASSAY_REPORT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "assay/bench.h"
#include "assay/metric.h"
#include "cmd/assay/options.h"

/* Where text goes, whether it may be coloured and how wide a line may be. */
struct report {
    FILE *out;
    bool colored;
    bool is_utf8;   /* characters beyond ASCII are understood */
    size_t columns; /* 0: as many as are wanted */
    enum time_unit time_unit;
};

/* Colour as the option says; auto means a terminal without NO_COLOR.  As wide as
 * cmd/terminal.h says, unless the option wide is on. */
struct report report_to(FILE *out, const struct options *options);

enum shade { PLAIN, BOLD, GREEN, YELLOW, RED, CYAN };
/* What is printed between the two is of that shade, if the report is coloured. */
void report_begin_shade(const struct report *report, enum shade shade);
void report_end_shade(const struct report *report, enum shade shade);

/* What stands for text that was cut out: an ellipsis, or three dots. */
const char *report_ellipsis(const struct report *report);

/* Text, and spaces until it is `columns` wide. */
void report_padded(const struct report *report, const char *text, size_t columns);

/* "no room in 80 columns for Rounds, Iterations:", wrapped. */
void report_no_room(const struct report *report, const char *const *what, size_t count);

/* A line of dashes, `width` columns or as many as there are, with a title in its
 * middle ("" for none), which is cut if it is wider than that. */
void report_rule(const struct report *report, size_t width, const char *title);

/* What numbers are divided by, and what then stands behind them. */
struct report_scale {
    double unit;
    const char *name; /* "" for none */
};
/* The one of a metric in which a value is best read, by its size. */
struct report_scale report_scale_of(enum assay_metric metric, double value);
/* That of times, as the option says, or for TIME_UNIT_AUTO as a value is best read. */
struct report_scale report_time_scale(enum time_unit unit, double seconds);

#define REPORT_NUMBER_BYTES 32
/* A number of a metric with its unit, four digits: "312.4 ns", "3.2 M/s",
 * "2001"; "-" for NAN. */
void report_format_number(enum assay_metric metric, double value, char out_text[REPORT_NUMBER_BYTES]);

/* The same, but times in the unit that the option says. */
void report_number(const struct report *report, enum assay_metric metric, double value,
                   char out_text[REPORT_NUMBER_BYTES]);

/* The same of a counter of a benchmark; a rate has "/s" behind it. */
void report_format_counter(enum assay_counter_kind kind, double value, char out_text[REPORT_NUMBER_BYTES]);

#endif /* CMD_ASSAY_REPORT_TEXT_H */
