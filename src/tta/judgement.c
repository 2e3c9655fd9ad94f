// SPDX-License-Identifier: MIT
#include "tta/judgement.h"

#include <math.h>

/* The original's estimate of an answer's time, better models being faster. */
static double latency_ms(double performance_score)
{
    return 5000 / fmax(performance_score, 1.0);
}

/* True, and the value negated, if it was stated; dynamic is the worst of all. */
static bool price_goodness(int64_t price_pusd, double *out_goodness)
{
    *out_goodness = price_pusd == TTA_DYNAMIC ? (double)-INFINITY : -(double)price_pusd;
    return price_pusd != TTA_UNKNOWN;
}

static bool compat_goodness(const struct tta_row *row, enum tta_limit limit, double *out_goodness)
{
    /* What is 0 was as good as absent to the original. */
    const struct tta_model *model = &row->model;
    switch (limit) {
    case TTA_LIMIT_LATENCY:
        *out_goodness = -latency_ms(model->performance_score);
        return model->performance_score > 0;
    case TTA_LIMIT_COST:
        *out_goodness = -row->compat_cost_usd;
        return row->compat_cost_usd < 0 || row->compat_cost_usd > 0; /* neither if NAN */
    case TTA_LIMIT_QUALITY:
        *out_goodness = model->performance_score;
        return model->performance_score > 0;
    case TTA_LIMIT_CONTEXT:
        *out_goodness = (double)model->context_tokens;
        return model->context_tokens > 0;
    case TTA_LIMIT_SAFETY:
    case TTA_LIMIT_PROMPT_PRICE:
    case TTA_LIMIT_COMPLETION_PRICE:
    case TTA_LIMIT_COUNT:
        break;
    }
    return false;
}

bool tta_goodness(const struct tta_scorer *scorer, const struct tta_row *row, enum tta_limit limit,
                  double *out_goodness)
{
    if (tta_is_compat(scorer)) {
        return compat_goodness(row, limit, out_goodness);
    }
    const struct tta_model *model = &row->model;
    switch (limit) {
    case TTA_LIMIT_LATENCY:
        *out_goodness = -latency_ms(model->performance_score);
        return model->performance_score >= 0;
    case TTA_LIMIT_PROMPT_PRICE:
        return price_goodness(model->prompt_price_pusd, out_goodness);
    case TTA_LIMIT_COMPLETION_PRICE:
        return price_goodness(model->completion_price_pusd, out_goodness);
    case TTA_LIMIT_QUALITY:
        *out_goodness = row->quality;
        return row->quality >= 0;
    case TTA_LIMIT_SAFETY:
        *out_goodness = model->safety_score;
        return model->safety_score >= 0;
    case TTA_LIMIT_CONTEXT:
        *out_goodness = (double)model->context_tokens;
        return model->context_tokens >= 0;
    case TTA_LIMIT_COST:
    case TTA_LIMIT_COUNT:
        break;
    }
    return false;
}

bool tta_bound(const struct tta_scorer *scorer, const struct tta_requirements *requirements, enum tta_limit limit,
               double *out_bound)
{
    /* The original took a limit of 0 for no limit. */
    bool compat = tta_is_compat(scorer);
    switch (limit) {
    case TTA_LIMIT_LATENCY:
        *out_bound = -(double)requirements->max_latency_ms;
        return requirements->has_max_latency && !(compat && requirements->max_latency_ms == 0);
    case TTA_LIMIT_PROMPT_PRICE:
        *out_bound = -(double)requirements->max_prompt_price_pusd;
        return requirements->has_max_prompt_price && !compat;
    case TTA_LIMIT_COMPLETION_PRICE:
        *out_bound = -(double)requirements->max_completion_price_pusd;
        return requirements->has_max_completion_price && !compat;
    case TTA_LIMIT_COST:
        *out_bound = -requirements->compat_max_cost_per_token;
        return compat && requirements->compat_max_cost_per_token != 0;
    case TTA_LIMIT_QUALITY:
        *out_bound = requirements->min_quality;
        return requirements->has_min_quality && !(compat && requirements->min_quality == 0);
    case TTA_LIMIT_SAFETY:
        *out_bound = requirements->min_safety;
        return requirements->has_min_safety && !compat;
    case TTA_LIMIT_CONTEXT:
        *out_bound = (double)requirements->min_context_tokens;
        return requirements->min_context_tokens > 0; /* a negative one could reject nothing */
    case TTA_LIMIT_COUNT:
        break;
    }
    return false;
}

unsigned tta_bounds(const struct tta_scorer *scorer, const struct tta_requirements *requirements,
                    double out_bounds[TTA_LIMIT_COUNT])
{
    unsigned in_force = 0;
    for (int limit = 0; limit < TTA_LIMIT_COUNT; limit++) {
        in_force |= (unsigned)tta_bound(scorer, requirements, (enum tta_limit)limit, &out_bounds[limit]) << limit;
    }
    return in_force;
}

bool tta_unstated_passes(const struct tta_scorer *scorer, const struct tta_requirements *requirements)
{
    return tta_is_compat(scorer) || requirements->unknown_passes;
}

enum tta_safety tta_safety_of(const struct tta_scorer *scorer, const struct tta_row *row)
{
    double score = row->model.safety_score;
    if (score >= 0) {
        return score >= scorer->criteria.min_safety_score ? TTA_SAFETY_MET : TTA_SAFETY_MISSED;
    }
    if (!tta_is_compat(scorer)) {
        return TTA_SAFETY_UNKNOWN;
    }
    return tta_is_trusted_by_compat(row->model.provider) ? TTA_SAFETY_WAIVED : TTA_SAFETY_MISSED;
}

bool tta_may_write(const struct tta_scorer *scorer, const struct tta_row *row)
{
    uint64_t outputs = row->model.capabilities & TTA_OUTPUTS;
    return tta_is_compat(scorer) || outputs == 0 || (outputs & TTA_CAN_WRITE_TEXT);
}

uint64_t tta_missing_of(const struct tta_scorer *scorer, const struct tta_row *row,
                        const struct tta_requirements *requirements)
{
    bool lacks_text = tta_wants_text(scorer, requirements) && !tta_may_write(scorer, row);
    return (requirements->capabilities & ~tta_capabilities_of(scorer, row)) | (lacks_text ? TTA_CAN_WRITE_TEXT : 0);
}

static bool is_empty(const struct tta_origin_set *set)
{
    uint64_t any = 0;
    for (size_t i = 0; i < sizeof(set->bits) / sizeof(set->bits[0]); i++) {
        any |= set->bits[i];
    }
    return any == 0;
}

bool tta_allows_origin(const struct tta_requirements *requirements, size_t origin)
{
    bool is_named = requirements->only.bits[origin / 64] >> origin % 64 & 1;
    bool is_excluded = requirements->excluded.bits[origin / 64] >> origin % 64 & 1;
    return !is_excluded && (is_named || is_empty(&requirements->only));
}

static bool is_out(const struct tta_requirements *requirements, size_t index)
{
    const struct tta_live *live = requirements->live;
    return live && live->out && (live->out[index / 64] >> index % 64 & 1);
}

static bool has_expired(const struct tta_row *row, const struct tta_requirements *requirements)
{
    int64_t expires = row->model.expires_unix_s;
    return requirements->now_unix_s > 0 && expires > 0 && expires <= requirements->now_unix_s;
}

static bool costs_too_much(const struct tta_scorer *scorer, const struct tta_row *row,
                           const struct tta_requirements *requirements)
{
    if (!requirements->has_max_cost || tta_is_compat(scorer)) {
        return false;
    }
    int64_t cost = tta_model_cost_pusd(&row->model, &requirements->size);
    return cost == TTA_UNKNOWN ? !requirements->unknown_passes
                               : cost == TTA_DYNAMIC || cost > requirements->max_cost_pusd;
}

static bool meets(const struct tta_scorer *scorer, const struct tta_row *row,
                  const struct tta_requirements *requirements, enum tta_limit limit)
{
    double bound, goodness;
    if (!tta_bound(scorer, requirements, limit, &bound)) {
        return true;
    }
    if (!tta_goodness(scorer, row, limit, &goodness)) {
        return tta_unstated_passes(scorer, requirements);
    }
    return goodness >= bound;
}

static bool is_too_slow(const struct tta_scorer *scorer, const struct tta_row *row, size_t index,
                        const struct tta_requirements *requirements)
{
    bool is_measured = tta_latency_is_live(scorer, requirements) && requirements->live->latency_ms[index] >= 0;
    return is_measured ? requirements->live->latency_ms[index] > requirements->max_latency_ms
                       : !meets(scorer, row, requirements, TTA_LIMIT_LATENCY);
}

bool tta_passes_singly(const struct tta_scorer *scorer, const struct tta_row *row, size_t index,
                       const struct tta_requirements *requirements)
{
    return !is_out(requirements, index) && !has_expired(row, requirements) &&
           !costs_too_much(scorer, row, requirements) &&
           !(tta_latency_is_live(scorer, requirements) && is_too_slow(scorer, row, index, requirements));
}

static bool is_unsafe(const struct tta_scorer *scorer, const struct tta_row *row,
                      const struct tta_requirements *requirements)
{
    enum tta_safety safety = requirements->safety_required ? tta_safety_of(scorer, row) : TTA_SAFETY_MET;
    return safety == TTA_SAFETY_MISSED || (safety == TTA_SAFETY_UNKNOWN && !requirements->unknown_passes) ||
           !meets(scorer, row, requirements, TTA_LIMIT_SAFETY);
}

/* Compat: the original's early return. */
static bool escapes(const struct tta_scorer *scorer, const struct tta_row *row,
                    const struct tta_requirements *requirements)
{
    return requirements->safety_required && tta_safety_of(scorer, row) == TTA_SAFETY_WAIVED;
}

bool tta_misses(const struct tta_scorer *scorer, const struct tta_row *row, size_t index, double score,
                const struct tta_requirements *requirements, enum tta_reason reason)
{
    switch (reason) {
    case TTA_REASON_UNAVAILABLE:
        return is_out(requirements, index);
    case TTA_REASON_EXPIRED:
        return has_expired(row, requirements);
    case TTA_REASON_PROVIDER:
        return !tta_allows_origin(requirements, row->origin);
    case TTA_REASON_NOT_LOCAL:
        return requirements->local_only && !tta_model_is_local(&row->model);
    case TTA_REASON_LATENCY:
        return is_too_slow(scorer, row, index, requirements);
    case TTA_REASON_PROMPT_PRICE:
        return !meets(scorer, row, requirements, TTA_LIMIT_PROMPT_PRICE);
    case TTA_REASON_COMPLETION_PRICE:
        return !meets(scorer, row, requirements, TTA_LIMIT_COMPLETION_PRICE);
    case TTA_REASON_COST:
        return costs_too_much(scorer, row, requirements) || !meets(scorer, row, requirements, TTA_LIMIT_COST);
    case TTA_REASON_NOT_FREE:
        return requirements->free_only && !tta_is_free(scorer, row);
    case TTA_REASON_QUALITY:
        return !meets(scorer, row, requirements, TTA_LIMIT_QUALITY);
    case TTA_REASON_SAFETY:
        return is_unsafe(scorer, row, requirements);
    case TTA_REASON_CONTEXT:
        return !meets(scorer, row, requirements, TTA_LIMIT_CONTEXT) && !escapes(scorer, row, requirements);
    case TTA_REASON_CAPABILITIES:
        return tta_missing_of(scorer, row, requirements) != 0 && !escapes(scorer, row, requirements);
    case TTA_REASON_SCORE:
        return !(score > 0);
    case TTA_REASON_FITS:
    case TTA_REASON_COUNT:
        break;
    }
    return false;
}

/* As tta_misses() of one reason after the other, but what is not in force is passed over at once: this is asked of
 * every candidate of a fallback. */
enum tta_reason tta_first_miss(const struct tta_scorer *scorer, const struct tta_row *row, size_t index, double score,
                               const struct tta_requirements *requirements)
{
    bool compat = tta_is_compat(scorer);
    if (is_out(requirements, index)) {
        return TTA_REASON_UNAVAILABLE;
    }
    if (has_expired(row, requirements)) {
        return TTA_REASON_EXPIRED;
    }
    if (tta_names_origins(requirements) && !tta_allows_origin(requirements, row->origin)) {
        return TTA_REASON_PROVIDER;
    }
    if (requirements->local_only && !tta_model_is_local(&row->model)) {
        return TTA_REASON_NOT_LOCAL;
    }
    if (requirements->has_max_latency && is_too_slow(scorer, row, index, requirements)) {
        return TTA_REASON_LATENCY;
    }
    if (requirements->has_max_prompt_price && !meets(scorer, row, requirements, TTA_LIMIT_PROMPT_PRICE)) {
        return TTA_REASON_PROMPT_PRICE;
    }
    if (requirements->has_max_completion_price && !meets(scorer, row, requirements, TTA_LIMIT_COMPLETION_PRICE)) {
        return TTA_REASON_COMPLETION_PRICE;
    }
    if (compat ? !meets(scorer, row, requirements, TTA_LIMIT_COST) : costs_too_much(scorer, row, requirements)) {
        return TTA_REASON_COST;
    }
    if (requirements->free_only && !tta_is_free(scorer, row)) {
        return TTA_REASON_NOT_FREE;
    }
    if (requirements->has_min_quality && !meets(scorer, row, requirements, TTA_LIMIT_QUALITY)) {
        return TTA_REASON_QUALITY;
    }
    if ((requirements->safety_required || requirements->has_min_safety) && is_unsafe(scorer, row, requirements)) {
        return TTA_REASON_SAFETY;
    }
    if (compat && escapes(scorer, row, requirements)) {
        return score > 0 ? TTA_REASON_FITS : TTA_REASON_SCORE;
    }
    if (requirements->min_context_tokens > 0 && !meets(scorer, row, requirements, TTA_LIMIT_CONTEXT)) {
        return TTA_REASON_CONTEXT;
    }
    if (tta_missing_of(scorer, row, requirements) != 0) {
        return TTA_REASON_CAPABILITIES;
    }
    return score > 0 ? TTA_REASON_FITS : TTA_REASON_SCORE;
}
