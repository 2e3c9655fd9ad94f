// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/trace.h"

#include <string.h>

enum { MAX_PARENT_BYTES = 256, ID_DIGITS = 32, SPAN_DIGITS = 16, KNOWN_BYTES = 55 };

static bool is_hex(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!((text.ptr[i] >= '0' && text.ptr[i] <= '9') || (text.ptr[i] >= 'a' && text.ptr[i] <= 'f'))) {
            return false;
        }
    }
    return true;
}

static bool is_zero(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '0') {
            return false;
        }
    }
    return true;
}

/* "00-" trace "-" span "-" flags; of a version to come, more may follow. */
static bool is_parent(struct str text)
{
    if (text.len < KNOWN_BYTES || text.len > MAX_PARENT_BYTES || text.ptr[2] != '-' || text.ptr[35] != '-' ||
        text.ptr[52] != '-') {
        return false;
    }
    const struct str version = {text.ptr, 2}, id = {text.ptr + 3, ID_DIGITS}, span = {text.ptr + 36, SPAN_DIGITS},
                     flags = {text.ptr + 53, 2};
    bool is_of_this = base_str_equal(version, STR("00"));
    return is_hex(version) && !base_str_equal(version, STR("ff")) && is_hex(id) && !is_zero(id) && is_hex(span) &&
           !is_zero(span) && is_hex(flags) &&
           (is_of_this ? text.len == KNOWN_BYTES : text.len == KNOWN_BYTES || text.ptr[KNOWN_BYTES] == '-');
}

static bool is_printable(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < ' ' || text.ptr[i] > '~') {
            return false;
        }
    }
    return true;
}

static void add(struct trace *trace, struct str text)
{
    memcpy(trace->lines + trace->lines_len, text.ptr, text.len);
    trace->lines_len += text.len;
}

/* Several lines of a tracestate are one list (RFC 9110, section 5.3); one that is too long may be dropped. */
static void add_states(const struct request *request, struct trace *trace)
{
    size_t before = trace->lines_len, bytes = 0;
    for (size_t i = 0; i < request->line_count; i++) {
        struct str name, value;
        request_header_at(request, i, &name, &value);
        if (!request_header_is(name, STR("tracestate")) || value.len == 0) {
            continue;
        }
        if (!is_printable(value) || value.len + 1 > TRACE_MAX_STATE_BYTES - bytes) {
            trace->lines_len = before;
            return;
        }
        add(trace, bytes == 0 ? STR("tracestate: ") : STR(","));
        add(trace, value);
        bytes += value.len + 1;
    }
    if (bytes > 0) {
        add(trace, STR("\r\n"));
    }
}

void trace_read(const struct request *request, struct trace *out_trace)
{
    struct str parent = {NULL, 0};
    size_t count = 0;
    out_trace->id[0] = '\0';
    out_trace->lines_len = 0;
    for (size_t i = 0; i < request->line_count; i++) {
        struct str name, value;
        request_header_at(request, i, &name, &value);
        if (request_header_is(name, STR("traceparent"))) {
            parent = value;
            count++;
        }
    }
    if (count != 1 || !is_parent(parent) || !is_printable(parent)) {
        return;
    }
    memcpy(out_trace->id, parent.ptr + 3, ID_DIGITS);
    out_trace->id[ID_DIGITS] = '\0';
    add(out_trace, STR("traceparent: "));
    add(out_trace, parent);
    add(out_trace, STR("\r\n"));
    add_states(request, out_trace);
}
