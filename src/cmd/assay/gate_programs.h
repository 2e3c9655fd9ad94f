// SPDX-License-Identifier: MIT
/* assay/gate_programs.h - which programs a gate is of. */
#ifndef CMD_ASSAY_GATE_PROGRAMS_H
#define CMD_ASSAY_GATE_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* What the command line and assay.yaml say, borrowed. */
struct gate_request {
    const char *base;          /* a revision to build for the old side; NULL: the two words are both sides */
    const char *storage;       /* below which it is built */
    const char *build_command; /* NULL: none */
    const char *const *words;  /* programs of the new side, or, without a base, the old and the new one: a program or a
                                  folder each */
    size_t word_count;
};

/* Paths of programs, for the old side and the new. */
struct gate_programs {
    char **paths[2];
    size_t counts[2];
};

enum gate_found {
    GATE_FOUND,
    GATE_NO_PROGRAMS, /* usage, or what is no program */
    GATE_NOT_BUILT    /* the base does not build */
};

/* Finds them, building the base if there is one.  Of two folders those programs count that both have, by the
 * names of files that may be executed; one that only the new side has is named on stderr.  What a
 * reader calls the old side is appended to `out_old_name`; with any other answer than GATE_FOUND, one sentence
 * to `out_reason`. */
enum gate_found gate_programs_find(const struct gate_request *request, struct gate_programs *out_programs,
                                   struct buf *out_old_name, struct buf *out_reason);
void gate_programs_deinit(struct gate_programs *programs);

#endif /* CMD_ASSAY_GATE_PROGRAMS_H */
