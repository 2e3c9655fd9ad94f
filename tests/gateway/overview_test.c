// SPDX-License-Identifier: MIT
/* The page for people and the JSON that it shows; tests/gateway/page_test.py looks at it in a browser. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "gateway_world.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
#define ASK(model) "{\"model\":\"" model "\",\"messages\":[]}"

static struct world world; /* too large for a stack */

static struct loopback_server *saying(int status, const char *body)
{
    return world_saying((struct loopback_answer){.status = status, .headers = JSON, .body = body});
}

/* The overview, to be released; its text is the world's answer. */
static struct json overview(const char *request)
{
    struct json json;
    struct json_flaw flaw;
    const char *answer = world_ask(&world, request);
    const char *body = strstr(answer, "\r\n\r\n");
    assert_non_null(strstr(answer, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(answer, "Cache-Control: no-store\r\n"));
    assert_non_null(body);
    assert_int_equal(base_json_read(base_str(body), &json, &flaw), JSON_READ);
    return json;
}

static double number(struct json_value object, const char *outer, const char *inner)
{
    struct json_value value = base_json_member(object, outer);
    return base_json_number(inner ? base_json_member(value, inner) : value);
}

static struct json_value element(struct json_value array, const char *key, const char *wanted)
{
    struct json_value it = base_json_first(array);
    while (base_json_type(it) != JSON_IS_ABSENT && !base_json_equals(base_json_member(it, key), wanted)) {
        it = base_json_next(array, it);
    }
    assert_int_equal(base_json_type(it), JSON_IS_OBJECT);
    return it;
}

static void it_counts_what_was_asked_and_what_it_cost(void **state)
{
    (void)state;
    world_start(&world, saying(200, GOOD), NULL, "");
    (void)world_post(&world, CHAT, ASK("alpha/one"));
    (void)world_post(&world, CHAT, ASK("alpha/one"));
    (void)world_post(&world, CHAT, ASK("nobody/has-it"));
    (void)world_post(&world, CHAT, "no JSON");
    (void)world_post(&world, CHAT, ASK("beta/two"));
    struct json json = overview(GET("/api/v1/overview"));
    struct json_value root = base_json_root(&json), models = base_json_member(root, "models");
    assert_true(number(root, "requests", "answered") == 2);
    assert_true(number(root, "requests", "refused") == 2);
    assert_true(number(root, "requests", "failed") == 1);
    assert_true(number(root, "requests", "under_way") == 0);
    assert_true(base_json_equals(base_json_member(root, "window"), "5m"));
    struct json_value one = element(models, "model", "one"), two = element(models, "model", "two");
    assert_true(base_json_equals(base_json_member(one, "server"), "alpha"));
    assert_true(number(one, "requests", NULL) == 2);
    assert_true(number(one, "failures", NULL) == 0);
    assert_true(number(one, "prompt_tokens", NULL) == 6);
    assert_true(number(one, "cost_pusd", NULL) == 28e6); /* of 3 tokens at 2 and 2 at 4 USD per million, twice */
    assert_true(number(one, "latency", "p50_ns") > 0);
    assert_true(number(two, "by_class", "connect") >= 1);
    assert_true(number(two, "failures", NULL) == number(two, "requests", NULL));
    assert_true(number(root, "all", "requests") == number(one, "requests", NULL) + number(two, "requests", NULL));
    base_json_deinit(&json);
    world_stop(&world);
}

static void what_is_under_way_is_counted_until_it_is_over(void **state)
{
    static const struct loopback_answer silent = {.fault = LOOPBACK_SILENT};
    (void)state;
    world_start(&world, loopback_server_start(&silent, 1), NULL, "");
    int fd = world_connect(&world);
    world_send(fd, "POST " CHAT " HTTP/1.1\r\nHost: x\r\nContent-Length: 35\r\n\r\n" ASK("alpha/one"));
    double under_way = 0;
    while (under_way < 1) { /* CTest ends it */
        struct json json = overview(GET("/api/v1/overview"));
        struct json_value models = base_json_member(base_json_root(&json), "models");
        under_way = number(base_json_root(&json), "requests", "under_way");
        if (under_way == 1) {
            assert_true(number(element(models, "model", "one"), "under_way", NULL) == 1);
        }
        base_json_deinit(&json);
    }
    (void)close(fd);
    while (under_way > 0) {
        struct json json = overview(GET("/api/v1/overview"));
        struct json_value root = base_json_root(&json);
        under_way = number(root, "requests", "under_way");
        if (under_way == 0) {
            assert_true(number(root, "requests", "client_left") == 1);
            assert_true(number(element(base_json_member(root, "models"), "model", "one"), "under_way", NULL) == 0);
        }
        base_json_deinit(&json);
    }
    world_stop(&world);
}

static void what_is_left_alone_is_there_with_the_reason(void **state)
{
    (void)state;
    world_start(&world, saying(401, "{\"error\":{\"code\":\"invalid_api_key\"}}"), NULL, "");
    struct json json = overview(GET("/api/v1/overview"));
    assert_int_equal(base_json_count(base_json_member(base_json_root(&json), "breakers")), 0);
    base_json_deinit(&json);
    (void)world_post(&world, CHAT, ASK("alpha/one"));
    json = overview(GET("/api/v1/overview"));
    struct json_value key = element(base_json_member(base_json_root(&json), "breakers"), "part", "key");
    assert_true(base_json_equals(base_json_member(key, "name"), "alpha"));
    assert_true(base_json_equals(base_json_member(key, "state"), "open"));
    assert_true(base_json_equals(base_json_member(key, "because"), "auth"));
    assert_int_equal(base_json_type(base_json_member(key, "again_in_ms")), JSON_IS_NULL); /* until it is healed */
    assert_null(strstr(world.answer, WORLD_KEY));
    base_json_deinit(&json);
    world_stop(&world);
}

static void the_query_chooses_the_window(void **state)
{
    static const struct {
        const char *request, *window;
    } cases[] = {
        {GET("/api/v1/overview?window=1h"), "1h"},         {GET("/api/v1/overview?a=1&window=all&b"), "all"},
        {GET("/api/v1/overview?window=%32%34h"), "24h"},    {GET("/api/v1/overview?"), "5m"},
    };
    (void)state;
    world_start(&world, saying(200, GOOD), NULL, "");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json json = overview(cases[i].request);
        assert_true(base_json_equals(base_json_member(base_json_root(&json), "window"), cases[i].window));
        base_json_deinit(&json);
    }
    assert_has(world_ask(&world, GET("/api/v1/overview?window=an%20hour")), "window must be 1m, 5m, 1h, 24h or all.");
    world_stop(&world);
}

static void figures_go_on_after_a_reload(void **state)
{
    (void)state;
    world_start(&world, saying(200, GOOD), NULL, "");
    (void)world_post(&world, CHAT, ASK("alpha/one"));
    world_reload(&world, "  max_wait: 1 s\n");
    (void)world_post(&world, CHAT, ASK("alpha/one"));
    struct json json = overview(GET("/api/v1/overview"));
    struct json_value models = base_json_member(base_json_root(&json), "models");
    assert_int_equal(base_json_count(models), 1);
    assert_true(number(base_json_first(models), "requests", NULL) == 2);
    base_json_deinit(&json);
    world_stop(&world);
}

static void the_page_asks_nobody_else_and_lets_nothing_else_run(void **state)
{
    (void)state;
    world_start(&world, saying(200, GOOD), NULL, "");
    const char *answer = world_ask(&world, GET("/"));
    assert_non_null(strstr(answer, "HTTP/1.1 200 OK\r\nDate: "));
    assert_non_null(strstr(answer, "Content-Type: text/html; charset=utf-8\r\n"));
    assert_non_null(strstr(answer, "Content-Security-Policy: default-src 'none'; connect-src 'self'; "
                                   "script-src 'sha256-"));
    assert_non_null(strstr(answer, "frame-ancestors 'none'\r\n"));
    assert_non_null(strstr(answer, "X-Content-Type-Options: nosniff\r\n"));
    assert_non_null(strstr(answer, "</html>"));
    static const char *const none_of[] = {"unsafe-", "http://", "https://", "innerHTML", "eval(", "document.write"};
    for (size_t i = 0; i < sizeof(none_of) / sizeof(none_of[0]); i++) {
        assert_null(strstr(answer, none_of[i]));
    }
    world_stop(&world);
}

static void what_a_page_of_somebody_else_makes_a_browser_ask_is_refused(void **state)
{
    static const struct {
        const char *headers;
        bool is_refused;
    } cases[] = {
        {"", false},
        {"Sec-Fetch-Site: cross-site\r\n", true},
        {"Sec-Fetch-Site: same-origin\r\nOrigin: https://here.example\r\n", false},
        {"Sec-Fetch-Site: none\r\nOrigin: null\r\n", false},
        {"Origin: https://evil.example\r\n", true},
        {"Origin: http://evil.example:8484\r\n", true},
        {"Origin: http://localhost.evil.example\r\n", true},
        {"Origin: null\r\n", true},
        {"Origin: https://here\r\n", false},
        {"Origin: http://localhost:3000\r\n", false},
        {"Origin: http://127.0.0.1\r\n", false},
        {"Origin: http://[::1]:3000\r\n", false},
        {"Origin: chrome-extension://abc\r\n", false},
    };
    char request[600];
    (void)state;
    world_start(&world, saying(200, GOOD), NULL, "");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void)snprintf(request, sizeof(request), "POST " CHAT " HTTP/1.1\r\nHost: here\r\n%sConnection: close\r\n"
                                                 "Content-Length: 35\r\n\r\n" ASK("alpha/one"), cases[i].headers);
        const char *answer = world_ask(&world, request);
        const char *wanted = cases[i].is_refused ? "HTTP/1.1 403 Forbidden\r\n" : "HTTP/1.1 200 OK\r\n";
        if (!strstr(answer, wanted)) {
            fail_msg("%s after \"%s\"", answer, cases[i].headers);
        }
        assert_int_equal(strstr(answer, "\"code\":\"foreign_origin\"") != NULL, cases[i].is_refused);
    }
    assert_int_equal(loopback_server_request_count(world.alpha), 8);
    /* A name that leads here is of one origin to a browser. */
    const char *renamed = world_ask(&world, "POST " CHAT " HTTP/1.1\r\nHost: evil.example:8484\r\n"
                                            "Origin: http://evil.example:8484\r\nConnection: close\r\n"
                                            "Content-Length: 35\r\n\r\n" ASK("alpha/one"));
    assert_non_null(strstr(renamed, "HTTP/1.1 403 Forbidden\r\n"));
    assert_non_null(strstr(renamed, "\"code\":\"foreign_host\""));
    renamed = world_ask(&world, "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    assert_non_null(strstr(renamed, "HTTP/1.1 403 Forbidden\r\n"));
    assert_int_equal(loopback_server_request_count(world.alpha), 8);
    assert_non_null(strstr(world_ask(&world, "GET / HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: cross-site\r\n"
                                             "Connection: close\r\n\r\n"), "HTTP/1.1 200 OK\r\n"));
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(it_counts_what_was_asked_and_what_it_cost),
        WORLD_TEST(what_is_under_way_is_counted_until_it_is_over),
        WORLD_TEST(what_is_left_alone_is_there_with_the_reason),
        WORLD_TEST(the_query_chooses_the_window),
        WORLD_TEST(figures_go_on_after_a_reload),
        WORLD_TEST(the_page_asks_nobody_else_and_lets_nothing_else_run),
        WORLD_TEST(what_a_page_of_somebody_else_makes_a_browser_ask_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
