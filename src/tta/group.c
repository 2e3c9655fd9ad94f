// SPDX-License-Identifier: MIT
/*
 * Names are compared by a hash of 64 bits: among the 300,000 names of the
 * largest catalogue the chance that two meet is one in four hundred million, and who
 * wants two to meet could as well give them one name.
 */
#include "tta/group.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"

struct name_slot {
    uint64_t name; /* 0: empty */
    uint32_t row;
};

struct name_table {
    struct name_slot *slots;
    size_t mask;
};

/* A provider that is the author of what it offers. */
static const char *author_of(enum tta_provider provider)
{
    return provider == TTA_PROVIDER_OPENAI ? "openai/" : provider == TTA_PROVIDER_ANTHROPIC ? "anthropic/" : "";
}

static uint64_t hash_name(const char *id, enum tta_provider provider)
{
    char text[TTA_MAX_ID_BYTES + 16];
    size_t len = 0;
    if (!strchr(id, '/')) {
        const char *author = author_of(provider);
        len = strlen(author);
        memcpy(text, author, len);
    }
    for (; *id != '\0' && !(*id == ':' && provider == TTA_PROVIDER_OPENROUTER) && len < sizeof(text); id++) {
        char c = *id;
        text[len++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == '.' || c == '_' ? '-' : c;
    }
    uint64_t hash = base_hash_add(BASE_HASH_START, (struct str){text, len});
    return hash != 0 ? hash : 1;
}

/* The first row of the group, with a shortcut for the next who asks. */
static uint32_t root_of(struct tta_row *rows, uint32_t row)
{
    while (rows[row].group != row) {
        rows[row].group = rows[rows[row].group].group;
        row = rows[row].group;
    }
    return row;
}

static void join(struct tta_row *rows, uint32_t a, uint32_t b)
{
    a = root_of(rows, a);
    b = root_of(rows, b);
    rows[a < b ? b : a].group = a < b ? a : b;
}

static void enter_name(struct name_table *table, struct tta_row *rows, uint32_t row, const char *id)
{
    if (!id || id[0] == '\0') {
        return;
    }
    uint64_t name = hash_name(id, rows[row].model.provider);
    size_t at = (size_t)(name ^ (name >> 32)) & table->mask;
    while (table->slots[at].name != 0 && table->slots[at].name != name) {
        at = (at + 1) & table->mask;
    }
    if (table->slots[at].name == name) {
        join(rows, row, table->slots[at].row);
    } else {
        table->slots[at] = (struct name_slot){name, row};
    }
}

bool tta_group_rows(struct tta_row *rows, size_t count)
{
    if (count == 1) {
        rows[0].group = 0;
        return true;
    }
    size_t slot_count = 8;
    while (slot_count < 6 * count) { /* three names a row, and at most half of the slots taken */
        slot_count *= 2;
    }
    struct name_table table = {base_alloc_array(slot_count, sizeof(*table.slots)), slot_count - 1};
    if (!table.slots) {
        return false;
    }
    for (uint32_t row = 0; row < count; row++) {
        const struct tta_model *model = &rows[row].model;
        rows[row].group = row;
        enter_name(&table, rows, row, model->id);
        enter_name(&table, rows, row, model->canonical_id);
        enter_name(&table, rows, row, model->alias_of);
    }
    for (uint32_t row = 0; row < count; row++) {
        rows[row].group = root_of(rows, row);
    }
    free(table.slots);
    return true;
}
