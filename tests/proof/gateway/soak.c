// SPDX-License-Identifier: MIT
/*
 * Clients of all kinds at once: soak PORT CONNECTIONS SECONDS
 *
 * Each connection asks for one thing after the other, drawn at random; some leave before they have it, politely or not.
 * In the end it prints a line a kind: its name, a tab, and how many asked, had a whole 200, had another whole answer,
 * had less than one, left, waited in vain.  What each kind must have is for who reads that.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "asking.h"
#include "base/clock.h"
#include "base/random.h"
#include "send_all.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_SEC INT64_C(1000000000)
#define PATIENCE_NS (30 * NS_PER_SEC)

enum { MAX_CONNECTIONS = 256, BUFFER_BYTES = 65536, TURN_MS = 2 };

enum leaving { STAYS, LEAVES_WAITING, LEAVES_READING };

struct kind {
    const char *name;
    unsigned percent; /* of all requests */
    enum leaving leaving;
    struct asking asking;
};

static const struct kind kinds[] = {
    {"whole", 40, STAYS, {.model = "good", .prompt_bytes = 800}},
    {"large", 4, STAYS, {.model = "good", .prompt_bytes = 150000}},
    {"stream", 12, STAYS, {.model = "story", .is_stream = true, .prompt_bytes = 800}},
    {"flaky", 14, STAYS, {.model = "flaky", .prompt_bytes = 800}},
    {"busy", 6, STAYS, {.model = "busy", .prompt_bytes = 800}},
    {"ragged", 5, STAYS, {.model = "ragged", .is_stream = true, .prompt_bytes = 800}},
    {"alone", 4, STAYS, {.model = "flaky/flaky", .prompt_bytes = 800}},
    {"malformed", 3, STAYS, {.model = "good", .is_broken = true, .prompt_bytes = 800}},
    {"impatient", 4, LEAVES_WAITING, {.model = "up/late", .prompt_bytes = 800}},
    {"leaving", 8, LEAVES_READING, {.model = "story", .is_stream = true, .prompt_bytes = 800}},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

enum end { ASKED, ANSWERED, REFUSED, CUT, LEFT, WAITED, ENDS };

static struct {
    uint16_t port;
    uint64_t random;
    char *requests[KINDS];
    size_t lens[KINDS];
    unsigned long ends[KINDS][ENDS];
} soak;

struct asker {
    int fd; /* -1: none */
    size_t kind;
    struct answer answer;
    int64_t asked_ns, leaves_ns;
};

static size_t draw_kind(void)
{
    size_t kind = 0;
    for (uint64_t left = base_random_below(&soak.random, 100); left >= kinds[kind].percent; kind++) {
        left -= kinds[kind].percent;
    }
    return kind;
}

static void hang_up(struct asker *asker, bool is_polite)
{
    const struct linger at_once = {.l_onoff = 1};
    if (!is_polite) {
        (void)setsockopt(asker->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)); /* else it is polite */
    }
    (void)close(asker->fd); /* nothing to lose */
    asker->fd = -1;
}

static void ask(struct asker *asker)
{
    asker->kind = draw_kind();
    asker->asked_ns = base_clock_monotonic_ns();
    asker->leaves_ns = asker->asked_ns + (int64_t)base_random_below(&soak.random, 20) * NS_PER_MS;
    soak.ends[asker->kind][ASKED]++;
    answer_begin(&asker->answer);
    if (asker->fd < 0) {
        asker->fd = asking_connect(soak.port);
    }
    (void)send_all(asker->fd, soak.requests[asker->kind], soak.lens[asker->kind]); /* reading will tell */
}

static void go_on(struct asker *asker, enum end end)
{
    soak.ends[asker->kind][end]++;
    if (end >= CUT || !asker->answer.keeps_alive) {
        hang_up(asker, end != LEFT || base_random_below(&soak.random, 2) == 0);
    }
    ask(asker);
}

static void read_on(struct asker *asker)
{
    static char buffer[BUFFER_BYTES];
    struct answer *answer = &asker->answer;
    ssize_t got = recv(asker->fd, buffer, sizeof(buffer), 0);
    bool goes_on = got > 0 && answer_take(answer, buffer, (size_t)got);
    if (got == 0) {
        answer_end(answer);
    }
    if (kinds[asker->kind].leaving == LEAVES_READING && answer->has_content) {
        go_on(asker, LEFT);
    } else if (answer->is_whole) {
        go_on(asker, answer->status == 200 ? ANSWERED : REFUSED);
    } else if (!goes_on) {
        go_on(asker, CUT);
    }
}

static void look_at_time(struct asker *asker, int64_t now_ns)
{
    if (kinds[asker->kind].leaving == LEAVES_WAITING && now_ns >= asker->leaves_ns) {
        go_on(asker, LEFT);
    } else if (now_ns - asker->asked_ns > PATIENCE_NS) {
        go_on(asker, WAITED);
    }
}

static void run(struct asker *askers, size_t count, int64_t end_ns)
{
    struct pollfd polled[MAX_CONNECTIONS];
    for (int64_t now_ns = 0; now_ns < end_ns;) {
        for (size_t i = 0; i < count; i++) {
            polled[i] = (struct pollfd){.fd = askers[i].fd, .events = POLLIN};
        }
        (void)poll(polled, (nfds_t)count, TURN_MS); /* what it does not tell now it will tell then */
        now_ns = base_clock_monotonic_ns();
        for (size_t i = 0; i < count; i++) {
            if (polled[i].revents) {
                read_on(&askers[i]);
            } else {
                look_at_time(&askers[i], now_ns);
            }
        }
    }
}

static void print_ends(void)
{
    for (size_t i = 0; i < KINDS; i++) {
        printf("%s\t", kinds[i].name);
        for (size_t end = 0; end < ENDS; end++) {
            printf("%lu%c", soak.ends[i][end], end + 1 < ENDS ? ' ' : '\n');
        }
        free(soak.requests[i]);
    }
}

int main(int argc, char **argv)
{
    static struct asker askers[MAX_CONNECTIONS];
    size_t count = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
    int seconds = argc == 4 ? atoi(argv[3]) : 0;
    if (count == 0 || count > MAX_CONNECTIONS || seconds <= 0) {
        fprintf(stderr, "soak PORT CONNECTIONS SECONDS\n");
        return 2;
    }
    soak.port = (uint16_t)atoi(argv[1]);
    soak.random = 1;
    for (size_t i = 0; i < KINDS; i++) {
        soak.requests[i] = asking_request(&kinds[i].asking, &soak.lens[i]);
    }
    for (size_t i = 0; i < count; i++) {
        askers[i].fd = -1;
        ask(&askers[i]);
    }
    run(askers, count, base_clock_monotonic_ns() + seconds * NS_PER_SEC);
    for (size_t i = 0; i < count; i++) {
        hang_up(&askers[i], true);
    }
    print_ends();
    return 0;
}
