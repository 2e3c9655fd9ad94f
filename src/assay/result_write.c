// SPDX-License-Identifier: MIT
#include "assay/result.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "assay/params.h"
#include "assay/run_fields.h"
#include "assay/writer.h"
#include "base/num.h"

#define FORMAT_WRITTEN_HERE 1
#define MAX_TAG_BYTES 200

/* What is not known is absent.  A number stands as one, as in pytest-benchmark's files. */
static void write_fact(struct writer *writer, const char *key, const char *text)
{
    int64_t number;
    if (base_num_parse_int64(base_str(text), 0, INT32_MAX, &number)) {
        writer_count(writer, key, (uint64_t)number);
    } else if (text && text[0] != '\0') {
        writer_text(writer, key, text);
    }
}

static void write_size(struct writer *writer, const char *key, uint64_t bytes)
{
    if (bytes > 0) {
        writer_count(writer, key, bytes);
    }
}

static void write_machine(struct writer *writer, const struct assay_machine *machine)
{
    writer_open_object(writer, "machine_info");
    writer_text(writer, "node", machine->node);
    writer_text(writer, "processor", machine->arch);
    writer_text(writer, "machine", machine->arch);
    writer_text(writer, "release", machine->release);
    writer_text(writer, "system", machine->system);
    writer_open_object(writer, "cpu");
    writer_text(writer, "arch", machine->arch);
    writer_count(writer, "count", machine->cores);
    writer_text(writer, "brand_raw", machine->cpu);
    write_fact(writer, "vendor_id_raw", machine->cpu_vendor);
    write_fact(writer, "family", machine->cpu_family);
    write_fact(writer, "model", machine->cpu_model);
    write_fact(writer, "stepping", machine->cpu_stepping);
    write_size(writer, "l1_data_cache_size", machine->l1_data_bytes);
    write_size(writer, "l2_cache_size", machine->l2_bytes);
    write_size(writer, "l3_cache_size", machine->l3_bytes);
    writer_close(writer, '}');
    write_fact(writer, "governor", machine->governor);
    write_fact(writer, "virtualization", machine->virtualization);
    write_fact(writer, "container", machine->container);
    writer_text(writer, "compiler", machine->compiler);
    write_fact(writer, "compiler_flags", machine->flags);
    writer_close(writer, '}');
}

static void write_commit(struct writer *writer, const struct assay_commit *commit)
{
    writer_open_object(writer, "commit_info");
    writer_text(writer, "id", commit->id);
    writer_text(writer, "time", commit->time);
    writer_text(writer, "author_time", commit->author_time);
    writer_bool(writer, "dirty", commit->dirty);
    writer_text(writer, "project", commit->project);
    writer_text(writer, "branch", commit->branch);
    writer_close(writer, '}');
}

static void write_options(struct writer *writer, const struct assay_run *run)
{
    writer_open_object(writer, "options");
    writer_bool(writer, "disable_gc", false);
    writer_text(writer, "timer", assay_timer_file_name(run->timer));
    writer_count(writer, "min_rounds", run->min_rounds);
    writer_number(writer, "max_time", run->max_time);
    writer_number(writer, "min_time", run->min_time);
    if (run->warmup > 0) {
        writer_count(writer, "warmup", run->warmup);
    } else {
        writer_bool(writer, "warmup", false);
    }
    writer_close(writer, '}');
}

static void write_stats(struct writer *writer, const struct assay_run *run, bool with_samples)
{
    const struct assay_stats *stats = &run->stats;
    writer_open_object(writer, "stats");
    writer_number(writer, "min", stats->min);
    writer_number(writer, "max", stats->max);
    writer_number(writer, "mean", stats->mean);
    writer_number(writer, "stddev", stats->stddev);
    writer_count(writer, "rounds", stats->rounds);
    writer_number(writer, "median", stats->median);
    writer_number(writer, "iqr", stats->iqr);
    writer_number_if_known(writer, "q1", stats->q1);
    writer_number_if_known(writer, "q3", stats->q3);
    writer_count(writer, "iqr_outliers", stats->iqr_outliers);
    writer_count(writer, "stddev_outliers", stats->stddev_outliers);
    writer_key(writer, "outliers");
    base_buf_addf(writer->out, "\"%ju;%ju\"", (uintmax_t)stats->stddev_outliers, (uintmax_t)stats->iqr_outliers);
    writer_number_if_known(writer, "ld15iqr", stats->ld15iqr);
    writer_number_if_known(writer, "hd15iqr", stats->hd15iqr);
    writer_number(writer, "ops", stats->ops);
    writer_number(writer, "total", stats->total);
    if (with_samples && run->samples) {
        writer_numbers(writer, "data", run->samples, stats->rounds);
    }
    writer_count(writer, "iterations", run->iterations);
    writer_close(writer, '}');
}

void assay_write_calls(struct writer *writer, const struct assay_calls *calls)
{
    writer_open_object(writer, "calls");
    writer_count(writer, "count", calls->count);
    writer_number(writer, "p50", calls->p50);
    writer_number(writer, "p90", calls->p90);
    writer_number(writer, "p95", calls->p95);
    writer_number(writer, "p99", calls->p99);
    writer_number(writer, "p99.9", calls->p999);
    writer_number(writer, "clock_cost", calls->clock_cost);
    writer_close(writer, '}');
}

void assay_write_measured(struct writer *writer, const struct assay_measured *measured)
{
    writer_open_object(writer, "measured");
    for (int metric = ASSAY_METRIC_FIRST_MEASURED; metric < ASSAY_METRIC_COUNT; metric++) {
        writer_number_if_known(writer, assay_metric_name((enum assay_metric)metric),
                              assay_measured_get(measured, (enum assay_metric)metric));
    }
    writer_close(writer, '}');
}

static void write_counters(struct writer *writer, const struct assay_run *run)
{
    writer_open_object(writer, "counters");
    for (size_t i = 0; i < run->counter_count; i++) {
        writer_open_object(writer, run->counters[i].name);
        writer_text(writer, "kind", assay_counter_kind_name(run->counters[i].kind));
        writer_number(writer, "value", run->counters[i].value);
        writer_close(writer, '}');
    }
    writer_close(writer, '}');
}

void assay_write_tags(struct writer *writer, const char *tags)
{
    writer_key(writer, "tags");
    writer_open(writer, '[');
    for (const char *at = tags; at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL) {
        char tag[MAX_TAG_BYTES + 1];
        size_t len = strcspn(at, " ");
        if (len > 1 && len <= MAX_TAG_BYTES) {
            memcpy(tag, at + 1, len - 1); /* without its "@" */
            tag[len - 1] = '\0';
            writer_start_line(writer);
            writer_string(writer, tag);
        }
    }
    writer_close(writer, ']');
}

/* Where pytest-benchmark keeps numbers of the benchmark's own, and shows them. */
static void write_extra_info(struct writer *writer, const struct assay_run *run)
{
    writer_open_object(writer, "extra_info");
    for (size_t i = 0; i < run->counter_count; i++) {
        writer_number(writer, run->counters[i].name, run->counters[i].value);
    }
    writer_close(writer, '}');
}

static void write_judgement(struct writer *writer, const struct assay_judgement *judgement)
{
    char target[ASSAY_TARGET_TEXT_BYTES];
    assay_target_format(&judgement->target, target);
    writer_start_line(writer);
    writer_open(writer, '{');
    writer_text(writer, "target", target);
    writer_text(writer, "verdict", assay_target_verdict_name(judgement->verdict));
    writer_number(writer, "estimate", judgement->estimate);
    writer_number(writer, "lower", judgement->lower);
    writer_number(writer, "upper", judgement->upper);
    writer_count(writer, "n", judgement->n);
    writer_count(writer, "n_needed", judgement->n_needed);
    writer_close(writer, '}');
}

static void write_definition(struct writer *writer, const struct assay_run *run)
{
    writer_open_object(writer, "definition");
    writer_text(writer, "file", run->file);
    writer_count(writer, "line", run->line);
    writer_close(writer, '}');
}

static void write_own(struct writer *writer, const struct assay_run *run)
{
    writer_open_object(writer, "assay");
    if (run->file) {
        write_definition(writer, run);
    }
    if (run->binary) {
        writer_text(writer, "binary", run->binary);
    }
    writer_count(writer, "launches", run->launches);
    if (run->launch_rounds) {
        writer_counts(writer, "launch_rounds", run->launch_rounds, run->launch_rounds_count);
    }
    if (run->launch_minima) {
        writer_numbers(writer, "launch_minima", run->launch_minima, run->launch_minima_count);
    }
    if (run->launch_medians) {
        writer_numbers(writer, "launch_medians", run->launch_medians, run->launch_median_count);
    }
    if (run->launch_cycles) {
        writer_numbers(writer, "launch_cycles", run->launch_cycles, run->launch_cycles_count);
    }
    if (run->rulers.count > 0) {
        writer_numbers(writer, "launch_cycle_tenths", run->rulers.cycles, run->rulers.count);
        writer_numbers(writer, "launch_slot_tenths", run->rulers.slots, run->rulers.count);
    }
    writer_number(writer, "mad", run->stats.mad);
    if (run->empty_loop > 0) {
        writer_number(writer, "empty_loop", run->empty_loop);
    }
    if (run->calls.count > 0) {
        assay_write_calls(writer, &run->calls);
    }
    if (run->measured.known != 0) {
        assay_write_measured(writer, &run->measured);
    }
    if (run->counter_count > 0) {
        write_counters(writer, run);
    }
    if (run->tags) {
        assay_write_tags(writer, run->tags);
    }
    if (run->complexity) {
        writer_text(writer, "complexity", run->complexity);
    }
    if (run->judgement_count > 0) {
        writer_key(writer, "targets");
        writer_open(writer, '[');
        for (size_t i = 0; i < run->judgement_count; i++) {
            write_judgement(writer, &run->judgements[i]);
        }
        writer_close(writer, ']');
    }
    writer_close(writer, '}');
}

/* "params" and "param", which the name's brackets say: "parse[size=64,kind=a]". */
static void write_params(struct writer *writer, const char *name)
{
    char text[ASSAY_MAX_LABEL_BYTES + 2];
    const char *bracket = strchr(name, '[');
    size_t len = bracket ? strlen(bracket + 1) : 0;
    if (len < 2 || len >= sizeof(text) || bracket[len] != ']' || !strchr(bracket, '=')) {
        writer_text(writer, "params", NULL);
        writer_text(writer, "param", NULL);
        return;
    }
    memcpy(text, bracket + 1, len - 1);
    text[len - 1] = '\0';
    writer_open_object(writer, "params");
    for (char *pair = text; pair;) {
        char *comma = strchr(pair, ',');
        char *value = strchr(pair, '=');
        if (comma) {
            *comma = '\0';
        }
        if (value && (!comma || value < comma)) {
            *value = '\0';
            writer_text(writer, pair, value + 1);
        }
        pair = comma ? comma + 1 : NULL;
    }
    writer_close(writer, '}');
    memcpy(text, bracket + 1, len - 1); /* whole again */
    writer_text(writer, "param", text);
}

static void write_run(struct writer *writer, const struct assay_run *run, bool with_samples)
{
    writer_start_line(writer);
    writer_open(writer, '{');
    writer_text(writer, "group", run->group);
    writer_text(writer, "name", run->name);
    writer_text(writer, "fullname", run->fullname);
    write_params(writer, run->name);
    write_extra_info(writer, run);
    write_options(writer, run);
    write_stats(writer, run, with_samples);
    write_own(writer, run);
    writer_close(writer, '}');
}

static void write_trust(struct writer *writer, const struct assay_result *result)
{
    if (result->clock.step > 0) {
        writer_open_object(writer, "clock");
        writer_number(writer, "step", result->clock.step);
        writer_number(writer, "cost", result->clock.cost);
        writer_close(writer, '}');
    }
    if (result->cycle > 0) {
        writer_number(writer, "cycle", result->cycle);
    }
    if (result->filter) {
        writer_text(writer, "filter", result->filter);
    }
    if (result->unfit) {
        writer_text(writer, "unfit", result->unfit);
    }
    writer_key(writer, "warnings");
    writer_open(writer, '[');
    for (size_t i = 0; i < result->warning_count; i++) {
        writer_start_line(writer);
        writer_string(writer, result->warnings[i]);
    }
    writer_close(writer, ']');
}

struct written {
    const struct assay_result *result;
    bool with_samples;
};

static void write_result(struct writer *writer, const void *what)
{
    const struct written *written = what;
    const struct assay_result *result = written->result;
    writer_open(writer, '{');
    write_machine(writer, &result->machine);
    write_commit(writer, &result->commit);
    writer_key(writer, "benchmarks");
    writer_open(writer, '[');
    for (size_t i = 0; i < result->run_count; i++) {
        if (!result->runs[i].error) {
            write_run(writer, &result->runs[i], written->with_samples);
        }
    }
    writer_close(writer, ']');
    writer_text(writer, "datetime", result->datetime);
    writer_text(writer, "version", result->version);
    writer_open_object(writer, "assay");
    writer_count(writer, "format", FORMAT_WRITTEN_HERE);
    writer_text(writer, "machine_class", result->machine.class_key);
    writer_bool(writer, "is_virtual", result->machine.is_virtual);
    if (result->has_seed) {
        writer_count(writer, "seed", result->seed);
    }
    write_trust(writer, result);
    writer_close(writer, '}');
    writer_close(writer, '}');
}

enum assay_status assay_result_format(const struct assay_result *result, bool with_samples, struct buf *out_json)
{
    const struct written written = {result, with_samples};
    return writer_write(write_result, &written, 0, out_json) ? ASSAY_OK : ASSAY_NO_MEMORY;
}
