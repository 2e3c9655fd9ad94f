/* SPDX-License-Identifier: MIT */
/*
 * tta/fallback.h - the next model when one has failed.
 *
 * Failures are recorded per model; a model that failed is left alone for a
 * while, one that keeps failing for longer, and a success forgives.  Time is
 * an argument (nanoseconds of a monotonic clock), so nothing here reads a
 * clock, sleeps or talks to anybody.
 *
 * Any number of threads may record and ask at once; nobody waits for anybody.
 */
#ifndef TTA_FALLBACK_H
#define TTA_FALLBACK_H

#include "tta/selection.h"

#ifdef __cplusplus
extern "C" {
#endif

enum tta_strategy {
    TTA_STRATEGY_PERFORMANCE, /* highest performance score, then fewest failures, then safest */
    TTA_STRATEGY_COST,        /* lowest expected price (unknown and dynamic last), then best, then fewest failures */
    TTA_STRATEGY_AVAILABILITY /* fewest failures, then highest performance score, then lowest price */
};

/* "performance_based", "cost_based", "availability_based". Never NULL. */
TTA_API const char *tta_strategy_name(enum tta_strategy strategy);

struct tta_fallback_options {
    enum tta_strategy strategy;     /* TTA_STRATEGY_PERFORMANCE */
    uint32_t max_failures;          /* 3: from this many on a model is out until they are forgotten */
    int64_t exclusion_ns;           /* 30 min: how long one failure keeps a model out */
    int64_t memory_ns;              /* 24 h: failures older than this are forgotten; at least exclusion_ns */
    bool prefer_different_provider; /* true: another provider than the failed model's, if any candidate has one */
};
/* The original's defaults, as noted above. */
TTA_API struct tta_fallback_options tta_fallback_defaults(void);

struct tta_fallback;

/*
 * The selector says who fits (tta_fits()) and is borrowed until the fallback is
 * destroyed.  Options are copied.  TTA_OK: `*out_fallback` is owned by the
 * caller.  TTA_BAD_ARGUMENT (a time is negative, max_failures is 0,
 * memory_ns < exclusion_ns, no such strategy), TTA_NO_MEMORY.  `err` may be NULL.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_fallback_create(const struct tta_selector *selector, const struct tta_fallback_options *options,
                    struct tta_fallback **out_fallback, struct tta_error *err);

/* Releases it.  NULL is allowed and does nothing. */
TTA_API void tta_fallback_destroy(struct tta_fallback *fallback);

/* The model of `row` failed at `now_ns` (at least 0), or answered well.  A
 * success removes all its failures.  `row` must be in range. */
TTA_API void tta_fallback_record_failure(struct tta_fallback *fallback, size_t row, int64_t now_ns);
TTA_API void tta_fallback_record_success(struct tta_fallback *fallback, size_t row);

/* What is known of a model at `now_ns`. */
struct tta_failures {
    uint32_t count;     /* failures not forgotten */
    int64_t last_ns;    /* time of the newest; meaningless if count is 0 */
    bool is_excluded;   /* tta_fallback_next() would not return it */
};
TTA_API struct tta_failures tta_fallback_failures(const struct tta_fallback *fallback, size_t row, int64_t now_ns);

/*
 * The best model to try after the one of `failed_row`: it fits the
 * requirements, is not the failed one, and is not excluded at `now_ns`;
 * ordered by the strategy, equals in catalogue order.  Pass the catalogue's
 * count as `failed_row` when nothing has failed yet.
 *
 * TTA_OK or TTA_NO_MODEL.  The choice's score is the selector's.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_fallback_next(const struct tta_fallback *fallback, size_t failed_row, const struct tta_requirements *requirements,
                  int64_t now_ns, struct tta_choice *out_choice);

#ifdef __cplusplus
}
#endif

#endif /* TTA_FALLBACK_H */
