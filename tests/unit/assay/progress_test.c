// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/columns.h"
#include "cmd/assay/progress.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct progress_view view = {
    .share = 0.5,
    .spent_s = 12,
    .left_s = 12.4,
    .number = 21,
    .total = 45,
    .name = "bench_parse.c::small[kind=gr\xC3\xBCn]",
    .remark = " (--seed=7)",
};

static void says_as_much_as_there_is_room_for(void **state)
{
    (void)state;
    static const struct {
        size_t columns;
        const char *wanted;
    } cases[] = {
        {120, "[############------------]  50%  0:12, 0:12 left  21 of 45: bench_parse.c::small[kind=gr\xC3\xBCn]"
              " (--seed=7)"},
        {98, "[############------------]  50%  0:12, 0:12 left  21 of 45: bench_parse.c::small[kind=gr\xC3\xBCn]"},
        {76, "[##########---------]  50%  0:12, 0:12 left  21 of 45: ...::small[kind=gr\xC3\xBCn]"},
        {60, " 50%  0:12, 0:12 left  21 of 45: ...arse.c::small[kind=gr\xC3\xBCn]"},
        {40, " 50%  0:12, 0:12 left  21 of 45"},
        {21, " 50%  0:12, 0:12 left"},
        {4, " 50%"},
        {0, ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf line;
        base_buf_init(&line, 1000);
        progress_compose(&view, cases[i].columns, false, &line);
        assert_string_equal(base_buf_cstr(&line), cases[i].wanted);
        base_buf_deinit(&line);
    }
}

static void is_never_wider_than_the_terminal(void **state)
{
    (void)state;
    const struct progress_view others[] = {
        view,
        {.share = 1.5, .spent_s = 1e9, .left_s = 1e9, .number = 100000, .total = 100000, .name = "x", .remark = ""},
        {.share = -1, .name = "", .remark = "a remark without a name"},
    };
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        for (size_t columns = 0; columns < 200; columns++) {
            struct buf line;
            base_buf_init(&line, 1000);
            progress_compose(&others[i], columns, columns % 2 == 0, &line);
            assert_true(base_buf_ok(&line));
            assert_true(base_columns(base_buf_str(&line)) <= columns);
            base_buf_deinit(&line);
        }
    }
}

static void a_bar_is_full_when_all_is_done(void **state)
{
    (void)state;
    struct progress_view all = view;
    struct buf line;
    base_buf_init(&line, 1000);
    all.share = 1;
    progress_compose(&all, 120, false, &line);
    assert_non_null(strstr(base_buf_cstr(&line), "[########################] 100%"));
    base_buf_reset(&line);
    all.share = 0;
    progress_compose(&all, 120, true, &line);
    assert_null(strstr(base_buf_cstr(&line), "\xE2\x96\x88"));
    base_buf_deinit(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_as_much_as_there_is_room_for),
        cmocka_unit_test(is_never_wider_than_the_terminal),
        cmocka_unit_test(a_bar_is_full_when_all_is_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
