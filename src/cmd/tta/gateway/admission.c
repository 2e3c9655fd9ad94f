// SPDX-License-Identifier: MIT
/*
 * The estimate: a token for each three bytes of the request, which is more than
 * text mostly has, and as many of the answer as the request allows, or as the
 * model writes at most, or 4096.  What comes out higher (an answer without a
 * limit, several choices, hidden reasoning) is spent all the same, and nothing
 * more is let in then.
 */
#include "cmd/tta/gateway/admission.h"

#include "base/clock.h"

enum { BYTES_A_TOKEN = 3, EXTRA_PROMPT_TOKENS = 16, USUAL_ANSWER_TOKENS = 4096 };

static struct admission_refusal refusal_of(enum allowance_verdict verdict, int64_t wait_ns)
{
    static const struct {
        int status;
        const char *message, *code;
    } refusals[] = {
        [ALLOWANCE_GRANTED] = {200, "", NULL},
        [ALLOWANCE_TOO_MANY_REQUESTS] = {429, "This client has used its requests of a minute.", "rate_limit_exceeded"},
        [ALLOWANCE_TOO_MANY_TOKENS] = {429, "This client has used its tokens of a minute.", "rate_limit_exceeded"},
        [ALLOWANCE_TOO_LARGE] = {413, "The request may need more tokens than this client has in a minute; shorten it, "
                                      "or state max_completion_tokens.", "request_too_large"},
        [ALLOWANCE_DAY_SPENT] = {402, "What is left of this client's budget of the day does not pay for the request; a "
                                      "smaller max_completion_tokens reserves less.", "insufficient_quota"},
        [ALLOWANCE_MONTH_SPENT] = {402, "What is left of this client's budget of the month does not pay for the "
                                        "request; a smaller max_completion_tokens reserves less.",
                                   "insufficient_quota"},
    };
    return (struct admission_refusal){.status = refusals[verdict].status,
                                      .message = refusals[verdict].message,
                                      .code = refusals[verdict].code,
                                      .retry_after_ns = wait_ns};
}

static bool has_budget(const struct client *client)
{
    return client->limits.pusd_a_day != ALLOWANCE_NO_LIMIT || client->limits.pusd_a_month != ALLOWANCE_NO_LIMIT;
}

static struct tta_request_size size_of(const struct admission_request *request, const struct tta_model *model)
{
    int64_t answer = request->max_tokens >= 0                                     ? request->max_tokens
                     : model->max_completion_tokens >= 0 &&
                             model->max_completion_tokens < USUAL_ANSWER_TOKENS ? model->max_completion_tokens
                                                                                  : USUAL_ANSWER_TOKENS;
    return (struct tta_request_size){request->prompt_bytes / BYTES_A_TOKEN + EXTRA_PROMPT_TOKENS,
                                     request->has_answer ? answer : 0,
                                     (int)(base_clock_unix_s() / 60 % 1440)};
}

/* Keeps those that the client may ask. */
static size_t keep_allowed(const struct routing *routing, const struct client *client, const char *asked,
                           struct tta_target *targets, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const char *id = tta_catalogue_peek(routing_catalogue(routing), targets[i].row)->id;
        if (client_may_ask(client, asked, routing_row_name(routing, targets[i].row), id)) {
            targets[kept++] = targets[i];
        }
    }
    return kept;
}

/* Keeps those whose cost is known, if that counts; the most that any of them needs. */
static size_t keep_priced(const struct routing *routing, const struct client *client,
                          const struct admission_request *request, struct tta_target *targets, size_t count,
                          struct allowance_use *out_need)
{
    size_t kept = 0;
    *out_need = (struct allowance_use){0, 0};
    for (size_t i = 0; i < count; i++) {
        const struct tta_model *model = tta_catalogue_peek(routing_catalogue(routing), targets[i].row);
        struct tta_request_size size = size_of(request, model);
        int64_t tokens = size.prompt_tokens + size.completion_tokens, cost = tta_model_cost_pusd(model, &size);
        if (cost < 0 && has_budget(client) && !client->asks_unpriced) {
            continue;
        }
        targets[kept++] = targets[i];
        out_need->tokens = tokens > out_need->tokens ? tokens : out_need->tokens;
        out_need->cost_pusd = cost > out_need->cost_pusd ? cost : out_need->cost_pusd;
    }
    return kept;
}

bool admission_begin(struct admission *admission, const struct routing *routing, const struct client *client,
                     const struct admission_request *request, struct tta_target *targets, size_t *count,
                     struct admission_refusal *out_refusal)
{
    struct allowance_use need;
    int64_t wait_ns = 0;
    *admission = (struct admission){.client = client};
    if (!client) {
        return true;
    }
    *count = keep_allowed(routing, client, request->asked_model, targets, *count);
    if (*count == 0) {
        *out_refusal = (struct admission_refusal){403, "This client may not ask this model; GET /v1/models lists those "
                                                       "that it may.", "model", "model_not_allowed", 0};
        return false;
    }
    *count = keep_priced(routing, client, request, targets, *count, &need);
    if (*count == 0) {
        *out_refusal = (struct admission_refusal){403, "This client has a budget, and nobody knows what this model "
                                                       "costs; prices are in lists of models, or in tta.yaml.",
                                                  "model", "model_price_unknown", 0};
        return false;
    }
    struct allowance *allowance = clients_allowance(routing_clients(routing), client);
    enum allowance_verdict verdict = allowance_reserve(allowance, &client->limits, &need, base_clock_unix_ns(),
                                                       &admission->hold, &wait_ns);
    if (verdict != ALLOWANCE_GRANTED) {
        *out_refusal = refusal_of(verdict, wait_ns);
        return false;
    }
    admission->allowance = allowance;
    return true;
}

void admission_end(struct admission *admission, const struct admission_use *use)
{
    struct allowance_use used = {0, 0};
    bool is_priced = true;
    if (!admission->allowance) {
        return;
    }
    if (use->was_asked) {
        used.tokens = use->tokens >= 0 ? use->tokens : admission->hold.use.tokens;
        used.cost_pusd = use->cost_pusd >= 0 ? use->cost_pusd : admission->hold.use.cost_pusd;
        is_priced = use->cost_pusd >= 0;
    }
    allowance_settle(admission->allowance, &admission->hold, &used, is_priced, base_clock_unix_ns());
    admission->allowance = NULL;
}
