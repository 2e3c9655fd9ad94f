// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/model_json.h"

#include <inttypes.h>

#include "base/json.h"
#include "cmd/tta/json_out.h"

void model_json_key(struct buf *out, const char *key)
{
    char last = out->len > 0 && out->ptr ? out->ptr[out->len - 1] : '{';
    if (last != '{') {
        base_buf_add_char(out, ',');
    }
    base_json_add_text(out, key);
    base_buf_add_char(out, ':');
}

void model_json_text(struct buf *out, const char *key, const char *text)
{
    model_json_key(out, key);
    json_add_text(out, text);
}

void model_json_int(struct buf *out, const char *key, int64_t number)
{
    model_json_key(out, key);
    base_buf_addf(out, "%" PRId64, number);
}

void model_json_double(struct buf *out, const char *key, double number, bool is_known)
{
    model_json_key(out, key);
    if (is_known) {
        base_buf_addf(out, "%.10g", number);
    } else {
        base_buf_add(out, STR("null"));
    }
}

void model_json_bool(struct buf *out, const char *key, bool value)
{
    model_json_key(out, key);
    base_buf_add(out, value ? STR("true") : STR("false"));
}

static void add_price(struct buf *out, const char *key, int64_t pusd)
{
    model_json_key(out, key);
    if (pusd >= 0) {
        json_add_usd(out, pusd);
    } else {
        base_buf_add(out, pusd == TTA_DYNAMIC ? STR("\"dynamic\"") : STR("null"));
    }
}

int64_t model_blended_pusd(const struct tta_model *model)
{
    bool is_known = model->prompt_price_pusd >= 0 && model->completion_price_pusd >= 0;
    return is_known ? (model->prompt_price_pusd + model->completion_price_pusd) / 2 : -1;
}

enum tta_breaker_state server_state(const struct routing *routing, size_t server, int64_t now_ns)
{
    struct tta_health *health = routing_health(routing);
    enum tta_breaker_state own = tta_health_of(health, TTA_PART_PROVIDER, server, now_ns).state;
    enum tta_breaker_state key = tta_health_of(health, TTA_PART_KEY, server, now_ns).state;
    return own == TTA_BREAKER_OPEN || key == TTA_BREAKER_CLOSED ? own : key;
}

enum tta_breaker_state model_state(const struct routing *routing, size_t row, int64_t now_ns)
{
    int64_t server = routing_row_server(routing, row);
    enum tta_breaker_state own = tta_health_of(routing_health(routing), TTA_PART_ROW, row, now_ns).state;
    bool is_cut_off = server >= 0 && server_state(routing, (size_t)server, now_ns) == TTA_BREAKER_OPEN;
    return is_cut_off ? TTA_BREAKER_OPEN : own;
}

void model_json_add(struct buf *out, const struct routing *routing, size_t row, int64_t now_ns)
{
    const struct tta_model *model = tta_catalogue_peek(routing_catalogue(routing), row);
    int64_t server = routing_row_server(routing, row), blended = model_blended_pusd(model);
    base_buf_add_char(out, '{');
    model_json_text(out, "model_id", model->id);
    model_json_text(out, "name", model->name && model->name[0] != '\0' ? model->name : model->id);
    model_json_text(out, "provider_type", tta_provider_name(model->provider));
    model_json_text(out, "server", server >= 0 ? routing_server_name(routing, (size_t)server) : NULL);
    if (model->context_tokens >= 0) {
        model_json_int(out, "context_length", model->context_tokens);
    } else {
        model_json_text(out, "context_length", NULL);
    }
    add_price(out, "prompt_price_usd", model->prompt_price_pusd);
    add_price(out, "completion_price_usd", model->completion_price_pusd);
    add_price(out, "cost_per_token", blended);
    model_json_bool(out, "is_free", model->is_free);
    model_json_key(out, "capabilities");
    json_add_capabilities(out, model->capabilities);
    model_json_double(out, "therapeutic_safety_score", model->safety_score, model->safety_score >= 0);
    model_json_double(out, "performance_score", model->performance_score, model->performance_score >= 0);
    model_json_text(out, "breaker", tta_breaker_state_name(model_state(routing, row, now_ns)));
    base_buf_add_char(out, '}');
}
