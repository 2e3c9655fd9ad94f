// SPDX-License-Identifier: MIT
/*
 * Catalogues: rows, one block of strings, and a hash table over the ids.
 *
 * The table is open addressing with linear probing, at most half full, never
 * changed once built.  Rows enter it in order, so of several rows with one id
 * (of different providers) probing meets the first row first.  The hash is
 * unkeyed: who can choose the ids of a catalogue is its provider, and the worst
 * he gains is a slow load of at most TTA_MAX_MODELS rows.
 */
#include "tta/catalogue.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "tta/fail.h"
#include "tta/snapshot.h"

const char *tta_provider_name(enum tta_provider provider)
{
    switch (provider) {
    case TTA_PROVIDER_LOCAL:
        return "local";
    case TTA_PROVIDER_OPENROUTER:
        return "openrouter";
    case TTA_PROVIDER_OPENAI:
        return "openai";
    case TTA_PROVIDER_ANTHROPIC:
        return "anthropic";
    case TTA_PROVIDER_OLLAMA:
        return "ollama";
    case TTA_PROVIDER_LM_STUDIO:
        return "lm_studio";
    case TTA_PROVIDER_CUSTOM:
        return "custom_api";
    case TTA_PROVIDER_COUNT:
        break;
    }
    return "unknown";
}

/* FNV-1a, its upper half folded into the lower, which the table uses. */
static size_t hash_id(const char *id)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *id; id++) {
        hash = (hash ^ (unsigned char)*id) * UINT64_C(0x100000001b3);
    }
    return (size_t)(hash ^ (hash >> 32));
}

static enum tta_status check_strings(const struct tta_row *rows, size_t count, size_t *out_bytes,
                                     struct tta_error *err)
{
    if (count > TTA_MAX_MODELS) {
        return tta_fail(err, TTA_TOO_LARGE, 0, "%zu models are more than the limit of %d", count, TTA_MAX_MODELS);
    }
    size_t bytes = 0; /* cannot overflow: each of the terms has a limit */
    for (size_t row = 0; row < count; row++) {
        const char *id = rows[row].model.id;
        size_t id_len = id ? strlen(id) : 0;
        size_t name_len = rows[row].model.name ? strlen(rows[row].model.name) : 0;
        if (id_len == 0) {
            return tta_fail(err, TTA_BAD_ARGUMENT, 0, "model %zu has no id", row + 1);
        }
        if (id_len > TTA_MAX_ID_BYTES) {
            return tta_fail(err, TTA_TOO_LARGE, 0, "the id of model %zu is longer than %d bytes: \"%s\"", row + 1,
                            TTA_MAX_ID_BYTES, id);
        }
        if (name_len > TTA_MAX_NAME_BYTES) {
            return tta_fail(err, TTA_TOO_LARGE, 0, "the name of model %zu is longer than %d bytes (id \"%s\")", row + 1,
                            TTA_MAX_NAME_BYTES, id);
        }
        bytes += id_len + 1 + name_len + 1;
    }
    *out_bytes = bytes;
    return TTA_OK;
}

static const char *store_string(char **end, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memcpy(*end, text, size);
    *end += size;
    return copy;
}

static void store_strings(struct tta_catalogue *catalogue)
{
    char *end = catalogue->strings;
    for (size_t row = 0; row < catalogue->count; row++) {
        struct tta_model *model = &catalogue->rows[row].model;
        model->id = store_string(&end, model->id);
        bool has_name = model->name && model->name[0] != '\0';
        model->name = has_name ? store_string(&end, model->name) : model->id;
    }
}

static enum tta_status enter_row(struct tta_catalogue *catalogue, size_t row, struct tta_error *err)
{
    const struct tta_model *model = &catalogue->rows[row].model;
    size_t at = hash_id(model->id) & catalogue->slot_mask;
    for (; catalogue->slots[at] != 0; at = (at + 1) & catalogue->slot_mask) {
        const struct tta_model *other = &catalogue->rows[catalogue->slots[at] - 1].model;
        if (other->provider == model->provider && strcmp(other->id, model->id) == 0) {
            return tta_fail(err, TTA_BAD_ARGUMENT, 0, "two models of provider %s, %zu and %zu, have the id \"%s\"",
                            tta_provider_name(model->provider), (size_t)catalogue->slots[at], row + 1, model->id);
        }
    }
    catalogue->slots[at] = (uint32_t)(row + 1);
    return TTA_OK;
}

static enum tta_status index_ids(struct tta_catalogue *catalogue, struct tta_error *err)
{
    size_t slot_count = 8;
    while (slot_count < 2 * catalogue->count) {
        slot_count *= 2;
    }
    catalogue->slots = base_alloc_array(slot_count, sizeof(*catalogue->slots));
    if (!catalogue->slots) {
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory for the index of %zu models", catalogue->count);
    }
    catalogue->slot_mask = slot_count - 1;
    for (size_t row = 0; row < catalogue->count; row++) {
        enum tta_status status = enter_row(catalogue, row, err);
        if (status != TTA_OK) {
            return status;
        }
    }
    return TTA_OK;
}

enum tta_status tta_catalogue_adopt(struct tta_row *rows, size_t count, struct tta_catalogue **out_catalogue,
                                    struct tta_error *err)
{
    struct tta_catalogue *catalogue = NULL;
    size_t string_bytes = 0;
    enum tta_status status = check_strings(rows, count, &string_bytes, err);
    if (status != TTA_OK) {
        goto fail;
    }
    catalogue = base_alloc_array(1, sizeof(*catalogue));
    char *strings = base_alloc_array(string_bytes, 1);
    if (!catalogue || !strings) {
        free(strings);
        status = tta_fail(err, TTA_NO_MEMORY, 0, "no memory for a catalogue of %zu models", count);
        goto fail;
    }
    *catalogue = (struct tta_catalogue){.count = count, .rows = rows, .strings = strings};
    rows = NULL;
    store_strings(catalogue);
    status = index_ids(catalogue, err);
    if (status != TTA_OK) {
        goto fail;
    }
    *out_catalogue = catalogue;
    return TTA_OK;
fail:
    tta_catalogue_destroy(catalogue);
    free(rows);
    return status;
}

void tta_catalogue_destroy(struct tta_catalogue *catalogue)
{
    if (!catalogue) {
        return;
    }
    free(catalogue->slots);
    free(catalogue->strings);
    free(catalogue->rows);
    free(catalogue);
}

/* How many bytes follow the first byte of a character, and the range of the
 * first of those: Unicode 15.0, table 3-7. */
static size_t continuation_bytes(unsigned char lead, unsigned char *low, unsigned char *high)
{
    *low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    *high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        return 1;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        return 2;
    }
    return lead >= 0xF0 && lead <= 0xF4 ? 3 : SIZE_MAX;
}

static bool is_utf8(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at) {
        unsigned char low, high;
        unsigned char lead = *at++;
        size_t more = lead < 0x80 ? 0 : continuation_bytes(lead, &low, &high);
        if (more == SIZE_MAX) {
            return false;
        }
        for (size_t i = 0; i < more; i++, at++) {
            bool fits = i == 0 ? *at >= low && *at <= high : (*at & 0xC0) == 0x80;
            if (!fits) {
                return false; /* the NUL at the end does not fit either */
            }
        }
    }
    return true;
}

static bool is_price(int64_t price)
{
    return price == TTA_UNKNOWN || price == TTA_DYNAMIC || (price >= 0 && price <= TTA_MAX_PRICE_PUSD);
}

static bool is_token_count(int64_t tokens)
{
    return tokens == TTA_UNKNOWN || (tokens >= 0 && tokens <= TTA_MAX_TOKENS);
}

static bool is_score(double score)
{
    return score == TTA_SCORE_UNKNOWN || (score >= 0 && score <= 10);
}

/* What is wrong with a model, NULL if nothing. */
static const char *fault_of(const struct tta_model *model)
{
    if ((model->id && !is_utf8(model->id)) || (model->name && !is_utf8(model->name))) {
        return "the id or the name is not UTF-8";
    }
    if ((int)model->provider < 0 || model->provider >= TTA_PROVIDER_COUNT) {
        return "there is no such provider";
    }
    if (!is_price(model->prompt_price_pusd) || !is_price(model->completion_price_pusd)) {
        return "a price is out of range";
    }
    if (!is_token_count(model->context_tokens) || !is_token_count(model->max_completion_tokens)) {
        return "a number of tokens is out of range";
    }
    if (!is_score(model->safety_score) || !is_score(model->performance_score)) {
        return "a score is not between 0 and 10";
    }
    if (model->is_free && (model->prompt_price_pusd != 0 || model->completion_price_pusd != 0)) {
        return "it is free, but a price is not 0";
    }
    return NULL;
}

static double usd(int64_t price_pusd)
{
    return price_pusd == TTA_DYNAMIC ? -1.0 : (double)price_pusd / 1e12;
}

/* docs/compat.md: the mean of the two prices, and for OpenRouter, which the
 * original took to publish prices per million tokens, a millionth of that. */
static double compat_cost(const struct tta_model *model)
{
    if (model->prompt_price_pusd == TTA_UNKNOWN || model->completion_price_pusd == TTA_UNKNOWN) {
        return NAN;
    }
    double sum = usd(model->prompt_price_pusd) + usd(model->completion_price_pusd);
    return model->provider == TTA_PROVIDER_OPENROUTER ? sum / 2000000.0 : sum / 2.0;
}

enum tta_status tta_catalogue_create(const struct tta_model *models, size_t count,
                                     struct tta_catalogue **out_catalogue, struct tta_error *err)
{
    if (count > TTA_MAX_MODELS) {
        return tta_fail(err, TTA_TOO_LARGE, 0, "%zu models are more than the limit of %d", count, TTA_MAX_MODELS);
    }
    for (size_t i = 0; i < count; i++) {
        const char *fault = fault_of(&models[i]);
        if (fault) {
            return tta_fail(err, TTA_BAD_ARGUMENT, 0, "model %zu: %s (id \"%s\")", i + 1, fault,
                            models[i].id ? models[i].id : "");
        }
    }
    struct tta_row *rows = base_alloc_array(count, sizeof(*rows));
    if (!rows) {
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory for a catalogue of %zu models", count);
    }
    for (size_t i = 0; i < count; i++) {
        rows[i] = (struct tta_row){
            .model = models[i],
            .compat_cost_usd = compat_cost(&models[i]),
            .compat_capabilities = models[i].capabilities,
        };
    }
    return tta_catalogue_adopt(rows, count, out_catalogue, err);
}

size_t tta_catalogue_count(const struct tta_catalogue *catalogue)
{
    return catalogue->count;
}

struct tta_model tta_catalogue_model(const struct tta_catalogue *catalogue, size_t row)
{
    assert(row < catalogue->count);
    return catalogue->rows[row].model;
}

enum tta_status tta_catalogue_find(const struct tta_catalogue *catalogue, const char *id, size_t *out_row)
{
    size_t at = hash_id(id) & catalogue->slot_mask;
    for (; catalogue->slots[at] != 0; at = (at + 1) & catalogue->slot_mask) {
        size_t row = catalogue->slots[at] - 1;
        if (strcmp(catalogue->rows[row].model.id, id) == 0) {
            *out_row = row;
            return TTA_OK;
        }
    }
    return TTA_NOT_FOUND;
}
