// SPDX-License-Identifier: MIT
/* tta/key_answer.h - what an answer of a provider says about a key.  Pure. */
#ifndef TTA_KEY_ANSWER_H
#define TTA_KEY_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "tta/http.h"
#include "tta/key_request.h"
#include "tta/keys.h"

struct tta_key_answer {
    enum tta_delivery delivery; /* the rest counts only if answered */
    int http_status;
    bool is_web_page;   /* HTML, by its content type */
    int64_t retry_ns;   /* as the headers say; 0 if they do not */
    struct str body;    /* borrowed */
};

struct tta_key_finding {
    enum tta_key_verdict verdict;
    int http_status;
    int64_t retry_ns;     /* with rate_limited, else 0 */
    int64_t lasts_ns;     /* with valid: until the key expires; INT64_MAX if nobody said */
    const char *sentence; /* static */
};

/*
 * Judges an answer to a request of `shape`; `unix_now_ns` is compared with the
 * key's date of expiry.  TTA_OK fills `*out_finding`, TTA_NO_MEMORY does not.
 */
enum tta_status tta_key_answer_judge(const struct tta_key_answer *answer, enum tta_key_shape shape,
                                     int64_t unix_now_ns, struct tta_key_finding *out_finding);

/*
 * What remains of a finding of "valid" when a random key was sent to the same
 * place: as it is if that was refused, unverifiable if it was welcome, unknown
 * if that cannot be told.
 */
struct tta_key_finding tta_key_answer_compare(const struct tta_key_finding *valid,
                                              const struct tta_key_finding *of_random_key);

#endif /* TTA_KEY_ANSWER_H */
