// SPDX-License-Identifier: MIT
/* The faults of those who speak as Anthropic does, in its words. */
#include "faults_words.h"

#define EVENT(name, more) "event: " name "\ndata: {\"type\":\"" name "\"" more "}\n\n"
#define BEGIN EVENT("message_start", ",\"message\":{\"id\":\"msg_1\",\"model\":\"claude\"}")
#define PING EVENT("ping", "")
#define SAY EVENT("content_block_delta", ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"hi\"}")
#define REASON(word) EVENT("message_delta", ",\"delta\":{\"stop_reason\":\"" word "\"}")
#define STOP REASON("end_turn") EVENT("message_stop", "")
#define GOOD                                                                                                           \
    "{\"id\":\"msg_1\",\"type\":\"message\",\"model\":\"claude\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}],"   \
    "\"stop_reason\":\"end_turn\"}"
#define REFUSAL                                                                                                        \
    "{\"id\":\"msg_1\",\"type\":\"message\",\"model\":\"claude\",\"content\":[],\"stop_reason\":\"refusal\"}"
#define ERROR(type) "{\"type\":\"error\",\"error\":{\"type\":\"" type "\",\"message\":\"raw words\"}}"
#define ERROR_EVENT(type) "event: error\ndata: " ERROR(type) "\n\n"
#define OF(what) .name = "Anthropic: " what, .said_by = ANTHROPIC

static const struct fault of_anthropic[] = {
    {OF("none"), .whole = {.headers = JSON, .body = GOOD},
     .stream = {.headers = EVENTS, .body = BEGIN PING SAY STOP}, .whole_wanted = {"none", "A", "-", "200"}},
    {OF("400"), .whole = {.status = 400, .headers = JSON, .body = ERROR("invalid_request_error")},
     .whole_wanted = {"bad_request", "A", "-", "400"}},
    {OF("401"), .whole = {.status = 401, .headers = JSON, .body = ERROR("authentication_error")},
     .whole_wanted = {"auth", "A A' B", "key A key A'", "200"}},
    {OF("402"), .whole = {.status = 402, .headers = JSON, .body = ERROR("billing_error")},
     .whole_wanted = {"quota", "A A' B", "key A key A'", "200"}},
    {OF("403"), .whole = {.status = 403, .headers = JSON, .body = ERROR("permission_error")},
     .whole_wanted = {"auth", "A A' B", "key A key A'", "200"}},
    {OF("404"), .whole = {.status = 404, .headers = JSON, .body = ERROR("not_found_error")},
     .whole_wanted = {"not_found", "A B", "row A", "200"}},
    {OF("413"), .whole = {.status = 413, .headers = JSON, .body = ERROR("request_too_large")},
     .whole_wanted = {"context", "A B+", "-", "200"}},
    {OF("429"),
     .whole = {.status = 429, .headers = JSON "Retry-After: 30\r\n", .body = ERROR("rate_limit_error")},
     .whole_wanted = {"rate_limit", "A A' B", "key A key A'", "200"}},
    {OF("500"), .whole = {.status = 500, .headers = JSON, .body = ERROR("api_error")},
     .whole_wanted = {"server", "A B", ROW_COUNTED, "200"}},
    {OF("504"), .whole = {.status = 504, .headers = JSON, .body = ERROR("timeout_error")},
     .whole_wanted = {"timeout", "A B", ROW_COUNTED, "200"}},
    {OF("200 with an error"), .whole = {.headers = JSON, .body = ERROR("overloaded_error")},
     .stream = {.headers = EVENTS, .body = BEGIN ERROR_EVENT("overloaded_error")},
     .whole_wanted = {"overloaded", "A B", ROW_COUNTED, "200"}},
    {OF("connection cut within the body"),
     .whole = {.headers = JSON, .body = GOOD, .fault = LOOPBACK_TRUNCATE},
     .stream = {.headers = EVENTS, .body = BEGIN SAY "event: content", .fault = LOOPBACK_TRUNCATE},
     .whole_wanted = {"stream_broken", "A B", ROW_COUNTED, "200"}, .stream_wanted = BROKEN_LATE},
    {OF("stalls within the body"),
     .whole = {.headers = JSON, .body = GOOD, .fault = LOOPBACK_STALL},
     .stream = {.headers = EVENTS, .body = BEGIN SAY, .fault = LOOPBACK_STALL},
     .whole_wanted = {"timeout", "A B", ROW_COUNTED, "200"}, .stream_wanted = BROKEN_LATE},
    {OF("cut after its beginning"), .is_stream_only = true,
     .stream = {.headers = EVENTS, .body = BEGIN PING, .fault = LOOPBACK_TRUNCATE},
     .stream_wanted = {"stream_broken", "A B", ROW_COUNTED, "200"}},
    {OF("stalls after its beginning"), .is_stream_only = true,
     .stream = {.headers = EVENTS, .body = BEGIN PING, .fault = LOOPBACK_STALL},
     .stream_wanted = {"timeout", "A B", ROW_COUNTED, "200"}},
    {OF("error after some content"), .is_stream_only = true,
     .stream = {.headers = EVENTS, .body = BEGIN SAY, .later = ERROR_EVENT("overloaded_error") STOP},
     .stream_wanted = BROKEN_LATE},
    {OF("end without stop_reason"), .is_stream_only = true,
     .stream = {.headers = EVENTS, .body = BEGIN SAY}, .stream_wanted = BROKEN_LATE},
    {OF("end without message_stop"), .is_stream_only = true,
     .stream = {.headers = EVENTS, .body = BEGIN SAY REASON("end_turn")}, .stream_wanted = BROKEN_LATE},
    {OF("end without content"), .is_stream_only = true,
     .stream = {.headers = EVENTS, .body = BEGIN}, .stream_wanted = {"stream_broken", "A B", ROW_COUNTED, "200"}},
    {OF("refusal without content"), .whole = {.headers = JSON, .body = REFUSAL},
     .stream = {.headers = EVENTS, .body = BEGIN REASON("refusal") EVENT("message_stop", "")},
     .whole_wanted = {"policy", "A", "-", "400"}},
    {OF("slow drip"), .whole = {.headers = JSON, .body = GOOD, .fault = LOOPBACK_DRIP},
     .stream = {.headers = EVENTS, .body = BEGIN SAY STOP, .fault = LOOPBACK_DRIP},
     .whole_wanted = {"none", "A", "-", "200"}},
    {OF("wrong content type"), .whole = {.headers = "Content-Type: text/plain\r\n", .body = GOOD},
     .stream = {.headers = "Content-Type: text/plain\r\n", .body = BEGIN SAY STOP},
     .whole_wanted = {"none", "A", "-", "200"}},
    {OF("the client leaves"), .client_leaves = true,
     .whole = {.headers = JSON, .body = GOOD, .fault = LOOPBACK_STALL},
     .stream = {.headers = EVENTS, .body = BEGIN SAY, .fault = LOOPBACK_STALL},
     .whole_wanted = {"client_gone", "A", "-", "499"}},
};

const struct fault_list faults_of_anthropic = {of_anthropic, sizeof of_anthropic / sizeof of_anthropic[0]};
