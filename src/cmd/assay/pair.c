// SPDX-License-Identifier: MIT
#include "cmd/assay/pair.h"

#include <math.h>
#include <string.h>

#include "assay/gate.h"
#include "assay/params.h"
#include "base/clock.h"
#include "base/random.h"
#include "cmd/assay/interrupt.h"

/* A launch takes turns for so long, or for as long as both processes took to get ready, so that about half of
 * the time is measuring whatever a benchmark prepares. */
#define TURNS_NS INT64_C(25000000)
#define MAX_TURNS_NS INT64_C(250000000)
/* On a busy machine, or where slices are long, that is too few turns to tell anything: up to so many times longer. */
#define GOOD_BLOCKS 20
#define LONGER 4
#define LEAST_BLOCKS 3
#define MAX_BLOCKS 256
#define WARMUP_SHARE 8 /* an eighth of a slice refills the caches after the other build had them */
#define COARSE 10      /* so many times longer a slice may be for the iterations that a control adds to be whole */

enum side { OLD, NEW };

/* Both builds of a launch. */
struct turns {
    struct pair *pair;
    struct worker *workers[2];
    uint64_t iterations[2]; /* of a slice */
    uint64_t warmup;
    int64_t slices_ns[2][2 * MAX_BLOCKS]; /* of either build */
    double blocks[MAX_BLOCKS];
    size_t count;
};

static bool run_one_batch(void *worker, uint64_t iterations, int64_t *out_ns)
{
    return worker_run_batches(worker, iterations, 1, out_ns);
}

bool pair_is_too_coarse(const struct pair *pair, double slowed)
{
    return (double)pair->iterations * slowed * COARSE < 1;
}

/* A control's new side makes a whole number of iterations more, and its old side so many that this is
 * just the share that it should be. */
static void set_iterations(struct turns *turns)
{
    const struct pair *pair = turns->pair;
    turns->iterations[OLD] = turns->iterations[NEW] = pair->iterations;
    if (pair->slowed > 0) {
        double more = fmax(1, round((double)pair->iterations * pair->slowed));
        turns->iterations[OLD] = (uint64_t)llround(more / pair->slowed);
        turns->iterations[NEW] = turns->iterations[OLD] + (uint64_t)more;
    }
}

/* How long a slice is: as the old build needs, and the same for both. */
static bool settle(struct turns *turns, const struct session_options *options)
{
    struct pair *pair = turns->pair;
    const struct assay_exact_plan *plan = &pair->sides[OLD]->plan;
    struct assay_round_size size;
    if (pair->iterations == 0 && plan->rounds > 0) {
        pair->iterations = plan->iterations;
    } else if (pair->iterations == 0) {
        if (!assay_calibrate(options->min_time_ns, options->max_time_ns, run_one_batch, turns->workers[OLD], &size)) {
            return false;
        }
        pair->iterations = size.iterations;
    }
    set_iterations(turns);
    turns->warmup = plan->rounds > 0 ? 0 : pair->iterations / WARMUP_SHARE;
    for (int side = OLD; side <= NEW; side++) {
        int64_t ignored; /* the first batch of a process is cold */
        pair->sides[side]->round = (struct assay_round_size){turns->iterations[side], 1};
        if (!worker_run_batches(turns->workers[side], turns->iterations[side], 1, &ignored)) {
            return false;
        }
    }
    return true;
}

/* Old, new, new, old, or the other way round. */
static bool run_block(struct turns *turns, bool starts_with_new)
{
    int64_t times_ns[2][2];
    struct pair *pair = turns->pair;
    for (int i = 0; i < 4; i++) {
        int side = (i == 1 || i == 2) != starts_with_new ? NEW : OLD;
        if (!worker_run_warmed(turns->workers[side], turns->iterations[side], turns->warmup, &times_ns[side][i / 2])) {
            return false;
        }
    }
    for (int side = OLD; side <= NEW; side++) {
        memcpy(&turns->slices_ns[side][2 * turns->count], times_ns[side], sizeof(times_ns[side]));
    }
    turns->blocks[turns->count++] = assay_gate_block(times_ns[OLD], times_ns[NEW]);
    return pair->slowed > 0 || (subject_keep_times(pair->sides[OLD], times_ns[OLD], 2) &&
                                subject_keep_times(pair->sides[NEW], times_ns[NEW], 2));
}

/* Four slices for each block, of which an exact plan allows only so many. */
static size_t most_blocks(const struct pair *pair)
{
    uint64_t rounds = pair->sides[OLD]->plan.rounds;
    return rounds > 0 && rounds / 2 < MAX_BLOCKS ? (size_t)(rounds / 2 > 0 ? rounds / 2 : 1) : MAX_BLOCKS;
}

static bool take_turns(struct turns *turns, uint64_t *random, int64_t turns_ns)
{
    size_t most = most_blocks(turns->pair);
    int64_t start_ns = base_clock_monotonic_ns();
    while (turns->count < most) {
        int64_t used_ns = base_clock_monotonic_ns() - start_ns;
        bool is_short = turns->count < LEAST_BLOCKS || (turns->count < GOOD_BLOCKS && used_ns < LONGER * turns_ns);
        if (!is_short && used_ns >= turns_ns) {
            break;
        }
        if (interrupt_caught() != 0 || !run_block(turns, base_random_below(random, 2) == 1)) {
            return false;
        }
    }
    return true;
}

/* Batches of a first launch may have been cold or interrupted; the least of its slices was neither.  Whether
 * that tells of another number of iterations, which is the pair's from then on. */
static bool correct_iterations(const struct turns *turns, int64_t least_ns, const struct session_options *options)
{
    struct pair *pair = turns->pair;
    double aim = (double)turns->iterations[OLD] * (double)options->min_time_ns / (double)(least_ns > 0 ? least_ns : 1);
    uint64_t wanted = aim < 1 ? 1 : (uint64_t)aim;
    double off = (double)wanted / (double)turns->iterations[OLD];
    if (pair->sides[OLD]->plan.rounds > 0 || (off > 0.75 && off < 1.33)) {
        return false;
    }
    pair->iterations = wanted;
    return true;
}

/* The offsets are the same for both builds: what they do to the time cancels as far as it can, and what
 * remains differs from launch to launch. */
static struct worker_settings settings_of(struct pair_setting *setting)
{
    const struct session_options *options = setting->options;
    struct worker_settings settings = {
        .timeout_ns = options->timeout_ns,
        .memory_bytes = options->memory_bytes,
        .layout.huge_pages = options->huge_pages,
        .tick = options->tick,
        .tick_context = options->tick_context,
    };
    if (options->vary_layout) {
        settings.layout.stack = (size_t)base_random_below(&setting->random, WORKER_MAX_PADDING);
        settings.layout.heap = (size_t)base_random_below(&setting->random, WORKER_MAX_PADDING);
    }
    return settings;
}

/* Starts both, either one first; false if one cannot be measured. */
static bool start(struct turns *turns, struct pair_setting *setting)
{
    struct worker_settings settings = settings_of(setting);
    int first = (int)base_random_below(&setting->random, 2);
    bool good = true;
    for (int i = 0; i < 2 && good; i++) {
        int side = i == 0 ? first : !first;
        struct subject *subject = turns->pair->sides[side];
        turns->workers[side] = worker_start(subject->program, subject->fullname, &settings);
        subject->no_memory = subject->no_memory || !turns->workers[side];
        good = turns->workers[side] && worker_is_alive(turns->workers[side]) &&
               program_is_same(subject->program, &subject->identity);
        if (good && !subject->is_known) {
            subject_learn(subject, setting->options, turns->workers[side]);
        }
        good = good && !subject->error && !subject->no_memory;
    }
    return good;
}

/* Notes why a launch did not come to its end. */
static void explain(struct subject *subject, const struct worker *worker)
{
    bool is_other = !program_is_same(subject->program, &subject->identity);
    const char *reason = worker ? worker_reason(worker) : "";
    if (is_other) {
        reason = "its program changed while the run went on, by a build perhaps; run it again";
    }
    if (reason[0] != '\0' && interrupt_caught() == 0) { /* else it was killed, which is no failure of its own */
        subject_fail(subject, reason);
        subject_keep_output(subject, worker);
    }
}

/* Both end, whatever became of either; what they measured is kept or not. */
static bool finish(struct turns *turns, bool keeps)
{
    bool good = true;
    for (int side = OLD; side <= NEW; side++) {
        struct worker *worker = turns->workers[side];
        bool finished = worker && worker_is_alive(worker) && worker_finish(worker);
        struct subject *subject = turns->pair->sides[side];
        if (finished && keeps && turns->pair->slowed == 0) {
            subject_end_launch(subject, worker);
        }
        if (!finished && worker) {
            explain(subject, worker);
        }
        worker_destroy(worker);
        good = good && finished && !subject->error && !subject->no_memory;
    }
    return good;
}

/* By its name, which is all that is known before its first launch. */
static bool is_threaded(const struct pair *pair)
{
    const char *fullname = pair->sides[OLD]->fullname, *label = strchr(fullname, '[');
    return label && assay_params_value(base_str(label + 1), STR("threads")).ptr;
}

/* `*out_is_void`: it was the first, and had a wrong number of iterations, so that nothing of it is kept. */
static bool launch(struct pair *pair, struct pair_setting *setting, struct assay_gate_launch *out_launch,
                   bool *out_is_void)
{
    struct turns turns = {.pair = pair};
    bool is_first = pair->iterations == 0;
    *out_is_void = false;
    size_t kept[] = {pair->sides[OLD]->sample_count, pair->sides[NEW]->sample_count};
    int64_t start_ns = base_clock_monotonic_ns();
    if (!is_threaded(pair)) { /* threads have a core each */
        core_choose(&setting->cores, &setting->random);
    }
    bool good = start(&turns, setting) && settle(&turns, setting->options);
    int64_t turns_ns = base_clock_monotonic_ns() - start_ns;
    turns_ns = turns_ns < TURNS_NS ? TURNS_NS : turns_ns > MAX_TURNS_NS ? MAX_TURNS_NS : turns_ns;
    good = good && take_turns(&turns, &setting->random, turns_ns);
    if (good) {
        *out_launch = assay_gate_launch(turns.blocks, turns.slices_ns[OLD], turns.slices_ns[NEW], turns.count);
        *out_is_void = is_first && correct_iterations(&turns, turns.slices_ns[OLD][0], setting->options); /* sorted */
    }
    good = finish(&turns, good && !*out_is_void) && good;
    core_release(&setting->cores);
    if (!good || *out_is_void) {
        pair->sides[OLD]->sample_count = kept[OLD];
        pair->sides[NEW]->sample_count = kept[NEW];
    }
    return good;
}

bool pair_launch(struct pair *pair, struct pair_setting *setting, struct assay_gate_launch *out_launch)
{
    bool is_void;
    return launch(pair, setting, out_launch, &is_void) && (!is_void || launch(pair, setting, out_launch, &is_void));
}
