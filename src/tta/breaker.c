// SPDX-License-Identifier: MIT
#include "tta/breaker.h"

#include <math.h>

#include "base/random.h"

/* Who comes while a probe is under way looks again after that. */
#define PROBE_WAIT_NS INT64_C(250000000)
#define MOST_DOUBLINGS 30

int64_t breaker_ready_ns(const struct breaker *breaker, int64_t now_ns)
{
    if (breaker->state == TTA_BREAKER_OPEN) {
        return breaker->until_ns > now_ns ? breaker->until_ns : now_ns;
    }
    bool is_taken = breaker->state == TTA_BREAKER_HALF_OPEN && breaker->has_probe && breaker->probe_until_ns > now_ns;
    if (!is_taken) {
        return now_ns;
    }
    int64_t again_ns = now_ns + PROBE_WAIT_NS;
    return again_ns < breaker->probe_until_ns ? again_ns : breaker->probe_until_ns;
}

void breaker_enter(struct breaker *breaker, int64_t now_ns, int64_t until_ns)
{
    if (breaker->state == TTA_BREAKER_CLOSED) {
        return;
    }
    if (breaker->state == TTA_BREAKER_OPEN) {
        breaker->state = TTA_BREAKER_HALF_OPEN;
        breaker->probes_passed = 0;
        breaker->is_early = now_ns < breaker->until_ns;
    }
    breaker->has_probe = true;
    breaker->probe_until_ns = until_ns > now_ns ? until_ns : now_ns;
}

void breaker_pass(struct breaker *breaker)
{
    breaker->has_probe = false;
    if (breaker->state == TTA_BREAKER_HALF_OPEN && breaker->is_early) {
        breaker->state = TTA_BREAKER_OPEN; /* up to the time that it had */
    }
}

static void decay(struct breaker *breaker, const struct tta_health_options *options, int64_t now_ns)
{
    if (now_ns > breaker->updated_ns) {
        double factor = exp(-(double)(now_ns - breaker->updated_ns) / (double)options->window_ns);
        breaker->failures *= factor;
        breaker->successes *= factor;
        breaker->updated_ns = now_ns;
    }
}

static void close_it(struct breaker *breaker, int64_t now_ns)
{
    breaker->state = TTA_BREAKER_CLOSED;
    breaker->closed_ns = now_ns;
    breaker->failures = 0;
    breaker->in_a_row = 0;
}

void breaker_succeed(struct breaker *breaker, const struct tta_health_options *options, uint32_t needed,
                     int64_t now_ns)
{
    decay(breaker, options, now_ns);
    breaker->successes += 1;
    breaker->in_a_row = 0;
    breaker->has_probe = false;
    breaker->is_early = false;
    if (breaker->state == TTA_BREAKER_HALF_OPEN && ++breaker->probes_passed >= needed) {
        close_it(breaker, now_ns);
    }
}

void breaker_open_until(struct breaker *breaker, enum tta_failure failure, int64_t now_ns, int64_t until_ns)
{
    breaker->state = TTA_BREAKER_OPEN;
    breaker->has_probe = false;
    breaker->opened_ns = now_ns;
    breaker->until_ns = until_ns;
    breaker->last_open_ns = until_ns - now_ns;
    breaker->last = failure;
    breaker->is_promised = true;
}

/* Between four and six fifths, so that what opened together is not probed together. */
static int64_t with_jitter(int64_t open_ns, uint64_t *random)
{
    double factor = 0.8 + 0.4 * (double)base_random_below(random, UINT32_MAX) / (double)UINT32_MAX;
    return (int64_t)((double)open_ns * factor);
}

void breaker_open(struct breaker *breaker, const struct tta_health_options *options, enum tta_failure failure,
                  int64_t now_ns, uint64_t *random)
{
    int64_t open_ns = options->open_ns;
    for (uint32_t i = 0; i < breaker->level && open_ns < options->max_open_ns; i++) {
        open_ns = open_ns > options->max_open_ns / 2 ? options->max_open_ns : open_ns * 2;
    }
    breaker_open_until(breaker, failure, now_ns, now_ns + with_jitter(open_ns, random));
    breaker->is_promised = false;
}

/* What was well for twice as long as it was open begins anew; what was not goes on doubling. */
static void raise_level(struct breaker *breaker, int64_t now_ns)
{
    bool is_again = breaker->state != TTA_BREAKER_CLOSED ||
                    (breaker->last_open_ns > 0 && now_ns - breaker->closed_ns < 2 * breaker->last_open_ns);
    uint32_t next = breaker->level < MOST_DOUBLINGS ? breaker->level + 1 : breaker->level;
    breaker->level = is_again ? next : 0;
}

static bool is_too_much(const struct breaker *breaker, const struct tta_health_options *options)
{
    double all = breaker->failures + breaker->successes;
    if (breaker->failures >= options->min_failures - 0.5) { /* decayed by a little since they were counted */
        return breaker->failures >= options->min_failure_ratio * all;
    }
    return breaker->in_a_row >= options->failures_in_a_row;
}

bool breaker_fail(struct breaker *breaker, const struct tta_health_options *options, enum tta_failure failure,
                  int64_t now_ns, uint64_t *random)
{
    decay(breaker, options, now_ns);
    breaker->failures += 1;
    breaker->in_a_row++;
    breaker->has_probe = false;
    if (breaker->state == TTA_BREAKER_HALF_OPEN && breaker->is_early && now_ns < breaker->until_ns) {
        breaker->state = TTA_BREAKER_OPEN; /* which says nothing new: as long as it was to be, and no longer */
        return false;
    }
    bool opens = breaker->state == TTA_BREAKER_HALF_OPEN ||
                 (breaker->state == TTA_BREAKER_CLOSED && is_too_much(breaker, options));
    if (opens) {
        raise_level(breaker, now_ns);
        breaker_open(breaker, options, failure, now_ns, random);
    }
    return opens;
}
