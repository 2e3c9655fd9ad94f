// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "assay/listing.h"

static void assert_is(struct str got, const char *wanted)
{
    if (!base_str_equal(got, base_str(wanted))) {
        fail_msg("'%.*s' instead of '%s'", STR_ARGS(got), wanted);
    }
}

static void what_is_said_holds_until_it_is_said_anew(void **state)
{
    (void)state;
    struct assay_listing listing = {.rest = STR(" binary 85944171f73967e8\n"
                                                " compiler gcc 12.2.0\n"
                                                " flags optimised x86-64-v3\n"
                                                " defined 12 with a blank/bench.c\n"
                                                "bench.c::a @fast @io\n"
                                                "bench.c::b\n"
                                                " defined 34 other.c\n"
                                                " compiler clang 14.0.6\n"
                                                "other.c::c\n")};
    assert_true(assay_listing_next(&listing));
    assert_is(listing.fullname, "bench.c::a");
    assert_is(listing.tags, "@fast @io");
    assert_is(listing.binary, "85944171f73967e8");
    assert_is(listing.compiler, "gcc 12.2.0");
    assert_is(listing.flags, "optimised x86-64-v3");
    assert_is(listing.file, "with a blank/bench.c");
    assert_int_equal(listing.line, 12);
    assert_true(assay_listing_next(&listing));
    assert_is(listing.fullname, "bench.c::b");
    assert_is(listing.tags, "");
    assert_int_equal(listing.line, 12);
    assert_true(assay_listing_next(&listing));
    assert_is(listing.fullname, "other.c::c");
    assert_is(listing.file, "other.c");
    assert_int_equal(listing.line, 34);
    assert_is(listing.compiler, "clang 14.0.6");
    assert_is(listing.flags, "optimised x86-64-v3");
    assert_is(listing.binary, "85944171f73967e8");
    assert_false(assay_listing_next(&listing));
    assert_false(assay_listing_next(&listing));
}

static void an_older_program_has_names_alone(void **state)
{
    (void)state;
    struct assay_listing listing = {.rest = STR("bench.c::a\nbench.c::b[size=8] @slow")};
    assert_true(assay_listing_next(&listing));
    assert_is(listing.fullname, "bench.c::a");
    assert_is(listing.file, "");
    assert_int_equal(listing.line, 0);
    assert_is(listing.binary, "");
    assert_true(assay_listing_next(&listing));
    assert_is(listing.fullname, "bench.c::b[size=8]");
    assert_is(listing.tags, "@slow");
    assert_false(assay_listing_next(&listing));
}

static void what_is_not_understood_is_skipped(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "\n\n",
        " \n",
        "  binary x\n",
        " colour red\n",
        " defined\n",
        " defined 12\n",
        " defined 12 \n",
        " defined x a.c\n",
        " defined 0 a.c\n",
        " defined -1 a.c\n",
        " defined 99999999999999999999 a.c\n",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char text[200];
        (void)snprintf(text, sizeof(text), "%sbench.c::a\n%s", lines[i], lines[i]); /* fits */
        struct assay_listing listing = {.rest = base_str(text)};
        assert_true(assay_listing_next(&listing));
        assert_is(listing.fullname, "bench.c::a");
        assert_is(listing.file, "");
        assert_int_equal(listing.line, 0);
        assert_is(listing.binary, "");
        assert_false(assay_listing_next(&listing));
    }
    struct assay_listing empty = {0};
    assert_false(assay_listing_next(&empty));
}

static void a_definition_that_is_none_takes_the_one_before_away(void **state)
{
    (void)state;
    struct assay_listing listing = {.rest = STR(" defined 12 a.c\na.c::a\n defined none\nb.c::b\n")};
    assert_true(assay_listing_next(&listing) && assay_listing_next(&listing));
    assert_is(listing.fullname, "b.c::b");
    assert_is(listing.file, "");
    assert_int_equal(listing.line, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_holds_until_it_is_said_anew),
        cmocka_unit_test(an_older_program_has_names_alone),
        cmocka_unit_test(what_is_not_understood_is_skipped),
        cmocka_unit_test(a_definition_that_is_none_takes_the_one_before_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
