// SPDX-License-Identifier: MIT
/* assay/binary.h - which machine code runs here. */
#ifndef ASSAY_BINARY_H
#define ASSAY_BINARY_H

#include "assay/status.h"
#include "base/buf.h"

/*
 * Appends the hash of the files that this process was loaded from, 16 hexadecimal
 * digits: the program and, in the order of loading, its shared libraries.  Where it
 * is equal, the same machine code runs.  Nothing is appended if one of the files
 * cannot be read, or the system does not tell them.
 */
void assay_binary_add_hash(struct buf *out_text);

#endif /* ASSAY_BINARY_H */
