// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "assay/reference.h"

#define READINGS 100

/* No core is slower than 100 MHz or faster than 20 GHz; a reading that something
 * else interrupted takes longer, so the least of many is looked at. */
static void a_reading_is_of_a_cycle_or_there_is_none(void **state)
{
    (void)state;
    double least_ns = assay_reference_cycle_ns();
    for (int i = 0; i < READINGS; i++) {
        double cycle_ns = assay_reference_cycle_ns();
        least_ns = cycle_ns < least_ns ? cycle_ns : least_ns;
    }
#if defined(__x86_64__) || defined(__aarch64__)
    assert_true(least_ns > 0.05 && least_ns < 10);
#else
    assert_true(least_ns == 0);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reading_is_of_a_cycle_or_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
