// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "assay/baseline.h"
#include "assay/compare.h"
#include "base/file.h"
#include "unit/assay/example_result.h"

#define CLASS "Linux-GCC-12-64bit-3802becd"
#define LARGE "bench_parse.c::parse_large"
#define SMALL "bench_parse.c::parse_small"

static struct assay_result make_example(double factor)
{
    struct assay_result result = {0};
    assert_true(make_example_result(&result, factor));
    return result;
}

static void put_all(struct assay_baselines *baselines, const struct assay_result *result)
{
    struct assay_error err;
    for (size_t i = 0; i < result->run_count; i++) {
        if (assay_baselines_put(baselines, result, &result->runs[i], &err) != ASSAY_OK) {
            fail_msg("%s", err.message);
        }
    }
}

static struct assay_baselines baselines_of(double factor)
{
    struct assay_result result = make_example(factor);
    struct assay_baselines baselines = {0};
    put_all(&baselines, &result);
    assay_result_deinit(&result);
    return baselines;
}

static char *format(const struct assay_baselines *baselines)
{
    struct buf json;
    base_buf_init(&json, 1 << 20);
    assert_int_equal(assay_baselines_format(baselines, &json), ASSAY_OK);
    return base_buf_take(&json);
}

static struct assay_baselines parse(const char *json)
{
    struct assay_baselines baselines;
    struct assay_error err;
    if (assay_baselines_parse(base_str(json), "baselines.json", &baselines, &err) != ASSAY_OK) {
        fail_msg("%s", err.message);
    }
    return baselines;
}

static void the_example_of_the_manual_is_what_is_written(void **state)
{
    (void)state;
    char reason[BASE_FILE_REASON_BYTES];
    struct buf page;
    base_buf_init(&page, 1 << 20);
    assert_true(base_file_read(TEST_DATA "/../../docs/baselines.md", &page, reason));
    struct assay_baselines baselines = baselines_of(1);
    char *json = format(&baselines);
    if (!strstr(base_buf_cstr(&page), json)) {
        fail_msg("docs/baselines.md does not hold this:\n%s", json);
    }
    free(json);
    base_buf_deinit(&page);
    assay_baselines_deinit(&baselines);
}

static void what_is_read_is_written_again(void **state)
{
    (void)state;
    struct assay_baselines baselines = baselines_of(1);
    char *json = format(&baselines);
    struct assay_baselines again = parse(json);
    char *second = format(&again);
    assert_string_equal(second, json);
    free(json);
    free(second);
    assay_baselines_deinit(&baselines);
    assay_baselines_deinit(&again);
    assay_baselines_deinit(NULL);
}

static void saving_a_run_twice_changes_nothing(void **state)
{
    (void)state;
    struct assay_result result = make_example(1.1234567891);
    struct assay_baselines baselines = baselines_of(1.1234567891);
    char *before = format(&baselines);
    put_all(&baselines, &result);
    char *after = format(&baselines);
    assert_string_equal(before, after);
    free(before);
    free(after);
    assay_baselines_deinit(&baselines);
    assay_result_deinit(&result);
}

static size_t lines_that_differ(const char *a, const char *b)
{
    size_t count = 0;
    struct str left = base_str(a), right = base_str(b);
    while (left.ptr && right.ptr) {
        struct str one = base_str_cut(left, '\n', &left), other = base_str_cut(right, '\n', &right);
        count += !base_str_equal(one, other);
    }
    return left.ptr || right.ptr ? SIZE_MAX : count;
}

static void one_benchmark_moved_changes_the_lines_of_its_block_alone(void **state)
{
    (void)state;
    struct assay_result slower = make_example(1.25);
    struct assay_baselines baselines = baselines_of(1);
    char *before = format(&baselines);
    assert_int_equal(assay_baselines_put(&baselines, &slower, &slower.runs[0], NULL), ASSAY_OK);
    char *after = format(&baselines);
    assert_int_equal(lines_that_differ(before, after), 1); /* stats */
    free(before);
    free(after);
    assay_baselines_deinit(&baselines);
    assay_result_deinit(&slower);
}

static void blocks_are_sorted_whatever_came_first(void **state)
{
    (void)state;
    static const char *const names[] = {"b.c::x", "a.c::z", "c.c::a", "a.c::a", "a.c::aa"};
    struct assay_result result = make_example(1);
    struct assay_baselines baselines = {0};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        free(result.runs[0].fullname);
        result.runs[0].fullname = strdup(names[i]);
        assert_int_equal(assay_baselines_put(&baselines, &result, &result.runs[0], NULL), ASSAY_OK);
    }
    for (size_t i = 1; i < baselines.block_count; i++) {
        assert_true(strcmp(baselines.blocks[i - 1].run.fullname, baselines.blocks[i].run.fullname) < 0);
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t at = assay_baselines_find(&baselines, names[i], CLASS);
        assert_string_equal(baselines.blocks[at].run.fullname, names[i]);
    }
    assert_int_equal(assay_baselines_find(&baselines, "a.c::b", CLASS), baselines.block_count);
    assert_int_equal(assay_baselines_find(&baselines, "a.c::a", "Other"), baselines.block_count);
    assay_baselines_deinit(&baselines);
    assay_result_deinit(&result);
}

/* The same benchmarks on a machine of another class. */
static void put_another_class(struct assay_baselines *baselines, double factor, const char *datetime)
{
    struct assay_result result = make_example(factor);
    free(result.machine.class_key);
    free(result.datetime);
    result.machine.class_key = strdup("system Linux, cores 64");
    result.datetime = strdup(datetime);
    put_all(baselines, &result);
    assay_result_deinit(&result);
}

static void each_class_has_blocks_of_its_own(void **state)
{
    (void)state;
    struct assay_baselines baselines = baselines_of(1);
    put_another_class(&baselines, 2, "2026-11-22T00:00:00.000000+00:00");
    assert_int_equal(baselines.class_count, 2);
    assert_int_equal(baselines.block_count, 4);
    size_t other = assay_baselines_class(&baselines, "system Linux, cores 64");
    assert_true(other < 2);
    assert_int_equal(assay_baselines_class(&baselines, "system Plan9"), 2);
    assert_int_equal(assay_baselines_latest_class(&baselines), 1 - other);
    put_another_class(&baselines, 2, "2026-11-24T00:00:00.000000+00:00");
    assert_int_equal(assay_baselines_latest_class(&baselines), other);
    for (int i = 0; i < 2; i++) { /* the last block of a class takes the class with it */
        const char *id = baselines.classes[other].id;
        assay_baselines_drop(&baselines, assay_baselines_find(&baselines, i == 0 ? LARGE : SMALL, id));
    }
    assert_int_equal(baselines.class_count, 1);
    assert_string_equal(baselines.classes[0].id, CLASS);
    assert_int_equal(baselines.block_count, 2);
    assay_baselines_deinit(&baselines);
}

static void a_class_becomes_a_result_that_compares_as_the_run_itself(void **state)
{
    (void)state;
    struct assay_result run = make_example(1), slower = make_example(1.3), of_class;
    struct assay_baselines baselines = baselines_of(1);
    put_another_class(&baselines, 5, "2026-11-24T00:00:00.000000+00:00");
    size_t class_at = assay_baselines_class(&baselines, run.machine.class_key);
    assert_int_equal(assay_baselines_take(&baselines, class_at, &of_class), ASSAY_OK);
    assert_int_equal(baselines.block_count, 0);
    assert_int_equal(of_class.run_count, 2);
    assert_string_equal(of_class.machine.class_key, run.machine.class_key);
    assert_string_equal(of_class.machine.cpu, run.machine.cpu);
    assert_string_equal(of_class.commit.id, run.commit.id);
    assert_string_equal(of_class.datetime, "2026-11-23T07:09:55Z");
    const struct assay_limits limits = assay_limits_defaults();
    struct assay_comparison *wanted, *got;
    size_t wanted_count, got_count;
    assert_int_equal(assay_compare(&run, &slower, &limits, &wanted, &wanted_count), ASSAY_OK);
    assert_int_equal(assay_compare(&of_class, &slower, &limits, &got, &got_count), ASSAY_OK);
    assert_int_equal(got_count, wanted_count);
    for (size_t i = 0; i < wanted_count; i++) {
        assert_int_equal(got[i].verdict, wanted[i].verdict);
        assert_true(fabs(got[i].change.ratio - wanted[i].change.ratio) < 1e-5);
        assert_true(fabs(got[i].change.lower - wanted[i].change.lower) < 1e-5);
        assert_true(fabs(got[i].change.upper - wanted[i].change.upper) < 1e-5);
    }
    static const enum assay_metric metrics[] = {ASSAY_METRIC_MEAN, ASSAY_METRIC_Q3, ASSAY_METRIC_OPS, ASSAY_METRIC_P99,
                                                ASSAY_METRIC_CYCLES, ASSAY_METRIC_MAD};
    for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
        const double before = assay_run_value(&run.runs[1], metrics[i]);
        const double after = assay_run_value(assay_result_find(&of_class, LARGE), metrics[i]);
        assert_true(fabs(after / before - 1) < 1e-5);
    }
    free(wanted);
    free(got);
    assay_result_deinit(&run);
    assay_result_deinit(&slower);
    assay_result_deinit(&of_class);
}

static void counts_keep_every_digit(void **state)
{
    (void)state;
    struct assay_result result = make_example(1);
    struct assay_baselines baselines = {0};
    assay_measured_set(&result.runs[0].measured, ASSAY_METRIC_INSTRUCTIONS, 123456789012345);
    assay_measured_set(&result.runs[0].measured, ASSAY_METRIC_ALLOCATIONS, 1.0 / 3);
    assay_measured_set(&result.runs[0].measured, ASSAY_METRIC_THROUGHPUT, 1.0 / 3);
    put_all(&baselines, &result);
    char *json = format(&baselines);
    struct assay_baselines again = parse(json);
    const struct assay_run *run = &again.blocks[assay_baselines_find(&again, SMALL, CLASS)].run;
    assert_true(assay_measured_get(&run->measured, ASSAY_METRIC_INSTRUCTIONS) == 123456789012345);
    assert_true(assay_measured_get(&run->measured, ASSAY_METRIC_ALLOCATIONS) == 1.0 / 3);
    assert_true(assay_measured_get(&run->measured, ASSAY_METRIC_THROUGHPUT) == 0.333333);
    free(json);
    assay_baselines_deinit(&baselines);
    assay_baselines_deinit(&again);
    assay_result_deinit(&result);
}

static void refuses_a_run_that_cannot_be_told_apart(void **state)
{
    (void)state;
    struct assay_result result = make_example(1);
    struct assay_baselines baselines = {0};
    struct assay_error err;
    char *key = result.machine.class_key, *fullname = result.runs[0].fullname;
    result.machine.class_key = NULL; /* of another tool */
    assert_int_equal(assay_baselines_put(&baselines, &result, &result.runs[0], &err), ASSAY_BAD_SYNTAX);
    assert_non_null(strstr(err.message, "what kind of machine"));
    result.machine.class_key = key;
    result.runs[0].fullname = (char[]){"\xFF"};
    assert_int_equal(assay_baselines_put(&baselines, &result, &result.runs[0], &err), ASSAY_BAD_SYNTAX);
    assert_non_null(strstr(err.message, "UTF-8"));
    result.runs[0].fullname = fullname;
    assert_int_equal(baselines.block_count, 0);
    assay_result_deinit(&result);
}

#define BLOCK                                                                                                          \
    "\"launches\":1,\"stats\":{\"min\":1,\"max\":1,\"mean\":1,\"stddev\":0,\"median\":1,\"iqr\":0,\"rounds\":1}"
#define FILE_OF(classes, benchmarks) \
    "{\"assay_baselines\":1,\"classes\":{" classes "},\"benchmarks\":{" benchmarks "}}"

static void says_what_is_wrong_with_a_file(void **state)
{
    (void)state;
    static const struct {
        const char *json, *complaint;
    } cases[] = {
        {"", "not JSON"},
        {"{\"assay_baselines\":1", "not JSON"},
        {"[]", "assay_baselines is missing"},
        {"{\"assay_baselines\":\"1\"}", "assay_baselines"},
        {"{\"assay_baselines\":2}", "format 2 of a newer assay"},
        {"{\"assay_baselines\":1}", "classes is missing"},
        {FILE_OF("", "\"x\":{\"a\":{" BLOCK "}}"), "classes is missing, or has none"},
        {FILE_OF("\"a\":\"\"", "\"x\":{\"a\":{" BLOCK "}}"), "classes.a is empty"},
        {FILE_OF("\"a\":7", "\"x\":{\"a\":{" BLOCK "}}"), "classes.a"},
        {FILE_OF("\"a\":\"k\"", ""), "it has no benchmarks"},
        {FILE_OF("\"a\":\"k\",\"b\":\"l\"", "\"x\":{\"a\":{" BLOCK "}}"), "no benchmark has a block of the class b"},
        {FILE_OF("\"a\":\"k\",\"a\":\"k\"", "\"x\":{\"a\":{" BLOCK "}}"), "the class a stands there twice"},
        {FILE_OF("\"a\":\"k\",\"b\":\"k\"", "\"x\":{\"a\":{" BLOCK "},\"b\":{" BLOCK "}}"), "the class b stands"},
        {FILE_OF("\"a\":\"k\"", "\"x\":{\"a\":{" BLOCK "},\"a\":{" BLOCK "}}"), "x has two blocks of a"},
        {FILE_OF("\"a\":\"k\"", "\"x\":{\"a\":{" BLOCK "}},\"x\":{\"a\":{" BLOCK "}}"), "x has two blocks of a"},
        {FILE_OF("\"a\":\"k\"", "\"x\":{\"b\":{" BLOCK "}}"), "'x': 'b' is none of the classes"},
        {FILE_OF("\"a\":\"k\"", "\"x\":{}"), "'x': it has no block"},
        {FILE_OF("\"a\":\"k\"", "\"x\":{\"a\":7}"), "'x': its block is not an object"},
        {FILE_OF("\"a\":\"k\"", "\"\":{\"a\":{" BLOCK "}}"), "a name is empty"},
        {FILE_OF("\"a\":\"k\"", "\"\\udcff\":{\"a\":{" BLOCK "}}"), "UTF-8"},
        {FILE_OF("\"a\":\"k\"", "\"x\":{\"a\":{" BLOCK ",\"min\":3}}"), "min is no field of a file of baselines"},
        {FILE_OF("\"a\":\"k\"", "\"x\":{\"a\":{" BLOCK ",\"launches\":1}}"), "launches stands there twice"},
        {FILE_OF("\"a\":\"k\"", "\"x\":{\"a\":{" BLOCK ",\"launch_minima\":[1,1]}}"), "launches is 1, but"},
        {FILE_OF("\"a\":\"k\"", "\"x\":{\"a\":{" BLOCK ",\"launch_minima\":[-1]}}"), "has a negative number"},
        {FILE_OF("\"a\":\"k\"", "\"x\":{\"a\":{" BLOCK ",\"cycle\":-1}}"), "cycle"},
        {FILE_OF("\"a\":\"k\"", "\"x\":{\"a\":{\"launches\":1}}"), "stats is missing"},
        {FILE_OF("\"a\":\"k\"", "\"x\":{\"a\":{\"launches\":1,\"stats\":{\"rounds\":1,\"min\":2,\"max\":1,\"mean\":1,"
                                "\"stddev\":0,\"median\":1,\"iqr\":0}}}"),
         "stats.min is above stats.max"},
        {"{\"assay_baselines\":1,\"classes\":{\"a\":\"k\"},\"benchmarks\":{\"x\":{\"a\":{" BLOCK "}}},\"more\":1}",
         "more is no field"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_baselines untouched = {.block_count = 77};
        struct assay_error err = {0};
        assert_int_equal(assay_baselines_parse(base_str(cases[i].json), "b.json", &untouched, &err), ASSAY_BAD_SYNTAX);
        if (!strstr(err.message, cases[i].complaint) || strncmp(err.message, "b.json", 6) != 0) {
            fail_msg("%s: %s", cases[i].json, err.message);
        }
        assert_int_equal(untouched.block_count, 77);
    }
    struct assay_baselines least = parse(FILE_OF("\"a\":\"k\"", "\"x\":{\"a\":{" BLOCK "}}"));
    assay_baselines_deinit(&least);
}

static void every_beginning_of_a_file_is_refused(void **state)
{
    (void)state;
    struct assay_baselines baselines = baselines_of(1), cut;
    char *json = format(&baselines);
    size_t end = strlen(json) - 2; /* the newline may be missing */
    for (size_t len = 0; len < end; len++) {
        assert_int_equal(assay_baselines_parse((struct str){json, len}, "cut", &cut, NULL), ASSAY_BAD_SYNTAX);
    }
    free(json);
    assay_baselines_deinit(&baselines);
}

static void a_file_is_known_by_its_first_key(void **state)
{
    (void)state;
    assert_true(assay_baselines_is(STR(" {\n\t\"assay_baselines\": 1")));
    static const char *const others[] = {"", "{", "{}", "[", "{\"benchmarks\": []}", "{\"assay_baseline\": 1}", "x"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_false(assay_baselines_is(base_str(others[i])));
    }
    struct assay_baselines baselines;
    struct assay_error err;
    assert_int_equal(assay_baselines_read(TEST_DATA "/nowhere.json", &baselines, &err), ASSAY_BAD_FILE);
    assert_int_equal(assay_baselines_read(TEST_DATA "/../../assay.yaml", &baselines, &err), ASSAY_BAD_SYNTAX);
    assert_non_null(strstr(err.message, "is no file of baselines"));
}

static void putting_survives_every_lack_of_memory(void **state)
{
    (void)state;
    struct assay_result result = make_example(2);
    for (size_t n = 1;; n++) {
        struct assay_baselines baselines = {0};
        alloc_fault_after(n);
        enum assay_status status = assay_baselines_put(&baselines, &result, &result.runs[1], NULL);
        bool faulted = alloc_fault_happened();
        assert_int_equal(status, faulted ? ASSAY_NO_MEMORY : ASSAY_OK);
        assert_int_equal(baselines.block_count, faulted ? 0 : 1);
        assert_int_equal(baselines.class_count, faulted ? 0 : 1);
        assay_baselines_deinit(&baselines);
        if (!faulted) {
            break;
        }
    }
    assay_result_deinit(&result);
}

static void reading_writing_and_taking_survive_every_lack_of_memory(void **state)
{
    (void)state;
    struct assay_baselines baselines = baselines_of(1);
    char *json = format(&baselines);
    for (size_t n = 1;; n++) {
        struct assay_baselines read;
        struct assay_result taken = {.run_count = 77};
        struct buf text;
        base_buf_init(&text, 1 << 20);
        alloc_fault_after(n);
        enum assay_status status = assay_baselines_parse(base_str(json), "x", &read, NULL);
        enum assay_status written = status == ASSAY_OK ? assay_baselines_format(&read, &text) : ASSAY_NO_MEMORY;
        if (status == ASSAY_OK) {
            status = assay_baselines_take(&read, 0, &taken);
        }
        bool faulted = alloc_fault_happened();
        assert_int_equal(status, faulted ? ASSAY_NO_MEMORY : ASSAY_OK);
        assert_true(faulted || written == ASSAY_OK);
        assert_int_equal(taken.run_count, faulted ? 77 : 2);
        base_buf_deinit(&text);
        if (!faulted) {
            assay_result_deinit(&taken);
            break;
        }
    }
    free(json);
    assay_baselines_deinit(&baselines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_manual_is_what_is_written),
        cmocka_unit_test(what_is_read_is_written_again),
        cmocka_unit_test(saving_a_run_twice_changes_nothing),
        cmocka_unit_test(one_benchmark_moved_changes_the_lines_of_its_block_alone),
        cmocka_unit_test(blocks_are_sorted_whatever_came_first),
        cmocka_unit_test(each_class_has_blocks_of_its_own),
        cmocka_unit_test(a_class_becomes_a_result_that_compares_as_the_run_itself),
        cmocka_unit_test(counts_keep_every_digit),
        cmocka_unit_test(refuses_a_run_that_cannot_be_told_apart),
        cmocka_unit_test(says_what_is_wrong_with_a_file),
        cmocka_unit_test(every_beginning_of_a_file_is_refused),
        cmocka_unit_test(a_file_is_known_by_its_first_key),
        cmocka_unit_test(putting_survives_every_lack_of_memory),
        cmocka_unit_test(reading_writing_and_taking_survive_every_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
