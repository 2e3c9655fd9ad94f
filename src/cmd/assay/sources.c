// SPDX-License-Identifier: MIT
#include "cmd/assay/sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/num.h"
#include "cmd/complain.h"

#define MAX_PATH_BYTES 65536

static bool is_folder(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

bool sources_is_one(const char *argument)
{
    static const char *const endings[] = {".c", ".cc", ".cpp", ".cxx", ".c++", ".C"};
    struct str text = base_str(argument);
    bool is_source = base_str_ends_with(text, STR("/")) || is_folder(argument);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        is_source = is_source || base_str_ends_with(text, base_str(endings[i]));
    }
    return is_source;
}

void sources_close(struct sources *sources)
{
    for (size_t i = 0; i < sources->count; i++) {
        free(sources->places[i].path);
    }
    free(sources->places);
    *sources = (struct sources){0};
}

bool sources_open(const char *const *arguments, size_t count, struct sources *out_sources)
{
    struct sources sources = {.places = base_alloc_array(count, sizeof(*sources.places))};
    if (!sources.places) {
        complain("out of memory");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        char *path = realpath(arguments[i], NULL);
        if (!path) {
            complain("there are no benchmark sources at '%s': %s", arguments[i], strerror(errno));
            sources_close(&sources);
            return false;
        }
        sources.places[sources.count++] = (struct source_place){arguments[i], path, is_folder(path), false};
    }
    *out_sources = sources;
    return true;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Whether the absolute path is the place's own, or below it. */
static bool is_at(const struct source_place *place, const char *path)
{
    size_t len = strlen(place->path);
    bool begins = strncmp(path, place->path, len) == 0;
    return begins && (path[len] == '\0' || (place->is_folder && (path[len] == '/' || len == 1)));
}

/* Of a file that was found nowhere: whether the place is called like it, or has a file that is. */
static bool has_name(const struct source_place *place, const char *name)
{
    if (!place->is_folder) {
        return strcmp(base_name(place->path), name) == 0;
    }
    struct buf path;
    base_buf_init(&path, MAX_PATH_BYTES);
    base_buf_addf(&path, "%s/%s", place->path, name);
    bool has = base_buf_ok(&path) && access(path.ptr, F_OK) == 0;
    base_buf_deinit(&path);
    return has;
}

/* FOLDER/FILE without links; NULL if there is no such file. */
static char *find_below(struct str folder, const char *file)
{
    struct buf path;
    base_buf_init(&path, MAX_PATH_BYTES);
    base_buf_addf(&path, "%.*s/%s", STR_ARGS(folder), file);
    char *found = base_buf_ok(&path) ? realpath(path.ptr, NULL) : NULL;
    base_buf_deinit(&path);
    return found;
}

/* Where the file is; NULL if it is not found. */
static char *find_file(const char *program, const char *file)
{
    char *found = realpath(file, NULL);
    char *binary = !found && file[0] != '/' ? realpath(program, NULL) : NULL;
    struct str folder = base_str(binary);
    while (!found && folder.len > 0) {
        while (folder.len > 0 && folder.ptr[--folder.len] != '/') {
        }
        found = find_below(folder, file);
    }
    free(binary);
    return !found && file[0] == '/' ? strdup(file) : found; /* one that is no longer there, or was built elsewhere */
}

bool sources_have(struct sources *sources, const char *program, const char *file)
{
    if (!file || file[0] == '\0') {
        return false;
    }
    char *found = find_file(program, file);
    bool have = false;
    for (size_t i = 0; i < sources->count; i++) {
        struct source_place *place = &sources->places[i];
        if (found ? is_at(place, found) : has_name(place, base_name(file))) {
            place->was_met = true;
            have = true;
        }
    }
    free(found);
    return have;
}

const struct source_place *sources_missed(const struct sources *sources)
{
    for (size_t i = 0; i < sources->count; i++) {
        if (!sources->places[i].was_met) {
            return &sources->places[i];
        }
    }
    return NULL;
}
