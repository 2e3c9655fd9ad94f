// SPDX-License-Identifier: MIT
/*
 * assay/bins.h - samples counted in bins, for a histogram that a person looks at.  Pure.
 *
 * As wide as Freedman and Diaconis (1981) advise, 2 iqr n^(-1/3), but 5 to 16 of
 * them.  They cover the samples but for a tail that would squeeze the rest into
 * one bin: what lies far above the third quartile, if that is at most a twentieth
 * of the samples, else the largest hundredth, is counted in one bin more.  Samples whose largest is more than
 * twenty times the least have bins of equal ratio instead.
 */
#ifndef ASSAY_BINS_H
#define ASSAY_BINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "assay/status.h"

#define ASSAY_MAX_BINS 16

/* Bin i has the samples from edges[i] up to, but without, edges[i + 1]; the last
 * has those at its upper edge too. */
struct assay_bins {
    size_t count; /* 1 to ASSAY_MAX_BINS */
    double edges[ASSAY_MAX_BINS + 1];
    uint64_t counts[ASSAY_MAX_BINS];
    uint64_t beyond; /* samples above the last edge */
    double max;      /* the largest of all */
    bool is_log;     /* bins of equal ratio */
};

/* Of `n` samples, n >= 1, finite and not negative, in any order.  Equal samples
 * have one bin without width.  ASSAY_OK or ASSAY_NO_MEMORY (a sorted copy is made). */
ASSAY_MUST_CHECK enum assay_status assay_bins_make(const double *samples, size_t n, struct assay_bins *out_bins);

/* The bin of a value between the first edge and the last; `count` for what is beyond. */
size_t assay_bins_find(const struct assay_bins *bins, double value);

#endif /* ASSAY_BINS_H */
