// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "assay/timer.h"
#include "base/clock.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A clock of steps; a reading takes a time of its own, now and then much more. */
struct fake {
    int64_t step_ns, cost_ns;
    int64_t now_ns, readings;
};

static int64_t read_fake(void *context)
{
    struct fake *fake = context;
    fake->readings++;
    fake->now_ns += fake->readings % 100 == 0 ? 50 * fake->cost_ns : fake->cost_ns;
    return fake->now_ns - fake->now_ns % fake->step_ns;
}

static void finds_step_and_cost(void **state)
{
    (void)state;
    static const struct {
        struct fake clock;
        int64_t step_ns;
        double least_cost_ns, most_cost_ns;
    } cases[] = {
        {{.step_ns = 1, .cost_ns = 24}, 24, 24, 24},         /* finer than it can be read */
        {{.step_ns = 10, .cost_ns = 24}, 10, 23, 25},
        {{.step_ns = 100, .cost_ns = 24}, 100, 24, 40},      /* most readings are equal */
        {{.step_ns = 1000, .cost_ns = 24}, 1000, 24, 40},
        {{.step_ns = 1, .cost_ns = 30000}, 30000, 30000, 30000}, /* a system call, and a slow one */
        {{.step_ns = 4000000, .cost_ns = 24}, 4000000, 24, 40},  /* the tick of the timer interrupt */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fake clock = cases[i].clock;
        struct assay_timer timer = assay_timer_measure(read_fake, &clock);
        assert_int_equal(timer.step_ns, cases[i].step_ns);
        assert_true(timer.cost_ns >= cases[i].least_cost_ns && timer.cost_ns <= cases[i].most_cost_ns);
    }
}

static void takes_less_than_2_ms_by_the_clock_it_reads(void **state)
{
    (void)state;
    static const int64_t costs_ns[] = {1, 24, 1000, 30000};
    for (size_t i = 0; i < COUNT_OF(costs_ns); i++) {
        struct fake clock = {.step_ns = 1, .cost_ns = costs_ns[i], .now_ns = 0};
        (void)assay_timer_measure(read_fake, &clock);
        assert_true(clock.now_ns < 50 * costs_ns[i] + 2000000);
        assert_true(clock.readings <= 5000);
    }
}

static void a_clock_that_stands_still_has_no_step(void **state)
{
    (void)state;
    struct fake clock = {.step_ns = INT64_MAX, .cost_ns = 1};
    struct assay_timer timer = assay_timer_measure(read_fake, &clock);
    assert_int_equal(timer.step_ns, 0);
    assert_true(timer.cost_ns == 0);
    assert_int_equal(assay_timer_least_round_ns(&timer, ASSAY_STEPS_IN_A_ROUND), 0);
}

static void a_round_has_a_thousand_steps(void **state)
{
    (void)state;
    struct assay_timer timer = {.step_ns = 40};
    assert_int_equal(assay_timer_least_round_ns(&timer, ASSAY_STEPS_IN_A_ROUND), 40000);
}

static int64_t read_real(void *context)
{
    (void)context;
    return base_clock_monotonic_ns();
}

static void the_real_clock_moves(void **state)
{
    (void)state;
    struct assay_timer timer = assay_timer_measure(read_real, NULL);
    assert_true(timer.step_ns > 0);
    assert_true(timer.cost_ns > 0);
}

static void clocks_have_the_names_of_python_too(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum assay_timer_kind kind; /* ASSAY_TIMER_COUNT: none */
    } cases[] = {
        {"monotonic", ASSAY_TIMER_MONOTONIC},        {"time.perf_counter", ASSAY_TIMER_MONOTONIC},
        {"perf_counter", ASSAY_TIMER_MONOTONIC},     {"time.time", ASSAY_TIMER_MONOTONIC},
        {"clock_gettime", ASSAY_TIMER_MONOTONIC},    {"process", ASSAY_TIMER_PROCESS},
        {"time.process_time", ASSAY_TIMER_PROCESS},  {"pep418.process_time", ASSAY_TIMER_PROCESS},
        {"thread", ASSAY_TIMER_THREAD},              {"thread_time", ASSAY_TIMER_THREAD},
        {"", ASSAY_TIMER_COUNT},                     {"Process", ASSAY_TIMER_COUNT},
        {"tracemalloc.get_traced_memory", ASSAY_TIMER_COUNT},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum assay_timer_kind kind = ASSAY_TIMER_COUNT;
        assert_int_equal(assay_timer_of_name(base_str(cases[i].name), &kind), cases[i].kind != ASSAY_TIMER_COUNT);
        assert_int_equal(kind, cases[i].kind);
    }
    for (int kind = 0; kind < ASSAY_TIMER_COUNT; kind++) {
        enum assay_timer_kind found;
        assert_true(assay_timer_of_name(base_str(assay_timer_file_name((enum assay_timer_kind)kind)), &found));
        assert_int_equal(found, kind);
        int64_t before_ns = base_clock_read_ns(assay_timer_clock(found));
        assert_true(base_clock_read_ns(assay_timer_clock(found)) >= before_ns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_have_the_names_of_python_too),
        cmocka_unit_test(finds_step_and_cost),
        cmocka_unit_test(takes_less_than_2_ms_by_the_clock_it_reads),
        cmocka_unit_test(a_clock_that_stands_still_has_no_step),
        cmocka_unit_test(a_round_has_a_thousand_steps),
        cmocka_unit_test(the_real_clock_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
