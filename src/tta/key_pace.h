// SPDX-License-Identifier: MIT
/*
 * tta/key_pace.h - how often providers are asked about keys that they are not known to accept.
 *
 * A token bucket for each place that is asked, so that a flood of keys costs a
 * provider no more than its rate, whoever sends them.  Pure: time is an argument.
 */
#ifndef TTA_KEY_PACE_H
#define TTA_KEY_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define TTA_KEY_PACE_PLACES 32 /* beyond that, the one that was asked longest ago is taken for never asked */

struct tta_key_pace {
    double per_sec, burst; /* above 0; at least 1 */
    struct tta_key_bucket {
        uint64_t place;
        bool is_used;
        double tokens;
        int64_t filled_ns;
    } buckets[TTA_KEY_PACE_PLACES];
};

/*
 * 0: a question may be asked at `place` now, and is counted.  Else it may be in
 * so many nanoseconds.  A key without the form that is expected there waits while
 * no more than half of the burst is left, so that rubbish does not keep others
 * waiting.
 */
int64_t tta_key_pace_take(struct tta_key_pace *pace, uint64_t place, bool has_expected_form, int64_t now_ns);

#endif /* TTA_KEY_PACE_H */
