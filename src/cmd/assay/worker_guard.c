// SPDX-License-Identifier: MIT
/*
 * The handler runs on a stack of its own, since the usual one may be what is used
 * up, and does only what POSIX allows there.  It writes a sentence made before and
 * returns: the instruction fails again, now without a handler, so that the process
 * ends, and leaves a core, as it would have anyway.
 *
 * That a stack overflowed is seen by the address: about as far below the frame of
 * main() as a stack may grow.
 */
#include "cmd/assay/worker_guard.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <poll.h>
#include <sys/prctl.h>
#endif

#define NULL_PAGE 4096
#define MEBIBYTE (UINT64_C(1) << 20)
/* How far from where a stack ends it may still be what overflowed: above, what
 * lies between main() and its beginning; below, one large frame. */
#define ABOVE_THE_END MEBIBYTE
#define BELOW_THE_END (64 * MEBIBYTE)

static struct {
    pid_t process;
    int reply_fd;
    struct stat reply_file;
    uintptr_t stack_begin;
    uint64_t stack_bytes; /* UINT64_MAX: without limit */
    char stack_sentence[120];
    char own_stack[65536];
} guard;

static bool is_near_end_of_stack(uintptr_t address)
{
    if (guard.stack_bytes == UINT64_MAX || address > guard.stack_begin) {
        return false;
    }
    uint64_t depth = guard.stack_begin - address;
    return depth + ABOVE_THE_END > guard.stack_bytes && depth < guard.stack_bytes + BELOW_THE_END;
}

static const char *explain(int signal_number, const siginfo_t *info)
{
    uintptr_t address = (uintptr_t)info->si_addr;
    switch (signal_number) {
    case SIGSEGV:
        if (is_near_end_of_stack(address)) {
            return guard.stack_sentence;
        }
        return address < NULL_PAGE ? "dying it used a NULL pointer\n" : NULL;
    case SIGBUS:
        return info->si_code == BUS_ADRERR ? "dying it used memory of a mapped file beyond the end of the file\n"
                                           : NULL;
    case SIGFPE:
        return info->si_code == FPE_INTDIV ? "dying it divided by zero\n" : NULL;
    case SIGILL:
        return "dying it ran an instruction that this processor does not have, or no instruction at all\n";
    default:
        return NULL;
    }
}

static void say_last_words(int signal_number, siginfo_t *info, void *context)
{
    (void)context;
    struct stat now;
    bool is_raised = info->si_code <= 0; /* by a call: nothing will fail again */
    const char *sentence = is_raised ? NULL : explain(signal_number, info);
    if (sentence && getpid() == guard.process && fstat(guard.reply_fd, &now) == 0 &&
        now.st_dev == guard.reply_file.st_dev && now.st_ino == guard.reply_file.st_ino) {
        ssize_t ignored = write(guard.reply_fd, sentence, strlen(sentence)); /* it dies either way */
        (void)ignored;
    }
    if (is_raised) {
        (void)raise(signal_number);
    }
}

static void explain_signals(int reply_fd)
{
    const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    const stack_t stack = {.ss_sp = guard.own_stack, .ss_size = sizeof(guard.own_stack)};
    struct rlimit limit;
    guard.reply_fd = reply_fd;
    stack_t before; /* a sanitizer has one, and keeps it */
    bool has_stack = sigaltstack(NULL, &before) == 0 && (before.ss_flags & SS_DISABLE) == 0;
    if (fstat(reply_fd, &guard.reply_file) != 0 || (!has_stack && sigaltstack(&stack, NULL) != 0)) {
        return;
    }
    bool is_limited = getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    guard.stack_bytes = is_limited ? (uint64_t)limit.rlim_cur : UINT64_MAX;
    (void)snprintf(guard.stack_sentence, sizeof(guard.stack_sentence), /* fits */
                   "dying its stack of %.1f MiB overflowed, by recursion without end or large local variables\n",
                   (double)guard.stack_bytes / MEBIBYTE);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        struct sigaction present;
        struct sigaction action = {.sa_sigaction = say_last_words,
                                   .sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND | SA_NODEFER};
        sigemptyset(&action.sa_mask);
        if (sigaction(signals[i], NULL, &present) == 0 && present.sa_handler == SIG_DFL) {
            (void)sigaction(signals[i], &action, NULL);
        }
    }
}

#if defined(__linux__)
static void die_with_controller(int command_fd)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct pollfd end = {.fd = command_fd};
    if (poll(&end, 1, 0) > 0 && (end.revents & POLLHUP)) {
        _exit(3); /* it died before that */
    }
}

static void offer_to_be_killed_first(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t ignored = write(fd, "1000", 4); /* another may be chosen then */
        (void)ignored;
        (void)close(fd);
    }
}
#endif

void worker_guard(int command_fd, int reply_fd)
{
    guard.process = getpid();
    guard.stack_begin = (uintptr_t)__builtin_frame_address(0);
    (void)fcntl(command_fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(reply_fd, F_SETFD, FD_CLOEXEC);
#if defined(__linux__)
    die_with_controller(command_fd);
    offer_to_be_killed_first();
#endif
    explain_signals(reply_fd);
}
