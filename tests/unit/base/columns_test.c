// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/columns.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void counts_characters_by_their_width(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t columns;
    } cases[] = {
        {"", 0},
        {"sort[size=64]", 13},
        {"gr\xC3\xB6\xC3\x9F"
         "e",
         5},                             /* umlauts */
        {"e\xCC\x81t\xC3\xA9", 3},       /* a combining accent */
        {"\xE6\x97\xA5\xE6\x9C\xAC", 4}, /* two ideographs */
        {"\xF0\x9F\x98\x80!", 3},        /* an emoji */
        {"\xE2\x80\xA6", 1},             /* an ellipsis */
        {"\xFF\xC3(\xE2\x80", 5},        /* not UTF-8: a column for each byte */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(base_columns(base_str(cases[i].text)), cases[i].columns);
    }
    assert_int_equal(base_columns((struct str){NULL, 0}), 0);
}

static void cuts_between_characters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t columns;
        const char *head, *tail;
    } cases[] = {
        {"abcdef", 3, "abc", "def"},
        {"abcdef", 0, "", ""},
        {"abcdef", 9, "abcdef", "abcdef"},
        {"\xE6\x97\xA5\xE6\x9C\xAC", 3, "\xE6\x97\xA5", "\xE6\x9C\xAC"}, /* half of a wide one does not exist */
        {"xe\xCC\x81", 1, "x", "e\xCC\x81"},
        {"e\xCC\x81x", 1, "e\xCC\x81", "x"},
        {"", 3, "", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str text = base_str(cases[i].text);
        assert_true(base_str_equal(base_columns_head(text, cases[i].columns), base_str(cases[i].head)));
        assert_true(base_str_equal(base_columns_tail(text, cases[i].columns), base_str(cases[i].tail)));
    }
}

/* Whatever is cut, both parts are of the text and no wider than allowed. */
static void never_reads_beyond_the_end(void **state)
{
    (void)state;
    static const char text[] = "a\xC3\xB6\xE6\x97\xA5\xF0\x9F\x98\x80\xCC";
    for (size_t len = 0; len < sizeof(text); len++) {
        struct str part = {text, len};
        for (size_t columns = 0; columns <= 12; columns++) {
            assert_true(base_columns(base_columns_head(part, columns)) <= columns);
            assert_true(base_columns(base_columns_tail(part, columns)) <= columns);
        }
        assert_true(base_columns(part) <= len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_characters_by_their_width),
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(never_reads_beyond_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
