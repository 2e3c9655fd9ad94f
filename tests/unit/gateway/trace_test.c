// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cmd/tta/gateway/trace.h"

#define ID "0af7651916cd43dd8448eb211c80319c"
#define REST ID "-b7ad6b7169203331-01"
#define PARENT "traceparent: 00-" REST "\r\n"

static struct trace trace_of(const char *headers)
{
    static const struct request_limits limits = {.max_target_bytes = 100, .max_head_bytes = 4000,
                                                 .max_body_bytes = 100};
    struct request request;
    struct trace trace;
    const char *parts[] = {"GET / HTTP/1.1\r\nHost: x\r\n", headers, "\r\n"};
    request_init(&request, &limits);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(request_feed(&request, parts[i], strlen(parts[i])), strlen(parts[i]));
    }
    assert_int_equal(request.state, REQUEST_WHOLE);
    trace_read(&request, &trace);
    request_deinit(&request);
    return trace;
}

static void assert_lines(const char *headers, const char *id, const char *lines)
{
    struct trace trace = trace_of(headers);
    assert_string_equal(trace.id, id);
    assert_int_equal(trace.lines_len, strlen(lines));
    assert_memory_equal(trace.lines, lines, trace.lines_len);
}

static void what_is_a_trace_goes_on_as_it_is(void **state)
{
    (void)state;
    assert_lines(PARENT, ID, PARENT);
    assert_lines("TraceParent:00-" REST " \r\nTraceState:  a=1 \r\n", ID, PARENT "tracestate: a=1\r\n");
    assert_lines("tracestate: a=1\r\n" PARENT "tracestate: b=2\r\n", ID, PARENT "tracestate: a=1,b=2\r\n");
    assert_lines("traceparent: 01-" REST "-more\r\n", ID, "traceparent: 01-" REST "-more\r\n");
}

static void what_is_none_is_dropped(void **state)
{
    static const char *const headers[] = {
        "",
        "tracestate: a=1\r\n",
        PARENT PARENT,
        "traceparent:\r\n",
        "traceparent: 00-" ID "\r\n",
        "traceparent: 00-" REST "-more\r\n",
        "traceparent: 01-" REST "more\r\n",
        "traceparent: ff-" REST "\r\n",
        "traceparent: 0G-" REST "\r\n",
        "traceparent: 00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01\r\n",
        "traceparent: 00-00000000000000000000000000000000-b7ad6b7169203331-01\r\n",
        "traceparent: 00-" ID "-0000000000000000-01\r\n",
        "traceparent: 00-" ID "_b7ad6b7169203331-01\r\n",
        "traceparent: 01-" REST "-\xff\r\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        assert_lines(headers[i], "", "");
    }
}

static void a_state_that_is_too_long_is_dropped_alone(void **state)
{
    char headers[1200];
    size_t at = strlen(PARENT "tracestate: ");
    (void)state;
    memcpy(headers, PARENT "tracestate: ", at);
    memset(headers + at, 'x', TRACE_MAX_STATE_BYTES - 1);
    memcpy(headers + at + TRACE_MAX_STATE_BYTES - 1, "\r\n", 3);
    assert_int_equal(trace_of(headers).lines_len, strlen(headers)); /* as long as may be */
    memcpy(headers + at + TRACE_MAX_STATE_BYTES - 1, "\r\ntracestate: y\r\n", 18);
    assert_lines(headers, ID, PARENT);
    memset(headers + at, 'x', TRACE_MAX_STATE_BYTES);
    memcpy(headers + at + TRACE_MAX_STATE_BYTES, "\r\n", 3);
    assert_lines(headers, ID, PARENT);
    assert_lines(PARENT "tracestate: a=\x80\r\n", ID, PARENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_a_trace_goes_on_as_it_is),
        cmocka_unit_test(what_is_none_is_dropped),
        cmocka_unit_test(a_state_that_is_too_long_is_dropped_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
