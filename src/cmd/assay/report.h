// SPDX-License-Identifier: MIT
/* assay/report.h - results as a person reads them, in plain text. */
#ifndef CMD_ASSAY_REPORT_H
#define CMD_ASSAY_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "assay/compare.h"
#include "cmd/assay/options.h"

/* Where text goes and whether it may be coloured. */
struct report {
    FILE *out;
    bool colored;
};

/* Colour as the option says; auto means a terminal without NO_COLOR. */
struct report report_to(FILE *out, enum color color);

#define REPORT_NUMBER_BYTES 32
/* A number of a metric with its unit, four digits: "312.4 ns", "3.2 M/s",
 * "2001"; "-" for NAN. */
void report_format_number(enum assay_metric metric, double value, char out_text[REPORT_NUMBER_BYTES]);

/* A table for each group, groups in order of first appearance; a row ends with
 * the verdicts on the benchmark's targets.  Below it a note for each benchmark
 * that was as fast as an empty loop. */
void report_runs(const struct report *report, const struct assay_result *result, const struct options *options);

/* How fine the clock was, in one line; nothing if the result does not say, or has no times. */
void report_clock(const struct report *report, const struct assay_result *result);

/* What repeats the order and layout of a run; nothing if it has measured nothing. */
void report_seed(const struct report *report, const struct assay_result *result, uint64_t seed);

/* How many targets are met, and for each that is not, what was measured and
 * what decided; nothing if there are no targets. */
void report_targets(const struct report *report, const struct assay_result *result);

/* A row for each benchmark of a comparison, and a line that sums it up.
 * `baseline_name` is what the reader calls the baseline. */
void report_comparison(const struct report *report, const struct assay_comparison *rows, size_t count,
                       const struct assay_limits *limits, const char *baseline_name);

/* The measured metrics that changed beyond their tolerance, and how many were
 * compared; nothing if none were. */
void report_measured_changes(const struct report *report, const struct assay_comparison *rows, size_t count,
                             const struct assay_limits *limits);

/* One line: a check of --compare-fail that failed. */
void report_failed_check(const struct report *report, const struct assay_comparison *row,
                         const struct assay_check *check, double measured);

/* A progress line on a terminal; in a log a line now and then. */
struct progress {
    FILE *out;
    bool is_terminal;
    int64_t start_ns, last_ns;
    size_t line_len;
};
struct progress progress_to(FILE *out);
void progress_show(struct progress *progress, const char *fullname, size_t done, size_t total);
void progress_clear(struct progress *progress);

#endif /* CMD_ASSAY_REPORT_H */
