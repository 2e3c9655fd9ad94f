// SPDX-License-Identifier: MIT
/* The management API and the metrics, after traffic that went well and that did not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway_world.h"

#define FILE_NAME "management_test.json"
#define API "/api/v1/models"
#define ASK(model) "{\"model\":\"" model "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"

static struct world world; /* too large for a stack */


static struct loopback_server *saying(int status, const char *body)
{
    return world_saying((struct loopback_answer){.status = status, .headers = JSON, .body = body});
}

static const char *get(const char *path)
{
    char request[1000];
    (void)snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);
    return world_ask(&world, request);
}

static void models_are_listed_by_what_they_cost(void **state)
{
    (void)state;
    world_start(&world, NULL, NULL, "");
    const char *answer = get(API "/available");
    assert_has(answer, "\"model_id\":\"one\"");
    assert_has(answer, "\"prompt_price_usd\":0.000002,\"completion_price_usd\":0.000004,\"cost_per_token\":0.000003");
    assert_has(answer, "\"model_id\":\"two\"");
    assert_has(answer, "\"prompt_price_usd\":null");
    assert_has(answer, "\"total_count\":2}");
    assert_has(get(API "?provider=beta"), "\"total_count\":1}");
    assert_has(get(API "/free"), "\"total_count\":0}"); /* what is not known is not free */
    assert_has(get(API "/affordable"), "\"total_count\":1}");
    assert_has(get(API "/affordable?max_cost_per_token=0.000002999999"), "\"total_count\":0}");
    assert_has(get(API "/affordable?max_cost_per_token=0.000003"), "\"total_count\":1}");
    assert_has(get(API "/affordable?max_cost_per_token=3e-6"), "\"total_count\":1}");
    world_stop(&world);
}

static void a_choice_says_why_the_others_are_out(void **state)
{
    (void)state;
    world_start(&world, NULL, NULL, "");
    const char *answer = world_post(&world, API "/select", "{\"max_cost_per_token\":0.00001}");
    assert_has(answer, "\"selected\":{\"model_id\":\"one\"");
    assert_has(answer, "\"explanation\":{\"considered\":2,\"fit\":1,\"rejected\":{\"prompt_price\":1}}");
    answer = world_post(&world, API "/select", "{\"max_cost_per_token\":0}");
    assert_has(answer, "HTTP/1.1 404 ");
    assert_has(answer, "\"code\":\"no_model_fits\"");
    assert_has(world_post(&world, API "/select", ""), "HTTP/1.1 200 "); /* no requirements at all */
    assert_has(world_post(&world, API "/select", "[]"), "\"code\":\"invalid_json\"");
    assert_has(get(API "/recommendations?limit=1"), "\"recommendations\":[\n{\"rank\":1,");
    world_stop(&world);
}

static void performance_is_of_what_was_asked(void **state)
{
    (void)state;
    world_start(&world, saying(200, GOOD), saying(500, "{}"), "");
    assert_has(get(API "/performance"), "\"models\":[\n]}");
    assert_has(world_post(&world, CHAT, ASK("alpha/one")), "HTTP/1.1 200 ");
    assert_has(world_post(&world, API "/test", "{\"model_id\":\"one\"}"), "x-tta-provider: alpha\r\n");
    assert_has(world_post(&world, CHAT, ASK("beta/two")), "HTTP/1.1 502 ");
    const char *answer = get(API "/performance/one?timeframe_hours=1");
    assert_has(answer, "{\"timeframe\":\"1h\",\"model_id\":\"one\",\"server\":null,\"task_type\":null,"
                       "\"total_requests\":2,");
    assert_has(answer, "\"failures\":0,");
    assert_has(answer, "\"success_rate\":1,");
    assert_has(answer, "\"prompt_tokens\":6,\"completion_tokens\":4,\"cost_usd\":0.000028,");
    answer = get(API "/performance/alpha%2Fone");
    assert_has(answer, "\"server\":\"alpha\",\"task_type\":null,\"total_requests\":2");
    answer = get(API "/performance");
    assert_has(answer, "\"model_id\":\"two\",\"server\":\"beta\"");
    assert_has(answer, "\"success_rate\":0,");
    answer = get("/metrics");
    assert_has(answer, "Content-Type: text/plain; version=0.0.4");
    assert_has(answer, "tta_requests_total{provider=\"alpha\",model=\"one\",task=\"\"} 2\n");
    assert_has(answer, "class=\"server\"");
    world_stop(&world);
}

static void what_failed_is_told_and_can_be_asked_again(void **state)
{
    (void)state;
    world_start(&world, saying(401, "{\"error\":{\"code\":\"invalid_api_key\"}}"), saying(200, GOOD), "");
    assert_has(get(API "/health"), "{\"status\":\"healthy\",\"servers\":{\"alpha\":\"closed\",\"beta\":\"closed\"}}");
    assert_has(world_post(&world, CHAT, ASK("both")), "x-tta-provider: beta\r\n");
    const char *answer = get(API "/fallback/statistics");
    assert_has(answer, "\"keys\":[\n{\"name\":\"alpha\",\"state\":\"open\"");
    assert_has(answer, "\"last_failure\":\"auth\"");
    assert_has(answer, "\"total_requests\":2,\"failures\":1,\"retries\":0,\"fallbacks\":1");
    assert_has(get(API "/health"), "{\"status\":\"degraded\",\"servers\":{\"alpha\":\"open\"");
    assert_has(get(API "/available?provider=alpha"), "\"breaker\":\"open\"");
    assert_lacks(get(API "/status"), WORLD_KEY);
    assert_has(world_post(&world, API "/fallback/reset/alpha", ""), "{\"reset\":[\"alpha\"]}");
    assert_has(get(API "/health"), "\"healthy\"");
    assert_has(world_post(&world, API "/fallback/reset/alpha/one", ""), "{\"reset\":[\"alpha/one\"]}");
    answer = world_post(&world, API "/fallback/reset/nobody/has-it", "");
    assert_has(answer, "HTTP/1.1 404 Not Found\r\n");
    assert_has(answer, "\"code\":\"model_not_found\"");
    world_stop(&world);
}

static void only_clients_that_manage_get_in(void **state)
{
    static const char *const paths[] = {"/metrics", API, API "/status", API "/performance/one"};
    char keys[2][CLIENT_KEY_BYTES], request[1000];
    struct clients_file file = {0};
    struct buf reason;
    (void)state;
    base_buf_init(&reason, 1000);
    assert_true(client_make_key(clients_file_add(&file, "reader"), keys[0]));
    struct client *boss = clients_file_add(&file, "boss");
    boss->manages = true;
    assert_true(client_make_key(boss, keys[1]));
    assert_true(clients_file_write(FILE_NAME, &file, &reason));
    world_start(&world, NULL, NULL, "  clients: " FILE_NAME "\n");
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_has(get(paths[i]), "HTTP/1.1 401 ");
        for (int j = 0; j < 2; j++) {
            (void)snprintf(request, sizeof(request),
                           "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n",
                           paths[i], keys[j]);
            assert_has(world_ask(&world, request), j == 0 ? "HTTP/1.1 403 Forbidden\r\n" : "HTTP/1.1 200 OK\r\n");
        }
    }
    world_stop(&world);
    clients_file_release(&file);
    base_buf_deinit(&reason);
    (void)unlink(FILE_NAME);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(models_are_listed_by_what_they_cost),
        WORLD_TEST(a_choice_says_why_the_others_are_out),
        WORLD_TEST(performance_is_of_what_was_asked),
        WORLD_TEST(what_failed_is_told_and_can_be_asked_again),
        WORLD_TEST(only_clients_that_manage_get_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
