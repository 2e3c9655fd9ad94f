// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "assay/machine.h"
#include "assay/store.h"
#include "cmd/assay/commands.h"
#include "cmd/assay/comparable.h"
#include "cmd/assay/report.h"
#include "cmd/assay/verdict_files.h"

static size_t keep_matching(struct assay_comparison *rows, size_t count, const char *filter)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const struct assay_subject subject = assay_run_subject(rows[i].candidate ? rows[i].candidate
                                                                                 : rows[i].baseline);
        if (assay_filter_matches(filter, &subject)) {
            rows[kept++] = rows[i];
        }
    }
    return kept;
}

/* What --show asks for of a saved run. */
static int show_samples(const struct report *report, const struct options *options, const struct assay_result *result,
                        const char *path)
{
    if (!options->show || report_samples(report, result, options->show)) {
        return EXIT_FINE;
    }
    complain("--show: no benchmark in %s matches '%s'", path, options->show);
    return EXIT_BAD_USAGE;
}

/* Two runs that were read. */
struct pair {
    const struct options *options;
    const struct assay_result *baseline, *candidate;
    const char *baseline_path, *candidate_path;
};

/* Prints and writes what the rows come to. */
static int conclude(const struct pair *pair, const struct assay_comparison *rows, size_t count)
{
    const struct options *options = pair->options;
    const struct evidence evidence = {
        .candidate = pair->candidate,
        .rows = rows,
        .row_count = count,
        .options = options,
        .is_foreign = assay_machine_is_foreign(&pair->baseline->machine, &pair->candidate->machine),
    };
    struct report report = report_to(stdout, options);
    struct findings findings;
    if (!findings_collect(&evidence, &findings)) {
        complain("out of memory");
        return EXIT_UNMEASURED;
    }
    const struct verdict verdict = {
        .evidence = &evidence,
        .findings = &findings,
        .baseline = pair->baseline,
        .baseline_name = pair->baseline_path,
        .status = findings_status(&findings),
    };
    if (!options->quiet) {
        printf("%s\n", pair->candidate_path);
        report_comparison(&report, rows, count, &options->limits, pair->baseline_path);
        report_measured_changes(&report, rows, count, &options->limits);
        report_sides(&report, pair->baseline, pair->candidate, rows, count);
    }
    int status = show_samples(&report, options, pair->baseline, pair->baseline_path);
    int also = show_samples(&report, options, pair->candidate, pair->candidate_path);
    report_checks(&report, &findings);
    (void)fflush(stdout); /* so that what follows on stderr comes after it */
    int written = verdict_write(&verdict);
    findings_deinit(&findings);
    status = status != EXIT_FINE ? status : also;
    status = status != EXIT_FINE ? status : written;
    return status != EXIT_FINE ? status : verdict.status;
}

static int compare_two(const struct options *options, const char *baseline_path, const char *candidate_path)
{
    struct assay_result baseline = {0}, candidate = {0};
    struct assay_comparison *rows = NULL;
    size_t count = 0;
    struct assay_error err;
    int status = EXIT_BAD_USAGE;
    if (assay_result_read(candidate_path, &candidate, &err) != ASSAY_OK) {
        complain("%s", err.message);
    } else if (baseline_read(options, baseline_path, &(struct candidate){&candidate.machine, candidate_path},
                             &baseline, NULL) != BASELINE_READ) {
        status = EXIT_BAD_USAGE;
    } else if (assay_compare(&baseline, &candidate, &options->limits, &rows, &count) != ASSAY_OK) {
        complain("out of memory");
        status = EXIT_UNMEASURED;
    } else {
        const struct pair pair = {options, &baseline, &candidate, baseline_path, candidate_path};
        status = conclude(&pair, rows, keep_matching(rows, count, options->filter));
    }
    free(rows);
    assay_result_deinit(&baseline);
    assay_result_deinit(&candidate);
    return status;
}

/* The worst of two exit statuses: usage before regression before fine. */
static int worse_of(int a, int b)
{
    return a > b ? a : b;
}

/* Adds what one argument means to the list. */
static bool add_selected(const struct options *options, const char *selector, struct assay_paths *paths)
{
    struct assay_paths found;
    struct assay_error err;
    if (assay_store_find(options->storage, NULL, selector, &found, &err) != ASSAY_OK) {
        complain("%s", err.message);
        return false;
    }
    char **grown = realloc(paths->paths, (paths->count + found.count) * sizeof(*grown));
    if (!grown) {
        complain("out of memory");
        assay_paths_deinit(&found);
        return false;
    }
    paths->paths = grown;
    memcpy(grown + paths->count, found.paths, found.count * sizeof(*grown));
    paths->count += found.count;
    free(found.paths); /* the strings have moved */
    return true;
}

static int show_one(const struct options *options, const char *path)
{
    struct assay_result result = {0};
    struct assay_error err;
    if (assay_result_read(path, &result, &err) != ASSAY_OK) {
        complain("%s", err.message);
        return EXIT_BAD_USAGE;
    }
    struct report report = report_to(stdout, options);
    report_runs(&report, &result, options);
    int status = show_samples(&report, options, &result, path);
    report_clock(&report, &result);
    report_targets(&report, &result);
    assay_result_deinit(&result);
    return status;
}

static int compare_paths(const struct options *options, const struct assay_paths *paths)
{
    if (paths->count == 1) {
        return show_one(options, paths->paths[0]);
    }
    if (paths->count > 2 && (options->junit_path || options->markdown_path || options->verdict_path)) {
        complain("--junit, --markdown and --verdict tell of one comparison, and these are %zu: name two runs",
                 paths->count - 1);
        return EXIT_BAD_USAGE;
    }
    int status = EXIT_FINE;
    for (size_t i = 1; i < paths->count; i++) {
        status = worse_of(status, compare_two(options, paths->paths[0], paths->paths[i]));
    }
    return status;
}

int command_compare(const struct options *options)
{
    struct assay_paths paths = {0};
    bool found = true;
    for (size_t i = 0; found && i < options->argument_count; i++) {
        found = add_selected(options, options->arguments[i], &paths);
    }
    if (found && options->argument_count == 0) {
        found = add_selected(options, NULL, &paths);
    }
    int status = found ? compare_paths(options, &paths) : EXIT_BAD_USAGE;
    assay_paths_deinit(&paths);
    return status;
}

int command_list(const struct options *options)
{
    struct assay_paths paths;
    struct assay_error err;
    const char *selector = options->argument_count > 0 ? options->arguments[0] : NULL;
    enum assay_status status = assay_store_find(options->storage, NULL, selector, &paths, &err);
    if (status == ASSAY_NOT_FOUND && !selector) {
        return EXIT_FINE; /* nothing saved yet is an empty list */
    }
    if (status != ASSAY_OK) {
        complain("%s", err.message);
        return EXIT_BAD_USAGE;
    }
    for (size_t i = 0; i < paths.count; i++) {
        puts(paths.paths[i]);
    }
    assay_paths_deinit(&paths);
    return EXIT_FINE;
}
