// SPDX-License-Identifier: MIT
/* tta/answer_error.h - errors as bodies state them, for whole answers and streams alike.  Pure. */
#ifndef TTA_ANSWER_ERROR_H
#define TTA_ANSWER_ERROR_H

#include "base/json.h"
#include "tta/failure.h"

/* The error that a body states, in any of the forms known; absent if it states none. */
struct json_value tta_error_of_body(struct json_value root);

/*
 * The class of an error under a status.  With one of 200 to 299, which says
 * nothing, the error's own number or words decide, and `otherwise` if it has
 * none.  `error` may be absent.
 */
struct tta_finding tta_error_classify(struct json_value error, int http_status, enum tta_failure otherwise);

#endif /* TTA_ANSWER_ERROR_H */
