// SPDX-License-Identifier: MIT
/* tta/reply_read.h - a whole answer, read once for all that is asked of it. */
#ifndef TTA_REPLY_READ_H
#define TTA_REPLY_READ_H

#include "base/json.h"
#include "tta/failure.h"
#include "tta/usage.h"

/* As tta_reply_classify(), and what the answer used: none of what has failed on its way, or is no JSON.  `reader` has
 * read of the body what came so far, and is then to be emptied by who has it; NULL: nobody has.  On TTA_OK
 * `*out_document` is the body for base_json_deinit(), empty where it was not read; NULL: nobody wants it. */
TTA_MUST_CHECK enum tta_status tta_reply_read(const struct tta_reply *answer, int64_t unix_now_ns,
                                              struct json_reader *reader, struct tta_finding *out_finding,
                                              struct tta_usage *out_usage, struct json *out_document);

#endif /* TTA_REPLY_READ_H */
