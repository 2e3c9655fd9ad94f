/* SPDX-License-Identifier: MIT */
/*
 * tta/alert.h - tell somebody when models do badly, and when they do well again.
 *
 * A rule has a limit on a figure of a window.  An alert fires when the figure is
 * beyond the limit, and resolves when it is a tenth better than it; between the
 * two it stays what it was, so that a figure at the limit does not ring all day.
 * Too few requests change nothing: one failure of one request is no alert.
 *
 * Each change is told once, to a hook.  With a store (tta/metric_store.h) a restart
 * does not tell it again, nor does a second process that checks the same rules.
 * The change is noted before it is told, so a hook that is killed is not called
 * again.
 */
#ifndef TTA_ALERT_H
#define TTA_ALERT_H

#include "tta/metric_store.h"
#include "tta/metrics.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TTA_MAX_ALERT_NAME_BYTES 100

enum tta_alert_figure {
    TTA_ALERT_P50, /* of the latency, ns; beyond is above */
    TTA_ALERT_P90,
    TTA_ALERT_P95,
    TTA_ALERT_P99,
    TTA_ALERT_P999,
    TTA_ALERT_FIRST_TOKEN_P95, /* of the time to the first token, ns */
    TTA_ALERT_GAP_P95,         /* of the time between pieces of a stream, ns */
    TTA_ALERT_ERROR_RATE,      /* 1 - success_rate, 0 to 1 */
    TTA_ALERT_AVAILABILITY,    /* 0 to 1; beyond is below */
    TTA_ALERT_FIGURES          /* not a figure */
};

/* "p50", ..., "p99.9", "first_token_p95", "gap_p95", "error_rate", "availability".  Never NULL. */
TTA_API const char *tta_alert_figure_name(enum tta_alert_figure figure);

/* What is looked at as one. */
enum tta_alert_each {
    TTA_ALERT_ALL,           /* everything that the filter lets through, together */
    TTA_ALERT_EACH_PROVIDER, /* each provider for itself */
    TTA_ALERT_EACH_MODEL     /* each model at each provider for itself */
};

struct tta_alert_rule {
    const char *name; /* 1 to TTA_MAX_ALERT_NAME_BYTES bytes, no two alike */
    enum tta_alert_figure figure;
    double limit; /* ns, or 0 to 1 */
    enum tta_window window;
    uint64_t min_requests; /* with fewer in the window nothing changes; at least 1 */
    enum tta_alert_each each;
    struct tta_series_filter filter;
};

/* 5 minutes, 20 requests, all together; name, figure and limit are the caller's to set. */
TTA_API struct tta_alert_rule tta_alert_rule_defaults(void);

/*
 * Reads a condition into figure and limit: "p95 > 8 s", "error_rate > 5%",
 * "availability < 99.5%"; times in ns, us, ms, s, min or h, shares in per cent or from 0
 * to 1.  TTA_OK.  TTA_BAD_SYNTAX: `err` says what is wanted.
 */
TTA_API TTA_MUST_CHECK enum tta_status tta_alert_condition_parse(const char *text, struct tta_alert_rule *rule,
                                                                 struct tta_error *err);

/* The limit of a figure as it would be read again: "8 s", "5%".  At most 40 bytes with the NUL. */
#define TTA_ALERT_VALUE_BYTES 40
TTA_API void tta_alert_value_text(enum tta_alert_figure figure, double value, char out_text[TTA_ALERT_VALUE_BYTES]);

/* How a rule stands for one of what it looks at. */
struct tta_alert_state {
    const struct tta_alert_rule *rule;
    const char *provider, *model; /* of whom; NULL: it does not look at one alone */
    bool is_firing;
    int64_t since_ns; /* when it began to fire; 0 if it does not */
    bool is_new;      /* it is since this check */
    bool is_beyond;   /* the figure is beyond the limit just now, and of enough requests */
    double value;     /* of the figure just now; of too few requests it says little */
    uint64_t requests; /* that it is of */
};

/* Is told of each state that is new, or of all. */
typedef void tta_alert_hook(void *context, const struct tta_alert_state *state);

struct tta_alerts;

/* Rules are copied.  TTA_OK (`*out_alerts` owned by the caller), TTA_NO_MEMORY.
 * TTA_BAD_ARGUMENT: a value is out of its range; `err` says of which rule. */
TTA_API TTA_MUST_CHECK enum tta_status tta_alerts_create(const struct tta_alert_rule *rules, size_t count,
                                                         struct tta_alerts **out_alerts, struct tta_error *err);
/* NULL does nothing. */
TTA_API void tta_alerts_destroy(struct tta_alerts *alerts);

/*
 * Looks at all rules, notes what changed and tells the hook of it.  `store` is where
 * it is noted, NULL: in memory.  What fires and had no request for a day resolves.
 * For one thread at a time; the hook is called from within.  TTA_OK, TTA_NO_MEMORY,
 * and those of tta_metric_store_note_alert(): what was told was noted.
 */
TTA_API TTA_MUST_CHECK enum tta_status tta_alerts_check(struct tta_alerts *alerts, struct tta_metrics *metrics,
                                                        struct tta_metric_store *store, int64_t now_ns,
                                                        tta_alert_hook *hook, void *context, struct tta_error *err);

/* Tells the hook how each rule stands and changes nothing.  `store` may be one that is only read.  As above. */
TTA_API TTA_MUST_CHECK enum tta_status tta_alerts_show(struct tta_alerts *alerts, struct tta_metrics *metrics,
                                                       struct tta_metric_store *store, tta_alert_hook *hook,
                                                       void *context, struct tta_error *err);

#ifdef __cplusplus
}
#endif

#endif /* TTA_ALERT_H */
