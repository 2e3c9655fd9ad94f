// SPDX-License-Identifier: MIT
#include "assay/profile.h"

#define CALIBRATION_SHARE 64

struct assay_command assay_profile_next(struct assay_profile *profile, int64_t took_ns)
{
    profile->iterations_made += profile->batch;
    profile->took_ns += profile->batch > 0 ? took_ns : 0;
    if (profile->is_last) {
        return (struct assay_command){.kind = ASSAY_COMMAND_END};
    }
    if (profile->iterations_wanted > 0) {
        profile->batch = profile->iterations_wanted;
        profile->is_last = true;
    } else if (profile->batch == 0) {
        profile->batch = 1;
    } else if (took_ns < profile->time_ns / CALIBRATION_SHARE && profile->batch < ASSAY_MAX_ITERATIONS / 2) {
        profile->batch *= 2;
    } else {
        double left_ns = (double)(profile->time_ns - profile->took_ns);
        double iterations = took_ns > 0 ? left_ns / (double)took_ns * (double)profile->batch : 0;
        profile->is_last = true;
        if (iterations < 1) {
            return (struct assay_command){.kind = ASSAY_COMMAND_END};
        }
        profile->batch = iterations < (double)ASSAY_MAX_ITERATIONS ? (uint64_t)iterations : ASSAY_MAX_ITERATIONS;
    }
    return (struct assay_command){.kind = ASSAY_COMMAND_BATCH, .iterations = profile->batch, .count = 1};
}
