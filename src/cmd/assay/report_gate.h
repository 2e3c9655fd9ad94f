// SPDX-License-Identifier: MIT
/* assay/report_gate.h - what a gate found, as a person reads it. */
#ifndef CMD_ASSAY_REPORT_GATE_H
#define CMD_ASSAY_REPORT_GATE_H

#include "assay/compare.h"
#include "cmd/assay/gate_control.h"
#include "cmd/assay/report_text.h"

/* A row for each benchmark: both times, the change with its interval, how many launches
 * it took and the verdict; then what the words mean and how many there are of each. */
void report_gate(const struct report *report, const struct assay_comparison *rows, size_t count, const char *old_name);

/* One line on what the control came to; nothing if there was none. */
void report_gate_control(const struct report *report, const struct gate_control *control);

#endif /* CMD_ASSAY_REPORT_GATE_H */
