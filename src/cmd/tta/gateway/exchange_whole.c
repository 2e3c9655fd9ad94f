// SPDX-License-Identifier: MIT
/* Answers that are not relayed as they come: collected, judged when they are whole, and kept if they are refusals. */
#include "base/clock.h"
#include "base/num.h"
#include "cmd/tta/gateway/exchange_parts.h"
#include "tta/reply_read.h"
#include "tta/retry_after.h"
#include "tta/secret.h"

enum { LEAST_FED_BYTES = 32768 }; /* what is smaller is read in one go */

/* What is to come is promised in the head; else, or if more comes, the room doubles. */
static void make_room(struct exchange *exchange)
{
    struct tta_header headers[CALL_MAX_HEADERS];
    size_t count = call_headers(&exchange->call, headers);
    int64_t len = 0;
    if (base_num_parse_int64(tta_header_value(headers, count, STR("content-length")), 0, INT64_MAX, &len)) {
        base_buf_expect(&exchange->answer, (size_t)len);
    }
}

void exchange_forget_answer(struct exchange *exchange)
{
    base_buf_reset(&exchange->answer);
    base_json_reader_deinit(&exchange->reader);
}

enum call_verdict exchange_take_answer(struct exchange *exchange, const char *bytes, size_t len)
{
    struct buf *answer = &exchange->answer;
    struct str key = exchange_key(exchange);
    if (len > answer->max_len - answer->len) {
        exchange->is_too_large = true;
        return CALL_STOPS;
    }
    if (!budget_grow(&exchange->worker->gateway->bodies, &exchange->answer_held, answer->len + len)) {
        exchange->lacks_room = true;
        return CALL_STOPS;
    }
    if (answer->len > 0 && len >= answer->capacity - answer->len) { /* it comes in pieces, as large ones do */
        make_room(exchange);
    }
    size_t from = answer->len >= key.len ? answer->len - key.len : 0; /* a key may lie across two pieces */
    base_buf_add(answer, (struct str){bytes, len});
    if (!base_buf_ok(answer)) {
        return CALL_STOPS;
    }
    tta_secret_hide(key, answer->ptr + from, answer->len - from);
    if (exchange->call.http_status == 200 && answer->len >= LEAST_FED_BYTES + key.len) {
        struct str settled = {answer->ptr, answer->len - key.len}; /* behind it half a key may stand */
        (void)base_json_feed(&exchange->reader, settled); /* what is wrong with it is found at the end, too */
    }
    return CALL_GOES_ON;
}

enum tta_status exchange_judge_answer(struct exchange *exchange, enum tta_transport transport,
                                      struct tta_finding *out_finding, struct tta_usage *out_usage,
                                      struct json *out_document)
{
    struct tta_header headers[CALL_MAX_HEADERS];
    tta_secret_hide(exchange_key(exchange), exchange->call.head.ptr, exchange->call.head.len);
    struct str body = base_buf_str(&exchange->answer);
    const struct tta_reply reply = {
        .transport = exchange->is_too_large ? TTA_TRANSPORT_TOO_LARGE : transport,
        .http_status = exchange->call.http_status,
        .headers = headers,
        .header_count = call_headers(&exchange->call, headers),
        .body = body.ptr ? body.ptr : "",
        .body_len = body.len,
    };
    return base_buf_ok(&exchange->answer)
               ? tta_reply_read(&reply, base_clock_unix_ns(), &exchange->reader, out_finding, out_usage, out_document)
               : TTA_NO_MEMORY;
}

void exchange_keep_refusal(struct exchange *exchange, const struct tta_finding *finding)
{
    struct str body = base_buf_str(&exchange->answer);
    bool is_for_client = finding->failure == TTA_FAILURE_BAD_REQUEST || finding->failure == TTA_FAILURE_CONTEXT ||
                         finding->failure == TTA_FAILURE_POLICY;
    struct str trimmed = base_str_trim(body);
    if (!is_for_client || exchange->refusal.len > 0 || trimmed.len == 0 || trimmed.ptr[0] != '{' ||
        body.len > EXCHANGE_MAX_REFUSAL_BYTES || exchange->call.http_status < 400 ||
        exchange->call.http_status >= 500 || tta_secret_is_quoted(exchange_key(exchange), body)) {
        return;
    }
    exchange_say_refusal(exchange, body);
    exchange->refusal_status = exchange->call.http_status;
}
