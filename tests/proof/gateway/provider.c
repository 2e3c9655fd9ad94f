// SPDX-License-Identifier: MIT
/*
 * A provider that costs next to nothing: provider PORT
 *
 * What it answers goes by the model of the request:
 *   whole   a chat completion of 1 KB, at once
 *   late    the same after two seconds, so that requests pile up
 *   stream  an event with content at once, eight more a millisecond apart, the end
 *   slow    an event with content at once, and another each second until the client leaves
 * When a client leaves within a stream it prints "left NS", the time of CLOCK_MONOTONIC.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/tta/gateway/loop.h"
#include "cmd/tta/gateway/request.h"

#define NS_PER_MS INT64_C(1000000)
#define READ_BYTES 65536
#define WORDS "Once upon a time there was a gateway between those who ask and those who answer. "
#define WHOLE                                                                                                          \
    "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":"    \
    "\"assistant\",\"content\":\"" WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS "\"},"                  \
    "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":150,\"total_tokens\":159}}"
#define EVENT(delta, reason)                                                                                           \
    "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{"   \
    delta "},\"finish_reason\":" reason "}]}\n\n"

enum kind { KIND_WHOLE, KIND_LATE, KIND_STREAM, KIND_SLOW };

struct provider {
    struct loop *loop;
    struct loop_watch listener;
    char scratch[READ_BYTES];
};

struct client {
    struct provider *provider;
    struct loop_watch watch;
    struct loop_timer timer;
    struct loop_task release;
    struct request request;
    enum kind kind;
    int events; /* of the stream, sent */
};

static const struct request_limits limits = {1000, 65536, (size_t)64 << 20};

static void free_client(void *context)
{
    struct client *client = context;
    request_deinit(&client->request);
    free(client);
}

static void close_client(struct client *client)
{
    if (client->timer.place != 0 && client->kind >= KIND_STREAM) {
        printf("left %lld\n", (long long)base_clock_monotonic_ns());
        (void)fflush(stdout); /* the reader would miss it */
    }
    loop_remove_timer(client->provider->loop, &client->timer);
    loop_remove_watch(client->provider->loop, &client->watch);
    (void)close(client->watch.fd); /* nothing to lose */
    loop_defer(client->provider->loop, &client->release);
}

/* Blocks for a reader that is slow, which ours are not. */
static void say(struct client *client, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(client->watch.fd, text, len, MSG_NOSIGNAL);
        if (sent < 0) {
            return; /* the loop will tell that it has left */
        }
        text += sent;
        len -= (size_t)sent;
    }
}

static void say_event(struct client *client, const char *event)
{
    char chunk[1024];
    int len = snprintf(chunk, sizeof(chunk), "%zx\r\n%s\r\n", strlen(event), event);
    say(client, chunk, (size_t)len);
}

static void say_whole(struct client *client)
{
    char answer[2048];
    int len = snprintf(answer, sizeof(answer), "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                               "Content-Length: %zu\r\n\r\n%s", sizeof(WHOLE) - 1, WHOLE);
    say(client, answer, (size_t)len);
    request_reset(&client->request);
}

static void begin_stream(struct client *client)
{
    char answer[2048];
    const char *event = EVENT("\"role\":\"assistant\",\"content\":\"Once\"", "null");
    int len = snprintf(answer, sizeof(answer), "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                               "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%s\r\n", strlen(event), event);
    say(client, answer, (size_t)len);
    client->events = 1;
}

static void set_timer(struct client *client, int64_t ms)
{
    loop_set_timer(client->provider->loop, &client->timer, base_clock_monotonic_ns() + ms * NS_PER_MS);
}

static void on_due(void *context)
{
    struct client *client = context;
    if (client->kind == KIND_LATE) {
        say_whole(client);
        return;
    }
    if (client->kind == KIND_STREAM && client->events == 9) {
        say_event(client, EVENT("", "\"stop\""));
        say_event(client, "data: [DONE]\n\n");
        say(client, "0\r\n\r\n", 5);
        request_reset(&client->request);
        return;
    }
    client->events++;
    say_event(client, EVENT("\"content\":\" upon a time\"", "null"));
    set_timer(client, client->kind == KIND_SLOW ? 1000 : 1);
}

static void answer(struct client *client)
{
    static const char *const words[] = {"\"model\":\"whole\"", "\"model\":\"late\"", "\"model\":\"stream\"",
                                        "\"model\":\"slow\""};
    const struct body *body = &client->request.body;
    struct str text = {body->bytes, body->len < 200 ? body->len : 200};
    client->kind = KIND_WHOLE;
    for (size_t i = 0; i < 4; i++) {
        client->kind = base_str_contains_ignoring_case(text, base_str(words[i])) ? (enum kind)i : client->kind;
    }
    if (client->kind == KIND_WHOLE) {
        say_whole(client);
    } else if (client->kind == KIND_LATE) {
        set_timer(client, 2000);
    } else {
        begin_stream(client);
        set_timer(client, client->kind == KIND_SLOW ? 1000 : 1);
    }
}

static void on_events(void *context, unsigned events)
{
    struct client *client = context;
    (void)events;
    ssize_t len = recv(client->watch.fd, client->provider->scratch, READ_BYTES, MSG_DONTWAIT);
    if (len < 0 && errno == EAGAIN) {
        return;
    }
    if (len <= 0) {
        close_client(client);
        return;
    }
    (void)request_feed(&client->request, client->provider->scratch, (size_t)len); /* one request at a time */
    if (client->request.wants_continue) {
        say(client, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    }
    if (client->request.state == REQUEST_WHOLE) {
        answer(client);
    } else if (client->request.state == REQUEST_REFUSED) {
        close_client(client);
    }
}

static void on_connection(void *context, unsigned events)
{
    const int on = 1;
    struct provider *provider = context;
    (void)events;
    int fd = accept(provider->listener.fd, NULL, NULL);
    struct client *client = fd >= 0 ? calloc(1, sizeof(*client)) : NULL;
    if (!client) {
        return;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* slower without */
    client->provider = provider;
    client->release = (struct loop_task){.run = free_client, .context = client};
    client->watch = (struct loop_watch){fd, LOOP_READABLE, on_events, client};
    request_init(&client->request, &limits);
    if (!loop_add_timer(provider->loop, &client->timer, on_due, client) ||
        !loop_add_watch(provider->loop, &client->watch)) {
        exit(3);
    }
}

int main(int argc, char **argv)
{
    static struct provider provider;
    const int on = 1;
    struct rlimit files;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 0))};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files); /* what is too little will be seen */
    }
    (void)signal(SIGPIPE, SIG_IGN);
    provider.loop = loop_create();
    provider.listener = (struct loop_watch){fd, LOOP_READABLE, on_connection, &provider};
    if (argc != 2 || !provider.loop || fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, 4096) != 0 ||
        !loop_add_watch(provider.loop, &provider.listener)) {
        fprintf(stderr, "provider PORT: it cannot listen there\n");
        return 2;
    }
    loop_run(provider.loop);
    return 0;
}
