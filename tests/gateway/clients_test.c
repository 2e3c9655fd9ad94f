// SPDX-License-Identifier: MIT
/* Who may use the gateway: keys, models, limits and budgets, between a client and scripted providers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "gateway_world.h"

#define FILE_NAME "clients_test.json"
#define SETTINGS "  clients: " FILE_NAME "\n"
#define ASK(model) "{\"model\":\"" model "\",\"max_tokens\":10,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
#define PUSD_PER_USD INT64_C(1000000000000)

static struct world world; /* too large for a stack */
static struct clients_file file;
static char keys[8][CLIENT_KEY_BYTES];

static void write_file(void)
{
    struct buf reason;
    base_buf_init(&reason, 1000);
    assert_true(clients_file_write(FILE_NAME, &file, &reason));
    base_buf_deinit(&reason);
}

/* Without limits and models; borrowed until the next one. */
static struct client *add_client(const char *name)
{
    size_t index = file.count;
    struct client *client = clients_file_add(&file, name);
    assert_non_null(client);
    assert_true(client_make_key(client, keys[index]));
    return client;
}

static struct loopback_server *good(void)
{
    return world_saying((struct loopback_answer){.headers = JSON, .body = GOOD}); /* 14 millionths of a USD, of alpha */
}

static void start(struct loopback_server *alpha, struct loopback_server *beta)
{
    (void)unlink(FILE_NAME ".spent");
    write_file();
    world_start(&world, alpha, beta, SETTINGS);
}

/* After each test, whether it has failed or not: the next one has clients of its own. */
static int forget_clients(void **state)
{
    int status = world_end(state);
    clients_file_release(&file);
    (void)unlink(FILE_NAME);
    (void)unlink(FILE_NAME ".spent");
    return status;
}

#define CLIENTS_TEST(test) cmocka_unit_test_teardown(test, forget_clients)

/* A request with a header that shows a key, or none. */
static const char *ask(const char *line, const char *path, const char *body)
{
    char request[4096];
    (void)snprintf(request, sizeof(request),
                   "%s %s HTTP/1.1\r\nHost: here\r\n%sConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
                   body ? "POST" : "GET", path, line, body ? strlen(body) : 0, body ? body : "");
    return world_ask(&world, request);
}

static const char *ask_as(size_t client, const char *path, const char *body)
{
    char line[200];
    (void)snprintf(line, sizeof(line), "Authorization: Bearer %s\r\n", keys[client]);
    return ask(line, path, body);
}

static void nobody_gets_in_without_a_key(void **state)
{
    static const char *const lines[] = {"", "Authorization: Bearer tta-guessed\r\n", "Authorization: Basic Zm9v\r\n",
                                        "Authorization: Bearer \r\n", "x-api-key: guessed\r\n"};
    static const char *const paths[] = {"/v1/models", CHAT, "/v1/embeddings", "/nowhere"};
    (void)state;
    (void)add_client("editor");
    start(good(), NULL);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        for (size_t j = 0; j < sizeof(paths) / sizeof(paths[0]); j++) {
            const char *answer = ask(lines[i], paths[j], j == 0 ? NULL : ASK("alpha/one"));
            assert_has(answer, "HTTP/1.1 401 Unauthorized\r\n");
            assert_has(answer, "WWW-Authenticate: Bearer\r\n");
            assert_has(answer, "\"code\":\"invalid_api_key\"");
        }
    }
    assert_has(ask("", "/healthz", NULL), "HTTP/1.1 200 ");
    assert_has(ask("", "/readyz", NULL), "HTTP/1.1 200 ");
    assert_int_equal(loopback_server_request_count(world.alpha), 0);
    world_stop(&world);
}

static void a_key_is_shown_in_either_header_and_goes_no_further(void **state)
{
    char line[200], request[4096];
    (void)state;
    (void)add_client("editor");
    start(good(), NULL);
    assert_has(ask_as(0, CHAT, ASK("alpha/one")), "HTTP/1.1 200 ");
    (void)snprintf(line, sizeof(line), "X-Api-Key: %s\r\n", keys[0]);
    assert_has(ask(line, CHAT, ASK("alpha/one")), "HTTP/1.1 200 ");
    loopback_server_last_request(world.alpha, request, sizeof(request));
    assert_null(strstr(request, keys[0] + 4));
    char *log = world_log(&world);
    assert_has(log, "\"client\":\"editor\"");
    assert_null(strstr(log, keys[0] + 4));
    free(log);
    world_stop(&world);
}

static void a_client_asks_only_its_models_by_whatever_name(void **state)
{
    (void)state;
    assert_true(client_add_model(add_client("beta"), STR("beta/*")));
    assert_true(client_add_model(add_client("chain"), STR("both")));
    assert_true(client_add_model(add_client("id"), STR("one")));
    start(good(), good());
    assert_has(ask_as(0, CHAT, ASK("beta/two")), "x-tta-provider: beta\r\n");
    assert_has(ask_as(0, CHAT, ASK("two")), "x-tta-provider: beta\r\n");
    assert_has(ask_as(0, CHAT, ASK("both")), "x-tta-provider: beta\r\n"); /* what is left of the chain */
    assert_has(ask_as(1, CHAT, ASK("both")), "x-tta-provider: alpha\r\n");
    assert_has(ask_as(2, CHAT, ASK("alpha/one")), "x-tta-provider: alpha\r\n");
    const char *answer = ask_as(0, CHAT, ASK("alpha/one"));
    assert_has(answer, "HTTP/1.1 403 Forbidden\r\n");
    assert_has(answer, "\"code\":\"model_not_allowed\"");
    assert_has(ask_as(1, CHAT, ASK("alpha/one")), "HTTP/1.1 403 ");
    assert_has(ask_as(2, CHAT, ASK("two")), "HTTP/1.1 403 ");
    assert_has(ask_as(0, CHAT, ASK("nobody/has-it")), "HTTP/1.1 404 ");
    assert_has(ask_as(0, "/v1/models/two", NULL), "HTTP/1.1 200 ");
    assert_has(ask_as(0, "/v1/models/one", NULL), "HTTP/1.1 404 "); /* as it is not in its list */
    world_stop(&world);
}

static void too_many_requests_are_told_when_to_come_back(void **state)
{
    (void)state;
    add_client("busy")->limits.requests_a_minute = 2;
    add_client("wordy")->limits.tokens_a_minute = 80;
    start(good(), NULL);
    assert_has(ask_as(0, CHAT, ASK("alpha/one")), "HTTP/1.1 200 ");
    assert_has(ask_as(0, CHAT, ASK("nobody/has-it")), "HTTP/1.1 404 "); /* and is not counted */
    assert_has(ask_as(0, CHAT, ASK("alpha/one")), "HTTP/1.1 200 ");
    const char *answer = ask_as(0, CHAT, ASK("alpha/one"));
    assert_has(answer, "HTTP/1.1 429 Too Many Requests\r\n");
    const char *wait = strstr(answer, "retry-after: ");
    assert_non_null(wait);
    assert_in_range(atoi(wait + strlen("retry-after: ")), 1, 61);
    assert_has(answer, "\"code\":\"rate_limit_exceeded\"");
    assert_has(ask_as(1, CHAT, ASK("alpha/one")), "HTTP/1.1 200 "); /* others have what is theirs; 5 tokens used */
    assert_has(ask_as(1, CHAT, ASK("alpha/one")), "HTTP/1.1 200 ");
    answer = ask_as(1, CHAT, "{\"model\":\"alpha/one\",\"max_tokens\":100,\"messages\":[]}");
    assert_has(answer, "HTTP/1.1 413 Content Too Large\r\n"); /* more than it ever has */
    assert_has(answer, "\"code\":\"request_too_large\"");
    world_stop(&world);
}

static void a_budget_holds_and_what_is_spent_is_kept(void **state)
{
    struct buf reason;
    (void)state;
    /* 14 millionths a request; one of 80 bytes and 10 tokens reserves 2 x (26 + 16) + 4 x 10 = 124 millionths */
    add_client("poor")->limits.pusd_a_day = PUSD_PER_USD / 1000000 * 150;
    start(good(), NULL);
    assert_has(ask_as(0, CHAT, ASK("alpha/one")), "HTTP/1.1 200 ");
    assert_has(ask_as(0, CHAT, ASK("alpha/one")), "HTTP/1.1 200 ");
    assert_has(ask_as(0, CHAT, ASK("alpha/one")), "HTTP/1.1 402 Payment Required\r\n");
    base_buf_init(&reason, 1000);
    assert_true(clients_save(routing_clients(world.gateway.routing), base_clock_unix_ns(), &reason));
    base_buf_deinit(&reason);
    world_stop(&world);
    world_start(&world, good(), NULL, SETTINGS); /* a process that begins anew knows what was spent */
    const char *answer = ask_as(0, CHAT, ASK("alpha/one"));
    assert_has(answer, "HTTP/1.1 402 Payment Required\r\n");
    assert_has(answer, "\"code\":\"insufficient_quota\"");
    assert_has(answer, "\"type\":\"insufficient_quota\"");
    assert_has(answer, "retry-after: ");
    assert_int_equal(loopback_server_request_count(world.alpha), 0);
    file.items[0].limits.pusd_a_day = PUSD_PER_USD;
    write_file();
    world_reload(&world, SETTINGS); /* another limit, and the same account */
    assert_has(ask_as(0, CHAT, ASK("alpha/one")), "HTTP/1.1 200 ");
    const struct clients *clients = routing_clients(world.gateway.routing);
    struct allowance_report report =
        allowance_read(clients_allowance(clients, clients_at(clients, 0)), base_clock_unix_ns());
    assert_int_equal(report.spending.day_pusd, PUSD_PER_USD / 1000000 * 42);
    world_stop(&world);
}

static void what_nobody_knows_the_price_of_is_not_free(void **state)
{
    (void)state;
    add_client("careful")->limits.pusd_a_day = PUSD_PER_USD;
    struct client *bold = add_client("bold");
    bold->limits.pusd_a_day = PUSD_PER_USD;
    bold->asks_unpriced = true;
    start(good(), good());
    const char *answer = ask_as(0, CHAT, ASK("beta/two"));
    assert_has(answer, "HTTP/1.1 403 Forbidden\r\n");
    assert_has(answer, "\"code\":\"model_price_unknown\"");
    assert_has(ask_as(0, CHAT, ASK("both")), "x-tta-provider: alpha\r\n");
    assert_has(ask_as(1, CHAT, ASK("beta/two")), "HTTP/1.1 200 ");
    const struct clients *clients = routing_clients(world.gateway.routing);
    struct allowance_report report =
        allowance_read(clients_allowance(clients, clients_at(clients, 1)), base_clock_unix_ns());
    assert_int_equal(report.spending.unpriced, 1);
    assert_int_equal(report.spending.day_pusd, 0);
    world_stop(&world);
}

static void what_was_reserved_stays_where_nobody_says_what_was_used(void **state)
{
    static const struct loopback_answer silent = {.headers = JSON, .body = "{\"choices\":[{\"message\":{\"content\":"
                                                                           "\"x\"},\"finish_reason\":\"stop\"}]}"},
                                        down = {.status = 500, .headers = JSON, .body = "{}"};
    (void)state;
    (void)add_client("editor");
    start(loopback_server_start(&silent, 1), loopback_server_start(&down, 1));
    assert_has(ask_as(0, CHAT, ASK("alpha/one")), "HTTP/1.1 200 ");
    const struct clients *clients = routing_clients(world.gateway.routing);
    struct allowance *allowance = clients_allowance(clients, clients_at(clients, 0));
    struct allowance_report report = allowance_read(allowance, base_clock_unix_ns());
    int64_t prompt = (int64_t)strlen(ASK("alpha/one")) / 3 + 16;
    assert_int_equal(report.tokens, prompt + 10);
    assert_int_equal(report.spending.day_pusd, (prompt * 2 + 10 * 4) * (PUSD_PER_USD / 1000000));
    assert_has(ask_as(0, CHAT, ASK("beta/two")), "HTTP/1.1 502 "); /* nothing was used */
    assert_int_equal(allowance_read(allowance, base_clock_unix_ns()).tokens, prompt + 10);
    world_stop(&world);
}

static void a_client_that_is_removed_is_out_after_a_reload(void **state)
{
    (void)state;
    (void)add_client("gone");
    (void)add_client("stays");
    start(good(), NULL);
    assert_has(ask_as(0, CHAT, ASK("alpha/one")), "HTTP/1.1 200 ");
    clients_file_remove(&file, &file.items[0]);
    write_file();
    world_reload(&world, SETTINGS);
    while (strstr(ask_as(0, "/v1/models", NULL), "HTTP/1.1 200 ")) { /* until the worker has looked */
    }
    assert_has(ask_as(0, CHAT, ASK("alpha/one")), "HTTP/1.1 401 ");
    assert_has(ask_as(1, CHAT, ASK("alpha/one")), "HTTP/1.1 200 ");
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLIENTS_TEST(nobody_gets_in_without_a_key),
        CLIENTS_TEST(a_key_is_shown_in_either_header_and_goes_no_further),
        CLIENTS_TEST(a_client_asks_only_its_models_by_whatever_name),
        CLIENTS_TEST(too_many_requests_are_told_when_to_come_back),
        CLIENTS_TEST(a_budget_holds_and_what_is_spent_is_kept),
        CLIENTS_TEST(what_nobody_knows_the_price_of_is_not_free),
        CLIENTS_TEST(what_was_reserved_stays_where_nobody_says_what_was_used),
        CLIENTS_TEST(a_client_that_is_removed_is_out_after_a_reload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
