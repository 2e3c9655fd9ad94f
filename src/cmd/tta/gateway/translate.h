// SPDX-License-Identifier: MIT
/*
 * gateway/translate.h - chat completions in the words of providers that speak others.
 *
 * From OpenAI's chat completions to Anthropic's /v1/messages and Ollama's
 * /api/chat, and back: text and calls of tools, for Ollama also images and JSON
 * schemas.  What cannot be said in the other words is refused and not left out,
 * but for what says nothing: null, what is usual anyway, an answer's own members
 * in a message that is sent back.  Texts, schemas and numbers are taken over as
 * they stand, byte for byte.
 *
 * JSON text in, JSON text out; nothing else is touched or kept.  Any thread.
 */
#ifndef CMD_TTA_GATEWAY_TRANSLATE_H
#define CMD_TTA_GATEWAY_TRANSLATE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "tta/stream.h"

/* The most that a translation comes to, by the size of what it is of: each answer has a frame, and a text within a text
 * is escaped. */
#define TRANSLATE_MAX_BYTES(of_bytes) (8 * (of_bytes) + 65536)

enum translate_outcome {
    TRANSLATED,
    TRANSLATE_UNFIT,    /* there are no words for it, or it is not what it should be */
    TRANSLATE_NO_MEMORY /* or no room in `out` */
};

/* Why a request was refused. */
struct translate_flaw {
    char param[96];    /* where, as "messages[2].content[0]"; cut if longer */
    char problem[256]; /* a sentence */
};

/* Whom a request goes to. */
struct translate_target {
    enum tta_dialect dialect; /* any but OpenAI's */
    const char *model;
    int64_t max_tokens; /* where a request states none and the dialect wants one: at least 1, or 0 for 4096 */
};

/*
 * Adds to `out` the request of a body of chat completions.  TRANSLATED.
 * TRANSLATE_UNFIT: it is not JSON, or has what the dialect has no words for;
 * `*out_flaw` says what.  TRANSLATE_NO_MEMORY.  Unless TRANSLATED, what is in
 * `out` is of no use.
 */
enum translate_outcome translate_request(const struct translate_target *target, struct str body, struct buf *out,
                                         struct translate_flaw *out_flaw);

/* What an answer in OpenAI's words says that the provider's may not. */
struct translate_about {
    enum tta_dialect dialect;
    const char *id, *model; /* borrowed; where the provider states none */
    int64_t created_unix_s;
    bool includes_usage; /* a stream ends with its usage */
};

/* Adds to `out` the chat completion of a whole answer.  TRANSLATED, TRANSLATE_UNFIT: it is no answer in that dialect,
 * TRANSLATE_NO_MEMORY. */
enum translate_outcome translate_answer(const struct translate_about *about, struct json_value answer,
                                        struct buf *out);

/* Adds to `out` the error of an answer of any dialect, in OpenAI's form.  TRANSLATED, TRANSLATE_UNFIT: it states none,
 * TRANSLATE_NO_MEMORY. */
enum translate_outcome translate_error(struct str body, struct buf *out);

/*
 * A streamed answer, while it comes.  tta/stream.h says whether it is a good
 * one: fed are those events alone that are.  Chunks come out of each event at
 * once, and [DONE] of the last one, and of nothing else.
 */
struct translate_stream;

/* `about` is copied.  NULL without memory. */
struct translate_stream *translate_stream_create(const struct translate_about *about);
/* NULL does nothing. */
void translate_stream_destroy(struct translate_stream *stream);

/* Takes bytes, in any pieces, and adds the events that they make to `out`.  False without memory or room, or for an
 * event beyond TTA_STREAM_MAX_EVENT_BYTES. */
bool translate_stream_feed(struct translate_stream *stream, struct str bytes, struct buf *out);

#endif /* CMD_TTA_GATEWAY_TRANSLATE_H */
