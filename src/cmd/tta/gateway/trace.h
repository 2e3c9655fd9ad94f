// SPDX-License-Identifier: MIT
/*
 * gateway/trace.h - the trace that a request belongs to (W3C Trace Context).
 *
 * The gateway makes no spans: what the client says of its trace goes on to the
 * provider as it is, and the id of the trace stands in the access log.  A
 * traceparent that is none, or stands twice, is dropped, and its tracestate too.
 */
#ifndef CMD_TTA_GATEWAY_TRACE_H
#define CMD_TTA_GATEWAY_TRACE_H

#include "cmd/tta/gateway/request.h"

#define TRACE_MAX_STATE_BYTES 512
#define TRACE_ID_BYTES 33

struct trace {
    char id[TRACE_ID_BYTES]; /* 32 hexadecimal digits; "": the request belongs to none */
    char lines[sizeof("traceparent: ") + 256 + sizeof("\r\ntracestate: ") + TRACE_MAX_STATE_BYTES + 2];
    size_t lines_len;        /* of header lines for the provider, each ending in CRLF */
};

void trace_read(const struct request *request, struct trace *out_trace);

#endif /* CMD_TTA_GATEWAY_TRACE_H */
