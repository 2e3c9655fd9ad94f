// SPDX-License-Identifier: MIT
/*
 * assay/machine.h - what machine this is, as far as it bears on times.
 *
 * Each fact has a name, as "CPU stepping".  Those that must agree for two runs to be
 * comparable make the class; docs/decisions/0010-what-makes-a-class-of-machine.md says which
 * and why.  The others are recorded, and said where they differ.
 */
#ifndef ASSAY_MACHINE_H
#define ASSAY_MACHINE_H

#include "assay/result.h"

/*
 * Describes this machine into `*out_machine`, whose strings are the caller's
 * (assay_result_deinit() frees them within a result).  `compiler` and `flags` are
 * what the benchmarks were built by, as the programs say; "" if they do not.
 * ASSAY_OK or ASSAY_NO_MEMORY; what cannot be found out is "".
 */
ASSAY_MUST_CHECK enum assay_status assay_machine_describe(const char *compiler, const char *flags,
                                                          struct assay_machine *out_machine);

/* The facts of the class, "system Linux, architecture x86_64, CPU AMD EPYC, ...", without those that
 * are unknown: equal for as long as the machine and the build are not changed.  The caller's; NULL without
 * memory. */
char *assay_machine_class(const struct assay_machine *machine);

/* What the text of a class says of a machine, as far as it can be told; the rest is "".  `*out_machine` is the
 * caller's.  ASSAY_OK or ASSAY_NO_MEMORY. */
ASSAY_MUST_CHECK enum assay_status assay_machine_of_class(const char *class_key, struct assay_machine *out_machine);

/* Whether their classes are not the same; that of a file of another tool, which names none, is not that of one
 * which does. */
bool assay_machine_is_foreign(const struct assay_machine *there, const struct assay_machine *here);

enum assay_machine_facts { ASSAY_FACTS_OF_CLASS, ASSAY_FACTS_BESIDE };
/*
 * Appends what differs between two machines: "CPU stepping 1 there, 0 here; kernel 6.1
 * there, 6.18 here".  A fact of the class that one side does not know differs too:
 * "unknown governor, L3 cache there"; one beside it does not.  Where
 * only the texts of the class differ, theirs is quoted.  Nothing if none differs.  False without memory.
 */
ASSAY_MUST_CHECK bool assay_machine_add_difference(const struct assay_machine *there, const struct assay_machine *here,
                                                   enum assay_machine_facts kind, struct buf *out_text);

#define ASSAY_MACHINE_ID_BYTES 128
/* The name of its folder in the storage, pytest-benchmark's machine_id with the
 * compiler in place of the Python: "Linux-GCC-12-64bit-3f2a9c01", the last part a
 * hash of the class key, so that runs of unlike machines lie apart. */
void assay_machine_id(const struct assay_machine *machine, char out_id[ASSAY_MACHINE_ID_BYTES]);

#endif /* ASSAY_MACHINE_H */
