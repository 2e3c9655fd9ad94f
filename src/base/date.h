// SPDX-License-Identifier: MIT
/* base/date.h - days as people write them. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* Days from 1970-01-01 to a date of the Gregorian calendar, of a year from 1 on. */
int64_t base_date_days(int64_t year, int64_t month, int64_t day);

/* "2026-08-10", alone or with "T" and a time of the day behind it, which is not looked at: the
 * second since 1970 at which that day begins in UTC.  False if it is none, or before 1970-01-02. */
bool base_date_parse(struct str text, int64_t *out_unix_s);

/* The moment in UTC as ISO 8601 writes it, "2026-08-10T07:05:39.123456+00:00"; of a year from 1970 to 9999. */
#define BASE_DATE_BYTES sizeof("2026-08-10T07:05:39.123456+00:00")
void base_date_format(int64_t unix_ns, char out[BASE_DATE_BYTES]);

#endif /* BASE_DATE_H */
