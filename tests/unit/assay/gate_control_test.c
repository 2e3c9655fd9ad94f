// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/assay/gate_control.h"

static struct gate_control good_control(void)
{
    return (struct gate_control){
        .is_there = true,
        .fullname = "bench.c::sort",
        .slowed = 0.05,
        .same = {.verdict = ASSAY_VERDICT_SAME, .change = {0.001, -0.002, 0.004}, .launches = 12},
        .slower = {.verdict = ASSAY_VERDICT_SLOWER, .change = {0.05, 0.04, 0.06}, .launches = 24},
    };
}

static void expect(const struct gate_control *control, const char *wanted)
{
    struct buf reason;
    base_buf_init(&reason, 2000);
    assert_int_equal(gate_control_passes(control, &reason), wanted[0] == '\0');
    assert_string_equal(base_buf_cstr(&reason), wanted);
    base_buf_deinit(&reason);
}

static void both_answers_right_pass_and_so_does_none(void **state)
{
    (void)state;
    struct gate_control control = good_control();
    expect(&control, "");
    control.same.verdict = ASSAY_VERDICT_UNKNOWN; /* not sure is not wrong */
    expect(&control, "");
    const struct gate_control none = {0};
    expect(&none, "");
}

static void a_false_alarm_fails(void **state)
{
    (void)state;
    struct gate_control control = good_control();
    control.same.verdict = ASSAY_VERDICT_SLOWER;
    expect(&control, "the control, bench.c::sort of the old build against itself, was called slower (+0.1%, -0.2 to "
                     "+0.4%, 12 launches)");
    control.same.verdict = ASSAY_VERDICT_FASTER;
    expect(&control, "the control, bench.c::sort of the old build against itself, was called faster (+0.1%, -0.2 to "
                     "+0.4%, 12 launches)");
}

static void a_slowdown_that_is_not_found_fails(void **state)
{
    (void)state;
    static const enum assay_verdict verdicts[] = {ASSAY_VERDICT_SAME, ASSAY_VERDICT_FASTER, ASSAY_VERDICT_UNKNOWN};
    for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
        struct gate_control control = good_control();
        control.slower.verdict = verdicts[i];
        control.slower.change = assay_change_unknown();
        control.slower.change.ratio = 0.02;
        control.slower.launches = 3;
        expect(&control, "the control, bench.c::sort slowed by 5%, was not found slower (+2.0%, 3 launches); more time "
                         "(--budget) or a quieter machine may help");
    }
}

static void one_that_cannot_be_measured_fails(void **state)
{
    (void)state;
    struct gate_control control = good_control();
    control.error = "exited with status 1";
    expect(&control, "the control, bench.c::sort of the old build against itself, could not be measured: exited with "
                     "status 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_answers_right_pass_and_so_does_none),
        cmocka_unit_test(a_false_alarm_fails),
        cmocka_unit_test(a_slowdown_that_is_not_found_fails),
        cmocka_unit_test(one_that_cannot_be_measured_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
