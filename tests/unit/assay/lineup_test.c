// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "cmd/assay/lineup.h"
#include "cmd/assay/lineup_csv.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The names are written by nobody, though a result owns them as plain char. */
static struct assay_run run_of(const char *name, const char *fullname, const char *group, double min)
{
    return (struct assay_run){.name = (char *)(uintptr_t)name,
                              .fullname = (char *)(uintptr_t)fullname,
                              .group = (char *)(uintptr_t)group,
                              .stats = {.min = min, .rounds = 5}};
}

struct two_runs {
    struct assay_run old_runs[4], new_runs[3];
    struct assay_result old, new;
    struct lineup_source sources[2];
};

static void make_two_runs(struct two_runs *two)
{
    two->old_runs[0] = run_of("test_b", "x.c::test_b", NULL, 3);
    two->old_runs[1] = run_of("a", "x.c::a", "late", 2);
    two->old_runs[2] = run_of("c[size=4,of=x]", "x.c::c[size=4,of=x]", NULL, 1);
    two->old_runs[3] = run_of("broken", "x.c::broken", NULL, 0);
    two->old_runs[3].error = (char *)(uintptr_t)"crashed";
    two->new_runs[0] = run_of("c[size=4,of=x]", "x.c::c[size=4,of=x]", NULL, 4);
    two->new_runs[1] = run_of("a", "x.c::a", "late", 1);
    two->new_runs[2] = run_of("new", "x.c::new", "early", 5);
    two->old = (struct assay_result){.runs = two->old_runs, .run_count = 4};
    two->new = (struct assay_result){.runs = two->new_runs, .run_count = 3};
    two->sources[0] = (struct lineup_source){&two->old, "0001_before_long", "s/0001_before_long.json"};
    two->sources[1] = (struct lineup_source){&two->new, "0002_after", "s/0002_after.json"};
}

/* All rows of a lineup: "GROUP: NAME; NAME. GROUP: ...". */
static void assert_lines_up(const struct two_runs *two, size_t sources, struct lineup_plan plan, const char *wanted)
{
    struct lineup lineup;
    struct buf got;
    base_buf_init(&got, 10000);
    assert_true(lineup_create(two->sources, sources, &plan, &lineup));
    for (size_t group = 0; group < lineup.group_count; group++) {
        base_buf_addf(&got, "%s%s:", group > 0 ? ". " : "", lineup.groups[group].key);
        for (size_t i = 0; i < lineup.groups[group].count; i++) {
            base_buf_addf(&got, "%s %s", i > 0 ? ";" : "", lineup.groups[group].rows[i].name);
        }
    }
    assert_string_equal(base_buf_cstr(&got), wanted);
    base_buf_deinit(&got);
    lineup_deinit(&lineup);
}

static void rows_stand_in_the_order_that_is_asked_for(void **state)
{
    (void)state;
    struct two_runs two;
    make_two_runs(&two);
    assert_lines_up(&two, 2, (struct lineup_plan){.group_by = "group", .names_sources = true},
                    ": test_b (0001_before_); c[size=4,of=x] (0001_before_); c[size=4,of=x] (0002_after). "
                    "late: a (0001_before_); a (0002_after). early: new (0002_after)");
    assert_lines_up(&two, 2,
                    (struct lineup_plan){.group_by = "group",
                                         .sorts_groups = true,
                                         .order = LINEUP_BY_METRIC,
                                         .metric = ASSAY_METRIC_MIN,
                                         .names_sources = true},
                    ": c[size=4,of=x] (0001_before_); test_b (0001_before_); c[size=4,of=x] (0002_after). "
                    "early: new (0002_after). late: a (0002_after); a (0001_before_)");
    assert_lines_up(&two, 1, (struct lineup_plan){.group_by = "func", .order = LINEUP_BY_NAME, .sorts_groups = true},
                    "a: a. c: c[size=4,of=x]. test_b: test_b");
    assert_lines_up(&two, 2,
                    (struct lineup_plan){.group_by = "param:size", .filter = "size or new", .only_of_first = true},
                    "size=4: c[size=4,of=x]; c[size=4,of=x]");
    assert_lines_up(&two, 0, (struct lineup_plan){.group_by = "group"}, "");
}

static void names_have_four_forms(void **state)
{
    (void)state;
    struct two_runs two;
    make_two_runs(&two);
    struct lineup_plan plan = {.group_by = "group", .filter = "test_b", .names_sources = true, .names = LINEUP_SHORT};
    assert_lines_up(&two, 2, plan, ": b (0001)");
    plan.names = LINEUP_LONG;
    assert_lines_up(&two, 2, plan, ": x.c::test_b (0001_before_long)");
    plan.names = LINEUP_TRIAL;
    assert_lines_up(&two, 2, plan, ": 0001");
    two.sources[0].name = "";
    assert_lines_up(&two, 2, plan, ": ????");
    plan.names = LINEUP_NORMAL;
    assert_lines_up(&two, 2, plan, ": test_b");
}

static void sources_that_differ_look_different(void **state)
{
    (void)state;
    struct two_runs two;
    make_two_runs(&two);
    const struct lineup_plan plan = {.group_by = "group", .filter = "a", .names_sources = true, .names = LINEUP_SHORT};
    two.sources[0].name = "nightly_1";
    two.sources[1].name = "nightly_2";
    assert_lines_up(&two, 2, plan, "late: a (nightly_1); a (nightly_2)");
    two.sources[1].name = "nightly_1"; /* of another folder, or the same file again */
    assert_lines_up(&two, 2, plan, "late: a (nigh); a (nigh#2)");
}

static void benchmarks_are_counted_once(void **state)
{
    (void)state;
    struct two_runs two;
    struct lineup lineup;
    const struct lineup_plan plan = {.group_by = "group", .order = LINEUP_BY_METRIC, .metric = ASSAY_METRIC_MIN};
    make_two_runs(&two);
    assert_true(lineup_create(two.sources, 2, &plan, &lineup));
    assert_int_equal(lineup_benchmarks(&lineup.groups[0]), 2);
    assert_int_equal(lineup.groups[0].count, 3);
    assert_int_equal(lineup_benchmarks(&lineup.groups[1]), 1);
    lineup_deinit(&lineup);
}

static void saved_runs_are_called_after_their_file(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"a/b/0001_base.json", "0001_base"}, {"x.json", "x"}, {"plain", "plain"},
                                           {"a.json/b", "b"},                   {".json", ".json"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *name = lineup_source_name(cases[i][0]);
        assert_string_equal(name, cases[i][1]);
        free(name);
    }
}

static void csv_quotes_what_needs_it(void **state)
{
    (void)state;
    static const enum assay_metric columns[] = {ASSAY_METRIC_MIN, ASSAY_METRIC_ROUNDS, ASSAY_METRIC_P95,
                                                ASSAY_METRIC_OUTLIERS};
    struct assay_run runs[] = {run_of("a[k=1,of=x]", "x.c::a[k=1,of=x]", NULL, 1e-9), run_of("q\"", "q\"\n", NULL, 2)};
    const struct assay_result result = {.runs = runs, .run_count = COUNT_OF(runs)};
    const struct lineup_source source = {&result, "", "a,b.json"};
    const struct lineup_plan plan = {.group_by = "group"};
    struct lineup lineup;
    struct buf text;
    base_buf_init(&text, 10000);
    assert_true(lineup_create(&source, 1, &plan, &lineup));
    lineup_csv(&lineup, columns, COUNT_OF(columns), &text);
    assert_string_equal(base_buf_cstr(&text), "name,param:k,param:of,min,rounds,p95,outliers,source\n"
                                              "\"x.c::a[k=1,of=x]\",1,x,1e-09,5,,0;0,\"a,b.json\"\n"
                                              "\"q\"\"\n\",,,2.0,5,,0;0,\"a,b.json\"\n");
    base_buf_deinit(&text);
    lineup_deinit(&lineup);
}

static void without_memory_nothing_is_left(void **state)
{
    (void)state;
    struct two_runs two;
    make_two_runs(&two);
    const struct lineup_plan plan = {.group_by = "group", .names_sources = true, .only_of_first = true};
    for (size_t n = 1;; n++) {
        struct lineup lineup;
        alloc_fault_after(n);
        bool created = lineup_create(two.sources, 2, &plan, &lineup);
        bool happened = alloc_fault_happened();
        alloc_fault_after(0);
        assert_true(created || happened); /* strndup() is of libc, which has memory */
        if (created) {
            lineup_deinit(&lineup);
        }
        if (!happened) {
            break;
        }
        assert_false(created);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_stand_in_the_order_that_is_asked_for),
        cmocka_unit_test(names_have_four_forms),
        cmocka_unit_test(sources_that_differ_look_different),
        cmocka_unit_test(benchmarks_are_counted_once),
        cmocka_unit_test(saved_runs_are_called_after_their_file),
        cmocka_unit_test(csv_quotes_what_needs_it),
        cmocka_unit_test(without_memory_nothing_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
