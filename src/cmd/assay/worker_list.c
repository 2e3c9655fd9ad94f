// SPDX-License-Identifier: MIT
#include "cmd/assay/worker_list.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "assay/protocol.h"
#include "base/clock.h"
#include "cmd/assay/child.h"

#define MAX_LIST_BYTES 4000000

extern char **environ;

static bool read_to_end(int fd, int64_t deadline_ns, struct buf *out)
{
    char chunk[4096];
    while (child_wait_readable(fd, deadline_ns)) {
        ssize_t got = read(fd, chunk, sizeof(chunk));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got == 0;
        }
        base_buf_add(out, (struct str){chunk, (size_t)got});
    }
    return false;
}

/* Checks the heading of a list and cuts it off. */
static bool take_list(struct str text, struct buf *out_lines)
{
    struct str rest;
    struct str heading = base_str_cut(text, '\n', &rest);
    if (!base_str_equal(heading, STR("assay 1"))) {
        return false;
    }
    base_buf_add(out_lines, rest);
    return base_buf_ok(out_lines);
}

/* What a program without a list did instead. */
static enum worker_list explain_no_list(const char *program, bool by_itself, int status, int64_t timeout_ns,
                                        struct buf *out_reason)
{
    if (!by_itself) {
        base_buf_addf(out_reason,
                      "'%s' hung when it was asked for its benchmarks: no answer to %s for %.3g s (--timeout)", program,
                      ASSAY_LIST_FLAG, (double)timeout_ns / 1e9);
        return WORKER_LIST_DIED;
    }
    if (WIFSIGNALED(status)) {
        const char *name = strsignal(WTERMSIG(status));
        base_buf_addf(out_reason, "'%s' crashed when it was asked for its benchmarks (%s): killed by signal %d (%s)",
                      program, ASSAY_LIST_FLAG, WTERMSIG(status), name ? name : "?");
        return WORKER_LIST_DIED;
    }
    base_buf_addf(out_reason, "'%s' is not a benchmark program: it did not answer %s; link it with the assay library",
                  program, ASSAY_LIST_FLAG);
    return WORKER_NO_PROGRAM;
}

enum worker_list worker_list_benchmarks(const char *program, int64_t timeout_ns, struct buf *out_lines,
                                        struct buf *out_reason)
{
    char flag[] = ASSAY_LIST_FLAG;
    int output[2] = {-1, -1};
    pid_t pid = 0;
    char *const argv[] = {(char *)(uintptr_t)program, flag, NULL}; /* it is not written to */
    int error = child_make_pipe(output) ? child_start(argv, environ, output[1], -1, -1, -1, &pid) : errno;
    child_close_fd(&output[1]);
    if (error != 0) {
        base_buf_addf(out_reason, "cannot start '%s': %s", program, strerror(error));
        child_close_fd(&output[0]);
        return WORKER_NO_PROGRAM;
    }
    struct buf text;
    base_buf_init(&text, MAX_LIST_BYTES);
    int64_t deadline_ns = base_clock_monotonic_ns() + timeout_ns;
    bool complete = read_to_end(output[0], deadline_ns, &text);
    child_close_fd(&output[0]);
    int status = 0;
    bool by_itself = child_reap(pid, complete ? deadline_ns : 0, &status);
    bool too_long = !base_buf_ok(&text);
    bool good = complete && by_itself && WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
                take_list(base_buf_str(&text), out_lines);
    base_buf_deinit(&text);
    if (too_long) {
        base_buf_addf(out_reason, "'%s' names more than %d MB of benchmarks; spread them over several programs",
                      program, MAX_LIST_BYTES / 1000000);
        return WORKER_NO_PROGRAM;
    }
    return good ? WORKER_LISTED : explain_no_list(program, by_itself, status, timeout_ns, out_reason);
}
