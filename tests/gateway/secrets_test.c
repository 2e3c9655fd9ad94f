// SPDX-License-Identifier: MIT
/* That a provider which quotes the key that it was asked with shows it to nobody, and that the log has no text of a
 * client's that might be one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway_world.h"

#define ASK(model) "{\"model\":\"" model "\",\"messages\":[]}"
#define ASK_STREAM(model) "{\"stream\":true,\"model\":\"" model "\",\"messages\":[]}"
#define STARS "****************************" /* as long as the key */
#define LINES "Content-Type: application/x-ndjson\r\n"
#define QUOTING_HEADERS "X-Key: " WORLD_KEY "\r\n"

/* A whole answer around a text. */
#define WHOLE(text) "{\"choices\":[{\"message\":{\"content\":\"" text "\"},\"finish_reason\":\"stop\"}]}"

static struct world world; /* too large for a stack */

static void start(struct loopback_answer answer)
{
    world_start(&world, world_saying(answer), NULL, "");
}

static void a_whole_answer_has_stars_for_the_key_and_its_length(void **state)
{
    static const struct {
        const char *said, *told;
    } cases[] = {
        {WHOLE("your key is " WORLD_KEY "."), WHOLE("your key is " STARS ".")},
        {WHOLE(WORLD_KEY WORLD_KEY), WHOLE(STARS STARS)},
        {"\"" WORLD_KEY "\"", NULL}, /* no answer, so the client gets none of it */
        {WHOLE("a") WORLD_KEY, NULL},
        {WHOLE("sk-test-0123456789abcdefghi"), WHOLE("sk-test-0123456789abcdefghi")}, /* which is another text */
    };
    static const enum loopback_fault ways[] = {LOOPBACK_NO_FAULT, LOOPBACK_DRIP};
    char length[64];
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t way = 0; way < 2; way++) {
            start((struct loopback_answer){
                .headers = JSON QUOTING_HEADERS, .body = cases[i].said, .fault = ways[way]});
            const char *answer = world_post(&world, CHAT, ASK("alpha/one"));
            assert_lacks(answer, WORLD_KEY);
            if (cases[i].told) {
                (void)snprintf(length, sizeof(length), "Content-Length: %zu\r\n", strlen(cases[i].told));
                assert_has(answer, length);
                assert_string_equal(strstr(answer, "\r\n\r\n") + 4, cases[i].told);
            }
            world_stop(&world);
        }
    }
}

static void a_header_that_is_passed_on_has_stars_too(void **state)
{
    (void)state;
    start((struct loopback_answer){.headers = "Content-Type: application/json; for=" WORLD_KEY "\r\n", .body = GOOD});
    const char *answer = world_post(&world, CHAT, ASK("alpha/one"));
    assert_has(answer, "Content-Type: application/json; for=" STARS "\r\n");
    assert_lacks(answer, WORLD_KEY);
    world_stop(&world);
}

static void a_refusal_is_told_without_the_key(void **state)
{
    (void)state;
    start((struct loopback_answer){
        .status = 400, .headers = JSON, .body = "{\"error\":\"too hot for " WORLD_KEY "\"}"});
    const char *answer = world_post(&world, CHAT, ASK("alpha/one"));
    assert_has(answer, "{\"error\":\"too hot for " STARS "\"}");
    world_stop(&world);
}

/* In one piece, and in sixteen, which cut the key. */
static void a_stream_has_stars_for_the_key(void **state)
{
    static const struct {
        const char *said, *told;
    } cases[] = {
        {SAY("a " WORLD_KEY " b") STOP DONE, SAY("a " STARS " b") STOP DONE},
        {": " WORLD_KEY "\n\n" SAY("a") STOP DONE, ": " STARS "\n\n" SAY("a") STOP DONE}, /* held back at first */
        {SAY("a") SAY(WORLD_KEY WORLD_KEY) SAY(WORLD_KEY) STOP DONE, SAY("a") SAY(STARS STARS) SAY(STARS) STOP DONE},
        {SAY("a") STOP "data: [DONE]\nid: " WORLD_KEY "\n\n", NULL},
        {SAY("a") STOP "data: [DONE]\nid: " WORLD_KEY, NULL}, /* without an end */
    };
    static const enum loopback_fault ways[] = {LOOPBACK_NO_FAULT, LOOPBACK_DRIP};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t way = 0; way < 2; way++) {
            start((struct loopback_answer){
                .headers = EVENTS QUOTING_HEADERS, .body = cases[i].said, .fault = ways[way]});
            const char *answer = world_post(&world, CHAT, ASK_STREAM("alpha/one"));
            assert_has(answer, "HTTP/1.1 200 OK\r\n");
            assert_lacks(answer, WORLD_KEY);
            if (cases[i].told && way == 0) {
                assert_has(answer, cases[i].told);
            }
            world_stop(&world);
        }
    }
}

static void what_is_translated_has_stars_too(void **state)
{
#define MESSAGE                                                                                                        \
    "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"" WORLD_KEY "\"}],"       \
    "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}"
#define LINE(text) "{\"message\":{\"role\":\"assistant\",\"content\":\"" text "\"},\"done\":false}\n"
#define LAST "{\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\"}\n"
    static const enum loopback_fault ways[] = {LOOPBACK_NO_FAULT, LOOPBACK_DRIP};
    (void)state;
    for (size_t way = 0; way < 2; way++) {
        world_start_as(&world, "anthropic",
                       world_saying((struct loopback_answer){.headers = JSON, .body = MESSAGE, .fault = ways[way]}),
                       "custom_api", NULL, "");
        const char *answer = world_post(&world, CHAT, ASK("alpha/one"));
        assert_has(answer, "\"content\":\"" STARS "\"");
        assert_lacks(answer, WORLD_KEY);
        world_stop(&world);
        world_start_as(&world, "ollama",
                       world_saying((struct loopback_answer){
                           .headers = LINES, .body = LINE("a") LINE(WORLD_KEY) LAST, .fault = ways[way]}),
                       "custom_api", NULL, "");
        answer = world_post(&world, CHAT, ASK_STREAM("alpha/one"));
        assert_has(answer, STARS);
        assert_lacks(answer, WORLD_KEY);
        world_stop(&world);
    }
}

static void the_log_has_no_text_of_a_clients_that_is_not_known(void **state)
{
#define PASTED "tta-0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
    static const struct {
        const char *request, *path;
    } cases[] = {
        {"GET /" PASTED, "\"path\":\"/*\""},
        {"GET /v1/" PASTED "?key=" PASTED, "\"path\":\"/v1/*\""},
        {"GET /v1/models/" PASTED, "\"path\":\"/v1/models/*\""},
        {"GET /v1/modelsx" PASTED, "\"path\":\"/v1/*\""},
        {"GET /api/v1/models/performance/" PASTED, "\"path\":\"/api/v1/models/performance/*\""},
        {"GET /v1/chat/completions", "\"path\":\"/v1/chat/completions\""},
        {"DELETE /api/v1/models/free?" PASTED, "\"path\":\"/api/v1/models/free\""},
        {"OPTIONS *", "\"path\":\"-\""},
        {"GET http://here/" PASTED, "\"path\":\"-\""},
    };
    char request[1000];
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        start((struct loopback_answer){.headers = JSON, .body = GOOD});
        (void)snprintf(request, sizeof(request), "%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " PASTED
                                                 "\r\nConnection: close\r\n\r\n", cases[i].request);
        (void)world_ask(&world, request);
        (void)world_post(&world, CHAT, ASK(PASTED));
        (void)world_post(&world, CHAT, ASK("auto:" PASTED));
        (void)world_post(&world, CHAT, ASK("alpha/one"));
        (void)world_post(&world, CHAT, "{\"model\":\"one\",\"x_tta\":{\"only\":\"" PASTED "\"}}");
        char *log = world_log(&world);
        assert_has(log, cases[i].path);
        assert_has(log, "\"error\":\"model_not_found\"");
        assert_has(log, "\"asked\":\"alpha/one\"");
        assert_lacks(log, "0123456789");
        free(log);
        world_stop(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_whole_answer_has_stars_for_the_key_and_its_length),
        WORLD_TEST(a_header_that_is_passed_on_has_stars_too),
        WORLD_TEST(a_refusal_is_told_without_the_key),
        WORLD_TEST(a_stream_has_stars_for_the_key),
        WORLD_TEST(what_is_translated_has_stars_too),
        WORLD_TEST(the_log_has_no_text_of_a_clients_that_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
