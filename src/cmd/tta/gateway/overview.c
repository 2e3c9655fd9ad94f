// SPDX-License-Identifier: MIT
/*
 * Names in it are those of the configuration and of providers, who may call a
 * model anything: the page puts them nowhere but into text, and its policy lets
 * nothing run or be fetched but what stands in it.
 */
#include "cmd/tta/gateway/overview.h"

#include <inttypes.h>
#include <math.h>
#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "cmd/tta/gateway/management.h"
#include "cmd/tta/gateway/query.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_SEC INT64_C(1000000000)
#define WINDOW_USUALLY TTA_WINDOW_5_MINUTES

enum { MAX_SERIES_SHOWN = 500, MAX_BREAKERS_SHOWN = 200 };

/* ---- the page ---- */

/* overview_page.c has the file. */
extern const char overview_page[];
extern const char overview_page_end[];

/* The hash of what stands between two tags, as a source of a Content-Security-Policy. */
static void add_hash(struct buf *out, const char *directive, const char *open, const char *close)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char text[sodium_base64_ENCODED_LEN(sizeof(hash), sodium_base64_VARIANT_ORIGINAL)];
    struct str page = {overview_page, (size_t)(overview_page_end - overview_page)};
    size_t from = 0, to;
    while (!base_str_starts_with((struct str){page.ptr + from, page.len - from}, base_str(open))) {
        from++;
    }
    from += strlen(open);
    for (to = from; !base_str_starts_with((struct str){page.ptr + to, page.len - to}, base_str(close)); to++) {
    }
    (void)crypto_hash_sha256(hash, (const unsigned char *)page.ptr + from, to - from); /* it cannot fail */
    (void)sodium_bin2base64(text, sizeof(text), hash, sizeof(hash), sodium_base64_VARIANT_ORIGINAL); /* it fits */
    base_buf_addf(out, "%s 'sha256-%s'; ", directive, text);
}

struct page page_dashboard(struct worker *worker, const struct request *request, struct buf *out)
{
    struct page page = {.status = 200, .content_type = "text/html; charset=utf-8"};
    (void)worker;
    (void)request;
    base_buf_add(out, (struct str){overview_page, (size_t)(overview_page_end - overview_page)});
    base_buf_init(&page.headers, 1024);
    base_buf_add(&page.headers, STR("Content-Security-Policy: default-src 'none'; connect-src 'self'; "));
    add_hash(&page.headers, "script-src", "<script>", "</script>");
    add_hash(&page.headers, "style-src", "<style>", "</style>");
    base_buf_add(&page.headers, STR("img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
                                    "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
                                    "Cross-Origin-Opener-Policy: same-origin\r\nCache-Control: no-cache\r\n"));
    return page;
}

/* ---- the overview ---- */

static void add_text(struct buf *out, const char *name, const char *text)
{
    base_buf_addf(out, "\"%s\":", name);
    base_json_add_text(out, text);
}

/* Which window the query asks for; false if it is none. */
static bool read_window(const struct request *request, enum tta_window *out_window)
{
    char value[QUERY_MAX_VALUE_BYTES + 1];
    enum query_outcome outcome = query_value(request, "window", value);
    *out_window = WINDOW_USUALLY;
    for (int i = 0; i < TTA_WINDOW_COUNT && outcome == QUERY_FOUND; i++) {
        if (strcmp(value, tta_window_name((enum tta_window)i)) == 0) {
            *out_window = (enum tta_window)i;
            return true;
        }
    }
    return outcome == QUERY_ABSENT;
}

static void add_requests(struct buf *out, const struct figures *figures)
{
    static const char *const names[FIGURES_ENDS] = {
        [FIGURES_ANSWERED] = "answered", [FIGURES_FAILED] = "failed", [FIGURES_REFUSED] = "refused",
        [FIGURES_LEFT] = "client_left"};
    base_buf_addf(out, ",\n\"requests\":{\"under_way\":%zu",
                  atomic_load_explicit(&figures->requests_under_way, memory_order_relaxed));
    for (int i = 0; i < FIGURES_ENDS; i++) {
        base_buf_addf(out, ",\"%s\":%llu", names[i],
                      atomic_load_explicit(&figures->ended[i], memory_order_relaxed));
    }
    base_buf_add_char(out, '}');
}

static void add_servers(struct buf *out, const struct routing *routing)
{
    base_buf_add(out, STR(",\n\"servers\":["));
    for (size_t i = 0; i < routing_server_count(routing); i++) {
        base_buf_add(out, i == 0 ? STR("\n{") : STR(",\n{"));
        add_text(out, "name", routing_server_name(routing, i));
        base_buf_add_char(out, ',');
        add_text(out, "kind", tta_provider_name(routing_server(routing, i)->provider));
        base_buf_addf(out, ",\"models\":%zu,\"has_key\":%s}", routing_model_count(routing, i),
                      routing_server(routing, i)->key ? "true" : "false");
    }
    base_buf_add_char(out, ']');
}

static void add_chains(struct buf *out, const struct serve_config *serve)
{
    base_buf_add(out, STR(",\n\"chains\":["));
    for (size_t i = 0; i < serve->chain_count; i++) {
        base_buf_add(out, i == 0 ? STR("\n{") : STR(",\n{"));
        add_text(out, "name", serve->chains[i].name);
        base_buf_add(out, STR(",\"targets\":["));
        for (size_t j = 0; j < serve->chains[i].target_count; j++) {
            base_buf_add(out, j == 0 ? STR("") : STR(","));
            base_json_add_text(out, serve->chains[i].targets[j]);
        }
        base_buf_add(out, STR("]}"));
    }
    base_buf_add_char(out, ']');
}

/* Parts that are not well: those that are left alone, and those that are tried again. */
static void add_breakers(struct buf *out, const struct routing *routing)
{
    const size_t counts[TTA_PART_COUNT] = {
        [TTA_PART_PROVIDER] = routing_server_count(routing),
        [TTA_PART_ROW] = tta_catalogue_count(routing_catalogue(routing)),
        [TTA_PART_KEY] = routing_server_count(routing),
    };
    int64_t now_ns = base_clock_monotonic_ns();
    size_t shown = 0;
    base_buf_add(out, STR(",\n\"breakers\":["));
    for (int part = 0; part < TTA_PART_COUNT; part++) {
        for (size_t i = 0; i < counts[part] && shown < MAX_BREAKERS_SHOWN; i++) {
            struct tta_part_health health = tta_health_of(routing_health(routing), (enum tta_part)part, i, now_ns);
            if (health.state == TTA_BREAKER_CLOSED) {
                continue;
            }
            base_buf_add(out, shown++ == 0 ? STR("\n{") : STR(",\n{"));
            add_text(out, "part", tta_part_name((enum tta_part)part));
            base_buf_add_char(out, ',');
            add_text(out, "name", part == TTA_PART_ROW ? routing_row_name(routing, (uint32_t)i)
                                                       : routing_server_name(routing, i));
            base_buf_addf(out, ",\"state\":\"%s\",\"because\":\"%s\",\"again_in_ms\":",
                          tta_breaker_state_name(health.state), tta_failure_name(health.last));
            if (health.until_ns == TTA_UNTIL_HEALED) {
                base_buf_add(out, STR("null}"));
            } else {
                int64_t left_ns = health.state == TTA_BREAKER_OPEN ? health.until_ns - now_ns : 0;
                base_buf_addf(out, "%" PRId64 "}", left_ns > 0 ? left_ns / NS_PER_MS : 0);
            }
        }
    }
    base_buf_add_char(out, ']');
}

static void add_times(struct buf *out, const char *name, const struct tta_times *times)
{
    if (times->count == 0) {
        base_buf_addf(out, ",\"%s\":null", name);
    } else {
        base_buf_addf(out, ",\"%s\":{\"p50_ns\":%" PRId64 ",\"p95_ns\":%" PRId64 "}", name, times->p50_ns,
                      times->p95_ns);
    }
}

static void add_summary(struct buf *out, const struct tta_summary *summary)
{
    bool is_first = true;
    base_buf_addf(out, "\"requests\":%" PRIu64 ",\"failures\":%" PRIu64 ",\"by_class\":{", summary->requests,
                  summary->failures);
    for (int i = 0; i < TTA_FAILURE_COUNT; i++) {
        if (i != TTA_FAILURE_NONE && summary->by_class[i] > 0) {
            base_buf_addf(out, "%s\"%s\":%" PRIu64, is_first ? "" : ",", tta_failure_name((enum tta_failure)i),
                          summary->by_class[i]);
            is_first = false;
        }
    }
    base_buf_add_char(out, '}');
    add_times(out, "latency", &summary->latency);
    add_times(out, "first_token", &summary->first_token);
    base_buf_addf(out, ",\"prompt_tokens\":%" PRIu64 ",\"completion_tokens\":%" PRIu64 ",\"cost_pusd\":%" PRIu64
                       ",\"cost_unknown\":%" PRIu64,
                  summary->prompt_tokens.sum, summary->completion_tokens.sum, summary->cost_pusd.sum,
                  summary->cost_pusd.unknown);
}

static void add_models(struct buf *out, const struct figures *figures, enum tta_window window)
{
    size_t count = tta_metrics_series_count(figures->metrics), shown = 0;
    base_buf_add(out, STR(",\n\"models\":["));
    for (uint32_t i = 0; i < count && shown < MAX_SERIES_SHOWN; i++) {
        struct tta_series series = tta_metrics_series_at(figures->metrics, i);
        unsigned under_way = figures_attempts_under_way(figures, i);
        struct tta_summary summary;
        tta_metrics_read(figures->metrics, i, window, &summary);
        if (summary.requests == 0 && under_way == 0) {
            continue;
        }
        base_buf_add(out, shown++ == 0 ? STR("\n{") : STR(",\n{"));
        add_text(out, "server", series.provider);
        base_buf_add_char(out, ',');
        add_text(out, "model", series.model);
        base_buf_add(out, STR(",\"task\":"));
        if (series.task < TTA_TASK_COUNT) {
            base_json_add_text(out, tta_task_name(series.task));
        } else {
            base_buf_add(out, STR("null"));
        }
        base_buf_addf(out, ",\"under_way\":%u,", under_way);
        add_summary(out, &summary);
        base_buf_add_char(out, '}');
    }
    base_buf_add_char(out, ']');
}

struct page page_overview(struct worker *worker, const struct request *request, struct buf *out)
{
    const struct routing *routing = worker->site->routing;
    const struct figures *figures = worker->gateway->figures;
    enum tta_window window;
    if (!read_window(request, &window)) {
        return management_error(out, 400, "invalid_parameter", "window", "window must be 1m, 5m, 1h, 24h or all.");
    }
    int64_t now_unix_ns = base_clock_unix_ns();
    struct page page = page_json(200);
    struct tta_summary all;
    base_buf_addf(out, "{\"at_unix_s\":%" PRId64 ",\"up_s\":%" PRId64 ",\"is_ending\":%s,\"clients\":%zu",
                  now_unix_ns / NS_PER_SEC, (now_unix_ns - figures->start_unix_ns) / NS_PER_SEC,
                  worker->connections.is_draining ? "true" : "false",
                  atomic_load_explicit(&worker->gateway->connection_count, memory_order_relaxed));
    add_requests(out, figures);
    add_servers(out, routing);
    add_chains(out, routing_serve_config(routing));
    add_breakers(out, routing);
    base_buf_addf(out, ",\n\"window\":\"%s\",\n\"all\":{", tta_window_name(window));
    tta_metrics_sum(figures->metrics, &(struct tta_series_filter){0}, window, &all);
    add_summary(out, &all);
    base_buf_add_char(out, '}');
    add_models(out, figures, window);
    base_buf_add(out, STR("}\n"));
    base_buf_init(&page.headers, 100);
    base_buf_add(&page.headers, STR("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"));
    return page;
}
