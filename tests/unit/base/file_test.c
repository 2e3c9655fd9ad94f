// SPDX-License-Identifier: MIT
/* Each test has a folder of its own and looks at all that is left in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alloc_fault.h"
#include "base/file.h"

int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);

static int link_error; /* 0: hard links are there */

int __wrap_link(const char *from, const char *to)
{
    if (link_error == 0) {
        return __real_link(from, to);
    }
    errno = link_error;
    return -1;
}

struct folder {
    char path[32]; /* in the folder where the test runs */
    char reason[BASE_FILE_REASON_BYTES];
    char *joined[16];
    int joined_count;
};

static int make_folder(void **state)
{
    struct folder *folder = calloc(1, sizeof(*folder));
    if (!folder) {
        return -1;
    }
    memcpy(folder->path, "file_test.XXXXXX", sizeof("file_test.XXXXXX"));
    if (!mkdtemp(folder->path)) {
        free(folder);
        return -1;
    }
    *state = folder;
    return 0;
}

static int remove_folder(void **state)
{
    struct folder *folder = *state;
    char command[100];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder->path); /* fits: path has 32 bytes */
    int status = system(command);
    for (int i = 0; i < folder->joined_count; i++) {
        free(folder->joined[i]);
    }
    free(folder);
    return status;
}

/* A path in the folder; good for the test. */
static const char *in(struct folder *folder, const char *name)
{
    assert_true(folder->joined_count < 16);
    size_t size = strlen(folder->path) + strlen(name) + 2;
    char *joined = malloc(size);
    assert_non_null(joined);
    (void)snprintf(joined, size, "%s/%s", folder->path, name); /* measured above */
    folder->joined[folder->joined_count++] = joined;
    return joined;
}

static size_t count_files(const char *path)
{
    DIR *directory = opendir(path);
    assert_non_null(directory);
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(directory));) {
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(directory);
    return count;
}

static void assert_contents(const char *path, struct str wanted)
{
    struct buf contents;
    char reason[BASE_FILE_REASON_BYTES];
    base_buf_init(&contents, 1000000);
    if (!base_file_read(path, &contents, reason)) {
        fail_msg("%s", reason);
    }
    assert_true(base_str_equal(base_buf_str(&contents), wanted));
    base_buf_deinit(&contents);
}

static void put(struct folder *folder, const char *path, struct str contents)
{
    if (!base_file_write_atomic(path, contents, false, NULL, folder->reason)) {
        fail_msg("%s", folder->reason);
    }
}

static void what_was_written_is_read_back(void **state)
{
    struct folder *folder = *state;
    static char large[300000];
    for (size_t i = 0; i < sizeof(large); i++) {
        large[i] = (char)(i * 31);
    }
    const struct str cases[] = {{NULL, 0}, {"", 0}, {"a", 1}, {"a\0b\n", 4}, {large, sizeof(large)}};
    const char *path = in(folder, "file");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        put(folder, path, cases[i]);
        assert_contents(path, cases[i]);
        assert_int_equal(count_files(folder->path), 1);
    }
}

static void reading_forgets_what_the_buf_held(void **state)
{
    struct folder *folder = *state;
    const char *path = in(folder, "file");
    put(folder, path, STR("new"));
    struct buf contents;
    base_buf_init(&contents, 4);
    base_buf_add_cstr(&contents, "old and too long, so failed");
    assert_true(base_file_read(path, &contents, folder->reason));
    assert_string_equal(base_buf_cstr(&contents), "new");
    base_buf_deinit(&contents);
}

static void a_file_of_exactly_the_maximum_is_read_and_a_larger_one_is_not(void **state)
{
    struct folder *folder = *state;
    static char bytes[70001]; /* more than is read at once */
    const char *path = in(folder, "file");
    struct buf contents;
    base_buf_init(&contents, 70000);
    put(folder, path, (struct str){bytes, 70000});
    assert_true(base_file_read(path, &contents, folder->reason));
    assert_int_equal(contents.len, 70000);

    put(folder, path, (struct str){bytes, 70001});
    assert_false(base_file_read(path, &contents, folder->reason));
    assert_int_equal(base_buf_str(&contents).len, 0);
    assert_true(base_buf_ok(&contents));
    assert_non_null(strstr(folder->reason, "cannot read '"));
    assert_non_null(strstr(folder->reason, path));
    assert_non_null(strstr(folder->reason, "larger than any that belongs here"));
    base_buf_deinit(&contents);
}

static void what_cannot_be_read_says_why_and_leaves_the_buf_empty(void **state)
{
    struct folder *folder = *state;
    const struct {
        const char *path, *why;
    } cases[] = {
        {in(folder, "absent"), "No such file or directory"},
        {folder->path, "Is a directory"},
        {"", "No such file or directory"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf contents;
        base_buf_init(&contents, 100);
        base_buf_add_cstr(&contents, "old");
        assert_false(base_file_read(cases[i].path, &contents, folder->reason));
        char wanted[BASE_FILE_REASON_BYTES];
        (void)snprintf(wanted, sizeof(wanted), "cannot read '%s': %s", cases[i].path, cases[i].why); /* compared */
        assert_string_equal(folder->reason, wanted);
        assert_int_equal(base_buf_str(&contents).len, 0);
        base_buf_deinit(&contents);
    }
}

static void what_is_absent_can_be_read_as_empty(void **state)
{
    struct folder *folder = *state;
    const char *path = in(folder, "file");
    struct buf contents;
    base_file_read_or_empty(path, 3, &contents);
    assert_true(base_buf_ok(&contents));
    assert_int_equal(base_buf_str(&contents).len, 0);
    put(folder, path, STR("new"));
    base_file_read_or_empty(path, 3, &contents);
    assert_string_equal(base_buf_cstr(&contents), "new");
    base_buf_deinit(&contents);
    base_file_read_or_empty(path, 2, &contents);
    assert_int_equal(base_buf_str(&contents).len, 0);
    base_buf_deinit(&contents);
}

static void a_reason_longer_than_its_place_is_cut(void **state)
{
    struct folder *folder = *state;
    char path[1000];
    memset(path, 'x', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    struct buf contents;
    base_buf_init(&contents, 100);
    assert_false(base_file_read(path, &contents, folder->reason));
    assert_int_equal(strlen(folder->reason), BASE_FILE_REASON_BYTES - 1);
}

static void a_written_file_is_for_those_whom_the_umask_lets_in(void **state)
{
    struct folder *folder = *state;
    static const mode_t masks[] = {0022, 0077, 0};
    const char *path = in(folder, "file");
    mode_t before = umask(0);
    for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
        (void)umask(masks[i]);
        put(folder, path, STR("x"));
        struct stat found;
        assert_int_equal(stat(path, &found), 0);
        assert_int_equal(found.st_mode & 0777, 0666 & ~masks[i]);
    }
    (void)umask(before);
}

static void an_exclusive_write_leaves_an_existing_file_alone(void **state)
{
    struct folder *folder = *state;
    const char *path = in(folder, "file");
    bool exists = true;
    assert_true(base_file_write_atomic(path, STR("first"), true, &exists, folder->reason));
    assert_false(base_file_write_atomic(path, STR("second"), true, &exists, folder->reason));
    assert_true(exists);
    assert_non_null(strstr(folder->reason, "File exists"));
    assert_false(base_file_write_atomic(path, STR("third"), true, NULL, folder->reason));
    assert_contents(path, STR("first"));
    assert_int_equal(count_files(folder->path), 1);
}

static void an_exclusive_write_needs_no_hard_links(void **state)
{
    struct folder *folder = *state;
    const char *path = in(folder, "file");
    static const int errors[] = {EPERM, ENOTSUP, ENOSYS, EMLINK};
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        bool exists = true;
        link_error = errors[i];
        assert_true(base_file_write_atomic(path, STR("first"), true, NULL, folder->reason));
        assert_false(base_file_write_atomic(path, STR("second"), true, &exists, folder->reason));
        link_error = 0;
        assert_true(exists);
        assert_contents(path, STR("first"));
        assert_int_equal(count_files(folder->path), 1);
        assert_int_equal(remove(path), 0);
    }
}

static void other_failures_of_a_hard_link_are_told(void **state)
{
    struct folder *folder = *state;
    bool exists = true;
    link_error = ENOSPC;
    assert_false(base_file_write_atomic(in(folder, "file"), STR("first"), true, &exists, folder->reason));
    link_error = 0;
    assert_false(exists);
    assert_non_null(strstr(folder->reason, strerror(ENOSPC)));
    assert_int_equal(count_files(folder->path), 0);
}

static void a_write_that_fails_for_another_reason_says_that_nothing_exists(void **state)
{
    struct folder *folder = *state;
    const char *path = in(folder, "absent/file");
    for (int exclusive = 0; exclusive < 2; exclusive++) {
        bool exists = true;
        assert_false(base_file_write_atomic(path, STR("x"), exclusive, &exists, folder->reason));
        assert_false(exists);
        assert_non_null(strstr(folder->reason, "cannot write '"));
        assert_non_null(strstr(folder->reason, "No such file or directory"));
    }
}

static void a_directory_in_the_place_of_the_file_stays_and_nothing_is_left(void **state)
{
    struct folder *folder = *state;
    const char *path = in(folder, "directory");
    assert_int_equal(mkdir(path, 0777), 0);
    bool exists = true;
    assert_false(base_file_write_atomic(path, STR("x"), false, &exists, folder->reason));
    assert_false(exists);
    assert_false(base_file_write_atomic(path, STR("x"), true, &exists, folder->reason));
    assert_true(exists);
    assert_int_equal(count_files(folder->path), 1);
    assert_int_equal(count_files(path), 0);
}

static void a_write_cut_short_keeps_the_old_file_and_leaves_nothing_behind(void **state)
{
    struct folder *folder = *state;
    static char large[100000];
    const char *path = in(folder, "file");
    put(folder, path, STR("old"));
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = {.rlim_cur = 50000, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool exists = true;
    bool written = base_file_write_atomic(path, (struct str){large, sizeof(large)}, false, &exists, folder->reason);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);
    assert_false(written);
    assert_false(exists);
    assert_non_null(strstr(folder->reason, "File too large"));
    assert_contents(path, STR("old"));
    assert_int_equal(count_files(folder->path), 1);
}

/* The temporary file that this process would use for a path. */
static void name_temporary(const char *path, int attempt, char out_name[300])
{
    (void)snprintf(out_name, 300, "%s.%ld-%d.new", path, (long)getpid(), attempt); /* fits: paths here are short */
}

static void what_a_killed_writer_left_goes_with_the_next_write(void **state)
{
    struct folder *folder = *state;
    const char *path = in(folder, "file"), *other = in(folder, "other");
    char leftover[300], of_another[300];
    name_temporary(path, 0, leftover);
    name_temporary(other, 7, of_another);
    put(folder, leftover, STR("half"));
    put(folder, of_another, STR("half"));
    put(folder, path, STR("whole"));
    assert_contents(path, STR("whole"));
    assert_int_equal(access(leftover, F_OK), -1);
    assert_contents(of_another, STR("half")); /* of a path that nobody writes */
    base_file_remove_litter(folder->path);
    assert_int_equal(count_files(folder->path), 1);
}

static void what_a_writer_at_work_has_half_done_is_left_alone(void **state)
{
    struct folder *folder = *state;
    const char *path = in(folder, "file");
    char half[300];
    name_temporary(path, 0, half);
    put(folder, half, STR("half"));
    int fd = open(half, O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    put(folder, path, STR("whole"));
    base_file_remove_litter(folder->path);
    assert_contents(path, STR("whole"));
    assert_contents(half, STR("half"));
    assert_int_equal(close(fd), 0);
    base_file_remove_litter(folder->path);
    assert_int_equal(count_files(folder->path), 1);
}

static void only_temporary_files_are_litter(void **state)
{
    struct folder *folder = *state;
    static const char *const kept[] = {"file.new",     "file.1-.new", "file.-1.new",
                                       "file.1-2.old", ".1-2.new",    "file.a-1.new"};
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        put(folder, in(folder, kept[i]), STR("mine"));
    }
    base_file_remove_litter(folder->path);
    assert_int_equal(count_files(folder->path), sizeof(kept) / sizeof(kept[0]));
    base_file_remove_litter("nowhere"); /* holds none */
}

static void a_locked_folder_makes_others_wait(void **state)
{
    struct folder *folder = *state;
    int lock = base_file_lock_folder(folder->path), ends[2];
    char got = 'x';
    assert_true(lock >= 0);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        base_file_unlock_folder(base_file_lock_folder(folder->path));
        _exit(write(ends[1], "b", 1) == 1 ? 0 : 1);
    }
    assert_int_equal(write(ends[1], "a", 1), 1);
    base_file_unlock_folder(lock);
    assert_int_equal(read(ends[0], &got, 1), 1);
    assert_int_equal(got, 'a');
    assert_int_equal(read(ends[0], &got, 1), 1);
    assert_int_equal(got, 'b');
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
    assert_int_equal(base_file_lock_folder("nowhere"), -1);
    base_file_unlock_folder(-1);
}

static void a_path_too_long_for_any_file_is_refused(void **state)
{
    struct folder *folder = *state;
    static char path[20000];
    memset(path, 'x', sizeof(path) - 1);
    static const size_t lengths[] = {300, 5000, 8192, sizeof(path) - 1};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        const char *end = path + sizeof(path) - 1;
        assert_false(base_file_write_atomic(end - lengths[i], STR("x"), false, NULL, folder->reason));
        assert_non_null(strstr(folder->reason, "cannot write 'xxx"));
    }
}

static void makes_all_directories_of_a_path(void **state)
{
    struct folder *folder = *state;
    static const char *const names[] = {"a", "b/c/d", "b/c/d", "e//f///", "b/../g", "./h/."};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[256];
        (void)snprintf(path, sizeof(path), "%s/%s", folder->path, names[i]); /* fits: both are short */
        if (!base_file_make_directories(path, folder->reason)) {
            fail_msg("%s", folder->reason);
        }
        struct stat found;
        assert_int_equal(stat(path, &found), 0);
        assert_true(S_ISDIR(found.st_mode));
    }
    assert_true(base_file_make_directories("/", folder->reason));
    assert_true(base_file_make_directories(".", folder->reason));
    assert_int_equal(count_files(folder->path), 5);
}

static void a_directory_behind_a_link_is_a_directory(void **state)
{
    struct folder *folder = *state;
    const char *real = in(folder, "real"), *name = in(folder, "link"), *below = in(folder, "link/below");
    assert_true(base_file_make_directories(real, folder->reason));
    assert_int_equal(symlink("real", name), 0);
    assert_true(base_file_make_directories(below, folder->reason));
    assert_int_equal(count_files(real), 1);
}

static void a_file_in_the_way_of_a_directory_is_named(void **state)
{
    struct folder *folder = *state;
    const char *file = in(folder, "file"), *below = in(folder, "file/below/it"), *dangling = in(folder, "dangling");
    put(folder, file, STR("x"));
    assert_int_equal(symlink("nowhere", dangling), 0);
    const char *const paths[] = {file, below, dangling};
    for (size_t i = 0; i < 3; i++) {
        assert_false(base_file_make_directories(paths[i], folder->reason));
        char wanted[BASE_FILE_REASON_BYTES];
        (void)snprintf(wanted, sizeof(wanted), "cannot make directory '%s': a file of that name is in the way",
                       paths[i]); /* compared below */
        assert_string_equal(folder->reason, wanted);
    }
    assert_contents(file, STR("x"));
    assert_int_equal(count_files(folder->path), 2);
}

static void no_directory_has_an_empty_name(void **state)
{
    struct folder *folder = *state;
    assert_false(base_file_make_directories("", folder->reason));
    assert_string_equal(folder->reason, "cannot make directory '': No such file or directory");
}

static void lack_of_memory_is_a_reason_too(void **state)
{
    struct folder *folder = *state;
    const char *path = in(folder, "file");
    put(folder, path, STR("old"));

    struct buf contents;
    base_buf_init(&contents, 100);
    alloc_fault_after(1);
    bool done = base_file_read(path, &contents, folder->reason);
    assert_true(alloc_fault_happened());
    assert_false(done);
    assert_non_null(strstr(folder->reason, "out of memory"));
    assert_int_equal(base_buf_str(&contents).len, 0);
    assert_true(base_buf_ok(&contents));

    const char *directory = in(folder, "a");
    alloc_fault_after(1);
    done = base_file_make_directories(directory, folder->reason);
    assert_true(alloc_fault_happened());
    assert_false(done);
    assert_non_null(strstr(folder->reason, "out of memory"));

    for (size_t n = 1;; n++) {
        alloc_fault_after(n);
        done = base_file_write_atomic(path, STR("new"), false, NULL, folder->reason);
        if (!alloc_fault_happened()) {
            break;
        }
        /* Without memory for its name the directory is not synced, which fails nothing. */
        assert_contents(path, done ? STR("new") : STR("old"));
        assert_true(done || strstr(folder->reason, "Cannot allocate memory"));
        assert_int_equal(count_files(folder->path), 1);
    }
    assert_true(done);
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(what_was_written_is_read_back),
        IN_A_FOLDER(reading_forgets_what_the_buf_held),
        IN_A_FOLDER(a_file_of_exactly_the_maximum_is_read_and_a_larger_one_is_not),
        IN_A_FOLDER(what_cannot_be_read_says_why_and_leaves_the_buf_empty),
        IN_A_FOLDER(what_is_absent_can_be_read_as_empty),
        IN_A_FOLDER(a_reason_longer_than_its_place_is_cut),
        IN_A_FOLDER(a_written_file_is_for_those_whom_the_umask_lets_in),
        IN_A_FOLDER(an_exclusive_write_leaves_an_existing_file_alone),
        IN_A_FOLDER(an_exclusive_write_needs_no_hard_links),
        IN_A_FOLDER(other_failures_of_a_hard_link_are_told),
        IN_A_FOLDER(a_write_that_fails_for_another_reason_says_that_nothing_exists),
        IN_A_FOLDER(a_directory_in_the_place_of_the_file_stays_and_nothing_is_left),
        IN_A_FOLDER(a_write_cut_short_keeps_the_old_file_and_leaves_nothing_behind),
        IN_A_FOLDER(what_a_killed_writer_left_goes_with_the_next_write),
        IN_A_FOLDER(what_a_writer_at_work_has_half_done_is_left_alone),
        IN_A_FOLDER(only_temporary_files_are_litter),
        IN_A_FOLDER(a_locked_folder_makes_others_wait),
        IN_A_FOLDER(a_path_too_long_for_any_file_is_refused),
        IN_A_FOLDER(makes_all_directories_of_a_path),
        IN_A_FOLDER(a_directory_behind_a_link_is_a_directory),
        IN_A_FOLDER(a_file_in_the_way_of_a_directory_is_named),
        IN_A_FOLDER(no_directory_has_an_empty_name),
        IN_A_FOLDER(lack_of_memory_is_a_reason_too),
    };
    return cmocka_run_group_tests_name("base/file", tests, NULL, NULL);
}
