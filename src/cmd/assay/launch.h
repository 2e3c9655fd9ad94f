// SPDX-License-Identifier: MIT
/*
 * assay/launch.h - what one worker process does for a benchmark: it finds the
 * size of a round, warms up, runs its share of the rounds and times calls.
 */
#ifndef CMD_ASSAY_LAUNCH_H
#define CMD_ASSAY_LAUNCH_H

#include "cmd/assay/subject.h"

/* Calls are timed for this share of max_time. */
#define LAUNCH_CALLS_SHARE 0.5

/* Launches the subject's benchmark once and adds what it measured to the
 * subject.  A worker that fails sets the subject's error.  */
void launch_subject(struct subject *subject, const struct session_options *options, struct worker_layout layout);

/* Counts what the subject wants counted, in workers of their own that are not
 * timed.  What cannot be counted is noted; it fails nothing. */
void launch_counts(struct subject *subject, const struct session_options *options);

/* The fastest round of a loop without a body, seconds an iteration; 0 if the
 * program has none, being older than that.  False without memory. */
bool launch_empty_loop(const char *program, const struct session_options *options, double *out_seconds);

/* Instructions that an iteration of a loop without a body takes; 0 if they cannot be counted. */
double launch_empty_loop_instructions(const char *program, int64_t timeout_ns);

#endif /* CMD_ASSAY_LAUNCH_H */
