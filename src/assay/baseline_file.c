// SPDX-License-Identifier: MIT
/*
 * A person may edit the file and a merge may garble it, and what is lost without a
 * word is a benchmark that nothing holds to its baseline.  So unlike a result
 * file, which other tools write, it has no key that is ignored.
 */
#include "assay/baseline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/run_fields.h"
#include "base/file.h"
#include "base/num.h"

#define FORMAT 1
#define DEPTH_OF_FIELDS 4 /* of a block */

static const char first_key[] = "\"assay_baselines\"";

/* ---- reading ---- */

bool assay_baselines_is(struct str text)
{
    struct str rest = base_str_trim(text);
    if (!base_str_starts_with(rest, STR("{"))) {
        return false;
    }
    rest = base_str_trim((struct str){rest.ptr + 1, rest.len - 1});
    return base_str_starts_with(rest, base_str(first_key));
}

/* Refuses what is not among `keys`, and a key that stands there twice. */
static void check_keys(const struct object *object, const char *const *keys)
{
    for (struct json_value at = base_json_first(object->json); at.json; at = base_json_next(object->json, at)) {
        const char *known = NULL;
        for (size_t i = 0; keys[i] && !known; i++) {
            known = base_json_equals(base_json_key(at), keys[i]) ? keys[i] : NULL;
        }
        char name[80];
        (void)base_json_text(base_json_key(at), name, sizeof(name)); /* cut if longer */
        if (!known) {
            reader_refuse_field(object, name, "is no field of a file of baselines");
        } else if (base_json_member(object->json, known).node != at.node) {
            reader_refuse_field(object, name, "stands there twice");
        }
    }
}

static void read_stats(const struct object *block, struct assay_stats *out)
{
    static const char *const keys[] = {"min",    "max", "mean", "stddev", "median", "iqr",
                                       "q1",     "q3",  "mad",  "rounds", NULL};
    struct object stats = reader_object(block, "stats");
    if (!stats.json.json) {
        reader_refuse_field(block, "stats", "is missing");
        return;
    }
    check_keys(&stats, keys);
    reader_needed_count(&stats, "rounds", &out->rounds);
    reader_needed_number(&stats, "min", &out->min);
    reader_needed_number(&stats, "max", &out->max);
    reader_needed_number(&stats, "mean", &out->mean);
    reader_needed_number(&stats, "stddev", &out->stddev);
    reader_needed_number(&stats, "median", &out->median);
    reader_needed_number(&stats, "iqr", &out->iqr);
    reader_number(&stats, "q1", NAN, &out->q1);
    reader_number(&stats, "q3", NAN, &out->q3);
    reader_number(&stats, "mad", NAN, &out->mad);
    if (reader_has_failed(stats.reader)) {
        return;
    }
    out->ops = out->mean != 0 ? 1 / out->mean : 0;
    out->total = out->mean * (double)out->rounds;
    out->ld15iqr = out->hd15iqr = NAN;
    assay_check_stats(stats.reader, out);
}

/* Behind the first "::", where a source file ends; else the whole. */
static const char *name_in(const char *fullname)
{
    const char *end = strstr(fullname, "::");
    return end && end[2] != '\0' ? end + 2 : fullname;
}

static bool copy_class_id(struct reader *reader, const struct assay_class *classes, size_t count,
                          struct json_value value, char **out_id)
{
    struct json_value key = base_json_key(value);
    for (size_t i = 0; i < count; i++) {
        if (base_json_equals(key, classes[i].id)) {
            *out_id = strdup(classes[i].id);
            if (!*out_id) {
                reader_run_out_of_memory(reader);
            }
            return *out_id != NULL;
        }
    }
    char name[80];
    (void)base_json_text(key, name, sizeof(name)); /* cut if longer */
    reader_refuse(reader, "'%s' is none of the classes of machines that the file has", name);
    return false;
}

static void check_launches(const struct object *object, const struct assay_run *run)
{
    size_t counts[] = {run->launch_minima_count, run->launch_median_count, run->launch_cycles_count,
                       run->rulers.count};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        if (counts[i] > run->launches) {
            reader_refuse(object->reader, "launches is %ju, but there are numbers of %zu of them",
                          (uintmax_t)run->launches, counts[i]);
        }
    }
}

static void read_block(struct reader *reader, struct json_value json, const char *fullname, struct assay_block *block)
{
    static const char *const keys[] = {
        "date", "commit", "dirty", "name", "group", "tags", "binary", "launches", "launch_minima", "launch_medians",
        "launch_cycles", "launch_cycle_tenths", "launch_slot_tenths", "cycle", "stats", "calls", "measured", NULL,
    };
    struct object object = {reader, json, ""};
    struct assay_run *run = &block->run;
    if (base_json_type(json) != JSON_IS_OBJECT) {
        reader_refuse(reader, "its block is not an object");
        return;
    }
    check_keys(&object, keys);
    reader_text(&object, "date", NULL, &block->datetime);
    reader_text(&object, "commit", NULL, &block->commit);
    reader_bool(&object, "dirty", &block->dirty);
    reader_text(&object, "name", name_in(fullname), &run->name);
    reader_text(&object, "group", NULL, &run->group);
    assay_read_tags(&object, run);
    reader_text(&object, "binary", NULL, &run->binary);
    reader_needed_count(&object, "launches", &run->launches);
    run->launch_minima = assay_read_launches(&object, "launch_minima", &run->launch_minima_count);
    run->launch_medians = assay_read_launches(&object, "launch_medians", &run->launch_median_count);
    run->launch_cycles = assay_read_launches(&object, "launch_cycles", &run->launch_cycles_count);
    assay_read_rulers(&object, &run->rulers);
    if (!reader_has_failed(reader)) {
        check_launches(&object, run);
    }
    reader_time(&object, "cycle", &block->cycle);
    read_stats(&object, &run->stats);
    assay_read_calls(&object, &run->calls);
    assay_read_measured(&object, &run->measured);
}

static int compare_blocks(const void *a, const void *b)
{
    const struct assay_block *left = a, *right = b;
    int order = strcmp(left->run.fullname, right->run.fullname);
    return order != 0 ? order : strcmp(left->class_id, right->class_id);
}

static int compare_classes(const void *a, const void *b)
{
    const struct assay_class *left = a, *right = b;
    return strcmp(left->id, right->id);
}

/* The blocks of one benchmark; `capacity` is that of the array of blocks. */
static void read_benchmark(struct reader *reader, struct json_value json, struct assay_baselines *out, size_t *capacity)
{
    char *fullname = reader_key(reader, json);
    if (!fullname) {
        return;
    }
    reader->benchmark = fullname;
    if (base_json_type(json) != JSON_IS_OBJECT || !base_json_first(json).json) {
        reader_refuse(reader, "it has no block of any class of machine");
    }
    for (struct json_value at = base_json_first(json); at.json && !reader_has_failed(reader);
         at = base_json_next(json, at)) {
        void *blocks = out->blocks;
        if (!base_array_make_room(&blocks, out->block_count, capacity, sizeof(*out->blocks))) {
            reader_run_out_of_memory(reader);
            break;
        }
        out->blocks = blocks;
        struct assay_block *block = &out->blocks[out->block_count];
        *block = (struct assay_block){.run.fullname = strdup(fullname)};
        if (!block->run.fullname) {
            reader_run_out_of_memory(reader);
            break;
        }
        out->block_count++; /* from here on it is released with the others */
        if (copy_class_id(reader, out->classes, out->class_count, at, &block->class_id)) {
            read_block(reader, at, fullname, block);
        }
    }
    reader->benchmark = NULL;
    free(fullname);
}

static void read_classes(const struct object *root, struct assay_baselines *out)
{
    struct object classes = reader_object(root, "classes");
    size_t count = base_json_count(classes.json);
    if (!classes.json.json || count == 0) {
        reader_refuse_field(root, "classes", "is missing, or has none");
        return;
    }
    out->classes = base_alloc_array(count, sizeof(*out->classes));
    if (!out->classes) {
        reader_run_out_of_memory(root->reader);
        return;
    }
    for (struct json_value at = base_json_first(classes.json); at.json && !reader_has_failed(root->reader);
         at = base_json_next(classes.json, at)) {
        struct assay_class *class = &out->classes[out->class_count];
        class->id = reader_key(root->reader, at);
        if (class->id) {
            out->class_count++;
            reader_text(&classes, class->id, "", &class->key);
            if (!reader_has_failed(root->reader) && class->key[0] == '\0') {
                reader_refuse_field(&classes, class->id, "is empty");
            }
        }
    }
}

/* Sorts what may have been moved by hand, and refuses what is there twice or not used. */
static void put_in_order(struct reader *reader, struct assay_baselines *out)
{
    if (out->block_count == 0) {
        reader_refuse(reader, "it has no benchmarks");
        return;
    }
    qsort(out->classes, out->class_count, sizeof(*out->classes), compare_classes);
    qsort(out->blocks, out->block_count, sizeof(*out->blocks), compare_blocks);
    for (size_t i = 1; i < out->block_count; i++) {
        if (compare_blocks(&out->blocks[i - 1], &out->blocks[i]) == 0) {
            reader_refuse(reader, "%s has two blocks of %s", out->blocks[i].run.fullname, out->blocks[i].class_id);
        }
    }
    for (size_t i = 0; i < out->class_count; i++) {
        size_t used = 0;
        while (used < out->block_count && strcmp(out->blocks[used].class_id, out->classes[i].id) != 0) {
            used++;
        }
        if (used == out->block_count) {
            reader_refuse(reader, "no benchmark has a block of the class %s", out->classes[i].id);
        }
        if ((i > 0 && compare_classes(&out->classes[i - 1], &out->classes[i]) == 0) ||
            assay_baselines_class(out, out->classes[i].key) != i) {
            reader_refuse(reader, "the class %s stands there twice", out->classes[i].id);
        }
    }
}

static void read_baselines(struct reader *reader, const struct json *json, void *what)
{
    struct assay_baselines *out = what;
    static const char *const keys[] = {"assay_baselines", "classes", "benchmarks", NULL};
    struct object root = {reader, base_json_root(json), ""};
    uint64_t format = 0;
    size_t capacity = 0;
    reader_needed_count(&root, "assay_baselines", &format);
    if (!reader_has_failed(reader) && format > FORMAT) {
        reader_refuse(reader, "these are baselines of format %ju of a newer assay; this one reads format %d",
                      (uintmax_t)format, FORMAT);
    }
    if (!reader_has_failed(reader)) {
        check_keys(&root, keys);
    }
    read_classes(&root, out);
    struct object benchmarks = reader_object(&root, "benchmarks");
    for (struct json_value at = base_json_first(benchmarks.json); at.json && !reader_has_failed(reader);
         at = base_json_next(benchmarks.json, at)) {
        read_benchmark(reader, at, out, &capacity);
    }
    if (!reader_has_failed(reader)) {
        put_in_order(reader, out);
    }
}

enum assay_status assay_baselines_parse(struct str text, const char *source_name,
                                        struct assay_baselines *out_baselines, struct assay_error *err)
{
    struct assay_baselines baselines = {0};
    enum assay_status status = reader_read(text, source_name, read_baselines, &baselines, err);
    if (status != ASSAY_OK) {
        assay_baselines_deinit(&baselines);
        return status;
    }
    *out_baselines = baselines;
    return ASSAY_OK;
}

enum assay_status assay_baselines_read(const char *path, struct assay_baselines *out_baselines,
                                       struct assay_error *err)
{
    char reason[BASE_FILE_REASON_BYTES];
    struct buf text;
    base_buf_init(&text, ASSAY_MAX_BASELINE_BYTES);
    if (!base_file_read(path, &text, reason)) {
        base_buf_deinit(&text);
        return assay_fail(err, ASSAY_BAD_FILE, "%s", reason);
    }
    enum assay_status status =
        assay_baselines_is(base_buf_str(&text))
            ? assay_baselines_parse(base_buf_str(&text), path, out_baselines, err)
            : assay_fail(err, ASSAY_BAD_SYNTAX, "%s is no file of baselines, which 'assay baseline save' writes", path);
    base_buf_deinit(&text);
    return status;
}

/* ---- writing ---- */

static void write_stats(struct writer *writer, const struct assay_stats *stats)
{
    writer_open_object(writer, "stats");
    writer_number(writer, "min", stats->min);
    writer_number(writer, "max", stats->max);
    writer_number(writer, "mean", stats->mean);
    writer_number(writer, "stddev", stats->stddev);
    writer_number(writer, "median", stats->median);
    writer_number(writer, "iqr", stats->iqr);
    writer_number_if_known(writer, "q1", stats->q1);
    writer_number_if_known(writer, "q3", stats->q3);
    writer_number_if_known(writer, "mad", stats->mad);
    writer_count(writer, "rounds", stats->rounds);
    writer_close(writer, '}');
}

static void write_text_if_known(struct writer *writer, const char *key, const char *text)
{
    if (text) {
        writer_text(writer, key, text);
    }
}

static void write_launches(struct writer *writer, const char *key, const double *numbers, size_t count)
{
    if (numbers) {
        writer_numbers(writer, key, numbers, count);
    }
}

static void write_block(struct writer *writer, const struct assay_block *block)
{
    const struct assay_run *run = &block->run;
    writer_open_named(writer, block->class_id);
    write_text_if_known(writer, "date", block->datetime);
    write_text_if_known(writer, "commit", block->commit);
    if (block->dirty) {
        writer_bool(writer, "dirty", true);
    }
    if (strcmp(run->name, name_in(run->fullname)) != 0) {
        writer_text(writer, "name", run->name);
    }
    write_text_if_known(writer, "group", run->group);
    if (run->tags) {
        assay_write_tags(writer, run->tags);
    }
    write_text_if_known(writer, "binary", run->binary);
    writer_count(writer, "launches", run->launches);
    write_launches(writer, "launch_minima", run->launch_minima, run->launch_minima_count);
    write_launches(writer, "launch_medians", run->launch_medians, run->launch_median_count);
    write_launches(writer, "launch_cycles", run->launch_cycles, run->launch_cycles_count);
    write_launches(writer, "launch_cycle_tenths", run->rulers.cycles, run->rulers.count);
    write_launches(writer, "launch_slot_tenths", run->rulers.slots, run->rulers.count);
    if (block->cycle > 0) {
        writer_number(writer, "cycle", block->cycle);
    }
    write_stats(writer, &run->stats);
    if (run->calls.count > 0) {
        assay_write_calls(writer, &run->calls);
    }
    if (run->measured.known != 0) {
        assay_write_measured(writer, &run->measured);
    }
    writer_close(writer, '}');
}

static void write_baselines(struct writer *writer, const void *what)
{
    const struct assay_baselines *baselines = what;
    const char *open = NULL; /* the benchmark whose blocks are being written */
    writer_open(writer, '{');
    writer_count(writer, "assay_baselines", FORMAT);
    writer_open_object(writer, "classes");
    for (size_t i = 0; i < baselines->class_count; i++) {
        writer_start_line(writer);
        writer_string(writer, baselines->classes[i].id);
        base_buf_add_cstr(writer->out, ": ");
        writer_string(writer, baselines->classes[i].key);
    }
    writer_close(writer, '}');
    writer_open_object(writer, "benchmarks");
    for (size_t i = 0; i < baselines->block_count; i++) {
        const struct assay_block *block = &baselines->blocks[i];
        if (!open || strcmp(open, block->run.fullname) != 0) {
            if (open) {
                writer_close(writer, '}');
            }
            writer_open_named(writer, block->run.fullname);
            open = block->run.fullname;
        }
        write_block(writer, block);
    }
    if (open) {
        writer_close(writer, '}');
    }
    writer_close(writer, '}');
    writer_close(writer, '}');
}

enum assay_status assay_baselines_format(const struct assay_baselines *baselines, struct buf *out_json)
{
    return writer_write(write_baselines, baselines, DEPTH_OF_FIELDS, out_json) ? ASSAY_OK : ASSAY_NO_MEMORY;
}
