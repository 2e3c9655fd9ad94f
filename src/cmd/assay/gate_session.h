// SPDX-License-Identifier: MIT
/* assay/gate_session.h - launches pairs until each is decided or the time is over. */
#ifndef CMD_ASSAY_GATE_SESSION_H
#define CMD_ASSAY_GATE_SESSION_H

#include "assay/gate.h"
#include "cmd/assay/pair.h"
#include "cmd/assay/progress.h"

struct gate_time {
    int64_t usual_ns; /* above 0 */
    int64_t more_ns;  /* for what seems to have changed when that is over (assay_gate_narrow); 0: none */
};
/* Where nobody says how long it may take: 2.5 s for each of `count` pairs, and as long again. */
struct gate_time gate_time_of(size_t count);

/* Pair i is benchmark i of the gate.  What could not be measured has an error in its subject.  The
 * progress may be NULL.  A first signal (interrupt.h) ends it as the end of the time does.  False
 * without memory. */
bool gate_session_run(struct assay_gate *gate, struct pair *pairs, struct pair_setting *setting, struct gate_time time,
                      struct progress *progress);

#endif /* CMD_ASSAY_GATE_SESSION_H */
