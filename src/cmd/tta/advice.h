// SPDX-License-Identifier: MIT
/* tta/advice.h - why models are out, and what to give up so that some are in. */
#ifndef CMD_TTA_ADVICE_H
#define CMD_TTA_ADVICE_H

#include "base/buf.h"
#include "tta/selection.h"

/* The verdicts on all models of a catalogue. */
struct verdicts {
    struct tta_verdict *items; /* by row */
    size_t count;
};

/* "prompt_price turns away 250, context 46"; nothing if all fit. */
void advice_add_reasons(const struct verdicts *verdicts, struct buf *out);

/*
 * Says on stderr that no model fits, how many each requirement turns away, the
 * one requirement whose removal lets the most models in, a capability being a
 * requirement of its own, and what limit would let the nearest in.  False
 * without memory.
 */
bool advice_print(const struct tta_selector *selector, const struct tta_requirements *requirements,
                  const struct verdicts *verdicts);

#endif /* CMD_TTA_ADVICE_H */
