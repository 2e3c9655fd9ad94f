// SPDX-License-Identifier: MIT
#include "cmd/assay/baseline_edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cmd/assay/commands.h"
#include "cmd/assay/commit.h"

#define MAX_PATH_BYTES 8192
#define MAX_RECORDS_A_SECOND 1000

static bool refuse(const char *reason)
{
    complain("%s", reason);
    return false;
}

static int out_of_memory(void)
{
    complain("out of memory");
    return EXIT_UNMEASURED;
}

const char *baseline_file_of(const struct options *options)
{
    if (options->baselines.file) {
        return options->baselines.file;
    }
    if (options->baseline && options_is_path(options->baseline)) {
        return options->baseline;
    }
    complain("which file of baselines? name it by --file=FILE, or by 'baseline: FILE.json' in assay.yaml");
    return NULL;
}

static char *folder_of(const char *path)
{
    struct buf folder;
    const char *slash = strrchr(path, '/');
    base_buf_init(&folder, MAX_PATH_BYTES);
    base_buf_add(&folder, (struct str){path, slash ? (size_t)(slash - path) + 1 : 0});
    return base_buf_take(&folder);
}

/* Reads what is there into an edit that has nothing yet. */
static bool read_before(struct baseline_edit *edit, bool may_be_new)
{
    char reason[BASE_FILE_REASON_BYTES];
    struct assay_error err;
    if (may_be_new && access(edit->path, F_OK) != 0 && errno == ENOENT) {
        return true;
    }
    if (!base_file_read(edit->path, &edit->before, reason)) {
        return refuse(reason);
    }
    if (!assay_baselines_is(base_buf_str(&edit->before))) {
        complain("%s is no file of baselines, which 'assay baseline save' writes; it is left as it is", edit->path);
        return false;
    }
    if (assay_baselines_parse(base_buf_str(&edit->before), edit->path, &edit->baselines, &err) != ASSAY_OK) {
        return refuse(err.message);
    }
    return true;
}

bool baseline_edit_begin(const char *path, bool may_be_new, struct baseline_edit *out_edit)
{
    char reason[BASE_FILE_REASON_BYTES];
    struct baseline_edit edit = {.path = path, .folder = folder_of(path), .lock = -1};
    base_buf_init(&edit.before, ASSAY_MAX_BASELINE_BYTES);
    if (!edit.folder) {
        return refuse("out of memory");
    }
    const char *folder = edit.folder[0] ? edit.folder : ".";
    bool good = !may_be_new || base_file_make_directories(folder, reason) || refuse(reason);
    if (good) {
        edit.lock = base_file_lock_folder(folder);
        good = read_before(&edit, may_be_new);
    }
    if (!good) {
        baseline_edit_end(&edit);
        return false;
    }
    *out_edit = edit;
    return true;
}

void baseline_edit_end(struct baseline_edit *edit)
{
    base_file_unlock_folder(edit->lock);
    free(edit->folder);
    base_buf_deinit(&edit->before);
    assay_baselines_deinit(&edit->baselines);
    assay_record_deinit(&edit->record);
}

bool baseline_edit_put(struct baseline_edit *edit, const struct assay_result *result, const struct assay_run *run)
{
    char id[ASSAY_MACHINE_ID_BYTES];
    struct assay_baselines fresh = {0}, *all = &edit->baselines;
    struct assay_error err;
    assay_machine_id(&result->machine, id);
    if (assay_baselines_put(&fresh, result, run, &err) != ASSAY_OK) {
        return refuse(err.message);
    }
    size_t at = assay_baselines_find(all, run->fullname, id);
    const struct assay_run *before = at < all->block_count ? &all->blocks[at].run : NULL;
    bool good = assay_record_add(&edit->record, id, before, &fresh.blocks[0].run);
    assay_baselines_deinit(&fresh);
    if (!good) {
        return refuse("out of memory");
    }
    return assay_baselines_put(all, result, run, &err) == ASSAY_OK || refuse(err.message);
}

bool baseline_edit_drop(struct baseline_edit *edit, size_t index)
{
    const struct assay_block *block = &edit->baselines.blocks[index];
    if (!assay_record_add(&edit->record, block->class_id, &block->run, NULL)) {
        return refuse("out of memory");
    }
    assay_baselines_drop(&edit->baselines, index);
    return true;
}

/* False without memory. */
static bool copy_text(const char *text, char **out_copy)
{
    *out_copy = text ? strdup(text) : NULL;
    return !text || *out_copy;
}

static bool describe(struct assay_record *record, enum assay_action action, const char *reason,
                     const struct assay_result *result)
{
    char date[64] = "", seconds_text[32];
    struct tm utc;
    const int64_t now_ns = base_clock_unix_ns();
    time_t seconds = (time_t)(now_ns / 1000000000);
    struct assay_commit commit = {0};
    if (gmtime_r(&seconds, &utc) && strftime(seconds_text, sizeof(seconds_text), "%Y-%m-%dT%H:%M:%S", &utc) > 0) {
        (void)snprintf(date, sizeof(date), "%s.%03dZ", seconds_text, (int)(now_ns % 1000000000 / 1000000)); /* fits */
    }
    if (commit_describe(&commit) != ASSAY_OK) {
        return false;
    }
    record->action = action;
    record->commit = commit.id;
    commit.id = NULL;
    struct assay_result owner = {.commit = commit};
    assay_result_deinit(&owner);
    record->who = commit_author();
    record->run_dirty = result && result->commit.dirty;
    return record->who && copy_text(date, &record->datetime) && copy_text(reason, &record->reason) &&
           copy_text(result ? result->datetime : NULL, &record->run_datetime) &&
           copy_text(result ? result->commit.id : NULL, &record->run_commit);
}

/* history/20261123T070955Z_accept.json beside the file, or with a number behind if that is taken. */
static bool write_record(const struct baseline_edit *edit, struct str json, struct buf *out_path)
{
    char reason[BASE_FILE_REASON_BYTES], stamp[32];
    size_t len = 0;
    for (const char *at = edit->record.datetime; *at && *at != '.' && len < sizeof(stamp) - 1; at++) {
        if (*at != '-' && *at != ':') {
            stamp[len++] = *at;
        }
    }
    stamp[len] = '\0'; /* to the second */
    base_buf_addf(out_path, "%shistory", edit->folder);
    if (!base_buf_ok(out_path) || !base_file_make_directories(base_buf_cstr(out_path), reason)) {
        return refuse(base_buf_ok(out_path) ? reason : "out of memory");
    }
    base_file_remove_litter(base_buf_cstr(out_path));
    bool exists = true;
    for (int number = 1; exists && number < MAX_RECORDS_A_SECOND; number++) {
        base_buf_reset(out_path);
        base_buf_addf(out_path, "%shistory/%sZ_%s", edit->folder, stamp, assay_action_name(edit->record.action));
        if (number > 1) {
            base_buf_addf(out_path, "_%d", number);
        }
        base_buf_add_cstr(out_path, ".json");
        if (!base_buf_ok(out_path)) {
            return refuse("out of memory");
        }
        exists = false;
        if (base_file_write_atomic(base_buf_cstr(out_path), json, true, &exists, reason)) {
            return true;
        }
    }
    return refuse(reason);
}

/* Puts the file in its place, or removes it where nothing is left for it to hold. */
static bool write_file(const struct baseline_edit *edit, struct str json)
{
    char reason[BASE_FILE_REASON_BYTES];
    if (edit->baselines.block_count > 0) {
        return base_file_write_atomic(edit->path, json, false, NULL, reason) || refuse(reason);
    }
    if (unlink(edit->path) != 0) {
        complain("cannot remove '%s': %s", edit->path, strerror(errno));
        return false;
    }
    return true;
}

static int write_both(const struct baseline_edit *edit, struct str json, struct str record)
{
    struct buf path;
    base_buf_init(&path, MAX_PATH_BYTES);
    bool written = write_record(edit, record, &path);
    if (written && !write_file(edit, json)) {
        (void)unlink(base_buf_cstr(&path)); /* of a change that is not made */
        written = false;
    }
    if (written) {
        const bool is_there = edit->baselines.block_count > 0;
        fprintf(stderr, is_there ? "wrote %s\n" : "removed %s, which has no baselines any more\n", edit->path);
        fprintf(stderr, "recorded in %s\n", base_buf_cstr(&path));
    }
    base_buf_deinit(&path);
    return written ? EXIT_FINE : EXIT_BAD_USAGE;
}

int baseline_edit_finish(struct baseline_edit *edit, enum assay_action action, const char *reason,
                         const struct assay_result *result)
{
    struct buf json, record;
    base_buf_init(&json, ASSAY_MAX_BASELINE_BYTES);
    base_buf_init(&record, ASSAY_MAX_RECORD_BYTES);
    bool good = assay_baselines_format(&edit->baselines, &json) == ASSAY_OK;
    int status = EXIT_FINE;
    if (good && base_str_equal(base_buf_str(&json), base_buf_str(&edit->before))) {
        fprintf(stderr, "%s is as it should be already\n", edit->path);
    } else if (!good || !describe(&edit->record, action, reason, result) ||
               assay_record_format(&edit->record, &record) != ASSAY_OK) {
        status = out_of_memory();
    } else {
        status = write_both(edit, base_buf_str(&json), base_buf_str(&record));
    }
    base_buf_deinit(&json);
    base_buf_deinit(&record);
    return status;
}
