// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/pages.h"

struct page page_models(struct worker *worker, const struct request *request, struct buf *out)
{
    (void)request;
    base_buf_add(out, routing_models_json(worker->site->routing));
    return (struct page){.status = 200, .content_type = "application/json"};
}

struct page page_health(struct worker *worker, const struct request *request, struct buf *out)
{
    (void)worker;
    (void)request;
    base_buf_add(out, STR("{\"status\":\"ok\"}\n"));
    return (struct page){.status = 200, .content_type = "application/json"};
}

struct page page_ready(struct worker *worker, const struct request *request, struct buf *out)
{
    const struct routing *routing = worker->site->routing;
    size_t models = 0;
    (void)request;
    for (size_t i = 0; i < routing_server_count(routing); i++) {
        models += routing_model_count(routing, i);
    }
    bool is_ready = models > 0 && !worker->connections.is_draining;
    base_buf_addf(out, "{\"status\":\"%s\",\"models\":%zu}\n",
                  is_ready ? "ready" : models == 0 ? "no models" : "ending", models);
    return (struct page){.status = is_ready ? 200 : 503, .content_type = "application/json"};
}
