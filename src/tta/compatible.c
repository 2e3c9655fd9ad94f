// SPDX-License-Identifier: MIT
/* Any server that speaks OpenAI's protocol, and LiteLLM's file, which names models of all of them. */
#include "tta/listing.h"

#include "tta/litellm.h"

static enum tta_status read_model(struct tta_listing_reader *reader, struct json_value json)
{
    return tta_read_openai_model(reader, json, TTA_PROVIDER_CUSTOM);
}

static enum tta_status read_list(struct tta_listing_reader *reader, struct json_value root)
{
    return tta_listing_read_each(reader, root, "data", read_model);
}

static const struct tta_listing_kind models = {
    .name = "compatible",
    .path = "/models",
    .recognises = tta_is_openai_list,
    .read = read_list,
};

static const struct tta_listing_kind litellm = {
    .name = "litellm",
    .path = NULL,
    .recognises = tta_is_litellm,
    .read = tta_read_litellm,
};

const struct tta_provider_kind tta_provider_custom = {
    .info = {.name = "custom_api", .auth = TTA_AUTH_BEARER},
    .listings = {&models, &litellm},
    .first_listing = TTA_LISTING_COMPATIBLE,
};
