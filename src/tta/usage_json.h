// SPDX-License-Identifier: MIT
/* tta/usage_json.h - usage from JSON that is read already. */
#ifndef TTA_USAGE_JSON_H
#define TTA_USAGE_JSON_H

#include "base/json.h"
#include "tta/usage.h"

/* What an answer, or one event of a stream, states replaces what was known; the rest stays. */
void tta_usage_update(struct tta_usage *usage, struct json_value root);

#endif /* TTA_USAGE_JSON_H */
