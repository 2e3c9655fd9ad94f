// SPDX-License-Identifier: MIT
/* tta/breaker.h - one breaker: a value, with time and chance as arguments.  Pure. */
#ifndef TTA_BREAKER_H
#define TTA_BREAKER_H

#include "tta/health.h"

struct breaker {
    enum tta_breaker_state state;
    bool has_probe;         /* with half-open: a request is under way */
    bool is_early;          /* with half-open: it went through before until_ns, for want of anything better */
    int64_t probe_until_ns; /* after which it is given up */
    int64_t until_ns;
    int64_t opened_ns;
    int64_t closed_ns;
    int64_t last_open_ns; /* how long it was open */
    int64_t updated_ns;   /* of the decaying counts */
    double failures, successes;
    uint32_t in_a_row;
    uint32_t probes_passed;
    uint32_t level;
    enum tta_failure last;
    bool is_promised; /* with open: the provider, or what is known, named the time; nothing goes through before */
};

/* When a request may go through: now_ns if now, TTA_UNTIL_HEALED if never. */
int64_t breaker_ready_ns(const struct breaker *breaker, int64_t now_ns);
/* A request goes through, which must be reported before `until_ns`; with an
 * open or half-open breaker it is the probe. */
void breaker_enter(struct breaker *breaker, int64_t now_ns, int64_t until_ns);
/* It said nothing about this part. */
void breaker_pass(struct breaker *breaker);
void breaker_succeed(struct breaker *breaker, const struct tta_health_options *options, uint32_t needed,
                     int64_t now_ns);
/* True if it has opened with that. */
bool breaker_fail(struct breaker *breaker, const struct tta_health_options *options, enum tta_failure failure,
                  int64_t now_ns, uint64_t *random);
/* Opens it up to a time that others know. */
void breaker_open_until(struct breaker *breaker, enum tta_failure failure, int64_t now_ns, int64_t until_ns);
/* Opens it for its next time. */
void breaker_open(struct breaker *breaker, const struct tta_health_options *options, enum tta_failure failure,
                  int64_t now_ns, uint64_t *random);

#endif /* TTA_BREAKER_H */
