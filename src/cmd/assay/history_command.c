// SPDX-License-Identifier: MIT
/* `assay history`: a file that cannot be read is told of, and the others are shown. */
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/store.h"
#include "base/num.h"
#include "cmd/assay/baseline_show.h"
#include "cmd/assay/chosen.h"
#include "cmd/assay/commands.h"
#include "cmd/assay/past.h"
#include "cmd/assay/report_text.h"
#include "cmd/sparkline.h"
#include "cmd/visible.h"

#define MAX_PATH_BYTES 8192
#define SPARKLINE_COLUMNS 60
#define SHORT_COMMIT 12

/* What was read so far. */
struct reading {
    const struct options *options;
    struct past past;
    int status;
};

static void run_out_of_memory(struct reading *reading)
{
    complain("out of memory");
    reading->status = EXIT_UNMEASURED;
}

static void skip_file(struct reading *reading, const struct assay_error *err)
{
    complain("%s", err->message);
    reading->status = EXIT_BAD_USAGE;
}

static void read_saved_runs(struct reading *reading)
{
    struct assay_paths paths;
    struct assay_error err;
    enum assay_status status = assay_store_find(reading->options->storage, NULL, NULL, &paths, &err);
    if (status == ASSAY_NOT_FOUND) {
        return; /* the past may be in the records alone */
    }
    if (status != ASSAY_OK) {
        skip_file(reading, &err);
        return;
    }
    for (size_t i = 0; i < paths.count; i++) {
        struct assay_result result;
        if (assay_result_read(paths.paths[i], &result, &err) != ASSAY_OK) {
            skip_file(reading, &err);
            continue;
        }
        if (!past_add_result(&reading->past, &result, paths.paths[i])) {
            run_out_of_memory(reading);
        }
        assay_result_deinit(&result);
    }
    assay_paths_deinit(&paths);
}

static void read_record(struct reading *reading, const char *path)
{
    struct assay_record record;
    struct assay_error err;
    if (assay_record_read(path, &record, &err) != ASSAY_OK) {
        skip_file(reading, &err);
        return;
    }
    if (!past_add_record(&reading->past, &record)) {
        run_out_of_memory(reading);
    }
    assay_record_deinit(&record);
}

/* Those beside the file of baselines, if there is one. */
static void read_records(struct reading *reading)
{
    const struct options *options = reading->options;
    const char *file = options->baselines.file ? options->baselines.file : options->baseline;
    if (!file || !options_is_path(file)) {
        return;
    }
    const char *slash = strrchr(file, '/');
    struct buf path;
    base_buf_init(&path, MAX_PATH_BYTES);
    base_buf_addf(&path, "%.*shistory", slash ? (int)(slash - file + 1) : 0, file);
    DIR *folder = opendir(base_buf_cstr(&path));
    const size_t len = path.len;
    for (const struct dirent *entry; folder && (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] != '.' && base_str_ends_with(base_str(entry->d_name), STR(".json"))) {
            path.len = len;
            base_buf_addf(&path, "/%s", entry->d_name);
            read_record(reading, base_buf_cstr(&path));
        }
    }
    if (folder) {
        (void)closedir(folder); /* read-only: nothing to lose */
    }
    base_buf_deinit(&path);
}

/* "2026-11-23 07:09" of "2026-11-23T07:09:55Z". */
static void print_time(const struct report *report, const char *datetime)
{
    char text[17];
    (void)snprintf(text, sizeof(text), "%s", datetime); /* cut on purpose */
    if (strlen(text) > 10) {
        text[10] = ' ';
    }
    visible_make(text);
    fprintf(report->out, "  %-16s", text[0] ? text : "-");
}

static void print_point(const struct report *report, const struct past_point *point, double before)
{
    char commit[SHORT_COMMIT + 1], min[REPORT_NUMBER_BYTES], change[16] = "";
    (void)snprintf(commit, sizeof(commit), "%s", point->commit[0] ? point->commit : "-"); /* cut on purpose */
    visible_make(commit);
    report_format_number(ASSAY_METRIC_MIN, point->min, min);
    if (before > 0 && isfinite(point->min)) {
        (void)snprintf(change, sizeof(change), "%+.1f%%", (point->min / before - 1) * 100); /* cut if absurd */
    }
    print_time(report, point->datetime);
    fprintf(report->out, "  %-12s%c  %10s  %8s  ", commit, point->dirty ? '+' : ' ', min, change);
    visible_print(report->out, point->what);
    fputc('\n', report->out);
}

static bool print_sparkline(const struct report *report, const struct past_point *points, size_t count)
{
    double *values = base_alloc_array(count, sizeof(*values));
    struct buf line;
    double least = NAN, most = NAN;
    base_buf_init(&line, 4 * SPARKLINE_COLUMNS);
    for (size_t i = 0; values && i < count; i++) {
        values[i] = points[i].min;
        least = fmin(least, values[i]);
        most = fmax(most, values[i]);
    }
    if (values) {
        sparkline_add(&line, values, count, SPARKLINE_COLUMNS, report->is_utf8);
    }
    bool good = values && base_buf_ok(&line);
    char low[REPORT_NUMBER_BYTES], high[REPORT_NUMBER_BYTES];
    report_format_number(ASSAY_METRIC_MIN, least, low);
    report_format_number(ASSAY_METRIC_MIN, most, high);
    if (good) {
        fprintf(report->out, "  %s  min %s to %s\n", base_buf_cstr(&line), low, high);
    }
    free(values);
    base_buf_deinit(&line);
    return good;
}

/* The points of one benchmark on one class of machine. */
static bool print_past(const struct report *report, const struct past_point *points, size_t count)
{
    double before = NAN;
    visible_print(report->out, points[0].fullname);
    fputs(points[0].class_id[0] ? " on " : " on an unknown machine", report->out);
    visible_print(report->out, points[0].class_id);
    fputc('\n', report->out);
    if (!print_sparkline(report, points, count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        print_point(report, &points[i], before);
        before = isfinite(points[i].min) ? points[i].min : before;
    }
    fputc('\n', report->out);
    return true;
}

static size_t count_alike(const struct past_point *points, size_t count)
{
    size_t alike = 1;
    while (alike < count && strcmp(points[alike].fullname, points[0].fullname) == 0 &&
           strcmp(points[alike].class_id, points[0].class_id) == 0) {
        alike++;
    }
    return alike;
}

static void print_all(struct reading *reading)
{
    const struct options *options = reading->options;
    const struct report report = report_to(stdout, options);
    const struct past *past = &reading->past;
    size_t shown = 0, count;
    for (size_t i = 0; i < past->count; i += count) {
        const struct past_point *points = &past->points[i];
        count = count_alike(points, past->count - i);
        if (!chosen_is(options->arguments, options->argument_count, points->fullname) ||
            !baseline_is_of_machine(options, points->class_id)) {
            continue;
        }
        shown++;
        if (!print_past(&report, points, count)) {
            run_out_of_memory(reading);
            return;
        }
    }
    if (shown == 0) {
        complain("nothing is known of it on a kind of machine that matches '%s'", options->baselines.machine);
        reading->status = EXIT_BAD_USAGE;
    }
}

/* Whether the words name benchmarks of the past. */
static bool check_names(const struct reading *reading)
{
    const struct past *past = &reading->past;
    const char **names = base_alloc_array(past->count, sizeof(const char *));
    size_t count = 0;
    for (size_t i = 0; names && i < past->count; i++) {
        if (count == 0 || strcmp(names[count - 1], past->points[i].fullname) != 0) {
            names[count++] = past->points[i].fullname;
        }
    }
    if (!names) {
        complain("out of memory");
    }
    bool good = names && chosen_check(reading->options->arguments, reading->options->argument_count, names, count,
                                      "the past");
    free(names);
    return good;
}

int command_history(const struct options *options)
{
    struct reading reading = {.options = options, .status = EXIT_FINE};
    if (options->argument_count == 0) {
        complain("whose past? 'assay history NAME...', a NAME with * ? for several");
        return EXIT_BAD_USAGE;
    }
    read_saved_runs(&reading);
    read_records(&reading);
    past_sort(&reading.past);
    if (reading.status != EXIT_UNMEASURED) {
        if (check_names(&reading)) {
            print_all(&reading);
        } else {
            reading.status = EXIT_BAD_USAGE;
        }
    }
    past_deinit(&reading.past);
    return reading.status;
}
