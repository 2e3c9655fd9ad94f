// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway_world.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/tta/commands.h"
#include "send_all.h"

enum {
    PATIENCE_SEC = 20,     /* so that what hangs fails */
    MAX_DESCRIPTORS = 4096 /* of a test; a system may allow a thousand million */
};

const char program_name[] = "gateway_test";

static struct world *current; /* that a test has started and not stopped; NULL: none */

struct loopback_server *world_provider(const struct loopback_answer *script, size_t count)
{
    struct loopback_server *server = loopback_server_start(script, count);
    assert_non_null(server);
    return server;
}

struct loopback_server *world_saying(struct loopback_answer answer)
{
    return world_provider(&answer, 1);
}

static void write_server(FILE *out, const struct world *world, const char *name, const char *kind,
                         const struct loopback_server *server, const char *other_port)
{
    /* or a port that no test listens on */
    const char *port = server ? strrchr(loopback_server_url(server), ':') : ":1";
    port = other_port ? other_port : port;
    fprintf(out,
            "  - provider: %s\n"
            "    name: %s\n"
            "    base_url: http://%s%s%s\n"
            "    key_variable: WORLD_%s_KEY\n",
            kind, name, world->plan.by_name ? "localhost" : "127.0.0.1", port,
            strcmp(kind, "custom_api") == 0 ? "/v1" : "", strcmp(name, "alpha") == 0 ? "ALPHA" : "BETA");
}

static void write_config(const struct world *world, const char *settings)
{
    const struct world_plan *plan = &world->plan;
    FILE *out = fopen(world->config_path, "w");
    assert_non_null(out);
    fprintf(out, "servers:\n");
    write_server(out, world, "alpha", plan->alpha_kind, world->alpha, plan->alpha_port);
    write_server(out, world, "beta", plan->beta_kind, world->beta, NULL);
    fprintf(out, "store: %s/lists.json\nmodels:\n", world->folder);
    if (plan->models) {
        fputs(plan->models, out);
    } else {
        fprintf(out,
                "  - id: one\n"
                "    provider: %s\n"
                "    origin: alpha\n"
                "    prompt_price: 2\n"
                "    completion_price: 4\n"
                "    can: tools\n",
                plan->alpha_kind);
    }
    fprintf(out,
            "serve:\n"
            "  address: 127.0.0.1:0\n"
            "  chains:\n"
            "    - name: both\n"
            "      targets: [alpha/one, beta/two]\n"
            "%s",
            settings);
    assert_int_equal(fclose(out), 0);
}

static void *run(void *context)
{
    worker_run(context);
    return NULL;
}

void world_start(struct world *world, struct loopback_server *alpha, struct loopback_server *beta, const char *settings)
{
    world_start_with(world, &(struct world_plan){0}, alpha, beta, settings);
}

void world_start_as(struct world *world, const char *alpha_kind, struct loopback_server *alpha, const char *beta_kind,
                    struct loopback_server *beta, const char *settings)
{
    const struct world_plan plan = {.alpha_kind = alpha_kind, .beta_kind = beta_kind};
    world_start_with(world, &plan, alpha, beta, settings);
}

void world_start_with(struct world *world, const struct world_plan *plan, struct loopback_server *alpha,
                      struct loopback_server *beta, const char *settings)
{
    assert_null(current); /* or a test before this one is not a WORLD_TEST() */
    current = world;
    memset(world, 0, offsetof(struct world, answer));
    world->gateway.log_fd = -1;
    world->alpha = alpha;
    world->beta = beta;
    world->plan = *plan;
    world->plan.alpha_kind = plan->alpha_kind ? plan->alpha_kind : "custom_api";
    world->plan.beta_kind = plan->beta_kind ? plan->beta_kind : "custom_api";
    (void)snprintf(world->folder, sizeof(world->folder), "gateway_test.XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    (void)snprintf(world->config_path, sizeof(world->config_path), "%s/tta.yaml", world->folder);
    (void)snprintf(world->log_path, sizeof(world->log_path), "%s/access.log", world->folder);
    assert_int_equal(setenv("WORLD_ALPHA_KEY", WORLD_KEY, 1), 0);
    write_config(world, settings);
    world->options = options_defaults();
    world->options.config_path = world->config_path;
    world->gateway.serve = route_serve;
    assert_true(figures_init(&world->figures, NULL));
    world->gateway.figures = &world->figures;
    world->gateway.log_fd = open(world->log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    assert_true(world->gateway.log_fd >= 0);
    assert_int_equal(pthread_mutex_init(&world->gateway.lock, NULL), 0);
    assert_int_equal(routing_create(&world->options, NULL, &world->gateway.routing), EXIT_FINE);
    assert_true(worker_init(&world->worker, &world->gateway, 0));
    world->port = worker_port(&world->worker);
    assert_int_equal(pthread_create(&world->worker.thread, NULL, run, &world->worker), 0);
    world->is_running = true;
}

void world_hold_up(struct world *world)
{
    assert_int_equal(pthread_mutex_lock(&world->gateway.lock), 0);
    world->is_held_up = true;
}

void world_let_go(struct world *world)
{
    world->is_held_up = false;
    assert_int_equal(pthread_mutex_unlock(&world->gateway.lock), 0);
}

void world_reload(struct world *world, const char *settings)
{
    struct routing *next;
    write_config(world, settings);
    assert_int_equal(routing_create(&world->options, world->gateway.routing, &next), EXIT_FINE);
    pthread_mutex_lock(&world->gateway.lock);
    struct routing *previous = world->gateway.routing;
    world->gateway.routing = next;
    pthread_mutex_unlock(&world->gateway.lock);
    routing_release(previous);
    worker_wake(&world->worker);
}

/* Of whatever there is of a world that may have been started in part.  Nothing here fails a test, so that all of it is
 * done. */
static bool end(struct world *world)
{
    current = NULL;
    bool good = true;
    if (world->is_running) {
        atomic_store(&world->gateway.is_draining, true);
        worker_wake(&world->worker);
        good = pthread_join(world->worker.thread, NULL) == 0;
    }
    worker_deinit(&world->worker);
    routing_release(world->gateway.routing);
    figures_deinit(&world->figures);
    good = pthread_mutex_destroy(&world->gateway.lock) == 0 && good;
    good = (world->gateway.log_fd < 0 || close(world->gateway.log_fd) == 0) && good;
    loopback_server_stop(world->alpha);
    loopback_server_stop(world->beta);
    (void)unlink(world->config_path);
    (void)unlink(world->log_path);
    return rmdir(world->folder) == 0 && good;
}

void world_stop(struct world *world)
{
    assert_ptr_equal(world, current);
    assert_true(end(world));
}

/* A client that says no more would be waited for, wherever the test has left it. */
static void close_clients(const struct world *world)
{
    struct sockaddr_in peer;
    for (int fd = 0; fd < MAX_DESCRIPTORS; fd++) {
        socklen_t len = sizeof(peer);
        if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0 && len == sizeof(peer) &&
            peer.sin_family == AF_INET && ntohs(peer.sin_port) == world->port) {
            (void)close(fd);
        }
    }
}

int world_end(void **state)
{
    (void)state;
    struct world *world = current;
    if (world) {
        if (world->is_held_up) {
            world_let_go(world);
        }
        close_clients(world);
        loopback_server_stop(world->alpha);
        loopback_server_stop(world->beta);
        world->alpha = world->beta = NULL;
        (void)end(world); /* the test has failed already */
    }
    return 0;
}

int world_connect(const struct world *world)
{
    const struct timeval patience = {.tv_sec = PATIENCE_SEC};
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons(world->port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

void world_send_bytes(int fd, const char *bytes, size_t len)
{
    (void)send_all(fd, bytes, len); /* one that has closed says why in its answer */
}

void world_send(int fd, const char *text)
{
    world_send_bytes(fd, text, strlen(text));
}

const char *world_read_until(struct world *world, int fd, const char *text)
{
    world->answer_len = 0;
    world->answer[0] = '\0';
    for (;;) {
        ssize_t len = recv(fd, world->answer + world->answer_len, sizeof(world->answer) - 1 - world->answer_len, 0);
        if (len < 0) {
            fail_msg("nothing came any more after: %s", world->answer);
        }
        world->answer_len += (size_t)len;
        world->answer[world->answer_len] = '\0';
        if (len == 0 || (text && strstr(world->answer, text))) {
            return world->answer;
        }
    }
}

const char *world_read_all(struct world *world, int fd)
{
    const char *answer = world_read_until(world, fd, NULL);
    (void)close(fd);
    return answer;
}

const char *world_ask(struct world *world, const char *request)
{
    int fd = world_connect(world);
    world_send(fd, request);
    return world_read_all(world, fd);
}

int world_begin_post(const struct world *world, const char *path, const char *body)
{
    size_t size = strlen(body) + 400;
    char *request = malloc(size);
    assert_non_null(request);
    (void)snprintf(request, size,
                   "POST %s HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer of-the-client\r\nConnection: close\r\n"
                   "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                   path, strlen(body), body);
    int fd = world_connect(world);
    world_send(fd, request);
    free(request);
    return fd;
}

const char *world_post(struct world *world, const char *path, const char *body)
{
    return world_read_all(world, world_begin_post(world, path, body));
}

/* Up to twenty seconds, so that what hangs fails. */
static void pause_shortly(int turn)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    assert_true(turn < 20000);
    (void)nanosleep(&pause, NULL);
}

void world_wait_until_closed(struct loopback_server *server)
{
    for (int i = 0; loopback_server_open_count(server) > 0; i++) {
        pause_shortly(i);
    }
}

void world_wait_for_requests(struct loopback_server *server, size_t count)
{
    for (int i = 0; loopback_server_request_count(server) < count; i++) {
        pause_shortly(i);
    }
}

char *world_log(const struct world *world)
{
    struct buf text;
    char reason[BASE_FILE_REASON_BYTES];
    base_buf_init(&text, 1 << 20);
    assert_true(base_file_read(world->log_path, &text, reason));
    char *log = base_buf_take(&text);
    assert_non_null(log);
    return log;
}
