// SPDX-License-Identifier: MIT
/*
 * Slots in chained buckets, and all slots, used or not, in one ring by age:
 * the oldest is where the next record goes, and a slot that is forgotten
 * becomes the oldest.  So nothing is allocated after creation, and every call
 * takes constant time.  The digests are uniformly distributed by nature, so
 * their low bits choose the bucket.
 */
#include "tta/key_cache.h"

#include <assert.h>
#include <stdlib.h>

#include "base/num.h"

#define NONE UINT32_MAX

struct slot {
    struct tta_key_digest digest;
    struct tta_key_record record;
    bool is_used;
    uint32_t next_in_bucket;
    uint32_t newer;
    uint32_t older;
};

/* slots[capacity] holds no record: its `newer` is the oldest slot and its
 * `older` the newest, which closes the ring. */
struct tta_key_cache {
    struct slot *slots;
    uint32_t *buckets; /* the first slot of each, or NONE */
    uint32_t capacity;
    uint64_t bucket_mask;
};

static void insert_after(struct tta_key_cache *cache, uint32_t place, uint32_t slot)
{
    struct slot *slots = cache->slots;
    slots[slot].older = place;
    slots[slot].newer = slots[place].newer;
    slots[slots[slot].newer].older = slot;
    slots[place].newer = slot;
}

static void leave_ring(struct tta_key_cache *cache, uint32_t slot)
{
    struct slot *slots = cache->slots;
    slots[slots[slot].older].newer = slots[slot].newer;
    slots[slots[slot].newer].older = slots[slot].older;
}

static void become_newest(struct tta_key_cache *cache, uint32_t slot)
{
    leave_ring(cache, slot);
    insert_after(cache, cache->slots[cache->capacity].older, slot);
}

static void become_oldest(struct tta_key_cache *cache, uint32_t slot)
{
    leave_ring(cache, slot);
    insert_after(cache, cache->capacity, slot);
}

static void make_empty(struct tta_key_cache *cache)
{
    uint32_t end = cache->capacity;
    cache->slots[end].newer = end;
    cache->slots[end].older = end;
    for (uint32_t slot = 0; slot < end; slot++) {
        insert_after(cache, end, slot);
    }
    for (uint64_t bucket = 0; bucket <= cache->bucket_mask; bucket++) {
        cache->buckets[bucket] = NONE;
    }
}

struct tta_key_cache *tta_key_cache_create(size_t capacity)
{
    assert(capacity > 0 && capacity <= UINT32_MAX / 2);
    size_t bucket_count = 1;
    while (bucket_count < capacity) {
        bucket_count *= 2;
    }
    struct tta_key_cache *cache = calloc(1, sizeof *cache);
    if (!cache) {
        return NULL;
    }
    cache->capacity = (uint32_t)capacity;
    cache->bucket_mask = bucket_count - 1;
    cache->slots = base_alloc_array(capacity + 1, sizeof *cache->slots);
    cache->buckets = base_alloc_array(bucket_count, sizeof *cache->buckets);
    if (!cache->slots || !cache->buckets) {
        tta_key_cache_destroy(cache);
        return NULL;
    }
    make_empty(cache);
    return cache;
}

void tta_key_cache_destroy(struct tta_key_cache *cache)
{
    if (cache) {
        free(cache->slots);
        free(cache->buckets);
        free(cache);
    }
}

static uint32_t *bucket_of(const struct tta_key_cache *cache, const struct tta_key_digest *digest)
{
    return &cache->buckets[digest->words[0] & cache->bucket_mask];
}

static bool is_same(const struct tta_key_digest *a, const struct tta_key_digest *b)
{
    return a->words[0] == b->words[0] && a->words[1] == b->words[1];
}

static uint32_t find_slot(const struct tta_key_cache *cache, const struct tta_key_digest *digest)
{
    uint32_t slot = *bucket_of(cache, digest);
    while (slot != NONE && !is_same(&cache->slots[slot].digest, digest)) {
        slot = cache->slots[slot].next_in_bucket;
    }
    return slot;
}

static void leave_bucket(struct tta_key_cache *cache, uint32_t slot)
{
    uint32_t *link = bucket_of(cache, &cache->slots[slot].digest);
    while (*link != slot) {
        link = &cache->slots[*link].next_in_bucket;
    }
    *link = cache->slots[slot].next_in_bucket;
    cache->slots[slot].is_used = false;
}

static void enter_bucket(struct tta_key_cache *cache, uint32_t slot, const struct tta_key_digest *digest)
{
    uint32_t *head = bucket_of(cache, digest);
    cache->slots[slot].digest = *digest;
    cache->slots[slot].next_in_bucket = *head;
    cache->slots[slot].is_used = true;
    *head = slot;
}

const struct tta_key_record *tta_key_cache_find(const struct tta_key_cache *cache,
                                                const struct tta_key_digest *digest)
{
    uint32_t slot = find_slot(cache, digest);
    return slot != NONE ? &cache->slots[slot].record : NULL;
}

void tta_key_cache_store(struct tta_key_cache *cache, const struct tta_key_digest *digest,
                         const struct tta_key_record *record)
{
    uint32_t slot = find_slot(cache, digest);
    if (slot == NONE) {
        slot = cache->slots[cache->capacity].newer;
        if (cache->slots[slot].is_used) {
            leave_bucket(cache, slot);
        }
        enter_bucket(cache, slot, digest);
    }
    cache->slots[slot].record = *record;
    become_newest(cache, slot);
}

void tta_key_cache_forget(struct tta_key_cache *cache, const struct tta_key_digest *digest)
{
    uint32_t slot = find_slot(cache, digest);
    if (slot != NONE) {
        leave_bucket(cache, slot);
        become_oldest(cache, slot);
    }
}
