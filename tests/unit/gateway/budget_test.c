// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/tta/gateway/budget.h"

static void what_is_held_is_counted_once(void **state)
{
    struct budget budget = {.most = 100};
    size_t one = 0, two = 0;
    (void)state;
    assert_true(budget_grow(&budget, &one, 60));
    assert_true(budget_grow(&budget, &one, 50)); /* it holds more */
    assert_int_equal(one, 60);
    assert_true(budget_has_room(&budget, 40));
    assert_false(budget_has_room(&budget, 41));
    assert_false(budget_grow(&budget, &two, 41));
    assert_false(budget_grow(&budget, &two, SIZE_MAX));
    assert_int_equal(two, 0);
    assert_int_equal(atomic_load(&budget.used), 60);
    assert_true(budget_grow(&budget, &two, 40));
    budget_set(&budget, &one, 0);
    assert_int_equal(atomic_load(&budget.used), 40);
    budget_set(&budget, &two, 0);
    assert_int_equal(atomic_load(&budget.used), 0);
}

static void what_is_there_already_is_counted_beyond_the_limit(void **state)
{
    struct budget budget = {.most = 100};
    size_t one = 0, two = 0;
    (void)state;
    budget_set(&budget, &one, 150);
    assert_false(budget_has_room(&budget, 0));
    assert_false(budget_grow(&budget, &two, 1));
    budget_set(&budget, &one, 99);
    assert_true(budget_grow(&budget, &two, 1));
}

static void without_a_budget_there_is_always_room(void **state)
{
    size_t held = 0;
    (void)state;
    assert_true(budget_has_room(NULL, SIZE_MAX));
    assert_true(budget_grow(NULL, &held, SIZE_MAX));
    budget_set(NULL, &held, 7);
    assert_int_equal(held, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_held_is_counted_once),
        cmocka_unit_test(what_is_there_already_is_counted_beyond_the_limit),
        cmocka_unit_test(without_a_budget_there_is_always_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
