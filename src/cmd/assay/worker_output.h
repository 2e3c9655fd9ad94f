// SPDX-License-Identifier: MIT
/*
 * assay/worker_output.h - what a benchmark prints: to an unnamed temporary file,
 * since it must not mix with the tables and never fill a pipe that nobody reads.
 * Only the end of it is kept.
 */
#ifndef CMD_ASSAY_WORKER_OUTPUT_H
#define CMD_ASSAY_WORKER_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"

#define WORKER_OUTPUT_TAIL_BYTES 1500
#define WORKER_OUTPUT_MAX_BYTES (1 << 20)

struct worker_output {
    FILE *file;
    size_t kept_len; /* of what was the end when the file was last emptied */
    char kept[WORKER_OUTPUT_TAIL_BYTES];
};

/* False, with errno set, if there can be no such file; to be closed either way. */
bool worker_output_open(struct worker_output *output);
void worker_output_close(struct worker_output *output);

/* Empties a file that has grown beyond WORKER_OUTPUT_MAX_BYTES, but for its end.
 * To be called now and then; what is printed meanwhile may be lost. */
void worker_output_limit(struct worker_output *output);

/* The last lines, for a person; may be empty. */
void worker_output_add_tail(const struct worker_output *output, struct buf *out_text);

#endif /* CMD_ASSAY_WORKER_OUTPUT_H */
