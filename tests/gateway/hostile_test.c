// SPDX-License-Identifier: MIT
/* What the gateway says to requests that are none, are too large, or could be read in two ways, and that nothing behind
 * them is taken for a request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway_world.h"

#define HIDDEN "GET /healthz HTTP/1.1\r\nHost: hidden\r\nConnection: close\r\n\r\n"
#define ASK_35 "{\"model\":\"alpha/one\",\"messages\":[]}"

static struct world world; /* too large for a stack */

static struct loopback_server *good(void)
{
    return world_saying((struct loopback_answer){.headers = JSON, .body = GOOD});
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)); text += strlen(part)) {
        count++;
    }
    return count;
}

/* One of a length of its own, for NULs. */
#define BYTES(literal) (literal), sizeof(literal) - 1

static void what_could_be_read_in_two_ways_is_refused(void **state)
{
    static const struct {
        const char *request;
        size_t len;
        const char *status;
    } cases[] = {
        {BYTES(POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"), "400"},
        {BYTES(POST "Content-Length: 4\r\nContent-Length: 4\r\n\r\n{}  "), "400"},
        {BYTES(POST "Content-Length: 0\r\nContent-Length: 60\r\n\r\n"), "400"},
        {BYTES(POST "Content-Length: 4, 4\r\n\r\n{}  "), "400"},
        {BYTES(POST "Content-Length: +4\r\n\r\n{}  "), "400"},
        {BYTES(POST "Content-Length: -1\r\n\r\n"), "400"},
        {BYTES(POST "Content-Length: 0x4\r\n\r\n{}  "), "400"},
        {BYTES(POST "Content-Length: 4 4\r\n\r\n{}  "), "400"},
        {BYTES(POST "Content-Length: 4;\r\n\r\n{}  "), "400"},
        {BYTES(POST "Content-Length:\r\n\r\n"), "400"},
        {BYTES(POST "Content-Length: \r\n\r\n"), "400"},
        {BYTES(POST "Content-Length: 99999999999999999999\r\n\r\n"), "400"},
        {BYTES(POST "Content-Length: 18446744073709551616\r\n\r\n"), "400"},
        {BYTES(POST "Content-Length : 2\r\n\r\n{}"), "400"},
        {BYTES(POST "Content-Length\t: 2\r\n\r\n{}"), "400"},
        {BYTES(POST " Content-Length: 2\r\n\r\n{}"), "400"},
        {BYTES("POST " CHAT " HTTP/1.1\r\n Content-Length: 2\r\nHost: x\r\n\r\n{}"), "400"},
        {BYTES(POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), "501"},
        {BYTES(POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), "501"},
        {BYTES(POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"), "501"},
        {BYTES(POST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\n2 \r\n{}\r\n0\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n0\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\n0\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\n2;a=b\n{}\r\n0\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\n2;a\rb\r\n{}\r\n0\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n\r\n"), "400"},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\n10000000000000002\r\n{}\r\n0\r\n\r\n"), "400"},
        {BYTES("POST " CHAT " HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "400"},
        {BYTES(POST "A: b\r\n Content-Length: 2\r\n\r\n{}"), "400"},
        {BYTES(POST "A: b\rContent-Length: 2\r\n\r\n{}"), "400"},
        {BYTES(POST "A: b\nContent-Length: 2\r\n\r\n{}"), "400"},
        {BYTES("POST " CHAT " HTTP/1.1\nHost: x\nContent-Length: 2\n\n{}"), "400"},
        {BYTES(POST "Content-Length: 2\r\n\n{}"), "400"},
        {BYTES("GET /healthz HTTP/1.1\rHost: x\r\n\r\n"), "400"},
        {BYTES(POST "Content-Length: 2\r\n\r{}"), "400"},
        {BYTES("GET /healthz HTTP/1.1\r\nHost: x\r\n\rGET /healthz HTTP/1.1\r\n"), "400"},
        {BYTES(POST "A: b\0c\r\nContent-Length: 2\r\n\r\n{}"), "400"},
        {BYTES(POST "A\0: b\r\nContent-Length: 2\r\n\r\n{}"), "400"},
        {BYTES(POST "A(b): c\r\n\r\n"), "400"},
        {BYTES(POST ": b\r\n\r\n"), "400"},
        {BYTES(POST "without a colon\r\n\r\n"), "400"},
        {BYTES("GET /health\0z HTTP/1.1\r\nHost: x\r\n\r\n"), "400"},
        {BYTES("GET /health z HTTP/1.1\r\nHost: x\r\n\r\n"), "400"},
        {BYTES(POST "Host: y\r\n\r\n"), "400"},
        {BYTES("POST " CHAT " HTTP/1.1\r\n\r\n"), "400"},
        {BYTES("GET http://elsewhere/healthz HTTP/1.1\r\nHost: x\r\n\r\n"), "400"},
        {BYTES("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"), "400"},
        {BYTES("CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n"), "501"},
        {BYTES("GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n"), "505"},
        {BYTES("GET /healthz HTTP/1.2\r\nHost: x\r\n\r\n"), "505"},
        {BYTES("GET /healthz HTTP/0.9\r\nHost: x\r\n\r\n"), "505"},
        {BYTES("GET /healthz HTTP/1.10\r\nHost: x\r\n\r\n"), "505"},
        {BYTES("GET /healthz http/1.1\r\nHost: x\r\n\r\n"), "400"},
        {BYTES("GET /healthz\r\n\r\n"), "505"},
        {BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "400"},
        {BYTES("get /healthz HTTP/1.1\r\nHost: x\r\n\r\n"), "501"},
        {BYTES("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a greeting of TLS"), "501"},
        {BYTES("\0\0\0\0\r\n\r\n"), "501"},
        {BYTES(POST "Expect: miracles\r\n\r\n"), "417"},
        {BYTES(POST "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"), "415"},
    };
    (void)state;
    world_start(&world, good(), NULL, "");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int fd = world_connect(&world);
        world_send_bytes(fd, cases[i].request, cases[i].len);
        world_send(fd, HIDDEN);
        const char *answer = world_read_all(&world, fd);
        if (strncmp(answer, "HTTP/1.1 ", 9) != 0 || strncmp(answer + 9, cases[i].status, 3) != 0) {
            fail_msg("not %s but \"%s\" after %zu: %s", cases[i].status, answer, i, cases[i].request);
        }
        assert_has(answer, "Connection: close\r\n");
        assert_has(answer, "{\"error\":{\"message\":\"");
        if (count_of(answer, "\r\nDate: ") != 1) {
            fail_msg("not one answer but \"%s\" after %zu: %s", answer, i, cases[i].request);
        }
    }
    assert_int_equal(loopback_server_request_count(world.alpha), 0);
    assert_has(world_ask(&world, HIDDEN), "200 OK");
    world_stop(&world);
}

/* What there is but one way to read, though it is seldom seen. */
static void what_is_only_odd_is_answered(void **state)
{
    static const struct {
        const char *request, *says;
        size_t answers;
    } cases[] = {
        {"\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" HIDDEN, "HTTP/1.1 200 OK", 2},
        {"GET /healthz HTTP/1.1\r\nhOsT:x\r\nA:  \t b \t \r\n\r\n" HIDDEN, "HTTP/1.1 200 OK", 2},
        {"GET /healthz HTTP/1.0\r\n\r\n" HIDDEN, "Connection: close\r\n", 1},
        {"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" HIDDEN, "Connection: keep-alive\r\n", 2},
        {"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close, x\r\n\r\n" HIDDEN, "Connection: close\r\n", 1},
        {"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" HIDDEN, "200 OK", 2},
        {"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 02\r\n\r\n{}" HIDDEN, "HTTP/1.1 200 OK", 2},
        {"HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n" HIDDEN, "\r\nContent-Length: 16\r\n\r\nHTTP/1.1 200 OK", 2},
        {"HEAD " CHAT " HTTP/1.1\r\nHost: x\r\n\r\n" HIDDEN, "\r\n\r\nHTTP/1.1 200 OK", 2},
        {"DELETE /healthz HTTP/1.1\r\nHost: x\r\n\r\n" HIDDEN, "HTTP/1.1 405 Method Not Allowed", 2},
        {"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n" HIDDEN, "HTTP/1.1 404 Not Found", 2},
        {"GET //elsewhere/healthz HTTP/1.1\r\nHost: x\r\n\r\n" HIDDEN, "HTTP/1.1 404 Not Found", 2},
        {POST "Transfer-Encoding: Chunked\r\n\r\n23;a=\"b;c\"\r\n" ASK_35 "\r\n000\r\nHost: y\r\n\r\n" HIDDEN, GOOD, 2},
    };
    (void)state;
    world_start(&world, good(), NULL, "");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *answer = world_ask(&world, cases[i].request);
        if (!strstr(answer, cases[i].says) || count_of(answer, "HTTP/1.1 ") != cases[i].answers) {
            fail_msg("no %s, or not %zu answers, but \"%s\" to: %s", cases[i].says, cases[i].answers, answer,
                     cases[i].request);
        }
    }
    const char *answer = world_ask(&world, "HEAD /v1/models HTTP/1.1\r\nHost: x\r\n\r\n" HIDDEN);
    assert_has(answer, "HTTP/1.1 200 OK\r\n");
    assert_has(answer, "\r\n\r\nHTTP/1.1 200 OK\r\n"); /* without a body, which would be read as the next answer */
    world_stop(&world);
}

static void what_is_too_large_is_refused_before_it_is_read(void **state)
{
    char *text = malloc(200001);
    (void)state;
    assert_non_null(text);
    memset(text, 'x', 200000);
    text[200000] = '\0';
    char *request = malloc(210000);
    assert_non_null(request);
    world_start(&world, good(), NULL, "  max_body: 1 KiB\n");
    (void)snprintf(request, 210000, "GET /%s HTTP/1.1\r\nHost: x\r\n\r\n", text);
    assert_has(world_ask(&world, request), "HTTP/1.1 414 ");
    (void)snprintf(request, 210000, "GET / HTTP/1.1\r\nHost: x\r\nA: %s\r\n\r\n", text);
    assert_has(world_ask(&world, request), "HTTP/1.1 431 ");
    assert_has(world_ask(&world, POST "Content-Length: 1025\r\n\r\n"), "HTTP/1.1 413 ");
    (void)snprintf(request, 210000, POST "Transfer-Encoding: chunked\r\n\r\n30d40\r\n%s\r\n0\r\n\r\n", text);
    assert_has(world_ask(&world, request), "HTTP/1.1 413 ");
    assert_lacks(world_ask(&world, POST "Expect: 100-continue\r\nContent-Length: 1025\r\n\r\n"), " 100 ");
    size_t len = (size_t)snprintf(request, 210000, "GET /healthz HTTP/1.1\r\n");
    for (int i = 0; i < 65; i++) {
        len += (size_t)snprintf(request + len, 210000 - len, "A%d: b\r\n", i);
    }
    (void)snprintf(request + len, 210000 - len, "\r\n");
    assert_has(world_ask(&world, request), "HTTP/1.1 431 ");
    (void)snprintf(request, 210000, POST "Transfer-Encoding: chunked\r\n\r\n0\r\nA: %s\r\n\r\n", text);
    assert_has(world_ask(&world, request), "HTTP/1.1 431 ");
    text[1024] = '\0';
    assert_has(world_post(&world, CHAT, text), "HTTP/1.1 400 "); /* as large as may be, and no JSON */
    assert_int_equal(loopback_server_request_count(world.alpha), 0);
    world_stop(&world);
    free(request);
    free(text);
}

static void requests_sent_ahead_are_answered_in_their_order(void **state)
{
    static const struct loopback_answer script[] = {
        {.headers = JSON, .body = "{\"choices\":[{\"message\":{\"content\":\"first\"}}]}"},
        {.headers = JSON, .body = "{\"choices\":[{\"message\":{\"content\":\"second\"}}]}"}};
    (void)state;
    world_start(&world, world_provider(script, 2), NULL, "");
    const char *answer = world_ask(&world, "POST " CHAT " HTTP/1.1\r\nHost: x\r\nContent-Length: 35\r\n\r\n"
                                           "{\"model\":\"alpha/one\",\"messages\":[]}GET /healthz HTTP/1.1\r\nHost: x"
                                           "\r\n\r\nPOST " CHAT " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                           "Transfer-Encoding: chunked\r\n\r\n10\r\n{\"model\":\"alpha/\r\n"
                                           "12\r\none\",\"messages\":[]\r\n1\r\n}\r\n0\r\n\r\n");
    const char *first = strstr(answer, "\"first\""), *page = strstr(answer, "{\"status\":\"ok\"}");
    assert_non_null(first);
    assert_non_null(page);
    assert_true(first < page);
    assert_has(page, "\"second\"");
    world_stop(&world);
}

static void a_client_may_wait_until_its_body_is_welcome(void **state)
{
    (void)state;
    world_start(&world, good(), NULL, "");
    int fd = world_connect(&world);
    world_send(fd, "POST " CHAT " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n"
                   "Content-Length: 35\r\n\r\n");
    assert_has(world_read_until(&world, fd, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    world_send(fd, ASK_35);
    assert_has(world_read_all(&world, fd), GOOD);
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(what_could_be_read_in_two_ways_is_refused),
        WORLD_TEST(what_is_only_odd_is_answered),
        WORLD_TEST(what_is_too_large_is_refused_before_it_is_read),
        WORLD_TEST(requests_sent_ahead_are_answered_in_their_order),
        WORLD_TEST(a_client_may_wait_until_its_body_is_welcome),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
