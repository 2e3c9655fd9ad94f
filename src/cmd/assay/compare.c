// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "assay/machine.h"
#include "assay/store.h"
#include "base/num.h"
#include "cmd/assay/commands.h"
#include "cmd/assay/comparable.h"
#include "cmd/assay/lineup_show.h"
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
        .baseline_filter = pair->baseline->filter,
        .is_part = options->filter != NULL,
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
    if (!options->quiet && lineup_is_shown(options)) {
        report_comparison_in_short(&report, rows, count, &options->limits, pair->baseline_path, pair->candidate_path);
    } else if (!options->quiet) {
        printf("%s\n", pair->candidate_path);
        report_comparison(&report, rows, count, &options->limits, pair->baseline_path);
        report_measured_changes(&report, rows, count, &options->limits);
        report_sides(&report, pair->baseline, pair->candidate, rows, count);
    }
    int status = show_samples(&report, options, pair->baseline, pair->baseline_path);
    int also = show_samples(&report, options, pair->candidate, pair->candidate_path);
    report_checks(&report, &findings, options->quiet);
    (void)fflush(stdout); /* so that what follows on stderr comes after it */
    int written = verdict_write(&verdict);
    findings_deinit(&findings);
    status = status != EXIT_FINE ? status : also;
    status = status != EXIT_FINE ? status : written;
    return status != EXIT_FINE ? status : verdict.status;
}

static int compare_two(const struct pair *pair)
{
    struct assay_comparison *rows = NULL;
    size_t count = 0;
    if (assay_compare(pair->baseline, pair->candidate, &pair->options->limits, &rows, &count) != ASSAY_OK) {
        complain("out of memory");
        return EXIT_UNMEASURED;
    }
    size_t kept = keep_matching(rows, count, pair->options->filter);
    int status = EXIT_BAD_USAGE;
    if (kept == 0 && count > 0) { /* and no pass */
        complain("no benchmark of %s or %s matches '%s'", pair->baseline_path, pair->candidate_path,
                 pair->options->filter);
    } else {
        status = conclude(pair, rows, kept);
    }
    free(rows);
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

/* Saved runs that were read, in the order in which they were named.  What each further one is compared with is
 * the first; a file of baselines has other blocks for each kind of machine. */
struct saved_runs {
    const struct options *options;
    const struct assay_paths *paths;
    struct assay_result *results;
    struct assay_result *baselines; /* of the further ones; the first is empty */
};

/* Whether the filter leaves something of a run that is shown by itself; the rest of it is released. */
static bool keep_of_one(const struct saved_runs *runs)
{
    struct assay_result *result = &runs->results[0];
    const char *filter = runs->options->filter;
    size_t kept = 0, count = result->run_count;
    for (size_t i = 0; i < count; i++) {
        const struct assay_subject subject = assay_run_subject(&result->runs[i]);
        if (assay_filter_matches(filter, &subject)) {
            result->runs[kept++] = result->runs[i];
        } else {
            assay_run_deinit(&result->runs[i]);
        }
    }
    result->run_count = kept;
    if (kept == 0 && count > 0) {
        complain("no benchmark of %s matches '%s'", runs->paths->paths[0], filter);
    }
    return kept > 0 || count == 0;
}

static int show_one(const struct saved_runs *runs)
{
    const struct options *options = runs->options;
    struct report report = report_to(stdout, options);
    if (!lineup_is_shown(options) && !options->quiet) {
        report_runs(&report, &runs->results[0], options);
    }
    int status = show_samples(&report, options, &runs->results[0], runs->paths->paths[0]);
    if (!options->quiet) {
        report_clock(&report, &runs->results[0]);
        report_targets(&report, &runs->results[0]);
    }
    return status;
}

/* All of them beside each other, where that is asked for. */
static int show_lineup(const struct saved_runs *runs)
{
    size_t count = runs->paths->count;
    struct report report = report_to(stdout, runs->options);
    struct lineup_source *sources = base_alloc_array(count, sizeof(*sources));
    char **names = base_alloc_array(count, sizeof(*names));
    bool complete = sources && names;
    for (size_t i = 0; complete && i < count; i++) {
        names[i] = lineup_source_name(runs->paths->paths[i]);
        const struct assay_result *result = i == 0 && count > 1 ? &runs->baselines[1] : &runs->results[i];
        sources[i] = (struct lineup_source){result, names[i], runs->paths->paths[i]};
        complete = names[i] != NULL;
    }
    int status = EXIT_UNMEASURED;
    if (complete) {
        status = lineup_show(&report, sources, count, false, runs->options);
    } else {
        complain("out of memory");
    }
    for (size_t i = 0; names && i < count; i++) {
        free(names[i]);
    }
    free(names);
    free(sources);
    return status;
}

/* Each with the first. */
static int compare_all(const struct saved_runs *runs)
{
    int status = EXIT_FINE;
    for (size_t i = 1; i < runs->paths->count; i++) {
        const struct pair pair = {
            .options = runs->options,
            .baseline = &runs->baselines[i],
            .candidate = &runs->results[i],
            .baseline_path = runs->paths->paths[0],
            .candidate_path = runs->paths->paths[i],
        };
        status = worse_of(status, compare_two(&pair));
    }
    return status;
}

static bool read_all(const struct saved_runs *runs)
{
    struct assay_error err;
    char *const *paths = runs->paths->paths;
    for (size_t i = runs->paths->count > 1; i < runs->paths->count; i++) {
        if (assay_result_read(paths[i], &runs->results[i], &err) != ASSAY_OK) {
            complain("%s", err.message);
            return false;
        }
        const struct assay_result *result = &runs->results[i];
        const struct candidate candidate = {&result->machine, paths[i],
                                            result->run_count > 0 ? result->runs[0].timer : ASSAY_TIMER_MONOTONIC};
        if (i > 0 &&
            baseline_read(runs->options, paths[0], &candidate, &runs->baselines[i], NULL) != BASELINE_READ) {
            return false;
        }
    }
    return true;
}

static int show_and_compare(const struct saved_runs *runs)
{
    if (!read_all(runs) || (runs->paths->count == 1 && !keep_of_one(runs))) {
        return EXIT_BAD_USAGE;
    }
    int status = show_lineup(runs);
    return worse_of(status, runs->paths->count == 1 ? show_one(runs) : compare_all(runs));
}

static int compare_paths(const struct options *options, const struct assay_paths *paths)
{
    if (paths->count > 2 && (options->junit_path || options->markdown_path || options->verdict_path)) {
        complain("--junit, --markdown and --verdict tell of one comparison, and these are %zu: name two runs",
                 paths->count - 1);
        return EXIT_BAD_USAGE;
    }
    struct options chosen = *options;
    if (options->wants_runs_if_several && paths->count > 1) {
        chosen.table = TABLE_OF_RUNS;
    }
    const struct saved_runs runs = {&chosen, paths, base_alloc_array(paths->count, sizeof(*runs.results)),
                                    base_alloc_array(paths->count, sizeof(*runs.baselines))};
    int status = EXIT_UNMEASURED;
    if (runs.results && runs.baselines) {
        status = show_and_compare(&runs);
    } else {
        complain("out of memory");
    }
    for (size_t i = 0; i < paths->count; i++) {
        assay_result_deinit(runs.results ? &runs.results[i] : NULL);
        assay_result_deinit(runs.baselines ? &runs.baselines[i] : NULL);
    }
    free(runs.results);
    free(runs.baselines);
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
