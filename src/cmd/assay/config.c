// SPDX-License-Identifier: MIT
/*
 * Every value is loaded as text and goes through the same setters as the
 * command line, so an option means the same and is refused the same in both.
 */
#include "cmd/assay/config.h"

#include <cyaml/cyaml.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#define MAX_CONFIG_BYTES 1000000
#define MAX_LOG_BYTES 4000

struct yaml {
    char *build;
    char **programs;
    unsigned programs_count;
    char **compare_fail;
    unsigned compare_fail_count;
    char *min_rounds, *min_time, *max_time, *launches, *warmup, *warmup_iterations, *timeout, *calls, *disable;
    char *shuffle, *layout, *seed;
    char *storage, *autosave, *save_data, *save, *json, *baseline, *compare, *any_machine;
    char *watch, *regression, *statistic, *confirm, *columns, *sort, *color, *quiet;
};

struct config {
    struct yaml *yaml;
};

#define TEXT(name_)                                                                                                    \
    CYAML_FIELD_STRING_PTR(#name_, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml, name_, 0, CYAML_UNLIMITED)
#define LIST(name_)                                                                                                    \
    CYAML_FIELD_SEQUENCE(#name_, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml, name_, &text_schema, 0,        \
                         CYAML_UNLIMITED)

static const cyaml_schema_value_t text_schema = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED)};

static const cyaml_schema_field_t fields[] = {
    TEXT(build),    LIST(programs), LIST(compare_fail), TEXT(min_rounds),        TEXT(min_time), TEXT(max_time),
    TEXT(launches), TEXT(warmup),   TEXT(warmup_iterations), TEXT(timeout),      TEXT(calls),    TEXT(disable),
    TEXT(storage),  TEXT(autosave), TEXT(save_data),    TEXT(save),              TEXT(json),     TEXT(baseline),
    TEXT(compare),  TEXT(any_machine), TEXT(watch),     TEXT(regression),        TEXT(statistic), TEXT(confirm),
    TEXT(columns),  TEXT(sort),     TEXT(color),        TEXT(quiet),
    TEXT(shuffle),  TEXT(layout),   TEXT(seed),                     CYAML_FIELD_END,
};

static const cyaml_schema_value_t top_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct yaml, fields)};

/* Where each option's text lies; lists are handled apart. */
static const struct {
    const char *option;
    size_t offset;
} texts[] = {
    {"min-rounds", offsetof(struct yaml, min_rounds)},
    {"min-time", offsetof(struct yaml, min_time)},
    {"max-time", offsetof(struct yaml, max_time)},
    {"launches", offsetof(struct yaml, launches)},
    {"warmup-iterations", offsetof(struct yaml, warmup_iterations)},
    {"warmup", offsetof(struct yaml, warmup)}, /* after its iterations: "off" must win */
    {"timeout", offsetof(struct yaml, timeout)},
    {"calls", offsetof(struct yaml, calls)},
    {"disable", offsetof(struct yaml, disable)},
    {"shuffle", offsetof(struct yaml, shuffle)},
    {"layout", offsetof(struct yaml, layout)},
    {"seed", offsetof(struct yaml, seed)},
    {"storage", offsetof(struct yaml, storage)},
    {"autosave", offsetof(struct yaml, autosave)},
    {"save-data", offsetof(struct yaml, save_data)},
    {"save", offsetof(struct yaml, save)},
    {"json", offsetof(struct yaml, json)},
    {"baseline", offsetof(struct yaml, baseline)},
    {"compare", offsetof(struct yaml, compare)},
    {"any-machine", offsetof(struct yaml, any_machine)},
    {"watch", offsetof(struct yaml, watch)},
    {"regression", offsetof(struct yaml, regression)},
    {"statistic", offsetof(struct yaml, statistic)},
    {"confirm", offsetof(struct yaml, confirm)},
    {"columns", offsetof(struct yaml, columns)},
    {"sort", offsetof(struct yaml, sort)},
    {"color", offsetof(struct yaml, color)},
    {"quiet", offsetof(struct yaml, quiet)},
};

static void collect_log(cyaml_log_t level, void *context, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));
static void collect_log(cyaml_log_t level, void *context, const char *format, va_list args)
{
    (void)level;
    base_buf_addv(context, format, args);
}

static const cyaml_config_t loader = {.mem_fn = cyaml_mem, .log_level = CYAML_LOG_ERROR, .log_fn = collect_log};

/* The line, from 1, of the key at the top level; 0 if it is not found. */
static int line_of_key(struct str text, struct str key)
{
    int number = 0;
    while (text.ptr) {
        number++;
        struct str line = base_str_cut(text, '\n', &text);
        struct str rest;
        struct str before = base_str_trim(base_str_cut(line, ':', &rest));
        if (rest.ptr && base_str_equal(before, key)) {
            return number;
        }
    }
    return 0;
}

/* libcyaml's log begins with what was wrong and goes on with a backtrace whose
 * first entry has "(line: N, ..."; for an unknown key that N is of the value
 * before it, so the key is looked up in the text. */
static void explain_load(const char *path, struct str text, cyaml_err_t error, struct str log, struct buf *reason)
{
    struct str rest;
    struct str what = base_str_trim(base_str_cut(log, '\n', &rest));
    const struct str load = STR("Load: ");
    if (base_str_starts_with(what, load)) {
        what = (struct str){what.ptr + load.len, what.len - load.len};
    }
    const struct str unexpected = STR("Unexpected key: ");
    if (error == CYAML_ERR_INVALID_KEY && base_str_starts_with(what, unexpected)) {
        struct str key = {what.ptr + unexpected.len, what.len - unexpected.len};
        base_buf_addf(reason, "%s:%d: there is no key '%.*s'; 'assay run --help' lists the options, which are the keys",
                      path, line_of_key(text, key), STR_ARGS(key));
        return;
    }
    const char *line = log.len > 0 ? strstr(log.ptr, "(line: ") : NULL;
    base_buf_addf(reason, "%s:%d: %.*s", path, line ? atoi(line + 7) : 1,
                  STR_ARGS(what.len > 0 ? what : base_str(cyaml_strerror(error))));
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
    cyaml_config_t config = loader;
    config.log_ctx = &log;
    const uint8_t *bytes = (const uint8_t *)(source->text.ptr ? source->text.ptr : "");
    cyaml_err_t error = cyaml_load_data(bytes, source->text.len, &config, &top_schema, (cyaml_data_t **)out_yaml, NULL);
    if (error != CYAML_OK) {
        explain_load(source->path, source->text, error, base_buf_str(&log), reason);
    }
    base_buf_deinit(&log);
    return error == CYAML_OK;
}

/* `key` is the option's name with "_" for "-". */
static bool apply_one(const struct source *source, struct options *options, const char *name, const char *value,
                      struct buf *reason)
{
    char key[40];
    size_t len = 0;
    for (; name[len] != '\0' && len < sizeof(key) - 1; len++) {
        key[len] = name[len] == '-' ? '_' : name[len];
    }
    struct buf clause;
    base_buf_init(&clause, 1500);
    bool good = options_set(options, base_str(name), value, &clause);
    if (!good) {
        base_buf_addf(reason, "%s:%d: %s", source->path, line_of_key(source->text, (struct str){key, len}),
                      base_buf_cstr(&clause));
    }
    base_buf_deinit(&clause);
    return good;
}

static bool apply_all(const struct source *source, const struct yaml *yaml, struct options *options, struct buf *reason)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char *value;
        memcpy(&value, (const char *)yaml + texts[i].offset, sizeof(value));
        if (value && !apply_one(source, options, texts[i].option, value, reason)) {
            return false;
        }
    }
    for (unsigned i = 0; i < yaml->compare_fail_count; i++) {
        if (!apply_one(source, options, "compare-fail", yaml->compare_fail[i], reason)) {
            return false;
        }
    }
    return true;
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
    (void)cyaml_free(&loader, &top_schema, config->yaml, 0); /* fails only for arguments that are wrong */
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
