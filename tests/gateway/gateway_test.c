// SPDX-License-Identifier: MIT
/* What clients get from the gateway when providers do well, and when they do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway_world.h"

#define ROLE "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n"
#define ASK(model) "{\"model\":\"" model "\",\"messages\":[{\"role\":\"user\",\"content\":\"a secret wish\"}]}"
#define ASK_STREAM(model) "{\"stream\":true,\"model\":\"" model "\",\"messages\":[]}"

static struct world world; /* too large for a stack */

static struct loopback_server *good(void)
{
    return world_saying((struct loopback_answer){.headers = JSON, .body = GOOD});
}

static void start(struct loopback_server *alpha, struct loopback_server *beta)
{
    world_start(&world, alpha, beta, "  connect_timeout: 2 s\n");
}

static void an_answer_says_who_gave_it_and_what_it_cost(void **state)
{
    char request[4096];
    (void)state;
    start(good(), NULL);
    const char *answer = world_post(&world, CHAT, ASK("alpha/one"));
    assert_has(answer, "HTTP/1.1 200 OK\r\n");
    assert_has(answer, "x-tta-model: one\r\n");
    assert_has(answer, "x-tta-provider: alpha\r\n");
    assert_has(answer, "x-tta-attempts: alpha/one ok ");
    assert_has(answer, "x-tta-cost-usd: 0.000014000000\r\n"); /* 3 tokens at 2 and 2 at 4 USD per million */
    assert_has(answer, "\r\n\r\n" GOOD);
    loopback_server_last_request(world.alpha, request, sizeof(request));
    assert_has(request, "POST /v1/chat/completions HTTP/1.1\r\n");
    assert_has(request, "Authorization: Bearer " WORLD_KEY "\r\n");
    assert_lacks(request, "of-the-client"); /* which is the client's, for the gateway alone */
    assert_has(request, "{\"model\":\"one\",\"messages\":[{\"role\":\"user\",\"content\":\"a secret wish\"}]}");
    world_stop(&world);
}

/* Who does that is given up after a time.  Up to the first byte or token whoever answers next has that time as well: it
 * is long enough for a busy machine.  Between pieces it may be short, as a good answer is one piece. */
static bool waits_for_ever(const struct loopback_answer *answer)
{
    return answer->fault == LOOPBACK_SILENT || answer->fault == LOOPBACK_STALL;
}

static void failures_before_an_answer_are_made_good(void **state)
{
    static const struct loopback_answer faults[] = {
        {.status = 500, .headers = JSON, .body = "{}"},
        {.status = 401, .headers = JSON, .body = "{\"error\":{\"code\":\"invalid_api_key\"}}"},
        {.status = 429, .headers = JSON "Retry-After: 30\r\n", .body = "{}"},
        {.status = 404, .headers = JSON, .body = "{\"error\":{\"code\":\"model_not_found\"}}"},
        {.status = 503, .headers = "Content-Type: text/html\r\n", .body = "<html>"},
        {.status = 302, .headers = "Location: http://127.0.0.1:1/\r\n", .body = ""},
        {.fault = LOOPBACK_CLOSE},
        {.fault = LOOPBACK_SILENT},
        {.headers = JSON, .body = GOOD, .fault = LOOPBACK_TRUNCATE},
        {.headers = JSON, .body = GOOD, .fault = LOOPBACK_STALL},
        {.headers = JSON, .body = "{\"error\":{\"message\":\"in a 200\",\"code\":500}}"},
        {.headers = JSON, .body = "{\"choices\":[{\"message\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        world_start(&world, world_saying(faults[i]), good(),
                    waits_for_ever(&faults[i]) ? "  first_byte: 2 s\n  idle: 60 ms\n" : "");
        const char *answer = world_post(&world, CHAT, ASK("both"));
        assert_has(answer, "HTTP/1.1 200 OK\r\n");
        assert_has(answer, "x-tta-attempts: alpha/one ");
        assert_has(answer, "; beta/two ok ");
        assert_has(answer, "\r\n\r\n" GOOD);
        world_stop(&world);
    }
}

static void a_provider_that_is_not_there_is_passed_over(void **state)
{
    (void)state;
    start(NULL, good());
    const char *answer = world_post(&world, CHAT, ASK("both"));
    assert_has(answer, "x-tta-attempts: alpha/one connect ");
    assert_has(answer, "x-tta-provider: beta\r\n");
    assert_has(answer, "\r\n\r\n" GOOD);
    world_stop(&world);
}

static void the_model_is_named_to_each_provider_in_its_own_words(void **state)
{
    char request[4096];
    (void)state;
    start(world_saying((struct loopback_answer){.status = 500}), good());
    (void)world_post(&world, CHAT, "{\"a\":\"model\", \"model\" : \"b\\u006fth\" ,\"b\":{\"model\":\"x\"}}");
    loopback_server_last_request(world.alpha, request, sizeof(request));
    assert_has(request, "\r\n\r\n{\"a\":\"model\", \"model\" : \"one\" ,\"b\":{\"model\":\"x\"}}");
    loopback_server_last_request(world.beta, request, sizeof(request));
    assert_has(request, "\r\n\r\n{\"a\":\"model\", \"model\" : \"two\" ,\"b\":{\"model\":\"x\"}}");
    world_stop(&world);
}

static void what_is_wrong_with_a_request_is_told_as_the_provider_says_it(void **state)
{
    static const char body[] = "{\"error\":{\"message\":\"temperature is too hot\",\"param\":\"temperature\"}}";
    (void)state;
    start(world_saying((struct loopback_answer){.status = 400, .headers = JSON, .body = body}), good());
    const char *answer = world_post(&world, CHAT, ASK("both"));
    assert_has(answer, "HTTP/1.1 400 Bad Request\r\n");
    assert_has(answer, body);
    assert_int_equal(loopback_server_request_count(world.beta), 0);
    world_stop(&world);
}

static void nothing_a_provider_says_of_the_key_reaches_the_client(void **state)
{
    static const struct loopback_answer answers[] = {
        {.status = 401, .headers = JSON, .body = "{\"error\":{\"message\":\"bad key " WORLD_KEY "\"}}"},
        {.status = 400, .headers = JSON "X-Key: " WORLD_KEY "\r\n",
         .body = "{\"error\":{\"message\":\"bad key " WORLD_KEY "\"}}"},
        {.status = 500, .headers = JSON, .body = "{\"error\":{\"message\":\"bad key " WORLD_KEY "\"}}"},
    };
    static const char *const statuses[] = {"HTTP/1.1 502 ", "HTTP/1.1 400 ", "HTTP/1.1 502 "};
    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        start(world_saying(answers[i]), NULL);
        const char *answer = world_post(&world, CHAT, ASK("alpha/one"));
        assert_has(answer, statuses[i]);
        assert_has(answer, "{\"error\":{\"message\":\"");
        assert_lacks(answer, WORLD_KEY);
        world_stop(&world);
    }
}

static void a_rate_limit_is_passed_on_with_its_time(void **state)
{
    (void)state;
    start(world_saying((struct loopback_answer){.status = 429, .headers = JSON "Retry-After: 30\r\n", .body = "{}"}),
          NULL);
    const char *answer = world_post(&world, CHAT, ASK("alpha/one"));
    assert_has(answer, "HTTP/1.1 429 Too Many Requests\r\n");
    assert_has(answer, "retry-after: 30\r\n");
    assert_has(answer, "\"code\":\"rate_limit_exceeded\"");
    answer = world_post(&world, CHAT, ASK("alpha/one")); /* which is not asked any more until then */
    assert_has(answer, "HTTP/1.1 503 Service Unavailable\r\n");
    assert_has(answer, "\r\nretry-after: ");
    assert_in_range(atoi(strstr(answer, "\r\nretry-after: ") + strlen("\r\nretry-after: ")), 1, 30);
    assert_int_equal(loopback_server_request_count(world.alpha), 1);
    world_stop(&world);
}

static void a_stream_goes_on_as_it_comes(void **state)
{
    (void)state;
    start(world_saying((struct loopback_answer){.headers = EVENTS, .body = ROLE SAY("a") SAY("b") STOP DONE}), NULL);
    const char *answer = world_post(&world, CHAT, ASK_STREAM("alpha/one"));
    assert_has(answer, "HTTP/1.1 200 OK\r\n");
    assert_has(answer, "Content-Type: text/event-stream");
    assert_has(answer, "Transfer-Encoding: chunked\r\n");
    assert_has(answer, "x-tta-attempts: alpha/one ok ");
    assert_has(answer, ROLE SAY("a") SAY("b") STOP DONE "\r\n0\r\n\r\n");
    world_stop(&world);
}

static void a_stream_in_drops_arrives_whole(void **state)
{
    (void)state;
    start(world_saying((struct loopback_answer){
              .headers = EVENTS, .body = ROLE ": a comment\r\n\r\n" SAY("abc") STOP DONE, .fault = LOOPBACK_DRIP}),
          NULL);
    const char *answer = world_post(&world, CHAT, ASK_STREAM("alpha/one"));
    assert_has(answer, "\"abc\"");
    assert_has(answer, DONE);
    world_stop(&world);
}

static void a_stream_that_fails_before_content_is_made_good(void **state)
{
    static const struct loopback_answer faults[] = {
        {.headers = EVENTS, .body = ROLE "data: {\"error\":{\"message\":\"no\",\"code\":503}}\n\n" DONE},
        {.headers = EVENTS, .body = "event: error\ndata: {\"error\":{\"message\":\"no\"}}\n\n"},
        {.headers = EVENTS, .body = ROLE},
        {.headers = EVENTS, .body = ROLE DONE},
        {.headers = EVENTS, .body = ROLE, .fault = LOOPBACK_TRUNCATE},
        {.headers = EVENTS, .body = ROLE, .fault = LOOPBACK_STALL},
        {.headers = EVENTS, .body = ROLE SAY("gone in the same breath") "data: {\"error\":{}}\n\n"},
        {.headers = JSON, .body = GOOD},
        {.headers = JSON, .body = "{\n\n\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}"},
        {.headers = EVENTS, .body = "data: this is no JSON\n\n"},
        {.status = 500, .headers = JSON, .body = "{}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct loopback_server *beta =
            world_saying((struct loopback_answer){.headers = EVENTS, .body = SAY("b") STOP DONE});
        world_start(&world, world_saying(faults[i]), beta, waits_for_ever(&faults[i]) ? "  first_token: 2 s\n" : "");
        const char *answer = world_post(&world, CHAT, ASK_STREAM("both"));
        assert_has(answer, "x-tta-provider: beta\r\n");
        assert_has(answer, "\r\n" SAY("b") STOP DONE "\r\n0\r\n\r\n");
        assert_lacks(answer, "ROLE");
        assert_lacks(answer, "breath");
        world_stop(&world);
    }
}

static void a_stream_that_breaks_off_later_never_ends_as_if_it_were_whole(void **state)
{
    static const struct loopback_answer faults[] = {
        {.headers = EVENTS, .body = SAY("a") "data: {\"error\":{\"message\":\"raw words\"}}\n\n" DONE,
         .fault = LOOPBACK_DRIP},
        {.headers = EVENTS, .body = SAY("a") DONE, .fault = LOOPBACK_DRIP}, /* without a finish_reason */
        {.headers = EVENTS, .body = SAY("a")},
        {.headers = EVENTS, .body = SAY("a"), .fault = LOOPBACK_TRUNCATE},
        {.headers = EVENTS, .body = SAY("a"), .fault = LOOPBACK_STALL},
        {.headers = EVENTS, .body = SAY("a") "data: {\"choices\"", .fault = LOOPBACK_TRUNCATE},
    };
    char requests[600];
    (void)state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        world_start(&world, world_saying(faults[i]), good(), waits_for_ever(&faults[i]) ? "  idle: 60 ms\n" : "");
        (void)snprintf(requests, sizeof(requests), "POST " CHAT " HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n%s"
                       "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                       strlen(ASK_STREAM("both")), ASK_STREAM("both"));
        const char *answer = world_ask(&world, requests);
        assert_has(answer, SAY("a"));
        assert_has(answer, "data: {\"error\":{\"message\":\"");
        assert_has(answer, "\"code\":\"stream_broken\"}}\n\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"); /* the next one */
        assert_lacks(answer, "[DONE]");
        assert_lacks(answer, "raw words");
        assert_int_equal(loopback_server_request_count(world.beta), 0); /* it has said something: no way back */
        world_stop(&world);
    }
}

static void a_client_that_leaves_ends_the_request_to_the_provider(void **state)
{
    static const struct loopback_answer answers[] = {
        {.fault = LOOPBACK_SILENT}, {.headers = EVENTS, .body = ROLE SAY("a"), .fault = LOOPBACK_STALL}};
    char request[400];
    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        start(world_saying(answers[i]), good());
        int fd = world_connect(&world);
        (void)snprintf(request, sizeof(request), "POST " CHAT " HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n%s",
                       strlen(ASK_STREAM("both")), ASK_STREAM("both"));
        world_send(fd, request);
        if (i > 0) {
            assert_has(world_read_until(&world, fd, "\"a\""), ROLE SAY("a"));
        }
        world_wait_for_requests(world.alpha, 1);
        (void)close(fd);
        world_wait_until_closed(world.alpha);
        assert_int_equal(loopback_server_request_count(world.beta), 0);
        world_stop(&world);
    }
}

static void a_body_that_does_not_fit_is_told_where(void **state)
{
    static const struct {
        const char *body, *says;
    } cases[] = {
        {"", "The request has no body; it must be a JSON object"},
        {"model=one", "The body is not JSON: line 1: it begins with no { or [."},
        {"{\"model\":\n\n\"x\",}", "The body is not JSON: line 3: a key is missing."},
        {"[1]", "The request must be an object."},
        {"{}", "The request names no model."},
        {"{\"model\":7}", "model must be the name of a model."},
        {"{\"model\":\"one\",\"mod\\u0065l\":\"two\"}", "This stands twice in the request."},
        {"{\"model\":\"one\",\"stream\":\"yes\"}", "stream must be true or false."},
        {"{\"model\":\"nobody/has-it\"}", "There is no such model here"},
        {"{\"model\":\"one\",\"max_tokens\":-1}", "The limit on tokens must be a whole number."},
    };
    (void)state;
    start(good(), NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_has(world_post(&world, CHAT, cases[i].body), cases[i].says);
    }
    assert_int_equal(loopback_server_request_count(world.alpha), 0);
    world_stop(&world);
}

static void auto_asks_the_best_model_that_can_do_it(void **state)
{
    char request[4096];
    (void)state;
    start(good(), good());
    const char *answer = world_post(&world, CHAT, ASK("auto"));
    assert_has(answer, "x-tta-provider: alpha\r\n"); /* of a known price; beta's might cost anything */
    assert_has(world_post(&world, CHAT, ASK("auto:world_building")), "x-tta-provider: alpha\r\n");
    assert_has(world_post(&world, CHAT, ASK("auto:juggling")), "There is no such model here");
    assert_has(world_post(&world, CHAT, ASK("free")),
               "No model here can do what the request asks for. Without the requirement on not_free, 2 would.");
    assert_has(world_post(&world, CHAT, "{\"model\":\"auto\",\"tools\":[{}],\"messages\":[]}"),
               "x-tta-provider: alpha\r\n"); /* which says that it can */
    assert_has(world_post(&world, CHAT, "{\"model\":\"auto\",\"x_tta\":{\"only\":[\"beta\"]},\"messages\":[]}"),
               "x-tta-provider: beta\r\n");
    loopback_server_last_request(world.beta, request, sizeof(request));
    assert_has(request, "\r\n\r\n{\"model\":\"two\",\"messages\":[]}"); /* it is not for the provider */
    world_stop(&world);
}

static void wishes_hold_for_any_name(void **state)
{
    static const struct {
        const char *wish, *says;
    } cases[] = {
        {"x-tta-max-prompt-price: 3", "x-tta-provider: alpha\r\n"},
        {"X-TTA-Max-Prompt-Price: 1.9", "No model here can do what the request asks for."},
        {"x-tta-exclude: alpha", "x-tta-provider: beta\r\n"},
        {"x-tta-only: beta", "x-tta-provider: beta\r\n"},
        {"x-tta-only: gamma", "There is no provider or server gamma here."},
        {"x-tta-can: tools", "x-tta-provider: alpha\r\n"},
        {"x-tta-can: juggling", "x-tta-can: 'juggling' is not"},
        {"x-tta-can: tool", "'tool' is none; did you mean tools?\""},
        {"X-tta-juggle: yes", "X-tta-juggle: there is no such requirement; they are those of tta select."},
        {"x-tta-free: maybe", "x-tta-free: it is either true or false."},
        {"x-tta-max-prompt-price: a lot", "x-tta-max-prompt-price: 'a lot' is not"},
    };
    static const struct {
        const char *extras, *says;
    } bodies[] = {
        {"{\"max_prompt_price\":3,\"can\":[\"tools\"],\"free\":false,\"task\":null}", "x-tta-provider: alpha\r\n"},
        {"{\"exclude\":\"alpha\"}", "x-tta-provider: beta\r\n"},
        {"{\"rank\":3}", "x_tta.rank: there is no such requirement; they are those of tta select."},
        {"{\"can\":{}}", "x_tta.can: it must be a text, a number, true, or a list of texts."},
        {"{\"min_safety\":11}", "x_tta.min_safety: '11' is not"},
        {"7", "x_tta must be an object."},
    };
    char request[1000];
    (void)state;
    start(good(), good());
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void)snprintf(request, sizeof(request), POST "%s\r\nConnection: close\r\nContent-Length: 30\r\n\r\n"
                                                      "{\"model\":\"both\",\"messages\":[]}", cases[i].wish);
        assert_has(world_ask(&world, request), cases[i].says);
    }
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        (void)snprintf(request, sizeof(request), "{\"model\":\"both\",\"x_tta\":%s}", bodies[i].extras);
        assert_has(world_post(&world, CHAT, request), bodies[i].says);
    }
    world_stop(&world);
}

static void pages_are_there(void **state)
{
#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    (void)state;
    start(good(), NULL);
    const char *answer = world_ask(&world, GET("/v1/models"));
    assert_has(answer, "{\"object\":\"list\",\"data\":[\n{\"id\":\"auto\",\"object\":\"model\"");
    assert_has(answer, "{\"id\":\"both\",\"object\":\"model\",\"created\":0,\"owned_by\":\"tta\"}");
    assert_has(answer, "{\"id\":\"one\",\"object\":\"model\",\"created\":0,\"owned_by\":\"alpha\"}");
    answer = world_ask(&world, GET("/v1/models/one"));
    assert_has(answer, "\r\n\r\n{\"id\":\"one\",\"object\":\"model\",\"created\":0,\"owned_by\":\"alpha\"}\n");
    assert_has(world_ask(&world, GET("/v1/models/auto%3Ageneral_chat?verbose")), "{\"id\":\"auto:general_chat\",");
    static const char *const unknown[] = {GET("/v1/models/on"), GET("/v1/models/"), GET("/v1/models/%zz"),
                                          GET("/v1/models/one%22,")};
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        answer = world_ask(&world, unknown[i]);
        assert_has(answer, "HTTP/1.1 404 ");
        assert_has(answer, "\"param\":\"model\",\"code\":\"model_not_found\"");
    }
    assert_has(world_ask(&world, GET("/readyz?verbose")), "{\"status\":\"ready\",\"models\":2}");
    (void)world_post(&world, CHAT, ASK("one"));
    answer = world_ask(&world, GET("/metrics"));
    assert_has(answer, "Content-Type: text/plain; version=0.0.4");
    assert_has(answer, "tta_requests_total{provider=\"alpha\",model=\"one\",task=\"\"} 1\n");
    assert_has(world_ask(&world, GET("/nowhere")), "HTTP/1.1 404 ");
    answer = world_ask(&world, GET(CHAT));
    assert_has(answer, "HTTP/1.1 405 ");
    assert_has(answer, "\r\nAllow: POST\r\n");
    assert_has(answer, "This path is asked with POST");
    answer = world_post(&world, "/v1/models", "{}");
    assert_has(answer, "HTTP/1.1 405 ");
    assert_has(answer, "\r\nAllow: GET, HEAD\r\n");
    assert_has(world_post(&world, "/v1/embeddings", ASK("one")), GOOD);
    world_stop(&world);
}

static void the_log_has_neither_prompts_nor_keys(void **state)
{
    (void)state;
    start(world_saying((struct loopback_answer){.status = 500}), good());
    (void)world_post(&world, CHAT, ASK("both"));
    (void)world_post(&world, CHAT, "{\"model\":\"a secret wish");
    (void)world_ask(&world, "GET /?key=" WORLD_KEY " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    char *log = world_log(&world);
    assert_has(log, "\"status\":200,");
    assert_has(log, "\"attempts\":\"alpha/one server 500 ");
    assert_has(log, "\"prompt_tokens\":3,\"completion_tokens\":2");
    assert_has(log, "\"status\":400,");
    assert_lacks(log, "secret wish");
    assert_lacks(log, WORLD_KEY);
    assert_lacks(log, "of-the-client");
    free(log);
    world_stop(&world);
}

static void what_is_under_way_is_answered_before_the_end(void **state)
{
    (void)state;
    start(world_saying((struct loopback_answer){.headers = JSON, .body = GOOD, .is_held = true}), NULL);
    int idle = world_connect(&world), fd = world_connect(&world);
    world_send(fd, POST "Content-Length: 35\r\n\r\n{\"model\":\"alpha/one\",\"messages\":[]}");
    world_wait_for_requests(world.alpha, 1);
    atomic_store(&world.gateway.is_draining, true);
    worker_wake(&world.worker);
    assert_string_equal(world_read_all(&world, idle), "");
    loopback_server_go_on(world.alpha);
    const char *answer = world_read_all(&world, fd);
    assert_has(answer, "Connection: close\r\n");
    assert_has(answer, GOOD);
    world_stop(&world);
}

static void another_configuration_is_for_what_comes_after_it(void **state)
{
    static const struct loopback_answer script[] = {
        {.headers = JSON, .body = GOOD, .is_held = true}, {.headers = JSON, .body = GOOD}};
    (void)state;
    start(world_provider(script, 2), good());
    int fd = world_connect(&world);
    world_send(fd, POST "Connection: close\r\nContent-Length: 35\r\n\r\n{\"model\":\"alpha/one\",\"messages\":[]}");
    world_wait_for_requests(world.alpha, 1);
    assert_has(world_post(&world, CHAT, ASK("other")), "HTTP/1.1 404 ");
    world_reload(&world, "    - name: other\n      targets: [beta/three]\n");
    assert_has(world_post(&world, CHAT, ASK("other")), "x-tta-model: three\r\n");
    loopback_server_go_on(world.alpha);
    assert_has(world_read_all(&world, fd), GOOD);
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(an_answer_says_who_gave_it_and_what_it_cost),
        WORLD_TEST(failures_before_an_answer_are_made_good),
        WORLD_TEST(a_provider_that_is_not_there_is_passed_over),
        WORLD_TEST(the_model_is_named_to_each_provider_in_its_own_words),
        WORLD_TEST(what_is_wrong_with_a_request_is_told_as_the_provider_says_it),
        WORLD_TEST(nothing_a_provider_says_of_the_key_reaches_the_client),
        WORLD_TEST(a_rate_limit_is_passed_on_with_its_time),
        WORLD_TEST(a_stream_goes_on_as_it_comes),
        WORLD_TEST(a_stream_in_drops_arrives_whole),
        WORLD_TEST(a_stream_that_fails_before_content_is_made_good),
        WORLD_TEST(a_stream_that_breaks_off_later_never_ends_as_if_it_were_whole),
        WORLD_TEST(a_client_that_leaves_ends_the_request_to_the_provider),
        WORLD_TEST(a_body_that_does_not_fit_is_told_where),
        WORLD_TEST(auto_asks_the_best_model_that_can_do_it),
        WORLD_TEST(wishes_hold_for_any_name),
        WORLD_TEST(pages_are_there),
        WORLD_TEST(the_log_has_neither_prompts_nor_keys),
        WORLD_TEST(what_is_under_way_is_answered_before_the_end),
        WORLD_TEST(another_configuration_is_for_what_comes_after_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
