// SPDX-License-Identifier: MIT
/*
 * Writes results for pytest_benchmark_reads_ours.py: FOLDER/base.json and
 * FOLDER/head.json, whose times are 1.5 times those of base, and saves both in
 * FOLDER/storage.
 */
#include <stdio.h>

#include "assay/machine.h"
#include "assay/store.h"
#include "base/file.h"
#include "unit/assay/example_result.h"

static bool write_file(const char *folder, const char *name, const struct assay_result *result)
{
    char path[4096], reason[BASE_FILE_REASON_BYTES] = "out of memory";
    struct buf json;
    base_buf_init(&json, 1 << 20);
    (void)snprintf(path, sizeof(path), "%s/%s.json", folder, name); /* too long a path will not be found */
    bool written = assay_result_format(result, true, &json) == ASSAY_OK &&
                   base_file_write_atomic(path, base_buf_str(&json), true, NULL, reason);
    base_buf_deinit(&json);
    if (!written) {
        (void)fprintf(stderr, "write_results: %s\n", reason);
    }
    return written;
}

static bool save(const char *folder, const char *name, const struct assay_result *result)
{
    char storage[4096], machine_id[ASSAY_MACHINE_ID_BYTES], *path = NULL;
    struct assay_error err;
    (void)snprintf(storage, sizeof(storage), "%s/storage", folder);
    assay_machine_id(&result->machine, machine_id);
    bool saved = assay_store_save(storage, machine_id, name, result, false, &path, &err) == ASSAY_OK;
    if (!saved) {
        (void)fprintf(stderr, "write_results: %s\n", err.message);
    }
    free(path);
    return saved;
}

static bool write_one(const char *folder, const char *name, double factor)
{
    struct assay_result result = {0};
    bool done =
        make_example_result(&result, factor) && write_file(folder, name, &result) && save(folder, name, &result);
    assay_result_deinit(&result);
    return done;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: write_results FOLDER\n");
        return 2;
    }
    return write_one(argv[1], "base", 1) && write_one(argv[1], "head", 1.5) ? 0 : 1;
}
