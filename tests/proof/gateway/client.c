// SPDX-License-Identifier: MIT
/*
 * Clients that measure: client MODE PORT COUNT [SECONDS]
 *
 *   times    COUNT whole answers, one after the other on one connection: p50, p99 in ns
 *   first    COUNT streams, one after the other: time to the first content, p50, p99 in ns
 *   rate     COUNT connections for SECONDS: answers a second, p50, p99 in ns
 *   hold     COUNT streams that have begun: prints "held", and ends with standard input
 *   bodies   COUNT requests of 150 KB under way at once: prints "held", waits for the answers
 *   leave    begins a stream and leaves, COUNT times: prints "left NS" each time
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/histogram.h"

#define NS_PER_SEC INT64_C(1000000000)
#define LARGE_BYTES 150000
#define PROMPT "Tell me a story of those who ask and those who answer, and of what stands between them. "

enum { MAX_CONNECTIONS = 4096, BUFFER_BYTES = 16384 };

static uint16_t port;
static struct histogram histogram;

static void give_up(const char *what)
{
    fprintf(stderr, "client: %s\n", what);
    exit(3);
}

static int connect_to(void)
{
    const int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0 ||
        connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        give_up("it cannot connect");
    }
    return fd;
}

/* A request, head and body, with a prompt of some 800 bytes, or one of 150 KB. */
static char *make_request(const char *model, bool is_stream, bool is_large, size_t *out_len)
{
    static char body[LARGE_BYTES + 1000], request[LARGE_BYTES + 2000];
    size_t len = (size_t)snprintf(body, sizeof(body), "{\"model\":\"%s\",\"stream\":%s,\"messages\":[{"
                                                      "\"role\":\"user\",\"content\":\"",
                                  model, is_stream ? "true" : "false");
    while (len < (is_large ? LARGE_BYTES : 800)) {
        memcpy(body + len, PROMPT, sizeof(PROMPT) - 1);
        len += sizeof(PROMPT) - 1;
    }
    memcpy(body + len, "\"}]}", 5);
    *out_len = (size_t)snprintf(request, sizeof(request),
                                "POST /v1/chat/completions HTTP/1.1\r\nHost: here\r\n"
                                "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                                strlen(body), body);
    return request;
}

static void send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0) {
            give_up("it cannot send");
        }
        bytes += sent;
        len -= (size_t)sent;
    }
}

/* Reads the rest of a stream. */
static void read_end(int fd)
{
    static const char end[] = "\r\n0\r\n\r\n";
    char buffer[BUFFER_BYTES];
    size_t len = 0;
    while (len < sizeof(end) - 1 || memcmp(buffer + len - (sizeof(end) - 1), end, sizeof(end) - 1) != 0) {
        ssize_t got = recv(fd, buffer + len, sizeof(buffer) - len, 0);
        if (got <= 0) {
            give_up("the stream ended early");
        }
        len += (size_t)got;
    }
}

/* Reads until `wanted` is there, or, where that is NULL, all of an answer with a length. */
static void read_until(int fd, const char *wanted)
{
    static char buffer[BUFFER_BYTES];
    size_t len = 0, all = 0;
    for (;;) {
        ssize_t got = recv(fd, buffer + len, sizeof(buffer) - 1 - len, 0);
        if (got <= 0) {
            give_up("the answer ended early");
        }
        len += (size_t)got;
        buffer[len] = '\0';
        if (strncmp(buffer, "HTTP/1.1 200", 12) != 0) {
            give_up(buffer);
        }
        if (wanted && strstr(buffer, wanted)) {
            return;
        }
        const char *end = wanted ? NULL : strstr(buffer, "\r\n\r\n");
        const char *size = end ? strstr(buffer, "ontent-Length: ") : NULL;
        all = size ? (size_t)(end - buffer) + 4 + strtoul(size + 15, NULL, 10) : all;
        if (all > 0 && len >= all) {
            return;
        }
    }
}

static void print_times(void)
{
    printf("%llu %llu\n",
           (unsigned long long)base_histogram_value_at_rank(histogram.counts,
                                                            base_histogram_quantile_rank(0.5, histogram.count)),
           (unsigned long long)base_histogram_value_at_rank(histogram.counts,
                                                            base_histogram_quantile_rank(0.99, histogram.count)));
}

static void measure_times(size_t count, bool is_stream)
{
    size_t len, warm_up = count / 10;
    const char *request = make_request(is_stream ? "stream" : "whole", is_stream, false, &len);
    int fd = connect_to();
    for (size_t i = 0; i < count + warm_up; i++) {
        int64_t start_ns = base_clock_monotonic_ns();
        send_all(fd, request, len);
        read_until(fd, is_stream ? "\"content\":" : NULL);
        if (i >= warm_up) {
            base_histogram_record(&histogram, (uint64_t)(base_clock_monotonic_ns() - start_ns));
        }
        if (is_stream) {
            read_end(fd);
        }
    }
    (void)close(fd); /* nothing to lose */
    print_times();
}

static void measure_rate(size_t count, int seconds)
{
    static struct pollfd polled[MAX_CONNECTIONS];
    static int64_t started[MAX_CONNECTIONS];
    size_t len;
    const char *request = make_request("whole", false, false, &len);
    int64_t start_ns = base_clock_monotonic_ns(), end_ns = start_ns + seconds * NS_PER_SEC, now_ns = start_ns;
    for (size_t i = 0; i < count; i++) {
        polled[i] = (struct pollfd){.fd = connect_to(), .events = POLLIN};
        started[i] = base_clock_monotonic_ns();
        send_all(polled[i].fd, request, len);
    }
    while (now_ns < end_ns && poll(polled, (nfds_t)count, 1000) > 0) {
        for (size_t i = 0; i < count; i++) {
            if (!polled[i].revents) {
                continue;
            }
            read_until(polled[i].fd, NULL);
            now_ns = base_clock_monotonic_ns();
            base_histogram_record(&histogram, (uint64_t)(now_ns - started[i]));
            started[i] = now_ns;
            send_all(polled[i].fd, request, len);
        }
    }
    printf("%.0f ", (double)histogram.count / ((double)(now_ns - start_ns) / 1e9));
    print_times();
}

static void hold(size_t count, const char *model, bool is_stream, bool is_large)
{
    static int fds[MAX_CONNECTIONS];
    size_t len;
    char byte;
    const char *request = make_request(model, is_stream, is_large, &len);
    for (size_t i = 0; i < count; i++) {
        fds[i] = connect_to();
        send_all(fds[i], request, len);
        if (is_stream) {
            read_until(fds[i], "\"content\":");
        }
    }
    puts("held");
    (void)fflush(stdout); /* who measures waits for it */
    for (size_t i = 0; i < count && !is_stream; i++) {
        read_until(fds[i], NULL);
    }
    (void)!read(STDIN_FILENO, &byte, 1); /* its end is what is waited for */
}

static void leave(size_t count)
{
    size_t len;
    const struct timespec pause = {.tv_nsec = 20000000};
    const char *request = make_request("slow", true, false, &len);
    for (size_t i = 0; i < count; i++) {
        int fd = connect_to();
        send_all(fd, request, len);
        read_until(fd, "\"content\":");
        (void)nanosleep(&pause, NULL); /* all is still */
        int64_t now_ns = base_clock_monotonic_ns();
        (void)close(fd); /* which is what is measured */
        printf("left %lld\n", (long long)now_ns);
        (void)nanosleep(&pause, NULL);
    }
}

int main(int argc, char **argv)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files); /* what is too little will be seen */
    }
    const char *mode = argc > 3 ? argv[1] : "";
    size_t count = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
    port = (uint16_t)(argc > 3 ? atoi(argv[2]) : 0);
    if (count == 0 || count > 1000000) {
        fprintf(stderr, "client MODE PORT COUNT [SECONDS]\n");
        return 2;
    }
    if (strcmp(mode, "times") == 0 || strcmp(mode, "first") == 0) {
        measure_times(count, mode[0] == 'f');
    } else if (strcmp(mode, "rate") == 0 && count <= MAX_CONNECTIONS) {
        measure_rate(count, argc > 4 ? atoi(argv[4]) : 3);
    } else if (strcmp(mode, "hold") == 0 && count <= MAX_CONNECTIONS) {
        hold(count, "slow", true, false);
    } else if (strcmp(mode, "bodies") == 0 && count <= MAX_CONNECTIONS) {
        hold(count, "late", false, true);
    } else if (strcmp(mode, "leave") == 0) {
        leave(count);
    } else {
        give_up("there is no such mode, or too many connections");
    }
    return 0;
}
