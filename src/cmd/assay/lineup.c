// SPDX-License-Identifier: MIT
/*
 * Rows are collected in the order of the sources, each gets the number of its group,
 * and one sort brings them into the order that is shown.
 */
#include "cmd/assay/lineup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/compare.h"
#include "base/columns.h"
#include "base/num.h"
#include "cmd/assay/group.h"

#define MAX_TEXT_BYTES 100000
#define NORMAL_SOURCE_COLUMNS 12
#define SHORT_SOURCE_COLUMNS 4

static void free_texts(char **texts, size_t count)
{
    for (size_t i = 0; texts && i < count; i++) {
        free(texts[i]);
    }
    free(texts);
}

/* The text of a buf of which an empty one is a text as well; NULL without memory. */
static char *take_text(struct buf *text)
{
    base_buf_add_cstr(text, "");
    char *taken = text->len > 0 || !base_buf_ok(text) ? base_buf_take(text) : strdup("");
    base_buf_deinit(text);
    return taken;
}

char *lineup_source_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct str file = base_str(slash ? slash + 1 : path);
    if (base_str_ends_with(file, STR(".json")) && file.len > 5) {
        file.len -= 5;
    }
    return strndup(file.ptr, file.len);
}

/* The source's name as far as it is shown; `columns` 0: all of it. */
static struct str head_of_source(const struct lineup_source *source, size_t columns)
{
    struct str name = base_str(source->name);
    return columns == 0 ? name : base_columns_head(name, columns);
}

static bool are_told_apart(const struct lineup_source *sources, size_t count, size_t columns)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t other = i + 1; other < count; other++) {
            if (strcmp(sources[i].name, sources[other].name) != 0 &&
                base_str_equal(head_of_source(&sources[i], columns), head_of_source(&sources[other], columns))) {
                return false;
            }
        }
    }
    return true;
}

static size_t source_columns(const struct lineup_source *sources, size_t count, enum lineup_names names)
{
    size_t columns = names == LINEUP_NORMAL ? NORMAL_SOURCE_COLUMNS : SHORT_SOURCE_COLUMNS;
    while (names != LINEUP_LONG && !are_told_apart(sources, count, columns)) {
        columns++;
    }
    return names == LINEUP_LONG ? 0 : columns;
}

static bool is_taken(char *const *shown, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(shown[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* The sources' names, cut; one that another has as well gets a number: two files of one name, or one file that
 * is given twice. */
static char **show_sources(const struct lineup_source *sources, size_t count, enum lineup_names names)
{
    size_t columns = source_columns(sources, count, names);
    char **shown = base_alloc_array(count, sizeof(*shown));
    for (size_t i = 0; shown && i < count; i++) {
        struct str head = head_of_source(&sources[i], columns);
        for (size_t number = 1; !shown[i]; number++) {
            struct buf text;
            base_buf_init(&text, MAX_TEXT_BYTES);
            base_buf_add(&text, head);
            if (number > 1) {
                base_buf_addf(&text, "#%zu", number);
            }
            shown[i] = take_text(&text);
            if (!shown[i]) {
                free_texts(shown, count);
                return NULL;
            }
            if (head.len > 0 && is_taken(shown, i, shown[i])) {
                free(shown[i]);
                shown[i] = NULL;
            }
        }
    }
    return shown;
}

/* The name without the "test_" or "bench_" that it may begin with. */
static const char *without_prefix(const char *name)
{
    static const struct str prefixes[] = {{"test_", 5}, {"bench_", 6}};
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (base_str_starts_with(base_str(name), prefixes[i]) && name[prefixes[i].len] != '\0') {
            return name + prefixes[i].len;
        }
    }
    return name;
}

static char *make_name(const char *name, const char *source)
{
    struct buf text;
    base_buf_init(&text, MAX_TEXT_BYTES);
    base_buf_add_cstr(&text, name);
    if (source[0] != '\0') {
        base_buf_addf(&text, " (%s)", source);
    }
    return take_text(&text);
}

static bool name_row(struct lineup_row *row, const char *source, const struct lineup_plan *plan)
{
    if (plan->names == LINEUP_TRIAL) {
        row->name = strdup(source[0] != '\0' ? source : "????");
        row->fullname = row->name ? strdup(row->name) : NULL;
        return row->fullname != NULL;
    }
    const char *name = plan->names == LINEUP_LONG    ? row->run->fullname
                       : plan->names == LINEUP_SHORT ? without_prefix(row->run->name)
                                                     : row->run->name;
    const char *behind = plan->names_sources ? source : "";
    row->name = make_name(name, behind);
    row->fullname = make_name(row->run->fullname, behind);
    return row->name && row->fullname;
}

static double value_of(const struct assay_run *run, const struct lineup_plan *plan)
{
    return plan->order == LINEUP_BY_METRIC ? assay_run_value(run, plan->metric) : 0;
}

/* Adds one row; false without memory. */
static bool add_row(struct lineup *lineup, const struct assay_run *run, size_t source, const struct lineup_plan *plan)
{
    struct buf key;
    base_buf_init(&key, MAX_TEXT_BYTES);
    group_add_key(run, base_str(plan->group_by), &key);
    char *text = take_text(&key);
    size_t at = lineup->count++;
    lineup->keys[at] = text;
    lineup->rows[at] = (struct lineup_row){
        .run = run, .source = source, .key = text, .value = value_of(run, plan), .position = at};
    return text && name_row(&lineup->rows[at], lineup->shown[source], plan);
}

/* Full names, sorted. */
struct name_set {
    const char **names;
    size_t count;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool make_name_set(const struct assay_result *result, struct name_set *out)
{
    *out = (struct name_set){.names = base_alloc_array(result->run_count, sizeof(*out->names))};
    for (size_t i = 0; out->names && i < result->run_count; i++) {
        out->names[out->count++] = result->runs[i].fullname;
    }
    if (out->count > 0) {
        qsort(out->names, out->count, sizeof(*out->names), by_text);
    }
    return out->names != NULL;
}

static bool is_in(const struct name_set *set, const char *name)
{
    return set->count > 0 && bsearch(&name, set->names, set->count, sizeof(*set->names), by_text);
}

static bool add_rows_of(struct lineup *lineup, size_t source, const struct lineup_plan *plan,
                        const struct name_set *of_first)
{
    const struct assay_result *result = lineup->sources[source].result;
    for (size_t i = 0; i < result->run_count; i++) {
        const struct assay_run *run = &result->runs[i];
        const struct assay_subject subject = assay_run_subject(run);
        bool is_meant = !run->error && assay_filter_matches(plan->filter, &subject) &&
                        (!plan->only_of_first || source == 0 || is_in(of_first, run->fullname));
        if (is_meant && !add_row(lineup, run, source, plan)) {
            return false;
        }
    }
    return true;
}

static bool add_rows(struct lineup *lineup, const struct lineup_plan *plan)
{
    struct name_set of_first = {0};
    bool complete = lineup->source_count == 0 || make_name_set(lineup->sources[0].result, &of_first);
    for (size_t source = 0; complete && source < lineup->source_count; source++) {
        complete = add_rows_of(lineup, source, plan, &of_first);
    }
    free(of_first.names);
    return complete;
}

static int by_position(const struct lineup_row *a, const struct lineup_row *b)
{
    return (a->position > b->position) - (a->position < b->position);
}

static int by_key(const void *a, const void *b)
{
    const struct lineup_row *left = a, *right = b;
    int order = strcmp(left->key, right->key);
    return order != 0 ? order : by_position(left, right);
}

static int by_value(const struct lineup_row *a, const struct lineup_row *b)
{
    bool has_left = !isnan(a->value), has_right = !isnan(b->value);
    if (has_left != has_right) {
        return has_left ? -1 : 1;
    }
    return has_left ? (a->value > b->value) - (a->value < b->value) : 0;
}

static int by_group(const struct lineup_row *a, const struct lineup_row *b)
{
    return (a->group > b->group) - (a->group < b->group);
}

static int as_executed(const void *a, const void *b)
{
    const struct lineup_row *left = a, *right = b;
    int order = by_group(left, right);
    return order != 0 ? order : by_position(left, right);
}

static int by_benchmark_within_group(const void *a, const void *b)
{
    const struct lineup_row *left = a, *right = b;
    int order = by_group(left, right);
    order = order != 0 ? order : (left->benchmark > right->benchmark) - (left->benchmark < right->benchmark);
    return order != 0 ? order : by_position(left, right);
}

static int by_fullname_within_group(const void *a, const void *b)
{
    const struct lineup_row *left = a, *right = b;
    int order = by_group(left, right);
    order = order != 0 ? order : strcmp(left->run->fullname, right->run->fullname);
    return order != 0 ? order : by_position(left, right);
}

static int by_name_within_group(const void *a, const void *b)
{
    const struct lineup_row *left = a, *right = b;
    int order = by_group(left, right);
    order = order != 0 ? order : strcmp(left->run->name, right->run->name);
    return order != 0 ? order : by_fullname_within_group(a, b);
}

static int by_value_within_group(const void *a, const void *b)
{
    const struct lineup_row *left = a, *right = b;
    int order = by_group(left, right);
    order = order != 0 ? order : by_value(left, right);
    return order != 0 ? order : by_fullname_within_group(a, b);
}

/* Gives every row the number of its group: the texts' order, or the first row's. */
static void number_groups(struct lineup *lineup, bool sorts_groups)
{
    size_t begin = 0;
    for (size_t i = 0; i < lineup->count; i++) {
        struct lineup_row *row = &lineup->rows[i];
        bool is_first = i == 0 || strcmp(row->key, lineup->rows[begin].key) != 0;
        begin = is_first ? i : begin;
        row->group = sorts_groups ? begin : lineup->rows[begin].position;
    }
}

static void mark_leaders(struct lineup *lineup)
{
    qsort(lineup->rows, lineup->count, sizeof(*lineup->rows), by_fullname_within_group);
    for (size_t i = 0; i < lineup->count; i++) {
        struct lineup_row *row = &lineup->rows[i];
        row->leads = i == 0 || row->group != row[-1].group || strcmp(row->run->fullname, row[-1].run->fullname) != 0;
        row->benchmark = row->leads ? row->position : row[-1].benchmark;
    }
}

static bool cut_into_groups(struct lineup *lineup)
{
    lineup->groups = base_alloc_array(lineup->count, sizeof(*lineup->groups));
    for (size_t i = 0; lineup->groups && i < lineup->count; i++) {
        const struct lineup_row *row = &lineup->rows[i];
        if (i == 0 || row->group != row[-1].group) {
            lineup->groups[lineup->group_count++] = (struct lineup_group){.key = row->key, .rows = row};
        }
        lineup->groups[lineup->group_count - 1].count++;
    }
    return lineup->groups != NULL;
}

static void sort_rows(struct lineup *lineup, const struct lineup_plan *plan)
{
    static int (*const orders[])(const void *, const void *) = {
        [LINEUP_AS_EXECUTED] = as_executed,
        [LINEUP_BY_BENCHMARK] = by_benchmark_within_group,
        [LINEUP_BY_METRIC] = by_value_within_group,
        [LINEUP_BY_NAME] = by_name_within_group,
        [LINEUP_BY_FULLNAME] = by_fullname_within_group,
    };
    if (lineup->count > 0) {
        qsort(lineup->rows, lineup->count, sizeof(*lineup->rows), by_key);
        number_groups(lineup, plan->sorts_groups);
        mark_leaders(lineup);
        qsort(lineup->rows, lineup->count, sizeof(*lineup->rows), orders[plan->order]);
    }
}

bool lineup_create(const struct lineup_source *sources, size_t count, const struct lineup_plan *plan,
                   struct lineup *out_lineup)
{
    struct lineup lineup = {.sources = sources, .source_count = count};
    size_t capacity = 0;
    for (size_t i = 0; i < count; i++) {
        capacity += sources[i].result->run_count;
    }
    lineup.rows = base_alloc_array(capacity, sizeof(*lineup.rows));
    lineup.keys = base_alloc_array(capacity, sizeof(*lineup.keys));
    lineup.shown = show_sources(sources, count, plan->names);
    if (!lineup.rows || !lineup.keys || !lineup.shown || !add_rows(&lineup, plan)) {
        lineup_deinit(&lineup);
        return false;
    }
    sort_rows(&lineup, plan);
    if (!cut_into_groups(&lineup)) {
        lineup_deinit(&lineup);
        return false;
    }
    *out_lineup = lineup;
    return true;
}

void lineup_deinit(struct lineup *lineup)
{
    for (size_t i = 0; i < lineup->count; i++) {
        free(lineup->rows[i].name);
        free(lineup->rows[i].fullname);
    }
    free(lineup->rows);
    free(lineup->groups);
    free_texts(lineup->keys, lineup->count);
    free_texts(lineup->shown, lineup->source_count);
    *lineup = (struct lineup){0};
}

size_t lineup_benchmarks(const struct lineup_group *group)
{
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++) {
        count += group->rows[i].leads;
    }
    return count;
}
