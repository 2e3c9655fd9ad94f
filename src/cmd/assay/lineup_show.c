// SPDX-License-Identifier: MIT
#include "cmd/assay/lineup_show.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "cmd/assay/boxplot_files.h"
#include "cmd/assay/commands.h"
#include "cmd/assay/lineup_csv.h"
#include "cmd/assay/report.h"

#define MAX_FILE_BYTES ((size_t)1 << 30)

bool lineup_is_shown(const struct options *options)
{
    return options->table == TABLE_OF_RUNS || options->between.count > 0;
}

static int out_of_memory(void)
{
    complain("out of memory");
    return EXIT_UNMEASURED;
}

/* "benchmark_20261129_054236", as pytest-benchmark calls what was given no name. */
static void add_name_of_now(struct buf *out)
{
    time_t seconds = (time_t)(base_clock_unix_ns() / 1000000000);
    struct tm utc;
    char text[32] = "";
    if (gmtime_r(&seconds, &utc)) {
        (void)strftime(text, sizeof(text), "%Y%m%d_%H%M%S", &utc); /* fits */
    }
    base_buf_addf(out, "benchmark_%s", text);
}

static bool has_suffix(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strchr(slash ? slash + 1 : path, '.') != NULL;
}

/* `number` above 1: what was given no name is called so again within one second. */
static void add_csv_path(const struct options *options, int number, struct buf *out)
{
    if (options->csv_path) {
        base_buf_addf(out, "%s%s", options->csv_path, has_suffix(options->csv_path) ? "" : ".csv");
        return;
    }
    add_name_of_now(out);
    if (number > 1) {
        base_buf_addf(out, "-%d", number);
    }
    base_buf_add_cstr(out, ".csv");
}

/* A file that was there is replaced if it was named, and else left alone.  On false `reason` says why; "" is out of
 * memory. */
static bool write_csv_text(const struct options *options, struct str text, struct buf *out_path,
                           char reason[BASE_FILE_REASON_BYTES])
{
    bool written = false, exists = true;
    for (int number = 1; exists; number++) {
        exists = false;
        reason[0] = '\0';
        base_buf_reset(out_path);
        add_csv_path(options, number, out_path);
        written = base_buf_ok(out_path) &&
                  base_file_write_atomic(out_path->ptr, text, !options->csv_path, &exists, reason);
    }
    return written;
}

static int write_csv(const struct lineup *lineup, const struct options *options)
{
    char reason[BASE_FILE_REASON_BYTES];
    struct buf path, text;
    int status = EXIT_FINE;
    base_buf_init(&path, 65536);
    base_buf_init(&text, MAX_FILE_BYTES);
    lineup_csv(lineup, options->lineup_columns.items, options->lineup_columns.count, &text);
    if (!base_buf_ok(&text)) {
        status = out_of_memory();
    } else if (write_csv_text(options, base_buf_str(&text), &path, reason)) {
        fprintf(stderr, "wrote %s\n", path.ptr);
    } else if (reason[0] == '\0') {
        status = out_of_memory();
    } else {
        complain("%s", reason);
        status = EXIT_BAD_USAGE;
    }
    base_buf_deinit(&path);
    base_buf_deinit(&text);
    return status;
}

/* What is drawn has the runs of a benchmark beside each other, so that a change is seen, and no other order. */
static int draw(const struct lineup_source *sources, size_t count, struct lineup_plan plan,
                const struct options *options)
{
    struct lineup lineup;
    struct buf prefix;
    plan.order = LINEUP_BY_BENCHMARK;
    plan.names_sources = count > 1;
    if (!lineup_create(sources, count, &plan, &lineup)) {
        return out_of_memory();
    }
    base_buf_init(&prefix, 65536);
    if (options->histogram_prefix) {
        base_buf_add_cstr(&prefix, options->histogram_prefix);
    } else {
        add_name_of_now(&prefix);
    }
    int status = base_buf_ok(&prefix) ? boxplot_write_files(&lineup, prefix.ptr, !options->histogram_prefix,
                                                            options->time_unit)
                                      : out_of_memory();
    base_buf_deinit(&prefix);
    lineup_deinit(&lineup);
    return status;
}

static void print_lineup(const struct report *report, const struct lineup *lineup, const struct options *options)
{
    if (options->between.count > 0) {
        report_between(report, lineup, options);
    } else {
        report_lineup(report, lineup, options);
    }
    (void)fflush(report->out); /* so that what follows on stderr comes after it */
}

int lineup_show(const struct report *report, const struct lineup_source *sources, size_t count, bool only_of_first,
                const struct options *options)
{
    const struct lineup_plan plan = {
        .filter = options->filter,
        .group_by = options->group_by,
        .sorts_groups = true,
        .order = options->has_order ? options->order : LINEUP_BY_METRIC,
        .metric = options->has_order ? options->sort : ASSAY_METRIC_MIN,
        .names = options->names,
        .names_sources = count > 1 && options->between.count == 0,
        .only_of_first = only_of_first,
    };
    struct lineup lineup;
    int status = EXIT_FINE;
    if (!lineup_create(sources, count, &plan, &lineup)) {
        return out_of_memory();
    }
    if (lineup_is_shown(options) && !options->quiet) {
        print_lineup(report, &lineup, options);
    }
    if (options->wants_csv) {
        status = write_csv(&lineup, options);
    }
    if (status == EXIT_FINE && options->wants_histogram) {
        status = draw(sources, count, plan, options);
    }
    lineup_deinit(&lineup);
    return status;
}
