// SPDX-License-Identifier: MIT
/*
 * base/num.h - numbers from text and back, and sizes that cannot overflow.
 *
 * Every parser takes the whole text or nothing: no leading blanks, no tail, no
 * locale.  On false the output is untouched.  Any thread may call anything.
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* a * b in `*out`, or false if that overflows. */
bool base_size_mul(size_t a, size_t b, size_t *out);
/* Zeroed memory for `count` items of `size` bytes; NULL without memory or on
 * overflow.  A count of 0 gives memory that may be freed. */
void *base_alloc_array(size_t count, size_t size);
/* Makes room for one more item of `size` bytes in `*array`, which has `count`
 * and holds `*capacity` of them; both are updated.  False without memory, and
 * nothing has changed. */
bool base_array_make_room(void **array, size_t count, size_t *capacity, size_t size);

/* A decimal whole number, "-" allowed, within [min, max]. */
bool base_num_parse_int64(struct str text, int64_t min, int64_t max, int64_t *out);

/* A finite decimal number, with optional fraction and exponent ("2.5", "1e-6",
 * "-1"; no hexadecimal, no "inf"), within [min, max].  The exponent is within
 * 100000 of zero. */
bool base_num_parse_double(struct str text, double min, double max, double *out);

/* The double nearest to the decimal number at the start of `text`, which is known to
 * be one, of any length; what follows it is left alone.  Ties to even, an infinity
 * beyond the largest double. */
double base_num_nearest(struct str text);

/* A decimal number times 10^scale, rounded to the nearest whole number, ties
 * to even: base_num_parse_scaled("0.00000025", 12, ...) gives 250000.  Exact
 * for any number of digits; `scale` in [0, 18].  False if the text is not a
 * number as above or the result is outside [min, max]. */
bool base_num_parse_scaled(struct str text, int scale, int64_t min, int64_t max, int64_t *out);

/* A duration with its unit, ns, us, ms, s, min or h, blanks between allowed:
 * "500 ms", "0.5s".  A bare number is refused: a duration has a unit.
 * Result in nanoseconds, 0 or more, at most INT64_MAX; what is finer than a
 * nanosecond, or than a billionth of the unit, is rounded as above. */
bool base_num_parse_duration_ns(struct str text, int64_t *out_ns);

/* The decimal digits of a number, at the end of `scratch`, which is borrowed. */
#define BASE_NUM_MAX_DIGITS 20
struct str base_num_digits(uint64_t number, char scratch[BASE_NUM_MAX_DIGITS]);

#endif /* BASE_NUM_H */
