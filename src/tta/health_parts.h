// SPDX-License-Identifier: MIT
/*
 * tta/health_parts.h - what a failover does with the parts of its targets.
 *
 * Each call takes the health's lock by itself unless it says otherwise.
 */
#ifndef TTA_HEALTH_PARTS_H
#define TTA_HEALTH_PARTS_H

#include "tta/failover.h"

bool tta_health_has(const struct tta_health *health, const struct tta_target *target);

void tta_health_lock(struct tta_health *health);
void tta_health_unlock(struct tta_health *health);

/* With the lock held: when the three parts of a target are all ready (now_ns
 * if now), and in `*out_is_open` whether nothing but a breaker that closes by itself is in the way. */
int64_t tta_health_ready_ns(const struct tta_health *health, const struct tta_target *target, int64_t now_ns,
                            bool *out_is_open);
/* With the lock held: when the provider's budget has a retry left. */
int64_t tta_health_retry_ready_ns(struct tta_health *health, uint32_t provider, int64_t now_ns);
/* With the lock held: a request goes to the target, as a retry or for the first time. */
void tta_health_enter(struct tta_health *health, const struct tta_target *target, bool is_retry, int64_t now_ns,
                      int64_t until_ns);

/* What came of it. */
void tta_health_report(struct tta_health *health, const struct tta_target *target, const struct tta_finding *finding,
                       int64_t now_ns);

#endif /* TTA_HEALTH_PARTS_H */
