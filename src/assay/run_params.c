// SPDX-License-Identifier: MIT
/*
 * "params" of a benchmark, as pytest-benchmark writes them: whatever the test was parametrized with.  What cannot be
 * a name or a value here is left out, for a file is not worse for what its parameters are.
 */
#include <stdlib.h>
#include <string.h>

#include "assay/run_fields.h"
#include "base/num.h"

#define MAX_PARAMS 100
#define MAX_VALUE_BYTES 1000 /* some are whole data sets */

/* A list or an object on one line, as Python prints one: only between tokens do line feeds stand in the text. */
static void add_on_one_line(struct str raw, struct buf *out)
{
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] != '\n') {
            base_buf_add_char(out, raw.ptr[i]);
            continue;
        }
        bool is_inside = i > 0 && raw.ptr[i - 1] == ',';
        while (i + 1 < raw.len && strchr(" \t\r\n", raw.ptr[i + 1])) {
            i++;
        }
        base_buf_add_cstr(out, is_inside ? " " : "");
    }
}

/* As Python prints it; NULL without memory. */
static char *value_of(struct json_value json)
{
    struct buf text;
    char string[MAX_VALUE_BYTES + 1];
    struct str raw = base_json_raw(json);
    raw.len = raw.len < MAX_VALUE_BYTES ? raw.len : MAX_VALUE_BYTES;
    base_buf_init(&text, MAX_VALUE_BYTES);
    switch (base_json_type(json)) {
    case JSON_IS_STRING:
        (void)base_json_text(json, string, sizeof(string)); /* cut if longer */
        base_buf_add_cstr(&text, string);
        break;
    case JSON_IS_NULL: base_buf_add_cstr(&text, "None"); break;
    case JSON_IS_BOOL: base_buf_add_cstr(&text, base_json_is_true(json) ? "True" : "False"); break;
    case JSON_IS_ABSENT:
    case JSON_IS_NUMBER:
    case JSON_IS_ARRAY:
    case JSON_IS_OBJECT: add_on_one_line(raw, &text); break;
    }
    char *value = base_buf_take(&text);
    base_buf_deinit(&text);
    return value;
}

/* Empty where it is no name, or not the last of its name. */
static void copy_name(struct json_value params, struct json_value member, char *out, size_t size)
{
    size_t len = base_json_text(base_json_key(member), out, size);
    if (len >= size || strlen(out) != len || base_json_member(params, out).node != member.node) {
        out[0] = '\0';
    }
}

void assay_read_params(const struct object *benchmark, struct assay_run *run)
{
    struct json_value params = reader_field(benchmark, "params");
    size_t count = base_json_type(params) == JSON_IS_OBJECT ? base_json_count(params) : 0;
    count = count < MAX_PARAMS ? count : MAX_PARAMS;
    run->params = count > 0 ? base_alloc_array(count, sizeof(*run->params)) : NULL;
    bool good = count == 0 || run->params;
    for (struct json_value at = base_json_first(params); good && run->param_count < count && at.json;
         at = base_json_next(params, at)) {
        struct assay_param *param = &run->params[run->param_count];
        char name[200];
        copy_name(params, at, name, sizeof(name));
        if (name[0] != '\0') {
            *param = (struct assay_param){strdup(name), value_of(at)};
            good = param->name && param->value;
            run->param_count++;
        }
    }
    if (!good) {
        reader_run_out_of_memory(benchmark->reader);
    }
}
