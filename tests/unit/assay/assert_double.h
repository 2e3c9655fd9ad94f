// SPDX-License-Identifier: MIT
/* assert_double.h - doubles compared as they are; cmocka has only a tolerance
 * for floats.  Include behind cmocka.h. */
#ifndef TESTS_ASSERT_DOUBLE_H
#define TESTS_ASSERT_DOUBLE_H

#include <math.h>

/* Equal to the last digit; NAN equals NAN. */
#define assert_double_is(got, wanted) assert_double_near(got, wanted, 0.0)
/* Equal within a part of the wanted value. */
#define assert_double_near(got, wanted, ratio) check_double(#got, got, wanted, ratio, __FILE__, __LINE__)

static inline void check_double(const char *expression, double got, double wanted, double ratio, const char *file,
                                int line)
{
    if (got == wanted || (isnan(got) && isnan(wanted)) || fabs(got - wanted) <= ratio * fabs(wanted)) {
        return;
    }
    print_error("%s: wanted %.17g, got %.17g\n", expression, wanted, got);
    _fail(file, line);
}

#endif /* TESTS_ASSERT_DOUBLE_H */
