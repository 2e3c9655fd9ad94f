// SPDX-License-Identifier: MIT
/* The management API: how models, servers and the gateway itself are doing. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "cmd/tta/gateway/management.h"
#include "cmd/tta/gateway/model_json.h"
#include "cmd/tta/gateway/query.h"
#include "cmd/tta/json_out.h"
#include "tta/metric_text.h"

#define NS_PER_SEC INT64_C(1000000000)
#define NS_PER_MS 1e6

static void add_part(struct buf *out, const struct tta_part_health *part, int64_t now_ns)
{
    model_json_text(out, "state", tta_breaker_state_name(part->state));
    if (part->state == TTA_BREAKER_OPEN && part->until_ns != TTA_UNTIL_HEALED) {
        int64_t left_ns = part->until_ns > now_ns ? part->until_ns - now_ns : 0;
        model_json_int(out, "retry_in_s", (left_ns + NS_PER_SEC - 1) / NS_PER_SEC);
    } else {
        model_json_text(out, "retry_in_s", NULL);
    }
    model_json_double(out, "recent_failures", part->failures, true);
    model_json_double(out, "recent_successes", part->successes, true);
    model_json_text(out, "last_failure", part->last == TTA_FAILURE_NONE ? NULL : tta_failure_name(part->last));
}

struct page page_status(struct worker *worker, const struct request *request, struct buf *out)
{
    const struct routing *routing = worker->site->routing;
    const struct clients *clients = routing_clients(routing);
    int64_t now_ns = base_clock_monotonic_ns();
    size_t models = 0;
    (void)request;
    base_buf_addf(out, "{\"status\":\"%s\",\"servers\":[", worker->connections.is_draining ? "ending" : "running");
    for (size_t i = 0; i < routing_server_count(routing); i++) {
        char label[TTA_LABEL_BYTES];
        const struct tta_server *server = routing_server(routing, i);
        base_buf_add(out, i > 0 ? STR(",\n{") : STR("\n{"));
        model_json_text(out, "name", routing_server_name(routing, i));
        model_json_text(out, "provider_type", tta_provider_name(server->provider));
        model_json_text(out, "state", tta_breaker_state_name(server_state(routing, i, now_ns)));
        model_json_int(out, "models", (int64_t)routing_model_count(routing, i));
        if (server->key) {
            tta_secret_label(server->key, label);
        }
        model_json_text(out, "key", server->key ? label : NULL);
        base_buf_add_char(out, '}');
        models += routing_model_count(routing, i);
    }
    base_buf_add(out, STR("]"));
    model_json_int(out, "models", (int64_t)models);
    model_json_int(out, "chains", (int64_t)routing_serve_config(routing)->chain_count);
    model_json_int(out, "connections", (int64_t)atomic_load(&worker->gateway->connection_count));
    model_json_key(out, "clients");
    if (!clients) {
        base_buf_add(out, STR("null}\n"));
        return page_json(200);
    }
    base_buf_add_char(out, '[');
    for (size_t i = 0; i < clients_count(clients); i++) {
        const struct client *client = clients_at(clients, i);
        struct allowance_report report = allowance_read(clients_allowance(clients, client), base_clock_unix_ns());
        base_buf_add(out, i > 0 ? STR(",\n{") : STR("\n{"));
        model_json_text(out, "name", client->name);
        model_json_int(out, "requests_in_last_minute", report.requests);
        model_json_int(out, "tokens_in_last_minute", report.tokens);
        model_json_key(out, "usd_today");
        json_add_usd(out, report.spending.day_pusd);
        model_json_key(out, "usd_this_month");
        json_add_usd(out, report.spending.month_pusd);
        model_json_int(out, "requests_of_unknown_cost", report.spending.unpriced);
        base_buf_add_char(out, '}');
    }
    base_buf_add(out, STR("]}\n"));
    return page_json(200);
}

static void add_times(struct buf *out, const char *key, const struct tta_times *times)
{
    bool are_any = times->count > 0;
    model_json_key(out, key);
    base_buf_add_char(out, '{');
    model_json_double(out, "mean", times->mean_ns / NS_PER_MS, are_any);
    model_json_double(out, "p50", (double)times->p50_ns / NS_PER_MS, are_any);
    model_json_double(out, "p95", (double)times->p95_ns / NS_PER_MS, are_any);
    model_json_double(out, "p99", (double)times->p99_ns / NS_PER_MS, are_any);
    base_buf_add_char(out, '}');
}

static void add_summary(struct buf *out, const struct tta_summary *summary)
{
    model_json_int(out, "total_requests", (int64_t)summary->requests);
    model_json_int(out, "failures", (int64_t)summary->failures);
    model_json_int(out, "retries", (int64_t)summary->retries);
    model_json_int(out, "fallbacks", (int64_t)summary->fallbacks);
    model_json_double(out, "success_rate", summary->success_rate, summary->requests > 0);
    add_times(out, "response_time_ms", &summary->latency);
    add_times(out, "first_token_ms", &summary->first_token);
    model_json_int(out, "prompt_tokens", (int64_t)summary->prompt_tokens.sum);
    model_json_int(out, "completion_tokens", (int64_t)summary->completion_tokens.sum);
    model_json_key(out, "cost_usd");
    json_add_usd(out, summary->cost_pusd.sum < INT64_MAX ? (int64_t)summary->cost_pusd.sum : INT64_MAX);
    model_json_int(out, "requests_of_unknown_cost", (int64_t)summary->cost_pusd.unknown);
}

/* The shortest window that has so many hours; more than a day is all that is known. */
static enum tta_window window_of(int64_t hours)
{
    return hours <= 1 ? TTA_WINDOW_HOUR : hours <= 24 ? TTA_WINDOW_DAY : TTA_WINDOW_ALL;
}

static bool read_window(const struct request *request, enum tta_window *out_window, struct buf *out,
                        struct page *out_page)
{
    int64_t hours = 24;
    if (!management_number(request, "timeframe_hours", 1000000, &hours, out, out_page)) {
        return false;
    }
    *out_window = window_of(hours);
    return true;
}

struct page page_performance(struct worker *worker, const struct request *request, struct buf *out)
{
    struct tta_metrics *metrics = worker->gateway->figures->metrics;
    enum tta_window window;
    struct page page;
    struct tta_summary summary;
    size_t written = 0;
    if (!read_window(request, &window, out, &page)) {
        return page;
    }
    base_buf_addf(out, "{\"timeframe\":\"%s\",\"models\":[", tta_window_name(window));
    size_t count = tta_metrics_series_count(metrics);
    for (size_t i = 0; i < count; i++) {
        struct tta_series series = tta_metrics_series_at(metrics, (uint32_t)i);
        tta_metrics_read(metrics, (uint32_t)i, window, &summary);
        if (summary.requests == 0) {
            continue;
        }
        base_buf_add(out, written++ > 0 ? STR(",\n{") : STR("\n{"));
        model_json_text(out, "model_id", series.model);
        model_json_text(out, "server", series.provider);
        model_json_text(out, "task_type", series.task == TTA_TASK_COUNT ? NULL : tta_task_name(series.task));
        add_summary(out, &summary);
        base_buf_add_char(out, '}');
    }
    base_buf_add(out, STR("\n]}\n"));
    return page_json(200);
}

/* What stands behind the last part of the route's path; false with an error page. */
static bool read_name(const struct request *request, const char *prefix, char name[QUERY_MAX_VALUE_BYTES + 1],
                      struct buf *out, struct page *out_page)
{
    if (query_path_rest(request, strlen(prefix), name) == QUERY_FOUND && name[0] != '\0') {
        return true;
    }
    *out_page = management_error(out, 400, "invalid_parameter", "model_id", "The path names no model.");
    return false;
}

static struct page no_model(struct buf *out)
{
    return management_error(out, 404, "model_not_found", "model_id",
                            "There is no such model here; GET /api/v1/models lists them.");
}

static bool is_name_of(const struct routing *routing, size_t row, const char *name)
{
    return routing_row_server(routing, row) >= 0 &&
           (strcmp(routing_row_name(routing, (uint32_t)row), name) == 0 ||
            strcmp(tta_catalogue_peek(routing_catalogue(routing), row)->id, name) == 0);
}

#define PERFORMANCE_PREFIX "/api/v1/models/performance/"
#define RESET_PREFIX "/api/v1/models/fallback/reset/"

struct page page_performance_of(struct worker *worker, const struct request *request, struct buf *out)
{
    const struct routing *routing = worker->site->routing;
    char name[QUERY_MAX_VALUE_BYTES + 1];
    enum tta_window window;
    struct page page;
    struct tta_summary summary;
    size_t row = 0, count = tta_catalogue_count(routing_catalogue(routing));
    enum tta_task task = TTA_TASK_COUNT;
    if (!read_name(request, PERFORMANCE_PREFIX, name, out, &page) || !read_window(request, &window, out, &page) ||
        !management_task(request, &task, out, &page)) {
        return page;
    }
    while (row < count && !is_name_of(routing, row, name)) {
        row++;
    }
    if (row == count) {
        return no_model(out);
    }
    const char *id = tta_catalogue_peek(routing_catalogue(routing), row)->id;
    bool is_at_server = strcmp(id, name) != 0;
    const char *server = routing_server_name(routing, (size_t)routing_row_server(routing, row));
    const struct tta_series_filter filter = {
        .provider = is_at_server ? server : NULL, .model = id, .has_task = task != TTA_TASK_COUNT, .task = task};
    tta_metrics_sum(worker->gateway->figures->metrics, &filter, window, &summary);
    base_buf_addf(out, "{\"timeframe\":\"%s\"", tta_window_name(window));
    model_json_text(out, "model_id", id);
    model_json_text(out, "server", filter.provider);
    model_json_text(out, "task_type", filter.has_task ? tta_task_name(task) : NULL);
    add_summary(out, &summary);
    base_buf_add(out, STR("}\n"));
    return page_json(200);
}

/* The parts of a kind; without `all` those alone against which something speaks. */
static void add_parts(struct buf *out, const struct routing *routing, enum tta_part part, bool all, int64_t now_ns)
{
    bool are_rows = part == TTA_PART_ROW;
    size_t written = 0, count = are_rows ? tta_catalogue_count(routing_catalogue(routing))
                                         : routing_server_count(routing);
    for (size_t i = 0; i < count; i++) {
        struct tta_part_health state = tta_health_of(routing_health(routing), part, i, now_ns);
        if (!all && state.state == TTA_BREAKER_CLOSED && state.failures < 0.01) {
            continue;
        }
        base_buf_add(out, written++ > 0 ? STR(",\n{") : STR("\n{"));
        model_json_text(out, "name",
                        are_rows ? routing_row_name(routing, (uint32_t)i) : routing_server_name(routing, i));
        add_part(out, &state, now_ns);
        base_buf_add_char(out, '}');
    }
}

struct page page_fallbacks(struct worker *worker, const struct request *request, struct buf *out)
{
    const struct routing *routing = worker->site->routing;
    const struct tta_series_filter all = {0};
    struct tta_summary summary;
    int64_t now_ns = base_clock_monotonic_ns();
    (void)request;
    tta_metrics_sum(worker->gateway->figures->metrics, &all, TTA_WINDOW_HOUR, &summary);
    base_buf_add(out, STR("{\"last_hour\":{"));
    add_summary(out, &summary);
    base_buf_add(out, STR("},\"servers\":["));
    add_parts(out, routing, TTA_PART_PROVIDER, true, now_ns);
    base_buf_add(out, STR("],\"keys\":["));
    add_parts(out, routing, TTA_PART_KEY, false, now_ns);
    base_buf_add(out, STR("],\"models\":["));
    add_parts(out, routing, TTA_PART_ROW, false, now_ns);
    base_buf_add(out, STR("]}\n"));
    return page_json(200);
}

struct page page_fallback_reset(struct worker *worker, const struct request *request, struct buf *out)
{
    const struct routing *routing = worker->site->routing;
    struct tta_health *health = routing_health(routing);
    char name[QUERY_MAX_VALUE_BYTES + 1];
    struct page page;
    size_t count = 0;
    if (!read_name(request, RESET_PREFIX, name, out, &page)) {
        return page;
    }
    base_buf_add(out, STR("{\"reset\":["));
    for (size_t row = 0; row < tta_catalogue_count(routing_catalogue(routing)); row++) {
        if (is_name_of(routing, row, name)) {
            tta_health_heal(health, TTA_PART_ROW, row);
            base_buf_add(out, count++ > 0 ? STR(",") : STR(""));
            base_json_add_text(out, routing_row_name(routing, (uint32_t)row));
        }
    }
    for (size_t i = 0; i < routing_server_count(routing); i++) {
        if (strcmp(routing_server_name(routing, i), name) == 0) {
            tta_health_heal(health, TTA_PART_PROVIDER, i);
            tta_health_heal(health, TTA_PART_KEY, i);
            base_buf_add(out, count++ > 0 ? STR(",") : STR(""));
            base_json_add_text(out, name);
        }
    }
    base_buf_add(out, STR("]}\n"));
    return count > 0 ? page_json(200) : no_model(out);
}

struct page page_provider_health(struct worker *worker, const struct request *request, struct buf *out)
{
    const struct routing *routing = worker->site->routing;
    int64_t now_ns = base_clock_monotonic_ns();
    size_t good = 0, count = routing_server_count(routing);
    (void)request;
    for (size_t i = 0; i < count; i++) {
        good += server_state(routing, i, now_ns) != TTA_BREAKER_OPEN;
    }
    base_buf_addf(out, "{\"status\":\"%s\",\"servers\":{",
                  good == count ? "healthy" : good > 0 ? "degraded" : "unhealthy");
    for (size_t i = 0; i < count; i++) {
        model_json_text(out, routing_server_name(routing, i), tta_breaker_state_name(server_state(routing, i, now_ns)));
    }
    base_buf_add(out, STR("}}\n"));
    return page_json(good > 0 ? 200 : 503);
}

struct page page_metrics(struct worker *worker, const struct request *request, struct buf *out)
{
    struct tta_metrics *metrics = worker->gateway->figures->metrics;
    char *text = NULL;
    size_t len = 0;
    (void)request;
    if (tta_metrics_prometheus(metrics, &text, &len) != TTA_OK) {
        return management_error(out, 500, "no_memory", NULL, "There is no memory for the metrics.");
    }
    base_buf_add(out, (struct str){text, len});
    free(text);
    base_buf_addf(out,
                  "# HELP tta_metrics_memory_bytes What the windows of metrics take.\n"
                  "# TYPE tta_metrics_memory_bytes gauge\n"
                  "tta_metrics_memory_bytes %zu\n",
                  tta_metrics_history_bytes(metrics));
    return (struct page){.status = 200, .content_type = TTA_PROMETHEUS_CONTENT_TYPE};
}
