// SPDX-License-Identifier: MIT
/* gateway/reply.h - what answers are made of: phrases, dates, errors in OpenAI's form. */
#ifndef CMD_TTA_GATEWAY_REPLY_H
#define CMD_TTA_GATEWAY_REPLY_H

#include <stdint.h>

#include "base/buf.h"
#include "tta/failure.h"

/* "OK", "Not Found", ... "Error" of what has none. */
const char *reply_phrase(int status);

/* The time of day as a header has it, made anew once a second; of the calling thread. */
const char *reply_date(void);

/* Adds a number in decimal. */
void reply_add_number(struct buf *out, uint64_t number);

struct reply_error {
    int status;
    const char *message;
    const char *type;  /* NULL: by the status */
    const char *param; /* NULL: null */
    const char *code;  /* NULL: null */
};

/* {"error":{"message","type","param","code"}}, in one line. */
void reply_error(struct buf *out, const struct reply_error *error);

/* What the client is told when all targets have failed. */
struct reply_error reply_of_failure(enum tta_failure failure, int status);

#endif /* CMD_TTA_GATEWAY_REPLY_H */
