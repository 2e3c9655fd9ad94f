// SPDX-License-Identifier: MIT
#include "cmd/assay/gate_programs.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/assay/gate_base.h"
#include "cmd/complain.h"

#define MAX_PATH_BYTES 8000

enum { OLD, NEW };

static char *join(const char *folder, const char *name)
{
    struct buf path;
    base_buf_init(&path, MAX_PATH_BYTES);
    base_buf_addf(&path, "%s%s%s", folder, folder[0] == '\0' || folder[strlen(folder) - 1] == '/' ? "" : "/", name);
    return base_buf_take(&path);
}

/* Takes a path over; false without memory, which a NULL path is as well. */
static bool add(struct gate_programs *programs, int side, char *path)
{
    char **grown =
        path ? realloc(programs->paths[side], (programs->counts[side] + 1) * sizeof(*grown)) : NULL;
    if (!grown) {
        free(path);
        return false;
    }
    programs->paths[side] = grown;
    grown[programs->counts[side]++] = path;
    return true;
}

static bool is_folder(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static bool is_program(const char *path)
{
    struct stat found;
    return path && stat(path, &found) == 0 && S_ISREG(found.st_mode) && access(path, X_OK) == 0;
}

static int is_no_dot_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Adds the programs of the folder that the other has as well. */
static enum gate_found find_common(const char *old_folder, const char *new_folder, struct gate_programs *programs,
                                   struct buf *out_reason)
{
    struct dirent **entries;
    int count = scandir(new_folder, &entries, is_no_dot_file, alphasort);
    bool good = true;
    if (count < 0) {
        base_buf_addf(out_reason, "cannot read the folder '%s': %s", new_folder, strerror(errno));
        return GATE_NO_PROGRAMS;
    }
    for (int i = 0; i < count; i++) {
        char *old = join(old_folder, entries[i]->d_name), *new = join(new_folder, entries[i]->d_name);
        good = good && old && new;
        if (is_program(old) && is_program(new)) {
            good = add(programs, OLD, old) && good;
            good = add(programs, NEW, new) && good;
        } else {
            if (is_program(new)) {
                complain("note: '%s' has no program '%s', so that of '%s' is compared with nothing", old_folder,
                         entries[i]->d_name, new_folder);
            }
            free(old);
            free(new);
        }
        free(entries[i]);
    }
    free(entries);
    if (!good) {
        base_buf_add_cstr(out_reason, "out of memory");
    } else if (programs->counts[NEW] == 0) {
        base_buf_addf(out_reason, "the folders '%s' and '%s' have no program of the same name", old_folder, new_folder);
    }
    return good && programs->counts[NEW] > 0 ? GATE_FOUND : GATE_NO_PROGRAMS;
}

static enum gate_found find_two(const struct gate_request *request, struct gate_programs *programs,
                                struct buf *out_reason)
{
    if (request->word_count != 2) {
        base_buf_add_cstr(out_reason, "name two builds, 'assay gate OLD NEW', programs or folders of them; or say "
                                      "against which commit: 'assay gate --base=origin/main'");
        return GATE_NO_PROGRAMS;
    }
    const char *old = request->words[OLD], *new = request->words[NEW];
    if (is_folder(old) != is_folder(new)) {
        base_buf_addf(out_reason, "'%s' is a folder and '%s' is none: name two programs, or two folders of them",
                      is_folder(old) ? old : new, is_folder(old) ? new : old);
        return GATE_NO_PROGRAMS;
    }
    if (is_folder(old)) {
        return find_common(old, new, programs, out_reason);
    }
    if (!add(programs, OLD, strdup(old)) || !add(programs, NEW, strdup(new))) {
        base_buf_add_cstr(out_reason, "out of memory");
        return GATE_NO_PROGRAMS;
    }
    return GATE_FOUND;
}

/* The same paths below another folder.  A program that the base does not have is new. */
static enum gate_found find_below(const struct gate_request *request, const char *folder,
                                  struct gate_programs *programs, struct buf *out_reason)
{
    for (size_t i = 0; i < request->word_count; i++) {
        const char *word = request->words[i];
        if (word[0] == '/') {
            base_buf_addf(out_reason, "--base: '%s' is not a path within this checkout", word);
            return GATE_NO_PROGRAMS;
        }
        char *old = join(folder, word);
        if (!old || !add(programs, NEW, strdup(word))) {
            base_buf_add_cstr(out_reason, "out of memory");
            free(old);
            return GATE_NO_PROGRAMS;
        }
        if (is_program(old)) {
            if (!add(programs, OLD, old)) {
                base_buf_add_cstr(out_reason, "out of memory");
                return GATE_NO_PROGRAMS;
            }
        } else {
            complain("note: the base %s has no program '%s'", request->base, word);
            free(old);
        }
    }
    if (programs->counts[OLD] == 0) {
        base_buf_addf(out_reason, "the base %s has none of the programs, so there is nothing to compare with",
                      request->base);
        return GATE_NO_PROGRAMS;
    }
    return GATE_FOUND;
}

static enum gate_found find_base(const struct gate_request *request, struct gate_programs *programs,
                                 struct buf *out_old_name, struct buf *out_reason)
{
    struct buf folder, id;
    enum gate_found found = GATE_NOT_BUILT;
    if (request->word_count == 0) {
        base_buf_add_cstr(out_reason, "there is nothing to measure: name a benchmark program, or list 'programs' in "
                                      "assay.yaml");
        return GATE_NO_PROGRAMS;
    }
    base_buf_init(&folder, MAX_PATH_BYTES);
    base_buf_init(&id, MAX_PATH_BYTES);
    if (gate_base_build(request->base, request->build_command, request->storage, &folder, &id, out_reason)) {
        base_buf_addf(out_old_name, "%s (%.12s)", request->base, base_buf_cstr(&id));
        found = find_below(request, base_buf_cstr(&folder), programs, out_reason);
    } else if (id.len == 0) {
        found = GATE_NO_PROGRAMS; /* it did not come to building */
    }
    base_buf_deinit(&folder);
    base_buf_deinit(&id);
    return found;
}

enum gate_found gate_programs_find(const struct gate_request *request, struct gate_programs *out_programs,
                                   struct buf *out_old_name, struct buf *out_reason)
{
    if (request->base) {
        return find_base(request, out_programs, out_old_name, out_reason);
    }
    enum gate_found found = find_two(request, out_programs, out_reason);
    if (found == GATE_FOUND) {
        base_buf_add_cstr(out_old_name, request->words[OLD]);
    }
    return found;
}

void gate_programs_deinit(struct gate_programs *programs)
{
    for (int side = OLD; side <= NEW; side++) {
        for (size_t i = 0; i < programs->counts[side]; i++) {
            free(programs->paths[side][i]);
        }
        free(programs->paths[side]);
    }
    *programs = (struct gate_programs){0};
}
