// SPDX-License-Identifier: MIT
/*
 * gateway/events.h - where server-sent events end.
 *
 * tta/stream.h says what an event means; this one, where it ends, so that
 * events are passed on whole and what follows a failure is not.  Any pieces
 * may be fed; nothing is kept but how the last line stands.
 */
#ifndef CMD_TTA_GATEWAY_EVENTS_H
#define CMD_TTA_GATEWAY_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Zero-initialised: at the beginning of a stream. */
struct events {
    bool is_in_line;    /* some byte of a line was there */
    bool has_line;      /* some line of an event was there */
    bool skips_newline; /* the last byte was a CR: an LF belongs to it */
};

/*
 * Bytes up to the end of the first event that ends in them, its blank line
 * included; 0 if none does, and then all were taken in.  After an end, go on with
 * the bytes behind it.
 */
size_t events_end(struct events *events, const char *bytes, size_t len);

/* Whether an event of OpenAI's API is the one of include_usage: it has a usage, and no choices. */
bool events_is_usage_alone(struct str event);

#endif /* CMD_TTA_GATEWAY_EVENTS_H */
