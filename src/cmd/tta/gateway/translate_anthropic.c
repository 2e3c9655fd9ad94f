// SPDX-License-Identifier: MIT
/*
 * A request as Anthropic's POST /v1/messages has it: what the system says stands
 * apart, sides take turns, and results of tools are the user's.  Messages of one
 * side that follow each other become one, so that the results of calls that were
 * made together stand together, as they must.
 */
#include "cmd/tta/gateway/translate_parts.h"

enum { USUAL_MAX_TOKENS = 4096 }; /* of the first of these models, and none takes less */

/* An array of blocks, of a message or of what the system says. */
struct blocks {
    struct buf *out;
    enum translate_role side; /* ROLE_USER or ROLE_ASSISTANT, or ROLE_SYSTEM before the first */
    size_t message_count;
    bool has_block;
};

/* In front of a block of a side. */
static void begin_block(struct blocks *blocks, enum translate_role side)
{
    if (blocks->side != side) {
        base_buf_add(blocks->out, blocks->message_count > 0 ? STR("]},{\"role\":") : STR("{\"role\":"));
        base_buf_add(blocks->out,
                     side == ROLE_USER ? STR("\"user\",\"content\":[") : STR("\"assistant\",\"content\":["));
        blocks->side = side;
        blocks->message_count++;
        blocks->has_block = false;
    }
    base_buf_add(blocks->out, blocks->has_block ? STR(",") : STR(""));
    blocks->has_block = true;
}

static void add_text(struct buf *out, struct json_value text)
{
    base_buf_add(out, STR("{\"type\":\"text\",\"text\":"));
    base_buf_add(out, base_json_raw(text));
    base_buf_add_char(out, '}');
}

static void add_image(struct buf *out, struct json_value url)
{
    struct str type, base64;
    if (translate_read_data_url(url, &type, &base64)) {
        base_buf_add(out, STR("{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\""));
        base_buf_add(out, type);
        base_buf_add(out, STR("\",\"data\":\""));
        base_buf_add(out, base64);
        base_buf_add(out, STR("\"}}"));
    } else {
        base_buf_add(out, STR("{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":"));
        base_buf_add(out, base_json_raw(url));
        base_buf_add(out, STR("}}"));
    }
}

/* A message's own words. */
static bool add_parts(struct translating *translating, const struct translate_message *message, struct blocks *blocks)
{
    struct translate_parts parts = {.message = message};
    struct translate_part part;
    bool good;
    while (translate_next_part(translating, &parts, &part, &good)) {
        begin_block(blocks, message->role);
        if (part.kind == PART_IMAGE) {
            add_image(blocks->out, part.value);
        } else {
            add_text(blocks->out, part.value);
        }
    }
    return good;
}

static bool add_calls(struct translating *translating, const struct translate_message *message, struct blocks *blocks)
{
    size_t number = 0;
    bool good = true;
    for (struct json_value at = base_json_first(message->calls); at.json && good;
         at = base_json_next(message->calls, at)) {
        struct translate_call call;
        good = translate_read_call(translating, message, at, number++, &call);
        if (good) {
            begin_block(blocks, ROLE_ASSISTANT);
            base_buf_add(blocks->out, STR("{\"type\":\"tool_use\",\"id\":"));
            base_buf_add(blocks->out, base_json_raw(call.id));
            base_buf_add(blocks->out, STR(",\"name\":"));
            base_buf_add(blocks->out, base_json_raw(call.name));
            base_buf_add(blocks->out, STR(",\"input\":"));
            base_buf_add(blocks->out, base_buf_str(&call.arguments));
            base_buf_add_char(blocks->out, '}');
        }
        base_buf_deinit(&call.arguments);
    }
    return good;
}

static bool add_result(struct translating *translating, const struct translate_message *message, struct blocks *blocks)
{
    struct translate_parts parts = {.message = message};
    struct translate_part part;
    bool good, is_first = true;
    begin_block(blocks, ROLE_USER);
    base_buf_add(blocks->out, STR("{\"type\":\"tool_result\",\"tool_use_id\":"));
    base_buf_add(blocks->out, base_json_raw(base_json_member(message->json, "tool_call_id")));
    base_buf_add(blocks->out, STR(",\"content\":["));
    while (translate_next_part(translating, &parts, &part, &good)) {
        base_buf_add(blocks->out, is_first ? STR("") : STR(","));
        add_text(blocks->out, part.value);
        is_first = false;
    }
    base_buf_add(blocks->out, STR("]}"));
    return good;
}

static bool add_message(struct translating *translating, const struct translate_message *message, struct blocks *blocks)
{
    switch (message->role) {
    case ROLE_SYSTEM:
        return true; /* it has its own place */
    case ROLE_USER:
        return add_parts(translating, message, blocks);
    case ROLE_ASSISTANT:
        return add_parts(translating, message, blocks) && add_calls(translating, message, blocks);
    case ROLE_TOOL:
        return add_result(translating, message, blocks);
    }
    return true;
}

static bool add_messages(struct translating *translating)
{
    struct json_value messages = base_json_member(translating->root, "messages");
    struct blocks blocks = {.out = translating->out, .side = ROLE_SYSTEM};
    size_t number = 0;
    base_buf_add(translating->out, STR(",\"messages\":["));
    for (struct json_value at = base_json_first(messages); at.json; at = base_json_next(messages, at)) {
        struct translate_message message;
        if (!translate_read_message(translating, at, number++, &message) ||
            !add_message(translating, &message, &blocks)) {
            return false;
        }
    }
    base_buf_add(translating->out, blocks.message_count > 0 ? STR("]}]") : STR("]"));
    return true;
}

/* Wherever it says something, that stands before all else. */
static bool add_system(struct translating *translating)
{
    struct json_value messages = base_json_member(translating->root, "messages");
    size_t number = 0, count = 0;
    for (struct json_value at = base_json_first(messages); at.json; at = base_json_next(messages, at)) {
        struct translate_message message;
        struct translate_part part;
        bool good = true;
        if (!translate_read_message(translating, at, number++, &message)) {
            return false;
        }
        struct translate_parts parts = {.message = &message};
        while (message.role == ROLE_SYSTEM && translate_next_part(translating, &parts, &part, &good)) {
            base_buf_add(translating->out, count++ > 0 ? STR(",") : STR(",\"system\":["));
            add_text(translating->out, part.value);
        }
        if (!good) {
            return false;
        }
    }
    base_buf_add(translating->out, count > 0 ? STR("]") : STR(""));
    return true;
}

static bool add_tools(struct translating *translating)
{
    struct json_value tools = base_json_member(translating->root, "tools");
    struct buf *out = translating->out;
    size_t number = 0;
    for (struct json_value at = base_json_first(tools); at.json; at = base_json_next(tools, at)) {
        struct translate_tool tool;
        if (!translate_read_tool(translating, at, number, &tool)) {
            return false;
        }
        base_buf_add(out, number++ > 0 ? STR(",{\"name\":") : STR(",\"tools\":[{\"name\":"));
        base_buf_add(out, base_json_raw(tool.name));
        translate_add_member(out, "description", tool.description);
        base_buf_add(out, STR(",\"input_schema\":"));
        base_buf_add(out, translate_is_none(tool.parameters) ? STR("{\"type\":\"object\",\"properties\":{}}")
                                                             : base_json_raw(tool.parameters));
        base_buf_add_char(out, '}');
    }
    base_buf_add(out, number > 0 ? STR("]") : STR(""));
    return true;
}

static bool add_choice(struct translating *translating)
{
    struct json_value root = translating->root, choice = base_json_member(root, "tool_choice");
    struct json_value parallel = base_json_member(root, "parallel_tool_calls");
    struct json_value name = base_json_member(base_json_member(choice, "function"), "name");
    bool is_alone = !translate_is_none(parallel) && !base_json_is_true(parallel);
    bool is_none = base_json_equals(choice, "none");
    bool is_free = translate_is_none(choice) || base_json_equals(choice, "auto");
    struct buf *out = translating->out;
    if (base_json_count(base_json_member(root, "tools")) == 0) {
        return is_free || is_none || translate_refuse(translating, "must have tools to choose from", "tool_choice");
    }
    if (is_free && !is_alone) {
        return true;
    }
    base_buf_add(out, STR(",\"tool_choice\":{\"type\":"));
    if (translate_is_none(name)) {
        base_buf_add(out, is_none ? STR("\"none\"") : is_free ? STR("\"auto\"") : STR("\"any\""));
    } else {
        base_buf_add(out, STR("\"tool\",\"name\":"));
        base_buf_add(out, base_json_raw(name));
    }
    base_buf_add(out, is_alone && !is_none ? STR(",\"disable_parallel_tool_use\":true}") : STR("}"));
    return true;
}

static void add_max_tokens(struct translating *translating)
{
    struct json_value stated = base_json_member(translating->root, "max_completion_tokens");
    if (translate_is_none(stated)) {
        stated = base_json_member(translating->root, "max_tokens");
    }
    if (translate_is_none(stated)) {
        int64_t usual = translating->target->max_tokens > 0 ? translating->target->max_tokens : USUAL_MAX_TOKENS;
        base_buf_addf(translating->out, ",\"max_tokens\":%lld", (long long)usual);
    } else {
        translate_add_member(translating->out, "max_tokens", stated);
    }
}

static void add_stop(struct translating *translating)
{
    struct json_value stop = base_json_member(translating->root, "stop");
    if (base_json_type(stop) == JSON_IS_STRING) {
        base_buf_add(translating->out, STR(",\"stop_sequences\":["));
        base_buf_add(translating->out, base_json_raw(stop));
        base_buf_add_char(translating->out, ']');
    } else {
        translate_add_member(translating->out, "stop_sequences", stop);
    }
}

bool translate_to_anthropic(struct translating *translating)
{
    struct json_value root = translating->root, user = base_json_member(root, "user");
    add_max_tokens(translating);
    if (!add_system(translating) || !add_messages(translating)) {
        return false;
    }
    translate_add_member(translating->out, "temperature", base_json_member(root, "temperature"));
    translate_add_member(translating->out, "top_p", base_json_member(root, "top_p"));
    translate_add_member(translating->out, "top_k", base_json_member(root, "top_k"));
    translate_add_member(translating->out, "stream", base_json_member(root, "stream"));
    add_stop(translating);
    if (!translate_is_none(user)) {
        base_buf_add(translating->out, STR(",\"metadata\":{\"user_id\":"));
        base_buf_add(translating->out, base_json_raw(user));
        base_buf_add_char(translating->out, '}');
    }
    return add_tools(translating) && add_choice(translating);
}
