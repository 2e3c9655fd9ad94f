// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/assay/core.h"

#define TRIALS 3000

static void count(const double *loads, unsigned count, unsigned *chosen)
{
    uint64_t random = 1;
    for (int i = 0; i < TRIALS; i++) {
        unsigned core = core_least(loads, count, &random);
        assert_true(core < count);
        chosen[core]++;
    }
}

static void the_least_busy_core_is_chosen(void **state)
{
    (void)state;
    const double loads[] = {1, 0.3, 0.9};
    unsigned chosen[3] = {0};
    count(loads, 3, chosen);
    assert_int_equal(chosen[1], TRIALS);
}

static void of_cores_about_alike_each_is_chosen_as_often(void **state)
{
    (void)state;
    const double loads[] = {0.05, 0.9, 0, 0.1};
    unsigned chosen[4] = {0};
    count(loads, 4, chosen);
    assert_int_equal(chosen[1], 0);
    assert_in_range(chosen[0], 900, 1100);
    assert_in_range(chosen[2], 900, 1100);
    assert_in_range(chosen[3], 900, 1100);
}

/* Whatever core it is, and where it cannot choose, this process can still run on all that it could. */
static void what_was_chosen_is_released(void **state)
{
    (void)state;
    static struct cores cores;
    uint64_t random = 1;
    for (int i = 0; i < 3; i++) {
        core_choose(&cores, &random);
        core_release(&cores);
    }
    static struct cores again;
    core_choose(&again, &random);
    assert_int_equal(again.count, cores.count);
    core_release(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_busy_core_is_chosen),
        cmocka_unit_test(of_cores_about_alike_each_is_chosen_as_often),
        cmocka_unit_test(what_was_chosen_is_released),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
