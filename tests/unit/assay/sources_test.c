// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/assay/sources.h"

/* A project in a folder of its own, which is the one at hand: a program in build/tests, sources in tests/perf. */
static char root[] = "sources_test_XXXXXX";

static void make_file(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

static int make_project(void **state)
{
    static const char *const folders[] = {"build", "build/tests", "tests", "tests/perf", "tests/perfect"};
    (void)state;
    if (!mkdtemp(root) || chdir(root) != 0) {
        return -1;
    }
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        assert_int_equal(mkdir(folders[i], 0700), 0);
    }
    make_file("build/tests/program");
    make_file("tests/perf/a.c");
    make_file("tests/perfect/b.c");
    return symlink("tests/perf", "link");
}

static int remove_project(void **state)
{
    char command[100];
    (void)state;
    (void)snprintf(command, sizeof(command), "rm -r '%s'", root); /* fits */
    return chdir("..") == 0 ? system(command) : -1;
}

static void arguments_are_told_apart_by_what_they_are_or_are_called(void **state)
{
    (void)state;
    assert_true(sources_is_one("tests"));
    assert_true(sources_is_one("nowhere/"));
    assert_true(sources_is_one("nowhere.c") && sources_is_one("a.cpp") && sources_is_one("tests/perf/a.c"));
    assert_false(sources_is_one("build/tests/program") || sources_is_one("nowhere") || sources_is_one("a.com"));
}

static void files_are_found_from_here_from_the_program_and_from_above_it(void **state)
{
    static const struct {
        const char *place, *file;
        bool have;
    } cases[] = {
        {"tests/perf", "tests/perf/a.c", true},      /* from here */
        {"tests/perf/", "../../tests/perf/a.c", true}, /* from the program's folder */
        {"tests", "../tests/perf/a.c", true},        /* from the build's */
        {"link", "tests/perf/a.c", true},
        {".", "tests/perf/a.c", true},
        {"/", "tests/perf/a.c", true},
        {"tests/perf/a.c", "tests/perf/../perf/a.c", true},
        {"tests/perf", "tests/perfect/b.c", false},  /* the name only begins alike */
        {"tests/perf/a.c", "tests/perfect/b.c", false},
        {"build", "tests/perf/a.c", false},
        {"tests/perf", "/src/elsewhere/a.c", false}, /* built from other sources of that name */
        {"tests/perf", "./mapped/a.c", true},        /* nowhere to be found: told by its name */
        {"tests/perf/a.c", "mapped/a.c", true},
        {"tests/perf", "mapped/b.c", false},
        {"tests/perf", "", false},
        {"tests/perf", NULL, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sources sources;
        assert_true(sources_open(&cases[i].place, 1, &sources));
        assert_int_equal(sources_have(&sources, "build/tests/program", cases[i].file), cases[i].have);
        assert_int_equal(sources_missed(&sources) == NULL, cases[i].have);
        sources_close(&sources);
    }
}

static void each_place_must_be_met(void **state)
{
    static const char *const places[] = {"tests/perf", "tests/perfect"};
    struct sources sources;
    (void)state;
    assert_true(sources_open(places, 2, &sources));
    assert_true(sources_have(&sources, "build/tests/program", "tests/perf/a.c"));
    assert_string_equal(sources_missed(&sources)->argument, "tests/perfect");
    assert_true(sources_have(&sources, "build/tests/program", "tests/perfect/b.c"));
    assert_null(sources_missed(&sources));
    sources_close(&sources);
    static const char *const nowhere[] = {"nowhere/"};
    assert_false(sources_open(nowhere, 1, &sources));
}

const char program_name[] = "sources_test";

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_are_told_apart_by_what_they_are_or_are_called),
        cmocka_unit_test(files_are_found_from_here_from_the_program_and_from_above_it),
        cmocka_unit_test(each_place_must_be_met),
    };
    return cmocka_run_group_tests(tests, make_project, remove_project);
}
