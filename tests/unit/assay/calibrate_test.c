// SPDX-License-Identifier: MIT
/* The machine is a function: what a batch takes, as a rule over the number of
 * the reading and its iterations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "assay/calibrate.h"
#include "assay/protocol.h"

#define US INT64_C(1000)
#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)

struct machine {
    double ns_per_iteration;
    int64_t first_extra_ns; /* the first reading is cold */
    int64_t every_extra_ns; /* what a batch costs besides its iterations */
    int64_t spike_ns;       /* the reading number `spike_at` is interrupted */
    int spike_at;
    int fails_at; /* the reading that cannot be had; 0: none */
    int readings;
    uint64_t last_iterations;
    uint64_t iterations_seen;
};

static bool run_batch(void *context, uint64_t iterations, int64_t *out_ns)
{
    struct machine *machine = context;
    machine->readings++;
    machine->iterations_seen += iterations;
    assert_true(iterations >= 1 && iterations <= ASSAY_MAX_ITERATIONS);
    assert_true(iterations >= machine->last_iterations);
    machine->last_iterations = iterations;
    if (machine->readings == machine->fails_at) {
        return false;
    }
    double ns = machine->ns_per_iteration * (double)iterations;
    *out_ns = (int64_t)ns + machine->every_extra_ns + (machine->readings == 1 ? machine->first_extra_ns : 0) +
              (machine->readings == machine->spike_at ? machine->spike_ns : 0);
    return true;
}

static void a_steady_benchmark_gets_about_the_least_number_of_iterations(void **state)
{
    (void)state;
    static const double costs_ns[] = {0.3, 1, 7.5, 312, 4999, 5000, 5001, 123456};
    static const int64_t min_times_ns[] = {5 * US, 100 * US, 3 * MS};
    for (size_t i = 0; i < sizeof(costs_ns) / sizeof(costs_ns[0]); i++) {
        for (size_t j = 0; j < sizeof(min_times_ns) / sizeof(min_times_ns[0]); j++) {
            struct machine machine = {.ns_per_iteration = costs_ns[i]};
            struct assay_round_size size;
            assert_true(assay_calibrate(min_times_ns[j], SECOND, run_batch, &machine, &size));
            double least = (double)min_times_ns[j] / costs_ns[i];
            assert_true((double)size.iterations >= least * 0.875);
            assert_true((double)size.iterations <= least * 10 + 1); /* the last of the tenfold steps */
            assert_true(size.duration_ns == (int64_t)(costs_ns[i] * (double)size.iterations));
            assert_true(machine.readings <= 12);
        }
    }
}

static void past_half_of_the_time_growth_is_by_proportion(void **state)
{
    (void)state;
    struct machine machine = {.ns_per_iteration = 60}; /* 100 iterations: 6 us of 10 */
    struct assay_round_size size;
    assert_true(assay_calibrate(10 * US, SECOND, run_batch, &machine, &size));
    assert_true(size.iterations >= 167 && size.iterations <= 170);
}

static void a_cold_first_call_does_not_settle_the_size(void **state)
{
    (void)state;
    struct machine machine = {.ns_per_iteration = 100, .first_extra_ns = 50 * MS};
    struct assay_round_size size;
    assert_true(assay_calibrate(100 * US, SECOND, run_batch, &machine, &size));
    assert_true(size.iterations >= 875);
    assert_true(size.duration_ns >= 87500 && size.duration_ns < MS);
}

static void an_interrupted_reading_on_the_way_does_not_settle_the_size(void **state)
{
    (void)state;
    for (int spike_at = 1; spike_at <= 4; spike_at++) {
        struct machine machine = {.ns_per_iteration = 100, .spike_at = spike_at, .spike_ns = 20 * MS};
        struct assay_round_size size;
        assert_true(assay_calibrate(100 * US, SECOND, run_batch, &machine, &size));
        assert_true(size.iterations >= 875);
    }
}

static void what_is_long_enough_is_run_twice(void **state)
{
    (void)state;
    struct machine machine = {.ns_per_iteration = 10e6};
    struct assay_round_size size;
    assert_true(assay_calibrate(5 * US, SECOND, run_batch, &machine, &size));
    assert_int_equal(machine.readings, 2);
    assert_int_equal(size.iterations, 1);
    assert_int_equal(size.duration_ns, 10 * MS);
}

static void one_call_longer_than_all_the_time_is_made_once(void **state)
{
    (void)state;
    struct machine machine = {.ns_per_iteration = 10e9};
    struct assay_round_size size;
    assert_true(assay_calibrate(5 * US, SECOND, run_batch, &machine, &size));
    assert_int_equal(machine.readings, 1);
    assert_int_equal(size.iterations, 1);
    assert_int_equal(size.duration_ns, 10 * SECOND);
}

static void what_takes_no_time_ends_at_the_greatest_batch(void **state)
{
    (void)state;
    struct machine machine = {.ns_per_iteration = 0};
    struct assay_round_size size;
    assert_true(assay_calibrate(5 * US, SECOND, run_batch, &machine, &size));
    assert_true(size.iterations == ASSAY_MAX_ITERATIONS);
    assert_int_equal(size.duration_ns, 1); /* at least: it is a divisor */
    assert_true(machine.readings < 30);
}

static void what_costs_the_same_for_any_number_ends_too(void **state)
{
    (void)state;
    struct machine machine = {.every_extra_ns = 4 * US}; /* never reaches 5 us, always above half of it */
    struct assay_round_size size;
    assert_true(assay_calibrate(5 * US, SECOND, run_batch, &machine, &size));
    assert_true(size.iterations == ASSAY_MAX_ITERATIONS);
    assert_int_equal(size.duration_ns, 4 * US);
    assert_true(machine.readings < 300);
}

static void no_minimum_means_one_iteration(void **state)
{
    (void)state;
    struct machine machine = {.ns_per_iteration = 0};
    struct assay_round_size size;
    assert_true(assay_calibrate(0, SECOND, run_batch, &machine, &size));
    assert_int_equal(size.iterations, 1);
    assert_int_equal(size.duration_ns, 1);
}

static void a_reading_that_cannot_be_had_ends_it_and_leaves_the_size_alone(void **state)
{
    (void)state;
    struct machine whole = {.ns_per_iteration = 100};
    struct assay_round_size size;
    assert_true(assay_calibrate(100 * US, SECOND, run_batch, &whole, &size));
    assert_true(whole.readings >= 4);
    for (int fails_at = 1; fails_at <= whole.readings; fails_at++) {
        struct machine machine = {.ns_per_iteration = 100, .fails_at = fails_at};
        size = (struct assay_round_size){77, 88};
        assert_false(assay_calibrate(100 * US, SECOND, run_batch, &machine, &size));
        assert_int_equal(machine.readings, fails_at);
        assert_int_equal(size.iterations, 77);
        assert_int_equal(size.duration_ns, 88);
    }
}

static void rounds_fill_the_time_and_are_never_fewer_than_the_least(void **state)
{
    (void)state;
    static const struct {
        int64_t max_time_ns, duration_ns;
        uint64_t min_rounds, rounds;
    } cases[] = {
        {SECOND, MS, 5, 1000},
        {SECOND, MS + 1, 5, 1000}, /* 999.999: rounded up */
        {SECOND, 300 * MS, 5, 5},
        {SECOND, 300 * MS, 1, 4},
        {SECOND, SECOND, 1, 1},
        {SECOND, SECOND - 1, 1, 2},
        {SECOND, 10 * SECOND, 5, 5},
        {SECOND, 10 * SECOND, 1, 1},
        {0, MS, 5, 5},
        {1, INT64_MAX, 1, 1},
        {INT64_MAX, 1, 5, 10000000},
        {SECOND, 1, 5, 10000000},
        {SECOND, MS, 20000000, 10000000},
        {SECOND, 100, 5, 10000000},
        {SECOND, 101, 5, 9900991},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t rounds = assay_rounds_for(cases[i].max_time_ns, cases[i].duration_ns, cases[i].min_rounds);
        if (rounds != cases[i].rounds) {
            fail_msg("case %zu gave %llu", i, (unsigned long long)rounds);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_benchmark_gets_about_the_least_number_of_iterations),
        cmocka_unit_test(past_half_of_the_time_growth_is_by_proportion),
        cmocka_unit_test(a_cold_first_call_does_not_settle_the_size),
        cmocka_unit_test(an_interrupted_reading_on_the_way_does_not_settle_the_size),
        cmocka_unit_test(what_is_long_enough_is_run_twice),
        cmocka_unit_test(one_call_longer_than_all_the_time_is_made_once),
        cmocka_unit_test(what_takes_no_time_ends_at_the_greatest_batch),
        cmocka_unit_test(what_costs_the_same_for_any_number_ends_too),
        cmocka_unit_test(no_minimum_means_one_iteration),
        cmocka_unit_test(a_reading_that_cannot_be_had_ends_it_and_leaves_the_size_alone),
        cmocka_unit_test(rounds_fill_the_time_and_are_never_fewer_than_the_least),
    };
    return cmocka_run_group_tests_name("assay/calibrate", tests, NULL, NULL);
}
