/* SPDX-License-Identifier: MIT */
/*
 * tta/metrics.h - how models perform.
 *
 * Figures are kept by *series*: a model at a provider, for a task.  Whoever
 * sends requests says once who that is, and then says of each attempt what
 * became of it:
 *
 *     once a target       tta_metrics_add_series(metrics, &series, &number);
 *     once a thread       tta_metrics_add_recorder(metrics, &recorder);
 *     once an attempt     tta_metrics_record(recorder, &observation);
 *     once a pause        tta_metrics_record_gap(recorder, number, gap_ns);    (if it looks at them)
 *     on a timer          tta_metrics_tick(metrics, now_ns);
 *     whenever asked      tta_metrics_read(...), tta_metrics_sum(...)
 *
 * A recorder's counters and log-linear histograms are written by its thread
 * alone, so recording takes no lock, allocates nothing, makes no system call and
 * waits for nobody; readers add recorders up.  No sample is ever lost: what the
 * windows and the total say is exact, but for percentiles, which are within 0.4 %.
 *
 * Times are nanoseconds since 1970 of a clock that does not go back; one that
 * does stands still here until it has caught up.  Nothing here reads a clock.
 * tta/metric_store.h keeps it all across restarts.
 */
#ifndef TTA_METRICS_H
#define TTA_METRICS_H

#include "tta/failure.h"
#include "tta/selection.h"
#include "tta/usage.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TTA_MAX_SERIES 100000

struct tta_failover;
struct tta_metrics;
struct tta_recorder;

/* Room for `max_series`, 1 to TTA_MAX_SERIES.  `now_ns`, at least 0, is when the
 * first window begins.  TTA_OK (`*out_metrics` owned by the caller),
 * TTA_BAD_ARGUMENT, TTA_NO_MEMORY. */
TTA_API TTA_MUST_CHECK enum tta_status
tta_metrics_create(size_t max_series, int64_t now_ns, struct tta_metrics **out_metrics);

/* Releases it and all its recorders, which no thread may use any more.  NULL
 * does nothing. */
TTA_API void tta_metrics_destroy(struct tta_metrics *metrics);

/* Whose figures they are. */
struct tta_series {
    const char *provider; /* the name of the server: the origin in a catalogue; "" if there is none */
    const char *model;    /* the id; not "" */
    enum tta_task task;   /* TTA_TASK_COUNT: none was said */
};

/*
 * The number of a series, which is made if there is none: from 0 on, good until
 * the metrics are destroyed.  Text is copied.  Takes a lock and may allocate, for
 * each recorder, so ask once and keep the number.  Any thread.  TTA_OK.
 * TTA_BAD_ARGUMENT: no model, no such task, or a text that is longer than
 * TTA_MAX_ID_BYTES, is no UTF-8 or has control characters.  TTA_TOO_LARGE: there are `max_series`.  TTA_NO_MEMORY.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_metrics_add_series(struct tta_metrics *metrics, const struct tta_series *series, uint32_t *out_number);

/* How many there are, and one of them; its text is borrowed until the metrics
 * are destroyed. */
TTA_API size_t tta_metrics_series_count(struct tta_metrics *metrics);
TTA_API struct tta_series tta_metrics_series_at(struct tta_metrics *metrics, uint32_t number);

/* A recorder for one thread, borrowed from `metrics` until that is destroyed;
 * a thread that ends may hand its recorder to another.  Any thread may call
 * this.  TTA_OK, TTA_NO_MEMORY. */
TTA_API TTA_MUST_CHECK enum tta_status
tta_metrics_add_recorder(struct tta_metrics *metrics, struct tta_recorder **out_recorder);

/* What led to an attempt. */
enum tta_attempt_kind {
    TTA_ATTEMPT_FIRST,   /* the request itself */
    TTA_ATTEMPT_RETRY,   /* the target that failed was asked again */
    TTA_ATTEMPT_FALLBACK /* another one was asked before */
};

#define TTA_NOT_TIMED INT64_C(-1)

/* One finished attempt.  Set first_token_ns and usage: zero is a fact, not unknown. */
struct tta_observation {
    uint32_t series;           /* a number of tta_metrics_add_series() */
    enum tta_failure failure;  /* TTA_FAILURE_NONE: it was answered well */
    enum tta_attempt_kind kind;
    int64_t latency_ns;        /* to its end, 0 or more; above 73 min counts as that in percentiles, not in the mean */
    int64_t first_token_ns;    /* to the first of its content; TTA_NOT_TIMED: none came, or nobody looked */
    struct tta_usage usage;    /* TTA_USAGE_NONE if nothing is known */
};

/*
 * Records one.  Only the recorder's own thread may call this, with a series that
 * was made before.  Wait-free; cannot fail.
 *
 * What its usage leaves unknown is counted as unknown, if it may have cost
 * something: if it was answered, timed out, broke off or was given up.  One that
 * was turned away used nothing.
 */
TTA_API void tta_metrics_record(struct tta_recorder *recorder, const struct tta_observation *observation);

/* Records the time between two pieces of a stream, 0 or more.  As above. */
TTA_API void tta_metrics_record_gap(struct tta_recorder *recorder, uint32_t series, int64_t gap_ns);

/* The observation of a failover's attempt, which must be over: its class, what it
 * was and its latency.  `series` is of its target; the rest is the caller's to set. */
TTA_API struct tta_observation tta_observation_of_attempt(const struct tta_failover *failover, uint32_t attempt,
                                                          uint32_t series);

/* Windows that can be asked for.  A window ends now and reaches back at least
 * its length and at most one slot longer: ticks come at slot borders. */
enum tta_window {
    TTA_WINDOW_MINUTE,    /* slots of 10 s */
    TTA_WINDOW_5_MINUTES, /* slots of 10 s */
    TTA_WINDOW_HOUR,      /* slots of 1 min */
    TTA_WINDOW_DAY,       /* slots of 1 h */
    TTA_WINDOW_ALL        /* since creation, and what was read from a store */
};
#define TTA_WINDOW_COUNT 5

/* "1m", "5m", "1h", "24h", "all".  Never NULL. */
TTA_API const char *tta_window_name(enum tta_window window);

/* Something that each attempt has an amount of. */
struct tta_amount {
    uint64_t sum;
    uint64_t unknown; /* attempts that did not say */
};

/* Times; all 0 if there were none.  The mean is exact; percentiles are within
 * 0.4 %, type 1 of Hyndman and Fan. */
struct tta_times {
    uint64_t count;
    double mean_ns;
    int64_t p50_ns, p90_ns, p95_ns, p99_ns, p999_ns;
};

/* What was recorded in a window. */
struct tta_summary {
    uint64_t requests; /* attempts, failed ones included */
    uint64_t failures; /* but for those whose client has gone */
    uint64_t by_class[TTA_FAILURE_COUNT]; /* of the requests; [TTA_FAILURE_NONE]: answered well */
    uint64_t retries, fallbacks;          /* of the requests */
    double success_rate; /* 1 - failures / requests; 1 if there were none */
    double availability; /* the same, where a bad request, a context too long and a refusal are no failures:
                            they are the asker's */
    struct tta_amount prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens;
    struct tta_amount cost_pusd;
    struct tta_times latency;     /* of all requests, failed ones included */
    struct tta_times first_token; /* of those that had one */
    struct tta_times gap;         /* between pieces of streams */
};

/*
 * Moves the windows on to `now_ns`.  Call it at least every ten seconds; later
 * calls only make windows coarser, never wrong by more than the gap.  Recording
 * goes on meanwhile.  TTA_OK or TTA_NO_MEMORY (windows then stay where they
 * were; call again).
 */
TTA_API TTA_MUST_CHECK enum tta_status tta_metrics_tick(struct tta_metrics *metrics, int64_t now_ns);

/*
 * The summary of one series over a window that ends now; samples recorded
 * while this runs may or may not be in it.  Any thread; readers and
 * tta_metrics_tick() take turns on a lock that recorders never touch.
 */
TTA_API void tta_metrics_read(struct tta_metrics *metrics, uint32_t series, enum tta_window window,
                              struct tta_summary *out_summary);

/* Of which series.  Zero-initialised: of all. */
struct tta_series_filter {
    const char *provider; /* NULL: of any */
    const char *model;    /* NULL: of any */
    bool has_task;
    enum tta_task task;
};

/* The same of all series that the filter lets through, as if they were one. */
TTA_API void tta_metrics_sum(struct tta_metrics *metrics, const struct tta_series_filter *filter,
                             enum tta_window window, struct tta_summary *out_summary);

/* How it went: a point a slot, oldest first. */
struct tta_trend_point {
    uint64_t requests, failures;
    int64_t p50_ns, p95_ns; /* of the latency */
};
/* Points of TTA_WINDOW_5_MINUTES (30 of 10 s), _HOUR (60 of 1 min) and _DAY (24 of
 * 1 h); of the others there is none. */
#define TTA_MAX_TREND 60
TTA_API size_t tta_metrics_trend(struct tta_metrics *metrics, const struct tta_series_filter *filter,
                                 enum tta_window window, struct tta_trend_point out_points[TTA_MAX_TREND]);

/*
 * The bytes that the windows of all series take, but for what the allocator adds:
 * what of the memory for metrics grows while no series is made.  A slot takes a
 * byte or two for each bucket in use, so windows fill with traffic, for five
 * minutes with slots of ten seconds, for an hour with those of a minute, and for
 * 25 hours with those of an hour; from then on each slot is written into the block
 * of one that is forgotten, and a tick allocates only for what outgrows its block.
 * A series has at most 128 slots of 120 KB each; a busy one has slots of a few KB.
 */
TTA_API size_t tta_metrics_history_bytes(struct tta_metrics *metrics);

#ifdef __cplusplus
}
#endif

#endif /* TTA_METRICS_H */
