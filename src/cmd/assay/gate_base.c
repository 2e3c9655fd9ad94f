// SPDX-License-Identifier: MIT
#include "cmd/assay/gate_base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/assay/commit.h"

#define MAX_COMMAND_BYTES 20000
#define MAX_STAMP_BYTES 10000

/* A word of the shell that means just this text. */
static void add_quoted(struct buf *out, const char *text)
{
    base_buf_add_char(out, '\'');
    for (; *text; text++) {
        if (*text == '\'') {
            base_buf_add_cstr(out, "'\\''");
        } else {
            base_buf_add_char(out, *text);
        }
    }
    base_buf_add_char(out, '\'');
}

/* What the command and its quoted argument print first; NULL if nothing.  The caller's to free. */
static char *ask(const char *before, const char *quoted, const char *after)
{
    struct buf command;
    base_buf_init(&command, MAX_COMMAND_BYTES);
    base_buf_add_cstr(&command, before);
    if (quoted) {
        add_quoted(&command, quoted);
    }
    base_buf_add_cstr(&command, after);
    char *answer = base_buf_ok(&command) ? commit_ask(base_buf_cstr(&command)) : NULL;
    base_buf_deinit(&command);
    return answer;
}

/* Runs a command with what it prints on stderr, where results do not go. */
static bool run(struct buf *command)
{
    base_buf_add_cstr(command, " >&2");
    bool good = base_buf_ok(command) && system(base_buf_cstr(command)) == 0;
    base_buf_reset(command);
    return good;
}

/* Whether a stamp says that the tree was built by that command. */
static bool is_built(const char *stamp_path, const char *command)
{
    struct buf stamp;
    char reason[BASE_FILE_REASON_BYTES];
    base_buf_init(&stamp, MAX_STAMP_BYTES);
    bool same = access(stamp_path, R_OK) == 0 && base_file_read(stamp_path, &stamp, reason) &&
                base_str_equal(base_buf_str(&stamp), base_str(command));
    base_buf_deinit(&stamp);
    return same;
}

/* What is being built. */
struct base {
    const char *revision, *command, *id, *prefix; /* the prefix ends in "/" or is "" */
    struct buf tree, folder, stamp;               /* paths */
};

static bool check_out(const struct base *base)
{
    struct buf command;
    base_buf_init(&command, MAX_COMMAND_BYTES);
    bool good = access(base_buf_cstr(&base->tree), F_OK) == 0;
    if (!good) {
        base_buf_add_cstr(&command, "git worktree prune && git worktree add --quiet --detach ");
        add_quoted(&command, base_buf_cstr(&base->tree));
        base_buf_addf(&command, " %s", base->id);
        good = run(&command);
    }
    base_buf_deinit(&command);
    return good;
}

static bool build(const struct base *base)
{
    struct buf command;
    base_buf_init(&command, MAX_COMMAND_BYTES);
    base_buf_add_cstr(&command, "cd ");
    add_quoted(&command, base_buf_cstr(&base->folder));
    base_buf_addf(&command, " && { %s\n}", base->command);
    fprintf(stderr, "building %.12s (%s): %s\n", base->id, base->revision, base->command);
    bool good = run(&command);
    base_buf_deinit(&command);
    return good;
}

static bool make(struct base *base, struct buf *out_reason)
{
    char reason[BASE_FILE_REASON_BYTES];
    const char *stamp = base_buf_cstr(&base->stamp);
    if (is_built(stamp, base->command)) {
        return true;
    }
    if (!check_out(base)) {
        base_buf_addf(out_reason, "git could not check %s out into %s, for the reason above", base->revision,
                      base_buf_cstr(&base->tree));
        return false;
    }
    if (!build(base)) {
        base_buf_addf(out_reason, "the base %s (%.12s) does not build, for the reason above: %s", base->revision,
                      base->id, base->command);
        return false;
    }
    if (!base_file_write_atomic(stamp, base_str(base->command), false, NULL, reason)) {
        base_buf_add_cstr(out_reason, reason);
        return false;
    }
    return true;
}

/* Where `storage` is from everywhere. */
static void add_absolute(struct buf *out, const char *storage)
{
    char here[4096];
    if (storage[0] != '/' && getcwd(here, sizeof(here))) {
        base_buf_addf(out, "%s/", here);
    }
    base_buf_add_cstr(out, storage);
}

static bool build_base(struct base *base, const char *storage, struct buf *out_folder, struct buf *out_reason)
{
    char reason[BASE_FILE_REASON_BYTES];
    add_absolute(&base->tree, storage);
    base_buf_add_cstr(&base->tree, "/base");
    if (!base_buf_ok(&base->tree) || !base_file_make_directories(base_buf_cstr(&base->tree), reason)) {
        base_buf_add_cstr(out_reason, base_buf_ok(&base->tree) ? reason : "out of memory");
        return false;
    }
    base_buf_addf(&base->tree, "/%s", base->id);
    base_buf_addf(&base->folder, "%s/%s", base_buf_cstr(&base->tree), base->prefix);
    base_buf_addf(&base->stamp, "%s.built", base_buf_cstr(&base->tree));
    if (!base_buf_ok(&base->folder) || !base_buf_ok(&base->stamp)) {
        base_buf_add_cstr(out_reason, "out of memory");
        return false;
    }
    base_buf_add(out_folder, base_buf_str(&base->folder));
    return make(base, out_reason);
}

bool gate_base_build(const char *revision, const char *command, const char *storage, struct buf *out_folder,
                     struct buf *out_id, struct buf *out_reason)
{
    char *top = ask("git rev-parse --show-toplevel", NULL, " 2>/dev/null");
    char *prefix = ask("git rev-parse --show-prefix", NULL, " 2>/dev/null"); /* NULL at the top */
    char *id = NULL;
    bool good = false;
    if (!top) {
        base_buf_add_cstr(out_reason, "--base: the current folder is in no checkout of git; name two builds instead");
    } else if (!command) {
        base_buf_add_cstr(out_reason, "--base: assay.yaml does not say how to build: it has no 'build'");
    } else if (!(id = ask("git rev-parse --verify --quiet --end-of-options ", revision, "'^{commit}' 2>/dev/null"))) {
        base_buf_addf(out_reason, "--base: git knows no commit '%s' here; was it fetched?", revision);
    } else {
        struct base base = {.revision = revision, .command = command, .id = id, .prefix = prefix ? prefix : ""};
        base_buf_init(&base.tree, MAX_COMMAND_BYTES);
        base_buf_init(&base.folder, MAX_COMMAND_BYTES);
        base_buf_init(&base.stamp, MAX_COMMAND_BYTES);
        good = build_base(&base, storage, out_folder, out_reason);
        base_buf_add_cstr(out_id, id);
        base_buf_deinit(&base.tree);
        base_buf_deinit(&base.folder);
        base_buf_deinit(&base.stamp);
    }
    free(top);
    free(prefix);
    free(id);
    return good;
}
