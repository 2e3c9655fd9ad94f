// SPDX-License-Identifier: MIT
/* What is registered stays, so each test looks at benchmarks of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "assay/listing.h"
#include "assay/registry.h"

BENCH(first_of_this_file)
{
    BENCH_LOOP (bench) {
    }
}

enum { LINE_OF_SECOND = __LINE__ + 1 };
BENCH(second_of_this_file)
{
    BENCH_LOOP (bench) {
    }
}

/* As a file elsewhere would; nothing here runs its body. */
static struct assay_registration elsewhere = {
    .name = "crc", .file = "some/where/bench_crc.c", .line = 12, .body = assay_body_first_of_this_file};
static struct assay_registration bare = {
    .name = "crc", .file = "bench_bare.c", .line = 34, .body = assay_body_first_of_this_file};
static struct assay_registration renamed = {
    .name = "unique", .file = "else/bench_crc.c", .line = 56, .body = assay_body_first_of_this_file};
static struct assay_registration several = {
    .name = "parse", .file = "bench_parse.c", .line = 78, .body = assay_body_first_of_this_file,
    .params = "size=1..4*2 kind=a,b", .compiler = "gcc 12.2.0", .flags = "optimised", .built = ASSAY_BUILT_ASAN};
static struct assay_registration alike = {
    .name = "print", .file = "bench_parse.c", .line = 90, .body = assay_body_first_of_this_file,
    .compiler = "gcc 12.2.0", .flags = "optimised", .built = ASSAY_BUILT_ASAN};
static struct assay_registration unsanitized = {
    .name = "scan", .file = "bench_scan.c", .line = 1, .body = assay_body_first_of_this_file,
    .compiler = "gcc 12.2.0", .flags = "optimised"};

/* As assay_registry_find(), for what has no label. */
static const struct assay_registration *find(struct str fullname)
{
    struct str label;
    return assay_registry_find(fullname, &label);
}

static int register_more(void **state)
{
    (void)state;
    assay_register(&elsewhere);
    assay_register(&bare);
    assay_register(&renamed);
    assay_register(&several);
    assay_register(&alike);
    assay_register(&unsanitized);
    return 0;
}

static void benchmarks_are_listed_in_the_order_of_their_definition(void **state)
{
    (void)state;
    static const char *const names[] = {"first_of_this_file", "second_of_this_file", "crc", "crc", "unique", "parse",
                                        "print", "scan"};
    const struct assay_registration *each = assay_registry_first();
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_non_null(each);
        assert_string_equal(each->name, names[i]);
        each = each->next;
    }
    assert_null(each);
}

static void a_benchmark_knows_its_place_and_its_body(void **state)
{
    (void)state;
    const struct assay_registration *found = find(STR("registry_test.c::second_of_this_file"));
    assert_non_null(found);
    assert_ptr_equal(found->body, assay_body_second_of_this_file);
    assert_int_equal(found->line, LINE_OF_SECOND);
    assert_non_null(strstr(found->file, "registry_test.c"));
}

static void a_fullname_has_the_file_without_its_directory(void **state)
{
    (void)state;
    static const struct {
        const struct assay_registration *registration;
        const char *fullname;
    } cases[] = {
        {&elsewhere, "bench_crc.c::crc"},
        {&bare, "bench_bare.c::crc"},
        {&renamed, "bench_crc.c::unique"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf text;
        base_buf_init(&text, 100);
        base_buf_add_cstr(&text, "> ");
        assay_registry_add_fullname(cases[i].registration, &text);
        assert_true(base_str_starts_with(base_buf_str(&text), STR("> ")));
        assert_string_equal(base_buf_cstr(&text) + 2, cases[i].fullname);
        base_buf_deinit(&text);
        assert_ptr_equal(find(base_str(cases[i].fullname)), cases[i].registration);
    }
}

static void nothing_is_found_under_another_name(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "::",
        "crc",
        "bench_crc.c",
        "bench_crc.c::",
        "::crc",
        "bench_crc.c:crc",
        "bench_crc.c:::crc",
        "bench_crc.c::crc ",
        "bench_crc.c::cr",
        "bench_crc.c::crcc",
        "ench_crc.c::crc",
        "bench_crc.c..crc",
        "where/bench_crc.c::crc",
        "some/where/bench_crc.c::crc",
        "BENCH_CRC.C::CRC",
        "bench_*::crc",
        "bench_crc.c::crc[]",
        "bench_crc.c::crc[size=1]",
        "bench_parse.c::parse",
        "bench_parse.c::parse[]",
        "bench_parse.c::parse[size=1]",
        "bench_parse.c::parse[size=1,kind=c]",
        "bench_parse.c::parse[kind=a,size=1]",
        "bench_parse.c::parse[size=1,kind=a",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (find(base_str(names[i]))) {
            fail_msg("'%s'", names[i]);
        }
    }
    assert_null(find((struct str){NULL, 0}));
    assert_null(find(STR("bench_crc.c::crc\0")));
}

static void parameters_make_a_benchmark_of_each_combination(void **state)
{
    (void)state;
    static const char *const wanted[] = {
        "registry_test.c::first_of_this_file", "registry_test.c::second_of_this_file", "bench_crc.c::crc",
        "bench_bare.c::crc", "bench_crc.c::unique",
        "bench_parse.c::parse[size=1,kind=a]", "bench_parse.c::parse[size=1,kind=b]",
        "bench_parse.c::parse[size=2,kind=a]", "bench_parse.c::parse[size=2,kind=b]",
        "bench_parse.c::parse[size=4,kind=a]", "bench_parse.c::parse[size=4,kind=b]",
        "bench_parse.c::print", "bench_scan.c::scan",
    };
    struct buf lines;
    base_buf_init(&lines, 10000);
    assay_registry_add_all(&lines);
    struct assay_listing listing = {.rest = base_buf_str(&lines)};
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        assert_true(assay_listing_next(&listing));
        assert_true(base_str_equal(listing.fullname, base_str(wanted[i])));
        assert_int_equal(listing.tags.len, 0);
    }
    assert_false(assay_listing_next(&listing));
    base_buf_deinit(&lines);
    struct str label;
    assert_ptr_equal(assay_registry_find(STR("bench_parse.c::parse[size=2,kind=b]"), &label), &several);
    assert_true(base_str_equal(label, STR("size=2,kind=b")));
    assert_ptr_equal(assay_registry_find(STR("bench_crc.c::crc"), &label), &elsewhere);
    assert_int_equal(label.len, 0);
}

static void the_list_says_where_each_is_defined_and_how_it_was_compiled(void **state)
{
    (void)state;
    struct buf lines;
    base_buf_init(&lines, 10000);
    assay_registry_add_all(&lines);
    assert_non_null(strstr(base_buf_cstr(&lines), " defined 78 bench_parse.c\n"
                                                  "bench_parse.c::parse[size=1,kind=a]\n"));
    /* once for all that are compiled alike */
    assert_non_null(strstr(base_buf_cstr(&lines), "kind=b]\n defined 90 bench_parse.c\nbench_parse.c::print\n"
                                                  " flags optimised\n defined 1 bench_scan.c\n"));
    struct assay_listing listing = {.rest = base_buf_str(&lines)};
    assert_true(assay_listing_next(&listing) && assay_listing_next(&listing));
    assert_int_equal(listing.line, LINE_OF_SECOND);
    assert_true(base_str_equal(listing.file, STR(__FILE__)));
    assert_true(base_str_equal(listing.compiler, STR(ASSAY_COMPILER_HERE)));
    assert_true(base_str_starts_with(listing.flags, STR(ASSAY_FLAGS_HERE)));
    while (!base_str_equal(listing.fullname, STR("bench_parse.c::print"))) {
        assert_true(assay_listing_next(&listing));
    }
    assert_true(base_str_equal(listing.compiler, STR("gcc 12.2.0")));
    assert_true(base_str_equal(listing.flags, STR("optimised asan")));
    base_buf_deinit(&lines);
}

static void parameters_that_are_none_are_reported_with_their_place(void **state)
{
    (void)state;
    struct assay_error err;
    const char *good = several.params;
    several.params = "size=1..4";
    assert_int_equal(assay_registry_check(&err), ASSAY_BAD_SYNTAX);
    several.params = good;
    assert_non_null(strstr(err.message, "bench_parse.c:78: parse: 'size=1..4' is no parameter"));
}

static void two_benchmarks_of_one_fullname_are_reported_with_both_places(void **state)
{
    (void)state;
    struct assay_error err;
    assert_int_equal(assay_registry_check(&err), ASSAY_OK); /* one name in two files is fine */
    renamed.name = "crc";
    assert_int_equal(assay_registry_check(&err), ASSAY_BAD_SYNTAX);
    assert_int_equal(assay_registry_check(NULL), ASSAY_BAD_SYNTAX);
    renamed.name = "unique";
    assert_int_equal(err.status, ASSAY_BAD_SYNTAX);
    assert_string_equal(err.message, "two benchmarks are called 'crc': at some/where/bench_crc.c:12 and at "
                                     "else/bench_crc.c:56; rename one of them");
    assert_int_equal(assay_registry_check(&err), ASSAY_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(benchmarks_are_listed_in_the_order_of_their_definition),
        cmocka_unit_test(a_benchmark_knows_its_place_and_its_body),
        cmocka_unit_test(a_fullname_has_the_file_without_its_directory),
        cmocka_unit_test(nothing_is_found_under_another_name),
        cmocka_unit_test(parameters_make_a_benchmark_of_each_combination),
        cmocka_unit_test(the_list_says_where_each_is_defined_and_how_it_was_compiled),
        cmocka_unit_test(parameters_that_are_none_are_reported_with_their_place),
        cmocka_unit_test(two_benchmarks_of_one_fullname_are_reported_with_both_places),
    };
    return cmocka_run_group_tests_name("assay/registry", tests, register_more, NULL);
}
