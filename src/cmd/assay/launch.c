// SPDX-License-Identifier: MIT
#include "cmd/assay/launch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "assay/calibrate.h"
#include "base/clock.h"
#include "cmd/assay/callgrind.h"
#include "cmd/assay/interrupt.h"

/* One command's worth of work, so that progress and time limits are looked at
 * often and a worker answers well within its timeout. */
#define COMMAND_NS 20000000
/* Calls are timed for LAUNCH_CALLS_SHARE of max_time, but until the percentiles
 * that are wanted can carry a claim, up to this many times max_time. */
#define CALLS_PATIENCE 4
/* So often the size of a round is settled anew when warming up shrinks it. */
#define MAX_SETTLING 8
/* Rounds of an empty loop, and how long each is: 5 ms for what one number needs. */
#define EMPTY_ROUNDS 50
#define EMPTY_ROUND_NS 100000
#define EMPTY_ITERATIONS 64
/* The same however fast a body is, so that what differs from iteration to
 * iteration is counted alike in each run. */
#define ITERATIONS_TO_COUNT 16

static bool run_one_batch(void *worker, uint64_t iterations, int64_t *out_ns)
{
    return worker_run_batches(worker, iterations, 1, out_ns);
}

/* The same, and it is told. */
struct traced {
    struct worker *worker;
    const char *fullname; /* NULL: nothing is told */
    int64_t wall_ns;      /* of the last batch, with the way to the worker and back */
};

static bool run_traced_batch(void *context, uint64_t iterations, int64_t *out_ns)
{
    struct traced *traced = context;
    int64_t start_ns = base_clock_monotonic_ns();
    if (!worker_run_batches(traced->worker, iterations, 1, out_ns)) {
        return false;
    }
    traced->wall_ns = base_clock_monotonic_ns() - start_ns;
    if (traced->fullname) {
        fprintf(stderr, "  %s: %llu iteration%s took %lld ns\n", traced->fullname, (unsigned long long)iterations,
                iterations == 1 ? "" : "s", (long long)*out_ns);
    }
    return true;
}

static void trace_size(const struct traced *traced, const struct assay_round_size *size, uint64_t rounds)
{
    if (traced->fullname) {
        fprintf(stderr, "  %s: rounds of %llu iteration%s, %lld ns, about %llu in a launch\n", traced->fullname,
                (unsigned long long)size->iterations, size->iterations == 1 ? "" : "s", (long long)size->duration_ns,
                (unsigned long long)rounds);
    }
}

/* How many rounds fit one command. */
static uint64_t rounds_per_command(const struct subject *subject)
{
    int64_t round_ns = subject->round.duration_ns;
    int64_t fit = COMMAND_NS / (round_ns > subject->round_wall_ns ? round_ns : subject->round_wall_ns);
    if (fit < 1) {
        return 1;
    }
    return fit > ASSAY_MAX_BATCHES ? ASSAY_MAX_BATCHES : (uint64_t)fit;
}

static uint64_t min_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Rounds whose times are thrown away: caches, branch predictors and lazily
 * bound symbols settle.  pytest-benchmark's count, at most a tenth of the
 * rounds.  `*out_last_ns` is the shortest of the last command's rounds, or the
 * known duration if there was no warm-up. */
static bool warm_up(const struct session_options *options, const struct subject *subject, struct worker *worker,
                    uint64_t rounds, int64_t *out_last_ns)
{
    *out_last_ns = subject->round.duration_ns;
    if (options->warmup_iterations == 0) {
        return true;
    }
    int64_t times_ns[ASSAY_MAX_BATCHES];
    uint64_t left = options->warmup_iterations / subject->round.iterations;
    left = min_of(left < 1 ? 1 : left, rounds / 10);
    while (left > 0) {
        uint64_t count = min_of(left, rounds_per_command(subject));
        if (!worker_run_batches(worker, subject->round.iterations, count, times_ns)) {
            return false;
        }
        *out_last_ns = times_ns[0];
        for (uint64_t i = 1; i < count; i++) {
            *out_last_ns = times_ns[i] < *out_last_ns ? times_ns[i] : *out_last_ns;
        }
        left -= count;
    }
    return true;
}

/* Plans this launch's rounds and warms up.  What was still cold when the size
 * of a round was settled, a table that fills for a while, say, makes rounds
 * that turn out far too short; then the size is settled again. */
static bool settle(const struct session_options *options, struct subject *subject, struct worker *worker,
                   uint64_t *out_rounds)
{
    bool may_settle = subject->round.iterations == 0;
    struct traced traced = {worker, options->traces ? subject->fullname : NULL, 0};
    for (int attempt = 0;; attempt++) {
        if (may_settle &&
            !assay_calibrate(options->min_time_ns, options->max_time_ns, run_traced_batch, &traced, &subject->round)) {
            return false;
        }
        if (may_settle && options->timer != ASSAY_TIMER_MONOTONIC) {
            subject->round_wall_ns = traced.wall_ns;
        }
        int64_t last_ns;
        uint64_t rounds = assay_rounds_for(options->max_time_ns, subject->round.duration_ns, options->min_rounds);
        *out_rounds = (rounds + options->launches - 1) / options->launches;
        if (!warm_up(options, subject, worker, *out_rounds, &last_ns)) {
            return false;
        }
        if (!may_settle || last_ns >= options->min_time_ns / 2 || attempt == MAX_SETTLING) {
            if (may_settle) {
                trace_size(&traced, &subject->round, *out_rounds);
            }
            return true;
        }
    }
}

/* Below this a round is not much longer than the readings beside it. */
#define LEAST_PACED_NS 20000

/* Runs `count` rounds of the subject's size and keeps what they say. */
static bool run_and_keep(const struct session_options *options, struct subject *subject, struct worker *worker,
                         uint64_t count, int64_t *out_times_ns)
{
    struct assay_pace paces_ns[ASSAY_MAX_BATCHES];
    uint64_t iterations = subject->round.iterations;
    bool paces = options->cycles && worker_facts(worker).paces && subject->round.duration_ns >= LEAST_PACED_NS;
    if (!(paces ? worker_run_paced(worker, iterations, count, out_times_ns, paces_ns)
                : worker_run_batches(worker, iterations, count, out_times_ns))) {
        return false;
    }
    if (paces) {
        subject_keep_pace(subject, out_times_ns, paces_ns, count);
    }
    if (subject->threads > 1) { /* one is never apart */
        subject_keep_overlap(subject, count, worker_facts(worker).together);
    }
    return subject_keep_times(subject, out_times_ns, count);
}

/* This launch's share of the rounds.  Stops early when its share of max_time is
 * over, but not before its share of min_rounds. */
static bool run_rounds(const struct session_options *options, struct subject *subject, struct worker *worker)
{
    uint64_t launches = options->launches;
    uint64_t least = (options->min_rounds + launches - 1) / launches;
    uint64_t rounds;
    if (!settle(options, subject, worker, &rounds)) {
        return false;
    }
    int64_t deadline_ns = base_clock_monotonic_ns() + options->max_time_ns / (int64_t)launches;
    uint64_t done = 0;
    while (done < rounds && (done < least || base_clock_monotonic_ns() < deadline_ns)) {
        int64_t times_ns[ASSAY_MAX_BATCHES];
        uint64_t count = min_of(rounds - done, rounds_per_command(subject));
        if (!run_and_keep(options, subject, worker, count, times_ns)) {
            return false;
        }
        done += count;
    }
    return true;
}

/* Runs `count` rounds of the plan; keeps their times if `keep`. */
static bool run_planned(const struct session_options *options, struct subject *subject, struct worker *worker,
                        uint64_t count, bool keep)
{
    int64_t times_ns[ASSAY_MAX_BATCHES];
    while (count > 0) {
        /* One at a time until the first has shown how long they take. */
        bool is_known = subject->round.duration_ns > 0 && options->timer == ASSAY_TIMER_MONOTONIC;
        uint64_t at_once = is_known ? rounds_per_command(subject) : 1;
        at_once = min_of(count, at_once);
        if (!(keep ? run_and_keep(options, subject, worker, at_once, times_ns)
                   : worker_run_batches(worker, subject->plan.iterations, at_once, times_ns))) {
            return false;
        }
        subject->round.duration_ns = times_ns[at_once - 1] > 0 ? times_ns[at_once - 1] : 1;
        count -= at_once;
    }
    return true;
}

/* This launch's share of exactly so many rounds: the first launches take one
 * more where they cannot be shared evenly. */
static bool run_exactly(const struct session_options *options, struct subject *subject, struct worker *worker)
{
    uint64_t launches = options->launches;
    uint64_t index = subject->launches % launches;
    uint64_t share = subject->plan.rounds / launches + (index < subject->plan.rounds % launches);
    subject->round.iterations = subject->plan.iterations;
    return share == 0 || (run_planned(options, subject, worker, subject->plan.warmup_rounds, false) &&
                          run_planned(options, subject, worker, share, true));
}

/* Until there are this launch's share of the calls that the percentiles need. */
static bool time_calls_into(struct histogram *calls, const struct session_options *options,
                            const struct subject *subject, struct worker *worker)
{
    uint64_t launches = options->launches;
    uint64_t needed = (subject->calls_needed + launches - 1) / launches;
    double budget_ns = (double)options->max_time_ns / (double)launches;
    int64_t start_ns = base_clock_monotonic_ns();
    double call_ns =
        (double)subject->round.duration_ns / (double)subject->round.iterations + 2 * (double)subject->clock_cost_ns;
    double fit = COMMAND_NS / 2 / call_ns;
    uint64_t chunk = fit < 1 ? 1 : (uint64_t)fit;
    for (;;) {
        if (!worker_run_calls(worker, chunk, calls)) {
            return false;
        }
        double elapsed_ns = (double)(base_clock_monotonic_ns() - start_ns);
        bool has_enough = calls->count >= needed && elapsed_ns >= budget_ns * LAUNCH_CALLS_SHARE;
        if (has_enough || elapsed_ns >= budget_ns * CALLS_PATIENCE) {
            return true;
        }
    }
}

/* Calls count once their launch has come to its end. */
static bool time_calls(const struct session_options *options, struct subject *subject, struct worker *worker)
{
    free(subject->launch_calls);
    subject->launch_calls = calloc(1, sizeof(*subject->launch_calls));
    if (!subject->launch_calls) {
        subject->no_memory = true;
        return false;
    }
    return time_calls_into(subject->launch_calls, options, subject, worker);
}

static bool measure_in(const struct session_options *options, struct subject *subject, struct worker *worker)
{
    if (!subject->is_known) {
        subject_learn(subject, options, worker);
    }
    if (subject->error || subject->no_memory) {
        return false;
    }
    if (options->disable) {
        int64_t ignored;
        return worker_run_batches(worker, 1, 1, &ignored);
    }
    bool measured =
        subject->plan.rounds > 0 ? run_exactly(options, subject, worker) : run_rounds(options, subject, worker);
    return measured && (!subject->wants_calls || time_calls(options, subject, worker));
}

static struct worker_settings settings_of(const struct session_options *options)
{
    return (struct worker_settings){
        .timeout_ns = options->timeout_ns,
        .timer = options->timer,
        .memory_bytes = options->memory_bytes,
        .tick = options->tick,
        .tick_context = options->tick_context,
    };
}

void launch_subject(struct subject *subject, const struct session_options *options, struct worker_layout layout)
{
    struct worker_settings settings = settings_of(options);
    settings.layout = layout;
    size_t samples_before = subject->sample_count;
    struct worker *worker = worker_start(subject->program, subject->fullname, &settings);
    if (!worker) {
        subject->no_memory = true;
        return;
    }
    bool measured = worker_is_alive(worker) && program_is_same(subject->program, &subject->identity) &&
                    measure_in(options, subject, worker);
    /* A target that is no target leaves a worker that stands before its loop. */
    bool finished = worker_is_alive(worker) && worker_finish(worker);
    bool complete = measured && finished;
    if (!complete && interrupt_caught() != 0) { /* it was killed, which is no failure of its own */
        subject_forget_launch(subject, samples_before);
        worker_destroy(worker);
        return;
    }
    subject_end_launch(subject, worker);
    if (!complete) {
        const char *reason = worker_reason(worker);
        if (!program_is_same(subject->program, &subject->identity)) {
            reason = "its program changed while the run went on, by a build perhaps; run it again";
        }
        subject_fail(subject, reason[0] ? reason : "could not be measured");
        subject_keep_output(subject, worker);
    }
    worker_destroy(worker);
}

bool launch_empty_loop(const char *program, const struct session_options *options, double *out_seconds)
{
    const struct worker_settings settings = settings_of(options);
    struct worker *worker = worker_start(program, ASSAY_EMPTY_FULLNAME, &settings);
    struct assay_round_size round;
    int64_t times_ns[EMPTY_ROUNDS];
    double least_ns = 0;
    if (worker && worker_is_alive(worker) &&
        assay_calibrate(EMPTY_ROUND_NS, INT64_MAX, run_one_batch, worker, &round) &&
        worker_run_batches(worker, round.iterations, EMPTY_ROUNDS, times_ns)) {
        least_ns = (double)times_ns[0];
        for (size_t i = 1; i < EMPTY_ROUNDS; i++) {
            least_ns = fmin(least_ns, (double)times_ns[i]);
        }
        least_ns /= (double)round.iterations;
    }
    bool has_memory = worker != NULL;
    worker_destroy(worker);
    *out_seconds = least_ns / 1e9;
    return has_memory;
}

/* Counts a batch of one for what has a peak, and batches of N and 2 N for what
 * happens in each iteration, after one that only warms up. */
static bool count_in(struct subject *subject, struct worker *worker, unsigned counts)
{
    uint64_t iterations = subject->plan.rounds > 0 ? subject->plan.iterations : ITERATIONS_TO_COUNT;
    struct assay_measured warmup, one, once, twice;
    if (!worker_run_counted(worker, iterations, &warmup) || !worker_run_counted(worker, 1, &one) ||
        !worker_run_counted(worker, iterations, &once) || !worker_run_counted(worker, 2 * iterations, &twice)) {
        return false;
    }
    for (int i = ASSAY_METRIC_FIRST_MEASURED; i < ASSAY_METRIC_COUNT; i++) {
        enum assay_metric metric = (enum assay_metric)i;
        double total = assay_measured_get(&once, metric) + assay_measured_get(&twice, metric);
        if ((assay_metric_counted_by(metric) & counts) == 0) {
            continue;
        }
        if (metric == ASSAY_METRIC_PEAK_HEAP || metric == ASSAY_METRIC_PEAK_RSS) {
            total = assay_measured_get(&one, metric);
        } else {
            total /= 3 * (double)iterations * (subject->threads > 0 ? subject->threads : 1);
        }
        assay_measured_set(&subject->counted, metric, total);
    }
    return true;
}

/* Nothing counts where the run was interrupted. */
static void note_uncounted(struct subject *subject, const char *heading, const char *reason)
{
    if (interrupt_caught() == 0) {
        subject_note(subject, heading, reason);
    }
}

static void launch_counting(struct subject *subject, const struct session_options *options, unsigned counts)
{
    struct worker_settings settings = settings_of(options);
    settings.counts_allocations = counts == ASSAY_COUNT_HEAP;
    struct worker *worker = worker_start(subject->program, subject->fullname, &settings);
    if (!worker) {
        subject->no_memory = true;
        return;
    }
    bool counted = worker_is_alive(worker) && count_in(subject, worker, counts);
    counted = worker_is_alive(worker) && worker_finish(worker) && counted;
    if (!counted) {
        note_uncounted(subject, "not counted: ", worker_reason(worker));
    }
    for (unsigned each = ASSAY_COUNT_HEAP; each <= ASSAY_COUNT_PMU; each *= 2) {
        if ((counts & each) != 0 && each != ASSAY_COUNT_SYSTEM) {
            note_uncounted(subject, "not counted: ", worker_uncountable(worker, each));
        }
    }
    worker_destroy(worker);
}

static void count_instructions(struct subject *subject, const struct session_options *options)
{
    struct buf reason;
    double instructions;
    if ((subject->built & (ASSAY_BUILT_ASAN | ASSAY_BUILT_TSAN)) != 0) {
        subject_note(subject, "not counted: ", "instructions: programs with a sanitizer do not run under valgrind");
        return;
    }
    if (subject->threads > 1) {
        note_uncounted(subject, "not counted: ",
                     "instructions of bodies on several threads, which change with how these meet");
        return;
    }
    base_buf_init(&reason, 4000);
    if (callgrind_count(subject->program, subject->fullname, subject->plan.iterations, options->timeout_ns,
                        &instructions, &reason)) {
        instructions -= subject->empty_loop_instructions;
        assay_measured_set(&subject->counted, ASSAY_METRIC_INSTRUCTIONS, instructions < 0 ? 0 : instructions);
    }
    note_uncounted(subject, "not counted: instructions: ", base_buf_cstr(&reason));
    base_buf_deinit(&reason);
}

void launch_counts(struct subject *subject, const struct session_options *options)
{
    if ((subject->counts & ASSAY_COUNT_INSTRUCTIONS) != 0) {
        count_instructions(subject, options);
    }
    unsigned beside = subject->counts & (ASSAY_COUNT_SYSTEM | ASSAY_COUNT_PMU);
    if (subject->threads > 1 && (beside & ASSAY_COUNT_PMU) != 0) {
        note_uncounted(subject, "not counted: ", "pmu: bodies on several threads, of which the counters see one");
        beside &= ASSAY_COUNT_SYSTEM;
    }
    if (beside != 0) {
        launch_counting(subject, options, beside);
    }
    if ((subject->counts & ASSAY_COUNT_HEAP) != 0) {
        launch_counting(subject, options, ASSAY_COUNT_HEAP);
    }
}

double launch_empty_loop_instructions(const char *program, int64_t timeout_ns)
{
    struct buf reason;
    double instructions = 0;
    base_buf_init(&reason, 4000);
    if (!callgrind_count(program, ASSAY_EMPTY_FULLNAME, EMPTY_ITERATIONS, timeout_ns, &instructions, &reason)) {
        instructions = 0; /* why is found out by the benchmarks themselves */
    }
    base_buf_deinit(&reason);
    return instructions;
}
