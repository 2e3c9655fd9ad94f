// SPDX-License-Identifier: MIT
/*
 * gateway/relay.h - a stream on its way from a provider to a client.
 *
 * Events are held back until one has content, so that a provider that fails
 * before can be replaced unseen.  From then on each piece goes on in the turn
 * in which it came, in whole events; an event that fails, and all behind it, do
 * not.  So a client never gets a [DONE] that the answer did not come to.
 *
 * A stream of another dialect is judged as it comes and passed on in OpenAI's.
 * Where a stream quotes the key that it was asked with, it is hidden before
 * anybody reads it: what is read are whole events, and no key goes beyond the
 * line that it stands in.
 */
#ifndef CMD_TTA_GATEWAY_RELAY_H
#define CMD_TTA_GATEWAY_RELAY_H

#include "base/buf.h"
#include "cmd/tta/gateway/events.h"
#include "cmd/tta/gateway/translate.h"
#include "tta/stream.h"

struct relay {
    /* Both are false when the client has left. */
    bool (*begin)(void *context); /* the answer begins */
    bool (*pass)(void *context, struct str bytes);
    void *context;
    enum tta_dialect dialect;
    const struct translate_about *about; /* NULL: it goes on as it comes */
    struct str secret; /* the key of the provider, borrowed; empty: there is none */
    bool hides_usage; /* but for an event with nothing but the usage, which the client has not asked for */

    struct tta_stream *stream; /* NULL: none is relayed */
    struct tta_progress progress;
    struct events events;
    struct translate_stream *translator;
    struct buf translated; /* of what is passed on just now */
    struct buf hidden;  /* the last piece that quoted the key, without it */
    struct buf partial; /* of an event that has not ended */
    struct buf held;    /* whole events before the first content */
    bool has_begun;     /* the client has been sent some of it */
    bool client_left, lacks_memory;
};

/* What stands before `stream` is set.  False without memory. */
bool relay_start(struct relay *relay);

/* Takes bytes; false if nothing more is wanted: the stream has failed, the client has left, or memory is lacking. */
bool relay_take(struct relay *relay, const char *bytes, size_t len);

/* The body is over; passes on what is left of a good stream.  progress.finding is the final word. */
void relay_end(struct relay *relay, enum tta_transport transport);

/* Forgets the stream, which may have begun or not. */
void relay_stop(struct relay *relay);

#endif /* CMD_TTA_GATEWAY_RELAY_H */
