// SPDX-License-Identifier: MIT
#include "tta/chain.h"

#include <assert.h>
#include <string.h>

enum { LOOKED_AT = 256 }; /* of the models that fit, for alternatives */

/* The least context that a prompt which did not fit into another may be worth trying in. */
#define LARGER_BY 1.5

static const char *const kind_names[] = {"first", "same_model", "alternative", "larger"};

const char *tta_link_kind_name(enum tta_link_kind kind)
{
    return (unsigned)kind < TTA_LINK_KIND_COUNT ? kind_names[kind] : "?";
}

struct tta_chain_options tta_chain_defaults(void)
{
    return (struct tta_chain_options){.same_model = 3, .alternatives = 3, .larger = 2};
}

/* A chain that is being made. */
struct making {
    const struct tta_selector *selector;
    const struct tta_catalogue *catalogue;
    const struct tta_requirements *requirements;
    struct tta_link *links;
    size_t count;
};

static void add(struct making *making, size_t row, enum tta_link_kind kind, double score)
{
    making->links[making->count++] = (struct tta_link){.row = row, .kind = kind, .score = score};
}

static bool has_group(const struct making *making, size_t group)
{
    for (size_t i = 0; i < making->count; i++) {
        if (tta_catalogue_group(making->catalogue, making->links[i].row) == group) {
            return true;
        }
    }
    return false;
}

static bool is_by_same(const struct making *making, size_t row, size_t other_row)
{
    const struct tta_model *model = tta_catalogue_peek(making->catalogue, row);
    const struct tta_model *other = tta_catalogue_peek(making->catalogue, other_row);
    return model->provider == other->provider && strcmp(model->origin, other->origin) == 0;
}

/* Keeps the best `most` links from `from` on in order; equals stay as they came. */
static void insert(struct making *making, size_t from, size_t most, struct tta_link link)
{
    size_t at = making->count;
    while (at > from && making->links[at - 1].score < link.score) {
        at--;
    }
    if (at - from >= most) {
        return;
    }
    making->count += making->count - from < most;
    for (size_t i = making->count - 1; i > at; i--) {
        making->links[i] = making->links[i - 1];
    }
    making->links[at] = link;
}

static void add_same_model(struct making *making, size_t most)
{
    size_t first = making->links[0].row, group = tta_catalogue_group(making->catalogue, first);
    size_t from = making->count, rows = tta_catalogue_count(making->catalogue);
    for (size_t row = group; row < rows; row++) { /* the group's number is its first row */
        if (row != first && tta_catalogue_group(making->catalogue, row) == group &&
            tta_fits(making->selector, making->requirements, row)) {
            double score = tta_selector_score(making->selector, making->requirements->task, row);
            insert(making, from, most, (struct tta_link){.row = row, .kind = TTA_LINK_SAME_MODEL, .score = score});
        }
    }
}

/* The last place is kept for somebody else's model, should all before be by the first's provider. */
static void add_alternatives(struct making *making, size_t most)
{
    struct tta_choice choices[LOOKED_AT];
    size_t first = making->links[0].row, found = 0;
    size_t count = most > 0 ? tta_rank(making->selector, making->requirements, choices, LOOKED_AT) : 0;
    bool has_other = false;
    for (size_t i = 0; i < count && found < most; i++) {
        bool is_other = !is_by_same(making, choices[i].row, first);
        if (has_group(making, tta_catalogue_group(making->catalogue, choices[i].row)) ||
            (found + 1 == most && !has_other && !is_other)) {
            continue;
        }
        add(making, choices[i].row, TTA_LINK_ALTERNATIVE, choices[i].score);
        has_other = has_other || is_other;
        found++;
    }
    for (size_t i = 0; i < count && found < most; i++) { /* there is nobody else */
        if (!has_group(making, tta_catalogue_group(making->catalogue, choices[i].row))) {
            add(making, choices[i].row, TTA_LINK_ALTERNATIVE, choices[i].score);
            found++;
        }
    }
}

static int64_t largest_context(const struct making *making)
{
    int64_t largest = 0;
    for (size_t i = 0; i < making->count; i++) {
        int64_t context = tta_catalogue_peek(making->catalogue, making->links[i].row)->context_tokens;
        largest = context > largest ? context : largest;
    }
    return largest;
}

static void add_larger(struct making *making, size_t most)
{
    struct tta_requirements requirements = *making->requirements;
    requirements.unknown_passes = false; /* which would be no larger than anything */
    for (size_t i = 0; i < most; i++) {
        struct tta_choice choice;
        int64_t needed = (int64_t)((double)largest_context(making) * LARGER_BY) + 1;
        if (needed > requirements.min_context_tokens) {
            requirements.min_context_tokens = needed;
        }
        if (tta_select(making->selector, &requirements, &choice) != TTA_OK ||
            tta_catalogue_peek(making->catalogue, choice.row)->context_tokens < needed) { /* compat: unknown passes */
            return;
        }
        add(making, choice.row, TTA_LINK_LARGER, choice.score);
    }
}

enum tta_status tta_chain_compute(const struct tta_selector *selector, const struct tta_requirements *requirements,
                                  size_t first_row, const struct tta_chain_options *options,
                                  struct tta_link *out_links, size_t *out_count)
{
    struct making making = {.selector = selector,
                            .catalogue = tta_selector_catalogue(selector),
                            .requirements = requirements,
                            .links = out_links};
    const size_t most = TTA_MAX_TARGETS - 1;
    if (options->same_model > most || options->alternatives > most || options->larger > most ||
        options->same_model + options->alternatives + options->larger > most ||
        (first_row != TTA_CHAIN_BEST && first_row >= tta_catalogue_count(making.catalogue))) {
        return TTA_BAD_ARGUMENT;
    }
    struct tta_choice first = {.row = first_row};
    if (first_row == TTA_CHAIN_BEST) {
        enum tta_status status = tta_select(selector, requirements, &first);
        if (status != TTA_OK) {
            return status;
        }
    } else {
        first.score = tta_selector_score(selector, requirements->task, first_row);
    }
    add(&making, first.row, TTA_LINK_FIRST, first.score);
    add_same_model(&making, options->same_model);
    add_alternatives(&making, options->alternatives);
    add_larger(&making, options->larger);
    *out_count = making.count;
    return TTA_OK;
}

/* How many keys of each link are used, so that all together are few enough. */
static void share_out(uint32_t *shares, size_t count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        shares[i] = shares[i] < TTA_MAX_TARGETS ? shares[i] : TTA_MAX_TARGETS;
        total += shares[i];
    }
    for (; total > TTA_MAX_TARGETS; total--) {
        size_t most = 0;
        for (size_t i = 1; i < count; i++) {
            most = shares[i] >= shares[most] ? i : most;
        }
        shares[most]--;
    }
}

size_t tta_chain_targets(const struct tta_catalogue *catalogue, const struct tta_link *links, size_t count,
                         const struct tta_chain_parts *parts, struct tta_target *out_targets)
{
    uint32_t shares[TTA_MAX_TARGETS];
    size_t written = 0;
    assert(count <= TTA_MAX_TARGETS);
    for (size_t i = 0; i < count; i++) {
        shares[i] = parts->key_count[parts->provider_of_row[links[i].row]];
    }
    share_out(shares, count);
    for (size_t i = 0; i < count; i++) {
        const struct tta_model *model = tta_catalogue_peek(catalogue, links[i].row);
        uint32_t provider = parts->provider_of_row[links[i].row];
        for (uint32_t key = 0; key < shares[i]; key++) {
            out_targets[written++] = (struct tta_target){
                .provider = provider,
                .row = (uint32_t)links[i].row,
                .key = parts->first_key[provider] + key,
                .model = (uint32_t)tta_catalogue_group(catalogue, links[i].row),
                .context_tokens = model->context_tokens,
                .is_free = model->is_free,
            };
        }
    }
    return written;
}
