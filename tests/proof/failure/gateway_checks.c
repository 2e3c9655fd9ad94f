// SPDX-License-Identifier: MIT
/*
 * What must come of a fault is read from the table alone; what came of it is read
 * where users of a gateway would: the answer and its headers, the access log,
 * /metrics, the management API, and the providers' own count of their requests.
 */
#include "gateway_checks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "gateway_words.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
#define LAST_CHUNK "\r\n0\r\n\r\n"

static const struct {
    const char *name, *row, *metrics;
} targets[TARGETS] = {
    {"A", "alpha/one", "provider=\"alpha\",model=\"one\",task=\"\""},
    {"B", "beta/one", "provider=\"beta\",model=\"one\",task=\"\""},
    {"B+", "beta/large", "provider=\"beta\",model=\"large\",task=\"\""},
};

void pause_shortly(int turn)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    assert_true(turn < 20000);
    (void)nanosleep(&pause, NULL); /* a shorter one will do */
}

/* Keeps the first thing that does not hold. */
static void expect(struct play *play, bool holds, const char *what, const char *wanted, const char *got)
{
    struct gateway_verdict *verdict = play->verdict;
    if (!holds && verdict->wrong[0] == '\0') {
        int len = snprintf(verdict->wrong, sizeof verdict->wrong, "%s: %s, not %s", what, wanted, got);
        assert_true(len > 0); /* what is longer is cut */
    }
}

static void expect_text(struct play *play, const char *what, const char *wanted, const char *got)
{
    expect(play, strcmp(wanted, got) == 0, what, wanted, got);
}

static void expect_part(struct play *play, const char *what, const char *part, const char *text)
{
    expect(play, strstr(text, part) != NULL, what, part, text);
}

static void expect_no_part(struct play *play, const char *what, const char *part, const char *text)
{
    expect(play, strstr(text, part) == NULL, what, "nothing of the kind", part);
}

static void expect_number(struct play *play, const char *what, size_t wanted, size_t got)
{
    char texts[2][24];
    (void)snprintf(texts[0], sizeof texts[0], "%zu", wanted); /* fits */
    (void)snprintf(texts[1], sizeof texts[1], "%zu", got);
    expect(play, wanted == got, what, texts[0], texts[1]);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)); text += strlen(part)) {
        count++;
    }
    return count;
}

static size_t count_of_up_to(const char *text, size_t len, char c)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++) {
        count += text[i] == c;
    }
    return count;
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static enum end end_of_api(const struct play *play, const char *body)
{
    bool is_messages = play->way->api == API_MESSAGES;
    size_t ends = count_of(body, is_messages ? "event: message_stop\n" : "data: [DONE]\n\n");
    size_t others = count_of(body, is_messages ? "[DONE]" : "message_stop");
    return ends == 1 && others == 0 ? ENDS_WELL : ENDS_WITH_ERROR;
}

static void check_good(struct play *play, const char *head, const char *body)
{
    char content[2][40], line[64];
    const char *last = strrchr(play->path, ' ') ? strrchr(play->path, ' ') + 1 : play->path;
    bool is_of_first = strcmp(last, "A") == 0;
    for (int i = 0; i < 2; i++) {
        (void)snprintf(content[i], sizeof content[i], "\"%s\":\"%s\"", gateway_words_member(play->way->api),
                       (i == 0) == is_of_first ? "hi" : "well"); /* fits */
    }
    expect_part(play, "content", content[0], body);
    expect_no_part(play, "content of another provider", content[1], body);
    (void)snprintf(line, sizeof line, "\r\nx-tta-provider: %s\r\n", is_of_first ? "alpha" : "beta"); /* both fit */
    expect_part(play, "header", line, head);
    (void)snprintf(line, sizeof line, "\r\nx-tta-model: %s\r\n", strcmp(last, "B+") == 0 ? "large" : "one");
    expect_part(play, "header", line, head);
    if (play->is_stream) {
        expect(play, end_of_api(play, body) == ENDS_WELL && ends_with(body, LAST_CHUNK), "end of the stream",
               "one of its API", body);
    }
}

/* After content: the last event is the error, and nothing that an API ends with has come. */
static void check_event(struct play *play, const char *body)
{
    bool is_messages = play->way->api == API_MESSAGES;
    expect_part(play, "content before the error", "hi", body);
    expect_part(play, "error event",
                is_messages ? "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\""
                            : "data: {\"error\":{\"message\":\"",
                body);
    expect(play, ends_with(body, is_messages ? "\"}\n\n" LAST_CHUNK : "\"code\":\"stream_broken\"}}\n\n" LAST_CHUNK),
           "end of the stream", "the error event", body);
    expect_no_part(play, "end of a good stream", "[DONE]", body);
    expect_no_part(play, "end of a good stream", "message_stop", body);
    expect_no_part(play, "content of another provider", "well", body);
}

static void check_retry_after(struct play *play, const char *head)
{
    const char *asked = play->answer->headers ? strstr(play->answer->headers, "Retry-After: ") : NULL;
    bool is_passed_on = asked && (play->status == 429 || play->status == 503);
    char line[64] = "\r\nretry-after: ";
    if (is_passed_on) {
        (void)snprintf(line, sizeof line, "\r\nretry-after: %d\r\n", atoi(asked + strlen("Retry-After: "))); /* fits */
        expect_part(play, "header", line, head);
    } else {
        expect_no_part(play, "header", line, head);
    }
}

static void check_error(struct play *play, const char *head, const char *body)
{
    const struct fault_end *end = fault_end_of(play->failure);
    char wanted[200];
    bool is_messages = play->way->api == API_MESSAGES;
    expect_part(play, "header", "\r\nContent-Type: application/json\r\n", head);
    expect_no_part(play, "header of an answer", "\r\nx-tta-provider:", head);
    check_retry_after(play, head);
    if (play->is_as_said && play->way->first_says == (is_messages ? TTA_DIALECT_ANTHROPIC : TTA_DIALECT_OPENAI)) {
        expect_text(play, "the provider's words", play->answer->body, body);
    } else if (play->is_as_said) {
        expect_part(play, "the provider's words", "{\"error\":{\"message\":\"raw words\",\"type\":\"", body);
    } else if (is_messages) {
        (void)snprintf(wanted, sizeof wanted, "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"",
                       end->type); /* both fit */
        expect(play, strncmp(body, wanted, strlen(wanted)) == 0, "error", wanted, body);
        expect_part(play, "error", "\"},\"request_id\":\"req_", body);
    } else {
        (void)snprintf(wanted, sizeof wanted, "\"param\":null,\"code\":\"%s\"}}", end->code); /* fits */
        expect(play, strncmp(body, "{\"error\":{\"message\":\"", 21) == 0 && ends_with(body, wanted), "error", wanted,
               body);
    }
}

void check_answer(struct play *play, char *said)
{
    char *body = strstr(said, "\r\n\r\n");
    int status = strncmp(said, "HTTP/1.1 ", 9) == 0 ? atoi(said + 9) : 0;
    expect_number(play, "status", (size_t)play->status, (size_t)status);
    if (!body) {
        return;
    }
    body[2] = '\0'; /* the head ends here */
    body += 4;
    expect_part(play, "header", "\r\nx-request-id: req_", said);
    expect_part(play, "header", "\r\nx-tta-attempts: alpha/one ", said);
    if (!play->is_as_said) {
        expect_no_part(play, "words of a provider", "raw words", body);
        expect_no_part(play, "words of a provider", "<html", body);
    }
    if (play->end == ENDS_WELL) {
        check_good(play, said, body);
        (void)snprintf(play->verdict->client, sizeof play->verdict->client, "%d", status); /* these fit */
    } else if (play->end == ENDS_WITH_EVENT) {
        check_event(play, body);
        (void)snprintf(play->verdict->client, sizeof play->verdict->client, "error event");
    } else {
        check_error(play, said, body);
        (void)snprintf(play->verdict->client, sizeof play->verdict->client, "%d%s", status,
                       play->is_as_said ? " as said" : "");
    }
}

/* "alpha/one rate_limit 429 12ms; beta/one ok 340ms". */
struct attempts {
    char path[FAULT_TEXT_BYTES];
    size_t counts[TARGETS];
    char first_class[40];
    int first_status; /* 0: it had none */
};

/* Up to the end of the line or of the text in quotes. */
static void read_attempts(const char *text, struct attempts *out)
{
    const char *end = text + strcspn(text, "\r\"");
    char name[40], class_name[40];
    int status;
    memset(out, 0, sizeof *out);
    while (text < end && sscanf(text, "%39s %39s %d", name, class_name, &status) == 3) {
        size_t len = strlen(out->path);
        size_t time = strcspn(text, ";\r\"");
        for (int i = 0; i < TARGETS; i++) {
            if (strcmp(name, targets[i].row) == 0) {
                (void)snprintf(out->path + len, sizeof out->path - len, "%s%s", len > 0 ? " " : "",
                               targets[i].name); /* there are few */
                out->counts[i]++;
            }
        }
        if (len == 0) {
            bool is_time = count_of_up_to(text, time, ' ') == 2; /* the number is that of milliseconds */
            memcpy(out->first_class, class_name, sizeof class_name);
            out->first_status = is_time ? 0 : status;
        }
        text += time + (text[time] == ';' ? 2 : 0);
    }
}

static void check_attempts(struct play *play, const char *logged, const char *said)
{
    struct attempts attempts;
    read_attempts(logged, &attempts);
    memcpy(play->counts, attempts.counts, sizeof play->counts);
    expect(play, fault_is_path(attempts.path, play->path, play->is_down), "tried", play->path, attempts.path);
    expect_text(play, "class", strcmp(play->failure, "none") == 0 ? "ok" : play->failure, attempts.first_class);
    if (play->answer->status >= 300 && play->answer->fault == LOOPBACK_NO_FAULT) {
        expect_number(play, "status of the attempt", (size_t)play->answer->status, (size_t)attempts.first_status);
    }
    if (play->end == ENDS_WELL || play->end == ENDS_WITH_ERROR) { /* else the header came before the end */
        static const char header[] = "\r\nx-tta-attempts: ";
        const char *line = strstr(said, header);
        struct attempts told = {.path = ""};
        if (line) {
            read_attempts(line + sizeof header - 1, &told);
        }
        expect_text(play, "attempts in the header", attempts.path, told.path);
        expect_text(play, "class in the header", attempts.first_class, told.first_class);
    }
}

/* A line of the log, which is there when the request is over. */
static char *read_log(const struct world *world)
{
    char *log = world_log(world);
    for (int i = 0; log[0] == '\0'; i++) {
        free(log);
        pause_shortly(i);
        log = world_log(world);
    }
    return log;
}

void check_log(struct play *play, const struct world *world, const char *said)
{
    static const char key[] = "\"attempts\":\"";
    char part[64];
    char *log = read_log(world);
    (void)snprintf(part, sizeof part, ",\"status\":%d,", play->status); /* these fit */
    expect_part(play, "access log", part, log);
    if (play->end == ENDS_WELL) {
        expect_no_part(play, "access log", "\"error\":", log);
    } else {
        (void)snprintf(part, sizeof part, ",\"error\":\"%s\",", play->failure);
        expect_part(play, "access log", part, log);
    }
    expect_no_part(play, "access log", "raw words", log);
    const char *at = strstr(log, key);
    check_attempts(play, at ? at + sizeof key - 1 : "", said);
    free(log);
}

void check_calls(struct play *play, const struct world *world)
{
    char request[4096];
    if (world->alpha) {
        expect_number(play, "requests to A", play->counts[A], loopback_server_request_count(world->alpha));
    }
    if (world->beta) {
        size_t count = play->counts[B] + play->counts[B_LARGER];
        expect_number(play, "requests to B", count, loopback_server_request_count(world->beta));
        loopback_server_last_request(world->beta, request, sizeof request);
        if (count > 0) {
            expect_part(play, "model that B is asked for",
                        play->counts[B_LARGER] > 0 ? "\"model\":\"large\"" : "\"model\":\"one\"", request);
        }
    }
}

/* Adds what is open or counted of a section of the page, under the names of the table. */
static void list_open(const char *page, const char *section, const char *const names[][2], size_t count, char *out)
{
    const char *at = strstr(page, section), *end = at ? strchr(at, ']') : NULL;
    for (size_t i = 0; at && end && i < count; i++) {
        char key[64], state[20] = "";
        double failures = 0;
        (void)snprintf(key, sizeof key, "{\"name\":\"%s\",\"state\":\"", names[i][0]); /* fits */
        const char *part = strstr(at, key);
        if (!part || part > end || sscanf(part + strlen(key), "%19[a-z_]", state) != 1) {
            continue;
        }
        const char *counted = strstr(part, "\"recent_failures\":");
        failures = counted ? strtod(counted + strlen("\"recent_failures\":"), NULL) : 0;
        bool is_open = strcmp(state, "closed") != 0;
        if (is_open || failures > 0.5) {
            size_t len = strlen(out);
            (void)snprintf(out + len, FAULT_TEXT_BYTES - len, "%s%s%s%s", len > 0 ? " " : "", is_open ? "" : "(",
                           names[i][1], is_open ? "" : ")"); /* there are few */
        }
    }
}

void check_health(struct play *play, struct world *world)
{
    static const char *const servers[][2] = {{"alpha", "provider A"}, {"beta", "provider B"}};
    static const char *const rows[][2] = {{"alpha/one", "row A"}, {"beta/one", "row B"}, {"beta/large", "row B+"}};
    static const char *const keys[][2] = {{"alpha", "key A"}, {"beta", "key B"}};
    char opens[FAULT_TEXT_BYTES] = "";
    const char *page = world_ask(world, GET("/api/v1/models/fallback/statistics"));
    list_open(page, "\"servers\":[", servers, 2, opens);
    list_open(page, "\"models\":[", rows, 3, opens);
    list_open(page, "\"keys\":[", keys, 2, opens);
    expect_text(play, "breakers", play->opens, opens[0] != '\0' ? opens : "-");
}

static void expect_metric(struct play *play, const char *page, const char *name, const char *labels, size_t count)
{
    char line[200];
    (void)snprintf(line, sizeof line, "\n%s{%s} ", name, labels); /* these fit */
    const char *at = strstr(page, line);
    expect_number(play, line + 1, count, at ? strtoul(at + strlen(line), NULL, 10) : 0);
}

void check_metrics(struct play *play, struct world *world)
{
    char labels[160];
    const char *page = world_ask(world, GET("/metrics"));
    for (int i = 0; i < TARGETS; i++) {
        expect_metric(play, page, "tta_requests_total", targets[i].metrics, play->counts[i]);
        const char *failure = i == A ? play->failure : play->is_down ? "connect" : "none";
        (void)snprintf(labels, sizeof labels, "%s,class=\"%s\"", targets[i].metrics, failure); /* both fit */
        bool fails = strcmp(failure, "none") != 0;
        expect_metric(play, page, "tta_failures_total", labels, fails ? play->counts[i] : 0);
        (void)snprintf(labels, sizeof labels, "\ntta_failures_total{%s", targets[i].metrics);
        expect_number(play, "classes of failures", fails && play->counts[i] > 0, count_of(page, labels));
    }
}
