/* SPDX-License-Identifier: MIT */
/*
 * tta/stream.h - watching a streamed answer.
 *
 * Fed with the bytes of a body as they come, in any pieces, a stream tells
 * whether anything was said yet, whether it came to its real end, and if not
 * what kind of failure that is.  An end of the connection is not the end of
 * an answer: OpenAI's ends with a finish_reason (and [DONE]), that of its
 * responses with response.completed or response.incomplete, Anthropic's with
 * message_stop, Ollama's with done: true.
 *
 * Before the first content an error has the class of its cause, and another
 * model can still answer; from then on each is TTA_FAILURE_STREAM_BROKEN.
 *
 * A body that is no stream at all is taken for a whole answer.  For one thread
 * at a time; no clock, no I/O.
 */
#ifndef TTA_STREAM_H
#define TTA_STREAM_H

#include "tta/failure.h"
#include "tta/usage.h"

#ifdef __cplusplus
extern "C" {
#endif

enum tta_dialect {
    TTA_DIALECT_OPENAI,    /* server-sent events of chat completions, completions and responses; OpenRouter's too */
    TTA_DIALECT_ANTHROPIC, /* server-sent events of /v1/messages */
    TTA_DIALECT_OLLAMA     /* lines of JSON of /api/chat and /api/generate */
};

/* Of one event, and of a body that is no stream. */
#define TTA_STREAM_MAX_EVENT_BYTES ((size_t)1 << 20)

struct tta_stream;

/* TTA_OK: `*out_stream` is owned by the caller.  TTA_BAD_ARGUMENT: no such dialect.  TTA_NO_MEMORY. */
TTA_API TTA_MUST_CHECK enum tta_status tta_stream_create(enum tta_dialect dialect, struct tta_stream **out_stream);
/* Releases it.  NULL does nothing. */
TTA_API void tta_stream_destroy(struct tta_stream *stream);

struct tta_progress {
    bool has_content;      /* some text, reasoning, refusal or call of a tool was in it */
    bool is_over;          /* it came to its end, or failed: what follows is not read */
    bool is_whole;         /* it was no stream, but an answer in one piece; known at its end */
    bool is_alive;         /* anything came at all, comments and pings included */
    uint64_t event_count;
    uint64_t content_count; /* events with content, for the time between tokens */
    struct tta_finding finding; /* what it is so far: TTA_FAILURE_NONE unless it failed */
    struct tta_usage usage;     /* as far as it was stated */
};

/*
 * Takes the next `len` bytes, borrowed for the call, and gives what is known
 * after them; `out_progress` may be NULL.  TTA_OK, whatever they hold.
 * TTA_NO_MEMORY: some of them are lost, so the stream has failed as broken.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_stream_feed(struct tta_stream *stream, const char *bytes, size_t len, struct tta_progress *out_progress);

/*
 * The body is over, in the way of `transport`.  Gives the final word; the
 * finding's status is 200, or that which an error within it names.  A timeout
 * is one before the first content only.  TTA_OK, TTA_NO_MEMORY.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_stream_end(struct tta_stream *stream, enum tta_transport transport, struct tta_progress *out_progress);

#ifdef __cplusplus
}
#endif

#endif /* TTA_STREAM_H */
