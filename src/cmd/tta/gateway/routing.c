// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/routing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "cmd/tta/commands.h"
#include "cmd/tta/gateway/provider_api.h"
#include "cmd/tta/gateway/routing_catalogue.h"
#include "cmd/tta/gateway/routing_parts.h"
#include "tta/key_request.h"

#define MAX_MODELS_JSON ((size_t)64 << 20)
#define LIVE_WEIGHT 0.1 /* each term is worth a point at most: it tells alike models apart */

enum { MAX_PART_NAME_BYTES = 255 };

static bool make_urls(const struct tta_server *server, struct routing_place *out)
{
    const char *base = server->base_url ? server->base_url : tta_provider_info_of(server->provider)->base_url;
    struct str trimmed = base_str(base);
    while (base_str_ends_with(trimmed, STR("/"))) {
        trimmed.len--;
    }
    for (int i = 0; i < API_COUNT; i++) {
        const char *path = provider_api_path(server->provider, (enum api)i);
        struct buf url;
        if (!path) {
            continue;
        }
        base_buf_init(&url, 4096);
        base_buf_addf(&url, "%.*s%s", STR_ARGS(trimmed), path);
        out->urls[i] = base_buf_take(&url);
        if (!out->urls[i]) {
            return false;
        }
    }
    return true;
}

/* EXIT_FINE, or after a complaint another one. */
static int check_server(const struct routing *routing, size_t index)
{
    const struct tta_server *server = &routing->keys.servers[index];
    const char *name = routing->servers[index].name;
    const char *base = server->base_url ? server->base_url : tta_provider_info_of(server->provider)->base_url;
    bool is_kept = false;
    for (size_t i = 0; i < index; i++) {
        if (strcmp(routing->servers[i].name, name) == 0) {
            complain("two servers are called %s; give one of them another name: 'name: NAME'", name);
            return EXIT_BAD_USAGE;
        }
    }
    enum tta_status status = tta_key_may_go_to(base, server->key, &is_kept);
    if (status == TTA_BAD_ARGUMENT) {
        complain("%s: the base_url is none: http:// or https://, without '?', '#' and '@'", name);
    } else if (is_kept) {
        complain("%s: the key has the form of another provider's, and would be given away to this one", name);
    } else if (status != TTA_OK) {
        complain("out of memory");
    }
    return status == TTA_NO_MEMORY ? EXIT_BROKEN : status != TTA_OK || is_kept ? EXIT_BAD_USAGE : EXIT_FINE;
}

static int make_servers(struct routing *routing)
{
    routing->servers = base_alloc_array(routing->keys.count, sizeof(*routing->servers));
    for (size_t i = 0; routing->servers && i < routing->keys.count; i++) {
        routing->servers[i].name = config_server_name(&routing->keys.servers[i]);
        int status = check_server(routing, i);
        if (status != EXIT_FINE) {
            return status;
        }
        if (!make_urls(&routing->keys.servers[i], &routing->servers[i])) {
            break;
        }
        if (i + 1 == routing->keys.count) {
            return EXIT_FINE;
        }
    }
    complain(routing->keys.count == 0 ? "the configuration names no servers: there is nobody to ask" : "out of memory");
    return routing->keys.count == 0 ? EXIT_BAD_USAGE : EXIT_BROKEN;
}

static uint32_t server_of(const struct routing *routing, const struct tta_model *model)
{
    for (size_t i = 0; i < routing->keys.count; i++) {
        if (routing->keys.servers[i].provider == model->provider && routing->servers[i].urls[API_CHAT] &&
            strcmp(routing->servers[i].name, model->origin) == 0) {
            return (uint32_t)i;
        }
    }
    return ROUTING_NO_SERVER;
}

/* Unique, and short enough for the name of a part: what is longer is called by its number. */
static char *make_row_name(const struct routing *routing, size_t row)
{
    const struct tta_model *model = tta_catalogue_peek(routing->catalogue, row);
    uint32_t server = routing->row_servers[row];
    struct buf name;
    base_buf_init(&name, 4096);
    if (server != ROUTING_NO_SERVER) {
        base_buf_addf(&name, "%s/%s", routing->servers[server].name, model->id);
    } else {
        base_buf_addf(&name, "-/%s/%s/%s", tta_provider_name(model->provider), model->origin, model->id);
    }
    if (base_buf_ok(&name) && name.len > MAX_PART_NAME_BYTES) {
        base_buf_reset(&name);
        base_buf_addf(&name, "-/%zu", row);
    }
    return base_buf_take(&name);
}

static void note_who_can_be_asked(struct routing *routing, size_t row)
{
    uint32_t server = routing->row_servers[row];
    for (int i = 0; i < API_COUNT; i++) {
        if (server == ROUTING_NO_SERVER || !routing->servers[server].urls[i]) {
            routing->cannot_be_asked[i][row / 64] |= UINT64_C(1) << (row % 64);
        }
    }
    if (server != ROUTING_NO_SERVER) {
        routing->servers[server].model_count++;
    }
}

/* Puts a row behind the last of those that begin with `first`. */
static void link_row(uint32_t *next, uint32_t *last, size_t first, size_t row)
{
    next[row] = ROUTING_NO_ROW;
    if (first < row) {
        next[last[first]] = (uint32_t)row;
    }
    last[first] = (uint32_t)row;
}

static bool make_rows(struct routing *routing)
{
    size_t count = tta_catalogue_count(routing->catalogue), first_of_id;
    uint32_t *last = base_alloc_array(count, sizeof(uint32_t)), *last_of_id = base_alloc_array(count, sizeof(uint32_t));
    routing->row_servers = base_alloc_array(count, sizeof(uint32_t));
    routing->next_in_group = base_alloc_array(count, sizeof(uint32_t));
    routing->next_of_id = base_alloc_array(count, sizeof(uint32_t));
    routing->row_names = base_alloc_array(count, sizeof(char *));
    bool good = last && last_of_id && routing->row_servers && routing->next_in_group && routing->next_of_id &&
                routing->row_names;
    for (int i = 0; i < API_COUNT && good; i++) {
        routing->cannot_be_asked[i] = base_alloc_array(count / 64 + 1, sizeof(uint64_t));
        good = routing->cannot_be_asked[i] != NULL;
    }
    for (size_t row = 0; row < count && good; row++) {
        const struct tta_model *model = tta_catalogue_peek(routing->catalogue, row);
        routing->row_servers[row] = server_of(routing, model);
        link_row(routing->next_in_group, last, tta_catalogue_group(routing->catalogue, row), row);
        if (tta_catalogue_find(routing->catalogue, model->id, &first_of_id) == TTA_OK) { /* it has each of its rows */
            link_row(routing->next_of_id, last_of_id, first_of_id, row);
        }
        note_who_can_be_asked(routing, row);
        routing->row_names[row] = make_row_name(routing, row);
        good = routing->row_names[row] != NULL;
    }
    free(last);
    free(last_of_id);
    return good;
}

static bool make_health(struct routing *routing, struct routing *previous)
{
    struct tta_health_options options = tta_health_defaults();
    struct tta_error err = {0};
    char *text = NULL;
    const char **names = base_alloc_array(routing->keys.count, sizeof(char *));
    for (size_t i = 0; names && i < routing->keys.count; i++) {
        names[i] = routing->servers[i].name;
    }
    const struct tta_part_names parts[TTA_PART_COUNT] = {
        [TTA_PART_PROVIDER] = {names, routing->keys.count},
        [TTA_PART_ROW] = {(const char *const *)routing->row_names, tta_catalogue_count(routing->catalogue)},
        [TTA_PART_KEY] = {names, routing->keys.count},
    };
    int64_t now_ns = base_clock_monotonic_ns(), unix_ns = base_clock_unix_ns();
    options.seed = (uint64_t)unix_ns;
    bool good = names && tta_health_create(&options, parts, &routing->health, &err) == TTA_OK;
    free(names);
    if (!good) {
        complain("%s", err.message[0] != '\0' ? err.message : "out of memory");
    } else if (previous && tta_health_save(previous->health, now_ns, unix_ns, &text) == TTA_OK) {
        /* what is not taken over is learnt again */
        (void)!tta_health_restore(routing->health, text, strlen(text), now_ns, unix_ns, &err);
        free(text);
    }
    return good;
}

static int make_chains(struct routing *routing)
{
    const struct serve_config *serve = config_serve(routing->config);
    routing->chains = base_alloc_array(serve->chain_count, sizeof(*routing->chains));
    if (!routing->chains) {
        complain("out of memory");
        return EXIT_BROKEN;
    }
    for (; routing->chain_count < serve->chain_count; routing->chain_count++) {
        const struct serve_chain *given = &serve->chains[routing->chain_count];
        struct routing_chain *chain = &routing->chains[routing->chain_count];
        chain->name = given->name;
        for (size_t i = 0; i < given->target_count; i++) {
            size_t count = routing_add_model(routing, given->targets[i], chain->targets, chain->count);
            if (count == chain->count) {
                complain("chain %s: there is no model %s to ask; name it SERVER/MODEL, with a server of the "
                         "configuration", chain->name, given->targets[i]);
                return EXIT_BAD_USAGE;
            }
            chain->count = count;
        }
    }
    return EXIT_FINE;
}

static void add_model_json(struct routing *routing, const char *id, const char *owner)
{
    struct buf *out = &routing->models_json;
    base_buf_add(out, out->len > 0 ? STR(",\n") : STR("{\"object\":\"list\",\"data\":[\n"));
    base_buf_add(out, STR("{\"id\":"));
    base_json_add_text(out, id);
    base_buf_add(out, STR(",\"object\":\"model\",\"created\":0,\"owned_by\":"));
    base_json_add_text(out, owner);
    base_buf_add_char(out, '}');
}

static bool make_models_json(struct routing *routing)
{
    char name[64];
    base_buf_init(&routing->models_json, MAX_MODELS_JSON);
    add_model_json(routing, "auto", "tta");
    for (int task = 0; task < TTA_TASK_COUNT; task++) {
        (void)snprintf(name, sizeof(name), "auto:%s", tta_task_name((enum tta_task)task)); /* fits */
        add_model_json(routing, name, "tta");
    }
    add_model_json(routing, "free", "tta");
    for (size_t i = 0; i < routing->chain_count; i++) {
        add_model_json(routing, routing->chains[i].name, "tta");
    }
    for (size_t row = 0; row < tta_catalogue_count(routing->catalogue); row++) {
        const struct tta_model *model = tta_catalogue_peek(routing->catalogue, row);
        size_t first;
        bool is_first = tta_catalogue_find(routing->catalogue, model->id, &first) == TTA_OK && first == row;
        if (routing->row_servers[row] != ROUTING_NO_SERVER && is_first) {
            add_model_json(routing, model->id, routing->servers[routing->row_servers[row]].name);
        }
    }
    base_buf_add(&routing->models_json, STR("\n]}\n"));
    return base_buf_ok(&routing->models_json);
}

static void destroy(struct routing *routing)
{
    for (size_t i = 0; routing->servers && i < routing->keys.count; i++) {
        for (int j = 0; j < API_COUNT; j++) {
            free(routing->servers[i].urls[j]);
        }
    }
    for (size_t row = 0; routing->row_names && row < tta_catalogue_count(routing->catalogue); row++) {
        free(routing->row_names[row]);
    }
    base_buf_deinit(&routing->models_json);
    free(routing->chains);
    free(routing->row_names);
    free(routing->row_servers);
    free(routing->next_in_group);
    free(routing->next_of_id);
    for (int i = 0; i < API_COUNT; i++) {
        free(routing->cannot_be_asked[i]);
    }
    free(routing->servers);
    tta_health_destroy(routing->health);
    tta_selector_destroy(routing->selector);
    tta_catalogue_destroy(routing->catalogue);
    server_keys_release(&routing->keys);
    clients_destroy(routing->clients);
    config_destroy(routing->config);
    free(routing);
}

static int read_config(const struct options *options, struct routing *routing)
{
    struct buf reason;
    base_buf_init(&reason, 4000);
    bool is_read = config_read(options->config_path, &routing->config, &reason);
    if (!is_read) {
        complain("%s", base_buf_cstr(&reason));
    }
    base_buf_deinit(&reason);
    if (is_read && options->variable_keys && !config_keep_keys(routing->config, options->variable_keys)) {
        complain("out of memory");
        return EXIT_BROKEN;
    }
    return is_read ? EXIT_FINE : EXIT_BAD_USAGE;
}

/* EXIT_FINE, or another one after a complaint. */
static int make_clients(const struct routing *previous, struct routing *routing)
{
    const char *path = config_serve(routing->config)->clients;
    if (path) {
        routing->clients = clients_create(path, previous ? previous->clients : NULL);
    }
    return path && !routing->clients ? EXIT_BAD_USAGE : EXIT_FINE;
}

static int make_selector(struct routing *routing)
{
    struct tta_criteria criteria = tta_criteria_defaults();
    struct tta_error err = {0};
    criteria.availability_weight = criteria.latency_weight = LIVE_WEIGHT;
    routing->catalogue = routing_catalogue_read(routing->config);
    if (!routing->catalogue) {
        return EXIT_BAD_USAGE;
    }
    if (tta_selector_create(routing->catalogue, &criteria, &routing->selector, &err) != TTA_OK) {
        complain("%s", err.message);
        return EXIT_BROKEN;
    }
    return EXIT_FINE;
}

static int make(const struct options *options, struct routing *previous, struct routing *routing)
{
    int status = read_config(options, routing);
    status = status == EXIT_FINE ? make_clients(previous, routing) : status;
    status = status == EXIT_FINE ? server_keys_take(options, routing->config, &routing->keys) : status;
    status = status == EXIT_FINE ? make_servers(routing) : status;
    status = status == EXIT_FINE ? make_selector(routing) : status;
    if (status == EXIT_FINE && !make_rows(routing)) {
        complain("out of memory");
        status = EXIT_BROKEN;
    }
    status = status == EXIT_FINE ? make_chains(routing) : status;
    if (status == EXIT_FINE && !make_models_json(routing)) {
        complain("out of memory");
        status = EXIT_BROKEN;
    }
    return status == EXIT_FINE && !make_health(routing, previous) ? EXIT_BROKEN : status;
}

int routing_create(const struct options *options, struct routing *previous, struct routing **out_routing)
{
    struct routing *routing = base_alloc_array(1, sizeof(*routing));
    if (!routing) {
        complain("out of memory");
        return EXIT_BROKEN;
    }
    atomic_init(&routing->holders, 1);
    routing->keys.vault.lock_fd = -1;
    int status = make(options, previous, routing);
    if (status == EXIT_FINE) {
        *out_routing = routing;
    } else {
        destroy(routing);
    }
    return status;
}

struct routing *routing_hold(struct routing *routing)
{
    atomic_fetch_add_explicit(&routing->holders, 1, memory_order_relaxed);
    return routing;
}

void routing_release(struct routing *routing)
{
    if (routing && atomic_fetch_sub_explicit(&routing->holders, 1, memory_order_acq_rel) == 1) {
        destroy(routing);
    }
}

const struct serve_config *routing_serve_config(const struct routing *routing)
{
    return config_serve(routing->config);
}

const struct tta_catalogue *routing_catalogue(const struct routing *routing)
{
    return routing->catalogue;
}

const struct config *routing_config(const struct routing *routing)
{
    return routing->config;
}

const char *routing_metrics_path(const struct routing *routing)
{
    return config_metrics(routing->config);
}

const struct clients *routing_clients(const struct routing *routing)
{
    return routing->clients;
}

struct tta_health *routing_health(const struct routing *routing)
{
    return routing->health;
}

size_t routing_server_count(const struct routing *routing)
{
    return routing->keys.count;
}

const struct tta_server *routing_server(const struct routing *routing, size_t server)
{
    return &routing->keys.servers[server];
}

const char *routing_server_name(const struct routing *routing, size_t server)
{
    return routing->servers[server].name;
}

const char *routing_url(const struct routing *routing, size_t server, enum api api)
{
    return routing->servers[server].urls[api];
}

enum tta_dialect routing_dialect(const struct routing *routing, size_t server, enum api api)
{
    return provider_api_dialect(routing->keys.servers[server].provider, api);
}

enum tta_auth routing_auth(const struct routing *routing, size_t server)
{
    enum tta_auth usual = tta_provider_info_of(routing->keys.servers[server].provider)->auth;
    return usual != TTA_AUTH_NONE ? usual : TTA_AUTH_BEARER; /* a key given to Ollama is for a proxy before it */
}

size_t routing_model_count(const struct routing *routing, size_t server)
{
    return routing->servers[server].model_count;
}

int64_t routing_row_server(const struct routing *routing, size_t row)
{
    return routing->row_servers[row] == ROUTING_NO_SERVER ? -1 : (int64_t)routing->row_servers[row];
}

const uint64_t *routing_out(const struct routing *routing)
{
    return routing->cannot_be_asked[API_CHAT];
}

const struct tta_selector *routing_selector(const struct routing *routing)
{
    return routing->selector;
}

const char *routing_row_name(const struct routing *routing, uint32_t row)
{
    return routing->row_names[row];
}

struct str routing_models_json(const struct routing *routing)
{
    return base_buf_str(&routing->models_json);
}
