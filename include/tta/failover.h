/* SPDX-License-Identifier: MIT */
/*
 * tta/failover.h - the course of one request through its targets.
 *
 * A *target* is a way to have the request answered: a model at a provider
 * (a row), asked with a key.  The caller lists those it has in the order of
 * its liking, by hand or from tta_chain_targets(), and then
 * does as it is told until the request is over:
 *
 *     tta_failover_begin(&failover, health, &options, targets, count, now, seed);
 *     while ((step = tta_failover_next(&failover, now())).kind != TTA_STEP_STOP) {
 *         if (step.kind == TTA_STEP_WAIT) sleep until step.until_ns;
 *         else { send to targets[step.target]; tta_failover_report(&failover, &finding, committed, now()); }
 *     }
 *
 * What is tried next goes by the class of a failure (tta/failure.h):
 *
 *     class          same again     other key  same model    other model  leaves alone       at the end
 *                                              elsewhere
 *     connect        once, at once             yes           yes          provider           502
 *     timeout        -                         yes           yes          row                504
 *     rate_limit     after its wait yes        yes           yes          key, upstream: row 429
 *     overloaded     after backoff             yes           yes          row                503
 *     server         once, backoff             yes           yes          row                502
 *     auth           -              yes        yes           yes          key                502
 *     quota          -              yes        yes           free first   key                402
 *     not_found      -                         yes           yes          row                404
 *     context        -                         larger only   larger only  nothing            400
 *     policy         -                         if allowed    if allowed   nothing            400
 *     bad_request    -              -          -             unsupported  nothing            400
 *     stream_broken  once, backoff  yes        yes           yes          row                502
 *     client_gone    -              -          -             -            nothing            499
 *
 * A Retry-After keeps all requests away from what it is about until then, and is
 * never cut short.
 *
 * Nobody waits while a target is ready, nor when no wait would help before the
 * deadline.  A wait is drawn from [0, backoff) (full jitter), the backoff
 * doubling each time, but never ends before the provider said.  To try another
 * provider costs nothing; to try one again that has failed this request costs
 * from its budget.  From the first content on there is no way back.
 *
 * Pure: time and seed are arguments, and nothing is allocated.  A failover is
 * for one thread at a time; they share their health.
 */
#ifndef TTA_FAILOVER_H
#define TTA_FAILOVER_H

#include "tta/health.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TTA_MAX_TARGETS 32
#define TTA_MAX_ATTEMPTS 16

struct tta_target {
    uint32_t provider, row, key; /* numbers of the health's parts */
    uint32_t model;              /* targets of one number have the same model */
    int64_t context_tokens;      /* or -1, unknown, which is never taken for larger */
    bool is_free;
    bool takes_refused; /* may be asked what another refused for its policy */
};

struct tta_failover_options {
    int64_t time_ns;        /* 60 s: for the whole request, waits included */
    uint32_t max_attempts;  /* 8, at most TTA_MAX_ATTEMPTS */
    int64_t backoff_ns;     /* 250 ms */
    int64_t max_backoff_ns; /* 8 s */
    bool keeps_order;       /* false; true: the next is the next listed, whatever the class prefers */
    bool policy_falls_back; /* false; true: to targets with takes_refused */
    bool unsupported_falls_back; /* false; true: an unsupported parameter leads to another model */
    bool fails_open;        /* true: if breakers keep back all that is left, the one that closes first is tried all
                               the same, once, within the budget of retries */
};
TTA_API struct tta_failover_options tta_failover_defaults(void);

struct tta_attempt {
    uint32_t target;
    enum tta_failure failure; /* TTA_FAILURE_COUNT while under way */
    int http_status;
    int64_t start_ns, end_ns;
};

/* Storage of the caller; the fields are the library's, but for attempts,
 * attempt_count and deadline_ns, which may be read. */
struct tta_failover {
    struct tta_attempt attempts[TTA_MAX_ATTEMPTS];
    uint32_t attempt_count;
    int64_t deadline_ns;
    struct tta_health *health;
    struct tta_failover_options options;
    struct tta_target targets[TTA_MAX_TARGETS];
    struct tta_target_course {
        int64_t ready_ns;
        uint32_t tries;
        bool is_out;
    } courses[TTA_MAX_TARGETS];
    uint32_t target_count;
    uint64_t random;
    struct tta_finding last;
    int64_t least_retry_after_ns;
    uint32_t backoffs;
    bool is_under_way, is_over, has_answered, has_committed, retries_at_once;
};

/*
 * Begins a request at `now_ns` with 1 to TTA_MAX_TARGETS targets, copied.  The
 * health is borrowed until the request is over.  TTA_OK.  TTA_BAD_ARGUMENT: no
 * or too many targets, a number out of range, or an option that makes no sense.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_failover_begin(struct tta_failover *failover, struct tta_health *health,
                   const struct tta_failover_options *options, const struct tta_target *targets, size_t count,
                   int64_t now_ns, uint64_t seed);

enum tta_step_kind {
    TTA_STEP_TRY,  /* send to `target` now and report; give it until `until_ns` at the most */
    TTA_STEP_WAIT, /* ask again at `until_ns` */
    TTA_STEP_STOP  /* it is over: tta_failover_outcome() */
};
struct tta_step {
    enum tta_step_kind kind;
    uint32_t target;
    int64_t until_ns;
};
/* What to do next.  After TTA_STEP_TRY the attempt must be reported first. */
TTA_API struct tta_step tta_failover_next(struct tta_failover *failover, int64_t now_ns);

/* What became of the attempt; `is_committed`: the client has been sent some of its content. */
TTA_API void tta_failover_report(struct tta_failover *failover, const struct tta_finding *finding, bool is_committed,
                                 int64_t now_ns);

/* How a request ended. */
struct tta_outcome {
    enum tta_failure failure; /* NONE: answered; else that of the first attempt; TIMEOUT or OVERLOADED without any */
    int client_status;        /* 200, or what the client is to see */
    int64_t retry_after_ns;   /* with 429 and 503: the least that any target asked for; 0: none did */
    bool is_committed;        /* the client has content: it can only be told by an error event, without [DONE] */
};
TTA_API struct tta_outcome tta_failover_outcome(const struct tta_failover *failover);

/*
 * The attempts as one line for a header: "NAME rate_limit 429 12ms; NAME ok 340ms".
 * `names` holds a name for each target; characters that no header has become
 * "_".  Always ends in a NUL; returns the length of the whole, which is cut to
 * `size` - 1 bytes.
 */
TTA_API size_t tta_failover_text(const struct tta_failover *failover, const char *const *names, char *out_text,
                                 size_t size);

#ifdef __cplusplus
}
#endif

#endif /* TTA_FAILOVER_H */
