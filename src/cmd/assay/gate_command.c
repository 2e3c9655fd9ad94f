// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/machine.h"
#include "base/clock.h"
#include "base/date.h"
#include "cmd/assay/child.h"
#include "cmd/assay/commands.h"
#include "cmd/assay/commit.h"
#include "cmd/assay/gate_base.h"
#include "cmd/assay/gate_programs.h"
#include "cmd/assay/gate_suite.h"
#include "cmd/assay/interrupt.h"
#include "cmd/assay/priority.h"
#include "cmd/assay/report.h"
#include "cmd/assay/report_gate.h"
#include "cmd/assay/verdict_files.h"
#include "cmd/assay/worker_watch.h"

#define MAX_PRINTED_SEED 1000000 /* short enough to type again */
#define MAX_REASON_BYTES 8000
#define LAUNCH_SECONDS 0.05

enum { OLD, NEW };

/* A gate, and what came of it. */
struct gate_run {
    const struct options *options;
    struct options judged; /* with what does not hold for a gate taken out */
    struct session_options session_options;
    struct session *sessions[2];
    struct assay_result results[2];
    char *old_name; /* what a reader calls it */
    struct gate_suite *suite;
    struct assay_comparison *rows;
    size_t row_count;
    struct gate_control control;
    struct progress progress;
};

static int out_of_memory(void)
{
    complain("out of memory");
    return EXIT_UNMEASURED;
}

static void tick_progress(void *context)
{
    progress_tick(context);
}

/* Rules of values are for runs that were stored; here the median stands for a time. */
static struct options without_stored_rules(const struct options *options)
{
    struct options judged = *options;
    judged.limits.statistic = ASSAY_METRIC_MEDIAN;
    judged.limits.rule_count = 0;
    for (size_t i = 0; i < options->limits.rule_count; i++) {
        if (options->limits.rules[i].kind != ASSAY_RULE_CHECK) {
            judged.limits.rules[judged.limits.rule_count++] = options->limits.rules[i];
        }
    }
    return judged;
}

static int add_programs(struct gate_run *run, const struct gate_programs *programs)
{
    for (int side = OLD; side <= NEW; side++) {
        for (size_t i = 0; i < programs->counts[side]; i++) {
            struct assay_error err;
            if (session_add_program(run->sessions[side], programs->paths[side][i], run->options->filter, &err) !=
                ASSAY_OK) {
                complain("%s", err.message);
                return EXIT_BAD_USAGE;
            }
        }
        if (session_count(run->sessions[side]) == 0) {
            complain(run->options->filter ? "the %s build has no benchmark that matches '%s'"
                                          : "the %s build has no benchmark",
                     side == OLD ? "old" : "new", run->options->filter);
            return EXIT_BAD_USAGE;
        }
    }
    return EXIT_FINE;
}

/* What a result says beside its runs. */
static bool describe_side(struct gate_run *run, int side)
{
    struct assay_result *result = &run->results[side];
    const struct toolchain *toolchain = session_toolchain(run->sessions[side]);
    char datetime[BASE_DATE_BYTES];
    result->version = strdup(ASSAY_VERSION);
    result->has_seed = true;
    result->seed = run->session_options.seed;
    base_date_format(base_clock_unix_ns(), datetime);
    result->datetime = strdup(datetime);
    return result->version && result->datetime &&
           assay_machine_describe(toolchain->compilers ? toolchain->compilers : "",
                                  toolchain->flags ? toolchain->flags : "", &result->machine) == ASSAY_OK &&
           session_describe(run->sessions[side], result) == ASSAY_OK;
}

/* What was not measured took no time that is known, what is only known of stored runs is left out, and whose build
 * failed is said. */
static bool finish_row(struct assay_comparison *row, struct assay_result *candidate)
{
    row->baseline_value = row->baseline_value > 0 ? row->baseline_value : NAN;
    row->candidate_value = row->candidate_value > 0 ? row->candidate_value : NAN;
    if (!row->candidate) {
        return true;
    }
    struct assay_run *run = &candidate->runs[row->candidate - candidate->runs];
    run->judgement_count = 0; /* targets are for runs: here calls are not timed one by one */
    if (row->baseline && row->baseline->error && !run->error) {
        struct buf error;
        base_buf_init(&error, MAX_REASON_BYTES);
        base_buf_addf(&error, "in the old build: %s", row->baseline->error);
        run->error = base_buf_take(&error);
        return run->error != NULL;
    }
    return true;
}

static bool describe(struct gate_run *run)
{
    bool good = describe_side(run, OLD) && describe_side(run, NEW) &&
                commit_describe(&run->results[NEW].commit) == ASSAY_OK &&
                assay_compare(&run->results[OLD], &run->results[NEW], &run->judged.limits, &run->rows,
                              &run->row_count) == ASSAY_OK;
    if (!good) {
        return false;
    }
    gate_suite_judge(run->suite, run->rows, run->row_count);
    for (size_t i = 0; i < run->row_count; i++) {
        if (!finish_row(&run->rows[i], &run->results[NEW])) {
            return false;
        }
    }
    run->control = gate_suite_control(run->suite);
    return true;
}

static bool measure(struct gate_run *run)
{
    bool quiet = run->options->quiet;
    run->progress = progress_to(stderr, LAUNCH_SECONDS);
    (void)snprintf(run->progress.remark, sizeof(run->progress.remark), " (--seed=%llu)", /* fits */
                   (unsigned long long)run->session_options.seed);
    if (!quiet) {
        run->session_options.tick = tick_progress;
        run->session_options.tick_context = &run->progress;
    }
    const struct gate_plan plan = {
        .sessions = {run->sessions[OLD], run->sessions[NEW]},
        .options = &run->session_options,
        .limits = &run->judged.limits,
        .budget_ns = run->options->budget_ns,
        .progress = quiet ? NULL : &run->progress,
    };
    run->suite = gate_suite_create(&plan);
    interrupt_be_gentle(true);
    const struct priority priority = priority_raise(run->session_options.priority);
    bool good = run->suite && gate_suite_measure(run->suite);
    priority_restore(&priority);
    good = good && session_count_beside(run->sessions[OLD]) && session_count_beside(run->sessions[NEW]);
    interrupt_be_gentle(false);
    progress_clear(&run->progress);
    return good && describe(run);
}

static void complain_of_failures(const struct gate_run *run)
{
    for (size_t i = 0; i < run->results[NEW].run_count; i++) {
        const struct assay_run *each = &run->results[NEW].runs[i];
        if (each->error) {
            complain("%s: %s", each->fullname, each->error);
        }
    }
}

/* How the machine stood the test, in a result's warnings, on stderr and in the status. */
static int judge_control(struct gate_run *run, int status)
{
    struct buf reason;
    base_buf_init(&reason, MAX_REASON_BYTES);
    if (interrupt_caught() != 0) {
        complain("interrupted: what is not decided is undecided, and there is no control");
        status = status == EXIT_FINE ? EXIT_UNDECIDED : status;
    } else if (!gate_control_passes(&run->control, &reason)) {
        struct buf sentence;
        base_buf_init(&sentence, MAX_REASON_BYTES);
        base_buf_addf(&sentence, "invalid: %s", base_buf_cstr(&reason));
        complain("%s", base_buf_cstr(&sentence));
        status = EXIT_UNMEASURED;
        if (!assay_result_add_warning(&run->results[NEW], base_buf_str(&sentence))) {
            status = out_of_memory();
        }
        base_buf_deinit(&sentence);
    }
    base_buf_deinit(&reason);
    return status;
}

static int conclude(struct gate_run *run)
{
    struct findings findings;
    const struct evidence evidence = {
        .candidate = &run->results[NEW], .rows = run->rows, .row_count = run->row_count, .options = &run->judged};
    struct report report = report_to(stdout, run->options);
    if (!findings_collect(&evidence, &findings)) {
        return out_of_memory();
    }
    if (!run->options->quiet) {
        report_gate(&report, run->rows, run->row_count, run->old_name);
        report_measured_changes(&report, run->rows, run->row_count, &run->judged.limits);
        report_gate_control(&report, &run->control);
        report_seed(&report, &run->results[NEW]);
    }
    report_checks(&report, &findings, run->options->quiet);
    (void)fflush(stdout); /* so that what follows on stderr comes after it */
    complain_of_failures(run);
    const struct verdict verdict = {
        .evidence = &evidence,
        .findings = &findings,
        .baseline = &run->results[OLD],
        .baseline_name = run->old_name,
        .control = &run->control,
        .status = judge_control(run, findings_status(&findings)),
    };
    int written = verdict_write(&verdict);
    findings_deinit(&findings);
    return written == EXIT_FINE ? verdict.status : written;
}

static int gate_programs_of_both(struct gate_run *run, const struct gate_programs *programs)
{
    run->judged = without_stored_rules(run->options);
    run->session_options = run->options->session;
    run->session_options.counts |= ASSAY_COUNT_HEAP;
    if (!run->options->has_seed) {
        run->session_options.seed = (uint64_t)base_clock_unix_ns() / 1000 % MAX_PRINTED_SEED;
    }
    if (!run->options->has_memory) {
        run->session_options.memory_bytes = watch_memory_default();
    }
    run->sessions[OLD] = session_create(&run->session_options);
    run->sessions[NEW] = session_create(&run->session_options);
    if (!run->sessions[OLD] || !run->sessions[NEW]) {
        return out_of_memory();
    }
    int status = add_programs(run, programs);
    if (status != EXIT_FINE) {
        return status;
    }
    return measure(run) ? conclude(run) : out_of_memory();
}

int command_gate(const struct options *options, const char *const *programs, size_t program_count,
                 const char *build_command)
{
    struct gate_run run = {.options = options};
    struct gate_programs both = {0};
    struct buf reason, old_name;
    base_buf_init(&reason, MAX_REASON_BYTES);
    base_buf_init(&old_name, MAX_REASON_BYTES);
    child_prepare();
    int status = EXIT_BAD_USAGE;
    const struct gate_request request = {options->base, options->storage, build_command, programs, program_count};
    enum gate_found found = gate_programs_find(&request, &both, &old_name, &reason);
    if (found != GATE_FOUND) {
        complain("%s", base_buf_cstr(&reason));
        status = found == GATE_NOT_BUILT ? EXIT_UNMEASURED : EXIT_BAD_USAGE;
    } else {
        run.old_name = old_name.ptr;
        status = options->base && !options->no_build ? command_build(build_command) : EXIT_FINE;
        status = status == EXIT_FINE ? gate_programs_of_both(&run, &both) : status;
    }
    gate_suite_destroy(run.suite);
    free(run.rows);
    for (int side = OLD; side <= NEW; side++) {
        session_destroy(run.sessions[side]);
        assay_result_deinit(&run.results[side]);
    }
    gate_programs_deinit(&both);
    base_buf_deinit(&reason);
    base_buf_deinit(&old_name);
    return status;
}
