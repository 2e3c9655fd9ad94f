// SPDX-License-Identifier: MIT
#include "faults_words.h"

#include <stdio.h>
#include <string.h>

static const struct fault_list *const lists[] = {&faults_of_openai, &faults_of_anthropic, &faults_of_ollama};

enum { LISTS = sizeof lists / sizeof lists[0] };

/* Of which list a fault is; `index` becomes its number there. */
static size_t list_of(size_t *index)
{
    size_t list = 0;
    while (*index >= lists[list]->count) {
        *index -= lists[list++]->count;
    }
    return list;
}

size_t faults_count(void)
{
    size_t count = 0;
    for (size_t i = 0; i < LISTS; i++) {
        count += lists[i]->count;
    }
    return count;
}

const struct fault *fault_at(size_t index)
{
    size_t list = list_of(&index);
    return &lists[list]->rows[index];
}

bool fault_is_said_by(const struct fault *fault, enum tta_dialect dialect)
{
    return (fault->said_by >> dialect & 1) != 0;
}

enum tta_dialect fault_dialect(const struct fault *fault)
{
    enum tta_dialect dialect = TTA_DIALECT_OPENAI;
    while (!fault_is_said_by(fault, dialect)) {
        dialect++;
    }
    return dialect;
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

const struct loopback_answer *fault_good_answer(enum tta_dialect dialect, bool is_stream)
{
    static const struct loopback_answer good[][2] = {
        [TTA_DIALECT_OPENAI] = {
            {.headers = JSON, .body = "{\"choices\":[{\"message\":{\"content\":\"well\"},"
                                      "\"finish_reason\":\"stop\"}]}"},
            {.headers = EVENTS, .body = "data: {\"choices\":[{\"delta\":{\"content\":\"well\"}}]}\n\n"
                                        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                                        "data: [DONE]\n\n"}},
        [TTA_DIALECT_ANTHROPIC] = {
            {.headers = JSON, .body = "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"well\"}],"
                                      "\"stop_reason\":\"end_turn\"}"},
            {.headers = EVENTS, .body = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\","
                                        "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"well\"}}\n\n"
                                        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":"
                                        "{\"stop_reason\":\"end_turn\"}}\n\n"
                                        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"}},
        [TTA_DIALECT_OLLAMA] = {
            {.headers = JSON, .body = "{\"message\":{\"role\":\"assistant\",\"content\":\"well\"},\"done\":true}"},
            {.headers = LINES, .body = "{\"message\":{\"role\":\"assistant\",\"content\":\"well\"},\"done\":true}\n"}},
    };
    return &good[dialect][is_stream];
}

const struct fault_end *fault_end_of(const char *failure)
{
    static const struct fault_end ends[] = {
        {"connect", 502, "upstream_unreachable", "api_error"},
        {"timeout", 504, "upstream_timeout", "timeout_error"},
        {"rate_limit", 429, "rate_limit_exceeded", "rate_limit_error"},
        {"overloaded", 503, "upstream_overloaded", "overloaded_error"},
        {"server", 502, "upstream_error", "api_error"},
        {"auth", 502, "upstream_auth", "api_error"},
        {"quota", 402, "insufficient_quota", "billing_error"},
        {"not_found", 404, "model_not_found", "not_found_error"},
        {"context", 400, "context_length_exceeded", "invalid_request_error"},
        {"policy", 400, "content_policy_violation", "invalid_request_error"},
        {"bad_request", 400, "invalid_request", "invalid_request_error"},
        {"stream_broken", 502, "stream_broken", "api_error"},
    };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (strcmp(ends[i].failure, failure) == 0) {
            return &ends[i];
        }
    }
    return NULL;
}

/* B or B+ at the end of a path; NULL: it is neither. */
static const char *last_is_well(const char *path)
{
    const char *last = strrchr(path, ' ');
    return last && last[1] == 'B' ? last : NULL;
}

/* Who is not reached is asked once more, and it counts against its provider, which is listed behind that of A. */
bool fault_wanted_down(const struct fault_outcome *wanted, struct fault_down *out_down)
{
    static const char first[] = "(provider A)";
    const char *last = last_is_well(wanted->path);
    if (!last) {
        return false;
    }
    bool has_first = strncmp(wanted->opens, first, sizeof first - 1) == 0;
    bool has_others = !has_first && strcmp(wanted->opens, "-") != 0;
    (void)snprintf(out_down->path, FAULT_TEXT_BYTES, "%s%s", wanted->path, last); /* all of these fit */
    (void)snprintf(out_down->opens, FAULT_TEXT_BYTES, "%s(provider B)%s%s", has_first ? "(provider A) " : "",
                   has_others ? " " : "", has_others ? wanted->opens : "");
    out_down->client_status = fault_end_of(wanted->failure)->client_status;
    return true;
}

bool fault_is_path(const char *path, const char *wanted, bool is_down)
{
    size_t len = strlen(wanted);
    if (strncmp(path, wanted, len) != 0) {
        return false;
    }
    path += len;
    while (is_down && strncmp(path, " A", 2) == 0) {
        path += path[2] == '\'' ? 3 : 2;
    }
    return *path == '\0';
}

static void leave_out(char *text, const char *part)
{
    char *at;
    while ((at = strstr(text, part))) {
        memmove(at, at + strlen(part), strlen(at + strlen(part)) + 1);
    }
}

void fault_leave_out_spare(char text[FAULT_TEXT_BYTES])
{
    leave_out(text, " key A'");
    leave_out(text, " A'");
}
