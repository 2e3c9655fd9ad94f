// SPDX-License-Identifier: MIT
/* tta/secret.h - reading a secret, inside the library only. */
#ifndef TTA_SECRET_H
#define TTA_SECRET_H

#include "base/text.h"
#include "tta/keys.h"

/* The bytes of a secret, borrowed until it is destroyed.  For hashing, for its
 * form, and for the header line of a request; a copy must be wiped. */
struct str tta_secret_bytes(const struct tta_secret *secret);

/* Whether a text quotes a secret, as it is. */
bool tta_secret_is_quoted(struct str secret, struct str text);

/* Puts "*" in the place of each byte of a secret that the bytes quote, as it is; their length stays.  Of secrets of at
 * least TTA_LEAST_HIDDEN_BYTES: "none" and "lm-studio" are no secrets, and words of answers. */
#define TTA_LEAST_HIDDEN_BYTES 16
void tta_secret_hide(struct str secret, char *bytes, size_t len);

/* The header line that shows a key of at most TTA_MAX_KEY_BYTES: "x-api-key: KEY", which Anthropic wants, or
 * "Authorization: Bearer KEY".  Whoever has it wipes it. */
#define TTA_KEY_LINE_BYTES (sizeof("Authorization: Bearer ") + TTA_MAX_KEY_BYTES)
void tta_key_line(struct str key, bool uses_x_api_key, char out_line[TTA_KEY_LINE_BYTES]);

#endif /* TTA_SECRET_H */
