// SPDX-License-Identifier: MIT
/* assay/report.h - results as a person reads them, in plain text. */
#ifndef CMD_ASSAY_REPORT_H
#define CMD_ASSAY_REPORT_H

#include "assay/compare.h"
#include "cmd/assay/findings.h"
#include "cmd/assay/lineup.h"
#include "cmd/assay/report_grid.h"
#include "cmd/assay/report_text.h"

/* A table for each group, groups in order of first appearance; a row ends with
 * the verdicts on the benchmark's targets.  Below it a note for each benchmark
 * that was as fast as an empty loop.  A table that is too wide is cut as
 * layout.h says, and a last line says what is missing. */
void report_runs(const struct report *report, const struct assay_result *result, const struct options *options);

/*
 * pytest-benchmark's table for each group: a row for each run of each benchmark, one
 * unit a column, how many times the best of the table a number is, and in colour the
 * best and the worst.  Columns are options->lineup_columns.
 */
void report_lineup(const struct report *report, const struct lineup *lineup, const struct options *options);

/* For each group a row a benchmark, for each metric of options->between a column a
 * source, and behind each further source's the change from the first one's. */
void report_between(const struct report *report, const struct lineup *lineup, const struct options *options);

#define REPORT_TITLE_BYTES 500
/* "parsing: 4 benchmarks, 2 runs". */
void report_lineup_title(const struct lineup *lineup, const struct lineup_group *group,
                         char out_title[REPORT_TITLE_BYTES]);

/* The unit of times in a group: as the option says, or of the best of what it is sorted by, if that is a time. */
struct report_scale report_group_time_scale(const struct lineup_group *group, const struct options *options);

/* The unit of operations a second in a group, by the least: K above a thousand, M above a million and, as
 * pytest-benchmark has it, no further. */
struct report_scale report_group_ops_scale(double least);

/* A number of a column without its unit: "12,345.6789", a count "12345"; "-" for NAN. */
void report_format_cell(enum assay_metric metric, double value, struct report_scale scale,
                        char out_text[GRID_NUMBER_BYTES]);

/* What the times of these benchmarks cannot tell, a note for each, and how they grow. */
void report_notes(const struct report *report, const struct assay_run *const *runs, size_t count);

/* How the time of each family of benchmarks grows with the parameter that it
 * stated by assay_complexity(), a line for each; `runs` without errors. */
void report_growth(const struct report *report, const struct assay_run *const *runs, size_t count);

/* For each benchmark that the filter means: a histogram of its rounds, a
 * line for each launch, and its percentiles of calls.  False if it means none. */
bool report_samples(const struct report *report, const struct assay_result *result, const char *filter);

/* How fine the clock was, in one line; nothing if the result does not say, or has no times. */
void report_clock(const struct report *report, const struct assay_result *result);

/* What repeats the order and layout of a run; nothing if it has no seed or measured nothing. */
void report_seed(const struct report *report, const struct assay_result *result);

/* "met", "missed", ... in its shade. */
void report_verdict(const struct report *report, enum assay_target_verdict verdict);

/* How many targets are met, and for each that is not, what was measured and
 * what decided; nothing if there are no targets. */
void report_targets(const struct report *report, const struct assay_result *result);

/* A row for each benchmark of a comparison, and a line that sums it up.
 * `baseline_name` is what the reader calls the baseline. */
void report_comparison(const struct report *report, const struct assay_comparison *rows, size_t count,
                       const struct assay_limits *limits, const char *baseline_name);

/* The same in one line: "NAME against BASELINE by min: 3 same, 1 slower; 1 fails". */
void report_comparison_in_short(const struct report *report, const struct assay_comparison *rows, size_t count,
                                const struct assay_limits *limits, const char *baseline_name,
                                const char *candidate_name);

/* The measured metrics that changed beyond their tolerance, and how many were
 * compared; nothing if none were. */
void report_measured_changes(const struct report *report, const struct assay_comparison *rows, size_t count,
                             const struct assay_limits *limits);

/* What the two sides of a comparison are, where that bears on it, a line each: another kind of machine, or the
 * same kind with something changed beside; cores that ran at another rate; the same binaries.  Nothing where
 * there is nothing to say. */
void report_sides(const struct report *report, const struct assay_result *baseline,
                  const struct assay_result *candidate, const struct assay_comparison *rows, size_t count);

/* A line for each benchmark that is gone or that the baseline was not asked for, and for each check of --compare-fail
 * that fails or cannot be decided; without tables also for each verdict, metric and target that does. */
void report_checks(const struct report *report, const struct findings *findings, bool without_tables);

#endif /* CMD_ASSAY_REPORT_H */
