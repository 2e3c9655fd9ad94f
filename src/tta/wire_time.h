// SPDX-License-Identifier: MIT
/*
 * tta/wire_time.h - times and durations as providers write them.
 *
 * Each takes the whole text or nothing; on false the output is untouched.  Pure.
 */
#ifndef TTA_WIRE_TIME_H
#define TTA_WIRE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* A time as of RFC 3339, "2027-01-31T09:00:00.5Z", in seconds since 1970; the fraction is dropped. */
bool tta_wire_rfc3339_sec(struct str text, int64_t *out_unix_sec);

/* A date of HTTP (RFC 9110, 5.6.7) in its one form of today, "Sun, 06 Nov 1994 08:49:37 GMT". */
bool tta_wire_http_date_sec(struct str text, int64_t *out_unix_sec);

/* A duration as Go prints it and OpenAI sends it: "12ms", "1s", "6m0s", "1h30m0.5s"; at least
 * one number with its unit of h, m, s, ms or us, 0 or more, at most INT64_MAX nanoseconds. */
bool tta_wire_duration_ns(struct str text, int64_t *out_ns);

#endif /* TTA_WIRE_TIME_H */
