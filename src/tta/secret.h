// SPDX-License-Identifier: MIT
/* tta/secret.h - reading a secret, inside the library only. */
#ifndef TTA_SECRET_H
#define TTA_SECRET_H

#include "base/text.h"
#include "tta/keys.h"

/* The bytes of a secret, borrowed until it is destroyed.  For hashing, for its
 * form, and for the header line of a request; a copy must be wiped. */
struct str tta_secret_bytes(const struct tta_secret *secret);

#endif /* TTA_SECRET_H */
