// SPDX-License-Identifier: MIT
#include "base/clock.h"

#include <time.h>

static int64_t read_clock_ns(clockid_t id)
{
    struct timespec now;
    (void)clock_gettime(id, &now); /* cannot fail: both clocks exist wherever this compiles */
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t base_clock_monotonic_ns(void)
{
    return read_clock_ns(CLOCK_MONOTONIC);
}

int64_t base_clock_unix_ns(void)
{
    return read_clock_ns(CLOCK_REALTIME);
}
