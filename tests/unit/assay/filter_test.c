// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "assay/filter.h"

static void a_filter_means_what_it_says(void **state)
{
    (void)state;
    static const char name[] = "bench_parse.c::parse[size=64,kind=plain]", tags[] = "@slow @io";
    const struct assay_subject subject = {STR(name), STR(tags), STR("JSON (small) files")};
    static const struct {
        const char *filter;
        bool matches;
    } cases[] = {
        {NULL, true},
        {"parse", true},
        {"PARSE", true},
        {"sort", false},
        {"parse[size=64", true},
        {"size=64,kind=plain]", true},
        {"*::parse*", true},
        {"parse*", false},
        {"*size=6[0-4]*", true},
        {"*size=6[5-9]*", false},
        {"@slow", true},
        {"@io", true},
        {"@slo", false},
        {"@slow @io", true}, /* refused by assay_filter_is_valid(), below */
        {"not sort", true},
        {"not parse", false},
        {"not not parse", true},
        {"parse and sort", false},
        {"parse or sort", true},
        {"sort or parse and @io", true},
        {"sort and parse or @io", true},
        {"sort and (parse or @io)", false},
        {"(sort or parse) and not @fast", true},
        {"not (parse and @slow)", false},
        {"  parse   and\t@slow ", true},
        {"android", false}, /* a word that begins with another */
        {"notparse or parse", true},
        {"group:json", true},
        {"group:\"json (small)\"", true},
        {"\"group:json (small)\" and @io", true},
        {"group:\"* files\"", true},
        {"group:\"* small\"", false},
        {"group:parse", false},
        {"not group:xml", true},
        {"\"parse[\"", true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool matches = assay_filter_matches(cases[i].filter, &subject);
        if (assay_filter_is_valid(cases[i].filter) && matches != cases[i].matches) {
            fail_msg("'%s'", cases[i].filter);
        }
    }
    const struct assay_subject untagged = {.fullname = STR(name)};
    assert_false(assay_filter_matches("@slow", &untagged));
    assert_true(assay_filter_matches("not @slow", &untagged));
    assert_false(assay_filter_matches("group:json", &untagged));
    assert_true(assay_filter_has_groups("a and not group:b"));
    assert_false(assay_filter_has_groups("a and not b"));
    assert_false(assay_filter_has_groups(NULL));
}

static void what_cannot_be_read_is_refused(void **state)
{
    (void)state;
    static const char *const filters[] = {
        "",  " ",  "not", "and",  "a and",   "a or", "a b",  "(a",        "a)",    "()",
        "(", "a (b", "not and", "or a", "a or or b", "\"a",  "\"\"", "group:\"a b",
    };
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        if (assay_filter_is_valid(filters[i])) {
            fail_msg("'%s'", filters[i]);
        }
        const struct assay_subject subject = {.fullname = STR("a")};
        assert_false(assay_filter_matches(filters[i], &subject));
    }
    char deep[2001];
    memset(deep, '(', 2000);
    deep[2000] = '\0';
    assert_false(assay_filter_is_valid(deep));
    memset(deep, 'a', 2000);
    assert_false(assay_filter_is_valid(deep)); /* longer than any name */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_means_what_it_says),
        cmocka_unit_test(what_cannot_be_read_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
