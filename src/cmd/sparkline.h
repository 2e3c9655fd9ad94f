// SPDX-License-Identifier: MIT
/* cmd/sparkline.h - numbers as a line of small bars. */
#ifndef CMD_SPARKLINE_H
#define CMD_SPARKLINE_H

#include <stdbool.h>

#include "base/buf.h"

#define SPARKLINE_LEVELS 8

/*
 * Appends a character a number: the least has the lowest bar and the largest the
 * highest, those between in proportion; all the same, where they differ by less
 * than 1 %, for noise is no shape.  NAN is a blank.  With `is_utf8` they are
 * blocks, else characters of ASCII.  Of more than `columns` numbers the last are
 * shown.
 */
void sparkline_add(struct buf *out, const double *numbers, size_t count, size_t columns, bool is_utf8);

#endif /* CMD_SPARKLINE_H */
