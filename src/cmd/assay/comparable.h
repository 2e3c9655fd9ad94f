// SPDX-License-Identifier: MIT
/* assay/comparable.h - reads what a run is compared with, if it may be. */
#ifndef CMD_ASSAY_COMPARABLE_H
#define CMD_ASSAY_COMPARABLE_H

#include "assay/baseline.h"
#include "cmd/assay/options.h"

/* The run that is to be compared, borrowed. */
struct candidate {
    const struct assay_machine *machine; /* that it was made on */
    const char *name;                    /* "this run", or a path */
    enum assay_timer_kind timer;         /* what its times are times of */
};

enum baseline_outcome {
    BASELINE_READ,
    BASELINE_OF_OTHER_CLASSES, /* a file of baselines without the candidate's class of machine */
    BASELINE_REFUSED
};

/*
 * Reads a result file, or of a file of baselines the blocks of the candidate's
 * class of machine; with --any-machine, where there are none, those of the class
 * that was measured last.  Refused are what cannot be read, has no benchmarks, is
 * of another kind of machine although the options do not allow that, and a run
 * that failed or was worse than its own baseline, unless --any-run allows it.
 *
 * `*out_baseline` is the caller's with BASELINE_READ.  Else a sentence on stderr
 * says why, but for other classes: `*out_reason` is that sentence.  It may be
 * NULL: then they are refused.
 */
enum baseline_outcome baseline_read(const struct options *options, const char *path, const struct candidate *candidate,
                                    struct assay_result *out_baseline, struct buf *out_reason);

#endif /* CMD_ASSAY_COMPARABLE_H */
