// SPDX-License-Identifier: MIT
/*
 * assay/running.h - the benchmark that runs in this worker, as the library sees
 * it: one struct assay_bench for each thread of the body.
 */
#ifndef ASSAY_RUNNING_H
#define ASSAY_RUNNING_H

#include <sys/types.h>

#include "assay/bench.h"
#include "assay/channel.h"
#include "assay/counts.h"
#include "assay/crew.h"
#include "assay/params.h"
#include "assay/profile.h"
#include "assay/reference.h"

/* ROUND_OPEN: within BENCH_ROUNDS, before the loop of the round; ROUND_CLOSED:
 * after it; FORKED: this is a child process that the body made. */
enum phase { PREPARING, IN_BATCH, IN_CALL, ROUND_OPEN, ROUND_CLOSED, ENDED, FORKED };

/* What the threads of a body have in common. */
struct running {
    struct channel channel;
    struct crew crew;
    struct assay_bench *members; /* crew.count of them */
    struct assay_profile *profile; /* what commands come from where there is no controller; or NULL */
    struct assay_command command; /* the one at hand */
    pthread_mutex_t fixtures_lock; /* recursive */
    struct assay_fixture *fixtures; /* that are made, the last first */
    bool has_counts; /* they are initialised */
    struct assay_counts counts;
    struct assay_measured counted;
    double together; /* of each batch of this command the share in which every thread was in the loop, added up */
    pid_t process;                /* that measures; children of it do not */
    const struct assay_registration *registration;
    struct str label;                       /* borrowed: what parameters there are */
    char values[ASSAY_MAX_LABEL_BYTES + 1]; /* the label with NULs for its commas */
};

struct assay_bench {
    enum phase phase;
    bool said_failed;
    bool has_rounds;  /* the body uses BENCH_ROUNDS */
    bool times_calls; /* the command at hand is CALLS */
    bool paces;       /* it is PACED */
    bool is_warming;  /* the batch at hand only warms up for the next, of WARMED */
    bool counts;      /* it is COUNT, and this thread is the first */
    bool is_one_of_many; /* threads */
    unsigned thread;     /* 0 for the one that speaks for all */
    pthread_t owner;     /* runs the body */
    struct running *running; /* NULL while the cost of the clock is measured: nobody to ask */

    int64_t start_ns, end_ns; /* of the last batch */
    uint64_t iterations;   /* of each batch of this command; 1 for CALLS */
    uint64_t batches_left; /* of this command; a call is a batch of one */
    size_t batch_count;
    int64_t times_ns[ASSAY_MAX_BATCHES];
    struct assay_pace pace; /* the last reading of the reference */
    struct assay_pace paces_ns[ASSAY_MAX_BATCHES];

    /* Of all commands so far, for counters. */
    uint64_t iterations_made;
    int64_t looped_ns;

    int64_t clock_cost_ns;
    struct histogram calls;
};

#define ASSAY_MAX_THREADS 256

void assay_fixtures_init(struct running *running);
/* Releases them in reverse order; when no thread runs the body any more. */
void assay_fixtures_release(struct running *running);

/* Whether a call of the body's got a benchmark; if it is NULL, `function` is named
 * as what failed the one that runs. */
bool assay_is_given(const struct assay_bench *bench, const char *function);

#endif /* ASSAY_RUNNING_H */
