// SPDX-License-Identifier: MIT
/*
 * A run that shows a regression is not saved, or it would be the next
 * comparison's baseline and hide itself.
 */
#include "cmd/assay/run_save.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "assay/baseline.h"
#include "assay/store.h"
#include "base/file.h"
#include "cmd/assay/commands.h"

/* COMMITID_YYYYmmdd_HHMMSS[_uncommitted-changes], as pytest-benchmark. */
static void add_autosave_name(const struct run_to_save *run, struct buf *name)
{
    const struct assay_commit *commit = &run->result->commit;
    time_t seconds = (time_t)(run->unix_ns / 1000000000);
    struct tm utc;
    char text[32] = "";
    if (gmtime_r(&seconds, &utc)) {
        (void)strftime(text, sizeof(text), "%Y%m%d_%H%M%S", &utc); /* fits */
    }
    base_buf_addf(name, "%s_%s%s", commit->id, text, commit->dirty ? "_uncommitted-changes" : "");
}

static int save_as(const struct run_to_save *run, const char *name)
{
    char *path;
    struct assay_error err;
    if (assay_store_save(run->options->storage, run->machine_id, name, run->result, run->options->save_samples, &path,
                         &err) != ASSAY_OK) {
        complain("%s", err.message);
        return EXIT_BAD_USAGE;
    }
    fprintf(stderr, "saved as %s\n", path);
    free(path);
    return EXIT_FINE;
}

static int write_json(const struct run_to_save *run)
{
    struct buf json;
    char reason[BASE_FILE_REASON_BYTES];
    base_buf_init(&json, ASSAY_MAX_RESULT_BYTES);
    bool formatted = assay_result_format(run->result, true, &json) == ASSAY_OK;
    bool written =
        formatted && base_file_write_atomic(run->options->json_path, base_buf_str(&json), false, NULL, reason);
    base_buf_deinit(&json);
    if (!formatted) {
        complain("out of memory");
        return EXIT_UNMEASURED;
    }
    if (!written) {
        complain("%s", reason);
        return EXIT_BAD_USAGE;
    }
    fprintf(stderr, "wrote %s\n", run->options->json_path);
    return EXIT_FINE;
}

/* Whether both paths lead to one file that is there. */
static bool is_same_file(const char *a, const char *b)
{
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* --json, unless it would put a run that is no baseline in its baseline's place. */
static int write_json_if_safe(const struct run_to_save *run)
{
    const char *path = run->options->json_path;
    if (path && run->result->unfit && run->baseline_path && is_same_file(path, run->baseline_path)) {
        complain("not written: %s is what this run was compared with, and this run is no baseline: %s", path,
                 run->result->unfit);
        return EXIT_FINE;
    }
    return path ? write_json(run) : EXIT_FINE;
}

/* So that a baseline can be moved on purpose by what was just measured. */
static int keep_last(const struct run_to_save *run)
{
    char *path;
    struct assay_error err;
    if (!run->keeps_last) {
        return EXIT_FINE;
    }
    if (assay_store_keep_last(run->options->storage, run->machine_id, run->result, &path, &err) != ASSAY_OK) {
        complain("%s", err.message);
        return EXIT_BAD_USAGE;
    }
    if (!run->may_be_saved) {
        fprintf(stderr, "kept as %s: 'assay baseline accept NAME --reason TEXT' makes it the baseline of NAME\n", path);
    }
    free(path);
    return EXIT_FINE;
}

int run_save(const struct run_to_save *run)
{
    const struct options *options = run->options;
    int status = write_json_if_safe(run);
    const char *baseline_name = run->baseline_path ? NULL : run->baseline_name;
    if (baseline_name && run->is_interrupted) {
        complain("not saved as '%s': an interrupted run becomes no baseline by itself", baseline_name);
        baseline_name = NULL;
    }
    if (status == EXIT_FINE) {
        status = keep_last(run);
    }
    if (status != EXIT_FINE || (!baseline_name && !options->save_name && !options->autosave)) {
        return status;
    }
    if (!run->may_be_saved) {
        complain("not saved, for later runs would be compared with it: %s; --json writes it anywhere",
                 run->result->unfit);
        return status;
    }
    if (baseline_name) {
        fprintf(stderr, "no baseline '%s' for this machine (%s) in %s yet: this run becomes it\n", baseline_name,
                run->machine_id, options->storage);
        status = save_as(run, baseline_name);
    }
    if (status == EXIT_FINE && options->save_name) {
        return save_as(run, options->save_name);
    }
    if (status == EXIT_FINE && options->autosave) {
        struct buf name;
        base_buf_init(&name, 200);
        add_autosave_name(run, &name);
        status = save_as(run, base_buf_cstr(&name));
        base_buf_deinit(&name);
    }
    return status;
}

/* From a path to the folder that it lies in; false if it is that of the path "name", where we are. */
static bool step_up(struct buf *path)
{
    char *slash = path->ptr ? strrchr(path->ptr, '/') : NULL;
    if (!slash) {
        base_buf_reset(path);
        base_buf_add_cstr(path, ".");
        return false;
    }
    path->len = slash == path->ptr ? 1 : (size_t)(slash - path->ptr);
    path->ptr[path->len] = '\0';
    return path->len > 1;
}

/* Says so if not. */
static bool can_write_file(const char *option, const char *path)
{
    struct buf folder;
    base_buf_init(&folder, strlen(path) + 1);
    base_buf_add_cstr(&folder, path);
    (void)step_up(&folder); /* wherever it is */
    bool can = base_buf_ok(&folder) && access(base_buf_cstr(&folder), W_OK | X_OK) == 0;
    if (!can) {
        complain("%s: cannot write into the folder '%s': %s", option, base_buf_cstr(&folder), strerror(errno));
    }
    base_buf_deinit(&folder);
    return can;
}

/* Of folders that are still to be made, the nearest that is there counts. */
static bool can_save_in(const char *storage)
{
    struct buf folder;
    base_buf_init(&folder, strlen(storage) + 1);
    base_buf_add_cstr(&folder, storage);
    while (base_buf_ok(&folder) && access(folder.ptr, F_OK) != 0 && step_up(&folder)) {
    }
    bool can = base_buf_ok(&folder) && access(folder.ptr, W_OK | X_OK) == 0;
    if (!can) {
        complain("cannot save runs in '%s': %s", storage, strerror(errno));
    }
    base_buf_deinit(&folder);
    return can;
}

static bool holds_baselines(const char *path)
{
    struct buf text;
    base_file_read_or_empty(path, ASSAY_MAX_BASELINE_BYTES, &text);
    bool found = assay_baselines_is(base_buf_str(&text));
    base_buf_deinit(&text);
    return found;
}

int run_check_paths(const struct options *options, const char *baseline_name)
{
    const struct {
        const char *option, *path;
    } files[] = {{"--json", options->json_path},
                 {"--histogram", options->histogram_prefix},
                 {"--junit", options->junit_path},
                 {"--markdown", options->markdown_path},
                 {"--verdict", options->verdict_path}};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (files[i].path && !can_write_file(files[i].option, files[i].path)) {
            return EXIT_BAD_USAGE;
        }
        if (files[i].path && holds_baselines(files[i].path)) {
            complain("%s: '%s' is a file of baselines, which only 'assay baseline' writes", files[i].option,
                     files[i].path);
            return EXIT_BAD_USAGE;
        }
    }
    bool is_saved = options->save_name || options->autosave || baseline_name;
    return is_saved && !can_save_in(options->storage) ? EXIT_BAD_USAGE : EXIT_FINE;
}
