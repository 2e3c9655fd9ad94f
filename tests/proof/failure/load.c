// SPDX-License-Identifier: MIT
/*
 * Faults under load: threads send requests at once, through one health, to a
 * provider that goes down and comes up again.  Sockets and threads are real, time
 * is not: all threads take one step, then the clock moves on, so that what must
 * be so of time holds however busy the machine is.
 *
 * Held: a provider that is in trouble gets no more than each request's first try
 * and the budget of retries (struct tta_health_options); once it is well it answers
 * within what is left at that moment of the time for which the breakers of one of
 * its models are open, and the round in which the probe comes back; and where
 * another provider has the model, no request fails.
 *
 * Prints a part of docs/failure.md; exit status 0 only if all holds.
 */
#include <curl/curl.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault_client.h"
#include "loopback_server.h"
#include "tta/failover.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)
#define ROUND_NS (20 * MS)
#define PERIOD_NS (40 * SECOND) /* so long that each outage is a new one: no breaker goes on doubling */
#define DOWN_NS (8 * SECOND)
#define JSON "Content-Type: application/json\r\n"

enum { THREADS = 12, PERIODS = 5, TARGETS = 3 };

/* A provider that flaps has two models; another has the first of them. */
enum { FLAPPING, STEADY, PROVIDERS };

static const struct tta_target targets[TARGETS] = {
    {.provider = FLAPPING, .row = 0, .key = 0, .model = 0, .context_tokens = 8000},
    {.provider = FLAPPING, .row = 1, .key = 0, .model = 1, .context_tokens = 8000},
    {.provider = STEADY, .row = 2, .key = 1, .model = 0, .context_tokens = 8000},
};

static const struct loopback_answer well = {.headers = JSON,
                                            .body = "{\"choices\":[{\"message\":{\"content\":\"hi\"},"
                                                    "\"finish_reason\":\"stop\"}]}"};
static const struct loopback_answer troubles[] = {
    {.status = 500, .headers = JSON, .body = "{\"error\":{\"message\":\"no\"}}"},
    {.status = 503, .headers = JSON, .body = "{\"error\":{\"message\":\"no\"}}"},
    {.headers = JSON, .body = "{\"choices\":[{\"mess", .fault = LOOPBACK_TRUNCATE},
    {.status = 529, .headers = JSON, .body = "{\"error\":{\"type\":\"overloaded_error\"}}"},
};

struct load {
    struct tta_health *health;
    const char *urls[PROVIDERS];
    size_t target_count;
    pthread_barrier_t step;
    int64_t now_ns;  /* moved by the main thread, between steps */
    bool is_over;    /* likewise */
    atomic_size_t requests, tries[PROVIDERS], first_tries, good, bad, good_of_flapping;
};

struct worker {
    struct load *load;
    struct fault_client *client;
    struct tta_failover failover;
    bool is_under_way;
    int64_t ready_ns; /* until then it waits */
    uint64_t seed;
};

/* Up to the next wait or the end of the request. */
static void take_steps(struct worker *worker)
{
    struct load *load = worker->load;
    const struct tta_failover_options options = tta_failover_defaults();
    if (!worker->is_under_way) {
        if (tta_failover_begin(&worker->failover, load->health, &options, targets, load->target_count, load->now_ns,
                               worker->seed++) != TTA_OK) {
            return;
        }
        worker->is_under_way = true;
        atomic_fetch_add(&load->requests, 1);
    }
    for (;;) {
        struct tta_step step = tta_failover_next(&worker->failover, load->now_ns);
        if (step.kind == TTA_STEP_WAIT) {
            worker->ready_ns = step.until_ns;
            return;
        }
        if (step.kind == TTA_STEP_STOP) {
            break;
        }
        uint32_t provider = targets[step.target].provider;
        struct fault_result result;
        bool is_first = provider == FLAPPING;
        for (uint32_t i = 0; i + 1 < worker->failover.attempt_count; i++) {
            is_first = is_first && targets[worker->failover.attempts[i].target].provider != FLAPPING;
        }
        atomic_fetch_add(&load->first_tries, is_first);
        atomic_fetch_add(&load->tries[provider], 1);
        fault_client_send(worker->client, load->urls[provider], false, false, &result);
        tta_failover_report(&worker->failover, &result.finding, false, load->now_ns);
        if (result.finding.failure == TTA_FAILURE_NONE && provider == FLAPPING) {
            atomic_fetch_add(&load->good_of_flapping, 1);
        }
    }
    worker->is_under_way = false;
    bool is_good = tta_failover_outcome(&worker->failover).failure == TTA_FAILURE_NONE;
    atomic_fetch_add(is_good ? &load->good : &load->bad, 1);
}

static void *work(void *context)
{
    struct worker *worker = context;
    for (;;) {
        (void)pthread_barrier_wait(&worker->load->step); /* the clock has moved */
        if (worker->load->is_over) {
            return NULL;
        }
        if (worker->load->now_ns >= worker->ready_ns) {
            take_steps(worker);
        }
        (void)pthread_barrier_wait(&worker->load->step); /* all have taken theirs */
    }
}

/* What was seen, by the main thread. */
struct report {
    size_t over_budget;     /* rounds after which there were more calls than the budget allows */
    int64_t longest_ns;     /* from being well to the first answer */
    int64_t longest_open_ns; /* what was allowed for that */
    size_t late;            /* times that it took longer than allowed */
    double allowed;         /* calls, in the end */
};

/* When the breakers of one of the targets at that provider have all had their time. */
static int64_t opens_ns(const struct load *load)
{
    int64_t first_ns = INT64_MAX;
    for (size_t i = 0; i < TARGETS; i++) {
        const struct tta_target *target = &targets[i];
        const struct {
            enum tta_part part;
            size_t index;
        } parts[] = {{TTA_PART_PROVIDER, target->provider}, {TTA_PART_ROW, target->row}, {TTA_PART_KEY, target->key}};
        int64_t last_ns = load->now_ns;
        for (size_t j = 0; j < sizeof parts / sizeof parts[0]; j++) {
            struct tta_part_health part = tta_health_of(load->health, parts[j].part, parts[j].index, load->now_ns);
            last_ns = part.state == TTA_BREAKER_OPEN && part.until_ns > last_ns ? part.until_ns : last_ns;
        }
        first_ns = target->provider == FLAPPING && last_ns < first_ns ? last_ns : first_ns;
    }
    return first_ns;
}

static double calls_allowed(struct load *load, const struct tta_health_options *options)
{
    double first = (double)atomic_load(&load->first_tries);
    double seconds = (double)load->now_ns / 1e9;
    return first + options->retry_burst + first * options->retry_ratio + seconds * options->retries_per_sec;
}

static void run_rounds(struct load *load, struct loopback_server *flapping, const struct tta_health_options *options,
                       struct report *report)
{
    int64_t well_since_ns = -1, allowed_until_ns = 0;
    size_t good_before = 0;
    for (load->now_ns = 0; load->now_ns < PERIODS * PERIOD_NS; load->now_ns += ROUND_NS) {
        int64_t in_period_ns = load->now_ns % PERIOD_NS;
        if (in_period_ns == 0) {
            size_t kind = (size_t)(load->now_ns / PERIOD_NS) % (sizeof troubles / sizeof troubles[0]);
            loopback_server_say(flapping, &troubles[kind]);
        } else if (in_period_ns == DOWN_NS) {
            loopback_server_say(flapping, &well);
            well_since_ns = load->now_ns;
            allowed_until_ns = opens_ns(load) + ROUND_NS;
            good_before = atomic_load(&load->good_of_flapping);
        }
        (void)pthread_barrier_wait(&load->step);
        (void)pthread_barrier_wait(&load->step);
        if (well_since_ns >= 0 && atomic_load(&load->good_of_flapping) > good_before) {
            int64_t took_ns = load->now_ns - well_since_ns, allowed_ns = allowed_until_ns - well_since_ns;
            report->longest_ns = took_ns > report->longest_ns ? took_ns : report->longest_ns;
            report->longest_open_ns = allowed_ns > report->longest_open_ns ? allowed_ns : report->longest_open_ns;
            well_since_ns = -1;
        }
        if (well_since_ns >= 0 && load->now_ns > allowed_until_ns) {
            report->late++;
            well_since_ns = -1;
        }
        report->allowed = calls_allowed(load, options);
        report->over_budget += (double)atomic_load(&load->tries[FLAPPING]) > report->allowed;
    }
}

static bool run_threads(struct load *load, struct loopback_server *flapping, const struct tta_health_options *options,
                        struct report *report)
{
    static struct worker workers[THREADS];
    pthread_t threads[THREADS];
    memset(workers, 0, sizeof workers);
    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.load = load, .client = fault_client_create(), .seed = 1000 * i + 1};
        if (!workers[i].client || pthread_create(&threads[i], NULL, work, &workers[i]) != 0) {
            fputs("no memory or no thread\n", stderr);
            _Exit(1); /* the others wait for one that does not come */
        }
    }
    run_rounds(load, flapping, options, report);
    load->is_over = true;
    (void)pthread_barrier_wait(&load->step);
    for (size_t i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
        fault_client_destroy(workers[i].client);
    }
    return true;
}

/* Prints a row; how many of the claims do not hold. */
static int run(const char *what, size_t target_count, bool must_all_answer)
{
    static const char *const providers[] = {"flapping", "steady"}, *const keys[] = {"one", "other"};
    static const char *const rows[] = {"flapping/a", "flapping/b", "steady/a"};
    const struct tta_part_names parts[TTA_PART_COUNT] = {{providers, 2}, {rows, 3}, {keys, 2}};
    const struct tta_health_options options = tta_health_defaults();
    struct load load = {.target_count = target_count};
    struct report report = {0};
    struct loopback_server *flapping = loopback_server_start(&well, 1), *steady = loopback_server_start(&well, 1);
    if (!flapping || !steady || tta_health_create(&options, parts, &load.health, NULL) != TTA_OK ||
        pthread_barrier_init(&load.step, NULL, THREADS + 1) != 0) {
        fputs("no memory or no port\n", stderr);
        return 1;
    }
    load.urls[FLAPPING] = loopback_server_url(flapping);
    load.urls[STEADY] = loopback_server_url(steady);
    (void)run_threads(&load, flapping, &options, &report);
    size_t calls = loopback_server_request_count(flapping), tries = atomic_load(&load.tries[FLAPPING]);
    size_t good = atomic_load(&load.good), bad = atomic_load(&load.bad);
    bool is_counted = calls == tries && atomic_load(&load.good_of_flapping) > 0 && good + bad > 1000;
    bool holds = is_counted && report.over_budget == 0 && report.late == 0 && (!must_all_answer || bad == 0);
    printf("| %s | %zu | %zu | %zu | %.0f | %.2f s of %.2f s | %s |\n", what, good + bad, bad, calls, report.allowed,
           (double)report.longest_ns / 1e9, (double)report.longest_open_ns / 1e9,
           holds ? "holds" : "**does not hold**");
    if (!holds) {
        fprintf(stderr, "%s: %zu calls for %zu tries, %zu rounds over budget, %zu late\n", what, calls, tries,
                report.over_budget, report.late);
    }
    (void)pthread_barrier_destroy(&load.step);
    tta_health_destroy(load.health);
    loopback_server_stop(flapping);
    loopback_server_stop(steady);
    return !holds;
}

int main(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return 1;
    }
    printf("\n## Under load\n\n%d threads send requests one after the other through one health, to a provider that is "
           "down for %lld s of\nevery %lld s: with 500, 503, 529 and answers that are cut. Connections are real; the "
           "clock is the test's, and moves on\nby %lld ms when all threads have taken a step. *Allowed* are each "
           "request's first try and the budget of retries, and\nmust hold after every step. *Recovery* is from the "
           "moment at which the provider is well to its first answer, of what\nits breakers were still open then.\n\n",
           THREADS, (long long)(DOWN_NS / SECOND), (long long)(PERIOD_NS / SECOND), (long long)(ROUND_NS / MS));
    puts("| | requests | failed | calls of the provider | allowed | recovery, at worst | |\n"
         "|---|---|---|---|---|---|---|");
    int failed = run("two models of the provider, nobody else", 2, false);
    failed += run("and another provider, which is well", TARGETS, true);
    curl_global_cleanup();
    return failed > 0;
}
