/* SPDX-License-Identifier: MIT */
/*
 * tta/refresh.h - when to ask a provider again, and whether to believe it.
 *
 * Pure: time (nanoseconds of a monotonic clock, at least 0), randomness and the
 * answer are arguments, nothing here waits or talks to anybody.  One state a
 * provider; it is a plain value, of one thread at a time.
 */
#ifndef TTA_REFRESH_H
#define TTA_REFRESH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tta/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tta_refresh_policy {
    int64_t period_ns;        /* 1 h: between two good answers */
    double jitter_ratio;      /* 0.1: of the period, more or less, so that not all ask at once; 0 to 0.5 */
    int64_t retry_ns;         /* 1 min: after a failure, doubled with each further one up to the period */
    int64_t stale_ns;         /* 3 h: a list that was good this long ago is stale */
    double least_share;       /* 0.5: an answer with a smaller share of the models before it is suspicious */
};
TTA_API struct tta_refresh_policy tta_refresh_defaults(void);

/* Zero-initialised: nothing was asked yet, and the time to ask is now. */
struct tta_refresh_state {
    bool has_list;         /* there was a good answer */
    bool last_was_refused; /* and the last answer was none */
    int64_t good_ns;       /* when the last good answer came */
    int64_t next_ns;       /* when to ask again */
    uint32_t failures;     /* since then */
    size_t model_count;    /* of the last good answer */
    uint64_t content_hash; /* of its text */
};

/* What became of an answer. */
enum tta_refresh_outcome {
    TTA_REFRESH_TAKEN,     /* another list: use it */
    TTA_REFRESH_UNCHANGED, /* the same text as before: nothing to do */
    TTA_REFRESH_FAILED,    /* the rest: keep the list before it */
    TTA_REFRESH_EMPTY,
    TTA_REFRESH_SHRUNKEN
};
/* "taken", "unchanged", ... Never NULL. */
TTA_API const char *tta_refresh_outcome_name(enum tta_refresh_outcome outcome);

/* An answer, read or not. */
struct tta_refresh_answer {
    bool is_list;       /* it came, and could be read */
    size_t model_count; /* of it; the rest means nothing without is_list */
    uint64_t content_hash;
};

/*
 * Judges an answer that came at `now_ns` and says when to ask again.  `random`
 * is any number, each as likely as the others.  A list that is empty, or smaller
 * than the share of the one before, is refused if there was one before: many
 * models that vanish at once are more often a fault of the provider's than the
 * truth, and to keep a model too long costs a failed request, which falls back.
 * To take such a list all the same, start from a state of zeroes.
 */
TTA_API enum tta_refresh_outcome tta_refresh_judge(const struct tta_refresh_policy *policy,
                                                   struct tta_refresh_state *state,
                                                   const struct tta_refresh_answer *answer, int64_t now_ns,
                                                   uint64_t random);

/* Whether to ask now. */
TTA_API bool tta_refresh_is_due(const struct tta_refresh_state *state, int64_t now_ns);

/* Whether the list is to be shown as stale: the last answer was refused, or it is old. */
TTA_API bool tta_refresh_is_stale(const struct tta_refresh_policy *policy, const struct tta_refresh_state *state,
                                  int64_t now_ns);

#ifdef __cplusplus
}
#endif

#endif /* TTA_REFRESH_H */
