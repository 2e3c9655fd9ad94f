// SPDX-License-Identifier: MIT
/*
 * assay/gate_suite.h - the benchmarks of an old and a new build, and what a gate finds of
 * them.
 */
#ifndef CMD_ASSAY_GATE_SUITE_H
#define CMD_ASSAY_GATE_SUITE_H

#include "assay/limits.h"
#include "cmd/assay/gate_control.h"
#include "cmd/assay/gate_session.h"
#include "cmd/assay/session.h"

struct gate_suite;

/* What is measured, and how; all borrowed, for as long as the suite. */
struct gate_plan {
    struct session *sessions[2]; /* old and new, with their programs */
    const struct session_options *options;
    const struct assay_limits *limits;
    int64_t budget_ns;          /* 0: that of gate_time_of() */
    struct progress *progress;  /* or NULL */
};

/* Pairs the benchmarks that both sides have; NULL without memory. */
struct gate_suite *gate_suite_create(const struct gate_plan *plan);
void gate_suite_destroy(struct gate_suite *suite);

/* How many pairs are of different machine code, and so worth measuring. */
size_t gate_suite_count(const struct gate_suite *suite);

/* Measures them, and the control; false without memory. */
bool gate_suite_measure(struct gate_suite *suite);

/* What the control came to. */
struct gate_control gate_suite_control(const struct gate_suite *suite);

/*
 * Turns the rows of assay_compare() of both sessions' results into what the gate found:
 * change, interval and verdict of the pairs that were measured; *same*, with no change known, of those of
 * one machine code.  Only what is slower, gone or could not be measured fails.
 */
void gate_suite_judge(const struct gate_suite *suite, struct assay_comparison *rows, size_t count);

#endif /* CMD_ASSAY_GATE_SUITE_H */
