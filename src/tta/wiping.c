// SPDX-License-Identifier: MIT
/* Memory comes by way of reallocarray(), so that a test that refuses the library memory does not refuse it libcurl. */
#define _GNU_SOURCE /* reallocarray, malloc_usable_size */
#include "tta/wiping.h"

#include <malloc.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void *tta_wiping_malloc(size_t size)
{
    return reallocarray(NULL, 1, size > 0 ? size : 1);
}

void *tta_wiping_calloc(size_t count, size_t size)
{
    bool is_empty = count == 0 || size == 0;
    void *bytes = reallocarray(NULL, is_empty ? 1 : count, is_empty ? 1 : size);
    if (bytes && !is_empty) {
        memset(bytes, 0, count * size); /* which does not overflow, or there would be none */
    }
    return bytes;
}

void tta_wiping_free(void *bytes)
{
    if (bytes) {
        sodium_memzero(bytes, malloc_usable_size(bytes));
        free(bytes);
    }
}

/* Never in place: libc's own would leave what it moves away from. */
void *tta_wiping_realloc(void *old, size_t size)
{
    void *bytes = tta_wiping_malloc(size);
    if (bytes && old) {
        size_t old_size = malloc_usable_size(old);
        memcpy(bytes, old, old_size < size ? old_size : size);
        tta_wiping_free(old);
    }
    return bytes;
}

char *tta_wiping_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = tta_wiping_malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}
