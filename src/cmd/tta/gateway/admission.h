// SPDX-License-Identifier: MIT
/*
 * gateway/admission.h - whether a client's request is let in, and what it has come to.
 *
 * It is the one place where models and limits of clients are looked at: behind
 * all names that a model may be asked by, before anybody is asked.
 */
#ifndef CMD_TTA_GATEWAY_ADMISSION_H
#define CMD_TTA_GATEWAY_ADMISSION_H

#include "cmd/tta/gateway/clients.h"
#include "cmd/tta/gateway/routing.h"

/* Zero-initialised: nobody asks who the client is. */
struct admission {
    const struct client *client;
    struct allowance *allowance; /* NULL: nothing is reserved */
    struct allowance_hold hold;
};

struct admission_request {
    const char *asked_model;
    int64_t prompt_bytes;
    int64_t max_tokens; /* of the answer, as the request says; below 0: it does not */
    bool has_answer;    /* text is made, and not only read */
};

/* Why not, as an error of OpenAI's API. */
struct admission_refusal {
    int status;
    const char *message, *param, *code; /* static */
    int64_t retry_after_ns;             /* 0: it is not known to help */
};

/* Takes the targets away that the client may not ask, and reserves what the dearest of the others would use.  False
 * with a refusal. */
bool admission_begin(struct admission *admission, const struct routing *routing, const struct client *client,
                     const struct admission_request *request, struct tta_target *targets, size_t *count,
                     struct admission_refusal *out_refusal);

/* What came of it. */
struct admission_use {
    bool was_asked;    /* some provider may have begun an answer: what it cost and is not known is as was reserved */
    int64_t tokens;    /* below 0: not known */
    int64_t cost_pusd; /* below 0: not known */
};
/* Once or more often: only the first time counts. */
void admission_end(struct admission *admission, const struct admission_use *use);

#endif /* CMD_TTA_GATEWAY_ADMISSION_H */
