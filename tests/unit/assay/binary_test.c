// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "assay/binary.h"

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
static bool may_open = true;

FILE *__wrap_fopen(const char *path, const char *mode)
{
    return may_open ? __real_fopen(path, mode) : NULL;
}

static struct buf hash_here(void)
{
    struct buf text;
    base_buf_init(&text, 100);
    assay_binary_add_hash(&text);
    return text;
}

static void the_hash_is_the_same_each_time(void **state)
{
    (void)state;
    struct buf one = hash_here(), two = hash_here();
    assert_int_equal(one.len, 16);
    assert_int_equal(strspn(base_buf_cstr(&one), "0123456789abcdef"), 16);
    assert_string_equal(base_buf_cstr(&one), base_buf_cstr(&two));
    base_buf_deinit(&one);
    base_buf_deinit(&two);
}

static void a_shared_library_more_makes_another_hash(void **state)
{
    (void)state;
    struct buf before = hash_here();
    void *library = dlopen("libresolv.so.2", RTLD_NOW); /* part of the C library, and of no program's needs */
    if (!library) {
        base_buf_deinit(&before);
        skip();
    }
    struct buf after = hash_here();
    assert_int_equal(after.len, 16);
    assert_string_not_equal(base_buf_cstr(&before), base_buf_cstr(&after));
    assert_int_equal(dlclose(library), 0);
    base_buf_deinit(&before);
    base_buf_deinit(&after);
}

static void nothing_is_claimed_of_a_file_that_cannot_be_read(void **state)
{
    (void)state;
    may_open = false;
    struct buf text = hash_here();
    may_open = true;
    assert_int_equal(text.len, 0);
    base_buf_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hash_is_the_same_each_time),
        cmocka_unit_test(a_shared_library_more_makes_another_hash),
        cmocka_unit_test(nothing_is_claimed_of_a_file_that_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
