// SPDX-License-Identifier: MIT
#include "cmd/tta/lists.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"
#include "cmd/complain.h"
#include "tta/merge.h"

#define NS_PER_SECOND INT64_C(1000000000)
#define SECONDS_PER_DAY 86400

static const char *origin_of(enum tta_provider provider, const char *origin)
{
    return origin && origin[0] != '\0' ? origin : tta_provider_name(provider);
}

const struct tta_list *lists_find(const struct tta_store *store, const struct tta_server *server)
{
    size_t count = 0;
    const struct tta_list *lists = store ? tta_store_lists(store, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        if (lists[i].provider == server->provider && strcmp(origin_of(lists[i].provider, lists[i].origin),
                                                            origin_of(server->provider, server->origin)) == 0) {
            return &lists[i];
        }
    }
    return NULL;
}

/* Catalogues that are to be one. */
struct collection {
    struct tta_catalogue **catalogues;
    struct tta_part *parts;
    size_t count;
    int64_t oldest_unix_s;
};

static bool add(struct collection *all, struct tta_catalogue *catalogue, bool facts_only)
{
    all->catalogues[all->count] = catalogue;
    all->parts[all->count++] = (struct tta_part){.catalogue = catalogue, .facts_only = facts_only};
    return true;
}

static bool add_models(struct collection *all, const struct config *config)
{
    size_t count;
    const struct tta_model *models = config_models(config, &count);
    struct tta_catalogue *catalogue;
    struct tta_error err;
    if (tta_catalogue_create(models, count, &catalogue, &err) != TTA_OK) {
        complain("models of the configuration: %s", err.message);
        return false;
    }
    return add(all, catalogue, false);
}

static bool add_lists(struct collection *all, const struct config *config, const struct tta_store *store)
{
    size_t count;
    const struct tta_server *servers = config_servers(config, &count);
    for (size_t i = 0; i < count; i++) {
        const struct tta_list *list = lists_find(store, &servers[i]);
        const char *name = origin_of(servers[i].provider, servers[i].origin);
        struct tta_catalogue *catalogue;
        struct tta_error err;
        if (!list) {
            complain("there is no list of %s yet: 'tta models refresh' asks for it", name);
        } else if (tta_list_read(list, &catalogue, &err) != TTA_OK) {
            complain("the stored list of %s: %s", name, err.message);
        } else {
            all->oldest_unix_s = list->fetched_unix_s < all->oldest_unix_s ? list->fetched_unix_s : all->oldest_unix_s;
            (void)add(all, catalogue, false); /* there is room for all */
        }
    }
    return true;
}

static bool add_prices(struct collection *all, const struct config *config)
{
    struct buf text;
    char reason[BASE_FILE_REASON_BYTES];
    struct tta_catalogue *catalogue = NULL;
    struct tta_error err;
    const char *path = config_prices(config);
    if (!path) {
        return true;
    }
    base_buf_init(&text, TTA_MAX_CATALOGUE_BYTES);
    if (!base_file_read(path, &text, reason)) {
        complain("%s", reason);
    } else if (tta_catalogue_parse(TTA_LISTING_LITELLM, text.ptr, text.len, &catalogue, &err) != TTA_OK) {
        complain("%s: %s", path, err.message);
        catalogue = NULL;
    }
    base_buf_deinit(&text);
    return catalogue && add(all, catalogue, true);
}

static void complain_of_age(int64_t oldest_unix_s)
{
    int64_t days = (base_clock_unix_ns() / NS_PER_SECOND - oldest_unix_s) / SECONDS_PER_DAY;
    if (days > 0) {
        complain("the oldest list is %" PRId64 " %s old: 'tta models refresh' asks for new ones", days,
                 days == 1 ? "day" : "days");
    }
}

static struct tta_catalogue *merge(struct collection *all, const struct config *config, const struct tta_store *store)
{
    struct tta_catalogue *merged = NULL;
    struct tta_error err;
    if (!add_models(all, config) || !add_lists(all, config, store) || !add_prices(all, config)) {
        return NULL;
    }
    if (tta_catalogue_merge(all->parts, all->count, &merged, &err) != TTA_OK) {
        complain("%s", err.message);
        return NULL;
    }
    complain_of_age(all->oldest_unix_s);
    return merged;
}

struct tta_catalogue *lists_read(const struct config *config)
{
    size_t servers;
    struct tta_store *store = NULL;
    struct tta_catalogue *merged = NULL;
    struct tta_error err;
    (void)config_servers(config, &servers); /* only how many */
    enum tta_status status = tta_store_read(config_store(config), &store, &err);
    if (status != TTA_OK && status != TTA_NOT_FOUND) {
        complain("%s: %s", config_store(config), err.message);
        return NULL;
    }
    store = status == TTA_OK ? store : NULL;
    struct collection all = {.catalogues = base_alloc_array(servers + 2, sizeof(struct tta_catalogue *)),
                             .parts = base_alloc_array(servers + 2, sizeof(*all.parts)),
                             .oldest_unix_s = INT64_MAX};
    if (all.catalogues && all.parts) {
        merged = merge(&all, config, store);
    } else {
        complain("out of memory");
    }
    for (size_t i = 0; i < all.count; i++) {
        tta_catalogue_destroy(all.catalogues[i]);
    }
    free(all.catalogues);
    free(all.parts);
    tta_store_destroy(store);
    return merged;
}
