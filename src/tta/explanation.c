// SPDX-License-Identifier: MIT
/* Why models are out, and what would let them in. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "tta/board.h"

void tta_explain(const struct tta_selector *selector, const struct tta_requirements *requirements,
                 struct tta_verdict *out_verdicts)
{
    const struct tta_scorer *scorer = &selector->scorer;
    assert((int)requirements->task >= 0 && requirements->task < TTA_TASK_COUNT);
    for (size_t i = 0; i < selector->catalogue->count; i++) {
        const struct tta_row *row = &selector->catalogue->rows[i];
        struct tta_score score = tta_score_of(scorer, row, requirements->task);
        enum tta_reason reason = tta_first_miss(scorer, row, i, score.total, requirements);
        uint64_t missing = tta_missing_of(scorer, row, requirements);
        struct tta_live_points live = tta_live_points_of(scorer, requirements->live, i);
        score.availability = live.availability;
        score.latency = live.latency;
        score.total += live.availability + live.latency;
        out_verdicts[i] = (struct tta_verdict){
            .row = i,
            .reason = reason,
            .missing = reason == TTA_REASON_CAPABILITIES ? missing : 0,
            .score = score,
        };
    }
}

/* A value and the limit it is held against. */
struct comparison {
    double value, limit;
    bool is_stated;
    bool is_least; /* the limit is one from below */
};

static struct comparison compare_latency(const struct tta_scorer *scorer, const struct tta_row *row, size_t index,
                                         const struct tta_requirements *requirements)
{
    double goodness;
    struct comparison result = {.limit = (double)requirements->max_latency_ms};
    if (tta_latency_is_live(scorer, requirements) && requirements->live->latency_ms[index] >= 0) {
        result.value = (double)requirements->live->latency_ms[index];
        result.is_stated = true;
    } else if (tta_goodness(scorer, row, TTA_LIMIT_LATENCY, &goodness)) {
        result.value = -goodness;
        result.is_stated = true;
    }
    return result;
}

static struct comparison compare_cost(const struct tta_scorer *scorer, const struct tta_row *row,
                                      const struct tta_requirements *requirements)
{
    double goodness;
    if (scorer->criteria.rules == TTA_RULES_COMPAT) {
        bool is_stated = tta_goodness(scorer, row, TTA_LIMIT_COST, &goodness);
        double cost = is_stated ? -goodness : 0;
        return (struct comparison){cost, requirements->compat_max_cost_per_token, is_stated, false};
    }
    int64_t cost = tta_model_cost_pusd(&row->model, &requirements->size);
    return (struct comparison){(double)cost, (double)requirements->max_cost_pusd, cost >= 0, false};
}

/* A limit by its goodness, which is negated where the limit is one from above. */
static struct comparison compare_limit(const struct tta_scorer *scorer, const struct tta_row *row,
                                       const struct tta_requirements *requirements, enum tta_limit limit, bool is_least)
{
    double goodness = 0, bound = 0, sign = is_least ? 1 : -1;
    bool is_stated = tta_goodness(scorer, row, limit, &goodness) && isfinite(goodness);
    (void)tta_bound(scorer, requirements, limit, &bound); /* it is in force, for it was missed */
    return (struct comparison){is_stated ? sign * goodness : 0, sign * bound, is_stated, is_least};
}

static struct comparison compare_safety(const struct tta_scorer *scorer, const struct tta_row *row,
                                        const struct tta_requirements *requirements)
{
    double score = row->model.safety_score, limit = 0;
    if (requirements->safety_required) {
        limit = scorer->criteria.min_safety_score;
    }
    if (requirements->has_min_safety) {
        limit = fmax(limit, requirements->min_safety);
    }
    return (struct comparison){fmax(score, 0), limit, score >= 0, true};
}

static struct comparison compare(const struct tta_scorer *scorer, const struct tta_row *row, size_t index,
                                 const struct tta_requirements *requirements, enum tta_reason reason)
{
    switch (reason) {
    case TTA_REASON_LATENCY:
        return compare_latency(scorer, row, index, requirements);
    case TTA_REASON_COST:
        return compare_cost(scorer, row, requirements);
    case TTA_REASON_SAFETY:
        return compare_safety(scorer, row, requirements);
    case TTA_REASON_PROMPT_PRICE:
        return compare_limit(scorer, row, requirements, TTA_LIMIT_PROMPT_PRICE, false);
    case TTA_REASON_COMPLETION_PRICE:
        return compare_limit(scorer, row, requirements, TTA_LIMIT_COMPLETION_PRICE, false);
    case TTA_REASON_QUALITY:
        return compare_limit(scorer, row, requirements, TTA_LIMIT_QUALITY, true);
    case TTA_REASON_CONTEXT:
        return compare_limit(scorer, row, requirements, TTA_LIMIT_CONTEXT, true);
    case TTA_REASON_FITS:
    case TTA_REASON_UNAVAILABLE:
    case TTA_REASON_EXPIRED:
    case TTA_REASON_PROVIDER:
    case TTA_REASON_NOT_LOCAL:
    case TTA_REASON_NOT_FREE:
    case TTA_REASON_CAPABILITIES:
    case TTA_REASON_SCORE:
    case TTA_REASON_COUNT:
        break;
    }
    return (struct comparison){0, 0, false, false};
}

/* 0 at the limit, 1 infinitely far from it. */
static double shortfall_of(const struct comparison *comparison)
{
    double smaller = comparison->is_least ? comparison->value : comparison->limit;
    double larger = comparison->is_least ? comparison->limit : comparison->value;
    return comparison->is_stated && larger > 0 ? 1 - fmax(smaller, 0) / larger : 1;
}

/* The one requirement that a model misses, as a reason and, among capabilities, the one it lacks; false if it
 * misses none or several. */
static bool misses_one(const struct tta_selector *selector, const struct tta_requirements *requirements, size_t index,
                       double score, struct tta_near_miss *out_miss)
{
    const struct tta_scorer *scorer = &selector->scorer;
    const struct tta_row *row = &selector->catalogue->rows[index];
    *out_miss = (struct tta_near_miss){.row = index, .reason = TTA_REASON_FITS, .score = score};
    for (int reason = TTA_REASON_FITS + 1; reason < TTA_REASON_COUNT; reason++) {
        if (tta_misses(scorer, row, index, score, requirements, (enum tta_reason)reason)) {
            if (out_miss->reason != TTA_REASON_FITS) {
                return false;
            }
            out_miss->reason = (enum tta_reason)reason;
        }
    }
    if (out_miss->reason == TTA_REASON_CAPABILITIES) {
        out_miss->missing = tta_missing_of(scorer, row, requirements);
        return (out_miss->missing & (out_miss->missing - 1)) == 0;
    }
    return out_miss->reason != TTA_REASON_FITS;
}

static bool is_nearer(const struct tta_near_miss *a, const struct tta_near_miss *b)
{
    if (a->shortfall != b->shortfall) {
        return a->shortfall < b->shortfall;
    }
    return a->score != b->score ? a->score > b->score : a->row < b->row;
}

static size_t insert_miss(struct tta_near_miss *misses, size_t count, size_t capacity, const struct tta_near_miss *miss)
{
    if (capacity == 0 || (count == capacity && !is_nearer(miss, &misses[count - 1]))) {
        return count;
    }
    size_t at = count < capacity ? count : capacity - 1;
    for (; at > 0 && is_nearer(miss, &misses[at - 1]); at--) {
        misses[at] = misses[at - 1];
    }
    misses[at] = *miss;
    return count < capacity ? count + 1 : capacity;
}

static void count_relaxation(struct tta_relaxation *relaxations, size_t *count, const struct tta_near_miss *miss)
{
    size_t at = 0;
    while (at < *count && (relaxations[at].reason != miss->reason || relaxations[at].capability != miss->missing)) {
        at++;
    }
    if (at == *count) {
        relaxations[(*count)++] = (struct tta_relaxation){.reason = miss->reason, .capability = miss->missing};
    }
    relaxations[at].lets_in++;
}

static int most_first(const void *a, const void *b)
{
    const struct tta_relaxation *left = a, *right = b;
    if (left->lets_in != right->lets_in) {
        return left->lets_in > right->lets_in ? -1 : 1;
    }
    if (left->reason != right->reason) {
        return left->reason < right->reason ? -1 : 1;
    }
    return left->capability < right->capability ? -1 : left->capability > right->capability;
}

size_t tta_near_misses(const struct tta_selector *selector, const struct tta_requirements *requirements,
                       struct tta_near_miss *out_misses, size_t capacity, size_t *out_count,
                       struct tta_relaxation out_relaxations[TTA_MAX_RELAXATIONS])
{
    const struct tta_board *board = tta_board_of(selector, requirements->task);
    size_t count = 0, relaxation_count = 0;
    for (size_t row = 0; row < selector->catalogue->count; row++) {
        struct tta_near_miss miss;
        if (!misses_one(selector, requirements, row, board->scores[row], &miss)) {
            continue;
        }
        struct comparison comparison =
            compare(&selector->scorer, &selector->catalogue->rows[row], row, requirements, miss.reason);
        miss.is_stated = comparison.is_stated;
        miss.value = comparison.is_stated ? comparison.value : 0;
        miss.shortfall = shortfall_of(&comparison);
        count = insert_miss(out_misses, count, capacity, &miss);
        if (miss.reason != TTA_REASON_SCORE) { /* which is no requirement */
            count_relaxation(out_relaxations, &relaxation_count, &miss);
        }
    }
    qsort(out_relaxations, relaxation_count, sizeof(*out_relaxations), most_first);
    *out_count = count;
    return relaxation_count;
}
