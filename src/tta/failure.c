// SPDX-License-Identifier: MIT
#include "tta/failure.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "tta/answer_error.h"
#include "tta/reply_read.h"
#include "tta/retry_after.h"
#include "tta/usage_json.h"

static const char *const names[] = {
    [TTA_FAILURE_NONE] = "none",
    [TTA_FAILURE_CONNECT] = "connect",
    [TTA_FAILURE_TIMEOUT] = "timeout",
    [TTA_FAILURE_RATE_LIMIT] = "rate_limit",
    [TTA_FAILURE_OVERLOADED] = "overloaded",
    [TTA_FAILURE_SERVER] = "server",
    [TTA_FAILURE_AUTH] = "auth",
    [TTA_FAILURE_QUOTA] = "quota",
    [TTA_FAILURE_NOT_FOUND] = "not_found",
    [TTA_FAILURE_CONTEXT] = "context",
    [TTA_FAILURE_POLICY] = "policy",
    [TTA_FAILURE_BAD_REQUEST] = "bad_request",
    [TTA_FAILURE_STREAM_BROKEN] = "stream_broken",
    [TTA_FAILURE_CLIENT_GONE] = "client_gone",
};
_Static_assert(sizeof names / sizeof names[0] == TTA_FAILURE_COUNT, "each class has a name");

const char *tta_failure_name(enum tta_failure failure)
{
    return (unsigned)failure < TTA_FAILURE_COUNT ? names[failure] : "unknown";
}

enum tta_status tta_failure_of_name(const char *name, enum tta_failure *out_failure)
{
    for (int i = 0; i < TTA_FAILURE_COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            *out_failure = (enum tta_failure)i;
            return TTA_OK;
        }
    }
    return TTA_NOT_FOUND;
}

static struct str body_of(const struct tta_reply *answer)
{
    struct str body = base_str_trim((struct str){answer->body, answer->body_len});
    const struct str mark = STR("\xef\xbb\xbf");
    if (base_str_starts_with(body, mark)) {
        body = base_str_trim((struct str){body.ptr + mark.len, body.len - mark.len});
    }
    return body;
}

static bool is_page(const struct tta_reply *answer, struct str body)
{
    struct str type = tta_header_value(answer->headers, answer->header_count, STR("content-type"));
    return base_str_starts_with(body, STR("<")) ||
           (base_str_starts_with(type, STR("text/html")) && !base_str_starts_with(body, STR("{")));
}

/* Those statuses mean the same whoever says them; of the others a page says nothing. */
static bool holds_for_a_page(int status)
{
    return status == 408 || status == 413 || status == 429 || (status >= 502 && status <= 504) || status == 529;
}

static bool is_nonempty_text(struct json_value value)
{
    return base_json_type(value) == JSON_IS_STRING && !base_json_equals(value, "");
}

/* A model's own refusal, which comes as an answer: nothing was said, and why stands beside it. */
static bool is_refusal(struct json_value root)
{
    struct json_value choice = base_json_first(base_json_member(root, "choices"));
    struct json_value message = base_json_member(choice, "message");
    if (base_json_equals(base_json_member(choice, "text"), "")) { /* of a completion */
        return base_json_equals(base_json_member(choice, "finish_reason"), "content_filter");
    }
    bool is_silent = !is_nonempty_text(base_json_member(message, "content")) &&
                     base_json_count(base_json_member(message, "tool_calls")) == 0;
    if (base_json_type(message) == JSON_IS_OBJECT && is_silent) {
        return is_nonempty_text(base_json_member(message, "refusal")) ||
               base_json_equals(base_json_member(choice, "finish_reason"), "content_filter");
    }
    return base_json_equals(base_json_member(root, "stop_reason"), "refusal") &&
           base_json_count(base_json_member(root, "content")) == 0;
}

static struct tta_finding judge_success(struct json_value root, int status)
{
    struct json_value error = tta_error_of_body(root);
    if (base_json_type(error) != JSON_IS_ABSENT) {
        return tta_error_classify(error, status, TTA_FAILURE_SERVER);
    }
    struct tta_finding finding = {.http_status = status};
    struct json_value choice = base_json_first(base_json_member(root, "choices"));
    if (base_json_equals(base_json_member(choice, "finish_reason"), "error")) {
        finding.failure = TTA_FAILURE_STREAM_BROKEN;
    } else if (is_refusal(root)) {
        finding.failure = TTA_FAILURE_POLICY;
    }
    return finding;
}

/* Without JSON there is only the status, and what kind of thing the body is. */
static struct tta_finding judge_other(const struct tta_reply *answer, struct str body)
{
    int status = answer->http_status;
    struct tta_finding finding = tta_error_classify((struct json_value){0}, status, TTA_FAILURE_SERVER);
    if (status >= 200 && status <= 299) {
        bool is_cut_short = body.len == 0 || body.ptr[0] == '{' || body.ptr[0] == '[';
        finding.failure = is_cut_short ? TTA_FAILURE_STREAM_BROKEN : TTA_FAILURE_SERVER;
    } else if (is_page(answer, body) && !holds_for_a_page(status)) {
        finding.failure = TTA_FAILURE_SERVER;
    }
    return finding;
}

static struct tta_finding judge(const struct tta_reply *answer, struct str body, struct json_value root)
{
    if (base_json_type(root) == JSON_IS_ABSENT) {
        return judge_other(answer, body);
    }
    if (answer->http_status >= 200 && answer->http_status <= 299) {
        return judge_success(root, answer->http_status);
    }
    return tta_error_classify(tta_error_of_body(root), answer->http_status, TTA_FAILURE_SERVER);
}

/* What is known from the way it ended; TTA_FAILURE_NONE if the answer decides. */
static enum tta_failure class_of_transport(const struct tta_reply *answer)
{
    bool is_success = answer->http_status >= 200 && answer->http_status <= 299;
    switch (answer->transport) {
    case TTA_TRANSPORT_NO_CONNECTION:
    case TTA_TRANSPORT_RESET:
        return TTA_FAILURE_CONNECT;
    case TTA_TRANSPORT_TIMED_OUT:
        return TTA_FAILURE_TIMEOUT;
    case TTA_TRANSPORT_CLIENT_GONE:
        return TTA_FAILURE_CLIENT_GONE;
    case TTA_TRANSPORT_CUT:
    case TTA_TRANSPORT_TOO_LARGE:
        return is_success ? TTA_FAILURE_STREAM_BROKEN : TTA_FAILURE_NONE; /* an error is one, whole or not */
    case TTA_TRANSPORT_WHOLE:
        break;
    }
    return TTA_FAILURE_NONE;
}

static enum json_outcome read_body(const struct tta_reply *answer, struct str body, struct json_reader *reader,
                                   struct json *out_json)
{
    struct json_flaw flaw;
    bool has_begun = reader && reader->at > 0;
    if (has_begun) { /* at its first byte, and found no mark or it would have failed */
        body = (struct str){answer->body, (size_t)(body.ptr + body.len - answer->body)};
        return base_json_finish(reader, body, out_json, &flaw);
    }
    return base_json_read(body, out_json, &flaw);
}

enum tta_status tta_reply_read(const struct tta_reply *answer, int64_t unix_now_ns, struct json_reader *reader,
                               struct tta_finding *out_finding, struct tta_usage *out_usage, struct json *out_document)
{
    struct tta_usage usage = TTA_USAGE_NONE;
    struct json json = {0};
    enum tta_failure by_transport = class_of_transport(answer);
    if (by_transport != TTA_FAILURE_NONE) {
        bool has_status = by_transport == TTA_FAILURE_STREAM_BROKEN;
        *out_finding = (struct tta_finding){by_transport, .http_status = has_status ? answer->http_status : 0};
        *out_usage = usage;
        if (out_document) {
            *out_document = json;
        }
        return TTA_OK;
    }
    struct str body = body_of(answer);
    enum json_outcome outcome = read_body(answer, body, reader, &json);
    if (outcome == JSON_NO_MEMORY) {
        return TTA_NO_MEMORY;
    }
    struct json_value root = {0};
    if (outcome == JSON_READ) {
        root = base_json_root(&json);
    }
    struct tta_finding finding = judge(answer, body, root);
    if (finding.failure != TTA_FAILURE_NONE) {
        struct str hint = tta_header_value(answer->headers, answer->header_count, STR("x-should-retry"));
        finding.forbids_retry = base_str_equal(hint, STR("false"));
        finding.retry_after_ns =
            tta_retry_after_ns(answer->headers, answer->header_count, tta_error_of_body(root), unix_now_ns);
    }
    if (outcome == JSON_READ) {
        tta_usage_update(&usage, root);
    }
    if (out_document) {
        *out_document = json;
    } else {
        base_json_deinit(&json);
    }
    *out_finding = finding;
    *out_usage = usage;
    return TTA_OK;
}

enum tta_status tta_reply_classify(const struct tta_reply *answer, int64_t unix_now_ns,
                                   struct tta_finding *out_finding)
{
    struct tta_usage usage;
    return tta_reply_read(answer, unix_now_ns, NULL, out_finding, &usage, NULL);
}
