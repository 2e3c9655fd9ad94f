// SPDX-License-Identifier: MIT
/*
 * The measured loop calls assay_next() between batches: it reads the clock
 * first thing when it is entered and last thing before it returns, so what lies
 * between those two readings is the loop alone.  No system call and no
 * allocation is made from one batch of a command to the next.
 *
 * A paced batch stands between two readings of the reference, taken outside of
 * its own two clock readings, of which the shorter one counts; where nothing is
 * prepared between batches, the reading after one is the reading before the next.
 *
 * A warmed batch comes after one that is not timed, with nothing between them.
 *
 * A call timed by itself is a batch of one.  What the two readings and the way
 * between them cost is measured with an empty loop and subtracted.
 *
 * Several threads each go through all of this with a struct assay_bench of their
 * own, in step and on a core each: they start a batch together, and its time is
 * from the first one's start to the last one's end.  Between calls timed one by one
 * they do not wait for each other.
 *
 * A body that forks has two processes in its loop, of which one measures: the
 * other is told apart by its phase, which a fork changes, and ends itself when it
 * comes back to here.
 */
#include "assay/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "assay/place.h"
#include "assay/running.h"
#include "base/clock.h"
#include "base/num.h"

#define CLOCK_PROBE_CALLS 4000
#if defined(__OPTIMIZE__)
#define LIBRARY_BUILT 0u
#else
#define LIBRARY_BUILT ASSAY_BUILT_LIBRARY_DEBUG
#endif

/* Set once, before anything is timed: a look at it must cost no more than the clock does. */
static clockid_t timer = CLOCK_MONOTONIC;

static struct running *here; /* for the child of a fork, and for calls that name no benchmark */

bool assay_is_given(const struct assay_bench *bench, const char *function)
{
    char reason[ASSAY_MAX_SAID_BYTES];
    if (!bench && here && here->members) {
        (void)snprintf(reason, sizeof(reason),
                       "%s was called with NULL for the benchmark; pass on the one that the "
                       "body got",
                       function);
        assay_fail_because(&here->members[0], reason);
    }
    return bench != NULL;
}

static void note_fork(void)
{
    if (here && here->members) {
        assay_channel_after_fork(&here->channel);
        for (unsigned i = 0; i < here->crew.count; i++) {
            here->members[i].phase = FORKED;
        }
    }
}

/* The end of a child process that came back to the measurement. */
static void end_child(struct assay_bench *bench)
{
    bench->said_failed = false; /* by this process */
    assay_fail_because(bench, "the body forked, and the child went on with the measurement; let the child _exit()");
    _exit(3);
}

/* A loop that ended before its time, with all threads. */
static uint64_t end_early(struct assay_bench *bench)
{
    bench->phase = ENDED;
    if (bench->is_one_of_many) {
        assay_crew_break(&bench->running->crew);
    }
    return 0;
}

static uint64_t fail_early(struct assay_bench *bench, const char *reason)
{
    assay_fail_because(bench, reason);
    return end_early(bench);
}

/* Calls timed one by one start together only once, with the first; false if the crew
 * is broken.  What a round prepares may take threads longer than others, which
 * wait for them asleep. */
static bool start_together(struct assay_bench *bench)
{
    struct crew *crew = &bench->running->crew;
    bool is_first = bench->batches_left == bench->running->command.iterations;
    if (bench->times_calls && !is_first) {
        return true;
    }
    return (!bench->has_rounds || assay_crew_meet(crew)) && assay_crew_start(crew);
}

/* Starts the clock; the caller returns to the loop at once. */
static uint64_t begin(struct assay_bench *bench)
{
    if (bench->paces && (bench->has_rounds || bench->batch_count == 0)) {
        bench->pace = assay_reference_pace();
    }
    bench->phase = bench->times_calls ? IN_CALL : IN_BATCH;
    if (bench->counts) {
        assay_counts_start(&bench->running->counts);
    }
    if (bench->is_one_of_many && !start_together(bench)) {
        return end_early(bench);
    }
    bench->start_ns = base_clock_read_ns(timer);
    return bench->iterations;
}

/* Says what cannot be counted, the first time that something is to be. */
static void prepare_counts(struct running *running)
{
    if (running->has_counts) {
        return;
    }
    running->has_counts = true;
    assay_counts_init(&running->counts);
    if (running->counts.heap_reason) {
        assay_channel_say(&running->channel, "uncountable allocations:", running->counts.heap_reason);
    }
    if (running->counts.pmu_reason) {
        assay_channel_say(&running->channel, "uncountable pmu:", running->counts.pmu_reason);
    }
}

static void take_on(struct assay_bench *bench, const struct assay_command *command)
{
    bench->times_calls = command->kind == ASSAY_COMMAND_CALLS;
    bench->paces = command->kind == ASSAY_COMMAND_PACED;
    bench->counts = command->kind == ASSAY_COMMAND_COUNT && bench->thread == 0;
    if (bench->counts) {
        prepare_counts(bench->running);
    }
    if (bench->thread == 0) {
        bench->running->together = 0;
    }
    bench->batch_count = 0;
    bench->is_warming = command->kind == ASSAY_COMMAND_WARMED;
    if (bench->times_calls) {
        bench->iterations = 1;
        bench->batches_left = command->iterations;
        memset(&bench->calls, 0, sizeof(bench->calls));
    } else {
        bench->iterations = bench->is_warming ? command->warmup : command->iterations;
        bench->batches_left = command->kind == ASSAY_COMMAND_COUNT ? 1 : command->count;
    }
}

/* What is said before the next command is waited for. */
typedef void say_fn(struct assay_bench *bench);

static void say_ready(struct assay_bench *bench)
{
    base_buf_addf(assay_channel_begin(&bench->running->channel), "ready %lld", (long long)bench->clock_cost_ns);
    assay_channel_end(&bench->running->channel);
}

/* What the command at hand has measured, on all threads. */
static void say_measured(struct assay_bench *bench)
{
    struct running *running = bench->running;
    for (unsigned i = 1; bench->times_calls && i < running->crew.count; i++) {
        base_histogram_merge(&bench->calls, &running->members[i].calls);
    }
    if (bench->is_one_of_many && !bench->times_calls && !bench->counts) {
        base_buf_addf(assay_channel_begin(&running->channel), "together %.6g",
                      running->together / (double)bench->batch_count);
        assay_channel_end(&running->channel);
    }
    struct buf *line = assay_channel_begin(&running->channel);
    if (bench->times_calls) {
        assay_reply_format_called(&bench->calls, line);
    } else if (bench->counts) {
        assay_reply_format_counted(&running->counted, line);
    } else if (bench->paces) {
        assay_reply_format_paced(bench->times_ns, bench->paces_ns, bench->batch_count, line);
    } else {
        assay_reply_format_took(bench->times_ns, bench->batch_count, line);
    }
    assay_channel_end(&running->channel);
}

/* Says something, waits for a command and takes it on; false when the loop is to end. */
static bool take_next_command(struct assay_bench *bench, say_fn *say)
{
    struct running *running = bench->running;
    if (!running) {
        bench->phase = ENDED;
        return false;
    }
    if (bench->is_one_of_many && !assay_crew_meet(&running->crew)) {
        bench->phase = ENDED;
        return false;
    }
    if (bench->thread == 0) {
        if (getpid() != running->process) {
            end_child(bench); /* made by a bare system call, of which note_fork() does not know */
        }
        if (running->profile) {
            int64_t took_ns = bench->batch_count > 0 ? bench->times_ns[bench->batch_count - 1] : 0;
            running->command = assay_profile_next(running->profile, took_ns);
        } else {
            say(bench);
        }
        if (!running->profile && !assay_channel_read(&running->channel, &running->command)) {
            /* Nobody is left to measure for, and a body cannot be unwound. */
            _exit(running->channel.is_lost ? ASSAY_EXIT_LOST : 3);
        }
    }
    if ((bench->is_one_of_many && !assay_crew_meet(&running->crew)) || running->command.kind == ASSAY_COMMAND_END) {
        bench->phase = ENDED;
        return false;
    }
    take_on(bench, &running->command);
    return true;
}

static void keep_pace(struct assay_bench *bench)
{
    struct assay_pace before = bench->pace;
    bench->pace = assay_reference_pace();
    bench->paces_ns[bench->batch_count] = assay_pace_least(before, bench->pace);
}

/* Calls are put aside and counted many at a time: counting takes longer when
 * each is followed by a reading of the clock, which waits for it. */
static void count_calls(struct assay_bench *bench)
{
    for (size_t i = 0; i < bench->batch_count; i++) {
        int64_t took_ns = bench->times_ns[i] - bench->clock_cost_ns;
        bench->looped_ns += took_ns;
        base_histogram_record(&bench->calls, took_ns > 0 ? (uint64_t)took_ns : 0);
    }
    bench->iterations_made += bench->batch_count;
    bench->batch_count = 0;
}

static int64_t earlier(int64_t a_ns, int64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

static int64_t later(int64_t a_ns, int64_t b_ns)
{
    return a_ns > b_ns ? a_ns : b_ns;
}

/* From the first thread's start to the last one's end, which the first thread finds
 * out and others leave as it is; false if the crew is broken. */
static bool time_of_all(struct assay_bench *bench, int64_t *took_ns)
{
    struct running *running = bench->running;
    if (!assay_crew_meet(&running->crew)) {
        return false;
    }
    if (bench->thread != 0) {
        return true;
    }
    int64_t first_start_ns = bench->start_ns, last_start_ns = bench->start_ns;
    int64_t first_end_ns = bench->end_ns, last_end_ns = bench->end_ns;
    for (unsigned i = 1; i < running->crew.count; i++) {
        const struct assay_bench *member = &running->members[i];
        first_start_ns = earlier(first_start_ns, member->start_ns);
        last_start_ns = later(last_start_ns, member->start_ns);
        first_end_ns = earlier(first_end_ns, member->end_ns);
        last_end_ns = later(last_end_ns, member->end_ns);
    }
    *took_ns = last_end_ns - first_start_ns;
    if (*took_ns > 0) {
        running->together += (double)later(first_end_ns - last_start_ns, 0) / (double)*took_ns;
    }
    return true;
}

/* A warm-up has ended, or a batch that the next warm-up follows.  Threads meet as after any batch. */
static bool turn_to(struct assay_bench *bench, bool is_warming)
{
    const struct assay_command *command = &bench->running->command;
    bench->is_warming = is_warming;
    bench->iterations = is_warming ? command->warmup : command->iterations;
    return !bench->is_one_of_many || assay_crew_meet(&bench->running->crew);
}

/* Keeps the time of the batch that ended at `now_ns`; false if the crew is broken. */
static bool keep_time(struct assay_bench *bench, int64_t now_ns)
{
    int64_t took_ns = now_ns - bench->start_ns;
    if (bench->is_warming) {
        bench->iterations_made += bench->iterations;
        bench->looped_ns += took_ns;
        return turn_to(bench, false);
    }
    bench->end_ns = now_ns;
    if (bench->is_one_of_many && !bench->times_calls && !time_of_all(bench, &took_ns)) {
        return false;
    }
    if (bench->counts) {
        bench->running->counted = (struct assay_measured){0};
        assay_counts_stop(&bench->running->counts, &bench->running->counted);
    }
    if (bench->paces) {
        keep_pace(bench);
    }
    bench->times_ns[bench->batch_count++] = took_ns;
    bench->batches_left--;
    if (!bench->times_calls) {
        bench->iterations_made += bench->iterations;
        bench->looped_ns += took_ns;
    } else if (bench->batch_count == ASSAY_MAX_BATCHES || bench->batches_left == 0) {
        count_calls(bench);
    }
    if (bench->running && bench->running->command.kind == ASSAY_COMMAND_WARMED && bench->batches_left > 0) {
        return turn_to(bench, true);
    }
    return true;
}

static uint64_t end_batch(struct assay_bench *bench, int64_t now_ns)
{
    if (!keep_time(bench, now_ns)) {
        return end_early(bench);
    }
    if (bench->has_rounds) {
        bench->phase = ROUND_CLOSED; /* assay_next_round() goes on */
        return 0;
    }
    if (bench->batches_left > 0) {
        return begin(bench);
    }
    return take_next_command(bench, say_measured) ? begin(bench) : 0;
}

static uint64_t enter(struct assay_bench *bench)
{
    if (!pthread_equal(pthread_self(), bench->owner)) {
        return fail_early(bench, "BENCH_LOOP was reached by a thread that the body started; the parameter 'threads' "
                                 "of BENCH_PARAMS runs the whole body on several");
    }
    switch (bench->phase) {
    case PREPARING:
        return take_next_command(bench, say_ready) ? begin(bench) : 0;
    case ROUND_OPEN:
        return begin(bench);
    case ROUND_CLOSED:
        return fail_early(bench, "a round has a second BENCH_LOOP; each round runs one");
    case IN_BATCH:
    case IN_CALL:
        return fail_early(bench, "the measured loop was entered again before it ended: neither jump out of it (goto, "
                                 "longjmp) nor call in it what has a BENCH_LOOP");
    case ENDED:
    case FORKED:
        if (!bench->is_one_of_many || !atomic_load(&bench->running->crew.is_broken)) {
            assay_fail_because(bench, "the body has a second BENCH_LOOP; make it a benchmark of its own");
        }
    }
    return 0;
}

/* All of assay_next() but its shortest way; not inlined, or that would save and
 * restore the registers that this needs. */
static __attribute__((noinline)) uint64_t go_on(struct assay_bench *bench, uint64_t left, int64_t now_ns)
{
    if (!assay_is_given(bench, "BENCH_LOOP")) {
        return 0;
    }
    if (bench->phase == FORKED) {
        end_child(bench);
    }
    bool is_looping = bench->phase == IN_BATCH || bench->phase == IN_CALL;
    if (left == ASSAY_ENTERING || !is_looping) {
        return enter(bench);
    }
    if (left != 0) {
        return fail_early(bench, "the measured loop was left by break; let it run to its end");
    }
    return end_batch(bench, now_ns);
}

uint64_t assay_next(struct assay_bench *bench, uint64_t left)
{
    int64_t now_ns = base_clock_read_ns(timer);
    if (!bench || bench->phase != IN_CALL || bench->batches_left <= 1 || left != 0 || bench->has_rounds ||
        bench->batch_count >= ASSAY_MAX_BATCHES - 1) {
        return go_on(bench, left, now_ns);
    }
    bench->times_ns[bench->batch_count++] = now_ns - bench->start_ns;
    bench->batches_left--;
    bench->start_ns = base_clock_read_ns(timer);
    return 1;
}

/* Whether another round is to be run: of this command, or of the next. */
static int open_round(struct assay_bench *bench)
{
    if (bench->batches_left == 0 && !take_next_command(bench, say_measured)) {
        return 0;
    }
    bench->phase = ROUND_OPEN;
    return 1;
}

int assay_next_round(struct assay_bench *bench)
{
    if (!assay_is_given(bench, "BENCH_ROUNDS")) {
        return 0;
    }
    switch (bench->phase) {
    case PREPARING:
        bench->has_rounds = true;
        if (take_next_command(bench, say_ready)) {
            bench->phase = ROUND_OPEN;
            return 1;
        }
        return 0;
    case ROUND_CLOSED:
        return open_round(bench);
    case ROUND_OPEN:
        return (int)fail_early(bench, "a round ended without its BENCH_LOOP, so nothing was measured");
    case IN_BATCH:
    case IN_CALL:
        return (int)fail_early(bench, "BENCH_ROUNDS stands within BENCH_LOOP; put it around");
    case FORKED:
        end_child(bench);
        break;
    case ENDED:
        break;
    }
    return 0;
}

/* What timing a call costs when the call does nothing: the median of many. */
static int64_t measure_clock_cost(struct assay_bench *probe)
{
    probe->times_calls = true;
    probe->iterations = 1;
    probe->batches_left = CLOCK_PROBE_CALLS;
    uint64_t left = begin(probe);
    do {
        while (left != 0) {
            left = assay_count_down(left);
        }
        left = assay_next(probe, 0);
    } while (left != 0);
    return (int64_t)base_histogram_quantile(&probe->calls, 0.5);
}

static void run_body(struct assay_bench *bench)
{
    bench->owner = pthread_self();
    bench->running->registration->body(bench);
    if (bench->phase == FORKED) {
        end_child(bench);
    }
    if (bench->phase == PREPARING && !bench->said_failed) {
        assay_fail_because(bench, "the body returned without a BENCH_LOOP, so nothing was measured");
    } else if (bench->phase == ROUND_OPEN || bench->phase == ROUND_CLOSED) {
        assay_fail_because(bench, "the body was left from within a round; let BENCH_ROUNDS run to its end");
    } else if (bench->phase == IN_BATCH || bench->phase == IN_CALL) {
        assay_fail_because(bench, "the body was left from within the measured loop; let it run to its end");
    }
    if (bench->phase != ENDED) {
        (void)end_early(bench);
    }
}

/* A thread that ends within the body must not be waited for. */
static void leave_crew(void *bench)
{
    (void)fail_early(bench, "the thread ended within the body; let the body return");
}

static void *run_thread(void *bench)
{
    (void)assay_place_thread(((struct assay_bench *)bench)->thread);
    pthread_cleanup_push(leave_crew, bench);
    run_body(bench);
    pthread_cleanup_pop(0);
    return NULL;
}

/* Every member gets a thread of its own; this one only waits, so that it is there
 * whatever a body does to its thread. */
static void run_threads(struct running *running)
{
    pthread_t threads[ASSAY_MAX_THREADS];
    unsigned count = 0;
    while (count < running->crew.count &&
           pthread_create(&threads[count], NULL, run_thread, &running->members[count]) == 0) {
        count++;
    }
    if (count < running->crew.count) {
        assay_fail_because(&running->members[count],
                           "could not be started: the system has no more threads; ask for fewer, or allow more "
                           "(ulimit)");
        assay_crew_break(&running->crew);
    }
    for (unsigned i = 0; i < count; i++) {
        (void)pthread_join(threads[i], NULL);
    }
}

/* What a controller must know before the body says anything. */
static void introduce(struct running *running)
{
    unsigned built = running->registration->built | LIBRARY_BUILT;
    base_buf_addf(assay_channel_begin(&running->channel), "hello %d", ASSAY_PROTOCOL_VERSION);
    assay_channel_end(&running->channel);
    if (built != 0) {
        assay_reply_format_built(built, assay_channel_begin(&running->channel));
        assay_channel_end(&running->channel);
    }
    if (assay_params_value(running->label, STR("threads")).ptr) {
        base_buf_addf(assay_channel_begin(&running->channel), "threads %u", running->crew.count);
        assay_channel_end(&running->channel);
    }
    if (running->crew.count == 1 && assay_reference_pace().cycle_ns > 0) {
        base_buf_add_cstr(assay_channel_begin(&running->channel), "paces");
        assay_channel_end(&running->channel);
    }
    base_buf_add_cstr(assay_channel_begin(&running->channel), "warms");
    assay_channel_end(&running->channel);
}

static void take_label(struct running *running, struct str label)
{
    running->label = label;
    for (size_t i = 0; i < label.len && i < sizeof(running->values) - 1; i++) {
        running->values[i] = label.ptr[i] == ',' ? '\0' : label.ptr[i];
    }
}

/* The value of the parameter `threads`; 1 if there is none, 0 if it is none. */
static unsigned count_threads(struct str label)
{
    struct str value = assay_params_value(label, STR("threads"));
    int64_t count = 1;
    if (value.ptr && !base_num_parse_int64(value, 1, ASSAY_MAX_THREADS, &count)) {
        return 0;
    }
    return (unsigned)count;
}

static void run_all(struct running *running, struct assay_bench *members)
{
    int64_t clock_cost_ns = running->profile ? 0 : measure_clock_cost(&members[0]);
    for (unsigned i = 0; i < running->crew.count; i++) {
        members[i] = (struct assay_bench){
            .running = running, .thread = i, .is_one_of_many = running->crew.count > 1, .clock_cost_ns = clock_cost_ns};
    }
    running->members = members;
    if (!running->profile) {
        introduce(running);
    }
    if (count_threads(running->label) == 0) {
        assay_fail_because(&members[0], "the parameter 'threads' must be a whole number from 1 to 256");
    } else if (running->crew.count > 1 && timer == CLOCK_THREAD_CPUTIME_ID) {
        assay_fail_because(&members[0], "--timer=thread is of one thread, and this body runs on several; take "
                                        "--timer=process");
    } else if (running->crew.count > 1) {
        run_threads(running);
    } else {
        run_body(&members[0]);
    }
    assay_fixtures_release(running);
    base_buf_add_cstr(assay_channel_begin(&running->channel), "done");
    assay_channel_end(&running->channel);
}

/* Runs the body on its threads, for a controller or, with `profile`, without one.
 * The exit status for the process. */
static int run(const struct assay_registration *registration, struct str label, int command_fd, int reply_fd,
               struct assay_profile *profile)
{
    unsigned threads = count_threads(label);
    struct running *running = calloc(1, sizeof(*running));
    struct assay_bench *members = base_alloc_array(threads > 0 ? threads : 1, sizeof(*members));
    int status = 3;
    if (running && members) {
        running->process = getpid();
        running->registration = registration;
        running->profile = profile;
        take_label(running, label);
        assay_channel_init(&running->channel, command_fd, reply_fd);
        running->channel.say_failed = profile ? profile->say_failed : NULL;
        assay_crew_init(&running->crew, threads > 0 ? threads : 1);
        assay_fixtures_init(running);
        here = running;
        (void)pthread_atfork(NULL, NULL, note_fork); /* without memory for it a bare getpid() tells, later */
        run_all(running, members);
        here = NULL;
        status = running->channel.is_gone || (profile && running->channel.has_failed) ? 3 : 0;
        status = running->channel.is_lost && !profile ? ASSAY_EXIT_LOST : status;
        assay_crew_deinit(&running->crew);
        assay_channel_deinit(&running->channel);
    }
    free(members);
    free(running);
    return status;
}

int assay_worker_run(const struct assay_registration *registration, struct str label, enum assay_timer_kind kind,
                     int command_fd, int reply_fd)
{
    timer = assay_timer_clock(kind);
    return run(registration, label, command_fd, reply_fd, NULL);
}

bool assay_profile_run(const struct assay_registration *registration, struct str label, struct assay_profile *profile)
{
    return run(registration, label, -1, -1, profile) == 0;
}
