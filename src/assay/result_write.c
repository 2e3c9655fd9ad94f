// SPDX-License-Identifier: MIT
/*
 * The file is written by hand, in one pass, because jansson does not write the
 * shortest digits that read back equal; a 2.5e-07 would become
 * 2.4999999999999999e-07.
 */
#include "assay/params.h"
#include "assay/result.h"
#include "base/num.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT_WRITTEN_HERE 1
#define MAX_TAG_BYTES 200

struct writer {
    struct buf *out;
    int depth;
    bool is_first; /* nothing stands in the innermost brackets yet */
};

static void start_line(struct writer *writer)
{
    base_buf_addf(writer->out, "%s\n%*s", writer->is_first ? "" : ",", 4 * writer->depth, "");
    writer->is_first = false;
}

static void open_bracket(struct writer *writer, char bracket)
{
    base_buf_add_char(writer->out, bracket);
    writer->depth++;
    writer->is_first = true;
}

static void close_bracket(struct writer *writer, char bracket)
{
    writer->depth--;
    if (!writer->is_first) {
        base_buf_addf(writer->out, "\n%*s", 4 * writer->depth, "");
    }
    base_buf_add_char(writer->out, bracket);
    writer->is_first = false;
}

/* Keys are ours: no character of theirs needs an escape. */
static void write_key(struct writer *writer, const char *key)
{
    start_line(writer);
    base_buf_addf(writer->out, "\"%s\": ", key);
}

static bool is_continuation(struct str text, size_t at)
{
    return at < text.len && ((unsigned char)text.ptr[at] & 0xC0) == 0x80;
}

/* Bytes of the UTF-8 character at the start of `text`, 0 if there is none
 * (Unicode 15.0, table 3-7: no overlong forms, surrogates or beyond U+10FFFF). */
static size_t utf8_len(struct str text)
{
    unsigned char first = (unsigned char)text.ptr[0];
    unsigned char second = text.len > 1 ? (unsigned char)text.ptr[1] : 0;
    if (first < 0x80) {
        return 1;
    }
    if (!is_continuation(text, 1) || first < 0xC2 || first > 0xF4) {
        return 0;
    }
    if (first < 0xE0) {
        return 2;
    }
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
        (first == 0xF4 && second > 0x8F) || !is_continuation(text, 2)) {
        return 0;
    }
    if (first < 0xF0) {
        return 3;
    }
    return is_continuation(text, 3) ? 4 : 0;
}

static void write_control(struct buf *out, unsigned char c)
{
    switch (c) {
    case '\b': base_buf_add(out, STR("\\b")); break;
    case '\t': base_buf_add(out, STR("\\t")); break;
    case '\n': base_buf_add(out, STR("\\n")); break;
    case '\f': base_buf_add(out, STR("\\f")); break;
    case '\r': base_buf_add(out, STR("\\r")); break;
    default: base_buf_addf(out, "\\u%04x", c); break;
    }
}

/* What is not UTF-8 becomes U+FFFD, a byte at a time, for JSON is UTF-8. */
static void write_string(struct writer *writer, const char *text)
{
    struct buf *out = writer->out;
    struct str rest = base_str(text);
    base_buf_add_char(out, '"');
    while (rest.len > 0) {
        size_t len = utf8_len(rest);
        char c = rest.ptr[0];
        if (len == 0) {
            base_buf_add(out, STR("\xEF\xBF\xBD"));
            len = 1;
        } else if (c == '"' || c == '\\') {
            base_buf_addf(out, "\\%c", c);
        } else if ((unsigned char)c < ' ') {
            write_control(out, (unsigned char)c);
        } else {
            base_buf_add(out, (struct str){rest.ptr, len});
        }
        rest.ptr += len;
        rest.len -= len;
    }
    base_buf_add_char(out, '"');
}

/* The fewest digits that read back equal, as Python's repr(): a float keeps its
 * ".0" or exponent, so that it is read as one.  What is no number is null. */
static void write_double(struct writer *writer, double value)
{
    char digits[32] = "null";
    if (isfinite(value)) {
        for (int precision = 15; precision <= 17; precision++) {
            (void)snprintf(digits, sizeof(digits), "%.*g", precision, value);
            if (strtod(digits, NULL) == value) {
                break;
            }
        }
        if (!strpbrk(digits, ".e")) {
            (void)strcat(digits, ".0"); /* %g writes at most 24 characters */
        }
    }
    base_buf_add_cstr(writer->out, digits);
}

static void write_text(struct writer *writer, const char *key, const char *text)
{
    write_key(writer, key);
    if (text) {
        write_string(writer, text);
    } else {
        base_buf_add_cstr(writer->out, "null");
    }
}

static void write_number(struct writer *writer, const char *key, double value)
{
    write_key(writer, key);
    write_double(writer, value);
}

/* pytest-benchmark reads these as numbers: rather absent than null. */
static void write_number_if_known(struct writer *writer, const char *key, double value)
{
    if (isfinite(value)) {
        write_number(writer, key, value);
    }
}

static void write_count(struct writer *writer, const char *key, uint64_t value)
{
    write_key(writer, key);
    base_buf_addf(writer->out, "%ju", (uintmax_t)value);
}

static void write_bool(struct writer *writer, const char *key, bool value)
{
    write_key(writer, key);
    base_buf_add_cstr(writer->out, value ? "true" : "false");
}

static void open_object(struct writer *writer, const char *key)
{
    write_key(writer, key);
    open_bracket(writer, '{');
}

/* What is not known is absent.  A number stands as one, as in pytest-benchmark's files. */
static void write_fact(struct writer *writer, const char *key, const char *text)
{
    int64_t number;
    if (base_num_parse_int64(base_str(text), 0, INT32_MAX, &number)) {
        write_count(writer, key, (uint64_t)number);
    } else if (text && text[0] != '\0') {
        write_text(writer, key, text);
    }
}

static void write_size(struct writer *writer, const char *key, uint64_t bytes)
{
    if (bytes > 0) {
        write_count(writer, key, bytes);
    }
}

static void write_machine(struct writer *writer, const struct assay_machine *machine)
{
    open_object(writer, "machine_info");
    write_text(writer, "node", machine->node);
    write_text(writer, "processor", machine->arch);
    write_text(writer, "machine", machine->arch);
    write_text(writer, "release", machine->release);
    write_text(writer, "system", machine->system);
    open_object(writer, "cpu");
    write_text(writer, "arch", machine->arch);
    write_count(writer, "count", machine->cores);
    write_text(writer, "brand_raw", machine->cpu);
    write_fact(writer, "vendor_id_raw", machine->cpu_vendor);
    write_fact(writer, "family", machine->cpu_family);
    write_fact(writer, "model", machine->cpu_model);
    write_fact(writer, "stepping", machine->cpu_stepping);
    write_size(writer, "l1_data_cache_size", machine->l1_data_bytes);
    write_size(writer, "l2_cache_size", machine->l2_bytes);
    write_size(writer, "l3_cache_size", machine->l3_bytes);
    close_bracket(writer, '}');
    write_fact(writer, "governor", machine->governor);
    write_fact(writer, "virtualization", machine->virtualization);
    write_fact(writer, "container", machine->container);
    write_text(writer, "compiler", machine->compiler);
    write_fact(writer, "compiler_flags", machine->flags);
    close_bracket(writer, '}');
}

static void write_commit(struct writer *writer, const struct assay_commit *commit)
{
    open_object(writer, "commit_info");
    write_text(writer, "id", commit->id);
    write_text(writer, "time", commit->time);
    write_text(writer, "author_time", commit->author_time);
    write_bool(writer, "dirty", commit->dirty);
    write_text(writer, "project", commit->project);
    write_text(writer, "branch", commit->branch);
    close_bracket(writer, '}');
}

static void write_options(struct writer *writer, const struct assay_run *run)
{
    open_object(writer, "options");
    write_bool(writer, "disable_gc", false);
    write_text(writer, "timer", "clock_gettime");
    write_count(writer, "min_rounds", run->min_rounds);
    write_number(writer, "max_time", run->max_time);
    write_number(writer, "min_time", run->min_time);
    if (run->warmup > 0) {
        write_count(writer, "warmup", run->warmup);
    } else {
        write_bool(writer, "warmup", false);
    }
    close_bracket(writer, '}');
}

static void write_array(struct writer *writer, const char *key, const double *numbers, uint64_t count)
{
    write_key(writer, key);
    open_bracket(writer, '[');
    for (uint64_t i = 0; i < count; i++) {
        start_line(writer);
        write_double(writer, numbers[i]);
    }
    close_bracket(writer, ']');
}

static void write_counts(struct writer *writer, const char *key, const uint64_t *counts, size_t count)
{
    write_key(writer, key);
    open_bracket(writer, '[');
    for (size_t i = 0; i < count; i++) {
        start_line(writer);
        base_buf_addf(writer->out, "%ju", (uintmax_t)counts[i]);
    }
    close_bracket(writer, ']');
}

static void write_stats(struct writer *writer, const struct assay_run *run, bool with_samples)
{
    const struct assay_stats *stats = &run->stats;
    open_object(writer, "stats");
    write_number(writer, "min", stats->min);
    write_number(writer, "max", stats->max);
    write_number(writer, "mean", stats->mean);
    write_number(writer, "stddev", stats->stddev);
    write_count(writer, "rounds", stats->rounds);
    write_number(writer, "median", stats->median);
    write_number(writer, "iqr", stats->iqr);
    write_number_if_known(writer, "q1", stats->q1);
    write_number_if_known(writer, "q3", stats->q3);
    write_count(writer, "iqr_outliers", stats->iqr_outliers);
    write_count(writer, "stddev_outliers", stats->stddev_outliers);
    write_key(writer, "outliers");
    base_buf_addf(writer->out, "\"%ju;%ju\"", (uintmax_t)stats->stddev_outliers, (uintmax_t)stats->iqr_outliers);
    write_number_if_known(writer, "ld15iqr", stats->ld15iqr);
    write_number_if_known(writer, "hd15iqr", stats->hd15iqr);
    write_number(writer, "ops", stats->ops);
    write_number(writer, "total", stats->total);
    if (with_samples && run->samples) {
        write_array(writer, "data", run->samples, stats->rounds);
    }
    write_count(writer, "iterations", run->iterations);
    close_bracket(writer, '}');
}

static void write_calls(struct writer *writer, const struct assay_calls *calls)
{
    open_object(writer, "calls");
    write_count(writer, "count", calls->count);
    write_number(writer, "p50", calls->p50);
    write_number(writer, "p90", calls->p90);
    write_number(writer, "p95", calls->p95);
    write_number(writer, "p99", calls->p99);
    write_number(writer, "p99.9", calls->p999);
    write_number(writer, "clock_cost", calls->clock_cost);
    close_bracket(writer, '}');
}

static void write_measured(struct writer *writer, const struct assay_measured *measured)
{
    open_object(writer, "measured");
    for (int metric = ASSAY_METRIC_FIRST_MEASURED; metric < ASSAY_METRIC_COUNT; metric++) {
        write_number_if_known(writer, assay_metric_name((enum assay_metric)metric),
                              assay_measured_get(measured, (enum assay_metric)metric));
    }
    close_bracket(writer, '}');
}

static void write_counters(struct writer *writer, const struct assay_run *run)
{
    open_object(writer, "counters");
    for (size_t i = 0; i < run->counter_count; i++) {
        open_object(writer, run->counters[i].name);
        write_text(writer, "kind", assay_counter_kind_name(run->counters[i].kind));
        write_number(writer, "value", run->counters[i].value);
        close_bracket(writer, '}');
    }
    close_bracket(writer, '}');
}

static void write_tags(struct writer *writer, const char *tags)
{
    write_key(writer, "tags");
    open_bracket(writer, '[');
    for (const char *at = tags; at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL) {
        char tag[MAX_TAG_BYTES + 1];
        size_t len = strcspn(at, " ");
        if (len > 1 && len <= MAX_TAG_BYTES) {
            memcpy(tag, at + 1, len - 1); /* without its "@" */
            tag[len - 1] = '\0';
            start_line(writer);
            write_string(writer, tag);
        }
    }
    close_bracket(writer, ']');
}

/* Where pytest-benchmark keeps numbers of the benchmark's own, and shows them. */
static void write_extra_info(struct writer *writer, const struct assay_run *run)
{
    open_object(writer, "extra_info");
    for (size_t i = 0; i < run->counter_count; i++) {
        write_number(writer, run->counters[i].name, run->counters[i].value);
    }
    close_bracket(writer, '}');
}

static void write_judgement(struct writer *writer, const struct assay_judgement *judgement)
{
    char target[ASSAY_TARGET_TEXT_BYTES];
    assay_target_format(&judgement->target, target);
    start_line(writer);
    open_bracket(writer, '{');
    write_text(writer, "target", target);
    write_text(writer, "verdict", assay_target_verdict_name(judgement->verdict));
    write_number(writer, "estimate", judgement->estimate);
    write_number(writer, "lower", judgement->lower);
    write_number(writer, "upper", judgement->upper);
    write_count(writer, "n", judgement->n);
    write_count(writer, "n_needed", judgement->n_needed);
    close_bracket(writer, '}');
}

static void write_definition(struct writer *writer, const struct assay_run *run)
{
    open_object(writer, "definition");
    write_text(writer, "file", run->file);
    write_count(writer, "line", run->line);
    close_bracket(writer, '}');
}

static void write_own(struct writer *writer, const struct assay_run *run)
{
    open_object(writer, "assay");
    if (run->file) {
        write_definition(writer, run);
    }
    if (run->binary) {
        write_text(writer, "binary", run->binary);
    }
    write_count(writer, "launches", run->launches);
    if (run->launch_rounds) {
        write_counts(writer, "launch_rounds", run->launch_rounds, run->launch_rounds_count);
    }
    if (run->launch_minima) {
        write_array(writer, "launch_minima", run->launch_minima, run->launch_minima_count);
    }
    if (run->launch_medians) {
        write_array(writer, "launch_medians", run->launch_medians, run->launch_median_count);
    }
    if (run->launch_cycles) {
        write_array(writer, "launch_cycles", run->launch_cycles, run->launch_cycles_count);
    }
    write_number(writer, "mad", run->stats.mad);
    if (run->empty_loop > 0) {
        write_number(writer, "empty_loop", run->empty_loop);
    }
    if (run->calls.count > 0) {
        write_calls(writer, &run->calls);
    }
    if (run->measured.known != 0) {
        write_measured(writer, &run->measured);
    }
    if (run->counter_count > 0) {
        write_counters(writer, run);
    }
    if (run->tags) {
        write_tags(writer, run->tags);
    }
    if (run->complexity) {
        write_text(writer, "complexity", run->complexity);
    }
    if (run->judgement_count > 0) {
        write_key(writer, "targets");
        open_bracket(writer, '[');
        for (size_t i = 0; i < run->judgement_count; i++) {
            write_judgement(writer, &run->judgements[i]);
        }
        close_bracket(writer, ']');
    }
    close_bracket(writer, '}');
}

/* "params" and "param", which the name's brackets say: "parse[size=64,kind=a]". */
static void write_params(struct writer *writer, const char *name)
{
    char text[ASSAY_MAX_LABEL_BYTES + 2];
    const char *bracket = strchr(name, '[');
    size_t len = bracket ? strlen(bracket + 1) : 0;
    if (len < 2 || len >= sizeof(text) || bracket[len] != ']' || !strchr(bracket, '=')) {
        write_text(writer, "params", NULL);
        write_text(writer, "param", NULL);
        return;
    }
    memcpy(text, bracket + 1, len - 1);
    text[len - 1] = '\0';
    open_object(writer, "params");
    for (char *pair = text; pair;) {
        char *comma = strchr(pair, ',');
        char *value = strchr(pair, '=');
        if (comma) {
            *comma = '\0';
        }
        if (value && (!comma || value < comma)) {
            *value = '\0';
            write_text(writer, pair, value + 1);
        }
        pair = comma ? comma + 1 : NULL;
    }
    close_bracket(writer, '}');
    memcpy(text, bracket + 1, len - 1); /* whole again */
    write_text(writer, "param", text);
}

static void write_run(struct writer *writer, const struct assay_run *run, bool with_samples)
{
    start_line(writer);
    open_bracket(writer, '{');
    write_text(writer, "group", run->group);
    write_text(writer, "name", run->name);
    write_text(writer, "fullname", run->fullname);
    write_params(writer, run->name);
    write_extra_info(writer, run);
    write_options(writer, run);
    write_stats(writer, run, with_samples);
    write_own(writer, run);
    close_bracket(writer, '}');
}

static void write_trust(struct writer *writer, const struct assay_result *result)
{
    if (result->clock.step > 0) {
        open_object(writer, "clock");
        write_number(writer, "step", result->clock.step);
        write_number(writer, "cost", result->clock.cost);
        close_bracket(writer, '}');
    }
    if (result->cycle > 0) {
        write_number(writer, "cycle", result->cycle);
    }
    write_key(writer, "warnings");
    open_bracket(writer, '[');
    for (size_t i = 0; i < result->warning_count; i++) {
        start_line(writer);
        write_string(writer, result->warnings[i]);
    }
    close_bracket(writer, ']');
}

static void write_result(struct writer *writer, const struct assay_result *result, bool with_samples)
{
    open_bracket(writer, '{');
    write_machine(writer, &result->machine);
    write_commit(writer, &result->commit);
    write_key(writer, "benchmarks");
    open_bracket(writer, '[');
    for (size_t i = 0; i < result->run_count; i++) {
        if (!result->runs[i].error) {
            write_run(writer, &result->runs[i], with_samples);
        }
    }
    close_bracket(writer, ']');
    write_text(writer, "datetime", result->datetime);
    write_text(writer, "version", result->version);
    open_object(writer, "assay");
    write_count(writer, "format", FORMAT_WRITTEN_HERE);
    write_text(writer, "machine_class", result->machine.class_key);
    write_bool(writer, "is_virtual", result->machine.is_virtual);
    if (result->has_seed) {
        write_count(writer, "seed", result->seed);
    }
    write_trust(writer, result);
    close_bracket(writer, '}');
    close_bracket(writer, '}');
    base_buf_add_char(writer->out, '\n');
}

enum assay_status assay_result_format(const struct assay_result *result, bool with_samples, struct buf *out_json)
{
    /* A benchmark may have chosen a locale that writes 0,5: not in here. */
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c_locale) {
        return ASSAY_NO_MEMORY;
    }
    locale_t before = uselocale(c_locale);
    struct buf json;
    base_buf_init(&json, out_json->max_len);
    struct writer writer = {.out = &json};
    write_result(&writer, result, with_samples);
    (void)uselocale(before); /* what was in use cannot be refused */
    freelocale(c_locale);
    if (!base_buf_ok(&json)) {
        base_buf_deinit(&json);
        return ASSAY_NO_MEMORY;
    }
    base_buf_deinit(out_json);
    *out_json = json;
    return ASSAY_OK;
}
