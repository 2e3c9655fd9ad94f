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
#include "tta/group.h"
#include "tta/model.h"
#include "tta/provider.h"
#include "tta/quality.h"
#include "tta/snapshot.h"

size_t tta_hash_id(const char *id)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *id; id++) {
        hash = (hash ^ (unsigned char)*id) * UINT64_C(0x100000001b3);
    }
    return (size_t)(hash ^ (hash >> 32));
}

/* What a catalogue has to hold of its rows beside them. */
struct contents {
    size_t string_bytes, rule_count;
};

static size_t stored_bytes(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

static const char *const *text_of(const struct tta_model *model, size_t index)
{
    const char *const *const texts[] = {&model->origin, &model->canonical_id, &model->alias_of, &model->quantization};
    return index < sizeof(texts) / sizeof(texts[0]) ? texts[index] : NULL;
}

static enum tta_status check_row(const struct tta_model *model, size_t number, struct contents *contents,
                                 struct tta_error *err)
{
    if (stored_bytes(model->id) <= 1) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "model %zu has no id", number);
    }
    if (stored_bytes(model->id) > TTA_MAX_ID_BYTES + 1) {
        return tta_fail(err, TTA_TOO_LARGE, 0, "the id of model %zu is longer than %d bytes: \"%s\"", number,
                        TTA_MAX_ID_BYTES, model->id);
    }
    if (stored_bytes(model->name) > TTA_MAX_NAME_BYTES + 1) {
        return tta_fail(err, TTA_TOO_LARGE, 0, "the name of model %zu is longer than %d bytes (id \"%s\")", number,
                        TTA_MAX_NAME_BYTES, model->id);
    }
    contents->string_bytes += stored_bytes(model->id) + stored_bytes(model->name);
    for (size_t i = 0; text_of(model, i); i++) {
        size_t bytes = stored_bytes(*text_of(model, i));
        if (bytes > TTA_MAX_ID_BYTES + 1) {
            return tta_fail(err, TTA_TOO_LARGE, 0, "a text of model %zu is longer than %d bytes (id \"%s\")", number,
                            TTA_MAX_ID_BYTES, model->id);
        }
        contents->string_bytes += bytes;
    }
    contents->rule_count += model->price_rule_count;
    return TTA_OK;
}

static enum tta_status check_rows(const struct tta_row *rows, size_t count, struct contents *contents,
                                  struct tta_error *err)
{
    if (count > TTA_MAX_MODELS) {
        return tta_fail(err, TTA_TOO_LARGE, 0, "%zu models are more than the limit of %d", count, TTA_MAX_MODELS);
    }
    enum tta_status status = TTA_OK;
    for (size_t row = 0; row < count && status == TTA_OK; row++) {
        status = check_row(&rows[row].model, row + 1, contents, err);
    }
    return status;
}

/* Room that is left for what is copied. */
struct room {
    char *strings;
    struct tta_price_rule *rules;
};

static const char *store_string(struct room *room, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memcpy(room->strings, text, size);
    room->strings += size;
    return copy;
}

/* NULL for "" and for NULL. */
static const char *store_optional(struct room *room, const char *text)
{
    return text && text[0] != '\0' ? store_string(room, text) : NULL;
}

static void store_row(struct room *room, struct tta_model *model)
{
    model->id = store_string(room, model->id);
    const char *name = store_optional(room, model->name);
    model->name = name ? name : model->id;
    const char *origin = store_optional(room, model->origin);
    model->origin = origin ? origin : tta_provider_name(model->provider);
    model->canonical_id = store_optional(room, model->canonical_id);
    model->alias_of = store_optional(room, model->alias_of);
    model->quantization = store_optional(room, model->quantization);
    size_t count = model->price_rule_count;
    if (count > 0) {
        memcpy(room->rules, model->price_rules, count * sizeof(*room->rules));
    }
    model->price_rules = count > 0 ? room->rules : NULL;
    room->rules = count > 0 ? room->rules + count : room->rules;
}

static enum tta_status number_origins(struct tta_catalogue *catalogue, struct tta_error *err)
{
    for (size_t row = 0; row < catalogue->count; row++) {
        const struct tta_model *model = &catalogue->rows[row].model;
        size_t at = row > 0 ? catalogue->rows[row - 1].origin : 0; /* most have the one of the row before */
        bool is_same = row > 0 && catalogue->origins[at].provider == model->provider &&
                       strcmp(catalogue->origins[at].name, model->origin) == 0;
        for (at = is_same ? at : 0; at < catalogue->origin_count && !is_same; at++) {
            is_same = catalogue->origins[at].provider == model->provider &&
                      strcmp(catalogue->origins[at].name, model->origin) == 0;
            at -= is_same; /* stays here */
        }
        if (!is_same && at == TTA_MAX_ORIGINS) {
            return tta_fail(err, TTA_TOO_LARGE, 0, "the models are of more than %d origins", TTA_MAX_ORIGINS);
        }
        void *origins = catalogue->origins;
        if (!is_same && !base_array_make_room(&origins, catalogue->origin_count, &catalogue->origin_capacity,
                                              sizeof(*catalogue->origins))) {
            return tta_fail(err, TTA_NO_MEMORY, 0, "no memory for the origins of the models");
        }
        catalogue->origins = origins;
        if (!is_same) {
            catalogue->origins[catalogue->origin_count++] = (struct tta_origin){model->provider, model->origin};
        }
        catalogue->rows[row].origin = (uint8_t)at;
    }
    return TTA_OK;
}

static enum tta_status enter_row(struct tta_catalogue *catalogue, size_t row, struct tta_error *err)
{
    const struct tta_model *model = &catalogue->rows[row].model;
    size_t at = tta_hash_id(model->id) & catalogue->slot_mask;
    for (; catalogue->slots[at] != 0; at = (at + 1) & catalogue->slot_mask) {
        const struct tta_row *other = &catalogue->rows[catalogue->slots[at] - 1];
        if (other->origin == catalogue->rows[row].origin && strcmp(other->model.id, model->id) == 0) {
            return tta_fail(err, TTA_BAD_ARGUMENT, 0, "two models of provider %s, %zu and %zu, have the id \"%s\"",
                            model->origin, (size_t)catalogue->slots[at], row + 1, model->id);
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
    struct contents contents = {0, 0};
    enum tta_status status = check_rows(rows, count, &contents, err);
    if (status != TTA_OK) {
        goto fail;
    }
    catalogue = base_alloc_array(1, sizeof(*catalogue));
    struct room room = {
        .strings = base_alloc_array(contents.string_bytes, 1),
        .rules = contents.rule_count > 0 ? base_alloc_array(contents.rule_count, sizeof(*room.rules)) : NULL,
    };
    if (!catalogue || !room.strings || (contents.rule_count > 0 && !room.rules)) {
        free(room.strings);
        free(room.rules);
        status = tta_fail(err, TTA_NO_MEMORY, 0, "no memory for a catalogue of %zu models", count);
        goto fail;
    }
    catalogue->count = count;
    catalogue->rows = rows;
    catalogue->strings = room.strings;
    catalogue->rules = room.rules;
    rows = NULL;
    for (size_t row = 0; row < count; row++) {
        store_row(&room, &catalogue->rows[row].model);
    }
    status = number_origins(catalogue, err);
    if (status != TTA_OK) {
        goto fail;
    }
    status = index_ids(catalogue, err);
    if (status == TTA_OK && !(tta_group_rows(catalogue->rows, count) && tta_rate_rows(catalogue->rows, count))) {
        status = tta_fail(err, TTA_NO_MEMORY, 0, "no memory to compare %zu models", count);
    }
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
    free(catalogue->origins);
    free(catalogue->rules);
    free(catalogue->strings);
    free(catalogue->rows);
    free(catalogue);
}

void tta_row_set_sources(struct tta_row *row, uint8_t source)
{
    const struct tta_model *model = &row->model;
    const bool is_known[TTA_FIELD_COUNT] = {
        [TTA_FIELD_NAME] = model->name && model->name[0] != '\0',
        [TTA_FIELD_PROMPT_PRICE] = model->prompt_price_pusd != TTA_UNKNOWN,
        [TTA_FIELD_COMPLETION_PRICE] = model->completion_price_pusd != TTA_UNKNOWN,
        [TTA_FIELD_CONTEXT] = model->context_tokens != TTA_UNKNOWN || model->longest_context_tokens > 0,
        [TTA_FIELD_MAX_COMPLETION] = model->max_completion_tokens != TTA_UNKNOWN,
        [TTA_FIELD_CAPABILITIES] = model->capabilities != 0,
        [TTA_FIELD_SAFETY] = model->safety_score >= 0,
        [TTA_FIELD_PERFORMANCE] = model->performance_score >= 0,
        [TTA_FIELD_INTELLIGENCE] = model->intelligence_index > 0,
        [TTA_FIELD_EXPIRY] = model->expires_unix_s > 0,
        [TTA_FIELD_SIZE] = model->parameter_count > 0 || model->weight_bytes > 0 || model->quantization,
    };
    for (size_t field = 0; field < TTA_FIELD_COUNT; field++) {
        row->sources[field] = is_known[field] ? source : TTA_SOURCE_NOWHERE;
    }
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
        const char *fault = tta_model_fault(&models[i]);
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
        tta_row_set_sources(&rows[i], TTA_SOURCE_GIVEN);
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

const struct tta_model *tta_catalogue_peek(const struct tta_catalogue *catalogue, size_t row)
{
    assert(row < catalogue->count);
    return &catalogue->rows[row].model;
}

const char *tta_catalogue_source(const struct tta_catalogue *catalogue, size_t row, enum tta_field field)
{
    assert(row < catalogue->count && (int)field >= 0 && field < TTA_FIELD_COUNT);
    uint8_t source = catalogue->rows[row].sources[field];
    if (source >= TTA_SOURCE_LISTING) {
        return tta_listing_name((enum tta_listing)(source - TTA_SOURCE_LISTING));
    }
    return source == TTA_SOURCE_GIVEN ? "given" : "nowhere";
}

size_t tta_catalogue_add_origins(const struct tta_catalogue *catalogue, const char *name, struct tta_origin_set *set)
{
    size_t found = 0;
    for (size_t i = 0; i < catalogue->origin_count; i++) {
        const struct tta_origin *origin = &catalogue->origins[i];
        if (strcmp(origin->name, name) == 0 || strcmp(tta_provider_name(origin->provider), name) == 0) {
            set->bits[i / 64] |= UINT64_C(1) << i % 64;
            found++;
        }
    }
    return found;
}

size_t tta_catalogue_group(const struct tta_catalogue *catalogue, size_t row)
{
    assert(row < catalogue->count);
    return catalogue->rows[row].group;
}

size_t tta_catalogue_row_of(const struct tta_catalogue *catalogue, const struct tta_model *model)
{
    size_t at = tta_hash_id(model->id) & catalogue->slot_mask;
    for (; catalogue->slots[at] != 0; at = (at + 1) & catalogue->slot_mask) {
        size_t row = catalogue->slots[at] - 1;
        const struct tta_model *other = &catalogue->rows[row].model;
        if (other->provider == model->provider && strcmp(other->id, model->id) == 0 &&
            strcmp(other->origin, model->origin) == 0) {
            return row;
        }
    }
    return SIZE_MAX;
}

enum tta_status tta_catalogue_find(const struct tta_catalogue *catalogue, const char *id, size_t *out_row)
{
    size_t at = tta_hash_id(id) & catalogue->slot_mask;
    for (; catalogue->slots[at] != 0; at = (at + 1) & catalogue->slot_mask) {
        size_t row = catalogue->slots[at] - 1;
        if (strcmp(catalogue->rows[row].model.id, id) == 0) {
            *out_row = row;
            return TTA_OK;
        }
    }
    return TTA_NOT_FOUND;
}
