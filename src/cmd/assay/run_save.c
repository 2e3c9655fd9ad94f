// SPDX-License-Identifier: MIT
/*
 * A run that shows a regression is not saved, or it would be the next
 * comparison's baseline and hide itself.
 */
#include "cmd/assay/run_save.h"

#include <stdlib.h>
#include <time.h>

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

/* Whether it may become what later runs are compared with; says so if not. */
static bool may_be_saved(bool regressed, size_t failures)
{
    if (failures > 0) {
        complain("not saved: %zu benchmark%s failed, and would be missing from the next comparison; --json writes the "
                 "rest anywhere",
                 failures, failures == 1 ? "" : "s");
    } else if (regressed) {
        complain(
            "not saved: this run is worse than its baseline, and would become the next one; --json writes it anywhere");
    }
    return failures == 0 && !regressed;
}

int run_save(const struct run_to_save *run)
{
    const struct options *options = run->options;
    int status = options->json_path ? write_json(run) : EXIT_FINE;
    bool becomes_baseline = options->baseline && !run->has_baseline;
    if (becomes_baseline && run->is_interrupted) {
        complain("not saved as '%s': an interrupted run becomes no baseline by itself", options->baseline);
        becomes_baseline = false;
    }
    if (!becomes_baseline && !options->save_name && !options->autosave) {
        return status;
    }
    if (!may_be_saved(run->has_regressed, run->failures)) {
        return status;
    }
    if (status == EXIT_FINE && becomes_baseline) {
        fprintf(stderr, "no baseline '%s' for this machine (%s) in %s yet: this run becomes it\n", options->baseline,
                run->machine_id, options->storage);
        status = save_as(run, options->baseline);
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
