// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/assay/worker_output.h"

static void print(const struct worker_output *output, const char *text)
{
    assert_true(base_file_write_all(fileno(output->file), base_str(text)));
}

static void assert_tail(const struct worker_output *output, const char *wanted)
{
    struct buf tail;
    base_buf_init(&tail, 10000);
    worker_output_add_tail(output, &tail);
    assert_string_equal(base_buf_cstr(&tail), wanted);
    base_buf_deinit(&tail);
}

static off_t size_of(const struct worker_output *output)
{
    struct stat now;
    assert_int_equal(fstat(fileno(output->file), &now), 0);
    return now.st_size;
}

static void little_is_kept_as_it_is(void **state)
{
    (void)state;
    struct worker_output output;
    assert_true(worker_output_open(&output));
    assert_tail(&output, "");
    print(&output, "first\nsecond");
    worker_output_limit(&output);
    assert_tail(&output, "first\nsecond");
    worker_output_close(&output);
    worker_output_close(&output);
}

static void of_much_the_last_whole_lines_are_kept(void **state)
{
    (void)state;
    struct worker_output output;
    char wanted[WORKER_OUTPUT_TAIL_BYTES + 1] = "";
    assert_true(worker_output_open(&output));
    for (int i = 0; i < 1000; i++) {
        print(&output, "012345678\n");
    }
    for (int i = 0; i < WORKER_OUTPUT_TAIL_BYTES / 10 - 1; i++) {
        (void)strcat(wanted, "012345678\n"); /* fits */
    }
    assert_tail(&output, wanted);
    worker_output_close(&output);
}

static void a_file_that_grew_is_emptied_and_written_from_its_beginning(void **state)
{
    (void)state;
    struct worker_output output;
    static char block[65536];
    memset(block, '-', sizeof(block) - 1);
    assert_true(worker_output_open(&output));
    while (size_of(&output) <= WORKER_OUTPUT_MAX_BYTES) {
        print(&output, block);
    }
    print(&output, "\nbefore\n");
    worker_output_limit(&output);
    assert_int_equal(size_of(&output), 0);
    print(&output, "after\n");
    assert_int_equal(size_of(&output), strlen("after\n"));
    assert_tail(&output, "before\nafter\n");
    worker_output_close(&output);
}

static void a_line_without_end_is_shown_as_far_as_it_fits(void **state)
{
    (void)state;
    struct worker_output output;
    char wanted[WORKER_OUTPUT_TAIL_BYTES + 1];
    memset(wanted, 'x', sizeof(wanted) - 1);
    wanted[sizeof(wanted) - 1] = '\0';
    assert_true(worker_output_open(&output));
    print(&output, "start\n");
    print(&output, wanted);
    assert_tail(&output, wanted);
    worker_output_close(&output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(little_is_kept_as_it_is),
        cmocka_unit_test(of_much_the_last_whole_lines_are_kept),
        cmocka_unit_test(a_file_that_grew_is_emptied_and_written_from_its_beginning),
        cmocka_unit_test(a_line_without_end_is_shown_as_far_as_it_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
