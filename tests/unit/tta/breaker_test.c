// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tta/breaker.h"

#define SEC INT64_C(1000000000)

static bool fail_at(struct breaker *breaker, int64_t now_ns)
{
    static uint64_t random = 7;
    const struct tta_health_options options = tta_health_defaults();
    return breaker_fail(breaker, &options, TTA_FAILURE_SERVER, now_ns, &random);
}

static void succeed_at(struct breaker *breaker, int64_t now_ns)
{
    const struct tta_health_options options = tta_health_defaults();
    breaker_succeed(breaker, &options, options.successes_to_close, now_ns);
}

static void opens_at_three_in_a_row_of_thin_traffic(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    assert_false(fail_at(&breaker, 0));
    assert_false(fail_at(&breaker, 100 * SEC));
    succeed_at(&breaker, 150 * SEC);
    assert_false(fail_at(&breaker, 200 * SEC));
    assert_false(fail_at(&breaker, 300 * SEC));
    assert_true(fail_at(&breaker, 400 * SEC));
    assert_int_equal(breaker.state, TTA_BREAKER_OPEN);
    assert_in_range(breaker.until_ns - 400 * SEC, 4 * SEC, 6 * SEC);
}

static void opens_at_half_of_busy_traffic_and_not_below(void **state)
{
    (void)state;
    struct breaker half = {0}, third = {0};
    bool has_opened = false;
    for (int i = 0; i < 100; i++) {
        int64_t now_ns = i * SEC / 10;
        succeed_at(&half, now_ns);
        has_opened = has_opened || fail_at(&half, now_ns);
        succeed_at(&third, now_ns);
        succeed_at(&third, now_ns);
        assert_false(fail_at(&third, now_ns));
    }
    assert_true(has_opened);
}

/* Many requests may try a last resort at once: each of them says what was known. */
static void a_probe_before_its_time_changes_nothing_when_it_fails(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    for (int i = 0; i < 3; i++) {
        (void)fail_at(&breaker, 0);
    }
    int64_t until_ns = breaker.until_ns;
    uint32_t level = breaker.level;
    for (int i = 1; i <= 20; i++) {
        breaker_enter(&breaker, i, 60 * SEC);
        assert_int_equal(breaker.state, TTA_BREAKER_HALF_OPEN);
        if (i % 4 == 0) {
            breaker_pass(&breaker);
        } else {
            assert_false(fail_at(&breaker, i));
        }
        assert_int_equal(breaker.state, TTA_BREAKER_OPEN);
        assert_true(breaker.until_ns == until_ns && breaker.level == level);
    }
    breaker_enter(&breaker, 30, 60 * SEC); /* the answer of a later one comes when it would have been time anyway */
    assert_true(fail_at(&breaker, until_ns));
    assert_int_equal(breaker.level, level + 1);
    breaker_enter(&breaker, until_ns + 1, 60 * SEC); /* and one that is good closes it as others do */
    succeed_at(&breaker, until_ns + 2);
    breaker_enter(&breaker, until_ns + 3, 60 * SEC);
    succeed_at(&breaker, until_ns + 4);
    assert_int_equal(breaker.state, TTA_BREAKER_CLOSED);
}

static void what_is_old_counts_no_more(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    for (int i = 0; i < 1000; i++) {
        succeed_at(&breaker, i);
    }
    bool has_opened = false;
    for (int i = 0; i < 5; i++) { /* ten minutes later those successes are nothing */
        has_opened = has_opened || fail_at(&breaker, 600 * SEC + i);
    }
    assert_true(has_opened);
}

static void doubles_while_probes_fail_up_to_five_minutes_and_closes_after_two(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    int64_t now_ns = 0, longest_ns = 0;
    fail_at(&breaker, now_ns);
    fail_at(&breaker, now_ns);
    assert_true(fail_at(&breaker, now_ns));
    for (int level = 0; level < 12; level++) {
        int64_t open_ns = breaker.until_ns - now_ns;
        int64_t middle_ns = level < 6 ? (5 * SEC) << level : 300 * SEC;
        assert_in_range(open_ns, middle_ns * 8 / 10, middle_ns * 12 / 10);
        longest_ns = open_ns > longest_ns ? open_ns : longest_ns;
        assert_int_equal(breaker_ready_ns(&breaker, now_ns), breaker.until_ns);
        now_ns = breaker.until_ns;
        assert_int_equal(breaker_ready_ns(&breaker, now_ns), now_ns);
        breaker_enter(&breaker, now_ns, now_ns + SEC);
        assert_true(breaker_ready_ns(&breaker, now_ns) > now_ns); /* one probe at a time */
        assert_true(fail_at(&breaker, now_ns));
    }
    now_ns = breaker.until_ns;
    for (int i = 0; i < 2; i++) {
        assert_int_not_equal(breaker.state, TTA_BREAKER_CLOSED);
        breaker_enter(&breaker, now_ns, now_ns + SEC);
        succeed_at(&breaker, now_ns);
    }
    assert_int_equal(breaker.state, TTA_BREAKER_CLOSED);
}

static void a_probe_that_is_never_reported_is_given_up(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    breaker_open_until(&breaker, TTA_FAILURE_RATE_LIMIT, 0, 10);
    breaker_enter(&breaker, 10, 10 + SEC);
    assert_true(breaker_ready_ns(&breaker, 11) > 11);
    assert_int_equal(breaker_ready_ns(&breaker, 10 + SEC), 10 + SEC);
    breaker_pass(&breaker);
    assert_int_equal(breaker_ready_ns(&breaker, 11), 11);
}

static void a_long_time_of_health_begins_anew(void **state)
{
    (void)state;
    struct breaker breaker = {.level = 4, .last_open_ns = 80 * SEC, .closed_ns = 0};
    for (int i = 0; i < 3; i++) {
        fail_at(&breaker, 100 * SEC);
    }
    assert_int_equal(breaker.level, 5);
    breaker = (struct breaker){.level = 4, .last_open_ns = 80 * SEC, .closed_ns = 0};
    for (int i = 0; i < 3; i++) {
        fail_at(&breaker, 200 * SEC);
    }
    assert_int_equal(breaker.level, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_at_three_in_a_row_of_thin_traffic),
        cmocka_unit_test(opens_at_half_of_busy_traffic_and_not_below),
        cmocka_unit_test(a_probe_before_its_time_changes_nothing_when_it_fails),
        cmocka_unit_test(what_is_old_counts_no_more),
        cmocka_unit_test(doubles_while_probes_fail_up_to_five_minutes_and_closes_after_two),
        cmocka_unit_test(a_probe_that_is_never_reported_is_given_up),
        cmocka_unit_test(a_long_time_of_health_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
