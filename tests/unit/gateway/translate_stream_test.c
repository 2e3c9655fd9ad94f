// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "alloc_fault.h"
#include "base/file.h"
#include "cmd/tta/gateway/translate.h"
#include "wire_file.h"

#define EVENT(name, more) "event: " name "\ndata: {\"type\":\"" name "\"" more "}  \n\n"
#define START EVENT("message_start", ",\"message\":{\"id\":\"msg_1\",\"model\":\"claude-x\","                          \
    "\"usage\":{\"input_tokens\":11}}")
#define BLOCK(text) EVENT("content_block_start", ",\"index\":0,\"content_block\":" text)
#define DELTA(text) EVENT("content_block_delta", ",\"index\":0,\"delta\":" text)
#define BLOCK_STOP EVENT("content_block_stop", ",\"index\":0")
#define FINISH(reason) EVENT("message_delta", ",\"delta\":{\"stop_reason\":\"" reason "\"},"                           \
    "\"usage\":{\"output_tokens\":6}")
#define STOP EVENT("message_stop", "")
#define TOOL(id) BLOCK("{\"type\":\"tool_use\",\"id\":\"" id "\",\"name\":\"f\",\"input\":{}}")
#define JSON_PIECE(text) DELTA("{\"type\":\"input_json_delta\",\"partial_json\":\"" text "\"}")

#define CHUNK_OF(id, model) "data: {\"id\":\"" id "\",\"object\":\"chat.completion.chunk\",\"created\":7,"             \
    "\"model\":\"" model "\","
#define CHUNK CHUNK_OF("msg_1", "claude-x")
#define WITH(delta, reason) "\"choices\":[{\"index\":0,\"delta\":{" delta "},\"finish_reason\":" reason "}]}\n\n"
#define ROLE WITH("\"role\":\"assistant\",\"content\":\"\"", "null")
#define CONTENT(text) WITH("\"content\":\"" text "\"", "null")
#define CALL(number, id, arguments)                                                                                    \
    WITH("\"tool_calls\":[{\"index\":" number ",\"id\":\"" id                                                          \
         "\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"" arguments "\"}}]", "null")
#define ARGUMENTS(number, text)                                                                                        \
    WITH("\"tool_calls\":[{\"index\":" number ",\"function\":{\"arguments\":\"" text "\"}}]", "null")
#define USAGE(numbers) "\"choices\":[],\"usage\":{" numbers "}}\n\n"
#define DONE "data: [DONE]\n\n"
#define LINE(more) "{\"model\":\"qwen\",\"created_at\":\"x\",\"message\":{\"role\":\"assistant\"," more "\n"
#define QWEN CHUNK_OF("req_1", "qwen")

static const struct {
    enum tta_dialect dialect;
    bool includes_usage;
    const char *from, *to;
} cases[] = {
    {TTA_DIALECT_ANTHROPIC, true,
     START EVENT("ping", "") BLOCK("{\"type\":\"text\",\"text\":\"\"}") DELTA(
         "{\"type\":\"text_delta\",\"text\":\"a\\n\"}") BLOCK_STOP FINISH("end_turn") STOP,
     CHUNK ROLE CHUNK CONTENT("a\\n") CHUNK WITH("", "\"stop\"")
         CHUNK USAGE("\"prompt_tokens\":11,\"completion_tokens\":6,\"total_tokens\":17") DONE},
    /* calls are numbered, and one without arguments has "{}" */
    {TTA_DIALECT_ANTHROPIC, false,
     START TOOL("t1") JSON_PIECE("") JSON_PIECE("{\\\"a\\\":") JSON_PIECE("1}") BLOCK_STOP TOOL("t2") JSON_PIECE("")
         BLOCK_STOP FINISH("tool_use") STOP,
     CHUNK ROLE CHUNK CALL("0", "t1", "") CHUNK ARGUMENTS("0", "{\\\"a\\\":") CHUNK ARGUMENTS("0", "1}")
         CHUNK CALL("1", "t2", "") CHUNK ARGUMENTS("1", "{}") CHUNK WITH("", "\"tool_calls\"") DONE},
    {TTA_DIALECT_ANTHROPIC, false,
     START BLOCK("{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"f\",\"input\":{\"a\":\"b\"}}") BLOCK_STOP FINISH(
         "max_tokens") STOP STOP,
     CHUNK ROLE CHUNK CALL("0", "t1", "{\\\"a\\\":\\\"b\\\"}") CHUNK WITH("", "\"length\"") DONE},
    /* an end is an end, though nothing told why */
    {TTA_DIALECT_ANTHROPIC, true, "data: {\"type\":\"message_stop\"}\r\n\r\n",
     CHUNK_OF("req_1", "asked") ROLE CHUNK_OF("req_1", "asked") WITH("", "\"stop\"") DONE},
    {TTA_DIALECT_ANTHROPIC, false, START DELTA("{\"type\":\"text_delta\","
    "\"text\":\"a\"}"), CHUNK ROLE CHUNK CONTENT("a")},
    {TTA_DIALECT_ANTHROPIC, false, ": a comment\n\nevent: x\n\n", ""},

    {TTA_DIALECT_OLLAMA, true,
     LINE("\"content\":\"\",\"thinking\":\"hm\"},\"done\":false}") LINE("\"content\":\"a\"},\"done\":false}")
         LINE("\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":26,\"eval_count\":2}"),
     QWEN ROLE QWEN WITH("\"reasoning\":\"hm\"", "null") QWEN CONTENT("a") QWEN WITH("", "\"stop\"")
         QWEN USAGE("\"prompt_tokens\":26,\"completion_tokens\":2,\"total_tokens\":28") DONE},
    {TTA_DIALECT_OLLAMA, true,
     LINE("\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{\"a\":1}}},{\"id\":\"c2\","
          "\"function\":{\"name\":\"f\",\"arguments\":{}}}]},\"done\":false}")
         LINE("\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\"}"),
     QWEN ROLE QWEN CALL("0", "call_req_1_0", "{\\\"a\\\":1}") QWEN CALL("1", "c2", "{}")
         QWEN WITH("", "\"tool_calls\"") DONE},
};

enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

/* What comes out of pieces of `piece` bytes; false without memory. */
static bool play(enum tta_dialect dialect, bool includes_usage, struct str from, size_t piece, struct buf *out)
{
    const struct translate_about about = {dialect, "req_1", "asked", 7, includes_usage};
    struct translate_stream *stream = translate_stream_create(&about);
    base_buf_init(out, TRANSLATE_MAX_BYTES(from.len));
    bool good = stream != NULL;
    for (size_t at = 0; at < from.len && good; at += piece) {
        good = translate_stream_feed(stream, (struct str){from.ptr + at, from.len - at < piece ? from.len - at : piece},
                                     out);
    }
    translate_stream_destroy(stream);
    return good;
}

static void a_stream_is_the_same_in_pieces_of_any_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASE_COUNT; i++) {
        struct str from = base_str(cases[i].from);
        for (size_t piece = from.len; piece > 0; piece = piece > 40 ? piece / 2 : piece - 1) {
            struct buf out;
            assert_true(play(cases[i].dialect, cases[i].includes_usage, from, piece, &out));
            assert_string_equal(base_buf_cstr(&out), cases[i].to);
            base_buf_deinit(&out);
        }
    }
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part)) {
        count++;
    }
    return count;
}

/* Recorded answers: chunks are good ones in the eyes of those who read OpenAI's streams, with the same usage. */
static void recorded_streams_are_good_ones_of_openai(void **state)
{
    static const struct {
        const char *path;
        enum tta_failure failure;
        int64_t prompt_tokens, completion_tokens;
        size_t contents, reasonings;
    } recorded[] = {
        {TEST_DATA "/wire/anthropic_basic.http", TTA_FAILURE_NONE, 11, 6, 3, 0},
        {TEST_DATA "/wire/anthropic_refusal.http", TTA_FAILURE_POLICY, -1, -1, 0, 0},
        {TEST_DATA "/wire/anthropic_stream.http", TTA_FAILURE_NONE, 17, 10, 4, 0},
        {TEST_DATA "/wire/anthropic_stream_thinking.http", TTA_FAILURE_NONE, 43, 282, 7, 11},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(recorded) / sizeof(recorded[0]); i++) {
        struct buf file, out;
        char reason[BASE_FILE_REASON_BYTES];
        struct wire_answer wire;
        struct tta_stream *stream;
        struct tta_progress progress;
        base_buf_init(&file, 1 << 20);
        assert_true(base_file_read(recorded[i].path, &file, reason));
        base_buf_add(&file, STR("\n\n")); /* which some recordings lack at their end */
        wire_answer_parse(base_buf_str(&file), &wire);
        assert_true(play(TTA_DIALECT_ANTHROPIC, true, (struct str){wire.answer.body, wire.answer.body_len}, 100, &out));
        assert_int_equal(tta_stream_create(TTA_DIALECT_OPENAI, &stream), TTA_OK);
        assert_int_equal(tta_stream_feed(stream, out.ptr, out.len, NULL), TTA_OK);
        assert_int_equal(tta_stream_end(stream, TTA_TRANSPORT_WHOLE, &progress), TTA_OK);
        tta_stream_destroy(stream);
        assert_int_equal(progress.finding.failure, recorded[i].failure);
        assert_int_equal(progress.usage.prompt_tokens, recorded[i].prompt_tokens);
        assert_int_equal(progress.usage.completion_tokens, recorded[i].completion_tokens);
        assert_int_equal(count_of(base_buf_cstr(&out), "\"delta\":{\"content\":"), recorded[i].contents);
        assert_int_equal(count_of(base_buf_cstr(&out), "\"delta\":{\"reasoning\":"), recorded[i].reasonings);
        assert_int_equal(count_of(base_buf_cstr(&out), DONE), 1);
        base_buf_deinit(&file);
        base_buf_deinit(&out);
    }
}

static void nothing_but_the_end_ends_with_done(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASE_COUNT; i++) {
        const char *end = strstr(cases[i].from, "message_stop");
        size_t whole = end ? (size_t)(end - cases[i].from) : strlen(cases[i].from) - 1;
        for (size_t len = 0; len < whole; len++) {
            struct buf out;
            assert_true(play(cases[i].dialect, cases[i].includes_usage, (struct str){cases[i].from, len}, 1000, &out));
            assert_null(strstr(base_buf_cstr(&out), "[DONE]"));
            base_buf_deinit(&out);
        }
    }
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASE_COUNT; i++) {
        for (size_t n = 1;; n++) {
            struct buf out;
            alloc_fault_after(n);
            bool good = play(cases[i].dialect, cases[i].includes_usage, base_str(cases[i].from), 30, &out);
            bool happened = alloc_fault_happened();
            base_buf_deinit(&out);
            assert_int_equal(good, !happened);
            if (!happened) {
                break;
            }
        }
    }
}

static void an_event_beyond_the_limit_is_no_event(void **state)
{
    const struct translate_about about = {TTA_DIALECT_ANTHROPIC, "req_1", "asked", 7, false};
    static char piece[4096];
    struct translate_stream *stream = translate_stream_create(&about);
    struct buf out;
    size_t fed = 0;
    (void)state;
    assert_non_null(stream);
    memset(piece, 'a', sizeof(piece));
    base_buf_init(&out, 1000);
    while (translate_stream_feed(stream, (struct str){piece, sizeof(piece)}, &out)) {
        fed += sizeof(piece);
        assert_true(fed <= TTA_STREAM_MAX_EVENT_BYTES);
    }
    assert_int_equal(out.len, 0);
    translate_stream_destroy(stream);
    base_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_is_the_same_in_pieces_of_any_size),
        cmocka_unit_test(recorded_streams_are_good_ones_of_openai),
        cmocka_unit_test(nothing_but_the_end_ends_with_done),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(an_event_beyond_the_limit_is_no_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
