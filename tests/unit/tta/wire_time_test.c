// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tta/wire_time.h"

#define REFUSED INT64_C(-77)

struct wire_case {
    const char *text;
    int64_t wanted; /* REFUSED: not such a text */
};

static void check(bool (*read)(struct str, int64_t *), const struct wire_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t got = REFUSED;
        bool is_read = read(base_str(cases[i].text), &got);
        if (is_read != (cases[i].wanted != REFUSED) || got != cases[i].wanted) {
            fail_msg("'%s' gave %lld", cases[i].text, (long long)got);
        }
    }
}
#define CHECK(read, cases) check(read, cases, sizeof(cases) / sizeof(cases)[0])

/* date -u -d '1994-11-06 08:49:37' +%s */
static void reads_http_dates(void **state)
{
    (void)state;
    static const struct wire_case cases[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
        {"Thu, 29 Feb 2024 23:59:59 GMT", 1709251199},
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Sun, 06 Nov 1994 08:49:37", REFUSED},
        {"Sunday, 06-Nov-94 08:49:37 GMT", REFUSED},
        {"Sun, 06 nov 1994 08:49:37 GMT", REFUSED},
        {"Sun, 06 Nov 1994 24:49:37 GMT", REFUSED},
        {"Sun, 00 Nov 1994 08:49:37 GMT", REFUSED},
        {"Sun, 06 Nov 1994 08:49:37 UTC", REFUSED},
        {"Sun, 06xNov 1994 08:49:37 GMT", REFUSED},
        {"", REFUSED},
    };
    CHECK(tta_wire_http_date_sec, cases);
}

static void reads_times_of_rfc_3339(void **state)
{
    (void)state;
    static const struct wire_case cases[] = {
        {"2026-02-17T23:46:26Z", 1771371986},
        {"2026-02-18t00:46:26.75+01:00", 1771371986},
        {"2026-02-17 23:46:26Z", 1771371986},
        {"2026-02-17T23:46:26", REFUSED},
        {"2026-02-17T23:46:26Zx", REFUSED},
        {"2026-13-17T23:46:26Z", REFUSED},
        {"", REFUSED},
    };
    CHECK(tta_wire_rfc3339_sec, cases);
}

static void reads_durations(void **state)
{
    (void)state;
    static const struct wire_case cases[] = {
        {"12ms", 12000000},
        {"1s", 1000000000},
        {"6m0s", 360000000000},
        {"1h30m0.5s", 5400500000000},
        {"7.66s", 7660000000},
        {"120us", 120000},
        {"0s", 0},
        {"", REFUSED},
        {"s", REFUSED},
        {"12", REFUSED},
        {"1s ", REFUSED},
        {"-1s", REFUSED},
        {"1d", REFUSED},
        {"9999999999h", REFUSED},
        {"9000000000000s", REFUSED},
    };
    CHECK(tta_wire_duration_ns, cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_http_dates),
        cmocka_unit_test(reads_times_of_rfc_3339),
        cmocka_unit_test(reads_durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
