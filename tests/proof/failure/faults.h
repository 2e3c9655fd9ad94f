// SPDX-License-Identifier: MIT
/*
 * faults.h - faults of a provider, and what must come of each: the one table, to
 * which fault_table.c holds the library and gateway_table.c the gateway.
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
#include "tta/stream.h"

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
    unsigned said_by; /* a bit for each dialect of providers that say so */
    struct loopback_answer whole, stream; /* a stream with neither body nor fault: the same as whole */
    bool is_stream_only;
    bool is_of_choices;                   /* is told within one, or as the reason of its end */
    bool refuses;                         /* nobody listens */
    bool client_leaves;                   /* when the first byte is there */
    struct fault_outcome whole_wanted, stream_wanted; /* stream_wanted.failure NULL: the same */
};

/* Fills what is too large to be written down.  Once, before the first is played. */
void faults_prepare(void);

size_t faults_count(void);
/* Those of one dialect stand together, with what all say in the first. */
const struct fault *fault_at(size_t index);
bool fault_is_said_by(const struct fault *fault, enum tta_dialect dialect);
/* The first dialect that it is said in. */
enum tta_dialect fault_dialect(const struct fault *fault);

const struct loopback_answer *fault_answer(const struct fault *fault, bool is_stream);
const struct fault_outcome *fault_wanted(const struct fault *fault, bool is_stream);

/* What a provider that is well says: "well". */
const struct loopback_answer *fault_good_answer(enum tta_dialect dialect, bool is_stream);

/* The status of a class if nobody answers, and what clients of OpenAI's and Anthropic's API find it called; NULL: it is
 * not among those of providers. */
struct fault_end {
    const char *failure;
    int client_status;
    const char *code; /* error.code */
    const char *type; /* error.type of Anthropic's */
};
const struct fault_end *fault_end_of(const char *failure);

enum { FAULT_TEXT_BYTES = 128 };

/* What must come of it if B and B+ are not to be reached either: whether they are asked at all, and the rest follows
 * from the above. */
struct fault_down {
    char path[FAULT_TEXT_BYTES], opens[FAULT_TEXT_BYTES];
    int client_status;
};
bool fault_wanted_down(const struct fault_outcome *wanted, struct fault_down *out_down);

/* Whether a path is the one wanted.  Where nobody answers, A may come again at its end, for a wait may be over by the
 * time that the others have failed. */
bool fault_is_path(const char *path, const char *wanted, bool is_down);

/* Takes A' and its key out of a path or of what opens. */
void fault_leave_out_spare(char text[FAULT_TEXT_BYTES]);

#endif /* TESTS_FAULTS_H */
