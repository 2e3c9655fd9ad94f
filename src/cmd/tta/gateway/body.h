// SPDX-License-Identifier: MIT
/*
 * gateway/body.h - the body of a request, whole, with a place that can be exchanged.
 *
 * It is kept in one piece because each attempt sends it again, and with some
 * room at its end, so that the name of the model is exchanged where it stands.
 * What it gives back it zeroes before: people paste keys into prompts.
 */
#ifndef CMD_TTA_GATEWAY_BODY_H
#define CMD_TTA_GATEWAY_BODY_H

#include "base/text.h"

/* Zero-initialised: empty. */
struct body {
    char *bytes;
    size_t len, capacity;
};

/* Room for `len` bytes in all and some more.  False without memory. */
bool body_reserve(struct body *body, size_t len);
bool body_add(struct body *body, const char *bytes, size_t len);
/* Puts `text` in the place of `old_len` bytes from `at` on, which it has.  False without memory. */
bool body_splice(struct body *body, size_t at, size_t old_len, struct str text);
/* Frees it; it is empty then. */
void body_release(struct body *body);

#endif /* CMD_TTA_GATEWAY_BODY_H */
