// SPDX-License-Identifier: MIT
/* assay/worker_list.h - which benchmarks a program has. */
#ifndef CMD_ASSAY_WORKER_LIST_H
#define CMD_ASSAY_WORKER_LIST_H

#include <stdint.h>

#include "base/buf.h"

enum worker_list {
    WORKER_LISTED,
    WORKER_NO_PROGRAM, /* it cannot be started, or is no benchmark program */
    WORKER_LIST_DIED   /* it crashed or hung instead */
};

/* The list, as assay/listing.h reads it, into `out_lines`; if there is none, one sentence
 * into `out_reason`.  The answer must come within `timeout_ns`. */
enum worker_list worker_list_benchmarks(const char *program, int64_t timeout_ns, struct buf *out_lines,
                                        struct buf *out_reason);

#endif /* CMD_ASSAY_WORKER_LIST_H */
