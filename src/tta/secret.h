// SPDX-License-Identifier: MIT
/* tta/secret.h - reading a secret, inside the library only. */
#ifndef TTA_SECRET_H
#define TTA_SECRET_H

#include "base/text.h"
#include "tta/keys.h"

/* The bytes of a secret, borrowed until it is destroyed.  For hashing, for its
 * form, and for the header line of a request; a copy must be wiped. */
struct str tta_secret_bytes(const struct tta_secret *secret);

/* The header line that shows a key of at most TTA_MAX_KEY_BYTES: "x-api-key: KEY", which Anthropic wants, or
 * "Authorization: Bearer KEY".  Whoever has it wipes it. */
#define TTA_KEY_LINE_BYTES (sizeof("Authorization: Bearer ") + TTA_MAX_KEY_BYTES)
void tta_key_line(struct str key, bool uses_x_api_key, char out_line[TTA_KEY_LINE_BYTES]);

#endif /* TTA_SECRET_H */
