// SPDX-License-Identifier: MIT
/* gateway_words.h - answers of OpenAI's chat completions in the words of its other APIs; of gateway_play.c alone. */
#ifndef TESTS_GATEWAY_WORDS_H
#define TESTS_GATEWAY_WORDS_H

#include "base/buf.h"
#include "cmd/tta/gateway/api.h"
#include "loopback_server.h"

/* The name of the member that stands before what an answer of an API says. */
const char *gateway_words_member(enum api api);

/* What an API is asked: a wish of "table". */
void gateway_words_ask(enum api api, bool is_stream, struct buf *out);

/* An answer, and its texts, which it has of the buffers. */
struct reworded {
    struct loopback_answer answer;
    struct buf body, later;
};

/* What the answer says of chat completions is said of `api`; an answer that says nothing of any stays as it is. */
void gateway_words_init(const struct loopback_answer *answer, enum api api, struct reworded *out);
void gateway_words_deinit(struct reworded *reworded);

#endif /* TESTS_GATEWAY_WORDS_H */
