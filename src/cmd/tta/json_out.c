// SPDX-License-Identifier: MIT
#include "cmd/tta/json_out.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "cmd/tta/format.h"

void json_add_text(struct buf *out, const char *text)
{
    if (!text) {
        base_buf_add_cstr(out, "null");
        return;
    }
    base_json_add_text(out, text);
}

void json_add_usd(struct buf *out, int64_t pusd)
{
    char text[FORMAT_BYTES];
    format_cost(pusd, text);
    base_buf_add_cstr(out, text);
}

static void add_key(struct buf *out, const char *key)
{
    base_buf_addf(out, ",\"%s\":", key);
}

static void add_number(struct buf *out, const char *key, int64_t number, bool is_known)
{
    add_key(out, key);
    if (is_known) {
        base_buf_addf(out, "%" PRId64, number);
    } else {
        base_buf_add_cstr(out, number == TTA_DYNAMIC ? "\"dynamic\"" : "null");
    }
}

static void add_score(struct buf *out, const char *key, double score, bool is_known)
{
    add_key(out, key);
    if (is_known) {
        base_buf_addf(out, "%.10g", score);
    } else {
        base_buf_add_cstr(out, "null");
    }
}

static void add_rules(struct buf *out, const struct tta_model *model)
{
    add_key(out, "price_rules");
    base_buf_add_char(out, '[');
    for (size_t i = 0; i < model->price_rule_count; i++) {
        const struct tta_price_rule *rule = &model->price_rules[i];
        base_buf_addf(out, "%s{\"above_prompt_tokens\":%" PRId64 ",\"utc_from_minute\":%d,\"utc_to_minute\":%d",
                      i > 0 ? "," : "", rule->above_prompt_tokens, rule->utc_from_minute, rule->utc_to_minute);
        add_number(out, "prompt_price_pusd", rule->prompt_price_pusd, rule->prompt_price_pusd >= 0);
        add_number(out, "completion_price_pusd", rule->completion_price_pusd, rule->completion_price_pusd >= 0);
        base_buf_add_char(out, '}');
    }
    base_buf_add_char(out, ']');
}

void json_add_capabilities(struct buf *out, uint64_t capabilities)
{
    const char *before = "";
    base_buf_add_char(out, '[');
    for (; capabilities != 0; capabilities &= capabilities - 1) {
        const char *word = tta_capability_name(capabilities);
        if (word) {
            base_buf_addf(out, "%s\"%s\"", before, word);
            before = ",";
        }
    }
    base_buf_add_char(out, ']');
}

static void add_sources(struct buf *out, const struct tta_catalogue *catalogue, size_t row)
{
    add_key(out, "sources");
    base_buf_add_char(out, '{');
    for (int field = 0; field < TTA_FIELD_COUNT; field++) {
        base_buf_addf(out, "%s\"%s\":", field > 0 ? "," : "", tta_field_name((enum tta_field)field));
        json_add_text(out, tta_catalogue_source(catalogue, row, (enum tta_field)field));
    }
    base_buf_add_char(out, '}');
}

static void add_texts(struct buf *out, const struct tta_model *model)
{
    const struct {
        const char *key, *text;
    } texts[] = {{"name", model->name},
                 {"provider", tta_provider_name(model->provider)},
                 {"origin", model->origin},
                 {"canonical_id", model->canonical_id},
                 {"alias_of", model->alias_of},
                 {"quantization", model->quantization}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        add_key(out, texts[i].key);
        json_add_text(out, texts[i].text);
    }
}

void json_add_model(struct buf *out, const struct tta_catalogue *catalogue, size_t row)
{
    struct tta_model model = tta_catalogue_model(catalogue, row);
    size_t group = tta_catalogue_group(catalogue, row);
    base_buf_add_cstr(out, "{\"id\":");
    json_add_text(out, model.id);
    add_texts(out, &model);
    add_number(out, "prompt_price_pusd", model.prompt_price_pusd, model.prompt_price_pusd >= 0);
    add_number(out, "completion_price_pusd", model.completion_price_pusd, model.completion_price_pusd >= 0);
    add_number(out, "request_price_pusd", model.request_price_pusd, model.request_price_pusd >= 0);
    add_rules(out, &model);
    base_buf_addf(out, ",\"is_free\":%s,\"is_local\":%s,\"is_moderated\":%s", model.is_free ? "true" : "false",
                  tta_model_is_local(&model) ? "true" : "false", model.is_moderated ? "true" : "false");
    add_number(out, "context_tokens", model.context_tokens, model.context_tokens >= 0);
    add_number(out, "longest_context_tokens", model.longest_context_tokens, model.longest_context_tokens > 0);
    add_number(out, "max_completion_tokens", model.max_completion_tokens, model.max_completion_tokens >= 0);
    add_key(out, "capabilities");
    json_add_capabilities(out, model.capabilities);
    add_score(out, "safety_score", model.safety_score, model.safety_score >= 0);
    add_score(out, "performance_score", model.performance_score, model.performance_score >= 0);
    add_score(out, "intelligence_index", model.intelligence_index, model.intelligence_index > 0);
    add_number(out, "expires_unix_s", model.expires_unix_s, model.expires_unix_s > 0);
    add_number(out, "parameter_count", model.parameter_count, model.parameter_count > 0);
    add_number(out, "weight_bytes", model.weight_bytes, model.weight_bytes > 0);
    add_key(out, "same_model_as");
    json_add_text(out, group == row ? NULL : tta_catalogue_model(catalogue, group).id);
    add_sources(out, catalogue, row);
    base_buf_add_char(out, '}');
}

void json_add_score(struct buf *out, const struct tta_score *score)
{
    base_buf_addf(out, "{\"total\":%.10g,\"performance\":%.10g,\"safety\":%.10g,\"cost\":%.10g,\"task\":%.10g,"
                       "\"family\":%.10g,\"preference\":%.10g,\"availability\":%.10g,\"latency\":%.10g}",
                  score->total, score->performance, score->safety, score->cost, score->task, score->family,
                  score->preference, score->availability, score->latency);
}

bool json_print(struct buf *out)
{
    bool complete = base_buf_ok(out);
    if (complete) {
        puts(base_buf_cstr(out));
    }
    base_buf_deinit(out);
    return complete;
}
