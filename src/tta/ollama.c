// SPDX-License-Identifier: MIT
/*
 * Ollama: GET /api/tags names the models that are there, POST /api/show tells
 * more of one.  Neither states the context that a request may use: the server
 * decides that by the memory it has when it loads a model, so context_tokens
 * stays unknown and longest_context_tokens is what the model was made for.
 * A model with remote_host is run by somebody else, at a price not stated.
 */
#include <stdio.h>

#include "tta/listing.h"

static const struct tta_word abilities[] = {
    {"completion", TTA_CAN_COMPLETION | TTA_CAN_WRITE_TEXT},
    {"tools", TTA_CAN_TOOLS},
    {"vision", TTA_CAN_SEE_IMAGES},
    {"thinking", TTA_CAN_REASONING},
    {"embedding", TTA_CAN_EMBED},
    {NULL, 0},
};

/* What both answers say of a model. */
static enum tta_status read_common(struct tta_listing_reader *reader, struct json_value json, struct tta_row *row)
{
    const char *remote = NULL, *parameters = NULL;
    struct json_value details;
    enum tta_status status = tta_read_text(reader, json, "remote_host", &remote);
    if (status == TTA_OK) {
        status = tta_read_object(reader, json, "details", &details);
    }
    if (status == TTA_OK) {
        status = tta_read_text(reader, details, "parameter_size", &parameters);
    }
    if (status == TTA_OK) {
        status = tta_read_text(reader, details, "quantization_level", &row->model.quantization);
    }
    if (status == TTA_OK) {
        status = tta_read_tokens(reader, details, "context_length", &row->model.longest_context_tokens);
    }
    if (status == TTA_OK) {
        status = tta_read_words(reader, json, "capabilities", abilities, &row->model.capabilities);
    }
    if (status != TTA_OK) {
        return status;
    }
    row->model.parameter_count = parameters ? tta_parse_parameters(base_str(parameters)) : 0;
    row->model.is_remote = remote && remote[0] != '\0';
    if (!row->model.is_remote) {
        tta_row_set_local(row);
    }
    row->compat_capabilities = row->model.capabilities;
    return TTA_OK;
}

static enum tta_status read_tag(struct tta_listing_reader *reader, struct json_value json)
{
    struct tta_row *row;
    enum tta_status status = tta_listing_add(reader, TTA_PROVIDER_OLLAMA, json, "name", &row);
    if (status == TTA_OK) {
        status = read_common(reader, json, row);
    }
    return status == TTA_OK ? tta_read_count(reader, json, "size", &row->model.weight_bytes) : status;
}

static enum tta_status read_tags(struct tta_listing_reader *reader, struct json_value root)
{
    return tta_listing_read_each(reader, root, "models", read_tag);
}

/* Member "ARCHITECTURE.NAME" of model_info. */
static enum tta_status read_info(struct tta_listing_reader *reader, struct json_value info, const char *architecture,
                                 const char *name, int64_t *out_count)
{
    char key[128];
    (void)snprintf(key, sizeof(key), "%s.%s", architecture, name); /* a cut key is not found */
    return tta_read_count(reader, info, key, out_count);
}

/* For each token each layer keeps a key and a value for each of its heads of these, two bytes a number. */
static enum tta_status read_context_cost(struct tta_listing_reader *reader, struct json_value info,
                                         const char *architecture, struct tta_row *row)
{
    static const char *const names[] = {"block_count", "attention.head_count_kv", "attention.key_length",
                                        "attention.value_length"};
    int64_t numbers[4] = {0, 0, 0, 0}, per_layer, bytes;
    for (size_t i = 0; i < 4; i++) {
        char key[128];
        (void)snprintf(key, sizeof(key), "%s.%s", architecture, names[i]); /* a cut key is not found */
        if (tta_json_is(tta_json_member(info, key), JSON_IS_ARRAY)) {
            return TTA_OK; /* another number for each layer: nothing is said here */
        }
        enum tta_status status = read_info(reader, info, architecture, names[i], &numbers[i]);
        if (status != TTA_OK) {
            return status;
        }
    }
    if (!__builtin_mul_overflow(numbers[1], numbers[2] + numbers[3], &per_layer) &&
        !__builtin_mul_overflow(numbers[0], 2 * (per_layer < INT32_MAX ? per_layer : 0), &bytes)) {
        row->model.context_bytes_per_token = bytes;
    }
    return TTA_OK;
}

/* model_info has the length as "ARCHITECTURE.context_length". */
static enum tta_status read_model_info(struct tta_listing_reader *reader, struct json_value json, struct tta_row *row)
{
    struct json_value info;
    const char *architecture = NULL;
    enum tta_status status = tta_read_object(reader, json, "model_info", &info);
    if (status == TTA_OK) {
        status = tta_read_text(reader, info, "general.architecture", &architecture);
    }
    if (status == TTA_OK) {
        int64_t count = 0;
        status = tta_read_count(reader, info, "general.parameter_count", &count);
        row->model.parameter_count = count > 0 && count <= TTA_MAX_PARAMETERS ? count : row->model.parameter_count;
    }
    if (status == TTA_OK && architecture) {
        char key[128];
        (void)snprintf(key, sizeof(key), "%s.context_length", architecture); /* a cut key is not found */
        status = tta_read_tokens(reader, info, key, &row->model.longest_context_tokens);
    }
    if (status == TTA_OK && architecture) {
        status = read_context_cost(reader, info, architecture, row);
    }
    return status;
}

static enum tta_status read_shows(struct tta_listing_reader *reader, struct json_value root)
{
    enum tta_status status = TTA_OK;
    if (!tta_json_is(root, JSON_IS_OBJECT)) {
        return tta_listing_no_list(reader, "a JSON object of answers by the name of the model");
    }
    for (struct json_value at = base_json_first(root); at.json && status == TTA_OK; at = base_json_next(root, at)) {
        struct tta_row *row;
        status = tta_listing_add(reader, TTA_PROVIDER_OLLAMA, at, NULL, &row);
        if (status == TTA_OK) {
            status = read_common(reader, at, row);
        }
        if (status == TTA_OK) {
            status = read_model_info(reader, at, row);
        }
    }
    return status;
}

static bool is_tags(struct json_value root)
{
    struct json_value list = tta_json_member(root, "models");
    struct json_value first = base_json_first(list);
    return tta_json_is(list, JSON_IS_ARRAY) && (!first.json || tta_json_member(first, "name").json);
}

static bool is_shows(struct json_value root)
{
    return tta_json_is(tta_json_member(base_json_first(root), "model_info"), JSON_IS_OBJECT);
}

static const struct tta_listing_kind tags = {
    .name = "ollama_tags",
    .path = "/api/tags",
    .may_be_empty = true,
    .recognises = is_tags,
    .read = read_tags,
};

static const struct tta_listing_kind shows = {
    .name = "ollama_show",
    .path = NULL, /* asked for each model */
    .may_be_empty = true,
    .recognises = is_shows,
    .read = read_shows,
};

const struct tta_provider_kind tta_provider_ollama = {
    .info =
        {
            .name = "ollama",
            .base_url = "http://localhost:11434",
            .auth = TTA_AUTH_BEARER, /* of Ollama's cloud; a server of one's own has no keys */
            .key_variable = "OLLAMA_API_KEY",
            .is_public = true,
        },
    .listings = {&tags, &shows},
    .first_listing = TTA_LISTING_OLLAMA_TAGS,
};
