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

#define BEGIN(id, model)                                                                                               \
    "{\"id\":\"" id "\",\"object\":\"chat.completion\",\"created\":1776298304,\"model\":\"" model                      \
    "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\""
#define END(reason) ",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"" reason "\"}]"
#define USAGE(prompt, completion, total)                                                                               \
    ",\"usage\":{\"prompt_tokens\":" prompt ",\"completion_tokens\":" completion ",\"total_tokens\":" total "}}\n"

static const struct {
    enum tta_dialect dialect;
    const char *from, *to;
} cases[] = {
    {TTA_DIALECT_ANTHROPIC,
     "{\"id\":\"msg_1\",\"type\":\"message\",\"model\":\"claude-x\",\"content\":[{\"type\":\"text\",\"text\":\"a\\n\"},"
     "{\"type\":\"text\",\"text\":\"\\u00e4\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":11,"
     "\"output_tokens\":6}}",
     BEGIN("msg_1", "claude-x") ",\"content\":\"a\\n\\u00e4\"" END("stop") USAGE("11", "6", "17")},
    {TTA_DIALECT_ANTHROPIC,
     "{\"id\":\"msg_1\",\"model\":\"claude-x\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":"
     "\"s\"},{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"sum\","
     "\"input\":{\"a\": \"q\\\"\"}},{\"type\":\"tool_use\","
     "\"id\":\"t2\",\"name\":\"now\",\"input\":{}}],\"stop_reason\":\"tool_use\",\"usage\":{\"input_tokens\":1,"
     "\"cache_read_input_tokens\":4,\"output_tokens\":2}}",
     BEGIN("msg_1", "claude-x") ",\"content\":null,\"reasoning\":\"hm\",\"tool_calls\":[{\"id\":\"t1\",\"type\":"
                                "\"function\",\"function\":{\"name\":\"sum\",\"arguments\":\"{\\\"a\\\": "
                                "\\\"q\\\\\\\"\\\"}\"}},{\"id\":\"t2\",\"type\":\"function\",\"function\":{\"name\":"
                                "\"now\",\"arguments\":\"{}\"}}]" END(
                                    "tool_calls") ",\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"total_"
                                                  "tokens\":7,\"prompt_tokens_details\":{\"cached_tokens\":4}}}\n"},
    {TTA_DIALECT_ANTHROPIC, "{\"content\":[],\"stop_reason\":\"max_tokens\"}",
     BEGIN("req_1", "asked") ",\"content\":\"\"" END("length") "}\n"},
    {TTA_DIALECT_ANTHROPIC, "{\"content\":[{\"type\":\"text\",\"text\":\"no\"}],\"stop_reason\":\"refusal\"}",
     BEGIN("req_1", "asked") ",\"content\":\"no\"" END("content_filter") "}\n"},

    {TTA_DIALECT_OLLAMA,
     "{\"model\":\"qwen3:0.6b\",\"created_at\":\"2026-04-16T00:11:44Z\",\"message\":{\"role\":\"assistant\","
     "\"content\":"
     "\"Paris\",\"thinking\":\"hm\"},\"done\":true,\"done_reason\":\"stop\",\"total_duration\":5191566416,"
     "\"prompt_eval_count\":26,\"eval_count\":15}",
     BEGIN("req_1", "qwen3:0.6b") ",\"content\":\"Paris\",\"reasoning\":\"hm\"" END("stop") USAGE("26", "15", "41")},
    {TTA_DIALECT_OLLAMA,
     "{\"model\":\"m\",\"message\":{\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"sum\",\"arguments\":"
     "{\"a\":1}}},{\"id\":\"c9\",\"function\":{\"name\":\"now\"}}]},\"done\":true,\"eval_count\":15}",
     BEGIN("req_1", "m") ",\"content\":null,\"tool_calls\":[{\"id\":\"call_req_1_0\",\"type\":\"function\","
     "\"function\":"
                         "{\"name\":\"sum\",\"arguments\":\"{\\\"a\\\":1}\"}},{\"id\":\"c9\",\"type\":\"function\","
                         "\"function\":{\"name\":\"now\",\"arguments\":\"{}\"}}]" END("tool_calls") "}\n"},
    {TTA_DIALECT_OLLAMA, "{\"message\":{\"content\":[\"no text\"],\"thinking\":7},\"done\":true}",
     BEGIN("req_1", "asked") ",\"content\":\"\"" END("stop") "}\n"},
    {TTA_DIALECT_OLLAMA, "{\"message\":{\"content\":\"a\"},\"done\":true,\"done_reason\":\"length\"}",
     BEGIN("req_1", "asked") ",\"content\":\"a\"" END("length") "}\n"},
};

enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

static enum translate_outcome translate(enum tta_dialect dialect, struct str body, struct buf *out)
{
    const struct translate_about about = {dialect, "req_1", "asked", 1776298304, false};
    struct json json;
    struct json_flaw flaw;
    base_buf_init(out, TRANSLATE_MAX_BYTES(body.len));
    enum json_outcome read = base_json_read(body, &json, &flaw);
    if (read == JSON_NO_MEMORY) {
        return TRANSLATE_NO_MEMORY;
    }
    assert_int_equal(read, JSON_READ);
    enum translate_outcome outcome = translate_answer(&about, base_json_root(&json), out);
    base_json_deinit(&json);
    return outcome;
}

static void an_answer_is_a_chat_completion(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASE_COUNT; i++) {
        struct buf out;
        assert_int_equal(translate(cases[i].dialect, base_str(cases[i].from), &out), TRANSLATED);
        assert_string_equal(base_buf_cstr(&out), cases[i].to);
        base_buf_deinit(&out);
    }
}

static void what_is_no_answer_is_none(void **state)
{
    static const struct {
        enum tta_dialect dialect;
        const char *body;
    } none[] = {
        {TTA_DIALECT_ANTHROPIC, "{}"},
        {TTA_DIALECT_ANTHROPIC, "[]"},
        {TTA_DIALECT_ANTHROPIC, "{\"content\":\"a\"}"},
        {TTA_DIALECT_ANTHROPIC, "{\"choices\":[{\"message\":{\"content\":\"a\"}}]}"},
        {TTA_DIALECT_OLLAMA, "{}"},
        {TTA_DIALECT_OLLAMA, "{\"message\":{\"content\":\"a\"},\"done\":false}"},
        {TTA_DIALECT_OLLAMA, "{\"done\":true}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        struct buf out;
        assert_int_equal(translate(none[i].dialect, base_str(none[i].body), &out), TRANSLATE_UNFIT);
        base_buf_deinit(&out);
    }
}

static void what_stands_in_arguments_is_escaped_however_long_it_is(void **state)
{
    (void)state;
    static const char unit[] = "\"a\\u0001\\\\\",\n", escaped[] = "\\\"a\\\\u0001\\\\\\\\\\\",\\u000a";
    enum { UNITS = 1000 };
    struct buf from, wanted, out;
    base_buf_init(&from, 100000);
    base_buf_init(&wanted, 100000);
    base_buf_add_cstr(&from, "{\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{\"a\":[");
    base_buf_add_cstr(&wanted, "\"arguments\":\"{\\\"a\\\":[");
    for (int i = 0; i < UNITS; i++) {
        base_buf_add_cstr(&from, unit);
        base_buf_add_cstr(&wanted, escaped);
    }
    base_buf_add_cstr(&from, "1]}}]}");
    base_buf_add_cstr(&wanted, "1]}\"}}]");
    assert_int_equal(translate(TTA_DIALECT_ANTHROPIC, base_buf_str(&from), &out), TRANSLATED);
    assert_non_null(strstr(base_buf_cstr(&out), base_buf_cstr(&wanted)));
    base_buf_deinit(&from);
    base_buf_deinit(&wanted);
    base_buf_deinit(&out);
}

static void an_error_keeps_its_words(void **state)
{
    static const struct {
        const char *from, *to;
    } errors[] = {
        {"{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"max_tokens: 0\"}}",
         "{\"error\":{\"message\":\"max_tokens: 0\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}"},
        {"{\"error\":\"model is required\"}",
         "{\"error\":{\"message\":\"model is required\",\"type\":\"invalid_request_error\",\"param\":null,"
         "\"code\":null}"
         "}"},
        {"{\"error\":{\"message\":\"m\",\"param\":\"p\",\"code\":\"c\"}}",
         "{\"error\":{\"message\":\"m\",\"type\":\"invalid_request_error\",\"param\":\"p\",\"code\":\"c\"}}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        struct buf out;
        base_buf_init(&out, 10000);
        assert_int_equal(translate_error(base_str(errors[i].from), &out), TRANSLATED);
        assert_string_equal(base_buf_cstr(&out), errors[i].to);
        base_buf_deinit(&out);
        base_buf_init(&out, 10000);
        assert_int_equal(translate_error(base_str("{\"error\":{}}"), &out), TRANSLATE_UNFIT);
        assert_int_equal(translate_error(base_str("<html>"), &out), TRANSLATE_UNFIT);
        base_buf_deinit(&out);
    }
}

static void a_recorded_error_keeps_its_words(void **state)
{
    struct buf file, out;
    char reason[BASE_FILE_REASON_BYTES];
    struct wire_answer wire;
    (void)state;
    base_buf_init(&file, 1 << 20);
    base_buf_init(&out, 10000);
    assert_true(base_file_read(TEST_DATA "/wire/anthropic_404.http", &file, reason));
    wire_answer_parse(base_buf_str(&file), &wire);
    assert_int_equal(translate_error((struct str){wire.answer.body, wire.answer.body_len}, &out), TRANSLATED);
    assert_string_equal(base_buf_cstr(&out), "{\"error\":{\"message\":\"model: claude-does-not-exist\",\"type\":"
                                             "\"not_found_error\",\"param\":null,\"code\":null}}");
    base_buf_deinit(&file);
    base_buf_deinit(&out);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASE_COUNT; i++) {
        for (size_t n = 1;; n++) {
            struct buf out;
            alloc_fault_after(n);
            enum translate_outcome outcome = translate(cases[i].dialect, base_str(cases[i].from), &out);
            bool happened = alloc_fault_happened();
            base_buf_deinit(&out);
            assert_int_equal(outcome, happened ? TRANSLATE_NO_MEMORY : TRANSLATED);
            if (!happened) {
                break;
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_a_chat_completion),
        cmocka_unit_test(what_is_no_answer_is_none),
        cmocka_unit_test(what_stands_in_arguments_is_escaped_however_long_it_is),
        cmocka_unit_test(an_error_keeps_its_words),
        cmocka_unit_test(a_recorded_error_keeps_its_words),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
