// SPDX-License-Identifier: MIT
/*
 * Rows are collected part by part; a hash table over the offers finds the one
 * that a row of a later part belongs to.  Strings stay where they are, in the
 * parts' catalogues, until tta_catalogue_adopt() copies them.
 */
#include "tta/merge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "tta/fail.h"
#include "tta/group.h"
#include "tta/snapshot.h"

struct collection {
    struct tta_row *rows;
    size_t count, capacity;
    uint32_t *slots; /* by hash of the id: row + 1, or 0 for empty */
    size_t slot_mask;
};

/* The name that a model goes by within a part that may be given one. */
static const char *origin_in(const struct tta_part *part, const struct tta_model *model)
{
    bool has_own = strcmp(model->origin, tta_provider_name(model->provider)) != 0;
    return part->origin && part->origin[0] != '\0' && !has_own ? part->origin : model->origin;
}

/* The slot of an offer, or the empty one where it would be. */
static size_t slot_of(const struct collection *all, const struct tta_model *model, const char *origin, const char *id)
{
    size_t at = tta_hash_id(id) & all->slot_mask;
    for (; all->slots[at] != 0; at = (at + 1) & all->slot_mask) {
        const struct tta_model *other = &all->rows[all->slots[at] - 1].model;
        if (other->provider == model->provider && strcmp(other->id, id) == 0 && strcmp(other->origin, origin) == 0) {
            break;
        }
    }
    return at;
}

/* The text behind "ORIGIN/", or the whole. */
static const char *without_origin(const char *id, const char *origin)
{
    size_t len = strlen(origin);
    return strncmp(id, origin, len) == 0 && id[len] == '/' && id[len + 1] != '\0' ? id + len + 1 : id;
}

static void take_source(struct tta_row *row, const struct tta_row *from, enum tta_field field)
{
    row->sources[field] = from->sources[field];
}

static void fill_prices(struct tta_row *row, const struct tta_row *from)
{
    struct tta_model *model = &row->model;
    if (model->prompt_price_pusd != TTA_UNKNOWN || model->completion_price_pusd != TTA_UNKNOWN) {
        return;
    }
    model->prompt_price_pusd = from->model.prompt_price_pusd;
    model->completion_price_pusd = from->model.completion_price_pusd;
    model->request_price_pusd = from->model.request_price_pusd;
    model->price_rules = from->model.price_rules;
    model->price_rule_count = from->model.price_rule_count;
    model->is_free = from->model.is_free;
    row->compat_cost_usd = from->compat_cost_usd;
    take_source(row, from, TTA_FIELD_PROMPT_PRICE);
    take_source(row, from, TTA_FIELD_COMPLETION_PRICE);
}

/* What a request may use of a model of one's own is decided where it runs: a table knows the longest alone. */
static void fill_context(struct tta_row *row, const struct tta_row *from, bool from_table)
{
    struct tta_model *model = &row->model;
    int64_t stated = from->model.context_tokens, longest = from->model.longest_context_tokens;
    bool is_longest = from_table && tta_model_is_local(model);
    longest = is_longest && longest <= 0 ? stated : longest;
    if (model->context_tokens == TTA_UNKNOWN && stated != TTA_UNKNOWN && !is_longest) {
        model->context_tokens = stated;
        take_source(row, from, TTA_FIELD_CONTEXT);
    }
    if (model->longest_context_tokens <= 0 && longest > 0) {
        model->longest_context_tokens = longest;
        if (model->context_tokens == TTA_UNKNOWN) {
            take_source(row, from, TTA_FIELD_CONTEXT);
        }
    }
}

static void fill_size(struct tta_row *row, const struct tta_row *from)
{
    struct tta_model *model = &row->model;
    bool was_known = model->parameter_count > 0 || model->weight_bytes > 0 || model->quantization;
    model->parameter_count = model->parameter_count > 0 ? model->parameter_count : from->model.parameter_count;
    model->weight_bytes = model->weight_bytes > 0 ? model->weight_bytes : from->model.weight_bytes;
    model->quantization = model->quantization ? model->quantization : from->model.quantization;
    if (model->context_bytes_per_token <= 0) {
        model->context_bytes_per_token = from->model.context_bytes_per_token;
    }
    if (!was_known) {
        take_source(row, from, TTA_FIELD_SIZE);
    }
}

/* What is true of a model wherever it runs. */
static void fill_facts_of_the_model(struct tta_row *row, const struct tta_row *from)
{
    struct tta_model *model = &row->model;
    const struct tta_model *other = &from->model;
    if (model->capabilities == 0 && other->capabilities != 0) {
        model->capabilities = other->capabilities;
        take_source(row, from, TTA_FIELD_CAPABILITIES);
    }
    if (model->safety_score < 0 && other->safety_score >= 0) {
        model->safety_score = other->safety_score;
        take_source(row, from, TTA_FIELD_SAFETY);
    }
    if (model->performance_score < 0 && other->performance_score >= 0) {
        model->performance_score = other->performance_score;
        take_source(row, from, TTA_FIELD_PERFORMANCE);
    }
    if (model->intelligence_index <= 0 && other->intelligence_index > 0) {
        model->intelligence_index = other->intelligence_index;
        take_source(row, from, TTA_FIELD_INTELLIGENCE);
    }
    if (row->sources[TTA_FIELD_NAME] == TTA_SOURCE_NOWHERE && from->sources[TTA_FIELD_NAME] != TTA_SOURCE_NOWHERE) {
        model->name = other->name;
        take_source(row, from, TTA_FIELD_NAME);
    }
}

/* What another list states of the same offer. */
static void fill_facts_of_the_offer(struct tta_row *row, const struct tta_row *from, bool from_table)
{
    struct tta_model *model = &row->model;
    const struct tta_model *other = &from->model;
    fill_prices(row, from);
    fill_context(row, from, from_table);
    fill_size(row, from);
    fill_facts_of_the_model(row, from);
    if (model->max_completion_tokens == TTA_UNKNOWN && other->max_completion_tokens != TTA_UNKNOWN) {
        model->max_completion_tokens = other->max_completion_tokens;
        take_source(row, from, TTA_FIELD_MAX_COMPLETION);
    }
    if (model->expires_unix_s == 0 && other->expires_unix_s > 0) {
        model->expires_unix_s = other->expires_unix_s;
        take_source(row, from, TTA_FIELD_EXPIRY);
    }
    model->canonical_id = model->canonical_id ? model->canonical_id : other->canonical_id;
    model->alias_of = model->alias_of ? model->alias_of : other->alias_of;
    row->compat_capabilities = row->compat_capabilities ? row->compat_capabilities : from->compat_capabilities;
}

static void collect_row(struct collection *all, const struct tta_part *part, const struct tta_row *from)
{
    const struct tta_model *model = &from->model;
    const char *origin = origin_in(part, model);
    size_t at = slot_of(all, model, origin, model->id);
    if (all->slots[at] == 0 && part->facts_only && model->provider == TTA_PROVIDER_CUSTOM) {
        at = slot_of(all, model, origin, without_origin(model->id, origin));
    }
    if (all->slots[at] != 0) {
        fill_facts_of_the_offer(&all->rows[all->slots[at] - 1], from, part->facts_only);
    } else if (!part->facts_only) {
        all->rows[all->count] = *from;
        all->rows[all->count].model.origin = origin;
        all->slots[at] = (uint32_t)++all->count;
    }
}

/* Each takes what it lacks from the first of its group, which has taken from the others before. */
static void share_within_groups(struct collection *all)
{
    for (size_t row = 0; row < all->count; row++) {
        struct tta_row *first = &all->rows[all->rows[row].group];
        if (first != &all->rows[row]) {
            fill_facts_of_the_model(first, &all->rows[row]);
            if (first->model.longest_context_tokens <= 0 && all->rows[row].model.longest_context_tokens > 0) {
                first->model.longest_context_tokens = all->rows[row].model.longest_context_tokens;
            }
        }
    }
    for (size_t row = 0; row < all->count; row++) {
        fill_facts_of_the_model(&all->rows[row], &all->rows[all->rows[row].group]);
    }
}

static bool allocate(struct collection *all, const struct tta_part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        all->capacity += parts[i].facts_only ? 0 : parts[i].catalogue->count;
    }
    size_t slot_count = 8;
    while (slot_count < 2 * all->capacity) {
        slot_count *= 2;
    }
    all->slot_mask = slot_count - 1;
    all->rows = base_alloc_array(all->capacity, sizeof(*all->rows));
    all->slots = base_alloc_array(slot_count, sizeof(*all->slots));
    return all->rows && all->slots;
}

enum tta_status tta_catalogue_merge(const struct tta_part *parts, size_t count, struct tta_catalogue **out_catalogue,
                                    struct tta_error *err)
{
    struct collection all = {0};
    bool complete = allocate(&all, parts, count);
    for (size_t i = 0; i < count && complete; i++) {
        for (size_t row = 0; row < parts[i].catalogue->count; row++) {
            collect_row(&all, &parts[i], &parts[i].catalogue->rows[row]);
        }
    }
    free(all.slots);
    if (!complete || !tta_group_rows(all.rows, all.count)) {
        free(all.rows);
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory to merge %zu models", all.capacity);
    }
    share_within_groups(&all);
    return tta_catalogue_adopt(all.rows, all.count, out_catalogue, err); /* which takes the rows */
}
