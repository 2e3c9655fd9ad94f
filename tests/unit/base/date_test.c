// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <time.h>

#include "base/date.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void reads_days_as_the_second_at_which_they_begin(void **state)
{
    (void)state;
    /* date -u -d DAY +%s */
    static const struct {
        const char *text;
        int64_t unix_s;
    } cases[] = {
        {"1970-01-02", 86400},       {"2000-02-29", 951782400},          {"2026-08-10", 1786320000},
        {"2098-12-31", 4070822400},  {"2100-03-01", 4107542400},         {"9999-12-31", 253402214400},
        {"2026-08-10T23:59:59Z", 1786320000},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t unix_s = -1;
        if (!base_date_parse(base_str(cases[i].text), &unix_s) || unix_s != cases[i].unix_s) {
            fail_msg("%s gave %lld", cases[i].text, (long long)unix_s);
        }
    }
}

static void counts_every_day_of_four_centuries_once(void **state)
{
    (void)state;
    for (int64_t day = 1; day < 146097 + 365; day++) {
        time_t seconds = (time_t)(day * 86400);
        struct tm calendar;
        char text[16];
        int64_t unix_s = -1;
        assert_non_null(gmtime_r(&seconds, &calendar));
        assert_true(strftime(text, sizeof(text), "%Y-%m-%d", &calendar) == 10);
        assert_true(base_date_parse(base_str(text), &unix_s));
        assert_int_equal(unix_s, day * 86400);
    }
}

static void refuses_what_is_no_day(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",           "2026",       "2026-8-10",  "2026-02-29", "2100-02-29", "2026-04-31",
        "2026-13-01", "2026-00-01", "2026-01-00", "1970-01-01", "1969-12-31", "2026/08/10",
        "tomorrow!!", "2026-08-1x", "2026-08-10 ", "2026-08-100", "-026-08-10",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        int64_t unix_s = 7;
        if (base_date_parse(base_str(texts[i]), &unix_s)) {
            fail_msg("'%s' was taken for %lld", texts[i], (long long)unix_s);
        }
    }
}

static void writes_a_moment_in_utc(void **state)
{
    (void)state;
    char text[BASE_DATE_BYTES];
    base_date_format(INT64_C(1786345539123456789), text); /* date -u -d @1786345539 */
    assert_string_equal(text, "2026-08-10T07:05:39.123456+00:00");
    base_date_format(0, text);
    assert_string_equal(text, "1970-01-01T00:00:00.000000+00:00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_days_as_the_second_at_which_they_begin),
        cmocka_unit_test(counts_every_day_of_four_centuries_once),
        cmocka_unit_test(refuses_what_is_no_day),
        cmocka_unit_test(writes_a_moment_in_utc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
