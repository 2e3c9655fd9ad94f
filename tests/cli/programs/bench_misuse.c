// SPDX-License-Identifier: MIT
/* What must not be done in a benchmark, each in one of its own, between two that do nothing wrong:
 * the rows of "When a benchmark goes wrong" in docs/guide.md. */
#define _GNU_SOURCE
#include <assay/bench.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void sleep_for_ever(void)
{
    const struct timespec long_time = {.tv_sec = 1000};
    for (;;) {
        (void)nanosleep(&long_time, NULL);
    }
}

BENCH(fine_before)
{
    BENCH_LOOP (bench) {
    }
}

/* Leaving. */

BENCH(exit_in_the_loop)
{
    BENCH_LOOP (bench) {
        exit(0);
    }
}

BENCH(_exit_in_the_loop)
{
    BENCH_LOOP (bench) {
        _exit(5);
    }
}

BENCH(quick_exit_in_the_loop)
{
    BENCH_LOOP (bench) {
        quick_exit(6);
    }
}

BENCH(exit_before_the_loop)
{
    exit(0);
    BENCH_LOOP (bench) {
    }
}

BENCH(pthread_exit_in_the_loop)
{
    BENCH_LOOP (bench) {
        pthread_exit(NULL);
    }
}

BENCH(longjmp_to_before_the_loop)
{
    static jmp_buf before;
    static int jumps;
    (void)setjmp(before);
    BENCH_LOOP (bench) {
        if (++jumps % 100 == 7) {
            longjmp(before, 1);
        }
    }
}

BENCH(longjmp_over_the_loop)
{
    static jmp_buf before;
    if (setjmp(before) == 0) {
        BENCH_LOOP (bench) {
            longjmp(before, 1);
        }
    }
}

/* Processes. */

/* Lets the child come back to the loop, however busy the machine is. */
static void wait_for(pid_t child)
{
    if (child > 0) {
        (void)waitpid(child, NULL, 0);
    }
}

BENCH(fork_and_both_go_on)
{
    assay_time_calls(bench);
    BENCH_LOOP (bench) {
        wait_for(fork());
    }
}

BENCH(fork_before_the_loop)
{
    pid_t child = fork();
    BENCH_LOOP (bench) {
    }
    wait_for(child);
}

BENCH(daemon_holds_the_pipe_and_the_worker_exits)
{
    if (fork() == 0) {
        (void)setsid();
        sleep_for_ever();
    }
    BENCH_LOOP (bench) {
        _exit(8);
    }
}

BENCH(daemon_is_left_behind)
{
    if (fork() == 0) {
        (void)setsid();
        sleep_for_ever();
    }
    BENCH_LOOP (bench) {
    }
}

BENCH(closes_all_descriptors)
{
    for (int fd = 0; fd < 100; fd++) {
        (void)close(fd);
    }
    BENCH_LOOP (bench) {
    }
}

BENCH(closes_all_and_opens_a_file)
{
    for (int fd = 0; fd < 100; fd++) {
        (void)close(fd);
    }
    for (int fd = 0; fd < 6; fd++) {
        (void)open("victim", O_RDWR | O_CREAT, 0600);
    }
    BENCH_LOOP (bench) {
    }
}

/* Never coming back. */

BENCH(never_reaches_the_loop)
{
    sleep_for_ever();
    BENCH_LOOP (bench) {
    }
}

BENCH(never_leaves_the_loop_nor_minds_sigterm)
{
    (void)signal(SIGTERM, SIG_IGN);
    BENCH_LOOP (bench) {
        for (;;) {
            BENCH_CLOBBER();
        }
    }
}

BENCH(never_returns)
{
    BENCH_LOOP (bench) {
    }
    sleep_for_ever();
}

BENCH(is_stopped)
{
    BENCH_LOOP (bench) {
        (void)raise(SIGSTOP);
    }
}

BENCH(prints_megabytes)
{
    static char text[65536];
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] = "again and again\n"[i % 16];
    }
    assay_pedantic(bench, 2000, 1, 0);
    BENCH_LOOP (bench) {
        if (write(STDOUT_FILENO, text, sizeof(text)) < 0) {
            abort();
        }
    }
    (void)printf("the last line\n");
    assay_fail_because(bench, "so that the last lines are shown");
}

/* Loops. */

BENCH(no_loop)
{
    (void)bench;
}

BENCH(two_loops)
{
    BENCH_LOOP (bench) {
    }
    BENCH_LOOP (bench) {
    }
}

static void loop_again(struct assay_bench *bench)
{
    BENCH_LOOP (bench) {
    }
}

BENCH(loop_within_a_loop)
{
    BENCH_LOOP (bench) {
        loop_again(bench);
    }
}

static void *loop_in_thread(void *bench)
{
    BENCH_LOOP (bench) {
    }
    return NULL;
}

BENCH(loop_in_another_thread)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, loop_in_thread, bench) == 0) {
        (void)pthread_join(thread, NULL);
    }
}

BENCH(loop_of_null)
{
    (void)bench;
    BENCH_LOOP (NULL) {
    }
}

BENCH(states_to_null)
{
    assay_target(NULL, "p95 < 1 s");
    BENCH_LOOP (bench) {
    }
}

BENCH(asks_for_iterations_without_rounds)
{
    uint64_t iterations = assay_iterations(bench);
    BENCH_KEEP(iterations);
    BENCH_LOOP (bench) {
    }
}

BENCH(fails_at_every_iteration)
{
    BENCH_LOOP (bench) {
        BENCH_CHECK(bench, bench == NULL);
    }
}

BENCH_PARAMS(one_value_fails, "count=1,2,3")
{
    if (assay_param(bench, "count") == 2) {
        assay_fail_because(bench, "there are no two");
        return;
    }
    BENCH_LOOP (bench) {
    }
}

/* Allowed: none of it reaches beyond the process. */

static void do_nothing(int signal_number)
{
    (void)signal_number;
}

BENCH(fine_changing_all_it_can)
{
    struct sigaction action = {.sa_handler = do_nothing}; /* no SA_RESTART: system calls are interrupted */
    const struct itimerval often = {.it_interval.tv_usec = 500, .it_value.tv_usec = 500};
    const char *locale = getenv("ASSAY_TEST_LOCALE");
    sigset_t all;
    if (!setlocale(LC_ALL, locale ? locale : "C.UTF-8") || chdir("/") != 0 || close(STDIN_FILENO) != 0) {
        abort();
    }
    (void)sigfillset(&all);
    (void)sigdelset(&all, SIGALRM);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    (void)sigaction(SIGALRM, &action, NULL);
    (void)sigaction(SIGPIPE, &action, NULL);
    (void)setitimer(ITIMER_REAL, &often, NULL);
    assay_items(bench, 1.5);
    BENCH_LOOP (bench) {
    }
}

BENCH(fine_after)
{
    BENCH_LOOP (bench) {
    }
}
