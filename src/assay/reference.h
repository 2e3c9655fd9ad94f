// SPDX-License-Identifier: MIT
/*
 * assay/reference.h - how long a cycle of the core takes, without a counter.
 *
 * A processor adds a register to another in one cycle, each addition waiting for
 * the one before; multiplications wait for each other for the same small whole
 * number of cycles every time.  So the time of a long chain of either says how
 * fast the core runs at this moment, whatever its clock rate or hypervisor did
 * since.  Two chains of different kinds disagree when something else disturbed
 * one of them: an interrupt, another virtual machine, the other thread of the core.
 *
 * A batch measured between two readings of the reference can so be given in
 * cycles of the core, which vary between launches a hundredth as much as its time
 * does: docs/decisions/0006-cycles-by-reference.md has the figures.
 */
#ifndef ASSAY_REFERENCE_H
#define ASSAY_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>

/* One reading. */
struct assay_reference {
    double cycle_ns;     /* what a cycle takes, by the mean of both chains; above 0 */
    double disagreement; /* between the chains, as a share: 0.001 and less is undisturbed */
};

/* Times both chains once, which takes about 25 us.  False, and `*out` untouched,
 * on processors for which the chains are not written.  The first call of a
 * process finds out how many cycles a multiplication takes, in about 1 ms; it
 * must be over before another thread calls. */
bool assay_reference_read(struct assay_reference *out);

/* A batch in cycles. */
struct assay_paced {
    double cycles;       /* of one iteration */
    double disagreement; /* the larger one of the readings before and after */
};

/* A batch of `iterations` that took `batch_ns` between two readings. */
struct assay_paced assay_reference_pace(const struct assay_reference *before, const struct assay_reference *after,
                                        double batch_ns, double iterations);

/*
 * The cycles of an iteration, from `count` batches of about `batch_ns`: the
 * median of that half of them, at least five, whose readings disagree least.  What
 * disturbs a reading mostly disturbs the batch beside it.  A batch of more than 0.3
 * ms is mostly disturbed between two good readings, which can only make it longer:
 * for those it is the lower quartile.  Sorts `paced`.  NAN without batches.
 */
double assay_reference_cycles(struct assay_paced *paced, size_t count, double batch_ns);

#endif /* ASSAY_REFERENCE_H */
