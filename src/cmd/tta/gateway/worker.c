// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/worker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/random.h"
#include "cmd/complain.h"

#define MAX_TARGET_BYTES 8192
#define MAX_HEAD_BYTES 65536
#define MAX_BACKLOG_BYTES ((size_t)256 << 10)

#define REST_NS INT64_C(100000000)

/* Of thousands that connect at once few are taken in a turn, so that requests come between.  Those turned away are
 * answered, for which so many more connections may be there. */
enum { SCRATCH_BYTES = 65536, LISTEN_BACKLOG = 4096, ACCEPTS_A_TURN = 16, MAX_TURNED_AWAY = 64 };

enum { SERIES_A_ROW = TTA_TASK_COUNT + 1, MAX_UNSENT_BYTES = 131072 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static struct site *site_create(struct routing *routing)
{
    struct site *site = base_alloc_array(1, sizeof(*site));
    struct endpoint **endpoints =
        base_alloc_array(routing_server_count(routing) * API_COUNT, sizeof(struct endpoint *));
    bool *refuses_usage = base_alloc_array(routing_server_count(routing), sizeof(bool));
    size_t rows = tta_catalogue_count(routing_catalogue(routing));
    uint32_t *series = base_alloc_array(rows, SERIES_A_ROW * sizeof(uint32_t));
    if (!site || !endpoints || !refuses_usage || !series) {
        free(site);
        free(endpoints);
        free(refuses_usage);
        free(series);
        return NULL;
    }
    *site = (struct site){
        .routing = routing_hold(routing), .endpoints = endpoints, .refuses_usage = refuses_usage, .series = series,
        .holders = 1};
    return site;
}

struct site *site_hold(struct site *site)
{
    site->holders++;
    return site;
}

void site_release(struct site *site)
{
    if (!site || --site->holders > 0) {
        return;
    }
    for (size_t i = 0; i < routing_server_count(site->routing) * API_COUNT; i++) {
        endpoint_destroy(site->endpoints[i]);
    }
    live_facts_release(site->facts);
    routing_release(site->routing);
    free(site->endpoints);
    free(site->refuses_usage);
    free(site->series);
    free(site);
}

uint32_t site_series(struct worker *worker, struct site *site, uint32_t row, enum tta_task task)
{
    uint32_t *place = &site->series[(size_t)row * SERIES_A_ROW + task];
    if (*place == 0) {
        const struct tta_model *model = tta_catalogue_peek(routing_catalogue(site->routing), row);
        uint32_t series = figures_series(worker->gateway->figures, model->origin, model->id, task);
        if (series == FIGURES_NO_SERIES) {
            return FIGURES_NO_SERIES; /* it is asked for again: there may be memory then */
        }
        *place = series + 1;
    }
    return *place - 1;
}

struct endpoint *site_endpoint(struct worker *worker, struct site *site, size_t server, enum api api)
{
    struct endpoint **endpoint = &site->endpoints[server * API_COUNT + (size_t)api];
    const char *url = routing_url(site->routing, server, api);
    if (!*endpoint && url) {
        *endpoint = endpoint_create(worker->upstream, url, routing_auth(site->routing, server),
                                    routing_server(site->routing, server));
    }
    return *endpoint;
}

static void serve(void *context, struct connection *connection, const struct request *request)
{
    struct worker *worker = context;
    worker->gateway->serve(worker, connection, request);
}

static void note_refusal(void *context, int status)
{
    struct worker *worker = context;
    char id[REQUEST_ID_BYTES];
    worker_make_id(worker, id);
    worker_log(worker, &(struct access_entry){.id = id,
                                              .method = "-",
                                              .path = "-",
                                              .status = status,
                                              .error = status == 503 ? "overloaded" : "bad_request",
                                              .first_byte_ns = -1,
                                              .usage = TTA_USAGE_NONE,
                                              .cost_pusd = -1});
}

static void stop_if_done(struct worker *worker)
{
    if (!worker->is_listening && !worker->waiting.first && !worker->busy.first) {
        loop_stop(worker->loop);
    }
}

static void append(struct client_list *list, struct connection *connection)
{
    struct connection_link *link = connection_link(connection);
    link->previous = list->last;
    link->next = NULL;
    *(list->last ? &connection_link(list->last)->next : &list->first) = connection;
    list->last = connection;
}

/* From the list that it is in. */
static void unlink_client(struct worker *worker, struct connection *connection)
{
    struct connection_link *link = connection_link(connection);
    struct client_list *list = link->waits ? &worker->waiting : &worker->busy;
    *(link->previous ? &connection_link(link->previous)->next : &list->first) = link->next;
    *(link->next ? &connection_link(link->next)->previous : &list->last) = link->previous;
}

static void move_client(void *context, struct connection *connection, bool waits)
{
    struct worker *worker = context;
    unlink_client(worker, connection);
    append(waits ? &worker->waiting : &worker->busy, connection);
}

static void forget(void *context, struct connection *connection)
{
    struct worker *worker = context;
    unlink_client(worker, connection);
    atomic_fetch_sub_explicit(&worker->gateway->connection_count, 1, memory_order_relaxed);
    stop_if_done(worker);
}

/* Where there are as many as there may be, the one goes that has waited longest without a request; where all have one,
 * the new one is turned away. */
static void add_client(struct worker *worker, int fd)
{
    const int on = 1, unsent = MAX_UNSENT_BYTES;
    size_t most = routing_serve_config(worker->site->routing)->max_connections;
    size_t count = atomic_fetch_add_explicit(&worker->gateway->connection_count, 1, memory_order_relaxed);
    if (count >= most && worker->waiting.first) {
        connection_close(worker->waiting.first);
        count--;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* slower without */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent)); /* it would keep megabytes */
    struct connection *connection = count < most + MAX_TURNED_AWAY ? connection_open(&worker->connections, fd) : NULL;
    if (!connection) {
        atomic_fetch_sub_explicit(&worker->gateway->connection_count, 1, memory_order_relaxed);
        (void)close(fd);
        return;
    }
    append(&worker->waiting, connection);
    if (count >= most) {
        connection_turn_away(connection);
    }
}

/* The listener would wake the loop again and again for clients that it has no descriptors for. */
static void rest(struct worker *worker)
{
    loop_remove_watch(worker->loop, &worker->listener);
    worker->is_resting = true;
    loop_set_timer(worker->loop, &worker->rest_timer, loop_now_ns(worker->loop) + REST_NS);
}

static void end_rest(void *context)
{
    struct worker *worker = context;
    worker->is_resting = worker->is_listening && !loop_add_watch(worker->loop, &worker->listener);
    if (worker->is_resting) {
        loop_set_timer(worker->loop, &worker->rest_timer, loop_now_ns(worker->loop) + REST_NS);
    }
}

static void accept_some(struct worker *worker, int most)
{
    for (int i = 0; i < most; i++) {
        int fd = accept4(worker->listener_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        bool lacks_room = fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM);
        if (fd >= 0) {
            add_client(worker, fd);
        } else if (lacks_room && worker->waiting.first) {
            connection_close(worker->waiting.first); /* as where there are as many as there may be */
        } else if (lacks_room && !worker->connections.is_draining) {
            rest(worker);
            return;
        } else {
            return; /* nobody waits, or has left again */
        }
    }
}

static void accept_clients(void *context, unsigned events)
{
    (void)events;
    accept_some(context, ACCEPTS_A_TURN);
}

static void stop_listening(struct worker *worker)
{
    if (worker->is_listening) {
        if (!worker->is_resting) {
            loop_remove_watch(worker->loop, &worker->listener);
        }
        (void)close(worker->listener_fd); /* nothing to lose */
        worker->is_listening = false;
    }
}

static void close_all(void *context)
{
    struct worker *worker = context;
    while (worker->waiting.first || worker->busy.first) {
        connection_close(worker->waiting.first ? worker->waiting.first : worker->busy.first);
    }
}

/* Those that have a request are told with their answer; connection_drain() of one may put it among those. */
static void drain_waiting(struct worker *worker)
{
    for (struct connection *each = worker->waiting.first, *next; each; each = next) {
        next = connection_link(each)->next;
        connection_drain(each);
    }
}

static void drain(struct worker *worker)
{
    if (worker->connections.is_draining) {
        return;
    }
    worker->connections.is_draining = true;
    if (worker->is_listening) {
        accept_some(worker, LISTEN_BACKLOG); /* those whom the kernel has connected already */
    }
    stop_listening(worker);
    drain_waiting(worker);
    loop_set_timer(worker->loop, &worker->drain_timer,
                   loop_now_ns(worker->loop) + routing_serve_config(worker->site->routing)->drain_ns);
    stop_if_done(worker);
}

void gateway_read_facts(struct gateway *gateway)
{
    struct live_facts *facts = live_facts_read(gateway->figures->metrics, gateway->routing);
    if (!facts) {
        return; /* there may be memory the next time */
    }
    pthread_mutex_lock(&gateway->lock);
    struct live_facts *previous = gateway->facts;
    gateway->facts = facts;
    pthread_mutex_unlock(&gateway->lock);
    live_facts_release(previous);
}

/* Those of another routing are no use to the site. */
static void take_facts(struct site *site, struct live_facts *facts)
{
    if (site && facts && facts->routing == site->routing) {
        live_facts_release(site->facts);
        site->facts = live_facts_hold(facts);
    }
}

static void take_routing(struct worker *worker)
{
    pthread_mutex_lock(&worker->gateway->lock);
    struct routing *routing = routing_hold(worker->gateway->routing);
    struct live_facts *facts = live_facts_hold(worker->gateway->facts);
    pthread_mutex_unlock(&worker->gateway->lock);
    if (!worker->site || worker->site->routing != routing) {
        struct site *site = site_create(routing);
        if (site) { /* else the old one goes on */
            site_release(worker->site);
            worker->site = site;
        }
    }
    take_facts(worker->site, facts);
    live_facts_release(facts);
    routing_release(routing);
}

static void look_again(void *context)
{
    struct worker *worker = context;
    take_routing(worker);
    if (atomic_load(&worker->gateway->is_draining)) {
        drain(worker);
    }
}

static void flush_log(void *context)
{
    struct worker *worker = context;
    access_log_flush(&worker->log);
}

static bool make_address(const struct serve_config *config, uint16_t port, union address *out, socklen_t *out_len)
{
    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, config->host, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons(port);
        *out_len = sizeof(out->v4);
        return true;
    }
    out->v6.sin6_family = AF_INET6;
    out->v6.sin6_port = htons(port);
    *out_len = sizeof(out->v6);
    return inet_pton(AF_INET6, config->host, &out->v6.sin6_addr) == 1;
}

static bool start_listening(struct worker *worker, uint16_t port)
{
    const struct serve_config *config = routing_serve_config(worker->site->routing);
    const int on = 1;
    union address address;
    socklen_t len;
    port = port != 0 ? port : config->port;
    if (!make_address(config, port, &address, &len)) {
        complain("address: %s is no numeric address", config->host);
        return false;
    }
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool shares = config->threads > 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        (shares && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0) ||
        bind(fd, &address.any, len) != 0 || listen(fd, LISTEN_BACKLOG) != 0) {
        complain("cannot listen on %s:%u: %s", config->host, (unsigned)port, strerror(errno));
        if (fd >= 0) {
            (void)close(fd); /* nothing to lose */
        }
        return false;
    }
    worker->listener_fd = fd;
    worker->listener = (struct loop_watch){fd, LOOP_READABLE, accept_clients, worker};
    worker->is_listening = loop_add_watch(worker->loop, &worker->listener);
    return worker->is_listening;
}

uint16_t worker_port(const struct worker *worker)
{
    union address address;
    socklen_t len = sizeof(address);
    if (getsockname(worker->listener_fd, &address.any, &len) != 0) {
        return 0;
    }
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

bool worker_init(struct worker *worker, struct gateway *gateway, uint16_t port)
{
    *worker = (struct worker){.gateway = gateway};
    worker->random = (uint64_t)base_clock_unix_ns() ^ (uint64_t)(uintptr_t)worker ^ ((uint64_t)getpid() << 32);
    worker->flush = (struct loop_task){.run = flush_log, .context = worker};
    access_log_init(&worker->log, gateway->log_fd);
    if (tta_metrics_add_recorder(gateway->figures->metrics, &worker->recorder) != TTA_OK) {
        complain("out of memory");
        return false;
    }
    worker->loop = loop_create();
    if (worker->loop) {
        take_routing(worker);
    }
    char *scratch = malloc(SCRATCH_BYTES);
    const struct serve_config *config = worker->site ? routing_serve_config(worker->site->routing) : NULL;
    worker->connections = (struct connection_settings){
        .loop = worker->loop,
        .serve = serve,
        .refused = note_refusal,
        .closed = forget,
        .waits = move_client,
        .context = worker,
        .scratch = scratch,
        .scratch_bytes = SCRATCH_BYTES,
        .max_backlog_bytes = MAX_BACKLOG_BYTES,
        .budget = &gateway->bodies,
    };
    if (config) {
        worker->connections.limits =
            (struct request_limits){MAX_TARGET_BYTES, MAX_HEAD_BYTES, config->max_body_bytes, &gateway->bodies};
        gateway->bodies.most = config->max_bodies_bytes;
        worker->connections.times =
            (struct connection_times){config->head_timeout_ns, config->body_timeout_ns, config->timeout_ns,
                                      config->keep_alive_ns, config->write_timeout_ns};
        worker->upstream = upstream_create(worker->loop, config->connect_timeout_ns);
    }
    if (!scratch || !worker->upstream || !loop_add_timer(worker->loop, &worker->drain_timer, close_all, worker) ||
        !loop_add_timer(worker->loop, &worker->rest_timer, end_rest, worker)) {
        complain("no memory or descriptors for a worker");
        return false;
    }
    loop_set_wake(worker->loop, look_again, worker);
    return start_listening(worker, port);
}

void worker_run(struct worker *worker)
{
    loop_run(worker->loop);
    access_log_flush(&worker->log);
}

void worker_deinit(struct worker *worker)
{
    if (worker->loop) {
        close_all(worker);
        stop_listening(worker);
        loop_stop(worker->loop);
        loop_run(worker->loop); /* what was to be released */
    }
    site_release(worker->site);
    upstream_destroy(worker->upstream);
    if (worker->loop) {
        loop_remove_timer(worker->loop, &worker->drain_timer);
        loop_remove_timer(worker->loop, &worker->rest_timer);
        loop_run(worker->loop);
    }
    loop_destroy(worker->loop);
    access_log_deinit(&worker->log);
    free(worker->connections.scratch);
}

void worker_wake(struct worker *worker)
{
    loop_wake(worker->loop);
}

void worker_make_id(struct worker *worker, char out_id[REQUEST_ID_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    uint64_t number = base_random_next(&worker->random);
    memcpy(out_id, "req_", 4);
    for (size_t i = 0; i < 16; i++, number >>= 4) {
        out_id[4 + i] = digits[number & 15];
    }
    out_id[20] = '\0';
}

void worker_log(struct worker *worker, const struct access_entry *entry)
{
    access_log_add(&worker->log, entry);
    loop_defer(worker->loop, &worker->flush);
}
