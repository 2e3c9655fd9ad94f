// SPDX-License-Identifier: MIT
#include "cmd/assay/gate_control.h"

static void add_change(struct buf *out, const struct assay_gate_verdict *verdict)
{
    base_buf_addf(out, " (%+.1f%%", verdict->change.ratio * 100);
    if (assay_change_has_interval(&verdict->change)) {
        base_buf_addf(out, ", %+.1f to %+.1f%%", verdict->change.lower * 100, verdict->change.upper * 100);
    }
    base_buf_addf(out, ", %zu launches)", verdict->launches);
}

bool gate_control_passes(const struct gate_control *control, struct buf *out_reason)
{
    if (!control->is_there) {
        return true;
    }
    if (control->error) {
        base_buf_addf(out_reason, "the control, %s of the old build against itself, could not be measured: %s",
                      control->fullname, control->error);
        return false;
    }
    if (assay_verdict_is_change(control->same.verdict)) {
        base_buf_addf(out_reason, "the control, %s of the old build against itself, was called %s", control->fullname,
                      assay_verdict_name(control->same.verdict));
        add_change(out_reason, &control->same);
        return false;
    }
    if (control->slower.verdict != ASSAY_VERDICT_SLOWER) {
        base_buf_addf(out_reason, "the control, %s slowed by %g%%, was not found slower", control->fullname,
                      control->slowed * 100);
        add_change(out_reason, &control->slower);
        base_buf_add_cstr(out_reason, "; more time (--budget) or a quieter machine may help");
        return false;
    }
    return true;
}
