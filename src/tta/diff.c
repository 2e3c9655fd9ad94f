// SPDX-License-Identifier: MIT
#include "tta/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "tta/snapshot.h"

const char *tta_change_name(unsigned change)
{
    static const char *const names[] = {"removed",    "added",        "price",  "context",
                                        "completion", "capabilities", "expiry", "alias"};
    for (size_t bit = 0; bit < sizeof(names) / sizeof(names[0]); bit++) {
        if (change >> bit & 1) {
            return names[bit];
        }
    }
    return NULL;
}

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool are_same_prices(const struct tta_model *a, const struct tta_model *b)
{
    if (a->prompt_price_pusd != b->prompt_price_pusd || a->completion_price_pusd != b->completion_price_pusd ||
        a->request_price_pusd != b->request_price_pusd || a->is_free != b->is_free ||
        a->price_rule_count != b->price_rule_count) {
        return false;
    }
    for (size_t i = 0; i < a->price_rule_count; i++) {
        const struct tta_price_rule *x = &a->price_rules[i], *y = &b->price_rules[i];
        if (x->above_prompt_tokens != y->above_prompt_tokens || x->utc_from_minute != y->utc_from_minute ||
            x->utc_to_minute != y->utc_to_minute || x->prompt_price_pusd != y->prompt_price_pusd ||
            x->completion_price_pusd != y->completion_price_pusd) {
            return false;
        }
    }
    return true;
}

static unsigned compare(const struct tta_model *a, const struct tta_model *b)
{
    bool is_same_context = a->context_tokens == b->context_tokens &&
                           a->longest_context_tokens == b->longest_context_tokens;
    unsigned what = are_same_prices(a, b) ? 0 : TTA_CHANGE_PRICE;
    what |= is_same_context ? 0 : TTA_CHANGE_CONTEXT;
    what |= a->max_completion_tokens == b->max_completion_tokens ? 0 : TTA_CHANGE_COMPLETION;
    what |= a->capabilities == b->capabilities ? 0 : TTA_CHANGE_CAPABILITIES;
    what |= a->expires_unix_s == b->expires_unix_s ? 0 : TTA_CHANGE_EXPIRY;
    what |= is_same_text(a->alias_of, b->alias_of) ? 0 : TTA_CHANGE_ALIAS;
    return what;
}

enum tta_status tta_catalogue_diff(const struct tta_catalogue *old_catalogue,
                                   const struct tta_catalogue *new_catalogue, struct tta_change **out_changes,
                                   size_t *out_count)
{
    struct tta_change *changes = base_alloc_array(old_catalogue->count + new_catalogue->count, sizeof(*changes));
    size_t count = 0;
    if (!changes) {
        return TTA_NO_MEMORY;
    }
    for (size_t row = 0; row < old_catalogue->count; row++) {
        if (tta_catalogue_row_of(new_catalogue, &old_catalogue->rows[row].model) == SIZE_MAX) {
            changes[count++] = (struct tta_change){.what = TTA_CHANGE_REMOVED, .old_row = row};
        }
    }
    for (size_t row = 0; row < new_catalogue->count; row++) {
        const struct tta_model *model = &new_catalogue->rows[row].model;
        size_t old_row = tta_catalogue_row_of(old_catalogue, model);
        bool is_new = old_row == SIZE_MAX;
        unsigned what = is_new ? TTA_CHANGE_ADDED : compare(&old_catalogue->rows[old_row].model, model);
        if (what != 0) {
            changes[count++] = (struct tta_change){.what = what, .old_row = is_new ? 0 : old_row, .new_row = row};
        }
    }
    *out_changes = changes;
    *out_count = count;
    return TTA_OK;
}
