// SPDX-License-Identifier: MIT
/*
 * What each set of rules makes of one model; include/tta/selection.h and
 * docs/compat.md say the rules.
 *
 * The compat score must come out to the last bit as the original's did in
 * Python, or models of equal merit change places: its terms are computed and
 * added in the original's order, in double, and this file is compiled without
 * fused multiplication and addition.
 */
#include "tta/score.h"

#include <math.h>

#include "base/text.h"

/* Three prompt tokens to one completion token; false if a price is not known. */
static bool expected_price(const struct tta_model *model, double *out_price)
{
    if (model->prompt_price_pusd < 0 || model->completion_price_pusd < 0) {
        return false;
    }
    *out_price = (double)(3 * model->prompt_price_pusd + model->completion_price_pusd);
    return true;
}

struct tta_scorer tta_scorer_of(const struct tta_catalogue *catalogue, const struct tta_criteria *criteria)
{
    double cheapest = INFINITY, dearest = 0, price;
    for (size_t row = 0; row < catalogue->count; row++) {
        if (expected_price(&catalogue->rows[row].model, &price) && price > 0) {
            cheapest = fmin(cheapest, price);
            dearest = fmax(dearest, price);
        }
    }
    struct tta_scorer scorer = {.criteria = *criteria};
    if (dearest > 0) {
        scorer.log_cheapest = log(cheapest);
        scorer.log_span = log(dearest) - scorer.log_cheapest;
    }
    return scorer;
}

static double task_points(enum tta_task task, uint64_t capabilities)
{
    static const uint64_t suits[TTA_TASK_COUNT] = {
        [TTA_TASK_NARRATIVE_GENERATION] = TTA_CAN_CREATIVE_WRITING | TTA_CAN_STORYTELLING | TTA_CAN_LONG_FORM,
        [TTA_TASK_DIALOGUE_GENERATION] = TTA_CAN_CONVERSATION | TTA_CAN_CHAT | TTA_CAN_DIALOGUE,
        [TTA_TASK_CHARACTER_DEVELOPMENT] = TTA_CAN_CHARACTER | TTA_CAN_PERSONALITY | TTA_CAN_PSYCHOLOGY,
        [TTA_TASK_THERAPEUTIC_RESPONSE] = TTA_CAN_EMPATHY | TTA_CAN_SAFETY | TTA_CAN_THERAPEUTIC,
        [TTA_TASK_WORLD_BUILDING] = TTA_CAN_CREATIVE_WRITING | TTA_CAN_WORLD_BUILDING | TTA_CAN_DESCRIPTION,
        [TTA_TASK_CHOICE_GENERATION] = TTA_CAN_DECISION_MAKING | TTA_CAN_OPTIONS | TTA_CAN_BRANCHING,
        [TTA_TASK_CONSEQUENCE_ANALYSIS] = TTA_CAN_ANALYSIS | TTA_CAN_REASONING | TTA_CAN_LOGIC,
        [TTA_TASK_GENERAL_CHAT] = TTA_CAN_CHAT | TTA_CAN_CONVERSATION | TTA_CAN_GENERAL,
    };
    return 0.5 * __builtin_popcountll(suits[task] & capabilities);
}

/* Compat: the first family that the id contains. */
static double family_points(enum tta_task task, const char *id)
{
    static const struct {
        enum tta_task task;
        const char *part;
        double points;
    } families[] = {
        {TTA_TASK_NARRATIVE_GENERATION, "anthropic/claude", 2.0},
        {TTA_TASK_NARRATIVE_GENERATION, "meta-llama/llama-3.1", 1.5},
        {TTA_TASK_NARRATIVE_GENERATION, "qwen/qwen2.5", 1.0},
        {TTA_TASK_THERAPEUTIC_RESPONSE, "anthropic/claude", 2.5},
        {TTA_TASK_THERAPEUTIC_RESPONSE, "openai/gpt-4", 2.0},
        {TTA_TASK_THERAPEUTIC_RESPONSE, "meta-llama/llama-3.1", 1.0},
        {TTA_TASK_DIALOGUE_GENERATION, "meta-llama/llama-3.1", 2.0},
        {TTA_TASK_DIALOGUE_GENERATION, "anthropic/claude", 1.5},
        {TTA_TASK_DIALOGUE_GENERATION, "qwen/qwen2.5", 1.0},
    };
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        if (families[i].task == task && base_str_contains_ignoring_case(base_str(id), base_str(families[i].part))) {
            return families[i].points;
        }
    }
    return 0;
}

static double cost_points(const struct tta_scorer *scorer, const struct tta_model *model)
{
    double price;
    if (!expected_price(model, &price)) {
        return 0;
    }
    if (price <= 0 || scorer->log_span <= 0) {
        return 10;
    }
    return 10 * (1 - (log(price) - scorer->log_cheapest) / scorer->log_span);
}

/* The scale ends at 0.01 USD a token, which the original took for the dearest
 * there is.  NAN, unknown, counts like nothing. */
static double compat_cost_points(double cost_usd)
{
    return cost_usd > 0 ? fmax(0, 10.0 * (1 - fmin(cost_usd / 0.01, 1.0))) : 10.0;
}

/* The providers of which the original took unknown safety for good.  Its
 * "custom_api" served OpenAI's and Anthropic's interfaces too. */
bool tta_is_trusted_by_compat(enum tta_provider provider)
{
    return provider == TTA_PROVIDER_OPENROUTER || provider == TTA_PROVIDER_CUSTOM ||
           provider == TTA_PROVIDER_OPENAI || provider == TTA_PROVIDER_ANTHROPIC;
}

/* `or_unknown` if the score is unknown; a score of 0 was unknown to the original. */
static double score_or(double score, double or_unknown, bool compat)
{
    bool is_unknown = compat ? score <= 0 : score < 0;
    return is_unknown ? or_unknown : score;
}

struct tta_score tta_score_of(const struct tta_scorer *scorer, const struct tta_row *row, enum tta_task task)
{
    const struct tta_criteria *criteria = &scorer->criteria;
    const struct tta_model *model = &row->model;
    bool compat = tta_is_compat(scorer);
    double unknown_safety = compat && tta_is_trusted_by_compat(model->provider) ? 7.0 : 5.0;
    double points = compat ? compat_cost_points(row->compat_cost_usd) : cost_points(scorer, model);
    double free_points = criteria->prefer_free && tta_is_free(scorer, row) ? 1.0 : 0.0;
    bool is_local = compat ? model->provider == TTA_PROVIDER_LOCAL : tta_model_is_local(model);
    double local_points = criteria->prefer_local && is_local ? 1.0 : 0.0;
    double origin_points = criteria->preferred.bits[row->origin / 64] >> row->origin % 64 & 1 ? 1.0 : 0.0;
    struct tta_score score = {
        .performance = criteria->performance_weight *
                       score_or(compat ? model->performance_score : row->quality, 5.0, compat),
        .safety = criteria->safety_weight * score_or(model->safety_score, unknown_safety, compat),
        .cost = criteria->cost_weight * points,
        .task = task_points(task, tta_capabilities_of(scorer, row)),
        .family = compat ? family_points(task, model->id) : 0,
        .preference = free_points + local_points + origin_points,
    };
    score.total = score.performance + score.safety;
    score.total += score.cost;
    score.total += score.task + score.family;
    score.total += free_points;
    score.total += local_points;
    score.total += origin_points;
    return score;
}

struct tta_live_points tta_live_points_of(const struct tta_scorer *scorer, const struct tta_live *live, size_t row)
{
    const struct tta_criteria *criteria = &scorer->criteria;
    if (!live || tta_is_compat(scorer)) {
        return (struct tta_live_points){0, 0};
    }
    double ratio = live->success_ratio && live->success_ratio[row] >= 0 ? fmin(live->success_ratio[row], 1) : 1;
    double ms = live->latency_ms && live->latency_ms[row] >= 0 ? (double)live->latency_ms[row] : 1000;
    return (struct tta_live_points){
        .availability = criteria->availability_weight * 10 * ratio,
        .latency = criteria->latency_weight * 10 / (1 + ms / 1000),
    };
}
bool tta_is_free(const struct tta_scorer *scorer, const struct tta_row *row)
{
    return tta_is_compat(scorer) ? row->compat_cost_usd == 0 : row->model.is_free;
}

uint64_t tta_capabilities_of(const struct tta_scorer *scorer, const struct tta_row *row)
{
    return tta_is_compat(scorer) ? row->compat_capabilities : row->model.capabilities;
}
