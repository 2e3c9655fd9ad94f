// SPDX-License-Identifier: MIT
/* What is refused is in tests/gateway/gateway_test.c, with its statuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/tta/gateway/request.h"

static const struct request_limits limits = {.max_target_bytes = 100, .max_head_bytes = 400, .max_body_bytes = 1000};

/* Feeds a text in pieces; how much of it was taken. */
static size_t feed(struct request *request, const char *text, size_t piece)
{
    size_t at = 0, len = strlen(text);
    while (at < len && request->state != REQUEST_WHOLE && request->state != REQUEST_REFUSED) {
        at += request_feed(request, text + at, len - at < piece ? len - at : piece);
    }
    return at;
}

static void assert_text(struct str text, const char *wanted)
{
    assert_non_null(text.ptr);
    assert_int_equal(text.len, strlen(wanted));
    assert_memory_equal(text.ptr, wanted, text.len);
}

static void requests_are_read_in_pieces_of_any_size(void **state)
{
    static const char text[] = "POST /v1/chat?x=1 HTTP/1.1\r\nHost: here\r\nX-Empty:\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n"
                               "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n";
    struct request request;
    (void)state;
    request_init(&request, &limits);
    for (size_t piece = 1; piece < sizeof(text); piece++) {
        assert_int_equal(feed(&request, text, piece), strlen(text));
        assert_int_equal(request.state, REQUEST_WHOLE);
        assert_int_equal(request.method, HTTP_POST);
        assert_text(request_path(&request), "/v1/chat");
        assert_text(request_header(&request, STR("host")), "here");
        assert_text(request_header(&request, STR("x-empty")), "");
        assert_null(request_header(&request, STR("x-none")).ptr);
        assert_true(request.keeps_alive);
        assert_int_equal(request.body.len, 5);
        assert_memory_equal(request.body.bytes, "abcde", 5);
        request_reset(&request);
    }
    request_deinit(&request);
}

static void what_follows_a_request_is_left(void **state)
{
    static const char first[] = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
    static const char both[] = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}GET /b HTTP/1.0\r\n\r\n";
    struct request request;
    (void)state;
    request_init(&request, &limits);
    assert_int_equal(request_feed(&request, both, strlen(both)), strlen(first));
    assert_int_equal(request.state, REQUEST_WHOLE);
    assert_int_equal(request_feed(&request, both + strlen(first), 1), 0);
    request_reset(&request);
    assert_int_equal(feed(&request, both + strlen(first), 7), strlen(both) - strlen(first));
    assert_text(request_path(&request), "/b");
    assert_true(request.is_http_1_0);
    assert_false(request.keeps_alive);
    assert_int_equal(request.body.len, 0);
    request_deinit(&request);
}

static void limits_hold_to_the_byte(void **state)
{
    char text[700], body[1100];
    struct request request;
    (void)state;
    request_init(&request, &limits);
    memset(body, 'x', sizeof(body));
    for (int over = 0; over <= 1; over++) {
        (void)snprintf(text, sizeof(text), "GET /%.*s HTTP/1.1\r\nHost: x\r\n\r\n", 99 + over, body);
        (void)feed(&request, text, 10);
        assert_int_equal(request.refusal, over ? 414 : 0);
        request_reset(&request);
        (void)snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: x\r\nA: %.*s\r\n\r\n", 393 + over, body);
        (void)feed(&request, text, 1000); /* "/", "Host", "x", "A": 7 bytes */
        assert_int_equal(request.refusal, over ? 431 : 0);
        request_reset(&request);
    }
    request_deinit(&request);
}

static void what_stands_behind_the_body_is_no_header(void **state)
{
    static const char text[] = "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
                               "X-Api-Key: mine\r\nHost: y\r\n\r\n";
    struct request request;
    (void)state;
    request_init(&request, &limits);
    for (size_t piece = 1; piece < sizeof(text); piece++) {
        assert_int_equal(feed(&request, text, piece), strlen(text));
        assert_int_equal(request.state, REQUEST_WHOLE);
        assert_null(request_header(&request, STR("x-api-key")).ptr);
        assert_text(request_header(&request, STR("host")), "x");
        request_reset(&request);
    }
    request_deinit(&request);
}

static void lines_end_in_both_wherever_the_pieces_end(void **state)
{
    static const char *const texts[] = {
        "GET / HTTP/1.1\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\rGET", "GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\tA: b\r\n\r\n", "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\nGET", "\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"};
    struct request request;
    (void)state;
    request_init(&request, &limits);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        for (size_t piece = 1; piece <= strlen(texts[i]); piece++) {
            (void)feed(&request, texts[i], piece);
            assert_int_equal(request.state, REQUEST_REFUSED);
            assert_int_equal(request.refusal, 400);
            request_reset(&request);
        }
    }
    request_deinit(&request);
}

static void a_body_counts_as_it_comes(void **state)
{
    struct budget budget = {.most = 10};
    struct request_limits narrow = limits;
    struct request request;
    (void)state;
    narrow.budget = &budget;
    request_init(&request, &narrow);
    (void)feed(&request, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n", 100);
    assert_int_equal(atomic_load(&budget.used), 0); /* it is only announced */
    (void)feed(&request, "12345", 5);
    assert_int_equal(atomic_load(&budget.used), 5);
    (void)feed(&request, "678", 3);
    assert_int_equal(request.state, REQUEST_WHOLE);
    request_reset(&request);
    assert_int_equal(atomic_load(&budget.used), 0);
    (void)feed(&request, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n", 100);
    assert_int_equal(request.refusal, 503);
    request_reset(&request);
    (void)feed(&request, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n5\r\n", 100);
    assert_int_equal(atomic_load(&budget.used), 6);
    (void)feed(&request, "12345", 5);
    assert_int_equal(request.refusal, 503);
    assert_int_equal(atomic_load(&budget.used), 0);
    request_deinit(&request);
}

static void an_offer_to_speak_otherwise_is_passed_over(void **state)
{
    static const char text[] = "POST /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                               "HTTP2-Settings: AAM\r\nContent-Length: 2\r\n\r\n{}";
    struct request request;
    (void)state;
    request_init(&request, &limits);
    assert_int_equal(feed(&request, text, 1), strlen(text));
    assert_int_equal(request.state, REQUEST_WHOLE);
    assert_int_equal(request.body.len, 2);
    request_deinit(&request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_read_in_pieces_of_any_size),
        cmocka_unit_test(what_follows_a_request_is_left),
        cmocka_unit_test(limits_hold_to_the_byte),
        cmocka_unit_test(what_stands_behind_the_body_is_no_header),
        cmocka_unit_test(lines_end_in_both_wherever_the_pieces_end),
        cmocka_unit_test(a_body_counts_as_it_comes),
        cmocka_unit_test(an_offer_to_speak_otherwise_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
