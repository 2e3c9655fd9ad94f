// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/route.h"

#include <string.h>

#include "base/clock.h"
#include "cmd/tta/gateway/exchange.h"
#include "cmd/tta/gateway/origin.h"
#include "cmd/tta/gateway/overview.h"
#include "cmd/tta/gateway/pages.h"
#include "cmd/tta/gateway/reply.h"

/* Either `page` answers at once, or an exchange with a provider does. */
static const struct route {
    llhttp_method_t method;
    const char *path;
    page_fn *page;
    enum api api;
} routes[] = {
    {HTTP_POST, "/v1/chat/completions", NULL, API_CHAT},
    {HTTP_POST, "/v1/completions", NULL, API_COMPLETIONS},
    {HTTP_POST, "/v1/embeddings", NULL, API_EMBEDDINGS},
    {HTTP_GET, "/v1/models", page_models, API_COUNT},
    {HTTP_GET, "/", page_dashboard, API_COUNT},
    {HTTP_GET, "/api/v1/overview", page_overview, API_COUNT},
    {HTTP_GET, "/healthz", page_health, API_COUNT},
    {HTTP_GET, "/readyz", page_ready, API_COUNT},
};

enum { ROUTE_COUNT = sizeof(routes) / sizeof(routes[0]) };

/* 404, or 405 if another method has the path. */
static struct page no_route(struct buf *out, struct str path)
{
    int status = 404;
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        status = base_str_equal(path, base_str(routes[i].path)) ? 405 : status;
    }
    reply_error(out, &(struct reply_error){
                         .status = status,
                         .message = status == 404 ? "There is nothing at this path; GET /v1/models lists the "
                                                    "models, and POST /v1/chat/completions asks one."
                                                  : "This path has another method.",
                         .code = status == 404 ? "unknown_url" : "method_not_allowed"});
    return (struct page){.status = status, .content_type = "application/json"};
}

static struct page page_foreign(struct worker *worker, const struct request *request, struct buf *out)
{
    (void)worker;
    (void)request;
    reply_error(out, &(struct reply_error){.status = 403,
                                           .message = "A page of another origin may not ask this gateway.",
                                           .code = "foreign_origin"});
    return (struct page){.status = 403, .content_type = "application/json"};
}

static void serve_page(struct worker *worker, struct connection *connection, const struct request *request,
                       page_fn *page)
{
    struct buf body, headers;
    char id[REQUEST_ID_BYTES];
    int64_t start_ns = base_clock_monotonic_ns();
    base_buf_init(&body, PAGE_MAX_BYTES);
    base_buf_init(&headers, 2048);
    worker_make_id(worker, id);
    struct page answer = page ? page(worker, request, &body) : no_route(&body, request_path(request));
    if (!base_buf_ok(&body) || !base_buf_ok(&answer.headers)) {
        base_buf_deinit(&answer.headers);
        answer = (struct page){.status = 500, .content_type = "text/plain"};
    }
    base_buf_addf(&headers, "x-request-id: %s\r\n", id);
    base_buf_add(&headers, base_buf_str(&answer.headers));
    worker_log(worker, &(struct access_entry){.id = id,
                                              .method = llhttp_method_name(request->method),
                                              .path = request_path(request),
                                              .status = answer.status,
                                              .duration_ns = base_clock_monotonic_ns() - start_ns,
                                              .first_byte_ns = -1,
                                              .answer_bytes = body.len,
                                              .usage = TTA_USAGE_NONE,
                                              .cost_pusd = -1});
    connection_answer(connection, answer.status, base_str(answer.content_type), base_buf_str(&headers),
                      base_buf_str(&body));
    base_buf_deinit(&answer.headers);
    base_buf_deinit(&headers);
    base_buf_deinit(&body);
}

void route_serve(struct worker *worker, struct connection *connection, const struct request *request)
{
    struct str path = request_path(request);
    if (origin_is_foreign(request)) {
        serve_page(worker, connection, request, page_foreign);
        return;
    }
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        if (routes[i].method == request->method && base_str_equal(path, base_str(routes[i].path))) {
            if (routes[i].page) {
                serve_page(worker, connection, request, routes[i].page);
            } else {
                exchange_start(worker, connection, routes[i].api);
            }
            return;
        }
    }
    serve_page(worker, connection, request, NULL);
}
