// SPDX-License-Identifier: MIT
#include "cmd/assay/interrupt.h"

#include <signal.h>
#include <stdio.h>

/* What handler and program share. */
static volatile sig_atomic_t watched_groups[INTERRUPT_MAX_GROUPS], is_gentle, caught;

static void kill_groups(void)
{
    for (size_t i = 0; i < INTERRUPT_MAX_GROUPS; i++) {
        if (watched_groups[i] > 0) {
            (void)kill(-(pid_t)watched_groups[i], SIGKILL); /* it may have ended by itself */
        }
    }
}

static void end_by(int signal_number)
{
    (void)signal(signal_number, SIG_DFL);
    (void)raise(signal_number);
}

static void handle(int signal_number)
{
    bool is_first = is_gentle && caught == 0;
    if (is_first) {
        caught = signal_number; /* before the group is looked at: see interrupt_watch_group() */
    }
    kill_groups();
    if (!is_first) {
        end_by(signal_number);
    }
}

void interrupt_install(void)
{
    const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        struct sigaction action = {.sa_handler = handle, .sa_flags = SA_NODEFER};
        sigemptyset(&action.sa_mask);
        (void)sigaction(signals[i], &action, NULL); /* fails for signals that do not exist only */
    }
}

void interrupt_be_gentle(bool gentle)
{
    is_gentle = gentle;
}

int interrupt_caught(void)
{
    return caught;
}

void interrupt_watch_group(pid_t group)
{
    size_t at = 0;
    while (at < INTERRUPT_MAX_GROUPS - 1 && watched_groups[at] > 0) {
        at++;
    }
    watched_groups[at] = group;
    if (caught != 0) { /* perhaps before the group was known to the handler */
        kill_groups();
    }
}

void interrupt_forget_group(pid_t group)
{
    for (size_t i = 0; i < INTERRUPT_MAX_GROUPS; i++) {
        if (watched_groups[i] == group) {
            watched_groups[i] = 0;
        }
    }
}

void interrupt_end(void)
{
    if (caught != 0) {
        (void)fflush(NULL); /* what cannot be written now is lost either way */
        end_by(caught);
    }
}
