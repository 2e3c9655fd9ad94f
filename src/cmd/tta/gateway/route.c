// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/route.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/tta/gateway/exchange.h"
#include "cmd/tta/gateway/management.h"
#include "cmd/tta/gateway/origin.h"
#include "cmd/tta/gateway/overview.h"

enum access { ACCESS_OF_CLIENTS, ACCESS_OF_MANAGERS, ACCESS_OF_ALL };

/* Puts another body into a request, for the API that answers it; false with a page. */
typedef bool prepare_fn(struct worker *worker, struct request *request, struct buf *out, struct page *out_page);

/* Either `page` answers at once, or an exchange with a provider does.  "*" at the end is any text. */
static const struct route {
    llhttp_method_t method;
    const char *path;
    page_fn *page;
    enum api api;
    enum access access; /* where there are clients */
    prepare_fn *prepare; /* NULL: the body is for the API as it is */
} routes[] = {
    {HTTP_POST, "/v1/chat/completions", NULL, API_CHAT, ACCESS_OF_CLIENTS, NULL},
    {HTTP_POST, "/v1/completions", NULL, API_COMPLETIONS, ACCESS_OF_CLIENTS, NULL},
    {HTTP_POST, "/v1/embeddings", NULL, API_EMBEDDINGS, ACCESS_OF_CLIENTS, NULL},
    {HTTP_POST, "/v1/messages", NULL, API_MESSAGES, ACCESS_OF_CLIENTS, NULL},
    {HTTP_GET, "/v1/models", page_models, API_COUNT, ACCESS_OF_CLIENTS, NULL},
    {HTTP_GET, "/v1/models/*", page_model, API_COUNT, ACCESS_OF_CLIENTS, NULL},
    {HTTP_GET, "/", page_dashboard, API_COUNT, ACCESS_OF_ALL, NULL},
    {HTTP_GET, "/api/v1/overview", page_overview, API_COUNT, ACCESS_OF_MANAGERS, NULL},
    {HTTP_GET, "/healthz", page_health, API_COUNT, ACCESS_OF_ALL, NULL},
    {HTTP_GET, "/readyz", page_ready, API_COUNT, ACCESS_OF_ALL, NULL},
    {HTTP_GET, "/metrics", page_metrics, API_COUNT, ACCESS_OF_MANAGERS, NULL},
    {HTTP_GET, "/api/v1/models", page_available, API_COUNT, ACCESS_OF_MANAGERS, NULL},
    {HTTP_GET, "/api/v1/models/available", page_available, API_COUNT, ACCESS_OF_MANAGERS, NULL},
    {HTTP_GET, "/api/v1/models/free", page_free, API_COUNT, ACCESS_OF_MANAGERS, NULL},
    {HTTP_GET, "/api/v1/models/affordable", page_affordable, API_COUNT, ACCESS_OF_MANAGERS, NULL},
    {HTTP_GET, "/api/v1/models/recommendations", page_recommendations, API_COUNT, ACCESS_OF_MANAGERS, NULL},
    {HTTP_POST, "/api/v1/models/select", page_select, API_COUNT, ACCESS_OF_MANAGERS, NULL},
    {HTTP_POST, "/api/v1/models/test", NULL, API_CHAT, ACCESS_OF_MANAGERS, management_write_test},
    {HTTP_GET, "/api/v1/models/status", page_status, API_COUNT, ACCESS_OF_MANAGERS, NULL},
    {HTTP_GET, "/api/v1/models/performance", page_performance, API_COUNT, ACCESS_OF_MANAGERS, NULL},
    {HTTP_GET, "/api/v1/models/performance/*", page_performance_of, API_COUNT, ACCESS_OF_MANAGERS, NULL},
    {HTTP_GET, "/api/v1/models/fallback/statistics", page_fallbacks, API_COUNT, ACCESS_OF_MANAGERS, NULL},
    {HTTP_POST, "/api/v1/models/fallback/reset/*", page_fallback_reset, API_COUNT, ACCESS_OF_MANAGERS, NULL},
    {HTTP_GET, "/api/v1/models/health", page_provider_health, API_COUNT, ACCESS_OF_MANAGERS, NULL},
};

enum { ROUTE_COUNT = sizeof(routes) / sizeof(routes[0]) };

size_t route_count(void)
{
    return ROUTE_COUNT;
}

const char *route_at(size_t index, const char **out_path)
{
    *out_path = routes[index].path;
    return llhttp_method_name(routes[index].method);
}

static bool has_path(const struct route *route, struct str path)
{
    struct str own = base_str(route->path);
    return own.ptr[own.len - 1] == '*' ? base_str_starts_with(path, (struct str){own.ptr, own.len - 1})
                                       : base_str_equal(path, own);
}

/* Of a path that has another method (RFC 9110, section 15.5.6). */
static struct page no_method(struct buf *out, llhttp_method_t method)
{
    bool is_get = method == HTTP_GET;
    const struct reply_error error = {.status = 405,
                                      .message = is_get ? "This path is asked with GET, and has no other method."
                                                        : "This path is asked with POST, and has no other method.",
                                      .code = "method_not_allowed"};
    struct page page = page_error(out, &error);
    base_buf_init(&page.headers, 100);
    base_buf_add(&page.headers, is_get ? STR("Allow: GET, HEAD\r\n") : STR("Allow: POST\r\n"));
    return page;
}

/* 404, or 405 if another method has the path. */
static struct page no_route(struct buf *out, struct str path)
{
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        if (has_path(&routes[i], path)) {
            return no_method(out, routes[i].method);
        }
    }
    return page_error(out, &(struct reply_error){.status = 404,
                                                 .message = "There is nothing at this path; GET /v1/models lists the "
                                                            "models, and POST /v1/chat/completions asks one.",
                                                 .code = "unknown_url"});
}

/* Whether a browser may be asking for somebody else; else the page that says so. */
static bool is_of_others(struct worker *worker, const struct request *request, struct buf *out, struct page *out_page)
{
    static const struct reply_error foreign = {403, "A page of another origin may not ask this gateway.", NULL, NULL,
                                               "foreign_origin"};
    static const struct reply_error renamed = {
        403, "The name in Host may be that of anybody's page; ask by the address, or add the name to 'hosts' of the "
             "gateway's configuration.", NULL, NULL, "foreign_host"};
    const struct routing *routing = worker->site->routing;
    const struct serve_config *serve = routing_serve_config(routing);
    const struct reply_error *error = NULL;
    if (origin_is_foreign(request)) {
        error = &foreign;
    } else if (!routing_clients(routing) && origin_is_renamed(request, serve->hosts, serve->host_count)) {
        error = &renamed; /* with clients, a page would have to know a key */
    }
    if (error) {
        *out_page = page_error(out, error);
    }
    return error != NULL;
}

/* How many bytes of a path a route has, up to a slash. */
static size_t shared_bytes(const char *own, struct str path)
{
    size_t len = 0, at = 0;
    for (; at < path.len && own[at] != '\0' && own[at] == path.ptr[at]; at++) {
        len = own[at] == '/' ? at + 1 : len;
    }
    return own[at] == '\0' && at < path.len && path.ptr[at] == '/' ? at + 1 : len;
}

void route_show_path(struct str path, char out_shown[ROUTE_SHOWN_BYTES])
{
    size_t len = 0;
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        if (has_path(&routes[i], path)) {
            (void)snprintf(out_shown, ROUTE_SHOWN_BYTES, "%s", routes[i].path); /* fits */
            return;
        }
        size_t shared = shared_bytes(routes[i].path, path);
        len = shared > len ? shared : len;
    }
    (void)snprintf(out_shown, ROUTE_SHOWN_BYTES, "%.*s*", (int)len, path.ptr); /* no longer than a route's path */
}

/* Sends a page that is made and logs it; `headers` are lines of it. */
static void answer_page(struct worker *worker, struct connection *connection, const struct page *page,
                        struct buf *body, const struct client *client, int64_t start_ns)
{
    const struct request *request = connection_request(connection);
    struct page answer = *page;
    struct buf headers;
    char id[REQUEST_ID_BYTES], path[ROUTE_SHOWN_BYTES];
    base_buf_init(&headers, 2048);
    worker_make_id(worker, id);
    route_show_path(request_path(request), path);
    if (!base_buf_ok(body) || !base_buf_ok(&answer.headers)) {
        base_buf_deinit(&answer.headers);
        answer = (struct page){.status = 500, .content_type = "text/plain"};
    }
    base_buf_addf(&headers, "x-request-id: %s\r\n", id);
    base_buf_add(&headers, base_buf_str(&answer.headers));
    if (answer.status == 401) {
        base_buf_add(&headers, STR("WWW-Authenticate: Bearer\r\n"));
    }
    worker_log(worker, &(struct access_entry){.id = id,
                                              .method = llhttp_method_name(request->method),
                                              .path = path,
                                              .status = answer.status,
                                              .duration_ns = base_clock_monotonic_ns() - start_ns,
                                              .first_byte_ns = -1,
                                              .answer_bytes = body->len,
                                              .client = client ? client->name : NULL,
                                              .usage = TTA_USAGE_NONE,
                                              .cost_pusd = -1});
    connection_answer(connection, answer.status, base_str(answer.content_type), base_buf_str(&headers),
                      base_buf_str(body));
    base_buf_deinit(&answer.headers);
    base_buf_deinit(&headers);
}

/* NULL: there is none.  HEAD is GET without the body, which the connection leaves out. */
static const struct route *find_route(const struct request *request)
{
    struct str path = request_path(request);
    llhttp_method_t method = request->method == HTTP_HEAD ? HTTP_GET : request->method;
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        if (routes[i].method == method && has_path(&routes[i], path)) {
            return &routes[i];
        }
    }
    return NULL;
}

/* Whether a client that is known, or NULL, is let in there; else the page that says why not. */
static bool is_let_in(const struct route *route, const struct client *client, struct buf *out, struct page *out_page)
{
    static const struct reply_error unknown = {
        401, "This request shows no key of a client of this gateway; send one as \"Authorization: Bearer KEY\".",
        "invalid_request_error", NULL, "invalid_api_key"};
    static const struct reply_error not_allowed = {403, "This client may not manage the gateway.", NULL, NULL,
                                                   "not_allowed"};
    const struct reply_error *error = !client                                                            ? &unknown
                                      : route && route->access == ACCESS_OF_MANAGERS && !client->manages ? &not_allowed
                                                                                                         : NULL;
    if (error) {
        *out_page = page_error(out, error);
    }
    return !error;
}

void route_serve(struct worker *worker, struct connection *connection, const struct request *request)
{
    const struct route *route = find_route(request);
    const struct clients *clients = routing_clients(worker->site->routing);
    const struct client *client = clients ? clients_find(clients, request) : NULL;
    int64_t start_ns = base_clock_monotonic_ns();
    struct page page;
    struct buf body;
    bool is_open = !clients || (route && route->access == ACCESS_OF_ALL);
    base_buf_init(&body, PAGE_MAX_BYTES);
    if (is_of_others(worker, request, &body, &page)) {
        answer_page(worker, connection, &page, &body, client, start_ns);
    } else if (!is_open && !is_let_in(route, client, &body, &page)) {
        answer_page(worker, connection, &page, &body, client, start_ns);
    } else if (route && route->prepare &&
               !route->prepare(worker, connection_request(connection), &body, &page)) {
        answer_page(worker, connection, &page, &body, client, start_ns);
    } else if (route && !route->page) {
        exchange_start(worker, connection, route->api, route->path, client, start_ns);
    } else {
        page = route ? route->page(worker, request, &body) : no_route(&body, request_path(request));
        answer_page(worker, connection, &page, &body, client, start_ns);
    }
    base_buf_deinit(&body);
}
