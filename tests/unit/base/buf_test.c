// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "base/buf.h"

static void a_new_buf_is_empty_and_holds_no_memory(void **state)
{
    (void)state;
    struct buf buf;
    base_buf_init(&buf, 100);
    assert_true(base_buf_ok(&buf));
    assert_null(buf.ptr);
    assert_int_equal(base_buf_str(&buf).len, 0);
    assert_string_equal(base_buf_cstr(&buf), "");
    base_buf_deinit(&buf);
    base_buf_deinit(&buf);
}

static void appends_text_of_every_kind(void **state)
{
    (void)state;
    struct buf buf;
    base_buf_init(&buf, 100);
    base_buf_add(&buf, STR("a\0b"));
    base_buf_add(&buf, (struct str){NULL, 0});
    base_buf_add_cstr(&buf, "cd");
    base_buf_add_cstr(&buf, NULL);
    base_buf_add_char(&buf, '\0');
    base_buf_add_char(&buf, 'e');
    base_buf_addf(&buf, "%d-%s", 42, "f");
    base_buf_addf(&buf, "%s", "");
    assert_true(base_buf_ok(&buf));
    assert_true(base_str_equal(base_buf_str(&buf), STR("a\0bcd\0e42-f")));
    assert_int_equal(buf.ptr[buf.len], '\0');
    base_buf_deinit(&buf);
    assert_null(buf.ptr);
    assert_int_equal(buf.len, 0);
}

static void an_empty_append_makes_it_a_string(void **state)
{
    (void)state;
    struct buf buf;
    base_buf_init(&buf, 0);
    base_buf_add(&buf, STR(""));
    assert_true(base_buf_ok(&buf));
    assert_non_null(buf.ptr);
    assert_string_equal(buf.ptr, "");
    base_buf_deinit(&buf);
}

static void grows_to_any_length_and_keeps_what_it_held(void **state)
{
    (void)state;
    struct buf buf;
    base_buf_init(&buf, 100000);
    for (int i = 0; i < 100000; i++) {
        base_buf_add_char(&buf, (char)('a' + i % 26));
    }
    assert_true(base_buf_ok(&buf));
    assert_int_equal(buf.len, 100000);
    for (int i = 0; i < 100000; i++) {
        assert_int_equal(buf.ptr[i], 'a' + i % 26);
    }
    base_buf_deinit(&buf);
}

static void holds_its_maximum_and_fails_one_byte_above(void **state)
{
    (void)state;
    struct buf buf;
    base_buf_init(&buf, 5);
    base_buf_add(&buf, STR("12345"));
    base_buf_add(&buf, STR(""));
    assert_true(base_buf_ok(&buf));
    assert_string_equal(base_buf_cstr(&buf), "12345");
    base_buf_add_char(&buf, '6');
    assert_false(base_buf_ok(&buf));

    base_buf_reset(&buf);
    base_buf_add_cstr(&buf, "123456");
    assert_false(base_buf_ok(&buf));

    base_buf_reset(&buf);
    base_buf_addf(&buf, "%d", 12345);
    assert_true(base_buf_ok(&buf));
    base_buf_reset(&buf);
    base_buf_addf(&buf, "%d", 123456);
    assert_false(base_buf_ok(&buf));
    base_buf_deinit(&buf);
}

static void a_length_near_the_end_of_memory_does_not_wrap(void **state)
{
    (void)state;
    struct buf buf;
    base_buf_init(&buf, SIZE_MAX);
    base_buf_add_char(&buf, 'a');
    base_buf_add(&buf, (struct str){"", SIZE_MAX});
    assert_false(base_buf_ok(&buf));
    base_buf_reset(&buf);
    base_buf_add_char(&buf, 'a');
    base_buf_add(&buf, (struct str){"", SIZE_MAX - 1});
    assert_false(base_buf_ok(&buf));
    base_buf_deinit(&buf);
}

static void a_failure_frees_the_memory_and_stays(void **state)
{
    (void)state;
    struct buf buf;
    base_buf_init(&buf, 3);
    base_buf_add_cstr(&buf, "abc");
    base_buf_add_cstr(&buf, "d");
    assert_null(buf.ptr);
    assert_int_equal(buf.len, 0);
    assert_int_equal(buf.capacity, 0);
    base_buf_add_cstr(&buf, "e"); /* would fit, but the text would have a hole */
    base_buf_add(&buf, STR(""));
    base_buf_addf(&buf, "%d", 1);
    base_buf_add_char(&buf, 'f');
    assert_false(base_buf_ok(&buf));
    assert_string_equal(base_buf_cstr(&buf), "");
    assert_int_equal(base_buf_str(&buf).len, 0);
    assert_null(base_buf_take(&buf));
    assert_false(base_buf_ok(&buf));
    base_buf_deinit(&buf);
}

static void reset_forgets_text_and_failure_and_keeps_memory(void **state)
{
    (void)state;
    struct buf buf;
    base_buf_init(&buf, 3);
    base_buf_add_cstr(&buf, "abc");
    char *memory = buf.ptr;
    base_buf_reset(&buf);
    assert_ptr_equal(buf.ptr, memory);
    assert_string_equal(base_buf_cstr(&buf), "");
    base_buf_add_cstr(&buf, "toolong");
    assert_false(base_buf_ok(&buf));
    base_buf_reset(&buf);
    assert_true(base_buf_ok(&buf));
    base_buf_add_cstr(&buf, "xyz");
    assert_string_equal(base_buf_cstr(&buf), "xyz");
    base_buf_deinit(&buf);
}

static void taking_hands_the_memory_over_and_leaves_an_empty_buf(void **state)
{
    (void)state;
    struct buf buf;
    base_buf_init(&buf, 10);
    base_buf_add_cstr(&buf, "abc");
    char *taken = base_buf_take(&buf);
    assert_string_equal(taken, "abc");
    free(taken);
    assert_true(base_buf_ok(&buf));
    assert_null(buf.ptr);
    base_buf_add_cstr(&buf, "0123456789"); /* the maximum is still that of init */
    assert_true(base_buf_ok(&buf));
    base_buf_reset(&buf);
    taken = base_buf_take(&buf);
    assert_string_equal(taken, "");
    free(taken);
    taken = base_buf_take(&buf);
    assert_string_equal(taken, "");
    free(taken);
    base_buf_deinit(&buf);
}

static void room_that_is_expected_is_there_at_once(void **state)
{
    (void)state;
    for (int wipes = 0; wipes < 2; wipes++) {
        struct buf buf;
        (wipes ? base_buf_init_wiping : base_buf_init)(&buf, 100000);
        base_buf_expect(&buf, 1000);
        assert_true(buf.capacity > 1000);
        assert_string_equal(buf.ptr, "");
        const char *place = buf.ptr;
        for (int i = 0; i < 100; i++) {
            base_buf_add_cstr(&buf, "ten bytes.");
        }
        assert_ptr_equal(buf.ptr, place);
        base_buf_expect(&buf, 500);
        assert_ptr_equal(buf.ptr, place);
        base_buf_expect(&buf, SIZE_MAX); /* which is too much, and its maximum is what it gets */
        assert_int_equal(buf.capacity, 100001);
        assert_int_equal(buf.len, 1000);
        assert_string_equal(buf.ptr + 990, "ten bytes.");
        base_buf_deinit(&buf);
        alloc_fault_after(1);
        base_buf_expect(&buf, 500);
        assert_true(alloc_fault_happened());
        assert_true(base_buf_ok(&buf));
        base_buf_add_cstr(&buf, "a");
        assert_string_equal(base_buf_cstr(&buf), "a");
        base_buf_deinit(&buf);
    }
}

/* Growing and giving back are seen by tta.marked_secrets alone, which looks at what is free. */
static void a_wiping_buf_forgets_with_zeroes(void **state)
{
    (void)state;
    struct buf buf;
    base_buf_init_wiping(&buf, 1000);
    for (int i = 0; i < 20; i++) {
        base_buf_add_cstr(&buf, "a part of a secret, ");
    }
    assert_int_equal(buf.len, 400);
    assert_string_equal(buf.ptr + 380, "a part of a secret, ");
    base_buf_reset(&buf);
    for (size_t i = 0; i < 401; i++) { /* and what is behind was never its own */
        assert_int_equal(buf.ptr[i], 0);
    }
    base_buf_add_cstr(&buf, "again");
    assert_string_equal(buf.ptr, "again");
    base_buf_deinit(&buf);
    assert_true(buf.wipes);
    base_buf_deinit(&buf);
}

/* A kilobyte by all kinds of append: each of its allocations fails once. */
static void lack_of_memory_fails_the_buf_and_leaks_nothing(void **state)
{
    (void)state;
    size_t faults = 0;
    for (size_t n = 1;; n++) {
        struct buf buf;
        base_buf_init(&buf, 100000);
        alloc_fault_after(n);
        for (int i = 0; i < 20; i++) {
            base_buf_add_cstr(&buf, "twenty bytes of text");
            base_buf_add_char(&buf, ' ');
            base_buf_addf(&buf, "%020d", i);
        }
        char *taken = base_buf_take(&buf);
        bool refused = alloc_fault_happened();
        assert_int_equal(base_buf_ok(&buf), !refused);
        assert_int_equal(taken == NULL, refused);
        free(taken);
        base_buf_reset(&buf);
        base_buf_add_cstr(&buf, "there is memory again");
        assert_true(base_buf_ok(&buf));
        base_buf_deinit(&buf);
        if (!refused) {
            break;
        }
        faults++;
    }
    assert_true(faults >= 3);
}

static void taking_an_empty_string_without_memory_gives_null(void **state)
{
    (void)state;
    struct buf buf;
    base_buf_init(&buf, 10);
    alloc_fault_after(1);
    char *taken = base_buf_take(&buf);
    assert_true(alloc_fault_happened());
    assert_null(taken);
    base_buf_deinit(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_buf_is_empty_and_holds_no_memory),
        cmocka_unit_test(appends_text_of_every_kind),
        cmocka_unit_test(an_empty_append_makes_it_a_string),
        cmocka_unit_test(grows_to_any_length_and_keeps_what_it_held),
        cmocka_unit_test(holds_its_maximum_and_fails_one_byte_above),
        cmocka_unit_test(a_length_near_the_end_of_memory_does_not_wrap),
        cmocka_unit_test(a_failure_frees_the_memory_and_stays),
        cmocka_unit_test(reset_forgets_text_and_failure_and_keeps_memory),
        cmocka_unit_test(taking_hands_the_memory_over_and_leaves_an_empty_buf),
        cmocka_unit_test(room_that_is_expected_is_there_at_once),
        cmocka_unit_test(a_wiping_buf_forgets_with_zeroes),
        cmocka_unit_test(lack_of_memory_fails_the_buf_and_leaks_nothing),
        cmocka_unit_test(taking_an_empty_string_without_memory_gives_null),
    };
    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
