// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "assay/params.h"

/* All labels of a specification with ";" between. */
static void join_labels(const char *specification, size_t count, struct buf *out)
{
    base_buf_init(out, 100000);
    for (size_t i = 0; i < count; i++) {
        base_buf_add_cstr(out, i == 0 ? "" : ";");
        assay_params_add_label(base_str(specification), i, out);
    }
    assert_true(base_buf_ok(out));
}

static void makes_every_combination_in_order(void **state)
{
    (void)state;
    static const struct {
        const char *specification;
        const char *labels;
    } cases[] = {
        {"size=64", "size=64"},
        {"size=1,10,100", "size=1;size=10;size=100"},
        {"size=64..4096*8", "size=64;size=512;size=4096"},
        {"size=64..4095*8", "size=64;size=512"},
        {"n=0..10+5", "n=0;n=5;n=10"},
        {"n=-4..4+4", "n=-4;n=0;n=4"},
        {"n=7..7+1", "n=7"},
        {"kind=scalar,sse4.2 n=1..2+1", "kind=scalar,n=1;kind=scalar,n=2;kind=sse4.2,n=1;kind=sse4.2,n=2"},
        {"  a=1,2\tb=3 \n c=4,5 ", "a=1,b=3,c=4;a=1,b=3,c=5;a=2,b=3,c=4;a=2,b=3,c=5"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t count = 0;
        assert_int_equal(assay_params_check(base_str(cases[i].specification), &count, NULL), ASSAY_OK);
        struct buf labels;
        join_labels(cases[i].specification, count, &labels);
        assert_string_equal(base_buf_cstr(&labels), cases[i].labels);
        base_buf_deinit(&labels);
    }
}

static void refuses_what_is_no_parameter(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "   ",
        "size",
        "size=",
        "=3",
        "size=1,,2",
        "size=1,",
        "a b=1",
        "size=1..2",
        "size=1..x*2",
        "size=4..2*2",
        "size=0..8*2",
        "size=1..8*1",
        "size=1..8+0",
        "n=1..9-1",
        "k=a[b]",
        "k=a=b",
        "a=1 a=2",
        "k=\"x\"",
        "n=1..20000+1",
        "n=1..101+1 m=1..100+1",
        "a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1",
        "n=9223372036854775807..9223372036854775807+1",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct assay_error err = {.status = ASSAY_OK};
        size_t count = 99;
        assert_int_equal(assay_params_check(base_str(bad[i]), &count, &err), ASSAY_BAD_SYNTAX);
        assert_int_equal(count, 99);
        assert_int_equal(err.status, ASSAY_BAD_SYNTAX);
        assert_true(strlen(err.message) > 20);
    }
}

static void refuses_names_that_would_be_too_long(void **state)
{
    (void)state;
    char specification[500] = "word=";
    memset(specification + 5, 'x', 450);
    size_t count;
    assert_int_equal(assay_params_check(base_str(specification), &count, NULL), ASSAY_BAD_SYNTAX);
}

static void finds_each_label_and_no_other(void **state)
{
    (void)state;
    const struct str specification = STR("kind=scalar,sse n=1..8*2");
    size_t count, index;
    assert_int_equal(assay_params_check(specification, &count, NULL), ASSAY_OK);
    assert_int_equal(count, 8);
    for (size_t i = 0; i < count; i++) {
        struct buf label;
        base_buf_init(&label, 100);
        assay_params_add_label(specification, i, &label);
        assert_true(assay_params_find(specification, base_buf_str(&label), &index));
        assert_int_equal(index, i);
        base_buf_deinit(&label);
    }
    assert_false(assay_params_find(specification, STR("kind=avx,n=1"), &index));
    assert_false(assay_params_find(specification, STR("kind=sse,n=3"), &index));
    assert_false(assay_params_find(specification, STR(""), &index));
    assert_false(assay_params_find(STR("no specification"), STR("n=1"), &index));
}

static void gives_the_value_of_a_name(void **state)
{
    (void)state;
    const struct str label = STR("size=64,kind=sse");
    assert_true(base_str_equal(assay_params_value(label, STR("size")), STR("64")));
    assert_true(base_str_equal(assay_params_value(label, STR("kind")), STR("sse")));
    assert_null(assay_params_value(label, STR("siz")).ptr);
    assert_null(assay_params_value(STR(""), STR("size")).ptr);
}

static void tags_stand_among_the_parameters(void **state)
{
    (void)state;
    size_t count = 0, index = 77;
    struct buf text;
    base_buf_init(&text, 1000);
    assert_int_equal(assay_params_check(STR("@slow a=1,2 @io-1"), &count, NULL), ASSAY_OK);
    assert_int_equal(count, 2);
    assay_params_add_label(STR("@slow a=1,2 @io-1"), 1, &text);
    assay_params_add_tags(STR("@slow a=1,2 @io-1"), &text);
    assert_string_equal(base_buf_cstr(&text), "a=2 @slow @io-1");
    base_buf_reset(&text);

    assert_int_equal(assay_params_check(STR("@slow"), &count, NULL), ASSAY_OK);
    assert_int_equal(count, 1);
    assay_params_add_label(STR("@slow"), 0, &text);
    assert_int_equal(text.len, 0);
    assert_true(assay_params_find(STR("@slow"), STR(""), &index));
    assert_int_equal(index, 0);
    base_buf_deinit(&text);

    static const char *const refused[] = {"@", "@@a", "@a=1", "@a,b", "a=1 @", "a=@b"};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(assay_params_check(base_str(refused[i]), &count, NULL), ASSAY_BAD_SYNTAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_stand_among_the_parameters),
        cmocka_unit_test(makes_every_combination_in_order),
        cmocka_unit_test(refuses_what_is_no_parameter),
        cmocka_unit_test(refuses_names_that_would_be_too_long),
        cmocka_unit_test(finds_each_label_and_no_other),
        cmocka_unit_test(gives_the_value_of_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
