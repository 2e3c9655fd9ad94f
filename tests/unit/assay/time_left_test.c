// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "cmd/assay/time_left.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void begins_with_what_is_expected(void **state)
{
    (void)state;
    const struct time_left nothing = {.expected_s = 0.5};
    assert_true(time_left_of_launch(&nothing) == 0.5);
    assert_true(time_left_of_run(&nothing, 0, 9) == 5);
    assert_true(time_left_of_run(&nothing, 0.25, 9) == 4.75);
    assert_true(time_left_of_run(&nothing, 0.25, 0) == 0.25);
    /* A launch that takes longer than expected leaves those behind it. */
    assert_true(time_left_of_run(&nothing, 60, 9) == 4.5);
    assert_true(time_left_of_run(&nothing, 60, 0) == 0);
}

static void trusts_what_launches_took_more_and_more(void **state)
{
    (void)state;
    struct time_left known = {.expected_s = 1};
    double before = 1;
    for (known.launches = 1; known.launches <= 100; known.launches++) {
        known.spent_s += 3;
        double launch_s = time_left_of_launch(&known);
        assert_true(launch_s > before && launch_s < 3);
        before = launch_s;
    }
    assert_true(before > 2.9);
}

/* Every launch takes thrice what was expected: the foreseen end of the run moves by less each time, at first by a
 * fifth of what it was wrong by. */
static void does_not_jump_about(void **state)
{
    (void)state;
    const size_t total = 50;
    struct time_left known = {.expected_s = 1};
    double end_s = time_left_of_run(&known, 0, total - 1), most = 3.0 * (double)total - end_s;
    for (size_t done = 1; done < total; done++) {
        known.launches = done;
        known.spent_s = 3.0 * (double)done;
        double now_s = known.spent_s + time_left_of_run(&known, 0, total - done - 1);
        assert_true(now_s >= end_s && now_s - end_s <= most / 4);
        assert_true(now_s <= 3.0 * (double)total);
        end_s = now_s;
    }
    assert_true(end_s > 149);
}

static void is_written_as_a_clock_does(void **state)
{
    (void)state;
    static const struct {
        double seconds;
        const char *wanted;
    } cases[] = {{0, "0:00"},    {-1, "0:00"},      {6.6, "0:07"},        {59.6, "1:00"},
                 {725, "12:05"}, {3725, "1:02:05"}, {359999, "99:59:59"}, {1e12, "99:59:59"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[TIME_LEFT_TEXT_BYTES];
        time_left_format(cases[i].seconds, text);
        assert_string_equal(text, cases[i].wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_with_what_is_expected),
        cmocka_unit_test(trusts_what_launches_took_more_and_more),
        cmocka_unit_test(does_not_jump_about),
        cmocka_unit_test(is_written_as_a_clock_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
