// SPDX-License-Identifier: MIT
/*
 * gateway/routing.h - what a name of a model stands for: whom to ask, in which order.
 *
 * A routing is made whole from the configuration and immutable from then on
 * but for its health, which threads share; a reload makes the next one.  Those
 * who use it hold it, and the last one to let go releases it.
 */
#ifndef CMD_TTA_GATEWAY_ROUTING_H
#define CMD_TTA_GATEWAY_ROUTING_H

#include "cmd/tta/gateway/api.h"
#include "cmd/tta/gateway/clients.h"
#include "cmd/tta/gateway/fields.h"
#include "cmd/tta/options.h"
#include "cmd/tta/server_keys.h"
#include "tta/failover.h"
#include "tta/selection.h"
#include "tta/stream.h"

struct routing;

/*
 * Reads the configuration that the options name, its keys and its lists.  EXIT_FINE: `*out_routing` is the caller's,
 * who holds it once.  Another exit status after a complaint.  What was known of the health of `previous` (NULL: none)
 * is taken over.
 */
int routing_create(const struct options *options, struct routing *previous, struct routing **out_routing);

struct routing *routing_hold(struct routing *routing);
void routing_release(struct routing *routing); /* NULL does nothing */

const struct serve_config *routing_serve_config(const struct routing *routing);
const struct tta_catalogue *routing_catalogue(const struct routing *routing);
/* The file that metrics are kept in; NULL: none. */
const struct config *routing_config(const struct routing *routing);
const char *routing_metrics_path(const struct routing *routing);
struct tta_health *routing_health(const struct routing *routing);
/* Who may use it; NULL: whoever reaches it. */
const struct clients *routing_clients(const struct routing *routing);

/* The servers of the configuration. */
size_t routing_server_count(const struct routing *routing);
const struct tta_server *routing_server(const struct routing *routing, size_t server);
const char *routing_server_name(const struct routing *routing, size_t server);
/* Where it is asked; NULL: it does not have that. */
const char *routing_url(const struct routing *routing, size_t server, enum api api);
/* In which words it is asked there, and answers. */
enum tta_dialect routing_dialect(const struct routing *routing, size_t server, enum api api);
enum tta_auth routing_auth(const struct routing *routing, size_t server);
/* Models that can be asked for at a server. */
size_t routing_model_count(const struct routing *routing, size_t server);

/* The server of a row; -1: nobody can be asked for it. */
int64_t routing_row_server(const struct routing *routing, size_t row);
/* A bit for each row that nobody can be asked for, as struct tta_live has it. */
const uint64_t *routing_out(const struct routing *routing);
const struct tta_selector *routing_selector(const struct routing *routing);

/* "SERVER/MODEL", of a row. */
const char *routing_row_name(const struct routing *routing, uint32_t row);

/* What a name that is asked for says. */
struct routing_name {
    bool is_known;
    enum tta_task task; /* "auto:TASK"; TTA_TASK_COUNT: none */
    struct tta_relaxation way_out; /* of "auto" or "free", if nothing fits: what to give up; lets_in is 0 if no single
                                      requirement is to blame */
};

struct routing_question {
    const struct fields *fields;
    size_t body_bytes;
    enum api api;
    const struct tta_requirements *requirements; /* those of the wishes; without has_wishes they only say the task */
    bool has_wishes;
    struct tta_live live; /* what is known of the moment, but for `out` */
};

/* Targets of a request, the best first: `out_targets` has room for TTA_MAX_TARGETS.  0: there is no such model, or, if
 * its name is known, none that does what the request or the wishes ask for. */
size_t routing_resolve(const struct routing *routing, const struct routing_question *question,
                       struct tta_target *out_targets, struct routing_name *out_name);

/* What to give up so that models fit, see tta_near_misses(); its lets_in is 0 if no single requirement is to blame. */
struct tta_relaxation routing_way_out(const struct tta_selector *selector,
                                      const struct tta_requirements *requirements);
/* Adds " Without the requirement on NAME, N would.", if there is such a way. */
void routing_add_way_out(struct buf *out, const struct tta_relaxation *way_out);

/* The answer to GET /v1/models. */
struct str routing_models_json(const struct routing *routing);

#endif /* CMD_TTA_GATEWAY_ROUTING_H */
