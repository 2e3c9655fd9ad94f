// SPDX-License-Identifier: MIT
/*
 * assay/target.h - a limit that a benchmark states for itself.
 *
 * "p95 < 500 ms", "mean < 0.5 s", "ops > 1000", "bytes_per_second > 1 GB".  A
 * percentile is judged on calls timed one by one, never on the means of batches.
 */
#ifndef ASSAY_TARGET_H
#define ASSAY_TARGET_H

#include "assay/metric.h"

struct assay_target {
    enum assay_metric metric;
    bool at_least; /* true: the number should be above the limit; false: below */
    double limit;  /* in the SI unit of the metric: seconds, bytes, a number, any of them a second */
};

#define ASSAY_TARGET_CONFIDENCE 0.95

/*
 * Parses METRIC < LIMIT or METRIC > LIMIT (also <= and >=, which mean the same
 * for times and rates; blanks are free).  Rates go with > only, all others with
 * < or <=; what is counted, bytes too, with <= only, because "allocations < 3"
 * would not say whether three are fine.  The limit is an amount as below, above 0
 * unless it is counted.  ASSAY_OK or ASSAY_BAD_SYNTAX with a sentence that quotes
 * the text.
 */
ASSAY_MUST_CHECK enum assay_status
assay_target_parse(struct str text, struct assay_target *out_target, struct assay_error *err);

/* An amount of a metric, 0 or more, in its SI unit.  Times need a unit (ns us ms
 * s): "500 ms" is exactly 0.5.  Bytes may have one (B KB MB GB KiB MiB GiB),
 * numbers have none, and "/s" may follow a rate.  False, and `*out_amount`
 * untouched, for anything else. */
bool assay_target_parse_amount(enum assay_metric metric, struct str text, double *out_amount);

#define ASSAY_TARGET_TEXT_BYTES 64
/* Writes a target in its normal form, as "p95 < 500 ms" or "peak_heap <= 4 KiB". */
void assay_target_format(const struct assay_target *target, char out_text[ASSAY_TARGET_TEXT_BYTES]);

enum assay_target_verdict {
    ASSAY_TARGET_MET,        /* the whole interval is on the good side */
    ASSAY_TARGET_MISSED,     /* the whole interval is on the bad side */
    ASSAY_TARGET_UNDECIDED,  /* the interval straddles the limit */
    ASSAY_TARGET_TOO_FEW     /* too few samples for any claim */
};
/* "met", "missed", "undecided", "too few samples". */
const char *assay_target_verdict_name(enum assay_target_verdict verdict);

struct assay_judgement {
    struct assay_target target;
    enum assay_target_verdict verdict;
    double estimate;     /* in the unit of the limit */
    double lower, upper; /* the bounds that were judged, one-sided at ASSAY_TARGET_CONFIDENCE */
    uint64_t n;          /* calls or rounds behind it */
    uint64_t n_needed;   /* the least n that can carry a claim */
};

/*
 * Judges a target on the statistics of the rounds, for percentiles on `calls`
 * (may be NULL: none were taken), for measured metrics on `measured`.  mean and
 * ops use the t interval of the mean; min, max, median and the others have no
 * interval here and are judged by their value, lower == upper == estimate.
 */
struct assay_judgement assay_target_judge(const struct assay_target *target, const struct assay_stats *stats,
                                          const struct histogram *calls, const struct assay_measured *measured);

#endif /* ASSAY_TARGET_H */
