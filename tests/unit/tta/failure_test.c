// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "alloc_fault.h"
#include "base/file.h"
#include "tta/failure.h"
#include "tta/reply_read.h"
#include "wire_file.h"

#define NS_PER_SEC INT64_C(1000000000)
/* date -u -d '2026-02-17 23:46:00' +%s */
#define NOW_SEC INT64_C(1771371960)

static struct tta_finding classify(struct str text)
{
    struct wire_answer wire;
    wire_answer_parse(text, &wire);
    struct tta_finding finding;
    memset(&finding, 0xee, sizeof finding);
    assert_int_equal(tta_reply_classify(&wire.answer, NOW_SEC * NS_PER_SEC, &finding), TTA_OK);
    return finding;
}

static void expect(const char *text, enum tta_failure wanted)
{
    struct tta_finding finding = classify(base_str(text));
    if (finding.failure != wanted) {
        fail_msg("wanted %s, got %s for:\n%s", tta_failure_name(wanted), tta_failure_name(finding.failure), text);
    }
}

static void recorded_answers_have_their_class(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum tta_failure failure;
        bool is_upstream;
    } cases[] = {
        {TEST_DATA "/wire/openai_400.http", TTA_FAILURE_BAD_REQUEST, false},
        {TEST_DATA "/wire/groq_404.http", TTA_FAILURE_NOT_FOUND, false},
        {TEST_DATA "/wire/anthropic_404.http", TTA_FAILURE_NOT_FOUND, false},
        {TEST_DATA "/wire/openrouter_429.http", TTA_FAILURE_RATE_LIMIT, true},
        {TEST_DATA "/wire/ollama_chat.http", TTA_FAILURE_NONE, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf file;
        char reason[BASE_FILE_REASON_BYTES];
        base_buf_init(&file, 1 << 20);
        assert_true(base_file_read(cases[i].path, &file, reason));
        struct tta_finding finding = classify(base_buf_str(&file));
        assert_string_equal(tta_failure_name(finding.failure), tta_failure_name(cases[i].failure));
        assert_int_equal(finding.is_upstream, cases[i].is_upstream);
        base_buf_deinit(&file);
    }
}

#define ERROR(status, members) "X " #status "\n\n{\"error\":{\"message\":\"rate limit, quota, context\"," members "}}"

static void codes_say_more_than_the_status(void **state)
{
    (void)state;
    expect(ERROR(429, "\"code\":\"rate_limit_exceeded\""), TTA_FAILURE_RATE_LIMIT);
    expect(ERROR(429, "\"code\":\"insufficient_quota\",\"type\":\"insufficient_quota\""), TTA_FAILURE_QUOTA);
    expect(ERROR(400, "\"code\":\"context_length_exceeded\",\"type\":\"invalid_request_error\""), TTA_FAILURE_CONTEXT);
    expect(ERROR(400, "\"code\":\"content_policy_violation\""), TTA_FAILURE_POLICY);
    expect(ERROR(400, "\"code\":\"model_decommissioned\""), TTA_FAILURE_NOT_FOUND);
    expect(ERROR(400, "\"code\":400,\"metadata\":{\"error_type\":\"context_length_exceeded\"}"), TTA_FAILURE_CONTEXT);
    expect(ERROR(400, "\"code\":null,\"type\":\"invalid_request_error\""), TTA_FAILURE_BAD_REQUEST);
    expect(ERROR(403, "\"code\":403,\"metadata\":{\"reasons\":[\"violence\"]}"), TTA_FAILURE_POLICY);
    expect(ERROR(404, "\"type\":\"api_error\""), TTA_FAILURE_NOT_FOUND);
    expect("X 529\n\n{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}", TTA_FAILURE_OVERLOADED);
    expect("X 413\n\n{\"type\":\"error\",\"error\":{\"type\":\"request_too_large\"}}", TTA_FAILURE_CONTEXT);
    expect("X 429\n\n[{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\"}}]", TTA_FAILURE_RATE_LIMIT);
    expect("X 400\n\n{\"object\":\"error\",\"code\":\"context_length_exceeded\"}", TTA_FAILURE_CONTEXT);
    assert_true(classify(STR(ERROR(400, "\"code\":\"unsupported_parameter\""))).is_unsupported);
    assert_false(classify(STR(ERROR(400, "\"code\":\"other\""))).is_unsupported);
}

static void the_status_decides_where_there_are_no_codes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum tta_failure failure;
    } cases[] = {
        {"X 301\n\n", TTA_FAILURE_SERVER},         {"X 400\n\n{}", TTA_FAILURE_BAD_REQUEST},
        {"X 401\n\n{}", TTA_FAILURE_AUTH},         {"X 402\n\n{}", TTA_FAILURE_QUOTA},
        {"X 403\n\n{}", TTA_FAILURE_AUTH},         {"X 404\n\n{\"error\":\"no\"}", TTA_FAILURE_NOT_FOUND},
        {"X 408\n\n", TTA_FAILURE_TIMEOUT},        {"X 413\n\n", TTA_FAILURE_CONTEXT},
        {"X 422\n\n{}", TTA_FAILURE_BAD_REQUEST},  {"X 429\n\n", TTA_FAILURE_RATE_LIMIT},
        {"X 451\n\n{}", TTA_FAILURE_POLICY},       {"X 500\n\n", TTA_FAILURE_SERVER},
        {"X 502\n\n", TTA_FAILURE_OVERLOADED},     {"X 503\n\n", TTA_FAILURE_OVERLOADED},
        {"X 504\n\n", TTA_FAILURE_TIMEOUT},        {"X 522\n\n", TTA_FAILURE_SERVER},
        {"X 529\n\n", TTA_FAILURE_OVERLOADED},     {"X 999\n\n", TTA_FAILURE_SERVER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect(cases[i].text, cases[i].failure);
    }
}

static void a_200_is_not_believed(void **state)
{
    (void)state;
    expect("X 200\n\n{\"choices\":[{\"finish_reason\":\"stop\",\"message\":{\"content\":\"hi\"}}]}", TTA_FAILURE_NONE);
    expect(ERROR(200, "\"code\":429"), TTA_FAILURE_RATE_LIMIT);
    expect(ERROR(200, "\"code\":\"server_error\""), TTA_FAILURE_SERVER);
    expect("X 200\n\n{\"error\":\"something\"}", TTA_FAILURE_SERVER);
    expect("X 200\n\n{\"error\":null,\"choices\":[]}", TTA_FAILURE_NONE);
    expect("X 200\n\n{\"choices\":[{\"error\":{\"code\":502},\"finish_reason\":\"error\"}]}", TTA_FAILURE_OVERLOADED);
    expect("X 200\n\n{\"choices\":[{\"finish_reason\":\"error\",\"message\":{}}]}", TTA_FAILURE_STREAM_BROKEN);
    expect("X 200\n\n{\"choices\":[{\"finish_reason\":\"content_filter\",\"message\":{\"content\":\"\"}}]}",
           TTA_FAILURE_POLICY);
    expect("X 200\n\n{\"choices\":[{\"finish_reason\":\"content_filter\",\"text\":\"\"}]}", TTA_FAILURE_POLICY);
    expect("X 200\n\n{\"choices\":[{\"finish_reason\":\"content_filter\",\"text\":\"it\"}]}", TTA_FAILURE_NONE);
    expect("X 200\n\n{\"choices\":[{\"finish_reason\":\"stop\",\"text\":\"\"}]}", TTA_FAILURE_NONE);
    expect("X 200\n\n{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"I cannot\"}}]}", TTA_FAILURE_POLICY);
    expect("X 200\n\n{\"stop_reason\":\"refusal\",\"content\":[]}", TTA_FAILURE_POLICY);
    expect("X 200\n\n", TTA_FAILURE_STREAM_BROKEN);
    expect("X 200\n\n{\"choices\":[{\"mess", TTA_FAILURE_STREAM_BROKEN);
    expect("X 200\n\nok", TTA_FAILURE_SERVER);
}

static void what_was_used_is_read_with_the_class(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum tta_failure failure;
        int64_t prompt_tokens;
    } cases[] = {
        {"X 200\n\n{\"choices\":[{\"message\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":7}}", TTA_FAILURE_NONE,
         7},
        {"X 200\n\n{\"error\":{\"code\":429},\"usage\":{\"prompt_tokens\":7}}", TTA_FAILURE_RATE_LIMIT, 7},
        {"X 200\n\n{\"choices\":[{\"message\":{\"content\":\"a\"}}]}", TTA_FAILURE_NONE, TTA_USAGE_UNKNOWN},
        {"X 200\n\n{\"usage\":{\"prompt_tokens\":7}", TTA_FAILURE_STREAM_BROKEN, TTA_USAGE_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire_answer wire;
        struct tta_finding finding;
        struct tta_usage usage;
        wire_answer_parse(base_str(cases[i].text), &wire);
        assert_int_equal(tta_reply_read(&wire.answer, 0, NULL, &finding, &usage, NULL), TTA_OK);
        assert_string_equal(tta_failure_name(finding.failure), tta_failure_name(cases[i].failure));
        assert_int_equal(usage.prompt_tokens, cases[i].prompt_tokens);
        assert_int_equal(usage.completion_tokens, TTA_USAGE_UNKNOWN);
    }
    const struct tta_reply cut = {.transport = TTA_TRANSPORT_CUT, .http_status = 200};
    struct tta_finding finding;
    struct tta_usage usage;
    assert_int_equal(tta_reply_read(&cut, 0, NULL, &finding, &usage, NULL), TTA_OK);
    assert_int_equal(finding.failure, TTA_FAILURE_STREAM_BROKEN);
    assert_int_equal(usage.prompt_tokens, TTA_USAGE_UNKNOWN);
}

static void a_page_knows_nothing_of_keys_and_models(void **state)
{
    (void)state;
    expect("X 200\ncontent-type: text/html\n\n<html>Sign in</html>", TTA_FAILURE_SERVER);
    expect("X 401\n\n<html>no</html>", TTA_FAILURE_SERVER);
    expect("X 403\n\n<!doctype html>", TTA_FAILURE_SERVER);
    expect("X 404\n\n<html>", TTA_FAILURE_SERVER);
    expect("X 429\n\n<html>", TTA_FAILURE_RATE_LIMIT);
    expect("X 502\n\n<html>", TTA_FAILURE_OVERLOADED);
    expect("X 413\n\n<html>", TTA_FAILURE_CONTEXT);
}

static void a_transport_that_failed_is_the_class(void **state)
{
    (void)state;
    static const struct {
        enum tta_transport transport;
        int status;
        enum tta_failure failure;
    } cases[] = {
        {TTA_TRANSPORT_NO_CONNECTION, 0, TTA_FAILURE_CONNECT},   {TTA_TRANSPORT_RESET, 0, TTA_FAILURE_CONNECT},
        {TTA_TRANSPORT_TIMED_OUT, 200, TTA_FAILURE_TIMEOUT},     {TTA_TRANSPORT_CUT, 200, TTA_FAILURE_STREAM_BROKEN},
        {TTA_TRANSPORT_CUT, 429, TTA_FAILURE_RATE_LIMIT},        {TTA_TRANSPORT_TOO_LARGE, 500, TTA_FAILURE_SERVER},
        {TTA_TRANSPORT_CLIENT_GONE, 0, TTA_FAILURE_CLIENT_GONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct tta_reply answer = {.transport = cases[i].transport, .http_status = cases[i].status};
        struct tta_finding finding;
        assert_int_equal(tta_reply_classify(&answer, 0, &finding), TTA_OK);
        assert_string_equal(tta_failure_name(finding.failure), tta_failure_name(cases[i].failure));
    }
}

static void the_wait_is_read_in_all_its_forms(void **state)
{
    (void)state;
    static const struct {
        const char *headers;
        const char *body;
        int64_t wait_ms;
    } cases[] = {
        {"Retry-After: 7\n", "", 7000},
        {"retry-after: 0.25\n", "", 250},
        {"retry-after: 7\nretry-after-ms: 120\n", "", 120},
        {"Retry-After: Tue, 17 Feb 2026 23:46:30 GMT\n", "", 30000},
        {"Date: Tue, 17 Feb 2026 20:00:00 GMT\nRetry-After: Tue, 17 Feb 2026 20:00:05 GMT\n", "", 5000},
        {"Retry-After: Tue, 17 Feb 2026 23:45:30 GMT\n", "", 0},
        {"Retry-After: -5\n", "", 0},
        {"Retry-After: soon\n", "", 0},
        {"Retry-After: 999999999\n", "", 86400000},
        {"x-ratelimit-remaining-tokens: 0\nx-ratelimit-reset-tokens: 6m0s\n", "", 360000},
        {"x-ratelimit-remaining-tokens: 9\nx-ratelimit-reset-tokens: 6m0s\n", "", 0},
        {"x-ratelimit-remaining-requests: 0\nx-ratelimit-reset-requests: 12ms\n", "", 12},
        {"anthropic-ratelimit-requests-remaining: 0\n"
         "anthropic-ratelimit-requests-reset: 2026-02-17T23:46:10Z\n", "", 10000},
        {"X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1771371975000\n", "", 15000},
        {"", "{\"error\":{\"code\":429,\"metadata\":{\"headers\":{\"X-RateLimit-Remaining\":\"0\","
             "\"X-RateLimit-Reset\":\"1771371964000\"}}}}", 4000},
        {"", "{\"error\":{\"code\":429,\"details\":[{},{\"retryDelay\":\"34.5s\"}]}}", 34500},
        {"", "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        (void)snprintf(text, sizeof text, "X 429\n%s\n%s", cases[i].headers, cases[i].body);
        struct tta_finding finding = classify(base_str(text));
        if (finding.retry_after_ns / 1000000 != cases[i].wait_ms) {
            fail_msg("wanted %lld ms, got %lld ns of:\n%s", (long long)cases[i].wait_ms,
                     (long long)finding.retry_after_ns, text);
        }
    }
    assert_true(classify(STR("X 500\nx-should-retry: false\n\n{}")).forbids_retry);
}

static void names_lead_to_classes_and_back(void **state)
{
    (void)state;
    for (int i = 0; i < TTA_FAILURE_COUNT; i++) {
        enum tta_failure failure = TTA_FAILURE_COUNT;
        assert_int_equal(tta_failure_of_name(tta_failure_name((enum tta_failure)i), &failure), TTA_OK);
        assert_int_equal(failure, i);
    }
    enum tta_failure failure;
    assert_int_equal(tta_failure_of_name("nonsense", &failure), TTA_NOT_FOUND);
}

static void lack_of_memory_is_told(void **state)
{
    (void)state;
    struct wire_answer wire;
    wire_answer_parse(STR(ERROR(429, "\"code\":\"rate_limit_exceeded\"")), &wire);
    struct tta_finding finding = {.http_status = 77};
    alloc_fault_after(1);
    assert_int_equal(tta_reply_classify(&wire.answer, 0, &finding), TTA_NO_MEMORY);
    assert_true(alloc_fault_happened());
    assert_int_equal(finding.http_status, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_answers_have_their_class),
        cmocka_unit_test(codes_say_more_than_the_status),
        cmocka_unit_test(the_status_decides_where_there_are_no_codes),
        cmocka_unit_test(a_200_is_not_believed),
        cmocka_unit_test(what_was_used_is_read_with_the_class),
        cmocka_unit_test(a_page_knows_nothing_of_keys_and_models),
        cmocka_unit_test(a_transport_that_failed_is_the_class),
        cmocka_unit_test(the_wait_is_read_in_all_its_forms),
        cmocka_unit_test(names_lead_to_classes_and_back),
        cmocka_unit_test(lack_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
