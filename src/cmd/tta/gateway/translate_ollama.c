// SPDX-License-Identifier: MIT
/*
 * A request as Ollama's POST /api/chat has it: contents are one text each, with
 * images beside it, arguments of calls are objects, and a result names its tool.
 * Descriptions of tools are taken over whole, for they have OpenAI's form.
 */
#include "cmd/tta/gateway/translate_parts.h"

enum { MAX_CALLS_LOOKED_AT = 128 }; /* what OpenAI lets a model call at once; more would make a long body slow */

static bool add_content(struct translating *translating, const struct translate_message *message)
{
    struct translate_parts texts = {.message = message};
    struct translate_part part;
    bool good;
    size_t images = 0;
    base_buf_add(translating->out, STR(",\"content\":\""));
    while (translate_next_part(translating, &texts, &part, &good)) {
        base_buf_add(translating->out, part.kind == PART_TEXT ? translate_inner(part.value) : STR(""));
    }
    base_buf_add_char(translating->out, '"');
    struct translate_parts all = {.message = message};
    while (good && translate_next_part(translating, &all, &part, &good)) {
        struct str type, base64;
        if (part.kind != PART_IMAGE) {
            continue;
        }
        if (!translate_read_data_url(part.value, &type, &base64)) {
            return translate_refuse(translating, "must be in the request, as data:image/png;base64,...",
                                    "messages[%zu].content[%zu].image_url.url", message->number, part.number);
        }
        base_buf_add(translating->out, images++ > 0 ? STR(",\"") : STR(",\"images\":[\""));
        base_buf_add(translating->out, base64);
        base_buf_add_char(translating->out, '"');
    }
    base_buf_add(translating->out, images > 0 ? STR("]") : STR(""));
    return good;
}

static bool add_calls(struct translating *translating, const struct translate_message *message)
{
    struct buf *out = translating->out;
    size_t number = 0;
    bool good = true;
    for (struct json_value at = base_json_first(message->calls); at.json && good;
         at = base_json_next(message->calls, at)) {
        struct translate_call call;
        good = translate_read_call(translating, message, at, number, &call);
        if (good) {
            base_buf_add(out, number++ > 0 ? STR(",{\"id\":") : STR(",\"tool_calls\":[{\"id\":"));
            base_buf_add(out, base_json_raw(call.id));
            base_buf_add(out, STR(",\"function\":{\"name\":"));
            base_buf_add(out, base_json_raw(call.name));
            base_buf_add(out, STR(",\"arguments\":"));
            base_buf_add(out, base_buf_str(&call.arguments));
            base_buf_add(out, STR("}}"));
        }
        base_buf_deinit(&call.arguments);
    }
    base_buf_add(out, number > 0 ? STR("]") : STR(""));
    return good;
}

/* The name of the tool that was called under an id, among the calls last made. */
static struct json_value name_of_call(struct json_value calls, struct json_value id)
{
    size_t looked_at = 0;
    struct str wanted = base_json_raw(id);
    for (struct json_value at = base_json_first(calls); at.json && looked_at < MAX_CALLS_LOOKED_AT;
         at = base_json_next(calls, at)) {
        looked_at++;
        if (base_str_equal(base_json_raw(base_json_member(at, "id")), wanted)) {
            return base_json_member(base_json_member(at, "function"), "name");
        }
    }
    return (struct json_value){NULL, 0};
}

static bool add_message(struct translating *translating, const struct translate_message *message,
                        struct json_value *last_calls)
{
    static const char *const words[] = {
        [ROLE_SYSTEM] = "system", [ROLE_USER] = "user", [ROLE_ASSISTANT] = "assistant", [ROLE_TOOL] = "tool"};
    struct buf *out = translating->out;
    base_buf_addf(out, "{\"role\":\"%s\"", words[message->role]);
    bool good = add_content(translating, message);
    if (message->role == ROLE_ASSISTANT) {
        *last_calls = message->calls;
        good = good && add_calls(translating, message);
    } else if (message->role == ROLE_TOOL) {
        struct json_value id = base_json_member(message->json, "tool_call_id");
        struct json_value name = name_of_call(*last_calls, id);
        name = translate_is_none(name) ? base_json_member(message->json, "name") : name;
        translate_add_member(out, "tool_name", name);
        translate_add_member(out, "tool_call_id", id);
    }
    base_buf_add_char(out, '}');
    return good;
}

static bool add_messages(struct translating *translating)
{
    struct json_value messages = base_json_member(translating->root, "messages"), last_calls = {NULL, 0};
    size_t number = 0;
    base_buf_add(translating->out, STR(",\"messages\":["));
    for (struct json_value at = base_json_first(messages); at.json; at = base_json_next(messages, at)) {
        struct translate_message message;
        if (!translate_read_message(translating, at, number, &message)) {
            return false;
        }
        base_buf_add(translating->out, number++ > 0 ? STR(",") : STR(""));
        if (!add_message(translating, &message, &last_calls)) {
            return false;
        }
    }
    base_buf_add_char(translating->out, ']');
    return true;
}

/* Without tools there is none to be called, which is all that tool_choice can say. */
static bool add_tools(struct translating *translating)
{
    struct json_value tools = base_json_member(translating->root, "tools");
    size_t number = 0;
    for (struct json_value at = base_json_first(tools); at.json; at = base_json_next(tools, at)) {
        struct translate_tool tool;
        if (!translate_read_tool(translating, at, number++, &tool)) {
            return false;
        }
    }
    if (number > 0 && !base_json_equals(base_json_member(translating->root, "tool_choice"), "none")) {
        translate_add_member(translating->out, "tools", tools);
    }
    return true;
}

static void add_format(struct translating *translating)
{
    struct json_value format = base_json_member(translating->root, "response_format");
    struct json_value type = base_json_member(format, "type");
    if (base_json_equals(type, "json_object")) {
        base_buf_add(translating->out, STR(",\"format\":\"json\""));
    } else if (base_json_equals(type, "json_schema")) {
        translate_add_member(translating->out, "format",
                             base_json_member(base_json_member(format, "json_schema"), "schema"));
    }
}

static void add_thinking(struct translating *translating)
{
    struct json_value effort = base_json_member(translating->root, "reasoning_effort");
    if (base_json_equals(effort, "none")) {
        base_buf_add(translating->out, STR(",\"think\":false"));
    } else {
        translate_add_member(translating->out, "think", effort);
    }
}

/* num_predict, and what has the same name there. */
static void add_options(struct translating *translating)
{
    static const char *const same[] = {"temperature",      "top_p",            "top_k", "seed",
                                       "presence_penalty", "frequency_penalty"};
    struct json_value root = translating->root, stop = base_json_member(root, "stop");
    struct json_value limit = base_json_member(root, "max_completion_tokens");
    limit = translate_is_none(limit) ? base_json_member(root, "max_tokens") : limit;
    struct buf *out = translating->out;
    base_buf_add(out, STR(",\"options\":{"));
    size_t begin = out->len;
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        translate_add_member(out, same[i], base_json_member(root, same[i]));
    }
    translate_add_member(out, "num_predict", limit);
    if (base_json_type(stop) == JSON_IS_STRING) {
        base_buf_add(out, STR(",\"stop\":["));
        base_buf_add(out, base_json_raw(stop));
        base_buf_add_char(out, ']');
    } else {
        translate_add_member(out, "stop", stop);
    }
    if (base_buf_ok(out) && out->len > begin) {
        out->ptr[begin] = ' '; /* the first comma */
    }
    base_buf_add_char(out, '}');
}

bool translate_to_ollama(struct translating *translating)
{
    bool is_stream = base_json_is_true(base_json_member(translating->root, "stream"));
    base_buf_add(translating->out, is_stream ? STR(",\"stream\":true") : STR(",\"stream\":false")); /* or it streams */
    if (!add_messages(translating) || !add_tools(translating)) {
        return false;
    }
    add_format(translating);
    add_thinking(translating);
    add_options(translating);
    return true;
}
