// SPDX-License-Identifier: MIT
/*
 * Faults of a scripted upstream on loopback, whole and streamed: the class of each, what is tried next, what opens,
 * and what the client gets, held to a table.  Prints docs/failure.md; exit status 0 only if all is as stated.
 *
 *   fault_table          the table alone
 *   fault_table --times  and what deciding and failing over cost
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
    "made good: the client is told by an error event.\n"
    "\n"
    "| fault | answer | class | tried | breakers | the client gets | |\n"
    "|---|---|---|---|---|---|---|\n";

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

#define JSON "Content-Type: application/json\r\n"
#define GOOD "{\"choices\":[{\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}"

struct run {
    char failure[24], path[64], opens[128], client[48];
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

/* One request through the targets; the time that upstreams took is added up. */
static void play(struct fault_client *client, struct tta_health *health, const char *const urls[2], bool is_stream,
                 bool leaves, struct run *out_run, int64_t *out_upstream_ns)
{
    struct tta_failover failover;
    struct tta_failover_options options = tta_failover_defaults();
    struct tta_step step;
    options.time_ns = 3000 * MS;
    memset(out_run, 0, sizeof *out_run);
    *out_upstream_ns = 0;
    if (tta_failover_begin(&failover, health, &options, targets, TARGETS, base_clock_monotonic_ns(), 1) != TTA_OK) {
        return;
    }
    while ((step = tta_failover_next(&failover, base_clock_monotonic_ns())).kind != TTA_STEP_STOP) {
        if (step.kind == TTA_STEP_WAIT) {
            add(out_run->path, sizeof out_run->path, "wait");
            break; /* nothing here may need it */
        }
        struct fault_result result;
        int64_t start_ns = base_clock_monotonic_ns();
        fault_client_send(client, urls[targets[step.target].provider], is_stream, leaves, &result);
        int64_t end_ns = base_clock_monotonic_ns();
        *out_upstream_ns += end_ns - start_ns;
        tta_failover_report(&failover, &result.finding, result.is_committed, end_ns);
        add(out_run->path, sizeof out_run->path, target_names[step.target]);
    }
    (void)snprintf(out_run->failure, sizeof out_run->failure, "%s",
                   tta_failure_name(failover.attempts[0].failure));
    say_end(&failover, out_run);
    list_open(health, out_run);
}

static int check(const struct fault *fault, bool is_stream, struct fault_client *client, const char *healthy_url)
{
    struct loopback_server *server = loopback_server_start(fault_answer(fault, is_stream), 1);
    struct tta_health *health = new_health();
    if (!server || !health) {
        fputs("no memory or no port\n", stderr);
        return 1;
    }
    char url[64];
    (void)snprintf(url, sizeof url, "%s", loopback_server_url(server));
    if (fault->refuses) {
        loopback_server_stop(server);
        server = NULL;
    }
    const char *const urls[2] = {url, healthy_url};
    struct run run;
    int64_t upstream_ns;
    play(client, health, urls, is_stream, fault->client_leaves, &run, &upstream_ns);
    const struct fault_outcome *wanted = fault_wanted(fault, is_stream);
    bool holds = strcmp(run.failure, wanted->failure) == 0 && strcmp(run.path, wanted->path) == 0 &&
                 strcmp(run.opens, wanted->opens) == 0 && strcmp(run.client, wanted->client) == 0;
    const char *form = is_stream ? "streamed" : "whole";
    printf("| %s | %s | %s | %s | %s | %s | %s |\n", fault->name, form, run.failure, run.path, run.opens, run.client,
           holds ? "as stated" : "**NOT AS STATED**");
    if (!holds) {
        fprintf(stderr, "%s, %s: wanted %s | %s | %s | %s\n", fault->name, form, wanted->failure,
                wanted->path, wanted->opens, wanted->client);
    }
    tta_health_destroy(health);
    loopback_server_stop(server);
    return !holds;
}

static int compare_times(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

enum { DECISIONS = 200000, FAILOVERS = 400 };

/* A decision among the most targets there can be, after one of them failed; or after all rest, as they have one key. */
static int64_t decision_p99_ns(bool all_rest, int64_t *out_median_ns)
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
    qsort(took_ns, DECISIONS, sizeof took_ns[0], compare_times);
    *out_median_ns = took_ns[DECISIONS / 2];
    return took_ns[DECISIONS / 100 * 99];
}

/* What a request takes beyond its upstreams when the first of them fails. */
static int64_t failover_p99_ns(struct fault_client *client, const char *const urls[2], bool refuses,
                               int64_t *out_median_ns)
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
    qsort(beyond_ns, FAILOVERS, sizeof beyond_ns[0], compare_times);
    *out_median_ns = beyond_ns[FAILOVERS / 2];
    return beyond_ns[FAILOVERS / 100 * 99];
}

static int print_row(const char *what, int64_t median_ns, int64_t p99_ns, int64_t limit_ns)
{
    bool holds = p99_ns < limit_ns;
    printf("| %s | %.2f us | %.2f us | %.0f us | %s |\n", what, (double)median_ns / 1e3, (double)p99_ns / 1e3,
           (double)limit_ns / 1e3, holds ? "holds" : "**does not hold**");
    return !holds;
}

static int print_times(struct fault_client *client, const char *healthy_url)
{
    const struct loopback_answer broken = {.status = 500, .headers = JSON, .body = "{}"};
    struct loopback_server *server = loopback_server_start(&broken, 1);
    if (!server) {
        return 1;
    }
    int64_t median_ns, p99_ns;
    const char *const urls[2] = {loopback_server_url(server), healthy_url};
    const char *const refused[2] = {"http://127.0.0.1:1", healthy_url};
    struct utsname machine;
    printf("\n## What it costs\n\n"
           "%d decisions, %d requests each, 200000 verdicts from the cache and 2000 cold ones, on %s\n"
           "with %ld cores that others use as well.\n",
           DECISIONS, FAILOVERS, uname(&machine) >= 0 ? machine.machine : "?", sysconf(_SC_NPROCESSORS_ONLN));
    puts("\n| | median | p99 | demanded of p99 | |\n|---|---|---|---|---|");
    p99_ns = decision_p99_ns(false, &median_ns);
    int failed = print_row("report, and choose the next of 32 targets, clock included", median_ns, p99_ns, 1000);
    p99_ns = decision_p99_ns(true, &median_ns);
    failed += print_row("report, and find that all of 32 targets rest, clock included", median_ns, p99_ns, 1000);
    p99_ns = failover_p99_ns(client, urls, false, &median_ns);
    failed += print_row("fail over from a 500, beyond both upstreams' own time", median_ns, p99_ns, MS);
    p99_ns = failover_p99_ns(client, refused, true, &median_ns);
    failed += print_row("fail over from a refused connection, tried twice, beyond the upstream that answers", median_ns,
                        p99_ns, MS);
    loopback_server_stop(server);
    return failed;
}

int main(int argc, char **argv)
{
    const struct loopback_answer good[] = {{.headers = JSON, .body = GOOD}};
    struct loopback_server *healthy = loopback_server_start(good, 1);
    struct fault_client *client = fault_client_create();
    int failed = 0, checked = 0;
    faults_prepare();
    if (!healthy || !client) {
        fputs("no memory or no port\n", stderr);
        return 1;
    }
    fputs(fault_table_head, stdout);
    for (size_t i = 0; i < fault_count; i++) {
        for (int is_stream = 0; is_stream < 2; is_stream++) {
            failed += check(&faults[i], is_stream, client, loopback_server_url(healthy));
            checked++;
        }
    }
    printf("\n%d of %d are as stated.\n", checked - failed, checked);
    if (argc > 1 && strcmp(argv[1], "--times") == 0) {
        failed += print_times(client, loopback_server_url(healthy));
    }
    fault_client_destroy(client);
    loopback_server_stop(healthy);
    return failed > 0;
}
