// SPDX-License-Identifier: MIT
/*
 * Everything that can be refused is refused before anything is measured: a
 * baseline that cannot be read after ten minutes of measuring would waste them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "assay/compare.h"
#include "assay/machine.h"
#include "assay/store.h"
#include "assay/timer.h"
#include "base/clock.h"
#include "base/date.h"
#include "cmd/assay/callgrind.h"
#include "cmd/assay/child.h"
#include "cmd/assay/commands.h"
#include "cmd/assay/commit.h"
#include "cmd/assay/comparable.h"
#include "cmd/assay/environment.h"
#include "cmd/assay/interrupt.h"
#include "cmd/assay/lineup_show.h"
#include "cmd/assay/progress.h"
#include "cmd/assay/report.h"
#include "cmd/assay/run_save.h"
#include "cmd/assay/verdict_files.h"
#include "cmd/assay/worker_watch.h"

#define CONFIRM_LAUNCHES 5
#define MAX_REASON_BYTES 1000000
#define MAX_PRINTED_SEED 1000000 /* short enough to type again */

/* A session with its baseline and what came of it. */
struct run {
    const struct options *options;
    struct session_options session_options; /* with the seed of this run */
    struct session *session;
    struct sources sources; /* that were named instead of programs; none: all */
    struct assay_timer timer;
    struct environment environment;
    char machine_id[ASSAY_MACHINE_ID_BYTES];
    char *baseline_path; /* NULL: nothing to compare with */
    const char *baseline_name; /* of the saved run that this one becomes if there is none; NULL: it becomes none */
    struct assay_result baseline;
    struct assay_result result;
    int64_t unix_ns; /* when the result was described: what it and its name say */
    struct assay_comparison *rows;
    size_t row_count;
    char interruption[120]; /* a sentence, the last warning of the result; "" if there was none */
    struct report report;
};

const char program_name[] = "assay";

static int out_of_memory(void)
{
    complain("out of memory");
    return EXIT_UNMEASURED;
}

/* The path of what to compare with, if there is anything. */
static enum assay_status find_baseline_path(struct run *run, struct assay_error *err)
{
    const struct options *options = run->options;
    enum assay_status status = ASSAY_OK;
    if (run->baseline_name) {
        status = assay_store_latest(options->storage, run->machine_id, run->baseline_name, &run->baseline_path, err);
        return status == ASSAY_NOT_FOUND ? ASSAY_OK : status; /* this run becomes it; said when it is saved */
    }
    if (options->baseline) {
        run->baseline_path = strdup(options->baseline);
        return run->baseline_path ? ASSAY_OK : assay_fail(err, ASSAY_NO_MEMORY, "out of memory");
    }
    if (options->has_compare && options->compare) {
        struct assay_paths found;
        status = assay_store_find(options->storage, run->machine_id, options->compare, &found, err);
        if (status == ASSAY_OK) {
            const char *latest = found.paths[found.count - 1];
            if (found.count > 1 && strpbrk(options->compare, "*?[")) { /* the latest of a name is what the name means */
                complain("note: '%s' means %zu saved runs, of which the latest counts: %s", options->compare,
                         found.count, latest);
            }
            run->baseline_path = strdup(latest);
            assay_paths_deinit(&found);
            status = run->baseline_path ? ASSAY_OK : assay_fail(err, ASSAY_NO_MEMORY, "out of memory");
        }
    } else if (options->has_compare) {
        status = assay_store_latest(options->storage, run->machine_id, NULL, &run->baseline_path, err);
    }
    return status;
}

/* Goes on with a saved run where the file of baselines knows no such machine. */
static void fall_back(struct run *run, const char *reason)
{
    complain("note: %s; so this run is compared with the saved run '%s' of this machine", reason,
             run->options->local_baseline);
    run->baseline_name = run->options->local_baseline;
    free(run->baseline_path);
    run->baseline_path = NULL;
}

/* EXIT_FINE, with or without a baseline, or another status. */
static int find_baseline(struct run *run)
{
    const struct candidate candidate = {&run->result.machine, "this run", run->session_options.timer};
    const bool may_fall_back = !run->baseline_name && run->options->baseline && run->options->local_baseline;
    struct assay_error err;
    struct buf reason;
    if (find_baseline_path(run, &err) != ASSAY_OK) {
        complain("%s", err.message);
        return EXIT_BAD_USAGE;
    }
    if (!run->baseline_path) {
        return EXIT_FINE;
    }
    base_buf_init(&reason, MAX_REASON_BYTES);
    enum baseline_outcome outcome = baseline_read(run->options, run->baseline_path, &candidate, &run->baseline,
                                                  may_fall_back ? &reason : NULL);
    if (outcome == BASELINE_OF_OTHER_CLASSES) {
        fall_back(run, base_buf_cstr(&reason));
    }
    base_buf_deinit(&reason);
    if (outcome == BASELINE_OF_OTHER_CLASSES) {
        return find_baseline(run);
    }
    return outcome == BASELINE_READ ? EXIT_FINE : EXIT_BAD_USAGE;
}

/* Chooses among the programs' benchmarks by where they are defined, if that was asked for. */
static bool choose_sources(struct run *run)
{
    const struct options *options = run->options;
    if (!options->names_sources) {
        return true;
    }
    if (!sources_open(options->arguments, options->argument_count, &run->sources)) {
        return false;
    }
    session_only_from(run->session, &run->sources);
    return true;
}

static int collect_benchmarks(struct run *run, const char *const *programs, size_t program_count)
{
    if (!choose_sources(run)) {
        return EXIT_BAD_USAGE;
    }
    for (size_t i = 0; i < program_count; i++) {
        struct assay_error err;
        if (session_add_program(run->session, programs[i], run->options->filter, &err) != ASSAY_OK) {
            complain("%s", err.message);
            return EXIT_BAD_USAGE;
        }
    }
    const struct source_place *missed = sources_missed(&run->sources);
    if (missed) {
        complain("none of the programs in assay.yaml has a benchmark that is defined in '%s': name the one that is "
                 "built from it under 'programs' there",
                 missed->argument);
        return EXIT_BAD_USAGE;
    }
    if (session_count(run->session) == 0) {
        if (run->options->filter) {
            complain("no benchmark matches '%s'; --list shows their names", run->options->filter);
        } else {
            complain("there are no benchmarks: no BENCH() is linked into the program");
        }
        return EXIT_BAD_USAGE;
    }
    return EXIT_FINE;
}

static int check_show(const struct run *run)
{
    if (assay_filter_has_groups(run->options->show)) {
        return EXIT_FINE; /* which are not known yet */
    }
    for (size_t i = 0; i < session_count(run->session); i++) {
        const struct assay_subject subject = {.fullname = base_str(session_fullname(run->session, i)),
                                              .tags = base_str(session_tags(run->session, i))};
        if (assay_filter_matches(run->options->show, &subject)) {
            return EXIT_FINE;
        }
    }
    complain("--show: none of the benchmarks to be measured matches '%s'; --list shows their names",
             run->options->show);
    return EXIT_BAD_USAGE;
}

static int print_names(const struct run *run)
{
    int status = EXIT_FINE;
    for (size_t i = 0; i < session_count(run->session); i++) {
        const char *fullname = session_fullname(run->session, i), *error = session_error(run->session, i);
        if (error) {
            complain("%s: %s", fullname, error);
            status = EXIT_UNMEASURED;
        } else {
            const char *tags = session_tags(run->session, i);
            printf("%s%s%s\n", fullname, tags ? " " : "", tags ? tags : "");
        }
    }
    return status;
}

static void show_progress(void *context, const char *fullname, size_t done, size_t total)
{
    progress_show(context, fullname, done, total);
}

static void tick_progress(void *context)
{
    progress_tick(context);
}

static bool fill_datetime(struct run *run)
{
    run->unix_ns = base_clock_unix_ns();
    char text[BASE_DATE_BYTES];
    base_date_format(run->unix_ns, text);
    run->result.datetime = strdup(text);
    return run->result.datetime != NULL;
}

/* What the times can be trusted for, as far as it was found out. */
static bool describe_trust(struct run *run)
{
    run->result.clock = (struct assay_clock){(double)run->timer.step_ns / 1e9, run->timer.cost_ns / 1e9};
    environment_look_after(&run->environment);
    run->environment.governor = run->result.machine.governor;
    run->environment.is_virtual = run->result.machine.is_virtual;
    run->environment.built = session_built(run->session);
    return environment_judge(&run->environment, &run->result) == ASSAY_OK;
}

/* Empties the result but for what does not change while measuring goes on. */
static void forget_description(struct run *run)
{
    struct assay_machine machine = run->result.machine;
    struct assay_commit commit = run->result.commit;
    run->result.machine = (struct assay_machine){0};
    run->result.commit = (struct assay_commit){0};
    assay_result_deinit(&run->result);
    run->result.machine = machine;
    run->result.commit = commit;
}

static bool follows_seed(const struct run *run)
{
    return run->session_options.shuffle || run->session_options.vary_layout;
}

/* Says what a signal has left, if one came; false without memory. */
static bool describe_interruption(struct run *run)
{
    size_t few, complete = session_complete_count(run->session, &few), count = session_count(run->session);
    if (interrupt_caught() == 0) {
        return true;
    }
    int len = snprintf(run->interruption, sizeof(run->interruption), "interrupted: %zu of %zu benchmarks are complete",
                       complete, count);
    if (few > 0) {
        (void)snprintf(run->interruption + len, sizeof(run->interruption) - (size_t)len, /* fits */
                       ", %zu of them in fewer launches than were asked for", few);
    } else if (complete == count) {
        (void)snprintf(run->interruption + len, sizeof(run->interruption) - (size_t)len, /* fits */
                       ", but not what was to follow");
    }
    return assay_result_add_warning(&run->result, base_str(run->interruption));
}

/* The source file of a benchmark. */
static struct str file_of(const char *fullname)
{
    const char *end = strstr(fullname, "::");
    return end ? (struct str){fullname, (size_t)(end - fullname)} : base_str(fullname);
}

/* Whether a benchmark that the baseline has was among those that were chosen. */
static bool was_chosen(struct run *run, const struct assay_run *baseline)
{
    const struct assay_subject subject = assay_run_subject(baseline);
    if (!assay_filter_matches(run->options->filter, &subject)) {
        return false;
    }
    bool is_of_their_files = run->options->argument_count == 0 || /* all programs: all files */
                             sources_have(&run->sources, "", baseline->file);
    for (size_t i = 0; i < session_count(run->session); i++) {
        const char *fullname = session_fullname(run->session, i);
        if (strcmp(fullname, baseline->fullname) == 0) {
            return interrupt_caught() == 0; /* else there was no time for it */
        }
        is_of_their_files = is_of_their_files || base_str_equal(file_of(fullname), file_of(baseline->fullname));
    }
    return is_of_their_files;
}

/* What was not to be measured, or could not be because of an interruption, is not gone. */
static void drop_rows_not_chosen(struct run *run)
{
    size_t kept = 0;
    for (size_t i = 0; i < run->row_count; i++) {
        if (run->rows[i].verdict != ASSAY_VERDICT_GONE || was_chosen(run, run->rows[i].baseline)) {
            run->rows[kept++] = run->rows[i];
        }
    }
    run->row_count = kept;
}

/* Describes what was measured so far; replaces an earlier description. */
static bool describe(struct run *run)
{
    forget_description(run);
    free(run->rows);
    run->rows = NULL;
    run->row_count = 0;
    run->result.has_seed = follows_seed(run);
    run->result.seed = run->session_options.seed;
    run->result.version = strdup(ASSAY_VERSION);
    run->result.filter = run->options->filter ? strdup(run->options->filter) : NULL;
    if (!run->result.version || (run->options->filter && !run->result.filter) || !fill_datetime(run) ||
        (!run->result.commit.id && commit_describe(&run->result.commit) != ASSAY_OK) ||
        session_describe(run->session, &run->result) != ASSAY_OK || !describe_trust(run) ||
        !describe_interruption(run)) {
        return false;
    }
    if (run->baseline_path && assay_compare(&run->baseline, &run->result, &run->options->limits, &run->rows,
                                            &run->row_count) != ASSAY_OK) {
        return false;
    }
    drop_rows_not_chosen(run);
    return true;
}

/* Whether more launches may change what a row comes to. */
static bool is_suspect(const struct assay_comparison *row)
{
    bool may_be_slower = row->verdict == ASSAY_VERDICT_UNKNOWN && row->change.upper > row->bounds.regression;
    return may_be_slower || (row->verdict == ASSAY_VERDICT_SLOWER && row->fails);
}

/* What looks slower, or may be, is launched again; launches add up, so a slow
 * moment of the machine is outvoted and a slower program is not. */
static bool confirm_suspects(struct run *run, struct progress *progress)
{
    bool any = false;
    for (size_t i = 0; i < run->row_count; i++) {
        if (!is_suspect(&run->rows[i]) || interrupt_caught() != 0) {
            continue;
        }
        any = true;
        progress_clear(progress);
        if (!run->options->quiet) {
            fprintf(stderr, "%s, measuring again: %s\n",
                    run->rows[i].verdict == ASSAY_VERDICT_SLOWER ? "looks slower" : "cannot tell yet",
                    run->rows[i].fullname);
        }
        if (session_measure_again(run->session, run->rows[i].fullname, CONFIRM_LAUNCHES) != ASSAY_OK) {
            return false;
        }
    }
    return !any || describe(run);
}

static int64_t read_clock(void *timer)
{
    return base_clock_read_ns(assay_timer_clock(*(const enum assay_timer_kind *)timer));
}

/* Rounds must be long for this clock, whatever was asked for. */
static void look_at_clock(struct run *run)
{
    run->timer = assay_timer_measure(read_clock, &run->session_options.timer);
    const uint64_t steps = run->options->steps_in_a_round;
    int64_t least_ns = assay_timer_least_round_ns(&run->timer, steps);
    if (session_raise_min_time(run->session, least_ns) && !run->options->quiet) {
        char least[REPORT_NUMBER_BYTES];
        report_format_number(ASSAY_METRIC_MIN, (double)least_ns / 1e9, least);
        complain("note: --min-time raised to %s: the clock has steps of %lld ns, and a round needs %s", least,
                 (long long)run->timer.step_ns, steps == ASSAY_STEPS_IN_A_ROUND ? "a thousand" : "more");
    }
}

static bool measure(struct run *run)
{
    if (!run->options->session.disable) {
        look_at_clock(run);
        environment_look_before(&run->environment);
    }
    struct progress progress = progress_to(stderr, session_expected_launch(&run->session_options));
    if (follows_seed(run)) {
        (void)snprintf(progress.remark, sizeof(progress.remark), " (--seed=%llu)", /* fits */
                       (unsigned long long)run->session_options.seed);
    }
    bool quiet = run->options->quiet;
    enum assay_status status = session_measure(run->session, quiet ? NULL : show_progress,
                                               quiet ? NULL : tick_progress, &progress);
    progress_clear(&progress);
    if (status != ASSAY_OK || !describe(run)) {
        return false;
    }
    bool counts = !assay_machine_is_foreign(&run->baseline.machine, &run->result.machine);
    return !run->options->confirm || !counts || interrupt_caught() != 0 || confirm_suspects(run, &progress);
}

static void report_warnings(const struct run *run)
{
    size_t count = run->result.warning_count - (run->interruption[0] != '\0');
    for (size_t i = 0; i < count && !run->options->quiet; i++) {
        fprintf(stderr, "trust: %s\n", run->result.warnings[i]);
    }
    if (run->interruption[0] != '\0') {
        complain("%s", run->interruption);
    }
}

static size_t report_failures(const struct run *run)
{
    size_t failures = 0;
    for (size_t i = 0; i < run->result.run_count; i++) {
        const struct assay_run *each = &run->result.runs[i];
        if (!each->error) {
            continue;
        }
        failures++;
        complain("%s: %s", each->fullname, each->error);
        struct str rest = base_str_trim(base_str(session_output_tail(run->session, each->fullname)));
        while (rest.len > 0) {
            struct str line = base_str_cut(rest, '\n', &rest);
            fprintf(stderr, "    | %.*s\n", STR_ARGS(line));
        }
    }
    return failures;
}

/* This run beside its baseline: a table instead of its own, if the options want that, and files.  EXIT_FINE or
 * what went wrong. */
static int show_lineup(const struct run *run)
{
    char *name = run->baseline_path ? lineup_source_name(run->baseline_path) : NULL;
    if (run->baseline_path && !name) {
        return out_of_memory();
    }
    const struct lineup_source sources[] = {{&run->result, "NOW", ""}, {&run->baseline, name, run->baseline_path}};
    int status = lineup_show(&run->report, sources, run->baseline_path ? 2 : 1, true, run->options);
    free(name);
    return status;
}

static void report_baseline(const struct run *run)
{
    const struct options *options = run->options;
    if (lineup_is_shown(options)) {
        report_comparison_in_short(&run->report, run->rows, run->row_count, &options->limits, run->baseline_path,
                                   "this run");
    } else {
        report_comparison(&run->report, run->rows, run->row_count, &options->limits, run->baseline_path);
    }
    report_measured_changes(&run->report, run->rows, run->row_count, &options->limits);
    report_sides(&run->report, &run->baseline, &run->result, run->rows, run->row_count);
}

/* EXIT_FINE, or what went wrong with a file. */
static int report_all(struct run *run)
{
    const struct options *options = run->options;
    run->report = report_to(stdout, options); /* now: the terminal may have another width than at the start */
    if (!options->quiet && !lineup_is_shown(options)) {
        report_runs(&run->report, &run->result, options);
    }
    int status = show_lineup(run);
    if (!options->quiet) {
        report_seed(&run->report, &run->result);
        report_clock(&run->report, &run->result);
        report_targets(&run->report, &run->result);
        if (run->rows) {
            report_baseline(run);
        }
    }
    if (options->show) {
        (void)report_samples(&run->report, &run->result, options->show); /* that any matches was looked at before */
    }
    return status;
}

/* Whether it was to be held to a file of baselines, of which some may be moved on purpose now. */
static bool goes_by_baselines(const struct run *run)
{
    const char *named = run->options->baseline;
    return run->baseline.machine.is_of_class || (named && options_is_path(named) && run->baseline_name);
}

/* Says in the result whether it may be a baseline.  An interrupted run may be saved all the same; false without
 * memory. */
static bool judge_fitness(struct run *run, const struct findings *findings, size_t failures, bool *out_may_be_saved)
{
    char text[80];
    const char *unfit = NULL;
    (void)snprintf(text, sizeof(text), "%zu benchmark%s failed", failures, failures == 1 ? "" : "s"); /* fits */
    if (failures > 0) {
        unfit = text;
    } else if (findings->has_regressed) {
        unfit = "it is worse than its own baseline";
    } else if (findings->is_gate_undecided) {
        unfit = "whether it is worse than its own baseline could not be decided";
    }
    *out_may_be_saved = !unfit;
    if (!unfit && run->interruption[0] != '\0') {
        unfit = "it was interrupted";
    }
    run->result.unfit = unfit ? strdup(unfit) : NULL;
    return !unfit || run->result.unfit;
}

/* Writes what was asked for: the verdicts, the run.  EXIT_FINE, or what went wrong. */
static int write_all(struct run *run, const struct verdict *verdict, size_t failures)
{
    size_t few;
    bool may_be_saved;
    if (interrupt_caught() != 0 && session_complete_count(run->session, &few) == 0) {
        return EXIT_UNMEASURED; /* there is nothing to save; the signal tells the rest */
    }
    if (!judge_fitness(run, verdict->findings, failures, &may_be_saved)) {
        return out_of_memory();
    }
    const struct run_to_save to_save = {
        .options = run->options,
        .result = &run->result,
        .machine_id = run->machine_id,
        .unix_ns = run->unix_ns,
        .baseline_path = run->baseline_path,
        .baseline_name = run->baseline_name,
        .keeps_last = goes_by_baselines(run),
        .is_interrupted = interrupt_caught() != 0,
        .may_be_saved = may_be_saved,
    };
    int status = verdict_write(verdict);
    return status == EXIT_FINE ? run_save(&to_save) : status;
}

static int conclude(struct run *run)
{
    struct findings findings;
    const struct evidence evidence = {
        .candidate = &run->result,
        .rows = run->rows,
        .row_count = run->row_count,
        .options = run->options,
        .baseline_filter = run->baseline.filter,
        .is_part = run->options->filter || run->options->argument_count > 0,
        .is_foreign = run->baseline_path && assay_machine_is_foreign(&run->baseline.machine, &run->result.machine),
    };
    int shown = report_all(run);
    if (!findings_collect(&evidence, &findings)) {
        return out_of_memory();
    }
    const struct verdict verdict = {
        .evidence = &evidence,
        .findings = &findings,
        .baseline = run->baseline_path ? &run->baseline : NULL,
        .baseline_name = run->baseline_path,
        .status = findings_status(&findings),
    };
    report_checks(&run->report, &findings, run->options->quiet);
    (void)fflush(run->report.out); /* so that what follows on stderr comes after it */
    report_warnings(run);
    size_t failures = report_failures(run);
    int status = write_all(run, &verdict, failures);
    status = status == EXIT_FINE ? shown : status;
    findings_deinit(&findings);
    return status == EXIT_FINE ? verdict.status : status;
}

/* A body that ran, or did not, is not one that is as fast as it was: where that was asked for, silence would be a
 * pass.  `option` is why nothing was measured. */
static int conclude_unmeasured(const struct run *run, const char *option)
{
    const struct options *options = run->options;
    const bool wants_more = options->baseline || options->has_compare || options->save_name || options->autosave ||
                            options->json_path || options->junit_path || options->markdown_path ||
                            options->verdict_path || options->wants_histogram;
    if (run->interruption[0] != '\0') {
        complain("%s", run->interruption);
    }
    if (wants_more) {
        complain("nothing was checked and nothing is written: %s measures nothing; with --no-baseline, and no option "
                 "that writes a file, that is enough",
                 option);
    }
    if (report_failures(run) > 0) {
        return EXIT_UNMEASURED;
    }
    return wants_more ? EXIT_UNDECIDED : EXIT_FINE;
}

static int run_all(struct run *run, const char *const *programs, size_t program_count)
{
    int status = collect_benchmarks(run, programs, program_count);
    if (status != EXIT_FINE) {
        return status;
    }
    if (run->options->list_only) {
        return print_names(run);
    }
    if (run->options->skip) {
        fprintf(stderr, "skipped: %zu benchmark%s\n", session_count(run->session),
                session_count(run->session) == 1 ? "" : "s");
        return conclude_unmeasured(run, "--skip");
    }
    if ((run->options->session.counts & ASSAY_COUNT_INSTRUCTIONS) != 0 && !callgrind_is_there()) {
        complain("--instructions: there is no 'valgrind' in PATH; the package is called valgrind");
        return EXIT_BAD_USAGE;
    }
    status = check_show(run);
    if (status != EXIT_FINE) {
        return status;
    }
    const struct toolchain *toolchain = session_toolchain(run->session);
    if (assay_machine_describe(toolchain->compilers ? toolchain->compilers : "",
                               toolchain->flags ? toolchain->flags : "", &run->result.machine) != ASSAY_OK) {
        return out_of_memory();
    }
    assay_machine_id(&run->result.machine, run->machine_id);
    if (run->options->baseline && !options_is_path(run->options->baseline)) {
        run->baseline_name = run->options->baseline;
    }
    status = find_baseline(run);
    if (status == EXIT_FINE) {
        status = run_check_paths(run->options, run->baseline_path ? NULL : run->baseline_name);
    }
    if (status != EXIT_FINE) {
        return status;
    }
    if (!measure(run)) {
        return out_of_memory();
    }
    if (run->options->session.disable) {
        return conclude_unmeasured(run, "--disable");
    }
    return conclude(run);
}

int command_run(const struct options *options, const char *const *programs, size_t program_count)
{
    if (options->profile) {
        return command_profile(options, programs, program_count);
    }
    struct run run = {.options = options};
    child_prepare();
    run.session_options = options->session;
    run.session_options.traces = options->verbose;
    /* Cycles of the core are found beside the wall's time of a round. */
    run.session_options.cycles = options->session.cycles && options->session.timer == ASSAY_TIMER_MONOTONIC;
    if (!options->has_seed) {
        run.session_options.seed = (uint64_t)base_clock_unix_ns() / 1000 % MAX_PRINTED_SEED;
    }
    if (!options->has_memory) {
        run.session_options.memory_bytes = watch_memory_default();
    }
    run.session = session_create(&run.session_options);
    int status = run.session ? run_all(&run, programs, program_count) : out_of_memory();
    session_destroy(run.session);
    sources_close(&run.sources);
    free(run.baseline_path);
    free(run.rows);
    assay_result_deinit(&run.baseline);
    assay_result_deinit(&run.result);
    return status;
}
