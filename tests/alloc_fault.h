// SPDX-License-Identifier: MIT
/*
 * alloc_fault.h - makes the nth allocation of a test fail.
 *
 * Include it in one test file and link that program with
 * -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup: calls from
 * objects linked into the program then come here.  Shared libraries keep their
 * own allocator, so jansson and libc are not affected.
 *
 *     for (size_t n = 1; ; n++) {
 *         alloc_fault_after(n);
 *         status = the_call(...);
 *         if (!alloc_fault_happened()) break;   (every allocation succeeded)
 *         assert(status == NO_MEMORY);
 *     }
 */
#ifndef TESTS_ALLOC_FAULT_H
#define TESTS_ALLOC_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);

static size_t fault_countdown; /* 0: never */
static bool fault_happened;

/* The nth allocation from now on fails, and all after it; 0 ends that. */
static inline void alloc_fault_after(size_t n)
{
    fault_countdown = n;
    fault_happened = false;
}

/* Whether an allocation was refused since alloc_fault_after(); ends the faults. */
static inline bool alloc_fault_happened(void)
{
    fault_countdown = 0;
    return fault_happened;
}

static bool must_fail(void)
{
    if (fault_countdown == 0) {
        return false;
    }
    if (fault_countdown > 1) {
        fault_countdown--;
        return false;
    }
    fault_happened = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return must_fail() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return must_fail() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return must_fail() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = __wrap_malloc(size);
    if (copy) {
        memcpy(copy, text, size);
    }
    return copy;
}

#endif /* TESTS_ALLOC_FAULT_H */
