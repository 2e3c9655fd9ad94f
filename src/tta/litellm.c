// SPDX-License-Identifier: MIT
/*
 * LiteLLM's file is an object of models by alias, kept by many hands: prices and
 * limits are numbers, now and then a text instead; "sample_spec" and whatever
 * names no provider are no models.  A value of another type is unknown here,
 * for one slip among three thousand models must not lose them all.
 *
 * Zeroes everywhere are what the file has for a price that nobody looked up, a
 * preview's or a subscription's: unknown, but for models on hardware of one's own.
 *
 * max_input_tokens is the context: the file has nothing that says what prompt
 * and answer may hold together.
 */
#include "tta/litellm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/num.h"

#define MAX_KEY_BYTES 80

static const struct {
    const char *name;
    enum tta_provider provider;
} providers[] = {
    {"openai", TTA_PROVIDER_OPENAI},   {"anthropic", TTA_PROVIDER_ANTHROPIC}, {"openrouter", TTA_PROVIDER_OPENROUTER},
    {"ollama", TTA_PROVIDER_OLLAMA},   {"lm_studio", TTA_PROVIDER_LM_STUDIO},
};

static const struct tta_word modes[] = {
    {"chat", TTA_CAN_WRITE_TEXT},
    {"responses", TTA_CAN_WRITE_TEXT},
    {"completion", TTA_CAN_WRITE_TEXT | TTA_CAN_COMPLETION},
    {"embedding", TTA_CAN_EMBED},
    {"image_generation", TTA_CAN_MAKE_IMAGES},
    {"image_edit", TTA_CAN_MAKE_IMAGES | TTA_CAN_SEE_IMAGES},
    {"video_generation", TTA_CAN_MAKE_VIDEO},
    {"audio_transcription", TTA_CAN_TRANSCRIBE | TTA_CAN_HEAR_AUDIO},
    {"audio_speech", TTA_CAN_SPEAK_AUDIO},
    {"realtime", TTA_CAN_HEAR_AUDIO | TTA_CAN_SPEAK_AUDIO},
    {"moderation", TTA_CAN_MODERATE},
    {"rerank", TTA_CAN_RERANK},
    {NULL, 0},
};

static const struct tta_word abilities[] = {
    {"supports_function_calling", TTA_CAN_TOOLS},
    {"supports_tool_choice", TTA_CAN_TOOL_CHOICE},
    {"supports_response_schema", TTA_CAN_STRUCTURED_OUTPUTS},
    {"supports_reasoning", TTA_CAN_REASONING},
    {"supports_web_search", TTA_CAN_WEB_SEARCH},
    {"supports_vision", TTA_CAN_SEE_IMAGES},
    {"supports_video_input", TTA_CAN_SEE_VIDEO},
    {"supports_audio_input", TTA_CAN_HEAR_AUDIO},
    {"supports_pdf_input", TTA_CAN_READ_FILES},
    {"supports_audio_output", TTA_CAN_SPEAK_AUDIO},
    {NULL, 0},
};

/* A price that is a number from 0; else unknown. */
static struct tta_price price_of(struct json_value value)
{
    struct tta_price price;
    bool is_price = tta_parse_price(base_json_number_text(value), &price) && price.pusd >= 0;
    return is_price ? price : TTA_PRICE_UNKNOWN;
}

static int64_t tokens_of(struct json_value value)
{
    double number = base_json_number(value);
    return number >= 0 && number <= (double)TTA_MAX_TOKENS && number == floor(number) ? (int64_t)number : TTA_UNKNOWN;
}

/* "input_cost_per_token_above_200k_tokens" with that prefix: 200000; 0 if it is no such key. */
static int64_t tier_of(const char *key, const char *prefix)
{
    int64_t tokens = 0;
    struct str rest = base_str(key);
    struct str before = base_str(prefix), unit = STR("k_tokens");
    if (!base_str_starts_with(rest, before) || !base_str_ends_with(rest, unit) || rest.len < before.len + unit.len) {
        return 0;
    }
    rest = (struct str){rest.ptr + before.len, rest.len - before.len - unit.len};
    return base_num_parse_int64(rest, 1, TTA_MAX_TOKENS / 1000, &tokens) ? tokens * 1000 : 0;
}

/* The prices of longer prompts, by their keys. */
struct tiers {
    struct tta_price_rule rules[8];
    size_t count;
};

static void set_tier(struct tiers *tiers, int64_t above, bool is_prompt, int64_t pusd)
{
    size_t at = 0;
    while (at < tiers->count && tiers->rules[at].above_prompt_tokens < above) {
        at++;
    }
    if (at == tiers->count || tiers->rules[at].above_prompt_tokens != above) {
        if (tiers->count == sizeof(tiers->rules) / sizeof(tiers->rules[0])) {
            return; /* no model has half as many */
        }
        memmove(&tiers->rules[at + 1], &tiers->rules[at], (tiers->count - at) * sizeof(tiers->rules[0]));
        tiers->rules[at] = (struct tta_price_rule){
            .above_prompt_tokens = above, .prompt_price_pusd = TTA_UNKNOWN, .completion_price_pusd = TTA_UNKNOWN};
        tiers->count++;
    }
    *(is_prompt ? &tiers->rules[at].prompt_price_pusd : &tiers->rules[at].completion_price_pusd) = pusd;
}

/* Another way to say it: [{"range":[0,256000],"input_cost_per_token",...}, ...], the first for the shortest. */
static void read_tiered_pricing(struct json_value list, struct tta_row *row, struct tiers *tiers)
{
    for (struct json_value at = base_json_first(list); at.json; at = base_json_next(list, at)) {
        int64_t above = tokens_of(base_json_first(tta_json_member(at, "range")));
        struct tta_price prompt = price_of(tta_json_member(at, "input_cost_per_token"));
        struct tta_price completion = price_of(tta_json_member(at, "output_cost_per_token"));
        if (above == 0) {
            row->model.prompt_price_pusd = prompt.pusd;
            row->model.completion_price_pusd = completion.pusd;
        } else if (above > 0) {
            set_tier(tiers, above, true, prompt.pusd);
            set_tier(tiers, above, false, completion.pusd);
        }
    }
}

/* Everything with a cost in its name; true if one of them is not zero. */
static bool read_costs(struct json_value json, struct tiers *tiers)
{
    bool costs = false;
    for (struct json_value at = base_json_first(json); at.json; at = base_json_next(json, at)) {
        if (!tta_json_is(at, JSON_IS_NUMBER)) {
            continue;
        }
        char key[MAX_KEY_BYTES];
        size_t len = base_json_text(base_json_key(at), key, sizeof(key));
        if (len >= sizeof(key) || !strstr(key, "cost")) {
            continue;
        }
        int64_t prompt = tier_of(key, "input_cost_per_token_above_");
        int64_t completion = tier_of(key, "output_cost_per_token_above_");
        struct tta_price price = price_of(at);
        if (prompt > 0 || completion > 0) {
            set_tier(tiers, prompt + completion, prompt > 0, price.pusd); /* one of them is 0 */
        }
        costs = costs || price.pusd != 0;
    }
    return costs;
}

static enum tta_status read_prices(struct tta_listing_reader *reader, struct json_value json, struct tta_row *row)
{
    struct tiers tiers = {.count = 0};
    struct tta_price prompt = price_of(tta_json_member(json, "input_cost_per_token"));
    struct tta_price completion = price_of(tta_json_member(json, "output_cost_per_token"));
    row->model.prompt_price_pusd = prompt.pusd;
    row->model.completion_price_pusd = completion.pusd;
    row->model.request_price_pusd = price_of(tta_json_member(json, "input_cost_per_request")).pusd;
    bool costs = read_costs(json, &tiers);
    read_tiered_pricing(tta_json_member(json, "tiered_pricing"), row, &tiers);
    bool is_free = !costs && row->model.prompt_price_pusd == 0 && row->model.completion_price_pusd == 0;
    for (size_t i = 0; i < tiers.count; i++) {
        enum tta_status status = tta_listing_add_rule(reader, tiers.rules[i]);
        if (status != TTA_OK) {
            return status;
        }
        is_free = is_free && tiers.rules[i].prompt_price_pusd <= 0 && tiers.rules[i].completion_price_pusd <= 0;
    }
    row->compat_cost_usd = (prompt.usd + completion.usd) / 2;
    row->model.is_free = is_free && tta_model_is_local(&row->model);
    if (is_free && !row->model.is_free) { /* see above */
        row->model.prompt_price_pusd = row->model.completion_price_pusd = TTA_UNKNOWN;
        row->compat_cost_usd = (double)NAN;
    }
    return TTA_OK;
}

static void read_abilities(struct json_value json, struct tta_row *row)
{
    struct json_value mode = tta_json_member(json, "mode");
    for (const struct tta_word *word = modes; word->text; word++) {
        row->model.capabilities |= base_json_equals(mode, word->text) ? word->bit : 0;
    }
    for (const struct tta_word *word = abilities; word->text; word++) {
        row->model.capabilities |= base_json_is_true(tta_json_member(json, word->text)) ? word->bit : 0;
    }
    row->compat_capabilities = row->model.capabilities;
}

static int64_t expiry_of(struct json_value value)
{
    char text[32];
    int64_t unix_s = 0;
    size_t len = base_json_text(value, text, sizeof(text));
    return len < sizeof(text) && base_date_parse((struct str){text, len}, &unix_s) ? unix_s : 0;
}

/* The alias without the provider's name before it, for providers of which we know the ids. */
static void set_provider(struct tta_row *row, const char *name)
{
    row->model.provider = TTA_PROVIDER_CUSTOM;
    row->model.origin = name;
    for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++) {
        if (strcmp(providers[i].name, name) == 0) {
            row->model.provider = providers[i].provider;
            row->model.origin = NULL;
        }
    }
    size_t len = strlen(name);
    bool is_prefixed = strncmp(row->model.id, name, len) == 0 && row->model.id[len] == '/' && row->model.id[len + 1];
    if (is_prefixed && row->model.provider != TTA_PROVIDER_CUSTOM && row->model.provider != TTA_PROVIDER_OPENAI) {
        row->model.id += len + 1;
    }
}

static enum tta_status read_model(struct tta_listing_reader *reader, struct json_value json)
{
    struct tta_row *row;
    const char *provider = NULL;
    enum tta_status status = tta_listing_add(reader, TTA_PROVIDER_CUSTOM, json, NULL, &row);
    if (status == TTA_OK) {
        status = tta_read_text(reader, json, "litellm_provider", &provider);
    }
    if (status != TTA_OK) {
        return status;
    }
    set_provider(row, provider);
    row->model.context_tokens = tokens_of(tta_json_member(json, "max_input_tokens"));
    row->model.max_completion_tokens = tokens_of(tta_json_member(json, "max_output_tokens"));
    row->model.expires_unix_s = expiry_of(tta_json_member(json, "deprecation_date"));
    read_abilities(json, row);
    return read_prices(reader, json, row);
}

static bool is_model(struct json_value json)
{
    struct json_value provider = tta_json_member(json, "litellm_provider");
    return tta_json_is(provider, JSON_IS_STRING) && !base_json_equals(provider, "") &&
           !base_json_equals(base_json_key(json), "sample_spec");
}

enum tta_status tta_read_litellm(struct tta_listing_reader *reader, struct json_value root)
{
    enum tta_status status = TTA_OK;
    if (!tta_json_is(root, JSON_IS_OBJECT)) {
        return tta_listing_no_list(reader, "a JSON object of models by their names");
    }
    for (struct json_value at = base_json_first(root); at.json && status == TTA_OK; at = base_json_next(root, at)) {
        status = is_model(at) ? read_model(reader, at) : TTA_OK;
    }
    return status;
}

bool tta_is_litellm(struct json_value root)
{
    if (!tta_json_is(root, JSON_IS_OBJECT)) {
        return false;
    }
    for (struct json_value at = base_json_first(root); at.json; at = base_json_next(root, at)) {
        if (is_model(at)) {
            return true;
        }
    }
    return false;
}
