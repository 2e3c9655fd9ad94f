// SPDX-License-Identifier: MIT
/*
 * assay/compare.h - a candidate against a stored baseline.  Pure.
 *
 * Two runs that were not taken in the same moments differ by more than their
 * own scatter says, so the change of a benchmark comes with an interval over
 * launches (assay/change.h), and a verdict is given only where the whole interval
 * lies on one side.  docs/decisions/0003 says why, and how often it is wrong.
 */
#ifndef ASSAY_COMPARE_H
#define ASSAY_COMPARE_H

#include "assay/change.h"
#include "assay/limits.h"

enum assay_verdict {
    ASSAY_VERDICT_SAME,    /* the whole interval is within the margin */
    ASSAY_VERDICT_SLOWER,  /* the whole interval is above the margin */
    ASSAY_VERDICT_FASTER,  /* the whole interval is below the margin */
    ASSAY_VERDICT_UNKNOWN, /* none of these, or nothing to tell it by */
    ASSAY_VERDICT_NEW,     /* the baseline does not have it */
    ASSAY_VERDICT_GONE,    /* the candidate does not have it */
    ASSAY_VERDICT_BROKEN   /* the candidate failed to give samples */
};
#define ASSAY_VERDICT_COUNT (ASSAY_VERDICT_BROKEN + 1)
/* "same", "slower", "faster", "?", "new", "gone", "failed". */
const char *assay_verdict_name(enum assay_verdict verdict);

/* Whether it says that something changed: SLOWER or FASTER. */
static inline bool assay_verdict_is_change(enum assay_verdict verdict)
{
    return verdict == ASSAY_VERDICT_SLOWER || verdict == ASSAY_VERDICT_FASTER;
}

struct assay_comparison {
    const char *fullname;              /* borrowed from the candidate, or the baseline if gone */
    const char *name;                  /* likewise */
    const struct assay_run *baseline;  /* NULL if new */
    const struct assay_run *candidate; /* NULL if gone */
    double baseline_value, candidate_value; /* of the statistic, seconds; NAN if there is none */
    /* What is judged: of the minimum, where rulers stood beside the launches of both, the change at an equal core
     * (assay/rulers.h); else that of the statistic, with that of the cycles in its interval if both have them. */
    struct assay_change change;
    struct assay_change time; /* of the statistic, by the clock alone */
    struct assay_bounds bounds; /* that it was judged by */
    double least_visible; /* a change of this size would have been seen, as a share; NAN: not known */
    enum assay_verdict verdict;
    /*
     * It should fail the build: slower, and more than the regression limit cannot
     * be excluded; faster by more than the improvement limit; gone and not allowed
     * to; or broken.
     */
    bool fails;
};

/* Joins two results by fullname: first the candidate's runs in their order,
 * then those that are gone.  `*out_rows` (the caller's to free()) has
 * `*out_count` rows that borrow from both results.  ASSAY_OK or ASSAY_NO_MEMORY. */
ASSAY_MUST_CHECK enum assay_status
assay_compare(const struct assay_result *baseline, const struct assay_result *candidate,
              const struct assay_limits *limits, struct assay_comparison **out_rows, size_t *out_count);

/* What became of a measured metric of a row that both sides have: SAME, SLOWER
 * (worse by more than its tolerance) or FASTER (better by more than that); UNKNOWN
 * if a side lacks it or it has no tolerance.  `*out_ratio` is the change, worse
 * being positive; NAN if unknown. */
enum assay_verdict assay_compare_measured(const struct assay_comparison *row, enum assay_metric metric,
                                          const struct assay_limits *limits, double *out_ratio);

enum assay_check_outcome {
    ASSAY_CHECK_PASSED,
    ASSAY_CHECK_FAILED,   /* worse by more than it allows */
    ASSAY_CHECK_UNSURE,   /* so, but the interval of the change holds none at all as well */
    ASSAY_CHECK_IMPOSSIBLE /* a side lacks the metric */
};
/* Applies a check to a row that both sides have.  `*out_measured` is the change, a
 * share or in the metric's unit, worse being positive; NAN if impossible.  Minimum,
 * median and mean have intervals; other metrics are judged by their values. */
enum assay_check_outcome assay_compare_check(const struct assay_comparison *row, const struct assay_check *check,
                                             double *out_measured);

/* The value of a metric of a run in SI units; NAN if the run does not have it. */
double assay_run_value(const struct assay_run *run, enum assay_metric metric);

#endif /* ASSAY_COMPARE_H */
