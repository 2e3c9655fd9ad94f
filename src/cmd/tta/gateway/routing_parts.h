// SPDX-License-Identifier: MIT
/* gateway/routing_parts.h - a routing as its parts see it: routing.c makes it, routing_resolve.c asks it. */
#ifndef CMD_TTA_GATEWAY_ROUTING_PARTS_H
#define CMD_TTA_GATEWAY_ROUTING_PARTS_H

#include <stdatomic.h>

#include "cmd/tta/gateway/api.h"
#include "cmd/tta/gateway/clients.h"
#include "cmd/tta/server_keys.h"
#include "tta/failover.h"
#include "tta/selection.h"

#define ROUTING_NO_SERVER UINT32_MAX
#define ROUTING_NO_ROW UINT32_MAX

/* A server, and where it is asked. */
struct routing_place {
    const char *name;
    char *urls[API_COUNT]; /* NULL: it has none */
    size_t model_count;
};

struct routing_chain {
    const char *name;
    struct tta_target targets[TTA_MAX_TARGETS];
    size_t count;
};

struct routing {
    atomic_size_t holders;
    struct config *config;
    struct clients *clients; /* NULL: whoever reaches it */
    struct server_keys keys;
    struct tta_catalogue *catalogue;
    struct tta_selector *selector;
    struct tta_health *health;
    struct routing_place *servers;
    uint32_t *row_servers;   /* by row; ROUTING_NO_SERVER: nobody can be asked for it */
    uint32_t *next_in_group; /* by row; ROUTING_NO_ROW: it is the last one */
    uint32_t *next_of_id;    /* likewise of rows with one id, which may be of several groups */
    char **row_names;
    uint64_t *cannot_be_asked[API_COUNT]; /* a bit a row, for struct tta_live */
    struct routing_chain *chains;
    size_t chain_count;
    struct buf models_json;
};

/* Adds the targets of a model's name behind those that are there, each once: "SERVER/MODEL" is one, "MODEL" are those
 * of that id in the order of trust, then the same model under other ids.  How many there are then. */
size_t routing_add_model(const struct routing *routing, const char *name, struct tta_target targets[TTA_MAX_TARGETS],
                         size_t count);

#endif /* CMD_TTA_GATEWAY_ROUTING_PARTS_H */
