// SPDX-License-Identifier: MIT
/*
 * tta/score.h - both sets of rules, for one model at a time.
 *
 * Every requirement with a number is put in one form, so that what walks the
 * models one by one and what has indexed them cannot differ: a model has a
 * *goodness*, or has not stated it; the requirements have a *bound*, or none is
 * in force; a model that states its goodness passes if it is at least the
 * bound.  For a limit from above, both are negated.
 */
#ifndef TTA_SCORE_H
#define TTA_SCORE_H

#include "tta/selection.h"
#include "tta/snapshot.h"

enum tta_limit {
    TTA_LIMIT_LATENCY,
    TTA_LIMIT_PROMPT_PRICE,
    TTA_LIMIT_COMPLETION_PRICE,
    TTA_LIMIT_COST, /* compat's blended cost */
    TTA_LIMIT_QUALITY,
    TTA_LIMIT_CONTEXT,
    TTA_LIMIT_COUNT
};

/* Criteria, and what of the catalogue the scores depend on. */
struct tta_scorer {
    struct tta_criteria criteria;
    double log_cheapest; /* of the expected prices above zero */
    double log_span;     /* 0 if all are equal, or there are none */
};

/* `criteria` must be in range. */
struct tta_scorer tta_scorer_of(const struct tta_catalogue *catalogue, const struct tta_criteria *criteria);

struct tta_score tta_score_of(const struct tta_scorer *scorer, const struct tta_row *row, enum tta_task task);

/* False if the model does not state it.  Higher is better; never NAN. */
bool tta_goodness(const struct tta_scorer *scorer, const struct tta_row *row, enum tta_limit limit,
                  double *out_goodness);
/* False if no such limit is in force. */
bool tta_bound(const struct tta_scorer *scorer, const struct tta_requirements *requirements, enum tta_limit limit,
               double *out_bound);
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

/* What of a model the rules see. */
bool tta_is_free(const struct tta_scorer *scorer, const struct tta_row *row);
uint64_t tta_capabilities_of(const struct tta_scorer *scorer, const struct tta_row *row);

/* The first requirement that a model of this score misses. */
enum tta_reason tta_first_miss(const struct tta_scorer *scorer, const struct tta_row *row, double score,
                               const struct tta_requirements *requirements);

#endif /* TTA_SCORE_H */
