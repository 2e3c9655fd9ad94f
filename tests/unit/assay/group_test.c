// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/assay/group.h"

static void keys_are_what_a_run_has_under_the_labels(void **state)
{
    (void)state;
    static char name[] = "parse[size=64,kind=a]", fullname[] = "bench.c::parse[size=64,kind=a]", group[] = "parsing";
    static char plain[] = "plain", plain_full[] = "bench.c::plain";
    const struct assay_run run = {.name = name, .fullname = fullname, .group = group};
    const struct assay_run without = {.name = plain, .fullname = plain_full};
    static const struct {
        const char *labels, *key, *key_without;
    } cases[] = {
        {"group", "parsing", ""},
        {"name", "parse[size=64,kind=a]", "plain"},
        {"fullname", "bench.c::parse[size=64,kind=a]", "bench.c::plain"},
        {"func", "parse", "plain"},
        {"fullfunc", "bench.c::parse", "bench.c::plain"},
        {"param", "size=64,kind=a", ""},
        {"param:size", "size=64", ""},
        {"param:other", "", ""},
        {"func,param:kind", "parse kind=a", "plain"},
        {"param:kind, group", "kind=a parsing", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf key;
        base_buf_init(&key, 1000);
        assert_true(group_is_valid(base_str(cases[i].labels)));
        group_add_key(&run, base_str(cases[i].labels), &key);
        assert_string_equal(base_buf_cstr(&key), cases[i].key);
        base_buf_reset(&key);
        group_add_key(&without, base_str(cases[i].labels), &key);
        assert_string_equal(base_buf_cstr(&key), cases[i].key_without);
        base_buf_deinit(&key);
    }
}

static void parameters_that_a_file_states_are_its_own(void **state)
{
    (void)state;
    static char name[] = "test_parse[64-a]", size[] = "size", bytes[] = "64", kind[] = "kind", word[] = "a,b=c";
    struct assay_param stated[] = {{size, bytes}, {kind, word}};
    const struct assay_run run = {.name = name, .fullname = name, .params = stated, .param_count = 2};
    struct buf key;
    base_buf_init(&key, 1000);
    group_add_key(&run, STR("func,param:kind,param:size,param"), &key);
    assert_string_equal(base_buf_cstr(&key), "test_parse kind=a,b=c size=64 64-a");
    base_buf_deinit(&key);
    assert_null(group_param_value(&run, STR("b")).ptr);
}

static void other_labels_are_refused(void **state)
{
    (void)state;
    static const char *const labels[] = {"", "Group", "names", "param:", "group,", ",group", "group name"};
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        assert_false(group_is_valid(base_str(labels[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_what_a_run_has_under_the_labels),
        cmocka_unit_test(parameters_that_a_file_states_are_its_own),
        cmocka_unit_test(other_labels_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
