// SPDX-License-Identifier: MIT
/*
 * Reads the answer of OpenRouter's GET /models, {"data": [MODEL, ...]}.
 *
 * Strict about what it knows and blind to the rest: a known field of another
 * type is an error, because a format that has changed should be noticed before
 * a request is sent to the wrong model; unknown fields and words are ignored.
 */
#include <float.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "tta/fail.h"
#include "tta/snapshot.h"

/* Which model is being read, for the reason of a failure. */
struct place {
    size_t number; /* counted from 1 */
    const char *id;
    struct tta_error *err;
};

static enum tta_status bad(const struct place *place, const char *what, const char *problem, const char *value)
{
    (void)tta_fail(place->err, TTA_BAD_SYNTAX, 0, "model %zu (\"%s\"): %s %s%s%s", place->number, place->id, what,
                   problem, value ? ": " : "", value ? value : "");
    return TTA_BAD_SYNTAX; /* said here, for compilers that watch what is left uninitialised */
}

/* A member of an object, NULL if it is absent, null, or there is no object. */
static const json_t *member(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_null(value) ? NULL : value;
}

/* The object under `key` in `*out_object`, NULL if absent. */
static enum tta_status read_object(const struct place *place, const json_t *model, const char *key,
                                   const json_t **out_object)
{
    const json_t *value = member(model, key);
    if (value && !json_is_object(value)) {
        return bad(place, key, "is not an object", NULL);
    }
    *out_object = value;
    return TTA_OK;
}

static enum tta_status read_tokens(const struct place *place, const json_t *object, const char *key,
                                   int64_t *out_tokens)
{
    const json_t *value = member(object, key);
    if (!value) {
        *out_tokens = TTA_UNKNOWN;
        return TTA_OK;
    }
    if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > TTA_MAX_TOKENS) {
        return bad(place, key, "is not a number of tokens", NULL);
    }
    *out_tokens = json_integer_value(value);
    return TTA_OK;
}

struct price {
    int64_t pusd;
    double usd; /* as the text says; NAN if unknown */
};

static bool parse_price(const char *text, struct price *out)
{
    double usd;
    int64_t pusd;
    if (!base_num_parse_double(base_str(text), -DBL_MAX, DBL_MAX, &usd)) {
        return false;
    }
    if (usd < 0) {
        *out = (struct price){.pusd = TTA_DYNAMIC, .usd = usd};
        return true;
    }
    if (!base_num_parse_scaled(base_str(text), 12, 0, TTA_MAX_PRICE_PUSD, &pusd)) {
        return false;
    }
    if (pusd == 0 && usd > 0) {
        pusd = 1; /* next to nothing is not nothing: free means free */
    }
    *out = (struct price){.pusd = pusd, .usd = usd};
    return true;
}

static enum tta_status read_price(const struct place *place, const json_t *pricing, const char *key,
                                  struct price *out)
{
    const json_t *value = member(pricing, key);
    if (!value) {
        *out = (struct price){.pusd = TTA_UNKNOWN, .usd = NAN};
        return TTA_OK;
    }
    if (!json_is_string(value)) {
        return bad(place, key, "price is not a string", NULL);
    }
    if (!parse_price(json_string_value(value), out)) {
        return bad(place, key, "price is not a number, or not of this world", json_string_value(value));
    }
    return TTA_OK;
}

/* Whether some price stated in `pricing`, of whatever kind, is not zero.
 * Texts that are no numbers are not prices. */
static bool costs_something(const json_t *pricing)
{
    void *at = json_object_iter((json_t *)pricing); /* jansson asks for a non-const object and leaves it as it is */
    for (; at; at = json_object_iter_next((json_t *)pricing, at)) {
        const char *key = json_object_iter_key(at);
        const char *text = json_string_value(json_object_iter_value(at));
        struct price price;
        bool is_time = strncmp(key, "utc_", 4) == 0; /* utc_start, utc_end of an override: "0800" */
        if (text && !is_time && parse_price(text, &price) && price.pusd != 0) {
            return true;
        }
    }
    return false;
}

static bool overrides_cost_something(const json_t *overrides)
{
    for (size_t i = 0; i < json_array_size(overrides); i++) {
        if (costs_something(json_array_get(overrides, i))) {
            return true;
        }
    }
    return false;
}

static enum tta_status read_pricing(const struct place *place, const json_t *model, struct tta_row *row)
{
    /* Not used for themselves, but one of them that is no number would make
     * is_free a guess. */
    static const char *const other_prices[] = {
        "request", "image", "image_token", "image_output", "audio", "audio_output", "input_audio_cache", "web_search",
        "internal_reasoning", "input_cache_read", "input_cache_write", "input_cache_write_1h",
    };
    const json_t *pricing;
    struct price prompt, completion, other;
    enum tta_status status = read_object(place, model, "pricing", &pricing);
    if (status == TTA_OK) {
        status = read_price(place, pricing, "prompt", &prompt);
    }
    if (status == TTA_OK) {
        status = read_price(place, pricing, "completion", &completion);
    }
    for (size_t i = 0; status == TTA_OK && i < sizeof(other_prices) / sizeof(other_prices[0]); i++) {
        status = read_price(place, pricing, other_prices[i], &other);
    }
    if (status != TTA_OK) {
        return status;
    }
    row->model.prompt_price_pusd = prompt.pusd;
    row->model.completion_price_pusd = completion.pusd;
    row->model.is_free = prompt.pusd == 0 && completion.pusd == 0 && !costs_something(pricing) &&
                         !overrides_cost_something(member(pricing, "overrides"));
    /* The original's arithmetic, in its order: unknown if either is (NAN), and
     * the published number, not the rounded one. */
    row->compat_cost_usd = (prompt.usd + completion.usd) / 2000000.0;
    return TTA_OK;
}

struct word {
    const char *text;
    uint64_t bit;
};

/* Adds the bits of those strings of the list under `key` that `words` (ended
 * by a NULL) knows. */
static enum tta_status read_words(const struct place *place, const json_t *object, const char *key,
                                  const struct word *words, uint64_t *capabilities)
{
    const json_t *list = member(object, key);
    if (list && !json_is_array(list)) {
        return bad(place, key, "is not a list", NULL);
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text) {
            return bad(place, key, "holds something that is not a string", NULL);
        }
        for (const struct word *word = words; word->text; word++) {
            *capabilities |= strcmp(word->text, text) == 0 ? word->bit : 0;
        }
    }
    return TTA_OK;
}

static enum tta_status read_capabilities(const struct place *place, const json_t *model, uint64_t *out_capabilities)
{
    static const struct word parameters[] = {
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
    static const struct word inputs[] = {
        {"image", TTA_CAN_SEE_IMAGES},
        {"video", TTA_CAN_SEE_VIDEO},
        {"audio", TTA_CAN_HEAR_AUDIO},
        {"file", TTA_CAN_READ_FILES},
        {NULL, 0},
    };
    static const struct word outputs[] = {
        {"text", TTA_CAN_WRITE_TEXT},
        {"image", TTA_CAN_MAKE_IMAGES},
        {"audio", TTA_CAN_SPEAK_AUDIO},
        {NULL, 0},
    };
    uint64_t capabilities = 0;
    const json_t *architecture;
    enum tta_status status = read_object(place, model, "architecture", &architecture);
    if (status == TTA_OK) {
        status = read_words(place, model, "supported_parameters", parameters, &capabilities);
    }
    if (status == TTA_OK) {
        status = read_words(place, architecture, "input_modalities", inputs, &capabilities);
    }
    if (status == TTA_OK) {
        status = read_words(place, architecture, "output_modalities", outputs, &capabilities);
    }
    if (status == TTA_OK) {
        *out_capabilities = capabilities;
    }
    return status;
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

static enum tta_status read_model(const json_t *json, size_t number, struct tta_row *row, struct tta_error *err)
{
    const char *id = json_string_value(json_object_get(json, "id"));
    if (!json_is_object(json)) {
        return tta_fail(err, TTA_BAD_SYNTAX, 0, "model %zu is not an object", number);
    }
    if (!id || id[0] == '\0') {
        return tta_fail(err, TTA_BAD_SYNTAX, 0, "model %zu has no id", number);
    }
    const struct place place = {.number = number, .id = id, .err = err};
    const json_t *name = member(json, "name");
    if (name && !json_is_string(name)) {
        return bad(&place, "name", "is not a string", NULL);
    }
    row->model = (struct tta_model){
        .id = id,
        .name = json_string_value(name),
        .provider = TTA_PROVIDER_OPENROUTER,
        .safety_score = TTA_SCORE_UNKNOWN,
        .performance_score = TTA_SCORE_UNKNOWN,
    };
    row->compat_capabilities = compat_capabilities(id);
    const json_t *top_provider;
    enum tta_status status = read_tokens(&place, json, "context_length", &row->model.context_tokens);
    if (status == TTA_OK) {
        status = read_object(&place, json, "top_provider", &top_provider);
    }
    if (status == TTA_OK) {
        status = read_tokens(&place, top_provider, "max_completion_tokens", &row->model.max_completion_tokens);
    }
    if (status == TTA_OK) {
        status = read_capabilities(&place, json, &row->model.capabilities);
    }
    return status == TTA_OK ? read_pricing(&place, json, row) : status;
}

static enum tta_status read_answer(const json_t *answer, struct tta_catalogue **out_catalogue, struct tta_error *err)
{
    const json_t *data = json_object_get(answer, "data");
    size_t count = json_array_size(data);
    if (!json_is_array(data) || count == 0) {
        return tta_fail(err, TTA_BAD_SYNTAX, 0,
                        "this is not a list of models: a JSON object with a non-empty list \"data\" is expected");
    }
    if (count > TTA_MAX_MODELS) {
        return tta_fail(err, TTA_TOO_LARGE, 0, "%zu models are more than the limit of %d", count, TTA_MAX_MODELS);
    }
    struct tta_row *rows = base_alloc_array(count, sizeof(*rows));
    if (!rows) {
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory for a catalogue of %zu models", count);
    }
    for (size_t i = 0; i < count; i++) {
        enum tta_status status = read_model(json_array_get(data, i), i + 1, &rows[i], err);
        if (status != TTA_OK) {
            free(rows);
            return status;
        }
    }
    enum tta_status status = tta_catalogue_adopt(rows, count, out_catalogue, err);
    if (status == TTA_BAD_ARGUMENT) { /* what is an argument there is input here */
        status = TTA_BAD_SYNTAX;
        if (err) {
            err->status = status;
        }
    }
    return status;
}

enum tta_status tta_catalogue_parse_openrouter(const char *json, size_t len, struct tta_catalogue **out_catalogue,
                                               struct tta_error *err)
{
    if (len > TTA_MAX_CATALOGUE_BYTES) {
        return tta_fail(err, TTA_TOO_LARGE, 0, "%zu bytes are more than the limit of %d", len,
                        TTA_MAX_CATALOGUE_BYTES);
    }
    json_error_t problem;
    json_t *answer = json_loadb(len > 0 ? json : "", len, 0, &problem);
    if (!answer) {
        /* jansson says nothing at all when memory is lacking, except inside a
         * token, where it takes the lack for a fault of the text. */
        if (problem.text[0] == '\0') {
            return tta_fail(err, TTA_NO_MEMORY, 0, "no memory to read %zu bytes of JSON", len);
        }
        size_t line = problem.line > 0 ? (size_t)problem.line : 0;
        return tta_fail(err, TTA_BAD_SYNTAX, line, "this is not JSON: %s", problem.text);
    }
    enum tta_status status = read_answer(answer, out_catalogue, err);
    json_decref(answer);
    return status;
}
