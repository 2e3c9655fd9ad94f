// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "base/file.h"
#include "tta/stream.h"
#include "wire_file.h"

/* The body in pieces of `piece` bytes, and its end. */
static struct tta_progress watch(enum tta_dialect dialect, struct str body, size_t piece,
                                 enum tta_transport transport)
{
    struct tta_stream *stream;
    struct tta_progress progress;
    assert_int_equal(tta_stream_create(dialect, &stream), TTA_OK);
    for (size_t at = 0; at < body.len; at += piece) {
        size_t len = body.len - at < piece ? body.len - at : piece;
        assert_int_equal(tta_stream_feed(stream, body.ptr + at, len, NULL), TTA_OK);
    }
    assert_int_equal(tta_stream_end(stream, transport, &progress), TTA_OK);
    assert_true(progress.is_over);
    tta_stream_destroy(stream);
    return progress;
}

static const struct recorded {
    const char *path;
    enum tta_dialect dialect;
    enum tta_failure failure;
    bool has_content;
    struct tta_usage usage;
} recorded[] = {
    {TEST_DATA "/wire/anthropic_basic.http", TTA_DIALECT_ANTHROPIC, TTA_FAILURE_NONE, true, {11, 6, -1, -1, -1}},
    {TEST_DATA "/wire/anthropic_refusal.http", TTA_DIALECT_ANTHROPIC, TTA_FAILURE_POLICY, false, {20, 0, -1, -1, -1}},
    {TEST_DATA "/wire/anthropic_stream.http", TTA_DIALECT_ANTHROPIC, TTA_FAILURE_NONE, true, {17, 10, 0, -1, -1}},
    {TEST_DATA "/wire/anthropic_stream_thinking.http", TTA_DIALECT_ANTHROPIC, TTA_FAILURE_NONE, true,
     {43, 282, 0, -1, -1}},
    {TEST_DATA "/wire/openai_stream.http", TTA_DIALECT_OPENAI, TTA_FAILURE_NONE, true, {53, 15, 0, 0, -1}},
    {TEST_DATA "/wire/openai_responses_stream.http", TTA_DIALECT_OPENAI, TTA_FAILURE_NONE, true, {25, 10, 0, 0, -1}},
    {TEST_DATA "/wire/openrouter_stream_error.http", TTA_DIALECT_OPENAI, TTA_FAILURE_STREAM_BROKEN, true,
     {43, 10, 0, 11, 0}},
    {TEST_DATA "/wire/openrouter_stream_reasoning.http", TTA_DIALECT_OPENAI, TTA_FAILURE_NONE, true,
     {9, 104, 0, 0, 850000000}},
};

static void recorded_streams_are_understood_in_pieces_of_any_size(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 2, 7, 1000, 1 << 20};
    for (size_t i = 0; i < sizeof recorded / sizeof recorded[0]; i++) {
        struct buf file;
        char reason[BASE_FILE_REASON_BYTES];
        struct wire_answer wire;
        base_buf_init(&file, 1 << 20);
        assert_true(base_file_read(recorded[i].path, &file, reason));
        wire_answer_parse(base_buf_str(&file), &wire);
        struct str body = {wire.answer.body, wire.answer.body_len};
        for (size_t p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
            struct tta_progress progress = watch(recorded[i].dialect, body, pieces[p], TTA_TRANSPORT_WHOLE);
            if (progress.finding.failure != recorded[i].failure || progress.has_content != recorded[i].has_content) {
                fail_msg("%s: %s", recorded[i].path, tta_failure_name(progress.finding.failure));
            }
            assert_memory_equal(&progress.usage, &recorded[i].usage, sizeof progress.usage);
        }
        base_buf_deinit(&file);
    }
}

static void every_cut_of_a_recorded_stream_is_broken(void **state)
{
    (void)state;
    struct buf file;
    char reason[BASE_FILE_REASON_BYTES];
    struct wire_answer wire;
    base_buf_init(&file, 1 << 20);
    assert_true(base_file_read(TEST_DATA "/wire/anthropic_basic.http", &file, reason));
    wire_answer_parse(base_buf_str(&file), &wire);
    for (size_t len = 0; len < wire.answer.body_len; len++) {
        struct str part = {wire.answer.body, len};
        struct tta_progress progress = watch(TTA_DIALECT_ANTHROPIC, part, 64, TTA_TRANSPORT_CUT);
        assert_int_equal(progress.finding.failure, TTA_FAILURE_STREAM_BROKEN);
    }
    base_buf_deinit(&file);
}

#define SAY "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":null}]}\n\n"
#define STOP "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
#define DONE "data: [DONE]\n\n"

static void an_answer_ends_with_its_real_end_only(void **state)
{
    (void)state;
    static const struct {
        enum tta_dialect dialect;
        const char *body;
        enum tta_transport transport;
        enum tta_failure failure;
    } cases[] = {
        {TTA_DIALECT_OPENAI, SAY STOP DONE, TTA_TRANSPORT_WHOLE, TTA_FAILURE_NONE},
        {TTA_DIALECT_OPENAI, SAY STOP DONE DONE, TTA_TRANSPORT_WHOLE, TTA_FAILURE_NONE},
        {TTA_DIALECT_OPENAI, SAY STOP, TTA_TRANSPORT_WHOLE, TTA_FAILURE_NONE},
        {TTA_DIALECT_OPENAI, SAY STOP, TTA_TRANSPORT_CUT, TTA_FAILURE_STREAM_BROKEN},
        {TTA_DIALECT_OPENAI, SAY, TTA_TRANSPORT_WHOLE, TTA_FAILURE_STREAM_BROKEN},
        {TTA_DIALECT_OPENAI, SAY DONE, TTA_TRANSPORT_WHOLE, TTA_FAILURE_STREAM_BROKEN},
        {TTA_DIALECT_OPENAI, SAY, TTA_TRANSPORT_TIMED_OUT, TTA_FAILURE_STREAM_BROKEN},
        {TTA_DIALECT_OPENAI, ": OPENROUTER PROCESSING\n\n", TTA_TRANSPORT_TIMED_OUT, TTA_FAILURE_TIMEOUT},
        {TTA_DIALECT_OPENAI, "", TTA_TRANSPORT_WHOLE, TTA_FAILURE_STREAM_BROKEN},
        {TTA_DIALECT_OPENAI, SAY "data: {\"cho", TTA_TRANSPORT_CUT, TTA_FAILURE_STREAM_BROKEN},
        {TTA_DIALECT_OPENAI, "data: nonsense\n\n", TTA_TRANSPORT_WHOLE, TTA_FAILURE_STREAM_BROKEN},
        {TTA_DIALECT_OPENAI, "<html>", TTA_TRANSPORT_WHOLE, TTA_FAILURE_SERVER},
        {TTA_DIALECT_OPENAI, "data:{\"error\":{\"code\":429}}\n\n", TTA_TRANSPORT_WHOLE, TTA_FAILURE_RATE_LIMIT},
        {TTA_DIALECT_OPENAI, SAY "data:{\"error\":{\"code\":429}}\n\n" DONE, TTA_TRANSPORT_WHOLE,
         TTA_FAILURE_STREAM_BROKEN},
        {TTA_DIALECT_OPENAI, "event: error\r\ndata: {\"error\":{\"code\":\"server_error\"}}\r\n\r\n",
         TTA_TRANSPORT_WHOLE, TTA_FAILURE_SERVER},
        {TTA_DIALECT_OPENAI, "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\n",
         TTA_TRANSPORT_WHOLE, TTA_FAILURE_POLICY},
        {TTA_DIALECT_OPENAI, SAY "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\n" DONE,
         TTA_TRANSPORT_WHOLE, TTA_FAILURE_NONE},
        {TTA_DIALECT_OPENAI, "{\"error\":{\"code\":\"insufficient_quota\"}}", TTA_TRANSPORT_WHOLE, TTA_FAILURE_QUOTA},
        {TTA_DIALECT_OPENAI, "{\"choices\":[{\"message\":{\"content\":\"hi\"}}]}", TTA_TRANSPORT_WHOLE,
         TTA_FAILURE_NONE},
        {TTA_DIALECT_ANTHROPIC,
         "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n", TTA_TRANSPORT_WHOLE,
         TTA_FAILURE_OVERLOADED},
        {TTA_DIALECT_OLLAMA, "{\"message\":{\"content\":\"a\"},\"done\":false}\n{\"done\":true}\n", TTA_TRANSPORT_WHOLE,
         TTA_FAILURE_NONE},
        {TTA_DIALECT_OLLAMA, "{\"message\":{\"content\":\"a\"},\"done\":false}\n", TTA_TRANSPORT_WHOLE,
         TTA_FAILURE_STREAM_BROKEN},
        {TTA_DIALECT_OLLAMA, "{\"error\":\"out of memory\"}\n", TTA_TRANSPORT_WHOLE, TTA_FAILURE_STREAM_BROKEN},
        {TTA_DIALECT_OLLAMA, "{\"done\":true}", TTA_TRANSPORT_WHOLE, TTA_FAILURE_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tta_progress progress = watch(cases[i].dialect, base_str(cases[i].body), 3, cases[i].transport);
        if (progress.finding.failure != cases[i].failure) {
            fail_msg("wanted %s, got %s of:\n%s", tta_failure_name(cases[i].failure),
                     tta_failure_name(progress.finding.failure), cases[i].body);
        }
        assert_int_equal(progress.is_whole, cases[i].dialect == TTA_DIALECT_OPENAI && cases[i].body[0] == '{');
    }
}

static void a_line_without_an_end_breaks_the_stream(void **state)
{
    (void)state;
    size_t len = TTA_STREAM_MAX_EVENT_BYTES + 10;
    char *text = malloc(len);
    assert_non_null(text);
    memset(text, 'x', len);
    memcpy(text, "data: ", 6);
    struct tta_progress progress = watch(TTA_DIALECT_OPENAI, (struct str){text, len}, 4096, TTA_TRANSPORT_WHOLE);
    assert_int_equal(progress.finding.failure, TTA_FAILURE_STREAM_BROKEN);
    free(text);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t n = 1;; n++) {
        struct tta_stream *stream = NULL;
        struct tta_progress progress;
        alloc_fault_after(n);
        enum tta_status status = tta_stream_create(TTA_DIALECT_OPENAI, &stream);
        if (status == TTA_OK) {
            const char body[] = SAY STOP DONE;
            status = tta_stream_feed(stream, body, sizeof body - 1, &progress);
        }
        bool happened = alloc_fault_happened();
        assert_int_equal(status, happened ? TTA_NO_MEMORY : TTA_OK);
        tta_stream_destroy(stream);
        if (!happened) {
            assert_true(n > 2);
            return;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_streams_are_understood_in_pieces_of_any_size),
        cmocka_unit_test(every_cut_of_a_recorded_stream_is_broken),
        cmocka_unit_test(an_answer_ends_with_its_real_end_only),
        cmocka_unit_test(a_line_without_an_end_breaks_the_stream),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
