// SPDX-License-Identifier: MIT
/*
 * assay/reference.h - how long a cycle of the core takes, without a counter.
 *
 * A processor adds a register to another in one cycle, each addition waiting for
 * the one before, so the time of a long chain of them says how fast the core runs
 * at this moment, whatever its clock rate or hypervisor did since.
 *
 * A launch's fastest round divided by the shortest cycle that was read beside its
 * rounds is in cycles of the core, which vary between launches far less than the
 * time does: docs/decisions/0006-cycles-by-reference.md has the figures.
 */
#ifndef ASSAY_REFERENCE_H
#define ASSAY_REFERENCE_H

/* What a cycle takes now, in ns, by a chain of about 15 us; 0 on processors for
 * which the chain is not written. */
double assay_reference_cycle_ns(void);

#endif /* ASSAY_REFERENCE_H */
