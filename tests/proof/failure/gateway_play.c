// SPDX-License-Identifier: MIT
#include "gateway_play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "gateway_checks.h"
#include "gateway_words.h"
#include "gateway_world.h"

const struct gateway_way gateway_ways[GATEWAY_WAYS] = {
    {"openai", "OpenAI's", "custom_api", "custom_api", TTA_DIALECT_OPENAI, TTA_DIALECT_OPENAI, API_CHAT, false},
    {"curl", "through libcurl", "custom_api", "custom_api", TTA_DIALECT_OPENAI, TTA_DIALECT_OPENAI, API_CHAT, true},
    {"anthropic", "Anthropic's", "anthropic", "custom_api", TTA_DIALECT_ANTHROPIC, TTA_DIALECT_OPENAI, API_CHAT, false},
    {"ollama", "Ollama's", "ollama", "custom_api", TTA_DIALECT_OLLAMA, TTA_DIALECT_OPENAI, API_CHAT, false},
    {"messages", "/v1/messages", "anthropic", "anthropic", TTA_DIALECT_ANTHROPIC, TTA_DIALECT_ANTHROPIC, API_MESSAGES,
     false},
    {"completions", "/v1/completions", "custom_api", "custom_api", TTA_DIALECT_OPENAI, TTA_DIALECT_OPENAI,
     API_COMPLETIONS, false},
    {"embeddings", "/v1/embeddings", "custom_api", "custom_api", TTA_DIALECT_OPENAI, TTA_DIALECT_OPENAI,
     API_EMBEDDINGS, false},
};

static const char *const paths[API_COUNT] = {
    [API_CHAT] = CHAT,
    [API_COMPLETIONS] = "/v1/completions",
    [API_EMBEDDINGS] = "/v1/embeddings",
    [API_MESSAGES] = "/v1/messages",
};

static struct world world; /* too large for a stack */
static char said[WORLD_MAX_ANSWER_BYTES]; /* the answer of the request, when others have come */

bool gateway_can_play(const struct gateway_way *way, const struct fault *fault, bool is_stream)
{
    return fault_is_said_by(fault, way->first_says) &&
           (way->api != API_EMBEDDINGS || (!is_stream && !fault->is_of_choices));
}

/* ---- what is wanted ---- */

static bool is_about_the_request(const char *failure)
{
    return strcmp(failure, "bad_request") == 0 || strcmp(failure, "context") == 0 || strcmp(failure, "policy") == 0;
}

static void set_wanted(struct play *play)
{
    const struct fault_outcome *wanted = fault_wanted(play->fault, play->is_stream);
    const struct loopback_answer *answer = play->answer;
    struct fault_down down;
    play->failure = wanted->failure;
    play->status = atoi(wanted->client); /* 0 of an error event */
    (void)snprintf(play->path, sizeof play->path, "%s", wanted->path); /* both fit */
    (void)snprintf(play->opens, sizeof play->opens, "%s", wanted->opens);
    if (play->is_down && fault_wanted_down(wanted, &down)) {
        memcpy(play->path, down.path, sizeof play->path);
        memcpy(play->opens, down.opens, sizeof play->opens);
        play->status = down.client_status;
    }
    fault_leave_out_spare(play->path); /* a server of the gateway has one key */
    fault_leave_out_spare(play->opens);
    play->end = play->fault->client_leaves ? ENDS_WITHOUT_CLIENT
                : play->status == 200      ? ENDS_WELL
                : play->status == 0        ? ENDS_WITH_EVENT
                                           : ENDS_WITH_ERROR;
    play->is_as_said = play->end == ENDS_WITH_ERROR && is_about_the_request(play->failure) && answer->status >= 400 &&
                       answer->status < 500 && answer->body[0] == '{';
    play->status = play->end == ENDS_WITH_EVENT ? 200 : play->is_as_said ? answer->status : play->status;
}

/* ---- the request ---- */

static bool stalls(const struct play *play)
{
    return !play->fault->client_leaves &&
           (play->answer->fault == LOOPBACK_SILENT || play->answer->fault == LOOPBACK_STALL);
}

/* Of the short times B has the first two as well: they are long enough for a busy machine.  Between pieces it may be
 * less, as a good answer is one piece. */
static void start_world(const struct gateway_way *way, struct loopback_server *alpha, struct loopback_server *beta,
                        bool has_short_times)
{
    char models[600], settings[300];
    (void)snprintf(models, sizeof models,
                   "  - id: one\n    provider: %s\n    origin: alpha\n    context: 8k\n"
                   "  - id: one\n    provider: %s\n    origin: beta\n    context: 8k\n"
                   "  - id: large\n    provider: %s\n    origin: beta\n    context: 128k\n",
                   way->first_kind, way->next_kind, way->next_kind); /* fits */
    (void)snprintf(settings, sizeof settings,
                   "    - name: table\n      targets: [alpha/one, beta/one, beta/large]\n  max_wait: 1 ns\n%s",
                   has_short_times ? "  first_byte: 1 s\n  first_token: 1 s\n  idle: 120 ms\n" : "");
    const struct world_plan plan = {
        .alpha_kind = way->first_kind, .beta_kind = way->next_kind, .models = models, .by_name = way->by_name};
    world_start_with(&world, &plan, alpha, beta, settings);
}

static int begin_request(const struct gateway_way *way, bool is_stream)
{
    struct buf body;
    base_buf_init(&body, 200);
    gateway_words_ask(way->api, is_stream, &body);
    int fd = world_begin_post(&world, paths[way->api], base_buf_cstr(&body));
    base_buf_deinit(&body);
    return fd;
}

static void leave(const struct play *play, int fd)
{
    if (play->is_stream) {
        (void)world_read_until(&world, fd, "\"hi\"");
    }
    for (int i = 0; loopback_server_request_count(world.alpha) == 0; i++) {
        pause_shortly(i);
    }
    (void)close(fd);
    for (int i = 0; loopback_server_open_count(world.alpha) > 0; i++) { /* or the provider would go on for nobody */
        pause_shortly(i);
    }
}

/* Leaves the answer in `said`. */
static void ask(const struct play *play)
{
    size_t len = 0;
    int fd = begin_request(play->way, play->is_stream);
    said[0] = '\0';
    if (play->fault->client_leaves) {
        leave(play, fd);
        return;
    }
    if (play->answer->later) {
        (void)world_read_until(&world, fd, "\"hi\"");
        len = world.answer_len;
        memcpy(said, world.answer, len);
        loopback_server_go_on(world.alpha);
    }
    (void)world_read_all(&world, fd);
    assert_true(len + world.answer_len < sizeof said);
    memcpy(said + len, world.answer, world.answer_len + 1);
}

void gateway_play(const struct gateway_way *way, const struct fault *fault, bool is_stream, bool is_down,
                  struct gateway_verdict *out_verdict)
{
    struct reworded first, next;
    gateway_words_init(fault_answer(fault, is_stream), way->api, &first);
    gateway_words_init(fault_good_answer(way->next_says, is_stream), way->api, &next);
    struct play play = {.way = way,
                        .fault = fault,
                        .answer = &first.answer,
                        .is_stream = is_stream,
                        .is_down = is_down,
                        .verdict = out_verdict};
    memset(out_verdict, 0, sizeof *out_verdict);
    set_wanted(&play);
    start_world(way, fault->refuses ? NULL : world_saying(*play.answer),
                is_down ? NULL : world_saying(next.answer), stalls(&play));
    ask(&play);
    if (play.end == ENDS_WITHOUT_CLIENT) {
        (void)snprintf(out_verdict->client, sizeof out_verdict->client, "left"); /* fits */
    } else {
        check_answer(&play, said);
    }
    check_log(&play, &world, said);
    check_calls(&play, &world);
    check_health(&play, &world);
    check_metrics(&play, &world);
    world_stop(&world);
    gateway_words_deinit(&first);
    gateway_words_deinit(&next);
}

/* A stream that has begun, of the row of the table. */
static const struct loopback_answer *answer_to_leave(enum tta_dialect dialect)
{
    size_t i = 0;
    while (!fault_at(i)->client_leaves || !fault_is_said_by(fault_at(i), dialect)) {
        i++;
    }
    return fault_answer(fault_at(i), true);
}

void gateway_time_leaving(const struct gateway_way *way, int64_t *out_took_ns, size_t count)
{
    const struct timespec pause = {.tv_nsec = 100000};
    struct reworded first;
    gateway_words_init(answer_to_leave(way->first_says), way->api, &first);
    start_world(way, world_saying(first.answer), NULL, false);
    for (size_t i = 0; i < count; i++) {
        int64_t closed_ns;
        int fd = begin_request(way, true);
        (void)world_read_until(&world, fd, "\"hi\"");
        int64_t left_ns = base_clock_monotonic_ns();
        (void)close(fd);
        while ((closed_ns = loopback_server_left_ns(world.alpha)) < left_ns) {
            (void)nanosleep(&pause, NULL); /* a shorter one will do */
        }
        out_took_ns[i] = closed_ns - left_ns;
    }
    world_stop(&world);
    gateway_words_deinit(&first);
}
