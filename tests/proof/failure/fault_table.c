// SPDX-License-Identifier: MIT
/*
 * Faults of a scripted upstream on loopback, whole and streamed: the class of each, what is tried next, what opens,
 * and what the client gets, held to a table.  Prints docs/failure.md; exit status 0 only if all is as stated.
 *
 *   fault_table          the table
 *   fault_table --times  what deciding and failing over cost, instead
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "fault_client.h"
#include "faults.h"
#include "loopback_server.h"
#include "times.h"
#include "tta/failover.h"

#define MS INT64_C(1000000)

static const char fault_table_head[] =
    "# What becomes of a request when something fails\n"
    "\n"
    "Written by `make proof-failure`, which plays each fault on a server of this machine, sends a request through\n"
    "libcurl, and does as [failover.h](../include/tta/failover.h) says. It ends with 0 only if all is as stated. The\n"
    "targets in the order of the request: **A** and **A'** are a model at the provider that fails, asked with two\n"
    "keys; **B** is the same model at a provider that is well, **B+** another model there, with a larger context.\n"
    "\n"
    "*Tried* lists the attempts. *Breakers* lists what is open afterwards, and in brackets what a failure was counted\n"
    "against. Nothing ever waits here, for B is ready at once. Faults after the first content of a stream cannot be\n"
    "made good: the client is told by an error event. *If B is down*, and B+ with it, the client gets this instead,\n"
    "which the first failure decides. B is then tried twice, which counts against it; all else is the same.\n"
    "\n"
    "| fault | answer | class | tried | breakers | the client gets | if B is down | |\n"
    "|---|---|---|---|---|---|---|---|\n";

enum { A_MAIN, A_SPARE, B_SAME, B_LARGER, TARGETS };

static const struct tta_target targets[TARGETS] = {
    {.provider = 0, .row = 0, .key = 0, .model = 0, .context_tokens = 8000},
    {.provider = 0, .row = 0, .key = 1, .model = 0, .context_tokens = 8000},
    {.provider = 1, .row = 1, .key = 2, .model = 0, .context_tokens = 8000},
    {.provider = 1, .row = 2, .key = 2, .model = 1, .context_tokens = 128000},
};
static const char *const target_names[TARGETS] = {"A", "A'", "B", "B+"};
static const char *const providers[] = {"provider A", "provider B"};
static const char *const rows[] = {"row A", "row B", "row B+"};
static const char *const keys[] = {"key A", "key A'", "key B"};

#define NOBODY "http://127.0.0.1:1" /* a port that no test listens on */
#define JSON "Content-Type: application/json\r\n"

struct run {
    char failure[24], path[64], opens[FAULT_TEXT_BYTES], client[48];
    bool waits; /* it would have gone on later */
};

static void add(char *text, size_t size, const char *more)
{
    size_t len = strlen(text);
    (void)snprintf(text + len, size - len, "%s%s", len > 0 ? " " : "", more); /* room for all there is */
}

static void list_open(struct tta_health *health, struct run *run)
{
    const struct tta_part_names parts[TTA_PART_COUNT] = {{providers, 2}, {rows, 3}, {keys, 3}};
    for (int part = 0; part < TTA_PART_COUNT; part++) {
        for (size_t i = 0; i < parts[part].count; i++) {
            struct tta_part_health found = tta_health_of(health, (enum tta_part)part, i, base_clock_monotonic_ns());
            if (found.state != TTA_BREAKER_CLOSED) {
                add(run->opens, sizeof run->opens, parts[part].names[i]);
            } else if (found.failures > 0.5) {
                char counted[48];
                (void)snprintf(counted, sizeof counted, "(%s)", parts[part].names[i]);
                add(run->opens, sizeof run->opens, counted);
            }
        }
    }
    if (run->opens[0] == '\0') {
        add(run->opens, sizeof run->opens, "-");
    }
}

static struct tta_health *new_health(void)
{
    const struct tta_part_names parts[TTA_PART_COUNT] = {{providers, 2}, {rows, 3}, {keys, 3}};
    const struct tta_health_options options = tta_health_defaults();
    struct tta_health *health = NULL;
    return tta_health_create(&options, parts, &health, NULL) == TTA_OK ? health : NULL;
}

static void say_end(const struct tta_failover *failover, struct run *run)
{
    struct tta_outcome outcome = tta_failover_outcome(failover);
    if (outcome.is_committed && outcome.failure != TTA_FAILURE_NONE) {
        (void)snprintf(run->client, sizeof run->client, "error event, no [DONE]");
    } else {
        (void)snprintf(run->client, sizeof run->client, "%d", outcome.client_status);
    }
}

/* One request through the targets, up to the first wait; the time that upstreams took is added up. */
static void play(struct fault_client *client, struct tta_health *health, const char *const urls[2], bool is_stream,
                 bool leaves, struct run *out_run, int64_t *out_upstream_ns)
{
    struct tta_failover failover;
    struct tta_failover_options options = tta_failover_defaults();
    struct tta_step step;
    options.time_ns = 10000 * MS;
    memset(out_run, 0, sizeof *out_run);
    *out_upstream_ns = 0;
    if (tta_failover_begin(&failover, health, &options, targets, TARGETS, base_clock_monotonic_ns(), 1) != TTA_OK) {
        return;
    }
    while ((step = tta_failover_next(&failover, base_clock_monotonic_ns())).kind == TTA_STEP_TRY) {
        struct fault_result result;
        int64_t start_ns = base_clock_monotonic_ns();
        fault_client_send(client, urls[targets[step.target].provider], is_stream, leaves, &result);
        int64_t end_ns = base_clock_monotonic_ns();
        *out_upstream_ns += end_ns - start_ns;
        tta_failover_report(&failover, &result.finding, result.is_committed, end_ns);
        add(out_run->path, sizeof out_run->path, target_names[step.target]);
    }
    out_run->waits = step.kind == TTA_STEP_WAIT;
    (void)snprintf(out_run->failure, sizeof out_run->failure, "%s",
                   tta_failure_name(failover.attempts[0].failure));
    say_end(&failover, out_run);
    list_open(health, out_run);
}

/* False without memory or a port. */
static bool play_fault(const struct fault *fault, bool is_stream, struct fault_client *client, const char *healthy_url,
                       struct run *out_run)
{
    struct loopback_server *server = loopback_server_start(fault_answer(fault, is_stream), 1);
    struct tta_health *health = new_health();
    bool good = server && health;
    if (good) {
        char url[64];
        int64_t upstream_ns;
        (void)snprintf(url, sizeof url, "%s", loopback_server_url(server));
        loopback_server_go_on(server);
        if (fault->refuses) {
            loopback_server_stop(server);
            server = NULL;
        }
        const char *const urls[2] = {url, healthy_url};
        fault_client_speak(client, fault_dialect(fault));
        play(client, health, urls, is_stream, fault->client_leaves, out_run, &upstream_ns);
    }
    tta_health_destroy(health);
    loopback_server_stop(server);
    return good;
}

static bool is_as_stated(const struct run *run, const struct fault_outcome *wanted)
{
    return strcmp(run->failure, wanted->failure) == 0 && strcmp(run->path, wanted->path) == 0 &&
           strcmp(run->opens, wanted->opens) == 0 && strcmp(run->client, wanted->client) == 0 && !run->waits;
}

static bool is_as_stated_of_down(const struct run *run, const struct fault_outcome *wanted,
                                 const struct fault_down *down)
{
    return strcmp(run->failure, wanted->failure) == 0 && fault_is_path(run->path, down->path, true) &&
           strcmp(run->opens, down->opens) == 0 && atoi(run->client) == down->client_status;
}

/* How many of what is checked are not as stated. */
static int check(const struct fault *fault, bool is_stream, struct fault_client *client,
                 struct loopback_server *healthy, int *checked)
{
    const struct fault_outcome *wanted = fault_wanted(fault, is_stream);
    const char *form = is_stream ? "streamed" : "whole";
    struct fault_down down;
    struct run run, run_of_down = {.client = "the same"};
    bool may_be_down = fault_wanted_down(wanted, &down);
    loopback_server_say(healthy, fault_good_answer(fault_dialect(fault), is_stream));
    if (!play_fault(fault, is_stream, client, loopback_server_url(healthy), &run) ||
        (may_be_down && !play_fault(fault, is_stream, client, NOBODY, &run_of_down))) {
        fputs("no memory or no port\n", stderr);
        return 1;
    }
    bool holds = is_as_stated(&run, wanted);
    bool holds_down = !may_be_down || is_as_stated_of_down(&run_of_down, wanted, &down);
    printf("| %s | %s | %s | %s | %s | %s | %s | %s |\n", fault->name, form, run.failure, run.path, run.opens,
           run.client, run_of_down.client, holds && holds_down ? "as stated" : "**NOT AS STATED**");
    if (!holds) {
        fprintf(stderr, "%s, %s: wanted %s | %s | %s | %s\n", fault->name, form, wanted->failure, wanted->path,
                wanted->opens, wanted->client);
    }
    if (!holds_down) {
        fprintf(stderr, "%s, %s, with B down: wanted %s | %s | %d and not %s | %s | %s\n", fault->name, form, down.path,
                down.opens, down.client_status, run_of_down.path, run_of_down.opens, run_of_down.client);
    }
    *checked += may_be_down ? 2 : 1;
    return !holds + !holds_down;
}

enum { DECISIONS = 200000, FAILOVERS = 400 };

/* A decision among the most targets there can be, after one of them failed; or after all rest, as they have one key. */
static struct times time_decisions(bool all_rest)
{
    static int64_t took_ns[DECISIONS];
    struct tta_target many[TTA_MAX_TARGETS];
    for (uint32_t i = 0; i < TTA_MAX_TARGETS; i++) {
        many[i] = targets[all_rest ? 0 : i % TARGETS];
    }
    struct tta_health *health = new_health();
    const struct tta_failover_options options = tta_failover_defaults();
    const struct tta_finding finding = {.failure = TTA_FAILURE_RATE_LIMIT, .is_upstream = true, .retry_after_ns = 1};
    for (int i = 0; i < DECISIONS; i++) {
        struct tta_failover failover;
        int64_t now_ns = (int64_t)i * 1000 * MS;
        if (tta_failover_begin(&failover, health, &options, many, TTA_MAX_TARGETS, now_ns, 1) != TTA_OK ||
            tta_failover_next(&failover, now_ns).kind != TTA_STEP_TRY) {
            break;
        }
        int64_t start_ns = base_clock_monotonic_ns();
        tta_failover_report(&failover, &finding, false, now_ns);
        enum tta_step_kind step = tta_failover_next(&failover, now_ns).kind;
        took_ns[i] = base_clock_monotonic_ns() - start_ns;
        if (step != (all_rest ? TTA_STEP_WAIT : TTA_STEP_TRY)) {
            took_ns[i] = INT64_MAX; /* not what is to be timed */
        }
    }
    tta_health_destroy(health);
    return times_of(took_ns, DECISIONS);
}

/* What a request takes beyond its upstreams when the first of them fails. */
static struct times time_failovers(struct fault_client *client, const char *const urls[2], bool refuses)
{
    static int64_t beyond_ns[FAILOVERS];
    for (int i = 0; i < FAILOVERS; i++) {
        struct run run;
        int64_t upstream_ns;
        struct tta_health *health = new_health();
        int64_t start_ns = base_clock_monotonic_ns();
        play(client, health, urls, false, false, &run, &upstream_ns);
        int64_t all_ns = base_clock_monotonic_ns() - start_ns;
        struct fault_result result;
        start_ns = base_clock_monotonic_ns();
        fault_client_send(client, urls[1], false, false, &result);
        int64_t direct_ns = base_clock_monotonic_ns() - start_ns;
        beyond_ns[i] = refuses ? all_ns - direct_ns : all_ns - upstream_ns;
        tta_health_destroy(health);
    }
    return times_of(beyond_ns, FAILOVERS);
}

static int print_times(struct fault_client *client, const char *healthy_url)
{
    const struct loopback_answer broken = {.status = 500, .headers = JSON, .body = "{}"};
    struct loopback_server *server = loopback_server_start(&broken, 1);
    if (!server) {
        return 1;
    }
    const char *const urls[2] = {loopback_server_url(server), healthy_url};
    const char *const refused[2] = {NOBODY, healthy_url};
    struct utsname machine;
    printf("\n## What it costs\n\n"
           "%d decisions, %d requests each, 200000 verdicts from the cache and 2000 cold ones, on %s\n"
           "with %ld cores that others use as well.\n",
           DECISIONS, FAILOVERS, uname(&machine) >= 0 ? machine.machine : "?", sysconf(_SC_NPROCESSORS_ONLN));
    puts("\n| | median | p99 | demanded of p99 | |\n|---|---|---|---|---|");
    int failed = times_print_row("report, and choose the next of 32 targets, clock included", time_decisions(false),
                                 1000);
    failed += times_print_row("report, and find that all of 32 targets rest, clock included", time_decisions(true),
                              1000);
    failed += times_print_row("fail over from a 500, beyond both upstreams' own time",
                              time_failovers(client, urls, false), MS);
    failed += times_print_row(
        "fail over from a refused connection, tried twice, beyond the upstream that answers",
        time_failovers(client, refused, true), MS);
    loopback_server_stop(server);
    return failed;
}

static int print_table(struct fault_client *client, struct loopback_server *healthy)
{
    int failed = 0, checked = 0;
    faults_prepare();
    fputs(fault_table_head, stdout);
    for (size_t i = 0; i < faults_count(); i++) {
        const struct fault *fault = fault_at(i);
        for (int is_stream = fault->is_stream_only; is_stream < 2; is_stream++) {
            failed += check(fault, is_stream, client, healthy, &checked);
        }
    }
    printf("\n%d of %d are as stated.\n", checked - failed, checked);
    return failed;
}

int main(int argc, char **argv)
{
    struct loopback_server *healthy = loopback_server_start(fault_good_answer(TTA_DIALECT_OPENAI, false), 1);
    struct fault_client *client = fault_client_create();
    if (!healthy || !client) {
        fputs("no memory or no port\n", stderr);
        return 1;
    }
    bool is_of_times = argc > 1 && strcmp(argv[1], "--times") == 0;
    int failed = is_of_times ? print_times(client, loopback_server_url(healthy)) : print_table(client, healthy);
    fault_client_destroy(client);
    loopback_server_stop(healthy);
    return failed > 0;
}
