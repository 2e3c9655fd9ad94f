// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "assay/protocol.h"
#include "unit/assay/assert_double.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Parsing must leave these as they are when it fails. */
static struct assay_reply reply, reply_before;
static struct histogram calls, calls_before;

static void make_outputs_known(void)
{
    memset(&reply, 0x5a, sizeof(reply));
    memset(&calls, 0, sizeof(calls));
    base_histogram_record(&calls, 1000);
    reply_before = reply;
    calls_before = calls;
}

static bool command_is_refused(struct str line)
{
    struct assay_command command = {.kind = ASSAY_COMMAND_CALLS, .iterations = 77, .count = 88};
    enum assay_status status = assay_command_parse(line, &command);
    return status == ASSAY_BAD_SYNTAX && command.kind == ASSAY_COMMAND_CALLS && command.iterations == 77 &&
           command.count == 88;
}

static bool reply_is_refused(struct str line)
{
    make_outputs_known();
    enum assay_status status = assay_reply_parse(line, &reply, &calls);
    return status == ASSAY_BAD_SYNTAX && memcmp(&reply, &reply_before, sizeof(reply)) == 0 &&
           memcmp(&calls, &calls_before, sizeof(calls)) == 0;
}

static void every_command_comes_back_as_it_was_said(void **state)
{
    (void)state;
    static const struct {
        struct assay_command command;
        const char *line;
    } cases[] = {
        {{ASSAY_COMMAND_BATCH, 1, 1, 0}, "batch 1 1"},
        {{ASSAY_COMMAND_BATCH, 12345, 67, 0}, "batch 12345 67"},
        {{ASSAY_COMMAND_BATCH, ASSAY_MAX_ITERATIONS, ASSAY_MAX_BATCHES, 0}, "batch 1125899906842624 256"},
        {{ASSAY_COMMAND_WARMED, 100, 1, 12}, "warmed 100 1 12"},
        {{ASSAY_COMMAND_WARMED, 5, ASSAY_MAX_BATCHES, ASSAY_MAX_ITERATIONS}, "warmed 5 256 1125899906842624"},
        {{ASSAY_COMMAND_CALLS, 1, 1, 0}, "calls 1"},
        {{ASSAY_COMMAND_CALLS, ASSAY_MAX_ITERATIONS, 1, 0}, "calls 1125899906842624"},
        {{ASSAY_COMMAND_END, 0, 1, 0}, "end"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf line;
        base_buf_init(&line, ASSAY_MAX_LINE_BYTES);
        assay_command_format(&cases[i].command, &line);
        assert_string_equal(base_buf_cstr(&line), cases[i].line);
        struct assay_command command;
        assert_int_equal(assay_command_parse(base_buf_str(&line), &command), ASSAY_OK);
        assert_int_equal(command.kind, cases[i].command.kind);
        assert_true(command.iterations == cases[i].command.iterations);
        assert_true(command.count == cases[i].command.count);
        assert_true(command.warmup == cases[i].command.warmup);
        base_buf_deinit(&line);
    }
}

static void a_line_that_is_no_command_is_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        " ",
        "batch",
        "batch ",
        "batch 5",
        "batch 5 ",
        "batch  5 2",
        "batch 5  2",
        "batch 5 2 ",
        "batch 5 2 3",
        " batch 5 2",
        "batch 5 2\n",
        "batch 5 2\r",
        "batch\t5 2",
        "batch 0 2",
        "batch 5 0",
        "batch -5 2",
        "batch 5 -2",
        "batch 5 257",
        "batch 1125899906842625 1",
        "batch 99999999999999999999 1",
        "batch 5 99999999999999999999",
        "batch 5.0 2",
        "batch 1e3 2",
        "warmed 5 2",
        "warmed 5 2 0",
        "warmed 5 0 2",
        "warmed 0 5 2",
        "warmed 5 257 2",
        "warmed 5 2 2 ",
        "batch +5 2",
        "batch 0x5 2",
        "batch five 2",
        "Batch 5 2",
        "batches 5 2",
        "paced",
        "paced 5",
        "paced 0 2",
        "paced 5 257",
        "calls",
        "calls ",
        "calls 0",
        "calls -1",
        "calls 5 2",
        "calls 5 ",
        "calls 1125899906842625",
        "call 5", "count", "count 0", "count 1 1",
        "end ",
        "end 1",
        " end",
        "ends",
        "END",
        "e",
        "quit",
        "took 5",
        "hello 1",
    };
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        if (!command_is_refused(base_str(lines[i]))) {
            fail_msg("'%s'", lines[i]);
        }
    }
    assert_true(command_is_refused((struct str){NULL, 0}));
    assert_true(command_is_refused(STR("end\0")));
    assert_true(command_is_refused(STR("calls 5\0")));
}

static void a_reply_of_one_number_or_word_is_understood(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum assay_reply_kind kind;
        uint64_t number;
        const char *text;
    } cases[] = {
        {"hello 1", ASSAY_REPLY_HELLO, 1, ""},
        {"hello 2147483647", ASSAY_REPLY_HELLO, 2147483647, ""},
        {"built debug", ASSAY_REPLY_BUILT, ASSAY_BUILT_DEBUG, ""},
        {"built asan,debug", ASSAY_REPLY_BUILT, ASSAY_BUILT_DEBUG | ASSAY_BUILT_ASAN, ""},
        {"built tsan,tsan", ASSAY_REPLY_BUILT, ASSAY_BUILT_TSAN, ""},
        {"built sideways,library-debug", ASSAY_REPLY_BUILT, ASSAY_BUILT_LIBRARY_DEBUG, ""},
        {"built sideways", ASSAY_REPLY_BUILT, 0, ""},
        {"ready 0", ASSAY_REPLY_READY, 0, ""},
        {"ready 23", ASSAY_REPLY_READY, 23, ""},
        {"group of friends", ASSAY_REPLY_GROUP, 0, "of friends"},
        {"group  a ", ASSAY_REPLY_GROUP, 0, " a "},
        {"target p95 < 500 ms", ASSAY_REPLY_TARGET, 0, "p95 < 500 ms"},
        {"calls", ASSAY_REPLY_WANTS_CALLS, 0, ""},
        {"dying it divided by zero", ASSAY_REPLY_DYING, 0, "it divided by zero"},
        {"failed check failed at a.c:3: x == 1", ASSAY_REPLY_FAILED, 0, "check failed at a.c:3: x == 1"},
        {"threads 2", ASSAY_REPLY_THREADS, 2, ""},
        {"uncountable pmu: none", ASSAY_REPLY_UNCOUNTABLE, 0, "pmu: none"},
        {"complexity size", ASSAY_REPLY_COMPLEXITY, 0, "size"},
        {"paces", ASSAY_REPLY_PACES, 0, ""},
        {"warms", ASSAY_REPLY_WARMS, 0, ""},
        {"done", ASSAY_REPLY_DONE, 0, ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        make_outputs_known();
        struct str line = base_str(cases[i].line);
        assert_int_equal(assay_reply_parse(line, &reply, &calls), ASSAY_OK);
        assert_int_equal(reply.kind, cases[i].kind);
        assert_true(reply.number == cases[i].number);
        assert_true(base_str_equal(reply.text, base_str(cases[i].text)));
        assert_true(reply.text.len == 0 || reply.text.ptr + reply.text.len == line.ptr + line.len); /* borrowed */
        assert_memory_equal(&calls, &calls_before, sizeof(calls));
    }
}

static void an_amount_is_above_zero_and_a_share_at_most_one(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum assay_reply_kind kind;
        double amount;
    } cases[] = {{"items 1", ASSAY_REPLY_ITEMS, 1},
                 {"bytes 4096.5", ASSAY_REPLY_BYTES, 4096.5},
                 {"together 0", ASSAY_REPLY_TOGETHER, 0}, /* a share, which may be none */
                 {"together 0.25", ASSAY_REPLY_TOGETHER, 0.25},
                 {"together 1", ASSAY_REPLY_TOGETHER, 1}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        make_outputs_known();
        assert_int_equal(assay_reply_parse(base_str(cases[i].line), &reply, &calls), ASSAY_OK);
        assert_int_equal(reply.kind, cases[i].kind);
        assert_double_is(reply.amount, cases[i].amount);
    }
    static const char *const refused[] = {"items",         "items ",        "items 0",     "bytes -1",
                                          "bytes nan",     "items inf",     "items 1 2",   "together",
                                          "together -0.1", "together 1.01", "together nan"};
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        assert_int_equal(assay_reply_parse(base_str(refused[i]), &reply, &calls), ASSAY_BAD_SYNTAX);
    }
}

static void a_counter_has_a_kind_a_number_and_a_name(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum assay_counter_kind kind;
        double amount;
        const char *name;
    } cases[] = {
        {"counter sum 1 a", ASSAY_SUM, 1, "a"},
        {"counter rate -2.5e3 Cache-hits_2.x", ASSAY_RATE, -2500, "Cache-hits_2.x"},
        {"counter per-iteration 0 medians", ASSAY_PER_ITERATION, 0, "medians"},
        {"counter average 0.5 a23456789012345678901234567890123456789b", ASSAY_AVERAGE, 0.5,
         "a23456789012345678901234567890123456789b"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        make_outputs_known();
        assert_int_equal(assay_reply_parse(base_str(cases[i].line), &reply, &calls), ASSAY_OK);
        assert_int_equal(reply.kind, ASSAY_REPLY_COUNTER);
        assert_int_equal(reply.counter_kind, cases[i].kind);
        assert_double_is(reply.amount, cases[i].amount);
        assert_true(base_str_equal(reply.text, base_str(cases[i].name)));
        assert_non_null(strstr(cases[i].line, assay_counter_kind_name(cases[i].kind)));
    }
    static const char *const refused[] = {
        "counter",         "counter sum",        "counter sum 1",         "counter sum 1 ",     "counter all 1 a",
        "counter sum x a", "counter sum inf a",  "counter sum nan a",     "counter sum 1 a b",   "counter sum 1 median",
        "counter sum 1 ä", "counter  sum 1 a",   "complexity",            "complexity ",
        "counter sum 1 a23456789012345678901234567890123456789bc",
    };
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        assert_true(reply_is_refused(base_str(refused[i])));
    }
}

static void counts_come_back_by_their_names(void **state)
{
    (void)state;
    struct assay_measured counted = {0};
    assay_measured_set(&counted, ASSAY_METRIC_ALLOCATIONS, 3);
    assay_measured_set(&counted, ASSAY_METRIC_PEAK_RSS, 123456789012.0);
    struct buf line;
    base_buf_init(&line, ASSAY_MAX_LINE_BYTES);
    assay_reply_format_counted(&counted, &line);
    make_outputs_known();
    assert_int_equal(assay_reply_parse(base_buf_str(&line), &reply, &calls), ASSAY_OK);
    assert_int_equal(reply.kind, ASSAY_REPLY_COUNTED);
    assert_double_is(assay_measured_get(&reply.counted, ASSAY_METRIC_ALLOCATIONS), 3);
    assert_double_is(assay_measured_get(&reply.counted, ASSAY_METRIC_PEAK_RSS), 123456789012.0);
    base_buf_deinit(&line);
    /* What this version does not count, and what is not counted at all. */
    assert_int_equal(assay_reply_parse(STR("counted leaps:5 cycles:7 minor_faults:2"), &reply, &calls), ASSAY_OK);
    assert_double_is(assay_measured_get(&reply.counted, ASSAY_METRIC_CYCLES), NAN);
    assert_double_is(assay_measured_get(&reply.counted, ASSAY_METRIC_MINOR_FAULTS), 2);
    static const char *const refused[] = {"counted ",    "counted a",     "counted a:",   "counted :1",
                                          "counted a:x", "counted a:1:2", "counted a:-1", "counted a:nan"};
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        assert_true(reply_is_refused(base_str(refused[i])));
    }
}

static void how_a_file_is_built_comes_back_as_it_was_said(void **state)
{
    (void)state;
    for (unsigned built = 1; built < 16; built++) {
        struct buf line;
        base_buf_init(&line, ASSAY_MAX_LINE_BYTES);
        assay_reply_format_built(built, &line);
        make_outputs_known();
        assert_int_equal(assay_reply_parse(base_buf_str(&line), &reply, &calls), ASSAY_OK);
        assert_int_equal(reply.kind, ASSAY_REPLY_BUILT);
        assert_int_equal(reply.number, built);
        base_buf_deinit(&line);
    }
}

static void times_come_back_as_they_were_taken(void **state)
{
    (void)state;
    int64_t times_ns[ASSAY_MAX_BATCHES];
    for (size_t i = 0; i < COUNT_OF(times_ns); i++) {
        times_ns[i] = INT64_MAX >> (i % 63);
    }
    times_ns[1] = 0;
    static const size_t counts[] = {1, 2, 100, ASSAY_MAX_BATCHES};
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct buf line;
        base_buf_init(&line, ASSAY_MAX_LINE_BYTES);
        assay_reply_format_took(times_ns, counts[i], &line);
        assert_true(base_buf_ok(&line));
        make_outputs_known();
        assert_int_equal(assay_reply_parse(base_buf_str(&line), &reply, &calls), ASSAY_OK);
        assert_int_equal(reply.kind, ASSAY_REPLY_TOOK);
        assert_int_equal(reply.number, counts[i]);
        assert_memory_equal(reply.times_ns, times_ns, counts[i] * sizeof(times_ns[0]));
        assert_memory_equal(&calls, &calls_before, sizeof(calls));
        base_buf_deinit(&line);
    }
}

static void paced_batches_come_back_as_they_were_taken(void **state)
{
    (void)state;
    int64_t times_ns[ASSAY_MAX_BATCHES];
    struct assay_pace paces_ns[ASSAY_MAX_BATCHES];
    for (size_t i = 0; i < COUNT_OF(times_ns); i++) {
        times_ns[i] = INT64_MAX >> (i % 63);
        paces_ns[i] = (struct assay_pace){0.2 + (double)i / 300, 0.3 + (double)i / 200};
    }
    struct buf line;
    base_buf_init(&line, ASSAY_MAX_LINE_BYTES);
    assay_reply_format_paced(times_ns, paces_ns, COUNT_OF(times_ns), &line);
    make_outputs_known();
    assert_int_equal(assay_reply_parse(base_buf_str(&line), &reply, &calls), ASSAY_OK);
    assert_int_equal(reply.kind, ASSAY_REPLY_PACED);
    assert_int_equal(reply.number, COUNT_OF(times_ns));
    assert_memory_equal(reply.times_ns, times_ns, sizeof(times_ns));
    for (size_t i = 0; i < COUNT_OF(paces_ns); i++) {
        assert_double_near(reply.paces_ns[i].cycle_ns, paces_ns[i].cycle_ns, 1e-5);
        assert_double_near(reply.paces_ns[i].slot_ns, paces_ns[i].slot_ns, 1e-5);
    }
    base_buf_add_cstr(&line, " 1:2:3");
    assert_true(reply_is_refused(base_buf_str(&line))); /* one too many */
    base_buf_deinit(&line);
    assert_int_equal(assay_reply_parse(STR("paced 5:2 6:3"), &reply, &calls), ASSAY_OK); /* of an older library */
    assert_double_near(reply.paces_ns[1].cycle_ns, 3, 0);
    assert_double_near(reply.paces_ns[1].slot_ns, 0, 0);
    static const char *const refused[] = {"paced",      "paced ",      "paced 1",     "paced 1:",   "paced 1::2",
                                          "paced -1:2", "paced 1:-2",  "paced 1:0",   "paced 1:nan", "paced 1:2:3:4",
                                          "paces 1",    "paced 1:2 ",  "paced 1:inf", "paced 1.5:2", "paced 1:2:",
                                          "paced 1:2:-1"};
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        assert_true(reply_is_refused(base_str(refused[i])));
    }
}

static void one_time_too_many_is_refused(void **state)
{
    (void)state;
    int64_t times_ns[ASSAY_MAX_BATCHES + 1] = {0};
    struct buf line;
    base_buf_init(&line, ASSAY_MAX_LINE_BYTES);
    assay_reply_format_took(times_ns, COUNT_OF(times_ns), &line);
    assert_true(reply_is_refused(base_buf_str(&line)));
    base_buf_deinit(&line);
}

static void a_histogram_comes_back_as_it_was_filled(void **state)
{
    (void)state;
    static struct histogram sent, received;
    uint64_t value = 1;
    for (int i = 0; i < 500; i++) {
        value = value * UINT64_C(6364136223846793005) + 1442695040888963407;
        base_histogram_record(&sent, value >> (30 + i % 34));
    }
    struct buf line;
    base_buf_init(&line, ASSAY_MAX_LINE_BYTES);
    assay_reply_format_called(&sent, &line);
    assert_int_equal(assay_reply_parse(base_buf_str(&line), &reply, &received), ASSAY_OK);
    assert_int_equal(reply.kind, ASSAY_REPLY_CALLED);
    assert_memory_equal(&received, &sent, sizeof(sent));

    /* A second answer is added to the first. */
    static struct histogram twice;
    base_histogram_merge(&twice, &sent);
    base_histogram_merge(&twice, &sent);
    assert_int_equal(assay_reply_parse(base_buf_str(&line), &reply, &received), ASSAY_OK);
    assert_memory_equal(&received, &twice, sizeof(twice));
    base_buf_deinit(&line);
}

static void the_extremes_of_two_answers_are_the_extremes_of_both(void **state)
{
    (void)state;
    static struct histogram both;
    assert_int_equal(assay_reply_parse(STR("called 30 10 20 10:1 20:1"), &reply, &both), ASSAY_OK);
    assert_int_equal(assay_reply_parse(STR("called 20 5 15 5:1 15:1"), &reply, &both), ASSAY_OK);
    assert_int_equal(both.min, 5);
    assert_int_equal(both.max, 20);
    assert_int_equal(both.sum, 50);
    assert_int_equal(both.count, 4);
}

static void a_full_histogram_fits_a_line(void **state)
{
    (void)state;
    static struct histogram sent, received;
    sent.sum = sent.min = sent.max = INT64_MAX;
    for (size_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        sent.counts[bucket] = ASSAY_MAX_ITERATIONS;
        sent.count += ASSAY_MAX_ITERATIONS;
    }
    struct buf line;
    base_buf_init(&line, ASSAY_MAX_LINE_BYTES - 1); /* the newline */
    assay_reply_format_called(&sent, &line);
    assert_true(base_buf_ok(&line));
    assert_int_equal(assay_reply_parse(base_buf_str(&line), &reply, &received), ASSAY_OK);
    assert_memory_equal(&received, &sent, sizeof(sent));
    base_buf_deinit(&line);
}

static void a_line_that_is_no_reply_is_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "", " ", "hello", "hello ", "hello x", "hello -1", "hello 1 ", "hello 1 2", "hello 2147483648", "Hello 1",
        "built", "built ", "built ,", "built debug,", "built ,debug", "built debug,,asan",
        " hello 1", "hello 1\n", "hell 1", "ready", "ready ", "ready -1", "ready 1.5", "ready 1 2",
        "group", "group ", "target", "target ", "failed", "failed ", "groups a",
        "pedantic", "pedantic 1 2", "pedantic 0 1 0", "pedantic 1 0 0", "pedantic 1 1 -1", "pedantic 1 1 1 1",
        "pedantic 10000001 1 0", "pedantic  1 1 1", "calls ", "calls 1", "done ", "done 1", "don", "done\n", " done",
        "took", "took ", "took  5", "took 5 ", "took 5  6", "took -5", "took 5 -6", "took 5 x", "took 5.0",
        "took 9223372036854775808", "took 5,6",
        "called", "called ", "called 1", "called 1 2", "called 1 2 3", "called 1 2 3 ", "called 6 1 3 1",
        "called 6 1 3 1:", "called 6 1 3 :1", "called 6 1 3 1:0", "called 6 1 3 1:-1", "called 6 1 3 -1:1",
        "called 6 1 3 1:1 ", "called 6 1 3 1:1  3:1", "called 6 1 3 1:1:1", "called 6 1 3 3:1 1:1",
        "called 6 1 3 1:1 1:1", "called 6 3 1 1:1", "called -6 1 3 1:1", "called 6 -1 3 1:1", "called 6 1 x 1:1",
        "called 6 1 3 1:1 4608:1", "called 6 1 3 1:1 99999999999999999999:1", "called 6 1 3 1:1125899906842625",
        "called 9223372036854775808 1 3 1:1", "called 6 1 3 1:1 4607:1 4608:1",
        "batch 5 2", "end",
    };
    assert_int_equal(HISTOGRAM_BUCKETS, 4608); /* as in the lines */
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        if (!reply_is_refused(base_str(lines[i]))) {
            fail_msg("'%s'", lines[i]);
        }
    }
    assert_true(reply_is_refused((struct str){NULL, 0}));
    assert_true(reply_is_refused(STR("done\0")));
}

/* Each prefix, in memory that ends with it, so that the sanitizers see a byte
 * too far.  A plus marks the last byte of those that are messages themselves. */
static void check_prefixes(const char *line, const char *marks, bool (*is_refused)(struct str line))
{
    for (size_t len = 1; len <= strlen(line); len++) {
        char *own = malloc(len);
        assert_non_null(own);
        memcpy(own, line, len);
        if (is_refused((struct str){own, len}) != (marks[len - 1] == ' ')) {
            fail_msg("'%.*s'", (int)len, line);
        }
        free(own);
    }
}

static void a_command_cut_short_is_refused_unless_it_still_is_one(void **state)
{
    (void)state;
    static const struct {
        const char *line, *marks;
    } cases[] = {
        {"batch 123 45",
         "          ++"},
        {"calls 12",
         "      ++"},
        {"end",
         "  +"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        check_prefixes(cases[i].line, cases[i].marks, command_is_refused);
    }
}

static void a_reply_cut_short_is_refused_unless_it_still_is_one(void **state)
{
    (void)state;
    static const struct {
        const char *line, *marks;
    } cases[] = {
        {"hello 12",
         "      ++"},
        {"ready 34",
         "      ++"},
        {"calls",
         "    +"},
        {"done",
         "   +"},
        {"group abc",
         "      +++"},
        {"target p95 < 1",
         "       +++++++"},
        {"failed abc",
         "       +++"},
        {"took 12 34",
         "     ++ ++"},
        {"called 90 10 30 10:2 2345:12",
         "                   +      ++"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        check_prefixes(cases[i].line, cases[i].marks, reply_is_refused);
    }
}

static void an_exact_plan_is_three_numbers(void **state)
{
    (void)state;
    memset(&calls, 0, sizeof(calls));
    assert_int_equal(assay_reply_parse(STR("pedantic 7 1000 0"), &reply, &calls), ASSAY_OK);
    assert_int_equal(reply.kind, ASSAY_REPLY_PEDANTIC);
    assert_int_equal(reply.plan.rounds, 7);
    assert_int_equal(reply.plan.iterations, 1000);
    assert_int_equal(reply.plan.warmup_rounds, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exact_plan_is_three_numbers),
        cmocka_unit_test(every_command_comes_back_as_it_was_said),
        cmocka_unit_test(a_line_that_is_no_command_is_refused),
        cmocka_unit_test(a_reply_of_one_number_or_word_is_understood),
        cmocka_unit_test(an_amount_is_above_zero_and_a_share_at_most_one),
        cmocka_unit_test(a_counter_has_a_kind_a_number_and_a_name),
        cmocka_unit_test(counts_come_back_by_their_names),
        cmocka_unit_test(how_a_file_is_built_comes_back_as_it_was_said),
        cmocka_unit_test(times_come_back_as_they_were_taken),
        cmocka_unit_test(paced_batches_come_back_as_they_were_taken),
        cmocka_unit_test(one_time_too_many_is_refused),
        cmocka_unit_test(a_histogram_comes_back_as_it_was_filled),
        cmocka_unit_test(the_extremes_of_two_answers_are_the_extremes_of_both),
        cmocka_unit_test(a_full_histogram_fits_a_line),
        cmocka_unit_test(a_line_that_is_no_reply_is_refused),
        cmocka_unit_test(a_command_cut_short_is_refused_unless_it_still_is_one),
        cmocka_unit_test(a_reply_cut_short_is_refused_unless_it_still_is_one),
    };
    return cmocka_run_group_tests_name("assay/protocol", tests, NULL, NULL);
}
