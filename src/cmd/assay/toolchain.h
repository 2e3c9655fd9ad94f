// SPDX-License-Identifier: MIT
/* assay/toolchain.h - by what the benchmarks of a session were built. */
#ifndef CMD_ASSAY_TOOLCHAIN_H
#define CMD_ASSAY_TOOLCHAIN_H

#include "assay/listing.h"

/* Zero-initialised nothing is known.  Each name once, in ascending order, with " + " between, so that
 * the same programs in another order are built by the same. */
struct toolchain {
    char *compilers, *flags; /* NULL: no program has said */
};

/* Adds what a program says of the benchmark at hand.  False without memory: as it was then. */
bool toolchain_add(struct toolchain *toolchain, const struct assay_listing *listing);
void toolchain_deinit(struct toolchain *toolchain);

#endif /* CMD_ASSAY_TOOLCHAIN_H */
