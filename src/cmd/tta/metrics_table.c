// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/num.h"
#include "cmd/sparkline.h"
#include "cmd/terminal.h"
#include "cmd/tta/commands.h"
#include "cmd/tta/format.h"
#include "cmd/tta/metrics_views.h"
#include "cmd/tta/table.h"
#include "cmd/visible.h"

#define TREND_COLUMNS 30
#define MAX_TEXT_BYTES 4000
#define PUSD_PER_USD 1e12

/* A line is of all series that agree in what is asked for. */
struct line {
    struct tta_series series;
    struct tta_series_filter filter;
};

static const char *task_text(enum tta_task task)
{
    return task == TTA_TASK_COUNT ? "-" : tta_task_name(task);
}

static struct line line_of(enum metrics_by by, struct tta_series series)
{
    struct line line = {.series = series};
    if (by != BY_TASK) {
        line.filter.provider = series.provider;
    }
    if (by == BY_MODEL || by == BY_SERIES) {
        line.filter.model = series.model;
    }
    if (by == BY_TASK || by == BY_SERIES) {
        line.filter.has_task = true;
        line.filter.task = series.task;
    }
    return line;
}

static int compare_texts(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) : 0; /* in a list either all have one or none */
}

static int compare_lines(const void *a, const void *b)
{
    const struct tta_series_filter *left = &((const struct line *)a)->filter;
    const struct tta_series_filter *right = &((const struct line *)b)->filter;
    int order = compare_texts(left->provider, right->provider);
    order = order != 0 ? order : compare_texts(left->model, right->model);
    return order != 0 ? order : (left->task > right->task) - (left->task < right->task);
}

/* Sorted, each once; NULL without memory. */
static struct line *make_lines(enum metrics_by by, struct tta_metrics *metrics, size_t *out_count)
{
    size_t count = tta_metrics_series_count(metrics), kept = 0;
    struct line *lines = base_alloc_array(count, sizeof(*lines));
    for (uint32_t i = 0; i < count && lines; i++) {
        lines[i] = line_of(by, tta_metrics_series_at(metrics, i));
    }
    if (lines) {
        qsort(lines, count, sizeof(*lines), compare_lines);
    }
    for (size_t i = 0; i < count && lines; i++) {
        if (kept == 0 || compare_lines(&lines[kept - 1], &lines[i]) != 0) {
            lines[kept++] = lines[i];
        }
    }
    *out_count = kept;
    return lines;
}

/* Three digits: "1.24 s", "320 ms"; "-" of nothing. */
static void add_time(struct table *table, const struct tta_times *times, int64_t ns)
{
    static const struct {
        double from, unit;
        const char *name;
    } units[] = {{1e9, 1e9, "s"}, {1e6, 1e6, "ms"}, {0, 1e3, "us"}};
    size_t i = 0;
    while ((double)ns < units[i].from) {
        i++;
    }
    double value = (double)ns / units[i].unit;
    int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    if (times->count == 0) {
        table_add(table, "-");
    } else {
        table_addf(table, "%.*f %s", decimals, value, units[i].name);
    }
}

/* "12.3k", "4.56M"; exact below a thousand. */
static void add_amount(struct table *table, const struct tta_amount *amount)
{
    const char *unknown = amount->unknown > 0 ? " + ?" : "";
    double value = (double)amount->sum;
    if (amount->sum == 0 && amount->unknown > 0) {
        table_add(table, "?");
    } else if (value < 1000) {
        table_addf(table, "%" PRIu64 "%s", amount->sum, unknown);
    } else if (value < 999500) {
        table_addf(table, "%.3gk%s", value / 1e3, unknown);
    } else if (value < 999.5e6) {
        table_addf(table, "%.3gM%s", value / 1e6, unknown);
    } else {
        table_addf(table, "%.4gG%s", value / 1e9, unknown);
    }
}

static void add_cost(struct table *table, const struct tta_amount *cost)
{
    double usd = (double)cost->sum / PUSD_PER_USD;
    const char *unknown = cost->unknown > 0 ? " + ?" : "";
    if (cost->sum == 0) {
        table_add(table, cost->unknown > 0 ? "?" : "0");
    } else if (usd < 0.0001) {
        table_addf(table, "<0.0001%s", unknown);
    } else {
        table_addf(table, "%.*f%s", usd < 1 ? 4 : 2, usd, unknown);
    }
}

static void add_share(struct table *table, double share, uint64_t count)
{
    if (count == 0) {
        table_add(table, "0");
    } else {
        table_addf(table, "%.*f%%", share < 0.0995 ? 1 : 0, 100 * share);
    }
}

/* Requests by time, of which neighbours are added up where they are too many. */
static void add_trend(struct table *table, struct tta_metrics *metrics, const struct tta_series_filter *filter,
                      enum tta_window window)
{
    struct tta_trend_point points[TTA_MAX_TREND];
    double numbers[TTA_MAX_TREND] = {0};
    enum tta_window shown = window == TTA_WINDOW_MINUTE ? TTA_WINDOW_5_MINUTES
                            : window == TTA_WINDOW_ALL  ? TTA_WINDOW_DAY
                                                        : window;
    size_t count = tta_metrics_trend(metrics, filter, shown, points);
    size_t each = (count + TREND_COLUMNS - 1) / TREND_COLUMNS;
    for (size_t i = 0; i < count; i++) {
        numbers[i / each] += (double)points[i].requests;
    }
    for (size_t i = 0; i < count / each; i++) {
        numbers[i] = numbers[i] > 0 ? numbers[i] : NAN;
    }
    struct buf line;
    base_buf_init(&line, MAX_TEXT_BYTES);
    sparkline_add(&line, numbers, count / each, TREND_COLUMNS, terminal_is_utf8());
    table_add_buf(table, &line);
    base_buf_deinit(&line);
}

static const struct table_column *columns_for(enum metrics_by by, size_t *out_count)
{
#define FIGURES                                                                                                        \
    {"Requests", TABLE_RIGHT}, {"Errors", TABLE_RIGHT}, {"p50", TABLE_RIGHT}, {"p95", TABLE_RIGHT},                    \
        {"p99", TABLE_RIGHT}, {"First p50", TABLE_RIGHT}, {"Gap p50", TABLE_RIGHT}, {"In", TABLE_RIGHT},               \
        {"Out", TABLE_RIGHT}, {"USD", TABLE_RIGHT}, {"Requests by time", TABLE_LEFT}
    static const struct table_column by_model[] = {{"Provider", TABLE_LEFT}, {"Model", TABLE_LEFT}, FIGURES};
    static const struct table_column by_provider[] = {{"Provider", TABLE_LEFT}, FIGURES};
    static const struct table_column by_task[] = {{"Task", TABLE_LEFT}, FIGURES};
    static const struct table_column by_series[] = {
        {"Provider", TABLE_LEFT}, {"Model", TABLE_LEFT}, {"Task", TABLE_LEFT}, FIGURES};
    static const struct {
        const struct table_column *columns;
        size_t count;
    } of[] = {
        [BY_MODEL] = {by_model, sizeof(by_model) / sizeof(by_model[0])},
        [BY_PROVIDER] = {by_provider, sizeof(by_provider) / sizeof(by_provider[0])},
        [BY_TASK] = {by_task, sizeof(by_task) / sizeof(by_task[0])},
        [BY_SERIES] = {by_series, sizeof(by_series) / sizeof(by_series[0])},
    };
    *out_count = of[by].count;
    return of[by].columns;
}

static void add_line(struct table *table, const struct options *options, struct tta_metrics *metrics,
                     const struct line *line)
{
    struct tta_summary summary;
    enum metrics_by by = options->by;
    tta_metrics_sum(metrics, &line->filter, options->window, &summary);
    if (summary.requests == 0 && summary.gap.count == 0) {
        return;
    }
    if (by != BY_TASK) {
        table_add(table, line->series.provider[0] != '\0' ? line->series.provider : "-");
    }
    if (by == BY_MODEL || by == BY_SERIES) {
        table_add(table, line->series.model);
    }
    if (by == BY_TASK || by == BY_SERIES) {
        table_add(table, task_text(line->series.task));
    }
    table_addf(table, "%" PRIu64, summary.requests);
    add_share(table, 1 - summary.success_rate, summary.failures);
    add_time(table, &summary.latency, summary.latency.p50_ns);
    add_time(table, &summary.latency, summary.latency.p95_ns);
    add_time(table, &summary.latency, summary.latency.p99_ns);
    add_time(table, &summary.first_token, summary.first_token.p50_ns);
    add_time(table, &summary.gap, summary.gap.p50_ns);
    add_amount(table, &summary.prompt_tokens);
    add_amount(table, &summary.completion_tokens);
    add_cost(table, &summary.cost_pusd);
    add_trend(table, metrics, &line->filter, options->window);
}

/* "3 failed (rate_limit 2, timeout 1)". */
static void print_failures(const struct tta_summary *summary)
{
    const char *before = " (";
    printf(", %" PRIu64 " failed", summary->failures);
    for (unsigned i = TTA_FAILURE_NONE + 1; i < TTA_FAILURE_COUNT; i++) {
        if (summary->by_class[i] > 0 && i != TTA_FAILURE_CLIENT_GONE) {
            printf("%s%s %" PRIu64, before, tta_failure_name((enum tta_failure)i), summary->by_class[i]);
            before = ", ";
        }
    }
    fputs(before[0] == ',' ? ")" : "", stdout);
    if (summary->by_class[TTA_FAILURE_CLIENT_GONE] > 0) {
        printf(", %" PRIu64 " given up by who asked", summary->by_class[TTA_FAILURE_CLIENT_GONE]);
    }
}

static void print_foot(const struct options *options, struct tta_metrics *metrics, int64_t now_ns)
{
    static const char *const windows[TTA_WINDOW_COUNT] = {"in the last minute", "in the last 5 minutes",
                                                          "in the last hour", "in the last 24 hours", "of all time"};
    const struct tta_series_filter all = {0};
    struct tta_summary summary;
    char moment[BASE_DATE_BYTES];
    tta_metrics_sum(metrics, &all, options->window, &summary);
    base_date_format(now_ns, moment);
    printf("%" PRIu64 " request%s %s", summary.requests, summary.requests == 1 ? "" : "s", windows[options->window]);
    if (summary.failures > 0 || summary.by_class[TTA_FAILURE_CLIENT_GONE] > 0) {
        print_failures(&summary);
    }
    if (summary.retries > 0) {
        printf(", %" PRIu64 " asked again", summary.retries);
    }
    if (summary.fallbacks > 0) {
        printf(", %" PRIu64 " asked elsewhere after a failure", summary.fallbacks);
    }
    printf("; %.10s %.8s UTC\n", moment, moment + 11);
}

int metrics_show_table(const struct options *options, struct tta_metrics *metrics, int64_t now_ns)
{
    struct table table;
    size_t line_count = 0, column_count = 0;
    struct line *lines = make_lines(options->by, metrics, &line_count);
    const struct table_column *columns = columns_for(options->by, &column_count);
    table_init(&table, columns, column_count);
    for (size_t i = 0; i < line_count && lines; i++) {
        add_line(&table, options, metrics, &lines[i]);
    }
    bool is_complete = lines && (table.cells.len == 0 ? base_buf_ok(&table.cells) : table_print(&table, stdout));
    if (is_complete && table.cells.len > 0) {
        putchar('\n');
    }
    table_deinit(&table);
    free(lines);
    if (!is_complete) {
        complain("out of memory");
        return EXIT_BROKEN;
    }
    print_foot(options, metrics, now_ns);
    return EXIT_FINE;
}
