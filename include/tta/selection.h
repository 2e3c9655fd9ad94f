/* SPDX-License-Identifier: MIT */
/*
 * tta/selection.h - the best model for a task.
 *
 * *Requirements* come with each request and are hard: a model that misses one
 * is out.  *Criteria* are the taste of the deployment: they give every model a
 * score.  A selector joins a catalogue with criteria; it is immutable, made
 * when the catalogue changes (milliseconds), and asked by any number of
 * threads without a lock (about a microsecond).  Nothing here reads a clock,
 * allocates while answering, or talks to anybody.
 *
 * Two sets of rules:
 * TTA_RULES_DEFAULT  what is stated below.
 * TTA_RULES_COMPAT   filter, score and order of the original Python component,
 *                    oddities included (docs/compat.md), for those who move.
 */
#ifndef TTA_SELECTION_H
#define TTA_SELECTION_H

#include "tta/catalogue.h"

#ifdef __cplusplus
extern "C" {
#endif

enum tta_task {
    TTA_TASK_NARRATIVE_GENERATION,
    TTA_TASK_DIALOGUE_GENERATION,
    TTA_TASK_CHARACTER_DEVELOPMENT,
    TTA_TASK_THERAPEUTIC_RESPONSE,
    TTA_TASK_WORLD_BUILDING,
    TTA_TASK_CHOICE_GENERATION,
    TTA_TASK_CONSEQUENCE_ANALYSIS,
    TTA_TASK_GENERAL_CHAT,
    TTA_TASK_COUNT /* not a task */
};

/* "narrative_generation", ... Never NULL. */
TTA_API const char *tta_task_name(enum tta_task task);
/* The task of a name: TTA_OK or TTA_NOT_FOUND. */
TTA_API TTA_MUST_CHECK enum tta_status tta_task_of_name(const char *name, enum tta_task *out_task);

/*
 * What a request needs.  Zero-initialised it needs nothing but says that
 * safety is not required; set `safety_required` as the original's default does.
 *
 * A limit is in force only if its `has_...` flag is set, so a limit of zero is
 * a limit (maximum price 0 means free).  A model whose value is *unknown*
 * fails a limit in force, unless `unknown_passes` is set; a dynamic price
 * fails every price limit either way.  Under TTA_RULES_COMPAT the original's
 * reading applies instead, whatever `unknown_passes` says: zero means no limit
 * and most unknown values pass.
 */
struct tta_requirements {
    enum tta_task task;
    bool has_max_latency;
    bool has_min_quality;
    bool has_max_prompt_price;
    bool has_max_completion_price;
    bool safety_required;  /* safety score at least criteria.min_safety_score */
    bool free_only;        /* only models with is_free (compat: whose blended cost is 0) */
    bool unknown_passes;
    int64_t max_latency_ms;            /* against 5000 / max(performance score, 1) ms, the original's estimate */
    double min_quality;                /* 0 to 10, against the performance score */
    int64_t max_prompt_price_pusd;     /* per token */
    int64_t max_completion_price_pusd; /* per token */
    int64_t min_context_tokens;        /* 0 or less: any */
    uint64_t capabilities;             /* all of these */
    /* TTA_RULES_COMPAT only: the original's limit on its one blended price, USD
     * per token, 0 for none; the two price limits above are then not read. */
    double compat_max_cost_per_token;
};

enum tta_rules { TTA_RULES_DEFAULT, TTA_RULES_COMPAT };

/* How models are scored.  tta_criteria_defaults() gives the original's
 * defaults with TTA_RULES_DEFAULT. */
struct tta_criteria {
    enum tta_rules rules;
    double safety_weight;      /* 0.4; each weight at least 0 and finite */
    double performance_weight; /* 0.3 */
    double cost_weight;        /* 0.3 */
    double min_safety_score;   /* 7.0 */
    bool prefer_free;          /* +1 for free models; true */
    bool prefer_local;         /* +1 for TTA_PROVIDER_LOCAL; false */
};
TTA_API struct tta_criteria tta_criteria_defaults(void);

/*
 * The terms of a score; their sum is the score.
 *
 * Default rules.  performance: weight x score, unknown counts 5.  safety:
 * weight x score, unknown counts 5.  cost: weight x points, by the expected
 * price, which is three prompt tokens to one completion token: 10 points if it
 * is zero, 0 if it is unknown or dynamic, else on a logarithmic scale from 10
 * for the cheapest model of the catalogue that is not zero to 0 for the
 * dearest (10 if they cost the same).  task: 0.5 for each capability that
 * suits the task (docs/compat.md has the table).  family: 0, a model is not
 * judged by its name.  preference: +1 free, +1 local, as criteria say.
 *
 * Compat rules: docs/compat.md.
 */
struct tta_score {
    double performance;
    double safety;
    double cost;
    double task;
    double family;
    double preference;
    double total;
};

struct tta_selector;

/*
 * Joins a catalogue with criteria.  The catalogue is borrowed until the
 * selector is destroyed; the criteria are copied.
 * TTA_OK: `*out_selector` is owned by the caller, for tta_selector_destroy().
 * TTA_BAD_ARGUMENT: a weight or the minimum score is negative or not finite,
 * or there are no such rules.
 * TTA_NO_MEMORY.  `err` may be NULL.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_selector_create(const struct tta_catalogue *catalogue, const struct tta_criteria *criteria,
                    struct tta_selector **out_selector, struct tta_error *err);

/* Releases a selector.  NULL is allowed and does nothing. */
TTA_API void tta_selector_destroy(struct tta_selector *selector);

/* The catalogue it was made from, borrowed. */
TTA_API const struct tta_catalogue *tta_selector_catalogue(const struct tta_selector *selector);

/* A model that was chosen. */
struct tta_choice {
    size_t row;   /* of the selector's catalogue */
    double score; /* higher is better; above 0 */
};

/* The model with the highest score among those that fit; among equals the one
 * that comes first in the catalogue.  TTA_OK or TTA_NO_MODEL. */
TTA_API TTA_MUST_CHECK enum tta_status
tta_select(const struct tta_selector *selector, const struct tta_requirements *requirements,
           struct tta_choice *out_choice);

/* All that fit, best first, at most `capacity` of them into `out_choices`;
 * returns how many were written.  Equal scores keep catalogue order. */
TTA_API size_t tta_rank(const struct tta_selector *selector, const struct tta_requirements *requirements,
                        struct tta_choice *out_choices, size_t capacity);

/* Why a model is out: the first requirement that it misses, in this order. */
enum tta_reason {
    TTA_REASON_FITS = 0,
    TTA_REASON_LATENCY,
    TTA_REASON_PROMPT_PRICE,
    TTA_REASON_COMPLETION_PRICE,
    TTA_REASON_COST, /* TTA_RULES_COMPAT only: compat_max_cost_per_token */
    TTA_REASON_NOT_FREE,
    TTA_REASON_QUALITY,
    TTA_REASON_SAFETY,
    TTA_REASON_CONTEXT,
    TTA_REASON_CAPABILITIES,
    TTA_REASON_SCORE, /* its score is not above 0 */
    TTA_REASON_COUNT  /* not a reason */
};

/* "fits", "latency", ... Never NULL. */
TTA_API const char *tta_reason_name(enum tta_reason reason);

/* One model of an explanation. */
struct tta_verdict {
    size_t row;
    enum tta_reason reason;
    uint64_t missing; /* with TTA_REASON_CAPABILITIES: those it lacks */
    struct tta_score score; /* for every model, also one that is out */
};

/* True if the model of `row` meets the requirements under the selector's
 * rules and its score is above 0: the test that tta_select() applies.  `row`
 * must be in range.  Tens of nanoseconds. */
TTA_API bool tta_fits(const struct tta_selector *selector, const struct tta_requirements *requirements, size_t row);

/* The score of the model of `row` for a task, of one that does not fit too.
 * `row` must be in range. */
TTA_API double tta_selector_score(const struct tta_selector *selector, enum tta_task task, size_t row);

/*
 * The verdict on the model of each row, in catalogue order, into
 * `out_verdicts`, which must have room for tta_catalogue_count() of them.
 * Cannot fail.
 */
TTA_API void tta_explain(const struct tta_selector *selector, const struct tta_requirements *requirements,
                         struct tta_verdict *out_verdicts);

#ifdef __cplusplus
}
#endif

#endif /* TTA_SELECTION_H */
