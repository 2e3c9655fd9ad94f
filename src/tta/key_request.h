// SPDX-License-Identifier: MIT
/*
 * tta/key_request.h - which request tells whether a key is good, and whether
 * it may be sent at all.  Pure: nothing is sent here.
 */
#ifndef TTA_KEY_REQUEST_H
#define TTA_KEY_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "tta/keys.h"

#define TTA_KEY_MAX_BASE_URL_BYTES 1024

/* What the answer to the request holds when the key is good. */
enum tta_key_shape {
    TTA_SHAPE_KEY,   /* {"data":{...}}: what the provider knows about the key */
    TTA_SHAPE_MODELS /* {"data":[...]}: the models that the key may use */
};

struct tta_key_request {
    const char *not_sent;           /* NULL, or why nothing is to be sent: a sentence, and the rest is unset */
    char url[TTA_KEY_MAX_BASE_URL_BYTES + 32];
    enum tta_key_shape shape;
    size_t max_answer_bytes;
    bool uses_x_api_key;            /* Anthropic's headers instead of "Authorization: Bearer" */
    bool may_be_public;             /* a server may answer so to anybody: ask with a random key too */
};

/*
 * Fills `*out_request` for a key of `provider`; `base_url` as for
 * tta_key_validate().  TTA_OK, TTA_BAD_ARGUMENT (no usable base URL),
 * TTA_NO_MEMORY.
 */
enum tta_status tta_key_request_plan(enum tta_provider provider, const char *base_url, const struct tta_secret *secret,
                                     struct tta_key_request *out_request);

/*
 * Whether a key, NULL for none, may be sent below a base URL: `*out_is_kept` if it
 * has the form of another provider's and the host is one's of whom we know.
 * TTA_OK, TTA_BAD_ARGUMENT (no usable base URL), TTA_NO_MEMORY.
 */
enum tta_status tta_key_may_go_to(const char *base_url, const struct tta_secret *secret, bool *out_is_kept);

#endif /* TTA_KEY_REQUEST_H */
