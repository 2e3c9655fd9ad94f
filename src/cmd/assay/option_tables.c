// SPDX-License-Identifier: MIT
#include "cmd/assay/option_tables.h"

#include <string.h>

#include "cmd/assay/group.h"
#include "cmd/assay/option_values.h"
#include "cmd/assay/options.h"

static bool want_metric(struct buf *wanted)
{
    for (int metric = 0; metric < ASSAY_METRIC_COUNT; metric++) {
        base_buf_addf(wanted, " %s", assay_metric_name((enum assay_metric)metric));
    }
    return false;
}

bool option_set_group_by(void *field, const char *value, struct buf *wanted)
{
    if (!group_is_valid(base_str(value))) {
        return arguments_want(wanted,
                              "group, name, fullname, func, fullfunc, param or param:NAME, with commas between");
    }
    *(const char **)field = value;
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

bool option_set_sort(void *field, const char *value, struct buf *wanted)
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

bool option_set_columns(void *field, const char *value, struct buf *wanted)
{
    struct options *options = field;
    if (!parse_metrics(value, &options->columns, wanted)) {
        return false;
    }
    options->lineup_columns = options->columns;
    options->asks_for_runs = options->chose_columns = options->has_columns = true;
    return true;
}

bool option_set_between(void *field, const char *value, struct buf *wanted)
{
    return parse_metrics(value, field, wanted);
}

bool option_set_table(void *field, const char *value, struct buf *wanted)
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

bool option_set_names(void *field, const char *value, struct buf *wanted)
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

bool option_set_time_unit(void *field, const char *value, struct buf *wanted)
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

bool option_set_histogram(void *field, const char *value, struct buf *wanted)
{
    struct options *options = field;
    options->wants_histogram = true;
    options->histogram_prefix = NULL;
    return !value || option_set_path(&options->histogram_prefix, value, wanted);
}

bool option_set_csv(void *field, const char *value, struct buf *wanted)
{
    struct options *options = field;
    options->wants_csv = true;
    options->csv_path = NULL;
    return !value || option_set_path(&options->csv_path, value, wanted);
}

bool option_set_color(void *field, const char *value, struct buf *wanted)
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
