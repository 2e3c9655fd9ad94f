// SPDX-License-Identifier: MIT
/* The command `tta serve`: the gateway, from its configuration to its end. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "cmd/tta/commands.h"
#include "cmd/tta/gateway/bell.h"
#include "cmd/tta/gateway/route.h"
#include "cmd/tta/notify.h"
#include "cmd/tta/table.h"
#include "cmd/tta/variable_keys.h"

enum { TICK_SEC = 1 };

/* What would be served: a line a server, and the chains. */
static int print_check(const struct routing *routing)
{
    static const struct table_column columns[] = {
        {"Server", TABLE_LEFT}, {"Key", TABLE_LEFT}, {"Models", TABLE_RIGHT}, {"Asked at", TABLE_LEFT}};
    const struct serve_config *serve = routing_serve_config(routing);
    struct table table;
    size_t models = 0;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < routing_server_count(routing); i++) {
        char label[TTA_LABEL_BYTES] = "-";
        const struct tta_secret *key = routing_server(routing, i)->key;
        const char *url = routing_url(routing, i, API_CHAT);
        if (key) {
            tta_secret_label(key, label);
        }
        models += routing_model_count(routing, i);
        table_add(&table, routing_server_name(routing, i));
        table_add(&table, label);
        table_addf(&table, "%zu", routing_model_count(routing, i));
        table_add(&table, url ? url : "nowhere: it has no address");
    }
    bool is_printed = table_print(&table, stdout);
    table_deinit(&table);
    for (size_t i = 0; i < serve->chain_count; i++) {
        printf("%s%s:", i == 0 ? "\n" : "", serve->chains[i].name);
        for (size_t j = 0; j < serve->chains[i].target_count; j++) {
            printf("%s %s", j == 0 ? "" : ",", serve->chains[i].targets[j]);
        }
        putchar('\n');
    }
    printf("\n%zu %s, would listen on %s:%u\n", models, models == 1 ? "model" : "models", serve->host,
           (unsigned)serve->port);
    if (!is_printed) {
        complain("out of memory");
    }
    return is_printed ? EXIT_FINE : EXIT_BROKEN;
}

/* -1: none is kept; -2 after a complaint. */
static int open_log(const struct serve_config *serve)
{
    if (!serve->access_log) {
        return -1;
    }
    if (strcmp(serve->access_log, "-") == 0) {
        return STDOUT_FILENO;
    }
    int fd = open(serve->access_log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        complain("cannot write the access log %s: %s", serve->access_log, strerror(errno));
        return -2;
    }
    return fd;
}

/* As many descriptors as there may be: each client takes one or two. */
static void raise_limits(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files); /* up to the hard limit it is always allowed */
    }
}

static void *run_worker(void *context)
{
    worker_run(context);
    return NULL;
}

static void wake_all(struct worker *workers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        worker_wake(&workers[i]);
    }
}

/* So that whoever moved the file away gets a new one.  The number stays, under which workers write. */
static void open_log_again(const struct serve_config *serve, int log_fd)
{
    if (log_fd <= STDERR_FILENO || !serve->access_log || strcmp(serve->access_log, "-") == 0) {
        return;
    }
    int fd = open_log(serve); /* else it has complained, and the file of before is written on */
    if (fd >= 0) {
        (void)dup2(fd, log_fd); /* of two that are open it cannot fail */
        (void)fcntl(log_fd, F_SETFD, FD_CLOEXEC);
        (void)close(fd); /* nothing was written through it */
    }
}

/* The old routing goes on if the new one is none. */
static void reload(const struct options *options, struct gateway *gateway)
{
    struct routing *next;
    notify_manager("RELOADING=1");
    if (routing_create(options, gateway->routing, &next) != EXIT_FINE) {
        complain("the configuration was not read again; the one before goes on");
        notify_manager("READY=1\nSTATUS=the configuration was not read again; the one before goes on");
        return;
    }
    pthread_mutex_lock(&gateway->lock);
    struct routing *previous = gateway->routing;
    gateway->routing = next;
    pthread_mutex_unlock(&gateway->lock);
    routing_release(previous);
    open_log_again(routing_serve_config(next), gateway->log_fd);
    complain("the configuration was read again");
    notify_manager("READY=1\nSTATUS=serving");
}

/* What clients have spent is kept, so that a process that is killed forgets little.  A failure is said once. */
static void keep_accounts(const struct gateway *gateway, bool *was_good)
{
    const struct clients *clients = routing_clients(gateway->routing); /* which this thread alone replaces */
    struct buf reason;
    if (!clients) {
        return;
    }
    base_buf_init(&reason, 4000);
    bool good = clients_save(clients, base_clock_unix_ns(), &reason);
    if (!good && *was_good) {
        complain("what clients have spent cannot be kept: %s", base_buf_cstr(&reason));
    }
    *was_good = good;
    base_buf_deinit(&reason);
}

/* Until SIGTERM or SIGINT; SIGHUP reads the configuration again. */
static void wait_for_signals(const struct options *options, struct gateway *gateway, struct worker *workers,
                             size_t count, const sigset_t *signals)
{
    const struct timespec tick = {.tv_sec = TICK_SEC};
    bool are_kept = true;
    for (;;) {
        int number = sigtimedwait(signals, NULL, &tick);
        figures_tick(gateway->figures);
        gateway_read_facts(gateway);
        keep_accounts(gateway, &are_kept);
        bell_check(gateway->bell, gateway->figures->metrics, gateway->figures->store);
        if (number == SIGHUP) {
            reload(options, gateway);
        } else if (number == SIGTERM || number == SIGINT) {
            atomic_store(&gateway->is_draining, true);
            notify_manager("STOPPING=1\nSTATUS=ending what is under way");
        }
        wake_all(workers, count);
        if (number == SIGTERM || number == SIGINT) {
            return;
        }
    }
}

static int run(const struct options *options, struct gateway *gateway, struct worker *workers, size_t count)
{
    const struct serve_config *serve = routing_serve_config(gateway->routing);
    sigset_t signals;
    size_t made = 0, started = 0;
    uint16_t port = 0;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL); /* of these it cannot fail; threads inherit it */
    (void)signal(SIGPIPE, SIG_IGN);                   /* of a log that nobody reads */
    bool good = true;
    for (; made < count && good; made++) {
        good = worker_init(&workers[made], gateway, port);
        port = good && port == 0 ? worker_port(&workers[made]) : port;
    }
    for (; good && started < count; started++) {
        if (pthread_create(&workers[started].thread, NULL, run_worker, &workers[started]) != 0) {
            complain("cannot start a thread");
            good = false;
            break;
        }
    }
    if (good) {
        complain(strchr(serve->host, ':') ? "listening on http://[%s]:%u" : "listening on http://%s:%u", serve->host,
                 (unsigned)port);
        notify_manager("READY=1\nSTATUS=serving");
        wait_for_signals(options, gateway, workers, count, &signals);
    }
    atomic_store(&gateway->is_draining, true);
    wake_all(workers, started);
    for (size_t i = 0; i < started; i++) {
        (void)pthread_join(workers[i].thread, NULL); /* of a thread that runs it cannot fail */
    }
    keep_accounts(gateway, &(bool){true});
    for (size_t i = 0; i < made; i++) {
        worker_deinit(&workers[i]);
    }
    return good ? EXIT_FINE : EXIT_BROKEN;
}

static int serve(const struct options *options, struct routing *routing)
{
    struct figures figures;
    struct gateway gateway = {.routing = routing, .serve = route_serve, .figures = &figures};
    size_t count = routing_serve_config(routing)->threads;
    struct worker *workers = base_alloc_array(count, sizeof(*workers));
    gateway.log_fd = open_log(routing_serve_config(routing));
    bool has_figures = figures_init(&figures, routing_metrics_path(routing)) &&
                       bell_create(routing_config(routing), &gateway.bell);
    int status = EXIT_BROKEN;
    if (gateway.log_fd == -2) {
        status = EXIT_BAD_USAGE;
    } else if (!has_figures) {
        status = EXIT_BROKEN; /* it was told */
    } else if (!workers || pthread_mutex_init(&gateway.lock, NULL) != 0) {
        complain("out of memory");
    } else {
        raise_limits();
        status = run(options, &gateway, workers, count);
        (void)pthread_mutex_destroy(&gateway.lock); /* nobody has it */
    }
    bell_destroy(gateway.bell);
    figures_deinit(&figures);
    if (gateway.log_fd > STDERR_FILENO) {
        (void)close(gateway.log_fd); /* each line was written, or counted as lost */
    }
    live_facts_release(gateway.facts);
    routing_release(gateway.routing);
    free(workers);
    return status;
}

static int check_or_serve(const struct options *options)
{
    struct routing *routing;
    int status = routing_create(options, NULL, &routing);
    if (status != EXIT_FINE) {
        return status;
    }
    if (!options->check_only) {
        return serve(options, routing);
    }
    status = print_check(routing);
    routing_release(routing);
    return status;
}

int command_serve(const struct options *options)
{
    struct options keeping = *options;
    keeping.variable_keys = variable_keys_create();
    if (!keeping.variable_keys) {
        complain("out of memory");
        return EXIT_BROKEN;
    }
    int status = check_or_serve(&keeping);
    variable_keys_destroy(keeping.variable_keys);
    return status;
}
