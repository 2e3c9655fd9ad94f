// SPDX-License-Identifier: MIT
#include "cmd/assay/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/calibrate.h"
#include "assay/protocol.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/random.h"
#include "cmd/assay/filter.h"
#include "cmd/assay/worker_process.h"

#define MAX_LIST_BYTES 4000000
/* One command's worth of work, so that progress and time limits are looked at
 * often and a worker answers well within its timeout. */
#define COMMAND_NS 20000000
/* Calls are timed for this share of max_time, but until the percentiles that
 * are wanted can carry a claim, up to this many times max_time. */
#define CALLS_SHARE 0.5
#define CALLS_PATIENCE 4
/* So often the size of a round is settled anew when warming up shrinks it. */
#define MAX_SETTLING 8
/* Rounds of an empty loop, and how long each is: 5 ms for what one number needs. */
#define EMPTY_ROUNDS 50
#define EMPTY_ROUND_NS 100000

/* One benchmark and what was measured of it so far. */
struct subject {
    char *program;
    char *fullname;
    char *group;
    char *error; /* once set, it is not launched again */
    char *output_tail;
    struct assay_target *targets;
    size_t target_count;
    bool is_known; /* the above, from its first launch */
    bool wants_calls;
    uint64_t calls_needed;
    struct assay_exact_plan plan; /* rounds 0: none, the size of a round is found */
    uint64_t clock_cost_ns;
    double empty_loop; /* of its program, seconds an iteration; 0: unknown */
    struct assay_round_size round;
    uint64_t launches;
    double *samples;
    size_t sample_count, sample_capacity;
    size_t *launch_ends; /* for each launch the sample behind its last */
    size_t launch_count, launch_capacity;
    struct histogram *calls; /* NULL until calls were timed */
};

struct session {
    struct session_options options;
    struct subject *subjects;
    size_t count, capacity;
    unsigned built;
    bool no_memory;
    uint64_t random; /* state of the order and the layouts */
};

struct session *session_create(const struct session_options *options)
{
    struct session *session = calloc(1, sizeof(*session));
    if (session) {
        session->options = *options;
        session->random = options->seed;
        if (session->options.launches > options->min_rounds) {
            session->options.launches = options->min_rounds;
        }
    }
    return session;
}

static void release_subject(struct subject *subject)
{
    free(subject->program);
    free(subject->fullname);
    free(subject->group);
    free(subject->error);
    free(subject->output_tail);
    free(subject->targets);
    free(subject->samples);
    free(subject->launch_ends);
    free(subject->calls);
}

void session_destroy(struct session *session)
{
    if (!session) {
        return;
    }
    for (size_t i = 0; i < session->count; i++) {
        release_subject(&session->subjects[i]);
    }
    free(session->subjects);
    free(session);
}

static struct subject *find_subject(const struct session *session, struct str fullname)
{
    for (size_t i = 0; i < session->count; i++) {
        if (base_str_equal(base_str(session->subjects[i].fullname), fullname)) {
            return &session->subjects[i];
        }
    }
    return NULL;
}

/* `*array` of `*capacity` items of `size` bytes gets room for one more. */
static bool make_room(void **array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return true;
    }
    size_t wanted = *capacity < 8 ? 16 : *capacity * 2;
    size_t bytes;
    void *grown = base_size_mul(wanted, size, &bytes) ? realloc(*array, bytes) : NULL;
    if (!grown) {
        return false;
    }
    *array = grown;
    *capacity = wanted;
    return true;
}

static enum assay_status add_subject(struct session *session, const char *program, struct str fullname,
                                     struct assay_error *err)
{
    struct subject *twin = find_subject(session, fullname);
    if (twin) {
        return assay_fail(err, ASSAY_BAD_SYNTAX, "'%s' and '%s' both have a benchmark '%.*s'; rename one of them",
                          twin->program, program, STR_ARGS(fullname));
    }
    void *subjects = session->subjects;
    if (!make_room(&subjects, session->count, &session->capacity, sizeof(*session->subjects))) {
        return assay_fail(err, ASSAY_NO_MEMORY, "out of memory");
    }
    session->subjects = subjects;
    struct subject subject = {.program = strdup(program), .fullname = strndup(fullname.ptr, fullname.len)};
    if (!subject.program || !subject.fullname) {
        release_subject(&subject);
        return assay_fail(err, ASSAY_NO_MEMORY, "out of memory");
    }
    session->subjects[session->count++] = subject;
    return ASSAY_OK;
}

enum assay_status session_add_program(struct session *session, const char *program, const char *filter,
                                      struct assay_error *err)
{
    struct buf lines, reason;
    base_buf_init(&lines, MAX_LIST_BYTES);
    base_buf_init(&reason, sizeof(err->message));
    enum assay_status status = ASSAY_OK;
    if (!worker_list_benchmarks(program, session->options.timeout_ns, &lines, &reason)) {
        status = assay_fail(err, ASSAY_BAD_FILE, "%s", base_buf_cstr(&reason));
    }
    struct str rest = base_buf_str(&lines);
    while (status == ASSAY_OK && rest.len > 0) {
        struct str fullname = base_str_cut(rest, '\n', &rest);
        if (fullname.len > 0 && filter_matches(filter, fullname)) {
            status = add_subject(session, program, fullname, err);
        }
    }
    base_buf_deinit(&lines);
    base_buf_deinit(&reason);
    return status;
}

bool session_raise_min_time(struct session *session, int64_t min_time_ns)
{
    if (session->options.min_time_ns >= min_time_ns) {
        return false;
    }
    session->options.min_time_ns = min_time_ns;
    return true;
}

unsigned session_built(const struct session *session)
{
    return session->built;
}

size_t session_count(const struct session *session)
{
    return session->count;
}

const char *session_fullname(const struct session *session, size_t index)
{
    return session->subjects[index].fullname;
}

static void set_error(struct session *session, struct subject *subject, const char *reason)
{
    if (!subject->error) {
        subject->error = strdup(reason);
        session->no_memory = session->no_memory || !subject->error;
    }
}

/* Keeps what the worker stated: it states the same in each launch. */
static void learn_facts(struct session *session, struct subject *subject, const struct worker *worker)
{
    struct worker_facts facts = worker_facts(worker);
    subject->is_known = true;
    session->built |= facts.built;
    subject->clock_cost_ns = facts.clock_cost_ns;
    subject->plan = facts.plan;
    subject->wants_calls = facts.wants_calls || session->options.time_calls;
    subject->group = facts.group ? strdup(facts.group) : NULL;
    subject->targets = base_alloc_array(facts.target_count, sizeof(*subject->targets));
    if ((facts.group && !subject->group) || !subject->targets) {
        session->no_memory = true;
        return;
    }
    for (size_t i = 0; i < facts.target_count; i++) {
        struct assay_error err;
        struct assay_target *target = &subject->targets[subject->target_count];
        if (assay_target_parse(base_str(facts.targets[i]), target, &err) != ASSAY_OK) {
            set_error(session, subject, err.message);
            return;
        }
        subject->target_count++;
        double q;
        if (assay_metric_is_percentile(target->metric, &q)) {
            uint64_t needed = assay_describe_samples_needed(q, ASSAY_TARGET_CONFIDENCE);
            subject->calls_needed = needed > subject->calls_needed ? needed : subject->calls_needed;
            subject->wants_calls = true;
        }
    }
}

static bool run_one_batch(void *worker, uint64_t iterations, int64_t *out_ns)
{
    return worker_run_batches(worker, iterations, 1, out_ns);
}

/* How many rounds fit one command. */
static uint64_t rounds_per_command(int64_t duration_ns)
{
    int64_t fit = COMMAND_NS / duration_ns;
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
static bool warm_up(const struct session *session, const struct subject *subject, struct worker *worker,
                    uint64_t rounds, int64_t *out_last_ns)
{
    *out_last_ns = subject->round.duration_ns;
    if (session->options.warmup_iterations == 0) {
        return true;
    }
    int64_t times_ns[ASSAY_MAX_BATCHES];
    uint64_t left = session->options.warmup_iterations / subject->round.iterations;
    left = min_of(left < 1 ? 1 : left, rounds / 10);
    while (left > 0) {
        uint64_t count = min_of(left, rounds_per_command(subject->round.duration_ns));
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
static bool settle(struct session *session, struct subject *subject, struct worker *worker, uint64_t *out_rounds)
{
    const struct session_options *options = &session->options;
    bool may_settle = subject->round.iterations == 0;
    for (int attempt = 0;; attempt++) {
        if (may_settle &&
            !assay_calibrate(options->min_time_ns, options->max_time_ns, run_one_batch, worker, &subject->round)) {
            return false;
        }
        int64_t last_ns;
        uint64_t rounds = assay_rounds_for(options->max_time_ns, subject->round.duration_ns, options->min_rounds);
        *out_rounds = (rounds + options->launches - 1) / options->launches;
        if (!warm_up(session, subject, worker, *out_rounds, &last_ns)) {
            return false;
        }
        if (!may_settle || last_ns >= options->min_time_ns / 2 || attempt == MAX_SETTLING) {
            return true;
        }
    }
}

static bool keep_samples(struct session *session, struct subject *subject, const int64_t *times_ns, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        void *samples = subject->samples;
        if (!make_room(&samples, subject->sample_count, &subject->sample_capacity, sizeof(*subject->samples))) {
            session->no_memory = true;
            return false;
        }
        subject->samples = samples;
        subject->samples[subject->sample_count++] = (double)times_ns[i] / 1e9 / (double)subject->round.iterations;
    }
    return true;
}

/* This launch's share of the rounds.  Stops early when its share of max_time is
 * over, but not before its share of min_rounds. */
static bool run_rounds(struct session *session, struct subject *subject, struct worker *worker)
{
    const struct session_options *options = &session->options;
    uint64_t launches = options->launches;
    uint64_t least = (options->min_rounds + launches - 1) / launches;
    uint64_t rounds;
    if (!settle(session, subject, worker, &rounds)) {
        return false;
    }
    int64_t deadline_ns = base_clock_monotonic_ns() + options->max_time_ns / (int64_t)launches;
    uint64_t done = 0;
    while (done < rounds && (done < least || base_clock_monotonic_ns() < deadline_ns)) {
        int64_t times_ns[ASSAY_MAX_BATCHES];
        uint64_t count = min_of(rounds - done, rounds_per_command(subject->round.duration_ns));
        if (!worker_run_batches(worker, subject->round.iterations, count, times_ns) ||
            !keep_samples(session, subject, times_ns, count)) {
            return false;
        }
        done += count;
    }
    return true;
}

/* Runs `count` rounds of the plan; keeps their times if `keep`. */
static bool run_planned(struct session *session, struct subject *subject, struct worker *worker, uint64_t count,
                        bool keep)
{
    int64_t times_ns[ASSAY_MAX_BATCHES];
    while (count > 0) {
        /* One at a time until the first has shown how long they take. */
        uint64_t at_once = subject->round.duration_ns > 0 ? rounds_per_command(subject->round.duration_ns) : 1;
        at_once = min_of(count, at_once);
        if (!worker_run_batches(worker, subject->plan.iterations, at_once, times_ns) ||
            (keep && !keep_samples(session, subject, times_ns, at_once))) {
            return false;
        }
        subject->round.duration_ns = times_ns[at_once - 1] > 0 ? times_ns[at_once - 1] : 1;
        count -= at_once;
    }
    return true;
}

/* This launch's share of exactly so many rounds: the first launches take one
 * more where they cannot be shared evenly. */
static bool run_exactly(struct session *session, struct subject *subject, struct worker *worker)
{
    uint64_t launches = session->options.launches;
    uint64_t index = subject->launches % launches;
    uint64_t share = subject->plan.rounds / launches + (index < subject->plan.rounds % launches);
    subject->round.iterations = subject->plan.iterations;
    return share == 0 || (run_planned(session, subject, worker, subject->plan.warmup_rounds, false) &&
                          run_planned(session, subject, worker, share, true));
}

static bool time_calls(struct session *session, struct subject *subject, struct worker *worker)
{
    if (!subject->calls) {
        subject->calls = calloc(1, sizeof(*subject->calls));
        if (!subject->calls) {
            session->no_memory = true;
            return false;
        }
    }
    uint64_t launches = session->options.launches;
    uint64_t needed = subject->calls->count + (subject->calls_needed + launches - 1) / launches;
    double budget_ns = (double)session->options.max_time_ns / (double)launches;
    int64_t start_ns = base_clock_monotonic_ns();
    double call_ns =
        (double)subject->round.duration_ns / (double)subject->round.iterations + 2 * (double)subject->clock_cost_ns;
    double fit = COMMAND_NS / 2 / call_ns;
    uint64_t chunk = fit < 1 ? 1 : (uint64_t)fit;
    for (;;) {
        if (!worker_run_calls(worker, chunk, subject->calls)) {
            return false;
        }
        double elapsed_ns = (double)(base_clock_monotonic_ns() - start_ns);
        bool has_enough = subject->calls->count >= needed && elapsed_ns >= budget_ns * CALLS_SHARE;
        if (has_enough || elapsed_ns >= budget_ns * CALLS_PATIENCE) {
            return true;
        }
    }
}

static bool measure_in(struct session *session, struct subject *subject, struct worker *worker)
{
    if (!subject->is_known) {
        learn_facts(session, subject, worker);
    }
    if (subject->error || session->no_memory) {
        return false;
    }
    if (session->options.disable) {
        int64_t ignored;
        return worker_run_batches(worker, 1, 1, &ignored);
    }
    bool measured =
        subject->plan.rounds > 0 ? run_exactly(session, subject, worker) : run_rounds(session, subject, worker);
    return measured && (!subject->wants_calls || time_calls(session, subject, worker));
}

static void keep_output_tail(struct session *session, struct subject *subject, const struct worker *worker)
{
    struct buf tail;
    base_buf_init(&tail, 10000);
    worker_add_output_tail(worker, &tail);
    free(subject->output_tail);
    subject->output_tail = base_buf_take(&tail);
    session->no_memory = session->no_memory || !subject->output_tail;
}

/* Remembers where the samples of this launch end. */
static void end_launch(struct session *session, struct subject *subject)
{
    void *ends = subject->launch_ends;
    if (!make_room(&ends, subject->launch_count, &subject->launch_capacity, sizeof(*subject->launch_ends))) {
        session->no_memory = true;
        return;
    }
    subject->launch_ends = ends;
    subject->launch_ends[subject->launch_count++] = subject->sample_count;
}

static void launch(struct session *session, struct subject *subject)
{
    size_t padding = session->options.vary_layout ? (size_t)base_random_below(&session->random, WORKER_MAX_PADDING) : 0;
    struct worker *worker = worker_start(subject->program, subject->fullname, padding, session->options.timeout_ns);
    if (!worker) {
        session->no_memory = true;
        return;
    }
    bool measured = worker_is_alive(worker) && measure_in(session, subject, worker);
    /* A target that is no target leaves a worker that stands before its loop. */
    bool finished = worker_is_alive(worker) && worker_finish(worker);
    subject->launches++;
    end_launch(session, subject);
    if (!measured || !finished) {
        const char *reason = worker_reason(worker);
        set_error(session, subject, reason[0] ? reason : "could not be measured");
        keep_output_tail(session, subject, worker);
    }
    worker_destroy(worker);
}

/* The fastest round of a loop without a body, seconds an iteration; 0 if the
 * program has none, being older than that. */
static double measure_empty_loop(struct session *session, const char *program)
{
    struct worker *worker = worker_start(program, ASSAY_EMPTY_FULLNAME, 0, session->options.timeout_ns);
    struct assay_round_size round;
    int64_t times_ns[EMPTY_ROUNDS];
    double least_ns = 0;
    session->no_memory = session->no_memory || !worker;
    if (worker && worker_is_alive(worker) &&
        assay_calibrate(EMPTY_ROUND_NS, INT64_MAX, run_one_batch, worker, &round) &&
        worker_run_batches(worker, round.iterations, EMPTY_ROUNDS, times_ns)) {
        least_ns = (double)times_ns[0];
        for (size_t i = 1; i < EMPTY_ROUNDS; i++) {
            least_ns = fmin(least_ns, (double)times_ns[i]);
        }
        least_ns /= (double)round.iterations;
    }
    worker_destroy(worker);
    return least_ns / 1e9;
}

/* Programs stand in the session one after the other. */
static void measure_empty_loops(struct session *session)
{
    for (size_t i = 0; i < session->count && !session->options.disable && !session->no_memory; i++) {
        struct subject *subject = &session->subjects[i];
        bool is_first = i == 0 || strcmp(subject->program, subject[-1].program) != 0;
        subject->empty_loop = is_first ? measure_empty_loop(session, subject->program) : subject[-1].empty_loop;
    }
}

/* Fisher and Yates. */
static void shuffle(uint64_t *random, size_t *order, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)base_random_below(random, i);
        size_t kept = order[i - 1];
        order[i - 1] = order[other];
        order[other] = kept;
    }
}

/* One launch of each benchmark, in the order given. */
static void measure_pass(struct session *session, const size_t *order, size_t done, size_t total,
                         session_progress_fn *progress, void *context)
{
    for (size_t i = 0; i < session->count && !session->no_memory; i++) {
        struct subject *subject = &session->subjects[order[i]];
        if (subject->error) {
            continue;
        }
        if (progress) {
            progress(context, subject->fullname, done + i, total);
        }
        launch(session, subject);
    }
}

enum assay_status session_measure(struct session *session, session_progress_fn *progress, void *context)
{
    size_t launches = session->options.disable ? 1 : (size_t)session->options.launches;
    size_t *order = base_alloc_array(session->count, sizeof(*order));
    if (!order) {
        return ASSAY_NO_MEMORY;
    }
    for (size_t i = 0; i < session->count; i++) {
        order[i] = i;
    }
    measure_empty_loops(session);
    for (size_t i = 0; i < launches && !session->no_memory; i++) {
        if (session->options.shuffle) {
            shuffle(&session->random, order, session->count);
        }
        measure_pass(session, order, i * session->count, launches * session->count, progress, context);
    }
    free(order);
    return session->no_memory ? ASSAY_NO_MEMORY : ASSAY_OK;
}

enum assay_status session_measure_again(struct session *session, const char *fullname, uint64_t launches)
{
    struct subject *subject = find_subject(session, base_str(fullname));
    for (uint64_t i = 0; subject && !subject->error && i < launches; i++) {
        launch(session, subject);
    }
    return session->no_memory ? ASSAY_NO_MEMORY : ASSAY_OK;
}

static struct assay_calls describe_calls(const struct subject *subject)
{
    const struct histogram *calls = subject->calls;
    if (!calls || calls->count == 0) {
        return (struct assay_calls){0};
    }
    return (struct assay_calls){
        .count = calls->count,
        .p50 = (double)base_histogram_quantile(calls, 0.5) / 1e9,
        .p90 = (double)base_histogram_quantile(calls, 0.9) / 1e9,
        .p95 = (double)base_histogram_quantile(calls, 0.95) / 1e9,
        .p99 = (double)base_histogram_quantile(calls, 0.99) / 1e9,
        .p999 = (double)base_histogram_quantile(calls, 0.999) / 1e9,
        .clock_cost = (double)subject->clock_cost_ns / 1e9,
    };
}

/* The median of each launch that has rounds. */
static enum assay_status describe_launches(const struct subject *subject, struct assay_run *run)
{
    run->launch_medians = base_alloc_array(subject->launch_count, sizeof(*run->launch_medians));
    if (!run->launch_medians) {
        return ASSAY_NO_MEMORY;
    }
    size_t begin = 0;
    for (size_t i = 0; i < subject->launch_count; i++) {
        size_t end = subject->launch_ends[i];
        struct assay_stats stats;
        if (end > begin) {
            enum assay_status status = assay_describe(subject->samples + begin, end - begin, &stats);
            if (status != ASSAY_OK) {
                return status;
            }
            run->launch_medians[run->launch_median_count++] = stats.median;
        }
        begin = end;
    }
    return ASSAY_OK;
}

/* Copies the samples into the run and computes all that follows from them. */
static enum assay_status describe_samples(const struct subject *subject, struct assay_run *run)
{
    run->samples = base_alloc_array(subject->sample_count, sizeof(*run->samples));
    run->judgements = base_alloc_array(subject->target_count, sizeof(*run->judgements));
    if (!run->samples || !run->judgements) {
        return ASSAY_NO_MEMORY;
    }
    memcpy(run->samples, subject->samples, subject->sample_count * sizeof(*run->samples));
    enum assay_status status = assay_describe(run->samples, subject->sample_count, &run->stats);
    if (status != ASSAY_OK) {
        return status;
    }
    status = describe_launches(subject, run);
    if (status != ASSAY_OK) {
        return status;
    }
    run->calls = describe_calls(subject);
    for (size_t i = 0; i < subject->target_count; i++) {
        run->judgements[i] = assay_target_judge(&subject->targets[i], &run->stats, subject->calls);
    }
    run->judgement_count = subject->target_count;
    return ASSAY_OK;
}

static enum assay_status describe_subject(const struct session *session, const struct subject *subject,
                                          struct assay_run *run)
{
    const char *separator = strstr(subject->fullname, "::");
    run->fullname = strdup(subject->fullname);
    run->name = strdup(separator ? separator + 2 : subject->fullname);
    run->group = subject->group ? strdup(subject->group) : NULL;
    run->error = subject->error ? strdup(subject->error) : NULL;
    if (!run->fullname || !run->name || (subject->group && !run->group) || (subject->error && !run->error)) {
        return ASSAY_NO_MEMORY;
    }
    run->min_rounds = session->options.min_rounds;
    run->min_time = (double)session->options.min_time_ns / 1e9;
    run->max_time = (double)session->options.max_time_ns / 1e9;
    run->warmup = session->options.warmup_iterations;
    run->iterations = subject->round.iterations;
    run->launches = subject->launches;
    run->empty_loop = subject->empty_loop;
    return run->error || subject->sample_count == 0 ? ASSAY_OK : describe_samples(subject, run);
}

enum assay_status session_describe(const struct session *session, struct assay_result *result)
{
    for (size_t i = 0; i < session->count; i++) {
        struct assay_run *run = assay_result_add_run(result);
        if (!run || describe_subject(session, &session->subjects[i], run) != ASSAY_OK) {
            return ASSAY_NO_MEMORY;
        }
    }
    return ASSAY_OK;
}

const char *session_output_tail(const struct session *session, const char *fullname)
{
    const struct subject *subject = find_subject(session, base_str(fullname));
    return subject && subject->output_tail ? subject->output_tail : "";
}
