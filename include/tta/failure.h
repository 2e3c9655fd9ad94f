/* SPDX-License-Identifier: MIT */
/*
 * tta/failure.h - what kind of failure an answer of a provider is.
 *
 * One table leads from how far the request came, the status, the codes in the
 * body and the headers to a class, and everything else (what is tried next,
 * what a breaker counts, what the client sees: tta/failover.h) goes by the
 * class alone.  Prose is never searched: an error that is told apart from
 * others by its message only has the class of its status.  Anthropic's
 * "prompt is too long" is such a one, and is a bad request.
 *
 * Pure: no clock, no I/O, nothing kept.  Any thread.
 */
#ifndef TTA_FAILURE_H
#define TTA_FAILURE_H

#include "tta/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Values are stable: new ones are added before TTA_FAILURE_COUNT. */
enum tta_failure {
    TTA_FAILURE_NONE = 0,      /* it answered well */
    TTA_FAILURE_CONNECT,       /* no connection: name, refused, TLS; or closed before the head of an answer */
    TTA_FAILURE_TIMEOUT,       /* silent for too long: 408, 504, or the caller's patience */
    TTA_FAILURE_RATE_LIMIT,    /* asked too often with this key: 429 */
    TTA_FAILURE_OVERLOADED,    /* no capacity just now: 502, 503, 529 */
    TTA_FAILURE_SERVER,        /* a fault of the other side: 500, 520 to 524, a redirect, a page for people */
    TTA_FAILURE_AUTH,          /* the key is not accepted: 401, 403 */
    TTA_FAILURE_QUOTA,         /* the credit of the key is used up: 402, insufficient_quota */
    TTA_FAILURE_NOT_FOUND,     /* no such model there: 404, 405, 410 */
    TTA_FAILURE_CONTEXT,       /* more tokens or bytes than the model takes: context_length_exceeded, 413 */
    TTA_FAILURE_POLICY,        /* refused for what it says: moderation, content filter, refusal, 451 */
    TTA_FAILURE_BAD_REQUEST,   /* wrong in itself, wherever it is sent: other 4xx */
    TTA_FAILURE_STREAM_BROKEN, /* ended before its end, or is garbled; also an answer that is not streamed */
    TTA_FAILURE_CLIENT_GONE,   /* who asked has left: nobody's failure */
    TTA_FAILURE_COUNT          /* not a class */
};

/* "none", "connect", "timeout", "rate_limit", ... Never NULL. */
TTA_API const char *tta_failure_name(enum tta_failure failure);
/* The class of a name: TTA_OK or TTA_NOT_FOUND. */
TTA_API TTA_MUST_CHECK enum tta_status tta_failure_of_name(const char *name, enum tta_failure *out_failure);

/* Whether the provider may have used tokens for it, which are paid: not if the request was turned away. */
static inline bool tta_failure_may_have_cost(enum tta_failure failure)
{
    const unsigned may = 1u << TTA_FAILURE_NONE | 1u << TTA_FAILURE_TIMEOUT | 1u << TTA_FAILURE_STREAM_BROKEN |
                         1u << TTA_FAILURE_CLIENT_GONE;
    return (may >> failure & 1) != 0;
}

/* How far a request came. */
enum tta_transport {
    TTA_TRANSPORT_WHOLE = 0,     /* the answer is here up to its end */
    TTA_TRANSPORT_NO_CONNECTION, /* no such host, refused, unreachable, no trusted TLS */
    TTA_TRANSPORT_RESET,         /* closed before the whole head of an answer */
    TTA_TRANSPORT_TIMED_OUT,     /* the caller's timers: connecting, first byte, silence, all together */
    TTA_TRANSPORT_CUT,           /* closed or garbled within the body */
    TTA_TRANSPORT_TOO_LARGE,     /* went beyond what the caller takes */
    TTA_TRANSPORT_CLIENT_GONE    /* the caller's own client left meanwhile */
};

/* One header line.  Borrowed text, no NUL needed; names compare without case. */
struct tta_header {
    const char *name;
    size_t name_len;
    const char *value;
    size_t value_len;
};

/* An answer that was not streamed, all borrowed.  Without a transport of
 * WHOLE, CUT or TOO_LARGE nothing else is read. */
struct tta_reply {
    enum tta_transport transport;
    int http_status;
    const struct tta_header *headers;
    size_t header_count;
    const char *body;
    size_t body_len;
};

#define TTA_MAX_RETRY_AFTER_NS (INT64_C(24) * 3600 * 1000000000)

/* What an answer means. */
struct tta_finding {
    enum tta_failure failure;
    int http_status;        /* of the answer, or that an error within a 200 names; 0 if there was none */
    int64_t retry_after_ns; /* do not ask again before; 0: not said; at most TTA_MAX_RETRY_AFTER_NS */
    bool is_upstream;       /* rate_limit: of the model at that provider, not of the key (OpenRouter passes it on) */
    bool is_unsupported;    /* bad_request: this model lacks a parameter that another may have */
    bool forbids_retry;     /* x-should-retry: false (OpenAI) */
};

/*
 * Classifies a whole answer.  `unix_now_ns` is the time of day, for dates in
 * headers; if the answer has a Date, that one counts, so clocks need not agree.
 *
 * An error within a 200 has the class of the status or the words it carries,
 * else server.  A page of HTML with a status from 400 on comes from something
 * in between, which knows nothing of keys and models: server, but for 408,
 * 413, 429, 502 to 504 and 529, which mean the same from anybody.
 *
 * The wait is that of retry-after-ms, else Retry-After (seconds or a date),
 * else the longest of those that are used up (remaining is 0) among
 * x-ratelimit-reset, x-ratelimit-reset-{requests,tokens},
 * anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-reset,
 * error.metadata.headers (OpenRouter) and error.details[].retryDelay (Google).
 *
 * TTA_OK, TTA_NO_MEMORY.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_reply_classify(const struct tta_reply *answer, int64_t unix_now_ns, struct tta_finding *out_finding);

#ifdef __cplusplus
}
#endif

#endif /* TTA_FAILURE_H */
