// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "alloc_fault.h"
#include "cmd/tta/gateway/translate.h"

#define SAY(text) "{\"role\":\"user\",\"content\":\"" text "\"}"
#define ASK(more) "{\"model\":\"m\",\"messages\":[" SAY("hi") "]" more "}"
#define CALLED                                                                                                         \
    "{\"role\":\"assistant\",\"content\":null,\"refusal\":null,\"annotations\":[],\"tool_calls\":["                    \
    "{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"sum\",\"arguments\":\" {\\\"a\\\": [1, "            \
    "2.50]}\\n\"}},"                                                                                                   \
    "{\"id\":\"c2\",\"type\":\"function\",\"function\":{\"name\":\"now\",\"arguments\":\"\"}}]}"
#define RESULTS                                                                                                        \
    "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"3.5\"},"                                                 \
    "{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":[{\"type\":\"text\",\"text\":\"noon\"}]}"
#define SCHEMA "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\"}}}"
#define TOOLS                                                                                                          \
    ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"sum\",\"description\":\"adds\","                      \
    "\"parameters\":" SCHEMA                                                                                           \
    ",\"strict\":false}},{\"type\":\"function\",\"function\":{\"name\":\"now\"}}]"

#define HEAD "{\"model\":\"claude\",\"max_tokens\":4096"
#define TEXT(text) "{\"type\":\"text\",\"text\":\"" text "\"}"
#define HI ",\"messages\":[{\"role\":\"user\",\"content\":[" TEXT("hi") "]}]"
#define HEAD_TOOLS                                                                                                     \
    ",\"tools\":[{\"name\":\"sum\",\"description\":\"adds\",\"input_schema\":" SCHEMA                                  \
    "},{\"name\":\"now\",\"input_schema\":{\"type\":\"object\",\"properties\":{}}}]"

#define OLLAMA "{\"model\":\"qwen\",\"stream\":false"
#define OLLAMA_HI ",\"messages\":[" SAY("hi") "]"

static const struct {
    enum tta_dialect dialect;
    const char *from, *to;
} cases[] = {
    {TTA_DIALECT_ANTHROPIC, ASK(""), HEAD HI "}"},
    {TTA_DIALECT_ANTHROPIC, ASK(",\"temperature\":0.70,\"top_p\":1,\"top_k\":5,\"stop\":\"x\",\"max_tokens\":7,\"n\":1,"
                                "\"stream\":true,\"stream_options\":{\"include_usage\":true},\"user\":\"u\\\"1\","
                                "\"logprobs\":false,\"seed\":null,\"response_format\":{\"type\":\"text\"},"
                                "\"x_tta\":{\"can\":[]}"),
     "{\"model\":\"claude\",\"max_tokens\":7" HI ",\"temperature\":0.70,\"top_p\":1,\"top_k\":5,\"stream\":true,"
     "\"stop_sequences\":[\"x\"],\"metadata\":{\"user_id\":\"u\\\"1\"}}"},
    {TTA_DIALECT_ANTHROPIC, ASK(",\"max_completion_tokens\":9,\"max_tokens\":7,\"stop\":[\"x\",\"y\"]"),
     "{\"model\":\"claude\",\"max_tokens\":9" HI ",\"stop_sequences\":[\"x\",\"y\"]}"},
    /* what the system says stands apart, empty texts nowhere */
    {TTA_DIALECT_ANTHROPIC,
     "{\"messages\":[{\"role\":\"system\",\"content\":\"be \\u00e4\\n\"}," SAY("a")
     ",{\"role\":\"developer\",\"content\":[{\"type\":\"text\",\"text\":\"short\"},{\"type\":\"text\",\"text\":\"\"}]},"
     "{\"role\":\"assistant\",\"content\":\"\"},{\"role\":\"assistant\",\"content\":\"b\",\"reasoning\":\"r\"}," SAY(
         "c") "]}",
     HEAD ",\"system\":[" TEXT("be \\u00e4\\n") "," TEXT("short") "],\"messages\":[{\"role\":\"user\","
     "\"content\":[" TEXT(
         "a") "]},{\"role\":\"assistant\",\"content\":[" TEXT("b") "]},{\"role\":\"user\","
         "\"content\":[" TEXT("c") "]}]}"},
    /* results of calls made together stand together, and before what the user says then */
    {TTA_DIALECT_ANTHROPIC, "{\"messages\":[" SAY("hi") "," CALLED "," RESULTS "," SAY("and") "]" TOOLS "}",
     HEAD ",\"messages\":[{\"role\":\"user\",\"content\":[" TEXT("hi") "]},"
     "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"sum\",\"input\":{\"a\": [1, "
     "2.50]}},"
     "{\"type\":\"tool_use\",\"id\":\"c2\",\"name\":\"now\",\"input\":{}}]},"
     "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"c1\",\"content\":[" TEXT("3.5")
     "]},{\"type\":\"tool_result\",\"tool_use_id\":\"c2\",\"content\":[" TEXT("noon") "]}," TEXT("and") "]}]" HEAD_TOOLS
     "}"},
    {TTA_DIALECT_ANTHROPIC, ASK(TOOLS ",\"tool_choice\":\"auto\""), HEAD HI HEAD_TOOLS "}"},
    {TTA_DIALECT_ANTHROPIC, ASK(TOOLS ",\"tool_choice\":\"required\",\"parallel_tool_calls\":false"),
     HEAD HI HEAD_TOOLS ",\"tool_choice\":{\"type\":\"any\",\"disable_parallel_tool_use\":true}}"},
    {TTA_DIALECT_ANTHROPIC, ASK(TOOLS ",\"parallel_tool_calls\":false"),
     HEAD HI HEAD_TOOLS ",\"tool_choice\":{\"type\":\"auto\",\"disable_parallel_tool_use\":true}}"},
    {TTA_DIALECT_ANTHROPIC, ASK(TOOLS ",\"tool_choice\":\"none\",\"parallel_tool_calls\":false"),
     HEAD HI HEAD_TOOLS ",\"tool_choice\":{\"type\":\"none\"}}"},
    {TTA_DIALECT_ANTHROPIC, ASK(TOOLS ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"sum\"}}"),
     HEAD HI HEAD_TOOLS ",\"tool_choice\":{\"type\":\"tool\",\"name\":\"sum\"}}"},
    {TTA_DIALECT_ANTHROPIC, ASK(",\"tools\":[],\"tool_choice\":\"none\""), HEAD HI "}"},
    {TTA_DIALECT_ANTHROPIC,
     "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"see\"},{\"type\":\"image_url\","
     "\"image_url\":{\"url\":\"data:image\\/png;base64,iVBO+\\/==\",\"detail\":\"low\"}},{\"type\":\"image_url\","
     "\"image_url\":{\"url\":\"https://x/y.png\"}}]}]}",
     HEAD ",\"messages\":[{\"role\":\"user\",\"content\":[" TEXT("see")
     ",{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image\\/png\",\"data\":\"iVBO+\\/==\"}},"
     "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://x/y.png\"}}]}]}"},

    {TTA_DIALECT_OLLAMA, ASK(""), OLLAMA OLLAMA_HI ",\"options\":{}}"},
    {TTA_DIALECT_OLLAMA, ASK(",\"temperature\":1.5,\"max_tokens\":7,\"stop\":\"x\",\"stream\":true,\"seed\":3,"
                             "\"frequency_penalty\":-1,\"reasoning_effort\":\"low\",\"user\":\"u\""),
     "{\"model\":\"qwen\",\"stream\":true" OLLAMA_HI ",\"think\":\"low\",\"options\":{ \"temperature\":1.5,\"seed\":3,"
     "\"frequency_penalty\":-1,\"num_predict\":7,\"stop\":[\"x\"]}}"},
    {TTA_DIALECT_OLLAMA, ASK(",\"reasoning_effort\":\"none\",\"response_format\":{\"type\":\"json_object\"}"),
     OLLAMA OLLAMA_HI ",\"format\":\"json\",\"think\":false,\"options\":{}}"},
    {TTA_DIALECT_OLLAMA,
     ASK(",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":" SCHEMA "}}"),
     OLLAMA OLLAMA_HI ",\"format\":" SCHEMA ",\"options\":{}}"},
    {TTA_DIALECT_OLLAMA,
     "{\"messages\":[{\"role\":\"developer\",\"content\":\"be\"}," SAY("hi") "," CALLED "," RESULTS "]" TOOLS "}",
     OLLAMA ",\"messages\":[{\"role\":\"system\",\"content\":\"be\"}," SAY("hi")
     ",{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"c1\",\"function\":{\"name\":\"sum\","
     "\"arguments\":{\"a\": [1, 2.50]}}},{\"id\":\"c2\",\"function\":{\"name\":\"now\",\"arguments\":{}}}]},"
     "{\"role\":\"tool\",\"content\":\"3.5\",\"tool_name\":\"sum\",\"tool_call_id\":\"c1\"},"
     "{\"role\":\"tool\",\"content\":\"noon\",\"tool_name\":\"now\",\"tool_call_id\":\"c2\"}]" TOOLS ","
     "\"options\":{}}"},
    {TTA_DIALECT_OLLAMA, ASK(TOOLS ",\"tool_choice\":\"none\""), OLLAMA OLLAMA_HI ",\"options\":{}}"},
    {TTA_DIALECT_OLLAMA,
     "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image_url\","
     "\"image_url\":{\"url\":\"data:image/png;base64,iVBO\"}},{\"type\":\"text\",\"text\":\"b\"}]}]}",
     OLLAMA ",\"messages\":[{\"role\":\"user\",\"content\":\"ab\",\"images\":[\"iVBO\"]}],\"options\":{}}"},
};

enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

static struct translate_target target_of(enum tta_dialect dialect)
{
    return (struct translate_target){
        .dialect = dialect, .model = dialect == TTA_DIALECT_ANTHROPIC ? "claude" : "qwen", .max_tokens = 0};
}

static enum translate_outcome translate(enum tta_dialect dialect, struct str body, struct buf *out,
                                        struct translate_flaw *out_flaw)
{
    struct translate_target target = target_of(dialect);
    base_buf_init(out, TRANSLATE_MAX_BYTES(body.len));
    return translate_request(&target, body, out, out_flaw);
}

static void a_request_is_said_in_other_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASE_COUNT; i++) {
        struct buf out;
        struct translate_flaw flaw;
        if (translate(cases[i].dialect, base_str(cases[i].from), &out, &flaw) != TRANSLATED) {
            fail_msg("%s: %s", cases[i].from, flaw.problem);
        }
        assert_string_equal(base_buf_cstr(&out), cases[i].to);
        base_buf_deinit(&out);
    }
}

static void a_model_and_its_longest_answer_are_named(void **state)
{
    struct translate_target target = {TTA_DIALECT_ANTHROPIC, "a\"b", 64000};
    struct translate_flaw flaw;
    struct buf out;
    (void)state;
    base_buf_init(&out, 10000);
    assert_int_equal(translate_request(&target, STR(ASK("")), &out, &flaw), TRANSLATED);
    assert_string_equal(base_buf_cstr(&out), "{\"model\":\"a\\\"b\",\"max_tokens\":64000" HI "}");
    base_buf_deinit(&out);
}

static void what_has_no_words_is_refused_by_name(void **state)
{
    static const struct {
        enum tta_dialect dialect;
        const char *body, *param;
    } refused[] = {
        {TTA_DIALECT_ANTHROPIC, ASK(",\"logprobs\":true"), "logprobs"},
        {TTA_DIALECT_ANTHROPIC, ASK(",\"n\":2"), "n"},
        {TTA_DIALECT_ANTHROPIC, ASK(",\"temperature\":1.5"), "temperature"},
        {TTA_DIALECT_ANTHROPIC, ASK(",\"temperature\":NaN"), "temperature"},
        {TTA_DIALECT_ANTHROPIC, ASK(",\"seed\":1"), "seed"},
        {TTA_DIALECT_ANTHROPIC, ASK(",\"max_tokens\":0"), "max_tokens"},
        {TTA_DIALECT_ANTHROPIC, ASK(",\"stop\":[1]"), "stop"},
        {TTA_DIALECT_ANTHROPIC, ASK(",\"response_format\":{\"type\":\"json_object\"}"), "response_format"},
        {TTA_DIALECT_ANTHROPIC, ASK(",\"functions\":[]"), "functions"},
        {TTA_DIALECT_ANTHROPIC, ASK(",\"presence_penalty\":0.5"), "presence_penalty"},
        {TTA_DIALECT_ANTHROPIC, ASK(",\"reasoning_effort\":\"high\""), "reasoning_effort"},
        {TTA_DIALECT_ANTHROPIC, ASK(",\"tool_choice\":\"required\""), "tool_choice"},
        {TTA_DIALECT_ANTHROPIC, ASK(",\"tool_choice\":{\"type\":\"allowed_tools\"}"), "tool_choice"},
        {TTA_DIALECT_ANTHROPIC, ASK(",\"tools\":[{\"type\":\"custom\"}]"), "tools[0].type"},
        {TTA_DIALECT_ANTHROPIC, ASK(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\","
        "\"strict\":true}}]"),
         "tools[0].function.strict"},
        {TTA_DIALECT_ANTHROPIC, ASK(",\"w\\u0007\\u00e4ird\":1"), "w???ird"},
        {TTA_DIALECT_ANTHROPIC, "{\"model\":\"m\"}", "messages"},
        {TTA_DIALECT_ANTHROPIC, "[1]", "The body"},
        {TTA_DIALECT_ANTHROPIC, "{\"messages\"", "The body"},
        {TTA_DIALECT_ANTHROPIC, "{\"messages\":[1]}", "messages[0].role"},
        {TTA_DIALECT_ANTHROPIC, "{\"messages\":[" SAY("a") ",{\"role\":\"function\"}]}", "messages[1].role"},
        {TTA_DIALECT_ANTHROPIC, "{\"messages\":[{\"role\":\"user\"}]}", "messages[0].content"},
        {TTA_DIALECT_ANTHROPIC, "{\"messages\":[{\"role\":\"user\",\"content\":\"a\",\"name\":\"bob\"}]}",
         "messages[0].name"},
        {TTA_DIALECT_ANTHROPIC, "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\"}]}]}",
         "messages[0].content[0]"},
        {TTA_DIALECT_ANTHROPIC, "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]}",
         "messages[0].content[0]"},
        {TTA_DIALECT_ANTHROPIC, "{\"messages\":[{\"role\":\"system\",\"content\":[{\"type\":\"image_url\"}]}]}",
         "messages[0].content[0]"},
        {TTA_DIALECT_ANTHROPIC, "{\"messages\":[{\"role\":\"tool\",\"content\":\"1\"}]}", "messages[0].tool_call_id"},
        {TTA_DIALECT_ANTHROPIC,
         "{\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\","
         "\"arguments\":\"[1]\"}}]}]}",
         "messages[0].tool_calls[0].function.arguments"},
        {TTA_DIALECT_ANTHROPIC, "{\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{}}]}]}",
         "messages[0].tool_calls[0]"},
        {TTA_DIALECT_ANTHROPIC, "{\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"type\":\"custom\"}]}]}",
         "messages[0].tool_calls[0].type"},
        {TTA_DIALECT_OLLAMA, ASK(",\"logit_bias\":{\"1\":2}"), "logit_bias"},
        {TTA_DIALECT_OLLAMA, ASK(TOOLS ",\"tool_choice\":\"required\""), "tool_choice"},
        {TTA_DIALECT_OLLAMA, ASK(",\"parallel_tool_calls\":false"), "parallel_tool_calls"},
        {TTA_DIALECT_OLLAMA, ASK(",\"response_format\":{\"type\":\"json_schema\"}"), "response_format"},
        {TTA_DIALECT_OLLAMA,
         "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
         "\"image_url\":{\"url\":\"https://x\"}}]}"
         "]}",
         "messages[0].content[0].image_url.url"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct buf out;
        struct translate_flaw flaw;
        if (translate(refused[i].dialect, base_str(refused[i].body), &out, &flaw) != TRANSLATE_UNFIT) {
            fail_msg("not refused: %s", refused[i].body);
        }
        assert_string_equal(flaw.param, refused[i].param);
        assert_memory_equal(flaw.problem, flaw.param, strlen(flaw.param));
        assert_non_null(strstr(flaw.problem, refused[i].dialect == TTA_DIALECT_OLLAMA ? " Ollama." : " Anthropic."));
        base_buf_deinit(&out);
    }
}

static void no_part_of_a_request_is_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASE_COUNT; i++) {
        for (size_t len = 0; len < strlen(cases[i].from); len++) {
            struct buf out;
            struct translate_flaw flaw;
            assert_int_equal(translate(cases[i].dialect, (struct str){cases[i].from, len}, &out, &flaw),
                             TRANSLATE_UNFIT);
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
            struct translate_flaw flaw;
            alloc_fault_after(n);
            enum translate_outcome outcome = translate(cases[i].dialect, base_str(cases[i].from), &out, &flaw);
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
        cmocka_unit_test(a_request_is_said_in_other_words),
        cmocka_unit_test(a_model_and_its_longest_answer_are_named),
        cmocka_unit_test(what_has_no_words_is_refused_by_name),
        cmocka_unit_test(no_part_of_a_request_is_one),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
