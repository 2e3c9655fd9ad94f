// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct str nothing = {NULL, 0};

static void a_literal_knows_its_length_and_a_string_is_measured(void **state)
{
    (void)state;
    assert_int_equal(STR("").len, 0);
    assert_int_equal(STR("a\0b").len, 3);
    assert_int_equal(base_str("abc").len, 3);
    assert_int_equal(base_str("").len, 0);
    assert_int_equal(base_str(NULL).len, 0);
    assert_null(base_str(NULL).ptr);
}

static void the_length_to_print_is_cut_at_what_printf_takes(void **state)
{
    (void)state;
    assert_int_equal(base_str_print_len(STR("abc")), 3);
    assert_int_equal(base_str_print_len((struct str){"", (size_t)INT_MAX}), INT_MAX);
    assert_int_equal(base_str_print_len((struct str){"", (size_t)INT_MAX + 1}), INT_MAX);
    assert_int_equal(base_str_print_len((struct str){"", SIZE_MAX}), INT_MAX);
}

static void compares_bytes_whole_at_the_start_and_at_the_end(void **state)
{
    (void)state;
    static const struct {
        struct str text, part;
        bool equal, starts, ends;
    } cases[] = {
        {{"", 0}, {"", 0}, true, true, true},
        {{NULL, 0}, {"", 0}, true, true, true},
        {{NULL, 0}, {NULL, 0}, true, true, true},
        {{NULL, 0}, {"a", 1}, false, false, false},
        {{"a", 1}, {NULL, 0}, false, true, true},
        {{"abc", 3}, {"abc", 3}, true, true, true},
        {{"abc", 3}, {"abC", 3}, false, false, false},
        {{"abc", 3}, {"ab", 2}, false, true, false},
        {{"abc", 3}, {"bc", 2}, false, false, true},
        {{"abc", 3}, {"abcd", 4}, false, false, false},
        {{"a\0b", 3}, {"a\0c", 3}, false, false, false},
        {{"a\0b", 3}, {"\0b", 2}, false, false, true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(base_str_equal(cases[i].text, cases[i].part), cases[i].equal);
        assert_int_equal(base_str_equal(cases[i].part, cases[i].text), cases[i].equal);
        assert_int_equal(base_str_starts_with(cases[i].text, cases[i].part), cases[i].starts);
        assert_int_equal(base_str_ends_with(cases[i].text, cases[i].part), cases[i].ends);
    }
}

static void finds_a_part_in_either_case(void **state)
{
    (void)state;
    static const struct {
        struct str text, part;
        bool found;
    } cases[] = {
        {{"", 0}, {"", 0}, true},
        {{NULL, 0}, {NULL, 0}, true},
        {{NULL, 0}, {"a", 1}, false},
        {{"abc", 3}, {NULL, 0}, true},
        {{"Cpu Model", 9}, {"MODEL", 5}, true},
        {{"Cpu Model", 9}, {"cpu", 3}, true},
        {{"Cpu Model", 9}, {"models", 6}, false},
        {{"aaab", 4}, {"AAB", 3}, true},
        {{"@[`{", 4}, {"`{@[", 4}, false},
        {{"@", 1}, {"`", 1}, false}, /* one bit from each other, as A and a are */
        {{"\xc3\x84", 2}, {"\xc3\xa4", 2}, false},
        {{"x\xc3\x84", 3}, {"X\xc3\x84", 3}, true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(base_str_contains_ignoring_case(cases[i].text, cases[i].part), cases[i].found);
    }
}

static void trims_blanks_of_both_ends_only(void **state)
{
    (void)state;
    static const struct {
        const char *text, *trimmed;
    } cases[] = {
        {"", ""},
        {" \t\r\n", ""},
        {"a", "a"},
        {" a b\t", "a b"},
        {"\r\na\n", "a"},
        {"\va\f", "\va\f"}, /* vertical tab and form feed stay */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_true(base_str_equal(base_str_trim(base_str(cases[i].text)), base_str(cases[i].trimmed)));
    }
    assert_int_equal(base_str_trim(nothing).len, 0);
}

static void cuts_at_the_first_separator(void **state)
{
    (void)state;
    struct str rest;
    assert_true(base_str_equal(base_str_cut(STR("a=b=c"), '=', &rest), STR("a")));
    assert_true(base_str_equal(rest, STR("b=c")));

    assert_true(base_str_equal(base_str_cut(STR("=b"), '=', &rest), STR("")));
    assert_true(base_str_equal(rest, STR("b")));

    assert_true(base_str_equal(base_str_cut(STR("a="), '=', &rest), STR("a")));
    assert_int_equal(rest.len, 0);
    assert_non_null(rest.ptr);

    assert_true(base_str_equal(base_str_cut(STR("a"), '=', &rest), STR("a")));
    assert_null(rest.ptr);
    assert_int_equal(rest.len, 0);

    assert_int_equal(base_str_cut(nothing, '=', &rest).len, 0);
    assert_null(rest.ptr);
}

static void a_loop_over_fields_sees_every_one_even_an_empty_last(void **state)
{
    (void)state;
    static const char *const wanted[] = {"one", "", "three", ""};
    struct str rest = STR("one,,three,");
    size_t count = 0;
    while (rest.ptr) {
        struct str field = base_str_cut(rest, ',', &rest);
        assert_true(count < COUNT_OF(wanted));
        assert_true(base_str_equal(field, base_str(wanted[count])));
        count++;
    }
    assert_int_equal(count, COUNT_OF(wanted));
}

static void matches_shell_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *text, *pattern;
        bool matches;
    } cases[] = {
        {"", "", true},
        {"", "*", true},
        {"", "***", true},
        {"", "?", false},
        {"", "[a]", false},
        {"a", "", false},
        {"a", "a", true},
        {"a", "A", false},
        {"a", "aa", false},
        {"aa", "a", false},
        {"a", "?", true},
        {"ab", "?", false},
        {"ab", "??", true},
        {"abc", "*", true},
        {"abc", "a*", true},
        {"abc", "*c", true},
        {"abc", "*b*", true},
        {"abc", "a*c", true},
        {"abc", "a*b", false},
        {"abc", "*?*?*?*", true},
        {"abc", "*?*?*?*?*", false},
        {"aab", "*ab", true},       /* the star gives back what it took too much of */
        {"ababac", "*abac", true},
        {"mississippi", "m*iss*ip*i", true},
        {"mississippi", "m*iss*iss*iss*", false},
        {"bench_a.c::crc", "bench_?.c::*", true},
        {"b", "[abc]", true},
        {"d", "[abc]", false},
        {"b", "[a-c]", true},
        {"-", "[a-c]", false},
        {"-", "[a-]", true},        /* a dash at an end is a dash */
        {"-", "[-a]", true},
        {"a", "[a-]", true},
        {"q", "[a-cp-r]", true},
        {"s", "[a-cp-r]", false},
        {"b", "[c-a]", false},      /* a range backwards holds nothing */
        {"[", "[", true},           /* without its end it stands for itself */
        {"[ab", "[ab", true},
        {"a", "[ab", false},
        {"]", "]", true},
        {"a", "[]", false},         /* a set of nothing */
        {"x7y", "x[0-9]y", true},
        {"x77y", "x[0-9]*y", true},
        {"a*b", "a[*]b", true},
        {"axb", "a[*]b", false},
        {"a?b", "a[?]b", true},
        {"[x]", "[[]x]", true},
        {"a\xe9", "a?", true},
        {"\xe9", "[\xe0-\xef]", true},
        {"\xe9", "[a-\xff]", true}, /* bytes above 127 come after those below */
        {"a", "[\x80-\xff]", false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool matches = base_str_matches(base_str(cases[i].text), base_str(cases[i].pattern));
        if (matches != cases[i].matches) {
            fail_msg("'%s' and '%s'", cases[i].text, cases[i].pattern);
        }
    }
    assert_true(base_str_matches(nothing, nothing));
    assert_true(base_str_matches(nothing, STR("*")));
    assert_false(base_str_matches(STR("a"), nothing));
    assert_true(base_str_matches(STR("a\0b"), STR("a?b")));
    assert_true(base_str_matches(STR("a\0b"), STR("a*b")));
}

/* Each suffix of a pattern against each suffix of a text, both in memory that
 * ends with them, so that the sanitizers see a byte too far. */
static void never_reads_behind_text_or_pattern(void **state)
{
    (void)state;
    static const char text[] = "[a-z]*?ab[c", pattern[] = "*[a-z]?*[[ab-]*[";
    for (size_t text_len = 0; text_len < sizeof(text); text_len++) {
        for (size_t pattern_len = 0; pattern_len < sizeof(pattern); pattern_len++) {
            char *own_text = malloc(text_len + (text_len == 0));
            char *own_pattern = malloc(pattern_len + (pattern_len == 0));
            assert_non_null(own_text);
            assert_non_null(own_pattern);
            memcpy(own_text, text, text_len);
            memcpy(own_pattern, pattern, pattern_len);
            (void)base_str_matches((struct str){own_text, text_len}, (struct str){own_pattern, pattern_len});
            free(own_text);
            free(own_pattern);
        }
    }
}

static void a_hostile_pattern_takes_no_exponential_time(void **state)
{
    (void)state;
    char text[4000], pattern[200];
    memset(text, 'a', sizeof(text));
    for (size_t i = 0; i < sizeof(pattern); i++) {
        pattern[i] = i % 2 == 0 ? '*' : 'a';
    }
    pattern[sizeof(pattern) - 1] = 'b';
    assert_false(base_str_matches((struct str){text, sizeof(text)}, (struct str){pattern, sizeof(pattern)}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_literal_knows_its_length_and_a_string_is_measured),
        cmocka_unit_test(the_length_to_print_is_cut_at_what_printf_takes),
        cmocka_unit_test(compares_bytes_whole_at_the_start_and_at_the_end),
        cmocka_unit_test(finds_a_part_in_either_case),
        cmocka_unit_test(trims_blanks_of_both_ends_only),
        cmocka_unit_test(cuts_at_the_first_separator),
        cmocka_unit_test(a_loop_over_fields_sees_every_one_even_an_empty_last),
        cmocka_unit_test(matches_shell_patterns),
        cmocka_unit_test(never_reads_behind_text_or_pattern),
        cmocka_unit_test(a_hostile_pattern_takes_no_exponential_time),
    };
    return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}
