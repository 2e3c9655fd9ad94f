// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/reply.h"

#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "cmd/tta/json_out.h"

static const struct {
    int status;
    const char *phrase, *type;
} statuses[] = {
    {200, "OK", NULL},
    {400, "Bad Request", "invalid_request_error"},
    {401, "Unauthorized", "authentication_error"},
    {402, "Payment Required", "insufficient_quota"},
    {403, "Forbidden", "permission_error"},
    {404, "Not Found", "not_found_error"},
    {405, "Method Not Allowed", "invalid_request_error"},
    {408, "Request Timeout", "timeout_error"},
    {413, "Content Too Large", "invalid_request_error"},
    {414, "URI Too Long", "invalid_request_error"},
    {415, "Unsupported Media Type", "invalid_request_error"},
    {417, "Expectation Failed", "invalid_request_error"},
    {422, "Unprocessable Content", "invalid_request_error"},
    {429, "Too Many Requests", "rate_limit_error"},
    {431, "Request Header Fields Too Large", "invalid_request_error"},
    {500, "Internal Server Error", "server_error"},
    {501, "Not Implemented", "invalid_request_error"},
    {502, "Bad Gateway", "upstream_error"},
    {503, "Service Unavailable", "overloaded_error"},
    {504, "Gateway Timeout", "timeout_error"},
    {505, "HTTP Version Not Supported", "invalid_request_error"},
};

enum { STATUS_COUNT = sizeof(statuses) / sizeof(statuses[0]) };

const char *reply_phrase(int status)
{
    for (size_t i = 0; i < STATUS_COUNT; i++) {
        if (statuses[i].status == status) {
            return statuses[i].phrase;
        }
    }
    return "Error";
}

static const char *type_of(int status)
{
    for (size_t i = 0; i < STATUS_COUNT; i++) {
        if (statuses[i].status == status && statuses[i].type) {
            return statuses[i].type;
        }
    }
    return status < 500 ? "invalid_request_error" : "server_error";
}

const char *reply_date(void)
{
    static _Thread_local char text[64];
    static _Thread_local time_t at;
    struct tm broken;
    time_t now = (time_t)base_clock_unix_s();
    if ((now != at || text[0] == '\0') && gmtime_r(&now, &broken)) {
        at = now;
        (void)strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &broken); /* the program sets no locale */
    }
    return text;
}

void reply_add_number(struct buf *out, uint64_t number)
{
    char digits[BASE_NUM_MAX_DIGITS];
    base_buf_add(out, base_num_digits(number, digits));
}

void reply_error(struct buf *out, const struct reply_error *error)
{
    base_buf_add(out, STR("{\"error\":{\"message\":"));
    base_json_add_text(out, error->message);
    base_buf_add(out, STR(",\"type\":"));
    base_json_add_text(out, error->type ? error->type : type_of(error->status));
    base_buf_add(out, STR(",\"param\":"));
    json_add_text(out, error->param);
    base_buf_add(out, STR(",\"code\":"));
    json_add_text(out, error->code);
    base_buf_add(out, STR("}}"));
}

static const struct {
    const char *message, *code;
} failures[TTA_FAILURE_COUNT] = {
    [TTA_FAILURE_NONE] = {"It went well.", NULL},
    [TTA_FAILURE_CONNECT] = {"No provider of this model could be reached.", "upstream_unreachable"},
    [TTA_FAILURE_TIMEOUT] = {"No provider of this model answered in time.", "upstream_timeout"},
    [TTA_FAILURE_RATE_LIMIT] = {"The providers of this model are asked too often just now.", "rate_limit_exceeded"},
    [TTA_FAILURE_OVERLOADED] = {"The providers of this model have no capacity just now.", "upstream_overloaded"},
    [TTA_FAILURE_SERVER] = {"The providers of this model have a fault of their own.", "upstream_error"},
    [TTA_FAILURE_AUTH] = {"A key of the gateway is not accepted by the provider.", "upstream_auth"},
    [TTA_FAILURE_QUOTA] = {"The credit of the gateway at the provider is used up.", "insufficient_quota"},
    [TTA_FAILURE_NOT_FOUND] = {"The provider does not have this model.", "model_not_found"},
    [TTA_FAILURE_CONTEXT] = {"The request is larger than the context of the model.", "context_length_exceeded"},
    [TTA_FAILURE_POLICY] = {"The provider refused the request for what it says.", "content_policy_violation"},
    [TTA_FAILURE_BAD_REQUEST] = {"The provider does not accept this request.", "invalid_request"},
    [TTA_FAILURE_STREAM_BROKEN] = {"The answer broke off before its end.", "stream_broken"},
    [TTA_FAILURE_CLIENT_GONE] = {"The client has left.", "client_gone"},
};

struct reply_error reply_of_failure(enum tta_failure failure, int status)
{
    return (struct reply_error){
        .status = status, .message = failures[failure].message, .code = failures[failure].code};
}
