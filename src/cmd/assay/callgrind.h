// SPDX-License-Identifier: MIT
/*
 * assay/callgrind.h - instructions of an iteration, counted by valgrind's callgrind.
 *
 * The worker runs on a simulated processor and asks for counting within the loop
 * alone.  Of two batches, N and 2 N iterations, the difference is that of N
 * iterations and of nothing else; what the same loop takes without a body is taken
 * off.  N is 64, or 8 or 1 where an iteration has more than a million or ten million
 * instructions.  The numbers are the same in every run of the same program.
 */
#ifndef CMD_ASSAY_CALLGRIND_H
#define CMD_ASSAY_CALLGRIND_H

#include "cmd/assay/subject.h"

/* Whether there is a `valgrind` in PATH. */
bool callgrind_is_there(void);

/* The instructions of an iteration in `*out_instructions`; N is `iterations` if that
 * is not 0.  Answers may take fifty times `timeout_ns`.  False, with a sentence
 * in `out_reason`, if they cannot be counted; false without memory too. */
bool callgrind_count(const char *program, const char *fullname, uint64_t iterations, int64_t timeout_ns,
                     double *out_instructions, struct buf *out_reason);

/* The total that a dump of callgrind states, in `*out`; false if it states none.  Pure. */
bool callgrind_parse_total(struct str dump, uint64_t *out);

#endif /* CMD_ASSAY_CALLGRIND_H */
