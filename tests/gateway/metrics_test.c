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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_attempt_is_counted),
        cmocka_unit_test(a_stream_has_a_first_token_and_pauses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
