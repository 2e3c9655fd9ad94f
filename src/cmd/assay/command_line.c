// SPDX-License-Identifier: MIT
#include "cmd/assay/command_line.h"

#include <string.h>

#include "cmd/arguments.h"
#include "cmd/assay/option_tables.h"
#include "cmd/assay/option_values.h"
#include "cmd/complain.h"

#define AT(field) offsetof(struct options, field)
#define EVERY_COMMAND (COMMAND_RUN | COMMAND_LIST | COMMAND_COMPARE | OF_BASELINES | OF_GATES)
#define OF_BASELINES (COMMAND_BASELINE | COMMAND_HISTORY)
#define OF_GATES (COMMAND_GATE | COMMAND_AA)
#define RUN_OR_COMPARE (COMMAND_RUN | COMMAND_COMPARE)
#define RUN_OR_GATES (COMMAND_RUN | OF_GATES)
#define WITH_VERDICTS (RUN_OR_COMPARE | COMMAND_GATE)

/* Options of pytest-benchmark that mean nothing in C, so that a known command line works: what there is instead. */
enum counterpart { OF_GC, OF_CPROFILE, OF_NETRC, OF_IMPORTS, OF_PRECISION, COUNTERPARTS };
static const char *const counterparts[COUNTERPARTS] = {
    [OF_GC] = "--disable-gc: there is no collector in C; --launches is what evens out the state of the heap",
    [OF_CPROFILE] = "--cprofile: nothing is profiled; --profile=FILTER runs one benchmark for perf, valgrind or gdb",
    [OF_NETRC] = "--netrc: runs are saved in a folder, which asks for no password",
    [OF_IMPORTS] = "--import-mode: nothing is imported",
    [OF_PRECISION] = "--precision: rounds fill --max-time; 'assay gate' stops as soon as it can tell",
};

static bool note_counterpart(void *field, enum counterpart which)
{
    *(unsigned *)field |= 1U << which;
    return true;
}

#define COUNTERPART(name_, which_)                                                                                     \
    static bool name_(void *field, const char *value, struct buf *wanted)                                              \
    {                                                                                                                  \
        (void)value;                                                                                                   \
        (void)wanted; /* whatever it is */                                                                             \
        return note_counterpart(field, which_);                                                                        \
    }
COUNTERPART(set_gc, OF_GC)
COUNTERPART(set_cprofile, OF_CPROFILE)
COUNTERPART(set_netrc, OF_NETRC)
COUNTERPART(set_import_mode, OF_IMPORTS)
COUNTERPART(set_precision, OF_PRECISION)

/* All that is measured here is a benchmark. */
static const struct argument_option entries[] = {
    {"filter", 'k', ARGUMENT_REQUIRED, "FILTER", RUN_OR_COMPARE | OF_GATES, option_set_filter, AT(filter),
     "only benchmarks whose name contains a word or matches it with * ? [, or with a tag: 'parse and not @slow'"},
    {"list", 0, ARGUMENT_NONE, NULL, COMMAND_RUN, arguments_set_flag, AT(list_only),
     "print the names of the benchmarks and stop"},
    {"min-rounds", 0, ARGUMENT_REQUIRED, "N", COMMAND_RUN, option_set_positive_count, AT(session.min_rounds),
     "at least so many rounds (5)"},
    {"min-time", 0, ARGUMENT_REQUIRED, "TIME", COMMAND_RUN, option_set_time, AT(session.min_time_ns),
     "least duration of one round (0.0001 s)"},
    {"max-time", 0, ARGUMENT_REQUIRED, "TIME", COMMAND_RUN, option_set_time, AT(session.max_time_ns),
     "time for the rounds of a benchmark, about (1 s)"},
    {"launches", 0, ARGUMENT_REQUIRED, "N", COMMAND_RUN, option_set_positive_count, AT(session.launches),
     "spread the rounds over so many fresh processes (5)"},
    {"timer", 0, ARGUMENT_REQUIRED, "CLOCK", COMMAND_RUN, option_set_timer, AT(session.timer),
     "what times are times of: monotonic, or processor time of the process or of the thread (monotonic)"},
    {"calibration-precision", 0, ARGUMENT_REQUIRED, "N", COMMAND_RUN, option_set_positive_count, AT(steps_in_a_round),
     "a round takes at least so many steps of the clock (1000)"},
    {"warmup", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, option_set_warmup, AT(session.warmup_iterations),
     "rounds thrown away before the rest (on)"},
    {"warmup-iterations", 0, ARGUMENT_REQUIRED, "N", COMMAND_RUN, option_set_count, AT(session.warmup_iterations),
     "at most so many iterations of warm-up (100000)"},
    {"timeout", 0, ARGUMENT_REQUIRED, "TIME", RUN_OR_GATES, option_set_positive_time, AT(session.timeout_ns),
     "a benchmark silent for so long has hung (60 s)"},
    {"memory", 0, ARGUMENT_REQUIRED, "SIZE", RUN_OR_GATES, option_set_memory, 0,
     "a benchmark that holds more is stopped (three quarters of what is free)"},
    {"calls", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, option_set_switch, AT(session.time_calls),
     "time single calls of every benchmark, for percentiles"},
    {"count", 0, ARGUMENT_REQUIRED, "LIST", COMMAND_RUN | COMMAND_GATE, option_set_counts, AT(session.counts),
     "count as well: allocations, system (faults, switches, memory), pmu, instructions, or all"},
    {"instructions", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN | COMMAND_GATE, option_set_instructions,
     AT(session.counts), "count the instructions of an iteration as well, by valgrind"},
    {"cycles", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, option_set_switch, AT(session.cycles),
     "measure cycles of the core beside the rounds, by chains of known length (on)"},
    {"disable", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, option_set_switch, AT(session.disable),
     "run each body once, without measuring"},
    {"skip", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, option_set_switch, AT(skip),
     "measure nothing; --only goes before it"},
    {"enable", 0, ARGUMENT_NONE, NULL, COMMAND_RUN, arguments_set_flag, AT(enable),
     "measure, whatever else says --disable"},
    {"only", 0, ARGUMENT_NONE, NULL, COMMAND_RUN, arguments_set_flag, AT(only), NULL},
    {"disable-gc", 0, ARGUMENT_NONE, NULL, COMMAND_RUN, set_gc, AT(counterparts), NULL},
    {"cprofile", 0, ARGUMENT_REQUIRED, "COLUMN", COMMAND_RUN, set_cprofile, AT(counterparts), NULL},
    {"cprofile-loops", 0, ARGUMENT_REQUIRED, "N", COMMAND_RUN, set_cprofile, AT(counterparts), NULL},
    {"cprofile-top", 0, ARGUMENT_REQUIRED, "N", COMMAND_RUN, set_cprofile, AT(counterparts), NULL},
    {"cprofile-dump", 0, ARGUMENT_OPTIONAL, "FILE", COMMAND_RUN, set_cprofile, AT(counterparts), NULL},
    {"precision", 0, ARGUMENT_REQUIRED, "SHARE", COMMAND_RUN, set_precision, AT(counterparts), NULL},
    {"confidence", 0, ARGUMENT_REQUIRED, "SHARE", COMMAND_RUN, set_precision, AT(counterparts), NULL},
    {"netrc", 0, ARGUMENT_OPTIONAL, "FILE", EVERY_COMMAND, set_netrc, AT(counterparts), NULL},
    {"import-mode", 0, ARGUMENT_REQUIRED, "MODE", EVERY_COMMAND, set_import_mode, AT(counterparts), NULL},
    {"shuffle", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, option_set_switch, AT(session.shuffle),
     "launch the benchmarks in another order each time round (on)"},
    {"layout", 0, ARGUMENT_OPTIONAL, "on|off", RUN_OR_GATES, option_set_switch, AT(session.vary_layout),
     "move stack and heap from launch to launch (on)"},
    {"huge-pages", 0, ARGUMENT_OPTIONAL, "on|off", OF_GATES, option_set_switch, AT(session.huge_pages),
     "large pieces of heap in huge pages, so that where they lie differs less from launch to launch (on)"},
    {"priority", 0, ARGUMENT_OPTIONAL, "on|off", OF_GATES, option_set_switch, AT(session.priority),
     "go before other programs on the core, where the system allows it (on)"},
    {"seed", 0, ARGUMENT_REQUIRED, "N", RUN_OR_GATES, option_set_seed, 0,
     "repeat the order and layout of the run that printed this number"},
    {"storage", 's', ARGUMENT_REQUIRED, "FOLDER", EVERY_COMMAND, option_set_storage, AT(storage),
     "where runs are saved (.benchmarks)"},
    {"save", 0, ARGUMENT_REQUIRED, "NAME", COMMAND_RUN, option_set_name, AT(save_name),
     "save the run as FOLDER/MACHINE/NNNN_NAME.json"},
    {"autosave", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, option_set_switch, AT(autosave),
     "save the run, named after commit and time"},
    {"save-data", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, option_set_switch, AT(save_samples),
     "keep every sample in saved runs"},
    {"json", 0, ARGUMENT_REQUIRED, "FILE", COMMAND_RUN, option_set_path, AT(json_path),
     "write the run to FILE, with every sample"},
    {"junit", 0, ARGUMENT_REQUIRED, "FILE", WITH_VERDICTS, option_set_path, AT(junit_path),
     "write the verdicts to FILE as JUnit's XML"},
    {"markdown", 0, ARGUMENT_REQUIRED, "FILE", WITH_VERDICTS, option_set_path, AT(markdown_path),
     "write the verdicts to FILE as a page of Markdown"},
    {"verdict", 0, ARGUMENT_REQUIRED, "FILE", WITH_VERDICTS, option_set_path, AT(verdict_path),
     "write the verdicts to FILE as JSON"},
    {"annotations", 0, ARGUMENT_OPTIONAL, "on|off", WITH_VERDICTS, option_set_switch, AT(annotations),
     "print commands that mark what fails in GitHub's view of the source"},
    {"baseline", 0, ARGUMENT_OPTIONAL, "NAME", COMMAND_RUN, option_set_baseline, 0,
     "compare with the saved run NAME (baseline), and save this one as that if there is none; or with a FILE.json"},
    {"local-baseline", 0, ARGUMENT_REQUIRED, "NAME", COMMAND_RUN, option_set_name, AT(local_baseline),
     "where the file of baselines has none of this kind of machine: the saved run NAME, as --baseline=NAME"},
    {"no-baseline", 0, ARGUMENT_NONE, NULL, COMMAND_RUN, option_set_no_baseline, 0,
     "compare with nothing, whatever assay.yaml says"},
    {"compare", 0, ARGUMENT_OPTIONAL, "RUN", COMMAND_RUN, option_set_compare, 0,
     "compare with a saved run: number, name or path (the latest)"},
    {"margin", 0, ARGUMENT_REQUIRED, "SHARE", RUN_OR_COMPARE, option_set_margin, AT(limits),
     "a change up to this, either way, is none (5%); as the next, may end with 'for FILTER', and be repeated"},
    {"regression", 0, ARGUMENT_REQUIRED, "SHARE", RUN_OR_COMPARE, option_set_regression, AT(limits),
     "what is slower, maybe by more than this, fails (20%)"},
    {"improvement", 0, ARGUMENT_REQUIRED, "SHARE", RUN_OR_COMPARE, option_set_improvement, AT(limits),
     "what is faster by more than this fails: its baseline is stale (off)"},
    {"compare-fail", 0, ARGUMENT_REQUIRED, "CHECK", RUN_OR_COMPARE, option_set_compare_fail, AT(limits),
     "fail if a metric is worse: 'mean:20%', 'p95:5us for parse*'"},
    {"tolerance", 0, ARGUMENT_REQUIRED, "METRIC:SHARE", WITH_VERDICTS, option_set_tolerance, AT(limits),
     "how much worse a measured metric may be, as 'bytes_per_second:5%'"},
    {"allow-gone", 0, ARGUMENT_OPTIONAL, "FILTER", WITH_VERDICTS, option_set_allow_gone, AT(limits),
     "benchmarks (that it means) may be missing now; they fail otherwise"},
    {"fail-undecided", 0, ARGUMENT_OPTIONAL, "on|off", WITH_VERDICTS, option_set_switch, AT(fail_undecided),
     "exit with status 4 where nothing can be told of a benchmark"},
    {"statistic", 0, ARGUMENT_REQUIRED, "METRIC", RUN_OR_COMPARE, option_set_statistic, AT(limits.statistic),
     "what verdicts are on: min, median or mean (min)"},
    {"confirm", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, option_set_switch, AT(confirm),
     "measure a suspected regression again before calling it one (on)"},
    {"any-machine", 0, ARGUMENT_OPTIONAL, "on|off", RUN_OR_COMPARE, option_set_switch, AT(any_machine),
     "compare also with runs of another kind of machine; never fails then"},
    {"any-run", 0, ARGUMENT_OPTIONAL, "on|off", RUN_OR_COMPARE, option_set_switch, AT(any_run),
     "compare also with a run that failed or was worse than its own baseline"},
    {"file", 0, ARGUMENT_REQUIRED, "FILE", OF_BASELINES, option_set_path, AT(baselines.file),
     "file of baselines (the one that 'baseline' in assay.yaml names)"},
    {"run", 0, ARGUMENT_REQUIRED, "RUN", COMMAND_BASELINE, option_set_path, AT(baselines.run),
     "accept: take the figures of this saved run: number, name or path (the latest)"},
    {"reason", 0, ARGUMENT_REQUIRED, "TEXT", COMMAND_BASELINE, option_set_reason, AT(baselines.reason),
     "accept, drop: why, in a sentence"},
    {"machine", 0, ARGUMENT_REQUIRED, "PATTERN", OF_BASELINES, option_set_path, AT(baselines.machine),
     "only kinds of machine whose name matches, with * ? ["},
    {"table", 0, ARGUMENT_REQUIRED, "KIND", RUN_OR_COMPARE, option_set_table, 0,
     "verdicts: a row a benchmark; runs: a row for each of its runs, beside each other (verdicts)"},
    {"columns", 0, ARGUMENT_REQUIRED, "LIST", RUN_OR_COMPARE, option_set_columns, 0,
     "columns of the table, with commas between"},
    {"group-by", 0, ARGUMENT_REQUIRED, "LABELS", RUN_OR_COMPARE, option_set_group_by, AT(group_by),
     "a table for each: group, name, fullname, func, fullfunc, param, param:NAME (group)"},
    {"sort", 0, ARGUMENT_REQUIRED, "COLUMN", RUN_OR_COMPARE, option_set_sort, 0,
     "order of the rows within a group: a metric, name or fullname (as executed; of several runs min)"},
    {"name", 0, ARGUMENT_REQUIRED, "FORM", RUN_OR_COMPARE, option_set_names, 0,
     "how rows are called: short, normal, long or trial (normal)"},
    {"time-unit", 0, ARGUMENT_REQUIRED, "UNIT", RUN_OR_COMPARE, option_set_time_unit, AT(time_unit),
     "of times in tables: ns, us, ms, s or auto (auto)"},
    {"between", 0, ARGUMENT_REQUIRED, "METRICS", COMMAND_COMPARE, option_set_between, AT(between),
     "a row a benchmark and a column a run for each of these metrics, with the change from the first run"},
    {"csv", 0, ARGUMENT_OPTIONAL, "FILE", COMMAND_COMPARE, option_set_csv, 0,
     "write the table of runs to FILE, with commas between (benchmark_TIME.csv)"},
    {"histogram", 0, ARGUMENT_OPTIONAL, "PREFIX", RUN_OR_COMPARE, option_set_histogram, 0,
     "draw the rounds as box plots, a PREFIX-GROUP.svg for each group (benchmark_TIME)"},
    {"show", 0, ARGUMENT_REQUIRED, "FILTER", RUN_OR_COMPARE, option_set_filter, AT(show),
     "histograms of the samples of these benchmarks, below the table"},
    {"wide", 0, ARGUMENT_OPTIONAL, "on|off", EVERY_COMMAND, option_set_switch, AT(wide),
     "all columns and whole names, however narrow the terminal is"},
    {"color", 0, ARGUMENT_REQUIRED, "WHEN", EVERY_COMMAND, option_set_color, AT(color),
     "auto, always or never (auto)"},
    {"profile", 0, ARGUMENT_REQUIRED, "FILTER", COMMAND_RUN, option_set_filter, AT(profile),
     "run the one benchmark that matches in this process for --max-time, for perf, valgrind or gdb"},
    {"profile-iterations", 0, ARGUMENT_REQUIRED, "N", COMMAND_RUN, option_set_positive_count, AT(profile_iterations),
     "make exactly so many iterations of it instead"},
    {"verbose", 'v', ARGUMENT_OPTIONAL, "on|off", RUN_OR_COMPARE | COMMAND_LIST, option_set_switch, AT(verbose),
     "say how the size of rounds is found; goes before --quiet"},
    {"quiet", 'q', ARGUMENT_OPTIONAL, "on|off", RUN_OR_COMPARE | OF_GATES, option_set_switch, AT(quiet),
     "no progress and no table, only what failed"},
    {"no-build", 0, ARGUMENT_NONE, NULL, COMMAND_RUN | COMMAND_GATE, arguments_set_flag, AT(no_build),
     "do not run the build command of assay.yaml"},
    {"base", 0, ARGUMENT_REQUIRED, "REVISION", COMMAND_GATE, option_set_revision, AT(base),
     "gate the programs against those of this commit, built in a worktree of its own"},
    {"budget", 0, ARGUMENT_REQUIRED, "TIME", OF_GATES, option_set_positive_time, AT(budget_ns),
     "most time for all launches (gate: 2.5 s a benchmark and 5 s for the control, twice if something seems to have "
     "changed; aa: 300 s)"},
    {"gate-margin", 0, ARGUMENT_REQUIRED, "SHARE", OF_GATES, option_set_gate_margin, AT(limits),
     "a change up to this, either way, is none (1%); may end with 'for FILTER', and be repeated"},
    {"slowed", 0, ARGUMENT_REQUIRED, "SHARE", COMMAND_AA, option_set_slowed, AT(slowed),
     "how much more work is to be found (2%)"},
    {"config", 0, ARGUMENT_REQUIRED, "FILE", EVERY_COMMAND, arguments_set_text, AT(config_path),
     "configuration to read (assay.yaml)"},
    {"help", 'h', ARGUMENT_NONE, NULL, EVERY_COMMAND, arguments_set_flag, AT(wants_help), "print this"},
    {"version", 0, ARGUMENT_NONE, NULL, EVERY_COMMAND, arguments_set_flag, AT(wants_version), "print the version"},
};

/* As pytest-benchmark's command lines have them, without taking a program for a value. */
static const struct argument_following following[] = {
    {"warmup", option_is_switch_word},
    {"compare", option_is_run_number},
    {"compare-fail", option_is_check},
    {NULL, NULL},
};

static const struct argument_table table = {
    .options = entries,
    .count = sizeof(entries) / sizeof(entries[0]),
    .prefix = {"benchmark-", 10},
    .following = following,
};

bool command_line_set(struct options *options, struct str name, const char *value, struct buf *reason)
{
    return arguments_set_by_name(&table, name, value, options, reason);
}

static bool has_checks(const struct options *options)
{
    for (size_t i = 0; i < options->limits.rule_count; i++) {
        if (options->limits.rules[i].kind == ASSAY_RULE_CHECK) {
            return true;
        }
    }
    return false;
}

static bool check_together(const struct options *options, enum command command, struct buf *reason)
{
    bool chooses_groups = assay_filter_has_groups(options->filter) || assay_filter_has_groups(options->profile);
    if ((command & RUN_OR_GATES) != 0 && chooses_groups) {
        base_buf_add_cstr(reason, "a benchmark states its group only when it runs, so what runs is chosen by names and "
                                  "@tags; --show, --compare-fail and 'assay compare --filter' know groups");
        return false;
    }
    if (options->between.count > 0 && (options->has_table || options->chose_columns)) {
        base_buf_add_cstr(reason, "--between makes a table of its own, whose columns it names: leave out --table and "
                                  "--columns");
        return false;
    }
    if (options->only && options->session.disable) {
        base_buf_add_cstr(reason, "--only measures and --disable does not: leave one of them out");
        return false;
    }
    bool has_baseline = options->has_compare || options->baseline;
    if (command == COMMAND_RUN && has_checks(options) && !has_baseline) {
        base_buf_add_cstr(reason, "--compare-fail has nothing to compare with; add --compare or --baseline");
        return false;
    }
    return true;
}

bool command_line_parse(struct options *options, enum command command, int argc, char *const *argv, struct buf *reason)
{
    const struct argument_target target = {
        .options = options,
        .operands = options->arguments,
        .capacity = MAX_ARGUMENTS,
        .operand_count = &options->argument_count,
    };
    /* These are of the command line, not of assay.yaml. */
    options->asks_for_runs = options->chose_columns = options->has_table = false;
    if (!arguments_parse(&table, (unsigned)command, argc, argv, &target, reason)) {
        return false;
    }
    options->session.disable = options->session.disable && !options->enable;
    options->quiet = options->quiet && !options->verbose;
    options->skip = options->skip && !options->only;
    options->wants_runs_if_several = options->asks_for_runs && !options->has_table;
    return check_together(options, command, reason);
}

int command_line_first_operand(int argc, char *const *argv)
{
    return arguments_first_operand(&table, EVERY_COMMAND, argc, argv);
}

const char *command_line_find_config(int argc, char *const *argv)
{
    for (int at = 1; at < argc && strcmp(argv[at], "--") != 0; at++) {
        if (strncmp(argv[at], "--config=", 9) == 0) {
            return argv[at] + 9;
        }
        if (strcmp(argv[at], "--config") == 0 && at + 1 < argc) {
            return argv[at + 1];
        }
    }
    return NULL;
}

void command_line_print_help(FILE *out, const char *program, enum command command)
{
    const char *synopsis = command == COMMAND_RUN        ? "[OPTION]... [PROGRAM]..."
                           : command == COMMAND_COMPARE  ? "[OPTION]... BASELINE [CANDIDATE]..."
                           : command == COMMAND_GATE     ? "[OPTION]... OLD NEW | --base=REVISION [PROGRAM]..."
                           : command == COMMAND_AA       ? "[OPTION]... PROGRAM..."
                           : command == COMMAND_HISTORY  ? "[OPTION]... NAME..."
                           : command == COMMAND_BASELINE ? "save|show|accept|drop [OPTION]... [RUN|NAME]..."
                                                         : "[OPTION]... [RUN]...";
    fprintf(out, "Usage: %s %s\n\n", program, synopsis);
    if (command == COMMAND_BASELINE) {
        fputs("  save [RUN]        make a saved run, number, name or path (the latest), the baseline of what it has\n"
              "  show [NAME]...    print the baselines\n"
              "  accept NAME...    make what a run took the baseline on purpose, and record why\n"
              "  drop NAME...      take out benchmarks that are no more, and record why\n"
              "\n",
              out);
    }
    arguments_print_options(out, &table, (unsigned)command);
    if (command == COMMAND_GATE) {
        fputs("\nExit status: 0 nothing is slower; 1 something is, or is gone; 2 bad usage or a bad file;\n"
              "3 the control failed, or a benchmark could not be measured or built; 4 undecided, with\n"
              "--fail-undecided.\n",
              out);
    }
    if (command == COMMAND_RUN) {
        fputs("\nExit status: 0 all is well; 1 a regression or a missed target; 2 bad usage or a bad file;\n"
              "3 a benchmark could not be measured; 4 a target or a check cannot be decided.\n",
              out);
    }
}

void command_line_note_counterparts(const struct options *options)
{
    for (unsigned i = 0; i < COUNTERPARTS; i++) {
        if (options->counterparts & (1U << i)) {
            complain("note: %s", counterparts[i]);
        }
    }
}
