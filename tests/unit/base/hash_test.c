// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"

/* Test vectors of the page named in the header. */
static void hashes_are_those_that_the_authors_publish(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        uint64_t hash;
    } cases[] = {
        {{"", 0}, UINT64_C(0xcbf29ce484222325)},
        {{"a", 1}, UINT64_C(0xaf63dc4c8601ec8c)},
        {{"foobar", 6}, UINT64_C(0x85944171f73967e8)},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(base_hash_add(BASE_HASH_START, cases[i].text) == cases[i].hash);
    }
}

static void pieces_hash_as_the_whole(void **state)
{
    (void)state;
    const struct str bytes = {"foo\0\xff"
                              "bar",
                              8};
    uint64_t whole = base_hash_add(BASE_HASH_START, bytes);
    for (size_t cut = 0; cut <= bytes.len; cut++) {
        uint64_t first = base_hash_add(BASE_HASH_START, (struct str){bytes.ptr, cut});
        assert_true(base_hash_add(first, (struct str){bytes.ptr + cut, bytes.len - cut}) == whole);
    }
}

static void a_changed_byte_changes_the_hash(void **state)
{
    (void)state;
    assert_true(base_hash_add(BASE_HASH_START, STR("foo\0")) != base_hash_add(BASE_HASH_START, STR("foo")));
    assert_true(base_hash_add(BASE_HASH_START, STR("foo")) != base_hash_add(BASE_HASH_START, STR("ofo")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_those_that_the_authors_publish),
        cmocka_unit_test(pieces_hash_as_the_whole),
        cmocka_unit_test(a_changed_byte_changes_the_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
