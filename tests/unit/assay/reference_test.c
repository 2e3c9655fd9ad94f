// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "assay/reference.h"

#define READINGS 100

/* No core is slower than 100 MHz or faster than 20 GHz, nor takes more than ten cycles for a slot; a reading that
 * something else interrupted takes longer, so the least of many is looked at. */
static void a_reading_is_of_a_cycle_and_a_slot_or_there_is_none(void **state)
{
    (void)state;
    struct assay_pace least = assay_reference_pace();
    for (int i = 0; i < READINGS; i++) {
        least = assay_pace_least(least, assay_reference_pace());
    }
#if defined(__x86_64__) || defined(__aarch64__)
    assert_true(least.cycle_ns > 0.05 && least.cycle_ns < 10);
    assert_true(least.slot_ns > 0.01 && least.slot_ns < 10 * least.cycle_ns);
#else
    assert_true(least.cycle_ns == 0 && least.slot_ns == 0);
#endif
}

static void the_least_of_two_is_of_what_is_known(void **state)
{
    (void)state;
    struct assay_pace least = assay_pace_least((struct assay_pace){0.25, 0}, (struct assay_pace){0.5, 0.75});
    assert_true(least.cycle_ns == 0.25 && least.slot_ns == 0.75);
    least = assay_pace_least((struct assay_pace){0}, (struct assay_pace){0});
    assert_true(least.cycle_ns == 0 && least.slot_ns == 0);
    least = assay_pace_least((struct assay_pace){0.5, 0.5}, (struct assay_pace){0.25, 0});
    assert_true(least.cycle_ns == 0.25 && least.slot_ns == 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reading_is_of_a_cycle_and_a_slot_or_there_is_none),
        cmocka_unit_test(the_least_of_two_is_of_what_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
