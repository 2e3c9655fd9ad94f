// SPDX-License-Identifier: MIT
/* Clients and providers that are slow, stop, or end their side alone, and what is the limit of all: nobody else waits
 * for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "gateway_world.h"

#define HEALTH "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
#define ASK_35 "Content-Length: 35\r\n\r\n{\"model\":\"alpha/one\",\"messages\":[]}"
#define ASK_STREAM_49 "Content-Length: 49\r\n\r\n{\"stream\":true,\"model\":\"alpha/one\",\"messages\":[]}"
#define DELAY_NS INT64_C(30000000)
#define WHILE_WE_LOOK "3 s" /* what is over after that is looked at before: long enough for a busy machine */

enum { LARGE_BYTES = 48 << 20, ANSWER_BYTES = 8 << 20 }; /* more than sockets keep */

static struct world world; /* too large for a stack */

static struct loopback_server *good(void)
{
    return world_saying((struct loopback_answer){.headers = JSON, .body = GOOD});
}

static int ask(const char *request)
{
    int fd = world_connect(&world);
    world_send(fd, request);
    return fd;
}

static int ask_and_end(const char *request)
{
    int fd = ask(request);
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    return fd;
}

static void assert_others_are_served(void)
{
    int fd = ask(HEALTH);
    assert_has(world_read_until(&world, fd, "\"ok\"}"), "200 OK");
    (void)close(fd);
}

/* Waits until bodies hold no less, or no more, than that; up to twenty seconds, so that what hangs fails. */
static void wait_for_bodies(size_t least, size_t most)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    for (int i = 0;; i++) {
        size_t used = atomic_load(&world.gateway.bodies.used);
        if (used >= least && used <= most) {
            return;
        }
        assert_true(i < 20000);
        (void)nanosleep(&pause, NULL);
    }
}

static void slow_senders_are_not_waited_for(void **state)
{
    (void)state;
    world_start(&world, good(), NULL, "  head_timeout: 50 ms\n  body_timeout: 50 ms\n");
    assert_has(world_ask(&world, "POST /v1/chat"), "HTTP/1.1 408 ");
    assert_has(world_ask(&world, POST "Content-Length: 100\r\n\r\n{\"model\""), "HTTP/1.1 408 ");
    assert_int_equal(loopback_server_request_count(world.alpha), 0);
    world_stop(&world);
}

/* Each byte comes in time, and all of them would take for ever. */
static void drops_do_not_keep_a_request_open(void **state)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    static const char *const begins[] = {"GET /", POST "Content-Length: 100000\r\n\r\n"};
    (void)state;
    world_start(&world, good(), NULL, "  head_timeout: 60 ms\n  timeout: 60 ms\n");
    for (size_t i = 0; i < 2; i++) {
        int fd = ask(begins[i]);
        char byte;
        while (recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0) {
            world_send(fd, "a");
            (void)nanosleep(&pause, NULL);
        }
        assert_has(world_read_all(&world, fd), "HTTP/1.1 408 ");
    }
    world_stop(&world);
}

static void a_client_that_has_ended_its_side_gets_its_answers(void **state)
{
    (void)state;
    world_start(&world, world_saying((struct loopback_answer){.headers = JSON, .body = GOOD, .delay_ns = DELAY_NS}),
                world_saying((struct loopback_answer){.headers = EVENTS, .body = SAY("a") SAY("b") STOP DONE,
                                                      .fault = LOOPBACK_DRIP}),
                "");
    assert_has(world_read_all(&world, ask_and_end(POST ASK_35)), GOOD);
    const char *answer = world_read_all(&world, ask_and_end(HEALTH POST ASK_35 HEALTH));
    const char *page = strstr(answer, "\"ok\""), *whole = strstr(answer, GOOD);
    assert_true(page && whole && page < whole);
    assert_has(whole, "\"ok\"");
    assert_has(whole, "Connection: close\r\n"); /* of the last, for no other can come */
    assert_has(world_read_all(&world, ask_and_end("GET /healthz HTTP/1.0\r\n\r\n")), "\"ok\"");
    int fd = ask(POST "Content-Length: 48\r\n\r\n{\"stream\":true,\"model\":\"beta/two\",\"messages\":[]}");
    assert_has(world_read_until(&world, fd, "\"a\""), "200 OK");
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    assert_has(world_read_all(&world, fd), DONE "\r\n0\r\n\r\n");
    assert_has(world_read_all(&world, ask_and_end(POST "Content-Length: 100\r\n\r\n{}")), "HTTP/1.1 400 ");
    assert_string_equal(world_read_all(&world, ask_and_end("")), "");
    world_stop(&world);
}

/* An event of about 1 KB, again and again. */
static char *make_stream(size_t bytes)
{
    static const char event[] = "data: {\"choices\":[{\"delta\":{\"content\":\"%0900d\"},\"finish_reason\":null}]}\n\n";
    char *text = malloc(bytes + 2000);
    size_t len = 0;
    assert_non_null(text);
    while (len < bytes) {
        len += (size_t)snprintf(text + len, 2000, event, 0);
    }
    (void)snprintf(text + len, 2000, STOP DONE);
    return text;
}

static void a_client_that_does_not_read_a_stream_holds_up_its_provider_alone(void **state)
{
    char *stream = make_stream(LARGE_BYTES);
    (void)state;
    world_start(&world, world_saying((struct loopback_answer){.headers = EVENTS, .body = stream}), good(),
                "  write_timeout: " WHILE_WE_LOOK "\n");
    int fd = ask(POST ASK_STREAM_49);
    wait_for_bodies((size_t)256 << 10, (size_t)1 << 20); /* of the stream as much as a client may be behind */
    assert_others_are_served();
    assert_has(world_post(&world, CHAT, "{\"model\":\"beta/two\",\"messages\":[]}"), GOOD);
    world_wait_until_closed(world.alpha); /* the limit on a client that takes nothing */
    wait_for_bodies(0, 0);
    assert_others_are_served(); /* it is logged by now */
    char *log = world_log(&world);
    const char *line = strstr(log, "\"error\":\"client_gone\"");
    assert_non_null(line);
    const char *bytes = strstr(line, "\"answer_bytes\":");
    assert_non_null(bytes);
    assert_true(strtoull(bytes + strlen("\"answer_bytes\":"), NULL, 10) < LARGE_BYTES / 2); /* the rest was not read */
    free(log);
    (void)close(fd);
    world_stop(&world);
    free(stream);
}

static void a_stream_goes_on_when_its_client_reads_again(void **state)
{
    static char buffer[65536];
    char *stream = make_stream(LARGE_BYTES);
    size_t read_bytes = 0;
    char tail[5] = "";
    (void)state;
    world_start(&world, world_saying((struct loopback_answer){.headers = EVENTS, .body = stream}), NULL, "");
    int fd = ask(POST "Connection: close\r\n" ASK_STREAM_49);
    wait_for_bodies((size_t)256 << 10, (size_t)1 << 20);
    for (ssize_t len; (len = recv(fd, buffer, sizeof(buffer), 0)) > 0; read_bytes += (size_t)len) {
        size_t new = len < 5 ? (size_t)len : 5;
        memmove(tail, tail + new, 5 - new);
        memcpy(tail + 5 - new, buffer + len - new, new);
    }
    assert_true(read_bytes > strlen(stream));
    assert_memory_equal(tail, "0\r\n\r\n", 5);
    (void)close(fd);
    world_stop(&world);
    free(stream);
}

static void a_client_that_does_not_read_a_whole_answer_is_given_up(void **state)
{
    static const char begin[] = "{\"choices\":[{\"message\":{\"content\":\"", end[] = "\"}}]}";
    char *body = malloc(LARGE_BYTES + sizeof(begin) + sizeof(end));
    (void)state;
    assert_non_null(body);
    memset(body, 'x', LARGE_BYTES + sizeof(begin));
    memcpy(body, begin, sizeof(begin) - 1);
    memcpy(body + LARGE_BYTES, end, sizeof(end));
    world_start(&world, world_saying((struct loopback_answer){.headers = JSON, .body = body}), NULL,
                "  write_timeout: " WHILE_WE_LOOK "\n");
    int fd = ask(POST ASK_35);
    wait_for_bodies((size_t)16 << 20, SIZE_MAX); /* it is held, and counted */
    assert_others_are_served();
    wait_for_bodies(0, 0);
    (void)close(fd);
    world_stop(&world);
    world_start(&world, world_saying((struct loopback_answer){.headers = JSON, .body = body}), NULL,
                "  max_body: 1 MiB\n  max_bodies: 1 MiB\n");
    const char *answer = world_post(&world, CHAT, "{\"model\":\"alpha/one\",\"messages\":[]}");
    assert_has(answer, "HTTP/1.1 503 Service Unavailable\r\n");
    assert_has(answer, "retry-after: 1\r\n");
    assert_has(answer, "no room for the answer");
    wait_for_bodies(0, 0);
    world_stop(&world);
    free(body);
}

/* An answer of ANSWER_BYTES and a few more, with a word in it again and again, which so lies across pieces of it. */
static char *make_answer(const char *word)
{
    static const char begin[] = "{\"choices\":[{\"message\":{\"content\":\"";
    static const char end[] = "\"},\"finish_reason\":\"stop\"}],"
                              "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}";
    char *body = malloc(ANSWER_BYTES + sizeof(begin) + sizeof(end));
    assert_non_null(body);
    memset(body, 'x', ANSWER_BYTES + sizeof(begin));
    memcpy(body, begin, sizeof(begin) - 1);
    for (size_t at = sizeof(begin); at + strlen(word) < ANSWER_BYTES; at += 1021) {
        memcpy(body + at, word, strlen(word));
    }
    memcpy(body + ANSWER_BYTES, end, sizeof(end));
    return body;
}

static void a_large_answer_comes_whole_and_without_the_key(void **state)
{
    char hidden[] = WORLD_KEY;
    char *said = make_answer(WORLD_KEY), *answer = malloc(2 * ANSWER_BYTES);
    size_t len = 0;
    (void)state;
    assert_non_null(answer);
    memset(hidden, '*', strlen(hidden));
    char *expected = make_answer(hidden);
    world_start(&world, world_saying((struct loopback_answer){.headers = JSON, .body = said}), NULL, "");
    int fd = ask(POST "Connection: close\r\n" ASK_35);
    wait_for_bodies(ANSWER_BYTES / 2, SIZE_MAX); /* of it that much waits for its client at least */
    for (ssize_t got; (got = recv(fd, answer + len, 2 * ANSWER_BYTES - 1 - len, 0)) > 0; len += (size_t)got) {
    }
    (void)close(fd);
    answer[len] = '\0';
    char *body = strstr(answer, "\r\n\r\n");
    assert_non_null(body);
    *body = '\0';
    body += 4;
    assert_has(answer, "HTTP/1.1 200 OK\r\n");
    assert_has(answer, "x-tta-cost-usd: ");
    assert_int_equal(strlen(body), strlen(expected));
    assert_memory_equal(body, expected, strlen(expected));
    wait_for_bodies(0, 0);
    world_stop(&world);
    free(said);
    free(expected);
    free(answer);
}

/* It is read while it comes, and what counts may stand at its end. */
static void a_large_answer_is_believed_no_more_than_a_small_one(void **state)
{
    static const char *const ends[] = {"\"}}],\"error\":{\"code\":429,\"message\":\"slowly\"}}", "\"}}]", "\"}}]}}",
                                       "\"}}],\"a\":\"\x01\"}", "\xff\"}}]}"};
    static const char *const classes[] = {"rate_limit", "stream_broken", "stream_broken", "stream_broken",
                                          "stream_broken"};
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        char *body = make_answer(""), attempt[100];
        (void)snprintf(body + ANSWER_BYTES, 60, "%s", ends[i]);
        world_start(&world, world_saying((struct loopback_answer){.headers = JSON, .body = body}), good(), "");
        const char *answer = world_post(&world, CHAT, "{\"model\":\"both\",\"messages\":[]}");
        (void)snprintf(attempt, sizeof(attempt), "x-tta-attempts: alpha/one %s ", classes[i]);
        assert_has(answer, attempt);
        assert_has(answer, GOOD);
        world_stop(&world);
        free(body);
    }
}

static void wait_until_reset(int fd)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    for (int i = 0, error = 0; error == 0; i++) {
        socklen_t len = sizeof(error);
        assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len), 0);
        assert_true(error == 0 || error == ECONNRESET);
        assert_true(i < 20000);
        (void)nanosleep(&pause, NULL);
    }
}

static void answers_that_nobody_reads_are_given_up_one_and_all(void **state)
{
    enum { COUNT = 10 };
    int fds[COUNT];
    char *body = make_answer("");
    (void)state;
    world_start(&world, world_saying((struct loopback_answer){.headers = JSON, .body = body}), good(),
                "  write_timeout: 500 ms\n");
    for (int i = 0; i < COUNT; i++) {
        fds[i] = ask(POST ASK_35);
    }
    world_wait_for_requests(world.alpha, COUNT);
    assert_others_are_served();
    assert_has(world_post(&world, CHAT, "{\"model\":\"beta/two\",\"messages\":[]}"), GOOD);
    for (int i = 0; i < COUNT; i++) {
        wait_until_reset(fds[i]);
        (void)close(fds[i]);
    }
    wait_for_bodies(0, 0);
    assert_others_are_served(); /* it is logged by now */
    char *log = world_log(&world);
    size_t whole = 0;
    for (const char *line = log; (line = strstr(line, "\"model\":\"one\"")) != NULL; line++) {
        whole++;
    }
    assert_int_equal(whole, COUNT);
    assert_lacks(log, "\"error\":\"");
    free(log);
    world_stop(&world);
    free(body);
}

static void a_provider_that_does_not_read_is_given_up(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    char port[10];
    char *body = malloc(LARGE_BYTES / 2 + 100);
    (void)state;
    assert_non_null(body);
    int listener = socket(AF_INET, SOCK_STREAM, 0); /* where the system connects, and nobody accepts */
    assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    (void)snprintf(port, sizeof(port), ":%u", (unsigned)ntohs(address.sin_port));
    int start = snprintf(body, 100, "{\"model\":\"alpha/one\",\"messages\":[],\"x\":\"");
    memset(body + start, 'x', LARGE_BYTES / 2);
    memcpy(body + start + LARGE_BYTES / 2, "\"}", 3);
    world_start_with(&world, &(struct world_plan){.alpha_port = port}, NULL, good(),
                     "  first_byte: " WHILE_WE_LOOK "\n");
    char head[200];
    (void)snprintf(head, sizeof(head), POST "Connection: close\r\nContent-Length: %zu\r\n\r\n", strlen(body));
    int fd = ask(head);
    world_send(fd, body);
    wait_for_bodies(strlen(body), SIZE_MAX);
    assert_others_are_served();
    const char *answer = world_read_all(&world, fd);
    assert_has(answer, "HTTP/1.1 504 Gateway Timeout\r\n");
    assert_has(answer, "x-tta-attempts: alpha/one timeout ");
    wait_for_bodies(0, 0);
    world_stop(&world);
    (void)close(listener);
    free(body);
}

static void all_bodies_together_have_a_limit(void **state)
{
    (void)state;
    char rest[20001];
    world_start(&world, good(), NULL, "  max_body: 40 KiB\n  max_bodies: 40 KiB\n");
    memset(rest, ' ', 20000);
    rest[20000] = '\0';
    int first = ask(POST "Connection: close\r\nContent-Length: 40035\r\n\r\n");
    world_send(first, rest);
    wait_for_bodies(20000, 20000);
    const char *answer = world_ask(&world, POST "Content-Length: 30000\r\n\r\n"); /* refused before it is sent */
    assert_has(answer, "HTTP/1.1 503 Service Unavailable\r\n");
    assert_has(answer, "Retry-After: 1\r\n");
    assert_has(answer, "no room for this body");
    int second = ask(POST "Transfer-Encoding: chunked\r\n\r\n7530\r\n");
    world_send(second, rest);
    world_send(second, rest);
    assert_has(world_read_all(&world, second), "HTTP/1.1 503 ");
    assert_has(world_post(&world, CHAT, "{\"model\":\"alpha/one\",\"messages\":[]}"), GOOD); /* which fits beside it */
    world_send(first, rest);
    world_send(first, "{\"model\":\"alpha/one\",\"messages\":[]}");
    assert_has(world_read_all(&world, first), GOOD);
    wait_for_bodies(0, 0);
    world_stop(&world);
}

static void the_longest_idle_connection_makes_room(void **state)
{
    enum { MOST = 3 };
    int idle[MOST];
    (void)state;
    world_start(&world, world_saying((struct loopback_answer){.fault = LOOPBACK_SILENT}), NULL,
                "  max_connections: 3\n");
    for (int i = 0; i < MOST; i++) {
        idle[i] = ask(HEALTH);
        assert_has(world_read_until(&world, idle[i], "\"ok\"}"), "200 OK");
    }
    world_send(idle[0], HEALTH); /* now the second has waited longest */
    assert_has(world_read_until(&world, idle[0], "\"ok\"}"), "200 OK");
    int late = ask("GET /healthz"); /* slow senders wait, too */
    assert_string_equal(world_read_all(&world, idle[1]), "");
    world_send(idle[0], POST ASK_35);
    world_send(idle[2], POST ASK_35);
    world_wait_for_requests(world.alpha, 2);
    assert_others_are_served(); /* in the place of the late one */
    assert_string_equal(world_read_all(&world, late), "");
    int busy = ask(POST ASK_35);
    world_wait_for_requests(world.alpha, 3);
    const char *answer = world_ask(&world, HEALTH);
    assert_has(answer, "HTTP/1.1 503 Service Unavailable\r\n");
    assert_has(answer, "Retry-After: 1\r\n");
    assert_has(answer, "Connection: close\r\n");
    (void)close(idle[0]);
    (void)close(idle[2]);
    (void)close(busy);
    world_wait_until_closed(world.alpha);
    assert_others_are_served();
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(slow_senders_are_not_waited_for),
        WORLD_TEST(drops_do_not_keep_a_request_open),
        WORLD_TEST(a_client_that_has_ended_its_side_gets_its_answers),
        WORLD_TEST(a_client_that_does_not_read_a_stream_holds_up_its_provider_alone),
        WORLD_TEST(a_stream_goes_on_when_its_client_reads_again),
        WORLD_TEST(a_client_that_does_not_read_a_whole_answer_is_given_up),
        WORLD_TEST(a_large_answer_comes_whole_and_without_the_key),
        WORLD_TEST(a_large_answer_is_believed_no_more_than_a_small_one),
        WORLD_TEST(answers_that_nobody_reads_are_given_up_one_and_all),
        WORLD_TEST(a_provider_that_does_not_read_is_given_up),
        WORLD_TEST(all_bodies_together_have_a_limit),
        WORLD_TEST(the_longest_idle_connection_makes_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
