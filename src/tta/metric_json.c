// SPDX-License-Identifier: MIT
#include "tta/metric_text.h"
#include "tta/metric_text_parts.h"

#include "base/buf.h"
#include "base/json.h"

#include <inttypes.h>

#define SECOND_NS INT64_C(1000000000)

static void add_count(struct buf *out, const char *key, uint64_t count)
{
    base_buf_addf(out, "\"%s\":%" PRIu64 ",", key, count);
}

static void add_amount(struct buf *out, const char *key, struct tta_amount amount)
{
    base_buf_addf(out, "\"%s\":{\"sum\":%" PRIu64 ",\"unknown\":%" PRIu64 "},", key, amount.sum, amount.unknown);
}

static void add_times(struct buf *out, const char *key, const struct tta_times *times, const char *after)
{
    base_buf_addf(out,
                  "\"%s\":{\"count\":%" PRIu64 ",\"mean_ns\":%.10g,\"p50_ns\":%" PRId64 ",\"p90_ns\":%" PRId64
                  ",\"p95_ns\":%" PRId64 ",\"p99_ns\":%" PRId64 ",\"p99.9_ns\":%" PRId64 "}%s",
                  key, times->count, times->mean_ns, times->p50_ns, times->p90_ns, times->p95_ns, times->p99_ns,
                  times->p999_ns, after);
}

static void add_classes(struct buf *out, const struct tta_summary *summary)
{
    const char *before = "";
    base_buf_add_cstr(out, "\"by_class\":{");
    for (unsigned i = TTA_FAILURE_NONE + 1; i < TTA_FAILURE_COUNT; i++) {
        if (summary->by_class[i] > 0) {
            base_buf_addf(out, "%s\"%s\":%" PRIu64, before, tta_failure_name((enum tta_failure)i),
                          summary->by_class[i]);
            before = ",";
        }
    }
    base_buf_add_cstr(out, "},");
}

static void add_summary(struct buf *out, const struct tta_summary *summary)
{
    base_buf_add_char(out, '{');
    add_count(out, "requests", summary->requests);
    add_count(out, "failures", summary->failures);
    add_classes(out, summary);
    add_count(out, "retries", summary->retries);
    add_count(out, "fallbacks", summary->fallbacks);
    base_buf_addf(out, "\"success_rate\":%.6g,\"availability\":%.6g,", summary->success_rate, summary->availability);
    add_amount(out, "prompt_tokens", summary->prompt_tokens);
    add_amount(out, "completion_tokens", summary->completion_tokens);
    add_amount(out, "cached_tokens", summary->cached_tokens);
    add_amount(out, "reasoning_tokens", summary->reasoning_tokens);
    add_amount(out, "cost_pusd", summary->cost_pusd);
    add_times(out, "latency", &summary->latency, ",");
    add_times(out, "first_token", &summary->first_token, ",");
    add_times(out, "gap", &summary->gap, "}");
}

static void add_series(struct buf *out, struct tta_metrics *metrics, uint32_t number)
{
    struct tta_series series = tta_metrics_series_at(metrics, number);
    base_buf_add_cstr(out, "{\"provider\":");
    base_json_add_text(out, series.provider);
    base_buf_add_cstr(out, ",\"model\":");
    base_json_add_text(out, series.model);
    if (series.task == TTA_TASK_COUNT) {
        base_buf_add_cstr(out, ",\"task\":null");
    } else {
        base_buf_addf(out, ",\"task\":\"%s\"", tta_task_name(series.task));
    }
    base_buf_add_cstr(out, ",\"windows\":{");
    for (unsigned window = 0; window < TTA_WINDOW_COUNT; window++) {
        struct tta_summary summary;
        tta_metrics_read(metrics, number, (enum tta_window)window, &summary);
        base_buf_addf(out, "%s\n\"%s\":", window > 0 ? "," : "", tta_window_name((enum tta_window)window));
        add_summary(out, &summary);
    }
    base_buf_add_cstr(out, "}}");
}

enum tta_status tta_text_take(struct buf *out, char **out_text, size_t *out_len)
{
    enum tta_status status = TTA_OK;
    size_t len = out->len;
    char *text = NULL;
    if (!base_buf_ok(out)) {
        status = TTA_NO_MEMORY;
    } else {
        text = base_buf_take(out);
        status = text ? TTA_OK : TTA_NO_MEMORY;
    }
    base_buf_deinit(out);
    if (status == TTA_OK) {
        *out_text = text;
        *out_len = len;
    }
    return status;
}

enum tta_status tta_metrics_json(struct tta_metrics *metrics, int64_t now_ns, char **out_text, size_t *out_len)
{
    struct buf out;
    base_buf_init(&out, METRIC_TEXT_MAX_BYTES);
    base_buf_addf(&out, "{\"at_unix_s\":%" PRId64 ",\"series\":[", now_ns / SECOND_NS);
    size_t count = tta_metrics_series_count(metrics);
    for (uint32_t i = 0; i < count; i++) {
        base_buf_add_cstr(&out, i > 0 ? ",\n" : "\n");
        add_series(&out, metrics, i);
    }
    base_buf_add_cstr(&out, "]}\n");
    return tta_text_take(&out, out_text, out_len);
}
