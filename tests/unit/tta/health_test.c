// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "failover_world.h"
#include "tta/health_parts.h"

static void report(struct tta_health *health, int target, enum tta_failure failure, int64_t now_ns)
{
    const struct tta_finding finding = {.failure = failure};
    tta_health_report(health, &world_targets[target], &finding, now_ns);
}

static enum tta_breaker_state state_of(struct tta_health *health, enum tta_part part, size_t index)
{
    return tta_health_of(health, part, index, 0).state;
}

static void each_class_opens_its_own_part(void **state)
{
    (void)state;
    struct tta_health *health = world_health(NULL);
    for (int i = 0; i < 3; i++) {
        report(health, 0, TTA_FAILURE_SERVER, 0);
        report(health, 5, TTA_FAILURE_CONNECT, 0);
        report(health, 2, TTA_FAILURE_BAD_REQUEST, 0);
    }
    report(health, 1, TTA_FAILURE_QUOTA, 0);
    report(health, 6, TTA_FAILURE_NOT_FOUND, 0);
    assert_int_equal(state_of(health, TTA_PART_ROW, 0), TTA_BREAKER_OPEN);
    assert_int_equal(state_of(health, TTA_PART_PROVIDER, 0), TTA_BREAKER_CLOSED);
    assert_int_equal(state_of(health, TTA_PART_PROVIDER, 2), TTA_BREAKER_OPEN);
    assert_int_equal(state_of(health, TTA_PART_ROW, 3), TTA_BREAKER_CLOSED);
    assert_int_equal(state_of(health, TTA_PART_ROW, 1), TTA_BREAKER_CLOSED);
    assert_int_equal(tta_health_of(health, TTA_PART_KEY, 1, 0).until_ns, 900 * SEC);
    assert_true(tta_health_of(health, TTA_PART_ROW, 4, 0).until_ns == TTA_UNTIL_HEALED);
    tta_health_destroy(health);
}

static void a_time_that_the_provider_names_is_kept_by_all_requests(void **state)
{
    (void)state;
    struct tta_health *health = world_health(NULL);
    const struct tta_finding busy = {.failure = TTA_FAILURE_OVERLOADED, .retry_after_ns = 30 * SEC};
    tta_health_report(health, &world_targets[0], &busy, 0);
    assert_int_equal(tta_health_of(health, TTA_PART_ROW, 0, 0).until_ns, 30 * SEC);
    const struct tta_failover_options options = tta_failover_defaults();
    struct tta_failover failover; /* with that target alone: not even as a last resort */
    assert_int_equal(tta_failover_begin(&failover, health, &options, world_targets, 1, SEC, 1), TTA_OK);
    struct tta_step step = tta_failover_next(&failover, SEC);
    assert_int_equal(step.kind, TTA_STEP_WAIT);
    assert_int_equal(step.until_ns, 30 * SEC);
    tta_health_destroy(health);
}

static void many_rows_that_open_together_open_their_provider(void **state)
{
    (void)state;
    struct tta_health_options options = tta_health_defaults();
    options.open_rows = 2;
    struct tta_health *health = world_health(&options);
    for (int i = 0; i < 3; i++) {
        report(health, 0, TTA_FAILURE_SERVER, 0);
    }
    assert_int_equal(state_of(health, TTA_PART_PROVIDER, 0), TTA_BREAKER_CLOSED);
    for (int i = 0; i < 3; i++) {
        report(health, 3, TTA_FAILURE_SERVER, 5 * SEC);
    }
    assert_int_equal(state_of(health, TTA_PART_PROVIDER, 0), TTA_BREAKER_OPEN);
    assert_int_equal(state_of(health, TTA_PART_PROVIDER, 1), TTA_BREAKER_CLOSED);
    tta_health_destroy(health);
}

static void what_is_known_outlives_the_process(void **state)
{
    (void)state;
    struct tta_health *health = world_health(NULL);
    for (int i = 0; i < 3; i++) {
        report(health, 5, TTA_FAILURE_CONNECT, 0);
    }
    report(health, 0, TTA_FAILURE_AUTH, 0);
    const struct tta_finding limit = {.failure = TTA_FAILURE_RATE_LIMIT, .retry_after_ns = 100 * SEC};
    tta_health_report(health, &world_targets[2], &limit, 0);
    char *text = NULL;
    assert_int_equal(tta_health_save(health, 10 * SEC, 5000 * SEC, &text), TTA_OK);
    struct tta_health *next = world_health(NULL);
    assert_int_equal(tta_health_restore(next, text, strlen(text), 0, 5020 * SEC, NULL), TTA_OK);
    assert_int_equal(state_of(next, TTA_PART_PROVIDER, 2), TTA_BREAKER_OPEN);
    assert_true(tta_health_of(next, TTA_PART_KEY, 0, 0).until_ns == TTA_UNTIL_HEALED);
    assert_int_equal(tta_health_of(next, TTA_PART_KEY, 2, 0).until_ns, 70 * SEC); /* 30 of the 100 s are over */
    assert_int_equal(state_of(next, TTA_PART_KEY, 1), TTA_BREAKER_CLOSED);
    for (size_t len = 0; len + 1 < strlen(text); len++) { /* every cut is seen, and changes nothing */
        struct tta_error err = {0};
        struct tta_health *fresh = world_health(NULL);
        assert_int_equal(tta_health_restore(fresh, text, len, 0, 5020 * SEC, &err), TTA_BAD_SYNTAX);
        assert_true(err.message[0] != '\0' && err.line > 0);
        assert_int_equal(state_of(fresh, TTA_PART_KEY, 0), TTA_BREAKER_CLOSED);
        tta_health_destroy(fresh);
    }
    free(text);
    tta_health_destroy(next);
    tta_health_destroy(health);
}

static void refuses_what_is_no_saved_health(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "tta-health 2\nend\n", "tta-health 1\n", "tta-health 1\nrow\nend\n",
        "tta-health 1\nrow closed 1 0 server x\nend\n", "tta-health 1\ncolumn open 1 0 server x\nend\n",
        "tta-health 1\nrow open -1 0 server x\nend\n", "tta-health 1\nrow open 1 31 server x\nend\n",
        "tta-health 1\nrow open 1 0 nonsense x\nend\n", "tta-health 1\nrow open 1 0 server \nend\n",
    };
    struct tta_health *health = world_health(NULL);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(tta_health_restore(health, texts[i], strlen(texts[i]), 0, 0, NULL), TTA_BAD_SYNTAX);
    }
    const char *unknown = "tta-health 1\nrow open 1 0 server somebody else's\nend\n";
    assert_int_equal(tta_health_restore(health, unknown, strlen(unknown), 0, 0, NULL), TTA_OK);
    const char *future = "tta-health 1\nkey open 9223372036854775806 0 quota main\nend\n";
    assert_int_equal(tta_health_restore(health, future, strlen(future), SEC, 0, NULL), TTA_OK);
    assert_int_equal(tta_health_of(health, TTA_PART_KEY, 0, 0).until_ns, SEC + TTA_MAX_RETRY_AFTER_NS);
    tta_health_destroy(health);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t n = 1;; n++) {
        alloc_fault_after(n);
        struct tta_health *health = world_health(NULL);
        char *text = NULL;
        enum tta_status status = health ? tta_health_save(health, 0, 0, &text) : TTA_NO_MEMORY;
        bool happened = alloc_fault_happened();
        assert_int_equal(status, happened ? TTA_NO_MEMORY : TTA_OK);
        free(text);
        tta_health_destroy(health);
        if (!happened) {
            assert_true(n > 10);
            return;
        }
    }
}

static void refuses_options_that_make_no_sense(void **state)
{
    (void)state;
    struct tta_health_options options = tta_health_defaults();
    options.retry_ratio = (double)NAN;
    assert_null(world_health(&options));
    options = tta_health_defaults();
    options.max_open_ns = options.open_ns - 1;
    assert_null(world_health(&options));
    options = tta_health_defaults();
    options.open_rows = 0;
    assert_null(world_health(&options));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_class_opens_its_own_part),
        cmocka_unit_test(a_time_that_the_provider_names_is_kept_by_all_requests),
        cmocka_unit_test(many_rows_that_open_together_open_their_provider),
        cmocka_unit_test(what_is_known_outlives_the_process),
        cmocka_unit_test(refuses_what_is_no_saved_health),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(refuses_options_that_make_no_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
