// SPDX-License-Identifier: MIT
/* assay/student.h - Student's t distribution.  Pure. */
#ifndef ASSAY_STUDENT_H
#define ASSAY_STUDENT_H

#include <stdint.h>

/* The t with P(|T| <= t) = confidence, for `freedom` degrees of freedom, 1 or
 * more; `confidence` in (0, 1). */
double assay_student_quantile(double confidence, uint64_t freedom);

#endif /* ASSAY_STUDENT_H */
