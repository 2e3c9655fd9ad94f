// SPDX-License-Identifier: MIT
#include "cmd/assay/options.h"

#include <string.h>

#include "assay/store.h"
#include "base/num.h"
#include "cmd/arguments.h"
#include "cmd/assay/group.h"
#include "cmd/complain.h"

#define NS_PER_SECOND 1e9

/* Seconds, as pytest-benchmark takes them, or with a unit. */
static bool set_seconds(const char *value, double min_seconds, int64_t *out_ns, struct buf *wanted)
{
    double seconds;
    int64_t ns;
    if (base_num_parse_double(base_str(value), min_seconds, 1e6, &seconds)) {
        *out_ns = (int64_t)(seconds * NS_PER_SECOND);
        return true;
    }
    if (base_num_parse_duration_ns(base_str(value), &ns) && (double)ns >= min_seconds * NS_PER_SECOND) {
        *out_ns = ns;
        return true;
    }
    return arguments_want(wanted, "a time in seconds, or with a unit as in '50ms'");
}

static bool set_time(void *field, const char *value, struct buf *wanted)
{
    return set_seconds(value, 0, field, wanted);
}

static bool set_timeout(void *field, const char *value, struct buf *wanted)
{
    return set_seconds(value, 0.001, field, wanted);
}

static bool set_memory(void *field, const char *value, struct buf *wanted)
{
    static const struct {
        const char *name;
        double bytes;
    } units[] = {{"GiB", 1073741824.0}, {"MiB", 1048576.0}, {"KiB", 1024.0}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}};
    struct options *options = field;
    double number;
    if (strcmp(value, "off") == 0) {
        options->session.memory_bytes = 0;
        options->has_memory = true;
        return true;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        struct str text = base_str(value), unit = base_str(units[i].name);
        if (base_str_ends_with(text, unit)) {
            text.len -= unit.len;
            if (!base_num_parse_double(base_str_trim(text), 1, 1e15 / units[i].bytes, &number)) {
                break;
            }
            options->session.memory_bytes = (uint64_t)(number * units[i].bytes);
            options->has_memory = true;
            return true;
        }
    }
    return arguments_want(wanted, "a number from 1 with MB, GB, MiB or GiB, as in '500MB', or 'off'");
}

static bool set_count_from(const char *value, int64_t min, uint64_t *out, struct buf *wanted)
{
    int64_t count;
    if (!base_num_parse_int64(base_str(value), min, 1000000000, &count)) {
        return arguments_want(wanted, min > 0 ? "a whole number from 1" : "a whole number from 0");
    }
    *out = (uint64_t)count;
    return true;
}

static bool set_count(void *field, const char *value, struct buf *wanted)
{
    return set_count_from(value, 0, field, wanted);
}

static bool set_positive_count(void *field, const char *value, struct buf *wanted)
{
    return set_count_from(value, 1, field, wanted);
}

static bool is_one_of(const char *value, const char *const *words)
{
    for (; *words; words++) {
        if (strcmp(value, *words) == 0) {
            return true;
        }
    }
    return false;
}

static const char *const yes_words[] = {"on", "true", "yes", "auto", NULL};
static const char *const no_words[] = {"off", "false", "no", NULL};

static bool set_switch(void *field, const char *value, struct buf *wanted)
{
    bool *out = field;
    if (!value || is_one_of(value, yes_words)) {
        *out = true;
    } else if (is_one_of(value, no_words)) {
        *out = false;
    } else {
        return arguments_want(wanted, "'on', 'true', 'yes' or 'auto', nor 'off', 'false' or 'no'");
    }
    return true;
}

/* "on" keeps a number of iterations that was given. */
static bool set_warmup(void *field, const char *value, struct buf *wanted)
{
    uint64_t *iterations = field;
    bool is_wanted;
    if (!set_switch(&is_wanted, value, wanted)) {
        return false;
    }
    if (!is_wanted) {
        *iterations = 0;
    } else if (*iterations == 0) {
        *iterations = options_defaults().session.warmup_iterations;
    }
    return true;
}

static bool set_timer(void *field, const char *value, struct buf *wanted)
{
    return assay_timer_of_name(base_str(value), field) ||
           arguments_want(wanted, "'monotonic', 'process' or 'thread', or what Python calls one of these; --count and "
                                  "--instructions measure what is no time");
}

static bool is_switch_word(const char *argument)
{
    return is_one_of(argument, yes_words) || is_one_of(argument, no_words);
}

static bool set_storage(void *field, const char *value, struct buf *wanted)
{
    if (strncmp(value, "file://", 7) == 0) {
        value += 7;
    }
    if (value[0] == '\0' || strstr(value, "://")) {
        return arguments_want(wanted, "a folder, where runs are kept as files; --json=FILE writes one for a database");
    }
    *(const char **)field = value;
    return true;
}

static bool set_name(void *field, const char *value, struct buf *wanted)
{
    if (!assay_store_name_is_valid(base_str(value))) {
        return arguments_want(wanted, "a name without any of \\ / : * ? < > | and without a leading dot");
    }
    *(const char **)field = value;
    return true;
}

static bool set_seed(void *field, const char *value, struct buf *wanted)
{
    struct options *options = field;
    int64_t seed;
    if (!base_num_parse_int64(base_str(value), 0, ASSAY_MAX_SEED, &seed)) {
        return arguments_want(wanted, "a whole number from 0 to 2^53");
    }
    options->session.seed = (uint64_t)seed;
    options->has_seed = true;
    return true;
}

static bool set_path(void *field, const char *value, struct buf *wanted)
{
    if (value[0] == '\0') {
        return arguments_want(wanted, "the path of a file");
    }
    *(const char **)field = value;
    return true;
}

bool options_is_path(const char *baseline)
{
    return strchr(baseline, '/') || base_str_ends_with(base_str(baseline), STR(".json"));
}

static bool set_reason(void *field, const char *value, struct buf *wanted)
{
    if (base_str_trim(base_str(value)).len == 0) {
        return arguments_want(wanted, "a reason, in a sentence");
    }
    *(const char **)field = value;
    return true;
}

/* --baseline and --compare are two ways to name one thing: the later one wins,
 * so the command line overrides assay.yaml. */
static bool set_baseline(void *field, const char *value, struct buf *wanted)
{
    struct options *options = field;
    options->has_compare = false;
    if (value && options_is_path(value)) {
        options->baseline = value;
        return true;
    }
    return set_name(&options->baseline, value ? value : "baseline", wanted);
}

static bool set_no_baseline(void *field, const char *value, struct buf *wanted)
{
    struct options *options = field;
    (void)value;
    (void)wanted; /* it takes no value */
    options->has_compare = false;
    options->baseline = NULL;
    return true;
}

/* A bare number behind --compare is that of a saved run, and no program. */
static bool is_run_number(const char *argument)
{
    return argument[0] != '\0' && argument[strspn(argument, "0123456789")] == '\0';
}

static bool set_compare(void *field, const char *value, struct buf *wanted)
{
    struct options *options = field;
    (void)wanted; /* what it selects is looked up later */
    options->has_compare = true;
    options->baseline = NULL;
    options->compare = value && value[0] ? value : NULL;
    return true;
}

static const char filter_wanted[] = "a filter: words, @tags and group:WORD with 'and', 'or', 'not' and parentheses "
                                    "between";

static bool add_rule(struct assay_limits *limits, enum assay_rule_kind kind, const char *value, struct buf *wanted)
{
    struct assay_rule rule;
    struct assay_error err;
    if (assay_rule_parse(kind, value, &rule, &err) != ASSAY_OK) {
        return arguments_want(wanted, err.message);
    }
    return assay_limits_add(limits, &rule) || arguments_want(wanted, "one of the first 200 limits");
}

static bool set_margin(void *field, const char *value, struct buf *wanted)
{
    return add_rule(field, ASSAY_RULE_MARGIN, value, wanted);
}

static bool set_gate_margin(void *field, const char *value, struct buf *wanted)
{
    return add_rule(field, ASSAY_RULE_GATE, value, wanted);
}

static bool set_slowed(void *field, const char *value, struct buf *wanted)
{
    struct assay_rule rule;
    struct assay_error err;
    if (assay_rule_parse(ASSAY_RULE_GATE, value, &rule, &err) != ASSAY_OK || rule.filter) {
        return arguments_want(wanted, "a share above 0 and below 1, as in '2%'");
    }
    *(double *)field = rule.check.limit;
    return true;
}

static bool set_budget(void *field, const char *value, struct buf *wanted)
{
    return set_seconds(value, 0.001, field, wanted);
}

static bool set_revision(void *field, const char *value, struct buf *wanted)
{
    if (value[0] == '\0') {
        return arguments_want(wanted, "a revision of git, as 'origin/main'");
    }
    *(const char **)field = value;
    return true;
}

static bool set_regression(void *field, const char *value, struct buf *wanted)
{
    return add_rule(field, ASSAY_RULE_REGRESSION, value, wanted);
}

static bool set_improvement(void *field, const char *value, struct buf *wanted)
{
    return add_rule(field, ASSAY_RULE_IMPROVEMENT, value, wanted);
}

static bool set_tolerance(void *field, const char *value, struct buf *wanted)
{
    return add_rule(field, ASSAY_RULE_TOLERANCE, value, wanted);
}

static bool set_compare_fail(void *field, const char *value, struct buf *wanted)
{
    return add_rule(field, ASSAY_RULE_CHECK, value, wanted);
}

/* "min:5%" is a further check, and no program. */
static bool is_check(const char *argument)
{
    struct assay_rule rule;
    struct assay_error err;
    return assay_rule_parse(ASSAY_RULE_CHECK, argument, &rule, &err) == ASSAY_OK;
}

static bool set_allow_gone(void *field, const char *value, struct buf *wanted)
{
    struct assay_limits *limits = field;
    if (!assay_filter_is_valid(value)) {
        return arguments_want(wanted, filter_wanted);
    }
    limits->may_go = true;
    limits->may_go_filter = value;
    return true;
}

static bool want_metric(struct buf *wanted)
{
    for (int metric = 0; metric < ASSAY_METRIC_COUNT; metric++) {
        base_buf_addf(wanted, " %s", assay_metric_name((enum assay_metric)metric));
    }
    return false;
}

static bool set_statistic(void *field, const char *value, struct buf *wanted)
{
    enum assay_metric metric, *statistic = field;
    if (!assay_metric_of_name(base_str(value), &metric) ||
        (metric != ASSAY_METRIC_MIN && metric != ASSAY_METRIC_MEDIAN && metric != ASSAY_METRIC_MEAN)) {
        return arguments_want(wanted, "min, median or mean; --compare-fail limits any metric");
    }
    *statistic = metric;
    return true;
}

static bool set_filter(void *field, const char *value, struct buf *wanted)
{
    if (!assay_filter_is_valid(value)) {
        return arguments_want(wanted, filter_wanted);
    }
    *(const char **)field = value;
    return true;
}

static bool set_group_by(void *field, const char *value, struct buf *wanted)
{
    if (!group_is_valid(base_str(value))) {
        return arguments_want(wanted,
                              "group, name, fullname, func, fullfunc, param or param:NAME, with commas between");
    }
    *(const char **)field = value;
    return true;
}

static bool set_counts(void *field, const char *value, struct buf *wanted)
{
    static const struct {
        struct str name;
        unsigned counts;
    } words[] = {
        {{"allocations", 11}, ASSAY_COUNT_HEAP},
        {{"system", 6}, ASSAY_COUNT_SYSTEM},
        {{"pmu", 3}, ASSAY_COUNT_PMU},
        {{"instructions", 12}, ASSAY_COUNT_INSTRUCTIONS},
        {{"all", 3}, ASSAY_COUNT_HEAP | ASSAY_COUNT_SYSTEM | ASSAY_COUNT_PMU | ASSAY_COUNT_INSTRUCTIONS},
    };
    unsigned counts = 0;
    struct str rest = base_str(value);
    while (rest.ptr) {
        struct str word = base_str_trim(base_str_cut(rest, ',', &rest));
        size_t i = 0;
        while (i < sizeof(words) / sizeof(words[0]) && !base_str_equal(word, words[i].name)) {
            i++;
        }
        if (i == sizeof(words) / sizeof(words[0])) {
            return arguments_want(wanted, "allocations, system, pmu, instructions or all, with commas between");
        }
        counts |= words[i].counts;
    }
    *(unsigned *)field |= counts;
    return true;
}

static bool set_instructions(void *field, const char *value, struct buf *wanted)
{
    bool is_wanted;
    unsigned *counts = field;
    if (!set_switch(&is_wanted, value, wanted)) {
        return false;
    }
    *counts = is_wanted ? *counts | ASSAY_COUNT_INSTRUCTIONS : *counts & ~ASSAY_COUNT_INSTRUCTIONS;
    return true;
}

/* A choice of one of several words: the index of it. */
static bool set_word(int *out, const char *value, const char *const *words, const char *wanted_words,
                     struct buf *wanted)
{
    for (int i = 0; words[i]; i++) {
        if (strcmp(value, words[i]) == 0) {
            *out = i;
            return true;
        }
    }
    return arguments_want(wanted, wanted_words);
}

static bool set_sort(void *field, const char *value, struct buf *wanted)
{
    struct options *options = field;
    options->asks_for_runs = options->has_order = true;
    options->order = strcmp(value, "name") == 0       ? LINEUP_BY_NAME
                     : strcmp(value, "fullname") == 0 ? LINEUP_BY_FULLNAME
                                                      : LINEUP_BY_METRIC;
    if (options->order != LINEUP_BY_METRIC || assay_metric_of_name(base_str(value), &options->sort)) {
        return true;
    }
    base_buf_add_cstr(wanted, "one of name fullname");
    return want_metric(wanted);
}

static bool parse_metrics(const char *value, struct metric_list *out, struct buf *wanted)
{
    struct metric_list list = {.count = 0};
    struct str rest = base_str(value);
    while (rest.ptr) {
        struct str name = base_str_trim(base_str_cut(rest, ',', &rest));
        if (list.count == ASSAY_METRIC_COUNT) {
            return arguments_want(wanted, "each column once");
        }
        if (!assay_metric_of_name(name, &list.items[list.count])) {
            base_buf_addf(wanted, "a list of columns: '%.*s' is none of", STR_ARGS(name));
            return want_metric(wanted);
        }
        list.count++;
    }
    *out = list;
    return true;
}

static bool set_columns(void *field, const char *value, struct buf *wanted)
{
    struct options *options = field;
    if (!parse_metrics(value, &options->columns, wanted)) {
        return false;
    }
    options->lineup_columns = options->columns;
    options->asks_for_runs = options->chose_columns = options->has_columns = true;
    return true;
}

static bool set_between(void *field, const char *value, struct buf *wanted)
{
    return parse_metrics(value, field, wanted);
}

static bool set_table(void *field, const char *value, struct buf *wanted)
{
    static const char *const words[] = {[TABLE_OF_VERDICTS] = "verdicts", [TABLE_OF_RUNS] = "runs", NULL};
    struct options *options = field;
    int table = 0;
    if (!set_word(&table, value, words, "'verdicts' or 'runs'", wanted)) {
        return false;
    }
    options->table = (enum table_kind)table;
    options->has_table = true;
    return true;
}

static bool set_names(void *field, const char *value, struct buf *wanted)
{
    static const char *const words[] = {
        [LINEUP_NORMAL] = "normal", [LINEUP_SHORT] = "short", [LINEUP_LONG] = "long", [LINEUP_TRIAL] = "trial", NULL};
    struct options *options = field;
    int names = 0;
    if (!set_word(&names, value, words, "'short', 'normal', 'long' or 'trial'", wanted)) {
        return false;
    }
    options->names = (enum lineup_names)names;
    options->asks_for_runs = true;
    return true;
}

static bool set_time_unit(void *field, const char *value, struct buf *wanted)
{
    static const char *const words[] = {[TIME_UNIT_AUTO] = "auto", [TIME_UNIT_NS] = "ns", [TIME_UNIT_US] = "us",
                                        [TIME_UNIT_MS] = "ms",     [TIME_UNIT_S] = "s",   NULL};
    int unit = 0;
    if (!set_word(&unit, value, words, "'ns', 'us', 'ms', 's' or 'auto'", wanted)) {
        return false;
    }
    *(enum time_unit *)field = (enum time_unit)unit;
    return true;
}

static bool set_histogram(void *field, const char *value, struct buf *wanted)
{
    struct options *options = field;
    options->wants_histogram = true;
    options->histogram_prefix = NULL;
    return !value || set_path(&options->histogram_prefix, value, wanted);
}

static bool set_csv(void *field, const char *value, struct buf *wanted)
{
    struct options *options = field;
    options->wants_csv = true;
    options->csv_path = NULL;
    return !value || set_path(&options->csv_path, value, wanted);
}

static bool set_color(void *field, const char *value, struct buf *wanted)
{
    static const char *const words[] = {
        [COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never", NULL};
    int color = 0;
    if (!set_word(&color, value, words, "'auto', 'always' or 'never'", wanted)) {
        return false;
    }
    *(enum color *)field = (enum color)color;
    return true;
}

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
    {"filter", 'k', ARGUMENT_REQUIRED, "FILTER", RUN_OR_COMPARE | OF_GATES, set_filter, AT(filter),
     "only benchmarks whose name contains a word or matches it with * ? [, or with a tag: 'parse and not @slow'"},
    {"list", 0, ARGUMENT_NONE, NULL, COMMAND_RUN, arguments_set_flag, AT(list_only),
     "print the names of the benchmarks and stop"},
    {"min-rounds", 0, ARGUMENT_REQUIRED, "N", COMMAND_RUN, set_positive_count, AT(session.min_rounds),
     "at least so many rounds (5)"},
    {"min-time", 0, ARGUMENT_REQUIRED, "TIME", COMMAND_RUN, set_time, AT(session.min_time_ns),
     "least duration of one round (0.0001 s)"},
    {"max-time", 0, ARGUMENT_REQUIRED, "TIME", COMMAND_RUN, set_time, AT(session.max_time_ns),
     "time for the rounds of a benchmark, about (1 s)"},
    {"launches", 0, ARGUMENT_REQUIRED, "N", COMMAND_RUN, set_positive_count, AT(session.launches),
     "spread the rounds over so many fresh processes (5)"},
    {"timer", 0, ARGUMENT_REQUIRED, "CLOCK", COMMAND_RUN, set_timer, AT(session.timer),
     "what times are times of: monotonic, or processor time of the process or of the thread (monotonic)"},
    {"calibration-precision", 0, ARGUMENT_REQUIRED, "N", COMMAND_RUN, set_positive_count, AT(steps_in_a_round),
     "a round takes at least so many steps of the clock (1000)"},
    {"warmup", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, set_warmup, AT(session.warmup_iterations),
     "rounds thrown away before the rest (on)"},
    {"warmup-iterations", 0, ARGUMENT_REQUIRED, "N", COMMAND_RUN, set_count, AT(session.warmup_iterations),
     "at most so many iterations of warm-up (100000)"},
    {"timeout", 0, ARGUMENT_REQUIRED, "TIME", RUN_OR_GATES, set_timeout, AT(session.timeout_ns),
     "a benchmark silent for so long has hung (60 s)"},
    {"memory", 0, ARGUMENT_REQUIRED, "SIZE", RUN_OR_GATES, set_memory, 0,
     "a benchmark that holds more is stopped (three quarters of what is free)"},
    {"calls", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, set_switch, AT(session.time_calls),
     "time single calls of every benchmark, for percentiles"},
    {"count", 0, ARGUMENT_REQUIRED, "LIST", COMMAND_RUN | COMMAND_GATE, set_counts, AT(session.counts),
     "count as well: allocations, system (faults, switches, memory), pmu, instructions, or all"},
    {"instructions", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN | COMMAND_GATE, set_instructions, AT(session.counts),
     "count the instructions of an iteration as well, by valgrind"},
    {"cycles", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, set_switch, AT(session.cycles),
     "measure cycles of the core beside the rounds, by chains of known length (on)"},
    {"disable", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, set_switch, AT(session.disable),
     "run each body once, without measuring"},
    {"skip", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, set_switch, AT(skip),
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
    {"shuffle", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, set_switch, AT(session.shuffle),
     "launch the benchmarks in another order each time round (on)"},
    {"layout", 0, ARGUMENT_OPTIONAL, "on|off", RUN_OR_GATES, set_switch, AT(session.vary_layout),
     "move stack and heap from launch to launch (on)"},
    {"huge-pages", 0, ARGUMENT_OPTIONAL, "on|off", OF_GATES, set_switch, AT(session.huge_pages),
     "large pieces of heap in huge pages, so that where they lie differs less from launch to launch (on)"},
    {"priority", 0, ARGUMENT_OPTIONAL, "on|off", OF_GATES, set_switch, AT(session.priority),
     "go before other programs on the core, where the system allows it (on)"},
    {"seed", 0, ARGUMENT_REQUIRED, "N", RUN_OR_GATES, set_seed, 0,
     "repeat the order and layout of the run that printed this number"},
    {"storage", 's', ARGUMENT_REQUIRED, "FOLDER", EVERY_COMMAND, set_storage, AT(storage),
     "where runs are saved (.benchmarks)"},
    {"save", 0, ARGUMENT_REQUIRED, "NAME", COMMAND_RUN, set_name, AT(save_name),
     "save the run as FOLDER/MACHINE/NNNN_NAME.json"},
    {"autosave", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, set_switch, AT(autosave),
     "save the run, named after commit and time"},
    {"save-data", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, set_switch, AT(save_samples),
     "keep every sample in saved runs"},
    {"json", 0, ARGUMENT_REQUIRED, "FILE", COMMAND_RUN, set_path, AT(json_path),
     "write the run to FILE, with every sample"},
    {"junit", 0, ARGUMENT_REQUIRED, "FILE", WITH_VERDICTS, set_path, AT(junit_path),
     "write the verdicts to FILE as JUnit's XML"},
    {"markdown", 0, ARGUMENT_REQUIRED, "FILE", WITH_VERDICTS, set_path, AT(markdown_path),
     "write the verdicts to FILE as a page of Markdown"},
    {"verdict", 0, ARGUMENT_REQUIRED, "FILE", WITH_VERDICTS, set_path, AT(verdict_path),
     "write the verdicts to FILE as JSON"},
    {"annotations", 0, ARGUMENT_OPTIONAL, "on|off", WITH_VERDICTS, set_switch, AT(annotations),
     "print commands that mark what fails in GitHub's view of the source"},
    {"baseline", 0, ARGUMENT_OPTIONAL, "NAME", COMMAND_RUN, set_baseline, 0,
     "compare with the saved run NAME (baseline), and save this one as that if there is none; or with a FILE.json"},
    {"local-baseline", 0, ARGUMENT_REQUIRED, "NAME", COMMAND_RUN, set_name, AT(local_baseline),
     "where the file of baselines has none of this kind of machine: the saved run NAME, as --baseline=NAME"},
    {"no-baseline", 0, ARGUMENT_NONE, NULL, COMMAND_RUN, set_no_baseline, 0,
     "compare with nothing, whatever assay.yaml says"},
    {"compare", 0, ARGUMENT_OPTIONAL, "RUN", COMMAND_RUN, set_compare, 0,
     "compare with a saved run: number, name or path (the latest)"},
    {"margin", 0, ARGUMENT_REQUIRED, "SHARE", RUN_OR_COMPARE, set_margin, AT(limits),
     "a change up to this, either way, is none (5%); as the next, may end with 'for FILTER', and be repeated"},
    {"regression", 0, ARGUMENT_REQUIRED, "SHARE", RUN_OR_COMPARE, set_regression, AT(limits),
     "what is slower, maybe by more than this, fails (20%)"},
    {"improvement", 0, ARGUMENT_REQUIRED, "SHARE", RUN_OR_COMPARE, set_improvement, AT(limits),
     "what is faster by more than this fails: its baseline is stale (off)"},
    {"compare-fail", 0, ARGUMENT_REQUIRED, "CHECK", RUN_OR_COMPARE, set_compare_fail, AT(limits),
     "fail if a metric is worse: 'mean:20%', 'p95:5us for parse*'"},
    {"tolerance", 0, ARGUMENT_REQUIRED, "METRIC:SHARE", WITH_VERDICTS, set_tolerance, AT(limits),
     "how much worse a measured metric may be, as 'bytes_per_second:5%'"},
    {"allow-gone", 0, ARGUMENT_OPTIONAL, "FILTER", WITH_VERDICTS, set_allow_gone, AT(limits),
     "benchmarks (that it means) may be missing now; they fail otherwise"},
    {"fail-undecided", 0, ARGUMENT_OPTIONAL, "on|off", WITH_VERDICTS, set_switch, AT(fail_undecided),
     "exit with status 4 where nothing can be told of a benchmark"},
    {"statistic", 0, ARGUMENT_REQUIRED, "METRIC", RUN_OR_COMPARE, set_statistic, AT(limits.statistic),
     "what verdicts are on: min, median or mean (min)"},
    {"confirm", 0, ARGUMENT_OPTIONAL, "on|off", COMMAND_RUN, set_switch, AT(confirm),
     "measure a suspected regression again before calling it one (on)"},
    {"any-machine", 0, ARGUMENT_OPTIONAL, "on|off", RUN_OR_COMPARE, set_switch, AT(any_machine),
     "compare also with runs of another kind of machine; never fails then"},
    {"any-run", 0, ARGUMENT_OPTIONAL, "on|off", RUN_OR_COMPARE, set_switch, AT(any_run),
     "compare also with a run that failed or was worse than its own baseline"},
    {"file", 0, ARGUMENT_REQUIRED, "FILE", OF_BASELINES, set_path, AT(baselines.file),
     "file of baselines (the one that 'baseline' in assay.yaml names)"},
    {"run", 0, ARGUMENT_REQUIRED, "RUN", COMMAND_BASELINE, set_path, AT(baselines.run),
     "accept: take the figures of this saved run: number, name or path (the latest)"},
    {"reason", 0, ARGUMENT_REQUIRED, "TEXT", COMMAND_BASELINE, set_reason, AT(baselines.reason),
     "accept, drop: why, in a sentence"},
    {"machine", 0, ARGUMENT_REQUIRED, "PATTERN", OF_BASELINES, set_path, AT(baselines.machine),
     "only kinds of machine whose name matches, with * ? ["},
    {"table", 0, ARGUMENT_REQUIRED, "KIND", RUN_OR_COMPARE, set_table, 0,
     "verdicts: a row a benchmark; runs: a row for each of its runs, beside each other (verdicts)"},
    {"columns", 0, ARGUMENT_REQUIRED, "LIST", RUN_OR_COMPARE, set_columns, 0,
     "columns of the table, with commas between"},
    {"group-by", 0, ARGUMENT_REQUIRED, "LABELS", RUN_OR_COMPARE, set_group_by, AT(group_by),
     "a table for each: group, name, fullname, func, fullfunc, param, param:NAME (group)"},
    {"sort", 0, ARGUMENT_REQUIRED, "COLUMN", RUN_OR_COMPARE, set_sort, 0,
     "order of the rows within a group: a metric, name or fullname (as executed; of several runs min)"},
    {"name", 0, ARGUMENT_REQUIRED, "FORM", RUN_OR_COMPARE, set_names, 0,
     "how rows are called: short, normal, long or trial (normal)"},
    {"time-unit", 0, ARGUMENT_REQUIRED, "UNIT", RUN_OR_COMPARE, set_time_unit, AT(time_unit),
     "of times in tables: ns, us, ms, s or auto (auto)"},
    {"between", 0, ARGUMENT_REQUIRED, "METRICS", COMMAND_COMPARE, set_between, AT(between),
     "a row a benchmark and a column a run for each of these metrics, with the change from the first run"},
    {"csv", 0, ARGUMENT_OPTIONAL, "FILE", COMMAND_COMPARE, set_csv, 0,
     "write the table of runs to FILE, with commas between (benchmark_TIME.csv)"},
    {"histogram", 0, ARGUMENT_OPTIONAL, "PREFIX", RUN_OR_COMPARE, set_histogram, 0,
     "draw the rounds as box plots, a PREFIX-GROUP.svg for each group (benchmark_TIME)"},
    {"show", 0, ARGUMENT_REQUIRED, "FILTER", RUN_OR_COMPARE, set_filter, AT(show),
     "histograms of the samples of these benchmarks, below the table"},
    {"wide", 0, ARGUMENT_OPTIONAL, "on|off", EVERY_COMMAND, set_switch, AT(wide),
     "all columns and whole names, however narrow the terminal is"},
    {"color", 0, ARGUMENT_REQUIRED, "WHEN", EVERY_COMMAND, set_color, AT(color),
     "auto, always or never (auto)"},
    {"profile", 0, ARGUMENT_REQUIRED, "FILTER", COMMAND_RUN, set_filter, AT(profile),
     "run the one benchmark that matches in this process for --max-time, for perf, valgrind or gdb"},
    {"profile-iterations", 0, ARGUMENT_REQUIRED, "N", COMMAND_RUN, set_positive_count, AT(profile_iterations),
     "make exactly so many iterations of it instead"},
    {"verbose", 'v', ARGUMENT_OPTIONAL, "on|off", RUN_OR_COMPARE | COMMAND_LIST, set_switch, AT(verbose),
     "say how the size of rounds is found; goes before --quiet"},
    {"quiet", 'q', ARGUMENT_OPTIONAL, "on|off", RUN_OR_COMPARE | OF_GATES, set_switch, AT(quiet),
     "no progress and no table, only what failed"},
    {"no-build", 0, ARGUMENT_NONE, NULL, COMMAND_RUN | COMMAND_GATE, arguments_set_flag, AT(no_build),
     "do not run the build command of assay.yaml"},
    {"base", 0, ARGUMENT_REQUIRED, "REVISION", COMMAND_GATE, set_revision, AT(base),
     "gate the programs against those of this commit, built in a worktree of its own"},
    {"budget", 0, ARGUMENT_REQUIRED, "TIME", OF_GATES, set_budget, AT(budget_ns),
     "most time for all launches (gate: 2.5 s a benchmark and 5 s for the control, twice if something seems to have "
     "changed; aa: 300 s)"},
    {"gate-margin", 0, ARGUMENT_REQUIRED, "SHARE", OF_GATES, set_gate_margin, AT(limits),
     "a change up to this, either way, is none (1%); may end with 'for FILTER', and be repeated"},
    {"slowed", 0, ARGUMENT_REQUIRED, "SHARE", COMMAND_AA, set_slowed, AT(slowed),
     "how much more work is to be found (2%)"},
    {"config", 0, ARGUMENT_REQUIRED, "FILE", EVERY_COMMAND, arguments_set_text, AT(config_path),
     "configuration to read (assay.yaml)"},
    {"help", 'h', ARGUMENT_NONE, NULL, EVERY_COMMAND, arguments_set_flag, AT(wants_help), "print this"},
    {"version", 0, ARGUMENT_NONE, NULL, EVERY_COMMAND, arguments_set_flag, AT(wants_version), "print the version"},
};

/* As pytest-benchmark's command lines have them, without taking a program for a value. */
static const struct argument_following following[] = {
    {"warmup", is_switch_word}, {"compare", is_run_number}, {"compare-fail", is_check}, {NULL, NULL}};

static const struct argument_table table = {
    .options = entries,
    .count = sizeof(entries) / sizeof(entries[0]),
    .prefix = {"benchmark-", 10},
    .following = following,
};

struct options options_defaults(void)
{
    struct options options = {
        .session =
            {
                .min_time_ns = 100000,
                .max_time_ns = 1000000000,
                .min_rounds = 5,
                .launches = 5,
                .warmup_iterations = 100000,
                .cycles = true,
                .shuffle = true,
                .vary_layout = true,
                .huge_pages = true,
                .priority = true,
                .timeout_ns = INT64_C(60000000000),
            },
        .storage = ".benchmarks",
        .group_by = "group",
        .limits = assay_limits_defaults(),
        .confirm = true,
        .steps_in_a_round = ASSAY_STEPS_IN_A_ROUND,
        .columns = {{ASSAY_METRIC_MIN, ASSAY_METRIC_MEDIAN, ASSAY_METRIC_MEAN, ASSAY_METRIC_STDDEV,
                     ASSAY_METRIC_SPREAD, ASSAY_METRIC_P95, ASSAY_METRIC_OPS, ASSAY_METRIC_ROUNDS,
                     ASSAY_METRIC_ITERATIONS},
                    9},
        /* Those of pytest-benchmark. */
        .lineup_columns = {{ASSAY_METRIC_MIN, ASSAY_METRIC_MAX, ASSAY_METRIC_MEAN, ASSAY_METRIC_STDDEV,
                            ASSAY_METRIC_MEDIAN, ASSAY_METRIC_IQR, ASSAY_METRIC_OUTLIERS, ASSAY_METRIC_OPS,
                            ASSAY_METRIC_ROUNDS, ASSAY_METRIC_ITERATIONS},
                           10},
    };
    return options;
}

bool options_set(struct options *options, struct str name, const char *value, struct buf *reason)
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

bool options_parse(struct options *options, enum command command, int argc, char *const *argv, struct buf *reason)
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

int options_first_operand(int argc, char *const *argv)
{
    return arguments_first_operand(&table, EVERY_COMMAND, argc, argv);
}

const char *options_find_config(int argc, char *const *argv)
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

void options_print_help(FILE *out, const char *program, enum command command)
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

void options_note_counterparts(const struct options *options)
{
    for (unsigned i = 0; i < COUNTERPARTS; i++) {
        if (options->counterparts & (1U << i)) {
            complain("note: %s", counterparts[i]);
        }
    }
}
