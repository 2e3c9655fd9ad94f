// SPDX-License-Identifier: MIT
/* The faults of those who speak as Ollama does, in its words. */
#include "faults_words.h"

#define SAY "{\"model\":\"qwen\",\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},\"done\":false}\n"
#define LAST "{\"model\":\"qwen\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true}\n"
#define NOTHING "{\"model\":\"qwen\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":false}\n"
#define GOOD "{\"model\":\"qwen\",\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},\"done\":true}"
#define ERROR "{\"error\":\"raw words\"}"
#define OF(what) .name = "Ollama: " what, .said_by = OLLAMA

static const struct fault of_ollama[] = {
    {OF("none"), .whole = {.headers = JSON, .body = GOOD}, .stream = {.headers = LINES, .body = SAY LAST},
     .whole_wanted = {"none", "A", "-", "200"}},
    {OF("400"), .whole = {.status = 400, .headers = JSON, .body = ERROR},
     .whole_wanted = {"bad_request", "A", "-", "400"}},
    {OF("404"), .whole = {.status = 404, .headers = JSON, .body = ERROR},
     .whole_wanted = {"not_found", "A B", "row A", "200"}},
    {OF("500"), .whole = {.status = 500, .headers = JSON, .body = ERROR},
     .whole_wanted = {"server", "A B", ROW_COUNTED, "200"}},
    {OF("503"), .whole = {.status = 503, .headers = JSON, .body = ERROR},
     .whole_wanted = {"overloaded", "A B", ROW_COUNTED, "200"}},
    {OF("200 with an error"), .whole = {.headers = JSON, .body = ERROR},
     .stream = {.headers = LINES, .body = NOTHING ERROR "\n"},
     .whole_wanted = {"server", "A B", ROW_COUNTED, "200"},
     .stream_wanted = {"stream_broken", "A B", ROW_COUNTED, "200"}},
    {OF("connection cut within the body"),
     .whole = {.headers = JSON, .body = GOOD, .fault = LOOPBACK_TRUNCATE},
     .stream = {.headers = LINES, .body = SAY "{\"model\":", .fault = LOOPBACK_TRUNCATE},
     .whole_wanted = {"stream_broken", "A B", ROW_COUNTED, "200"}, .stream_wanted = BROKEN_LATE},
    {OF("stalls within the body"),
     .whole = {.headers = JSON, .body = GOOD, .fault = LOOPBACK_STALL},
     .stream = {.headers = LINES, .body = SAY, .fault = LOOPBACK_STALL},
     .whole_wanted = {"timeout", "A B", ROW_COUNTED, "200"}, .stream_wanted = BROKEN_LATE},
    {OF("cut before any content"), .is_stream_only = true,
     .stream = {.headers = LINES, .body = NOTHING, .fault = LOOPBACK_TRUNCATE},
     .stream_wanted = {"stream_broken", "A B", ROW_COUNTED, "200"}},
    {OF("stalls before any content"), .is_stream_only = true,
     .stream = {.headers = LINES, .body = NOTHING, .fault = LOOPBACK_STALL},
     .stream_wanted = {"timeout", "A B", ROW_COUNTED, "200"}},
    {OF("error after some content"), .is_stream_only = true,
     .stream = {.headers = LINES, .body = SAY, .later = ERROR "\n" LAST}, .stream_wanted = BROKEN_LATE},
    {OF("end without done"), .is_stream_only = true,
     .stream = {.headers = LINES, .body = SAY}, .stream_wanted = BROKEN_LATE},
    {OF("end without content"), .is_stream_only = true,
     .stream = {.headers = LINES, .body = NOTHING}, .stream_wanted = {"stream_broken", "A B", ROW_COUNTED, "200"}},
    {OF("slow drip"), .whole = {.headers = JSON, .body = GOOD, .fault = LOOPBACK_DRIP},
     .stream = {.headers = LINES, .body = SAY LAST, .fault = LOOPBACK_DRIP},
     .whole_wanted = {"none", "A", "-", "200"}},
    {OF("wrong content type"), .whole = {.headers = "Content-Type: text/plain\r\n", .body = GOOD},
     .stream = {.headers = "Content-Type: text/plain\r\n", .body = SAY LAST},
     .whole_wanted = {"none", "A", "-", "200"}},
    {OF("the client leaves"), .client_leaves = true,
     .whole = {.headers = JSON, .body = GOOD, .fault = LOOPBACK_STALL},
     .stream = {.headers = LINES, .body = SAY, .fault = LOOPBACK_STALL},
     .whole_wanted = {"client_gone", "A", "-", "499"}},
};

const struct fault_list faults_of_ollama = {of_ollama, sizeof of_ollama / sizeof of_ollama[0]};
