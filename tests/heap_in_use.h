// SPDX-License-Identifier: MIT
/* heap_in_use.h - what a test's process has allocated and not given back. */
#ifndef TESTS_HEAP_IN_USE_H
#define TESTS_HEAP_IN_USE_H

#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

/* Bytes in all arenas; 0 under a sanitizer, whose heap is another.  What is freed and below a kilobyte may be kept at
 * hand by a thread, and then counts as in use. */
static inline size_t heap_in_use(void)
{
    struct mallinfo2 heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

/* For main() to begin with: nothing is kept at hand.  That is to be told to glibc before a program starts. */
static inline void heap_keep_nothing_at_hand(char **argv)
{
    if (!getenv("GLIBC_TUNABLES")) {
        (void)setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
        (void)execv("/proc/self/exe", argv); /* or it is kept, and the test may be told more than there is */
    }
}

#endif /* TESTS_HEAP_IN_USE_H */
