// SPDX-License-Identifier: MIT
/* Of Linux: elsewhere the numbers are 0. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd/assay/orphans.h"
#include "cmd/assay/program.h"
#include "cmd/assay/worker_watch.h"

#define BLOCK_BYTES (32 << 20)

static void memory_that_is_used_is_seen(void **state)
{
    (void)state;
    uint64_t before = watch_memory_of(getpid());
    char *block = malloc(BLOCK_BYTES);
    assert_non_null(block);
    memset(block, 1, BLOCK_BYTES);
    uint64_t after = watch_memory_of(getpid());
    assert_true(before > 0);
    assert_true(after >= before + BLOCK_BYTES / 2);
    free(block);
    assert_int_equal(watch_memory_of(-5), 0);
}

static void the_machine_has_memory_for_a_benchmark(void **state)
{
    (void)state;
    assert_true(watch_memory_default() > 0);
}

/* Until `is_so`, or for ten seconds. */
static bool comes_true(bool (*is_so)(pid_t child), pid_t child)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    for (int i = 0; i < 1000 && !is_so(child); i++) {
        (void)nanosleep(&pause, NULL);
    }
    return is_so(child);
}

static bool is_stopped(pid_t child)
{
    int signal_number = 0;
    return watch_is_stopped(child, &signal_number) && signal_number == SIGSTOP;
}

static void a_child_is_running_then_stopped_then_ended(void **state)
{
    (void)state;
    int signal_number;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        for (;;) {
            (void)pause();
        }
    }
    assert_false(watch_has_ended(child));
    assert_false(watch_is_stopped(child, &signal_number));
    assert_int_equal(kill(child, SIGSTOP), 0);
    assert_true(comes_true(is_stopped, child));
    assert_false(watch_has_ended(child));
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_true(comes_true(watch_has_ended, child));
    assert_true(watch_has_ended(child)); /* looking does not wait for it */
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_false(watch_has_ended(child));
}

/* A grandchild, whose parent has ended; its number. */
static pid_t make_orphan(void)
{
    int ends[2];
    pid_t orphan = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pid_t grandchild = fork();
        if (grandchild == 0) {
            (void)setsid();
            for (;;) {
                (void)pause();
            }
        }
        ssize_t written = write(ends[1], &grandchild, sizeof(grandchild));
        _exit(written == (ssize_t)sizeof(grandchild) ? 0 : 1);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(read(ends[0], &orphan, sizeof(orphan)), sizeof(orphan));
    (void)close(ends[0]);
    (void)close(ends[1]);
    return orphan;
}

static void orphans_end_and_children_from_before_do_not(void **state)
{
    (void)state;
    pid_t own = fork();
    assert_true(own >= 0);
    if (own == 0) {
        for (;;) {
            (void)pause();
        }
    }
    orphans_adopt();
    pid_t orphan = make_orphan();
    assert_int_equal(kill(orphan, 0), 0);
    orphans_end();
    assert_int_equal(kill(orphan, 0), -1); /* not even a zombie is left */
    assert_false(watch_has_ended(own));
    assert_int_equal(kill(own, SIGKILL), 0);
    assert_int_equal(waitpid(own, NULL, 0), own);
}

static void a_program_is_known_by_its_file(void **state)
{
    (void)state;
    struct program_identity identity;
    char path[] = "worker_watch_test.XXXXXX", other[] = "worker_watch_test.XXXXXX";
    int fd = mkstemp(path), other_fd = mkstemp(other);
    assert_true(fd >= 0 && other_fd >= 0);
    program_look(path, &identity);
    assert_true(program_is_same(path, &identity));
    assert_int_equal(write(fd, "more", 4), 4);
    assert_false(program_is_same(path, &identity));
    program_look(path, &identity);
    assert_int_equal(rename(other, path), 0);
    assert_false(program_is_same(path, &identity));
    program_look(path, &identity);
    assert_int_equal(remove(path), 0);
    assert_false(program_is_same(path, &identity));
    program_look(path, &identity);
    assert_true(program_is_same(path, &identity)); /* still not there */
    (void)close(fd);
    (void)close(other_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_is_used_is_seen),
        cmocka_unit_test(the_machine_has_memory_for_a_benchmark),
        cmocka_unit_test(a_child_is_running_then_stopped_then_ended),
        cmocka_unit_test(orphans_end_and_children_from_before_do_not),
        cmocka_unit_test(a_program_is_known_by_its_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
