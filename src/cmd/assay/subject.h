// SPDX-License-Identifier: MIT
/*
 * assay/subject.h - one benchmark of a session and what was measured of it so far.
 *
 * Functions that run out of memory set `no_memory`; the session stops then.
 */
#ifndef CMD_ASSAY_SUBJECT_H
#define CMD_ASSAY_SUBJECT_H

#include "assay/calibrate.h"
#include "assay/result.h"
#include "cmd/assay/paced.h"
#include "cmd/assay/program.h"
#include "cmd/assay/session_options.h"
#include "cmd/assay/worker_process.h"

/* Rounds on several threads, and of each the share in which every thread was in the
 * loop, added up. */
struct overlap {
    double rounds, together;
};

/* Zero-initialised but for what its program said of it, it has not been launched. */
struct subject {
    char *program;
    struct program_identity identity; /* when it said what follows */
    char *fullname;
    char *tags; /* with blanks between, each after "@"; or NULL */
    char *file; /* that defines it, as the compiler was given it; NULL if the program did not say */
    uint64_t line; /* in that file */
    char *binary; /* the hash of what runs, or NULL */
    char *group;
    char *error; /* once set, it is not launched again */
    char *output_tail;
    struct assay_target *targets;
    size_t target_count;
    bool is_known; /* the above, from its first launch */
    unsigned built; /* ASSAY_BUILT_... */
    bool wants_calls;
    uint64_t calls_needed;
    struct assay_exact_plan plan; /* rounds 0: none, the size of a round is found */
    unsigned threads; /* 0: not stated, one */
    double items, bytes; /* of an iteration; 0: not stated */
    uint64_t clock_cost_ns;
    double empty_loop; /* of its program, seconds an iteration; 0: unknown */
    struct assay_round_size round;
    int64_t round_wall_ns; /* by the wall, where the timer is of processor time; 0: unknown */
    uint64_t launches;
    double *samples;
    size_t sample_count, sample_capacity;
    size_t *launch_ends; /* for each launch the sample behind its last */
    size_t launch_count, launch_capacity;
    struct paced paced;
    struct overlap this_overlap, overlap; /* of this launch, and of those before it */
    struct histogram *calls; /* NULL until calls were timed */
    struct histogram *launch_calls; /* of the launch that goes on, or NULL */
    unsigned counts; /* ASSAY_COUNT_... that are wanted */
    double empty_loop_instructions; /* of its program, an iteration; 0: unknown */
    struct assay_measured counted;
    char *note; /* what could not be counted, and why; or NULL */
    char *complexity; /* or NULL */
    struct worker_counter counters[WORKER_MAX_COUNTERS]; /* of all launches */
    size_t counter_count;
    bool no_memory; /* something of the above is incomplete */
};

void subject_deinit(struct subject *subject);

/* Takes what the worker stated before its loop, which it states the same in each launch. */
void subject_learn(struct subject *subject, const struct session_options *options, const struct worker *worker);
/* Notes why it cannot be measured; the first reason stays. */
void subject_fail(struct subject *subject, const char *reason);
/* Notes something that did not work but fails nothing; "" is no note, and the
 * first stays. */
void subject_note(struct subject *subject, const char *heading, const char *sentence);
/* Keeps what the benchmark printed last, for a person. */
void subject_keep_output(struct subject *subject, const struct worker *worker);
/* Keeps the times of `count` rounds of the subject's size as samples; false without memory. */
bool subject_keep_times(struct subject *subject, const int64_t *times_ns, uint64_t count);
/* Keeps how fast the core was beside them. */
void subject_keep_pace(struct subject *subject, const int64_t *times_ns, const struct assay_pace *paces_ns,
                       uint64_t count);
/* Keeps in what share of `count` rounds, on average, every one of several threads was in the loop.
 * NAN is not kept. */
void subject_keep_overlap(struct subject *subject, uint64_t count, double together);
/* Remembers that the samples of this launch end here, and what the worker said by its end. */
void subject_end_launch(struct subject *subject, const struct worker *worker);
/* Forgets what this launch has measured: the samples from number `sample_count` on, its calls, its pace, its
 * overlap. */
void subject_forget_launch(struct subject *subject, size_t sample_count);

/* Fills a zeroed run with the subject's name, options and numbers, judged by
 * its targets.  ASSAY_OK or ASSAY_NO_MEMORY, the run then being incomplete. */
ASSAY_MUST_CHECK enum assay_status
subject_describe(const struct subject *subject, const struct session_options *options, struct assay_run *run);

#endif /* CMD_ASSAY_SUBJECT_H */
