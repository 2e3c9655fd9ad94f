// SPDX-License-Identifier: MIT
/*
 * assay/findings.h - what there is to say of each benchmark of a run, and what
 * all of it comes to.  Every kind of output tells the same.
 */
#ifndef CMD_ASSAY_FINDINGS_H
#define CMD_ASSAY_FINDINGS_H

#include "assay/compare.h"
#include "cmd/assay/options.h"

enum finding_kind {
    FINDING_NOTE,      /* decides nothing */
    FINDING_UNDECIDED, /* cannot tell */
    FINDING_FAILURE,   /* worse than it may be */
    FINDING_ERROR      /* could not be measured */
};

enum finding_source {
    FINDING_OF_RUN,     /* how it was measured */
    FINDING_OF_VERDICT, /* of the comparison */
    FINDING_OF_METRIC,  /* a measured metric in it */
    FINDING_OF_CHECK,   /* --compare-fail */
    FINDING_OF_TARGET
};

struct finding {
    enum finding_kind kind;
    enum finding_source source;
    bool matters; /* one that is undecided keeps the run from being fine */
    char *text;   /* a sentence without its end, and without the benchmark's name */
};

/* A benchmark, borrowed, and what is to be said of it. */
struct finding_subject {
    const struct assay_run *run;        /* the candidate's, or the baseline's if it is gone */
    const struct assay_comparison *row; /* NULL: it was not compared */
    struct finding *findings;           /* the worst is not always the first */
    size_t count;
};

struct findings {
    struct finding_subject *subjects;
    size_t count;
    bool has_regressed; /* by verdict, metric or check */
    bool has_missed;    /* a target */
    bool has_errors;
    bool has_nothing_in_common; /* compared, and no benchmark is on both sides; undecided */
    /* Checks for benchmarks of which none is on both sides, borrowed: what was to be checked was not; undecided. */
    const struct assay_rule *idle_checks[ASSAY_MAX_RULES];
    size_t idle_check_count;
    bool is_undecided;
    bool is_gate_undecided; /* that it is, for the comparison and not for a target alone */
};

/* What a run is judged by, all borrowed. */
struct evidence {
    const struct assay_result *candidate;
    const struct assay_comparison *rows; /* NULL: compared with nothing */
    size_t row_count;
    const struct options *options;
    bool is_part; /* some of the benchmarks were chosen: a check may be for others */
    const char *baseline_filter; /* that chose what the baseline has; NULL: it has all */
    bool is_foreign; /* the baseline is of another kind of machine: nothing fails by it */
};

/* Collects all of it, for each row, or without rows for each run of the candidate, in
 * order.  False without memory, and there is nothing to release then. */
bool findings_collect(const struct evidence *evidence, struct findings *out_findings);
void findings_deinit(struct findings *findings);

/* "same", "slower, allowed" and its like: the verdict of a row, and whether it fails by it. */
const char *findings_words(const struct assay_comparison *row);

/* The worst kind of a benchmark's findings; FINDING_NOTE if there are none. */
enum finding_kind findings_worst(const struct finding_subject *subject);

/* EXIT_FINE, EXIT_REGRESSION, EXIT_UNMEASURED or EXIT_UNDECIDED (commands.h). */
int findings_status(const struct findings *findings);

#endif /* CMD_ASSAY_FINDINGS_H */
