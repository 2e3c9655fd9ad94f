// SPDX-License-Identifier: MIT
/*
 * OpenRouter's GET /models, {"data": [MODEL, ...]}, and of one model
 * GET /models/ID/endpoints, {"data": {"id", ..., "endpoints": [ENDPOINT, ...]}}:
 * who serves it, each at a price and with limits of its own.
 *
 * Prices are strings in USD per token.  "overrides" are prices in certain
 * cases, by the length of the prompt and the time of the day; the last one that
 * applies counts.
 */
#include <math.h>
#include <string.h>

#include "base/date.h"
#include "base/num.h"
#include "tta/listing.h"

#define MAX_PRICE_BYTES 80 /* no price is longer, or it is none */

/* The text of a price; false if the value is no string.  A cut one is no number. */
static bool price_text(struct json_value value, char out[MAX_PRICE_BYTES])
{
    size_t len = base_json_text(value, out, MAX_PRICE_BYTES);
    if (len >= MAX_PRICE_BYTES || strlen(out) != len) {
        strcpy(out, "?");
    }
    return tta_json_is(value, JSON_IS_STRING);
}

static enum tta_status read_price(struct tta_listing_reader *reader, struct json_value pricing, const char *key,
                                  struct tta_price *out)
{
    char text[MAX_PRICE_BYTES];
    struct json_value value = tta_json_member(pricing, key);
    *out = TTA_PRICE_UNKNOWN;
    if (!value.json) {
        return TTA_OK;
    }
    if (!price_text(value, text)) {
        return tta_listing_refuse(reader, key, "price is not a string", NULL);
    }
    if (!tta_parse_price(base_str(text), out)) {
        return tta_listing_refuse(reader, key, "price is not a number, or not of this world", text);
    }
    return TTA_OK;
}

/* Whether some price stated in `pricing`, of whatever kind, is not zero.
 * Texts that are no numbers are not prices. */
static bool costs_something(struct json_value pricing)
{
    for (struct json_value at = base_json_first(pricing); at.json; at = base_json_next(pricing, at)) {
        char text[MAX_PRICE_BYTES];
        struct tta_price price;
        struct json_value key = base_json_key(at);
        bool is_time = base_json_equals(key, "utc_start") || base_json_equals(key, "utc_end");
        if (!is_time && price_text(at, text) && tta_parse_price(base_str(text), &price) && price.pusd != 0) {
            return true;
        }
    }
    return false;
}

/* "HHMM" as minutes of the day. */
static enum tta_status read_minute(struct tta_listing_reader *reader, struct json_value rule, const char *key,
                                   int16_t *out_minute)
{
    int64_t hour, minute;
    const char *text = NULL;
    enum tta_status status = tta_read_text(reader, rule, key, &text);
    if (status != TTA_OK || !text) {
        return status;
    }
    if (strlen(text) != 4 || !base_num_parse_int64((struct str){text, 2}, 0, 24, &hour) ||
        !base_num_parse_int64((struct str){text + 2, 2}, 0, 59, &minute)) {
        return tta_listing_refuse(reader, key, "is not a time of the day", text);
    }
    *out_minute = (int16_t)((hour * 60 + minute) % 1440); /* "2400" is midnight */
    return TTA_OK;
}

static enum tta_status read_override(struct tta_listing_reader *reader, struct json_value json)
{
    struct tta_price_rule rule = {0};
    struct tta_price prompt, completion;
    enum tta_status status = tta_read_tokens(reader, json, "min_prompt_tokens", &rule.above_prompt_tokens);
    if (status == TTA_OK) {
        status = read_minute(reader, json, "utc_start", &rule.utc_from_minute);
    }
    if (status == TTA_OK) {
        status = read_minute(reader, json, "utc_end", &rule.utc_to_minute);
    }
    if (status == TTA_OK) {
        status = read_price(reader, json, "prompt", &prompt);
    }
    if (status == TTA_OK) {
        status = read_price(reader, json, "completion", &completion);
    }
    if (status != TTA_OK || (prompt.pusd == TTA_UNKNOWN && completion.pusd == TTA_UNKNOWN)) {
        return status; /* of prices that are not used here */
    }
    rule.prompt_price_pusd = prompt.pusd;
    rule.completion_price_pusd = completion.pusd;
    return tta_listing_add_rule(reader, rule);
}

static enum tta_status read_overrides(struct tta_listing_reader *reader, struct json_value pricing, bool *costs)
{
    struct json_value list = tta_json_member(pricing, "overrides");
    if (list.json && !tta_json_is(list, JSON_IS_ARRAY)) {
        return tta_listing_refuse(reader, "overrides", "is not a list", NULL);
    }
    enum tta_status status = TTA_OK;
    for (struct json_value at = base_json_first(list); at.json && status == TTA_OK; at = base_json_next(list, at)) {
        *costs = *costs || costs_something(at);
        status = read_override(reader, at);
    }
    return status;
}

static enum tta_status read_pricing(struct tta_listing_reader *reader, struct json_value json, struct tta_row *row)
{
    /* Not used for themselves, but one of them that is no number would make
     * is_free a guess. */
    static const char *const other_prices[] = {
        "image", "image_token", "image_output", "audio", "audio_output", "input_audio_cache", "web_search",
        "internal_reasoning", "input_cache_read", "input_cache_write", "input_cache_write_1h",
    };
    struct json_value pricing;
    struct tta_price prompt, completion, request, other;
    enum tta_status status = tta_read_object(reader, json, "pricing", &pricing);
    if (status == TTA_OK) {
        status = read_price(reader, pricing, "prompt", &prompt);
    }
    if (status == TTA_OK) {
        status = read_price(reader, pricing, "completion", &completion);
    }
    if (status == TTA_OK) {
        status = read_price(reader, pricing, "request", &request);
    }
    for (size_t i = 0; status == TTA_OK && i < sizeof(other_prices) / sizeof(other_prices[0]); i++) {
        status = read_price(reader, pricing, other_prices[i], &other);
    }
    if (status != TTA_OK) {
        return status;
    }
    bool costs = costs_something(pricing);
    row->model.prompt_price_pusd = prompt.pusd;
    row->model.completion_price_pusd = completion.pusd;
    row->model.request_price_pusd = request.pusd;
    /* The original's arithmetic, in its order: unknown if either is (NAN), and
     * the published number, not the rounded one. */
    row->compat_cost_usd = (prompt.usd + completion.usd) / 2000000.0;
    status = read_overrides(reader, pricing, &costs);
    row->model.is_free = prompt.pusd == 0 && completion.pusd == 0 && !costs;
    return status;
}

static enum tta_status read_parameters(struct tta_listing_reader *reader, struct json_value json,
                                       uint64_t *capabilities)
{
    static const struct tta_word parameters[] = {
        {"tools", TTA_CAN_TOOLS},
        {"tool_choice", TTA_CAN_TOOL_CHOICE},
        {"response_format", TTA_CAN_RESPONSE_FORMAT},
        {"structured_outputs", TTA_CAN_STRUCTURED_OUTPUTS},
        {"reasoning", TTA_CAN_REASONING},
        {"logprobs", TTA_CAN_LOGPROBS},
        {"seed", TTA_CAN_SEED},
        {"stop", TTA_CAN_STOP},
        {"web_search_options", TTA_CAN_WEB_SEARCH},
        {NULL, 0},
    };
    return tta_read_words(reader, json, "supported_parameters", parameters, capabilities);
}

static enum tta_status read_modalities(struct tta_listing_reader *reader, struct json_value json,
                                       uint64_t *capabilities)
{
    static const struct tta_word inputs[] = {
        {"image", TTA_CAN_SEE_IMAGES},
        {"video", TTA_CAN_SEE_VIDEO},
        {"audio", TTA_CAN_HEAR_AUDIO},
        {"file", TTA_CAN_READ_FILES},
        {NULL, 0},
    };
    static const struct tta_word outputs[] = {
        {"text", TTA_CAN_WRITE_TEXT},
        {"image", TTA_CAN_MAKE_IMAGES},
        {"audio", TTA_CAN_SPEAK_AUDIO},
        {"video", TTA_CAN_MAKE_VIDEO},
        {"embeddings", TTA_CAN_EMBED},
        {NULL, 0},
    };
    struct json_value architecture;
    enum tta_status status = tta_read_object(reader, json, "architecture", &architecture);
    if (status == TTA_OK) {
        status = tta_read_words(reader, architecture, "input_modalities", inputs, capabilities);
    }
    return status == TTA_OK ? tta_read_words(reader, architecture, "output_modalities", outputs, capabilities) : status;
}

/* What the original gave an OpenRouter model, by its id alone. */
static uint64_t compat_capabilities(const char *id)
{
    struct str text = base_str(id);
    uint64_t capabilities = 0;
    if (base_str_contains_ignoring_case(text, STR("chat")) || base_str_contains_ignoring_case(text, STR("instruct"))) {
        capabilities |= TTA_CAN_CHAT | TTA_CAN_INSTRUCTION_FOLLOWING;
    }
    if (base_str_contains_ignoring_case(text, STR("code"))) {
        capabilities |= TTA_CAN_CODE_GENERATION;
    }
    return capabilities;
}

static enum tta_status read_expiry(struct tta_listing_reader *reader, struct json_value json, struct tta_row *row)
{
    const char *date = NULL;
    enum tta_status status = tta_read_text(reader, json, "expiration_date", &date);
    if (status == TTA_OK && date && !base_date_parse(base_str(date), &row->model.expires_unix_s)) {
        return tta_listing_refuse(reader, "expiration_date", "is not a date", date);
    }
    return status;
}

static enum tta_status read_intelligence(struct tta_listing_reader *reader, struct json_value json,
                                         struct tta_row *row)
{
    struct json_value benchmarks, analysis;
    enum tta_status status = tta_read_object(reader, json, "benchmarks", &benchmarks);
    if (status == TTA_OK) {
        status = tta_read_object(reader, benchmarks, "artificial_analysis", &analysis);
    }
    if (status != TTA_OK) {
        return status;
    }
    struct json_value index = tta_json_member(analysis, "intelligence_index");
    double number = base_json_number(index);
    if (index.json && !(number >= 0 && number <= 100)) {
        return tta_listing_refuse(reader, "intelligence_index", "is not a number from 0 to 100", NULL);
    }
    row->model.intelligence_index = index.json ? number : 0;
    return TTA_OK;
}

/* Other names of the model, and who looks at the prompts. */
static enum tta_status read_identity(struct tta_listing_reader *reader, struct json_value json, struct tta_row *row)
{
    struct json_value target;
    enum tta_status status = tta_read_text(reader, json, "name", &row->model.name);
    if (status == TTA_OK) {
        status = tta_read_text(reader, json, "canonical_slug", &row->model.canonical_id);
    }
    if (status == TTA_OK) {
        status = tta_read_object(reader, json, "alias_target", &target);
    }
    return status == TTA_OK ? tta_read_text(reader, target, "slug", &row->model.alias_of) : status;
}

static enum tta_status read_top_provider(struct tta_listing_reader *reader, struct json_value json,
                                         struct tta_row *row)
{
    struct json_value top;
    enum tta_status status = tta_read_object(reader, json, "top_provider", &top);
    if (status == TTA_OK) {
        status = tta_read_tokens(reader, top, "max_completion_tokens", &row->model.max_completion_tokens);
    }
    return status == TTA_OK ? tta_read_bool(reader, top, "is_moderated", &row->model.is_moderated) : status;
}

static enum tta_status read_model(struct tta_listing_reader *reader, struct json_value json)
{
    static enum tta_status (*const parts[])(struct tta_listing_reader *, struct json_value, struct tta_row *) = {
        read_identity, read_top_provider, read_expiry, read_intelligence, read_pricing,
    };
    struct tta_row *row;
    enum tta_status status = tta_listing_add(reader, TTA_PROVIDER_OPENROUTER, json, "id", &row);
    if (status != TTA_OK) {
        return status;
    }
    row->compat_capabilities = compat_capabilities(row->model.id);
    status = tta_read_tokens(reader, json, "context_length", &row->model.context_tokens);
    if (status == TTA_OK) {
        status = read_parameters(reader, json, &row->model.capabilities);
    }
    if (status == TTA_OK) {
        status = read_modalities(reader, json, &row->model.capabilities);
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && status == TTA_OK; i++) {
        status = parts[i](reader, json, row);
    }
    return status;
}

static enum tta_status read_models(struct tta_listing_reader *reader, struct json_value root)
{
    return tta_listing_read_each(reader, root, "data", read_model);
}

static enum tta_status read_endpoint(struct tta_listing_reader *reader, struct json_value model,
                                     struct json_value json)
{
    struct tta_row *row;
    const char *provider = NULL, *tag = NULL;
    enum tta_status status = tta_listing_add(reader, TTA_PROVIDER_OPENROUTER, model, "id", &row);
    if (status == TTA_OK) {
        status = tta_read_text(reader, model, "name", &row->model.name);
    }
    if (status == TTA_OK) {
        status = tta_read_text(reader, json, "provider_name", &provider);
    }
    if (status == TTA_OK) {
        status = tta_read_text(reader, json, "tag", &tag);
    }
    if (status == TTA_OK) {
        row->model.origin = tag ? tag : provider;
        row->compat_capabilities = compat_capabilities(row->model.id);
        status = tta_read_text(reader, json, "quantization", &row->model.quantization);
    }
    if (status == TTA_OK) {
        status = tta_read_tokens(reader, json, "context_length", &row->model.context_tokens);
    }
    if (status == TTA_OK) {
        status = tta_read_tokens(reader, json, "max_completion_tokens", &row->model.max_completion_tokens);
    }
    if (status == TTA_OK) {
        status = read_parameters(reader, json, &row->model.capabilities);
    }
    if (status == TTA_OK) {
        status = read_modalities(reader, model, &row->model.capabilities);
    }
    return status == TTA_OK ? read_pricing(reader, json, row) : status;
}

static enum tta_status read_endpoints(struct tta_listing_reader *reader, struct json_value root)
{
    struct json_value model = tta_json_member(root, "data");
    struct json_value list = tta_json_member(model, "endpoints");
    if (!tta_json_is(list, JSON_IS_ARRAY)) {
        return tta_listing_no_list(reader, "a JSON object \"data\" with a list \"endpoints\"");
    }
    enum tta_status status = TTA_OK;
    for (struct json_value at = base_json_first(list); at.json && status == TTA_OK; at = base_json_next(list, at)) {
        status = read_endpoint(reader, model, at);
    }
    return status;
}

/* Some model has what OpenAI's own form has not. */
static bool is_models(struct json_value root)
{
    struct json_value data = tta_json_member(root, "data");
    if (!tta_json_is(data, JSON_IS_ARRAY)) {
        return false;
    }
    for (struct json_value at = base_json_first(data); at.json; at = base_json_next(data, at)) {
        if (tta_json_member(at, "pricing").json || tta_json_member(at, "top_provider").json ||
            tta_json_member(at, "supported_parameters").json) {
            return true;
        }
    }
    return false;
}

static bool is_endpoints(struct json_value root)
{
    return tta_json_is(tta_json_member(tta_json_member(root, "data"), "endpoints"), JSON_IS_ARRAY);
}

static const struct tta_listing_kind models = {
    .name = "openrouter",
    .path = "/models",
    .recognises = is_models,
    .read = read_models,
};

static const struct tta_listing_kind endpoints = {
    .name = "openrouter_endpoints",
    .path = NULL, /* asked for each model */
    .recognises = is_endpoints,
    .read = read_endpoints,
};

const struct tta_provider_kind tta_provider_openrouter = {
    .info =
        {
            .name = "openrouter",
            .base_url = "https://openrouter.ai/api/v1",
            .auth = TTA_AUTH_BEARER,
            .key_variable = "OPENROUTER_API_KEY",
            .is_public = true,
        },
    .listings = {&models, &endpoints},
    .first_listing = TTA_LISTING_OPENROUTER,
};
