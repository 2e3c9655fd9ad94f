// SPDX-License-Identifier: MIT
/* What streams have used is asked for, whether the client asks or not, and shown to those who do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "gateway_world.h"

#define USAGE "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n"
#define ASK "{\"stream\":true,\"model\":\"both\",\"messages\":[]}"
#define ASKED "{\"stream\":true,\"model\":\"one\",\"stream_options\":{\"include_usage\":true},\"messages\":[]}"
#define ASK_USAGE "{\"stream\":true,\"model\":\"both\",\"stream_options\":{\"include_usage\":true},\"messages\":[]}"

static const struct loopback_answer stream = {.headers = EVENTS, .body = SAY("a") STOP USAGE DONE};

static struct world world; /* too large for a stack */

static void assert_asked_for(const char *body)
{
    char request[4096];
    loopback_server_last_request(world.alpha, request, sizeof(request));
    const char *end = strstr(request, "\r\n\r\n");
    assert_non_null(end);
    assert_string_equal(end + 4, body);
}

static void the_gateway_asks_and_the_client_does_not_see_it(void **state)
{
    static const enum loopback_fault faults[] = {LOOPBACK_NO_FAULT, LOOPBACK_DRIP};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct loopback_answer answer = stream;
        answer.fault = faults[i];
        world_start(&world, world_saying(answer), NULL, "");
        const char *said = world_post(&world, CHAT, ASK);
        assert_asked_for(ASKED);
        assert_has(said, SAY("a"));
        assert_has(said, DONE);
        assert_lacks(said, "usage");
        (void)world_post(&world, "/nowhere", ""); /* by now it is logged */
        char *log = world_log(&world);
        assert_has(log, "\"prompt_tokens\":3,\"completion_tokens\":2");
        free(log);
        world_stop(&world);
    }
}

static void a_client_that_asks_sees_it(void **state)
{
    (void)state;
    world_start(&world, world_saying(stream), NULL, "");
    assert_has(world_post(&world, CHAT, ASK_USAGE), SAY("a") STOP USAGE DONE);
    assert_asked_for(ASKED);
    world_stop(&world);
}

static void what_has_choices_is_never_hidden(void **state)
{
#define LAST "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3}}\n\n"
#define FIRST "data: {\"choices\":[],\"usage\":null}\n\n"
    (void)state;
    const struct loopback_answer answer = {.headers = EVENTS, .body = FIRST SAY("a") LAST DONE};
    world_start(&world, world_saying(answer), NULL, "");
    assert_has(world_post(&world, CHAT, ASK), FIRST SAY("a") LAST DONE);
    world_stop(&world);
}

static void whole_answers_and_embeddings_are_not_asked_for_it(void **state)
{
    (void)state;
    world_start(&world, world_saying((struct loopback_answer){.headers = JSON, .body = GOOD}), NULL, "");
    (void)world_post(&world, CHAT, "{\"model\":\"both\",\"messages\":[]}");
    assert_asked_for("{\"model\":\"one\",\"messages\":[]}");
    (void)world_post(&world, "/v1/embeddings", "{\"model\":\"both\",\"input\":\"a\"}");
    assert_asked_for("{\"model\":\"one\",\"input\":\"a\"}");
    world_stop(&world);
}

static void a_provider_that_does_not_know_the_question_is_asked_without(void **state)
{
    const char *refusal = "{\"detail\":[{\"loc\":[\"body\",\"stream_options\"],\"msg\":\"extra\"}]}";
    const struct loopback_answer script[] = {{.status = 422, .headers = JSON, .body = refusal}, stream};
    (void)state;
    world_start(&world, world_provider(script, 2), NULL, "");
    for (size_t i = 0; i < 2; i++) {
        const char *said = world_post(&world, CHAT, ASK);
        assert_has(said, "HTTP/1.1 200 OK\r\n");
        assert_has(said, "x-tta-attempts: alpha/one ok ");
        assert_has(said, SAY("a") STOP USAGE DONE); /* it is the provider's own wish */
        assert_asked_for("{\"stream\":true,\"model\":\"one\",\"messages\":[]}");
        assert_int_equal(loopback_server_request_count(world.alpha), 2 + i);
    }
    world_stop(&world);
}

static void what_is_wrong_by_the_clients_doing_is_told(void **state)
{
#define WRONG "{\"error\":{\"message\":\"stream_options is no such thing\"}}"
    (void)state;
    const struct loopback_answer answer = {.status = 400, .headers = JSON, .body = WRONG};
    world_start(&world, world_saying(answer), NULL, "");
    assert_has(world_post(&world, CHAT, ASK_USAGE), WRONG);
    assert_int_equal(loopback_server_request_count(world.alpha), 1);
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(the_gateway_asks_and_the_client_does_not_see_it),
        WORLD_TEST(a_client_that_asks_sees_it),
        WORLD_TEST(what_has_choices_is_never_hidden),
        WORLD_TEST(whole_answers_and_embeddings_are_not_asked_for_it),
        WORLD_TEST(a_provider_that_does_not_know_the_question_is_asked_without),
        WORLD_TEST(what_is_wrong_by_the_clients_doing_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
