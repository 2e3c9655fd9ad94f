// SPDX-License-Identifier: MIT
#include "base/clock.h"

int64_t base_clock_read_ns(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now); /* cannot fail: they exist */
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t base_clock_monotonic_ns(void)
{
    return base_clock_read_ns(CLOCK_MONOTONIC);
}

int64_t base_clock_unix_ns(void)
{
    return base_clock_read_ns(CLOCK_REALTIME);
}

int64_t base_clock_unix_s(void)
{
    return (int64_t)time(NULL);
}
