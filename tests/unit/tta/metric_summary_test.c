// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tta/failover.h"
#include "tta/metrics.h"

#include <string.h>

static void windows_have_names(void **state)
{
    (void)state;
    static const char *const names[TTA_WINDOW_COUNT] = {"1m", "5m", "1h", "24h", "all"};
    for (unsigned i = 0; i < TTA_WINDOW_COUNT; i++) {
        assert_string_equal(tta_window_name((enum tta_window)i), names[i]);
    }
    assert_string_equal(tta_window_name((enum tta_window)TTA_WINDOW_COUNT), "unknown");
}

/* A request: refused by the first target, again, answered by the second, which was not the first asked. */
static void an_attempt_of_a_failover_becomes_an_observation(void **state)
{
    (void)state;
    static struct tta_failover failover;
    static const struct tta_attempt attempts[] = {
        {.target = 3, .failure = TTA_FAILURE_CONNECT, .start_ns = 100, .end_ns = 150},
        {.target = 3, .failure = TTA_FAILURE_SERVER, .http_status = 500, .start_ns = 150, .end_ns = 140},
        {.target = 1, .failure = TTA_FAILURE_NONE, .http_status = 200, .start_ns = 400, .end_ns = 900},
        {.target = 3, .failure = TTA_FAILURE_NONE, .start_ns = 1000, .end_ns = 1001},
    };
    static const enum tta_attempt_kind kinds[] = {TTA_ATTEMPT_FIRST, TTA_ATTEMPT_RETRY, TTA_ATTEMPT_FALLBACK,
                                                  TTA_ATTEMPT_RETRY};
    static const int64_t latencies_ns[] = {50, 0, 500, 1};
    memcpy(failover.attempts, attempts, sizeof(attempts));
    failover.attempt_count = 4;
    for (uint32_t i = 0; i < 4; i++) {
        struct tta_observation observation = tta_observation_of_attempt(&failover, i, 40 + i);
        assert_int_equal(observation.series, 40 + i);
        assert_int_equal(observation.failure, attempts[i].failure);
        assert_int_equal(observation.kind, kinds[i]);
        assert_int_equal(observation.latency_ns, latencies_ns[i]);
        assert_int_equal(observation.first_token_ns, TTA_NOT_TIMED);
        assert_int_equal(observation.usage.cost_pusd, TTA_USAGE_UNKNOWN);
        assert_int_equal(observation.usage.prompt_tokens, TTA_USAGE_UNKNOWN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_have_names),
        cmocka_unit_test(an_attempt_of_a_failover_becomes_an_observation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
