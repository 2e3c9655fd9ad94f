// SPDX-License-Identifier: MIT
#include "tta/model.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"

bool tta_is_utf8(const char *text)
{
    struct str rest = base_str(text);
    while (rest.len > 0) {
        size_t len = base_utf8_len(rest);
        if (len == 0) {
            return false;
        }
        rest.ptr += len;
        rest.len -= len;
    }
    return true;
}

static bool is_price(int64_t price)
{
    return price == TTA_UNKNOWN || price == TTA_DYNAMIC || (price >= 0 && price <= TTA_MAX_PRICE_PUSD);
}

static bool is_token_count(int64_t tokens)
{
    return tokens == TTA_UNKNOWN || (tokens >= 0 && tokens <= TTA_MAX_TOKENS);
}

static bool is_score(double score)
{
    return score == TTA_SCORE_UNKNOWN || (score >= 0 && score <= 10);
}

static bool are_rules(const struct tta_price_rule *rules, size_t count)
{
    if (count > TTA_MAX_PRICE_RULES || (count > 0 && !rules)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const struct tta_price_rule *rule = &rules[i];
        bool in_day = rule->utc_from_minute >= 0 && rule->utc_from_minute < 1440 && rule->utc_to_minute >= 0 &&
                      rule->utc_to_minute < 1440;
        if (!in_day || !is_price(rule->prompt_price_pusd) || !is_price(rule->completion_price_pusd) ||
            rule->above_prompt_tokens < 0 || rule->above_prompt_tokens > TTA_MAX_TOKENS) {
            return false;
        }
    }
    return true;
}

static bool has_a_price(const struct tta_model *model)
{
    bool costs = model->prompt_price_pusd != 0 || model->completion_price_pusd != 0 ||
                 (model->request_price_pusd != 0 && model->request_price_pusd != TTA_UNKNOWN);
    for (size_t i = 0; i < model->price_rule_count; i++) {
        int64_t prompt = model->price_rules[i].prompt_price_pusd;
        int64_t completion = model->price_rules[i].completion_price_pusd;
        costs = costs || (prompt != 0 && prompt != TTA_UNKNOWN) || (completion != 0 && completion != TTA_UNKNOWN);
    }
    return costs;
}

static bool is_text(const char *text)
{
    return !text || tta_is_utf8(text);
}

const char *tta_model_fault(const struct tta_model *model)
{
    if (!is_text(model->id) || !is_text(model->name)) {
        return "the id or the name is not UTF-8";
    }
    if (!is_text(model->origin) || !is_text(model->canonical_id) || !is_text(model->alias_of) ||
        !is_text(model->quantization)) {
        return "a text is not UTF-8";
    }
    if ((int)model->provider < 0 || model->provider >= TTA_PROVIDER_COUNT) {
        return "there is no such provider";
    }
    if (!is_price(model->prompt_price_pusd) || !is_price(model->completion_price_pusd) ||
        !is_price(model->request_price_pusd)) {
        return "a price is out of range";
    }
    if (!are_rules(model->price_rules, model->price_rule_count)) {
        return "a price rule is out of range";
    }
    if (!is_token_count(model->context_tokens) || !is_token_count(model->max_completion_tokens) ||
        !is_token_count(model->longest_context_tokens)) {
        return "a number of tokens is out of range";
    }
    if (model->parameter_count < 0 || model->parameter_count > TTA_MAX_PARAMETERS || model->weight_bytes < 0 ||
        model->context_bytes_per_token < 0 || model->expires_unix_s < 0) {
        return "its size or the time when it expires is out of range";
    }
    if (!is_score(model->safety_score) || !is_score(model->performance_score)) {
        return "a score is not between 0 and 10";
    }
    if (!(model->intelligence_index >= 0 && model->intelligence_index <= 100)) {
        return "the intelligence index is not between 0 and 100";
    }
    if (model->is_free && has_a_price(model)) {
        return "it is free, but a price is not 0";
    }
    return NULL;
}

struct tta_model tta_model_unknown(const char *id, enum tta_provider provider)
{
    return (struct tta_model){
        .id = id,
        .provider = provider,
        .prompt_price_pusd = TTA_UNKNOWN,
        .completion_price_pusd = TTA_UNKNOWN,
        .request_price_pusd = TTA_UNKNOWN,
        .context_tokens = TTA_UNKNOWN,
        .max_completion_tokens = TTA_UNKNOWN,
        .safety_score = TTA_SCORE_UNKNOWN,
        .performance_score = TTA_SCORE_UNKNOWN,
    };
}

bool tta_model_is_local(const struct tta_model *model)
{
    bool is_server = model->provider == TTA_PROVIDER_LOCAL || model->provider == TTA_PROVIDER_OLLAMA ||
                     model->provider == TTA_PROVIDER_LM_STUDIO;
    return is_server && !model->is_remote;
}

static bool applies(const struct tta_price_rule *rule, const struct tta_request_size *size)
{
    int from = rule->utc_from_minute, to = rule->utc_to_minute, now = size->utc_minute;
    bool in_time = from == to || (from < to ? now >= from && now < to : now >= from || now < to);
    return in_time && (rule->above_prompt_tokens == 0 || size->prompt_tokens > rule->above_prompt_tokens);
}

/* Adds price x count to a cost that may be a state already: unknown outdoes dynamic, that any number. */
static int64_t add_cost(int64_t cost, int64_t price, int64_t count)
{
    int64_t product, sum;
    if (count == 0 || cost == TTA_UNKNOWN) {
        return cost;
    }
    if (price < 0 || cost < 0) {
        return price == TTA_UNKNOWN ? TTA_UNKNOWN : TTA_DYNAMIC;
    }
    if (__builtin_mul_overflow(price, count, &product) || __builtin_add_overflow(cost, product, &sum)) {
        return INT64_MAX;
    }
    return sum;
}

int64_t tta_model_cost_pusd(const struct tta_model *model, const struct tta_request_size *size)
{
    int64_t prompt = model->prompt_price_pusd, completion = model->completion_price_pusd;
    for (size_t i = 0; i < model->price_rule_count; i++) {
        const struct tta_price_rule *rule = &model->price_rules[i];
        if (applies(rule, size)) {
            prompt = rule->prompt_price_pusd == TTA_UNKNOWN ? prompt : rule->prompt_price_pusd;
            completion = rule->completion_price_pusd == TTA_UNKNOWN ? completion : rule->completion_price_pusd;
        }
    }
    int64_t request = model->request_price_pusd == TTA_UNKNOWN ? 0 : model->request_price_pusd;
    int64_t cost = add_cost(0, request, 1);
    cost = add_cost(cost, prompt, size->prompt_tokens);
    return add_cost(cost, completion, size->completion_tokens);
}

const char *tta_field_name(enum tta_field field)
{
    static const char *const names[TTA_FIELD_COUNT] = {
        [TTA_FIELD_NAME] = "name",
        [TTA_FIELD_PROMPT_PRICE] = "prompt_price",
        [TTA_FIELD_COMPLETION_PRICE] = "completion_price",
        [TTA_FIELD_CONTEXT] = "context",
        [TTA_FIELD_MAX_COMPLETION] = "max_completion",
        [TTA_FIELD_CAPABILITIES] = "capabilities",
        [TTA_FIELD_SAFETY] = "safety",
        [TTA_FIELD_PERFORMANCE] = "performance",
        [TTA_FIELD_INTELLIGENCE] = "intelligence",
        [TTA_FIELD_EXPIRY] = "expiry",
        [TTA_FIELD_SIZE] = "size",
    };
    return (int)field >= 0 && field < TTA_FIELD_COUNT ? names[field] : "unknown";
}
