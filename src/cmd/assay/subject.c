// SPDX-License-Identifier: MIT
#include "cmd/assay/subject.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"

void subject_deinit(struct subject *subject)
{
    free(subject->program);
    free(subject->fullname);
    free(subject->group);
    free(subject->error);
    free(subject->output_tail);
    free(subject->targets);
    free(subject->samples);
    free(subject->launch_ends);
    free(subject->paced);
    free(subject->launch_cycles);
    free(subject->calls);
}

void subject_fail(struct subject *subject, const char *reason)
{
    if (!subject->error) {
        subject->error = strdup(reason);
        subject->no_memory = subject->no_memory || !subject->error;
    }
}

void subject_learn(struct subject *subject, const struct session_options *options, const struct worker *worker)
{
    struct worker_facts facts = worker_facts(worker);
    subject->is_known = true;
    subject->built = facts.built;
    subject->clock_cost_ns = facts.clock_cost_ns;
    subject->plan = facts.plan;
    subject->wants_calls = facts.wants_calls || options->time_calls;
    subject->group = facts.group ? strdup(facts.group) : NULL;
    subject->targets = base_alloc_array(facts.target_count, sizeof(*subject->targets));
    if ((facts.group && !subject->group) || !subject->targets) {
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

bool subject_keep_paced(struct subject *subject, const struct assay_paced *paced, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        void *memory = subject->paced;
        if (!base_array_make_room(&memory, subject->paced_count, &subject->paced_capacity, sizeof(*subject->paced))) {
            subject->no_memory = true;
            return false;
        }
        subject->paced = memory;
        subject->paced[subject->paced_count++] = paced[i];
    }
    return true;
}

/* One number for the cycles of this launch. */
static void end_pacing(struct subject *subject)
{
    void *memory = subject->launch_cycles;
    if (subject->paced_count == 0) {
        return;
    }
    if (!base_array_make_room(&memory, subject->launch_cycles_count, &subject->launch_cycles_capacity,
                              sizeof(*subject->launch_cycles))) {
        subject->no_memory = true;
        return;
    }
    subject->launch_cycles = memory;
    subject->launch_cycles[subject->launch_cycles_count++] =
        assay_reference_cycles(subject->paced, subject->paced_count, (double)subject->round.duration_ns);
    subject->paced_count = 0;
}

void subject_end_launch(struct subject *subject, const struct worker *worker)
{
    struct worker_facts facts = worker_facts(worker);
    subject->items = facts.items;
    subject->bytes = facts.bytes;
    end_pacing(subject);
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

static void describe_rates(const struct subject *subject, struct assay_run *run)
{
    if (subject->items > 0) {
        assay_measured_set(&run->measured, ASSAY_METRIC_ITEMS_PER_SECOND, subject->items * run->stats.ops);
    }
    if (subject->bytes > 0) {
        assay_measured_set(&run->measured, ASSAY_METRIC_BYTES_PER_SECOND, subject->bytes * run->stats.ops);
    }
}

/* The launches are few, so one with an unlucky layout is outvoted and not averaged in. */
static enum assay_status describe_cycles(const struct subject *subject, struct assay_run *run)
{
    size_t count = subject->launch_cycles_count;
    struct assay_stats stats;
    if (count == 0) {
        return ASSAY_OK;
    }
    run->launch_cycles = base_alloc_array(count, sizeof(*run->launch_cycles));
    if (!run->launch_cycles) {
        return ASSAY_NO_MEMORY;
    }
    memcpy(run->launch_cycles, subject->launch_cycles, count * sizeof(*run->launch_cycles));
    run->launch_cycles_count = count;
    enum assay_status status = assay_describe(run->launch_cycles, count, &stats);
    if (status == ASSAY_OK) {
        assay_measured_set(&run->measured, ASSAY_METRIC_CYCLES, stats.median);
    }
    return status;
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
    if (status == ASSAY_OK) {
        status = describe_cycles(subject, run);
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

enum assay_status subject_describe(const struct subject *subject, const struct session_options *options,
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
    run->min_rounds = options->min_rounds;
    run->min_time = (double)options->min_time_ns / 1e9;
    run->max_time = (double)options->max_time_ns / 1e9;
    run->warmup = options->warmup_iterations;
    run->iterations = subject->round.iterations;
    run->launches = subject->launches;
    run->empty_loop = subject->empty_loop;
    return run->error || subject->sample_count == 0 ? ASSAY_OK : describe_samples(subject, run);
}
