// SPDX-License-Identifier: MIT
/*
 * gateway/worker.h - one loop with its listener, its clients and its upstream.
 *
 * Workers are threads that share a gateway: the routing of the moment and the
 * metrics.  Each has its own socket on the same address, its own warm
 * connections and its own log buffer, so nothing on the way of a request waits
 * for another thread but the lock of the health, for less than a microsecond.
 */
#ifndef CMD_TTA_GATEWAY_WORKER_H
#define CMD_TTA_GATEWAY_WORKER_H

#include <pthread.h>
#include <stdatomic.h>

#include "cmd/tta/gateway/access_log.h"
#include "cmd/tta/gateway/connection.h"
#include "cmd/tta/gateway/figures.h"
#include "cmd/tta/gateway/live_facts.h"
#include "cmd/tta/gateway/routing.h"
#include "cmd/tta/gateway/upstream.h"

struct worker;

/* What workers share. */
struct gateway {
    pthread_mutex_t lock; /* of routing and facts */
    struct routing *routing;
    struct live_facts *facts; /* of a routing; NULL: none yet */
    /* Answers a request, now or later. */
    void (*serve)(struct worker *worker, struct connection *connection, const struct request *request);
    struct figures *figures; /* borrowed */
    struct bell *bell;       /* NULL: there are no alerts */
    int log_fd;
    atomic_bool is_draining;
    atomic_size_t connection_count;
    struct budget bodies; /* of requests and answers */
};

/* A routing with the endpoints that a worker has there; held like a routing, by one thread. */
struct site {
    struct routing *routing;
    struct live_facts *facts;    /* of the routing; NULL: none yet */
    struct endpoint **endpoints; /* by server and api; NULL: not used yet */
    bool *refuses_usage;         /* by server: it does not know stream_options */
    uint32_t *series;            /* of the figures, by row and task, plus 1; 0: not asked for yet */
    size_t holders;
};

struct client_list {
    struct connection *first, *last;
};

struct worker {
    struct gateway *gateway;
    struct loop *loop;
    struct upstream *upstream;
    struct site *site;
    struct connection_settings connections;
    struct client_list waiting, busy; /* the clients without a whole head of a request, the longest first, and with */
    int listener_fd;
    struct loop_watch listener;
    bool is_listening, is_resting; /* the latter: nobody is accepted for a moment */
    struct loop_timer rest_timer;
    struct loop_timer drain_timer;
    struct loop_task flush;
    struct access_log log;
    struct tta_recorder *recorder; /* of the figures */
    uint64_t random;
    pthread_t thread;
};

/* Reads anew what the figures say of the models.  For the thread that replaces the routing; workers are to be woken. */
void gateway_read_facts(struct gateway *gateway);

/* Listens on the routing's address, or with `port` not 0 on that port.  False after a complaint. */
bool worker_init(struct worker *worker, struct gateway *gateway, uint16_t port);
/* Of the socket. */
uint16_t worker_port(const struct worker *worker);
/* Runs until it is told to end and all is answered, or the time for that is over. */
void worker_run(struct worker *worker);
void worker_deinit(struct worker *worker);
/* Looks again at what the gateway says: another routing, or the end.  Any thread. */
void worker_wake(struct worker *worker);

struct site *site_hold(struct site *site);
void site_release(struct site *site);
/* NULL without memory, or if the server does not have that. */
struct endpoint *site_endpoint(struct worker *worker, struct site *site, size_t server, enum api api);

/* The series of a row in the figures, for a task or TTA_TASK_COUNT; or FIGURES_NO_SERIES. */
uint32_t site_series(struct worker *worker, struct site *site, uint32_t row, enum tta_task task);

/* "req_" and 16 hexadecimal digits. */
#define REQUEST_ID_BYTES 24
void worker_make_id(struct worker *worker, char out_id[REQUEST_ID_BYTES]);

/* Logs a request that was answered. */
void worker_log(struct worker *worker, const struct access_entry *entry);

#endif /* CMD_TTA_GATEWAY_WORKER_H */
