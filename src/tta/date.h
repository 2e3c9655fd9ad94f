// SPDX-License-Identifier: MIT
/* tta/date.h - dates in answers of providers. */
#ifndef TTA_DATE_H
#define TTA_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* "2026-08-10", alone or with "T" and a time of the day behind it, which is not looked at: the
 * second since 1970 at which that day begins in UTC.  False if it is none, or before 1970-01-02. */
bool tta_parse_date(struct str text, int64_t *out_unix_s);

#endif /* TTA_DATE_H */
