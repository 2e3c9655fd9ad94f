// SPDX-License-Identifier: MIT
/*
 * assay/gate.h - whether a new build is slower than an old one, from launches of
 * pairs.  Pure: values and chance are arguments.
 *
 * A *slice* is one timed batch of one build, a *block* four slices of both builds in
 * the order ABBA or BAAB, a *launch* many blocks of two fresh processes.  What slows the
 * machine for longer than a block slows both builds alike.  What a process keeps for
 * life, its layout in memory, does not change within a launch, so blocks of a launch
 * are no independent evidence: a launch counts once, and all inference is over
 * launches (assay/signed_rank.h).
 *
 * It is sequential: there are looks after so many launches, and a benchmark that is
 * decided gets no more of them.  What is slower or faster in a first *session* is a
 * suspect; a second one, of launches of its own, must say so as well.
 */
#ifndef ASSAY_GATE_H
#define ASSAY_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "assay/compare.h"
#include "assay/status.h"

#define ASSAY_GATE_MARGIN 0.01     /* a change up to it, either way, is none, unless another is given */
#define ASSAY_GATE_MAX_LAUNCHES 512 /* of a benchmark in a session */

/* The logarithm of new over old, of the times of a block's two slices of each build. */
double assay_gate_block(const int64_t old_ns[2], const int64_t new_ns[2]);

/*
 * What a launch says, in two views; each is the logarithm of new over old.  A neighbour on
 * the same core that comes and goes blurs the typical block, and leaves some slices alone;
 * what differs from one process to the next in all of its slices, such as where its memory
 * lies, blurs the least of them more.
 */
struct assay_gate_launch {
    double typical;     /* the median of its blocks */
    double undisturbed; /* of the times that one slice in twenty is at or below; of the least with fewer slices */
};

/* Of 1 block or more, and twice as many slices of each build; sorts all three. */
struct assay_gate_launch assay_gate_launch(double *blocks, int64_t *old_ns, int64_t *new_ns, size_t block_count);

/*
 * How likely one side of a session may be wrong at any of its looks, for so many
 * benchmarks.  Two sessions are wrong together with the square of it, so that with
 * sqrt(0.0025 / benchmarks) a suite of unchanged benchmarks has a false *slower* in
 * 0.25 % of its runs and a false *faster* in as many; at most 0.005, because a layout
 * that both sessions share makes them less than independent.
 */
double assay_gate_error(size_t benchmarks);

/* The looks of a session: after how many launches the one of that number is, 13 for look
 * 0, and 512 for the last.  Each may use up the same share of the session's error, half of it for
 * either view, so that the view with the narrower interval can be believed.  What it says is no
 * verdict if the other excludes it, nor is *same* if the other's estimate lies beyond the margin:
 * that a slice is as fast as ever where nothing disturbs it does not make a build so. */
#define ASSAY_GATE_LOOKS 15
size_t assay_gate_look(size_t look);

/* Where a benchmark stands. */
enum assay_gate_phase {
    ASSAY_GATE_FIRST,      /* it is measured in a first session */
    ASSAY_GATE_SUSPECT,    /* it waits for its second */
    ASSAY_GATE_CONFIRMING, /* it is measured in its second */
    ASSAY_GATE_DECIDED,    /* nothing more is to be measured */
    ASSAY_GATE_FAILED      /* it could not be measured */
};

struct assay_gate_verdict {
    enum assay_verdict verdict; /* SAME, SLOWER, FASTER or UNKNOWN */
    struct assay_change change; /* as shares; of the launches of both sessions, in the view that tells more */
    size_t launches;            /* of both */
    bool was_suspect;           /* the first session said slower or faster */
    bool is_contradicted;       /* and the second did not */
    /* A change of this size would have been called, with so many launches that scatter as these
     * do, in at least 95 of 100 gates: the margin, the wider side of the interval, and as
     * much as the estimate may fall short by, 1.64 of its standard deviations, of which the
     * side is at least 2.58 wide.  INFINITY without an interval. */
    double least_visible;
};

struct assay_gate;

/* A gate of `count` benchmarks with margins of ASSAY_GATE_MARGIN.  `error` is that of a session's side;
 * `seed` begins the random order.  NULL without memory. */
struct assay_gate *assay_gate_create(size_t count, double error, uint64_t seed);
void assay_gate_destroy(struct assay_gate *gate);

/* Before its first launch: a change of up to `margin`, in (0, 1), is none. */
void assay_gate_set_margin(struct assay_gate *gate, size_t index, double margin);

/*
 * Which benchmark is to be launched next: each that is not decided once, in a random
 * order, then again; one that has had more time than they had on average is passed over, so
 * that one whose launches take long does not take the time of the others.  Suspects join
 * when all other benchmarks are decided or half of the time is used, whichever comes first:
 * their second session lies elsewhere in time.
 * `used` is the share of the time that is used, 0 to 1; at 1 or more, and when all is
 * decided, false.
 */
bool assay_gate_next(struct assay_gate *gate, double used, size_t *out_index);

/* Takes what a launch says, and how long that took, above 0 seconds. */
void assay_gate_take(struct assay_gate *gate, size_t index, const struct assay_gate_launch *launch, double seconds);

/* It cannot be measured. */
void assay_gate_fail(struct assay_gate *gate, size_t index);

/*
 * The usual time is over, and there is more for what seems to have changed: a suspect, and what shows its middle beyond
 * the margin and an interval without 0.  All else is given its last look.  Whether anything goes on.
 */
bool assay_gate_narrow(struct assay_gate *gate);

/* The time is over: a last look at what is not decided. */
void assay_gate_stop(struct assay_gate *gate);

enum assay_gate_phase assay_gate_phase(const struct assay_gate *gate, size_t index);
/* What is known of it so far; UNKNOWN until it is decided, and of one that failed. */
struct assay_gate_verdict assay_gate_verdict(const struct assay_gate *gate, size_t index);

#endif /* ASSAY_GATE_H */
