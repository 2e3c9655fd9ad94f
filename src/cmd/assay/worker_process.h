// SPDX-License-Identifier: MIT
/*
 * assay/worker_process.h - a worker as its controller sees it.
 *
 * Every call that talks to the worker gives false when it went wrong: it
 * crashed, hung, exited or said nonsense.  The worker is gone then, and
 * worker_reason() says what happened in one sentence.  At most CHILD_MAX (child.h) at a time.
 */
#ifndef CMD_ASSAY_WORKER_PROCESS_H
#define CMD_ASSAY_WORKER_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "assay/protocol.h"
#include "cmd/assay/worker_environment.h"

struct worker;

#define WORKER_MAX_COUNTERS 32
/* A counter of this launch, of all threads: the sum of what they said. */
struct worker_counter {
    char name[ASSAY_MAX_COUNTER_BYTES + 1];
    enum assay_counter_kind kind;
    double sum;
    uint64_t count;
};

/* What the benchmark has stated so far: complete before its loop but for the
 * amounts, which may come later.  Borrowed from the worker. */
struct worker_facts {
    const char *group; /* or NULL */
    const char *const *targets;
    size_t target_count;
    bool wants_calls;
    const char *complexity; /* a parameter, or NULL */
    const struct worker_counter *counters;
    size_t counter_count;
    struct assay_exact_plan plan; /* rounds 0: none was stated */
    double items, bytes; /* of an iteration; 0: not stated */
    unsigned threads; /* that the body runs on; 0: its parameters do not say, so one */
    bool paces; /* it can run paced batches */
    bool warms; /* it can run warmed batches */
    double together; /* of the last batches, on average: the share in which every one of several threads was in
                       the loop; NAN: not said */
    uint64_t clock_cost_ns;
    unsigned built; /* ASSAY_BUILT_... */
};

/* How a worker is started; zero is plain but for the timeout. */
struct worker_settings {
    int64_t timeout_ns; /* for each answer */
    uint64_t memory_bytes; /* that it may hold; 0: any */
    struct worker_layout layout;
    enum assay_timer_kind timer;
    bool counts_allocations; /* with the counter before the C library: it is slower then */
    const char *const *wrapper; /* a program in PATH and its arguments, ending with NULL, that runs it; or NULL */
    void (*tick)(void *context); /* called now and then while an answer is waited for; or NULL */
    void *tick_context;
};

/*
 * Starts `program` for the benchmark `fullname` and waits until it stands
 * before its loop.  One that takes longer or holds more than it may is killed, and
 * has failed.  NULL only without memory; a worker that did not get so far is
 * returned with worker_is_alive() false.
 */
struct worker *worker_start(const char *program, const char *fullname, const struct worker_settings *settings);
/* Kills it if it is alive, and forgets it.  NULL does nothing. */
void worker_destroy(struct worker *worker);

bool worker_is_alive(const struct worker *worker);
struct worker_facts worker_facts(const struct worker *worker);

/* `count` (at most ASSAY_MAX_BATCHES) timed batches of `iterations` each. */
bool worker_run_batches(struct worker *worker, uint64_t iterations, uint64_t count, int64_t *out_times_ns);
/* The same, and how fast the core was beside each; for a worker that paces only. */
bool worker_run_paced(struct worker *worker, uint64_t iterations, uint64_t count, int64_t *out_times_ns,
                      struct assay_pace *out_paces_ns);
/* One batch of `iterations` after `warmup` more that are not timed, 0 for none; where the worker does not know
 * how to warm up by itself, after a batch of those. */
bool worker_run_warmed(struct worker *worker, uint64_t iterations, uint64_t warmup, int64_t *out_ns);
/* A batch of `iterations`, counted: totals in `*out_counted`.  For workers that
 * know the command, as all do that pace or have threads. */
bool worker_run_counted(struct worker *worker, uint64_t iterations, struct assay_measured *out_counted);
/* Why some things cannot be counted, a sentence each after "WHAT: "; "" if all can. Borrowed. */
const char *worker_uncountable(const struct worker *worker, unsigned counted_by);

/* `count` calls timed one by one on each thread, added to `calls`. */
bool worker_run_calls(struct worker *worker, uint64_t count, struct histogram *calls);
/* Leaves the loop and waits for the end of the process.  False also if a check
 * of the benchmark failed. */
bool worker_finish(struct worker *worker);

/* Why it failed; "" if it did not.  Borrowed. */
const char *worker_reason(const struct worker *worker);
/* The last lines that the benchmark printed, for a person; may be empty.
 * Call after the worker has ended. */
void worker_add_output_tail(const struct worker *worker, struct buf *out_text);

#endif /* CMD_ASSAY_WORKER_PROCESS_H */
