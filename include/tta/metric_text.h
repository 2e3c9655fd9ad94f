/* SPDX-License-Identifier: MIT */
/*
 * tta/metric_text.h - metrics as text, for a scraper and for programs.
 *
 * A text ends in a line's end and a NUL that `*out_len` does not count.  TTA_OK:
 * `*out_text` is the caller's, for free().  TTA_NO_MEMORY, or it would be beyond
 * 256 MiB.  Any thread.
 */
#ifndef TTA_METRIC_TEXT_H
#define TTA_METRIC_TEXT_H

#include "tta/metrics.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the header Content-Type says of the first. */
#define TTA_PROMETHEUS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/*
 * Prometheus's text format 0.0.4.  Counters and histograms go back to the
 * creation, or to the first day of a store that was loaded; each series has the
 * labels provider, model and task ("" if none was said).
 *
 *     tta_requests_total                  attempts, failed ones included
 *     tta_failures_total                  by class; client_gone among them
 *     tta_retries_total, tta_fallbacks_total
 *     tta_tokens_total                    by kind: prompt, completion, cached (of the prompt), reasoning
 *     tta_tokens_unknown_total            attempts that did not say, by kind
 *     tta_cost_usd_total, tta_cost_unknown_total
 *     tta_latency_seconds, tta_first_token_seconds, tta_gap_seconds   histograms from 1 ms to 10 min
 *
 * A value within 0.8 % above the bound of a bucket may be counted in it.
 */
TTA_API TTA_MUST_CHECK enum tta_status tta_metrics_prometheus(struct tta_metrics *metrics, char **out_text,
                                                              size_t *out_len);

/*
 * JSON, an object: "at_unix_s", and "series", an array of objects with
 * "provider", "model", "task" (null if none was said) and "windows", an object with
 * a summary for each window by its name.  Times are in nanoseconds, costs in
 * pico-USD; "sum" is of what is known, "unknown" counts those that did not say.
 */
TTA_API TTA_MUST_CHECK enum tta_status tta_metrics_json(struct tta_metrics *metrics, int64_t now_ns, char **out_text,
                                                        size_t *out_len);

#ifdef __cplusplus
}
#endif

#endif /* TTA_METRIC_TEXT_H */
