// SPDX-License-Identifier: MIT
/*
 * assay/limits.h - what a comparison may find, for each benchmark.  Pure.
 *
 * A rule is a limit, for all benchmarks or for those that a filter means: "20%",
 * "20% for parse*", "p95:5 us for @slow and group:json".  What is said of some
 * benchmarks goes before what is said of all; else the last word counts, so the
 * command line overrides the configuration.
 */
#ifndef ASSAY_LIMITS_H
#define ASSAY_LIMITS_H

#include "assay/filter.h"
#include "assay/result.h"

/* What a run may be worse by in one metric: "mean:20%", "mean:0.001" (s), "mean:off". */
struct assay_check {
    enum assay_metric metric;
    bool is_ratio;
    double limit; /* 0.20 for 20 %, or in the metric's own unit; INFINITY for "off" */
};

enum assay_rule_kind {
    ASSAY_RULE_MARGIN,      /* a change up to it, either way, is none: 5 % */
    ASSAY_RULE_REGRESSION,  /* slower by more fails: 20 % */
    ASSAY_RULE_IMPROVEMENT, /* faster by more fails, because the baseline is stale: off */
    ASSAY_RULE_GATE,        /* the margin of a paired gate, which sees more: 1 % */
    ASSAY_RULE_TOLERANCE,   /* a measured metric worse by more fails: assay_metric_tolerance() */
    ASSAY_RULE_CHECK        /* any metric worse by more fails: none */
};

struct assay_rule {
    enum assay_rule_kind kind;
    struct assay_check check; /* of the first four kinds only the limit, a ratio */
    const char *filter;       /* borrowed from the text; NULL: all benchmarks */
};

#define ASSAY_MAX_RULES 200
struct assay_limits {
    enum assay_metric statistic; /* of time, that margin, regression and improvement are of: MIN, MEDIAN or MEAN */
    struct assay_rule rules[ASSAY_MAX_RULES]; /* in the order in which they were said */
    size_t rule_count;
    bool may_go;         /* benchmarks that the candidate does not have do not fail... */
    const char *may_go_filter; /* ... if this means them; NULL: all */
};
/* The minimum, and no rules. */
struct assay_limits assay_limits_defaults(void);

/*
 * Reads a rule: LIMIT or LIMIT for FILTER.  LIMIT is a share as "20%" or "0.2",
 * or "off"; of a check METRIC:SHARE%, METRIC:AMOUNT or METRIC:off, the amount in
 * seconds or as in a target, with a percentage only for a rate; of a tolerance
 * METRIC:SHARE% or METRIC:off of a measured metric.  The filter is borrowed from
 * `text`.  ASSAY_OK; ASSAY_BAD_SYNTAX with what was wanted instead, the end of a
 * sentence that begins "'TEXT' is not".
 */
ASSAY_MUST_CHECK enum assay_status
assay_rule_parse(enum assay_rule_kind kind, const char *text, struct assay_rule *out_rule, struct assay_error *err);

/* Adds a rule; false if there are ASSAY_MAX_RULES already. */
bool assay_limits_add(struct assay_limits *limits, const struct assay_rule *rule);

/* What counts for one benchmark. */
struct assay_bounds {
    double margin;                  /* a share, at most the next */
    double regression, improvement; /* shares; INFINITY where there is no limit */
    double gate;                    /* a share */
};
struct assay_bounds assay_limits_bounds(const struct assay_limits *limits, const struct assay_run *run);

/* How much worse a measured metric of a benchmark may be, as a share; NAN where
 * a comparison says nothing of it. */
double assay_limits_tolerance(const struct assay_limits *limits, const struct assay_run *run, enum assay_metric metric);

/* The check of a rule if it counts for a benchmark, or NULL: if it is no check, if
 * it is off or means other benchmarks, or if it is one for all and another on this
 * metric is for this one. */
const struct assay_check *assay_limits_check(const struct assay_limits *limits, size_t rule,
                                             const struct assay_run *run);

/* Whether the candidate may lack a benchmark of the baseline. */
bool assay_limits_may_go(const struct assay_limits *limits, const struct assay_run *run);

/* What a filter is told of a run. */
struct assay_subject assay_run_subject(const struct assay_run *run);

#endif /* ASSAY_LIMITS_H */
