// SPDX-License-Identifier: MIT
/* How the messages and tools of a request are read, whatever dialect they are for. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/tta/gateway/translate_parts.h"

static const struct {
    const char *word;
    enum translate_role role;
    const char *const *keys;
} roles[] = {
    {"system", ROLE_SYSTEM, (const char *const[]){"role", "content", NULL}},
    {"developer", ROLE_SYSTEM, (const char *const[]){"role", "content", NULL}},
    {"user", ROLE_USER, (const char *const[]){"role", "content", NULL}},
    /* what an answer has besides comes back with it, and is nothing to the model */
    {"assistant", ROLE_ASSISTANT,
     (const char *const[]){"role", "content", "tool_calls", "refusal", "annotations", "reasoning", "reasoning_content",
                           "reasoning_details", NULL}},
    {"tool", ROLE_TOOL, (const char *const[]){"role", "content", "tool_call_id", "name", NULL}},
};

enum { ROLE_COUNT = sizeof(roles) / sizeof(roles[0]) };

bool translate_read_message(struct translating *translating, struct json_value json, size_t number,
                            struct translate_message *out_message)
{
    struct json_value role = base_json_member(json, "role");
    char where[64];
    size_t i = 0;
    (void)snprintf(where, sizeof(where), "messages[%zu]", number); /* fits */
    while (i < ROLE_COUNT && !base_json_equals(role, roles[i].word)) {
        i++;
    }
    if (i == ROLE_COUNT) {
        return translate_refuse(translating, "must be system, developer, user, assistant or tool", "%s.role", where);
    }
    struct translate_message message = {
        .json = json,
        .role = roles[i].role,
        .number = number,
        .content = base_json_member(json, "content"),
        .calls = base_json_member(json, "tool_calls"),
    };
    if (message.role == ROLE_ASSISTANT && translate_is_none(message.content)) {
        message.content = base_json_member(json, "refusal");
    }
    if (!translate_has_only(translating, json, roles[i].keys, where)) {
        return false;
    }
    if (!translate_is_none(message.calls) && !translate_is_array(message.calls)) {
        return translate_refuse(translating, "must be an array", "%s.tool_calls", where);
    }
    if (message.role == ROLE_TOOL && !translate_is_string(base_json_member(json, "tool_call_id"))) {
        return translate_refuse(translating, "must be that of a call", "%s.tool_call_id", where);
    }
    if (!translate_is_string(message.content) && !translate_is_array(message.content) &&
        !(message.role == ROLE_ASSISTANT && translate_is_none(message.content))) {
        return translate_refuse(translating, "must be a text or an array of parts", "%s.content", where);
    }
    *out_message = message;
    return true;
}

/* A part of a content that is an array; its text may be empty. */
static bool read_part(struct translating *translating, const struct translate_message *message, struct json_value json,
                      struct translate_part *out_part)
{
    static const char *const of_text[] = {"type", "text", NULL};
    static const char *const of_refusal[] = {"type", "refusal", NULL};
    static const char *const of_image[] = {"type", "image_url", NULL};
    struct json_value type = base_json_member(json, "type");
    const char *const *keys = of_text;
    char where[96];
    (void)snprintf(where, sizeof(where), "messages[%zu].content[%zu]", message->number, out_part->number); /* fits */
    out_part->kind = PART_TEXT;
    if (base_json_equals(type, "text")) {
        out_part->value = base_json_member(json, "text");
    } else if (base_json_equals(type, "refusal") && message->role == ROLE_ASSISTANT) {
        keys = of_refusal;
        out_part->value = base_json_member(json, "refusal");
    } else if (base_json_equals(type, "image_url") && message->role == ROLE_USER) {
        keys = of_image;
        out_part->kind = PART_IMAGE;
        out_part->value = base_json_member(base_json_member(json, "image_url"), "url");
    } else {
        return translate_refuse(translating, "cannot be translated", "%s", where);
    }
    if (!translate_is_string(out_part->value)) {
        return translate_refuse(translating, "lacks what its type says", "%s", where);
    }
    return translate_has_only(translating, json, keys, where);
}

bool translate_next_part(struct translating *translating, struct translate_parts *parts,
                         struct translate_part *out_part, bool *good)
{
    struct json_value content = parts->message->content;
    bool is_first = !parts->is_begun;
    parts->is_begun = true;
    *good = true;
    if (translate_is_string(content)) {
        *out_part = (struct translate_part){.kind = PART_TEXT, .value = content};
        return is_first && translate_inner(content).len > 0;
    }
    for (;; is_first = false) {
        parts->number += is_first ? 0 : 1;
        parts->at = is_first ? base_json_first(content) : base_json_next(content, parts->at);
        if (!parts->at.json) {
            return false;
        }
        out_part->number = parts->number;
        *good = read_part(translating, parts->message, parts->at, out_part);
        if (!*good || out_part->kind != PART_TEXT || translate_inner(out_part->value).len > 0) {
            return *good;
        }
    }
}

bool translate_read_data_url(struct json_value url, struct str *out_type, struct str *out_base64)
{
    struct str text = translate_inner(url), rest, base64;
    if (!base_str_starts_with(text, STR("data:"))) {
        return false;
    }
    struct str head = base_str_cut(text, ',', &base64);
    struct str type = base_str_cut((struct str){head.ptr + 5, head.len - 5}, ';', &rest);
    if (!base64.ptr || type.len == 0 || !base_str_equal(rest, STR("base64"))) {
        return false;
    }
    *out_type = type;
    *out_base64 = base64;
    return true;
}

/* Adds the text of an object, from the text of it that the string is.  False if it is none, or without memory. */
static bool decode_arguments(struct translating *translating, struct json_value value, struct buf *out)
{
    size_t len = base_json_text(value, NULL, 0);
    struct json json;
    struct json_flaw flaw;
    char *text = malloc(len + 1);
    if (!text) {
        translating->lacks_memory = true;
        return false;
    }
    (void)base_json_text(value, text, len + 1); /* all of it fits */
    enum json_outcome outcome = base_json_read((struct str){text, len}, &json, &flaw);
    bool good = outcome == JSON_READ && translate_is_object(base_json_root(&json));
    translating->lacks_memory = translating->lacks_memory || outcome == JSON_NO_MEMORY;
    if (good) {
        base_buf_add(out, base_str_trim((struct str){text, len}));
    }
    if (outcome == JSON_READ) {
        base_json_deinit(&json);
    }
    free(text);
    return good;
}

bool translate_read_call(struct translating *translating, const struct translate_message *message,
                         struct json_value json, size_t number, struct translate_call *out_call)
{
    static const char *const keys[] = {"id", "type", "function", "index", NULL};
    static const char *const function_keys[] = {"name", "arguments", NULL};
    struct json_value type = base_json_member(json, "type"), function = base_json_member(json, "function");
    struct json_value arguments = base_json_member(function, "arguments");
    char where[128];
    (void)snprintf(where, sizeof(where), "messages[%zu].tool_calls[%zu]", message->number, number); /* fits */
    out_call->id = base_json_member(json, "id");
    out_call->name = base_json_member(function, "name");
    base_buf_init(&out_call->arguments, SIZE_MAX / 2);
    if (!translate_is_none(type) && !base_json_equals(type, "function")) {
        return translate_refuse(translating, "must be function", "%s.type", where);
    }
    if (!translate_is_string(out_call->id) || !translate_is_string(out_call->name)) {
        return translate_refuse(translating, "must have an id and the name of a function", "%s", where);
    }
    if (!translate_has_only(translating, json, keys, where) ||
        !translate_has_only(translating, function, function_keys, where)) {
        return false;
    }
    if (translate_is_none(arguments) || base_json_equals(arguments, "")) {
        base_buf_add(&out_call->arguments, STR("{}"));
    } else if (!translate_is_string(arguments) || !decode_arguments(translating, arguments, &out_call->arguments)) {
        return translate_refuse(translating, "must be the text of a JSON object", "%s.function.arguments", where);
    }
    translating->lacks_memory = translating->lacks_memory || !base_buf_ok(&out_call->arguments);
    return base_buf_ok(&out_call->arguments);
}

/* A guarantee that is not kept must not be asked for; Ollama is told all that is said of a tool as it stands. */
static bool may_be_strict(const struct translating *translating, struct json_value strict)
{
    return translate_is_none(strict) || translating->target->dialect == TTA_DIALECT_OLLAMA ||
           (base_json_type(strict) == JSON_IS_BOOL && !base_json_is_true(strict));
}

bool translate_read_tool(struct translating *translating, struct json_value json, size_t number,
                         struct translate_tool *out_tool)
{
    static const char *const keys[] = {"type", "function", NULL};
    static const char *const function_keys[] = {"name", "description", "parameters", "strict", NULL};
    struct json_value function = base_json_member(json, "function");
    char where[64];
    (void)snprintf(where, sizeof(where), "tools[%zu]", number); /* fits */
    *out_tool = (struct translate_tool){base_json_member(function, "name"), base_json_member(function, "description"),
                                        base_json_member(function, "parameters")};
    if (!base_json_equals(base_json_member(json, "type"), "function")) {
        return translate_refuse(translating, "must be function", "%s.type", where);
    }
    if (!translate_is_string(out_tool->name)) {
        return translate_refuse(translating, "must be a name", "%s.function.name", where);
    }
    if (!translate_is_none(out_tool->description) && !translate_is_string(out_tool->description)) {
        return translate_refuse(translating, "must be a text", "%s.function.description", where);
    }
    if (!translate_is_none(out_tool->parameters) && !translate_is_object(out_tool->parameters)) {
        return translate_refuse(translating, "must be a JSON schema", "%s.function.parameters", where);
    }
    if (!may_be_strict(translating, base_json_member(function, "strict"))) {
        return translate_refuse(translating, "cannot be promised", "%s.function.strict", where);
    }
    return translate_has_only(translating, json, keys, where) &&
           translate_has_only(translating, function, function_keys, where);
}
