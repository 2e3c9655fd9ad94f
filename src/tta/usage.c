// SPDX-License-Identifier: MIT
/*
 * Where usage stands, from the recorded answers:
 *
 *   OpenAI chat  usage.{prompt,completion}_tokens, ..._tokens_details; OpenRouter adds usage.cost in USD
 *   responses    [response.]usage.{input,output}_tokens, ..._tokens_details
 *   Anthropic    [message.]usage.{input,output,cache_read_input,cache_creation_input}_tokens; the input
 *                is without what came from the cache or went into it
 *   Ollama       prompt_eval_count, eval_count
 */
#include "tta/usage.h"

#include "tta/usage_json.h"

#define MOST_TOKENS 1e12
#define MOST_USD 1e6
#define PUSD_PER_USD 1e12

static void take_number(struct json_value value, double factor, double most, int64_t *out)
{
    double number = base_json_number(value);
    if (number >= 0 && number <= most) { /* and not NAN */
        *out = (int64_t)(number * factor + 0.5);
    }
}

static void take_tokens(struct json_value object, const char *key, int64_t *out)
{
    take_number(base_json_member(object, key), 1, MOST_TOKENS, out);
}

static int64_t stated_or_zero(int64_t tokens)
{
    return tokens == TTA_USAGE_UNKNOWN ? 0 : tokens;
}

/* Anthropic counts what the cache held apart; the sum is what others call the prompt. */
static void take_cache(struct json_value usage, struct tta_usage *out)
{
    int64_t input = TTA_USAGE_UNKNOWN, read = TTA_USAGE_UNKNOWN, written = TTA_USAGE_UNKNOWN;
    take_tokens(usage, "input_tokens", &input);
    take_tokens(usage, "cache_read_input_tokens", &read);
    take_tokens(usage, "cache_creation_input_tokens", &written);
    if (input != TTA_USAGE_UNKNOWN) {
        out->prompt_tokens = input + stated_or_zero(read) + stated_or_zero(written);
    }
    if (read != TTA_USAGE_UNKNOWN) {
        out->cached_tokens = read;
    }
}

static void take_usage(struct json_value usage, struct tta_usage *out)
{
    if (base_json_type(usage) != JSON_IS_OBJECT) {
        return; /* of the places where it may be, it is in one */
    }
    take_cache(usage, out);
    take_tokens(usage, "prompt_tokens", &out->prompt_tokens);
    take_tokens(usage, "output_tokens", &out->completion_tokens);
    take_tokens(usage, "completion_tokens", &out->completion_tokens);
    take_tokens(base_json_member(usage, "input_tokens_details"), "cached_tokens", &out->cached_tokens);
    take_tokens(base_json_member(usage, "prompt_tokens_details"), "cached_tokens", &out->cached_tokens);
    take_tokens(base_json_member(usage, "output_tokens_details"), "reasoning_tokens", &out->reasoning_tokens);
    take_tokens(base_json_member(usage, "completion_tokens_details"), "reasoning_tokens", &out->reasoning_tokens);
    take_number(base_json_member(usage, "cost"), PUSD_PER_USD, MOST_USD, &out->cost_pusd);
}

void tta_usage_update(struct tta_usage *usage, struct json_value root)
{
    take_usage(base_json_member(base_json_member(root, "message"), "usage"), usage);
    take_usage(base_json_member(base_json_member(root, "response"), "usage"), usage);
    take_usage(base_json_member(root, "usage"), usage);
    take_tokens(root, "prompt_eval_count", &usage->prompt_tokens);
    take_tokens(root, "eval_count", &usage->completion_tokens);
}

enum tta_status tta_usage_read(const char *text, size_t len, struct tta_usage *out_usage)
{
    struct json json;
    struct json_flaw flaw;
    enum json_outcome outcome = base_json_read((struct str){text, len}, &json, &flaw);
    if (outcome != JSON_READ) {
        return outcome == JSON_NO_MEMORY ? TTA_NO_MEMORY : TTA_BAD_SYNTAX;
    }
    struct tta_usage usage = TTA_USAGE_NONE;
    tta_usage_update(&usage, base_json_root(&json));
    base_json_deinit(&json);
    *out_usage = usage;
    return TTA_OK;
}
