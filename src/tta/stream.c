// SPDX-License-Identifier: MIT
/*
 * Bytes are cut into lines, lines put together to events (WHATWG HTML,
 * 9.2.6 "Interpreting an event stream": CR, LF or both end a line, a blank
 * line ends an event, a colon begins a comment), and events read as JSON.
 * With Ollama each line is an event.
 *
 * The first byte that is not blank tells what a body is: "{" or "[" where
 * events are expected is a whole answer, "<" a page for people.
 */
#include "tta/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "tta/answer_error.h"
#include "tta/reply_read.h"
#include "tta/usage_json.h"

enum form { FORM_UNKNOWN, FORM_EVENTS, FORM_LINES, FORM_WHOLE };

struct tta_stream {
    enum tta_dialect dialect;
    enum form form;
    struct buf line; /* not ended yet; the whole body with FORM_WHOLE */
    struct buf data; /* of the event that is not ended yet */
    bool has_data;
    bool skips_newline; /* after a carriage return */
    bool has_finished;  /* a finish_reason was seen */
    bool has_ended;     /* the real end was seen */
    struct tta_progress progress;
};

enum tta_status tta_stream_create(enum tta_dialect dialect, struct tta_stream **out_stream)
{
    if (dialect != TTA_DIALECT_OPENAI && dialect != TTA_DIALECT_ANTHROPIC && dialect != TTA_DIALECT_OLLAMA) {
        return TTA_BAD_ARGUMENT;
    }
    struct tta_stream *stream = calloc(1, sizeof *stream);
    if (!stream) {
        return TTA_NO_MEMORY;
    }
    stream->dialect = dialect;
    base_buf_init(&stream->line, TTA_STREAM_MAX_EVENT_BYTES);
    base_buf_init(&stream->data, TTA_STREAM_MAX_EVENT_BYTES);
    stream->progress.finding.http_status = 200;
    stream->progress.usage = (struct tta_usage)TTA_USAGE_NONE;
    *out_stream = stream;
    return TTA_OK;
}

void tta_stream_destroy(struct tta_stream *stream)
{
    if (stream) {
        base_buf_deinit(&stream->line);
        base_buf_deinit(&stream->data);
        free(stream);
    }
}

static void fail_with(struct tta_stream *stream, struct tta_finding finding)
{
    if (stream->progress.has_content && finding.failure != TTA_FAILURE_CLIENT_GONE) {
        finding.failure = TTA_FAILURE_STREAM_BROKEN;
    }
    stream->progress.finding = finding;
    stream->progress.is_over = true;
}

static void fail_as(struct tta_stream *stream, enum tta_failure failure)
{
    fail_with(stream, (struct tta_finding){.failure = failure, .http_status = 200});
}

static void end_well(struct tta_stream *stream)
{
    stream->has_ended = true;
    stream->progress.is_over = true;
}

static void add_content(struct tta_stream *stream)
{
    stream->progress.has_content = true;
    stream->progress.content_count++;
}

static bool is_text(struct json_value value)
{
    return base_json_text(value, NULL, 0) > 0;
}

static bool has_text_at(struct json_value object, const char *const *keys)
{
    for (; *keys; keys++) {
        if (is_text(base_json_member(object, *keys))) {
            return true;
        }
    }
    return false;
}

static bool is_word(struct json_value object, const char *key, const char *word)
{
    return base_json_equals(base_json_member(object, key), word);
}

/* An end that a filter made before anything was said is a refusal; later it is an end. */
static void finish(struct tta_stream *stream, bool is_filtered)
{
    if (is_filtered && !stream->progress.has_content) {
        fail_as(stream, TTA_FAILURE_POLICY);
    } else {
        stream->has_finished = true;
    }
}

static void read_chunk(struct tta_stream *stream, struct json_value root)
{
    static const char *const spoken[] = {"content", "reasoning", "reasoning_content", "refusal", NULL};
    static const char *const completed[] = {"text", NULL};
    struct json_value choice = base_json_first(base_json_member(root, "choices"));
    struct json_value delta = base_json_member(choice, "delta");
    if (has_text_at(delta, spoken) || has_text_at(choice, completed) ||
        base_json_count(base_json_member(delta, "tool_calls")) > 0) {
        add_content(stream);
    }
    struct json_value reason = base_json_member(choice, "finish_reason");
    if (base_json_equals(reason, "error")) {
        fail_as(stream, TTA_FAILURE_STREAM_BROKEN);
    } else if (is_text(reason)) {
        finish(stream, base_json_equals(reason, "content_filter"));
    }
}

static bool ends_in(struct json_value value, struct str suffix)
{
    char text[64];
    size_t len = base_json_text(value, text, sizeof text);
    return len < sizeof text && base_str_ends_with((struct str){text, len}, suffix);
}

/* OpenAI's responses have typed events, chat completions have none. */
static void read_openai(struct tta_stream *stream, struct json_value root)
{
    struct json_value type = base_json_member(root, "type");
    if (base_json_equals(type, "response.completed") || base_json_equals(type, "response.incomplete")) {
        end_well(stream);
    } else if (base_json_equals(type, "response.failed")) {
        fail_as(stream, TTA_FAILURE_STREAM_BROKEN); /* without an error, or that would have been read */
    } else if (ends_in(type, STR(".delta"))) {
        add_content(stream);
    } else {
        read_chunk(stream, root);
    }
}

static void read_anthropic(struct tta_stream *stream, struct json_value root)
{
    static const char *const spoken[] = {"text", "thinking", "partial_json", NULL};
    struct json_value delta = base_json_member(root, "delta");
    struct json_value block = base_json_member(root, "content_block");
    if (has_text_at(delta, spoken) || is_word(block, "type", "tool_use")) {
        add_content(stream);
    }
    if (is_word(root, "type", "message_delta") && is_text(base_json_member(delta, "stop_reason"))) {
        finish(stream, is_word(delta, "stop_reason", "refusal"));
    } else if (is_word(root, "type", "message_stop")) {
        end_well(stream);
    }
}

static void read_ollama(struct tta_stream *stream, struct json_value root)
{
    static const char *const spoken[] = {"content", "thinking", NULL};
    static const char *const generated[] = {"response", "thinking", NULL};
    struct json_value message = base_json_member(root, "message");
    if (has_text_at(message, spoken) || has_text_at(root, generated) ||
        base_json_count(base_json_member(message, "tool_calls")) > 0) {
        add_content(stream);
    }
    if (base_json_is_true(base_json_member(root, "done"))) {
        end_well(stream);
    }
}

static void read_event(struct tta_stream *stream, struct json_value root)
{
    tta_usage_update(&stream->progress.usage, root);
    struct json_value error = tta_error_of_body(root);
    if (base_json_type(error) != JSON_IS_ABSENT) {
        fail_with(stream, tta_error_classify(error, 200, TTA_FAILURE_STREAM_BROKEN));
        return;
    }
    switch (stream->dialect) {
    case TTA_DIALECT_OPENAI:
        read_openai(stream, root);
        break;
    case TTA_DIALECT_ANTHROPIC:
        read_anthropic(stream, root);
        break;
    case TTA_DIALECT_OLLAMA:
        read_ollama(stream, root);
        break;
    }
}

/* False without memory. */
static bool dispatch(struct tta_stream *stream, struct str text)
{
    text = base_str_trim(text);
    if (text.len == 0 || stream->progress.is_over) {
        return true;
    }
    stream->progress.event_count++;
    if (base_str_equal(text, STR("[DONE]"))) {
        if (stream->has_finished) {
            end_well(stream);
        } else {
            fail_as(stream, TTA_FAILURE_STREAM_BROKEN);
        }
        return true;
    }
    struct json json;
    struct json_flaw flaw;
    enum json_outcome outcome = base_json_read(text, &json, &flaw);
    if (outcome == JSON_READ) {
        read_event(stream, base_json_root(&json));
        base_json_deinit(&json);
    } else if (outcome == JSON_BAD_TEXT) {
        fail_as(stream, TTA_FAILURE_STREAM_BROKEN);
    }
    return outcome != JSON_NO_MEMORY;
}

static bool dispatch_data(struct tta_stream *stream)
{
    bool has_memory = dispatch(stream, base_buf_str(&stream->data));
    base_buf_reset(&stream->data);
    stream->has_data = false;
    return has_memory;
}

static bool end_line(struct tta_stream *stream)
{
    struct str line = base_buf_str(&stream->line);
    bool has_memory = true;
    if (stream->form == FORM_LINES) {
        has_memory = dispatch(stream, line);
    } else if (line.len == 0) {
        has_memory = dispatch_data(stream);
    } else {
        struct str value;
        struct str field = base_str_cut(line, ':', &value);
        if (base_str_equal(field, STR("data"))) {
            if (stream->has_data) {
                base_buf_add_char(&stream->data, '\n');
            }
            base_buf_add(&stream->data, base_str_trim(value));
            stream->has_data = true;
        }
    }
    base_buf_reset(&stream->line);
    return has_memory;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A byte order mark may come first; its bytes are passed over like blanks. */
static void guess_form(struct tta_stream *stream, char c)
{
    if (is_blank(c) || c == '\xef' || c == '\xbb' || c == '\xbf') {
        return;
    }
    if (c == '<') {
        fail_as(stream, TTA_FAILURE_SERVER);
    } else if (stream->dialect == TTA_DIALECT_OLLAMA) {
        stream->form = FORM_LINES;
    } else {
        stream->form = c == '{' || c == '[' ? FORM_WHOLE : FORM_EVENTS;
    }
}

static bool take_byte(struct tta_stream *stream, char c)
{
    bool skips = stream->skips_newline && c == '\n';
    stream->skips_newline = false;
    if (skips) {
        return true;
    }
    if ((c == '\n' || c == '\r') && stream->form != FORM_WHOLE) {
        stream->skips_newline = c == '\r';
        return end_line(stream);
    }
    base_buf_add_char(&stream->line, c);
    return true;
}

/* A line or event beyond its limit, or without memory; which of them, the buffer does not say. */
static bool is_overfull(const struct tta_stream *stream)
{
    return !base_buf_ok(&stream->line) || !base_buf_ok(&stream->data);
}

static bool is_at_limit(const struct tta_stream *stream, size_t line_len, size_t data_len)
{
    return line_len + data_len >= TTA_STREAM_MAX_EVENT_BYTES - 1 && is_overfull(stream);
}

enum tta_status tta_stream_feed(struct tta_stream *stream, const char *bytes, size_t len,
                                struct tta_progress *out_progress)
{
    bool has_memory = true;
    stream->progress.is_alive |= len > 0;
    for (size_t i = 0; i < len && !stream->progress.is_over; i++) {
        if (stream->form == FORM_UNKNOWN) {
            guess_form(stream, bytes[i]);
        }
        if (stream->form == FORM_UNKNOWN || stream->progress.is_over) {
            continue;
        }
        size_t line_len = stream->line.len, data_len = stream->data.len;
        has_memory = take_byte(stream, bytes[i]);
        if (!has_memory || is_overfull(stream)) {
            has_memory = has_memory && is_at_limit(stream, line_len, data_len);
            fail_as(stream, TTA_FAILURE_STREAM_BROKEN);
        }
    }
    if (out_progress) {
        *out_progress = stream->progress;
    }
    return has_memory ? TTA_OK : TTA_NO_MEMORY;
}

/* A body that is no stream: its usage and class are those of a whole answer. */
static enum tta_status judge_whole(struct tta_stream *stream, enum tta_transport transport)
{
    struct str body = base_buf_str(&stream->line);
    const struct tta_reply answer = {
        .transport = transport, .http_status = 200, .body = body.ptr, .body_len = body.len};
    struct tta_finding finding;
    struct tta_usage usage;
    stream->progress.is_whole = true;
    enum tta_status status = tta_reply_read(&answer, 0, NULL, &finding, &usage, NULL);
    if (status != TTA_OK) {
        fail_as(stream, TTA_FAILURE_STREAM_BROKEN);
        return status;
    }
    if (finding.failure != TTA_FAILURE_NONE) {
        fail_with(stream, finding);
        return TTA_OK;
    }
    stream->progress.usage = usage;
    add_content(stream);
    end_well(stream);
    return TTA_OK;
}

static enum tta_failure class_of_end(const struct tta_stream *stream, enum tta_transport transport)
{
    switch (transport) {
    case TTA_TRANSPORT_CLIENT_GONE:
        return TTA_FAILURE_CLIENT_GONE;
    case TTA_TRANSPORT_TIMED_OUT:
        return TTA_FAILURE_TIMEOUT;
    case TTA_TRANSPORT_WHOLE:
        /* Some compatible servers say no [DONE]; a whole body with a finish_reason is an end too. */
        return stream->has_finished && stream->dialect == TTA_DIALECT_OPENAI ? TTA_FAILURE_NONE
                                                                              : TTA_FAILURE_STREAM_BROKEN;
    case TTA_TRANSPORT_NO_CONNECTION:
    case TTA_TRANSPORT_RESET:
    case TTA_TRANSPORT_CUT:
    case TTA_TRANSPORT_TOO_LARGE:
        break;
    }
    return TTA_FAILURE_STREAM_BROKEN;
}

/* The last event may lack its blank line, and the last line its end. */
static enum tta_status end_last_event(struct tta_stream *stream)
{
    bool has_memory = stream->line.len == 0 || end_line(stream);
    has_memory = has_memory && (!stream->has_data || dispatch_data(stream));
    return has_memory ? TTA_OK : TTA_NO_MEMORY;
}

enum tta_status tta_stream_end(struct tta_stream *stream, enum tta_transport transport,
                               struct tta_progress *out_progress)
{
    enum tta_status status = TTA_OK;
    if (!stream->progress.is_over && stream->form == FORM_WHOLE) {
        status = judge_whole(stream, transport);
    } else if (!stream->progress.is_over && transport == TTA_TRANSPORT_WHOLE) {
        status = end_last_event(stream);
    }
    if (!stream->progress.is_over) {
        enum tta_failure failure = status == TTA_OK ? class_of_end(stream, transport) : TTA_FAILURE_STREAM_BROKEN;
        if (failure == TTA_FAILURE_NONE) {
            end_well(stream);
        } else {
            fail_as(stream, failure);
        }
    }
    if (out_progress) {
        *out_progress = stream->progress;
    }
    return status;
}
