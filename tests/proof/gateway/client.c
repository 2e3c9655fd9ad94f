// SPDX-License-Identifier: MIT
/*
 * Clients that measure: client [-H HEADER]... MODE PORT COUNT [SECONDS]
 *
 *   times    COUNT whole answers, one after the other on one connection: p50, p99 in ns
 *   first    COUNT streams, one after the other: time to the first content, p50, p99 in ns
 *   rate     COUNT connections for SECONDS: answers a second, p50, p99 in ns
 *   hold     COUNT streams that have begun: prints "held", and ends with standard input
 *   bodies   COUNT requests of 150 KB under way at once: prints "held", waits for the answers
 *   leave    begins a stream and leaves, COUNT times: prints "left NS" each time
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "asking.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/histogram.h"
#include "send_all.h"

#define NS_PER_SEC INT64_C(1000000000)
#define PROMPT_BYTES 800
#define LARGE_BYTES 150000

enum { MAX_CONNECTIONS = 4096, BUFFER_BYTES = 16384, MAX_HEADERS_BYTES = 4096 };

static uint16_t port;
static struct histogram histogram;
static struct buf headers;

static char *make_request(const char *model, bool is_stream, size_t prompt_bytes, size_t *out_len)
{
    const struct asking asking = {.model = model,
                                  .headers = headers.len > 0 ? base_buf_cstr(&headers) : NULL,
                                  .is_stream = is_stream,
                                  .prompt_bytes = prompt_bytes};
    return asking_request(&asking, out_len);
}

static void send_or_give_up(int fd, const char *bytes, size_t len)
{
    if (!send_all(fd, bytes, len)) {
        asking_give_up("it cannot send");
    }
}

/* Reads on, up to the first content or the end. */
static void read_on(int fd, struct answer *answer, bool up_to_content)
{
    static char buffer[BUFFER_BYTES];
    while (!answer->is_whole && !(up_to_content && answer->has_content)) {
        ssize_t got = recv(fd, buffer, sizeof(buffer) - 1, 0);
        if (got <= 0) {
            asking_give_up("the answer ended early");
        }
        buffer[got] = '\0';
        if (!answer_take(answer, buffer, (size_t)got) || (answer->status != 0 && answer->status != 200)) {
            asking_give_up(buffer);
        }
    }
}

static void read_whole(int fd)
{
    struct answer answer;
    answer_begin(&answer);
    read_on(fd, &answer, false);
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
    struct answer answer;
    char *request = make_request(is_stream ? "stream" : "whole", is_stream, PROMPT_BYTES, &len);
    int fd = asking_connect(port);
    for (size_t i = 0; i < count + warm_up; i++) {
        int64_t start_ns = base_clock_monotonic_ns();
        send_or_give_up(fd, request, len);
        answer_begin(&answer);
        read_on(fd, &answer, is_stream);
        if (i >= warm_up) {
            base_histogram_record(&histogram, (uint64_t)(base_clock_monotonic_ns() - start_ns));
        }
        read_on(fd, &answer, false);
    }
    (void)close(fd); /* nothing to lose */
    free(request);
    print_times();
}

static void measure_rate(size_t count, int seconds)
{
    static struct pollfd polled[MAX_CONNECTIONS];
    static int64_t started[MAX_CONNECTIONS];
    size_t len;
    char *request = make_request("whole", false, PROMPT_BYTES, &len);
    int64_t start_ns = base_clock_monotonic_ns(), end_ns = start_ns + seconds * NS_PER_SEC, now_ns = start_ns;
    for (size_t i = 0; i < count; i++) {
        polled[i] = (struct pollfd){.fd = asking_connect(port), .events = POLLIN};
        started[i] = base_clock_monotonic_ns();
        send_or_give_up(polled[i].fd, request, len);
    }
    while (now_ns < end_ns && poll(polled, (nfds_t)count, 1000) > 0) {
        for (size_t i = 0; i < count; i++) {
            if (!polled[i].revents) {
                continue;
            }
            read_whole(polled[i].fd);
            now_ns = base_clock_monotonic_ns();
            base_histogram_record(&histogram, (uint64_t)(now_ns - started[i]));
            started[i] = now_ns;
            send_or_give_up(polled[i].fd, request, len);
        }
    }
    free(request);
    printf("%.0f ", (double)histogram.count / ((double)(now_ns - start_ns) / 1e9));
    print_times();
}

static void hold(size_t count, const char *model, bool is_stream, size_t prompt_bytes)
{
    static int fds[MAX_CONNECTIONS];
    size_t len;
    char byte;
    struct answer answer;
    char *request = make_request(model, is_stream, prompt_bytes, &len);
    for (size_t i = 0; i < count; i++) {
        fds[i] = asking_connect(port);
        send_or_give_up(fds[i], request, len);
        if (is_stream) {
            answer_begin(&answer);
            read_on(fds[i], &answer, true);
        }
    }
    puts("held");
    (void)fflush(stdout); /* who measures waits for it */
    for (size_t i = 0; i < count && !is_stream; i++) {
        read_whole(fds[i]);
    }
    free(request);
    (void)!read(STDIN_FILENO, &byte, 1); /* its end is what is waited for */
}

static void leave(size_t count)
{
    size_t len;
    const struct timespec pause = {.tv_nsec = 20000000};
    struct answer answer;
    char *request = make_request("slow", true, PROMPT_BYTES, &len);
    for (size_t i = 0; i < count; i++) {
        int fd = asking_connect(port);
        send_or_give_up(fd, request, len);
        answer_begin(&answer);
        read_on(fd, &answer, true);
        (void)nanosleep(&pause, NULL); /* all is still */
        int64_t now_ns = base_clock_monotonic_ns();
        (void)close(fd); /* which is what is measured */
        printf("left %lld\n", (long long)now_ns);
        (void)nanosleep(&pause, NULL);
    }
    free(request);
}

int main(int argc, char **argv)
{
    asking_raise_limits();
    base_buf_init(&headers, MAX_HEADERS_BYTES);
    for (int option; (option = getopt(argc, argv, "H:")) == 'H';) {
        base_buf_addf(&headers, "%s\r\n", optarg);
    }
    argv += optind;
    argc -= optind;
    const char *mode = argc > 2 ? argv[0] : "";
    size_t count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    port = (uint16_t)(argc > 2 ? atoi(argv[1]) : 0);
    if (count == 0 || count > 1000000 || !base_buf_ok(&headers)) {
        fprintf(stderr, "client [-H HEADER]... MODE PORT COUNT [SECONDS]\n");
        return 2;
    }
    if (strcmp(mode, "times") == 0 || strcmp(mode, "first") == 0) {
        measure_times(count, mode[0] == 'f');
    } else if (strcmp(mode, "rate") == 0 && count <= MAX_CONNECTIONS) {
        measure_rate(count, argc > 3 ? atoi(argv[3]) : 3);
    } else if (strcmp(mode, "hold") == 0 && count <= MAX_CONNECTIONS) {
        hold(count, "slow", true, PROMPT_BYTES);
    } else if (strcmp(mode, "bodies") == 0 && count <= MAX_CONNECTIONS) {
        hold(count, "late", false, LARGE_BYTES);
    } else if (strcmp(mode, "leave") == 0) {
        leave(count);
    } else {
        asking_give_up("there is no such mode, or too many connections");
    }
    base_buf_deinit(&headers);
    return 0;
}
