// SPDX-License-Identifier: MIT
/* tta/retry_after.h - how long an answer asks to wait.  Pure. */
#ifndef TTA_RETRY_AFTER_H
#define TTA_RETRY_AFTER_H

#include "base/json.h"
#include "base/text.h"
#include "tta/failure.h"

/* The value of the first header of that name, in small letters; an empty str with a
 * NULL pointer if there is none. */
struct str tta_header_value(const struct tta_header *headers, size_t count, struct str name);

/* As tta_reply_classify() says; `error` as its body states it, or absent. */
int64_t tta_retry_after_ns(const struct tta_header *headers, size_t count, struct json_value error,
                           int64_t unix_now_ns);

#endif /* TTA_RETRY_AFTER_H */
