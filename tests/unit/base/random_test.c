// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"

/* The first outputs for seed 1234567 of the authors' reference, splitmix64.c. */
static void gives_the_numbers_of_the_reference(void **state)
{
    (void)state;
    static const uint64_t wanted[] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
                                      UINT64_C(9817491932198370423), UINT64_C(4593380528125082431),
                                      UINT64_C(16408922859458223821)};
    uint64_t random = 1234567;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        assert_true(base_random_next(&random) == wanted[i]);
    }
}

static void stays_below_its_limit_and_reaches_every_number(void **state)
{
    (void)state;
    unsigned seen[7] = {0};
    uint64_t random = 1;
    for (int i = 0; i < 7000; i++) {
        uint64_t number = base_random_below(&random, 7);
        assert_in_range(number, 0, 6);
        seen[number]++;
    }
    for (size_t i = 0; i < 7; i++) {
        assert_in_range(seen[i], 800, 1200);
    }
    assert_int_equal(base_random_below(&random, 1), 0);
}

static void a_shuffle_keeps_every_number_and_reaches_every_order(void **state)
{
    (void)state;
    unsigned first[3][3] = {{0}};
    uint64_t random = 1;
    for (int i = 0; i < 6000; i++) {
        size_t numbers[] = {0, 1, 2};
        base_random_shuffle(&random, numbers, 3);
        assert_int_equal(numbers[0] + numbers[1] + numbers[2], 3);
        assert_true(numbers[0] != numbers[1] && numbers[1] != numbers[2]);
        first[numbers[0]][numbers[1]]++;
    }
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 3; j++) {
            assert_in_range(first[i][j], i == j ? 0 : 900, i == j ? 0 : 1100);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_numbers_of_the_reference),
        cmocka_unit_test(stays_below_its_limit_and_reaches_every_number),
        cmocka_unit_test(a_shuffle_keeps_every_number_and_reaches_every_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
