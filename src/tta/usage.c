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

static void take_tokens(struct json_value value, int64_t *out)
{
    take_number(value, 1, MOST_TOKENS, out);
}

static int64_t stated_or_zero(int64_t tokens)
{
    return tokens == TTA_USAGE_UNKNOWN ? 0 : tokens;
}

/* What stands in an object of usage; an answer has two or three of them. */
enum member {
    INPUT, CACHE_READ, CACHE_WRITTEN, PROMPT, OUTPUT, COMPLETION,
    INPUT_DETAILS, PROMPT_DETAILS, OUTPUT_DETAILS, COMPLETION_DETAILS, COST, MEMBER_COUNT
};
static const struct str keys[MEMBER_COUNT] = {
    [INPUT] = {"input_tokens", 12},
    [CACHE_READ] = {"cache_read_input_tokens", 23},
    [CACHE_WRITTEN] = {"cache_creation_input_tokens", 27},
    [PROMPT] = {"prompt_tokens", 13},
    [OUTPUT] = {"output_tokens", 13},
    [COMPLETION] = {"completion_tokens", 17},
    [INPUT_DETAILS] = {"input_tokens_details", 20},
    [PROMPT_DETAILS] = {"prompt_tokens_details", 21},
    [OUTPUT_DETAILS] = {"output_tokens_details", 21},
    [COMPLETION_DETAILS] = {"completion_tokens_details", 25},
    [COST] = {"cost", 4},
};

/* Anthropic counts what the cache held apart; the sum is what others call the prompt. */
static void take_cache(const struct json_value members[MEMBER_COUNT], struct tta_usage *out)
{
    int64_t input = TTA_USAGE_UNKNOWN, read = TTA_USAGE_UNKNOWN, written = TTA_USAGE_UNKNOWN;
    take_tokens(members[INPUT], &input);
    take_tokens(members[CACHE_READ], &read);
    take_tokens(members[CACHE_WRITTEN], &written);
    if (input != TTA_USAGE_UNKNOWN) {
        out->prompt_tokens = input + stated_or_zero(read) + stated_or_zero(written);
    }
    if (read != TTA_USAGE_UNKNOWN) {
        out->cached_tokens = read;
    }
}

static void take_usage(struct json_value usage, struct tta_usage *out)
{
    struct json_value members[MEMBER_COUNT];
    if (base_json_type(usage) != JSON_IS_OBJECT) {
        return; /* of the places where it may be, it is in one */
    }
    base_json_members(usage, keys, MEMBER_COUNT, members);
    take_cache(members, out);
    take_tokens(members[PROMPT], &out->prompt_tokens);
    take_tokens(members[OUTPUT], &out->completion_tokens);
    take_tokens(members[COMPLETION], &out->completion_tokens);
    take_tokens(base_json_member(members[INPUT_DETAILS], "cached_tokens"), &out->cached_tokens);
    take_tokens(base_json_member(members[PROMPT_DETAILS], "cached_tokens"), &out->cached_tokens);
    take_tokens(base_json_member(members[OUTPUT_DETAILS], "reasoning_tokens"), &out->reasoning_tokens);
    take_tokens(base_json_member(members[COMPLETION_DETAILS], "reasoning_tokens"), &out->reasoning_tokens);
    take_number(members[COST], PUSD_PER_USD, MOST_USD, &out->cost_pusd);
}

void tta_usage_update(struct tta_usage *usage, struct json_value root)
{
    static const struct str places[] = {
        {"message", 7}, {"response", 8}, {"usage", 5}, {"prompt_eval_count", 17}, {"eval_count", 10}};
    struct json_value at[sizeof(places) / sizeof(places[0])];
    base_json_members(root, places, sizeof(places) / sizeof(places[0]), at);
    take_usage(base_json_member(at[0], "usage"), usage);
    take_usage(base_json_member(at[1], "usage"), usage);
    take_usage(at[2], usage);
    take_tokens(at[3], &usage->prompt_tokens);
    take_tokens(at[4], &usage->completion_tokens);
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
