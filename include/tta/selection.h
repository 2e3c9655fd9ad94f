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
 * What is known at this moment of the models of one catalogue, by row: from
 * metrics, a circuit breaker, a count of what is under way.  Each part may be
 * NULL; all are borrowed for the call.  Whoever changes them while another thread
 * asks gets an answer of before or after, value by value, if single values are
 * written whole.
 */
struct tta_live {
    const uint64_t *out;        /* bit row % 64 of word row / 64: do not choose it now */
    const int32_t *latency_ms;  /* as measured; below 0: not known */
    const float *success_ratio; /* 0 to 1; below 0: not known */
    const uint32_t *in_flight;  /* requests under way, for tta_select_shared() */
};

/*
 * What a request needs.  Zero-initialised it needs nothing but says that
 * safety is not required; set `safety_required` as the original's default does.
 *
 * A limit is in force only if its `has_...` flag is set, so a limit of zero is
 * a limit (maximum price 0 means free).  A model whose value is *unknown*
 * fails a limit in force, unless `unknown_passes` is set; a dynamic price
 * fails every price limit either way.  Under TTA_RULES_COMPAT the original's
 * reading applies instead, whatever `unknown_passes` says: zero means no limit
 * and most unknown values pass.  It had neither a minimum of safety for one
 * request nor a limit on the cost of one, so these are not read then.
 *
 * Tasks are about text: a model that states what it puts out, and not text, is
 * out (it lacks TTA_CAN_WRITE_TEXT) unless `any_output` is set.
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
    bool has_min_safety;
    bool has_max_cost;
    bool any_output;                   /* models that embed, draw, speak and so on alone, too */
    bool local_only;                   /* only models on hardware of the user's own, tta_model_is_local() */
    int64_t max_latency_ms;            /* against live->latency_ms where it is known, else against
                                          5000 / max(performance score, 1) ms, the original's estimate */
    double min_quality;                /* 0 to 10, against the quality, see struct tta_score */
    double min_safety;                 /* 0 to 10, against the safety score; safety_required stands beside it */
    int64_t max_cost_pusd;             /* for the whole of a request of the size below */
    struct tta_request_size size;      /* expected; only read with has_max_cost and by tta_tradeoffs() */
    int64_t now_unix_s;                /* models that have expired by then are out; 0: whatever they say */
    struct tta_origin_set only;        /* only models of these origins; empty: of any */
    struct tta_origin_set excluded;    /* none of these; both of the selector's catalogue */
    const struct tta_live *live;       /* NULL: nothing is known */
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
    bool prefer_local;         /* +1 for local models, compat: of TTA_PROVIDER_LOCAL; false */
    struct tta_origin_set preferred; /* +1 for models of these origins, of the selector's catalogue; empty */
    double availability_weight; /* 0; with live->success_ratio, not under compat */
    double latency_weight;      /* 0; with live->latency_ms, not under compat */
};
TTA_API struct tta_criteria tta_criteria_defaults(void);

/* Weights for those who care about one thing above all.  A starting point: each
 * may be changed before a selector is made. */
enum tta_taste {
    TTA_TASTE_BALANCED,     /* the defaults */
    TTA_TASTE_COST,         /* cost 0.8, performance and safety 0.1 each, free preferred */
    TTA_TASTE_PERFORMANCE,  /* performance 0.8, cost and safety 0.1 each */
    TTA_TASTE_AVAILABILITY, /* availability 0.5, latency 0.2, the others 0.1 each */
    TTA_TASTE_COUNT         /* not a taste */
};
/* "balanced", "cost", "performance", "availability". Never NULL. */
TTA_API const char *tta_taste_name(enum tta_taste taste);
TTA_API struct tta_criteria tta_criteria_of_taste(enum tta_taste taste);

/*
 * The terms of a score; their sum is the score.
 *
 * Default rules.  performance: weight x quality, unknown counts 5; the *quality*
 * is the performance score where it is given, else ten times the share of the
 * catalogue's models with a smaller intelligence index, those of the same one
 * counted half.  safety: weight x score, unknown counts 5.  cost: weight x points, by the expected
 * price, which is three prompt tokens to one completion token: 10 points if it
 * is zero, 0 if it is unknown or dynamic, else on a logarithmic scale from 10
 * for the cheapest model of the catalogue that is not zero to 0 for the
 * dearest (10 if they cost the same).  task: 0.5 for each capability that
 * suits the task (docs/compat.md has the table).  family: 0, a model is not
 * judged by its name.  preference: +1 free, +1 local, +1 of a preferred origin,
 * as criteria say.  availability: weight x 10 x the ratio of successes, unknown
 * counts 10, for nothing speaks against it.  latency: weight x 10 / (1 + seconds),
 * unknown counts like one second.  These two are live: 0 without struct tta_live.
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
    double availability;
    double latency;
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
 * that comes first in the catalogue.  TTA_OK or TTA_NO_MODEL.  About a
 * microsecond; the requirements that are looked at model by model (what is live,
 * a cost, the end of an offer) may take a nanosecond or two for each that meets the rest. */
TTA_API TTA_MUST_CHECK enum tta_status
tta_select(const struct tta_selector *selector, const struct tta_requirements *requirements,
           struct tta_choice *out_choice);

/* All that fit, best first, at most `capacity` of them into `out_choices`;
 * returns how many were written.  Equal scores keep catalogue order. */
TTA_API size_t tta_rank(const struct tta_selector *selector, const struct tta_requirements *requirements,
                        struct tta_choice *out_choices, size_t capacity);

/* How requests are spread over models that are nearly as good as the best. */
struct tta_sharing {
    double within;   /* of the best score: 0 shares among its equals; at least 0 */
    uint64_t random; /* any number, each as likely as the others: it decides */
};
#define TTA_MAX_SHARING 64 /* so many take part, the best ones */

/*
 * As tta_select(), but of those within a distance of the best two are drawn, and
 * the one with fewer requests under way (live->in_flight) is chosen, the first
 * drawn if they are equal: "the power of two choices" (Mitzenmacher, IEEE TPDS
 * 2001) evens out load almost as well as the least loaded of all would, without
 * everybody running to it at once.  The same random number gives the same choice.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_select_shared(const struct tta_selector *selector, const struct tta_requirements *requirements,
                  const struct tta_sharing *sharing, struct tta_choice *out_choice);

/* Why a model is out: the first requirement that it misses, in this order. */
enum tta_reason {
    TTA_REASON_FITS = 0,
    TTA_REASON_UNAVAILABLE, /* live->out */
    TTA_REASON_EXPIRED,
    TTA_REASON_PROVIDER, /* not among `only`, or among `excluded` */
    TTA_REASON_NOT_LOCAL,
    TTA_REASON_LATENCY,
    TTA_REASON_PROMPT_PRICE,
    TTA_REASON_COMPLETION_PRICE,
    TTA_REASON_COST, /* of the request; compat: compat_max_cost_per_token */
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
 * rules and its score, live terms apart, is above 0: the test that tta_select()
 * applies.  `row` must be in range.  Tens of nanoseconds. */
TTA_API bool tta_fits(const struct tta_selector *selector, const struct tta_requirements *requirements, size_t row);

/* The score of the model of `row` for a task, live terms apart, of one that does
 * not fit too.  `row` must be in range. */
TTA_API double tta_selector_score(const struct tta_selector *selector, enum tta_task task, size_t row);

/*
 * The verdict on the model of each row, in catalogue order, into
 * `out_verdicts`, which must have room for tta_catalogue_count() of them.
 * Cannot fail.
 */
TTA_API void tta_explain(const struct tta_selector *selector, const struct tta_requirements *requirements,
                         struct tta_verdict *out_verdicts);

/* A model that one requirement alone keeps out, a capability being a requirement of its own. */
struct tta_near_miss {
    size_t row;
    enum tta_reason reason;
    uint64_t missing;   /* with TTA_REASON_CAPABILITIES: the one it lacks */
    bool is_stated;     /* false: the value is not stated, or the requirement has none */
    double value;       /* of the model, in the requirement's own unit */
    double shortfall;   /* how far it is from the limit, as a share of the limit; 1 if it cannot be said */
    double score;
};

/* What dropping one requirement would let in. */
struct tta_relaxation {
    enum tta_reason reason;
    uint64_t capability; /* with TTA_REASON_CAPABILITIES */
    size_t lets_in;      /* models, more than 0 */
};
#define TTA_MAX_RELAXATIONS 96 /* so many there are at most: a reason or a capability each */

/*
 * When nothing fits, or too little: the nearest misses, at most `capacity` of
 * them into `out_misses`, those that are short of least first, then by score;
 * how many in `*out_count`.  And the requirements to drop, the one that lets in
 * the most first, into `out_relaxations`, which has room for
 * TTA_MAX_RELAXATIONS; returns how many those are.  Cannot fail.
 */
TTA_API size_t tta_near_misses(const struct tta_selector *selector, const struct tta_requirements *requirements,
                               struct tta_near_miss *out_misses, size_t capacity, size_t *out_count,
                               struct tta_relaxation out_relaxations[TTA_MAX_RELAXATIONS]);

/* A model that no other beats in everything. */
struct tta_tradeoff {
    size_t row;
    int64_t cost_pusd;  /* of a request of the requirements' size; of 3 prompt tokens and 1 if that is nothing */
    double quality;     /* TTA_SCORE_UNKNOWN: not known, which counts below any */
    int32_t latency_ms; /* live; -1: not known, which counts above any */
};

/*
 * The Pareto frontier of cost, quality and latency among the models that fit:
 * those for which no other is at least as good in all three and better in one.
 * Models of an unknown or varying cost cannot be compared and are left out.
 * Cheapest first, equals by quality, then latency, then row.  TTA_OK:
 * `*out_tradeoffs`, `*out_count` of them, is the caller's, for free().
 * TTA_NO_MEMORY.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_tradeoffs(const struct tta_selector *selector, const struct tta_requirements *requirements,
              struct tta_tradeoff **out_tradeoffs, size_t *out_count);

#ifdef __cplusplus
}
#endif

#endif /* TTA_SELECTION_H */
