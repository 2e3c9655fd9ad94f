// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "cmd/sparkline.h"

static void assert_drawn(const double *numbers, size_t count, size_t columns, bool is_utf8, const char *wanted)
{
    struct buf line;
    base_buf_init(&line, 1000);
    sparkline_add(&line, numbers, count, columns, is_utf8);
    assert_string_equal(base_buf_cstr(&line), wanted);
    base_buf_deinit(&line);
}

static void bars_are_in_proportion(void **state)
{
    (void)state;
    const double numbers[] = {1, 2, 3, 4, 5, 6, 7, 8};
    assert_drawn(numbers, 8, 60, true,
                 "\xE2\x96\x81\xE2\x96\x82\xE2\x96\x83\xE2\x96\x84\xE2\x96\x85\xE2\x96\x86\xE2\x96\x87\xE2\x96\x88");
    assert_drawn(numbers, 8, 60, false, "_.-~=+*#");
    assert_drawn((const double[]){1e-9, 3e-9, 2e-9}, 3, 60, false, "_#=");
    assert_drawn((const double[]){-1, 1}, 2, 60, false, "_#");
}

static void what_hardly_differs_is_flat(void **state)
{
    (void)state;
    assert_drawn((const double[]){100, 100.9, 100}, 3, 60, false, "___");
    assert_drawn((const double[]){100, 101.1, 100}, 3, 60, false, "_#_");
    assert_drawn((const double[]){0, 0}, 2, 60, false, "__");
    assert_drawn((const double[]){7}, 1, 60, false, "_");
    assert_drawn(NULL, 0, 60, false, "");
}

static void what_is_no_number_is_a_blank(void **state)
{
    (void)state;
    assert_drawn((const double[]){1, NAN, 2, INFINITY, 1.5}, 5, 60, false, "_ # =");
    assert_drawn((const double[]){NAN, NAN}, 2, 60, false, "  ");
}

static void of_too_many_the_last_are_shown(void **state)
{
    (void)state;
    assert_drawn((const double[]){1000, 1, 2, 3}, 4, 3, false, "_=#");
    assert_drawn((const double[]){1, 2}, 2, 0, false, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_are_in_proportion),
        cmocka_unit_test(what_hardly_differs_is_flat),
        cmocka_unit_test(what_is_no_number_is_a_blank),
        cmocka_unit_test(of_too_many_the_last_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
