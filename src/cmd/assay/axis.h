// SPDX-License-Identifier: MIT
/* assay/axis.h - an axis of a drawing: where a value lies on it, and which values are marked.  Pure. */
#ifndef CMD_ASSAY_AXIS_H
#define CMD_ASSAY_AXIS_H

#include <stdbool.h>
#include <stddef.h>

struct axis {
    double low, high; /* finite, low < high; both positive if is_log */
    bool is_log;
};

/* One that holds both values, with a little room beside them.  It is by logarithm where
 * the larger is more than `most` times the smaller, and both are positive.  They may be
 * equal. */
struct axis axis_make(double low, double high, double most);

/* From 0 at the low end to 1 at the high end; what lies beyond an end lies on it. */
double axis_place(const struct axis *axis, double value);

#define AXIS_MAX_TICKS 12
/* Round values on the axis, ascending: multiples of 1, 2 or 5 times a power of ten, or by
 * logarithm 1, 2 and 5 times powers of ten, or powers only.  The count, 2 or more;
 * `*out_decimals` is how many digits behind the point tell them apart once they are
 * divided by `unit`. */
size_t axis_ticks(const struct axis *axis, double unit, double out_ticks[AXIS_MAX_TICKS], int *out_decimals);

#endif /* CMD_ASSAY_AXIS_H */
