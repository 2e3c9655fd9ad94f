// SPDX-License-Identifier: MIT
#include "tta/metric_summary.h"

#include "tta/failover.h"

#include <math.h>

/* Failures that say nothing of the model or its server: what was asked for was at fault. */
static const bool is_askers_fault[TTA_FAILURE_COUNT] = {
    [TTA_FAILURE_CONTEXT] = true, [TTA_FAILURE_POLICY] = true, [TTA_FAILURE_BAD_REQUEST] = true,
    [TTA_FAILURE_CLIENT_GONE] = true,
};

static void find_percentiles(const struct spread *spread, struct tta_times *times)
{
    static const double shares[] = {0.50, 0.90, 0.95, 0.99, 0.999};
    enum { SHARES = sizeof(shares) / sizeof(shares[0]) };
    uint64_t ranks[SHARES];
    int64_t values[SHARES];
    for (size_t i = 0; i < SHARES; i++) {
        ranks[i] = base_histogram_quantile_rank(shares[i], times->count);
    }
    tta_spread_values_at(spread, ranks, SHARES, values);
    times->p50_ns = values[0];
    times->p90_ns = values[1];
    times->p95_ns = values[2];
    times->p99_ns = values[3];
    times->p999_ns = values[4];
}

static struct tta_times times_of(const struct totals *totals, enum metric_time time)
{
    const struct tally *tally = &totals->tally;
    struct tta_times times = {.count = tally->samples[time]};
    if (times.count > 0) {
        double sum_ns = ldexp((double)tally->counters[TALLY_WRAPS + time], 64) +
                        (double)tally->counters[TALLY_TIME_SUM + time];
        times.mean_ns = sum_ns / (double)times.count;
        find_percentiles(&totals->times[time], &times);
    }
    return times;
}

static struct tta_amount amount_of(const struct tally *tally, enum metric_amount amount)
{
    return (struct tta_amount){.sum = tally->counters[TALLY_SUM + amount],
                               .unknown = tally->counters[TALLY_UNKNOWN + amount]};
}

/* Torn copies at the ends of a window can put a failure on the other side of
 * its edge than the request, hence the limits. */
static uint64_t at_most(uint64_t value, uint64_t limit)
{
    return value < limit ? value : limit;
}

static double share_without(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)(whole - part) / (double)whole : 1;
}

void tta_summarise(const struct totals *totals, struct tta_summary *out_summary)
{
    const struct tally *tally = &totals->tally;
    struct tta_summary summary = {.requests = tally->samples[METRIC_LATENCY]};
    uint64_t faults = 0;
    for (size_t i = 0; i < TTA_FAILURE_COUNT; i++) {
        uint64_t count = at_most(tally->counters[TALLY_CLASS + i], summary.requests);
        bool is_failure = i != TTA_FAILURE_NONE && i != TTA_FAILURE_CLIENT_GONE;
        summary.by_class[i] = count;
        summary.failures += is_failure ? count : 0;
        faults += is_failure && !is_askers_fault[i] ? count : 0;
    }
    summary.failures = at_most(summary.failures, summary.requests);
    summary.success_rate = share_without(summary.failures, summary.requests);
    summary.availability = share_without(at_most(faults, summary.requests), summary.requests);
    summary.retries = at_most(tally->counters[TALLY_RETRIES], summary.requests);
    summary.fallbacks = at_most(tally->counters[TALLY_FALLBACKS], summary.requests);
    summary.prompt_tokens = amount_of(tally, METRIC_PROMPT_TOKENS);
    summary.completion_tokens = amount_of(tally, METRIC_COMPLETION_TOKENS);
    summary.cached_tokens = amount_of(tally, METRIC_CACHED_TOKENS);
    summary.reasoning_tokens = amount_of(tally, METRIC_REASONING_TOKENS);
    summary.cost_pusd = amount_of(tally, METRIC_COST_PUSD);
    summary.latency = times_of(totals, METRIC_LATENCY);
    summary.first_token = times_of(totals, METRIC_FIRST_TOKEN);
    summary.gap = times_of(totals, METRIC_GAP);
    *out_summary = summary;
}

struct tta_trend_point tta_summarise_point(const struct totals *totals)
{
    struct tta_summary summary;
    tta_summarise(totals, &summary);
    return (struct tta_trend_point){summary.requests, summary.failures, summary.latency.p50_ns,
                                    summary.latency.p95_ns};
}

const char *tta_window_name(enum tta_window window)
{
    static const char *const names[TTA_WINDOW_COUNT] = {"1m", "5m", "1h", "24h", "all"};
    return (unsigned)window < TTA_WINDOW_COUNT ? names[window] : "unknown";
}

struct tta_observation tta_observation_of_attempt(const struct tta_failover *failover, uint32_t attempt,
                                                  uint32_t series)
{
    const struct tta_attempt *it = &failover->attempts[attempt];
    enum tta_attempt_kind kind = attempt == 0 ? TTA_ATTEMPT_FIRST : TTA_ATTEMPT_FALLBACK;
    for (uint32_t i = 0; i < attempt; i++) {
        kind = failover->attempts[i].target == it->target ? TTA_ATTEMPT_RETRY : kind;
    }
    return (struct tta_observation){
        .series = series,
        .failure = it->failure,
        .kind = kind,
        .latency_ns = it->end_ns > it->start_ns ? it->end_ns - it->start_ns : 0,
        .first_token_ns = TTA_NOT_TIMED,
        .usage = TTA_USAGE_NONE,
    };
}
