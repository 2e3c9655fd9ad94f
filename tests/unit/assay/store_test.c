// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alloc_fault.h"
#include "assay/store.h"
#include "base/file.h"
#include "unit/assay/example_result.h"

/* Each test has a storage of its own in the working directory. */
static char storage[64];

static void remove_tree(const char *path)
{
    DIR *stream = opendir(path);
    const struct dirent *entry;
    while (stream && (entry = readdir(stream)) != NULL) {
        char child[512];
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            (void)snprintf(child, sizeof(child), "%s/%s", path, entry->d_name);
            remove_tree(child);
        }
    }
    if (stream) {
        (void)closedir(stream);
    }
    (void)remove(path); /* what is left is seen by whoever looks into the build directory */
}

static int make_storage(void **state)
{
    (void)state;
    (void)snprintf(storage, sizeof(storage), "store_test.XXXXXX");
    return mkdtemp(storage) ? 0 : -1;
}

static int remove_storage(void **state)
{
    (void)state;
    remove_tree(storage);
    return 0;
}

/* An empty file in the storage; "Linux-A/0001_base.json" makes its folder. */
static void put(const char *name)
{
    char path[512], reason[BASE_FILE_REASON_BYTES];
    (void)snprintf(path, sizeof(path), "%s/%s", storage, name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    assert_true(base_file_make_directories(path, reason));
    *slash = '/';
    assert_true(base_file_write_atomic(path, STR("{}"), false, NULL, reason));
}

static const char *below_storage(const char *path)
{
    size_t len = strlen(storage);
    assert_memory_equal(path, storage, len);
    return path + len + 1;
}

static char *save(const char *machine_id, const char *name)
{
    struct assay_result result = {0};
    struct assay_error err = {0};
    char *path;
    assert_true(make_example_result(&result, 1));
    if (assay_store_save(storage, machine_id, name, &result, true, &path, &err) != ASSAY_OK) {
        fail_msg("%s", err.message);
    }
    assay_result_deinit(&result);
    return path;
}

static void assert_saved_as(const char *name, const char *wanted)
{
    char *path = save("Linux-A", name);
    assert_string_equal(below_storage(path), wanted);
    free(path);
}

static void saves_under_the_next_number(void **state)
{
    (void)state;
    assert_saved_as("base", "Linux-A/0001_base.json");
    assert_saved_as("base", "Linux-A/0002_base.json");
    assert_saved_as("head", "Linux-A/0003_head.json");
    put("Linux-A/0041_x.json");
    put("Linux-B/0077_x.json");       /* of another machine */
    put("Linux-A/0099_x.json.tmp1");  /* unfinished */
    put("Linux-A/.0098_x.json");      /* hidden */
    put("Linux-A/097_x.json");        /* three digits */
    put("Linux-A/99999999999_x.json"); /* no number of ours */
    assert_saved_as("head", "Linux-A/0042_head.json");
    put("Linux-A/9999_x.json");
    assert_saved_as("head", "Linux-A/10000_head.json");
    assert_saved_as("head", "Linux-A/10001_head.json");
}

static void what_is_saved_can_be_read(void **state)
{
    (void)state;
    char *path = save("Linux-A", "base");
    struct assay_result result;
    assert_int_equal(assay_result_read(path, &result, NULL), ASSAY_OK);
    assert_int_equal(result.run_count, 2);
    assert_non_null(result.runs[0].samples);
    assay_result_deinit(&result);
    free(path);
}

static void refuses_names_that_are_no_file_names(void **state)
{
    (void)state;
    static const char *const bad[] = {"",   "a/b", "..", ".hidden", "a:b", "a\\b", "a*",
                                      "a?", "<a",  "a>", "a|b",     "a\nb", "a\x7f"};
    struct assay_result result = {0};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char *path = NULL;
        struct assay_error err;
        assert_false(assay_store_name_is_valid(base_str(bad[i])));
        assert_int_equal(assay_store_save(storage, "Linux-A", bad[i], &result, false, &path, &err), ASSAY_BAD_SYNTAX);
        assert_null(path);
    }
    char longest[202];
    memset(longest, 'a', 201);
    longest[201] = '\0';
    assert_false(assay_store_name_is_valid(base_str(longest)));
    assert_true(assay_store_name_is_valid((struct str){longest, 200}));
    assert_true(assay_store_name_is_valid(STR("base v1.2_\xC3\xA9")));
}

static void says_why_it_cannot_save(void **state)
{
    (void)state;
    put("Linux-A"); /* a file where the folder should be */
    struct assay_result result = {0};
    struct assay_error err;
    char *path = NULL;
    assert_int_equal(assay_store_save(storage, "Linux-A", "base", &result, false, &path, &err), ASSAY_BAD_FILE);
    assert_non_null(strstr(err.message, "Linux-A"));
    assert_null(path);
}

static void programs_that_save_at_once_get_different_numbers(void **state)
{
    (void)state;
    enum { PROGRAMS = 4, SAVES = 8 };
    for (int program = 0; program < PROGRAMS; program++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct assay_result result = {0};
            bool saved = make_example_result(&result, 1);
            for (int i = 0; saved && i < SAVES; i++) {
                char *path, name[16];
                (void)snprintf(name, sizeof(name), program == 0 ? "base" : "base%d", program / 2); /* some share one */
                saved = assay_store_save(storage, "Linux-A", name, &result, true, &path, NULL) == ASSAY_OK;
                if (saved) {
                    free(path);
                }
            }
            assay_result_deinit(&result);
            _exit(saved ? 0 : 1);
        }
    }
    for (int program = 0; program < PROGRAMS; program++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    struct assay_paths paths;
    assert_int_equal(assay_store_find(storage, "Linux-A", NULL, &paths, NULL), ASSAY_OK);
    assert_int_equal(paths.count, PROGRAMS * SAVES);
    for (size_t i = 0; i < paths.count; i++) {
        char wanted[64];
        struct assay_result result;
        (void)snprintf(wanted, sizeof(wanted), "Linux-A/%04zu_base", i + 1);
        assert_memory_equal(below_storage(paths.paths[i]), wanted, strlen(wanted));
        assert_int_equal(assay_result_read(paths.paths[i], &result, NULL), ASSAY_OK);
        assay_result_deinit(&result);
    }
    assay_paths_deinit(&paths);
}

static void put_some_runs(void)
{
    put("Linux-A/0001_base.json");
    put("Linux-A/0002_head.json");
    put("Linux-A/10000_base.json");
    put("Linux-A/9999_base.json");
    put("Linux-A/notes.txt");
    put("Linux-A/renamed.json");
    put("Linux-B/0001_base.json");
    put("Linux-B/0003_base.json");
    put("0001_old.json");
    put("Linux-A/0005_folder.json/x");
}

/* `wanted`: paths below the storage, separated by blanks; "" for none. */
static void assert_found(const char *machine_id, const char *selector, const char *wanted)
{
    struct assay_paths paths = {0};
    struct assay_error err;
    struct buf found;
    base_buf_init(&found, 4096);
    enum assay_status status = assay_store_find(storage, machine_id, selector, &paths, &err);
    for (size_t i = 0; i < paths.count; i++) {
        base_buf_addf(&found, "%s%s", i > 0 ? " " : "", below_storage(paths.paths[i]));
    }
    assert_string_equal(base_buf_cstr(&found), wanted);
    assert_int_equal(status, wanted[0] ? ASSAY_OK : ASSAY_NOT_FOUND);
    base_buf_deinit(&found);
    assay_paths_deinit(&paths);
}

static void finds_runs_by_the_rules_of_pytest_benchmark(void **state)
{
    (void)state;
    put_some_runs();
    static const struct {
        const char *machine_id, *selector, *wanted;
    } cases[] = {
        {"Linux-A", "0001", "Linux-A/0001_base.json 0001_old.json"},
        {"Linux-A", "0001_base", "Linux-A/0001_base.json"},
        {"Linux-A", "0001_ba", "Linux-A/0001_base.json"},
        {"Linux-A", "000*", "Linux-A/0001_base.json 0001_old.json Linux-A/0002_head.json"},
        {"Linux-A", "*base", "Linux-A/0001_base.json Linux-A/9999_base.json Linux-A/10000_base.json"},
        {"Linux-A", "base", "Linux-A/0001_base.json Linux-A/9999_base.json Linux-A/10000_base.json"}, /* ours */
        {"Linux-A", "bas", ""},
        {"Linux-A", "Linux-B/base", "Linux-B/0001_base.json Linux-B/0003_base.json"},
        {"Linux-A", "0003", ""},
        {"Linux-A", "Linux-B/0003", "Linux-B/0003_base.json"},
        {"Linux-A", "*/0001_b", "Linux-A/0001_base.json Linux-B/0001_base.json"},
        {"Linux-A", "Linux-[B-C]/*", "Linux-B/0001_base.json 0001_old.json Linux-B/0003_base.json"},
        {NULL, "0001", "Linux-A/0001_base.json Linux-B/0001_base.json 0001_old.json"},
        {NULL, "0003", "Linux-B/0003_base.json"},
        {"Linux-A", NULL,
         "Linux-A/0001_base.json 0001_old.json Linux-A/0002_head.json Linux-A/9999_base.json Linux-A/10000_base.json "
         "Linux-A/renamed.json"},
        {"Linux-C", "0002", ""},
        {"Linux-A", "renamed", "Linux-A/renamed.json"},
        {"Linux-A", "notes", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_found(cases[i].machine_id, cases[i].selector, cases[i].wanted);
    }
}

static void a_path_means_that_file(void **state)
{
    (void)state;
    put_some_runs();
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/Linux-B/0003_base.json", storage);
    struct assay_paths paths;
    assert_int_equal(assay_store_find("nowhere", "Linux-A", path, &paths, NULL), ASSAY_OK);
    assert_int_equal(paths.count, 1);
    assert_string_equal(paths.paths[0], path);
    assay_paths_deinit(&paths);
    assert_null(paths.paths);
    assay_paths_deinit(NULL);
}

static void refuses_a_path_that_is_neither_file_nor_pattern(void **state)
{
    (void)state;
    static const char *const selectors[] = {"a/b/0001.json", "/0001", "../runs/0001_base.json"};
    for (size_t i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
        struct assay_paths paths = {.count = 77};
        struct assay_error err;
        assert_int_equal(assay_store_find(storage, "Linux-A", selectors[i], &paths, &err), ASSAY_BAD_SYNTAX);
        assert_non_null(strstr(err.message, selectors[i]));
        assert_int_equal(paths.count, 77);
    }
}

static void assert_not_found_says(const char *machine_id, const char *selector, const char *searched, const char *there)
{
    struct assay_paths paths;
    struct assay_error err;
    assert_int_equal(assay_store_find(storage, machine_id, selector, &paths, &err), ASSAY_NOT_FOUND);
    if (!strstr(err.message, searched) || !strstr(err.message, there) || !strstr(err.message, storage)) {
        fail_msg("%s", err.message);
    }
}

static void says_what_there_is_instead(void **state)
{
    (void)state;
    assert_not_found_says("Linux-A", "0001", "matches '0001'", "nothing is saved there");
    put("Linux-A/0001_base.json");
    put("Linux-A/0002_head.json");
    assert_not_found_says("Linux-A", "0007", "/Linux-A'", "there are 0001_base, 0002_head");
    assert_not_found_says("Linux-B", "0001", "/Linux-B'", "but the storage has Linux-A");
    assert_not_found_says("Linux-A", "Linux-C/0001", "/Linux-C'", "but the storage has Linux-A");
    for (char c = 'a'; c < 'i'; c++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "Linux-A/0010_%c.json", c);
        put(name);
    }
    assert_not_found_says("Linux-A", "0007", "/Linux-A'", "there are ..., 0010_d, 0010_e, 0010_f, 0010_g, 0010_h");
    remove_tree(storage);
    assert_not_found_says("Linux-A", "0001", "matches '0001'", "the folder does not exist");
}

static void the_latest_has_the_highest_number(void **state)
{
    (void)state;
    put_some_runs();
    static const struct {
        const char *machine_id, *name, *wanted; /* NULL: none */
    } cases[] = {
        {"Linux-A", NULL, "Linux-A/10000_base.json"}, {"Linux-A", "base", "Linux-A/10000_base.json"},
        {"Linux-A", "head", "Linux-A/0002_head.json"}, {"Linux-B", NULL, "Linux-B/0003_base.json"},
        {"Linux-A", "hea", NULL},                      {"Linux-A", "renamed", NULL},
        {"Linux-C", NULL, NULL},                       {"Linux-B", "head", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *path = NULL;
        struct assay_error err = {0};
        enum assay_status status = assay_store_latest(storage, cases[i].machine_id, cases[i].name, &path, &err);
        assert_int_equal(status, cases[i].wanted ? ASSAY_OK : ASSAY_NOT_FOUND);
        if (path) {
            assert_string_equal(below_storage(path), cases[i].wanted);
        } else {
            assert_non_null(strstr(err.message, cases[i].machine_id));
        }
        free(path);
    }
}

static void keep_last(const char *machine_id)
{
    struct assay_result result = {0};
    char *path = NULL;
    assert_true(make_example_result(&result, 1));
    assert_int_equal(assay_store_keep_last(storage, machine_id, &result, &path, NULL), ASSAY_OK);
    assert_string_equal(below_storage(path) + strlen(machine_id), "/.last.json");
    assay_result_deinit(&result);
    assert_int_equal(assay_result_read(path, &result, NULL), ASSAY_OK);
    assert_null(result.runs[0].samples);
    assay_result_deinit(&result);
    free(path);
}

static void the_last_run_is_kept_beside_the_saved_ones(void **state)
{
    (void)state;
    keep_last("Linux-A");
    keep_last("Linux-A"); /* in the place of the one before */
    assert_found("Linux-A", NULL, "");
    assert_saved_as("base", "Linux-A/0001_base.json");
    assert_found("Linux-A", NULL, "Linux-A/0001_base.json");
    assert_found("Linux-A", "last", "");
}

/* `wanted`: paths below the storage, separated by blanks, in any order of the folders; "" for none. */
static void assert_newest(const char *wanted)
{
    struct assay_paths paths = {0};
    struct assay_error err;
    size_t named = wanted[0] != '\0';
    for (const char *at = wanted; *at; at++) {
        named += *at == ' ';
    }
    enum assay_status status = assay_store_newest(storage, &paths, &err);
    assert_int_equal(status, named > 0 ? ASSAY_OK : ASSAY_NOT_FOUND);
    assert_int_equal(paths.count, named);
    for (size_t i = 0; i < paths.count; i++) {
        assert_non_null(strstr(wanted, below_storage(paths.paths[i])));
    }
    assay_paths_deinit(&paths);
}

static void the_newest_is_among_the_last_of_each_machine(void **state)
{
    (void)state;
    assert_newest("");
    put_some_runs();
    assert_newest("Linux-A/10000_base.json Linux-B/0003_base.json 0001_old.json");
    keep_last("Linux-B");
    keep_last("Linux-C");
    assert_newest("Linux-A/10000_base.json Linux-B/0003_base.json 0001_old.json Linux-B/.last.json Linux-C/.last.json");
    for (size_t n = 1;; n++) {
        struct assay_paths paths = {0};
        alloc_fault_after(n);
        enum assay_status status = assay_store_newest(storage, &paths, NULL);
        bool faulted = alloc_fault_happened();
        assert_int_equal(status, faulted ? ASSAY_NO_MEMORY : ASSAY_OK);
        assert_int_equal(paths.count, faulted ? 0 : 5);
        assay_paths_deinit(&paths);
        if (!faulted) {
            break;
        }
    }
}

static void saving_survives_every_lack_of_memory(void **state)
{
    (void)state;
    struct assay_result result = {0};
    assert_true(make_example_result(&result, 1));
    put("Linux-A/0001_base.json");
    char *path = NULL;
    for (size_t n = 1;; n++) {
        alloc_fault_after(n);
        enum assay_status status = assay_store_save(storage, "Linux-A", "base", &result, true, &path, NULL);
        if (!alloc_fault_happened()) {
            assert_int_equal(status, ASSAY_OK);
            break;
        }
        if (status == ASSAY_OK) { /* only syncing the folder was done without */
            assert_int_equal(remove(path), 0); /* as each saved run costs the next save an allocation */
            free(path);
            path = NULL;
            continue;
        }
        assert_true(status == ASSAY_NO_MEMORY || status == ASSAY_BAD_FILE);
        assert_null(path);
    }
    free(path);
    assay_result_deinit(&result);
}

static void finding_survives_every_lack_of_memory(void **state)
{
    (void)state;
    put_some_runs();
    static const char *const selectors[] = {"0001", "0007", NULL, "Linux-C/0001"};
    for (size_t i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
        for (size_t n = 1;; n++) {
            struct assay_paths paths = {0};
            struct assay_error err;
            alloc_fault_after(n);
            enum assay_status status = assay_store_find(storage, "Linux-A", selectors[i], &paths, &err);
            bool faulted = alloc_fault_happened();
            assert_true((status == ASSAY_OK) == (paths.count > 0));
            /* "not found" stands even if there is no memory to say what there is instead */
            assert_true(!faulted || status == ASSAY_NO_MEMORY || status == ASSAY_NOT_FOUND);
            assay_paths_deinit(&paths);
            if (!faulted) {
                break;
            }
        }
    }
    for (size_t n = 1;; n++) {
        char *path = NULL;
        alloc_fault_after(n);
        enum assay_status status = assay_store_latest(storage, "Linux-A", "base", &path, NULL);
        if (!alloc_fault_happened()) {
            assert_int_equal(status, ASSAY_OK);
            free(path);
            break;
        }
        assert_int_equal(status, ASSAY_NO_MEMORY);
        assert_null(path);
    }
}

#define STORAGE_TEST(test) cmocka_unit_test_setup_teardown(test, make_storage, remove_storage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORAGE_TEST(saves_under_the_next_number),
        STORAGE_TEST(what_is_saved_can_be_read),
        STORAGE_TEST(refuses_names_that_are_no_file_names),
        STORAGE_TEST(says_why_it_cannot_save),
        STORAGE_TEST(programs_that_save_at_once_get_different_numbers),
        STORAGE_TEST(finds_runs_by_the_rules_of_pytest_benchmark),
        STORAGE_TEST(a_path_means_that_file),
        STORAGE_TEST(refuses_a_path_that_is_neither_file_nor_pattern),
        STORAGE_TEST(says_what_there_is_instead),
        STORAGE_TEST(the_latest_has_the_highest_number),
        STORAGE_TEST(the_last_run_is_kept_beside_the_saved_ones),
        STORAGE_TEST(the_newest_is_among_the_last_of_each_machine),
        STORAGE_TEST(saving_survives_every_lack_of_memory),
        STORAGE_TEST(finding_survives_every_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
