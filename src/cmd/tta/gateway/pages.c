// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/pages.h"

#include <string.h>

#include "base/json.h"
#include "cmd/tta/gateway/query.h"

#define MODEL_PREFIX "/v1/models/"

struct page page_json(int status)
{
    return (struct page){.status = status, .content_type = "application/json"};
}

struct page page_error(struct buf *out, const struct reply_error *error)
{
    reply_error(out, error);
    return page_json(error->status);
}

/* The next line of the list of models, without the comma behind it. */
static struct str cut_line(struct str *rest)
{
    struct str line = base_str_cut(*rest, '\n', rest);
    line.len -= base_str_ends_with(line, STR(",")) ? 1 : 0;
    return line;
}

/* The id of a line of the list of models; false if it is none. */
static bool read_id(struct str line, char *out_id, size_t size)
{
    struct json json;
    struct json_flaw flaw;
    if (!base_str_starts_with(line, STR("{\"id\"")) || base_json_read(line, &json, &flaw) != JSON_READ) {
        return false;
    }
    size_t len = base_json_text(base_json_member(base_json_root(&json), "id"), out_id, size);
    base_json_deinit(&json);
    return len > 0 && len < size;
}

/* Whether a client may ask for a model by this name, or what it stands for at some server. */
static bool may_ask(const struct routing *routing, const struct client *client, const char *id)
{
    const struct tta_catalogue *catalogue = routing_catalogue(routing);
    size_t row;
    if (client_may_ask(client, id, NULL, NULL)) {
        return true;
    }
    if (tta_catalogue_find(catalogue, id, &row) != TTA_OK) {
        return false;
    }
    for (; row < tta_catalogue_count(catalogue); row++) {
        bool is_it = strcmp(tta_catalogue_peek(catalogue, row)->id, id) == 0 && routing_row_server(routing, row) >= 0;
        if (is_it && client_may_ask(client, NULL, routing_row_name(routing, (uint32_t)row), NULL)) {
            return true;
        }
    }
    return false;
}

/* The list without what a client may not ask. */
static void add_allowed(const struct routing *routing, const struct client *client, struct buf *out)
{
    char id[FIELDS_MAX_MODEL_BYTES + 1];
    const char *before = "{\"object\":\"list\",\"data\":[\n";
    struct str rest = routing_models_json(routing);
    size_t count = 0;
    while (rest.ptr) {
        struct str line = cut_line(&rest);
        if (read_id(line, id, sizeof(id)) && may_ask(routing, client, id)) {
            base_buf_add_cstr(out, before);
            base_buf_add(out, line);
            before = ",\n";
            count++;
        }
    }
    base_buf_add(out, count > 0 ? STR("\n]}\n") : STR("{\"object\":\"list\",\"data\":[]}\n"));
}

/* Who may not ask for every model; NULL: nobody is kept from any. */
static const struct client *find_limited(const struct routing *routing, const struct request *request)
{
    const struct clients *clients = routing_clients(routing);
    const struct client *client = clients ? clients_find(clients, request) : NULL;
    return client && client->model_count > 0 ? client : NULL;
}

struct page page_models(struct worker *worker, const struct request *request, struct buf *out)
{
    const struct routing *routing = worker->site->routing;
    const struct client *limited = find_limited(routing, request);
    if (limited) {
        add_allowed(routing, limited, out);
    } else {
        base_buf_add(out, routing_models_json(routing));
    }
    return page_json(200);
}

/* Adds what the list says of a name; false if it is not there. */
static bool add_model(const struct routing *routing, const char *id, struct buf *out)
{
    struct str rest = routing_models_json(routing), line = {0};
    struct buf begin; /* of its line, as routing.c writes it */
    base_buf_init(&begin, 8 * QUERY_MAX_VALUE_BYTES);
    base_buf_add(&begin, STR("{\"id\":"));
    base_json_add_text(&begin, id);
    base_buf_add_char(&begin, ',');
    bool is_there = false;
    while (!is_there && rest.ptr) {
        line = cut_line(&rest);
        is_there = base_buf_ok(&begin) && base_str_starts_with(line, base_buf_str(&begin));
    }
    base_buf_deinit(&begin);
    if (is_there) {
        base_buf_add(out, line);
        base_buf_add_char(out, '\n');
    }
    return is_there;
}

struct page page_model(struct worker *worker, const struct request *request, struct buf *out)
{
    const struct routing *routing = worker->site->routing;
    const struct client *limited = find_limited(routing, request);
    char id[QUERY_MAX_VALUE_BYTES + 1];
    if (query_path_rest(request, sizeof(MODEL_PREFIX) - 1, id) == QUERY_FOUND &&
        (!limited || may_ask(routing, limited, id)) && add_model(routing, id, out)) {
        return page_json(200);
    }
    return page_error(out, &(struct reply_error){.status = 404,
                                                 .message = "There is no such model here; GET /v1/models lists them.",
                                                 .param = "model",
                                                 .code = "model_not_found"});
}

struct page page_health(struct worker *worker, const struct request *request, struct buf *out)
{
    (void)worker;
    (void)request;
    base_buf_add(out, STR("{\"status\":\"ok\"}\n"));
    return page_json(200);
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
    return page_json(is_ready ? 200 : 503);
}
