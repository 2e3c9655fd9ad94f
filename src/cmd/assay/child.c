// SPDX-License-Identifier: MIT
#include "cmd/assay/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "assay/protocol.h"
#include "base/clock.h"
#include "cmd/assay/interrupt.h"
#include "cmd/assay/orphans.h"
#include "cmd/assay/preload.h"

/* Pipe ends are moved up here, clear of the descriptors a worker gets. */
#define FIRST_FREE_FD 10

static int running; /* children that were started and not waited for */

void child_close_fd(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd); /* pipe ends: nothing is buffered */
    }
    *fd = -1;
}

bool child_reap(pid_t pid, int64_t deadline_ns, int *out_status)
{
    bool by_itself = true;
    for (;;) {
        pid_t ended = waitpid(pid, out_status, by_itself ? WNOHANG : 0);
        if (ended == pid || (ended < 0 && errno != EINTR)) {
            break;
        }
        if (by_itself && base_clock_monotonic_ns() >= deadline_ns) {
            by_itself = false;
            (void)kill(-pid, SIGKILL);
        }
        struct timespec pause = {.tv_nsec = 500000};
        (void)nanosleep(&pause, NULL);
    }
    (void)kill(-pid, SIGKILL); /* children it may have left; ESRCH is the usual answer */
    interrupt_forget_group(pid);
    if (--running == 0) {
        orphans_end();
    }
    return by_itself;
}

bool child_wait_readable(int fd, int64_t deadline_ns)
{
    for (;;) {
        int64_t left_ns = deadline_ns - base_clock_monotonic_ns();
        if (left_ns <= 0) {
            return false;
        }
        int64_t left_ms = left_ns / 1000000 + 1;
        struct pollfd wanted = {.fd = fd, .events = POLLIN};
        int ready = poll(&wanted, 1, left_ms > 1000000 ? 1000000 : (int)left_ms);
        if (ready > 0 || (ready < 0 && errno != EINTR)) {
            return true;
        }
    }
}

bool child_make_pipe(int ends[2])
{
    int low[2];
    if (pipe(low) != 0) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, FIRST_FREE_FD);
        (void)close(low[i]);
    }
    return ends[0] >= 0 && ends[1] >= 0;
}

int child_start(char *const *argv, char *const *environment, int output_fd, int command_fd, int reply_fd,
                int preload_fd, pid_t *out_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&actions) != 0) {
        return ENOMEM;
    }
    if (posix_spawnattr_init(&attributes) != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGXFSZ);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGTERM);
    sigaddset(&defaults, SIGHUP);
    int error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    error = error ? error : posix_spawn_file_actions_adddup2(&actions, output_fd, STDOUT_FILENO);
    if (command_fd >= 0) {
        error = error ? error : posix_spawn_file_actions_adddup2(&actions, output_fd, STDERR_FILENO);
        error = error ? error : posix_spawn_file_actions_adddup2(&actions, command_fd, ASSAY_COMMAND_FD);
        error = error ? error : posix_spawn_file_actions_adddup2(&actions, reply_fd, ASSAY_REPLY_FD);
    }
    if (preload_fd >= 0) {
        error = error ? error : posix_spawn_file_actions_adddup2(&actions, preload_fd, PRELOAD_FD);
    }
    error = error ? error : posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    error = error ? error : posix_spawnattr_setsigdefault(&attributes, &defaults);
    if (error == 0) {
        error = posix_spawnp(out_pid, argv[0], &actions, &attributes, argv, environment);
    }
    if (error == 0) {
        interrupt_watch_group(*out_pid);
        running++;
    }
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

void child_prepare(void)
{
    orphans_adopt();
    interrupt_install();
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that may grow no more is an error of write() as well */
    (void)signal(SIGPIPE, SIG_IGN); /* a worker that is gone is an error of write(), not our end */
}
