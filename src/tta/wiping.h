// SPDX-License-Identifier: MIT
/*
 * tta/wiping.h - an allocator that zeroes what is given back.
 *
 * For libcurl, which copies the header line with the key into its buffers and
 * frees them as they are.
 */
#ifndef TTA_WIPING_H
#define TTA_WIPING_H

#include <stddef.h>

/* As those of libc.  What one of these gave goes to one of these. */
void *tta_wiping_malloc(size_t size);
void *tta_wiping_calloc(size_t count, size_t size);
void *tta_wiping_realloc(void *old, size_t size);
char *tta_wiping_strdup(const char *text);
void tta_wiping_free(void *bytes);

#endif /* TTA_WIPING_H */
