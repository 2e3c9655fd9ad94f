// SPDX-License-Identifier: MIT
#include "cmd/assay/option_values.h"

#include <string.h>

#include "assay/store.h"
#include "base/num.h"
#include "cmd/assay/options.h"

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

bool option_set_time(void *field, const char *value, struct buf *wanted)
{
    return set_seconds(value, 0, field, wanted);
}

bool option_set_positive_time(void *field, const char *value, struct buf *wanted)
{
    return set_seconds(value, 0.001, field, wanted);
}

bool option_set_memory(void *field, const char *value, struct buf *wanted)
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

bool option_set_count(void *field, const char *value, struct buf *wanted)
{
    return set_count_from(value, 0, field, wanted);
}

bool option_set_positive_count(void *field, const char *value, struct buf *wanted)
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

bool option_set_switch(void *field, const char *value, struct buf *wanted)
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
bool option_set_warmup(void *field, const char *value, struct buf *wanted)
{
    uint64_t *iterations = field;
    bool is_wanted;
    if (!option_set_switch(&is_wanted, value, wanted)) {
        return false;
    }
    if (!is_wanted) {
        *iterations = 0;
    } else if (*iterations == 0) {
        *iterations = options_defaults().session.warmup_iterations;
    }
    return true;
}

bool option_set_timer(void *field, const char *value, struct buf *wanted)
{
    return assay_timer_of_name(base_str(value), field) ||
           arguments_want(wanted, "'monotonic', 'process' or 'thread', or what Python calls one of these; --count and "
                                  "--instructions measure what is no time");
}

bool option_is_switch_word(const char *argument)
{
    return is_one_of(argument, yes_words) || is_one_of(argument, no_words);
}

bool option_set_storage(void *field, const char *value, struct buf *wanted)
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

bool option_set_name(void *field, const char *value, struct buf *wanted)
{
    if (!assay_store_name_is_valid(base_str(value))) {
        return arguments_want(wanted, "a name without any of \\ / : * ? < > | and without a leading dot");
    }
    *(const char **)field = value;
    return true;
}

bool option_set_seed(void *field, const char *value, struct buf *wanted)
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

bool option_set_path(void *field, const char *value, struct buf *wanted)
{
    if (value[0] == '\0') {
        return arguments_want(wanted, "the path of a file");
    }
    *(const char **)field = value;
    return true;
}

bool option_set_reason(void *field, const char *value, struct buf *wanted)
{
    if (base_str_trim(base_str(value)).len == 0) {
        return arguments_want(wanted, "a reason, in a sentence");
    }
    *(const char **)field = value;
    return true;
}

/* --baseline and --compare are two ways to name one thing: the later one wins,
 * so the command line overrides assay.yaml. */
bool option_set_baseline(void *field, const char *value, struct buf *wanted)
{
    struct options *options = field;
    options->has_compare = false;
    if (value && options_is_path(value)) {
        options->baseline = value;
        return true;
    }
    return option_set_name(&options->baseline, value ? value : "baseline", wanted);
}

bool option_set_no_baseline(void *field, const char *value, struct buf *wanted)
{
    struct options *options = field;
    (void)value;
    (void)wanted; /* it takes no value */
    options->has_compare = false;
    options->baseline = NULL;
    return true;
}

/* A bare number behind --compare is that of a saved run, and no program. */
bool option_is_run_number(const char *argument)
{
    return argument[0] != '\0' && argument[strspn(argument, "0123456789")] == '\0';
}

bool option_set_compare(void *field, const char *value, struct buf *wanted)
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

bool option_set_margin(void *field, const char *value, struct buf *wanted)
{
    return add_rule(field, ASSAY_RULE_MARGIN, value, wanted);
}

bool option_set_gate_margin(void *field, const char *value, struct buf *wanted)
{
    return add_rule(field, ASSAY_RULE_GATE, value, wanted);
}

bool option_set_slowed(void *field, const char *value, struct buf *wanted)
{
    struct assay_rule rule;
    struct assay_error err;
    if (assay_rule_parse(ASSAY_RULE_GATE, value, &rule, &err) != ASSAY_OK || rule.filter) {
        return arguments_want(wanted, "a share above 0 and below 1, as in '2%'");
    }
    *(double *)field = rule.check.limit;
    return true;
}

bool option_set_revision(void *field, const char *value, struct buf *wanted)
{
    if (value[0] == '\0') {
        return arguments_want(wanted, "a revision of git, as 'origin/main'");
    }
    *(const char **)field = value;
    return true;
}

bool option_set_regression(void *field, const char *value, struct buf *wanted)
{
    return add_rule(field, ASSAY_RULE_REGRESSION, value, wanted);
}

bool option_set_improvement(void *field, const char *value, struct buf *wanted)
{
    return add_rule(field, ASSAY_RULE_IMPROVEMENT, value, wanted);
}

bool option_set_tolerance(void *field, const char *value, struct buf *wanted)
{
    return add_rule(field, ASSAY_RULE_TOLERANCE, value, wanted);
}

bool option_set_compare_fail(void *field, const char *value, struct buf *wanted)
{
    return add_rule(field, ASSAY_RULE_CHECK, value, wanted);
}

/* "min:5%" is a further check, and no program. */
bool option_is_check(const char *argument)
{
    struct assay_rule rule;
    struct assay_error err;
    return assay_rule_parse(ASSAY_RULE_CHECK, argument, &rule, &err) == ASSAY_OK;
}

bool option_set_allow_gone(void *field, const char *value, struct buf *wanted)
{
    struct assay_limits *limits = field;
    if (!assay_filter_is_valid(value)) {
        return arguments_want(wanted, filter_wanted);
    }
    limits->may_go = true;
    limits->may_go_filter = value;
    return true;
}

bool option_set_statistic(void *field, const char *value, struct buf *wanted)
{
    enum assay_metric metric, *statistic = field;
    if (!assay_metric_of_name(base_str(value), &metric) ||
        (metric != ASSAY_METRIC_MIN && metric != ASSAY_METRIC_MEDIAN && metric != ASSAY_METRIC_MEAN)) {
        return arguments_want(wanted, "min, median or mean; --compare-fail limits any metric");
    }
    *statistic = metric;
    return true;
}

bool option_set_filter(void *field, const char *value, struct buf *wanted)
{
    if (!assay_filter_is_valid(value)) {
        return arguments_want(wanted, filter_wanted);
    }
    *(const char **)field = value;
    return true;
}

bool option_set_counts(void *field, const char *value, struct buf *wanted)
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

bool option_set_instructions(void *field, const char *value, struct buf *wanted)
{
    bool is_wanted;
    unsigned *counts = field;
    if (!option_set_switch(&is_wanted, value, wanted)) {
        return false;
    }
    *counts = is_wanted ? *counts | ASSAY_COUNT_INSTRUCTIONS : *counts & ~ASSAY_COUNT_INSTRUCTIONS;
    return true;
}
