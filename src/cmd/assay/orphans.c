// SPDX-License-Identifier: MIT
#include "cmd/assay/orphans.h"

#if defined(__linux__)

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"

#define MAX_CHILDREN 256
/* Each pass ends a generation: the children of the one before. */
#define MAX_GENERATIONS 100

struct children {
    pid_t pids[MAX_CHILDREN];
    size_t count;
};

static struct children own; /* which the program had before */
static bool adopts;

/* The children of this process, or the first of very many; false if the system does not say. */
static bool list_children(struct children *children)
{
    char path[60], text[16 * MAX_CHILDREN];
    (void)snprintf(path, sizeof(path), "/proc/self/task/%ld/children", (long)getpid()); /* fits */
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, text, sizeof(text)) : -1;
    if (fd >= 0) {
        (void)close(fd); /* read-only: nothing to lose */
    }
    children->count = 0;
    struct str rest = {text, got > 0 ? (size_t)got : 0};
    while (rest.len > 0 && children->count < MAX_CHILDREN) {
        int64_t pid;
        struct str word = base_str_cut(rest, ' ', &rest);
        if (rest.ptr && base_num_parse_int64(word, 1, INT32_MAX, &pid)) { /* else it may be cut */
            children->pids[children->count++] = (pid_t)pid;
        }
    }
    return got >= 0;
}

static bool is_own(pid_t pid)
{
    for (size_t i = 0; i < own.count; i++) {
        if (own.pids[i] == pid) {
            return true;
        }
    }
    return false;
}

void orphans_adopt(void)
{
    adopts = list_children(&own) && own.count < MAX_CHILDREN && prctl(PR_SET_CHILD_SUBREAPER, 1L) == 0;
}

void orphans_end(void)
{
    bool any = adopts;
    for (int generation = 0; any && generation < MAX_GENERATIONS; generation++) {
        struct children now;
        any = false;
        (void)list_children(&now);
        for (size_t i = 0; i < now.count; i++) {
            if (!is_own(now.pids[i]) &&
                kill(now.pids[i], SIGKILL) == 0) { /* another user's would be waited for in vain */
                any = true;
                while (waitpid(now.pids[i], NULL, 0) < 0 && errno == EINTR) {
                }
            }
        }
    }
}

#else

void orphans_adopt(void)
{
}

void orphans_end(void)
{
}

#endif
