// SPDX-License-Identifier: MIT
#define _GNU_SOURCE /* sched_getaffinity, CPU_SET */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "assay/place.h"

/* A thread that is placed by `index` where it may use only `allowed`, and where it is then. */
struct placing {
    unsigned index;
    cpu_set_t allowed, after;
    bool is_placed;
    int failures;
};

static void *place(void *context)
{
    struct placing *placing = context;
    placing->failures += sched_setaffinity(0, sizeof(placing->allowed), &placing->allowed) != 0;
    placing->is_placed = assay_place_thread(placing->index);
    placing->failures += sched_getaffinity(0, sizeof(placing->after), &placing->after) != 0;
    return NULL;
}

static struct placing place_thread(unsigned index, const cpu_set_t *allowed)
{
    struct placing placing = {.index = index, .allowed = *allowed};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, place, &placing), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(placing.failures, 0);
    return placing;
}

static cpu_set_t allowed_here(void)
{
    cpu_set_t allowed;
    assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
    return allowed;
}

static void threads_get_the_allowed_cores_in_turn(void **state)
{
    (void)state;
    cpu_set_t allowed = allowed_here();
    unsigned count = (unsigned)CPU_COUNT(&allowed), index = 0;
    if (count < 2) {
        skip();
    }
    for (int round = 0; round < 2; round++) {
        for (size_t core = 0; core < CPU_SETSIZE; core++) {
            if (CPU_ISSET(core, &allowed)) {
                struct placing placing = place_thread(index++, &allowed);
                assert_true(placing.is_placed);
                assert_int_equal(CPU_COUNT(&placing.after), 1);
                assert_true(CPU_ISSET(core, &placing.after));
            }
        }
    }
    assert_int_equal(index, 2 * count);
}

static void others_stay_where_they_may_be(void **state)
{
    (void)state;
    cpu_set_t before = allowed_here();
    (void)place_thread(1, &before);
    cpu_set_t after = allowed_here();
    assert_true(CPU_EQUAL(&before, &after));
}

static void one_core_is_no_choice(void **state)
{
    (void)state;
    cpu_set_t allowed = allowed_here(), one;
    size_t core = CPU_SETSIZE - 1;
    while (!CPU_ISSET(core, &allowed)) {
        core--;
    }
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    for (unsigned index = 0; index < 3; index++) {
        struct placing placing = place_thread(index, &one);
        assert_false(placing.is_placed);
        assert_true(CPU_EQUAL(&placing.after, &one));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_get_the_allowed_cores_in_turn),
        cmocka_unit_test(others_stay_where_they_may_be),
        cmocka_unit_test(one_core_is_no_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
