// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/assay/axis.h"

static void marks_are_round_and_lie_on_the_axis(void **state)
{
    (void)state;
    static const struct {
        double low, high, most, unit;
        const char *wanted; /* the marks in the unit */
    } cases[] = {
        {1.02e-6, 1.31e-6, 20, 1e-6, "1.0 1.1 1.2 1.3"},
        {0, 10, 20, 1, "0 2 4 6 8 10"},
        {5, 5, 20, 1, "5.000 5.001"}, /* nothing to tell apart */
        {0, 0, 20, 1, "0.00 0.05 0.10 0.15 0.20"},
        {0.9, 1.4, 20, 0.01, "90 100 110 120 130 140"},
        {1e-6, 1e-4, 20, 1e-6, "1 2 5 10 20 50 100"},
        {1e-9, 1, 20, 1, "0.000000 0.000000 0.000000 0.000001 0.000010 0.000100 0.001000 0.010000 0.100000 1.000000"},
        {1, 1e12, 20, 1, "10 1000 100000 10000000 1000000000 100000000000"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct axis axis = axis_make(cases[i].low, cases[i].high, cases[i].most);
        double ticks[AXIS_MAX_TICKS];
        char got[1000] = "";
        int decimals;
        assert_true(axis.low <= cases[i].low && axis.high >= cases[i].high && axis.low < axis.high);
        assert_int_equal(axis.is_log, cases[i].low > 0 && cases[i].high / cases[i].low > cases[i].most);
        size_t count = axis_ticks(&axis, cases[i].unit, ticks, &decimals);
        for (size_t tick = 0; tick < count; tick++) {
            size_t len = strlen(got);
            (void)snprintf(got + len, sizeof(got) - len, "%s%.*f", tick > 0 ? " " : "", decimals,
                           ticks[tick] / cases[i].unit);
            assert_true(ticks[tick] >= axis.low * (1 - 1e-9) && ticks[tick] <= axis.high * (1 + 1e-9));
        }
        assert_string_equal(got, cases[i].wanted);
    }
}

static void places_go_from_end_to_end(void **state)
{
    (void)state;
    const struct axis linear = {10, 20, false}, by_log = {1, 100, true};
    assert_true(axis_place(&linear, 10) == 0 && axis_place(&linear, 20) == 1 && axis_place(&linear, 15) == 0.5);
    assert_true(axis_place(&linear, 1) == 0 && axis_place(&linear, 1000) == 1);
    assert_true(axis_place(&by_log, 1) == 0 && fabs(axis_place(&by_log, 10) - 0.5) < 1e-12);
    assert_true(axis_place(&by_log, 0) == 0 && axis_place(&by_log, 1e9) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_are_round_and_lie_on_the_axis),
        cmocka_unit_test(places_go_from_end_to_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
