// SPDX-License-Identifier: MIT
/*
 * Series of one provider and model hash alike, so whoever asks for all tasks of a
 * model walks one chain, and whoever asks for anything else walks them all.
 */
#include "tta/metric_series.h"

#include "base/hash.h"
#include "base/num.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    char *provider; /* and behind its NUL the model */
    const char *model;
    enum tta_task task;
    uint32_t next; /* in the chain: a number and 1; 0 at its end */
};

struct series_table {
    size_t max_count, count;
    size_t head_mask;
    uint32_t *heads; /* of chains: a number and 1; 0 of none */
    struct entry entries[];
};

struct series_table *tta_series_table_create(size_t max_count)
{
    size_t heads = 1;
    while (heads < max_count) {
        heads *= 2;
    }
    struct series_table *table = calloc(1, sizeof(*table) + max_count * sizeof(table->entries[0]));
    uint32_t *chains = table ? base_alloc_array(heads, sizeof(*chains)) : NULL;
    if (!chains) {
        free(table);
        return NULL;
    }
    table->max_count = max_count;
    table->head_mask = heads - 1;
    table->heads = chains;
    return table;
}

void tta_series_table_destroy(struct series_table *table)
{
    if (!table) {
        return;
    }
    for (size_t i = 0; i < table->count; i++) {
        free(table->entries[i].provider);
    }
    free(table->heads);
    free(table);
}

size_t tta_series_table_count(const struct series_table *table)
{
    return table->count;
}

struct tta_series tta_series_table_at(const struct series_table *table, uint32_t number)
{
    const struct entry *entry = &table->entries[number];
    return (struct tta_series){.provider = entry->provider, .model = entry->model, .task = entry->task};
}

static bool is_label(const char *text, bool may_be_empty)
{
    size_t len = text ? strnlen(text, TTA_MAX_ID_BYTES + 1) : 0;
    if (!text || len > TTA_MAX_ID_BYTES || (len == 0 && !may_be_empty)) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] < ' ' || text[i] == 127) {
            return false;
        }
    }
    return base_utf8_is_valid(base_str(text));
}

enum tta_status tta_series_check(const struct tta_series *series)
{
    bool is_good = is_label(series->provider, true) && is_label(series->model, false) &&
                   (unsigned)series->task <= TTA_TASK_COUNT;
    return is_good ? TTA_OK : TTA_BAD_ARGUMENT;
}

static uint32_t *head_of(const struct series_table *table, const char *provider, const char *model)
{
    uint64_t hash = base_hash_add(BASE_HASH_START, (struct str){provider, strlen(provider) + 1});
    hash = base_hash_add(hash, base_str(model));
    return &table->heads[(hash ^ hash >> 32) & table->head_mask];
}

enum tta_status tta_series_table_find(const struct series_table *table, const struct tta_series *series,
                                      uint32_t *out_number)
{
    const struct tta_series_filter filter = {series->provider, series->model, true, series->task};
    uint32_t number = tta_series_table_first(table, &filter);
    if (number == table->count) {
        return TTA_NOT_FOUND;
    }
    *out_number = number;
    return TTA_OK;
}

enum tta_status tta_series_table_add(struct series_table *table, const struct tta_series *series)
{
    size_t provider_size = strlen(series->provider) + 1, model_size = strlen(series->model) + 1;
    if (table->count == table->max_count) {
        return TTA_TOO_LARGE;
    }
    char *text = malloc(provider_size + model_size);
    if (!text) {
        return TTA_NO_MEMORY;
    }
    memcpy(text, series->provider, provider_size);
    memcpy(text + provider_size, series->model, model_size);
    uint32_t *head = head_of(table, series->provider, series->model);
    table->entries[table->count++] =
        (struct entry){.provider = text, .model = text + provider_size, .task = series->task, .next = *head};
    *head = (uint32_t)table->count;
    return TTA_OK;
}

static bool lets_through(const struct tta_series_filter *filter, const struct entry *entry)
{
    return (!filter->has_task || filter->task == entry->task) &&
           (!filter->model || strcmp(filter->model, entry->model) == 0) &&
           (!filter->provider || strcmp(filter->provider, entry->provider) == 0);
}

bool tta_series_table_lets_through(const struct series_table *table, const struct tta_series_filter *filter,
                                   uint32_t number)
{
    return lets_through(filter, &table->entries[number]);
}

/* The first from a place of a chain on, or of all, that the filter lets through. */
static uint32_t seek(const struct series_table *table, const struct tta_series_filter *filter, size_t number)
{
    bool by_chain = filter->provider && filter->model;
    while (number < table->count && !lets_through(filter, &table->entries[number])) {
        uint32_t next = table->entries[number].next;
        number = !by_chain ? number + 1 : next != 0 ? next - 1 : table->count;
    }
    return (uint32_t)number;
}

uint32_t tta_series_table_first(const struct series_table *table, const struct tta_series_filter *filter)
{
    if (!filter->provider || !filter->model) {
        return seek(table, filter, 0);
    }
    uint32_t head = *head_of(table, filter->provider, filter->model);
    return seek(table, filter, head != 0 ? head - 1 : table->count);
}

uint32_t tta_series_table_next(const struct series_table *table, const struct tta_series_filter *filter,
                               uint32_t number)
{
    if (!filter->provider || !filter->model) {
        return seek(table, filter, (size_t)number + 1);
    }
    uint32_t next = table->entries[number].next;
    return seek(table, filter, next != 0 ? next - 1 : table->count);
}
