// SPDX-License-Identifier: MIT
/*
 * assay/reference.h - how fast the core is at this moment, without a counter.
 *
 * Two rulers. A processor adds a register to another in one cycle, each addition
 * waiting for the one before, so the time of a long chain of them says how fast
 * the core runs, whatever its clock rate or hypervisor did since. And of
 * instructions that wait for nothing it begins as many in a cycle as it can, but
 * only half of them while a second thread, perhaps of another virtual machine, has
 * the same core (SMT): that slows most code and leaves the chain as it is.
 *
 * A launch's fastest round divided by the shortest cycle that was read beside its
 * rounds is in cycles of the core, divided by the shortest slot in slots:
 * docs/decisions/0006-cycles-by-reference.md has figures of what each of them sees.
 */
#ifndef ASSAY_REFERENCE_H
#define ASSAY_REFERENCE_H

/* Both 0 on processors for which the rulers are not written. */
struct assay_pace {
    double cycle_ns; /* of the core */
    double slot_ns;  /* of six instructions that wait for nothing: two loads, three additions, a store; 0: not known */
};

/* As it is now, by some 20 us of instructions. */
struct assay_pace assay_reference_pace(void);

/* The lesser of each; what is 0 is not known, and the other one taken. */
struct assay_pace assay_pace_least(struct assay_pace a, struct assay_pace b);

#endif /* ASSAY_REFERENCE_H */
