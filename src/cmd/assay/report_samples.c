// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/bins.h"
#include "cmd/assay/labels.h"
#include "cmd/assay/report.h"
#include "cmd/complain.h"

#define BAR_COLUMNS 40
#define EDGE_BYTES 32

/* Times of one histogram: all in one unit, with as many digits as tell the bins apart. */
struct scale {
    double unit;
    const char *name;
    int decimals;
};

static struct scale scale_of(const struct assay_bins *bins)
{
    static const struct scale units[] = {{1, "s", 0}, {1e-3, "ms", 0}, {1e-6, "us", 0}, {1e-9, "ns", 0}};
    double low = bins->edges[0], high = bins->edges[bins->count];
    size_t at = 0;
    while (at < 3 && (bins->is_log ? low : high) < units[at].unit) {
        at++;
    }
    struct scale scale = units[at];
    /* Two digits of the narrowest bin, and four of the least value. */
    double least = bins->count > 1 ? bins->edges[1] - low : low / 1000;
    least = fmin(least, low > 0 ? low / 100 : least) / scale.unit;
    scale.decimals = least > 0 ? (int)ceil(1 - log10(least)) : 3;
    scale.decimals = scale.decimals < 0 ? 0 : scale.decimals > 6 ? 6 : scale.decimals;
    return scale;
}

static void format_edge(const struct scale *scale, double seconds, char out_text[EDGE_BYTES])
{
    (void)snprintf(out_text, EDGE_BYTES, "%.*f %s", scale->decimals, seconds / scale->unit, scale->name); /* fits */
}

/* A bar of `eighths` of columns; without UTF-8 whole columns, and any count is seen. */
static void print_bar(const struct report *report, size_t eighths)
{
    static const char *const parts[] = {"", "\u258F", "\u258E", "\u258D", "\u258C", "\u258B", "\u258A", "\u2589"};
    for (size_t i = 0; i < eighths / 8; i++) {
        fputs(report->is_utf8 ? "\u2588" : "#", report->out);
    }
    if (report->is_utf8) {
        fputs(parts[eighths % 8], report->out);
    } else if (eighths % 8 >= 4 || (eighths > 0 && eighths < 8)) {
        fputs("#", report->out);
    }
}

/* What of min, median and mean lies in the bin: " < min, median". */
static void print_marks(const struct report *report, const struct assay_run *run, const struct assay_bins *bins,
                        size_t bin)
{
    const struct {
        const char *name;
        double value;
    } marks[] = {{"min", run->stats.min}, {"median", run->stats.median}, {"mean", run->stats.mean}};
    bool any = false;
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        double value = fmax(marks[i].value, bins->edges[0]); /* a mean of equal numbers may be rounded down */
        if (assay_bins_find(bins, value) == bin) {
            fprintf(report->out, "%s%s", any ? ", " : "  < ", marks[i].name);
            any = true;
        }
    }
}

static size_t eighths_of(uint64_t count, uint64_t most, size_t columns)
{
    size_t eighths = (size_t)((double)count / (double)most * (double)columns * 8);
    return count > 0 && eighths == 0 ? 1 : eighths; /* one of many is seen too */
}

static void print_bins(const struct report *report, const struct assay_run *run, const struct assay_bins *bins)
{
    const struct scale scale = scale_of(bins);
    char from[EDGE_BYTES], to[EDGE_BYTES];
    uint64_t most = bins->beyond;
    for (size_t i = 0; i < bins->count; i++) {
        most = bins->counts[i] > most ? bins->counts[i] : most;
    }
    format_edge(&scale, bins->beyond > 0 ? bins->max : bins->edges[bins->count], to);
    const int width = (int)strlen(to);
    const size_t beside = 2 * (size_t)width + 14 + strlen("  < min, median, mean");
    size_t columns = BAR_COLUMNS;
    if (report->columns > 0 && beside + columns > report->columns) {
        columns = report->columns > beside + 8 ? report->columns - beside : 8;
    }
    for (size_t i = 0; i < bins->count + (bins->beyond > 0); i++) {
        bool is_beyond = i == bins->count;
        uint64_t count = is_beyond ? bins->beyond : bins->counts[i];
        format_edge(&scale, bins->edges[i], from);
        format_edge(&scale, is_beyond ? bins->max : bins->edges[i + 1], to);
        fprintf(report->out, "%c %*s - %*s %8llu%s", is_beyond ? '>' : ' ', width, from, width, to,
                (unsigned long long)count, count > 0 ? " " : "");
        print_bar(report, eighths_of(count, most, columns));
        print_marks(report, run, bins, i);
        fputc('\n', report->out);
    }
}

/* A line for each launch, so that a difference between launches is seen. */
static void print_launches(const struct report *report, const struct assay_run *run)
{
    for (size_t i = 0; i < run->launch_median_count; i++) {
        char median[REPORT_NUMBER_BYTES];
        report_format_number(ASSAY_METRIC_MEDIAN, run->launch_medians[i], median);
        fprintf(report->out, "  launch %zu: median %s", i + 1, median);
        if (run->launch_rounds_count == run->launch_median_count) {
            fprintf(report->out, " of %llu rounds", (unsigned long long)run->launch_rounds[i]);
        }
        fprintf(report->out, ", %+.1f%%\n", (run->launch_medians[i] / run->stats.median - 1) * 100);
    }
}

static void print_calls(const struct report *report, const struct assay_calls *calls)
{
    const struct {
        enum assay_metric metric;
        double value;
    } percentiles[] = {{ASSAY_METRIC_P50, calls->p50},
                       {ASSAY_METRIC_P90, calls->p90},
                       {ASSAY_METRIC_P95, calls->p95},
                       {ASSAY_METRIC_P99, calls->p99},
                       {ASSAY_METRIC_P999, calls->p999}};
    if (calls->count == 0) {
        return;
    }
    fprintf(report->out, "  %llu calls:", (unsigned long long)calls->count);
    for (size_t i = 0; i < sizeof(percentiles) / sizeof(percentiles[0]); i++) {
        char text[REPORT_NUMBER_BYTES];
        report_format_number(percentiles[i].metric, percentiles[i].value, text);
        fprintf(report->out, "%s %s %s", i > 0 ? "," : "", assay_metric_name(percentiles[i].metric), text);
    }
    fputc('\n', report->out);
}

static void print_samples(const struct report *report, const struct assay_run *run)
{
    struct assay_bins bins;
    struct label_name name = {run->fullname, run->fullname};
    struct labels label;
    if (!labels_create(&name, 1, &label)) {
        complain("out of memory for a histogram");
        return;
    }
    fprintf(report->out, "%s: %llu round%s of %llu iteration%s%s\n", labels_text(&label, 0),
            (unsigned long long)run->stats.rounds, run->stats.rounds == 1 ? "" : "s",
            (unsigned long long)run->iterations, run->iterations == 1 ? "" : "s",
            run->samples ? "" : ", whose samples are not in the file (--save-data, --json)");
    labels_deinit(&label);
    if (run->samples && assay_bins_make(run->samples, run->stats.rounds, &bins) != ASSAY_OK) {
        complain("out of memory for a histogram");
        return;
    }
    if (run->samples) {
        print_bins(report, run, &bins);
    }
    print_launches(report, run);
    print_calls(report, &run->calls);
    fputc('\n', report->out);
}

bool report_samples(const struct report *report, const struct assay_result *result, const char *filter)
{
    bool any = false;
    for (size_t i = 0; i < result->run_count; i++) {
        const struct assay_run *run = &result->runs[i];
        const struct assay_subject subject = assay_run_subject(run);
        if (assay_filter_matches(filter, &subject)) {
            any = true;
            if (!run->error && run->stats.rounds > 0) {
                print_samples(report, run);
            }
        }
    }
    return any;
}
