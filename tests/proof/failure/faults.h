// SPDX-License-Identifier: MIT
/*
 * faults.h - faults of a provider, and what must come of each: the one table.
 *
 * The targets in the order of the request: A and A' are a model at the provider
 * that fails, asked with two keys; B is the same model at a provider that is
 * well, B+ another model there, with a larger context.
 */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "loopback_server.h"

/* What must come of a fault, in words. */
struct fault_outcome {
    const char *failure; /* the class of the first attempt */
    const char *path;    /* the targets in turn */
    const char *opens;   /* what is not closed in the end; in brackets what a failure was counted against */
    const char *client;  /* a status, or "error event, no [DONE]" */
};

/* A fault as the provider plays it. */
struct fault {
    const char *name;
    struct loopback_answer whole, stream; /* a stream with neither body nor fault: the same as whole */
    bool refuses;                         /* nobody listens */
    bool client_leaves;                   /* when the first byte is there */
    struct fault_outcome whole_wanted, stream_wanted; /* stream_wanted.failure NULL: the same */
};

extern const struct fault faults[];
extern const size_t fault_count;

/* Fills what is too large to be written down.  Once, before the first is played. */
void faults_prepare(void);

const struct loopback_answer *fault_answer(const struct fault *fault, bool is_stream);
const struct fault_outcome *fault_wanted(const struct fault *fault, bool is_stream);

#endif /* TESTS_FAULTS_H */
