// SPDX-License-Identifier: MIT
/*
 * What is left of a storage where saving ends at any call to the system: because
 * the program is killed there, or because the disk is full, broken or read-only.
 * The calls come here by --wrap, and are counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "assay/store.h"
#include "unit/assay/example_result.h"

#define KILLED -1
#define MAX_CALLS 100 /* far more than a save makes */

static int countdown;     /* calls until the fault; 0: none */
static int fault;         /* KILLED or an errno */
static bool has_happened;

/* Whether this call is to fail, errno being set; or the end of the program. */
static bool must_fail(void)
{
    if (countdown == 0 || --countdown > 0) {
        return false;
    }
    has_happened = true;
    if (fault == KILLED) {
        (void)kill(getpid(), SIGKILL);
    }
    errno = fault;
    return true;
}

ssize_t __real_write(int fd, const void *bytes, size_t count);
ssize_t __wrap_write(int fd, const void *bytes, size_t count);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);
int __real_unlink(const char *path);
int __wrap_unlink(const char *path);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);

/* A full disk takes some of it first. */
ssize_t __wrap_write(int fd, const void *bytes, size_t count)
{
    if (countdown == 1 && count > 1) {
        ssize_t written = __real_write(fd, bytes, count / 2);
        (void)written; /* what is left of it is to be removed */
        (void)must_fail();
        return -1;
    }
    return must_fail() ? -1 : __real_write(fd, bytes, count);
}

int __wrap_fsync(int fd)
{
    return must_fail() ? -1 : __real_fsync(fd);
}

int __wrap_link(const char *from, const char *to)
{
    return must_fail() ? -1 : __real_link(from, to);
}

int __wrap_unlink(const char *path)
{
    return must_fail() ? -1 : __real_unlink(path);
}

int __wrap_rename(const char *from, const char *to)
{
    return must_fail() ? -1 : __real_rename(from, to);
}

int __wrap_mkdir(const char *path, mode_t mode)
{
    return must_fail() ? -1 : __real_mkdir(path, mode);
}

static char storage[64];

static int make_storage(void **state)
{
    (void)state;
    memcpy(storage, "store_faults.XXXXXX", sizeof("store_faults.XXXXXX"));
    return mkdtemp(storage) ? 0 : -1;
}

static int remove_storage(void **state)
{
    (void)state;
    char command[100];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", storage); /* fits */
    return system(command);
}

static enum assay_status save(bool keeps_last, struct assay_error *err)
{
    struct assay_result result = {0};
    char *path = NULL;
    assert_true(make_example_result(&result, 1));
    enum assay_status status = keeps_last
                                   ? assay_store_keep_last(storage, "Linux-A", &result, &path, err)
                                   : assay_store_save(storage, "Linux-A", "base", &result, true, &path, err);
    free(path);
    assay_result_deinit(&result);
    return status;
}

/* How many runs there are, each of which must be whole, and how much litter. */
static void count_files(size_t *out_runs, size_t *out_litter)
{
    char folder[100];
    *out_runs = *out_litter = 0;
    (void)snprintf(folder, sizeof(folder), "%s/Linux-A", storage); /* fits */
    DIR *stream = opendir(folder);
    for (const struct dirent *entry; stream && (entry = readdir(stream)) != NULL;) {
        char path[400];
        struct assay_result result;
        struct assay_error err;
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name); /* fits */
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (strstr(entry->d_name, ".new")) {
            ++*out_litter;
        } else if (assay_result_read(path, &result, &err) == ASSAY_OK) {
            ++*out_runs;
            assay_result_deinit(&result);
        } else {
            fail_msg("%s", err.message);
        }
    }
    if (stream) {
        (void)closedir(stream);
    }
}

/* Saves in a process that is killed at call number `call`; false if it came to its end before. */
static bool save_and_be_killed(int call, bool keeps_last)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        countdown = call;
        fault = KILLED;
        _exit(save(keeps_last, NULL) == ASSAY_OK ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) || status == 0);
    return WIFSIGNALED(status);
}

static void who_is_killed_leaves_a_whole_run_or_none_and_no_litter_that_lasts(void **state)
{
    (void)state;
    size_t runs, litter, before = 0, seen_litter = 0;
    int call = 1;
    while (save_and_be_killed(call, false)) {
        count_files(&runs, &litter);
        assert_in_range(runs, before, before + 1);
        seen_litter += litter;
        assert_int_equal(save(false, NULL), ASSAY_OK);
        count_files(&before, &litter);
        assert_int_equal(before, runs + 1);
        assert_int_equal(litter, 0);
        assert_in_range(++call, 2, MAX_CALLS);
    }
    assert_true(call > 4 && seen_litter > 0); /* or nothing was tried */
}

static void the_last_run_is_the_old_one_or_the_new_one(void **state)
{
    (void)state;
    size_t runs, litter;
    int call = 1;
    while (save_and_be_killed(call, true)) {
        count_files(&runs, &litter);
        assert_in_range(runs, 0, 1);
        assert_int_equal(save(true, NULL), ASSAY_OK);
        count_files(&runs, &litter);
        assert_int_equal(runs, 1);
        assert_int_equal(litter, 0);
        assert_in_range(++call, 2, MAX_CALLS);
    }
    assert_true(call > 4);
}

/* Lets each call of a save fail, until all of them have. */
static void fail_each_call_with(int error, bool keeps_last)
{
    size_t before, runs, litter;
    assert_int_equal(save(keeps_last, NULL), ASSAY_OK);
    count_files(&before, &litter);
    for (int call = 1;; call++) {
        struct assay_error err = {0};
        countdown = call;
        fault = error;
        has_happened = false;
        enum assay_status status = save(keeps_last, &err);
        countdown = 0;
        count_files(&runs, &litter);
        if (!has_happened) {
            assert_int_equal(status, ASSAY_OK);
            assert_true(call > 3);
            return;
        }
        if (status == ASSAY_OK) { /* what failed does not bear on the run: to sync the folder, to remove a name */
            before = runs;
            continue;
        }
        assert_int_equal(status, ASSAY_BAD_FILE);
        assert_non_null(strstr(err.message, strerror(error)));
        assert_non_null(strstr(err.message, storage));
        assert_int_equal(runs, before);
        assert_int_equal(litter, 0);
        assert_in_range(call, 1, MAX_CALLS);
    }
}

static void a_disk_that_fails_loses_nothing_and_says_so(void **state)
{
    (void)state;
    fail_each_call_with(ENOSPC, false);
}

static void other_failures_are_told_as_well(void **state)
{
    (void)state;
    fail_each_call_with(EIO, false);
    fail_each_call_with(EROFS, true);
}

#define IN_A_STORAGE(test) cmocka_unit_test_setup_teardown(test, make_storage, remove_storage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_STORAGE(who_is_killed_leaves_a_whole_run_or_none_and_no_litter_that_lasts),
        IN_A_STORAGE(the_last_run_is_the_old_one_or_the_new_one),
        IN_A_STORAGE(a_disk_that_fails_loses_nothing_and_says_so),
        IN_A_STORAGE(other_failures_are_told_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
