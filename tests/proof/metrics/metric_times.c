// SPDX-License-Identifier: MIT
/*
 * What metrics cost, for proof.py.  Each command prints one line of numbers.
 *
 *   record SERIES THREADS     threads record at once, each into its own recorder, over so many series: ns of a thread's
 *                             own processor time a record, p50 and p99 of batches of 1000; millions of records a second
 *                             of all together
 *   apart SERIES THREADS      the same, each thread with metrics of its own, so that they share nothing at all
 *   clock                     the same of one thread that reads the clock for each
 *   sum THREADS MILLIONS      so many millions in all; 1 if every sum is exact; seconds
 *   read RECORDERS            us to read a series over 24 h of traffic, p50 and p99: nothing new since the last tick,
 *                             and something new in every recorder
 *   error DISTRIBUTION        the greatest error of p50 to p99.9 of a million samples, as a share of the exact one
 *   tick SERIES               ms of a tick with a sample or more of each series, and with nothing new
 *   store SERIES FILE         ms of a roll-up of each, p50 and most; ms to open and load; bytes of the file after a day
 */
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/random.h"
#include "tta/metric_store.h"

#define PROOF_NAME "metric_times"
#include "../times.h"

#define MS_NS INT64_C(1000000)
#define SECOND_NS (1000 * MS_NS)
#define MINUTE_NS (60 * SECOND_NS)
#define HOUR_NS (60 * MINUTE_NS)
#define START_NS (INT64_C(1786320000) * SECOND_NS) /* a midnight */
#define MAX_THREADS 64
#define BATCH 1000
#define BATCHES 4000
#define LATENCIES 4096
#define READS 3000
#define SAMPLES 1000000

static double uniform(uint64_t *random)
{
    return ((double)(base_random_next(random) >> 11) + 0.5) / 9007199254740992.0;
}

/* Box and Muller 1958. */
static double normal(uint64_t *random)
{
    return sqrt(-2 * log(uniform(random))) * cos(6.283185307179586 * uniform(random));
}

static int64_t lognormal_ns(uint64_t *random)
{
    return (int64_t)(1.5e9 * exp(0.8 * normal(random)));
}

static int64_t pareto_ns(uint64_t *random)
{
    return (int64_t)fmin(2e8 * pow(uniform(random), -1 / 1.2), 4e12);
}

static int64_t bimodal_ns(uint64_t *random)
{
    return (int64_t)((uniform(random) < 0.96 ? 4e8 : 3e10) * (1 + 0.1 * uniform(random)));
}

static int64_t exponential_ns(uint64_t *random)
{
    return (int64_t)(-8e8 * log(uniform(random)));
}

static int64_t uniform_ns(uint64_t *random)
{
    return (int64_t)(1e10 * uniform(random));
}

static const struct {
    const char *name;
    int64_t (*next)(uint64_t *random);
} distributions[] = {{"lognormal", lognormal_ns}, {"pareto", pareto_ns}, {"bimodal", bimodal_ns},
                     {"exponential", exponential_ns}, {"uniform", uniform_ns}};

static struct tta_metrics *make_metrics(uint32_t series_count, int64_t now_ns)
{
    struct tta_metrics *metrics = NULL;
    require(tta_metrics_create(series_count, now_ns, &metrics) == TTA_OK, "no memory");
    for (uint32_t i = 0; i < series_count; i++) {
        char id[40];
        uint32_t number;
        (void)snprintf(id, sizeof(id), "vendor/model-%" PRIu32, i); /* fits */
        const struct tta_series series = {"openrouter", id, (enum tta_task)(i % TTA_TASK_COUNT)};
        require(tta_metrics_add_series(metrics, &series, &number) == TTA_OK && number == i, "no series");
    }
    return metrics;
}

static struct tta_recorder *add_recorder(struct tta_metrics *metrics)
{
    struct tta_recorder *recorder = NULL;
    require(tta_metrics_add_recorder(metrics, &recorder) == TTA_OK, "no recorder");
    return recorder;
}

/* As a gateway has it: answered, streamed, with all that its usage can state. */
static struct tta_observation observation_of(uint32_t series, int64_t latency_ns)
{
    return (struct tta_observation){.series = series,
                                    .latency_ns = latency_ns,
                                    .first_token_ns = latency_ns / 8,
                                    .usage = {900, 200, 400, 60, 1234567}};
}

struct work {
    pthread_t thread;
    pthread_barrier_t *start;
    struct tta_recorder *recorder;
    uint32_t series_count;
    uint64_t records;
    uint64_t seed;
    bool reads_clock;
    double *batch_ns; /* of each batch, a record */
    int64_t wall_ns;
};

static void *record_all(void *argument)
{
    struct work *work = argument;
    int64_t latencies_ns[LATENCIES];
    uint32_t series[LATENCIES];
    uint64_t random = work->seed;
    for (size_t i = 0; i < LATENCIES; i++) {
        latencies_ns[i] = lognormal_ns(&random);
        series[i] = (uint32_t)base_random_below(&random, work->series_count);
    }
    (void)pthread_barrier_wait(work->start); /* one of them is told so */
    int64_t began_ns = base_clock_monotonic_ns();
    for (uint64_t batch = 0; batch < work->records / BATCH; batch++) {
        int64_t before_ns = base_clock_read_ns(CLOCK_THREAD_CPUTIME_ID);
        for (uint64_t i = batch * BATCH; i < (batch + 1) * BATCH; i++) {
            struct tta_observation observation = observation_of(series[i % LATENCIES], latencies_ns[i % LATENCIES]);
            if (work->reads_clock) {
                observation.latency_ns += base_clock_monotonic_ns() & 1023;
            }
            tta_metrics_record(work->recorder, &observation);
        }
        if (work->batch_ns) {
            work->batch_ns[batch] = (double)(base_clock_read_ns(CLOCK_THREAD_CPUTIME_ID) - before_ns) / BATCH;
        }
    }
    work->wall_ns = base_clock_monotonic_ns() - began_ns;
    return NULL;
}

static void run_threads(struct work *works, unsigned count)
{
    pthread_barrier_t start;
    require(pthread_barrier_init(&start, NULL, count) == 0, "no barrier");
    for (unsigned i = 0; i < count; i++) {
        works[i].start = &start;
        require(pthread_create(&works[i].thread, NULL, record_all, &works[i]) == 0, "no thread");
    }
    for (unsigned i = 0; i < count; i++) {
        require(pthread_join(works[i].thread, NULL) == 0, "a thread is lost");
    }
    (void)pthread_barrier_destroy(&start); /* nobody waits */
}

static int time_record(uint32_t series_count, unsigned threads, bool reads_clock, bool is_apart)
{
    static struct work works[MAX_THREADS];
    struct tta_metrics *metrics[MAX_THREADS] = {make_metrics(series_count, START_NS)};
    double *batch_ns = base_alloc_array((size_t)threads * BATCHES, sizeof(*batch_ns));
    require(threads >= 1 && threads <= MAX_THREADS && batch_ns, "no memory");
    int64_t longest_ns = 1;
    for (unsigned i = 1; i < threads; i++) {
        metrics[i] = is_apart ? make_metrics(series_count, START_NS) : metrics[0];
    }
    for (int round = 0; round < 2; round++) { /* the first warms up */
        for (unsigned i = 0; i < threads; i++) {
            works[i] = (struct work){.recorder = round == 0 ? add_recorder(metrics[i]) : works[i].recorder,
                                     .series_count = series_count,
                                     .records = (uint64_t)BATCH * BATCHES,
                                     .seed = i + 1,
                                     .reads_clock = reads_clock,
                                     .batch_ns = batch_ns + (size_t)i * BATCHES};
        }
        run_threads(works, threads);
    }
    for (unsigned i = 0; i < threads; i++) {
        longest_ns = works[i].wall_ns > longest_ns ? works[i].wall_ns : longest_ns;
    }
    size_t count = (size_t)threads * BATCHES;
    double p50 = percentile(batch_ns, count, 0.5), p99 = percentile(batch_ns, count, 0.99);
    printf("%.2f %.2f %.1f\n", p50, p99, 1e3 * (double)count * BATCH / (double)longest_ns);
    free(batch_ns);
    for (unsigned i = 0; i < (is_apart ? threads : 1); i++) {
        tta_metrics_destroy(metrics[i]);
    }
    return 0;
}

/* What a thread of record_all() records, added up. */
static uint64_t latencies_of(uint64_t seed, uint32_t series_count, uint64_t records)
{
    uint64_t random = seed, sum_ns = 0;
    int64_t latencies_ns[LATENCIES];
    for (size_t i = 0; i < LATENCIES; i++) {
        latencies_ns[i] = lognormal_ns(&random);
        (void)base_random_below(&random, series_count); /* the same draws as there */
    }
    for (uint64_t i = 0; i < records; i++) {
        sum_ns += (uint64_t)latencies_ns[i % LATENCIES];
    }
    return sum_ns;
}

static int check_sum(unsigned threads, uint64_t millions)
{
    static struct work works[MAX_THREADS];
    const uint32_t series_count = 20;
    const struct tta_series_filter all = {0};
    struct tta_metrics *metrics = make_metrics(series_count, START_NS);
    uint64_t each = millions * 1000000 / threads, want_ns = 0;
    require(threads >= 1 && threads <= MAX_THREADS && each % BATCH == 0, "thousands for each thread");
    for (unsigned i = 0; i < threads; i++) {
        works[i] = (struct work){
            .recorder = add_recorder(metrics), .series_count = series_count, .records = each, .seed = i + 1};
    }
    int64_t began_ns = base_clock_monotonic_ns();
    run_threads(works, threads);
    int64_t took_ns = base_clock_monotonic_ns() - began_ns;
    for (unsigned i = 0; i < threads; i++) {
        want_ns += latencies_of(i + 1, series_count, each);
    }
    struct tta_summary sum;
    bool is_exact = true;
    uint64_t count = each * threads;
    for (int tick = 0; tick < 2; tick++) { /* as recorded, and as the windows have put it away */
        tta_metrics_sum(metrics, &all, tick == 0 ? TTA_WINDOW_ALL : TTA_WINDOW_DAY, &sum);
        is_exact = is_exact && sum.requests == count && sum.latency.count == count && sum.first_token.count == count &&
                   sum.prompt_tokens.sum == 900 * count && sum.completion_tokens.sum == 200 * count &&
                   sum.cached_tokens.sum == 400 * count && sum.reasoning_tokens.sum == 60 * count &&
                   sum.cost_pusd.sum == 1234567 * count && sum.by_class[TTA_FAILURE_NONE] == count &&
                   sum.latency.mean_ns == (double)want_ns / (double)count;
        require(tta_metrics_tick(metrics, START_NS + MINUTE_NS) == TTA_OK, "no tick");
    }
    printf("%d %.2f\n", is_exact, (double)took_ns / 1e9);
    tta_metrics_destroy(metrics);
    return 0;
}

/* A day of a series, a tick a minute, in so many recorders. */
static void live_a_day(struct tta_metrics *metrics, struct tta_recorder **recorders, unsigned count, int64_t *now_ns)
{
    uint64_t random = 1;
    for (int minute = 0; minute < 25 * 60; minute++) {
        for (unsigned i = 0; i < count; i++) {
            for (int n = 0; n < 40; n++) {
                struct tta_observation observation = observation_of(0, lognormal_ns(&random));
                tta_metrics_record(recorders[i], &observation);
                tta_metrics_record_gap(recorders[i], 0, observation.latency_ns / 100);
            }
        }
        *now_ns += MINUTE_NS;
        require(tta_metrics_tick(metrics, *now_ns) == TTA_OK, "no tick");
    }
}

static void time_reads(struct tta_metrics *metrics, double *took_us)
{
    struct tta_summary summary;
    for (int i = 0; i < READS; i++) {
        int64_t before_ns = base_clock_monotonic_ns();
        tta_metrics_read(metrics, 0, TTA_WINDOW_DAY, &summary);
        took_us[i] = (double)(base_clock_monotonic_ns() - before_ns) / 1e3;
        require(summary.requests > 50000 && summary.latency.p999_ns > summary.latency.p50_ns, "a wrong answer");
    }
}

static int time_read(unsigned count)
{
    struct tta_recorder *recorders[MAX_THREADS];
    double took_us[READS];
    int64_t now_ns = START_NS;
    struct tta_metrics *metrics = make_metrics(1, now_ns);
    require(count >= 1 && count <= MAX_THREADS, "too many recorders");
    for (unsigned i = 0; i < count; i++) {
        recorders[i] = add_recorder(metrics);
    }
    live_a_day(metrics, recorders, count, &now_ns);
    time_reads(metrics, took_us);
    double idle50 = percentile(took_us, READS, 0.5), idle99 = percentile(took_us, READS, 0.99);
    for (unsigned i = 0; i < count; i++) {
        struct tta_observation observation = observation_of(0, SECOND_NS);
        tta_metrics_record(recorders[i], &observation);
    }
    time_reads(metrics, took_us);
    printf("%.2f %.2f %.2f %.2f\n", idle50, idle99, percentile(took_us, READS, 0.5), percentile(took_us, READS, 0.99));
    tta_metrics_destroy(metrics);
    return 0;
}

static int find_error(const char *name)
{
    double *exact_ns = base_alloc_array(SAMPLES, sizeof(*exact_ns));
    struct tta_metrics *metrics = make_metrics(1, START_NS);
    struct tta_recorder *recorder = add_recorder(metrics);
    int64_t (*next)(uint64_t *) = NULL;
    uint64_t random = 9;
    double greatest = 0;
    for (size_t i = 0; i < sizeof(distributions) / sizeof(distributions[0]); i++) {
        next = strcmp(distributions[i].name, name) == 0 ? distributions[i].next : next;
    }
    require(exact_ns && next, "no such distribution");
    for (size_t i = 0; i < SAMPLES; i++) {
        struct tta_observation observation = observation_of(0, next(&random));
        exact_ns[i] = (double)observation.latency_ns;
        tta_metrics_record(recorder, &observation);
    }
    qsort(exact_ns, SAMPLES, sizeof(*exact_ns), ascending);
    struct tta_summary summary;
    tta_metrics_read(metrics, 0, TTA_WINDOW_ALL, &summary);
    const double shares[] = {0.5, 0.9, 0.95, 0.99, 0.999};
    const int64_t got_ns[] = {summary.latency.p50_ns, summary.latency.p90_ns, summary.latency.p95_ns,
                              summary.latency.p99_ns, summary.latency.p999_ns};
    for (size_t i = 0; i < 5; i++) {
        double exact = exact_ns[(size_t)ceil(shares[i] * SAMPLES) - 1];
        greatest = fmax(greatest, fabs((double)got_ns[i] - exact) / exact);
    }
    printf("%.6f\n", greatest);
    free(exact_ns);
    tta_metrics_destroy(metrics);
    return 0;
}

static void record_one_each(struct tta_recorder *recorder, uint32_t series_count, uint64_t *random)
{
    for (uint32_t i = 0; i < series_count; i++) {
        for (int n = 0; n < 5; n++) {
            struct tta_observation observation = observation_of(i, lognormal_ns(random));
            tta_metrics_record(recorder, &observation);
        }
    }
}

static int time_tick(uint32_t series_count)
{
    double busy_ms[60], idle_ms[60];
    uint64_t random = 3;
    int64_t now_ns = START_NS;
    struct tta_metrics *metrics = make_metrics(series_count, now_ns);
    struct tta_recorder *recorder = add_recorder(metrics);
    for (int i = 0; i < 60; i++) {
        record_one_each(recorder, series_count, &random);
        int64_t before_ns = base_clock_monotonic_ns();
        require(tta_metrics_tick(metrics, now_ns += 10 * SECOND_NS) == TTA_OK, "no tick");
        int64_t between_ns = base_clock_monotonic_ns();
        require(tta_metrics_tick(metrics, now_ns + SECOND_NS) == TTA_OK, "no tick");
        busy_ms[i] = (double)(between_ns - before_ns) / 1e6;
        idle_ms[i] = (double)(base_clock_monotonic_ns() - between_ns) / 1e6;
    }
    printf("%.3f %.3f\n", percentile(busy_ms, 60, 0.5), percentile(idle_ms, 60, 0.5));
    tta_metrics_destroy(metrics);
    return 0;
}

static int time_store(uint32_t series_count, const char *path)
{
    enum { ROLLS = 24 * 60 };
    static double roll_ms[ROLLS];
    struct tta_error err = {.message = ""};
    struct tta_metric_store *store = NULL;
    struct stat file;
    uint64_t random = 3;
    int64_t now_ns = START_NS;
    struct tta_metrics *metrics = make_metrics(series_count, now_ns), *again = NULL;
    struct tta_recorder *recorder = add_recorder(metrics);
    require(tta_metric_store_open(path, TTA_METRIC_STORE_WRITE, &store, &err) == TTA_OK &&
                tta_metric_store_load(store, metrics, now_ns, &err) == TTA_OK,
            err.message);
    for (int i = 0; i < ROLLS; i++) {
        record_one_each(recorder, series_count, &random);
        now_ns += MINUTE_NS;
        require(tta_metrics_tick(metrics, now_ns) == TTA_OK, "no tick");
        int64_t before_ns = base_clock_monotonic_ns();
        require(tta_metric_store_roll(store, metrics, now_ns, &err) == TTA_OK, err.message);
        roll_ms[i] = (double)(base_clock_monotonic_ns() - before_ns) / 1e6;
    }
    tta_metric_store_close(store);
    require(stat(path, &file) == 0 && tta_metrics_create(series_count, now_ns, &again) == TTA_OK, "no memory");
    int64_t before_ns = base_clock_monotonic_ns();
    require(tta_metric_store_open(path, TTA_METRIC_STORE_READ, &store, &err) == TTA_OK, err.message);
    int64_t between_ns = base_clock_monotonic_ns();
    require(tta_metric_store_load(store, again, now_ns, &err) == TTA_OK, err.message);
    int64_t after_ns = base_clock_monotonic_ns();
    tta_metric_store_close(store);
    printf("%.2f %.2f %.2f %.2f %lld\n", percentile(roll_ms, ROLLS, 0.5), percentile(roll_ms, ROLLS, 1),
           (double)(between_ns - before_ns) / 1e6, (double)(after_ns - between_ns) / 1e6, (long long)file.st_size);
    tta_metrics_destroy(again);
    tta_metrics_destroy(metrics);
    return 0;
}

static int64_t number_of(char **arguments, int place)
{
    int64_t number = 0;
    require(arguments[place] && base_num_parse_int64(base_str(arguments[place]), 1, 1000000, &number), "no number");
    return number;
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    if (strcmp(command, "record") == 0 && argc == 4) {
        return time_record((uint32_t)number_of(argv, 2), (unsigned)number_of(argv, 3), false, false);
    }
    if (strcmp(command, "apart") == 0 && argc == 4) {
        return time_record((uint32_t)number_of(argv, 2), (unsigned)number_of(argv, 3), false, true);
    }
    if (strcmp(command, "clock") == 0 && argc == 2) {
        return time_record(20, 1, true, false);
    }
    if (strcmp(command, "sum") == 0 && argc == 4) {
        return check_sum((unsigned)number_of(argv, 2), (uint64_t)number_of(argv, 3));
    }
    if (strcmp(command, "read") == 0 && argc == 3) {
        return time_read((unsigned)number_of(argv, 2));
    }
    if (strcmp(command, "error") == 0 && argc == 3) {
        return find_error(argv[2]);
    }
    if (strcmp(command, "tick") == 0 && argc == 3) {
        return time_tick((uint32_t)number_of(argv, 2));
    }
    if (strcmp(command, "store") == 0 && argc == 4) {
        return time_store((uint32_t)number_of(argv, 2), argv[3]);
    }
    fputs("metric_times: no such command\n", stderr);
    return 2;
}
