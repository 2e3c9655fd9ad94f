// SPDX-License-Identifier: MIT
/* What an exchange says to whom, where a client and a provider do not speak alike. */
#include "base/clock.h"
#include "base/json.h"
#include "cmd/tta/gateway/exchange_parts.h"

#define MAX_ANSWER_BYTES ((size_t)256 << 20)

enum { MORE_WORDS_BYTES = 500 };

static const struct tta_model *model_of(const struct exchange *exchange, const struct tta_target *target)
{
    return tta_catalogue_peek(routing_catalogue(exchange->site->routing), target->row);
}

static enum tta_dialect dialect_of(const struct exchange *exchange, const struct tta_target *target)
{
    return routing_dialect(exchange->site->routing, target->provider, exchange->api);
}

static bool speaks_otherwise(const struct exchange *exchange, const struct tta_target *target)
{
    return exchange->api != API_MESSAGES && dialect_of(exchange, target) != TTA_DIALECT_OPENAI;
}

void exchange_words_init(struct exchange *exchange)
{
    exchange->words = (struct exchange_words){.are_translated = false};
    base_buf_init_wiping(&exchange->words.request, TRANSLATE_MAX_BYTES(exchange->request_bytes));
}

void exchange_words_deinit(struct exchange *exchange)
{
    base_buf_deinit(&exchange->words.request);
    budget_set(&exchange->worker->gateway->bodies, &exchange->words.held, 0);
}

static enum translate_outcome translate_for(struct exchange *exchange, const struct tta_target *target,
                                            struct translate_flaw *out_flaw)
{
    const struct body *body = &connection_request(exchange->connection)->body;
    const struct tta_model *model = model_of(exchange, target);
    const struct translate_target to = {
        .dialect = dialect_of(exchange, target),
        .model = model->id,
        .max_tokens = model->max_completion_tokens > 0 ? model->max_completion_tokens : 0,
    };
    base_buf_reset(&exchange->words.request);
    exchange->words.row = target->row;
    enum translate_outcome outcome =
        translate_request(&to, (struct str){body->bytes, body->len}, &exchange->words.request, out_flaw);
    if (outcome != TRANSLATED) {
        base_buf_reset(&exchange->words.request);
    }
    budget_set(&exchange->worker->gateway->bodies, &exchange->words.held, exchange->words.request.len);
    return outcome;
}

static const char *const nobody_has[API_COUNT] = {
    [API_CHAT] = "No provider of this model has chat completions.",
    [API_COMPLETIONS] = "No provider of this model has completions; ask it for a chat completion.",
    [API_EMBEDDINGS] = "No provider of this model has embeddings.",
    [API_MESSAGES] = "No provider of this model speaks Anthropic's API.",
};

/* Leaves out those whose server does not have what is asked for. */
static size_t keep_having(struct exchange *exchange, struct tta_target *targets, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (routing_url(exchange->site->routing, targets[i].provider, exchange->api)) {
            targets[kept++] = targets[i];
        }
    }
    if (kept == 0) {
        exchange_refuse(exchange, 404, nobody_has[exchange->api], "model", "model_not_found");
    }
    return kept;
}

/* What a dialect has no words for, no model that is asked in it can be told: one of them stands for all. */
size_t exchange_keep_able(struct exchange *exchange, struct tta_target *targets, size_t count)
{
    enum translate_outcome outcomes[TTA_DIALECT_OLLAMA + 1];
    bool is_tried[TTA_DIALECT_OLLAMA + 1] = {false};
    struct translate_flaw flaw, first_flaw = {{'\0'}, {'\0'}};
    size_t kept = 0;
    count = keep_having(exchange, targets, count);
    if (count == 0) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        enum tta_dialect dialect = dialect_of(exchange, &targets[i]);
        if (speaks_otherwise(exchange, &targets[i]) && !is_tried[dialect]) {
            outcomes[dialect] = translate_for(exchange, &targets[i], &flaw);
            is_tried[dialect] = true;
            first_flaw = outcomes[dialect] == TRANSLATE_UNFIT && first_flaw.param[0] == '\0' ? flaw : first_flaw;
        }
        if (is_tried[dialect] && outcomes[dialect] == TRANSLATE_NO_MEMORY) {
            exchange_refuse(exchange, 500, "There is no memory for the request.", NULL, "no_memory");
            return 0;
        }
        if (!is_tried[dialect] || outcomes[dialect] == TRANSLATED) {
            targets[kept++] = targets[i];
        }
    }
    if (kept == 0) {
        exchange_refuse(exchange, 400, first_flaw.problem, first_flaw.param, "untranslatable");
    }
    return kept;
}

/* Whether the provider is asked what a stream has used though the client does not: for costs and limits.  OpenRouter
 * tells it in any case. */
static bool may_ask_usage(const struct exchange *exchange, const struct tta_target *target)
{
    bool has_words = exchange->api == API_CHAT || exchange->api == API_COMPLETIONS;
    return has_words && !exchange->site->refuses_usage[target->provider] &&
           routing_server(exchange->site->routing, target->provider)->provider != TTA_PROVIDER_OPENROUTER;
}

bool exchange_write_request(struct exchange *exchange, struct str *out_body)
{
    const struct tta_target *target = &exchange->target;
    struct exchange_words *words = &exchange->words;
    struct body *body = &connection_request(exchange->connection)->body;
    const char *model = model_of(exchange, target)->id;
    struct translate_flaw flaw;
    words->are_translated = speaks_otherwise(exchange, target);
    exchange->relay.dialect = dialect_of(exchange, target);
    exchange->relay.about = words->are_translated ? &words->about : NULL;
    exchange->relay.hides_usage = false;
    if (!words->are_translated) {
        bool good = fields_set_model(&exchange->fields, body, model) &&
                    (may_ask_usage(exchange, target) ? fields_ask_usage(&exchange->fields, body)
                                                     : fields_unask_usage(&exchange->fields, body));
        exchange->relay.hides_usage = exchange->fields.asks_usage;
        *out_body = (struct str){body->bytes, body->len};
        return good;
    }
    words->about = (struct translate_about){
        .dialect = dialect_of(exchange, target),
        .id = exchange->id,
        .model = model,
        .created_unix_s = base_clock_unix_s(),
        .includes_usage = exchange->fields.includes_usage,
    };
    bool is_there = words->request.len > 0 && words->row == target->row;
    bool good = is_there || translate_for(exchange, target, &flaw) == TRANSLATED; /* it fitted another model */
    *out_body = base_buf_str(&words->request);
    return good;
}

bool exchange_say_answer(struct exchange *exchange, const struct json *document, struct tta_finding *finding)
{
    struct buf said;
    if (!exchange->words.are_translated || finding->failure != TTA_FAILURE_NONE) {
        return true;
    }
    base_buf_init(&said, MAX_ANSWER_BYTES);
    base_buf_expect(&said, exchange->answer.len + MORE_WORDS_BYTES); /* nearly all of it is what the model says */
    enum translate_outcome outcome = translate_answer(&exchange->words.about, base_json_root(document), &said);
    if (outcome == TRANSLATED) {
        base_buf_deinit(&exchange->answer);
        exchange->answer = said;
    } else {
        base_buf_deinit(&said);
        finding->failure = TTA_FAILURE_STREAM_BROKEN; /* as whatever is garbled */
    }
    return outcome != TRANSLATE_NO_MEMORY;
}

void exchange_say_refusal(struct exchange *exchange, struct str body)
{
    if (!exchange->words.are_translated) {
        base_buf_add(&exchange->refusal, body);
    } else if (translate_error(body, &exchange->refusal) != TRANSLATED) {
        base_buf_reset(&exchange->refusal); /* the client is told the class of it */
    }
}

void exchange_refuse_model(struct exchange *exchange, const struct routing_name *name)
{
    struct buf message;
    base_buf_init(&message, 1000);
    base_buf_add_cstr(&message, name->is_known ? "No model here can do what the request asks for."
                                               : "There is no such model here; GET /v1/models lists them.");
    routing_add_way_out(&message, &name->way_out);
    exchange_refuse(exchange, 404, base_buf_cstr(&message), "model", "model_not_found");
    base_buf_deinit(&message);
}

/* Anthropic's words for what it calls otherwise than OpenAI does. */
static const char *type_of_messages(int status)
{
    switch (status) {
    case 401: return "authentication_error";
    case 402: return "billing_error";
    case 403: return "permission_error";
    case 404: return "not_found_error";
    case 413: return "request_too_large";
    case 429: return "rate_limit_error";
    case 503: return "overloaded_error";
    case 504: return "timeout_error";
    default: return status < 500 ? "invalid_request_error" : "api_error";
    }
}

void exchange_write_error(const struct exchange *exchange, const struct reply_error *error, struct buf *out)
{
    if (exchange->api != API_MESSAGES) {
        reply_error(out, error);
        return;
    }
    base_buf_add(out, STR("{\"type\":\"error\",\"error\":{\"type\":"));
    base_json_add_text(out, type_of_messages(error->status));
    base_buf_add(out, STR(",\"message\":"));
    base_json_add_text(out, error->message);
    base_buf_add(out, STR("},\"request_id\":"));
    base_json_add_text(out, exchange->id);
    base_buf_add_char(out, '}');
}

void exchange_write_error_event(const struct exchange *exchange, const struct reply_error *error, struct buf *out)
{
    base_buf_add(out, exchange->api == API_MESSAGES ? STR("event: error\ndata: ") : STR("data: "));
    exchange_write_error(exchange, error, out);
    base_buf_add(out, STR("\n\n"));
}
