// SPDX-License-Identifier: MIT
/*
 * A poll() loop over the listening socket, a pipe that says go on or stop, and
 * the connections.  An answer that waits is a due time on its connection, so a
 * slow answer to one client delays no other.  What is sent is sent blocking,
 * with a time-out: the clients are tests, and the bodies small.  The thread
 * allocates nothing.
 */
#include "loopback_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "send_all.h"

#define NS_PER_SEC INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

enum { SEND_TIMEOUT_SEC = 2 };

struct connection {
    int fd; /* -1: free */
    size_t len;
    bool is_due; /* false: a request is read */
    struct loopback_answer answer; /* with is_due */
    int64_t due_ns; /* INT64_MAX: never, or when it is let go */
    char request[LOOPBACK_MAX_REQUEST_BYTES + 1]; /* in place: tests may refuse memory while the thread runs */
};

struct loopback_server {
    char url[LOOPBACK_URL_BYTES];
    int listener;
    int wake_pipe[2]; /* a byte: go on; its end: stop */
    pthread_t thread;
    struct connection connections[LOOPBACK_MAX_CONNECTIONS];

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    bool goes_on, stops;
    int64_t left_ns;
    struct loopback_answer script[LOOPBACK_MAX_SCRIPT];
    size_t answer_count;
    size_t request_count;
    size_t connection_count;
    size_t open_count;
    char last_request[LOOPBACK_MAX_REQUEST_BYTES + 1];
};

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_SEC + now.tv_nsec;
}

static void close_connection(struct loopback_server *server, struct connection *connection)
{
    close(connection->fd);
    connection->fd = -1;
    connection->is_due = false;
    pthread_mutex_lock(&server->lock);
    server->open_count--;
    pthread_mutex_unlock(&server->lock);
}

static bool send_drops(int fd, const char *bytes, size_t len)
{
    const struct timespec pause = {.tv_nsec = 5 * NS_PER_MS};
    size_t piece = len / 16 + 1;
    for (size_t at = 0; at < len; at += piece) {
        if (!send_all(fd, bytes + at, len - at < piece ? len - at : piece)) {
            return false;
        }
        (void)nanosleep(&pause, NULL); /* a shorter one will do */
    }
    return true;
}

/* Waits until the test lets it go; false if the server stops instead. */
static bool may_go_on(struct loopback_server *server)
{
    pthread_mutex_lock(&server->lock);
    while (!server->goes_on && !server->stops) {
        pthread_cond_wait(&server->changed, &server->lock);
    }
    bool goes_on = server->goes_on;
    pthread_mutex_unlock(&server->lock);
    return goes_on;
}

/* True if the connection can serve another request.  Head and body of a small
 * answer go out in one piece, as those of a real server do. */
static bool send_answer(struct loopback_server *server, int fd, const struct loopback_answer *answer)
{
    size_t later_len = answer->later ? strlen(answer->later) : 0;
    const char *body = answer->body ? answer->body : "";
    size_t body_len = answer->body_len > 0 ? answer->body_len : strlen(body);
    bool is_cut = answer->fault == LOOPBACK_TRUNCATE;
    bool promises_more = is_cut || answer->fault == LOOPBACK_STALL;
    char piece[4096];
    size_t promised = promises_more ? 2 * body_len + 1 : body_len + later_len;
    int head_len = snprintf(piece, sizeof piece, "HTTP/1.1 %d Scripted\r\nContent-Length: %zu\r\n%s\r\n",
                            answer->status ? answer->status : 200, promised,
                            answer->headers ? answer->headers : "");
    if (head_len < 0 || (size_t)head_len >= sizeof piece) {
        return false;
    }
    size_t len = (size_t)head_len;
    if (answer->fault == LOOPBACK_DRIP) {
        return send_drops(fd, piece, len) && send_drops(fd, body, body_len);
    }
    bool is_sent;
    if (body_len <= sizeof piece - len) {
        memcpy(piece + len, body, body_len);
        is_sent = send_all(fd, piece, len + body_len);
    } else {
        is_sent = send_all(fd, piece, len) && send_all(fd, body, body_len);
    }
    if (is_sent && later_len > 0) {
        is_sent = may_go_on(server) && send_all(fd, answer->later, later_len);
    }
    return is_sent && !is_cut;
}

static void send_due(struct loopback_server *server, struct connection *connection)
{
    connection->is_due = false;
    if (connection->answer.fault == LOOPBACK_CLOSE || !send_answer(server, connection->fd, &connection->answer)) {
        close_connection(server, connection);
    }
}

/* The value of Content-Length in a head that ends in a NUL; 0 if there is none. */
static size_t body_len_of(const char *head)
{
    static const char name[] = "\ncontent-length:";
    for (const char *line = head; (line = strchr(line, '\n')); line++) {
        if (strncasecmp(line, name, sizeof name - 1) == 0) {
            unsigned long len = strtoul(line + sizeof name - 1, NULL, 10);
            return len < LOOPBACK_MAX_REQUEST_BYTES ? (size_t)len : LOOPBACK_MAX_REQUEST_BYTES;
        }
    }
    return 0;
}

/* Length of the whole request at the front, 0 while it is not all there. */
static size_t request_len(const struct connection *connection)
{
    const char *end = strstr(connection->request, "\r\n\r\n");
    if (!end) {
        return 0;
    }
    size_t len = (size_t)(end - connection->request) + 4 + body_len_of(connection->request);
    return len <= connection->len ? len : 0;
}

static void take_request(struct loopback_server *server, struct connection *connection, size_t len)
{
    pthread_mutex_lock(&server->lock);
    size_t turn = server->request_count++;
    memcpy(server->last_request, connection->request, len);
    server->last_request[len] = '\0';
    connection->answer = server->script[turn < server->answer_count ? turn : server->answer_count - 1];
    pthread_mutex_unlock(&server->lock);
    connection->len -= len;
    memmove(connection->request, connection->request + len, connection->len + 1);
}

static bool goes_on(struct loopback_server *server)
{
    pthread_mutex_lock(&server->lock);
    bool goes_on = server->goes_on;
    pthread_mutex_unlock(&server->lock);
    return goes_on;
}

static void begin_answers(struct loopback_server *server, struct connection *connection)
{
    size_t len;
    while (connection->fd >= 0 && !connection->is_due && (len = request_len(connection)) > 0) {
        const struct loopback_answer *answer = &connection->answer;
        take_request(server, connection, len);
        connection->is_due = true;
        bool waits = answer->fault == LOOPBACK_SILENT || (answer->is_held && !goes_on(server));
        connection->due_ns = waits ? INT64_MAX : now_ns() + answer->delay_ns;
        if (answer->delay_ns <= 0 && !waits) {
            send_due(server, connection);
        }
    }
}

/* Nothing but an upper-case letter begins a method; a TLS greeting does not. */
static bool could_be_request(const struct connection *connection)
{
    return connection->request[0] >= 'A' && connection->request[0] <= 'Z' &&
           connection->len < LOOPBACK_MAX_REQUEST_BYTES;
}

static void read_more(struct loopback_server *server, struct connection *connection)
{
    ssize_t got = recv(connection->fd, connection->request + connection->len,
                       LOOPBACK_MAX_REQUEST_BYTES - connection->len, 0);
    if (got <= 0) {
        int64_t left_ns = now_ns();
        pthread_mutex_lock(&server->lock);
        server->left_ns = left_ns;
        pthread_mutex_unlock(&server->lock);
        close_connection(server, connection);
        return;
    }
    connection->len += (size_t)got;
    connection->request[connection->len] = '\0';
    if (!could_be_request(connection)) {
        close_connection(server, connection);
        return;
    }
    begin_answers(server, connection);
}

static struct connection *free_connection(struct loopback_server *server)
{
    for (size_t i = 0; i < LOOPBACK_MAX_CONNECTIONS; i++) {
        if (server->connections[i].fd < 0) {
            return &server->connections[i];
        }
    }
    return NULL;
}

static void accept_one(struct loopback_server *server)
{
    int fd = accept(server->listener, NULL, NULL);
    if (fd < 0) {
        return;
    }
    struct connection *connection = free_connection(server);
    if (!connection) {
        close(fd);
        return;
    }
    const int on = 1;
    const struct timeval timeout = {.tv_sec = SEND_TIMEOUT_SEC};
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* only slower without */
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    connection->fd = fd;
    connection->len = 0;
    connection->is_due = false;
    pthread_mutex_lock(&server->lock);
    server->connection_count++;
    server->open_count++;
    pthread_mutex_unlock(&server->lock);
}

static int ms_until(int64_t due_ns)
{
    if (due_ns == INT64_MAX) {
        return -1;
    }
    int64_t left_ns = due_ns - now_ns();
    return left_ns > 0 ? (int)(left_ns / NS_PER_MS + 1) : 0;
}

/* Fills `polled`: wake pipe, listener, connections; returns the next due time. */
static int64_t watch(const struct loopback_server *server, struct pollfd *polled)
{
    int64_t next_due_ns = INT64_MAX;
    polled[0] = (struct pollfd){.fd = server->wake_pipe[0], .events = POLLIN};
    polled[1] = (struct pollfd){.fd = server->listener, .events = POLLIN};
    for (size_t i = 0; i < LOOPBACK_MAX_CONNECTIONS; i++) {
        const struct connection *connection = &server->connections[i];
        polled[2 + i] = (struct pollfd){.fd = connection->fd, .events = POLLIN}; /* -1 is passed over */
        if (connection->is_due && connection->due_ns < next_due_ns) {
            next_due_ns = connection->due_ns;
        }
    }
    return next_due_ns;
}

static void serve_connections(struct loopback_server *server, const struct pollfd *polled)
{
    for (size_t i = 0; i < LOOPBACK_MAX_CONNECTIONS; i++) {
        struct connection *connection = &server->connections[i];
        if (connection->fd >= 0 && polled[i].fd == connection->fd && polled[i].revents) {
            read_more(server, connection);
        }
        if (connection->fd >= 0 && connection->is_due && connection->due_ns <= now_ns()) {
            send_due(server, connection);
            begin_answers(server, connection);
        }
    }
}

static void let_go(struct loopback_server *server)
{
    for (size_t i = 0; i < LOOPBACK_MAX_CONNECTIONS; i++) {
        struct connection *connection = &server->connections[i];
        if (connection->fd >= 0 && connection->is_due && connection->answer.is_held) {
            connection->due_ns = now_ns();
        }
    }
}

static void *serve(void *context)
{
    struct loopback_server *server = context;
    struct pollfd polled[2 + LOOPBACK_MAX_CONNECTIONS];
    for (;;) {
        int64_t next_due_ns = watch(server, polled);
        if (poll(polled, 2 + LOOPBACK_MAX_CONNECTIONS, ms_until(next_due_ns)) < 0) {
            continue; /* interrupted by a signal */
        }
        if (polled[0].revents) {
            char byte;
            if (read(server->wake_pipe[0], &byte, 1) <= 0) {
                return NULL;
            }
            let_go(server);
        }
        serve_connections(server, polled + 2);
        if (polled[1].revents) {
            accept_one(server);
        }
    }
}

/* A socket with a free port, at which nobody listens yet; below 0 if there is none. */
static int take_port(char out_url[LOOPBACK_URL_BYTES])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
                    getsockname(fd, (struct sockaddr *)&address, &len) != 0)) {
        close(fd);
        fd = -1;
    }
    (void)snprintf(out_url, LOOPBACK_URL_BYTES, "http://127.0.0.1:%u", (unsigned)ntohs(address.sin_port)); /* fits */
    return fd;
}

int loopback_nobody_at(char out_url[LOOPBACK_URL_BYTES])
{
    return take_port(out_url);
}

/* Releases what the thread used; it must not run any more. */
static void release(struct loopback_server *server)
{
    for (size_t i = 0; i < LOOPBACK_MAX_CONNECTIONS; i++) {
        if (server->connections[i].fd >= 0) {
            close_connection(server, &server->connections[i]);
        }
    }
    const int fds[] = {server->listener, server->wake_pipe[0], server->wake_pipe[1]};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

struct loopback_server *loopback_server_start(const struct loopback_answer *script, size_t answer_count)
{
    struct loopback_server *server = calloc(1, sizeof *server);
    if (!server || answer_count == 0 || answer_count > LOOPBACK_MAX_SCRIPT ||
        pthread_mutex_init(&server->lock, NULL) != 0) {
        free(server);
        return NULL;
    }
    if (pthread_cond_init(&server->changed, NULL) != 0) {
        pthread_mutex_destroy(&server->lock);
        free(server);
        return NULL;
    }
    server->answer_count = answer_count;
    memcpy(server->script, script, answer_count * sizeof *script);
    server->wake_pipe[0] = server->wake_pipe[1] = -1;
    for (size_t i = 0; i < LOOPBACK_MAX_CONNECTIONS; i++) {
        server->connections[i].fd = -1;
    }
    server->listener = take_port(server->url);
    if (server->listener < 0 || listen(server->listener, LOOPBACK_MAX_CONNECTIONS) != 0 ||
        pipe(server->wake_pipe) != 0 ||
        pthread_create(&server->thread, NULL, serve, server) != 0) {
        release(server);
        return NULL;
    }
    return server;
}

void loopback_server_stop(struct loopback_server *server)
{
    if (!server) {
        return;
    }
    pthread_mutex_lock(&server->lock);
    server->stops = true;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    close(server->wake_pipe[1]); /* the reading end becomes readable */
    server->wake_pipe[1] = -1;
    pthread_join(server->thread, NULL);
    release(server);
}

void loopback_server_say(struct loopback_server *server, const struct loopback_answer *answer)
{
    pthread_mutex_lock(&server->lock);
    server->script[0] = *answer;
    server->answer_count = 1;
    pthread_mutex_unlock(&server->lock);
}

void loopback_server_go_on(struct loopback_server *server)
{
    pthread_mutex_lock(&server->lock);
    server->goes_on = true;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    while (write(server->wake_pipe[1], "", 1) < 0 && errno == EINTR) {
    }
}

int64_t loopback_server_left_ns(struct loopback_server *server)
{
    pthread_mutex_lock(&server->lock);
    int64_t left_ns = server->left_ns;
    pthread_mutex_unlock(&server->lock);
    return left_ns;
}

const char *loopback_server_url(const struct loopback_server *server)
{
    return server->url;
}

size_t loopback_server_request_count(struct loopback_server *server)
{
    pthread_mutex_lock(&server->lock);
    size_t count = server->request_count;
    pthread_mutex_unlock(&server->lock);
    return count;
}

size_t loopback_server_open_count(struct loopback_server *server)
{
    pthread_mutex_lock(&server->lock);
    size_t count = server->open_count;
    pthread_mutex_unlock(&server->lock);
    return count;
}

size_t loopback_server_connection_count(struct loopback_server *server)
{
    pthread_mutex_lock(&server->lock);
    size_t count = server->connection_count;
    pthread_mutex_unlock(&server->lock);
    return count;
}

void loopback_server_last_request(struct loopback_server *server, char *out_request, size_t size)
{
    pthread_mutex_lock(&server->lock);
    (void)snprintf(out_request, size, "%s", server->last_request); /* cut, as documented */
    pthread_mutex_unlock(&server->lock);
}
