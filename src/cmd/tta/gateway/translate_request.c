// SPDX-License-Identifier: MIT
/* Which members a request may have, by the dialect that it is for. */
#include <stdarg.h>
#include <stdio.h>

#include "base/num.h"
#include "cmd/tta/gateway/translate_parts.h"

enum { TO_ANTHROPIC = 1, TO_OLLAMA = 2, TO_BOTH = 3 };

bool translate_is_none(struct json_value value)
{
    enum json_type type = base_json_type(value);
    return type == JSON_IS_ABSENT || type == JSON_IS_NULL;
}

bool translate_is_string(struct json_value value)
{
    return base_json_type(value) == JSON_IS_STRING;
}

bool translate_is_array(struct json_value value)
{
    return base_json_type(value) == JSON_IS_ARRAY;
}

bool translate_is_object(struct json_value value)
{
    return base_json_type(value) == JSON_IS_OBJECT;
}

bool translate_refuse(struct translating *translating, const char *problem, const char *param_format, ...)
{
    struct translate_flaw *flaw = translating->flaw;
    va_list args;
    va_start(args, param_format);
    (void)vsnprintf(flaw->param, sizeof(flaw->param), param_format, args); /* cut if it is longer */
    va_end(args);
    (void)snprintf(flaw->problem, sizeof(flaw->problem), "%s %s; the request would go to %s.", flaw->param, problem,
                   translating->target->dialect == TTA_DIALECT_ANTHROPIC ? "Anthropic" : "Ollama"); /* likewise */
    return false;
}

/* ---- members of the request ---- */

static bool is_any(struct json_value value)
{
    (void)value;
    return true;
}

static bool is_whole(struct json_value value)
{
    int64_t number;
    return base_num_parse_int64(base_json_number_text(value), INT64_MIN, INT64_MAX, &number);
}

static bool is_count(struct json_value value)
{
    int64_t number;
    return base_num_parse_int64(base_json_number_text(value), 1, INT64_MAX, &number);
}

static bool is_one(struct json_value value)
{
    return base_json_number(value) == 1;
}

static bool is_zero(struct json_value value)
{
    return base_json_number(value) == 0;
}

static bool is_ratio(struct json_value value)
{
    double number = base_json_number(value);
    return number >= 0 && number <= 1;
}

static bool is_up_to_two(struct json_value value)
{
    double number = base_json_number(value);
    return number >= -2 && number <= 2;
}

static bool is_bool(struct json_value value)
{
    return base_json_type(value) == JSON_IS_BOOL;
}

static bool is_false(struct json_value value)
{
    return is_bool(value) && !base_json_is_true(value);
}

static bool is_empty_object(struct json_value value)
{
    return translate_is_object(value) && base_json_count(value) == 0;
}

static bool is_stop(struct json_value value)
{
    bool good = translate_is_string(value) || translate_is_array(value);
    for (struct json_value at = base_json_first(value); at.json; at = base_json_next(value, at)) {
        good = good && translate_is_string(at);
    }
    return good;
}

static bool is_usage_alone(struct json_value value)
{
    return translate_is_object(value) && base_json_count(value) <= 1 &&
           (base_json_count(value) == 0 || is_bool(base_json_member(value, "include_usage")));
}

static bool is_text_alone(struct json_value value)
{
    return translate_is_array(value) && base_json_count(value) == 1 && base_json_equals(base_json_first(value), "text");
}

static bool is_format_of_text(struct json_value value)
{
    return base_json_equals(base_json_member(value, "type"), "text");
}

static bool is_format(struct json_value value)
{
    struct json_value type = base_json_member(value, "type");
    return is_format_of_text(value) || base_json_equals(type, "json_object") ||
           (base_json_equals(type, "json_schema") &&
            translate_is_object(base_json_member(base_json_member(value, "json_schema"), "schema")));
}

static bool is_effort(struct json_value value)
{
    return base_json_equals(value, "none") || base_json_equals(value, "low") || base_json_equals(value, "medium") ||
           base_json_equals(value, "high");
}

static bool is_no_effort(struct json_value value)
{
    return base_json_equals(value, "none");
}

static bool is_usual_tier(struct json_value value)
{
    return base_json_equals(value, "auto") || base_json_equals(value, "default");
}

/* Ollama cannot be made to call a tool. */
static bool is_free_choice(struct json_value value)
{
    return base_json_equals(value, "auto") || base_json_equals(value, "none");
}

static bool is_choice(struct json_value value)
{
    return is_free_choice(value) || base_json_equals(value, "required") ||
           (base_json_equals(base_json_member(value, "type"), "function") &&
            translate_is_string(base_json_member(base_json_member(value, "function"), "name")));
}

/* What may stand in a request, by dialect; null may stand anywhere. */
static const struct rule {
    const char *key;
    unsigned dialects;
    bool (*fits)(struct json_value value);
    const char *problem; /* if it does not */
} rules[] = {
    {"model", TO_BOTH, is_any, ""},
    {"messages", TO_BOTH, translate_is_array, "must be an array"},
    {"stream", TO_BOTH, is_bool, "must be true or false"},
    {"stream_options", TO_BOTH, is_usage_alone, "may hold include_usage alone"},
    {"x_tta", TO_BOTH, is_any, ""},
    {"max_tokens", TO_BOTH, is_count, "must be a whole number from 1 on"},
    {"max_completion_tokens", TO_BOTH, is_count, "must be a whole number from 1 on"},
    {"temperature", TO_ANTHROPIC, is_ratio, "must be a number from 0 to 1"},
    {"temperature", TO_OLLAMA, is_up_to_two, "must be a number up to 2"},
    {"top_p", TO_BOTH, is_ratio, "must be a number from 0 to 1"},
    {"top_k", TO_BOTH, is_whole, "must be a whole number"},
    {"stop", TO_BOTH, is_stop, "must be a text or an array of texts"},
    {"tools", TO_BOTH, translate_is_array, "must be an array"},
    {"tool_choice", TO_ANTHROPIC, is_choice, "must be auto, none, required or the name of a function"},
    {"tool_choice", TO_OLLAMA, is_free_choice, "must be auto or none"},
    {"parallel_tool_calls", TO_ANTHROPIC, is_bool, "must be true or false"},
    {"parallel_tool_calls", TO_OLLAMA, base_json_is_true, "cannot be turned off"},
    {"user", TO_BOTH, translate_is_string, "must be a text"},
    {"seed", TO_OLLAMA, is_whole, "must be a whole number"},
    {"presence_penalty", TO_OLLAMA, is_up_to_two, "must be a number from -2 to 2"},
    {"presence_penalty", TO_ANTHROPIC, is_zero, "must be 0"},
    {"frequency_penalty", TO_OLLAMA, is_up_to_two, "must be a number from -2 to 2"},
    {"frequency_penalty", TO_ANTHROPIC, is_zero, "must be 0"},
    {"response_format", TO_OLLAMA, is_format, "must be text, json_object, or json_schema with its schema"},
    {"response_format", TO_ANTHROPIC, is_format_of_text, "must be text"},
    {"reasoning_effort", TO_OLLAMA, is_effort, "must be none, low, medium or high"},
    {"reasoning_effort", TO_ANTHROPIC, is_no_effort, "must be none"},
    {"n", TO_BOTH, is_one, "must be 1"},
    {"logprobs", TO_BOTH, is_false, "must be false"},
    {"logit_bias", TO_BOTH, is_empty_object, "must be empty"},
    {"store", TO_BOTH, is_false, "must be false"},
    {"modalities", TO_BOTH, is_text_alone, "must be text alone"},
    {"service_tier", TO_BOTH, is_usual_tier, "must be auto or default"},
};

enum { RULE_COUNT = sizeof(rules) / sizeof(rules[0]) };

/* A key as a person may read it: the text of the client, cut, and without what is no ASCII. */
static void show_key(struct json_value key, char out[64])
{
    size_t len = base_json_text(key, out, 64);
    len = len < 63 ? len : 63;
    for (size_t i = 0; i < len; i++) {
        out[i] = out[i] >= 0x20 && out[i] < 0x7F ? out[i] : '?';
    }
}

static bool check_member(struct translating *translating, struct json_value value)
{
    unsigned dialect = translating->target->dialect == TTA_DIALECT_ANTHROPIC ? TO_ANTHROPIC : TO_OLLAMA;
    struct json_value key = base_json_key(value);
    char shown[64];
    if (translate_is_none(value)) {
        return true;
    }
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if ((rules[i].dialects & dialect) && base_json_equals(key, rules[i].key)) {
            return rules[i].fits(value) || translate_refuse(translating, rules[i].problem, "%s", rules[i].key);
        }
    }
    show_key(key, shown);
    return translate_refuse(translating, "cannot be translated", "%s", shown);
}

bool translate_has_only(struct translating *translating, struct json_value object, const char *const *keys,
                        const char *where)
{
    char shown[64];
    for (struct json_value at = base_json_first(object); at.json; at = base_json_next(object, at)) {
        const char *const *key = keys;
        while (*key && !base_json_equals(base_json_key(at), *key)) {
            key++;
        }
        if (!*key && !translate_is_none(at)) {
            show_key(base_json_key(at), shown);
            return translate_refuse(translating, "cannot be translated", "%s.%s", where, shown);
        }
    }
    return true;
}

/* ---- writing ---- */

void translate_add_member(struct buf *out, const char *key, struct json_value value)
{
    if (!translate_is_none(value)) {
        base_buf_addf(out, ",\"%s\":", key);
        base_buf_add(out, base_json_raw(value));
    }
}

struct str translate_inner(struct json_value string)
{
    struct str raw = base_json_raw(string);
    return translate_is_string(string) ? (struct str){raw.ptr + 1, raw.len - 2} : (struct str){"", 0};
}

static bool write_request(struct translating *translating)
{
    struct json_value root = translating->root;
    if (!translate_is_object(root)) {
        return translate_refuse(translating, "must be an object", "%s", "The body");
    }
    for (struct json_value at = base_json_first(root); at.json; at = base_json_next(root, at)) {
        if (!check_member(translating, at)) {
            return false;
        }
    }
    if (!translate_is_array(base_json_member(root, "messages"))) {
        return translate_refuse(translating, "must be an array", "%s", "messages");
    }
    base_buf_add(translating->out, STR("{\"model\":"));
    base_json_add_text(translating->out, translating->target->model);
    bool good = translating->target->dialect == TTA_DIALECT_ANTHROPIC ? translate_to_anthropic(translating)
                                                                      : translate_to_ollama(translating);
    base_buf_add_char(translating->out, '}');
    return good;
}

enum translate_outcome translate_request(const struct translate_target *target, struct str body, struct buf *out,
                                         struct translate_flaw *out_flaw)
{
    struct json json;
    struct json_flaw json_flaw;
    struct translating translating = {.target = target, .out = out, .flaw = out_flaw};
    enum json_outcome outcome = base_json_read(body, &json, &json_flaw);
    *out_flaw = (struct translate_flaw){{'\0'}, {'\0'}};
    if (outcome != JSON_READ) {
        (void)translate_refuse(&translating, "must be JSON", "%s", "The body"); /* it says false */
        return outcome == JSON_NO_MEMORY ? TRANSLATE_NO_MEMORY : TRANSLATE_UNFIT;
    }
    translating.root = base_json_root(&json);
    bool good = write_request(&translating);
    base_json_deinit(&json);
    if (translating.lacks_memory || !base_buf_ok(out)) {
        return TRANSLATE_NO_MEMORY;
    }
    return good ? TRANSLATED : TRANSLATE_UNFIT;
}
