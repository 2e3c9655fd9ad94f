// SPDX-License-Identifier: MIT
#define _GNU_SOURCE /* sched_setaffinity, CPU_SET */
#include "assay/place.h"

#if defined(__linux__)
#include <sched.h>
#include <stddef.h>

bool assay_place_thread(unsigned index)
{
    cpu_set_t allowed, one;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0 || CPU_COUNT(&allowed) < 2) {
        return false;
    }
    unsigned left = index % (unsigned)CPU_COUNT(&allowed);
    size_t core = 0;
    while (!CPU_ISSET(core, &allowed) || left-- > 0) {
        core++;
    }
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    return sched_setaffinity(0, sizeof(one), &one) == 0;
}
#else
bool assay_place_thread(unsigned index)
{
    (void)index;
    return false;
}
#endif
