// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "assay/result.h"
#include "base/file.h"
#include "unit/assay/assert_double.h"
#include "unit/assay/example_result.h"

static void read_file(const char *path, struct buf *out)
{
    char reason[BASE_FILE_REASON_BYTES];
    base_buf_init(out, 1 << 20);
    if (!base_file_read(path, out, reason)) {
        fail_msg("%s", reason);
    }
}

static struct assay_result parse(const char *json)
{
    struct assay_result result;
    struct assay_error err = {0};
    if (assay_result_parse(base_str(json), "test.json", &result, &err) != ASSAY_OK) {
        fail_msg("refused: %s", err.message);
    }
    return result;
}

static struct assay_result make_example(void)
{
    struct assay_result result = {0};
    assert_true(make_example_result(&result, 1));
    return result;
}

static char *format(const struct assay_result *result, bool with_samples)
{
    struct buf json;
    base_buf_init(&json, 1 << 20);
    assert_int_equal(assay_result_format(result, with_samples, &json), ASSAY_OK);
    char *text = base_buf_take(&json);
    assert_non_null(text);
    return text;
}

static void assert_same_text(const char *got, const char *wanted)
{
    assert_true((got == NULL) == (wanted == NULL));
    if (got) {
        assert_string_equal(got, wanted);
    }
}

static void assert_same_stats(const struct assay_stats *got, const struct assay_stats *wanted)
{
    for (int metric = 0; metric < ASSAY_METRIC_COUNT; metric++) {
        assert_double_is(assay_metric_of_stats(got, (enum assay_metric)metric),
                         assay_metric_of_stats(wanted, (enum assay_metric)metric));
    }
    assert_double_is(got->ld15iqr, wanted->ld15iqr);
    assert_double_is(got->hd15iqr, wanted->hd15iqr);
    assert_int_equal(got->stddev_outliers, wanted->stddev_outliers);
}

static void assert_same_calls(const struct assay_calls *got, const struct assay_calls *wanted)
{
    assert_int_equal(got->count, wanted->count);
    assert_double_is(got->p50, wanted->p50);
    assert_double_is(got->p90, wanted->p90);
    assert_double_is(got->p95, wanted->p95);
    assert_double_is(got->p99, wanted->p99);
    assert_double_is(got->p999, wanted->p999);
    assert_double_is(got->clock_cost, wanted->clock_cost);
}

static void assert_same_judgement(const struct assay_judgement *got, const struct assay_judgement *wanted)
{
    assert_int_equal(got->target.metric, wanted->target.metric);
    assert_true(got->target.at_least == wanted->target.at_least);
    assert_double_is(got->target.limit, wanted->target.limit);
    assert_int_equal(got->verdict, wanted->verdict);
    assert_double_is(got->estimate, wanted->estimate);
    assert_double_is(got->lower, wanted->lower);
    assert_double_is(got->upper, wanted->upper);
    assert_int_equal(got->n, wanted->n);
    assert_int_equal(got->n_needed, wanted->n_needed);
}

static void assert_same_run(const struct assay_run *got, const struct assay_run *wanted)
{
    assert_same_text(got->name, wanted->name);
    assert_same_text(got->fullname, wanted->fullname);
    assert_same_text(got->group, wanted->group);
    assert_null(got->error);
    assert_same_text(got->file, wanted->file);
    assert_int_equal(got->line, wanted->line);
    assert_same_text(got->binary, wanted->binary);
    assert_int_equal(got->min_rounds, wanted->min_rounds);
    assert_double_is(got->min_time, wanted->min_time);
    assert_double_is(got->max_time, wanted->max_time);
    assert_int_equal(got->warmup, wanted->warmup);
    assert_int_equal(got->iterations, wanted->iterations);
    assert_int_equal(got->launches, wanted->launches);
    assert_int_equal(got->launch_minima_count, wanted->launch_minima_count);
    for (size_t i = 0; i < wanted->launch_minima_count; i++) {
        assert_double_is(got->launch_minima[i], wanted->launch_minima[i]);
    }
    assert_int_equal(got->launch_median_count, wanted->launch_median_count);
    for (size_t i = 0; i < wanted->launch_median_count; i++) {
        assert_double_is(got->launch_medians[i], wanted->launch_medians[i]);
    }
    assert_int_equal(got->launch_rounds_count, wanted->launch_rounds_count);
    for (size_t i = 0; i < wanted->launch_rounds_count; i++) {
        assert_int_equal(got->launch_rounds[i], wanted->launch_rounds[i]);
    }
    assert_int_equal(got->launch_cycles_count, wanted->launch_cycles_count);
    for (size_t i = 0; i < wanted->launch_cycles_count; i++) {
        assert_double_is(got->launch_cycles[i], wanted->launch_cycles[i]);
    }
    assert_int_equal(got->rulers.count, wanted->rulers.count);
    for (size_t i = 0; i < wanted->rulers.count; i++) {
        assert_double_is(got->rulers.cycles[i], wanted->rulers.cycles[i]);
        assert_double_is(got->rulers.slots[i], wanted->rulers.slots[i]);
    }
    for (int i = ASSAY_METRIC_FIRST_MEASURED; i < ASSAY_METRIC_COUNT; i++) {
        assert_double_is(assay_measured_get(&got->measured, (enum assay_metric)i),
                         assay_measured_get(&wanted->measured, (enum assay_metric)i));
    }
    assert_int_equal(got->counter_count, wanted->counter_count);
    for (size_t i = 0; i < wanted->counter_count; i++) {
        assert_string_equal(got->counters[i].name, wanted->counters[i].name);
        assert_int_equal(got->counters[i].kind, wanted->counters[i].kind);
        assert_double_is(got->counters[i].value, wanted->counters[i].value);
    }
    assert_same_text(got->complexity, wanted->complexity);
    assert_same_text(got->tags, wanted->tags);
    assert_double_is(got->empty_loop, wanted->empty_loop);
    assert_same_stats(&got->stats, &wanted->stats);
    assert_same_calls(&got->calls, &wanted->calls);
    assert_int_equal(got->judgement_count, wanted->judgement_count);
    for (size_t i = 0; i < wanted->judgement_count; i++) {
        assert_same_judgement(&got->judgements[i], &wanted->judgements[i]);
    }
}

static void assert_same_frame(const struct assay_result *got, const struct assay_result *wanted)
{
    assert_same_text(got->machine.node, wanted->machine.node);
    assert_same_text(got->machine.system, wanted->machine.system);
    assert_same_text(got->machine.release, wanted->machine.release);
    assert_same_text(got->machine.arch, wanted->machine.arch);
    assert_same_text(got->machine.cpu, wanted->machine.cpu);
    assert_int_equal(got->machine.cores, wanted->machine.cores);
    assert_same_text(got->machine.cpu_vendor, wanted->machine.cpu_vendor);
    assert_same_text(got->machine.cpu_family, wanted->machine.cpu_family);
    assert_same_text(got->machine.cpu_model, wanted->machine.cpu_model);
    assert_same_text(got->machine.cpu_stepping, wanted->machine.cpu_stepping);
    assert_int_equal(got->machine.l1_data_bytes, wanted->machine.l1_data_bytes);
    assert_int_equal(got->machine.l2_bytes, wanted->machine.l2_bytes);
    assert_int_equal(got->machine.l3_bytes, wanted->machine.l3_bytes);
    assert_same_text(got->machine.governor, wanted->machine.governor);
    assert_same_text(got->machine.virtualization, wanted->machine.virtualization);
    assert_same_text(got->machine.container, wanted->machine.container);
    assert_same_text(got->machine.compiler, wanted->machine.compiler);
    assert_same_text(got->machine.flags, wanted->machine.flags);
    assert_true(got->machine.is_virtual == wanted->machine.is_virtual);
    assert_same_text(got->machine.class_key, wanted->machine.class_key);
    assert_same_text(got->commit.id, wanted->commit.id);
    assert_same_text(got->commit.branch, wanted->commit.branch);
    assert_same_text(got->commit.time, wanted->commit.time);
    assert_same_text(got->commit.author_time, wanted->commit.author_time);
    assert_same_text(got->commit.project, wanted->commit.project);
    assert_true(got->commit.dirty == wanted->commit.dirty);
    assert_same_text(got->datetime, wanted->datetime);
    assert_same_text(got->version, wanted->version);
    assert_int_equal(got->has_seed, wanted->has_seed);
    assert_int_equal(got->seed, wanted->seed);
    assert_double_is(got->clock.step, wanted->clock.step);
    assert_double_is(got->clock.cost, wanted->clock.cost);
    assert_double_is(got->cycle, wanted->cycle);
    assert_int_equal(got->warning_count, wanted->warning_count);
    for (size_t i = 0; i < wanted->warning_count; i++) {
        assert_string_equal(got->warnings[i], wanted->warnings[i]);
    }
}

static void why_a_run_is_no_whole_baseline_is_kept(void **state)
{
    (void)state;
    struct assay_result written = make_example();
    written.unfit = strdup("2 benchmarks failed");
    written.filter = strdup("parse and not @slow");
    char *json = format(&written, false);
    struct assay_result read = parse(json);
    assert_string_equal(read.unfit, "2 benchmarks failed");
    assert_string_equal(read.filter, "parse and not @slow");
    char *again = format(&read, false);
    assert_string_equal(again, json);
    free(again);
    free(json);
    assay_result_deinit(&read);
    assay_result_deinit(&written);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    struct assay_result written = make_example();
    for (int with_samples = 0; with_samples <= 1; with_samples++) {
        char *json = format(&written, with_samples);
        struct assay_result read = parse(json);
        assert_same_frame(&read, &written);
        assert_int_equal(read.run_count, written.run_count);
        for (size_t i = 0; i < read.run_count; i++) {
            assert_same_run(&read.runs[i], &written.runs[i]);
            assert_true((read.runs[i].samples != NULL) == (with_samples == 1));
            for (size_t sample = 0; with_samples && sample < read.runs[i].stats.rounds; sample++) {
                assert_double_is(read.runs[i].samples[sample], written.runs[i].samples[sample]);
            }
        }
        char *again = format(&read, with_samples);
        assert_string_equal(again, json);
        free(again);
        free(json);
        assay_result_deinit(&read);
    }
    assay_result_deinit(&written);
}

static void the_example_of_the_manual_is_what_is_written(void **state)
{
    (void)state;
    struct buf page;
    read_file(TEST_DATA "/../../docs/result-file.md", &page);
    struct assay_result result = make_example();
    char *json = format(&result, true);
    if (!strstr(base_buf_cstr(&page), json)) {
        fail_msg("docs/result-file.md does not hold this:\n%s", json);
    }
    free(json);
    assay_result_deinit(&result);
    base_buf_deinit(&page);
}

static void nothing_but_a_name_and_samples_is_enough_to_write(void **state)
{
    (void)state;
    double sample = 0.5;
    struct assay_run run = {.name = (char[]){"a"}, .fullname = (char[]){"a"}, .samples = &sample, .iterations = 1};
    assert_int_equal(assay_describe(&sample, 1, &run.stats), ASSAY_OK);
    struct assay_result bare = {.runs = &run, .run_count = 1};
    char *json = format(&bare, true);
    struct assay_result read = parse(json);
    assert_int_equal(read.run_count, 1);
    assert_string_equal(read.machine.node, "");
    assert_null(read.machine.class_key);
    assert_null(read.datetime);
    assay_result_deinit(&read);
    free(json);
}

static void a_processor_is_read_as_other_tools_wrote_it(void **state)
{
    (void)state;
    static const struct {
        const char *cpu, *vendor, *family, *stepping;
        uint64_t l2_bytes;
    } cases[] = {
        {"{\"vendor_id_raw\": \"GenuineIntel\", \"family\": 6, \"stepping\": 4, \"l2_cache_size\": 1048576}",
         "GenuineIntel", "6", "4", 1048576},
        {"{\"vendor_id\": \"GenuineIntel\", \"family\": \"6\", \"l2_cache_size\": \"256 KB\"}", "GenuineIntel", "6", "",
         262144},
        {"{\"vendor_id_raw\": \"0x41\", \"family\": 8, \"stepping\": \"r3p1\"}", "0x41", "8", "r3p1", 0},
        {"{\"vendor_id_raw\": [], \"family\": {}, \"stepping\": true, \"l2_cache_size\": []}", "", "", "", 0},
        {"{\"l2_cache_size\": -1}", "", "", "", 0},
        {"{\"l2_cache_size\": 1e300}", "", "", "", 0},
        {"{}", "", "", "", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char json[400];
        (void)snprintf(json, sizeof(json), "{\"benchmarks\": [], \"machine_info\": {\"cpu\": %s}}",
                       cases[i].cpu); /* fits */
        struct assay_result read = parse(json);
        assert_string_equal(read.machine.cpu_vendor, cases[i].vendor);
        assert_string_equal(read.machine.cpu_family, cases[i].family);
        assert_string_equal(read.machine.cpu_stepping, cases[i].stepping);
        assert_int_equal(read.machine.l2_bytes, cases[i].l2_bytes);
        assay_result_deinit(&read);
    }
}

static void a_binary_is_the_same_where_both_sides_say_so(void **state)
{
    (void)state;
    const struct assay_run one = {.binary = (char[]){"85944171f73967e8"}};
    const struct assay_run two = {.binary = (char[]){"85944171f73967e8"}};
    const struct assay_run another = {.binary = (char[]){"cbf29ce484222325"}}, silent = {0};
    assert_true(assay_run_is_of_same_binary(&one, &two));
    assert_false(assay_run_is_of_same_binary(&one, &another));
    assert_false(assay_run_is_of_same_binary(&one, &silent));
    assert_false(assay_run_is_of_same_binary(&silent, &silent));
    assert_false(assay_run_is_of_same_binary(NULL, &one));
    assert_false(assay_run_is_of_same_binary(&one, NULL));
}

static void runs_without_samples_are_left_out(void **state)
{
    (void)state;
    struct assay_result result = make_example();
    result.runs[0].error = strdup("the worker crashed");
    char *json = format(&result, true);
    struct assay_result read = parse(json);
    assert_int_equal(read.run_count, 1);
    assert_string_equal(read.runs[0].name, "parse_large");
    assay_result_deinit(&read);
    assay_result_deinit(&result);
    free(json);
}

static void numbers_are_written_as_short_as_they_read_back(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0.0"},   {1, "1.0"},       {2.5e-7, "2.5e-07"},     {5e-6, "5e-06"},
        {0.1, "0.1"}, {1e22, "1e+22"},  {0.1 + 0.2, "0.30000000000000004"}, {123456789, "123456789.0"},
        {-2, "-2.0"}, {1e15, "1e+15"},  {DBL_MAX, "1.7976931348623157e+308"}, {0x1p-1074, "4.94065645841247e-324"},
    };
    struct assay_run run = {.name = (char[]){"a"}, .fullname = (char[]){"a"}};
    struct assay_result result = {.runs = &run, .run_count = 1};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        run.max_time = cases[i].value;
        char *json = format(&result, false), wanted[64];
        (void)snprintf(wanted, sizeof(wanted), "\"max_time\": %s,", cases[i].text);
        if (!strstr(json, wanted)) {
            fail_msg("%s is not in %s", wanted, json);
        }
        free(json);
    }
}

static void any_double_survives_writing_and_reading(void **state)
{
    (void)state;
    double samples[500];
    uint64_t seed = 1;
    for (size_t i = 0; i < 500; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        samples[i] = ldexp((double)(seed >> 11), -80 + (int)(seed % 40));
    }
    struct assay_run run = {.name = (char[]){"a"}, .fullname = (char[]){"a"}, .samples = samples, .iterations = 1};
    assert_int_equal(assay_describe(samples, 500, &run.stats), ASSAY_OK);
    struct assay_result result = {.runs = &run, .run_count = 1};
    char *json = format(&result, true);
    struct assay_result read = parse(json);
    for (size_t i = 0; i < 500; i++) {
        assert_double_is(read.runs[0].samples[i], samples[i]);
    }
    assay_result_deinit(&read);
    free(json);
}

static void text_is_escaped_and_mended_to_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *text, *read_back;
    } cases[] = {
        {"quote \" backslash \\ slash /", NULL},
        {"\b\t\n\f\r\x01\x1f\x7f", NULL},
        {"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \xED\x9F\xBF \xEE\x80\x80 \xF4\x8F\xBF\xBF", NULL},
        {"\x80", "\xEF\xBF\xBD"},                           /* continuation without a start */
        {"\xC3", "\xEF\xBF\xBD"},                           /* start without its continuation */
        {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},           /* overlong */
        {"\xE0\x9F\xBF", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}, /* overlong */
        {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}, /* surrogate */
        {"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}, /* beyond Unicode */
        {"\xE2\x82!", "\xEF\xBF\xBD\xEF\xBF\xBD!"},
        {"\xF0\x9F\x98", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xFF\xFE", "\xEF\xBF\xBD\xEF\xBF\xBD"},
    };
    double sample = 1;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_run run = {.name = strdup(cases[i].text), .samples = &sample, .iterations = 1};
        run.fullname = run.name;
        assert_int_equal(assay_describe(&sample, 1, &run.stats), ASSAY_OK);
        struct assay_result result = {.runs = &run, .run_count = 1};
        char *json = format(&result, false);
        struct assay_result read = parse(json);
        assert_string_equal(read.runs[0].name, cases[i].read_back ? cases[i].read_back : cases[i].text);
        assay_result_deinit(&read);
        free(json);
        free(run.name);
    }
}

static void a_locale_with_a_comma_changes_nothing(void **state)
{
    (void)state;
    struct assay_result result = make_example();
    char *plain = format(&result, true);
    if (!setlocale(LC_ALL, "de_DE.UTF-8")) {
        free(plain);
        assay_result_deinit(&result);
        skip();
    }
    char *localized = format(&result, true);
    (void)setlocale(LC_ALL, "C"); /* always there */
    assert_string_equal(localized, plain);
    free(localized);
    free(plain);
    assay_result_deinit(&result);
}

static void reads_the_schema_of_2015(void **state)
{
    (void)state;
    struct assay_result result;
    struct assay_error err;
    assert_int_equal(assay_result_read(TEST_DATA "/pytest-benchmark/2.5-of-2015.json", &result, &err), ASSAY_OK);
    assert_int_equal(result.run_count, 1);
    const struct assay_run *run = assay_result_find(&result, "tests/test_normal.py::test_xfast_parametrized[0]");
    assert_non_null(run);
    assert_string_equal(run->name, "test_xfast_parametrized[0]");
    assert_null(run->group);
    assert_null(run->samples);
    assert_int_equal(run->iterations, 418);
    assert_int_equal(run->launches, 1);
    assert_int_equal(run->stats.rounds, 9987);
    assert_int_equal(run->stats.iqr_outliers, 1878);
    assert_double_is(run->stats.mean, 2.622408132654948e-07);
    assert_double_is(run->stats.ops, 1 / 2.622408132654948e-07);
    assert_double_is(run->stats.total, 2.622408132654948e-07 * 9987);
    assert_double_is(run->stats.mad, NAN);
    assert_double_is(run->min_time, 2.5e-05);
    assert_int_equal(run->warmup, 0);
    assert_true(result.commit.dirty);
    assert_null(result.commit.branch);
    assert_string_equal(result.machine.node, "minibox");
    assert_string_equal(result.machine.cpu, "");
    assert_null(result.machine.class_key);
    assert_string_equal(result.version, "2.5.0");
    assert_null(assay_result_find(&result, "test_xfast_parametrized[0]"));
    assay_result_deinit(&result);
}

/* The stored numbers were computed by Python; ours come from the samples. */
static void statistics_from_the_samples_equal_the_stored_ones(void **state)
{
    (void)state;
    struct buf text;
    read_file(TEST_DATA "/pytest-benchmark/5.2-with-data.json", &text);
    struct assay_result computed = parse(base_buf_cstr(&text));
    for (char *data = text.ptr; (data = strstr(data, "\"data\"")) != NULL; data++) {
        data[1] = 'x'; /* an unknown field, so the stored ones count */
    }
    struct assay_result stored = parse(base_buf_cstr(&text));
    assert_int_equal(computed.run_count, 2);
    for (size_t i = 0; i < computed.run_count; i++) {
        assert_non_null(computed.runs[i].samples);
        assert_null(stored.runs[i].samples);
        assert_double_is(stored.runs[i].stats.mad, NAN);
        assert_true(computed.runs[i].stats.mad > 0);
        stored.runs[i].stats.mad = computed.runs[i].stats.mad;
        /* They are of 5.2.3, which took the first datum above the fence for hd15iqr. */
        const double fence = stored.runs[i].stats.q3 + 1.5 * stored.runs[i].stats.iqr;
        assert_true(computed.runs[i].stats.hd15iqr <= fence);
        if (stored.runs[i].stats.hd15iqr > fence) {
            stored.runs[i].stats.hd15iqr = computed.runs[i].stats.hd15iqr;
        }
        assert_same_stats(&computed.runs[i].stats, &stored.runs[i].stats);
    }
    assert_string_equal(computed.machine.cpu, "AMD EPYC");
    assert_int_equal(computed.machine.cores, 2);
    assay_result_deinit(&computed);
    assay_result_deinit(&stored);
    base_buf_deinit(&text);
}

/* All that pytest-benchmark's own compare needs. */
#define LEAST_STATS \
    "\"min\": 1, \"max\": 3, \"mean\": 2, \"stddev\": 1, \"median\": 2, \"iqr\": 1, \"outliers\": \"1;0\", " \
    "\"rounds\": 5, \"iterations\": 1"
/* A file of one benchmark "a" with these statistics, further ones (of two equal
 * keys the last counts) and further fields; both as printf() takes them. */
#define ONE_BENCHMARK(more_stats, more_fields) \
    "{\"benchmarks\": [{\"name\": \"a\", \"stats\": {" LEAST_STATS more_stats "}" more_fields "}]}"

static void the_least_that_other_tools_write_is_enough(void **state)
{
    (void)state;
    struct assay_result result = parse(ONE_BENCHMARK("", ", \"group\": null"));
    assert_string_equal(result.runs[0].fullname, "a");
    assert_double_is(result.runs[0].stats.ops, 0.5);
    assert_double_is(result.runs[0].stats.total, 10);
    assert_double_is(result.runs[0].stats.q1, NAN);
    assert_int_equal(result.runs[0].stats.stddev_outliers, 1);
    assert_string_equal(result.commit.id, "unversioned");
    /* What is not known is left out again rather than invented. */
    char *json = format(&result, true);
    assert_null(strstr(json, "q1"));
    struct assay_result again = parse(json);
    assert_same_run(&again.runs[0], &result.runs[0]);
    free(json);
    assay_result_deinit(&again);
    assay_result_deinit(&result);
}

static void fields_it_does_not_know_may_hold_anything(void **state)
{
    (void)state;
    struct assay_result result =
        parse(ONE_BENCHMARK(", \"more\": []", ", \"name\": \"b\", \"params\": {\"x\": \"\\u0000\", "
                                              "\"seed\": 123456789012345678901234567890}"));
    assert_int_equal(result.run_count, 1);
    assert_string_equal(result.runs[0].name, "b");
    assay_result_deinit(&result);
}

static void parameters_are_read_as_python_prints_them(void **state)
{
    (void)state;
    struct assay_result result = parse(ONE_BENCHMARK(
        "", ", \"params\": {\"text\": \"a,b=c\", \"size\": 64, \"ratio\": 1e-05, \"is_on\": true, \"none\": null, "
            "\"list\": [\n    1,\n    \"b\"\n  ], \"size\": 65, \"\": 1, \"nul\\u0000\": 1, \"empty\": \"\"}"));
    static const char *const wanted[][2] = {{"text", "a,b=c"}, {"ratio", "1e-05"},       {"is_on", "True"},
                                            {"none", "None"},  {"list", "[1, \"b\"]"}, {"size", "65"},
                                            {"empty", ""}};
    const struct assay_run *run = &result.runs[0];
    assert_int_equal(run->param_count, sizeof(wanted) / sizeof(wanted[0]));
    for (size_t i = 0; i < run->param_count; i++) {
        assert_string_equal(run->params[i].name, wanted[i][0]);
        assert_string_equal(run->params[i].value, wanted[i][1]);
    }
    assay_result_deinit(&result);
    static const char *const none[] = {"", ", \"params\": null", ", \"params\": {}", ", \"params\": [1]"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        char json[512];
        (void)snprintf(json, sizeof(json), ONE_BENCHMARK("", "%s"), none[i]);
        result = parse(json);
        assert_int_equal(result.runs[0].param_count, 0);
        assay_result_deinit(&result);
    }
}

static void warmup_is_false_or_a_number(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        uint64_t warmup;
    } cases[] = {{"false", 0}, {"true", 1}, {"null", 0}, {"100000", 100000}, {"0", 0}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char json[512];
        (void)snprintf(json, sizeof(json), ONE_BENCHMARK("", ", \"options\": {\"warmup\": %s}"), cases[i].json);
        struct assay_result result = parse(json);
        assert_int_equal(result.runs[0].warmup, cases[i].warmup);
        assay_result_deinit(&result);
    }
}

static void assert_refused(const char *json, const char *reason)
{
    struct assay_result result = {.run_count = 77};
    struct assay_error err = {0};
    assert_int_equal(assay_result_parse(base_str(json), "old.json", &result, &err), ASSAY_BAD_SYNTAX);
    assert_int_equal(err.status, ASSAY_BAD_SYNTAX);
    assert_int_equal(result.run_count, 77);
    if (!strstr(err.message, reason) || strncmp(err.message, "old.json:", 9) != 0) {
        fail_msg("%s\n  gives: %s\n  wanted: %s", json, err.message, reason);
    }
    assert_int_equal(assay_result_parse(base_str(json), "old.json", &result, NULL), ASSAY_BAD_SYNTAX);
}

static void refuses_what_is_not_json_and_says_in_which_line(void **state)
{
    (void)state;
    assert_refused("", "old.json:1: not JSON");
    assert_refused("{\n\"benchmarks\": [\n}", "old.json:3: not JSON");
    assert_refused("{\"benchmarks\": []} x", "old.json:1: not JSON");
    assert_refused("{\"benchmarks\": Infinity}", "there is no list named");
}

static void refuses_json_that_is_no_result(void **state)
{
    (void)state;
    static const struct {
        const char *json, *reason;
    } cases[] = {
        {"[]", "no list named \"benchmarks\""},
        {"{}", "no list named \"benchmarks\""},
        {"{\"benchmarks\": {}}", "no list named \"benchmarks\""},
        {"{\"benchmarks\": [5]}", "benchmark 1: it is not an object"},
        {"{\"benchmarks\": [{}]}", "benchmark 1: name is missing"},
        {"{\"benchmarks\": [{\"name\": 5}]}", "benchmark 1: name is not a string"},
        {"{\"benchmarks\": [{\"name\": \"a\\u0000b\"}]}", "benchmark 1: name has a NUL character"},
        {"{\"benchmarks\": [{\"name\": \"a\\n\\u001b[31m\\u007f\"}]}", "benchmark 'a??[31m?': stats is missing"},
        {"{\"benchmarks\": [{\"name\": \"a\"}]}", "benchmark 'a': stats is missing"},
        {"{\"benchmarks\": [{\"name\": \"a\", \"fullname\": \"f::a\", \"stats\": []}]}",
         "benchmark 'f::a': stats is not an object"},
        {"{\"benchmarks\": [{\"name\": \"a\", \"group\": 1}]}", "benchmark 'a': group is not a string"},
        {"{\"benchmarks\": [{\"name\": \"a\", \"options\": {\"warmup\": \"x\"}}]}", "options.warmup is not a number"},
        {"{\"machine_info\": 5}", "machine_info is not an object"},
        {"{\"machine_info\": {\"cpu\": {\"count\": -1}}}", "cpu.count is negative"},
        {"{\"commit_info\": {\"dirty\": 1}}", "commit_info.dirty is not true or false"},
        {"{\"benchmarks\": [], \"version\": 5}", "version is not a string"},
        {"{\"assay\": {\"format\": 2}}", "format 2 of a newer assay"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_refused(cases[i].json, cases[i].reason);
    }
}

static void refuses_numbers_that_no_samples_give(void **state)
{
    (void)state;
    static const struct {
        const char *changed, *reason;
    } cases[] = {
        {"\"min\": \"1\"", "stats.min is not a number"},
        {"\"min\": null", "stats.min is missing"},
        {"\"min\": NaN", "stats.min is not a finite number"},
        {"\"max\": Infinity", "stats.max is not a finite number"},
        {"\"stddev\": -Infinity", "stats.stddev is not a finite number"},
        {"\"mean\": 1e999", "stats.mean is not a finite number"},
        {"\"rounds\": -1", "stats.rounds is negative"},
        {"\"rounds\": 0", "stats.rounds is 0"},
        {"\"rounds\": 1.5", "stats.rounds is not a whole number"},
        {"\"rounds\": 1e300", "stats.rounds is not a whole number, or too large"},
        {"\"rounds\": null", "stats.rounds is missing"},
        {"\"iterations\": 0", "stats.iterations is 0"},
        {"\"min\": 4", "stats.min is above stats.max"},
        {"\"median\": 0.5", "stats.median is not between"},
        {"\"mean\": 3.5", "stats.mean is not between"},
        {"\"stddev\": -1", "stats.stddev is negative"},
        {"\"iqr\": -1", "stats.iqr is negative"},
        {"\"outliers\": 5", "stats.outliers is missing"},
        {"\"outliers\": \"1\"", "stats.outliers is missing"},
        {"\"outliers\": \"6;0\"", "stats.stddev_outliers are more"},
        {"\"iqr_outliers\": 6, \"stddev_outliers\": 0", "stats.iqr_outliers are more"},
        {"\"max\": 1e308, \"mean\": 1e308", "stats.total is too large"},
        {"\"data\": 5", "stats.data is not an array"},
        {"\"data\": [1, 2, 3]", "stats.data has 3 numbers, but stats.rounds is 5"},
        {"\"data\": [1, 2, 3, null, 5]", "stats.data[3] is not a number"},
        {"\"data\": [1, NaN, 3, 4, 5]", "stats.data[1] is not a finite number"},
        {"\"data\": [1e308, 1e308, 1e308, 1e308, 1e308]", "stats.total is too large"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char json[512], reason[128];
        (void)snprintf(json, sizeof(json), ONE_BENCHMARK(", %s", ""), cases[i].changed);
        (void)snprintf(reason, sizeof(reason), "benchmark 'a': %s", cases[i].reason);
        assert_refused(json, reason);
    }
}

static void refuses_broken_fields_of_our_own(void **state)
{
    (void)state;
    static const struct {
        const char *own, *reason;
    } cases[] = {
        {"5", "assay is not an object"},
        {"{\"launches\": -1}", "assay.launches is negative"},
        {"{\"definition\": 5}", "assay.definition is not an object"},
        {"{\"definition\": {\"file\": 5}}", "definition.file is not a string"},
        {"{\"definition\": {\"line\": -1}}", "definition.line is negative"},
        {"{\"binary\": 5}", "assay.binary is not a string"},
        {"{\"launch_medians\": 1}", "assay.launch_medians is not an array"},
        {"{\"launch_medians\": [1, \"2\"]}", "assay.launch_medians[1] is not a number"},
        {"{\"launch_medians\": [1, -2]}", "assay.launch_medians has a negative number"},
        {"{\"counters\": {\"a b\": {\"kind\": \"sum\", \"value\": 1}}}", "'a b' is no name of a counter"},
        {"{\"counters\": {\"a\": {\"kind\": \"all\", \"value\": 1}}}",
         "the counter 'a' has no kind, or an unknown one"},
        {"{\"counters\": {\"a\": {\"kind\": \"sum\"}}}", "a.value is missing"},
        {"{\"tags\": \"a\"}", "assay.tags is not an array"},
        {"{\"tags\": [\"a\", \"b c\"]}", "assay.tags has an item that is no tag"},
        {"{\"counters\": {\"a\": 5}}", "counters.a is not an object"},
        {"{\"launch_rounds\": {}}", "assay.launch_rounds is not an array"},
        {"{\"launch_rounds\": [2, -2]}", "assay.launch_rounds has a negative number"},
        {"{\"launch_rounds\": [5, 0]}", "assay.launch_rounds has something else than a whole number from 1"},
        {"{\"launch_rounds\": [2.5, 2.5]}", "assay.launch_rounds has something else than a whole number from 1"},
        {"{\"launch_rounds\": [2, 2]}", "assay.launch_rounds add up to 4, but stats.rounds is 5"},
        {"{\"launch_rounds\": []}", "assay.launch_rounds add up to 0, but stats.rounds is 5"},
        {"{\"launch_rounds\": [1e18, 5]}", "assay.launch_rounds has something else than a whole number from 1"},
        {"{\"launch_rounds\": [2, 3], \"launch_medians\": [2]}",
         "assay.launch_rounds has 2 numbers, but assay.launch_medians 1"},
        {"{\"launch_rounds\": [2, 3], \"launch_minima\": [2, 3, 4]}",
         "assay.launch_rounds has 2 numbers, but assay.launch_minima 3"},
        {"{\"launch_cycles\": [-1]}", "assay.launch_cycles has a negative number"},
        {"{\"launch_slot_tenths\": [-1]}", "assay.launch_slot_tenths has a negative number"},
        {"{\"launch_cycle_tenths\": [1, 2]}",
         "there are 2 of launch_cycle_tenths and 0 of launch_slot_tenths, which go together"},
        {"{\"measured\": {\"cycles\": -1}}", "measured.cycles is negative"},
        {"{\"measured\": {\"cycles\": \"1\"}}", "measured.cycles is not a number"},
        {"{\"mad\": -1}", "assay.mad is negative"},
        {"{\"empty_loop\": -1}", "assay.empty_loop is negative"},
        {"{\"empty_loop\": \"none\"}", "assay.empty_loop is not a number"},
        {"{\"calls\": {\"count\": 0}}", "calls.count is 0"},
        {"{\"calls\": {\"count\": 5}}", "calls.p50 is missing"},
        {"{\"calls\": {\"count\": 5, \"p50\": 2, \"p90\": 1, \"p95\": 3, \"p99\": 4, \"p99.9\": 5}}",
         "not in ascending order"},
        {"{\"targets\": {}}", "assay.targets is not an array"},
        {"{\"targets\": [5]}", "targets.target is missing"},
        {"{\"targets\": [{\"target\": \"p95\"}]}", "'p95' is no target"},
        {"{\"targets\": [{\"target\": \"p95 < 1 s\"}]}", "targets.verdict is missing or unknown"},
        {"{\"targets\": [{\"target\": \"p95 < 1 s\", \"verdict\": \"maybe\"}]}", "targets.verdict is missing or"},
        {"{\"targets\": [{\"target\": \"p95 < 1 s\", \"verdict\": \"met\", \"n\": -1}]}", "targets.n is negative"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char json[512];
        (void)snprintf(json, sizeof(json), ONE_BENCHMARK("", ", \"assay\": %s"), cases[i].own);
        assert_refused(json, cases[i].reason);
    }
}

static void refuses_launches_that_their_rounds_contradict(void **state)
{
    (void)state;
    static const char three[] = "{\"benchmarks\": [{\"name\": \"a\", \"stats\": {\"rounds\": 3, \"iterations\": 1, "
                                "\"data\": [1, 3, 5]}, \"assay\": {\"launch_rounds\": [2, 1], "
                                "\"launch_%s\": [%s]}}]}";
    char json[512];
    (void)snprintf(json, sizeof(json), three, "medians", "2, 5");
    struct assay_result result = parse(json);
    assert_int_equal(result.runs[0].launch_rounds_count, 2);
    assert_int_equal(result.runs[0].launch_rounds[1], 1);
    /* minima that a file does not have follow from its data */
    assert_int_equal(result.runs[0].launch_minima_count, 2);
    assert_double_is(result.runs[0].launch_minima[0], 1);
    assert_double_is(result.runs[0].launch_minima[1], 5);
    assay_result_deinit(&result);
    (void)snprintf(json, sizeof(json), three, "medians", "2, 4");
    assert_refused(json, "benchmark 'a': assay.launch_medians[1] is 4, but its 1 rounds in stats.data give 5");
    (void)snprintf(json, sizeof(json), three, "minima", "2, 5");
    assert_refused(json, "benchmark 'a': assay.launch_minima[0] is 2, but its 2 rounds in stats.data give 1");
}

static void refuses_a_broken_account_of_the_machine(void **state)
{
    (void)state;
    static const struct {
        const char *own, *reason;
    } cases[] = {
        {"{\"clock\": 5}", "assay.clock is not an object"},
        {"{\"seed\": -1}", "assay.seed is negative"},
        {"{\"filter\": \"(\"}", "assay.filter is no filter"},
        {"{\"filter\": 7}", "assay.filter is not"},
        {"{\"unfit\": true}", "assay.unfit is not"},
        {"{\"seed\": \"one\"}", "assay.seed is not a number"},
        {"{\"clock\": {\"step\": -1}}", "clock.step is negative"},
        {"{\"cycle\": \"short\"}", "assay.cycle is not a number"},
        {"{\"cycle\": -1}", "assay.cycle is negative"},
        {"{\"clock\": {\"cost\": \"low\"}}", "clock.cost is not a number"},
        {"{\"warnings\": \"none\"}", "assay.warnings is not an array"},
        {"{\"warnings\": [\"turbo\", 5]}", "assay.warnings has an item that is not text"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char json[512];
        (void)snprintf(json, sizeof(json), "{\"benchmarks\": [], \"assay\": %s}", cases[i].own);
        assert_refused(json, cases[i].reason);
    }
}

static void knows_which_run_was_as_fast_as_an_empty_loop(void **state)
{
    (void)state;
    static const struct {
        double min, empty_loop;
        bool is_as_fast;
    } cases[] = {
        {0.25e-9, 0.25e-9, true},
        {0.24e-9, 0.25e-9, true},
        {0.37e-9, 0.25e-9, true},
        {0.50e-9, 0.25e-9, false},
        {0.25e-9, 0, false}, /* unknown */
        {0.04e-9, 0, true},  /* no loop is that fast */
        {0, 0.25e-9, true},
        {1, 0.25e-9, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_run run = {.stats.min = cases[i].min, .empty_loop = cases[i].empty_loop};
        assert_true(assay_run_is_as_fast_as_empty(&run) == cases[i].is_as_fast);
    }
}

static void no_part_of_a_file_is_taken_for_a_whole(void **state)
{
    (void)state;
    struct assay_result result = make_example();
    char *json = format(&result, true);
    size_t len = strlen(json) - 2; /* without the last bracket and newline */
    for (size_t part = 0; part <= len; part++) {
        struct assay_result read;
        /* A block of its own size, so that reading past its end is seen. */
        char *copy = malloc(part > 0 ? part : 1);
        assert_non_null(copy);
        memcpy(copy, json, part);
        assert_int_equal(assay_result_parse((struct str){copy, part}, "part", &read, NULL), ASSAY_BAD_SYNTAX);
        free(copy);
    }
    free(json);
    assay_result_deinit(&result);
}

static void names_a_file_that_cannot_be_read(void **state)
{
    (void)state;
    struct assay_result result;
    struct assay_error err;
    assert_int_equal(assay_result_read(TEST_DATA "/none.json", &result, &err), ASSAY_BAD_FILE);
    assert_non_null(strstr(err.message, "none.json"));
}

static void assert_survives_every_lack_of_memory(const char *json)
{
    struct assay_result result;
    for (size_t n = 1;; n++) {
        alloc_fault_after(n);
        enum assay_status status = assay_result_parse(base_str(json), "test.json", &result, NULL);
        if (!alloc_fault_happened()) {
            assert_int_equal(status, ASSAY_OK);
            break;
        }
        assert_int_equal(status, ASSAY_NO_MEMORY);
    }
    assay_result_deinit(&result);
}

static void reading_survives_every_lack_of_memory(void **state)
{
    (void)state;
    struct assay_result example = make_example();
    char *json = format(&example, true);
    assay_result_deinit(&example);
    assert_survives_every_lack_of_memory(json);
    free(json);
    assert_survives_every_lack_of_memory(
        ONE_BENCHMARK("", ", \"params\": {\"size\": 64, \"text\": \"a\", \"none\": \"\"}"));
}

static void writing_survives_every_lack_of_memory(void **state)
{
    (void)state;
    struct assay_result example = make_example();
    struct buf json;
    base_buf_init(&json, 1 << 20);
    base_buf_add_cstr(&json, "before");
    for (size_t n = 1;; n++) {
        alloc_fault_after(n);
        enum assay_status status = assay_result_format(&example, true, &json);
        if (!alloc_fault_happened()) {
            assert_int_equal(status, ASSAY_OK);
            break;
        }
        assert_int_equal(status, ASSAY_NO_MEMORY);
        assert_string_equal(base_buf_cstr(&json), "before");
    }
    assert_true(base_buf_cstr(&json)[0] == '{');
    base_buf_deinit(&json);
    assay_result_deinit(&example);
}

static void a_result_too_large_for_the_buffer_is_not_written(void **state)
{
    (void)state;
    struct assay_result example = make_example();
    struct buf json;
    base_buf_init(&json, 1000);
    assert_int_equal(assay_result_format(&example, true, &json), ASSAY_NO_MEMORY);
    assert_string_equal(base_buf_cstr(&json), "");
    assay_result_deinit(&example);
}

static void runs_are_appended_zeroed_and_kept(void **state)
{
    (void)state;
    struct assay_result result = {0};
    for (uint64_t i = 0; i < 100; i++) {
        struct assay_run *run = assay_result_add_run(&result);
        assert_non_null(run);
        assert_null(run->samples);
        assert_int_equal(run->iterations, 0);
        run->iterations = i;
    }
    for (uint64_t i = 0; i < 100; i++) {
        assert_int_equal(result.runs[i].iterations, i);
    }
    alloc_fault_after(1);
    for (int i = 100; i < 128; i++) {
        assert_non_null(assay_result_add_run(&result)); /* there is room for 128 */
    }
    assert_null(assay_result_add_run(&result));
    assert_true(alloc_fault_happened());
    assert_int_equal(result.run_count, 128);
    assay_result_deinit(&result);
    assert_null(result.runs);
    assay_result_deinit(&result);
    assay_result_deinit(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(why_a_run_is_no_whole_baseline_is_kept),
        cmocka_unit_test(the_example_of_the_manual_is_what_is_written),
        cmocka_unit_test(nothing_but_a_name_and_samples_is_enough_to_write),
        cmocka_unit_test(a_processor_is_read_as_other_tools_wrote_it),
        cmocka_unit_test(a_binary_is_the_same_where_both_sides_say_so),
        cmocka_unit_test(runs_without_samples_are_left_out),
        cmocka_unit_test(numbers_are_written_as_short_as_they_read_back),
        cmocka_unit_test(any_double_survives_writing_and_reading),
        cmocka_unit_test(text_is_escaped_and_mended_to_utf8),
        cmocka_unit_test(a_locale_with_a_comma_changes_nothing),
        cmocka_unit_test(reads_the_schema_of_2015),
        cmocka_unit_test(statistics_from_the_samples_equal_the_stored_ones),
        cmocka_unit_test(the_least_that_other_tools_write_is_enough),
        cmocka_unit_test(fields_it_does_not_know_may_hold_anything),
        cmocka_unit_test(parameters_are_read_as_python_prints_them),
        cmocka_unit_test(warmup_is_false_or_a_number),
        cmocka_unit_test(refuses_what_is_not_json_and_says_in_which_line),
        cmocka_unit_test(refuses_json_that_is_no_result),
        cmocka_unit_test(refuses_numbers_that_no_samples_give),
        cmocka_unit_test(refuses_broken_fields_of_our_own),
        cmocka_unit_test(refuses_launches_that_their_rounds_contradict),
        cmocka_unit_test(refuses_a_broken_account_of_the_machine),
        cmocka_unit_test(knows_which_run_was_as_fast_as_an_empty_loop),
        cmocka_unit_test(no_part_of_a_file_is_taken_for_a_whole),
        cmocka_unit_test(names_a_file_that_cannot_be_read),
        cmocka_unit_test(reading_survives_every_lack_of_memory),
        cmocka_unit_test(writing_survives_every_lack_of_memory),
        cmocka_unit_test(a_result_too_large_for_the_buffer_is_not_written),
        cmocka_unit_test(runs_are_appended_zeroed_and_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
