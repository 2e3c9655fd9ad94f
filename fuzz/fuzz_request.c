// SPDX-License-Identifier: MIT
/* Requests of clients: bytes in small pieces are the same requests as in one, nothing goes beyond its limit, and what
 * is sent on of a trace is lines of text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "cmd/tta/gateway/origin.h"
#include "cmd/tta/gateway/query.h"
#include "cmd/tta/gateway/request.h"
#include "cmd/tta/gateway/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static const struct request_limits limits = {.max_target_bytes = 64, .max_head_bytes = 512, .max_body_bytes = 1024};

static void look_at_query(const struct request *request)
{
    char value[QUERY_MAX_VALUE_BYTES + 1];
    bool is_found = query_value(request, "a", value) == QUERY_FOUND;
    require(!is_found || memchr(value, '\0', sizeof(value)));
    is_found = query_path_rest(request, 0, value) == QUERY_FOUND;
    require(!is_found || strlen(value) <= request_path(request).len);
}

/* What goes on to a provider: none, or the trace, with its state at most. */
static struct str read_trace(const struct request *request, struct trace *trace)
{
    size_t ends = 0;
    trace_read(request, trace);
    require(trace->lines_len <= sizeof(trace->lines) && (trace->lines_len > 0) == (strlen(trace->id) == 32));
    for (size_t i = 0; i < trace->lines_len; i++) {
        bool is_end = i + 1 < trace->lines_len && memcmp(trace->lines + i, "\r\n", 2) == 0;
        ends += is_end ? 1 : 0;
        i += is_end ? 1 : 0;
        require(is_end || (trace->lines[i] >= ' ' && trace->lines[i] <= '~'));
    }
    require(ends <= 2);
    return (struct str){trace->lines, trace->lines_len};
}

/* A digest of the requests in the bytes, up to the first that is refused. */
static uint64_t read_all(const char *bytes, size_t len, size_t piece, int *out_refusal)
{
    struct request request;
    struct trace trace;
    uint64_t hash = BASE_HASH_START;
    size_t at = 0;
    request_init(&request, &limits);
    while (at < len && request.state != REQUEST_REFUSED) {
        at += request_feed(&request, bytes + at, len - at < piece ? len - at : piece);
        require(request.head.len <= limits.max_head_bytes && request.body.len <= limits.max_body_bytes);
        if (request.state == REQUEST_WHOLE) {
            hash = base_hash_add(hash, request_path(&request));
            hash = base_hash_add(hash, (struct str){request.body.bytes, request.body.len});
            hash = base_hash_add(hash, request_header(&request, STR("host")));
            hash = base_hash_add(hash, read_trace(&request, &trace));
            hash = base_hash_add(hash, origin_is_foreign(&request) ? STR("foreign") : STR("own"));
            hash = base_hash_add(hash, request.keeps_alive ? STR("keeps") : STR("closes"));
            look_at_query(&request);
            request_reset(&request);
        }
    }
    *out_refusal = request.refusal;
    request_deinit(&request);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int one, many;
    uint64_t hash = read_all((const char *)data, size, size + 1, &one);
    require(hash == read_all((const char *)data, size, 3, &many));
    require((one != 0) == (many != 0));
    return 0;
}
