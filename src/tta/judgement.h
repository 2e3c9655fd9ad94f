// SPDX-License-Identifier: MIT
/*
 * tta/judgement.h - whether one model meets the requirements, and which it misses.
 *
 * Every requirement with a number is put in one form, so that what walks the
 * models one by one and what has indexed them cannot differ: a model has a
 * *goodness*, or has not stated it; the requirements have a *bound*, or none is
 * in force; a model that states its goodness passes if it is at least the
 * bound.  For a limit from above, both are negated.
 */
#ifndef TTA_JUDGEMENT_H
#define TTA_JUDGEMENT_H

#include "tta/score.h"

enum tta_limit {
    TTA_LIMIT_LATENCY,
    TTA_LIMIT_PROMPT_PRICE,
    TTA_LIMIT_COMPLETION_PRICE,
    TTA_LIMIT_COST, /* compat's blended cost */
    TTA_LIMIT_QUALITY,
    TTA_LIMIT_SAFETY,
    TTA_LIMIT_CONTEXT,
    TTA_LIMIT_COUNT
};

/* False if the model does not state it.  Higher is better; never NAN. */
bool tta_goodness(const struct tta_scorer *scorer, const struct tta_row *row, enum tta_limit limit,
                  double *out_goodness);
/* False if no such limit is in force. */
bool tta_bound(const struct tta_scorer *scorer, const struct tta_requirements *requirements, enum tta_limit limit,
               double *out_bound);
/* The bounds of all limits in force, as a set of bits. */
unsigned tta_bounds(const struct tta_scorer *scorer, const struct tta_requirements *requirements,
                    double out_bounds[TTA_LIMIT_COUNT]);
/* Whether models that do not state their goodness pass the limits in force. */
bool tta_unstated_passes(const struct tta_scorer *scorer, const struct tta_requirements *requirements);

enum tta_safety {
    TTA_SAFETY_MET,
    TTA_SAFETY_MISSED,
    TTA_SAFETY_UNKNOWN,
    TTA_SAFETY_WAIVED /* compat: passes, and escapes the tests of context and capabilities */
};
/* How a model stands if safety is required. */
enum tta_safety tta_safety_of(const struct tta_scorer *scorer, const struct tta_row *row);

/* What it puts out, if something of it is stated. */
#define TTA_OUTPUTS                                                                                                    \
    (TTA_CAN_WRITE_TEXT | TTA_CAN_MAKE_IMAGES | TTA_CAN_SPEAK_AUDIO | TTA_CAN_MAKE_VIDEO | TTA_CAN_EMBED |             \
     TTA_CAN_RERANK | TTA_CAN_TRANSCRIBE | TTA_CAN_MODERATE)
/* Whether a model may be one that writes, and whether the requirements want one. */
bool tta_may_write(const struct tta_scorer *scorer, const struct tta_row *row);
static inline bool tta_wants_text(const struct tta_scorer *scorer, const struct tta_requirements *requirements)
{
    return !requirements->any_output && !tta_is_compat(scorer);
}

/* The capabilities that are required and that a model lacks. */
uint64_t tta_missing_of(const struct tta_scorer *scorer, const struct tta_row *row,
                        const struct tta_requirements *requirements);

/* Whether the requirements name any origins. */
static inline bool tta_names_origins(const struct tta_requirements *requirements)
{
    const uint64_t *only = requirements->only.bits, *excluded = requirements->excluded.bits;
    return (only[0] | only[1] | only[2] | only[3] | excluded[0] | excluded[1] | excluded[2] | excluded[3]) != 0;
}

/* Whether an origin, by its number, is one that the requirements allow. */
bool tta_allows_origin(const struct tta_requirements *requirements, size_t origin);

/* What is looked at model by model, whatever has been indexed: whether it is out,
 * has expired, costs too much for the request or is measured as too slow. */
static inline bool tta_is_judged_singly(const struct tta_scorer *scorer, const struct tta_requirements *requirements)
{
    const struct tta_live *live = requirements->live;
    return requirements->now_unix_s > 0 || (requirements->has_max_cost && !tta_is_compat(scorer)) ||
           (live && (live->out || live->latency_ms));
}
bool tta_passes_singly(const struct tta_scorer *scorer, const struct tta_row *row, size_t index,
                       const struct tta_requirements *requirements);
/* Whether latency is among that. */
static inline bool tta_latency_is_live(const struct tta_scorer *scorer, const struct tta_requirements *requirements)
{
    return requirements->live && requirements->live->latency_ms && requirements->has_max_latency &&
           !tta_is_compat(scorer);
}

/* Whether a model of this score misses the requirement of a reason; `index` is its row number. */
bool tta_misses(const struct tta_scorer *scorer, const struct tta_row *row, size_t index, double score,
                const struct tta_requirements *requirements, enum tta_reason reason);

/* The first one that it misses. */
enum tta_reason tta_first_miss(const struct tta_scorer *scorer, const struct tta_row *row, size_t index, double score,
                               const struct tta_requirements *requirements);

#endif /* TTA_JUDGEMENT_H */
