// SPDX-License-Identifier: MIT
#include "cmd/assay/options.h"

#include <string.h>

#include "assay/store.h"
#include "base/num.h"

#define NS_PER_SECOND 1e9

enum value { VALUE_NONE, VALUE_REQUIRED, VALUE_OPTIONAL };

/* False leaves a clause for the middle of a sentence in `reason`: what was wanted. */
typedef bool set_fn(struct options *options, const char *value, struct buf *reason);

static bool want(struct buf *reason, const char *what)
{
    base_buf_add_cstr(reason, what);
    return false;
}

/* Seconds, as pytest-benchmark takes them, or with a unit. */
static bool set_seconds(const char *value, double min_seconds, int64_t *out_ns, struct buf *reason)
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
    return want(reason, "a time in seconds, or with a unit as in '50ms'");
}

static bool set_count(const char *value, int64_t min, uint64_t *out, struct buf *reason)
{
    int64_t count;
    if (!base_num_parse_int64(base_str(value), min, 1000000000, &count)) {
        return want(reason, min > 0 ? "a whole number from 1" : "a whole number from 0");
    }
    *out = (uint64_t)count;
    return true;
}

static bool set_min_time(struct options *options, const char *value, struct buf *reason)
{
    return set_seconds(value, 0, &options->session.min_time_ns, reason);
}

static bool set_max_time(struct options *options, const char *value, struct buf *reason)
{
    return set_seconds(value, 0, &options->session.max_time_ns, reason);
}

static bool set_timeout(struct options *options, const char *value, struct buf *reason)
{
    return set_seconds(value, 0.001, &options->session.timeout_ns, reason);
}

static bool set_min_rounds(struct options *options, const char *value, struct buf *reason)
{
    return set_count(value, 1, &options->session.min_rounds, reason);
}

static bool set_launches(struct options *options, const char *value, struct buf *reason)
{
    return set_count(value, 1, &options->session.launches, reason);
}

static bool set_warmup_iterations(struct options *options, const char *value, struct buf *reason)
{
    return set_count(value, 0, &options->session.warmup_iterations, reason);
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

static bool set_switch(const char *value, bool *out, struct buf *reason)
{
    if (!value || is_one_of(value, yes_words)) {
        *out = true;
    } else if (is_one_of(value, no_words)) {
        *out = false;
    } else {
        return want(reason, "'on' or 'off'");
    }
    return true;
}

static bool set_warmup(struct options *options, const char *value, struct buf *reason)
{
    bool wanted;
    if (!set_switch(value, &wanted, reason)) {
        return false;
    }
    if (!wanted) {
        options->session.warmup_iterations = 0;
    } else if (options->session.warmup_iterations == 0) {
        options->session.warmup_iterations = options_defaults().session.warmup_iterations;
    }
    return true;
}

static bool set_filter(struct options *options, const char *value, struct buf *reason)
{
    (void)reason; /* any text is a filter */
    options->filter = value;
    return true;
}

static bool set_storage(struct options *options, const char *value, struct buf *reason)
{
    if (strncmp(value, "file://", 7) == 0) {
        value += 7;
    }
    if (value[0] == '\0' || strstr(value, "://")) {
        return want(reason, "a folder; other kinds of storage do not exist here");
    }
    options->storage = value;
    return true;
}

static bool set_name(const char *value, const char **out, struct buf *reason)
{
    if (!assay_store_name_is_valid(base_str(value))) {
        return want(reason, "a name without any of \\ / : * ? < > | and without a leading dot");
    }
    *out = value;
    return true;
}

static bool set_save(struct options *options, const char *value, struct buf *reason)
{
    return set_name(value, &options->save_name, reason);
}

/* --baseline and --compare are two ways to name one thing: the later one wins,
 * so the command line overrides assay.yaml. */
static bool set_baseline(struct options *options, const char *value, struct buf *reason)
{
    options->has_compare = false;
    return set_name(value ? value : "baseline", &options->baseline, reason);
}

static bool set_autosave(struct options *options, const char *value, struct buf *reason)
{
    return set_switch(value, &options->autosave, reason);
}

static bool set_save_data(struct options *options, const char *value, struct buf *reason)
{
    return set_switch(value, &options->save_samples, reason);
}

static bool set_json(struct options *options, const char *value, struct buf *reason)
{
    if (value[0] == '\0') {
        return want(reason, "the path of a file");
    }
    options->json_path = value;
    return true;
}

static bool set_compare(struct options *options, const char *value, struct buf *reason)
{
    (void)reason; /* what it selects is looked up later */
    options->has_compare = true;
    options->baseline = NULL;
    options->compare = value && value[0] ? value : NULL;
    return true;
}

static bool set_compare_fail(struct options *options, const char *value, struct buf *reason)
{
    struct assay_error err;
    if (options->check_count == MAX_CHECKS) {
        return want(reason, "at most 32 checks");
    }
    if (assay_check_parse(base_str(value), &options->checks[options->check_count], &err) != ASSAY_OK) {
        return want(reason, "METRIC:PERCENT% or METRIC:TIME, as in 'mean:20%' or 'min:5us'");
    }
    options->check_count++;
    return true;
}

/* "5%" or "0.05". */
static bool set_ratio(const char *value, double *out, struct buf *reason)
{
    struct str text = base_str(value);
    bool is_percent = base_str_ends_with(text, STR("%"));
    text.len -= is_percent ? 1 : 0;
    double number;
    if (!base_num_parse_double(text, 0, 1e6, &number)) {
        return want(reason, "a share, as in '20%' or '0.2'");
    }
    *out = is_percent ? number / 100 : number;
    return true;
}

static bool set_watch(struct options *options, const char *value, struct buf *reason)
{
    return set_ratio(value, &options->limits.watch_ratio, reason);
}

static bool set_regression(struct options *options, const char *value, struct buf *reason)
{
    return set_ratio(value, &options->limits.regression_ratio, reason);
}

static bool set_metric(struct str name, enum assay_metric *out, struct buf *reason)
{
    if (assay_metric_of_name(name, out)) {
        return true;
    }
    base_buf_add_cstr(reason, "one of");
    for (int metric = 0; metric < ASSAY_METRIC_COUNT; metric++) {
        base_buf_addf(reason, " %s", assay_metric_name((enum assay_metric)metric));
    }
    return false;
}

static bool set_statistic(struct options *options, const char *value, struct buf *reason)
{
    enum assay_metric metric;
    if (!set_metric(base_str(value), &metric, reason)) {
        return false;
    }
    if (assay_metric_unit(metric) == ASSAY_UNIT_COUNT) {
        return want(reason, "a time or ops, not a count");
    }
    options->limits.metric = metric;
    return true;
}

static bool set_sort(struct options *options, const char *value, struct buf *reason)
{
    options->has_sort = true;
    return set_metric(base_str(value), &options->sort, reason);
}

static bool set_columns(struct options *options, const char *value, struct buf *reason)
{
    enum assay_metric columns[ASSAY_METRIC_COUNT];
    size_t count = 0;
    struct str rest = base_str(value);
    while (rest.ptr) {
        struct str name = base_str_trim(base_str_cut(rest, ',', &rest));
        if (count == ASSAY_METRIC_COUNT) {
            return want(reason, "each column once");
        }
        if (!set_metric(name, &columns[count], reason)) {
            return false;
        }
        count++;
    }
    memcpy(options->columns, columns, sizeof(columns));
    options->column_count = count;
    return true;
}

static bool set_color(struct options *options, const char *value, struct buf *reason)
{
    if (strcmp(value, "auto") == 0) {
        options->color = COLOR_AUTO;
    } else if (strcmp(value, "always") == 0) {
        options->color = COLOR_ALWAYS;
    } else if (strcmp(value, "never") == 0) {
        options->color = COLOR_NEVER;
    } else {
        return want(reason, "'auto', 'always' or 'never'");
    }
    return true;
}

static bool set_calls(struct options *options, const char *value, struct buf *reason)
{
    return set_switch(value, &options->session.time_calls, reason);
}

static bool set_any_machine(struct options *options, const char *value, struct buf *reason)
{
    return set_switch(value, &options->any_machine, reason);
}

static bool set_quiet(struct options *options, const char *value, struct buf *reason)
{
    return set_switch(value, &options->quiet, reason);
}

static bool set_disable(struct options *options, const char *value, struct buf *reason)
{
    return set_switch(value, &options->session.disable, reason);
}

static bool set_confirm(struct options *options, const char *value, struct buf *reason)
{
    return set_switch(value, &options->confirm, reason);
}

static bool set_list(struct options *options, const char *value, struct buf *reason)
{
    (void)value;
    (void)reason;
    options->list_only = true;
    return true;
}

static bool set_no_build(struct options *options, const char *value, struct buf *reason)
{
    (void)value;
    (void)reason;
    options->no_build = true;
    return true;
}

static bool set_config(struct options *options, const char *value, struct buf *reason)
{
    (void)reason; /* opened later, and its absence said then */
    options->config_path = value;
    return true;
}

static bool set_help(struct options *options, const char *value, struct buf *reason)
{
    (void)value;
    (void)reason;
    options->wants_help = true;
    return true;
}

static bool set_version(struct options *options, const char *value, struct buf *reason)
{
    (void)value;
    (void)reason;
    options->wants_version = true;
    return true;
}

static const struct option {
    const char *name;
    enum value value;
    const char *value_name;
    int commands;
    set_fn *set;
    const char *help;
} table[] = {
    {"filter", VALUE_REQUIRED, "PATTERN", COMMAND_RUN | COMMAND_COMPARE, set_filter,
     "only benchmarks whose FILE::NAME contains PATTERN, or matches it if it has * ? or ["},
    {"list", VALUE_NONE, NULL, COMMAND_RUN, set_list, "print the names of the benchmarks and stop"},
    {"min-rounds", VALUE_REQUIRED, "N", COMMAND_RUN, set_min_rounds, "at least so many rounds (5)"},
    {"min-time", VALUE_REQUIRED, "TIME", COMMAND_RUN, set_min_time, "least duration of one round (0.0001 s)"},
    {"max-time", VALUE_REQUIRED, "TIME", COMMAND_RUN, set_max_time, "time for the rounds of a benchmark, about (1 s)"},
    {"launches", VALUE_REQUIRED, "N", COMMAND_RUN, set_launches, "spread the rounds over so many fresh processes (3)"},
    {"warmup", VALUE_OPTIONAL, "on|off", COMMAND_RUN, set_warmup, "rounds thrown away before the rest (on)"},
    {"warmup-iterations", VALUE_REQUIRED, "N", COMMAND_RUN, set_warmup_iterations, "at most so many iterations of warm-up (100000)"},
    {"timeout", VALUE_REQUIRED, "TIME", COMMAND_RUN, set_timeout, "a benchmark silent for so long has hung (60 s)"},
    {"calls", VALUE_OPTIONAL, "on|off", COMMAND_RUN, set_calls, "time single calls of every benchmark, for percentiles"},
    {"disable", VALUE_OPTIONAL, "on|off", COMMAND_RUN, set_disable, "run each body once, without measuring"},
    {"storage", VALUE_REQUIRED, "FOLDER", COMMAND_RUN | COMMAND_LIST | COMMAND_COMPARE, set_storage, "where runs are saved (.benchmarks)"},
    {"save", VALUE_REQUIRED, "NAME", COMMAND_RUN, set_save, "save the run as FOLDER/MACHINE/NNNN_NAME.json"},
    {"autosave", VALUE_OPTIONAL, "on|off", COMMAND_RUN, set_autosave, "save the run, named after commit and time"},
    {"save-data", VALUE_OPTIONAL, "on|off", COMMAND_RUN, set_save_data, "keep every sample in saved runs"},
    {"json", VALUE_REQUIRED, "FILE", COMMAND_RUN, set_json, "write the run to FILE, with every sample"},
    {"baseline", VALUE_OPTIONAL, "NAME", COMMAND_RUN, set_baseline, "compare with the saved run NAME (baseline); save this one as that if there is none"},
    {"compare", VALUE_OPTIONAL, "RUN", COMMAND_RUN, set_compare, "compare with a saved run: number, name or path (the latest)"},
    {"compare-fail", VALUE_REQUIRED, "CHECK", COMMAND_RUN | COMMAND_COMPARE, set_compare_fail, "fail if worse: 'mean:20%', 'min:5us'; may be repeated"},
    {"watch", VALUE_REQUIRED, "SHARE", COMMAND_RUN | COMMAND_COMPARE, set_watch, "a change up to this is not significant (5%)"},
    {"regression", VALUE_REQUIRED, "SHARE", COMMAND_RUN | COMMAND_COMPARE, set_regression, "a slowdown beyond this is a regression (20%)"},
    {"statistic", VALUE_REQUIRED, "METRIC", COMMAND_RUN | COMMAND_COMPARE, set_statistic, "what the two limits are applied to (min)"},
    {"confirm", VALUE_OPTIONAL, "on|off", COMMAND_RUN, set_confirm, "measure a suspected regression again before calling it one (on)"},
    {"any-machine", VALUE_OPTIONAL, "on|off", COMMAND_RUN | COMMAND_COMPARE, set_any_machine, "compare also with runs of another kind of machine; never fails then"},
    {"columns", VALUE_REQUIRED, "LIST", COMMAND_RUN | COMMAND_COMPARE, set_columns, "columns of the table, with commas between"},
    {"sort", VALUE_REQUIRED, "METRIC", COMMAND_RUN | COMMAND_COMPARE, set_sort, "order of the rows within a group (as executed)"},
    {"color", VALUE_REQUIRED, "WHEN", COMMAND_RUN | COMMAND_COMPARE, set_color, "auto, always or never (auto)"},
    {"quiet", VALUE_OPTIONAL, "on|off", COMMAND_RUN, set_quiet, "no progress and no table, only what failed"},
    {"no-build", VALUE_NONE, NULL, COMMAND_RUN, set_no_build, "do not run the build command of assay.yaml"},
    {"config", VALUE_REQUIRED, "FILE", COMMAND_RUN | COMMAND_LIST | COMMAND_COMPARE, set_config, "configuration to read (assay.yaml)"},
    {"help", VALUE_NONE, NULL, COMMAND_RUN | COMMAND_LIST | COMMAND_COMPARE, set_help, "print this"},
    {"version", VALUE_NONE, NULL, COMMAND_RUN | COMMAND_LIST | COMMAND_COMPARE, set_version, "print the version"},
};
#define OPTION_COUNT (sizeof(table) / sizeof(table[0]))

struct options options_defaults(void)
{
    static const enum assay_metric columns[] = {
        ASSAY_METRIC_MIN,  ASSAY_METRIC_MEDIAN, ASSAY_METRIC_MEAN,   ASSAY_METRIC_STDDEV,
        ASSAY_METRIC_P95,  ASSAY_METRIC_OPS,    ASSAY_METRIC_ROUNDS, ASSAY_METRIC_ITERATIONS,
    };
    struct options options = {
        .session =
            {
                .min_time_ns = 100000,
                .max_time_ns = 1000000000,
                .min_rounds = 5,
                .launches = 3,
                .warmup_iterations = 100000,
                .timeout_ns = INT64_C(60000000000),
            },
        .storage = ".benchmarks",
        .limits = assay_limits_defaults(),
        .confirm = true,
        .column_count = sizeof(columns) / sizeof(columns[0]),
    };
    memcpy(options.columns, columns, sizeof(columns));
    return options;
}

static const struct option *find_option(struct str name)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (base_str_equal(base_str(table[i].name), name)) {
            return &table[i];
        }
    }
    return NULL;
}

static bool apply(const struct option *option, struct options *options, const char *value, struct buf *reason)
{
    struct buf wanted;
    base_buf_init(&wanted, 1000);
    bool good = option->set(options, value, &wanted);
    if (!good) {
        base_buf_addf(reason, "%s: '%s' is not %s", option->name, value ? value : "", base_buf_cstr(&wanted));
    }
    base_buf_deinit(&wanted);
    return good;
}

bool options_set(struct options *options, struct str name, const char *value, struct buf *reason)
{
    const struct option *option = find_option(name);
    if (!option) {
        base_buf_addf(reason, "there is no option '%.*s'", STR_ARGS(name));
        return false;
    }
    return apply(option, options, value, reason);
}

/* The option that looks most like a mistyped one: the longest common prefix, from three letters. */
static const struct option *guess(struct str name, enum command command)
{
    const struct option *best = NULL;
    size_t best_common = 2;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        size_t common = 0;
        while (common < name.len && table[i].name[common] == name.ptr[common]) {
            common++;
        }
        if (common > best_common && (table[i].commands & (int)command)) {
            best = &table[i];
            best_common = common;
        }
    }
    return best;
}

static bool unknown_option(const char *argument, struct str name, enum command command, struct buf *reason)
{
    const struct option *similar = guess(name, command);
    base_buf_addf(reason, "there is no option '%s'", argument);
    if (similar) {
        base_buf_addf(reason, "; did you mean --%s?", similar->name);
    } else {
        base_buf_add_cstr(reason, "; --help lists them");
    }
    return false;
}

/* One argument that begins with dashes; `*at` moves on if it takes the next one. */
static bool parse_option(struct options *options, enum command command, int argc, char *const *argv, int *at,
                         struct buf *reason)
{
    struct str value_text;
    struct str name = base_str_cut(base_str(argv[*at] + 2), '=', &value_text);
    const char *value = value_text.ptr;
    const struct str prefix = STR("benchmark-");
    if (base_str_starts_with(name, prefix)) {
        name = (struct str){name.ptr + prefix.len, name.len - prefix.len};
    }
    const struct option *option = find_option(name);
    if (!option || !(option->commands & (int)command)) {
        return unknown_option(argv[*at], name, command, reason);
    }
    if (option->value == VALUE_NONE && value) {
        base_buf_addf(reason, "--%s takes no value", option->name);
        return false;
    }
    if (option->value == VALUE_REQUIRED && !value) {
        if (*at + 1 >= argc) {
            base_buf_addf(reason, "--%s needs a value: --%s=%s", option->name, option->name, option->value_name);
            return false;
        }
        value = argv[++*at];
    }
    struct buf clause;
    base_buf_init(&clause, 1500);
    bool good = apply(option, options, value, &clause);
    if (!good) {
        base_buf_addf(reason, "--%s", base_buf_cstr(&clause));
    }
    base_buf_deinit(&clause);
    return good;
}

static bool check_together(const struct options *options, enum command command, struct buf *reason)
{
    if (options->limits.regression_ratio < options->limits.watch_ratio) {
        base_buf_add_cstr(reason, "--regression must not be below --watch");
        return false;
    }
    bool has_baseline = options->has_compare || options->baseline;
    if (command == COMMAND_RUN && options->check_count > 0 && !has_baseline) {
        base_buf_add_cstr(reason, "--compare-fail has nothing to compare with; add --compare or --baseline");
        return false;
    }
    return true;
}

bool options_parse(struct options *options, enum command command, int argc, char *const *argv, struct buf *reason)
{
    bool only_arguments = false;
    for (int at = 1; at < argc; at++) {
        const char *argument = argv[at];
        if (!only_arguments && strcmp(argument, "--") == 0) {
            only_arguments = true;
        } else if (!only_arguments && strcmp(argument, "-k") == 0 && at + 1 < argc) {
            options->filter = argv[++at];
        } else if (!only_arguments && strcmp(argument, "-h") == 0) {
            options->wants_help = true;
        } else if (!only_arguments && strncmp(argument, "--", 2) == 0) {
            if (!parse_option(options, command, argc, argv, &at, reason)) {
                return false;
            }
        } else if (!only_arguments && argument[0] == '-' && argument[1] != '\0') {
            return unknown_option(argument, base_str(argument + 1), command, reason);
        } else if (options->argument_count == MAX_ARGUMENTS) {
            base_buf_addf(reason, "more than %d arguments; name a folder's programs in assay.yaml", MAX_ARGUMENTS);
            return false;
        } else {
            options->arguments[options->argument_count++] = argument;
        }
    }
    return check_together(options, command, reason);
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
    const char *synopsis = command == COMMAND_RUN       ? "[OPTION]... [PROGRAM]..."
                           : command == COMMAND_COMPARE ? "[OPTION]... BASELINE [CANDIDATE]..."
                                                        : "[OPTION]... [RUN]...";
    fprintf(out, "Usage: %s %s\n\n", program, synopsis);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option *option = &table[i];
        if (!(option->commands & (int)command)) {
            continue;
        }
        bool is_optional = option->value == VALUE_OPTIONAL;
        char left[64];
        (void)snprintf(left, sizeof(left), "--%s%s%s%s%s", option->name, is_optional ? "[" : "",
                       option->value_name ? "=" : "", option->value_name ? option->value_name : "",
                       is_optional ? "]" : ""); /* the table's own words: they fit */
        fprintf(out, "  %-28s %s\n", left, option->help);
    }
    if (command == COMMAND_RUN) {
        fputs("\nExit status: 0 all is well; 1 a regression or a missed target; 2 bad usage or a bad file;\n"
              "3 a benchmark could not be measured; 4 a target cannot be decided.\n",
              out);
    }
}
