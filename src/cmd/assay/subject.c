// SPDX-License-Identifier: MIT
#include "cmd/assay/subject.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

void subject_deinit(struct subject *subject)
{
    free(subject->program);
    free(subject->fullname);
    free(subject->tags);
    free(subject->file);
    free(subject->binary);
    free(subject->group);
    free(subject->error);
    free(subject->output_tail);
    free(subject->targets);
    free(subject->samples);
    free(subject->launch_ends);
    paced_deinit(&subject->paced);
    free(subject->calls);
    free(subject->launch_calls);
    free(subject->complexity);
    free(subject->note);
}

void subject_fail(struct subject *subject, const char *reason)
{
    if (!subject->error) {
        subject->error = strdup(reason);
        subject->no_memory = subject->no_memory || !subject->error;
    }
}

void subject_note(struct subject *subject, const char *heading, const char *sentence)
{
    struct buf note;
    if (subject->note || sentence[0] == '\0') {
        return;
    }
    base_buf_init(&note, 4000);
    base_buf_addf(&note, "%s%s", heading, sentence);
    subject->note = base_buf_take(&note);
    subject->no_memory = subject->no_memory || !subject->note;
}

void subject_learn(struct subject *subject, const struct session_options *options, const struct worker *worker)
{
    struct worker_facts facts = worker_facts(worker);
    subject->is_known = true;
    subject->built = facts.built;
    subject->threads = facts.threads;
    subject->clock_cost_ns = facts.clock_cost_ns;
    subject->plan = facts.plan;
    subject->wants_calls = facts.wants_calls || options->time_calls;
    subject->counts = options->counts;
    subject->group = facts.group ? strdup(facts.group) : NULL;
    subject->complexity = facts.complexity ? strdup(facts.complexity) : NULL;
    subject->targets = base_alloc_array(facts.target_count, sizeof(*subject->targets));
    if ((facts.group && !subject->group) || (facts.complexity && !subject->complexity) || !subject->targets) {
        subject->no_memory = true;
        return;
    }
    for (size_t i = 0; i < facts.target_count; i++) {
        struct assay_error err;
        struct assay_target *target = &subject->targets[subject->target_count];
        if (assay_target_parse(base_str(facts.targets[i]), target, &err) != ASSAY_OK) {
            subject_fail(subject, err.message);
            return;
        }
        subject->target_count++;
        subject->counts |= assay_metric_counted_by(target->metric);
        double q;
        if (assay_metric_is_percentile(target->metric, &q)) {
            uint64_t needed = assay_describe_samples_needed(q, ASSAY_TARGET_CONFIDENCE);
            subject->calls_needed = needed > subject->calls_needed ? needed : subject->calls_needed;
            subject->wants_calls = true;
        }
    }
}

bool subject_keep_times(struct subject *subject, const int64_t *times_ns, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        void *samples = subject->samples;
        if (!base_array_make_room(&samples, subject->sample_count, &subject->sample_capacity, sizeof(double))) {
            subject->no_memory = true;
            return false;
        }
        subject->samples = samples;
        subject->samples[subject->sample_count++] = (double)times_ns[i] / 1e9 / (double)subject->round.iterations;
    }
    return true;
}

void subject_keep_pace(struct subject *subject, const int64_t *times_ns, const struct assay_pace *paces_ns,
                       uint64_t count)
{
    if (!paced_keep(&subject->paced, times_ns, paces_ns, count, subject->round.iterations)) {
        subject->no_memory = true;
    }
}

void subject_keep_overlap(struct subject *subject, uint64_t count, double together)
{
    if (!isnan(together)) {
        subject->this_overlap.rounds += (double)count;
        subject->this_overlap.together += (double)count * together;
    }
}

static void end_overlap(struct subject *subject)
{
    subject->overlap.rounds += subject->this_overlap.rounds;
    subject->overlap.together += subject->this_overlap.together;
    subject->this_overlap = (struct overlap){0};
}

/* What this launch says is one more word on the counter of that name. */
static void add_counter(struct subject *subject, const struct worker_counter *said)
{
    struct worker_counter *counter = subject->counters;
    struct worker_counter *end = counter + subject->counter_count;
    double value = said->sum;
    if (said->kind == ASSAY_AVERAGE) {
        value /= (double)said->count;
    } else if (said->kind == ASSAY_PER_ITERATION && subject->threads > 1) {
        value /= subject->threads; /* each has divided by its own iterations */
    }
    while (counter < end && strcmp(counter->name, said->name) != 0) {
        counter++;
    }
    if (counter == end) {
        if (subject->counter_count == WORKER_MAX_COUNTERS) {
            subject_fail(subject, "states more than 32 counters");
            return;
        }
        *counter = *said;
        counter->sum = 0;
        counter->count = 0;
        subject->counter_count++;
    }
    counter->sum += value;
    counter->count++;
}

static void end_calls(struct subject *subject)
{
    if (!subject->calls) {
        subject->calls = subject->launch_calls;
    } else if (subject->launch_calls) {
        base_histogram_merge(subject->calls, subject->launch_calls);
        free(subject->launch_calls);
    }
    subject->launch_calls = NULL;
}

void subject_forget_launch(struct subject *subject, size_t sample_count)
{
    subject->sample_count = sample_count;
    paced_forget_launch(&subject->paced);
    subject->this_overlap = (struct overlap){0};
    free(subject->launch_calls);
    subject->launch_calls = NULL;
}

void subject_end_launch(struct subject *subject, const struct worker *worker)
{
    subject->launches++;
    struct worker_facts facts = worker_facts(worker);
    for (size_t i = 0; i < facts.counter_count; i++) {
        add_counter(subject, &facts.counters[i]);
    }
    subject->items = facts.items;
    subject->bytes = facts.bytes;
    subject->no_memory = !paced_end_launch(&subject->paced) || subject->no_memory;
    end_overlap(subject);
    end_calls(subject);
    void *ends = subject->launch_ends;
    if (!base_array_make_room(&ends, subject->launch_count, &subject->launch_capacity, sizeof(*subject->launch_ends))) {
        subject->no_memory = true;
        return;
    }
    subject->launch_ends = ends;
    subject->launch_ends[subject->launch_count++] = subject->sample_count;
}

void subject_keep_output(struct subject *subject, const struct worker *worker)
{
    struct buf tail;
    base_buf_init(&tail, 10000);
    worker_add_output_tail(worker, &tail);
    free(subject->output_tail);
    subject->output_tail = base_buf_take(&tail);
    subject->no_memory = subject->no_memory || !subject->output_tail;
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

/* The rounds of each launch that has any, their minimum and median. */
static enum assay_status describe_launches(const struct subject *subject, struct assay_run *run)
{
    run->launch_minima = base_alloc_array(subject->launch_count, sizeof(*run->launch_minima));
    run->launch_medians = base_alloc_array(subject->launch_count, sizeof(*run->launch_medians));
    run->launch_rounds = base_alloc_array(subject->launch_count, sizeof(*run->launch_rounds));
    if (!run->launch_minima || !run->launch_medians || !run->launch_rounds) {
        return ASSAY_NO_MEMORY;
    }
    size_t begin = 0;
    for (size_t i = 0; i < subject->launch_count; i++) {
        size_t end = subject->launch_ends[i];
        if (end > begin) {
            enum assay_status status = assay_describe_least(subject->samples + begin, end - begin,
                                                            &run->launch_minima[run->launch_minima_count],
                                                            &run->launch_medians[run->launch_median_count]);
            if (status != ASSAY_OK) {
                return status;
            }
            run->launch_minima_count++;
            run->launch_median_count++;
            run->launch_rounds[run->launch_rounds_count++] = end - begin;
        }
        begin = end;
    }
    return ASSAY_OK;
}

/* In each iteration time every thread makes an iteration. */
static void describe_rates(const struct subject *subject, struct assay_run *run)
{
    double all = run->stats.ops * (subject->threads > 0 ? subject->threads : 1);
    if (subject->threads > 0) {
        assay_measured_set(&run->measured, ASSAY_METRIC_THROUGHPUT, all);
    }
    if (subject->threads > 1 && subject->overlap.rounds > 0) {
        assay_measured_set(&run->measured, ASSAY_METRIC_IMBALANCE,
                           1 - subject->overlap.together / subject->overlap.rounds);
    }
    if (subject->items > 0) {
        assay_measured_set(&run->measured, ASSAY_METRIC_ITEMS_PER_SECOND, subject->items * all);
    }
    if (subject->bytes > 0) {
        assay_measured_set(&run->measured, ASSAY_METRIC_BYTES_PER_SECOND, subject->bytes * all);
    }
}

static enum assay_status describe_counters(const struct subject *subject, struct assay_run *run)
{
    run->counters = base_alloc_array(subject->counter_count, sizeof(*run->counters));
    if (!run->counters) {
        return ASSAY_NO_MEMORY;
    }
    for (size_t i = 0; i < subject->counter_count; i++) {
        const struct worker_counter *from = &subject->counters[i];
        struct assay_counter *to = &run->counters[run->counter_count++];
        memcpy(to->name, from->name, sizeof(to->name));
        to->kind = from->kind;
        to->value = from->kind == ASSAY_SUM ? from->sum : from->sum / (double)from->count;
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
    run->measured = subject->counted;
    memcpy(run->samples, subject->samples, subject->sample_count * sizeof(*run->samples));
    enum assay_status status = assay_describe(run->samples, subject->sample_count, &run->stats);
    if (status != ASSAY_OK) {
        return status;
    }
    status = describe_launches(subject, run);
    if (status == ASSAY_OK) {
        status = paced_describe(&subject->paced, run);
    }
    if (status == ASSAY_OK) {
        status = describe_counters(subject, run);
    }
    if (status != ASSAY_OK) {
        return status;
    }
    run->calls = describe_calls(subject);
    describe_rates(subject, run);
    for (size_t i = 0; i < subject->target_count; i++) {
        run->judgements[i] = assay_target_judge(&subject->targets[i], &run->stats, subject->calls, &run->measured);
    }
    run->judgement_count = subject->target_count;
    return ASSAY_OK;
}

/* A copy of a text, or NULL of none. */
static bool copy_text(const char *text, char **out)
{
    *out = text ? strdup(text) : NULL;
    return *out || !text;
}

enum assay_status subject_describe(const struct subject *subject, const struct session_options *options,
                                   struct assay_run *run)
{
    const char *separator = strstr(subject->fullname, "::");
    if (!copy_text(subject->fullname, &run->fullname) ||
        !copy_text(separator ? separator + 2 : subject->fullname, &run->name) ||
        !copy_text(subject->group, &run->group) || !copy_text(subject->error, &run->error) ||
        !copy_text(subject->complexity, &run->complexity) || !copy_text(subject->tags, &run->tags) ||
        !copy_text(subject->file, &run->file) || !copy_text(subject->binary, &run->binary)) {
        return ASSAY_NO_MEMORY;
    }
    run->line = subject->line;
    run->min_rounds = options->min_rounds;
    run->min_time = (double)options->min_time_ns / 1e9;
    run->max_time = (double)options->max_time_ns / 1e9;
    run->timer = options->timer;
    run->warmup = options->warmup_iterations;
    run->iterations = subject->round.iterations;
    run->launches = subject->launches;
    run->empty_loop = subject->empty_loop;
    return run->error || subject->sample_count == 0 ? ASSAY_OK : describe_samples(subject, run);
}
