// SPDX-License-Identifier: MIT
/*
 * tta/key_memory.h - what is known of keys, and for how long.
 *
 * Verdicts by the keyed hash of the key, each with its time.  Keys that a provider
 * has accepted are kept apart from all others, so that no flood of bad ones can
 * push them out.  An answer that says nothing of the key (unknown) puts the next
 * question off: 5 s, then twice as long each time, up to a minute; and it takes
 * nothing from a key that was accepted within the last hour.  Pure: no lock, no
 * clock, no key.
 */
#ifndef TTA_KEY_MEMORY_H
#define TTA_KEY_MEMORY_H

#include "tta/key_answer.h"
#include "tta/key_cache.h"

struct tta_key_memory;

/* For `capacity` keys that were accepted and as many others.  NULL without memory. */
struct tta_key_memory *tta_key_memory_create(size_t capacity);
void tta_key_memory_destroy(struct tta_key_memory *memory);

/* The verdict, while its time lasts; false: somebody must be asked. */
bool tta_key_memory_tell(const struct tta_key_memory *memory, const struct tta_key_digest *digest, int64_t now_ns,
                         struct tta_key_result *out_result);

/* What serves while somebody is being asked: "valid", within an hour of its being so and the key's own time. */
bool tta_key_memory_tell_stale(const struct tta_key_memory *memory, const struct tta_key_digest *digest,
                               int64_t now_ns, struct tta_key_result *out_result);

/* Whether the provider has accepted the key, however long ago, and not refused it since. */
bool tta_key_memory_is_accepted(const struct tta_key_memory *memory, const struct tta_key_digest *digest);

/* Takes in what was found at `now_ns`, and what is to be told of it. */
void tta_key_memory_learn(struct tta_key_memory *memory, const struct tta_key_digest *digest,
                          const struct tta_key_finding *finding, int64_t now_ns, struct tta_key_result *out_result);

void tta_key_memory_forget(struct tta_key_memory *memory, const struct tta_key_digest *digest);

#endif /* TTA_KEY_MEMORY_H */
