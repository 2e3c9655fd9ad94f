// SPDX-License-Identifier: MIT
/*
 * Chat completions in other words: whatever is translated is JSON again, with
 * arguments of calls that are; streams are the same in small pieces as in one, and
 * [DONE] is their last event if it is there at all.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cmd/tta/gateway/translate.h"

#define MAX_DEPTH 900 /* a frame around what is as deep as it may be would be too deep */

static const enum tta_dialect dialects[] = {TTA_DIALECT_ANTHROPIC, TTA_DIALECT_OLLAMA};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void require_json(struct str text)
{
    struct json json;
    struct json_flaw flaw;
    enum json_outcome outcome = base_json_read(text, &json, &flaw);
    require(outcome != JSON_BAD_TEXT);
    if (outcome == JSON_READ) {
        base_json_deinit(&json);
    }
}

static void try_whole(struct str text, enum tta_dialect dialect)
{
    const struct translate_target target = {dialect, "model", 0};
    const struct translate_about about = {dialect, "id", "model", 7, true};
    struct translate_flaw flaw;
    struct buf out;
    base_buf_init(&out, TRANSLATE_MAX_BYTES(text.len));
    enum translate_outcome outcome = translate_request(&target, text, &out, &flaw);
    require(outcome != TRANSLATE_NO_MEMORY); /* all of it has room */
    require((outcome == TRANSLATED) == (flaw.problem[0] == '\0'));
    if (outcome == TRANSLATED) {
        require_json(base_buf_str(&out));
    }
    base_buf_reset(&out);
    struct json json;
    struct json_flaw json_flaw;
    if (base_json_read(text, &json, &json_flaw) == JSON_READ) {
        outcome = translate_answer(&about, base_json_root(&json), &out);
        require(outcome != TRANSLATE_NO_MEMORY);
        if (outcome == TRANSLATED) {
            require_json(base_buf_str(&out));
        }
        base_json_deinit(&json);
    }
    base_buf_reset(&out);
    outcome = translate_error(text, &out);
    require(outcome != TRANSLATE_NO_MEMORY);
    if (outcome == TRANSLATED) {
        require_json(base_buf_str(&out));
    }
    base_buf_deinit(&out);
}

static void play(struct str text, enum tta_dialect dialect, size_t piece, struct buf *out)
{
    const struct translate_about about = {dialect, "id", "model", 7, true};
    struct translate_stream *stream = translate_stream_create(&about);
    require(stream != NULL);
    base_buf_init(out, 200 * text.len + 100000); /* a call of "{}," alone becomes some 200 bytes */
    for (size_t at = 0; at < text.len; at += piece) {
        size_t len = text.len - at < piece ? text.len - at : piece;
        require(translate_stream_feed(stream, (struct str){text.ptr + at, len}, out));
    }
    translate_stream_destroy(stream);
}

static void try_stream(struct str text, enum tta_dialect dialect)
{
    struct buf one, many;
    play(text, dialect, text.len + 1, &one);
    play(text, dialect, 3, &many);
    struct str rest = base_buf_str(&one);
    require(base_str_equal(rest, base_buf_str(&many)));
    while (rest.ptr && rest.len > 0) {
        struct str line = base_str_cut(rest, '\n', &rest);
        struct str value = {line.ptr + 6, line.len >= 6 ? line.len - 6 : 0};
        require(base_str_starts_with(line, STR("data: ")) && rest.len > 0 && rest.ptr[0] == '\n');
        rest = (struct str){rest.ptr + 1, rest.len - 1};
        if (base_str_equal(value, STR("[DONE]"))) {
            require(rest.len == 0);
        } else {
            require_json(value);
        }
    }
    base_buf_deinit(&one);
    base_buf_deinit(&many);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    size_t brackets = 0;
    for (size_t i = 0; i < size; i++) {
        brackets += data[i] == '[' || data[i] == '{';
    }
    for (size_t i = 0; i < 2 && brackets < MAX_DEPTH; i++) {
        try_whole(text, dialects[i]);
        try_stream(text, dialects[i]);
    }
    return 0;
}
