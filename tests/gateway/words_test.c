// SPDX-License-Identifier: MIT
/* What clients get from providers that speak Anthropic's or Ollama's words, and what those are asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway_world.h"

#define MESSAGES "/v1/messages"
#define LINES "Content-Type: application/x-ndjson\r\n"
#define ASK_MORE(model, more)                                                                                          \
    "{\"model\":\"" model "\",\"messages\":[{\"role\":\"system\",\"content\":\"be\"},"                                 \
    "{\"role\":\"user\",\"content\":\"a wish\"}]" more "}"
#define ASK(model) ASK_MORE(model, "")
#define ASK_STREAM(model) ASK_MORE(model, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}")
#define TOOLS                                                                                                          \
    ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"sum\",\"parameters\":{\"type\":\"object\"}}}]"

#define EVENT(name, more) "event: " name "\ndata: {\"type\":\"" name "\"" more "}\n\n"
#define BEGIN EVENT("message_start", ",\"message\":{\"id\":\"msg_1\",\"model\":\"claude\","                            \
    "\"usage\":{\"input_tokens\":3}}")
#define DELTA(text)                                                                                                    \
    EVENT("content_block_delta", ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" text "\"}")
#define END(reason)                                                                                                    \
    EVENT("message_delta", ",\"delta\":{\"stop_reason\":\"" reason "\"},\"usage\":{\"output_tokens\":2}")              \
    EVENT("message_stop", "")
#define OVERLOADED "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"raw words\"}}"
#define ERROR_EVENT "event: error\ndata: " OVERLOADED "\n\n"
#define MESSAGE                                                                                                        \
    "{\"id\":\"msg_1\",\"type\":\"message\",\"model\":\"claude\",\"content\":[{\"type\":\"text\","                     \
    "\"text\":\"hello\"}],"                                                                                            \
    "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":3,\"output_tokens\":2}}"
#define NEXT "{\"choices\":[{\"message\":{\"content\":\"good\"},\"finish_reason\":\"stop\"}]}"
#define NEXT_STREAM                                                                                                    \
    "data: {\"choices\":[{\"delta\":{\"content\":\"good\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
#define LINE(text) "{\"model\":\"qwen\",\"message\":{\"role\":\"assistant\",\"content\":\"" text "\"},\"done\":false}\n"
#define LAST                                                                                                           \
    "{\"model\":\"qwen\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,"                         \
    "\"done_reason\":\"stop\","                                                                                        \
    "\"prompt_eval_count\":3,\"eval_count\":2}\n"
#define USAGE "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}"

static struct world world; /* too large for a stack */

static void start(const char *kind, struct loopback_answer answer)
{
    world_start_as(&world, kind, world_saying(answer), "custom_api", NULL, "");
}

/* Behind it one who does well, in whole answers or in streams.  Only who stalls is given up
 * after a time; up to the first token the next one has it as well, so it is long enough for a busy machine. */
static void start_with_next(const char *kind, struct loopback_answer answer, bool is_stream)
{
    bool stalls = answer.fault == LOOPBACK_STALL;
    const struct loopback_answer next = {.headers = is_stream ? EVENTS : JSON, .body = is_stream ? NEXT_STREAM : NEXT};
    world_start_as(&world, kind, world_saying(answer), "custom_api", world_saying(next),
                   stalls ? "  first_token: 2 s\n  idle: 60 ms\n" : "");
}

/* The request that the first provider got, good until the next. */
static const char *request(void)
{
    static char text[8192];
    loopback_server_last_request(world.alpha, text, sizeof(text));
    return text;
}

static void a_question_to_anthropic_is_in_its_words(void **state)
{
    (void)state;
    start("anthropic", (struct loopback_answer){.headers = JSON, .body = MESSAGE});
    static const char asked[] = ASK_MORE("alpha/one", ",\"stop\":\"x\",\"x_tta\":{\"task\":\"general_chat\"}");
    const char *answer = world_post(&world, CHAT, asked);
    assert_has(answer, "HTTP/1.1 200 OK\r\n");
    assert_has(answer, "Content-Type: application/json\r\n");
    assert_has(answer, "x-tta-attempts: alpha/one ok ");
    assert_has(answer, "x-tta-cost-usd: 0.000014000000\r\n");
    assert_has(answer, "\r\n\r\n{\"id\":\"msg_1\",\"object\":\"chat.completion\",\"created\":");
    assert_has(answer, "\"message\":{\"role\":\"assistant\",\"content\":\"hello\",\"refusal\":null}");
    assert_has(answer, "\"finish_reason\":\"stop\"}]," USAGE "}");
    assert_has(request(), "POST /v1/messages HTTP/1.1\r\n");
    assert_has(request(), "x-api-key: " WORLD_KEY "\r\n");
    assert_has(request(), "anthropic-version: 2023-06-01\r\n");
    assert_has(request(), "\r\n\r\n{\"model\":\"one\",\"max_tokens\":4096,\"system\":[{\"type\":\"text\","
                          ""
    "\"text\":\"be\"}],"
                          "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a wish\"}]}],"
                          "\"stop_sequences\":[\"x\"]}");
    world_stop(&world);
}

static void a_stream_of_anthropic_becomes_one_of_chunks(void **state)
{
    static const enum loopback_fault ways[] = {LOOPBACK_NO_FAULT, LOOPBACK_DRIP};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        start("anthropic", (struct loopback_answer){
                               .headers = EVENTS,
                               .body = BEGIN DELTA("a") DELTA("b") END("max_tokens"),
                               .fault = ways[i],
                           });
        const char *answer = world_post(&world, CHAT, ASK_STREAM("alpha/one"));
        assert_has(answer, "Content-Type: text/event-stream");
        assert_has(answer, "data: {\"id\":\"msg_1\",\"object\":\"chat.completion.chunk\",\"created\":");
        assert_has(answer, "\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n");
        assert_has(answer, "\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n");
        assert_has(answer, "\"delta\":{\"content\":\"b\"}");
        assert_has(answer, "\"delta\":{},\"finish_reason\":\"length\"}]}\n\n");
        assert_has(answer, "\"choices\":[]," USAGE "}\n\ndata: [DONE]\n\n\r\n0\r\n\r\n");
        assert_has(request(), "\"stream\":true");
        assert_lacks(request(), "stream_options");
        world_stop(&world);
    }
}

static void calls_of_tools_go_there_and_back(void **state)
{
    static const char whole[] = "{\"id\":\"msg_1\",\"model\":\"claude\",\"content\":[{\"type\":\"tool_use\","
    "\"id\":\"t1\","
                                "\"name\":\"sum\",\"input\":{\"a\":1}}],\"stop_reason\":\"tool_use\"}";
    static const char streamed[] =
        BEGIN EVENT("content_block_start",
                    ",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"sum\","
                    "\"input\":{}}")
            EVENT("content_block_delta",
                  ",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"a\\\":1}\"}")
                EVENT("content_block_stop", ",\"index\":0") END("tool_use");
    (void)state;
    start("anthropic", (struct loopback_answer){.headers = JSON, .body = whole});
    const char *answer = world_post(&world, CHAT, ASK_MORE("alpha/one", TOOLS ",\"tool_choice\":\"required\""));
    assert_has(answer, "\"content\":null,\"tool_calls\":[{\"id\":\"t1\",\"type\":\"function\",\"function\":{\"name\":"
                       "\"sum\",\"arguments\":\"{\\\"a\\\":1}\"}}]");
    assert_has(answer, "\"finish_reason\":\"tool_calls\"");
    assert_has(request(), "\"tools\":[{\"name\":\"sum\",\"input_schema\":{\"type\":\"object\"}}],"
                          "\"tool_choice\":{\"type\":\"any\"}}");
    world_stop(&world);
    start("anthropic", (struct loopback_answer){.headers = EVENTS, .body = streamed});
    answer = world_post(&world, CHAT, ASK_MORE("alpha/one", TOOLS ",\"stream\":true"));
    assert_has(answer, "\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"t1\",\"type\":\"function\",\"function\":"
                       "{\"name\":\"sum\",\"arguments\":\"\"}}]}");
    assert_has(answer, "\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\":1}\"}}]}");
    assert_has(answer, "\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n");
    world_stop(&world);
}

static void failures_before_content_are_made_good_by_whoever_speaks_otherwise(void **state)
{
    static const struct {
        const char *kind, *attempt;
        struct loopback_answer answer;
        bool is_stream;
    } cases[] = {
        {"anthropic", "overloaded 529", {.status = 529, .headers = JSON, .body = OVERLOADED}, false},
        {"anthropic", "overloaded 529", {.status = 529, .headers = JSON, .body = OVERLOADED}, true},
        {"anthropic", "overloaded", {.headers = EVENTS, .body = BEGIN ERROR_EVENT}, true},
        {"anthropic", "stream_broken", {.headers = EVENTS, .body = BEGIN}, true},
        {"anthropic", "timeout", {.headers = EVENTS, .body = BEGIN, .fault = LOOPBACK_STALL}, true},
        {"anthropic", "stream_broken", {.headers = JSON, .body = MESSAGE}, true}, /* which is no stream */
        {"anthropic", "stream_broken", {.headers = JSON, .body = "{\"some\":\"page\"}"}, false},
        {"anthropic", "stream_broken", {.headers = JSON, .body = MESSAGE, .fault = LOOPBACK_TRUNCATE}, false},
        {"ollama", "not_found 404", {.status = 404, .headers = JSON, .body = "{\"error\":\"model not found\"}"}, false},
        {"ollama", "server", {.status = 500, .headers = JSON, .body = "{\"error\":\"raw words\"}"}, true},
        {"ollama", "stream_broken", {.headers = LINES, .body = "{\"error\":\"raw words\"}\n"}, true},
        {"ollama", "stream_broken", {.headers = LINES, .body = LINE("")}, true},
        {"ollama", "stream_broken", {.headers = JSON, .body = LINE("half")}, false}, /* done is false */
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        start_with_next(cases[i].kind, cases[i].answer, cases[i].is_stream);
        const char *answer = world_post(&world, CHAT, cases[i].is_stream ? ASK_STREAM("both") : ASK("both"));
        assert_has(answer, "HTTP/1.1 200 OK\r\n");
        assert_has(answer, "x-tta-attempts: alpha/one ");
        assert_has(answer, cases[i].attempt);
        assert_has(answer, "; beta/two ok ");
        assert_has(answer, cases[i].is_stream ? "\r\n" NEXT_STREAM "\r\n0\r\n\r\n" : "\r\n\r\n" NEXT);
        assert_lacks(answer, "raw words");
        assert_lacks(answer, "msg_1");
        world_stop(&world);
    }
}

static void a_stream_that_breaks_off_ends_with_an_error_and_not_as_if_it_were_whole(void **state)
{
    static const struct {
        const char *kind;
        struct loopback_answer answer;
    } cases[] = {
        {"anthropic",
         {.headers = EVENTS, .body = BEGIN DELTA("a") ERROR_EVENT END("end_turn"), .fault = LOOPBACK_DRIP}},
        {"anthropic", {.headers = EVENTS, .body = BEGIN DELTA("a")}},
        {"anthropic", {.headers = EVENTS, .body = BEGIN DELTA("a"), .fault = LOOPBACK_STALL}},
        {"anthropic", {.headers = EVENTS, .body = BEGIN DELTA("a") "data: {\"type\":", .fault = LOOPBACK_TRUNCATE}},
        {"ollama", {.headers = LINES, .body = LINE("a") "{\"error\":\"raw words\"}\n", .fault = LOOPBACK_DRIP}},
        {"ollama", {.headers = LINES, .body = LINE("a")}},
        {"ollama", {.headers = LINES, .body = LINE("a"), .fault = LOOPBACK_TRUNCATE}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        start_with_next(cases[i].kind, cases[i].answer, true);
        const char *answer = world_post(&world, CHAT, ASK_STREAM("both"));
        assert_has(answer, "\"delta\":{\"content\":\"a\"}");
        assert_has(answer, "data: {\"error\":{\"message\":\"");
        assert_has(answer, "\"code\":\"stream_broken\"}}\n\n");
        assert_lacks(answer, "[DONE]");
        assert_lacks(answer, "raw words");
        assert_int_equal(loopback_server_request_count(world.beta), 0);
        world_stop(&world);
    }
}

static void a_question_to_ollama_is_in_its_words(void **state)
{
    static const char whole[] = "{\"model\":\"qwen\",\"message\":{\"role\":\"assistant\",\"content\":\"hello\"},"
    "\"done\":"
                                "true,\"done_reason\":\"stop\",\"prompt_eval_count\":3,\"eval_count\":2}";
    (void)state;
    start("ollama", (struct loopback_answer){.headers = JSON, .body = whole});
    const char *answer = world_post(&world, CHAT, ASK_MORE("alpha/one", ",\"max_tokens\":9"));
    assert_has(answer, "\"model\":\"qwen\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
                       "\"hello\",\"refusal\":null}");
    assert_has(answer, USAGE);
    assert_has(request(), "POST /api/chat HTTP/1.1\r\n");
    assert_has(request(), "\r\n\r\n{\"model\":\"one\",\"stream\":false,\"messages\":[{\"role\":\"system\","
    "\"content\":\"be\""
                          "},{\"role\":\"user\",\"content\":\"a wish\"}],\"options\":{ \"num_predict\":9}}");
    world_stop(&world);
    static const enum loopback_fault ways[] = {LOOPBACK_NO_FAULT, LOOPBACK_DRIP};
    for (size_t i = 0; i < 2; i++) {
        start("ollama", (struct loopback_answer){.headers = LINES, .body = LINE("a") LINE("b") LAST, .fault = ways[i]});
        answer = world_post(&world, CHAT, ASK_STREAM("alpha/one"));
        assert_has(answer, "\"delta\":{\"content\":\"a\"}");
        assert_has(answer, "\"delta\":{\"content\":\"b\"}");
        assert_has(answer, "\"choices\":[]," USAGE "}\n\ndata: [DONE]\n\n\r\n0\r\n\r\n");
        assert_has(request(), "\"stream\":true");
        world_stop(&world);
    }
}

static void what_has_no_words_goes_to_those_who_need_none(void **state)
{
    (void)state;
    start_with_next("anthropic", (struct loopback_answer){.headers = JSON, .body = MESSAGE}, false);
    const char *answer = world_post(&world, CHAT, ASK_MORE("both", ",\"logprobs\":true"));
    assert_has(answer, "x-tta-attempts: beta/two ok ");
    assert_int_equal(loopback_server_request_count(world.alpha), 0);
    answer = world_post(&world, CHAT, ASK_MORE("alpha/one", ",\"logprobs\":true"));
    assert_has(answer, "HTTP/1.1 400 Bad Request\r\n");
    assert_has(answer, "{\"error\":{\"message\":\"logprobs must be false; the request would go to Anthropic.\","
                       "\"type\":\"invalid_request_error\",\"param\":\"logprobs\",\"code\":\"untranslatable\"}}");
    assert_int_equal(loopback_server_request_count(world.alpha), 0);
    answer = world_post(&world, "/v1/embeddings", "{\"model\":\"alpha/one\",\"input\":\"a\"}");
    assert_has(answer, "HTTP/1.1 404 Not Found\r\n");
    assert_has(answer, "No provider of this model has embeddings.");
    world_stop(&world);
}

/* Anthropic is the author of what it offers, so another's model of that name is not taken for the same one. */
static void a_model_of_the_same_name_elsewhere_is_found(void **state)
{
    const struct world_plan plan = {.alpha_kind = "anthropic",
                                    .models = "  - id: one\n    provider: anthropic\n    origin: alpha\n"
                                              "  - id: one\n    provider: custom_api\n    origin: beta\n"};
    (void)state;
    world_start_with(&world, &plan,
                     world_saying((struct loopback_answer){.status = 529, .headers = JSON, .body = OVERLOADED}),
                     world_saying((struct loopback_answer){.headers = JSON, .body = NEXT}), "");
    assert_has(world_post(&world, CHAT, ASK("beta/one")), "x-tta-attempts: beta/one ok ");
    const char *answer = world_post(&world, CHAT, ASK("one"));
    assert_has(answer, "x-tta-attempts: alpha/one overloaded 529 ");
    assert_has(answer, "; beta/one ok ");
    world_stop(&world);
}

static void what_is_wrong_with_a_request_is_told_in_openais_form(void **state)
{
    static const struct {
        const char *kind, *body, *told;
    } cases[] = {
        {"anthropic", "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"too hot\"}}",
         "{\"error\":{\"message\":\"too hot\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}"},
        {"ollama", "{\"error\":\"one does not support tools\"}",
         "{\"error\":{\"message\":\"one does not support tools\",\"type\":\"invalid_request_error\",\"param\":null,"
         "\"code\":null}}"},
    };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        start(cases[i].kind, (struct loopback_answer){.status = 400, .headers = JSON, .body = cases[i].body});
        const char *answer = world_post(&world, CHAT, ASK("alpha/one"));
        assert_has(answer, "HTTP/1.1 400 Bad Request\r\n");
        assert_has(answer, cases[i].told);
        world_stop(&world);
    }
}

static void messages_go_on_as_they_are(void **state)
{
    static const char stream[] = BEGIN EVENT("ping", "") DELTA("a") END("end_turn");
    (void)state;
    start("anthropic", (struct loopback_answer){.headers = JSON, .body = MESSAGE});
    const char *answer = world_post(&world, MESSAGES, "{\"model\": \"alpha/one\",\"max_tokens\":5,\"thinking\":{}}");
    assert_has(answer, "HTTP/1.1 200 OK\r\n");
    assert_has(answer, "x-tta-cost-usd: 0.000014000000\r\n");
    assert_has(answer, "\r\n\r\n" MESSAGE);
    assert_has(request(), "POST /v1/messages HTTP/1.1\r\n");
    assert_has(request(), "\r\n\r\n{\"model\": \"one\",\"max_tokens\":5,\"thinking\":{}}");
    world_stop(&world);
    start("anthropic", (struct loopback_answer){.headers = EVENTS, .body = stream});
    answer = world_post(&world, MESSAGES, "{\"model\":\"alpha/one\",\"stream\":true}");
    assert_has(answer, stream);
    assert_has(answer, "\r\n0\r\n\r\n");
    world_stop(&world);
}

static void messages_are_made_good_by_the_next_of_anthropics(void **state)
{
    static const struct loopback_answer faults[] = {
        {.status = 529, .headers = JSON, .body = OVERLOADED},
        {.headers = EVENTS, .body = BEGIN ERROR_EVENT},
        {.fault = LOOPBACK_CLOSE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct loopback_server *beta =
            world_saying((struct loopback_answer){.headers = EVENTS, .body = BEGIN DELTA("b") END("end_turn")});
        world_start_as(&world, "anthropic", world_saying(faults[i]), "anthropic", beta, "");
        const char *answer = world_post(&world, MESSAGES, "{\"model\":\"both\",\"stream\":true}");
        assert_has(answer, "x-tta-provider: beta\r\n");
        assert_has(answer, "\r\n" BEGIN DELTA("b") END("end_turn") "\r\n0\r\n\r\n");
        world_stop(&world);
    }
}

static void faults_of_messages_are_told_as_anthropic_does(void **state)
{
    (void)state;
    start_with_next("anthropic", (struct loopback_answer){.headers = EVENTS, .body = BEGIN DELTA("a")}, true);
    const char *answer = world_post(&world, MESSAGES, "{\"model\":\"both\",\"stream\":true}");
    assert_has(answer, DELTA("a"));
    assert_has(answer, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\","
    "\"message\":\"The answer ");
    assert_lacks(answer, "message_stop");
    assert_int_equal(loopback_server_request_count(world.beta), 0); /* which speaks otherwise, and was never a target */
    answer = world_post(&world, MESSAGES, "{\"model\":\"beta/two\"}");
    assert_has(answer, "HTTP/1.1 404 Not Found\r\n");
    assert_has(answer, "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\",\"message\":\"No provider "
    "of this model "
                       "speaks Anthropic's API.\"},\"request_id\":\"req_");
    world_stop(&world);
    start("anthropic", (struct loopback_answer){.status = 401, .headers = JSON, .body = "{\"type\":\"error\",\"error\":"
                                                "{\"type\":\"authentication_error\",\"message\":\"" WORLD_KEY "\"}}"});
    answer = world_post(&world, MESSAGES, "{\"model\":\"alpha/one\"}");
    assert_has(answer, "HTTP/1.1 502 Bad Gateway\r\n");
    assert_has(answer, "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"A key of the gateway ");
    assert_lacks(answer, WORLD_KEY);
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_question_to_anthropic_is_in_its_words),
        WORLD_TEST(a_stream_of_anthropic_becomes_one_of_chunks),
        WORLD_TEST(calls_of_tools_go_there_and_back),
        WORLD_TEST(failures_before_content_are_made_good_by_whoever_speaks_otherwise),
        WORLD_TEST(a_stream_that_breaks_off_ends_with_an_error_and_not_as_if_it_were_whole),
        WORLD_TEST(a_question_to_ollama_is_in_its_words),
        WORLD_TEST(what_has_no_words_goes_to_those_who_need_none),
        WORLD_TEST(a_model_of_the_same_name_elsewhere_is_found),
        WORLD_TEST(what_is_wrong_with_a_request_is_told_in_openais_form),
        WORLD_TEST(messages_go_on_as_they_are),
        WORLD_TEST(messages_are_made_good_by_the_next_of_anthropics),
        WORLD_TEST(faults_of_messages_are_told_as_anthropic_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
