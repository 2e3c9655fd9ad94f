// SPDX-License-Identifier: MIT
/*
 * Streams, event by event.  Anthropic's blocks come one after the other, each
 * with its beginning, its pieces and its end; those of type tool_use are counted,
 * which numbers the calls.  Ollama's lines hold whole calls.
 *
 * Arguments of a call come as pieces of a text.  A call without any has none,
 * which is no JSON: OpenAI's clients get "{}".
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/tta/gateway/translate_parts.h"
#include "tta/usage_json.h"

enum { MAX_HEAD_BYTES = 4096, MAX_ID_BYTES = 64 };

struct translate_stream {
    struct translate_about about;
    char id[MAX_ID_BYTES];
    char *model;
    struct buf line, data;
    struct buf head; /* of each chunk, up to its delta; empty before the first */
    bool has_begun; /* some byte was there that is not blank, nor of a mark of the byte order */
    bool has_data, skips_newline, has_failed;
    bool is_in_call, has_arguments; /* of the block that has not ended */
    bool has_finish;
    bool is_over;
    size_t call_count;
    struct tta_usage usage;
};

struct translate_stream *translate_stream_create(const struct translate_about *about)
{
    struct translate_stream *stream = calloc(1, sizeof(*stream));
    if (!stream) {
        return NULL;
    }
    stream->about = *about;
    strncpy(stream->id, about->id, sizeof(stream->id) - 1);
    stream->model = strdup(about->model);
    stream->about.id = stream->id;
    stream->about.model = stream->model;
    stream->usage = (struct tta_usage)TTA_USAGE_NONE;
    base_buf_init(&stream->line, TTA_STREAM_MAX_EVENT_BYTES);
    base_buf_init(&stream->data, TTA_STREAM_MAX_EVENT_BYTES);
    base_buf_init(&stream->head, MAX_HEAD_BYTES);
    if (!stream->model) {
        translate_stream_destroy(stream);
        return NULL;
    }
    return stream;
}

void translate_stream_destroy(struct translate_stream *stream)
{
    if (stream) {
        base_buf_deinit(&stream->line);
        base_buf_deinit(&stream->data);
        base_buf_deinit(&stream->head);
        free(stream->model);
        free(stream);
    }
}

/* ---- chunks ---- */

static void begin_chunk(const struct translate_stream *stream, struct buf *out)
{
    base_buf_add(out, base_buf_str(&stream->head));
    base_buf_add(out, STR("\"choices\":[{\"index\":0,\"delta\":{"));
}

static void end_chunk(struct str finish_reason, struct buf *out)
{
    base_buf_add(out, STR("},\"finish_reason\":"));
    base_buf_add(out, finish_reason);
    base_buf_add(out, STR("}]}\n\n"));
}

/* A chunk with a piece of text, as it stands; of an empty one there is none. */
static void add_piece(const struct translate_stream *stream, const char *key, struct json_value text, struct buf *out)
{
    if (translate_inner(text).len > 0) {
        begin_chunk(stream, out);
        base_buf_addf(out, "\"%s\":", key);
        base_buf_add(out, base_json_raw(text));
        end_chunk(STR("null"), out);
    }
}

/* The first chunk, before anything else; `told` has the answer's id and model, perhaps. */
static void begin_answer(struct translate_stream *stream, struct json_value told, struct buf *out)
{
    if (stream->head.len > 0) {
        return;
    }
    base_buf_add(&stream->head, STR("data: {\"id\":"));
    translate_add_name(&stream->head, base_json_member(told, "id"), stream->id);
    base_buf_addf(&stream->head, ",\"object\":\"chat.completion.chunk\",\"created\":%" PRId64 ",\"model\":",
                  stream->about.created_unix_s);
    translate_add_name(&stream->head, base_json_member(told, "model"), stream->model);
    base_buf_add_char(&stream->head, ',');
    stream->has_failed = stream->has_failed || !base_buf_ok(&stream->head);
    begin_chunk(stream, out);
    base_buf_add(out, STR("\"role\":\"assistant\",\"content\":\"\""));
    end_chunk(STR("null"), out);
}

static void add_finish(struct translate_stream *stream, struct json_value reason, struct buf *out)
{
    stream->has_finish = true;
    begin_chunk(stream, out);
    end_chunk(translate_finish_reason(&stream->about, reason, stream->call_count > 0), out);
}

static void end_answer(struct translate_stream *stream, struct buf *out)
{
    size_t before = out->len;
    if (stream->about.includes_usage) {
        base_buf_add(out, base_buf_str(&stream->head));
        base_buf_add(out, STR("\"choices\":[]"));
        size_t without = out->len;
        translate_add_usage(out, &stream->usage);
        if (base_buf_ok(out) && out->len == without) { /* it is not known: no chunk is better than one of nothing */
            out->len = before;
        } else {
            base_buf_add(out, STR("}\n\n"));
        }
    }
    base_buf_add(out, STR("data: [DONE]\n\n"));
    stream->is_over = true;
}

static void add_arguments(struct translate_stream *stream, struct str text, struct buf *out)
{
    if (text.len > 0) {
        begin_chunk(stream, out);
        base_buf_addf(out, "\"tool_calls\":[{\"index\":%zu,\"function\":{\"arguments\":\"", stream->call_count - 1);
        base_buf_add(out, text);
        base_buf_add(out, STR("\"}}]"));
        end_chunk(STR("null"), out);
        stream->has_arguments = true;
    }
}

static void add_call(struct translate_stream *stream, struct json_value id, struct json_value name,
                     struct str arguments, struct buf *out)
{
    begin_chunk(stream, out);
    base_buf_add(out, STR("\"tool_calls\":["));
    translate_add_call(out, &stream->about, stream->call_count++, true, id, name, arguments);
    base_buf_add_char(out, ']');
    end_chunk(STR("null"), out);
}

/* ---- events ---- */

static void take_block(struct translate_stream *stream, struct json_value block, struct buf *out)
{
    struct json_value input = base_json_member(block, "input");
    if (base_json_equals(base_json_member(block, "type"), "tool_use")) {
        stream->is_in_call = true;
        stream->has_arguments = base_json_count(input) > 0;
        add_call(stream, base_json_member(block, "id"), base_json_member(block, "name"),
                 stream->has_arguments ? base_json_raw(input) : STR(""), out);
    } else {
        add_piece(stream, "content", base_json_member(block, "text"), out);
        add_piece(stream, "reasoning", base_json_member(block, "thinking"), out);
    }
}

static void take_delta(struct translate_stream *stream, struct json_value delta, struct buf *out)
{
    struct json_value type = base_json_member(delta, "type");
    if (base_json_equals(type, "text_delta")) {
        add_piece(stream, "content", base_json_member(delta, "text"), out);
    } else if (base_json_equals(type, "thinking_delta")) {
        add_piece(stream, "reasoning", base_json_member(delta, "thinking"), out);
    } else if (base_json_equals(type, "input_json_delta") && stream->is_in_call) {
        add_arguments(stream, translate_inner(base_json_member(delta, "partial_json")), out);
    }
}

static void take_event_of_anthropic(struct translate_stream *stream, struct json_value root, struct buf *out)
{
    struct json_value type = base_json_member(root, "type"), delta = base_json_member(root, "delta");
    if (base_json_equals(type, "ping")) {
        return;
    }
    begin_answer(stream, base_json_member(root, "message"), out);
    if (base_json_equals(type, "content_block_start")) {
        take_block(stream, base_json_member(root, "content_block"), out);
    } else if (base_json_equals(type, "content_block_delta")) {
        take_delta(stream, delta, out);
    } else if (base_json_equals(type, "content_block_stop")) {
        if (stream->is_in_call && !stream->has_arguments) {
            add_arguments(stream, STR("{}"), out);
        }
        stream->is_in_call = false;
    } else if (base_json_equals(type, "message_delta") &&
               base_json_type(base_json_member(delta, "stop_reason")) == JSON_IS_STRING && !stream->has_finish) {
        add_finish(stream, base_json_member(delta, "stop_reason"), out);
    } else if (base_json_equals(type, "message_stop")) {
        if (!stream->has_finish) {
            add_finish(stream, (struct json_value){NULL, 0}, out);
        }
        end_answer(stream, out);
    }
}

static void take_line_of_ollama(struct translate_stream *stream, struct json_value root, struct buf *out)
{
    struct json_value message = base_json_member(root, "message"), calls = base_json_member(message, "tool_calls");
    begin_answer(stream, root, out);
    add_piece(stream, "reasoning", base_json_member(message, "thinking"), out);
    add_piece(stream, "content", base_json_member(message, "content"), out);
    for (struct json_value at = base_json_first(calls); at.json; at = base_json_next(calls, at)) {
        struct json_value function = base_json_member(at, "function");
        add_call(stream, base_json_member(at, "id"), base_json_member(function, "name"),
                 translate_arguments(base_json_member(function, "arguments")), out);
    }
    if (base_json_is_true(base_json_member(root, "done"))) {
        add_finish(stream, base_json_member(root, "done_reason"), out);
        end_answer(stream, out);
    }
}

static void take_event(struct translate_stream *stream, struct str text, struct buf *out)
{
    struct json json;
    struct json_flaw flaw;
    text = base_str_trim(text);
    if (text.len == 0 || stream->is_over) {
        return;
    }
    enum json_outcome outcome = base_json_read(text, &json, &flaw);
    if (outcome == JSON_READ) {
        struct json_value root = base_json_root(&json);
        tta_usage_update(&stream->usage, root);
        if (stream->about.dialect == TTA_DIALECT_ANTHROPIC) {
            take_event_of_anthropic(stream, root, out);
        } else {
            take_line_of_ollama(stream, root, out);
        }
        base_json_deinit(&json);
    }
    stream->has_failed = stream->has_failed || outcome == JSON_NO_MEMORY;
}

/* ---- lines, as tta/stream.c reads them ---- */

static void take_line(struct translate_stream *stream, struct str line, struct buf *out)
{
    struct str value;
    if (stream->about.dialect == TTA_DIALECT_OLLAMA) {
        take_event(stream, line, out);
    } else if (line.len == 0) {
        take_event(stream, base_buf_str(&stream->data), out);
        base_buf_reset(&stream->data);
        stream->has_data = false;
    } else if (base_str_equal(base_str_cut(line, ':', &value), STR("data"))) {
        base_buf_add(&stream->data, stream->has_data ? STR("\n") : STR(""));
        base_buf_add(&stream->data, base_str_trim(value));
        stream->has_data = true;
        stream->has_failed = stream->has_failed || !base_buf_ok(&stream->data);
    }
}

/* Where the line ends; NULL if it does not. */
static const char *end_of_line(struct str bytes)
{
    const char *newline = memchr(bytes.ptr, '\n', bytes.len);
    const char *carriage_return = memchr(bytes.ptr, '\r', newline ? (size_t)(newline - bytes.ptr) : bytes.len);
    return carriage_return ? carriage_return : newline;
}

/* As tta/stream.c passes them over. */
static struct str without_blanks(struct str bytes)
{
    while (bytes.len > 0 && bytes.ptr[0] != '\0' && strchr(" \t\r\n\xef\xbb\xbf", bytes.ptr[0])) {
        bytes = (struct str){bytes.ptr + 1, bytes.len - 1};
    }
    return bytes;
}

bool translate_stream_feed(struct translate_stream *stream, struct str bytes, struct buf *out)
{
    bytes = stream->has_begun ? bytes : without_blanks(bytes);
    stream->has_begun = stream->has_begun || bytes.len > 0;
    while (bytes.len > 0 && !stream->has_failed) {
        if (stream->skips_newline && bytes.ptr[0] == '\n') {
            stream->skips_newline = false;
            bytes = (struct str){bytes.ptr + 1, bytes.len - 1};
            continue;
        }
        stream->skips_newline = false;
        const char *end = end_of_line(bytes);
        size_t len = end ? (size_t)(end - bytes.ptr) : bytes.len;
        if (end && stream->line.len == 0) {
            take_line(stream, (struct str){bytes.ptr, len}, out);
        } else {
            base_buf_add(&stream->line, (struct str){bytes.ptr, len});
            stream->has_failed = stream->has_failed || !base_buf_ok(&stream->line);
            if (end) {
                take_line(stream, base_buf_str(&stream->line), out);
                base_buf_reset(&stream->line);
            }
        }
        stream->skips_newline = end && *end == '\r';
        len += end ? 1 : 0;
        bytes = (struct str){bytes.ptr + len, bytes.len - len};
    }
    return !stream->has_failed && base_buf_ok(out);
}
