// SPDX-License-Identifier: MIT
#include "tta/key_memory.h"

#include <stdlib.h>

#define NS_PER_SEC INT64_C(1000000000)
#define NS_PER_MIN (60 * NS_PER_SEC)
#define TRUST_NS (60 * NS_PER_MIN) /* how long an acceptance outlives answers that say nothing */
#define LONGEST_UNKNOWN_NS NS_PER_MIN

struct tta_key_memory {
    struct tta_key_cache *accepted; /* keys that were valid, and have not been refused since */
    struct tta_key_cache *others;   /* a key is in one of the two at most */
};

static const int64_t ttls_ns[] = {
    [TTA_KEY_VALID] = 10 * NS_PER_MIN,  [TTA_KEY_INVALID] = NS_PER_MIN,
    [TTA_KEY_EXPIRED] = NS_PER_MIN,     [TTA_KEY_FORBIDDEN] = NS_PER_MIN,
    [TTA_KEY_NO_CREDIT] = NS_PER_MIN,   [TTA_KEY_RATE_LIMITED] = NS_PER_MIN,
    [TTA_KEY_UNVERIFIABLE] = 10 * NS_PER_MIN, [TTA_KEY_UNKNOWN] = 5 * NS_PER_SEC,
};

struct tta_key_memory *tta_key_memory_create(size_t capacity)
{
    struct tta_key_memory *memory = calloc(1, sizeof *memory);
    if (!memory) {
        return NULL;
    }
    memory->accepted = tta_key_cache_create(capacity);
    memory->others = tta_key_cache_create(capacity);
    if (!memory->accepted || !memory->others) {
        tta_key_memory_destroy(memory);
        return NULL;
    }
    return memory;
}

void tta_key_memory_destroy(struct tta_key_memory *memory)
{
    if (memory) {
        tta_key_cache_destroy(memory->accepted);
        tta_key_cache_destroy(memory->others);
        free(memory);
    }
}

static const struct tta_key_record *find(const struct tta_key_memory *memory, const struct tta_key_digest *digest)
{
    const struct tta_key_record *record = tta_key_cache_find(memory->accepted, digest);
    return record ? record : tta_key_cache_find(memory->others, digest);
}

static struct tta_key_result result_of(const struct tta_key_record *record, bool from_cache, int64_t now_ns)
{
    return (struct tta_key_result){
        .verdict = record->verdict,
        .from_cache = from_cache,
        .http_status = record->http_status,
        .retry_ns = record->retry_until_ns > now_ns ? record->retry_until_ns - now_ns : 0,
        .sentence = record->sentence,
    };
}

bool tta_key_memory_tell(const struct tta_key_memory *memory, const struct tta_key_digest *digest, int64_t now_ns,
                         struct tta_key_result *out_result)
{
    const struct tta_key_record *record = find(memory, digest);
    if (!record || record->expires_ns <= now_ns) {
        return false;
    }
    *out_result = result_of(record, true, now_ns);
    return true;
}

bool tta_key_memory_tell_stale(const struct tta_key_memory *memory, const struct tta_key_digest *digest,
                               int64_t now_ns, struct tta_key_result *out_result)
{
    const struct tta_key_record *record = tta_key_cache_find(memory->accepted, digest);
    if (!record || record->verdict != TTA_KEY_VALID || record->trusted_until_ns <= now_ns) {
        return false;
    }
    *out_result = result_of(record, true, now_ns);
    return true;
}

bool tta_key_memory_is_accepted(const struct tta_key_memory *memory, const struct tta_key_digest *digest)
{
    return tta_key_cache_find(memory->accepted, digest) != NULL;
}

static int64_t later(int64_t now_ns, int64_t by_ns)
{
    return now_ns > 0 && by_ns > INT64_MAX - now_ns ? INT64_MAX : now_ns + by_ns;
}

/* How long a verdict serves.  That of a good key varies by a tenth from key to
 * key, so that keys first seen together are not all asked about together. */
static int64_t ttl_ns(const struct tta_key_finding *finding, const struct tta_key_digest *digest, uint32_t unknowns)
{
    int64_t ttl = ttls_ns[finding->verdict];
    if (finding->verdict == TTA_KEY_RATE_LIMITED && finding->retry_ns > 0) {
        return finding->retry_ns;
    }
    if (finding->verdict == TTA_KEY_VALID) {
        ttl += (int64_t)(digest->words[1] % (uint64_t)(ttl / 5)) - ttl / 10;
    }
    for (uint32_t i = 1; i < unknowns && ttl < LONGEST_UNKNOWN_NS; i++) {
        ttl *= 2;
    }
    ttl = unknowns > 0 && ttl > LONGEST_UNKNOWN_NS ? LONGEST_UNKNOWN_NS : ttl;
    return ttl < finding->lasts_ns ? ttl : finding->lasts_ns;
}

/* Whether the key counts as one that the provider knows, for its being so now or before. */
static bool is_of_accepted(const struct tta_key_memory *memory, const struct tta_key_digest *digest,
                           enum tta_key_verdict verdict)
{
    return verdict == TTA_KEY_VALID || (!tta_key_verdict_blocks(verdict) && verdict != TTA_KEY_UNVERIFIABLE &&
                                        tta_key_memory_is_accepted(memory, digest));
}

/* A provider that cannot be asked takes nothing from a key that it accepted a while ago. */
static bool keeps_trust(const struct tta_key_record *before, const struct tta_key_finding *finding, int64_t now_ns)
{
    return finding->verdict == TTA_KEY_UNKNOWN && before && before->verdict == TTA_KEY_VALID &&
           before->trusted_until_ns > now_ns;
}

void tta_key_memory_learn(struct tta_key_memory *memory, const struct tta_key_digest *digest,
                          const struct tta_key_finding *finding, int64_t now_ns, struct tta_key_result *out_result)
{
    const struct tta_key_record *before = find(memory, digest);
    uint32_t unknowns = finding->verdict != TTA_KEY_UNKNOWN ? 0 : before ? before->unknowns + 1 : 1;
    struct tta_key_record record = {
        .verdict = finding->verdict,
        .http_status = finding->http_status,
        .sentence = finding->sentence,
        .expires_ns = later(now_ns, ttl_ns(finding, digest, unknowns)),
        .retry_until_ns = finding->retry_ns > 0 ? later(now_ns, finding->retry_ns) : 0,
        .trusted_until_ns = finding->verdict == TTA_KEY_VALID
                                ? later(now_ns, finding->lasts_ns < TRUST_NS ? finding->lasts_ns : TRUST_NS)
                                : 0,
        .unknowns = unknowns,
    };
    bool is_kept = keeps_trust(before, finding, now_ns);
    if (is_kept) {
        record.verdict = TTA_KEY_VALID;
        record.http_status = 0;
        record.sentence = "The provider accepted the key when it was last asked; now it gave no answer about it.";
        record.trusted_until_ns = before->trusted_until_ns;
        record.expires_ns = record.expires_ns < record.trusted_until_ns ? record.expires_ns : record.trusted_until_ns;
    }
    bool is_accepted = is_of_accepted(memory, digest, record.verdict);
    tta_key_cache_forget(is_accepted ? memory->others : memory->accepted, digest);
    tta_key_cache_store(is_accepted ? memory->accepted : memory->others, digest, &record);
    *out_result = result_of(&record, is_kept, now_ns);
}

void tta_key_memory_forget(struct tta_key_memory *memory, const struct tta_key_digest *digest)
{
    tta_key_cache_forget(memory->accepted, digest);
    tta_key_cache_forget(memory->others, digest);
}
