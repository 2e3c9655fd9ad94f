// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/utf8.h"

static void knows_characters_of_every_length(void **state)
{
    (void)state;
    assert_int_equal(base_utf8_len(STR("a\xC3")), 1);
    assert_int_equal(base_utf8_len(STR("\xC3\xBC.")), 2);
    assert_int_equal(base_utf8_len(STR("\xE2\x82\xAC")), 3);
    assert_int_equal(base_utf8_len(STR("\xF0\x9F\x98\x80")), 4);
    assert_int_equal(base_utf8_len(STR("\xF4\x8F\xBF\xBF")), 4); /* U+10FFFF */
}

static void refuses_what_is_no_character(void **state)
{
    (void)state;
    static const struct str texts[] = {
        {"\x80", 1},         {"\xC3", 1},         {"\xC3(", 2},           {"\xC0\xAF", 2}, /* overlong */
        {"\xE0\x9F\xBF", 3}, {"\xED\xA0\x80", 3}, /* a surrogate */       {"\xE2\x82", 2},
        {"\xF0\x8F\xBF\xBF", 4}, {"\xF4\x90\x80\x80", 4}, /* too high */  {"\xF5\x80\x80\x80", 4}, {"\xF0\x9F\x98", 3},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(base_utf8_len(texts[i]), 0);
    }
}

static void a_text_is_valid_if_all_of_it_is(void **state)
{
    (void)state;
    assert_true(base_utf8_is_valid(STR("")));
    assert_true(base_utf8_is_valid(STR("a\xC3\xBC\xF0\x9F\x98\x80")));
    assert_false(base_utf8_is_valid(STR("a\xC3\xBC\xF0\x9F\x98")));
    assert_false(base_utf8_is_valid(STR("\xFFz")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_characters_of_every_length),
        cmocka_unit_test(refuses_what_is_no_character),
        cmocka_unit_test(a_text_is_valid_if_all_of_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
