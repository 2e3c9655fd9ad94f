// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "base/json.h"

/* Whatever is asked of a value, by which a sanitizer sees a byte too far. */
static size_t ask_all(struct json_value value)
{
    char text[32];
    size_t found = 1, len = base_json_text(value, text, sizeof(text));
    assert_true(strlen(text) <= len);
    assert_false(base_json_equals(value, "no such text"));
    (void)base_json_number(value);
    (void)base_json_is_true(value);
    for (struct json_value at = base_json_first(value); at.json; at = base_json_next(value, at)) {
        found += ask_all(at);
        if (base_json_type(value) == JSON_IS_OBJECT) {
            assert_int_equal(base_json_type(base_json_key(at)), JSON_IS_STRING);
        }
    }
    return found;
}

static char *copy_of(struct str text)
{
    char *copy = malloc(text.len > 0 ? text.len : 1);
    assert_non_null(copy);
    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    return copy;
}

/* So many bytes more each time, at another place. */
static enum json_outcome read_in_pieces(struct str text, size_t step, struct json_flaw *out_flaw, size_t *out_values)
{
    struct json_reader reader = {0};
    struct json json;
    for (size_t len = 0; len < text.len; len += step) {
        char *copy = copy_of((struct str){text.ptr, len});
        (void)base_json_feed(&reader, (struct str){copy, len});
        free(copy);
    }
    char *copy = copy_of(text);
    enum json_outcome outcome = base_json_finish(&reader, (struct str){copy, text.len}, &json, out_flaw);
    if (outcome == JSON_READ) {
        *out_values = ask_all(base_json_root(&json));
        base_json_deinit(&json);
    }
    free(copy);
    return outcome;
}

/* Reads a copy that ends with its memory, behind which a sanitizer looks, and it is the same in pieces. */
static enum json_outcome read_copy(struct str text, struct json_flaw *out_flaw, size_t *out_values)
{
    char *copy = copy_of(text);
    struct json json;
    enum json_outcome outcome = base_json_read((struct str){copy, text.len}, &json, out_flaw);
    if (outcome == JSON_READ) {
        *out_values = ask_all(base_json_root(&json));
        base_json_deinit(&json);
    }
    free(copy);
    for (size_t step = 1; step < 12; step += 5) {
        struct json_flaw flaw = {0};
        size_t values = 0;
        assert_int_equal(read_in_pieces(text, step, &flaw, &values), outcome);
        if (outcome == JSON_READ) {
            assert_int_equal(values, *out_values);
        } else {
            assert_string_equal(flaw.what, out_flaw->what);
            assert_int_equal(flaw.line, out_flaw->line);
        }
    }
    return outcome;
}

static void takes_what_the_standard_allows_and_what_python_adds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t values;
    } cases[] = {
        {"{}", 1},
        {" \t\r\n[ ] \n", 1},
        {"[[],{},[[]]]", 5},
        {"{\"a\":1,\"b\":[2,3],\"c\":{\"d\":null}}", 7},
        {"[0,-0,-0.0,12,1.5,1e5,1E+5,1e-5,-1.25e-07]", 10},
        {"[true,false,null]", 4},
        {"[NaN,Infinity,-Infinity]", 4},
        {"[\"\",\"a\",\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\",\"\xC3\xA9\xF0\x9F\x98\x80\x7F\"]", 5},
        {"[\"\\ud83d\\ude00\",\"\\udc80\",\"\\ud800\",\"\\u0000\"]", 5},
        {"{\"\":0,\"\":1}", 3},
        {"[          1          ,                    2]", 3},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json_flaw flaw = {0};
        size_t values = 0;
        if (read_copy(base_str(cases[i].text), &flaw, &values) != JSON_READ) {
            fail_msg("%s: %s", cases[i].text, flaw.what);
        }
        assert_int_equal(values, cases[i].values);
        for (size_t len = 0; len < base_str_trim(base_str(cases[i].text)).len; len++) { /* no beginning is whole */
            assert_int_equal(read_copy((struct str){cases[i].text, len}, &flaw, &values), JSON_BAD_TEXT);
        }
    }
}

static void refuses_all_else_and_says_what_and_where(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        size_t line;
        const char *what;
    } cases[] = {
        {{"", 0}, 1, "it begins with no { or ["},
        {{"7", 1}, 1, "it begins with no { or ["},
        {{"null", 4}, 1, "it begins with no { or ["},
        {{"\xEF\xBB\xBF{}", 5}, 1, "it begins with no { or ["},
        {{"{}\nx", 4}, 2, "something stands behind its end"},
        {{"[]\0", 3}, 1, "something stands behind its end"},
        {{"[]]", 3}, 1, "something stands behind its end"},
        {{"[\n1 2]", 6}, 2, "a ',' or ']' is missing"},
        {{"[1}", 3}, 1, "a ',' or ']' is missing"},
        {{"[1,]", 4}, 1, "a value is missing"},
        {{"[,1]", 4}, 1, "a value is missing"},
        {{"[nul]", 5}, 1, "a value is missing"},
        {{"[+1]", 4}, 1, "a value is missing"},
        {{"[.5]", 4}, 1, "a value is missing"},
        {{"[-]", 3}, 1, "a '-' has no number"},
        {{"[-NaN]", 6}, 1, "a '-' has no number"},
        {{"[1.]", 4}, 1, "a number ends with its point"},
        {{"[1e]", 4}, 1, "a number ends within its exponent"},
        {{"[01]", 4}, 1, "a ',' or ']' is missing"},
        {{"[0x1]", 5}, 1, "a ',' or ']' is missing"},
        {{"{\"a\":1 \"b\":2}", 13}, 1, "a ',' or '}' is missing"},
        {{"{\"a\":1,}", 8}, 1, "a key is missing"},
        {{"{a:1}", 5}, 1, "a key is missing"},
        {{"{\"a\" 1}", 7}, 1, "a ':' is missing"},
        {{"{\"a\":}", 6}, 1, "a value is missing"},
        {{"[\"a]", 4}, 1, "it ends too early"},
        {{"{\"a\":\n1, ", 9}, 2, "it ends too early"},
        {{"[1.", 3}, 1, "it ends too early"},
        {{"[\"\\x\"]", 6}, 1, "a \\ in a string escapes nothing"},
        {{"[\"\\u12g4\"]", 10}, 1, "a \\ in a string escapes nothing"},
        {{"[\"\\", 3}, 1, "a \\ in a string escapes nothing"},
        {{"[\"a\nb\"]", 7}, 1, "a control character stands in a string"},
        {{"[\"a\0b\"]", 7}, 1, "a control character stands in a string"},
        {{"[\"\xFF\"]", 5}, 1, "a string is not UTF-8"},
        {{"[\"\xED\xA0\x80\"]", 7}, 1, "a string is not UTF-8"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json_flaw flaw = {0};
        size_t values = 0;
        assert_int_equal(read_copy(cases[i].text, &flaw, &values), JSON_BAD_TEXT);
        assert_string_equal(flaw.what, cases[i].what);
        assert_int_equal(flaw.line, cases[i].line);
    }
}

static struct json read_good(const char *text)
{
    struct json json;
    struct json_flaw flaw;
    assert_int_equal(base_json_read(base_str(text), &json, &flaw), JSON_READ);
    return json;
}

/* Long strings are looked at many bytes at once, and what ends one may stand anywhere among them. */
static void what_ends_a_string_is_found_at_every_place(void **state)
{
    (void)state;
    enum { LONGEST = 200 };
    static const struct {
        struct str text;
        const char *flaw; /* NULL: none */
    } cases[] = {
        {{"\"", 1}, "a ',' or ']' is missing"},
        {{"\x1f", 1}, "a control character stands in a string"},
        {{"\0", 1}, "a control character stands in a string"},
        {{"\x80", 1}, "a string is not UTF-8"},
        {{"\xff", 1}, "a string is not UTF-8"},
        {{"\\x", 2}, "a \\ in a string escapes nothing"},
        {{"\\\"", 2}, NULL},
        {{"\xc3\xa4", 2}, NULL},
        {{"\x7f", 1}, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t at = 0; at < LONGEST; at++) {
            struct json_flaw flaw = {0};
            size_t values = 0;
            struct str part = cases[i].text;
            char *text = malloc(LONGEST + 6);
            assert_non_null(text);
            memset(text, 'x', LONGEST + 6);
            memcpy(text, "[\"", 2);
            memcpy(text + 2 + at, part.ptr, part.len);
            memcpy(text + LONGEST + 4, "\"]", 2);
            enum json_outcome outcome = read_copy((struct str){text, LONGEST + 6}, &flaw, &values);
            assert_int_equal(outcome, cases[i].flaw ? JSON_BAD_TEXT : JSON_READ);
            assert_true(!cases[i].flaw || strcmp(flaw.what, cases[i].flaw) == 0);
            free(text);
        }
    }
}

static void nests_so_deep_and_no_deeper(void **state)
{
    (void)state;
    static char text[2 * BASE_JSON_MAX_DEPTH + 3];
    memset(text, '[', BASE_JSON_MAX_DEPTH);
    memset(text + BASE_JSON_MAX_DEPTH, ']', BASE_JSON_MAX_DEPTH);
    struct json json = read_good(text);
    size_t depth = 0;
    for (struct json_value at = base_json_root(&json); at.json; at = base_json_first(at)) {
        depth++;
    }
    assert_int_equal(depth, BASE_JSON_MAX_DEPTH);
    base_json_deinit(&json);

    struct json_flaw flaw;
    memset(text, '[', BASE_JSON_MAX_DEPTH + 1);
    assert_int_equal(base_json_read(base_str(text), &json, &flaw), JSON_BAD_TEXT);
    assert_string_equal(flaw.what, "too many brackets stand within each other");
}

static void members_are_found_by_key_and_the_last_counts(void **state)
{
    (void)state;
    struct json json = read_good("{\"a\": {\"b\": 1}, \"ab\": 2, "
                                 "\"\\u0061c\": 3, \"b\": 4, \"b\": 5, \"\": 6, \"n\\u0000\": 7}");
    struct json_value root = base_json_root(&json);
    static const struct {
        const char *key;
        double wanted;
    } cases[] = {{"ab", 2}, {"ac", 3}, {"b", 5}, {"", 6}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(base_json_number(base_json_member(root, cases[i].key)) == cases[i].wanted);
    }
    assert_int_equal(base_json_type(base_json_member(root, "a")), JSON_IS_OBJECT);
    assert_null(base_json_member(root, "c").json);
    assert_null(base_json_member(root, "abc").json);
    assert_null(base_json_member(root, "n").json);
    assert_null(base_json_member(base_json_member(root, "ab"), "a").json);
    assert_null(base_json_member((struct json_value){NULL, 0}, "a").json);
    assert_int_equal(base_json_count(root), 7);
    assert_int_equal(base_json_count(base_json_member(root, "ab")), 0);
    base_json_deinit(&json);
}

static void several_members_are_those_that_are_found_one_by_one(void **state)
{
    (void)state;
    static const struct str keys[] = {{"ab", 2}, {"c", 1},         {"b", 1}, {"", 0},
                                      {"ac", 2}, {"\xC3\xA4", 2}, {"a", 1}, {"n", 1}};
    enum { COUNT = sizeof(keys) / sizeof(keys[0]) };
    struct json json = read_good("{\"a\": {\"b\": 1}, \"ab\": 2, \"\\u0061c\": 3, \"b\": 4, \"b\": 5, \"\": 6, "
                                 "\"\xC3\xA4\": 7, \"n\\u0000\": 8, \"a longer key than the others\": 9}");
    struct json_value root = base_json_root(&json), values[COUNT];
    base_json_members(root, keys, COUNT, values);
    for (size_t i = 0; i < COUNT; i++) {
        struct json_value alone = base_json_member(root, keys[i].ptr);
        assert_ptr_equal(values[i].json, alone.json);
        assert_int_equal(values[i].node, alone.node);
    }
    assert_true(base_json_number(values[5]) == 7);
    base_json_members(values[0], keys, COUNT, values);
    assert_null(values[0].json);
    assert_null(values[COUNT - 1].json);
    base_json_deinit(&json);
}

static void text_is_decoded_and_cut_to_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        struct str wanted;
    } cases[] = {
        {"[\"\"]", {"", 0}},
        {"[\"plain\"]", {"plain", 5}},
        {"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", {"\"\\/\b\f\n\r\t", 8}},
        {"[\"\\u00e9\\u20AC\\ud83d\\ude00\"]", {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 9}},
        {"[\"a\\u0000b\"]", {"a\0b", 3}},
        {"[\"caf\\udce9\"]", {"caf\xE9", 4}}, /* a byte of Python's surrogateescape */
        {"[\"\\ud800\"]", {"\xEF\xBF\xBD", 3}},
        {"[\"\\ud800\\u0041\"]", {"\xEF\xBF\xBD" "A", 4}},
        {"[\"\\ud800\\ud800\"]", {"\xEF\xBF\xBD\xEF\xBF\xBD", 6}},
        {"[\"\\udfff\"]", {"\xEF\xBF\xBD", 3}},
        {"[\"\\ud83d\\n\"]", {"\xEF\xBF\xBD\n", 4}},
        {"[7]", {"", 0}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json json = read_good(cases[i].json);
        struct json_value value = base_json_first(base_json_root(&json));
        for (size_t size = 0; size <= cases[i].wanted.len + 2; size++) {
            char out[32] = "untouched";
            assert_int_equal(base_json_text(value, size > 0 ? out : NULL, size), cases[i].wanted.len);
            size_t len = size == 0 ? 0 : size - 1 < cases[i].wanted.len ? size - 1 : cases[i].wanted.len;
            assert_memory_equal(out, size > 0 ? cases[i].wanted.ptr : "untouched", len);
            assert_int_equal(out[len], size > 0 ? '\0' : 'u');
        }
        bool is_whole = strlen(cases[i].wanted.ptr) == cases[i].wanted.len && base_json_type(value) == JSON_IS_STRING;
        assert_int_equal(base_json_equals(value, cases[i].wanted.ptr), is_whole);
        assert_false(base_json_equals(value, "plai"));
        assert_false(base_json_equals(value, "plainer"));
        base_json_deinit(&json);
    }
}

static void numbers_words_and_what_is_not_there(void **state)
{
    (void)state;
    struct json json = read_good("[-1.25e-07, NaN, -Infinity, Infinity, 1e999, true, false, null, \"1\"]");
    struct json_value root = base_json_root(&json), at = base_json_first(root);
    static const double wanted[] = {-1.25e-07, NAN, -INFINITY, INFINITY, INFINITY, NAN, NAN, NAN, NAN};
    static const enum json_type types[] = {JSON_IS_NUMBER, JSON_IS_NUMBER, JSON_IS_NUMBER, JSON_IS_NUMBER,
                                           JSON_IS_NUMBER, JSON_IS_BOOL, JSON_IS_BOOL, JSON_IS_NULL, JSON_IS_STRING};
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++, at = base_json_next(root, at)) {
        double number = base_json_number(at);
        assert_true(isnan(wanted[i]) ? isnan(number) : number == wanted[i]);
        assert_int_equal(base_json_type(at), types[i]);
        assert_int_equal(base_json_is_true(at), i == 5);
    }
    assert_null(at.json);
    assert_int_equal(base_json_type(at), JSON_IS_ABSENT);
    assert_null(base_json_first(at).json);
    assert_true(isnan(base_json_number(at)));
    base_json_deinit(&json);
}

static void digits_of_a_number_are_as_they_stand(void **state)
{
    (void)state;
    static const char *const numbers[] = {"0", "-1.50e-07", "2E+9", "NaN", "-Infinity", "12345678901234567890"};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        char text[64];
        struct json json;
        struct json_flaw flaw;
        (void)snprintf(text, sizeof(text), i % 2 == 0 ? "[%s]" : "{\"a\":%s ,\"b\":[]}", numbers[i]); /* has room */
        assert_int_equal(base_json_read(base_str(text), &json, &flaw), JSON_READ);
        struct json_value value = base_json_first(base_json_root(&json));
        assert_true(base_str_equal(base_json_number_text(value), base_str(numbers[i])));
        assert_int_equal(base_json_number_text(base_json_root(&json)).len, 0);
        base_json_deinit(&json);
    }
}

static void every_value_is_given_as_it_stands(void **state)
{
    (void)state;
    static const char *const values[] = {
        "null", "true", "-1.5e3", "\"a\\\"]}\\\\\"", "[]", "{}", "[1,{\"]\":[\"}\"]} ]", "{ \"a\\u0022}\" : [[], {}] }",
        "\"\"", "\"\\\\\"", "\"\\\"\"", "\"\\\\\\\"\\\\\"", "\"\\\"\\\"]\"", "[[1, 2], [[{ } ] ] ]",
        "{\"a\":{\"b\":\"\\\\\"}}",
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char text[128];
        struct json json;
        struct json_flaw flaw;
        (void)snprintf(text, sizeof(text), "[%s%s, %s]", i % 2 == 0 ? " " : "", values[i], values[i]); /* has room */
        assert_int_equal(base_json_read(base_str(text), &json, &flaw), JSON_READ);
        struct json_value root = base_json_root(&json), first = base_json_first(root);
        assert_true(base_str_equal(base_json_raw(first), base_str(values[i])));
        assert_true(base_str_equal(base_json_raw(base_json_next(root, first)), base_str(values[i])));
        assert_true(base_str_equal(base_json_raw(root), base_str(text)));
        assert_int_equal(base_json_raw(base_json_member(root, "a")).len, 0);
        base_json_deinit(&json);
    }
}

static void a_reader_says_at_once_what_will_never_be_good(void **state)
{
    (void)state;
    struct json_reader reader = {0};
    struct json json;
    struct json_flaw flaw;
    assert_true(base_json_feed(&reader, STR("{\"a\": [1, nu")));
    assert_true(base_json_feed(&reader, STR("{\"a\": [1, null]}  ")));
    assert_int_equal(base_json_finish(&reader, STR("{\"a\": [1, null]}"), &json, &flaw), JSON_READ);
    assert_int_equal(base_json_count(base_json_member(base_json_root(&json), "a")), 2);
    base_json_deinit(&json);
    assert_true(base_json_feed(&reader, STR("[1, ")));
    assert_false(base_json_feed(&reader, STR("[1, } and so on")));
    assert_false(base_json_feed(&reader, STR("[1, } and so on, and on")));
    assert_int_equal(base_json_finish(&reader, STR("[1, }"), &json, &flaw), JSON_BAD_TEXT);
    assert_string_equal(flaw.what, "a value is missing");
    assert_true(base_json_feed(&reader, STR("[1, ")));
    base_json_reader_deinit(&reader);
    alloc_fault_after(1);
    assert_false(base_json_feed(&reader, STR("[1, ")));
    assert_true(alloc_fault_happened());
    assert_int_equal(base_json_finish(&reader, STR("[1, 2]"), &json, &flaw), JSON_READ);
    base_json_deinit(&json);
}

static void survives_every_lack_of_memory(void **state)
{
    (void)state;
    char text[302] = "["; /* of more values than there is room for at first */
    for (size_t i = 1; i < 299; i += 2) {
        memcpy(text + i, "1,", 2);
    }
    memcpy(text + 299, "1]", 3);
    struct json json;
    struct json_flaw flaw;
    size_t faults = 0;
    for (size_t n = 1;; n++, faults++) {
        alloc_fault_after(n);
        enum json_outcome outcome = base_json_read(base_str(text), &json, &flaw);
        if (!alloc_fault_happened()) {
            assert_int_equal(outcome, JSON_READ);
            break;
        }
        assert_int_equal(outcome, JSON_NO_MEMORY);
    }
    assert_true(faults > 1);
    base_json_deinit(&json);
    base_json_deinit(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_the_standard_allows_and_what_python_adds),
        cmocka_unit_test(refuses_all_else_and_says_what_and_where),
        cmocka_unit_test(what_ends_a_string_is_found_at_every_place),
        cmocka_unit_test(nests_so_deep_and_no_deeper),
        cmocka_unit_test(members_are_found_by_key_and_the_last_counts),
        cmocka_unit_test(several_members_are_those_that_are_found_one_by_one),
        cmocka_unit_test(text_is_decoded_and_cut_to_its_place),
        cmocka_unit_test(numbers_words_and_what_is_not_there),
        cmocka_unit_test(digits_of_a_number_are_as_they_stand),
        cmocka_unit_test(every_value_is_given_as_it_stands),
        cmocka_unit_test(a_reader_says_at_once_what_will_never_be_good),
        cmocka_unit_test(survives_every_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
