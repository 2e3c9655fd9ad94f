/* SPDX-License-Identifier: MIT */
/*
 * tta/health.h - which providers, models and keys are fit to be asked just now.
 *
 * There is a breaker for each of three kinds of *part*: a provider, a *row*
 * (one model at one provider) and a key.  A breaker is closed while all is
 * well; open, and its part left alone, when too much failed; and half-open
 * when its time is over: then one real request at a time goes through as a
 * probe, and what becomes of it decides.  Each provider also has a budget of
 * retries, so that trying again never becomes an attack.
 *
 * Parts have names, by which what is known outlives the process
 * (tta_health_save()), and numbers from 0 within their kind, by which calls
 * name them; a number must be in range.  Requests use this through
 * tta/failover.h.  Time is an argument (nanoseconds of a monotonic clock, at
 * least 0), and so is the seed of the jitter.  Any thread; calls take turns on
 * a lock that is held for less than a microsecond.
 */
#ifndef TTA_HEALTH_H
#define TTA_HEALTH_H

#include "tta/failure.h"

#ifdef __cplusplus
extern "C" {
#endif

enum tta_part { TTA_PART_PROVIDER, TTA_PART_ROW, TTA_PART_KEY, TTA_PART_COUNT };

/* "provider", "row", "key". Never NULL. */
TTA_API const char *tta_part_name(enum tta_part part);

struct tta_health_options {
    /* A breaker opens at so many failures that are this share of all within a
     * window in which what is older counts exponentially less; where there is
     * less traffic than that, at so many in a row. */
    double min_failures;      /* 5 */
    double min_failure_ratio; /* 0.5 */
    uint32_t failures_in_a_row; /* 3 */
    int64_t window_ns;        /* 30 s */
    int64_t open_ns;          /* 5 s; doubles each time a probe fails, give or take a fifth */
    int64_t max_open_ns;      /* 5 min */
    uint32_t successes_to_close; /* 2 probes; of a key, 1 */
    uint32_t open_rows;       /* 3 rows of a provider that open within 10 s open the provider */
    int64_t rate_limit_ns;    /* 1 s: a 429 that does not say; doubles up to a minute */
    int64_t quota_ns;         /* 15 min: a key without credit, if the provider does not say */
    double retry_ratio;       /* 0.1 retries for each request, */
    double retries_per_sec;   /* 3 a second, */
    double retry_burst;       /* and at most 10 at once, for each provider */
    uint64_t seed;
};
TTA_API struct tta_health_options tta_health_defaults(void);

/* The names of a kind of part, each 1 to 255 bytes without control characters, unique within its kind. */
struct tta_part_names {
    const char *const *names;
    size_t count;
};

struct tta_health;

/*
 * All closed.  Options and names are copied.  TTA_OK: `*out_health` is owned by
 * the caller.  TTA_BAD_ARGUMENT: an option below 0 (retry_ratio, max_open_ns
 * below open_ns and the like included), or a name that is none; TTA_NO_MEMORY.
 * `err` may be NULL.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_health_create(const struct tta_health_options *options, const struct tta_part_names names[TTA_PART_COUNT],
                  struct tta_health **out_health, struct tta_error *err);
/* Releases it; NULL does nothing. */
TTA_API void tta_health_destroy(struct tta_health *health);

enum tta_breaker_state { TTA_BREAKER_CLOSED, TTA_BREAKER_OPEN, TTA_BREAKER_HALF_OPEN };
/* "closed", "open", "half_open". Never NULL. */
TTA_API const char *tta_breaker_state_name(enum tta_breaker_state state);

#define TTA_UNTIL_HEALED INT64_MAX

struct tta_part_health {
    enum tta_breaker_state state;
    int64_t until_ns;      /* with open: when a probe may go through; TTA_UNTIL_HEALED: tta_health_heal() only */
    uint32_t level;        /* how often the time has doubled */
    double failures;       /* in the window, the older the less */
    double successes;
    enum tta_failure last; /* the class that opened it last */
};
TTA_API struct tta_part_health tta_health_of(struct tta_health *health, enum tta_part part, size_t index,
                                             int64_t now_ns);

/* Closes a breaker and forgets what was against the part: the key was
 * validated, or a new catalogue has the model. */
TTA_API void tta_health_heal(struct tta_health *health, enum tta_part part, size_t index);

/*
 * What is worth knowing after a restart, as text; `unix_now_ns` is the time of
 * day at `now_ns`.  TTA_OK: `*out_text` ends in a NUL and is the caller's, for
 * free().  TTA_NO_MEMORY.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_health_save(struct tta_health *health, int64_t now_ns, int64_t unix_now_ns, char **out_text);

/*
 * Takes over what was saved; parts of names that are not there any more are
 * passed over, and no breaker stays open for longer than it could have been.
 * TTA_OK.  TTA_BAD_SYNTAX: not such a text, or cut: nothing was changed and
 * `err` (may be NULL) names the line.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_health_restore(struct tta_health *health, const char *text, size_t len, int64_t now_ns, int64_t unix_now_ns,
                   struct tta_error *err);

#ifdef __cplusplus
}
#endif

#endif /* TTA_HEALTH_H */
