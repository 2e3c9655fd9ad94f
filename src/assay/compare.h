// SPDX-License-Identifier: MIT
/*
 * assay/compare.h - a candidate against a stored baseline.  Pure.
 *
 * Two runs that were not taken in the same moments differ by more than their
 * own scatter says, so nothing here claims significance: it classes a change by
 * limits.  By default that is the change on which minimum and median agree: the
 * minimum is disturbed least by whatever else the machine did, but one lucky
 * round is enough for it; half of all rounds are not lucky.
 */
#ifndef ASSAY_COMPARE_H
#define ASSAY_COMPARE_H

#include "assay/result.h"

enum assay_change {
    ASSAY_CHANGE_NONE,       /* within the watch limit, either way */
    ASSAY_CHANGE_WATCH,      /* slower beyond the watch limit, within the regression limit */
    ASSAY_CHANGE_REGRESSION, /* slower beyond the regression limit */
    ASSAY_CHANGE_FASTER,     /* faster beyond the watch limit */
    ASSAY_CHANGE_NEW,        /* the baseline does not have it */
    ASSAY_CHANGE_GONE,       /* the candidate does not have it */
    ASSAY_CHANGE_BROKEN,     /* the candidate failed to give samples */
    ASSAY_CHANGE_UNKNOWN     /* one side lacks the statistic (no calls timed, or no data to compute it from) */
};
/* "no significant change", "worth watching", "regression", "faster", "new", "gone", "failed", "cannot tell". */
const char *assay_change_name(enum assay_change change);

struct assay_limits {
    enum assay_metric metric; /* ASSAY_METRIC_MIN */
    bool has_witness;         /* true: a second statistic must agree */
    enum assay_metric witness; /* ASSAY_METRIC_MEDIAN */
    double watch_ratio;       /* 0.05 */
    double regression_ratio;  /* 0.20, at least watch_ratio */
    double tolerances[ASSAY_MEASURED_COUNT]; /* of measured metrics; NAN: not compared.  assay_metric_tolerance() */
};
struct assay_limits assay_limits_defaults(void);

struct assay_comparison {
    const char *fullname;            /* borrowed from the candidate, or the baseline if gone */
    const char *name;                /* likewise */
    const struct assay_run *baseline;  /* NULL if new */
    const struct assay_run *candidate; /* NULL if gone */
    double baseline_value, candidate_value; /* of the metric */
    double change_ratio; /* slower is positive whatever the metric's direction; NAN if unknown */
    double witness_ratio; /* the same of the witness; NAN if unknown or there is none */
    double agreed_ratio; /* what is classed: the smaller of the two if both point the same way, else 0;
                          * change_ratio if the witness is unknown */
    enum assay_change change;
};

/* Joins two results by fullname: first the candidate's runs in their order,
 * then those that are gone.  `*out_rows` (the caller's to free()) has
 * `*out_count` rows that borrow from both results.  ASSAY_OK or ASSAY_NO_MEMORY. */
ASSAY_MUST_CHECK enum assay_status
assay_compare(const struct assay_result *baseline, const struct assay_result *candidate,
              const struct assay_limits *limits, struct assay_comparison **out_rows, size_t *out_count);

/* What became of a measured metric of a row that both sides have: NONE, REGRESSION
 * (worse by more than its tolerance) or FASTER (better by more than that); UNKNOWN
 * if a side lacks it or it has no tolerance.  `*out_ratio` is the change, worse
 * being positive; NAN if unknown. */
enum assay_change assay_measured_change(const struct assay_comparison *row, enum assay_metric metric,
                                        const struct assay_limits *limits, double *out_ratio);

/* The value of a metric of a run in SI units; NAN if the run does not have it. */
double assay_run_value(const struct assay_run *run, enum assay_metric metric);

/* One --compare-fail expression: "mean:20%" or, absolute, "mean:0.001" (s). */
struct assay_check {
    enum assay_metric metric;
    bool is_ratio;
    double limit; /* 0.20 for 20 %, or the metric's own unit */
};

/* METRIC:NUMBER% or METRIC:NUMBER, any metric that can be limited, fractions
 * allowed, for times also "METRIC:5 us".  A rate takes a percentage only.
 * ASSAY_OK or ASSAY_BAD_SYNTAX. */
ASSAY_MUST_CHECK enum assay_status
assay_check_parse(struct str text, struct assay_check *out_check, struct assay_error *err);

/* True if the candidate is worse than the baseline by more than the check
 * allows.  `*out_measured` is the change, ratio or absolute; NAN, and false, if
 * one side lacks the metric. */
bool assay_check_fails(const struct assay_check *check, const struct assay_run *baseline,
                       const struct assay_run *candidate, double *out_measured);

#endif /* ASSAY_COMPARE_H */
