// SPDX-License-Identifier: MIT
/*
 * A saved run is a regular file named NNNN_NAME.json.  Hidden files and those
 * that are still being written (they end otherwise) are never seen.  Numbers
 * may have more than four digits, where pytest-benchmark stops at 9999.
 */
#include "assay/store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/num.h"

#define NUMBER_MAX 999999999
#define LAST_NAME ".last.json"
#define NAMES_SHOWN 5

bool assay_store_name_is_valid(struct str name)
{
    if (name.len == 0 || name.len > 200 || name.ptr[0] == '.') {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        if (c < ' ' || c == 0x7F || strchr("\\/:*?<>|", c)) {
            return false;
        }
    }
    return true;
}

/* The number and the name in "NNNN_NAME.json"; false for other file names. */
static bool cut_file_name(struct str file, int64_t *out_number, struct str *out_name)
{
    struct str rest;
    struct str digits = base_str_cut(file, '_', &rest);
    if (!base_str_ends_with(rest, STR(".json")) || digits.len < 4 || digits.ptr[0] == '-') {
        return false;
    }
    *out_name = (struct str){rest.ptr, rest.len - 5};
    return base_num_parse_int64(digits, 0, NUMBER_MAX, out_number);
}

void assay_paths_deinit(struct assay_paths *paths)
{
    if (!paths) {
        return;
    }
    for (size_t i = 0; i < paths->count; i++) {
        free(paths->paths[i]);
    }
    free(paths->paths);
    *paths = (struct assay_paths){0};
}

static char *join_path(const char *directory, const char *name)
{
    struct buf path;
    base_buf_init(&path, 65536);
    base_buf_addf(&path, "%s/%s", directory, name);
    return base_buf_take(&path);
}

/* Consumes `path`, whether or not it succeeds; `path` may be NULL for a failure. */
static bool add_path(struct assay_paths *paths, char *path)
{
    char **grown = path ? realloc(paths->paths, (paths->count + 1) * sizeof(*grown)) : NULL;
    if (!grown) {
        free(path);
        return false;
    }
    paths->paths = grown;
    paths->paths[paths->count++] = path;
    return true;
}

enum kind { REGULAR_FILE, FOLDER };

static bool is_kind(const char *path, enum kind kind)
{
    struct stat found;
    return stat(path, &found) == 0 && (kind == FOLDER ? S_ISDIR(found.st_mode) : S_ISREG(found.st_mode));
}

/* Adds what in `directory` is of a kind and matches; a directory that cannot be
 * read holds nothing.  False without memory. */
static bool list_matching(const char *directory, struct str pattern, enum kind kind, struct assay_paths *paths)
{
    DIR *stream = opendir(directory);
    if (!stream) {
        return errno != ENOMEM;
    }
    bool complete = true;
    const struct dirent *entry;
    while (complete && (entry = readdir(stream)) != NULL) {
        if (entry->d_name[0] == '.' || !base_str_matches(base_str(entry->d_name), pattern)) {
            continue;
        }
        char *path = join_path(directory, entry->d_name);
        if (path && !is_kind(path, kind)) {
            free(path);
        } else {
            complete = add_path(paths, path);
        }
    }
    (void)closedir(stream); /* read-only: nothing to lose */
    return complete;
}

static struct str file_name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return base_str(slash ? slash + 1 : path);
}

/* By number, then file name, then directory; files without a number come last. */
static int compare_saved(const void *a, const void *b)
{
    const char *left = *(char *const *)a, *right = *(char *const *)b;
    struct str left_file = file_name_of(left), right_file = file_name_of(right), name;
    int64_t left_number = INT64_MAX, right_number = INT64_MAX;
    (void)cut_file_name(left_file, &left_number, &name); /* keeps INT64_MAX if it has none */
    (void)cut_file_name(right_file, &right_number, &name);
    if (left_number != right_number) {
        return left_number < right_number ? -1 : 1;
    }
    int order = strcmp(left_file.ptr, right_file.ptr);
    return order != 0 ? order : strcmp(left, right);
}

static void sort_paths(struct assay_paths *paths)
{
    if (paths->count > 0) {
        qsort(paths->paths, paths->count, sizeof(*paths->paths), compare_saved);
    }
}

/* Adds the files that match in the folders that match, and in the storage itself. */
static bool search(const char *storage, struct str folder_pattern, struct str file_pattern, struct assay_paths *paths)
{
    struct assay_paths folders = {0};
    bool complete = list_matching(storage, folder_pattern, FOLDER, &folders);
    for (size_t i = 0; complete && i < folders.count; i++) {
        complete = list_matching(folders.paths[i], file_pattern, REGULAR_FILE, paths);
    }
    complete = complete && list_matching(storage, file_pattern, REGULAR_FILE, paths);
    assay_paths_deinit(&folders);
    if (!complete) {
        assay_paths_deinit(paths);
    }
    sort_paths(paths);
    return complete;
}

/* Adds the last few file names of the paths, without ".json". */
static void add_names(struct buf *text, const struct assay_paths *paths)
{
    size_t skipped = paths->count > NAMES_SHOWN ? paths->count - NAMES_SHOWN : 0;
    base_buf_add_cstr(text, skipped > 0 ? "..., " : "");
    for (size_t i = skipped; i < paths->count; i++) {
        struct str file = file_name_of(paths->paths[i]);
        file.len -= base_str_ends_with(file, STR(".json")) ? 5 : 0;
        base_buf_add_cstr(text, i > skipped ? ", " : "");
        base_buf_add(text, file);
    }
}

/* Says what is there, for a selector that matched nothing: other runs, or else
 * the folders of other machines. */
static void describe_contents(struct buf *text, const char *storage, struct str folder_pattern)
{
    struct assay_paths runs = {0}, folders = {0};
    if (!is_kind(storage, FOLDER)) {
        base_buf_add_cstr(text, "the folder does not exist");
    } else if (search(storage, folder_pattern, STR("*.json"), &runs) && runs.count > 0) {
        base_buf_addf(text, "there %s ", runs.count == 1 ? "is" : "are");
        add_names(text, &runs);
    } else if (list_matching(storage, STR("*"), FOLDER, &folders) && folders.count > 0) {
        sort_paths(&folders);
        base_buf_add_cstr(text, "nothing is there, but the storage has ");
        add_names(text, &folders);
    } else {
        base_buf_add_cstr(text, "nothing is saved there");
    }
    assay_paths_deinit(&runs);
    assay_paths_deinit(&folders);
}

static enum assay_status report_nothing_found(const char *storage, struct str folder_pattern, const char *wanted,
                                              struct assay_error *err)
{
    struct buf contents;
    base_buf_init(&contents, 65536);
    describe_contents(&contents, storage, folder_pattern);
    enum assay_status status = assay_fail(err, ASSAY_NOT_FOUND, "no saved run %s in '%s/%.*s': %s", wanted, storage,
                                          STR_ARGS(folder_pattern), base_buf_cstr(&contents));
    base_buf_deinit(&contents);
    return status;
}

static enum assay_status out_of_memory(struct assay_error *err)
{
    return assay_fail(err, ASSAY_NO_MEMORY, "out of memory");
}

static enum assay_status find_file(const char *path, struct assay_paths *out_paths, struct assay_error *err)
{
    struct assay_paths found = {0};
    if (!add_path(&found, strdup(path))) {
        return out_of_memory(err);
    }
    *out_paths = found;
    return ASSAY_OK;
}

/* A file pattern means what begins with it: "0001" is "0001*.json"; behind its
 * number it may be the whole name: "before" is "*_before.json". */
static char *file_pattern_of(struct str selector, bool is_name)
{
    while (selector.len > 0 && selector.ptr[selector.len - 1] == '*') {
        selector.len--;
    }
    struct buf pattern;
    base_buf_init(&pattern, 65536);
    base_buf_addf(&pattern, is_name ? "*_%.*s.json" : "%.*s*.json", STR_ARGS(selector));
    return base_buf_take(&pattern);
}

static enum assay_status find_matching(const char *storage, struct str folder_pattern, struct str file_part,
                                       const char *selector, struct assay_paths *out_paths, struct assay_error *err)
{
    struct assay_paths found = {0};
    for (int is_name = 0; is_name < 2 && found.count == 0; is_name++) {
        char *file_pattern = file_pattern_of(file_part, is_name);
        bool complete = file_pattern && search(storage, folder_pattern, base_str(file_pattern), &found);
        free(file_pattern);
        if (!complete) {
            return out_of_memory(err);
        }
    }
    if (found.count == 0) {
        char wanted[256] = "is";
        if (selector) {
            (void)snprintf(wanted, sizeof(wanted), "matches '%s'", selector); /* cut if longer */
        }
        return report_nothing_found(storage, folder_pattern, wanted, err);
    }
    *out_paths = found;
    return ASSAY_OK;
}

enum assay_status assay_store_find(const char *storage, const char *machine_id, const char *selector,
                                   struct assay_paths *out_paths, struct assay_error *err)
{
    struct str own_folder = machine_id ? base_str(machine_id) : STR("*");
    if (!selector) {
        return find_matching(storage, own_folder, STR("*"), NULL, out_paths, err);
    }
    if (is_kind(selector, REGULAR_FILE)) {
        return find_file(selector, out_paths, err);
    }
    struct str file;
    struct str folder = base_str_cut(base_str(selector), '/', &file);
    if (!file.ptr) {
        return find_matching(storage, own_folder, folder, selector, out_paths, err);
    }
    if (folder.len == 0 || memchr(file.ptr, '/', file.len)) {
        return assay_fail(err, ASSAY_BAD_SYNTAX,
                          "'%s' is no existing file, nor a pattern of saved runs as '0001' or 'MACHINE/0001'",
                          selector);
    }
    return find_matching(storage, folder, file, selector, out_paths, err);
}

/* The index of the last saved run of a name (any if NULL) in sorted paths;
 * count if there is none.  Only numbered runs count. */
static size_t last_of_name(const struct assay_paths *paths, const char *name)
{
    for (size_t i = paths->count; i > 0; i--) {
        int64_t number;
        struct str saved_name;
        if (cut_file_name(file_name_of(paths->paths[i - 1]), &number, &saved_name) &&
            (!name || base_str_equal(saved_name, base_str(name)))) {
            return i - 1;
        }
    }
    return paths->count;
}

/* The saved runs in STORAGE/MACHINE_ID, sorted. */
static bool list_own(const char *storage, const char *machine_id, struct assay_paths *out_paths)
{
    struct assay_paths found = {0};
    char *folder = join_path(storage, machine_id);
    bool complete = folder && list_matching(folder, STR("*.json"), REGULAR_FILE, &found);
    free(folder);
    if (!complete) {
        assay_paths_deinit(&found);
        return false;
    }
    sort_paths(&found);
    *out_paths = found;
    return true;
}

enum assay_status assay_store_latest(const char *storage, const char *machine_id, const char *name, char **out_path,
                                     struct assay_error *err)
{
    struct assay_paths saved;
    if (!list_own(storage, machine_id, &saved)) {
        return out_of_memory(err);
    }
    size_t last = last_of_name(&saved, name);
    if (last == saved.count) {
        assay_paths_deinit(&saved);
        char wanted[256] = "is";
        if (name) {
            (void)snprintf(wanted, sizeof(wanted), "is named '%s'", name); /* cut if longer */
        }
        return report_nothing_found(storage, base_str(machine_id), wanted, err);
    }
    *out_path = saved.paths[last];
    saved.paths[last] = saved.paths[--saved.count];
    assay_paths_deinit(&saved);
    return ASSAY_OK;
}

static bool highest_number(const char *storage, const char *machine_id, int64_t *out_number)
{
    struct assay_paths saved;
    if (!list_own(storage, machine_id, &saved)) {
        return false;
    }
    struct str name;
    int64_t number = 0;
    size_t last = last_of_name(&saved, NULL);
    if (last < saved.count) {
        (void)cut_file_name(file_name_of(saved.paths[last]), &number, &name); /* last_of_name() saw that it has one */
    }
    assay_paths_deinit(&saved);
    *out_number = number;
    return true;
}

/* Writes the file under the first number above `number` that is free. */
static enum assay_status save_above(const char *folder, int64_t number, const char *name, struct str contents,
                                    char **out_path, struct assay_error *err)
{
    char reason[BASE_FILE_REASON_BYTES];
    bool exists = true;
    while (exists && number < NUMBER_MAX) {
        struct buf path;
        base_buf_init(&path, 65536);
        base_buf_addf(&path, "%s/%04jd_%s.json", folder, (intmax_t)++number, name);
        char *owned = base_buf_take(&path);
        if (!owned) {
            return out_of_memory(err);
        }
        exists = false;
        if (base_file_write_atomic(owned, contents, true, &exists, reason)) {
            *out_path = owned;
            return ASSAY_OK;
        }
        free(owned);
    }
    return assay_fail(err, ASSAY_BAD_FILE, "%s", exists ? "no number is left to save under" : reason);
}

static enum assay_status save_in(const char *storage, const char *machine_id, const char *folder, const char *name,
                                 struct str contents, char **out_path, struct assay_error *err)
{
    char reason[BASE_FILE_REASON_BYTES];
    int64_t number;
    if (!base_file_make_directories(folder, reason)) {
        return assay_fail(err, ASSAY_BAD_FILE, "%s", reason);
    }
    int lock = base_file_lock_folder(folder);
    base_file_remove_litter(folder);
    enum assay_status status = highest_number(storage, machine_id, &number)
                                   ? save_above(folder, number, name, contents, out_path, err)
                                   : out_of_memory(err);
    base_file_unlock_folder(lock);
    return status;
}

enum assay_status assay_store_save(const char *storage, const char *machine_id, const char *name,
                                   const struct assay_result *result, bool with_samples, char **out_path,
                                   struct assay_error *err)
{
    if (!assay_store_name_is_valid(base_str(name))) {
        return assay_fail(err, ASSAY_BAD_SYNTAX,
                          "'%s' cannot be part of a file name: leave out \\ / : * ? < > | and a leading dot", name);
    }
    struct buf json;
    base_buf_init(&json, ASSAY_MAX_RESULT_BYTES);
    char *folder = join_path(storage, machine_id);
    enum assay_status status = folder ? assay_result_format(result, with_samples, &json) : ASSAY_NO_MEMORY;
    if (status == ASSAY_OK) {
        status = save_in(storage, machine_id, folder, name, base_buf_str(&json), out_path, err);
    } else {
        status = out_of_memory(err);
    }
    free(folder);
    base_buf_deinit(&json);
    return status;
}

static enum assay_status write_last(const char *folder, const struct assay_result *result, char **out_path,
                                    struct assay_error *err)
{
    char reason[BASE_FILE_REASON_BYTES];
    struct buf json;
    if (!base_file_make_directories(folder, reason)) {
        return assay_fail(err, ASSAY_BAD_FILE, "%s", reason);
    }
    base_buf_init(&json, ASSAY_MAX_RESULT_BYTES);
    char *path = join_path(folder, LAST_NAME);
    if (!path || assay_result_format(result, false, &json) != ASSAY_OK) {
        free(path);
        base_buf_deinit(&json);
        return out_of_memory(err);
    }
    bool written = base_file_write_atomic(path, base_buf_str(&json), false, NULL, reason);
    base_buf_deinit(&json);
    if (!written) {
        free(path);
        return assay_fail(err, ASSAY_BAD_FILE, "%s", reason);
    }
    *out_path = path;
    return ASSAY_OK;
}

enum assay_status assay_store_keep_last(const char *storage, const char *machine_id, const struct assay_result *result,
                                        char **out_path, struct assay_error *err)
{
    char *folder = join_path(storage, machine_id);
    enum assay_status status = folder ? write_last(folder, result, out_path, err) : out_of_memory(err);
    free(folder);
    return status;
}

/* Adds the latest numbered run of a folder and the last that was kept; false without memory. */
static bool add_newest(const char *folder, struct assay_paths *paths)
{
    struct assay_paths saved = {0};
    bool complete = list_matching(folder, STR("*.json"), REGULAR_FILE, &saved);
    sort_paths(&saved);
    size_t last = complete ? last_of_name(&saved, NULL) : saved.count;
    if (last < saved.count) {
        complete = add_path(paths, strdup(saved.paths[last]));
    }
    assay_paths_deinit(&saved);
    char *kept = complete ? join_path(folder, LAST_NAME) : NULL;
    if (kept && !is_kind(kept, REGULAR_FILE)) {
        free(kept);
        return true;
    }
    return add_path(paths, kept);
}

enum assay_status assay_store_newest(const char *storage, struct assay_paths *out_paths, struct assay_error *err)
{
    struct assay_paths folders = {0}, found = {0};
    bool complete = list_matching(storage, STR("*"), FOLDER, &folders) && add_newest(storage, &found);
    for (size_t i = 0; complete && i < folders.count; i++) {
        complete = add_newest(folders.paths[i], &found);
    }
    assay_paths_deinit(&folders);
    if (!complete || found.count == 0) {
        assay_paths_deinit(&found);
        return complete ? report_nothing_found(storage, STR("*"), "is", err) : out_of_memory(err);
    }
    *out_paths = found;
    return ASSAY_OK;
}
