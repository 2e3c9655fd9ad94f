// SPDX-License-Identifier: MIT
/*
 * libcyaml's log begins with what was wrong and goes on with a backtrace whose
 * first entry has "(line: N, ..."; for an unknown key that N is of the value
 * before it, so the key is looked up in the text.
 */
#include "cmd/yaml.h"

#include <stdlib.h>
#include <string.h>

static void collect_log(cyaml_log_t level, void *context, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));
static void collect_log(cyaml_log_t level, void *context, const char *format, va_list args)
{
    (void)level;
    base_buf_addv(context, format, args);
}

const cyaml_config_t yaml_loader = {.mem_fn = cyaml_mem, .log_level = CYAML_LOG_ERROR, .log_fn = collect_log};

int yaml_line_of_key(struct str text, struct str key)
{
    int number = 0;
    while (text.ptr) {
        number++;
        struct str line = base_str_cut(text, '\n', &text);
        struct str rest;
        struct str before = base_str_trim(base_str_cut(line, ':', &rest));
        if (base_str_starts_with(before, STR("- "))) { /* the first key of an entry of a list */
            before = base_str_trim((struct str){before.ptr + 2, before.len - 2});
        }
        if (rest.ptr && base_str_equal(before, key)) {
            return number;
        }
    }
    return 0;
}

/* The first line of the log. */
static struct str what_of(struct str log)
{
    struct str rest;
    struct str what = base_str_trim(base_str_cut(log, '\n', &rest));
    const struct str load = STR("Load: ");
    return base_str_starts_with(what, load) ? (struct str){what.ptr + load.len, what.len - load.len} : what;
}

struct str yaml_unknown_key(cyaml_err_t error, struct str log)
{
    struct str what = what_of(log);
    const struct str unexpected = STR("Unexpected key: ");
    bool is_one = error == CYAML_ERR_INVALID_KEY && base_str_starts_with(what, unexpected);
    return is_one ? (struct str){what.ptr + unexpected.len, what.len - unexpected.len} : (struct str){NULL, 0};
}

void yaml_explain(const char *path, cyaml_err_t error, struct str log, struct buf *reason)
{
    struct str what = what_of(log);
    const char *line = log.len > 0 ? strstr(log.ptr, "(line: ") : NULL;
    base_buf_addf(reason, "%s:%d: %.*s", path, line ? atoi(line + 7) : 1,
                  STR_ARGS(what.len > 0 ? what : base_str(cyaml_strerror(error))));
}
