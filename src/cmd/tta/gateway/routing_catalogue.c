// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/routing_catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cmd/complain.h"
#include "cmd/tta/lists.h"
#include "tta/merge.h"

bool routing_split(const struct tta_server *servers, size_t count, const char *target, size_t *out_server,
                   const char **out_model)
{
    for (size_t i = 0; i < count; i++) {
        const char *name = config_server_name(&servers[i]);
        size_t len = strlen(name);
        if (strncmp(target, name, len) == 0 && target[len] == '/' && target[len + 1] != '\0') {
            *out_server = i;
            *out_model = target + len + 1;
            return true;
        }
    }
    return false;
}

/* Whether a catalogue has a model of that id at a server. */
static bool has_model(const struct tta_catalogue *catalogue, const struct tta_server *server, const char *id)
{
    for (size_t row = 0; row < tta_catalogue_count(catalogue); row++) {
        const struct tta_model *model = tta_catalogue_peek(catalogue, row);
        if (model->provider == server->provider && strcmp(model->id, id) == 0 &&
            strcmp(model->origin, config_server_name(server)) == 0) {
            return true;
        }
    }
    return false;
}

/* Adds the models that are missing, each once. */
static size_t collect(const struct config *config, const struct tta_catalogue *catalogue, struct tta_model *models)
{
    const struct serve_config *serve = config_serve(config);
    size_t server_count, count = 0, server;
    const struct tta_server *servers = config_servers(config, &server_count);
    for (size_t i = 0; i < serve->chain_count; i++) {
        for (size_t j = 0; j < serve->chains[i].target_count; j++) {
            const char *id;
            if (!routing_split(servers, server_count, serve->chains[i].targets[j], &server, &id) ||
                has_model(catalogue, &servers[server], id)) {
                continue;
            }
            struct tta_model model = tta_model_unknown(id, servers[server].provider);
            model.origin = servers[server].origin;
            bool is_there = false;
            for (size_t k = 0; k < count; k++) {
                is_there = is_there || (strcmp(models[k].id, id) == 0 && models[k].provider == model.provider &&
                                        models[k].origin == model.origin);
            }
            if (!is_there) {
                models[count++] = model;
            }
        }
    }
    return count;
}

static struct tta_catalogue *add_models(struct tta_catalogue *catalogue, const struct tta_model *models, size_t count)
{
    struct tta_catalogue *added = NULL, *merged = NULL;
    struct tta_error err = {0};
    if (tta_catalogue_create(models, count, &added, &err) != TTA_OK) {
        complain("models of chains: %s", err.message);
        tta_catalogue_destroy(catalogue);
        return NULL;
    }
    const struct tta_part parts[] = {{.catalogue = catalogue}, {.catalogue = added}};
    if (tta_catalogue_merge(parts, 2, &merged, &err) != TTA_OK) {
        complain("%s", err.message);
        merged = NULL;
    }
    tta_catalogue_destroy(added);
    tta_catalogue_destroy(catalogue);
    return merged;
}

struct tta_catalogue *routing_catalogue_read(const struct config *config)
{
    const struct serve_config *serve = config_serve(config);
    struct tta_catalogue *catalogue = lists_read(config);
    struct tta_model *models = base_alloc_array(serve->chain_count * SERVE_MAX_CHAIN_TARGETS, sizeof(*models));
    if (catalogue && models) {
        size_t count = collect(config, catalogue, models);
        catalogue = count > 0 ? add_models(catalogue, models, count) : catalogue;
    } else if (catalogue) {
        complain("out of memory");
        tta_catalogue_destroy(catalogue);
        catalogue = NULL;
    }
    free(models);
    return catalogue;
}
