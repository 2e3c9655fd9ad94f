// SPDX-License-Identifier: MIT
/* base/clock.h - the one place that reads a clock. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds of a clock of POSIX that exists wherever this compiles: MONOTONIC, REALTIME,
 * PROCESS_CPUTIME_ID or THREAD_CPUTIME_ID. */
int64_t base_clock_read_ns(clockid_t clock);

/* Nanoseconds of CLOCK_MONOTONIC: for differences only.  On Linux no system
 * call.  Any thread. */
int64_t base_clock_monotonic_ns(void);

/* Nanoseconds since 1970-01-01 UTC, for files and logs; it may jump. */
int64_t base_clock_unix_ns(void);

/* The same in whole seconds, which costs next to nothing. */
int64_t base_clock_unix_s(void);

#endif /* BASE_CLOCK_H */
