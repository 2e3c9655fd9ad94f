// SPDX-License-Identifier: MIT
/* Whole answers and errors, as a chat completion has them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/tta/gateway/translate_parts.h"
#include "tta/answer_error.h"
#include "tta/usage_json.h"

enum { MAX_NAME_BYTES = 300, ESCAPE_BYTES = 6 };

/* By pieces, for in the arguments of a call every fourth byte or so is a quote. */
void translate_add_escaped(struct buf *out, struct str text)
{
    static const char digits[] = "0123456789abcdef";
    char piece[1024];
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < 0x20) {
            memcpy(piece + len, (const char[]){'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]}, ESCAPE_BYTES);
            len += ESCAPE_BYTES;
        } else {
            piece[len] = '\\';
            len += c == '"' || c == '\\';
            piece[len++] = (char)c;
        }
        if (len > sizeof(piece) - ESCAPE_BYTES) {
            base_buf_add(out, (struct str){piece, len});
            len = 0;
        }
    }
    base_buf_add(out, (struct str){piece, len});
}

void translate_add_usage(struct buf *out, const struct tta_usage *usage)
{
    if (usage->prompt_tokens < 0 || usage->completion_tokens < 0) {
        return;
    }
    base_buf_addf(out, ",\"usage\":{\"prompt_tokens\":%" PRId64 ",\"completion_tokens\":%" PRId64
                       ",\"total_tokens\":%" PRId64,
                  usage->prompt_tokens, usage->completion_tokens, usage->prompt_tokens + usage->completion_tokens);
    if (usage->cached_tokens >= 0) {
        base_buf_addf(out, ",\"prompt_tokens_details\":{\"cached_tokens\":%" PRId64 "}", usage->cached_tokens);
    }
    base_buf_add_char(out, '}');
}

struct str translate_finish_reason(const struct translate_about *about, struct json_value reason, bool has_calls)
{
    if (about->dialect == TTA_DIALECT_OLLAMA) {
        return has_calls                             ? STR("\"tool_calls\"")
               : base_json_equals(reason, "length") ? STR("\"length\"")
                                                    : STR("\"stop\"");
    }
    if (base_json_equals(reason, "max_tokens") || base_json_equals(reason, "model_context_window_exceeded")) {
        return STR("\"length\"");
    }
    return base_json_equals(reason, "tool_use")  ? STR("\"tool_calls\"")
           : base_json_equals(reason, "refusal") ? STR("\"content_filter\"")
                                                 : STR("\"stop\"");
}

void translate_add_name(struct buf *out, struct json_value value, const char *otherwise)
{
    struct str raw = base_json_raw(value);
    if (base_json_type(value) == JSON_IS_STRING && raw.len > 2 && raw.len <= MAX_NAME_BYTES) {
        base_buf_add(out, raw);
    } else {
        base_json_add_text(out, otherwise);
    }
}

struct str translate_arguments(struct json_value arguments)
{
    return base_json_type(arguments) == JSON_IS_OBJECT ? base_json_raw(arguments) : STR("{}");
}

void translate_add_call(struct buf *out, const struct translate_about *about, size_t number, bool has_index,
                        struct json_value id, struct json_value name, struct str arguments)
{
    char made_id[96];
    (void)snprintf(made_id, sizeof(made_id), "call_%.60s_%zu", about->id, number); /* fits */
    base_buf_add_char(out, '{');
    if (has_index) {
        base_buf_addf(out, "\"index\":%zu,", number);
    }
    base_buf_add(out, STR("\"id\":"));
    translate_add_name(out, id, made_id);
    base_buf_add(out, STR(",\"type\":\"function\",\"function\":{\"name\":"));
    translate_add_name(out, name, "");
    base_buf_add(out, STR(",\"arguments\":\""));
    translate_add_escaped(out, arguments);
    base_buf_add(out, STR("\"}}"));
}

/* ---- whole answers ---- */

/* ',"NAME":' and, as one text, those of all blocks of a type, which have it under the type's name. */
static void add_texts(struct buf *out, const char *name, struct json_value blocks, const char *type)
{
    base_buf_addf(out, ",\"%s\":\"", name);
    for (struct json_value at = base_json_first(blocks); at.json; at = base_json_next(blocks, at)) {
        if (base_json_equals(base_json_member(at, "type"), type)) {
            base_buf_add(out, translate_inner(base_json_member(at, type)));
        }
    }
    base_buf_add_char(out, '"');
}

static void begin_completion(const struct translate_about *about, struct json_value root, struct buf *out)
{
    base_buf_add(out, STR("{\"id\":"));
    translate_add_name(out, base_json_member(root, "id"), about->id);
    base_buf_addf(out, ",\"object\":\"chat.completion\",\"created\":%" PRId64 ",\"model\":", about->created_unix_s);
    translate_add_name(out, base_json_member(root, "model"), about->model);
    base_buf_add(out, STR(",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\""));
}

static void end_completion(const struct translate_about *about, struct json_value root, struct json_value reason,
                           bool has_calls, struct buf *out)
{
    struct str word = translate_finish_reason(about, reason, has_calls);
    struct tta_usage usage = TTA_USAGE_NONE;
    base_buf_add(out, STR(",\"refusal\":null},\"logprobs\":null,\"finish_reason\":"));
    base_buf_add(out, word);
    base_buf_add(out, STR("}]"));
    tta_usage_update(&usage, root);
    translate_add_usage(out, &usage);
    base_buf_add(out, STR("}\n"));
}

struct blocks {
    bool have_text, have_thinking, have_calls;
};

static struct blocks look_through(struct json_value blocks)
{
    struct blocks found = {false, false, false};
    for (struct json_value at = base_json_first(blocks); at.json; at = base_json_next(blocks, at)) {
        struct json_value type = base_json_member(at, "type");
        found.have_text = found.have_text || base_json_equals(type, "text");
        found.have_thinking = found.have_thinking || base_json_equals(type, "thinking");
        found.have_calls = found.have_calls || base_json_equals(type, "tool_use");
    }
    return found;
}

static void add_calls(struct buf *out, const struct translate_about *about, struct json_value blocks)
{
    size_t calls = 0;
    for (struct json_value at = base_json_first(blocks); at.json; at = base_json_next(blocks, at)) {
        if (base_json_equals(base_json_member(at, "type"), "tool_use")) {
            base_buf_add(out, calls > 0 ? STR(",") : STR(",\"tool_calls\":["));
            translate_add_call(out, about, calls++, false, base_json_member(at, "id"), base_json_member(at, "name"),
                               translate_arguments(base_json_member(at, "input")));
        }
    }
    base_buf_add_char(out, ']');
}

static bool add_answer_of_anthropic(const struct translate_about *about, struct json_value root, struct buf *out)
{
    struct json_value blocks = base_json_member(root, "content");
    struct blocks found = look_through(blocks);
    if (base_json_type(blocks) != JSON_IS_ARRAY) {
        return false;
    }
    begin_completion(about, root, out);
    if (found.have_calls && !found.have_text) {
        base_buf_add(out, STR(",\"content\":null"));
    } else {
        add_texts(out, "content", blocks, "text");
    }
    if (found.have_thinking) {
        add_texts(out, "reasoning", blocks, "thinking");
    }
    if (found.have_calls) {
        add_calls(out, about, blocks);
    }
    end_completion(about, root, base_json_member(root, "stop_reason"), found.have_calls, out);
    return true;
}

static bool add_answer_of_ollama(const struct translate_about *about, struct json_value root, struct buf *out)
{
    struct json_value message = base_json_member(root, "message"), calls = base_json_member(message, "tool_calls");
    struct str content = translate_inner(base_json_member(message, "content"));
    struct str thinking = translate_inner(base_json_member(message, "thinking"));
    size_t number = 0;
    if (base_json_type(message) != JSON_IS_OBJECT || !base_json_is_true(base_json_member(root, "done"))) {
        return false;
    }
    begin_completion(about, root, out);
    bool has_calls = base_json_count(calls) > 0;
    base_buf_add(out, has_calls && content.len == 0 ? STR(",\"content\":null") : STR(",\"content\":\""));
    base_buf_add(out, content);
    base_buf_add(out, has_calls && content.len == 0 ? STR("") : STR("\""));
    if (thinking.len > 0) {
        base_buf_add(out, STR(",\"reasoning\":\""));
        base_buf_add(out, thinking);
        base_buf_add_char(out, '"');
    }
    for (struct json_value at = base_json_first(calls); at.json; at = base_json_next(calls, at)) {
        struct json_value function = base_json_member(at, "function");
        base_buf_add(out, number > 0 ? STR(",") : STR(",\"tool_calls\":["));
        translate_add_call(out, about, number++, false, base_json_member(at, "id"), base_json_member(function, "name"),
                           translate_arguments(base_json_member(function, "arguments")));
    }
    base_buf_add(out, has_calls ? STR("]") : STR(""));
    end_completion(about, root, base_json_member(root, "done_reason"), has_calls, out);
    return true;
}

static enum translate_outcome outcome_of(bool good, const struct buf *out)
{
    return !base_buf_ok(out) ? TRANSLATE_NO_MEMORY : good ? TRANSLATED : TRANSLATE_UNFIT;
}

enum translate_outcome translate_answer(const struct translate_about *about, struct json_value answer, struct buf *out)
{
    bool good = about->dialect == TTA_DIALECT_ANTHROPIC ? add_answer_of_anthropic(about, answer, out)
                                                        : add_answer_of_ollama(about, answer, out);
    return outcome_of(good, out);
}

/* ---- errors ---- */

static void add_string_or(struct buf *out, const char *key, struct json_value value, const char *otherwise)
{
    base_buf_addf(out, ",\"%s\":", key);
    base_buf_add(out, base_json_type(value) == JSON_IS_STRING ? base_json_raw(value) : base_str(otherwise));
}

enum translate_outcome translate_error(struct str body, struct buf *out)
{
    struct json json;
    struct json_flaw flaw;
    enum json_outcome outcome = base_json_read(body, &json, &flaw);
    if (outcome != JSON_READ) {
        return outcome == JSON_NO_MEMORY ? TRANSLATE_NO_MEMORY : TRANSLATE_UNFIT;
    }
    struct json_value error = tta_error_of_body(base_json_root(&json));
    struct json_value message = base_json_type(error) == JSON_IS_STRING ? error : base_json_member(error, "message");
    bool good = base_json_type(message) == JSON_IS_STRING;
    if (good) {
        base_buf_add(out, STR("{\"error\":{\"message\":"));
        base_buf_add(out, base_json_raw(message));
        add_string_or(out, "type", base_json_member(error, "type"), "\"invalid_request_error\"");
        add_string_or(out, "param", base_json_member(error, "param"), "null");
        add_string_or(out, "code", base_json_member(error, "code"), "null");
        base_buf_add(out, STR("}}"));
    }
    base_json_deinit(&json);
    return outcome_of(good, out);
}
