// SPDX-License-Identifier: MIT
#include "tta/key_pace.h"

#include <math.h>
#include <stddef.h>

#define NS_PER_SEC 1e9
#define LONGEST_WAIT_NS 1e18 /* 30 years: int64_t holds it */

/* The bucket of the place, or the one that it gets: a free one, else that of the place that was asked longest ago. */
static struct tta_key_bucket *find_bucket(struct tta_key_pace *pace, uint64_t place, int64_t now_ns)
{
    struct tta_key_bucket *chosen = &pace->buckets[0];
    for (size_t i = 0; i < TTA_KEY_PACE_PLACES; i++) {
        struct tta_key_bucket *bucket = &pace->buckets[i];
        if (bucket->is_used && bucket->place == place) {
            return bucket;
        }
        bool is_better = chosen->is_used && (!bucket->is_used || bucket->filled_ns < chosen->filled_ns);
        chosen = is_better ? bucket : chosen;
    }
    *chosen = (struct tta_key_bucket){.place = place, .is_used = true, .tokens = pace->burst, .filled_ns = now_ns};
    return chosen;
}

static void fill(const struct tta_key_pace *pace, struct tta_key_bucket *bucket, int64_t now_ns)
{
    if (now_ns > bucket->filled_ns) { /* threads may come with times in another order */
        double more = (double)(now_ns - bucket->filled_ns) / NS_PER_SEC * pace->per_sec;
        bucket->tokens = fmin(bucket->tokens + more, pace->burst);
        bucket->filled_ns = now_ns;
    }
}

int64_t tta_key_pace_take(struct tta_key_pace *pace, uint64_t place, bool has_expected_form, int64_t now_ns)
{
    struct tta_key_bucket *bucket = find_bucket(pace, place, now_ns);
    fill(pace, bucket, now_ns);
    double needed = has_expected_form ? 1 : 1 + floor(pace->burst / 2);
    if (bucket->tokens >= needed) {
        bucket->tokens -= 1;
        return 0;
    }
    double wait_ns = ceil((needed - bucket->tokens) / pace->per_sec * NS_PER_SEC);
    return (int64_t)fmin(fmax(wait_ns, 1), LONGEST_WAIT_NS);
}
