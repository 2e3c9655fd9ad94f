// SPDX-License-Identifier: MIT
#include "cmd/assay/commit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_ANSWER_BYTES 4096

char *commit_ask(const char *command)
{
    char line[MAX_ANSWER_BYTES];
    FILE *pipe = popen(command, "r");
    if (!pipe) {
        return NULL;
    }
    bool has_line = fgets(line, sizeof(line), pipe) != NULL;
    if (pclose(pipe) != 0 || !has_line) {
        return NULL;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return line[0] ? strdup(line) : NULL;
}

/* The last part of a path or URL, without ".git". */
static char *project_of(const char *location)
{
    struct str name = base_str(location);
    for (struct str rest = name; rest.ptr;) {
        struct str part = base_str_cut(rest, '/', &rest);
        name = part.len > 0 ? part : name;
    }
    if (base_str_ends_with(name, STR(".git"))) {
        name.len -= 4;
    }
    return strndup(name.ptr, name.len);
}

static char *ask_project(void)
{
    char here[4096];
    char *location = commit_ask("git config --get remote.origin.url 2>/dev/null");
    const char *named = location ? location : getcwd(here, sizeof(here));
    char *project = project_of(named ? named : "unknown");
    free(location);
    return project;
}

enum assay_status commit_describe(struct assay_commit *out_commit)
{
    struct assay_commit commit = {0};
    commit.id = commit_ask("git rev-parse HEAD 2>/dev/null");
    if (commit.id) {
        commit.branch = commit_ask("git symbolic-ref --short HEAD 2>/dev/null || echo '(detached head)'");
        commit.time = commit_ask("git log -1 --format=%cI 2>/dev/null");
        commit.author_time = commit_ask("git log -1 --format=%aI 2>/dev/null");
        char *changes = commit_ask("git status --porcelain --untracked-files=no 2>/dev/null");
        commit.dirty = changes != NULL;
        free(changes);
    } else {
        commit.id = strdup("unversioned");
    }
    commit.project = ask_project();
    if (!commit.id || !commit.project) {
        free(commit.id);
        free(commit.branch);
        free(commit.time);
        free(commit.author_time);
        free(commit.project);
        return ASSAY_NO_MEMORY;
    }
    *out_commit = commit;
    return ASSAY_OK;
}

char *commit_author(void)
{
    char *name = commit_ask("git config user.name 2>/dev/null");
    char *mail = commit_ask("git config user.email 2>/dev/null");
    const char *user = getenv("USER");
    struct buf who;
    base_buf_init(&who, 3 * MAX_ANSWER_BYTES);
    base_buf_add_cstr(&who, name ? name : user && user[0] ? user : "unknown");
    if (mail) {
        base_buf_addf(&who, " <%s>", mail);
    }
    free(name);
    free(mail);
    return base_buf_take(&who);
}
