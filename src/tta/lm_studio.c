// SPDX-License-Identifier: MIT
/*
 * LM Studio's three lists, the newest saying most.  A model that is not loaded
 * is loaded when it is first asked, with a context that the settings decide: so
 * context_tokens is known of a loaded model alone.
 */
#include "tta/listing.h"

static const struct tta_word types[] = {
    {"llm", TTA_CAN_WRITE_TEXT},
    {"vlm", TTA_CAN_WRITE_TEXT | TTA_CAN_SEE_IMAGES},
    {"embedding", TTA_CAN_EMBED}, /* of v1 */
    {"embeddings", TTA_CAN_EMBED}, /* of v0 */
    {NULL, 0},
};

static enum tta_status read_type(struct tta_listing_reader *reader, struct json_value json, uint64_t *capabilities)
{
    struct json_value type = tta_json_member(json, "type");
    if (type.json && !tta_json_is(type, JSON_IS_STRING)) {
        return tta_listing_refuse(reader, "type", "is not a string", NULL);
    }
    for (const struct tta_word *word = types; word->text; word++) {
        *capabilities |= base_json_equals(type, word->text) ? word->bit : 0;
    }
    return TTA_OK;
}

static enum tta_status read_v0_model(struct tta_listing_reader *reader, struct json_value json)
{
    static const struct tta_word abilities[] = {{"tool_use", TTA_CAN_TOOLS}, {NULL, 0}};
    struct tta_row *row;
    enum tta_status status = tta_listing_add(reader, TTA_PROVIDER_LM_STUDIO, json, "id", &row);
    if (status == TTA_OK) {
        status = read_type(reader, json, &row->model.capabilities);
    }
    if (status == TTA_OK) {
        status = tta_read_words(reader, json, "capabilities", abilities, &row->model.capabilities);
    }
    if (status == TTA_OK) {
        status = tta_read_text(reader, json, "quantization", &row->model.quantization);
    }
    if (status == TTA_OK) {
        status = tta_read_tokens(reader, json, "max_context_length", &row->model.longest_context_tokens);
    }
    if (status == TTA_OK) {
        status = tta_read_tokens(reader, json, "loaded_context_length", &row->model.context_tokens);
    }
    if (status == TTA_OK) {
        tta_row_set_local(row);
        row->compat_capabilities = row->model.capabilities;
    }
    return status;
}

/* Of several instances a request may meet any, so the shortest context counts. */
static enum tta_status read_instances(struct tta_listing_reader *reader, struct json_value json, struct tta_row *row)
{
    struct json_value list = tta_json_member(json, "loaded_instances");
    if (list.json && !tta_json_is(list, JSON_IS_ARRAY)) {
        return tta_listing_refuse(reader, "loaded_instances", "is not a list", NULL);
    }
    enum tta_status status = TTA_OK;
    for (struct json_value at = base_json_first(list); at.json && status == TTA_OK; at = base_json_next(list, at)) {
        struct json_value config;
        int64_t tokens = TTA_UNKNOWN, *shortest = &row->model.context_tokens;
        status = tta_read_object(reader, at, "config", &config);
        if (status == TTA_OK) {
            status = tta_read_tokens(reader, config, "context_length", &tokens);
        }
        *shortest = tokens >= 0 && (*shortest < 0 || tokens < *shortest) ? tokens : *shortest;
    }
    return status;
}

static enum tta_status read_v1_abilities(struct tta_listing_reader *reader, struct json_value json, struct tta_row *row)
{
    struct json_value abilities, reasoning;
    bool sees = false, calls = false;
    enum tta_status status = tta_read_object(reader, json, "capabilities", &abilities);
    if (status == TTA_OK) {
        status = tta_read_bool(reader, abilities, "vision", &sees);
    }
    if (status == TTA_OK) {
        status = tta_read_bool(reader, abilities, "trained_for_tool_use", &calls);
    }
    if (status == TTA_OK) {
        status = tta_read_object(reader, abilities, "reasoning", &reasoning);
    }
    if (status == TTA_OK) {
        row->model.capabilities |= (sees ? TTA_CAN_SEE_IMAGES : 0) | (calls ? TTA_CAN_TOOLS : 0) |
                                   (reasoning.json ? TTA_CAN_REASONING : 0);
        row->compat_capabilities = row->model.capabilities;
    }
    return status;
}

static enum tta_status read_v1_size(struct tta_listing_reader *reader, struct json_value json, struct tta_row *row)
{
    struct json_value quantization;
    const char *parameters = NULL;
    enum tta_status status = tta_read_object(reader, json, "quantization", &quantization);
    if (status == TTA_OK) {
        status = tta_read_text(reader, quantization, "name", &row->model.quantization);
    }
    if (status == TTA_OK) {
        status = tta_read_text(reader, json, "params_string", &parameters);
    }
    if (status == TTA_OK) {
        row->model.parameter_count = parameters ? tta_parse_parameters(base_str(parameters)) : 0;
        status = tta_read_count(reader, json, "size_bytes", &row->model.weight_bytes);
    }
    return status;
}

static enum tta_status read_v1_model(struct tta_listing_reader *reader, struct json_value json)
{
    struct tta_row *row;
    enum tta_status status = tta_listing_add(reader, TTA_PROVIDER_LM_STUDIO, json, "key", &row);
    if (status == TTA_OK) {
        status = tta_read_text(reader, json, "display_name", &row->model.name);
    }
    if (status == TTA_OK) {
        status = read_type(reader, json, &row->model.capabilities);
    }
    if (status == TTA_OK) {
        status = read_v1_abilities(reader, json, row);
    }
    if (status == TTA_OK) {
        status = read_v1_size(reader, json, row);
    }
    if (status == TTA_OK) {
        status = tta_read_tokens(reader, json, "max_context_length", &row->model.longest_context_tokens);
    }
    if (status == TTA_OK) {
        status = read_instances(reader, json, row);
    }
    if (status == TTA_OK) {
        tta_row_set_local(row);
    }
    return status;
}

static enum tta_status read_id(struct tta_listing_reader *reader, struct json_value json)
{
    enum tta_status status = tta_read_openai_model(reader, json, TTA_PROVIDER_LM_STUDIO);
    if (status == TTA_OK) {
        tta_row_set_local(&reader->rows[reader->count - 1]);
    }
    return status;
}

static enum tta_status read_v0(struct tta_listing_reader *reader, struct json_value root)
{
    return tta_listing_read_each(reader, root, "data", read_v0_model);
}

static enum tta_status read_v1(struct tta_listing_reader *reader, struct json_value root)
{
    return tta_listing_read_each(reader, root, "models", read_v1_model);
}

static enum tta_status read_ids(struct tta_listing_reader *reader, struct json_value root)
{
    return tta_listing_read_each(reader, root, "data", read_id);
}

static bool is_v0(struct json_value root)
{
    struct json_value first = base_json_first(tta_json_member(root, "data"));
    return tta_json_member(first, "compatibility_type").json && tta_json_member(first, "max_context_length").json;
}

static bool is_v1(struct json_value root)
{
    return tta_json_member(base_json_first(tta_json_member(root, "models")), "key").json;
}

static const struct tta_listing_kind v0 = {
    .name = "lm_studio_v0",
    .path = "/api/v0/models",
    .may_be_empty = true,
    .recognises = is_v0,
    .read = read_v0,
};

static const struct tta_listing_kind v1 = {
    .name = "lm_studio_v1",
    .path = "/api/v1/models",
    .may_be_empty = true,
    .recognises = is_v1,
    .read = read_v1,
};

static const struct tta_listing_kind ids = {
    .name = "lm_studio",
    .path = "/v1/models",
    .may_be_empty = true,
    .read = read_ids, /* the form is that of any compatible server */
};

const struct tta_provider_kind tta_provider_lm_studio = {
    .info =
        {
            .name = "lm_studio",
            .base_url = "http://localhost:1234",
            .auth = TTA_AUTH_BEARER,
            .key_variable = "LM_API_TOKEN",
            .is_public = true,
        },
    .listings = {&v1, &v0, &ids},
    .first_listing = TTA_LISTING_LM_STUDIO_V1,
};
