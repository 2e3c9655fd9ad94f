// SPDX-License-Identifier: MIT
/*
 * asking.h - how the clients of the proof ask: a connection to this machine, a
 * request, an answer.
 *
 * What goes wrong with the client itself ends the program with a line; who
 * wants to go on when a server does not answer looks at what is returned.
 */
#ifndef TESTS_PROOF_GATEWAY_ASKING_H
#define TESTS_PROOF_GATEWAY_ASKING_H

#include <llhttp/llhttp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ends the program with status 3. */
_Noreturn void asking_give_up(const char *what);

/* As many descriptors as this process may have. */
void asking_raise_limits(void);

/* A socket that waits, connected to a port of this machine; ends the program if it cannot be. */
int asking_connect(uint16_t port);

struct asking {
    const char *model;
    const char *headers; /* more lines, each with its end; or NULL */
    bool is_stream;
    bool is_broken;      /* the body is no JSON */
    size_t prompt_bytes; /* or somewhat more */
};
/* A request, head and body, owned by the caller. */
char *asking_request(const struct asking *asking, size_t *out_len);

/* An answer as it comes. */
struct answer {
    llhttp_t parser;
    int status; /* 0 before the head */
    bool has_content, is_whole, keeps_alive;
    size_t matched; /* of what content begins with */
};
void answer_begin(struct answer *answer);
/* False if that is no HTTP. */
bool answer_take(struct answer *answer, const char *bytes, size_t len);
/* The connection is at its end, which may be the answer's too. */
void answer_end(struct answer *answer);

#endif /* TESTS_PROOF_GATEWAY_ASKING_H */
