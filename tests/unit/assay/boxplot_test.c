// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "alloc_fault.h"
#include "cmd/assay/boxplot.h"

#define MAX_BYTES 1000000

static struct assay_run run_of(const char *name, double *samples, size_t count)
{
    struct assay_run run = {.name = (char *)(uintptr_t)name, .fullname = (char *)(uintptr_t)name, .samples = samples};
    assert_int_equal(assay_describe(samples, count, &run.stats), ASSAY_OK);
    return run;
}

/* The drawing of the runs, for base_buf_deinit(). */
static struct buf drawing_of(struct assay_run *runs, size_t count)
{
    const struct assay_result result = {.runs = runs, .run_count = count};
    const struct lineup_source source = {&result, "", ""};
    const struct lineup_plan plan = {.group_by = "group"};
    struct lineup lineup;
    struct buf out;
    base_buf_init(&out, MAX_BYTES);
    assert_true(lineup_create(&source, 1, &plan, &lineup));
    const struct boxplot plot = {"title", &lineup, lineup.rows, lineup.count, TIME_UNIT_AUTO};
    assert_true(boxplot_draw(&plot, &out));
    lineup_deinit(&lineup);
    return out;
}

static void assert_has(const struct buf *out, const char *text)
{
    if (!strstr(out->ptr, text)) {
        fail_msg("'%s' is not in\n%s", text, out->ptr);
    }
}

static void the_upper_whisker_ends_within_the_fence(void **state)
{
    (void)state;
    double samples[] = {1e-6, 1.1e-6, 1.2e-6, 1.3e-6, 1.4e-6, 9e-6};
    struct assay_run run = run_of("outlier", samples, 6);
    struct buf out = drawing_of(&run, 1);
    assert_has(&out, "\nhd15iqr 1.400 us\nmax 9.000 us\n");
    base_buf_deinit(&out);
    run.samples = NULL; /* of a file without them that pytest-benchmark wrote before 5.3.1 */
    run.stats.hd15iqr = 9e-6;
    out = drawing_of(&run, 1);
    assert_has(&out, "\nhd15iqr \xE2\x89\xA4"
                     "1.850 us\nmax 9.000 us\n");
    base_buf_deinit(&out);
}

static void one_scale_where_medians_are_near_and_shares_where_they_are_not(void **state)
{
    (void)state;
    double fast[] = {1e-6, 1.1e-6, 1.2e-6}, slower[] = {3e-6, 3.1e-6, 3.2e-6}, slow[] = {1e-3, 1.1e-3, 1.2e-3};
    struct assay_run runs[] = {run_of("fast", fast, 3), run_of("slower", slower, 3), run_of("slow", slow, 3)};
    struct buf out = drawing_of(runs, 2);
    assert_has(&out, ">time of an iteration, us<");
    base_buf_deinit(&out);
    out = drawing_of(runs, 3);
    assert_has(&out, ">% of the median of the benchmark's first row<");
    base_buf_deinit(&out);
}

static void odd_numbers_are_drawn_all_the_same(void **state)
{
    (void)state;
    double zero[] = {0, 0, 0}, huge[] = {1e300, 1e300};
    struct assay_run runs[] = {run_of("zero", zero, 3), run_of("huge", huge, 2)};
    runs[1].samples = NULL;
    runs[1].stats.ld15iqr = runs[1].stats.hd15iqr = NAN; /* as of an old file */
    for (size_t i = 0; i < 2; i++) {
        struct buf out = drawing_of(&runs[i], 1);
        assert_null(strstr(out.ptr, "nan"));
        assert_null(strstr(out.ptr, "inf"));
        base_buf_deinit(&out);
    }
    struct buf out = drawing_of(runs, 2);
    assert_null(strstr(out.ptr, "nan"));
    base_buf_deinit(&out);
}

static void names_cannot_break_out(void **state)
{
    (void)state;
    double samples[] = {1e-6, 2e-6};
    struct assay_run run = run_of("a<b>&\"c\"\x01\xFF", samples, 2);
    struct buf out = drawing_of(&run, 1);
    assert_has(&out, ">a&lt;b&gt;&amp;&quot;c&quot;?");
    assert_null(strchr(out.ptr, '\x01'));
    assert_null(strchr(out.ptr, '\xFF'));
    base_buf_deinit(&out);
}

static void without_memory_nothing_is_drawn(void **state)
{
    (void)state;
    double samples[] = {1e-6, 2e-6};
    struct assay_run run = run_of("a_name_that_is_longer_than_there_is_room_for_beside_the_boxes", samples, 2);
    const struct assay_result result = {.runs = &run, .run_count = 1};
    const struct lineup_source source = {&result, "", ""};
    const struct lineup_plan plan = {.group_by = "group"};
    struct lineup lineup;
    assert_true(lineup_create(&source, 1, &plan, &lineup));
    const struct boxplot plot = {"title", &lineup, lineup.rows, lineup.count, TIME_UNIT_AUTO};
    bool drawn = false;
    for (size_t n = 1; !drawn; n++) {
        struct buf out;
        base_buf_init(&out, MAX_BYTES);
        alloc_fault_after(n);
        drawn = boxplot_draw(&plot, &out);
        bool happened = alloc_fault_happened();
        alloc_fault_after(0);
        assert_int_equal(drawn, !happened);
        base_buf_deinit(&out);
    }
    lineup_deinit(&lineup);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_upper_whisker_ends_within_the_fence),
        cmocka_unit_test(one_scale_where_medians_are_near_and_shares_where_they_are_not),
        cmocka_unit_test(odd_numbers_are_drawn_all_the_same),
        cmocka_unit_test(names_cannot_break_out),
        cmocka_unit_test(without_memory_nothing_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
