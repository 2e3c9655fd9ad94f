// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/assay/chosen.h"
#include "cmd/complain.h"

const char program_name[] = "chosen_test";

static void a_word_names_a_benchmark_in_several_ways(void **state)
{
    (void)state;
    static const struct {
        const char *word, *fullname;
        bool matches;
    } cases[] = {
        {"b.c::parse", "b.c::parse", true},
        {"parse", "b.c::parse", true},
        {"parse", "b.c::parse_small", false},
        {"parse", "b.c::parse[size=64]", true},
        {"parse[size=64]", "b.c::parse[size=64]", true},
        {"parse[size=6]", "b.c::parse[size=64]", false},
        {"b.c::parse[size=64]", "b.c::parse[size=64]", true},
        {"a.c::parse", "b.c::parse", false},
        {"parse*", "b.c::parse_small", true},
        {"b.c::*", "b.c::parse_small", true},
        {"*", "b.c::parse_small", true},
        {"?.c::parse", "b.c::parse", true},
        {"Parse", "b.c::parse", false},
        {"test_x", "test_x", true},
        {"", "b.c::parse", false},
        {"b.c::", "b.c::", true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (chosen_matches(cases[i].word, cases[i].fullname) != cases[i].matches) {
            fail_msg("'%s' and '%s'", cases[i].word, cases[i].fullname);
        }
    }
}

static void no_words_name_all(void **state)
{
    (void)state;
    static const char *const words[] = {"a", "b"};
    assert_true(chosen_is(NULL, 0, "x::y"));
    assert_true(chosen_is(words, 2, "x::b"));
    assert_false(chosen_is(words, 2, "x::c"));
}

static void every_word_must_name_one_and_be_clear(void **state)
{
    (void)state;
    static const char *const names[] = {"a.c::x", "a.c::y[n=1]", "a.c::y[n=2]", "b.c::x"};
    static const struct {
        const char *words[2];
        size_t count;
        bool good;
    } cases[] = {
        {{"a.c::x"}, 1, true}, {{"y"}, 1, true},          {{"x"}, 1, false}, {{"x*"}, 1, true},
        {{"z"}, 1, false},     {{"a.c::x", "z"}, 2, false}, {{NULL}, 0, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(chosen_check(cases[i].words, cases[i].count, names, 4, "the test") == cases[i].good);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_names_a_benchmark_in_several_ways),
        cmocka_unit_test(no_words_name_all),
        cmocka_unit_test(every_word_must_name_one_and_be_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
