// SPDX-License-Identifier: MIT
/* tta/score.h - what each set of rules makes of one model: its points, and what it sees of it. */
#ifndef TTA_SCORE_H
#define TTA_SCORE_H

#include "tta/selection.h"
#include "tta/snapshot.h"

/* Criteria, and what of the catalogue the scores depend on. */
struct tta_scorer {
    struct tta_criteria criteria;
    double log_cheapest; /* of the expected prices above zero */
    double log_span;     /* 0 if all are equal, or there are none */
};

/* `criteria` must be in range. */
struct tta_scorer tta_scorer_of(const struct tta_catalogue *catalogue, const struct tta_criteria *criteria);

/* Without the live terms. */
struct tta_score tta_score_of(const struct tta_scorer *scorer, const struct tta_row *row, enum tta_task task);

/* The live terms, both 0 where `live` is NULL; their sum is at most 10 times both weights. */
struct tta_live_points {
    double availability;
    double latency;
};
struct tta_live_points tta_live_points_of(const struct tta_scorer *scorer, const struct tta_live *live, size_t row);

static inline bool tta_is_compat(const struct tta_scorer *scorer)
{
    return scorer->criteria.rules == TTA_RULES_COMPAT;
}

/* Whether the original took unknown safety of a provider's models for good. */
bool tta_is_trusted_by_compat(enum tta_provider provider);

/* What of a model the rules see. */
bool tta_is_free(const struct tta_scorer *scorer, const struct tta_row *row);
uint64_t tta_capabilities_of(const struct tta_scorer *scorer, const struct tta_row *row);

#endif /* TTA_SCORE_H */
