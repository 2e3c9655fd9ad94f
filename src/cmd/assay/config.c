// SPDX-License-Identifier: MIT
/*
 * Every value is loaded as text and goes through the same setters as the
 * command line, so an option means the same and is refused the same in both.
 */
#include "cmd/assay/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cmd/assay/command_line.h"
#include "cmd/yaml.h"

#define MAX_CONFIG_BYTES 1000000
#define MAX_LOG_BYTES 4000

/* Keys that are options of a text; "warmup" behind its iterations: "off" must win. */
#define TEXT_KEYS(X)                                                                                                   \
    X(min_rounds) X(min_time) X(max_time) X(launches) X(warmup_iterations) X(warmup) X(timeout) X(calls) X(count)      \
    X(cycles) X(memory) X(disable) X(instructions) X(shuffle) X(layout) X(seed)                                        \
    X(storage) X(autosave) X(save_data) X(save) X(json) X(junit) X(markdown) X(verdict) X(annotations)                 \
    X(baseline) X(local_baseline) X(compare) X(any_machine)                                                            \
    X(margin) X(gate_margin) X(budget) X(regression) X(improvement) X(statistic) X(confirm) X(fail_undecided)          \
    X(allow_gone)                                                                                                      \
    X(table) X(columns) X(group_by) X(sort) X(name) X(time_unit) X(histogram) X(show) X(wide) X(color) X(quiet)

/* Keys that are options which may be repeated. */
#define LIST_KEYS(X) X(compare_fail) X(tolerance)

#define TEXT_MEMBER(name_) char *name_;
#define LIST_MEMBER(name_)                                                                                             \
    char **name_;                                                                                                      \
    unsigned name_##_count;

struct yaml {
    TEXT_MEMBER(build)
    LIST_MEMBER(programs)
    LIST_MEMBER(limits)
    TEXT_KEYS(TEXT_MEMBER)
    LIST_KEYS(LIST_MEMBER)
};

struct config {
    struct yaml *yaml;
};

static const cyaml_schema_value_t text_schema = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED)};

#define TEXT_FIELD(name_)                                                                                              \
    CYAML_FIELD_STRING_PTR(#name_, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml, name_, 0, CYAML_UNLIMITED),
#define LIST_FIELD(name_)                                                                                              \
    CYAML_FIELD_SEQUENCE(#name_, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml, name_, &text_schema, 0,        \
                         CYAML_UNLIMITED),

static const cyaml_schema_field_t fields[] = {TEXT_FIELD(build) LIST_FIELD(programs) LIST_FIELD(limits)
                                                  TEXT_KEYS(TEXT_FIELD) LIST_KEYS(LIST_FIELD) CYAML_FIELD_END};

static const cyaml_schema_value_t top_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct yaml, fields)};

static void explain_load(const char *path, struct str text, cyaml_err_t error, struct str log, struct buf *reason)
{
    struct str key = yaml_unknown_key(error, log);
    if (key.len > 0) {
        base_buf_addf(reason, "%s:%d: there is no key '%.*s'; 'assay run --help' lists the options, which are the keys",
                      path, yaml_line_of_key(text, key), STR_ARGS(key));
        return;
    }
    yaml_explain(path, error, log, reason);
}

/* A file that is being applied. */
struct source {
    const char *path;
    struct str text;
};

static bool load(const struct source *source, struct yaml **out_yaml, struct buf *reason)
{
    struct buf log;
    base_buf_init(&log, MAX_LOG_BYTES);
    cyaml_config_t config = yaml_loader;
    config.log_ctx = &log;
    const uint8_t *bytes = (const uint8_t *)(source->text.ptr ? source->text.ptr : "");
    cyaml_err_t error = cyaml_load_data(bytes, source->text.len, &config, &top_schema, (cyaml_data_t **)out_yaml, NULL);
    if (error != CYAML_OK) {
        explain_load(source->path, source->text, error, base_buf_str(&log), reason);
    }
    base_buf_deinit(&log);
    return error == CYAML_OK;
}

/* The option's name is the key with "-" for "_"; a person finds it under the key `below`. */
static bool apply_one(const struct source *source, struct options *options, const char *key, const char *below,
                      const char *value, struct buf *reason)
{
    char name[40];
    size_t len = 0;
    for (; key[len] != '\0' && len < sizeof(name) - 1; len++) {
        name[len] = key[len] == '_' ? '-' : key[len];
    }
    struct buf clause;
    base_buf_init(&clause, 1500);
    bool good = command_line_set(options, (struct str){name, len}, value, &clause);
    if (!good) {
        base_buf_addf(reason, "%s:%d: %s", source->path, yaml_line_of_key(source->text, base_str(below)),
                      base_buf_cstr(&clause));
    }
    base_buf_deinit(&clause);
    return good;
}

static bool apply_list(const struct source *source, struct options *options, const char *key, char *const *values,
                       unsigned count, struct buf *reason)
{
    for (unsigned i = 0; i < count; i++) {
        if (!apply_one(source, options, key, key, values[i], reason)) {
            return false;
        }
    }
    return true;
}

/* "regression=10% for parse*": the options that limit, as on the command line. */
static bool apply_limits(const struct source *source, struct options *options, char *const *texts, unsigned count,
                         struct buf *reason)
{
    static const char *const names[] = {"margin",       "regression",   "improvement",
                                        "compare-fail", "tolerance", "gate-margin"};
    for (unsigned i = 0; i < count; i++) {
        char *equals = strchr(texts[i], '=');
        struct str name = base_str_trim((struct str){texts[i], equals ? (size_t)(equals - texts[i]) : 0});
        const char *key = NULL;
        for (size_t each = 0; each < sizeof(names) / sizeof(names[0]); each++) {
            key = base_str_equal(name, base_str(names[each])) ? names[each] : key;
        }
        if (!key) {
            base_buf_addf(reason,
                          "%s:%d: limits: '%s' is not margin, gate-margin, regression, improvement, compare-fail or "
                          "tolerance with '=' and a limit behind it, as in 'regression=10%% for parse*'",
                          source->path, yaml_line_of_key(source->text, STR("limits")), texts[i]);
            return false;
        }
        if (!apply_one(source, options, key, "limits", equals + 1, reason)) {
            return false;
        }
    }
    return true;
}

static bool apply_all(const struct source *source, const struct yaml *yaml, struct options *options, struct buf *reason)
{
    bool good = apply_limits(source, options, yaml->limits, yaml->limits_count, reason);
#define APPLY_TEXT(name_)                                                                                              \
    good = good && (!yaml->name_ || apply_one(source, options, #name_, #name_, yaml->name_, reason));
#define APPLY_LIST(name_)                                                                                              \
    good = good && apply_list(source, options, #name_, yaml->name_, yaml->name_##_count, reason);
    TEXT_KEYS(APPLY_TEXT)
    LIST_KEYS(APPLY_LIST)
    return good;
}

static bool read_source(const char *path, struct config *config, struct options *options, struct buf *reason)
{
    struct buf text;
    char why[BASE_FILE_REASON_BYTES];
    base_buf_init(&text, MAX_CONFIG_BYTES);
    bool good = base_file_read(path, &text, why);
    if (!good) {
        base_buf_add_cstr(reason, why);
    } else {
        struct source source = {path, base_buf_str(&text)};
        good = load(&source, &config->yaml, reason);
        /* an empty file has no mapping */
        good = good && (!config->yaml || apply_all(&source, config->yaml, options, reason));
    }
    base_buf_deinit(&text);
    return good;
}

bool config_read(const char *path, struct options *options, struct config **out_config, struct buf *reason)
{
    struct config *config = calloc(1, sizeof(*config));
    if (!config) {
        base_buf_add_cstr(reason, "out of memory");
        return false;
    }
    struct options changed = *options;
    if (!read_source(path, config, &changed, reason)) {
        config_destroy(config);
        return false;
    }
    *options = changed;
    *out_config = config;
    return true;
}

void config_destroy(struct config *config)
{
    if (!config) {
        return;
    }
    (void)cyaml_free(&yaml_loader, &top_schema, config->yaml, 0); /* fails only for arguments that are wrong */
    free(config);
}

const char *config_build_command(const struct config *config)
{
    return config && config->yaml ? config->yaml->build : NULL;
}

const char *const *config_programs(const struct config *config, size_t *out_count)
{
    *out_count = config && config->yaml ? config->yaml->programs_count : 0;
    return *out_count > 0 ? (const char *const *)config->yaml->programs : NULL;
}
