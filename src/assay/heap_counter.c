// SPDX-License-Identifier: MIT
/*
 * A shared object that a worker is started with when allocations are counted, by
 * LD_PRELOAD: it stands before the C library, so it sees the allocations of the
 * body, of C++ and of every library that the body calls.  Runs whose times count
 * are made without it.
 *
 * Bytes in use are what the allocator set aside (malloc_usable_size), because that
 * is all that is known of a block when it is freed; bytes asked for are what was
 * asked for.
 */
#define _GNU_SOURCE /* RTLD_NEXT, malloc_usable_size, reallocarray */
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "assay/heap_counter.h"

#define EXPORTED __attribute__((visibility("default")))

static atomic_bool is_counting;
static atomic_uint_fast64_t allocations, bytes_asked;
static atomic_int_fast64_t in_use, peak;

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static void (*next_free)(void *);
static void *(*next_memalign)(size_t, size_t);
static int (*next_posix_memalign)(void **, size_t, size_t);

/* dlsym() itself may allocate before it has found the allocator: from here. */
static _Alignas(max_align_t) char early[8192];
static size_t early_used;

static bool is_early(const void *block)
{
    return (const char *)block >= early && (const char *)block < early + sizeof(early);
}

static void *allocate_early(size_t bytes)
{
    size_t aligned = (bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    if (aligned > sizeof(early) - early_used) {
        return NULL;
    }
    void *block = early + early_used;
    early_used += aligned;
    return block;
}

/* ISO C has no conversion of an object pointer into one of a function; POSIX does. */
static void find(const char *name, void *out_function)
{
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(out_function, &found, sizeof(found));
}

static void find_all(void)
{
    static bool is_finding;
    if (next_malloc || is_finding) {
        return;
    }
    is_finding = true;
    find("calloc", &next_calloc);
    find("realloc", &next_realloc);
    find("free", &next_free);
    find("memalign", &next_memalign);
    find("posix_memalign", &next_posix_memalign);
    find("malloc", &next_malloc); /* last: it says that all are there */
}

static void gain(size_t asked, void *block)
{
    if (!block || !atomic_load_explicit(&is_counting, memory_order_relaxed)) {
        return;
    }
    (void)atomic_fetch_add(&allocations, 1);
    (void)atomic_fetch_add(&bytes_asked, asked);
    int_fast64_t size = (int_fast64_t)malloc_usable_size(block);
    int_fast64_t now = atomic_fetch_add(&in_use, size) + size;
    int_fast64_t before = atomic_load(&peak);
    while (now > before && !atomic_compare_exchange_weak(&peak, &before, now)) {
    }
}

static void lose(void *block)
{
    if (block && atomic_load_explicit(&is_counting, memory_order_relaxed)) {
        (void)atomic_fetch_sub(&in_use, (int_fast64_t)malloc_usable_size(block));
    }
}

EXPORTED void *malloc(size_t bytes)
{
    find_all();
    void *block = next_malloc ? next_malloc(bytes) : allocate_early(bytes);
    gain(bytes, next_malloc ? block : NULL);
    return block;
}

EXPORTED void *calloc(size_t count, size_t size)
{
    find_all();
    if (!next_malloc) {
        return allocate_early(count * size); /* zeroed from the start; the loader's own, small */
    }
    void *block = next_calloc(count, size);
    gain(count * size, block); /* it did not overflow, or there is no block */
    return block;
}

EXPORTED void free(void *block)
{
    if (!block || is_early(block)) {
        return;
    }
    lose(block);
    next_free(block);
}

EXPORTED void *realloc(void *block, size_t bytes)
{
    find_all();
    if (!next_malloc || is_early(block)) {
        void *moved = malloc(bytes);
        if (moved && block) {
            size_t rest = (size_t)(early + sizeof(early) - (char *)block);
            memcpy(moved, block, bytes < rest ? bytes : rest);
        }
        return moved;
    }
    int_fast64_t before = block ? (int_fast64_t)malloc_usable_size(block) : 0;
    void *moved = next_realloc(block, bytes);
    if ((moved || bytes == 0) && atomic_load_explicit(&is_counting, memory_order_relaxed)) {
        (void)atomic_fetch_sub(&in_use, before);
    }
    gain(bytes, moved);
    return moved;
}

EXPORTED void *reallocarray(void *block, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(block, bytes);
}

EXPORTED int posix_memalign(void **out_block, size_t alignment, size_t bytes)
{
    find_all();
    int error = next_posix_memalign(out_block, alignment, bytes);
    if (error == 0) {
        gain(bytes, *out_block);
    }
    return error;
}

EXPORTED void *memalign(size_t alignment, size_t bytes)
{
    find_all();
    void *block = next_memalign(alignment, bytes);
    gain(bytes, block);
    return block;
}

EXPORTED void *aligned_alloc(size_t alignment, size_t bytes)
{
    return memalign(alignment, bytes);
}

EXPORTED void *valloc(size_t bytes)
{
    return memalign(4096, bytes);
}

EXPORTED void assay_heap_start(void)
{
    atomic_store(&allocations, 0);
    atomic_store(&bytes_asked, 0);
    atomic_store(&in_use, 0);
    atomic_store(&peak, 0);
    atomic_store(&is_counting, true);
}

EXPORTED struct assay_heap_counts assay_heap_stop(void)
{
    atomic_store(&is_counting, false);
    return (struct assay_heap_counts){atomic_load(&allocations), atomic_load(&bytes_asked), atomic_load(&peak)};
}
