// SPDX-License-Identifier: MIT
/* Each case is a process of its own, since most of them end by a signal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/assay/interrupt.h"

#define GOOD 7

static void at_once(void)
{
    (void)raise(SIGTERM);
}

static void gently(void)
{
    interrupt_be_gentle(true);
    (void)raise(SIGTERM);
    _exit(interrupt_caught() == SIGTERM ? GOOD : 1);
}

static void gently_then_by_the_signal(void)
{
    interrupt_be_gentle(true);
    interrupt_end(); /* nothing was noted yet */
    (void)raise(SIGHUP);
    interrupt_be_gentle(false);
    interrupt_end();
}

static void a_second_time(void)
{
    interrupt_be_gentle(true);
    (void)raise(SIGTERM);
    (void)raise(SIGINT);
}

static void later_but_not_gently_again(void)
{
    interrupt_be_gentle(true);
    (void)raise(SIGTERM);
    interrupt_be_gentle(false);
    interrupt_be_gentle(true);
    (void)raise(SIGTERM);
}

/* A process that waits in a group of its own. */
static pid_t start_group(void)
{
    pid_t child = fork();
    if (child == 0) {
        (void)setpgid(0, 0);
        for (;;) {
            pause();
        }
    }
    (void)setpgid(child, child);
    return child;
}

static bool was_killed(pid_t child)
{
    int status;
    return waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void with_a_group(void)
{
    pid_t group = start_group();
    interrupt_be_gentle(true);
    interrupt_watch_group(group);
    (void)raise(SIGINT);
    _exit(was_killed(group) ? GOOD : 1);
}

/* Both die, the one that was watched first too. */
static void with_two_groups(void)
{
    pid_t first = start_group(), second = start_group();
    interrupt_be_gentle(true);
    interrupt_watch_group(first);
    interrupt_watch_group(second);
    (void)raise(SIGINT);
    _exit(was_killed(first) && was_killed(second) ? GOOD : 1);
}

/* The signal came while the group started. */
static void before_the_group(void)
{
    pid_t group = start_group();
    interrupt_be_gentle(true);
    (void)raise(SIGINT);
    interrupt_watch_group(group);
    _exit(was_killed(group) ? GOOD : 1);
}

static void after_the_group(void)
{
    pid_t group = start_group();
    interrupt_be_gentle(true);
    interrupt_watch_group(group);
    interrupt_forget_group(group);
    (void)raise(SIGINT);
    bool lives = kill(group, 0) == 0 && waitpid(group, NULL, WNOHANG) == 0;
    (void)kill(group, SIGKILL);
    _exit(lives ? GOOD : 1);
}

static void ends_or_goes_on_as_it_should(void **state)
{
    (void)state;
    static const struct {
        void (*act)(void);
        int by_signal; /* 0: it exits with GOOD */
    } cases[] = {
        {at_once, SIGTERM},
        {gently, 0},
        {gently_then_by_the_signal, SIGHUP},
        {a_second_time, SIGINT},
        {later_but_not_gently_again, SIGTERM},
        {with_a_group, 0},
        {with_two_groups, 0},
        {before_the_group, 0},
        {after_the_group, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int status;
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            interrupt_install();
            cases[i].act();
            _exit(1);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        print_message("case %zu: %x\n", i, (unsigned)status);
        if (cases[i].by_signal != 0) {
            assert_true(WIFSIGNALED(status));
            assert_int_equal(WTERMSIG(status), cases[i].by_signal);
        } else {
            assert_true(WIFEXITED(status));
            assert_int_equal(WEXITSTATUS(status), GOOD);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_or_goes_on_as_it_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
