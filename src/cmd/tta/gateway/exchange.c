// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/exchange.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/random.h"
#include "cmd/tta/gateway/exchange_parts.h"
#include "cmd/tta/gateway/wishes.h"
#include "tta/secret.h"

#define MAX_ANSWER_BYTES ((size_t)64 << 20)
#define ROOM_WAIT_NS INT64_C(1000000000)

static void go_on(struct exchange *exchange);

int64_t exchange_row(const struct exchange *exchange)
{
    return exchange->failover.attempt_count > 0 ? (int64_t)exchange->target.row : -1;
}

static void free_exchange(void *context)
{
    struct exchange *exchange = context;
    call_deinit(&exchange->call);
    relay_stop(&exchange->relay);
    exchange_words_deinit(exchange);
    base_buf_deinit(&exchange->answer);
    base_json_reader_deinit(&exchange->reader);
    budget_set(&exchange->worker->gateway->bodies, &exchange->answer_held, 0);
    base_buf_deinit(&exchange->refusal);
    site_release(exchange->site);
    sodium_memzero(exchange, EXCHANGE_ZEROED_BYTES); /* a key may stand where the name of a model belongs */
    free(exchange);
}

/* Whether some provider may have begun to work for the client. */
static bool was_asked(const struct exchange *exchange)
{
    for (uint32_t i = 0; i < exchange->failover.attempt_count; i++) {
        enum tta_failure failure = exchange->failover.attempts[i].failure;
        if (tta_failure_may_have_cost(failure) || failure == TTA_FAILURE_COUNT) { /* it is under way */
            return true;
        }
    }
    return false;
}

static void end_admission(struct exchange *exchange)
{
    const struct tta_usage *usage = &exchange->usage;
    int64_t completion_tokens = usage->completion_tokens >= 0 ? usage->completion_tokens : 0; /* embeddings have none */
    const struct admission_use use = {was_asked(exchange),
                                      usage->prompt_tokens >= 0 ? usage->prompt_tokens + completion_tokens : -1,
                                      exchange->cost_pusd};
    admission_end(&exchange->admission, &use);
}

void exchange_release(struct exchange *exchange)
{
    end_admission(exchange);
    call_cancel(&exchange->call);
    loop_remove_timer(exchange->worker->loop, &exchange->timer);
    loop_defer(exchange->worker->loop, &exchange->release);
}

/* When the attempt has to have got on. */
static int64_t attempt_due_ns(const struct exchange *exchange)
{
    const struct serve_config *config = routing_serve_config(exchange->site->routing);
    int64_t due;
    if (!exchange->call.is_head_whole) {
        due = exchange->attempt_start_ns + config->first_byte_ns;
    } else if (exchange->relay.stream && !exchange->relay.progress.has_content) {
        due = exchange->attempt_start_ns + config->first_token_ns;
    } else {
        due = exchange->last_activity_ns + config->idle_ns;
    }
    return due < exchange->step.until_ns ? due : exchange->step.until_ns;
}

static void report(struct exchange *exchange, const struct tta_finding *finding)
{
    int64_t now_ns = base_clock_monotonic_ns();
    loop_clear_timer(exchange->worker->loop, &exchange->timer);
    figures_end_attempt(exchange->worker->gateway->figures, exchange->series);
    exchange->series = FIGURES_NO_SERIES;
    tta_failover_report(&exchange->failover, finding, exchange->relay.stream && exchange->relay.has_begun, now_ns);
}

struct str exchange_key(const struct exchange *exchange)
{
    const struct tta_secret *key = routing_server(exchange->site->routing, exchange->target.provider)->key;
    return key ? tta_secret_bytes(key) : (struct str){NULL, 0};
}

static void end_attempt(struct exchange *exchange, const struct tta_finding *finding)
{
    bool has_begun = exchange->relay.stream && exchange->relay.has_begun;
    report(exchange, finding);
    if (finding->failure == TTA_FAILURE_NONE) {
        if (exchange->relay.stream) {
            exchange_end_stream(exchange);
        } else {
            exchange_answer_whole(exchange);
        }
        return;
    }
    exchange_keep_refusal(exchange, finding);
    if (!has_begun) {
        relay_stop(&exchange->relay);
    }
    exchange_forget_answer(exchange);
    go_on(exchange);
}

/* The client is gone, which is nobody's failure. */
static void end_without_client(struct exchange *exchange)
{
    const struct tta_finding gone = {.failure = TTA_FAILURE_CLIENT_GONE};
    if (exchange->step.kind == TTA_STEP_TRY) {
        report(exchange, &gone);
    }
    exchange_lose_client(exchange);
}

static void lack_memory(struct exchange *exchange)
{
    const struct tta_finding nobodys = {.failure = TTA_FAILURE_CLIENT_GONE};
    bool has_begun = exchange->relay.stream && exchange->relay.has_begun;
    if (exchange->step.kind == TTA_STEP_TRY) {
        report(exchange, &nobodys);
    }
    if (has_begun) {
        connection_abandon(exchange->connection);
        exchange_lose_client(exchange);
    } else {
        exchange_refuse(exchange, 500, "There is no memory for the request.", NULL, "no_memory");
    }
}

/* All bodies together have come to their limit, which another moment may change, and no other provider. */
static void lack_room(struct exchange *exchange)
{
    const struct tta_finding nobodys = {.failure = TTA_FAILURE_CLIENT_GONE};
    report(exchange, &nobodys);
    exchange->refusal_wait_ns = ROOM_WAIT_NS;
    exchange_refuse(exchange, 503, "The gateway has no room for the answer beside the others; try again shortly.", NULL,
                    "overloaded");
}

static void finish_stream(struct exchange *exchange, enum tta_transport transport)
{
    relay_end(&exchange->relay, transport);
    exchange->usage = exchange->relay.progress.usage;
    if (exchange->relay.client_left) {
        connection_abandon(exchange->connection);
        end_without_client(exchange);
    } else if (exchange->relay.lacks_memory) {
        lack_memory(exchange);
    } else {
        end_attempt(exchange, &exchange->relay.progress.finding);
    }
}

/* False without memory. */
static bool start_call(struct exchange *exchange)
{
    const struct tta_target *target = &exchange->target;
    struct endpoint *endpoint = site_endpoint(exchange->worker, exchange->site, target->provider, exchange->api);
    struct str body;
    if (!endpoint || !exchange_write_request(exchange, &body) || !call_start(&exchange->call, endpoint, body)) {
        return false;
    }
    loop_set_timer(exchange->worker->loop, &exchange->timer, attempt_due_ns(exchange));
    return true;
}

/* A provider may not know the question for the usage, which was not the client's.  It is asked again without, within
 * the same attempt, and never with it again. */
static bool asks_without_usage(struct exchange *exchange, const struct tta_finding *finding)
{
    struct str body = base_buf_str(&exchange->answer);
    if (finding->failure != TTA_FAILURE_BAD_REQUEST || !exchange->fields.asks_usage ||
        !base_str_contains_ignoring_case(body, STR("stream_options"))) {
        return false;
    }
    exchange->site->refuses_usage[exchange->target.provider] = true;
    exchange_forget_answer(exchange);
    if (!start_call(exchange)) {
        lack_memory(exchange);
    }
    return true;
}

static void finish_whole(struct exchange *exchange, enum tta_transport transport)
{
    struct tta_finding finding;
    struct tta_usage usage;
    struct json document = {0};
    bool good = exchange_judge_answer(exchange, transport, &finding, &usage, &document) == TTA_OK &&
                exchange_say_answer(exchange, &document, &finding);
    base_json_deinit(&document);
    if (!good) {
        lack_memory(exchange);
    } else if (!asks_without_usage(exchange, &finding)) {
        exchange->usage = finding.failure == TTA_FAILURE_NONE ? usage : exchange->usage;
        end_attempt(exchange, &finding);
    }
}

static void on_call_end(void *context, enum tta_transport transport)
{
    struct exchange *exchange = context;
    if (exchange->relay.stream) {
        finish_stream(exchange, transport);
    } else if (exchange->lacks_room) {
        lack_room(exchange);
    } else {
        finish_whole(exchange, transport);
    }
}

/* A part of the attempt is over, and the next may have less time. */
static void shorten_timer(struct exchange *exchange)
{
    int64_t due_ns = attempt_due_ns(exchange);
    if (due_ns < exchange->timer.due_ns) {
        loop_set_timer(exchange->worker->loop, &exchange->timer, due_ns);
    }
}

static enum call_verdict take_piece(struct exchange *exchange, const char *bytes, size_t len)
{
    if (!exchange->fields.is_stream || exchange->call.http_status != 200) {
        return exchange_take_answer(exchange, bytes, len);
    }
    if (!exchange->relay.stream && !relay_start(&exchange->relay)) {
        exchange->relay.lacks_memory = true;
        return CALL_STOPS;
    }
    if (!relay_take(&exchange->relay, bytes, len)) {
        return CALL_STOPS;
    }
    if (exchange->relay.progress.has_content) {
        exchange_record_piece(exchange);
    }
    exchange->is_paused = connection_is_slow(exchange->connection);
    return exchange->is_paused ? CALL_PAUSES : CALL_GOES_ON;
}

static enum call_verdict on_call_body(void *context, const char *bytes, size_t len)
{
    struct exchange *exchange = context;
    exchange->last_activity_ns = loop_now_ns(exchange->worker->loop);
    enum call_verdict verdict = take_piece(exchange, bytes, len);
    shorten_timer(exchange);
    return verdict;
}

static void on_due(void *context)
{
    struct exchange *exchange = context;
    int64_t now_ns = loop_now_ns(exchange->worker->loop);
    if (exchange->step.kind == TTA_STEP_WAIT) {
        go_on(exchange);
        return;
    }
    if (exchange->is_paused) { /* it is the client that is slow, and has a time of its own */
        exchange->last_activity_ns = now_ns;
    }
    int64_t due_ns = attempt_due_ns(exchange);
    if (due_ns > now_ns) {
        loop_set_timer(exchange->worker->loop, &exchange->timer, due_ns);
        return;
    }
    call_cancel(&exchange->call);
    on_call_end(exchange, TTA_TRANSPORT_TIMED_OUT);
}

/* False without memory. */
static bool try_target(struct exchange *exchange)
{
    exchange->target = exchange->failover.targets[exchange->step.target];
    exchange->series = site_series(exchange->worker, exchange->site, exchange->target.row, exchange->task);
    figures_begin_attempt(exchange->worker->gateway->figures, exchange->series);
    exchange->attempt_start_ns = exchange->last_activity_ns = loop_now_ns(exchange->worker->loop);
    exchange->is_too_large = exchange->is_paused = false;
    exchange->last_piece_ns = 0;
    exchange->relay.secret = exchange_key(exchange);
    return start_call(exchange);
}

static void go_on(struct exchange *exchange)
{
    int64_t now_ns = base_clock_monotonic_ns();
    exchange->step = tta_failover_next(&exchange->failover, now_ns);
    if (exchange->step.kind == TTA_STEP_WAIT &&
        exchange->step.until_ns - now_ns > routing_serve_config(exchange->site->routing)->max_wait_ns) {
        exchange->rest_ns = exchange->step.until_ns - now_ns;
        exchange->step.kind = TTA_STEP_STOP; /* the client had better know, and wait by itself */
    }
    switch (exchange->step.kind) {
    case TTA_STEP_TRY:
        if (!try_target(exchange)) {
            lack_memory(exchange);
        }
        break;
    case TTA_STEP_WAIT:
        loop_set_timer(exchange->worker->loop, &exchange->timer, exchange->step.until_ns);
        break;
    case TTA_STEP_STOP:
        exchange_answer_failure(exchange);
        break;
    }
}

static void on_client_left(void *context)
{
    struct exchange *exchange = context;
    call_cancel(&exchange->call);
    end_without_client(exchange);
}

static void on_client_drained(void *context)
{
    struct exchange *exchange = context;
    if (exchange->is_paused) {
        exchange->is_paused = false;
        exchange->last_activity_ns = loop_now_ns(exchange->worker->loop);
        call_resume(&exchange->call);
    }
}

static bool begin_stream(void *context)
{
    return exchange_begin_stream(context);
}

static bool pass(void *context, struct str bytes)
{
    struct exchange *exchange = context;
    exchange->answer_bytes += bytes.len;
    return connection_send(exchange->connection, bytes);
}

/* Lets the client in, with the targets that it may ask; false if the request was refused. */
static bool admit(struct exchange *exchange, struct tta_target *targets, size_t *count)
{
    struct admission_refusal refusal;
    const struct admission_request request = {.asked_model = exchange->asked_model,
                                              .prompt_bytes = (int64_t)exchange->request_bytes,
                                              .max_tokens = exchange->fields.max_tokens,
                                              .has_answer = exchange->api != API_EMBEDDINGS};
    if (admission_begin(&exchange->admission, exchange->site->routing, exchange->client, &request, targets, count,
                        &refusal)) {
        return true;
    }
    exchange->refusal_wait_ns = refusal.retry_after_ns;
    exchange_refuse(exchange, refusal.status, refusal.message, refusal.param, refusal.code);
    return false;
}

/* False if the request was refused. */
static bool read_body(struct exchange *exchange)
{
    const struct body *body = &connection_request(exchange->connection)->body;
    struct fields_flaw flaw;
    switch (fields_read((struct str){body->bytes, body->len}, &exchange->fields, &flaw)) {
    case FIELDS_READ:
        break;
    case FIELDS_NO_JSON: {
        struct buf message;
        base_buf_init(&message, 400);
        if (body->len == 0) {
            base_buf_add_cstr(&message, "The request has no body; it must be a JSON object, with the name of a model.");
        } else {
            base_buf_addf(&message, "The body is not JSON: line %zu: %s.", flaw.line, flaw.problem);
        }
        exchange_refuse(exchange, 400, base_buf_cstr(&message), NULL, "invalid_json");
        base_buf_deinit(&message);
        return false;
    }
    case FIELDS_NOT_FIT:
        exchange_refuse(exchange, 400, flaw.problem, flaw.param, NULL);
        return false;
    case FIELDS_NO_MEMORY:
        exchange_refuse(exchange, 500, "There is no memory for the request.", NULL, "no_memory");
        return false;
    }
    memcpy(exchange->asked_model, exchange->fields.model, sizeof(exchange->asked_model));
    return true;
}

/* False if the request was refused. */
static bool read_wishes(struct exchange *exchange, struct tta_requirements *out_requirements, bool *out_has_wishes)
{
    const struct request *request = connection_request(exchange->connection);
    const struct field_place *extras = &exchange->fields.extras_value;
    struct wishes wishes;
    struct buf reason;
    base_buf_init(&reason, 4000);
    bool good = wishes_read(request, (struct str){request->body.bytes + extras->at, extras->len}, &wishes, &reason) &&
                wishes_settle(&wishes, routing_catalogue(exchange->site->routing), out_requirements, &reason);
    *out_has_wishes = wishes.are_any;
    exchange->task = good && wishes.have_task ? out_requirements->task : TTA_TASK_COUNT;
    if (!good) {
        exchange_refuse(exchange, 400, base_buf_cstr(&reason), "x_tta", NULL);
    }
    base_buf_deinit(&reason);
    return good;
}

/* Finds the targets of the request; false if it was refused. */
static bool find_targets(struct exchange *exchange)
{
    struct tta_requirements requirements;
    struct tta_target targets[TTA_MAX_TARGETS];
    bool has_wishes;
    struct tta_failover_options options = tta_failover_defaults();
    options.time_ns = routing_serve_config(exchange->site->routing)->timeout_ns;
    if (!read_body(exchange) || !read_wishes(exchange, &requirements, &has_wishes)) {
        return false;
    }
    struct routing_name name;
    const struct routing_question question = {.fields = &exchange->fields,
                                              .body_bytes = exchange->request_bytes,
                                              .api = exchange->api,
                                              .requirements = &requirements,
                                              .has_wishes = has_wishes,
                                              .live = live_facts_with(exchange->site->facts, NULL)};
    size_t count = routing_resolve(exchange->site->routing, &question, targets, &name);
    exchange->is_model_known = name.is_known;
    exchange->task = name.task != TTA_TASK_COUNT ? name.task : exchange->task;
    if (count == 0) {
        exchange_refuse_model(exchange, &name);
        return false;
    }
    count = exchange_keep_able(exchange, targets, count);
    if (count == 0 || !admit(exchange, targets, &count)) {
        return false;
    }
    if (tta_failover_begin(&exchange->failover, routing_health(exchange->site->routing), &options, targets, count,
                           exchange->start_ns, base_random_next(&exchange->worker->random)) != TTA_OK) {
        exchange_refuse(exchange, 500, "The request could not be begun.", NULL, NULL);
        return false;
    }
    return true;
}

static struct exchange *allocate(void)
{
    struct exchange *exchange = malloc(sizeof(*exchange));
    if (exchange) {
        memset(exchange, 0, EXCHANGE_ZEROED_BYTES);
        exchange->failover.attempt_count = exchange->failover.target_count = 0;
    }
    return exchange;
}

void exchange_start(struct worker *worker, struct connection *connection, enum api api, const char *path,
                    const struct client *client, int64_t start_ns)
{
    struct exchange *exchange = allocate();
    if (!exchange || !loop_add_timer(worker->loop, &exchange->timer, on_due, exchange)) {
        free(exchange);
        connection_answer(connection, 500, STR("text/plain"), STR(""), STR("no memory\n"));
        return;
    }
    exchange->worker = worker;
    exchange->connection = connection;
    exchange->site = site_hold(worker->site);
    exchange->api = api;
    exchange->path = path;
    exchange->client = client;
    exchange->start_ns = start_ns;
    exchange->first_byte_ns = exchange->cost_pusd = -1;
    exchange->usage = (struct tta_usage)TTA_USAGE_NONE;
    exchange->request_bytes = connection_request(connection)->body.len;
    exchange->step.kind = TTA_STEP_STOP;
    exchange->series = FIGURES_NO_SERIES;
    exchange->task = TTA_TASK_COUNT;
    atomic_fetch_add_explicit(&worker->gateway->figures->requests_under_way, 1, memory_order_relaxed);
    trace_read(connection_request(connection), &exchange->trace);
    exchange->call = (struct call){.on_body = on_call_body, .on_end = on_call_end, .context = exchange,
                                   .lines = {exchange->trace.lines, exchange->trace.lines_len}};
    exchange->relay = (struct relay){.begin = begin_stream, .pass = pass, .context = exchange};
    exchange->release = (struct loop_task){.run = free_exchange, .context = exchange};
    exchange_words_init(exchange);
    base_buf_init_wiping(&exchange->answer, MAX_ANSWER_BYTES);
    base_buf_init(&exchange->refusal, EXCHANGE_MAX_REFUSAL_BYTES);
    worker_make_id(worker, exchange->id);
    const struct connection_turn turn = {on_client_left, on_client_drained, exchange, STR(":\n\n")};
    connection_take_turn(connection, &turn);
    if (find_targets(exchange)) {
        go_on(exchange);
    }
}
