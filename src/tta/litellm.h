// SPDX-License-Identifier: MIT
/* tta/litellm.h - LiteLLM's model_prices_and_context_window.json. */
#ifndef TTA_LITELLM_H
#define TTA_LITELLM_H

#include "tta/listing.h"

bool tta_is_litellm(struct json_value root);
TTA_MUST_CHECK enum tta_status tta_read_litellm(struct tta_listing_reader *reader, struct json_value root);

#endif /* TTA_LITELLM_H */
