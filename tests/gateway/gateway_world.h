// SPDX-License-Identifier: MIT
/*
 * gateway_world.h - a gateway of one worker on a free port, between scripted
 * providers and a client that says exactly what it is told.
 */
#ifndef TESTS_GATEWAY_WORLD_H
#define TESTS_GATEWAY_WORLD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "cmd/tta/gateway/route.h"
#include "loopback_server.h"

#define WORLD_KEY "sk-test-0123456789abcdefghij"
#define WORLD_MAX_ANSWER_BYTES ((size_t)1 << 20)

/* What is not usual of a world; zero is. */
struct world_plan {
    const char *alpha_kind, *beta_kind; /* of their providers; NULL: custom_api */
    const char *models;                 /* lines of the section 'models', two blanks before each; NULL: alpha's one */
    const char *alpha_port;             /* ":PORT" of somebody else on this machine; NULL: of alpha */
    bool by_name;                       /* providers are at "localhost", and so are reached through libcurl */
};

/* A chain "both" of alpha/one and beta/two; alpha has a key, and states prices for its model. */
struct world {
    struct loopback_server *alpha, *beta; /* NULL: nobody listens there */
    struct world_plan plan;
    char folder[64], config_path[96], log_path[96];
    struct options options;
    struct gateway gateway;
    struct figures figures;
    struct worker worker;
    bool is_running, is_held_up;
    uint16_t port;
    char answer[WORLD_MAX_ANSWER_BYTES]; /* the last one, ending in a NUL */
    size_t answer_len;
};

/* Begins to serve; `settings` are lines for the section 'serve', two blanks before each.  What fails fails the test. */
void world_start(struct world *world, struct loopback_server *alpha, struct loopback_server *beta,
                 const char *settings);
/* The same with providers of other kinds than custom_api, "anthropic" or "ollama". */
void world_start_as(struct world *world, const char *alpha_kind, struct loopback_server *alpha, const char *beta_kind,
                    struct loopback_server *beta, const char *settings);
void world_start_with(struct world *world, const struct world_plan *plan, struct loopback_server *alpha,
                      struct loopback_server *beta, const char *settings);
/* Ends it, gently, and stops its providers. */
void world_stop(struct world *world);
/* Stops what a test that failed has left, so that it does not run on beside the next one: its clients are cut off, and
 * its providers.  For cmocka, after each test; does nothing where the test has stopped its world. */
int world_end(void **state);
#define WORLD_TEST(test) cmocka_unit_test_teardown(test, world_end)
/* Reads the configuration again, with other settings. */
void world_reload(struct world *world, const char *settings);

/* Between these the worker looks at nothing once it was woken. */
void world_hold_up(struct world *world);
void world_let_go(struct world *world);

/* A new connection to the gateway. */
int world_connect(const struct world *world);
void world_send(int fd, const char *text);
void world_send_bytes(int fd, const char *bytes, size_t len);
/* Reads into world->answer until the gateway closes the connection, and closes it too. */
const char *world_read_all(struct world *world, int fd);
/* Reads until the answer holds this text. */
const char *world_read_until(struct world *world, int fd, const char *text);

/* POSTs a body on a connection of its own, as the client with the key "of-the-client"; the answer, head and body. */
const char *world_post(struct world *world, const char *path, const char *body);
/* The same up to the answer; the connection. */
int world_begin_post(const struct world *world, const char *path, const char *body);
/* Any request, whole. */
const char *world_ask(struct world *world, const char *request);

/* Until a provider has had so many requests, or has no connection any more. */
void world_wait_for_requests(struct loopback_server *server, size_t count);
void world_wait_until_closed(struct loopback_server *server);

/* The log so far, which is the caller's, for free(). */
char *world_log(const struct world *world);

/* What providers are asked for and what they say, in OpenAI's words. */
#define CHAT "/v1/chat/completions"
#define POST "POST " CHAT " HTTP/1.1\r\nHost: x\r\n"
#define JSON "Content-Type: application/json\r\n"
#define EVENTS "Content-Type: text/event-stream\r\n"
#define GOOD                                                                                                           \
    "{\"choices\":[{\"message\":{\"content\":\"hello\"},\"finish_reason\":\"stop\"}],"                                 \
    "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}"
#define SAY(text) "data: {\"choices\":[{\"delta\":{\"content\":\"" text "\"},\"finish_reason\":null}]}\n\n"
#define STOP "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
#define DONE "data: [DONE]\n\n"

/* A provider that answers by a script, or always the same. */
struct loopback_server *world_provider(const struct loopback_answer *script, size_t count);
struct loopback_server *world_saying(struct loopback_answer answer);

#define assert_has(text, part)                                                                                         \
    do {                                                                                                               \
        if (!strstr((text), (part))) {                                                                                 \
            fail_msg("no \"%s\" in: %s", (part), (text));                                                              \
        }                                                                                                              \
    } while (0)
#define assert_lacks(text, part)                                                                                       \
    do {                                                                                                               \
        if (strstr((text), (part))) {                                                                                  \
            fail_msg("a \"%s\" in: %s", (part), (text));                                                               \
        }                                                                                                              \
    } while (0)

#endif /* TESTS_GATEWAY_WORLD_H */
