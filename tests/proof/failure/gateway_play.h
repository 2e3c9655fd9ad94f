// SPDX-License-Identifier: MIT
/* gateway_play.h - a request to a gateway whose first provider plays a fault, and all that must come of it. */
#ifndef TESTS_GATEWAY_PLAY_H
#define TESTS_GATEWAY_PLAY_H

#include "cmd/tta/gateway/api.h"
#include "faults.h"

/* Which API a client calls, and of what kind the providers are. */
struct gateway_way {
    const char *name;                    /* one word */
    const char *title;                   /* of a column */
    const char *first_kind, *next_kind;  /* as the configuration has them */
    enum tta_dialect first_says, next_says;
    enum api api; /* that the client calls; Anthropic's needs no translation, OpenAI's may */
    bool by_name; /* through libcurl, as whatever is not a number of an address or needs TLS */
};

enum { GATEWAY_WAYS = 7 };
extern const struct gateway_way gateway_ways[GATEWAY_WAYS];

/* Whether a fault can be played in a way: its provider says so, and the API has such an answer. */
bool gateway_can_play(const struct gateway_way *way, const struct fault *fault, bool is_stream);

struct gateway_verdict {
    char client[32]; /* what the client got */
    char wrong[400]; /* what is not as the table says, first of all; "": all is */
};

/* A is alpha/one, B beta/one and B+ beta/large, of servers with one key; the gateway is a new one each time.
 * `is_down`: beta is not there, for faults with a fault_wanted_down() only. */
void gateway_play(const struct gateway_way *way, const struct fault *fault, bool is_stream, bool is_down,
                  struct gateway_verdict *out_verdict);

/* How long it takes from the moment at which a client leaves its stream until its provider sees that the connection is
 * closed; `count` times.  Of a way that has streams. */
void gateway_time_leaving(const struct gateway_way *way, int64_t *out_took_ns, size_t count);

#endif /* TESTS_GATEWAY_PLAY_H */
