// SPDX-License-Identifier: MIT
/* assay/gate_session.h - launches pairs until each is decided or the time is over. */
#ifndef CMD_ASSAY_GATE_SESSION_H
#define CMD_ASSAY_GATE_SESSION_H

#include "assay/gate.h"
#include "cmd/assay/pair.h"
#include "cmd/assay/progress.h"

/* Pair i is benchmark i of the gate.  What could not be measured has an error in its subject.  The
 * progress may be NULL.  A first signal (interrupt.h) ends it as the end of the time does.  False
 * without memory. */
bool gate_session_run(struct assay_gate *gate, struct pair *pairs, struct pair_setting *setting, int64_t budget_ns,
                      struct progress *progress);

#endif /* CMD_ASSAY_GATE_SESSION_H */
