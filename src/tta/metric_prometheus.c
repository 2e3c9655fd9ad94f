// SPDX-License-Identifier: MIT
/*
 * Samples of one family stand together, so each series is looked at once, what is
 * to be printed of it is kept, and then one family is printed after the other.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
#include "tta/metric_parts.h"
#include "tta/metric_summary.h"
#include "tta/metric_text.h"
#include "tta/metric_text_parts.h"

#include "base/buf.h"
#include "base/num.h"

#include <inttypes.h>
#include <stdlib.h>

#define SECOND_NS INT64_C(1000000000)
#define PUSD_PER_USD UINT64_C(1000000000000)

/* In milliseconds, what waits for models takes. */
static const uint64_t bounds_ms[] = {1,    2,    5,    10,   25,    50,    100,   250,    500,
                                     1000, 2500, 5000, 10000, 20000, 30000, 60000, 120000, 300000, 600000};
enum { BOUNDS = sizeof(bounds_ms) / sizeof(bounds_ms[0]) };

struct bars {
    uint64_t up_to[BOUNDS];
    uint64_t count;
    double sum_ns;
};

struct sheet {
    struct tta_series series;
    struct tta_summary summary;
    struct bars times[METRIC_TIMES];
};

static struct bars bars_of(const struct totals *totals, size_t time, const struct tta_times *times)
{
    struct bars bars = {.count = times->count, .sum_ns = times->mean_ns * (double)times->count};
    uint64_t seen = 0;
    size_t bucket = 0;
    for (size_t i = 0; i < BOUNDS; i++) {
        for (size_t last = base_histogram_bucket(bounds_ms[i] * 1000000); bucket <= last; bucket++) {
            seen += totals->times[time].counts[bucket];
        }
        bars.up_to[i] = seen;
    }
    return bars;
}

static struct sheet *fill_sheets(struct tta_metrics *metrics, size_t *out_count)
{
    tta_metrics_take_turn(metrics);
    const struct series_table *table = tta_metrics_series_table(metrics);
    size_t count = tta_series_table_count(table);
    struct sheet *sheets = base_alloc_array(count, sizeof(*sheets));
    for (uint32_t i = 0; i < count && sheets; i++) {
        struct sheet *sheet = &sheets[i];
        const struct totals *totals = tta_metrics_window(metrics, i, TTA_WINDOW_ALL);
        sheet->series = tta_series_table_at(table, i);
        tta_summarise(totals, &sheet->summary);
        sheet->times[METRIC_LATENCY] = bars_of(totals, METRIC_LATENCY, &sheet->summary.latency);
        sheet->times[METRIC_FIRST_TOKEN] = bars_of(totals, METRIC_FIRST_TOKEN, &sheet->summary.first_token);
        sheet->times[METRIC_GAP] = bars_of(totals, METRIC_GAP, &sheet->summary.gap);
    }
    tta_metrics_end_turn(metrics);
    *out_count = count;
    return sheets;
}

/* A line's end cannot be in a label of ours. */
static void add_label(struct buf *out, const char *name, const char *value)
{
    base_buf_addf(out, "%s=\"", name);
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\') {
            base_buf_add_char(out, '\\');
        }
        base_buf_add_char(out, *value);
    }
    base_buf_add_char(out, '"');
}

static void add_labels(struct buf *out, const struct sheet *sheet)
{
    enum tta_task task = sheet->series.task;
    base_buf_add_char(out, '{');
    add_label(out, "provider", sheet->series.provider);
    add_label(out, ",model", sheet->series.model);
    add_label(out, ",task", task == TTA_TASK_COUNT ? "" : tta_task_name(task));
}

static void add_head(struct buf *out, const char *name, const char *type, const char *help)
{
    base_buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A counter of one kind of several, which a label names; or of one alone, with `label` NULL. */
static void add_count(struct buf *out, const char *name, const struct sheet *sheet, const char *label,
                      const char *kind, uint64_t count)
{
    base_buf_add_cstr(out, name);
    add_labels(out, sheet);
    if (label) {
        base_buf_addf(out, ",%s=\"%s\"", label, kind);
    }
    base_buf_addf(out, "} %" PRIu64 "\n", count);
}

static void add_requests(struct buf *out, const struct sheet *sheet)
{
    add_count(out, "tta_requests_total", sheet, NULL, NULL, sheet->summary.requests);
}

static void add_failures(struct buf *out, const struct sheet *sheet)
{
    for (unsigned i = TTA_FAILURE_NONE + 1; i < TTA_FAILURE_COUNT; i++) {
        if (sheet->summary.by_class[i] > 0) {
            add_count(out, "tta_failures_total", sheet, "class", tta_failure_name((enum tta_failure)i),
                      sheet->summary.by_class[i]);
        }
    }
}

static void add_retries(struct buf *out, const struct sheet *sheet)
{
    add_count(out, "tta_retries_total", sheet, NULL, NULL, sheet->summary.retries);
}

static void add_fallbacks(struct buf *out, const struct sheet *sheet)
{
    add_count(out, "tta_fallbacks_total", sheet, NULL, NULL, sheet->summary.fallbacks);
}

static void add_kinds(struct buf *out, const char *name, const struct sheet *sheet, bool of_unknown)
{
    const struct tta_summary *summary = &sheet->summary;
    const struct {
        const char *kind;
        struct tta_amount amount;
    } kinds[] = {
        {"prompt", summary->prompt_tokens},
        {"completion", summary->completion_tokens},
        {"cached", summary->cached_tokens},
        {"reasoning", summary->reasoning_tokens},
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        uint64_t count = of_unknown ? kinds[i].amount.unknown : kinds[i].amount.sum;
        add_count(out, name, sheet, "kind", kinds[i].kind, count);
    }
}

static void add_tokens(struct buf *out, const struct sheet *sheet)
{
    add_kinds(out, "tta_tokens_total", sheet, false);
}

static void add_unknown_tokens(struct buf *out, const struct sheet *sheet)
{
    add_kinds(out, "tta_tokens_unknown_total", sheet, true);
}

static void add_cost(struct buf *out, const struct sheet *sheet)
{
    uint64_t pusd = sheet->summary.cost_pusd.sum;
    base_buf_add_cstr(out, "tta_cost_usd_total");
    add_labels(out, sheet);
    base_buf_addf(out, "} %" PRIu64 ".%012" PRIu64 "\n", pusd / PUSD_PER_USD, pusd % PUSD_PER_USD);
}

static void add_unknown_cost(struct buf *out, const struct sheet *sheet)
{
    add_count(out, "tta_cost_unknown_total", sheet, NULL, NULL, sheet->summary.cost_pusd.unknown);
}

static void add_bars(struct buf *out, const char *name, const struct sheet *sheet, const struct bars *bars)
{
    if (bars->count == 0) {
        return;
    }
    for (size_t i = 0; i < BOUNDS; i++) {
        base_buf_addf(out, "%s_bucket", name);
        add_labels(out, sheet);
        base_buf_addf(out, ",le=\"%g\"} %" PRIu64 "\n", (double)bounds_ms[i] / 1000, bars->up_to[i]);
    }
    base_buf_addf(out, "%s_bucket", name);
    add_labels(out, sheet);
    base_buf_addf(out, ",le=\"+Inf\"} %" PRIu64 "\n%s_sum", bars->count, name);
    add_labels(out, sheet);
    base_buf_addf(out, "} %.9g\n%s_count", bars->sum_ns / (double)SECOND_NS, name);
    add_labels(out, sheet);
    base_buf_addf(out, "} %" PRIu64 "\n", bars->count);
}

static void add_latency(struct buf *out, const struct sheet *sheet)
{
    add_bars(out, "tta_latency_seconds", sheet, &sheet->times[METRIC_LATENCY]);
}

static void add_first_token(struct buf *out, const struct sheet *sheet)
{
    add_bars(out, "tta_first_token_seconds", sheet, &sheet->times[METRIC_FIRST_TOKEN]);
}

static void add_gap(struct buf *out, const struct sheet *sheet)
{
    add_bars(out, "tta_gap_seconds", sheet, &sheet->times[METRIC_GAP]);
}

static const struct {
    const char *name, *type, *help;
    void (*add)(struct buf *out, const struct sheet *sheet);
} families[] = {
    {"tta_requests_total", "counter", "Attempts, failed ones included.", add_requests},
    {"tta_failures_total", "counter", "Attempts that failed, by the class of the failure.", add_failures},
    {"tta_retries_total", "counter", "Attempts at a target that had failed the same request.", add_retries},
    {"tta_fallbacks_total", "counter", "Attempts at a target after another one had failed.", add_fallbacks},
    {"tta_tokens_total", "counter", "Tokens that answers stated, by kind.", add_tokens},
    {"tta_tokens_unknown_total", "counter", "Attempts that did not state their tokens, by kind.", add_unknown_tokens},
    {"tta_cost_usd_total", "counter", "Known costs in US dollars.", add_cost},
    {"tta_cost_unknown_total", "counter", "Attempts of unknown cost.", add_unknown_cost},
    {"tta_latency_seconds", "histogram", "From the start of an attempt to its end.", add_latency},
    {"tta_first_token_seconds", "histogram", "From the start of an attempt to its first content.", add_first_token},
    {"tta_gap_seconds", "histogram", "Between two pieces of a stream.", add_gap},
};

enum tta_status tta_metrics_prometheus(struct tta_metrics *metrics, char **out_text, size_t *out_len)
{
    size_t count = 0;
    struct sheet *sheets = fill_sheets(metrics, &count);
    if (!sheets) {
        return TTA_NO_MEMORY;
    }
    struct buf out;
    base_buf_init(&out, METRIC_TEXT_MAX_BYTES);
    for (size_t family = 0; family < sizeof(families) / sizeof(families[0]); family++) {
        add_head(&out, families[family].name, families[family].type, families[family].help);
        for (size_t i = 0; i < count; i++) {
            families[family].add(&out, &sheets[i]);
        }
    }
    free(sheets);
    return tta_text_take(&out, out_text, out_len);
}
