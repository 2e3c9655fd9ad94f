// SPDX-License-Identifier: MIT
#include "cmd/assay/past.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

#define MAX_SENTENCE_BYTES 100000

static void deinit_point(struct past_point *point)
{
    free(point->fullname);
    free(point->class_id);
    free(point->datetime);
    free(point->commit);
    free(point->what);
}

void past_deinit(struct past *past)
{
    for (size_t i = 0; i < past->count; i++) {
        deinit_point(&past->points[i]);
    }
    free(past->points);
    *past = (struct past){0};
}

/* A point whose texts are borrowed; NULL stands for "". */
struct told {
    const char *fullname, *class_id, *datetime, *commit, *what;
    bool dirty;
    double min;
};

static char *copy_of(const char *text)
{
    return strdup(text ? text : "");
}

static bool add(struct past *past, const struct told *told)
{
    struct past_point point = {
        .fullname = copy_of(told->fullname), .class_id = copy_of(told->class_id), .datetime = copy_of(told->datetime),
        .commit = copy_of(told->commit), .what = copy_of(told->what), .dirty = told->dirty, .min = told->min,
    };
    void *points = past->points;
    if (!point.fullname || !point.class_id || !point.datetime || !point.commit || !point.what ||
        !base_array_make_room(&points, past->count, &past->capacity, sizeof(point))) {
        deinit_point(&point);
        return false;
    }
    past->points = points;
    past->points[past->count++] = point;
    return true;
}

/* "0001_before" of ".benchmarks/Linux-.../0001_before.json". */
static char *name_of_run(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct str name = base_str(slash ? slash + 1 : path);
    name.len -= base_str_ends_with(name, STR(".json")) ? strlen(".json") : 0;
    return strndup(name.ptr, name.len);
}

bool past_add_result(struct past *past, const struct assay_result *result, const char *path)
{
    char id[ASSAY_MACHINE_ID_BYTES] = "";
    char *name = name_of_run(path);
    bool good = name != NULL;
    if (result->machine.class_key) {
        assay_machine_id(&result->machine, id);
    }
    for (size_t i = 0; good && i < result->run_count; i++) {
        const struct told told = {
            .fullname = result->runs[i].fullname, .class_id = id, .datetime = result->datetime,
            .commit = result->commit.id, .what = name, .dirty = result->commit.dirty, .min = result->runs[i].stats.min,
        };
        good = add(past, &told);
    }
    free(name);
    return good;
}

/* "baseline accepted by Ada: it checks UTF-8 now". */
static char *sentence_of(const struct assay_record *record)
{
    static const char *const done[] = {"saved", "accepted", "dropped"};
    struct buf sentence;
    base_buf_init(&sentence, MAX_SENTENCE_BYTES);
    base_buf_addf(&sentence, "baseline %s by %s", done[record->action], record->who[0] ? record->who : "nobody known");
    if (record->reason) {
        base_buf_addf(&sentence, ": %s", record->reason);
    }
    return base_buf_take(&sentence);
}

bool past_add_record(struct past *past, const struct assay_record *record)
{
    char *sentence = sentence_of(record);
    bool good = sentence != NULL;
    for (size_t i = 0; good && i < record->move_count; i++) {
        const struct assay_move *move = &record->moves[i];
        const struct told told = {
            .fullname = move->fullname, .class_id = move->class_id, .datetime = record->datetime,
            .commit = record->run_commit ? record->run_commit : record->commit, .what = sentence,
            .dirty = record->run_dirty, .min = move->has_after ? move->after.min : NAN,
        };
        good = add(past, &told);
    }
    free(sentence);
    return good;
}

static int compare_points(const void *a, const void *b)
{
    const struct past_point *left = a, *right = b;
    int order = strcmp(left->fullname, right->fullname);
    order = order != 0 ? order : strcmp(left->class_id, right->class_id);
    order = order != 0 ? order : strcmp(left->datetime, right->datetime);
    return order != 0 ? order : strcmp(left->what, right->what);
}

void past_sort(struct past *past)
{
    if (past->count > 0) {
        qsort(past->points, past->count, sizeof(*past->points), compare_points);
    }
}
