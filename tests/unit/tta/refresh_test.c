// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tta/refresh.h"

#define MINUTE_NS INT64_C(60000000000)
#define HOUR_NS (60 * MINUTE_NS)

static const struct tta_refresh_answer good = {.is_list = true, .model_count = 300, .content_hash = 7};

static void a_good_answer_is_taken_and_the_next_is_due_in_an_hour_or_so(void **state)
{
    (void)state;
    const struct tta_refresh_policy policy = tta_refresh_defaults();
    static const struct {
        uint64_t random;
        int64_t minutes;
    } cases[] = {{0, 54}, {UINT64_C(1) << 63, 60}, {UINT64_MAX, 66}};
    for (size_t i = 0; i < 3; i++) {
        struct tta_refresh_state now = {0};
        assert_true(tta_refresh_is_due(&now, 0));
        assert_int_equal(tta_refresh_judge(&policy, &now, &good, HOUR_NS, cases[i].random), TTA_REFRESH_TAKEN);
        int64_t due = HOUR_NS + cases[i].minutes * MINUTE_NS;
        assert_in_range((uint64_t)now.next_ns, (uint64_t)due - 1000000, (uint64_t)due);
        assert_false(tta_refresh_is_due(&now, now.next_ns - 1));
        assert_true(tta_refresh_is_due(&now, now.next_ns));
        assert_false(tta_refresh_is_stale(&policy, &now, HOUR_NS));
        assert_true(tta_refresh_is_stale(&policy, &now, HOUR_NS + policy.stale_ns + 1));
    }
}

static void what_is_suspicious_keeps_the_list_and_marks_it(void **state)
{
    (void)state;
    const struct tta_refresh_policy policy = tta_refresh_defaults();
    static const struct {
        struct tta_refresh_answer answer;
        enum tta_refresh_outcome outcome;
    } cases[] = {
        {{false, 0, 0}, TTA_REFRESH_FAILED},       {{true, 0, 1}, TTA_REFRESH_EMPTY},
        {{true, 149, 2}, TTA_REFRESH_SHRUNKEN},    {{true, 150, 3}, TTA_REFRESH_TAKEN},
        {{true, 9999, 4}, TTA_REFRESH_TAKEN},      {{true, 300, 7}, TTA_REFRESH_UNCHANGED},
        {{true, 300, 8}, TTA_REFRESH_TAKEN},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct tta_refresh_state now = {0};
        (void)tta_refresh_judge(&policy, &now, &good, 0, 0);
        enum tta_refresh_outcome outcome = tta_refresh_judge(&policy, &now, &cases[i].answer, HOUR_NS, 0);
        assert_string_equal(tta_refresh_outcome_name(outcome), tta_refresh_outcome_name(cases[i].outcome));
        bool is_kept = outcome != TTA_REFRESH_TAKEN && outcome != TTA_REFRESH_UNCHANGED;
        assert_int_equal(tta_refresh_is_stale(&policy, &now, HOUR_NS), is_kept);
        assert_int_equal(now.model_count, is_kept ? 300 : cases[i].answer.model_count);
        assert_int_equal(now.good_ns, is_kept ? 0 : HOUR_NS);
    }
}

static void failures_are_tried_again_ever_more_rarely(void **state)
{
    (void)state;
    const struct tta_refresh_policy policy = tta_refresh_defaults();
    const struct tta_refresh_answer failed = {.is_list = false};
    struct tta_refresh_state now = {0};
    static const int64_t minutes[] = {1, 2, 4, 8, 16, 32, 60, 60};
    for (size_t i = 0; i < sizeof(minutes) / sizeof(minutes[0]); i++) {
        assert_int_equal(tta_refresh_judge(&policy, &now, &failed, 0, UINT64_C(1) << 63), TTA_REFRESH_FAILED);
        assert_int_equal(now.next_ns, minutes[i] * MINUTE_NS);
        assert_false(tta_refresh_is_stale(&policy, &now, 0)); /* there is nothing that could be */
    }
    now.failures = UINT32_MAX;
    (void)tta_refresh_judge(&policy, &now, &failed, 0, UINT64_C(1) << 63);
    assert_int_equal(now.failures, UINT32_MAX);
    assert_int_equal(tta_refresh_judge(&policy, &now, &good, 5, 0), TTA_REFRESH_TAKEN);
    assert_int_equal(now.failures, 0);
}

static void a_server_that_had_nothing_may_have_nothing(void **state)
{
    (void)state;
    const struct tta_refresh_policy policy = tta_refresh_defaults();
    const struct tta_refresh_answer empty = {.is_list = true, .content_hash = 1}, still = {.is_list = true};
    struct tta_refresh_state now = {0};
    assert_int_equal(tta_refresh_judge(&policy, &now, &empty, 0, 0), TTA_REFRESH_TAKEN);
    assert_int_equal(tta_refresh_judge(&policy, &now, &still, 0, 0), TTA_REFRESH_TAKEN);
    assert_string_equal(tta_refresh_outcome_name((enum tta_refresh_outcome)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_answer_is_taken_and_the_next_is_due_in_an_hour_or_so),
        cmocka_unit_test(what_is_suspicious_keeps_the_list_and_marks_it),
        cmocka_unit_test(failures_are_tried_again_ever_more_rarely),
        cmocka_unit_test(a_server_that_had_nothing_may_have_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
