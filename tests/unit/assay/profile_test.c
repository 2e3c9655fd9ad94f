// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "assay/profile.h"

/* Runs a loop whose iterations take `iteration_ns`; the number of batches. */
static unsigned run(struct assay_profile *profile, int64_t iteration_ns)
{
    unsigned batches = 0;
    int64_t took_ns = 0;
    for (;;) {
        struct assay_command command = assay_profile_next(profile, took_ns);
        if (command.kind == ASSAY_COMMAND_END) {
            return batches;
        }
        assert_int_equal(command.kind, ASSAY_COMMAND_BATCH);
        assert_int_equal(command.count, 1);
        assert_true(++batches < 100);
        took_ns = (int64_t)command.iterations * iteration_ns;
    }
}

static void about_the_time_is_spent_in_one_long_batch(void **state)
{
    (void)state;
    static const int64_t iteration_ns[] = {1, 1000, 20000000};
    for (size_t i = 0; i < sizeof(iteration_ns) / sizeof(iteration_ns[0]); i++) {
        struct assay_profile profile = {.time_ns = 1000000000};
        unsigned batches = run(&profile, iteration_ns[i]);
        assert_true(profile.took_ns > 900000000 && profile.took_ns <= 1000000000);
        assert_int_equal(profile.took_ns, (int64_t)profile.iterations_made * iteration_ns[i]);
        assert_true(batches < 30);
        assert_true(profile.batch > profile.iterations_made * 9 / 10); /* the last one */
    }
}

static void exactly_so_many_iterations_are_made(void **state)
{
    (void)state;
    struct assay_profile profile = {.iterations_wanted = 12345, .time_ns = 1000000000};
    assert_int_equal(run(&profile, 1000000), 1);
    assert_int_equal(profile.iterations_made, 12345);
}

static void an_iteration_that_takes_longer_is_made_once(void **state)
{
    (void)state;
    struct assay_profile profile = {.time_ns = 1000};
    assert_int_equal(run(&profile, 5000), 1);
    assert_int_equal(profile.iterations_made, 1);
}

static void a_clock_that_stands_still_comes_to_an_end(void **state)
{
    (void)state;
    struct assay_profile profile = {.time_ns = 1000000000};
    (void)run(&profile, 0);
    assert_true(profile.iterations_made > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(about_the_time_is_spent_in_one_long_batch),
        cmocka_unit_test(exactly_so_many_iterations_are_made),
        cmocka_unit_test(an_iteration_that_takes_longer_is_made_once),
        cmocka_unit_test(a_clock_that_stands_still_comes_to_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
