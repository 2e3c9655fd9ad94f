// SPDX-License-Identifier: MIT
/*
 * assay/gate_control.h - whether this session, on this machine, can be believed.
 *
 * Beside the benchmarks each gate measures two pairs of which the answer is known: the old
 * build against itself, and against itself making a twentieth more iterations.  A gate that
 * calls the first slower or faster, or that does not call the second slower, says
 * nothing of the rest either.
 */
#ifndef CMD_ASSAY_GATE_CONTROL_H
#define CMD_ASSAY_GATE_CONTROL_H

#include "assay/gate.h"
#include "base/buf.h"

#define GATE_CONTROL_SLOWED 0.05

struct gate_control {
    bool is_there;                  /* or nothing was measured, or there was no time for it */
    const char *fullname;           /* of what both are; borrowed */
    const char *error;              /* why it could not be measured, or NULL; borrowed */
    double slowed;                  /* by how much the second is, as a share */
    struct assay_gate_verdict same; /* of the first pair */
    struct assay_gate_verdict slower; /* of the second */
};

/* Whether both answers are right; else a sentence that says what was wrong in `out_reason`.  One that is
 * not there is right. */
bool gate_control_passes(const struct gate_control *control, struct buf *out_reason);

#endif /* CMD_ASSAY_GATE_CONTROL_H */
