// SPDX-License-Identifier: MIT
/*
 * assay/protocol.h - what a controller and a worker say to each other.
 *
 * A worker is the benchmark's own executable, started for one benchmark as
 * `PROGRAM --assay-worker=NAME` with commands on descriptor 3 and replies on
 * descriptor 4; its standard output stays the benchmark's own.  Messages are
 * lines of text, so that a build from years ago can still be driven, and read
 * by a person.  The worker speaks first.
 *
 *   worker                              controller
 *   hello 1                             (the version of this page)
 *   built WORD,WORD...                  how, if that spoils its times: debug (without optimisation),
 *                                       asan, tsan, and library-debug; a word not known here is none
 *   group TEXT, target TEXT, calls,     what the body stated, in any order
 *   complexity PARAMETER
 *   pedantic ROUNDS ITERATIONS WARMUP   (exactly so many, nothing calibrated)
 *   threads COUNT                       the body runs on so many because its parameter says so; a call is one
 *                                       of any of them
 *   paces, warms                        it knows the commands paced and warmed below
 *   ready CLOCK_COST_NS                 the body has reached its loop
 *                                       batch N COUNT: COUNT timed batches of N iterations each
 *   took NS NS ...                      COUNT times
 *   together SHARE                      before took, of several threads: in what share of a batch every
 *                                       thread was in the loop, the mean of these batches, 0 to 1
 *                                       paced N COUNT: the same batches, each between two readings of
 *                                       assay/reference.h
 *   paced NS:CYCLE_NS[:SLOT_NS] ...     COUNT times, and what a cycle and a slot took beside each; an older
 *                                       library knows no slots
 *                                       warmed N COUNT WARMUP: the same batches as of batch, answered by
 *                                       took, each after one of WARMUP iterations that is not timed
 *                                       calls N: N iterations timed one by one
 *                                       count N: a batch of N iterations, counted instead of timed
 *   uncountable SENTENCE                at any time: something cannot be counted, and why
 *   counted NAME:NUMBER ...             by the names of metrics, in total; unknown names are none
 *   called SUM MIN MAX BUCKET:COUNT ... as base/histogram.h, clock cost subtracted
 *                                       end: leave the loop
 *   failed SENTENCE                     at any time; the worker goes on to clean up
 *   items NUMBER, bytes NUMBER          at any time: what one iteration works through
 *   counter KIND NUMBER NAME            at any time; KIND is per-iteration, rate, average or sum, the first two
 *                                       divided already; each thread says its own
 *   dying SENTENCE                      why the signal comes that ends the worker right after
 *   done                                the body has returned
 *
 * The controller pads the worker's environment with a variable ASSAY_PADDING, of
 * another length each launch, which moves the stack; and ASSAY_HEAP_PADDING says in
 * four digits by how many bytes the worker is to move its heap.
 *
 * `PROGRAM --assay-list` prints "assay 1" and then one fullname a line, with its
 * tags behind it, each after a blank and "@".  A worker understands such a line as a
 * name as well, for a controller that knows no tags.  Lines between them that begin
 * with a blank say more (assay/listing.h); one that is not known is skipped.  One
 * fullname is not in that list: "assay::empty" is a loop without a body, compiled
 * as the program's first benchmark is.  A program that is older than that says
 * that it has no such benchmark.
 */
#ifndef ASSAY_PROTOCOL_H
#define ASSAY_PROTOCOL_H

#include "assay/bench.h"
#include "assay/metric.h"
#include "assay/reference.h"
#include "assay/status.h"
#include "base/buf.h"
#include "base/histogram.h"

#define ASSAY_PROTOCOL_VERSION 1
#define ASSAY_WORKER_FLAG "--assay-worker="
#define ASSAY_LIST_FLAG "--assay-list"
#define ASSAY_EMPTY_FULLNAME "assay::empty"
#define ASSAY_COMMAND_FD 3
#define ASSAY_REPLY_FD 4
#define ASSAY_EXIT_LOST 113             /* of a worker whose body closed the two descriptors */
#define ASSAY_MAX_BATCHES 256           /* COUNT of one command */
#define ASSAY_MAX_LINE_BYTES 131072     /* a full histogram fits */
#define ASSAY_MAX_EXACT_ROUNDS UINT64_C(10000000)
#define ASSAY_MAX_ITERATIONS (UINT64_C(1) << 50)

/* One more to those of bench.h. */
#define ASSAY_BUILT_LIBRARY_DEBUG 8u

enum assay_command_kind {
    ASSAY_COMMAND_BATCH,
    ASSAY_COMMAND_PACED,
    ASSAY_COMMAND_WARMED,
    ASSAY_COMMAND_CALLS,
    ASSAY_COMMAND_COUNT,
    ASSAY_COMMAND_END
};

struct assay_command {
    enum assay_command_kind kind;
    uint64_t iterations; /* BATCH, PACED, WARMED: of each batch; CALLS, COUNT: how many; 1 or more */
    uint64_t count;      /* BATCH, PACED, WARMED: how many batches, 1 to ASSAY_MAX_BATCHES */
    uint64_t warmup;     /* WARMED: iterations before each batch, 1 or more */
};

enum assay_reply_kind {
    ASSAY_REPLY_HELLO,
    ASSAY_REPLY_BUILT,
    ASSAY_REPLY_GROUP,
    ASSAY_REPLY_TARGET,
    ASSAY_REPLY_WANTS_CALLS,
    ASSAY_REPLY_PEDANTIC,
    ASSAY_REPLY_THREADS,
    ASSAY_REPLY_PACES,
    ASSAY_REPLY_WARMS,
    ASSAY_REPLY_READY,
    ASSAY_REPLY_TOGETHER,
    ASSAY_REPLY_TOOK,
    ASSAY_REPLY_PACED,
    ASSAY_REPLY_CALLED,
    ASSAY_REPLY_FAILED,
    ASSAY_REPLY_DYING,
    ASSAY_REPLY_ITEMS,
    ASSAY_REPLY_BYTES,
    ASSAY_REPLY_COUNTER,
    ASSAY_REPLY_UNCOUNTABLE,
    ASSAY_REPLY_COUNTED,
    ASSAY_REPLY_COMPLEXITY,
    ASSAY_REPLY_DONE
};

/* What assay_pedantic() asks for; rounds 0: nothing. */
struct assay_exact_plan {
    uint64_t rounds, iterations, warmup_rounds;
};

struct assay_reply {
    enum assay_reply_kind kind;
    struct assay_exact_plan plan; /* PEDANTIC */
    struct str text;              /* GROUP, TARGET, COMPLEXITY, UNCOUNTABLE, FAILED: borrowed from the line */
    double amount;                /* ITEMS, BYTES: above 0; TOGETHER: 0 to 1; COUNTER: finite */
    enum assay_counter_kind counter_kind; /* COUNTER; its name is `text`, a valid one */
    uint64_t number; /* HELLO: version; BUILT: ASSAY_BUILT_...; THREADS; READY: clock cost, ns; TOOK, PACED: how many
                        times */
    struct assay_measured counted; /* COUNTED: of the metrics that are counted; in total */
    int64_t times_ns[ASSAY_MAX_BATCHES];         /* TOOK, PACED */
    struct assay_pace paces_ns[ASSAY_MAX_BATCHES]; /* PACED: cycles above 0 */
};

/* Lines come and go without their newline.  The parsers give ASSAY_OK, or
 * ASSAY_BAD_SYNTAX for anything that is not exactly such a message; outputs
 * are untouched then. */
ASSAY_MUST_CHECK enum assay_status assay_command_parse(struct str line, struct assay_command *out_command);
void assay_command_format(const struct assay_command *command, struct buf *out_line);

/* A CALLED reply is added to `*calls`, which other kinds leave alone. */
ASSAY_MUST_CHECK enum assay_status
assay_reply_parse(struct str line, struct assay_reply *out_reply, struct histogram *calls);
/* 1 to 40 letters, digits, "_", "-" and ".", and no metric's name. */
#define ASSAY_MAX_COUNTER_BYTES 40
bool assay_counter_name_is_valid(struct str name);
/* "per-iteration", "rate", "average", "sum". */
const char *assay_counter_kind_name(enum assay_counter_kind kind);
bool assay_counter_kind_of_name(struct str name, enum assay_counter_kind *out_kind);

void assay_reply_format_built(unsigned built, struct buf *out_line);
void assay_reply_format_took(const int64_t *times_ns, size_t count, struct buf *out_line);
void assay_reply_format_paced(const int64_t *times_ns, const struct assay_pace *paces_ns, size_t count,
                              struct buf *out_line);
void assay_reply_format_counted(const struct assay_measured *counted, struct buf *out_line);
void assay_reply_format_called(const struct histogram *calls, struct buf *out_line);

#endif /* ASSAY_PROTOCOL_H */
