// SPDX-License-Identifier: MIT
/* What an exchange leaves in the figures: each attempt with how it went, and the request with how it ended. */
#include "cmd/tta/gateway/exchange_parts.h"

/* Of the attempt that was last alone something may be known beside its outcome. */
static void describe_last(const struct exchange *exchange, struct tta_observation *observation)
{
    int64_t to_attempt_ns = exchange->attempt_start_ns - exchange->start_ns;
    observation->usage = exchange->usage;
    observation->usage.cost_pusd = exchange->cost_pusd;
    if (exchange->fields.is_stream && exchange->first_byte_ns >= 0) {
        observation->first_token_ns =
            exchange->first_byte_ns > to_attempt_ns ? exchange->first_byte_ns - to_attempt_ns : 0;
    }
}

static enum figures_end end_of(const struct exchange *exchange, int status, const char *error)
{
    if (status == 499) {
        return FIGURES_LEFT;
    }
    if (status < 400) {
        return error ? FIGURES_FAILED : FIGURES_ANSWERED; /* a stream that broke off had begun with 200 */
    }
    bool was_tried = exchange->failover.attempt_count > 0;
    bool is_refused = status == 402 || status == 403 || status == 404 || status == 413 || exchange->refusal_wait_ns > 0;
    return status == 400 || (is_refused && !was_tried) ? FIGURES_REFUSED : FIGURES_FAILED;
}

void exchange_record(const struct exchange *exchange, int status, const char *error)
{
    struct worker *worker = exchange->worker;
    struct figures *figures = worker->gateway->figures;
    for (uint32_t i = 0; i < exchange->failover.attempt_count; i++) {
        uint32_t target = exchange->failover.attempts[i].target;
        uint32_t series = site_series(worker, exchange->site, exchange->failover.targets[target].row, exchange->task);
        if (series != FIGURES_NO_SERIES) {
            struct tta_observation observation = tta_observation_of_attempt(&exchange->failover, i, series);
            if (i + 1 == exchange->failover.attempt_count) {
                describe_last(exchange, &observation);
            }
            tta_metrics_record(worker->recorder, &observation);
        }
    }
    atomic_fetch_sub_explicit(&figures->requests_under_way, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&figures->ended[end_of(exchange, status, error)], 1, memory_order_relaxed);
}

void exchange_record_piece(struct exchange *exchange)
{
    int64_t now_ns = loop_now_ns(exchange->worker->loop), last_ns = exchange->last_piece_ns;
    exchange->last_piece_ns = now_ns;
    if (exchange->series != FIGURES_NO_SERIES && last_ns > 0 && last_ns <= now_ns) {
        tta_metrics_record_gap(exchange->worker->recorder, exchange->series, now_ns - last_ns);
    }
}
