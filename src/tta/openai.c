// SPDX-License-Identifier: MIT
/*
 * OpenAI's GET /models, {"object":"list","data":[{"id","created","owned_by"}]}:
 * names, and neither prices nor limits.  Servers that speak its protocol add
 * members of their own, of which those below are known: vLLM's max_model_len,
 * Groq's context_window and max_completion_tokens, and context_length of several.
 */
#include "tta/listing.h"

enum tta_status tta_read_openai_model(struct tta_listing_reader *reader, struct json_value json,
                                      enum tta_provider provider)
{
    static const char *const contexts[] = {"context_length", "context_window", "max_model_len"};
    struct tta_row *row;
    enum tta_status status = tta_listing_add(reader, provider, json, "id", &row);
    if (status != TTA_OK || provider == TTA_PROVIDER_OPENAI) {
        return status;
    }
    for (size_t i = 0; i < sizeof(contexts) / sizeof(contexts[0]) && status == TTA_OK; i++) {
        status = tta_read_tokens(reader, json, contexts[i], &row->model.context_tokens);
    }
    return status == TTA_OK ? tta_read_tokens(reader, json, "max_completion_tokens", &row->model.max_completion_tokens)
                            : status;
}

bool tta_is_openai_list(struct json_value root)
{
    struct json_value data = tta_json_member(root, "data");
    struct json_value first = base_json_first(data);
    return tta_json_is(data, JSON_IS_ARRAY) &&
           (!first.json || tta_json_is(tta_json_member(first, "id"), JSON_IS_STRING));
}

static enum tta_status read_model(struct tta_listing_reader *reader, struct json_value json)
{
    return tta_read_openai_model(reader, json, TTA_PROVIDER_OPENAI);
}

static enum tta_status read_list(struct tta_listing_reader *reader, struct json_value root)
{
    return tta_listing_read_each(reader, root, "data", read_model);
}

static const struct tta_listing_kind models = {
    .name = "openai",
    .path = "/models",
    .read = read_list, /* its form is that of any compatible server, see compatible.c */
};

const struct tta_provider_kind tta_provider_openai = {
    .info =
        {
            .name = "openai",
            .base_url = "https://api.openai.com/v1",
            .auth = TTA_AUTH_BEARER,
            .key_variable = "OPENAI_API_KEY",
        },
    .listings = {&models},
    .first_listing = TTA_LISTING_OPENAI,
};
