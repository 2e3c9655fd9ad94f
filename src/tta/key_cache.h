// SPDX-License-Identifier: MIT
/*
 * tta/key_cache.h - verdicts by the keyed hash of the key.
 *
 * Of a fixed capacity: a new verdict takes the place of the one stored longest
 * ago.  No key, no clock and no lock in it.
 */
#ifndef TTA_KEY_CACHE_H
#define TTA_KEY_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "tta/keys.h"

/* A keyed 128-bit hash; equal digests mean the same question. */
struct tta_key_digest {
    uint64_t words[2];
};

struct tta_key_record {
    enum tta_key_verdict verdict;
    int http_status;
    const char *sentence;
    int64_t expires_ns;     /* to be asked about from then on */
    int64_t retry_until_ns; /* with rate_limited: when to ask again, if the provider said so; else 0 */
    int64_t trusted_until_ns; /* with valid: until then it outlives answers that say nothing */
    uint32_t unknowns;        /* answers in a row that said nothing */
};

struct tta_key_cache;

/* For `capacity` records, 1 to UINT32_MAX / 2.  NULL without memory. */
struct tta_key_cache *tta_key_cache_create(size_t capacity);
void tta_key_cache_destroy(struct tta_key_cache *cache);

/* The record of a digest, however old, borrowed until the next change; NULL if there is none. */
const struct tta_key_record *tta_key_cache_find(const struct tta_key_cache *cache,
                                                const struct tta_key_digest *digest);
/* Stores a record; it replaces one of the same digest. */
void tta_key_cache_store(struct tta_key_cache *cache, const struct tta_key_digest *digest,
                         const struct tta_key_record *record);
void tta_key_cache_forget(struct tta_key_cache *cache, const struct tta_key_digest *digest);

#endif /* TTA_KEY_CACHE_H */
