// SPDX-License-Identifier: MIT
#include "assay/calibrate.h"

#include "assay/protocol.h"

#define MAX_ROUNDS 10000000

static uint64_t grow(uint64_t iterations, int64_t duration_ns, int64_t min_time_ns)
{
    double next = (double)iterations * 10;
    if (duration_ns > 0 && duration_ns >= min_time_ns / 2) {
        /* A hundredth on top, or the last step would be taken twice. */
        next = (double)iterations * ((double)min_time_ns / (double)duration_ns) * 1.01 + 1;
    }
    return next > (double)ASSAY_MAX_ITERATIONS ? ASSAY_MAX_ITERATIONS : (uint64_t)next;
}

bool assay_calibrate(int64_t min_time_ns, int64_t max_time_ns, assay_batch_fn *run_batch, void *context,
                     struct assay_round_size *out_size)
{
    uint64_t iterations = 1;
    for (;;) {
        int64_t duration_ns;
        if (!run_batch(context, iterations, &duration_ns)) {
            return false;
        }
        bool is_long = duration_ns >= min_time_ns || iterations == ASSAY_MAX_ITERATIONS;
        if (is_long && duration_ns < max_time_ns && !run_batch(context, iterations, &duration_ns)) {
            return false;
        }
        /* The second reading may fall a little short: that is scatter, not cold. */
        if (is_long && (duration_ns >= min_time_ns - min_time_ns / 8 || iterations == ASSAY_MAX_ITERATIONS)) {
            *out_size = (struct assay_round_size){iterations, duration_ns > 0 ? duration_ns : 1};
            return true;
        }
        uint64_t next = grow(iterations, duration_ns, min_time_ns);
        iterations = next > iterations ? next : iterations + 1;
    }
}

uint64_t assay_rounds_for(int64_t max_time_ns, int64_t duration_ns, uint64_t min_rounds)
{
    uint64_t rounds = max_time_ns > 0 ? (uint64_t)((max_time_ns - 1) / duration_ns + 1) : 0;
    rounds = rounds < min_rounds ? min_rounds : rounds;
    return rounds > MAX_ROUNDS ? MAX_ROUNDS : rounds;
}
