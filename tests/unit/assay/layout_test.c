// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cmd/assay/layout.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* min, median, mean, stddev, rounds, measured: ten columns each with its gap. */
static const struct layout_column example[] = {
    {8, LAYOUT_KEEP, false}, {8, LAYOUT_KEEP - 1, false}, {8, LAYOUT_LITTLE, false}, {8, 2, false},
    {8, 1, false},           {8, LAYOUT_KEEP - 2, false},
};

static void leaves_out_what_is_worth_least_first(void **state)
{
    (void)state;
    static const struct {
        size_t limit;
        const char *shown; /* x a column, . left out */
        size_t name_width;
        bool has_remarks_below;
    } cases[] = {
        {0, "xxxxxx", 30, false},                                                          /* no limit */
        {122, "xxxxxx", 30, false},                                                        /* 30 + 60 + 2 + 30 */
        {121, "xxxx.x", 30, false}, {102, "xxx..x", 30, false}, {101, "xxxxxx", 30, true}, /* remarks below make room
                                                                                              for all again */
        {89, "xxxx.x", 30, true},   {70, "xxx..x", 30, true},   {69, "xxx..x", 29, true}, /* names stay readable down to
                                                                                             two fifths of the width */
        {65, "xx...x", 30, true},   {59, "xx...x", 29, true},   {40, "xx....", 20, true},  {30, "x.....", 20, true},
        {12, "x.....", 8, true}, /* too narrow for anything */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct layout_column columns[COUNT_OF(example)];
        memcpy(columns, example, sizeof(columns));
        struct layout layout = layout_fit(columns, COUNT_OF(columns), 30, 30, cases[i].limit);
        char shown[COUNT_OF(example) + 1] = "";
        for (size_t at = 0; at < COUNT_OF(columns); at++) {
            shown[at] = columns[at].is_left_out ? '.' : 'x';
        }
        print_message("%zu: %s, names of %zu\n", cases[i].limit, shown, layout.name_width);
        assert_string_equal(shown, cases[i].shown);
        assert_int_equal(layout.name_width, cases[i].name_width);
        assert_int_equal(layout.has_remarks_below, cases[i].has_remarks_below);
    }
}

static void fits_whenever_it_can(void **state)
{
    (void)state;
    for (size_t limit = 18; limit < 130; limit++) {
        for (size_t remarks = 0; remarks < 40; remarks += 13) {
            struct layout_column columns[COUNT_OF(example)];
            memcpy(columns, example, sizeof(columns));
            struct layout layout = layout_fit(columns, COUNT_OF(columns), 33, remarks, limit);
            size_t width = layout.name_width + (remarks > 0 && !layout.has_remarks_below ? LAYOUT_GAP + remarks : 0);
            for (size_t at = 0; at < COUNT_OF(columns); at++) {
                width += columns[at].is_left_out ? 0 : LAYOUT_GAP + columns[at].width;
            }
            assert_true(width <= limit);
            assert_false(layout.has_remarks_below && remarks == 0);
        }
    }
}

static void what_was_chosen_stays(void **state)
{
    (void)state;
    struct layout_column columns[] = {{8, LAYOUT_KEEP, false}, {8, LAYOUT_KEEP, true}};
    struct layout layout = layout_fit(columns, COUNT_OF(columns), 30, 0, 25);
    assert_false(columns[0].is_left_out || columns[1].is_left_out);
    assert_int_equal(layout.name_width, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_out_what_is_worth_least_first),
        cmocka_unit_test(fits_whenever_it_can),
        cmocka_unit_test(what_was_chosen_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
