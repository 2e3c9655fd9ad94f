// SPDX-License-Identifier: MIT
/*
 * assay/calibrate.h - how many iterations make a round, and how many rounds.
 *
 * Names and meaning of the options are pytest-benchmark's; its one flaw is not:
 * a single cold or interrupted reading never settles the size of a round.  Pure
 * but for the callback that runs a batch.
 */
#ifndef ASSAY_CALIBRATE_H
#define ASSAY_CALIBRATE_H

#include <stdbool.h>
#include <stdint.h>

/* Runs one batch of `iterations` and says how long it took, at least 0 ns;
 * false if it could not, which ends the calibration. */
typedef bool assay_batch_fn(void *context, uint64_t iterations, int64_t *out_ns);

struct assay_round_size {
    uint64_t iterations;
    int64_t duration_ns; /* of such a round, as last seen; at least 1 */
};

/*
 * The least number of iterations, about, whose batch takes `min_time_ns`, by
 * growing tenfold until half of it is reached and then by proportion.  A batch
 * that is long enough is run again and believed only if it still is: what was
 * slow for being cold will be faster.  One batch longer than `max_time_ns` is
 * believed at once.  False if the callback gave false.
 */
bool assay_calibrate(int64_t min_time_ns, int64_t max_time_ns, assay_batch_fn *run_batch, void *context,
                     struct assay_round_size *out_size);

/* max(ceil(max_time / duration), min_rounds), as pytest-benchmark, at most 10 million. */
uint64_t assay_rounds_for(int64_t max_time_ns, int64_t duration_ns, uint64_t min_rounds);

#endif /* ASSAY_CALIBRATE_H */
