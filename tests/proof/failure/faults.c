// SPDX-License-Identifier: MIT
#include "faults.h"

#include <string.h>

#include "tta/stream.h"

#define JSON "Content-Type: application/json\r\n"
#define EVENTS "Content-Type: text/event-stream\r\n"
#define HTML "Content-Type: text/html\r\n"
#define SAY "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":null}]}\n\n"
#define STOP "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
#define DONE "data: [DONE]\n\n"
#define GOOD "{\"choices\":[{\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}"
#define ERROR(members) "{\"error\":{\"message\":\"no\"," members "}}"

#define ROW_COUNTED "(row A)"

static char huge[TTA_STREAM_MAX_EVENT_BYTES + 4096];

const struct fault faults[] = {
    {.name = "none", .whole = {.headers = JSON, .body = GOOD}, .stream = {.headers = EVENTS, .body = SAY STOP DONE},
     .whole_wanted = {"none", "A", "-", "200"}},
    {.name = "connection refused", .refuses = true, .whole = {.body = ""},
     .whole_wanted = {"connect", "A A B", "(provider A)", "200"}},
    {.name = "closed before the head", .whole = {.fault = LOOPBACK_CLOSE},
     .whole_wanted = {"connect", "A A B", "(provider A)", "200"}},
    {.name = "silent before the head", .whole = {.fault = LOOPBACK_SILENT},
     .whole_wanted = {"timeout", "A B", ROW_COUNTED, "200"}},
    {.name = "429 with Retry-After", .whole = {.status = 429, .headers = JSON "Retry-After: 30\r\n", .body = "{}"},
     .whole_wanted = {"rate_limit", "A A' B", "key A key A'", "200"}},
    {.name = "429 without", .whole = {.status = 429, .headers = JSON,
               .body = ERROR("\"code\":\"rate_limit_exceeded\"")},
     .whole_wanted = {"rate_limit", "A A' B", "key A key A'", "200"}},
    {.name = "429 of a provider behind OpenRouter",
     .whole = {.status = 429, .headers = JSON,
               .body = ERROR("\"code\":429,\"metadata\":{\"provider_name\":\"Google\"}")},
     .whole_wanted = {"rate_limit", "A B", "row A", "200"}},
    {.name = "429 insufficient_quota",
     .whole = {.status = 429, .headers = JSON, .body = ERROR("\"code\":\"insufficient_quota\"")},
     .whole_wanted = {"quota", "A A' B", "key A key A'", "200"}},
    {.name = "500", .whole = {.status = 500, .headers = JSON, .body = "{}"},
     .whole_wanted = {"server", "A B", ROW_COUNTED, "200"}},
    {.name = "500 with a page", .whole = {.status = 500, .headers = HTML, .body = "<html>oops</html>"},
     .whole_wanted = {"server", "A B", ROW_COUNTED, "200"}},
    {.name = "502", .whole = {.status = 502, .body = "bad gateway"},
     .whole_wanted = {"overloaded", "A B", ROW_COUNTED, "200"}},
    {.name = "503 with Retry-After", .whole = {.status = 503, .headers = "Retry-After: 9\r\n", .body = "{}"},
     .whole_wanted = {"overloaded", "A B", "row A", "200"}},
    {.name = "504", .whole = {.status = 504, .body = ""}, .whole_wanted = {"timeout", "A B", ROW_COUNTED, "200"}},
    {.name = "522", .whole = {.status = 522, .headers = HTML, .body = "<html>"},
     .whole_wanted = {"server", "A B", ROW_COUNTED, "200"}},
    {.name = "529 overloaded_error",
     .whole = {.status = 529, .headers = JSON,
               .body = "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}"},
     .whole_wanted = {"overloaded", "A B", ROW_COUNTED, "200"}},
    {.name = "401", .whole = {.status = 401, .headers = JSON, .body = ERROR("\"code\":\"invalid_api_key\"")},
     .whole_wanted = {"auth", "A A' B", "key A key A'", "200"}},
    {.name = "401 with a page", .whole = {.status = 401, .headers = HTML, .body = "<html>sign in</html>"},
     .whole_wanted = {"server", "A B", ROW_COUNTED, "200"}},
    {.name = "402", .whole = {.status = 402, .headers = JSON, .body = ERROR("\"code\":402")},
     .whole_wanted = {"quota", "A A' B", "key A key A'", "200"}},
    {.name = "403", .whole = {.status = 403, .headers = JSON, .body = ERROR("\"type\":\"permission_error\"")},
     .whole_wanted = {"auth", "A A' B", "key A key A'", "200"}},
    {.name = "403 of moderation",
     .whole = {.status = 403, .headers = JSON, .body = ERROR("\"code\":403,\"metadata\":{\"reasons\":[\"x\"]}")},
     .whole_wanted = {"policy", "A", "-", "400"}},
    {.name = "404 model_not_found", .whole = {.status = 404, .headers = JSON,
               .body = ERROR("\"code\":\"model_not_found\"")},
     .whole_wanted = {"not_found", "A B", "row A", "200"}},
    {.name = "400 context_length_exceeded",
     .whole = {.status = 400, .headers = JSON, .body = ERROR("\"code\":\"context_length_exceeded\"")},
     .whole_wanted = {"context", "A B+", "-", "200"}},
    {.name = "413", .whole = {.status = 413, .headers = HTML, .body = "<html>"},
     .whole_wanted = {"context", "A B+", "-", "200"}},
    {.name = "400 content_policy_violation",
     .whole = {.status = 400, .headers = JSON, .body = ERROR("\"code\":\"content_policy_violation\"")},
     .whole_wanted = {"policy", "A", "-", "400"}},
    {.name = "400", .whole = {.status = 400, .headers = JSON, .body = ERROR("\"type\":\"invalid_request_error\"")},
     .whole_wanted = {"bad_request", "A", "-", "400"}},
    {.name = "422", .whole = {.status = 422, .headers = JSON, .body = "{\"detail\":[]}"},
     .whole_wanted = {"bad_request", "A", "-", "400"}},
    {.name = "redirect", .whole = {.status = 302, .headers = "Location: http://127.0.0.1:1/\r\n", .body = ""},
     .whole_wanted = {"server", "A B", ROW_COUNTED, "200"}},
    {.name = "200 with an error of 429", .whole = {.headers = JSON, .body = ERROR("\"code\":429")},
     .stream = {.headers = EVENTS, .body = "data: " ERROR("\"code\":429") "\n\n"},
     .whole_wanted = {"rate_limit", "A A' B", "key A key A'", "200"}},
    {.name = "200 with an error without a code", .whole = {.headers = JSON, .body = "{\"error\":\"no\"}"},
     .stream = {.headers = EVENTS, .body = "data: {\"error\":\"no\"}\n\n"},
     .whole_wanted = {"server", "A B", ROW_COUNTED, "200"},
     .stream_wanted = {"stream_broken", "A B", ROW_COUNTED, "200"}},
    {.name = "200 with nothing", .whole = {.headers = JSON, .body = ""}, .stream = {.headers = EVENTS, .body = "\n"},
     .whole_wanted = {"stream_broken", "A B", ROW_COUNTED, "200"}},
    {.name = "200 with a page", .whole = {.headers = HTML, .body = "<html>sign in</html>"},
     .whole_wanted = {"server", "A B", ROW_COUNTED, "200"}},
    {.name = "JSON that is cut", .whole = {.headers = JSON, .body = "{\"choices\":[{\"mess"},
     .stream = {.headers = EVENTS, .body = "data: {\"choices\":[{\"del\n\n"},
     .whole_wanted = {"stream_broken", "A B", ROW_COUNTED, "200"}},
    {.name = "connection cut within the body", .whole = {.headers = JSON, .body = GOOD, .fault = LOOPBACK_TRUNCATE},
     .stream = {.headers = EVENTS, .body = SAY, .fault = LOOPBACK_TRUNCATE},
     .whole_wanted = {"stream_broken", "A B", ROW_COUNTED, "200"},
     .stream_wanted = {"stream_broken", "A", ROW_COUNTED, "error event, no [DONE]"}},
    {.name = "connection cut before any content",
     .whole = {.headers = JSON, .body = "{", .fault = LOOPBACK_TRUNCATE},
     .stream = {.headers = EVENTS, .body = ": processing\n\n", .fault = LOOPBACK_TRUNCATE},
     .whole_wanted = {"stream_broken", "A B", ROW_COUNTED, "200"}},
    {.name = "stalls within the body", .whole = {.headers = JSON, .body = GOOD, .fault = LOOPBACK_STALL},
     .stream = {.headers = EVENTS, .body = SAY, .fault = LOOPBACK_STALL},
     .whole_wanted = {"timeout", "A B", ROW_COUNTED, "200"},
     .stream_wanted = {"stream_broken", "A", ROW_COUNTED, "error event, no [DONE]"}},
    {.name = "stalls before any content", .whole = {.headers = JSON, .body = "{", .fault = LOOPBACK_STALL},
     .stream = {.headers = EVENTS, .body = ": processing\n\n", .fault = LOOPBACK_STALL},
     .whole_wanted = {"timeout", "A B", ROW_COUNTED, "200"}},
    {.name = "error after some content", .whole = {.headers = JSON,
               .body = "{\"choices\":[{\"error\":{\"code\":502}}]}"},
     .stream = {.headers = EVENTS, .body = SAY "data: " ERROR("\"code\":502") "\n\n" DONE},
     .whole_wanted = {"overloaded", "A B", ROW_COUNTED, "200"},
     .stream_wanted = {"stream_broken", "A", ROW_COUNTED, "error event, no [DONE]"}},
    {.name = "end without finish_reason",
     .whole = {.headers = JSON, .body = "{\"choices\":[{\"finish_reason\":\"error\"}]}"},
     .stream = {.headers = EVENTS, .body = SAY},
     .whole_wanted = {"stream_broken", "A B", ROW_COUNTED, "200"},
     .stream_wanted = {"stream_broken", "A", ROW_COUNTED, "error event, no [DONE]"}},
    {.name = "[DONE] without finish_reason", .whole = {.headers = JSON, .body = GOOD},
     .stream = {.headers = EVENTS, .body = DONE},
     .whole_wanted = {"none", "A", "-", "200"},
     .stream_wanted = {"stream_broken", "A B", ROW_COUNTED, "200"}},
    {.name = "[DONE] twice", .whole = {.headers = JSON, .body = GOOD},
     .stream = {.headers = EVENTS, .body = SAY STOP DONE DONE}, .whole_wanted = {"none", "A", "-", "200"}},
    {.name = "refusal without content",
     .whole = {.headers = JSON, .body = "{\"choices\":[{\"finish_reason\":\"content_filter\",\"message\":{}}]}"},
     .stream = {.headers = EVENTS,
               .body = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\n"},
     .whole_wanted = {"policy", "A", "-", "400"}},
    {.name = "a line without an end", .whole = {.headers = JSON, .body = huge},
     .stream = {.headers = EVENTS, .body = huge},
     .whole_wanted = {"server", "A B", ROW_COUNTED, "200"},
     .stream_wanted = {"stream_broken", "A B", ROW_COUNTED, "200"}},
    {.name = "slow drip", .whole = {.headers = JSON, .body = GOOD, .fault = LOOPBACK_DRIP},
     .stream = {.headers = EVENTS, .body = SAY STOP DONE, .fault = LOOPBACK_DRIP},
     .whole_wanted = {"none", "A", "-", "200"}},
    {.name = "wrong content type", .whole = {.headers = "Content-Type: text/plain\r\n", .body = GOOD},
     .stream = {.headers = "Content-Type: text/plain\r\n", .body = SAY STOP DONE},
     .whole_wanted = {"none", "A", "-", "200"}},
    {.name = "the client leaves", .client_leaves = true, .whole = {.headers = JSON, .body = GOOD},
     .stream = {.headers = EVENTS, .body = SAY STOP DONE}, .whole_wanted = {"client_gone", "A", "-", "499"}},
};
const size_t fault_count = sizeof faults / sizeof faults[0];

void faults_prepare(void)
{
    memset(huge, 'x', sizeof huge - 1);
    memcpy(huge, "data: ", 6);
}

const struct loopback_answer *fault_answer(const struct fault *fault, bool is_stream)
{
    bool is_other = is_stream && (fault->stream.body || fault->stream.fault != LOOPBACK_NO_FAULT);
    return is_other ? &fault->stream : &fault->whole;
}

const struct fault_outcome *fault_wanted(const struct fault *fault, bool is_stream)
{
    return is_stream && fault->stream_wanted.failure ? &fault->stream_wanted : &fault->whole_wanted;
}
