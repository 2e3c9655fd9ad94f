// SPDX-License-Identifier: MIT
/*
 * The Pareto frontier: in the order of cost, then of quality, then of latency,
 * nothing that comes later can beat what came before, so each is held only
 * against those that are on the frontier already.
 */
#include <stdlib.h>

#include "base/num.h"
#include "tta/board.h"

static int cheapest_first(const void *a, const void *b)
{
    const struct tta_tradeoff *left = a, *right = b;
    if (left->cost_pusd != right->cost_pusd) {
        return left->cost_pusd < right->cost_pusd ? -1 : 1;
    }
    if (left->quality != right->quality) {
        return left->quality > right->quality ? -1 : 1; /* unknown is below 0 */
    }
    uint32_t fast = (uint32_t)left->latency_ms, other = (uint32_t)right->latency_ms; /* -1, unknown, is the largest */
    if (fast != other) {
        return fast < other ? -1 : 1;
    }
    return left->row < right->row ? -1 : left->row > right->row;
}

/* Whether `a`, which does not cost more, is as good as `b` in the rest, and better in something. */
static bool beats(const struct tta_tradeoff *a, const struct tta_tradeoff *b)
{
    uint32_t fast = (uint32_t)a->latency_ms, other = (uint32_t)b->latency_ms;
    bool is_as_good = a->quality >= b->quality && fast <= other;
    return is_as_good && (a->cost_pusd < b->cost_pusd || a->quality > b->quality || fast < other);
}

static size_t keep_frontier(struct tta_tradeoff *all, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_beaten = false;
        for (size_t j = 0; j < kept && !is_beaten; j++) {
            is_beaten = beats(&all[j], &all[i]);
        }
        if (!is_beaten) {
            all[kept++] = all[i];
        }
    }
    return kept;
}

enum tta_status tta_tradeoffs(const struct tta_selector *selector, const struct tta_requirements *requirements,
                              struct tta_tradeoff **out_tradeoffs, size_t *out_count)
{
    const struct tta_catalogue *catalogue = selector->catalogue;
    const int32_t *latency_ms = requirements->live ? requirements->live->latency_ms : NULL;
    struct tta_choice *choices = base_alloc_array(catalogue->count, sizeof(*choices));
    struct tta_tradeoff *all = base_alloc_array(catalogue->count, sizeof(*all));
    if (!choices || !all) {
        free(choices);
        free(all);
        return TTA_NO_MEMORY;
    }
    struct tta_request_size size = requirements->size;
    if (size.prompt_tokens == 0 && size.completion_tokens == 0) {
        size.prompt_tokens = 3; /* as in the score */
        size.completion_tokens = 1;
    }
    size_t fitting = tta_rank(selector, requirements, choices, catalogue->count), count = 0;
    for (size_t i = 0; i < fitting; i++) {
        size_t row = choices[i].row;
        int64_t cost = tta_model_cost_pusd(&catalogue->rows[row].model, &size);
        int32_t ms = latency_ms && latency_ms[row] >= 0 ? latency_ms[row] : -1;
        if (cost >= 0) {
            all[count++] = (struct tta_tradeoff){row, cost, catalogue->rows[row].quality, ms};
        }
    }
    free(choices);
    qsort(all, count, sizeof(*all), cheapest_first);
    *out_tradeoffs = all;
    *out_count = keep_frontier(all, count);
    return TTA_OK;
}
