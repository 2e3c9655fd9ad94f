// SPDX-License-Identifier: MIT
#include "assay/record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/reader.h"
#include "assay/writer.h"
#include "base/file.h"
#include "base/num.h"

#define FORMAT 1
#define DEPTH_OF_MOVES 2

const char *assay_action_name(enum assay_action action)
{
    static const char *const names[] = {"save", "accept", "drop"};
    return names[action];
}

struct assay_figures assay_figures_of(const struct assay_run *run)
{
    struct assay_figures figures = {run->stats.min, run->stats.median, NAN};
    for (size_t i = 0; i < run->launch_cycles_count; i++) {
        figures.cycles = fmin(figures.cycles, run->launch_cycles[i]); /* of a number and NAN it is the number */
    }
    return figures;
}

static void deinit_move(struct assay_move *move)
{
    free(move->fullname);
    free(move->class_id);
}

void assay_record_deinit(struct assay_record *record)
{
    if (!record) {
        return;
    }
    for (size_t i = 0; i < record->move_count; i++) {
        deinit_move(&record->moves[i]);
    }
    free(record->moves);
    free(record->datetime);
    free(record->who);
    free(record->reason);
    free(record->commit);
    free(record->run_datetime);
    free(record->run_commit);
    *record = (struct assay_record){0};
}

static bool append(struct assay_record *record, const struct assay_move *move)
{
    size_t bytes;
    struct assay_move *grown = base_size_mul(record->move_count + 1, sizeof(*grown), &bytes)
                                   ? realloc(record->moves, bytes) : NULL;
    if (!grown) {
        return false;
    }
    record->moves = grown;
    grown[record->move_count++] = *move;
    return true;
}

static int compare_moves(const void *a, const void *b)
{
    const struct assay_move *left = a, *right = b;
    int order = strcmp(left->fullname, right->fullname);
    return order != 0 ? order : strcmp(left->class_id, right->class_id);
}

bool assay_record_add(struct assay_record *record, const char *class_id, const struct assay_run *before,
                      const struct assay_run *after)
{
    struct assay_move move = {
        .fullname = strdup(before ? before->fullname : after->fullname),
        .class_id = strdup(class_id),
        .has_before = before != NULL,
        .has_after = after != NULL,
    };
    if (before) {
        move.before = assay_figures_of(before);
    }
    if (after) {
        move.after = assay_figures_of(after);
    }
    if (!move.fullname || !move.class_id || !append(record, &move)) {
        deinit_move(&move);
        return false;
    }
    qsort(record->moves, record->move_count, sizeof(*record->moves), compare_moves);
    return true;
}

/* ---- reading ---- */

static bool read_figures(const struct object *move, const char *key, struct assay_figures *out)
{
    struct object figures = reader_object(move, key);
    if (!figures.json.json) {
        return false;
    }
    reader_needed_number(&figures, "min", &out->min);
    reader_number(&figures, "median", NAN, &out->median);
    reader_number(&figures, "cycles", NAN, &out->cycles);
    return true;
}

static void read_move(struct reader *reader, const char *fullname, struct json_value json, struct assay_record *out)
{
    struct object object = {reader, json, ""};
    struct assay_move move = {.fullname = strdup(fullname), .class_id = reader_key(reader, json)};
    if (!reader_has_failed(reader) && base_json_type(json) != JSON_IS_OBJECT) {
        reader_refuse(reader, "what became of it is not an object");
    }
    move.has_before = read_figures(&object, "before", &move.before);
    move.has_after = read_figures(&object, "after", &move.after);
    if (!reader_has_failed(reader) && (!move.fullname || !append(out, &move))) {
        reader_run_out_of_memory(reader);
    }
    if (reader_has_failed(reader)) {
        deinit_move(&move);
    }
}

static void read_moves(const struct object *root, struct assay_record *out)
{
    struct reader *reader = root->reader;
    struct object moves = reader_object(root, "moves");
    for (struct json_value at = base_json_first(moves.json); at.json && !reader_has_failed(reader);
         at = base_json_next(moves.json, at)) {
        char *fullname = reader_key(reader, at);
        reader->benchmark = fullname;
        for (struct json_value of = base_json_first(at); of.json && !reader_has_failed(reader);
             of = base_json_next(at, of)) {
            if (base_json_type(at) == JSON_IS_OBJECT) {
                read_move(reader, fullname, of, out);
            } else {
                reader_refuse(reader, "it is not an object");
            }
        }
        reader->benchmark = NULL;
        free(fullname);
    }
    if (!reader_has_failed(reader) && out->move_count > 0) {
        qsort(out->moves, out->move_count, sizeof(*out->moves), compare_moves);
    }
}

static void read_action(const struct object *root, enum assay_action *out)
{
    struct json_value name = reader_field(root, "action");
    for (int i = ASSAY_ACTION_SAVE; i <= ASSAY_ACTION_DROP; i++) {
        if (base_json_equals(name, assay_action_name((enum assay_action)i))) {
            *out = (enum assay_action)i;
            return;
        }
    }
    reader_refuse_field(root, "action", "is missing, or is not save, accept or drop");
}

static void read_record(struct reader *reader, const struct json *json, void *what)
{
    struct assay_record *out = what;
    struct object root = {reader, base_json_root(json), ""};
    uint64_t format = 0;
    reader_needed_count(&root, "assay_record", &format);
    if (!reader_has_failed(reader) && format > FORMAT) {
        reader_refuse(reader, "this is a record of format %ju of a newer assay; this one reads format %d",
                      (uintmax_t)format, FORMAT);
    }
    read_action(&root, &out->action);
    reader_text(&root, "date", NULL, &out->datetime);
    if (!reader_has_failed(reader) && !out->datetime) {
        reader_refuse_field(&root, "date", "is missing");
    }
    reader_text(&root, "who", "", &out->who);
    reader_text(&root, "reason", NULL, &out->reason);
    reader_text(&root, "commit", NULL, &out->commit);
    struct object run = reader_object(&root, "run");
    reader_text(&run, "date", NULL, &out->run_datetime);
    reader_text(&run, "commit", NULL, &out->run_commit);
    reader_bool(&run, "dirty", &out->run_dirty);
    read_moves(&root, out);
}

enum assay_status assay_record_parse(struct str text, const char *source_name, struct assay_record *out_record,
                                     struct assay_error *err)
{
    struct assay_record record = {0};
    enum assay_status status = reader_read(text, source_name, read_record, &record, err);
    if (status != ASSAY_OK) {
        assay_record_deinit(&record);
        return status;
    }
    *out_record = record;
    return ASSAY_OK;
}

enum assay_status assay_record_read(const char *path, struct assay_record *out_record, struct assay_error *err)
{
    char reason[BASE_FILE_REASON_BYTES];
    struct buf text;
    base_buf_init(&text, ASSAY_MAX_RECORD_BYTES);
    if (!base_file_read(path, &text, reason)) {
        base_buf_deinit(&text);
        return assay_fail(err, ASSAY_BAD_FILE, "%s", reason);
    }
    enum assay_status status = assay_record_parse(base_buf_str(&text), path, out_record, err);
    base_buf_deinit(&text);
    return status;
}

/* ---- writing ---- */

static void write_figures(struct writer *writer, const char *key, const struct assay_figures *figures)
{
    writer_open_object(writer, key);
    writer_number(writer, "min", figures->min);
    writer_number_if_known(writer, "median", figures->median);
    writer_number_if_known(writer, "cycles", figures->cycles);
    writer_close(writer, '}');
}

static void write_moves(struct writer *writer, const struct assay_record *record)
{
    const char *open = NULL;
    writer_open_object(writer, "moves");
    for (size_t i = 0; i < record->move_count; i++) {
        const struct assay_move *move = &record->moves[i];
        if (!open || strcmp(open, move->fullname) != 0) {
            if (open) {
                writer_close(writer, '}');
            }
            writer_open_named(writer, move->fullname);
            open = move->fullname;
        }
        writer_open_named(writer, move->class_id);
        if (move->has_before) {
            write_figures(writer, "before", &move->before);
        }
        if (move->has_after) {
            write_figures(writer, "after", &move->after);
        }
        writer_close(writer, '}');
    }
    if (open) {
        writer_close(writer, '}');
    }
    writer_close(writer, '}');
}

static void write_record(struct writer *writer, const void *what)
{
    const struct assay_record *record = what;
    writer_open(writer, '{');
    writer_count(writer, "assay_record", FORMAT);
    writer_text(writer, "action", assay_action_name(record->action));
    writer_text(writer, "date", record->datetime);
    writer_text(writer, "who", record->who);
    if (record->reason) {
        writer_text(writer, "reason", record->reason);
    }
    if (record->commit) {
        writer_text(writer, "commit", record->commit);
    }
    if (record->run_datetime || record->run_commit || record->run_dirty) {
        writer_open_object(writer, "run");
        writer_text(writer, "date", record->run_datetime);
        writer_text(writer, "commit", record->run_commit);
        writer_bool(writer, "dirty", record->run_dirty);
        writer_close(writer, '}');
    }
    write_moves(writer, record);
    writer_close(writer, '}');
}

enum assay_status assay_record_format(const struct assay_record *record, struct buf *out_json)
{
    return writer_write(write_record, record, DEPTH_OF_MOVES, out_json) ? ASSAY_OK : ASSAY_NO_MEMORY;
}
