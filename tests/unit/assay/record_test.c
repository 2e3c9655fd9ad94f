// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "assay/record.h"
#include "base/file.h"

#define CLASS "Linux-GCC-12-64bit-3802becd"

/* A run of which only the figures are there; nothing of it is to be released. */
static struct assay_run run_of(char *fullname, double *cycles, size_t count)
{
    return (struct assay_run){
        .fullname = fullname,
        .stats = {.min = 2.5e-07, .median = 2.51e-07},
        .launch_cycles = cycles,
        .launch_cycles_count = count,
    };
}

/* The record that docs/baselines.md shows. */
static struct assay_record make_example(void)
{
    struct assay_record record = {
        .action = ASSAY_ACTION_ACCEPT,
        .datetime = strdup("2026-11-24T08:12:03.512Z"),
        .who = strdup("Ada Lovelace <ada@example.org>"),
        .reason = strdup("names are checked now"),
        .commit = strdup("f1327afe77c1e19da1835180d4c36715df4257e6"),
        .run_datetime = strdup("2026-11-24T08:11:40.100000+00:00"),
        .run_commit = strdup("f1327afe77c1e19da1835180d4c36715df4257e6"),
    };
    struct assay_run before = run_of((char[]){"bench_parse.c::parse_small"}, (double[]){726, 725.5}, 2);
    struct assay_run after = before;
    after.stats.min = 3.1e-07;
    after.stats.median = 3.15e-07;
    after.launch_cycles_count = 0;
    assert_true(assay_record_add(&record, CLASS, &before, &after));
    return record;
}

static char *format(const struct assay_record *record)
{
    struct buf json;
    base_buf_init(&json, 1 << 20);
    assert_int_equal(assay_record_format(record, &json), ASSAY_OK);
    return base_buf_take(&json);
}

static void the_example_of_the_manual_is_what_is_written(void **state)
{
    (void)state;
    char reason[BASE_FILE_REASON_BYTES];
    struct buf page;
    base_buf_init(&page, 1 << 20);
    assert_true(base_file_read(TEST_DATA "/../../docs/baselines.md", &page, reason));
    struct assay_record record = make_example();
    char *json = format(&record);
    if (!strstr(base_buf_cstr(&page), json)) {
        fail_msg("docs/baselines.md does not hold this:\n%s", json);
    }
    free(json);
    base_buf_deinit(&page);
    assay_record_deinit(&record);
}

static void what_is_read_is_written_again(void **state)
{
    (void)state;
    struct assay_record record = make_example(), read;
    struct assay_run other = run_of((char[]){"a::x \"\\ \xC3\xBC"}, NULL, 0);
    assert_true(assay_record_add(&record, CLASS, &other, NULL));
    assert_true(assay_record_add(&record, "Another", NULL, &other));
    assert_string_equal(record.moves[0].class_id, "Another"); /* sorted */
    char *json = format(&record);
    assert_int_equal(assay_record_parse(base_str(json), "x", &read, NULL), ASSAY_OK);
    assert_int_equal(read.move_count, 3);
    assert_false(read.moves[0].has_before);
    assert_true(read.moves[0].has_after);
    assert_false(read.moves[1].has_after);
    assert_true(isnan(read.moves[1].before.cycles));
    assert_true(read.moves[2].before.cycles == 725.5);
    char *again = format(&read);
    assert_string_equal(again, json);
    for (size_t len = 0; len < strlen(json) - 2; len++) {
        struct assay_record cut;
        assert_int_equal(assay_record_parse((struct str){json, len}, "cut", &cut, NULL), ASSAY_BAD_SYNTAX);
    }
    free(json);
    free(again);
    assay_record_deinit(&record);
    assay_record_deinit(&read);
    assay_record_deinit(NULL);
}

static void says_what_is_wrong_with_a_record(void **state)
{
    (void)state;
    static const struct {
        const char *json, *complaint;
    } cases[] = {
        {"x", "not JSON"},
        {"{}", "assay_record is missing"},
        {"{\"assay_record\":2,\"action\":\"save\"}", "format 2 of a newer assay"},
        {"{\"assay_record\":1}", "action is missing"},
        {"{\"assay_record\":1,\"action\":\"sve\"}", "is not save, accept or drop"},
        {"{\"assay_record\":1,\"action\":\"save\"}", "date is missing"},
        {"{\"assay_record\":1,\"action\":\"save\",\"date\":7}", "date"},
        {"{\"assay_record\":1,\"action\":\"save\",\"date\":\"d\",\"moves\":[]}", "moves"},
        {"{\"assay_record\":1,\"action\":\"save\",\"date\":\"d\",\"moves\":{\"x\":[1]}}", "'x': it is not an object"},
        {"{\"assay_record\":1,\"action\":\"save\",\"date\":\"d\",\"moves\":{\"x\":{\"a\":1}}}", "is not an object"},
        {"{\"assay_record\":1,\"action\":\"save\",\"date\":\"d\",\"moves\":{\"\":{\"a\":{}}}}", "a name is empty"},
        {"{\"assay_record\":1,\"action\":\"save\",\"date\":\"d\",\"moves\":{\"x\":{\"a\":{\"after\":{}}}}}",
         "after.min is missing"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_record untouched = {.move_count = 77};
        struct assay_error err = {0};
        assert_int_equal(assay_record_parse(base_str(cases[i].json), "r.json", &untouched, &err), ASSAY_BAD_SYNTAX);
        if (!strstr(err.message, cases[i].complaint) || strncmp(err.message, "r.json", 6) != 0) {
            fail_msg("%s: %s", cases[i].json, err.message);
        }
        assert_int_equal(untouched.move_count, 77);
    }
    struct assay_record record;
    assert_int_equal(assay_record_read(TEST_DATA "/nowhere.json", &record, NULL), ASSAY_BAD_FILE);
}

static void records_survive_every_lack_of_memory(void **state)
{
    (void)state;
    struct assay_record record = make_example();
    struct assay_run other = run_of((char[]){"a::x"}, NULL, 0);
    char *json = format(&record);
    for (size_t n = 1;; n++) {
        struct assay_record read = {0};
        struct buf text;
        base_buf_init(&text, 1 << 20);
        alloc_fault_after(n);
        enum assay_status status = assay_record_parse(base_str(json), "x", &read, NULL);
        bool added = status == ASSAY_OK && assay_record_add(&read, CLASS, NULL, &other);
        enum assay_status written = added ? assay_record_format(&read, &text) : ASSAY_NO_MEMORY;
        bool faulted = alloc_fault_happened();
        assert_true(faulted == (written == ASSAY_NO_MEMORY));
        assert_int_equal(read.move_count, status == ASSAY_OK ? 1 + added : 0);
        assay_record_deinit(&read);
        base_buf_deinit(&text);
        if (!faulted) {
            break;
        }
    }
    free(json);
    assay_record_deinit(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_manual_is_what_is_written),
        cmocka_unit_test(what_is_read_is_written_again),
        cmocka_unit_test(says_what_is_wrong_with_a_record),
        cmocka_unit_test(records_survive_every_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
