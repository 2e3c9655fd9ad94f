// SPDX-License-Identifier: MIT
/*
 * assay/store.h - saved runs: STORAGE/MACHINE_ID/NNNN_NAME.json, as
 * pytest-benchmark keeps them.
 */
#ifndef ASSAY_STORE_H
#define ASSAY_STORE_H

#include "assay/result.h"

/* Whether a name may be part of a file name: not empty, at most 200 bytes,
 * none of \ / : * ? < > | nor a control character, no leading dot. */
bool assay_store_name_is_valid(struct str name);

/*
 * Saves as the next number in STORAGE/MACHINE_ID (one above the highest there;
 * at least four digits), making the directories.  A file that exists is never
 * replaced: of two programs that save at once, under whatever names, one takes
 * the next number.
 * `*out_path` is the caller's to free.  ASSAY_OK, ASSAY_BAD_SYNTAX (name),
 * ASSAY_BAD_FILE, ASSAY_NO_MEMORY.
 */
ASSAY_MUST_CHECK enum assay_status
assay_store_save(const char *storage, const char *machine_id, const char *name, const struct assay_result *result,
                 bool with_samples, char **out_path, struct assay_error *err);

/* Keeps a run, without its samples, as the last one of the machine, in the place of the one before,
 * whatever came of it: a hidden file, which is found by assay_store_newest() alone.
 * As assay_store_save(). */
ASSAY_MUST_CHECK enum assay_status
assay_store_keep_last(const char *storage, const char *machine_id, const struct assay_result *result, char **out_path,
                      struct assay_error *err);

/* A list of paths, the caller's; sorted by file name, then directory. */
struct assay_paths {
    char **paths;
    size_t count;
};
void assay_paths_deinit(struct assay_paths *paths);

/*
 * The saved runs that `selector` means, by pytest-benchmark's rules: an
 * existing file's path is that file; "PLATFORM_GLOB/FILE_GLOB" or "FILE_GLOB",
 * where a FILE_GLOB is a prefix ("0001", "0001_base", "000*") or, if nothing
 * begins with it, the name behind a number ("base"), and without a PLATFORM_GLOB
 * `machine_id` is searched, or every folder if that is NULL.
 * NULL as selector means every saved run.
 *
 * ASSAY_OK (at least one), ASSAY_NOT_FOUND (err says where was searched and
 * what is there instead), ASSAY_BAD_SYNTAX (more than one "/" in a pattern),
 * ASSAY_NO_MEMORY.
 */
ASSAY_MUST_CHECK enum assay_status
assay_store_find(const char *storage, const char *machine_id, const char *selector, struct assay_paths *out_paths,
                 struct assay_error *err);

/* The saved run of `machine_id` with the highest number whose name is `name`
 * (any if NULL).  ASSAY_OK (`*out_path` is the caller's), ASSAY_NOT_FOUND,
 * ASSAY_NO_MEMORY. */
ASSAY_MUST_CHECK enum assay_status
assay_store_latest(const char *storage, const char *machine_id, const char *name, char **out_path,
                   struct assay_error *err);

/* Of each machine in the storage the saved run with the highest number, and the last one that was kept: one of these
 * is the newest.  ASSAY_OK (at least one), ASSAY_NOT_FOUND, ASSAY_NO_MEMORY. */
ASSAY_MUST_CHECK enum assay_status assay_store_newest(const char *storage, struct assay_paths *out_paths,
                                                      struct assay_error *err);

#endif /* ASSAY_STORE_H */
