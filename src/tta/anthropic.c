// SPDX-License-Identifier: MIT
/*
 * Anthropic's GET /v1/models, a page of {"data":[{"type":"model","id",
 * "display_name","created_at"}],"has_more","first_id","last_id"}: names alone.
 */
#include "tta/listing.h"

static enum tta_status read_model(struct tta_listing_reader *reader, struct json_value json)
{
    struct tta_row *row;
    enum tta_status status = tta_listing_add(reader, TTA_PROVIDER_ANTHROPIC, json, "id", &row);
    return status == TTA_OK ? tta_read_text(reader, json, "display_name", &row->model.name) : status;
}

static enum tta_status read_list(struct tta_listing_reader *reader, struct json_value root)
{
    return tta_listing_read_each(reader, root, "data", read_model);
}

static bool is_list(struct json_value root)
{
    struct json_value data = tta_json_member(root, "data");
    return tta_json_is(data, JSON_IS_ARRAY) && tta_json_is(tta_json_member(root, "has_more"), JSON_IS_BOOL) &&
           tta_json_is(tta_json_member(base_json_first(data), "display_name"), JSON_IS_STRING);
}

static const struct tta_listing_kind models = {
    .name = "anthropic",
    .path = "/v1/models?limit=1000", /* the most that it gives at once */
    .recognises = is_list,
    .read = read_list,
};

const struct tta_provider_kind tta_provider_anthropic = {
    .info =
        {
            .name = "anthropic",
            .base_url = "https://api.anthropic.com",
            .auth = TTA_AUTH_X_API_KEY,
            .key_variable = "ANTHROPIC_API_KEY",
        },
    .listings = {&models},
    .first_listing = TTA_LISTING_ANTHROPIC,
};
