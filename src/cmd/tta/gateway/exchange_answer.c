// SPDX-License-Identifier: MIT
/* How an exchange ends: what the client is told, and what the log. */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "cmd/tta/gateway/exchange_parts.h"
#include "cmd/tta/gateway/reply.h"
#include "tta/retry_after.h"

#define NS_PER_SEC INT64_C(1000000000)
#define MAX_HEADERS_BYTES 8192
#define USUAL_HEADERS_BYTES 300
#define PUSD_PER_USD UINT64_C(1000000000000)

enum { MAX_ATTEMPTS_BYTES = 2000, MAX_TYPE_BYTES = 200 };

static void write_attempts(const struct exchange *exchange, char out_text[MAX_ATTEMPTS_BYTES])
{
    const char *names[TTA_MAX_TARGETS];
    const struct tta_failover *shown = &exchange->failover;
    struct tta_failover so_far;
    uint32_t count = shown->attempt_count;
    if (count > 0 && shown->attempts[count - 1].failure == TTA_FAILURE_COUNT) { /* under way, and well so far */
        so_far = *shown;
        so_far.attempts[count - 1].failure = TTA_FAILURE_NONE;
        so_far.attempts[count - 1].end_ns = base_clock_monotonic_ns();
        shown = &so_far;
    }
    for (uint32_t i = 0; i < exchange->failover.target_count; i++) {
        names[i] = routing_row_name(exchange->site->routing, exchange->failover.targets[i].row);
    }
    (void)tta_failover_text(shown, names, out_text, MAX_ATTEMPTS_BYTES); /* cut if it is longer */
}

static const char *model_of(const struct exchange *exchange)
{
    int64_t row = exchange_row(exchange);
    return row >= 0 ? tta_catalogue_peek(routing_catalogue(exchange->site->routing), (size_t)row)->id : NULL;
}

static const char *server_of(const struct exchange *exchange)
{
    bool has_one = exchange->failover.attempt_count > 0;
    return has_one ? routing_server_name(exchange->site->routing, exchange->target.provider) : NULL;
}

void exchange_count_cost(struct exchange *exchange)
{
    int64_t row = exchange_row(exchange);
    struct tta_request_size size = {exchange->usage.prompt_tokens, exchange->usage.completion_tokens,
                                    (int)(base_clock_unix_s() / 60 % 1440)};
    if (exchange->usage.cost_pusd >= 0) {
        exchange->cost_pusd = exchange->usage.cost_pusd;
    } else if (row >= 0 && size.prompt_tokens >= 0) {
        size.completion_tokens = size.completion_tokens >= 0 ? size.completion_tokens : 0; /* embeddings have none */
        int64_t cost = tta_model_cost_pusd(
            tta_catalogue_peek(routing_catalogue(exchange->site->routing), (size_t)row), &size);
        exchange->cost_pusd = cost >= 0 ? cost : -1;
    }
}

/* A name within a header line: what no header has becomes "_". */
static void add_name(struct buf *out, const char *name)
{
    for (; *name; name++) {
        base_buf_add_char(out, *name > ' ' && *name <= '~' ? *name : '_');
    }
}

/* 12 digits behind the point, which is exact. */
static void add_usd(struct buf *out, int64_t pusd)
{
    char digits[16];
    uint64_t rest = (uint64_t)pusd % PUSD_PER_USD;
    for (size_t i = 12; i > 0; i--, rest /= 10) {
        digits[i - 1] = (char)('0' + rest % 10);
    }
    base_buf_add(out, STR("x-tta-cost-usd: "));
    reply_add_number(out, (uint64_t)pusd / PUSD_PER_USD);
    base_buf_add_char(out, '.');
    base_buf_add(out, (struct str){digits, 12});
    base_buf_add(out, STR("\r\n"));
}

/* Who answered, if somebody did, and what was tried. */
static void write_headers(const struct exchange *exchange, bool is_answered, struct buf *out)
{
    char attempts[MAX_ATTEMPTS_BYTES];
    base_buf_init(out, MAX_HEADERS_BYTES);
    base_buf_expect(out, USUAL_HEADERS_BYTES);
    base_buf_add(out, STR("x-request-id: "));
    base_buf_add_cstr(out, exchange->id);
    base_buf_add(out, STR("\r\n"));
    if (is_answered && model_of(exchange)) {
        base_buf_add(out, STR("x-tta-model: "));
        add_name(out, model_of(exchange));
        base_buf_add(out, STR("\r\nx-tta-provider: "));
        add_name(out, server_of(exchange));
        base_buf_add(out, STR("\r\n"));
    }
    if (exchange->failover.attempt_count > 0) {
        write_attempts(exchange, attempts);
        base_buf_add(out, STR("x-tta-attempts: "));
        base_buf_add_cstr(out, attempts);
        base_buf_add(out, STR("\r\n"));
    }
    if (exchange->cost_pusd >= 0) {
        add_usd(out, exchange->cost_pusd);
    }
}

static void log_end(struct exchange *exchange, int status, const char *error)
{
    char attempts[MAX_ATTEMPTS_BYTES];
    if (exchange->worker->log.fd < 0) {
        return;
    }
    write_attempts(exchange, attempts);
    const struct request *request = connection_request(exchange->connection);
    const struct access_entry entry = {
        .id = exchange->id,
        .trace = exchange->trace.id[0] != '\0' ? exchange->trace.id : NULL,
        .method = llhttp_method_name(request->method),
        .path = exchange->path,
        .status = status,
        .error = error,
        .is_stream = exchange->fields.is_stream,
        .duration_ns = base_clock_monotonic_ns() - exchange->start_ns,
        .first_byte_ns = exchange->first_byte_ns,
        .request_bytes = exchange->request_bytes,
        .answer_bytes = exchange->answer_bytes,
        .client = exchange->client ? exchange->client->name : NULL,
        .asked_model = exchange->is_model_known ? exchange->asked_model : NULL,
        .model = model_of(exchange),
        .provider = server_of(exchange),
        .attempts = attempts[0] != '\0' ? attempts : NULL,
        .usage = exchange->usage,
        .cost_pusd = exchange->cost_pusd,
    };
    worker_log(exchange->worker, &entry);
}

static void note_end(struct exchange *exchange, int status, const char *error)
{
    exchange_record(exchange, status, error);
    log_end(exchange, status, error);
}

/* Answers with the body, which may be taken; ends the exchange. */
static void answer(struct exchange *exchange, int status, struct str content_type, struct buf *body, const char *error,
                   int64_t retry_after_ns)
{
    struct buf headers;
    exchange->answer_bytes = body->len;
    write_headers(exchange, !error, &headers);
    if (retry_after_ns > 0) {
        base_buf_addf(&headers, "retry-after: %" PRId64 "\r\n", (retry_after_ns + NS_PER_SEC - 1) / NS_PER_SEC);
    }
    note_end(exchange, status, error);
    struct connection *connection = exchange->connection;
    exchange_release(exchange);
    connection_answer_with(connection, status, content_type, base_buf_str(&headers), body);
    base_buf_deinit(&headers);
}

static struct str content_type_of(const struct exchange *exchange)
{
    struct tta_header headers[CALL_MAX_HEADERS];
    size_t count = call_headers(&exchange->call, headers);
    struct str type = tta_header_value(headers, count, STR("content-type"));
    return type.len > 0 && type.len < MAX_TYPE_BYTES ? type : STR("application/json");
}

void exchange_answer_whole(struct exchange *exchange)
{
    const struct tta_failover *failover = &exchange->failover;
    exchange_count_cost(exchange);
    exchange->first_byte_ns = failover->attempts[failover->attempt_count - 1].end_ns - exchange->start_ns;
    answer(exchange, 200, content_type_of(exchange), &exchange->answer, NULL, 0);
}

bool exchange_begin_stream(struct exchange *exchange)
{
    struct buf headers;
    write_headers(exchange, true, &headers);
    base_buf_add(&headers, STR("Cache-Control: no-cache\r\nX-Accel-Buffering: no\r\n"));
    exchange->first_byte_ns = base_clock_monotonic_ns() - exchange->start_ns;
    bool is_begun = connection_begin_stream(exchange->connection, 200, STR("text/event-stream; charset=utf-8"),
                                            base_buf_str(&headers));
    base_buf_deinit(&headers);
    return is_begun;
}

void exchange_end_stream(struct exchange *exchange)
{
    struct connection *connection = exchange->connection;
    exchange_count_cost(exchange);
    note_end(exchange, 200, NULL);
    exchange_release(exchange);
    connection_end_stream(connection);
}

/* After content there is no other status any more, nor another answer: an error event, and no [DONE]. */
static void break_stream(struct exchange *exchange, const struct tta_outcome *outcome)
{
    struct buf event;
    struct connection *connection = exchange->connection;
    struct reply_error error = reply_of_failure(TTA_FAILURE_STREAM_BROKEN, outcome->client_status);
    base_buf_init(&event, 2000);
    exchange_write_error_event(exchange, &error, &event);
    exchange_count_cost(exchange);
    note_end(exchange, 200, tta_failure_name(TTA_FAILURE_STREAM_BROKEN));
    exchange_release(exchange);
    if (base_buf_ok(&event) && connection_send(connection, base_buf_str(&event))) {
        connection_end_stream(connection);
    } else {
        connection_abandon(connection);
    }
    base_buf_deinit(&event);
}

void exchange_answer_failure(struct exchange *exchange)
{
    struct tta_outcome outcome = tta_failover_outcome(&exchange->failover);
    if (outcome.is_committed) {
        break_stream(exchange, &outcome);
        return;
    }
    bool is_refusal = outcome.failure == TTA_FAILURE_BAD_REQUEST || outcome.failure == TTA_FAILURE_CONTEXT ||
                      outcome.failure == TTA_FAILURE_POLICY;
    const char *name = tta_failure_name(outcome.failure);
    if (is_refusal && exchange->refusal.len > 0) {
        answer(exchange, exchange->refusal_status, STR("application/json"), &exchange->refusal, name, 0);
        return;
    }
    struct buf body;
    struct reply_error error = reply_of_failure(outcome.failure, outcome.client_status);
    bool was_asked = exchange->failover.attempt_count > 0; /* else all rest, and it is known until when */
    base_buf_init(&body, 4096);
    exchange_write_error(exchange, &error, &body);
    answer(exchange, outcome.client_status, STR("application/json"), &body, name,
           was_asked ? outcome.retry_after_ns : exchange->rest_ns);
    base_buf_deinit(&body);
}

void exchange_refuse(struct exchange *exchange, int status, const char *message, const char *param, const char *code)
{
    struct buf body;
    const struct reply_error error = {.status = status, .message = message, .param = param, .code = code};
    base_buf_init(&body, 4096);
    exchange_write_error(exchange, &error, &body);
    answer(exchange, status, STR("application/json"), &body, code ? code : "bad_request",
           exchange->refusal_wait_ns);
    base_buf_deinit(&body);
}

void exchange_lose_client(struct exchange *exchange)
{
    exchange_count_cost(exchange);
    note_end(exchange, 499, tta_failure_name(TTA_FAILURE_CLIENT_GONE));
    exchange_release(exchange);
}
