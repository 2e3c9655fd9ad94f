// SPDX-License-Identifier: MIT
/*
 * assay/session.h - measures benchmarks: who runs when, and for how long.
 *
 * Each benchmark is measured in several *launches*, fresh worker processes
 * spread over the session's time: first one launch of every benchmark, then
 * the next of every benchmark.  A slow second of the machine, or an unlucky
 * layout of one process, then touches one launch of a few benchmarks rather
 * than all of one benchmark's samples.
 */
#ifndef CMD_ASSAY_SESSION_H
#define CMD_ASSAY_SESSION_H

#include "assay/result.h"
#include "cmd/assay/session_options.h"
#include "cmd/assay/sources.h"
#include "cmd/assay/toolchain.h"

/* Called before each launch of a benchmark, for a progress line.  `done` of
 * `total` launches are behind, those that only count among them. */
typedef void session_progress_fn(void *context, const char *fullname, size_t done, size_t total);

/* Called some twenty times a second while a worker is waited for. */
typedef void session_tick_fn(void *context);

/* Seconds that a launch takes, as far as the options tell. */
double session_expected_launch(const struct session_options *options);

struct session;

/* Without memory NULL.  Options are copied. */
struct session *session_create(const struct session_options *options);
void session_destroy(struct session *session);

/* Of programs that are added from now on, only benchmarks that are defined at one of these places are meant; the
 * places that have any are marked so.  Borrowed. */
void session_only_from(struct session *session, struct sources *sources);

/* Adds the benchmarks of a program whose fullname matches `filter` (a shell
 * pattern over the whole fullname, or, without `*?[`, any part of it; NULL for
 * all).  A program that crashes or hangs when it is asked for them is added itself,
 * as a benchmark with an error.  ASSAY_OK, ASSAY_BAD_FILE (not a benchmark program; err says),
 * ASSAY_BAD_SYNTAX (a fullname that is there already), ASSAY_NO_MEMORY. */
ASSAY_MUST_CHECK enum assay_status
session_add_program(struct session *session, const char *program, const char *filter, struct assay_error *err);

size_t session_count(const struct session *session);
const char *session_fullname(const struct session *session, size_t index);
/* With blanks between, each after "@"; NULL if it has none. */
const char *session_tags(const struct session *session, size_t index);
/* Why it cannot be measured; NULL if nothing is known against it.  Borrowed. */
const char *session_error(const struct session *session, size_t index);

/* Makes rounds last at least `min_time_ns`; true if they would have been shorter. */
bool session_raise_min_time(struct session *session, int64_t min_time_ns);

/* Measures all benchmarks.  A benchmark that fails is noted, and the rest go
 * on.  A first SIGINT, SIGTERM or SIGHUP (interrupt.h) ends it, and the launch
 * that it came into is forgotten.  ASSAY_OK or ASSAY_NO_MEMORY. */
ASSAY_MUST_CHECK enum assay_status
session_measure(struct session *session, session_progress_fn *progress, session_tick_fn *tick, void *context);

/* Measures one benchmark in `launches` more launches, added to its samples:
 * a second look at a suspect.  Interrupted as above. */
ASSAY_MUST_CHECK enum assay_status session_measure_again(struct session *session, const char *fullname,
                                                         uint64_t launches);

/* The benchmark itself, for who launches it otherwise.  Borrowed. */
struct subject;
struct subject *session_subject(struct session *session, size_t index);
/* Counts what the options ask for beside time, of each benchmark that was launched; false without memory. */
bool session_count_beside(struct session *session);

/* How many benchmarks have a complete launch and did not fail, and how many of
 * these have fewer launches than was asked for. */
size_t session_complete_count(const struct session *session, size_t *out_short);

/* Appends a run per benchmark to `result`, described and judged; one that
 * failed has `error` set, and one that an interruption left without a complete
 * launch is left out.  `result->cycle` becomes the shortest of all.  May be called again after session_measure_again(),
 * with an emptied result.  ASSAY_OK or ASSAY_NO_MEMORY. */
ASSAY_MUST_CHECK enum assay_status session_describe(const struct session *session, struct assay_result *result);

/* By what the programs are built, whichever of their benchmarks are measured.  Borrowed. */
const struct toolchain *session_toolchain(const struct session *session);

/* How the benchmarks that were measured are built: ASSAY_BUILT_... of all of them. */
unsigned session_built(const struct session *session);

/* What a failed benchmark printed last; "" if nothing. Borrowed. */
const char *session_output_tail(const struct session *session, const char *fullname);

#endif /* CMD_ASSAY_SESSION_H */
