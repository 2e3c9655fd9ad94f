// SPDX-License-Identifier: MIT
#include "assay/result.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assay/cpu.h"
#include "assay/filter.h"
#include "assay/reader.h"
#include "assay/run_fields.h"
#include "base/file.h"
#include "base/num.h"

#define FORMAT_READ_HERE 1
#define MAX_TAGS_BYTES 100000
#define MAX_FACT_BYTES 200
#define MAX_WARNING_BYTES 1000
#define MAX_SHORT_BYTES 200 /* of a word of the format, or a target */
#define MAX_COUNTERS 1000 /* of a benchmark */

/* A short string, whole; false if it is none, is too long or has a NUL in it. */
static bool copy_short(struct json_value value, char *out, size_t size)
{
    size_t len = base_json_text(value, out, size);
    return base_json_type(value) == JSON_IS_STRING && len < size && strlen(out) == len;
}

/* false, true, or the number of iterations allowed. */
static void read_warmup(const struct object *options, uint64_t *out)
{
    struct json_value value = reader_field(options, "warmup");
    if (base_json_type(value) == JSON_IS_BOOL) {
        *out = base_json_is_true(value) ? 1 : 0;
    } else {
        reader_count(options, "warmup", 0, out);
    }
}

/* Any clock that is not of processor time is the wall's. */
static void read_timer(const struct object *options, enum assay_timer_kind *out)
{
    char name[MAX_SHORT_BYTES];
    enum assay_timer_kind kind;
    if (copy_short(reader_field(options, "timer"), name, sizeof(name)) &&
        assay_timer_of_name(base_str(name), &kind)) {
        *out = kind;
    }
}

static void read_options(const struct object *benchmark, struct assay_run *run)
{
    struct object options = reader_object(benchmark, "options");
    reader_count(&options, "min_rounds", 0, &run->min_rounds);
    reader_number(&options, "min_time", 0, &run->min_time);
    reader_number(&options, "max_time", 0, &run->max_time);
    read_warmup(&options, &run->warmup);
    read_timer(&options, &run->timer);
}

/* The counts of outliers also stand in one string, as "3;1", which is all that
 * pytest-benchmark itself needs of a file. */
static void read_outliers(const struct object *stats, struct assay_stats *out)
{
    if (reader_has(stats, "stddev_outliers") && reader_has(stats, "iqr_outliers")) {
        reader_count(stats, "stddev_outliers", 0, &out->stddev_outliers);
        reader_count(stats, "iqr_outliers", 0, &out->iqr_outliers);
        return;
    }
    char text[MAX_SHORT_BYTES];
    bool good = copy_short(reader_field(stats, "outliers"), text, sizeof(text));
    struct str iqr;
    struct str stddev = base_str_cut(base_str(text), ';', &iqr);
    int64_t beyond_stddev, beyond_iqr;
    if (!good || !base_num_parse_int64(stddev, 0, INT64_MAX, &beyond_stddev) ||
        !base_num_parse_int64(iqr, 0, INT64_MAX, &beyond_iqr)) {
        reader_refuse_field(stats, "outliers", "is missing, or not two counts as \"3;1\"");
        return;
    }
    out->stddev_outliers = (uint64_t)beyond_stddev;
    out->iqr_outliers = (uint64_t)beyond_iqr;
}

static void read_stored_stats(const struct object *stats, struct assay_stats *out)
{
    reader_needed_number(stats, "min", &out->min);
    reader_needed_number(stats, "max", &out->max);
    reader_needed_number(stats, "mean", &out->mean);
    reader_needed_number(stats, "stddev", &out->stddev);
    reader_needed_number(stats, "median", &out->median);
    reader_needed_number(stats, "iqr", &out->iqr);
    reader_number(stats, "q1", NAN, &out->q1);
    reader_number(stats, "q3", NAN, &out->q3);
    reader_number(stats, "ld15iqr", NAN, &out->ld15iqr);
    reader_number(stats, "hd15iqr", NAN, &out->hd15iqr);
    read_outliers(stats, out);
    if (reader_has_failed(stats->reader)) {
        return;
    }
    /* Both are younger than the format. */
    reader_number(stats, "ops", out->mean != 0 ? 1 / out->mean : 0, &out->ops);
    reader_number(stats, "total", out->mean * (double)out->rounds, &out->total);
}

static void read_data(const struct object *stats, struct json_value data, struct assay_run *run)
{
    size_t count = 0;
    double *samples = reader_array(stats, "data", data, &count);
    if (samples && count != run->stats.rounds) {
        reader_refuse(stats->reader, "stats.data has %zu numbers, but stats.rounds is %ju", count,
               (uintmax_t)run->stats.rounds);
        free(samples);
        return;
    }
    run->samples = samples;
    if (samples && assay_describe(samples, count, &run->stats) != ASSAY_OK) {
        reader_run_out_of_memory(stats->reader);
    }
}

static void check_finite(struct reader *reader, const struct assay_stats *stats)
{
    static const enum assay_metric always_there[] = {
        ASSAY_METRIC_MIN,    ASSAY_METRIC_MAX, ASSAY_METRIC_MEAN,  ASSAY_METRIC_STDDEV,
        ASSAY_METRIC_MEDIAN, ASSAY_METRIC_IQR, ASSAY_METRIC_TOTAL, ASSAY_METRIC_OPS,
    };
    for (size_t i = 0; i < sizeof(always_there) / sizeof(always_there[0]); i++) {
        if (!isfinite(assay_metric_of_stats(stats, always_there[i]))) {
            reader_refuse(reader, "stats.%s is too large for a number", assay_metric_name(always_there[i]));
        }
    }
}

/* What no samples can give. */
void assay_check_stats(struct reader *reader, const struct assay_stats *stats)
{
    /* A mean that another program summed plainly may miss the range by its rounding. */
    double slack = 1e-9 * fmax(fabs(stats->min), fabs(stats->max));
    const struct {
        bool wrong;
        const char *reason;
    } checks[] = {
        {stats->min > stats->max, "stats.min is above stats.max"},
        {stats->stddev < 0, "stats.stddev is negative"},
        {stats->iqr < 0, "stats.iqr is negative"},
        {stats->median < stats->min || stats->median > stats->max, "stats.median is not between min and max"},
        {stats->mean < stats->min - slack || stats->mean > stats->max + slack, "stats.mean is not between min and max"},
        {stats->iqr_outliers > stats->rounds, "stats.iqr_outliers are more than stats.rounds"},
        {stats->stddev_outliers > stats->rounds, "stats.stddev_outliers are more than stats.rounds"},
    };
    check_finite(reader, stats);
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        if (checks[i].wrong) {
            reader_refuse(reader, "%s", checks[i].reason);
        }
    }
}

static void read_stats(const struct object *benchmark, struct assay_run *run)
{
    struct object stats = reader_object(benchmark, "stats");
    if (!stats.json.json) {
        reader_refuse_field(benchmark, "stats", "is missing");
        return;
    }
    reader_needed_count(&stats, "rounds", &run->stats.rounds);
    reader_needed_count(&stats, "iterations", &run->iterations);
    struct json_value data = reader_field(&stats, "data");
    if (data.json) {
        read_data(&stats, data, run);
    } else {
        read_stored_stats(&stats, &run->stats);
    }
    if (!reader_has_failed(stats.reader)) {
        assay_check_stats(stats.reader, &run->stats);
    }
}

void assay_read_calls(const struct object *own, struct assay_calls *out)
{
    struct object calls = reader_object(own, "calls");
    if (!calls.json.json) {
        return;
    }
    reader_needed_count(&calls, "count", &out->count);
    reader_needed_number(&calls, "p50", &out->p50);
    reader_needed_number(&calls, "p90", &out->p90);
    reader_needed_number(&calls, "p95", &out->p95);
    reader_needed_number(&calls, "p99", &out->p99);
    reader_needed_number(&calls, "p99.9", &out->p999);
    reader_number(&calls, "clock_cost", 0, &out->clock_cost);
    if (!reader_has_failed(calls.reader) && !(0 <= out->p50 && out->p50 <= out->p90 && out->p90 <= out->p95 &&
                                       out->p95 <= out->p99 && out->p99 <= out->p999)) {
        reader_refuse(calls.reader, "the percentiles of calls are negative or not in ascending order");
    }
}

void assay_read_measured(const struct object *own, struct assay_measured *out)
{
    struct object measured = reader_object(own, "measured");
    for (int i = ASSAY_METRIC_FIRST_MEASURED; i < ASSAY_METRIC_COUNT; i++) {
        enum assay_metric metric = (enum assay_metric)i;
        double value;
        reader_number(&measured, assay_metric_name(metric), NAN, &value);
        if (reader_has_failed(own->reader)) {
            return;
        }
        if (value < 0) {
            reader_refuse_field(&measured, assay_metric_name(metric), "is negative");
            return;
        }
        assay_measured_set(out, metric, value);
    }
}

static void read_counter(const struct object *counters, const char *name, struct assay_counter *out)
{
    struct object object = reader_object(counters, name);
    char kind[MAX_SHORT_BYTES];
    bool has_kind = copy_short(reader_field(&object, "kind"), kind, sizeof(kind));
    reader_needed_number(&object, "value", &out->value);
    if (reader_has_failed(counters->reader)) {
        return;
    }
    if (!assay_counter_name_is_valid(base_str(name))) {
        reader_refuse(counters->reader, "'%.60s' is no name of a counter", name);
        return;
    }
    if (!has_kind || !assay_counter_kind_of_name(base_str(kind), &out->kind)) {
        reader_refuse(counters->reader, "the counter '%s' has no kind, or an unknown one", name);
        return;
    }
    memcpy(out->name, name, strlen(name) + 1); /* a valid name fits */
}

static void read_counters(const struct object *own, struct assay_run *run)
{
    struct object counters = reader_object(own, "counters");
    size_t count = base_json_count(counters.json);
    if (count > MAX_COUNTERS) {
        reader_refuse_field(own, "counters", "has too many of them");
        return;
    }
    run->counters = count > 0 ? base_alloc_array(count, sizeof(*run->counters)) : NULL;
    if (count > 0 && !run->counters) {
        reader_run_out_of_memory(own->reader);
        return;
    }
    for (struct json_value at = base_json_first(counters.json); at.json; at = base_json_next(counters.json, at)) {
        char name[MAX_SHORT_BYTES];
        bool is_name = copy_short(base_json_key(at), name, sizeof(name));
        if (!is_name) {
            reader_refuse_field(own, "counters", "has a name that is none");
        } else if (reader_field(&counters, name).node == at.node) { /* of one name the last counts */
            read_counter(&counters, name, &run->counters[run->counter_count++]);
        }
    }
}

void assay_read_tags(const struct object *own, struct assay_run *run)
{
    struct json_value tags = reader_list(own, "tags");
    struct buf text;
    base_buf_init(&text, MAX_TAGS_BYTES);
    for (struct json_value at = base_json_first(tags); at.json; at = base_json_next(tags, at)) {
        char tag[MAX_SHORT_BYTES];
        if (!copy_short(at, tag, sizeof(tag)) || tag[0] == '\0' || strpbrk(tag, " @\t\n")) {
            reader_refuse_field(own, "tags", "has an item that is no tag");
            break;
        }
        base_buf_addf(&text, "%s@%s", text.len > 0 ? " " : "", tag);
    }
    if (!reader_has_failed(own->reader) && text.len > 0) {
        run->tags = base_buf_take(&text);
        if (!run->tags) {
            reader_run_out_of_memory(own->reader);
        }
    }
    base_buf_deinit(&text);
}

static void read_verdict(const struct object *object, enum assay_target_verdict *out)
{
    struct json_value name = reader_field(object, "verdict");
    for (int i = ASSAY_TARGET_MET; i <= ASSAY_TARGET_TOO_FEW; i++) {
        if (base_json_equals(name, assay_target_verdict_name((enum assay_target_verdict)i))) {
            *out = (enum assay_target_verdict)i;
            return;
        }
    }
    reader_refuse_field(object, "verdict", "is missing or unknown");
}

static void read_judgement(const struct object *object, struct assay_judgement *out)
{
    struct assay_error reason;
    char text[MAX_SHORT_BYTES];
    if (!copy_short(reader_field(object, "target"), text, sizeof(text))) {
        reader_refuse_field(object, "target", "is missing, or no short text");
        return;
    }
    if (assay_target_parse(base_str(text), &out->target, &reason) != ASSAY_OK) {
        reader_refuse(object->reader, "%s", reason.message);
        return;
    }
    read_verdict(object, &out->verdict);
    reader_number(object, "estimate", NAN, &out->estimate);
    reader_number(object, "lower", -INFINITY, &out->lower);
    reader_number(object, "upper", INFINITY, &out->upper);
    reader_count(object, "n", 0, &out->n);
    reader_count(object, "n_needed", 0, &out->n_needed);
}

static void read_judgements(const struct object *own, struct assay_run *run)
{
    struct json_value targets = reader_list(own, "targets");
    size_t count = base_json_count(targets);
    run->judgements = count > 0 ? base_alloc_array(count, sizeof(*run->judgements)) : NULL;
    if (count > 0 && !run->judgements) {
        reader_run_out_of_memory(own->reader);
        return;
    }
    for (struct json_value at = base_json_first(targets); at.json && !reader_has_failed(own->reader);
         at = base_json_next(targets, at)) {
        struct object item = {own->reader, at, "targets"};
        read_judgement(&item, &run->judgements[run->judgement_count++]);
    }
}

/* An array of one number a launch; NULL if it is absent. */
double *assay_read_launches(const struct object *own, const char *key, size_t *out_count)
{
    struct json_value array = reader_field(own, key);
    double *numbers = array.json ? reader_array(own, key, array, out_count) : NULL;
    for (size_t i = 0; numbers && i < *out_count; i++) {
        if (!(numbers[i] >= 0)) {
            reader_refuse_field(own, key, "has a negative number");
            break;
        }
    }
    return numbers;
}

void assay_read_rulers(const struct object *own, struct assay_rulers *out_rulers)
{
    size_t cycles, slots;
    out_rulers->cycles = assay_read_launches(own, "launch_cycle_tenths", &cycles);
    out_rulers->slots = assay_read_launches(own, "launch_slot_tenths", &slots);
    cycles = out_rulers->cycles ? cycles : 0;
    slots = out_rulers->slots ? slots : 0;
    out_rulers->count = cycles;
    if (!reader_has_failed(own->reader) && cycles != slots) {
        reader_refuse(own->reader,
                      "there are %zu of launch_cycle_tenths and %zu of launch_slot_tenths, which go together", cycles,
                      slots);
    }
}

/* The launches with rounds, in order; NULL if it is absent. */
static void read_launch_rounds(const struct object *own, struct assay_run *run)
{
    const char *key = "launch_rounds";
    double sum = 0;
    double *numbers = assay_read_launches(own, key, &run->launch_rounds_count);
    if (!numbers) {
        return;
    }
    run->launch_rounds = base_alloc_array(run->launch_rounds_count, sizeof(*run->launch_rounds));
    for (size_t i = 0; run->launch_rounds && i < run->launch_rounds_count && !reader_has_failed(own->reader); i++) {
        if (!(numbers[i] >= 1 && numbers[i] <= READER_LARGEST_COUNT && numbers[i] == floor(numbers[i]))) {
            reader_refuse_field(own, key, "has something else than a whole number from 1");
            break;
        }
        run->launch_rounds[i] = (uint64_t)numbers[i];
        sum += numbers[i];
    }
    free(numbers);
    if (!run->launch_rounds) {
        reader_run_out_of_memory(own->reader);
    } else if (!reader_has_failed(own->reader) && sum != (double)run->stats.rounds) {
        reader_refuse(own->reader, "assay.launch_rounds add up to %.0f, but stats.rounds is %ju", sum,
               (uintmax_t)run->stats.rounds);
    }
}

/* One statistic of each launch as the file has it; `numbers` is NULL where it has none. */
struct of_launches {
    const char *key;
    const double *numbers;
    size_t count;
};

static bool has_one_a_launch(const struct object *own, const struct assay_run *run, const struct of_launches *stated)
{
    if (!stated->numbers || stated->count == run->launch_rounds_count) {
        return true;
    }
    reader_refuse(own->reader, "assay.launch_rounds has %zu numbers, but assay.%s %zu", run->launch_rounds_count,
                  stated->key, stated->count);
    return false;
}

static bool is_of_its_rounds(const struct object *own, const struct assay_run *run, const struct of_launches *stated,
                             size_t at, double computed)
{
    if (!stated->numbers || fabs(computed - stated->numbers[at]) <= 1e-9 * fabs(computed)) {
        return true;
    }
    reader_refuse(own->reader, "assay.%s[%zu] is %g, but its %ju rounds in stats.data give %g", stated->key, at,
                  stated->numbers[at], (uintmax_t)run->launch_rounds[at], computed);
    return false;
}

/* Minima and medians must be those of what the rounds cut the samples into, where all of it is there;
 * minima that are not stated are made. */
static void check_launches(const struct object *own, struct assay_run *run)
{
    const struct of_launches minima = {"launch_minima", run->launch_minima, run->launch_minima_count};
    const struct of_launches medians = {"launch_medians", run->launch_medians, run->launch_median_count};
    if (reader_has_failed(own->reader) || !run->launch_rounds || !has_one_a_launch(own, run, &minima) ||
        !has_one_a_launch(own, run, &medians) || !run->samples) {
        return;
    }
    double *computed = base_alloc_array(run->launch_rounds_count, sizeof(*computed));
    const double *samples = run->samples;
    bool good = computed != NULL;
    for (size_t i = 0; good && i < run->launch_rounds_count; i++) {
        double median;
        good = assay_describe_least(samples, (size_t)run->launch_rounds[i], &computed[i], &median) == ASSAY_OK;
        if (!good || !is_of_its_rounds(own, run, &minima, i, computed[i]) ||
            !is_of_its_rounds(own, run, &medians, i, median)) {
            break;
        }
        samples += run->launch_rounds[i];
    }
    if (!good) {
        reader_run_out_of_memory(own->reader);
    }
    if (good && !run->launch_minima) {
        run->launch_minima = computed;
        run->launch_minima_count = run->launch_rounds_count;
    } else {
        free(computed);
    }
}

static void read_run(struct reader *reader, struct json_value json, struct assay_run *run)
{
    struct object benchmark = {reader, json, ""};
    if (base_json_type(json) != JSON_IS_OBJECT) {
        reader_refuse(reader, "it is not an object");
        return;
    }
    reader_text(&benchmark, "name", NULL, &run->name);
    if (!reader_has_failed(reader) && !run->name) {
        reader_refuse(reader, "name is missing");
    }
    reader_text(&benchmark, "fullname", run->name, &run->fullname);
    reader->benchmark = run->fullname;
    reader_text(&benchmark, "group", NULL, &run->group);
    assay_read_params(&benchmark, run);
    read_options(&benchmark, run);
    read_stats(&benchmark, run);

    struct object own = reader_object(&benchmark, "assay");
    struct object definition = reader_object(&own, "definition");
    reader_text(&definition, "file", NULL, &run->file);
    reader_count(&definition, "line", 0, &run->line);
    reader_text(&own, "binary", NULL, &run->binary);
    reader_count(&own, "launches", 1, &run->launches); /* other tools have one process */
    run->launch_minima = assay_read_launches(&own, "launch_minima", &run->launch_minima_count);
    run->launch_medians = assay_read_launches(&own, "launch_medians", &run->launch_median_count);
    run->launch_cycles = assay_read_launches(&own, "launch_cycles", &run->launch_cycles_count);
    assay_read_rulers(&own, &run->rulers);
    read_launch_rounds(&own, run);
    check_launches(&own, run);
    assay_read_calls(&own, &run->calls);
    assay_read_measured(&own, &run->measured);
    read_counters(&own, run);
    reader_text(&own, "complexity", NULL, &run->complexity);
    assay_read_tags(&own, run);
    read_judgements(&own, run);
    reader_time(&own, "empty_loop", &run->empty_loop);
    if (!run->samples) {
        reader_number(&own, "mad", NAN, &run->stats.mad);
        if (run->stats.mad < 0) {
            reader_refuse_field(&own, "mad", "is negative");
        }
    }
}

static void read_runs(const struct object *root, struct assay_result *result)
{
    struct reader *reader = root->reader;
    struct json_value benchmarks = reader_field(root, "benchmarks");
    if (reader_has(root, "assay_baselines")) {
        reader_refuse(reader, "these are baselines: a run can be compared with them, but they are none");
        return;
    }
    if (base_json_type(benchmarks) != JSON_IS_ARRAY) {
        reader_refuse(reader,
                      "there is no list named \"benchmarks\": this is not a result of assay or pytest-benchmark");
        return;
    }
    for (struct json_value at = base_json_first(benchmarks); at.json && !reader_has_failed(reader);
         at = base_json_next(benchmarks, at)) {
        struct assay_run *run = assay_result_add_run(result);
        if (!run) {
            reader_run_out_of_memory(reader);
            return;
        }
        reader->number = result->run_count;
        read_run(reader, at, run);
        reader->number = 0;
        reader->benchmark = NULL;
    }
}

static void read_warnings(const struct object *own, struct assay_result *result)
{
    struct json_value warnings = reader_list(own, "warnings");
    for (struct json_value at = base_json_first(warnings); at.json && !reader_has_failed(own->reader);
         at = base_json_next(warnings, at)) {
        char text[MAX_WARNING_BYTES];
        if (base_json_type(at) != JSON_IS_STRING) {
            reader_refuse_field(own, "warnings", "has an item that is not text");
            return;
        }
        (void)base_json_text(at, text, sizeof(text)); /* cut if longer */
        if (!assay_result_add_warning(result, base_str(text))) {
            reader_run_out_of_memory(own->reader);
        }
    }
}

/* What was found out about the machine while it measured. */
static void read_trust(const struct object *root, struct assay_result *result)
{
    struct object own = reader_object(root, "assay");
    struct object clock = reader_object(&own, "clock");
    reader_time(&clock, "step", &result->clock.step);
    reader_time(&clock, "cost", &result->clock.cost);
    reader_time(&own, "cycle", &result->cycle);
    result->has_seed = reader_has(&own, "seed");
    reader_count(&own, "seed", 0, &result->seed);
    reader_text(&own, "filter", NULL, &result->filter);
    if (!assay_filter_is_valid(result->filter)) {
        reader_refuse_field(&own, "filter", "is no filter");
    }
    reader_text(&own, "unfit", NULL, &result->unfit);
    read_warnings(&own, result);
}

/* A fact of the processor, which other tools have written as a number, a text or something else: that is
 * unknown. */
static void read_fact(const struct object *cpu, const char *key, char **out)
{
    struct json_value value = reader_field(cpu, key);
    char text[MAX_FACT_BYTES];
    (void)base_json_text(value, text, sizeof(text)); /* cut if longer */
    if (isfinite(base_json_number(value))) {
        (void)snprintf(text, sizeof(text), "%.0f", base_json_number(value)); /* likewise */
    }
    *out = strdup(text);
    if (!*out) {
        reader_run_out_of_memory(cpu->reader);
    }
}

/* Bytes as a number; once "256 KB". */
static void read_size(const struct object *cpu, const char *key, uint64_t *out)
{
    struct json_value value = reader_field(cpu, key);
    const double bytes = base_json_number(value);
    char text[MAX_FACT_BYTES];
    if (base_json_type(value) == JSON_IS_STRING) {
        (void)base_json_text(value, text, sizeof(text)); /* cut, a size is none */
        *out = assay_cpu_cache_bytes(base_str(text));
    } else if (bytes >= 1 && bytes <= READER_LARGEST_COUNT) {
        *out = (uint64_t)bytes;
    }
}

static void read_cpu(const struct object *info, struct assay_machine *machine)
{
    struct object cpu = reader_object(info, "cpu");
    reader_text(&cpu, reader_has(&cpu, "brand_raw") ? "brand_raw" : "brand", "", &machine->cpu); /* renamed in 2020 */
    reader_count(&cpu, "count", 0, &machine->cores);
    read_fact(&cpu, reader_has(&cpu, "vendor_id_raw") ? "vendor_id_raw" : "vendor_id", &machine->cpu_vendor);
    read_fact(&cpu, "family", &machine->cpu_family);
    read_fact(&cpu, "model", &machine->cpu_model);
    read_fact(&cpu, "stepping", &machine->cpu_stepping);
    read_size(&cpu, "l1_data_cache_size", &machine->l1_data_bytes);
    read_size(&cpu, "l2_cache_size", &machine->l2_bytes);
    read_size(&cpu, "l3_cache_size", &machine->l3_bytes);
}

static void read_machine(const struct object *root, struct assay_machine *machine)
{
    struct object info = reader_object(root, "machine_info");
    reader_text(&info, "node", "", &machine->node);
    reader_text(&info, "system", "", &machine->system);
    reader_text(&info, "release", "", &machine->release);
    reader_text(&info, "machine", "", &machine->arch);
    reader_text(&info, "compiler", "", &machine->compiler);
    reader_text(&info, "compiler_flags", "", &machine->flags);
    reader_text(&info, "governor", "", &machine->governor);
    reader_text(&info, "virtualization", "", &machine->virtualization);
    reader_text(&info, "container", "", &machine->container);
    read_cpu(&info, machine);

    struct object own = reader_object(root, "assay");
    uint64_t format = FORMAT_READ_HERE;
    reader_count(&own, "format", FORMAT_READ_HERE, &format);
    if (format > FORMAT_READ_HERE) {
        reader_refuse(root->reader, "this is format %ju of a newer assay; this one reads format %d", (uintmax_t)format,
               FORMAT_READ_HERE);
    }
    reader_text(&own, "machine_class", NULL, &machine->class_key);
    reader_bool(&own, "is_virtual", &machine->is_virtual);
}

static void read_commit(const struct object *root, struct assay_commit *commit)
{
    struct object info = reader_object(root, "commit_info");
    reader_text(&info, "id", "unversioned", &commit->id);
    reader_text(&info, "time", NULL, &commit->time);
    reader_text(&info, "author_time", NULL, &commit->author_time);
    reader_bool(&info, "dirty", &commit->dirty);
    reader_text(&info, "project", NULL, &commit->project);
    reader_text(&info, "branch", NULL, &commit->branch);
}

static void read_result(struct reader *reader, const struct json *json, void *what)
{
    struct assay_result *result = what;
    struct object root = {reader, base_json_root(json), ""};
    read_machine(&root, &result->machine);
    read_commit(&root, &result->commit);
    read_runs(&root, result);
    read_trust(&root, result);
    reader_text(&root, "datetime", NULL, &result->datetime);
    reader_text(&root, "version", NULL, &result->version);
}

enum assay_status assay_result_parse(struct str text, const char *source_name, struct assay_result *out_result,
                                     struct assay_error *err)
{
    struct assay_result result = {0};
    enum assay_status status = reader_read(text, source_name, read_result, &result, err);
    if (status != ASSAY_OK) {
        assay_result_deinit(&result);
        return status;
    }
    *out_result = result;
    return ASSAY_OK;
}

enum assay_status assay_result_read(const char *path, struct assay_result *out_result, struct assay_error *err)
{
    char reason[BASE_FILE_REASON_BYTES];
    struct buf text;
    base_buf_init(&text, ASSAY_MAX_RESULT_BYTES);
    if (!base_file_read(path, &text, reason)) {
        base_buf_deinit(&text);
        return assay_fail(err, ASSAY_BAD_FILE, "%s", reason);
    }
    enum assay_status status = assay_result_parse(base_buf_str(&text), path, out_result, err);
    base_buf_deinit(&text);
    return status;
}
