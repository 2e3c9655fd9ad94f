// SPDX-License-Identifier: MIT
/*
 * A provider that costs next to nothing: provider PORT
 *
 * What it answers goes by the model of the request:
 *   whole   a chat completion of 1 KB, at once
 *   late    the same after two seconds, so that requests pile up
 *   flaky   as whole, but each eighth has a fault: they take turns
 *   busy    as whole, but each eighth is told to come again later
 *   stream  an event with content at once, eight more a millisecond apart, the end
 *   ragged  the same, but each eighth breaks off
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

/* Streams last. */
enum kind { KIND_WHOLE, KIND_LATE, KIND_FLAKY, KIND_BUSY, KIND_STREAM, KIND_RAGGED, KIND_SLOW, KIND_COUNT };

static const char *const models[KIND_COUNT] = {"whole", "late", "flaky", "busy", "stream", "ragged", "slow"};

struct provider {
    struct loop *loop;
    struct loop_watch listener;
    unsigned long counts[KIND_COUNT]; /* of requests for each model */
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
    bool breaks_off;
};

static const struct request_limits limits = {1000, 65536, (size_t)64 << 20, NULL};

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

/* `line`: the status, and the end of the head but for the length. */
static void say_answer(struct client *client, const char *line, size_t body_len, const char *body)
{
    char answer[2048];
    int len = snprintf(answer, sizeof(answer), "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", line, body_len, body);
    say(client, answer, (size_t)len);
    request_reset(&client->request);
}

#define GOOD "200 OK\r\nContent-Type: application/json"

static void say_whole(struct client *client)
{
    say_answer(client, GOOD, sizeof(WHOLE) - 1, WHOLE);
}

/* The nth fault, which may close the connection. */
static void say_fault(struct client *client, unsigned long number)
{
    static const char page[] = "<html>It does not work just now.</html>";
    static const char error[] = "{\"error\":{\"message\":\"It does not work just now.\",\"type\":\"server_error\"}}";
    static const char nothing[] = "{\"choices\":[]}";
    switch (number % 6) {
    case 0:
        say_answer(client, "500 Internal Server Error\r\nContent-Type: application/json", sizeof(error) - 1, error);
        break;
    case 1:
        say_answer(client, "502 Bad Gateway\r\nContent-Type: text/html", sizeof(page) - 1, page);
        break;
    case 2:
        say_answer(client, "200 OK\r\nContent-Type: text/html", sizeof(page) - 1, page);
        break;
    case 3:
        say_answer(client, GOOD, sizeof(nothing) - 1, nothing);
        break;
    case 4: /* cut */
        say_answer(client, GOOD, 2 * sizeof(WHOLE), WHOLE);
        close_client(client);
        break;
    default:
        close_client(client);
    }
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
    if (client->kind != KIND_SLOW && client->events == 9) {
        say_event(client, EVENT("", "\"stop\""));
        say_event(client, "data: [DONE]\n\n");
        say(client, "0\r\n\r\n", 5);
        request_reset(&client->request);
        return;
    }
    if (client->breaks_off && client->events == 3) {
        close_client(client);
        return;
    }
    client->events++;
    say_event(client, EVENT("\"content\":\" upon a time\"", "null"));
    set_timer(client, client->kind == KIND_SLOW ? 1000 : 1);
}

/* The string that follows the first name "model". */
static struct str model_of(struct str rest)
{
    while (rest.ptr && !base_str_starts_with(rest, STR("model\""))) {
        (void)base_str_cut(rest, '"', &rest);
    }
    (void)base_str_cut(rest, ':', &rest);
    (void)base_str_cut(rest, '"', &rest);
    return base_str_cut(rest, '"', &rest);
}

static void answer(struct client *client)
{
    const struct body *body = &client->request.body;
    struct str model = model_of((struct str){body->bytes, body->len});
    enum kind kind = KIND_WHOLE;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        kind = base_str_equal(model, base_str(models[i])) ? (enum kind)i : kind;
    }
    unsigned long count = client->provider->counts[kind]++;
    bool is_eighth = count % 8 == 7;
    client->kind = kind;
    client->breaks_off = kind == KIND_RAGGED && is_eighth;
    if (kind == KIND_FLAKY && is_eighth) {
        say_fault(client, count / 8);
    } else if (kind == KIND_BUSY && is_eighth) {
        say_answer(client, "429 Too Many Requests\r\nContent-Type: application/json", 2, "{}");
    } else if (kind == KIND_LATE) {
        set_timer(client, 2000);
    } else if (kind < KIND_STREAM) {
        say_whole(client);
    } else {
        begin_stream(client);
        set_timer(client, kind == KIND_SLOW ? 1000 : 1);
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
