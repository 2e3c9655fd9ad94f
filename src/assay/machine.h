// SPDX-License-Identifier: MIT
/* assay/machine.h - what machine this is, as far as it bears on times. */
#ifndef ASSAY_MACHINE_H
#define ASSAY_MACHINE_H

#include "assay/result.h"

/*
 * Describes this machine into `*out_machine`, whose strings are the caller's
 * (assay_result_deinit() frees them within a result).  The class key joins what
 * must agree for two runs to be comparable: system, architecture, CPU brand,
 * cores online, compiler and its major version.  The kernel release, host name and
 * clock rate are not in it: they change without the machine changing.
 * ASSAY_OK or ASSAY_NO_MEMORY; what cannot be found out is "".
 */
ASSAY_MUST_CHECK enum assay_status assay_machine_describe(struct assay_machine *out_machine);

/* The processor's name in the text of /proc/cpuinfo, borrowed from it; empty
 * if it has none. */
struct str assay_machine_cpu_brand(struct str cpuinfo);
/* Whether the text of /proc/cpuinfo, or the product name that the firmware
 * gives the machine (may be empty), is that of a virtual machine. */
bool assay_machine_has_hypervisor(struct str cpuinfo, struct str product);

#define ASSAY_MACHINE_ID_BYTES 128
/* The name of its folder in the storage, pytest-benchmark's machine_id with the
 * compiler in place of the Python: "Linux-GCC-12-64bit-3f2a9c01", the last part a
 * hash of the class key, so that runs of unlike machines lie apart. */
void assay_machine_id(const struct assay_machine *machine, char out_id[ASSAY_MACHINE_ID_BYTES]);

#endif /* ASSAY_MACHINE_H */
