// SPDX-License-Identifier: MIT
/* What the gateway records of its requests, as Prometheus is told of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway_world.h"

#define ASK(model) "{\"model\":\"" model "\",\"messages\":[{\"role\":\"user\",\"content\":\"a wish\"}]}"
#define OF_ALPHA "{provider=\"alpha\",model=\"one\",task=\"\""
#define OF_BETA "{provider=\"beta\",model=\"two\",task=\"\""

static struct world world; /* too large for a stack */

static void expect_page(const char *const *lines, size_t count)
{
    const char *page = world_ask(&world, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_non_null(strstr(page, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    for (size_t i = 0; i < count; i++) {
        if (!strstr(page, lines[i])) {
            fail_msg("no \"%s\" in: %s", lines[i], page);
        }
    }
}

static void each_attempt_is_counted(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "tta_requests_total" OF_ALPHA "} 1\n",
        "tta_failures_total" OF_ALPHA ",class=\"overloaded\"} 1\n",
        "tta_cost_unknown_total" OF_ALPHA "} 0\n", /* who is turned away used nothing */
        "tta_requests_total" OF_BETA "} 1\n",
        "tta_fallbacks_total" OF_BETA "} 1\n",
        "tta_tokens_total" OF_BETA ",kind=\"prompt\"} 3\n",
        "tta_tokens_total" OF_BETA ",kind=\"completion\"} 2\n",
        "tta_tokens_unknown_total" OF_BETA ",kind=\"cached\"} 1\n",
        "tta_cost_unknown_total" OF_BETA "} 1\n", /* beta states no prices */
        "tta_latency_seconds_count" OF_BETA "} 1\n",
    };
    world_start(&world, world_saying((struct loopback_answer){.status = 503, .headers = JSON, .body = "{}"}),
                world_saying((struct loopback_answer){.headers = JSON, .body = GOOD}), "");
    assert_non_null(strstr(world_post(&world, CHAT, ASK("both")), "HTTP/1.1 200 OK\r\n"));
    expect_page(lines, sizeof(lines) / sizeof(lines[0]));
    world_stop(&world);
}

static void a_stream_has_a_first_token_and_pauses(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "tta_requests_total" OF_ALPHA "} 1\n",
        "tta_first_token_seconds_count" OF_ALPHA "} 1\n",
        "tta_gap_seconds_count" OF_ALPHA "} ",
    };
    world_start(&world,
                world_saying((struct loopback_answer){
                    .headers = EVENTS, .body = SAY("a") SAY("b") SAY("c") STOP DONE, .fault = LOOPBACK_DRIP}),
                NULL, "");
    const char *answer =
        world_post(&world, CHAT, "{\"stream\":true,\"model\":\"alpha/one\",\"messages\":[]}");
    assert_non_null(strstr(answer, DONE));
    expect_page(lines, sizeof(lines) / sizeof(lines[0]));
    struct tta_summary summary;
    const struct tta_series_filter all = {0};
    tta_metrics_sum(world.figures.metrics, &all, TTA_WINDOW_ALL, &summary);
    assert_in_range(summary.gap.count, 2, 16); /* it came in sixteen pieces, of which some were without content */
    assert_true(summary.first_token.p50_ns <= summary.latency.p50_ns);
    world_stop(&world);
}

/* By the name, or by a wish in the body or a header; the name counts more. */
static void each_attempt_is_of_its_task(void **state)
{
#define OF_TASK(task) "{provider=\"alpha\",model=\"one\",task=\"" task "\"} "
    (void)state;
    static const char *const lines[] = {
        "tta_requests_total" OF_TASK("") "3\n", /* "auto", "alpha/one", and a task that is null */
        "tta_requests_total" OF_TASK("world_building") "2\n",
        "tta_requests_total" OF_TASK("narrative_generation") "2\n",
        "tta_tokens_total{provider=\"alpha\",model=\"one\",task=\"world_building\",kind=\"prompt\"} 6\n",
    };
    world_start(&world, world_saying((struct loopback_answer){.headers = JSON, .body = GOOD}), NULL, "");
    (void)world_post(&world, CHAT, ASK("auto"));
    (void)world_post(&world, CHAT, ASK("alpha/one"));
    (void)world_post(&world, CHAT, "{\"model\":\"one\",\"x_tta\":{\"task\":null},\"messages\":[]}");
    (void)world_post(&world, CHAT, ASK("auto:world_building"));
    (void)world_post(&world, CHAT, "{\"model\":\"auto:world_building\",\"x_tta\":{\"task\":\"general_chat\"}}");
    (void)world_post(&world, CHAT, "{\"model\":\"auto\",\"x_tta\":{\"task\":\"narrative_generation\"}}");
    (void)world_ask(&world, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                            "x-tta-task: narrative_generation\r\nContent-Length: 15\r\n\r\n{\"model\":\"one\"}");
    (void)world_post(&world, CHAT, "{\"model\":\"one\",\"x_tta\":{\"task\":\"juggling\"}}");
    expect_page(lines, sizeof(lines) / sizeof(lines[0]));
#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert_has(world_ask(&world, GET("/api/v1/models/performance")),
               "\"server\":\"alpha\",\"task_type\":\"world_building\",\"total_requests\":2,");
    assert_has(world_ask(&world, GET("/api/v1/models/performance/one?task_type=narrative_generation")),
               "\"task_type\":\"narrative_generation\",\"total_requests\":2,");
    assert_has(world_ask(&world, GET("/api/v1/models/performance/one")), "\"task_type\":null,\"total_requests\":7,");
    assert_has(world_ask(&world, GET("/api/v1/overview")), "\"task\":\"world_building\",\"under_way\":0,");
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(each_attempt_is_counted),
        WORLD_TEST(each_attempt_is_of_its_task),
        WORLD_TEST(a_stream_has_a_first_token_and_pauses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
