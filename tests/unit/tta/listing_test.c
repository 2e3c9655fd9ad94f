// SPDX-License-Identifier: MIT
/*
 * Every listing, as answers that were recorded or that the providers document
 * (tests/data/listings).  Whole lists of today, which are too large to keep, are
 * read too where a folder of samples lies beside the project.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "base/file.h"
#include "base/json.h"
#include "base/random.h"
#include "tta/model.h"
#include "tta/provider.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static bool read_text(const char *path, struct buf *out)
{
    char reason[BASE_FILE_REASON_BYTES];
    base_buf_init(out, TTA_MAX_CATALOGUE_BYTES);
    return base_file_read(path, out, reason);
}

static void read_sample(const char *name, struct buf *out)
{
    char path[1024];
    (void)snprintf(path, sizeof(path), "%s/listings/%s.json", TEST_DATA, name); /* a cut path is not found */
    if (!read_text(path, out)) {
        fail_msg("%s cannot be read", path);
    }
}

static struct tta_catalogue *load(enum tta_listing listing, const char *name)
{
    struct buf text;
    struct tta_catalogue *catalogue = NULL;
    struct tta_error err;
    read_sample(name, &text);
    if (tta_catalogue_parse(listing, text.ptr, text.len, &catalogue, &err) != TTA_OK) {
        fail_msg("%s: %s", name, err.message);
    }
    base_buf_deinit(&text);
    return catalogue;
}

static struct tta_model find(const struct tta_catalogue *catalogue, const char *id)
{
    size_t row = 0;
    if (tta_catalogue_find(catalogue, id, &row) != TTA_OK) {
        fail_msg("there is no %s", id);
    }
    return tta_catalogue_model(catalogue, row);
}

struct counts {
    size_t models, free, dynamic, unknown;
};

static struct counts count(const struct tta_catalogue *catalogue)
{
    struct counts counts = {.models = tta_catalogue_count(catalogue)};
    for (size_t row = 0; row < counts.models; row++) {
        struct tta_model model = tta_catalogue_model(catalogue, row);
        bool is_dynamic = model.prompt_price_pusd == TTA_DYNAMIC || model.completion_price_pusd == TTA_DYNAMIC;
        bool is_unknown = model.prompt_price_pusd == TTA_UNKNOWN || model.completion_price_pusd == TTA_UNKNOWN;
        counts.free += model.is_free;
        counts.dynamic += is_dynamic;
        counts.unknown += is_unknown && !is_dynamic;
    }
    return counts;
}

static void assert_counts(const char *name, const struct tta_catalogue *catalogue, struct counts wanted)
{
    struct counts got = count(catalogue);
    if (got.models != wanted.models || got.free != wanted.free || got.dynamic != wanted.dynamic ||
        got.unknown != wanted.unknown) {
        fail_msg("%s: %zu models, %zu free, %zu dynamic, %zu unknown", name, got.models, got.free, got.dynamic,
                 got.unknown);
    }
}

static const struct {
    const char *name;
    enum tta_listing listing, detected;
    enum tta_provider provider;
    struct counts counts;
} samples[] = {
    {"openrouter", TTA_LISTING_OPENROUTER, TTA_LISTING_OPENROUTER, TTA_PROVIDER_OPENROUTER, {6, 1, 1, 0}},
    {"openrouter_endpoints", TTA_LISTING_OPENROUTER_ENDPOINTS, TTA_LISTING_OPENROUTER_ENDPOINTS,
     TTA_PROVIDER_OPENROUTER, {2, 0, 0, 0}},
    {"openai", TTA_LISTING_OPENAI, TTA_LISTING_COMPATIBLE, TTA_PROVIDER_OPENAI, {3, 0, 0, 3}},
    {"anthropic", TTA_LISTING_ANTHROPIC, TTA_LISTING_ANTHROPIC, TTA_PROVIDER_ANTHROPIC, {2, 0, 0, 2}},
    {"ollama_tags", TTA_LISTING_OLLAMA_TAGS, TTA_LISTING_OLLAMA_TAGS, TTA_PROVIDER_OLLAMA, {2, 2, 0, 0}},
    {"ollama_tags_2024-04", TTA_LISTING_OLLAMA_TAGS, TTA_LISTING_OLLAMA_TAGS, TTA_PROVIDER_OLLAMA, {7, 7, 0, 0}},
    {"ollama_show", TTA_LISTING_OLLAMA_SHOW, TTA_LISTING_OLLAMA_SHOW, TTA_PROVIDER_OLLAMA, {1, 1, 0, 0}},
    {"lm_studio_v0", TTA_LISTING_LM_STUDIO_V0, TTA_LISTING_LM_STUDIO_V0, TTA_PROVIDER_LM_STUDIO, {3, 3, 0, 0}},
    {"lm_studio_v1", TTA_LISTING_LM_STUDIO_V1, TTA_LISTING_LM_STUDIO_V1, TTA_PROVIDER_LM_STUDIO, {3, 3, 0, 0}},
    {"openai", TTA_LISTING_LM_STUDIO, TTA_LISTING_COMPATIBLE, TTA_PROVIDER_LM_STUDIO, {3, 3, 0, 0}},
    {"compatible", TTA_LISTING_COMPATIBLE, TTA_LISTING_COMPATIBLE, TTA_PROVIDER_CUSTOM, {3, 0, 0, 3}},
    {"litellm", TTA_LISTING_LITELLM, TTA_LISTING_LITELLM, TTA_PROVIDER_OPENAI, {10, 1, 0, 2}},
};

static void reads_and_recognises_every_sample(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct tta_catalogue *catalogue = load(samples[i].listing, samples[i].name);
        assert_counts(samples[i].name, catalogue, samples[i].counts);
        assert_int_equal(tta_catalogue_model(catalogue, 0).provider, samples[i].provider);
        tta_catalogue_destroy(catalogue);

        struct buf text;
        enum tta_listing detected = TTA_LISTING_COUNT;
        read_sample(samples[i].name, &text);
        assert_int_equal(tta_listing_detect(text.ptr, text.len, &detected, NULL), TTA_OK);
        assert_string_equal(tta_listing_name(detected), tta_listing_name(samples[i].detected));
        base_buf_deinit(&text);
    }
}

static void reads_whole_lists_where_there_are_samples(void **state)
{
    (void)state;
    /* Counted in Python over the raw files: OpenRouter's by decimal.Decimal over all strings in "pricing" and its
     * overrides but utc_start and utc_end; LiteLLM's by the numbers with "cost" in their names, all of them
     * zero being unknown but for Ollama's. */
    static const struct {
        const char *path;
        enum tta_listing listing;
        struct counts counts;
        size_t expiring, aliases, rules, rated, moderated;
        int64_t context_sum;
    } files[] = {
        {"openrouter/models_2025-07-20.json", TTA_LISTING_OPENROUTER, {147, 11, 0, 0}, 0, 0, 0, 0, 41, 47271165},
        {"openrouter/models_2026-02-27.json", TTA_LISTING_OPENROUTER, {344, 29, 2, 0}, 9, 0, 0, 0, 72, 81928437},
        {"openrouter/models_2026-08-01.json", TTA_LISTING_OPENROUTER, {336, 17, 5, 0}, 5, 10, 49, 107, 81, 145339738},
        {"litellm/model_prices_2026-07-24.json", TTA_LISTING_LITELLM, {2982, 29, 0, 546}, 92, 0, 145, 0, 0, 695958957},
    };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        char path[1024];
        struct buf text;
        (void)snprintf(path, sizeof(path), "%s/../../../shared/samples/catalogs/%s", TEST_DATA, files[i].path);
        if (!read_text(path, &text)) {
            continue; /* no such folder here */
        }
        struct tta_catalogue *catalogue;
        struct tta_error err;
        if (tta_catalogue_parse(files[i].listing, text.ptr, text.len, &catalogue, &err) != TTA_OK) {
            fail_msg("%s: %s", path, err.message);
        }
        base_buf_deinit(&text);
        assert_counts(files[i].path, catalogue, files[i].counts);
        size_t expiring = 0, aliases = 0, rules = 0, rated = 0, moderated = 0;
        int64_t context_sum = 0;
        for (size_t row = 0; row < tta_catalogue_count(catalogue); row++) {
            struct tta_model model = tta_catalogue_model(catalogue, row);
            expiring += model.expires_unix_s > 0;
            aliases += model.alias_of != NULL;
            rules += model.price_rule_count;
            rated += model.intelligence_index > 0;
            moderated += model.is_moderated;
            context_sum += model.context_tokens > 0 ? model.context_tokens : 0;
        }
        assert_int_equal(expiring, files[i].expiring);
        assert_int_equal(aliases, files[i].aliases);
        assert_int_equal(rules, files[i].rules);
        assert_int_equal(rated, files[i].rated);
        assert_int_equal(moderated, files[i].moderated);
        assert_int_equal(context_sum, files[i].context_sum);
        tta_catalogue_destroy(catalogue);
    }
}

static void openrouter_states_rules_aliases_and_ends(void **state)
{
    (void)state;
    struct tta_catalogue *catalogue = load(TTA_LISTING_OPENROUTER, "openrouter");
    struct tta_model flash = find(catalogue, "qwen/qwen3.7-flash");
    assert_int_equal(flash.price_rule_count, 2);
    assert_int_equal(flash.price_rules[1].above_prompt_tokens, 256000);
    assert_int_equal(flash.price_rules[1].completion_price_pusd, 800000);
    assert_string_equal(flash.canonical_id, "qwen/qwen3.7-flash-20260727");
    const struct tta_request_size size = {.prompt_tokens = 100000, .completion_tokens = 1000};
    assert_int_equal(tta_model_cost_pusd(&flash, &size), INT64_C(100000) * 100000 + INT64_C(1000) * 400000);
    assert_string_equal(find(catalogue, "~x-ai/grok-latest").alias_of, "x-ai/grok-4.5");
    struct tta_model chat = find(catalogue, "openai/gpt-5.3-chat");
    assert_int_equal(chat.expires_unix_s, 1786320000); /* 2026-08-10 */
    assert_true(chat.is_moderated);
    assert_string_equal(chat.origin, "openrouter");
    assert_int_equal(find(catalogue, "openrouter/auto").prompt_price_pusd, TTA_DYNAMIC);
    assert_string_equal(tta_catalogue_source(catalogue, 0, TTA_FIELD_PROMPT_PRICE), "openrouter");
    assert_string_equal(tta_catalogue_source(catalogue, 0, TTA_FIELD_SAFETY), "nowhere");
    tta_catalogue_destroy(catalogue);
}

static void openrouter_refuses_rules_it_cannot_read(void **state)
{
    (void)state;
    static const struct {
        const char *members;
        const char *reason;
    } cases[] = {
        {"\"pricing\":{\"overrides\":{}}", "overrides is not a list"},
        {"\"pricing\":{\"overrides\":[{\"min_prompt_tokens\":-1}]}", "min_prompt_tokens is not a number of tokens"},
        {"\"pricing\":{\"overrides\":[{\"utc_start\":\"8:00\",\"prompt\":\"1\"}]}",
         "utc_start is not a time of the day"},
        {"\"pricing\":{\"overrides\":[{\"utc_end\":\"2561\",\"prompt\":\"1\"}]}", "utc_end is not a time of the day"},
        {"\"pricing\":{\"overrides\":[{\"prompt\":\"much\"}]}", "prompt price is not a number"},
        {"\"expiration_date\":\"soon\"", "expiration_date is not a date: soon"},
        {"\"expiration_date\":20260810", "expiration_date is not a string"},
        {"\"alias_target\":\"x\"", "alias_target is not an object"},
        {"\"top_provider\":{\"is_moderated\":1}", "is_moderated is neither true nor false"},
        {"\"benchmarks\":{\"artificial_analysis\":{\"intelligence_index\":\"high\"}}",
         "intelligence_index is not a number"},
        {"\"benchmarks\":{\"artificial_analysis\":{\"intelligence_index\":101}}",
         "intelligence_index is not a number"},
        {"\"canonical_slug\":\"a\\u0000\"", "canonical_slug is not text"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char json[512];
        struct tta_error err = {0};
        struct tta_catalogue *catalogue = NULL;
        (void)snprintf(json, sizeof(json), "{\"data\":[{\"id\":\"a/b\",%s}]}", cases[i].members); /* has room */
        enum tta_status status = tta_catalogue_parse(TTA_LISTING_OPENROUTER, json, strlen(json), &catalogue, &err);
        if (status != TTA_BAD_SYNTAX || !strstr(err.message, cases[i].reason)) {
            fail_msg("%s gave %s: %s", cases[i].members, tta_status_name(status), err.message);
        }
    }
}

static void endpoints_are_rows_of_their_own_origin(void **state)
{
    (void)state;
    struct tta_catalogue *catalogue = load(TTA_LISTING_OPENROUTER_ENDPOINTS, "openrouter_endpoints");
    struct tta_model vertex = tta_catalogue_model(catalogue, 0), studio = tta_catalogue_model(catalogue, 1);
    assert_string_equal(vertex.id, studio.id);
    assert_string_equal(vertex.origin, "google-vertex");
    assert_string_equal(studio.origin, "google-ai-studio");
    assert_int_equal(vertex.max_completion_tokens, 65535);
    assert_int_equal(studio.max_completion_tokens, 65536);
    assert_int_equal(studio.prompt_price_pusd, 1250000);
    assert_true(studio.capabilities & TTA_CAN_SEE_IMAGES && studio.capabilities & TTA_CAN_STRUCTURED_OUTPUTS);
    tta_catalogue_destroy(catalogue);
}

static void ollama_does_not_state_the_context_of_a_request(void **state)
{
    (void)state;
    struct tta_catalogue *tags = load(TTA_LISTING_OLLAMA_TAGS, "ollama_tags");
    struct tta_model llama = find(tags, "llama3.2:latest");
    assert_int_equal(llama.context_tokens, TTA_UNKNOWN);
    assert_int_equal(llama.parameter_count, 3200000000);
    assert_int_equal(llama.weight_bytes, 2019393189);
    assert_string_equal(llama.quantization, "Q4_K_M");
    assert_true(llama.is_free && tta_model_is_local(&llama));
    tta_catalogue_destroy(tags);
    struct tta_catalogue *shows = load(TTA_LISTING_OLLAMA_SHOW, "ollama_show");
    struct tta_model qwen = find(shows, "qwen3-2to16:latest");
    assert_int_equal(qwen.context_tokens, TTA_UNKNOWN);
    assert_int_equal(qwen.longest_context_tokens, 40960);
    assert_int_equal(qwen.parameter_count, 32762123264);
    assert_int_equal(qwen.context_bytes_per_token, 64 * 8 * (128 + 128) * 2);
    assert_int_equal(qwen.capabilities, TTA_CAN_COMPLETION | TTA_CAN_WRITE_TEXT | TTA_CAN_TOOLS);
    tta_catalogue_destroy(shows);
}

static void a_model_that_ollama_has_run_elsewhere_is_not_free(void **state)
{
    (void)state;
    static const char json[] = "{\"models\":[{\"name\":\"gpt-oss:120b-cloud\",\"remote_host\":\"https://ollama.com\","
                               "\"size\":384}]}";
    struct tta_catalogue *catalogue;
    assert_int_equal(tta_catalogue_parse(TTA_LISTING_OLLAMA_TAGS, json, strlen(json), &catalogue, NULL), TTA_OK);
    struct tta_model model = tta_catalogue_model(catalogue, 0);
    assert_false(model.is_free || tta_model_is_local(&model));
    assert_int_equal(model.prompt_price_pusd, TTA_UNKNOWN);
    tta_catalogue_destroy(catalogue);
}

static void lm_studio_states_the_context_of_what_is_loaded(void **state)
{
    (void)state;
    struct tta_catalogue *v1 = load(TTA_LISTING_LM_STUDIO_V1, "lm_studio_v1");
    struct tta_model gemma = find(v1, "google/gemma-4-26b-a4b"), deepseek = find(v1, "deepseek-r1");
    assert_int_equal(gemma.context_tokens, 4096);
    assert_int_equal(gemma.longest_context_tokens, 262144);
    assert_int_equal(gemma.parameter_count, 26000000000);
    assert_int_equal(gemma.capabilities,
                     TTA_CAN_WRITE_TEXT | TTA_CAN_SEE_IMAGES | TTA_CAN_TOOLS | TTA_CAN_REASONING);
    assert_int_equal(deepseek.context_tokens, TTA_UNKNOWN);
    assert_int_equal(tta_catalogue_model(v1, 2).capabilities, TTA_CAN_EMBED);
    tta_catalogue_destroy(v1);
    struct tta_catalogue *v0 = load(TTA_LISTING_LM_STUDIO_V0, "lm_studio_v0");
    assert_int_equal(find(v0, "qwen2-vl-7b-instruct").capabilities, TTA_CAN_WRITE_TEXT | TTA_CAN_SEE_IMAGES);
    assert_int_equal(find(v0, "meta-llama-3.1-8b-instruct").longest_context_tokens, 131072);
    tta_catalogue_destroy(v0);
}

static void a_local_server_may_have_no_models(void **state)
{
    (void)state;
    static const struct {
        enum tta_listing listing;
        const char *json;
        enum tta_status status;
    } cases[] = {
        {TTA_LISTING_OLLAMA_TAGS, "{\"models\":[]}", TTA_OK},
        {TTA_LISTING_OLLAMA_TAGS, "{\"models\":null}", TTA_BAD_SYNTAX},
        {TTA_LISTING_OLLAMA_SHOW, "{}", TTA_OK},
        {TTA_LISTING_LM_STUDIO_V0, "{\"data\":[]}", TTA_OK},
        {TTA_LISTING_LM_STUDIO_V1, "{\"models\":[]}", TTA_OK},
        {TTA_LISTING_LM_STUDIO, "{\"data\":[]}", TTA_OK},
        {TTA_LISTING_OPENAI, "{\"data\":[]}", TTA_BAD_SYNTAX},
        {TTA_LISTING_ANTHROPIC, "{\"data\":[],\"has_more\":false}", TTA_BAD_SYNTAX},
        {TTA_LISTING_COMPATIBLE, "{\"data\":[]}", TTA_BAD_SYNTAX},
        {TTA_LISTING_OPENROUTER_ENDPOINTS, "{\"data\":{\"id\":\"a\",\"endpoints\":[]}}", TTA_BAD_SYNTAX},
        {TTA_LISTING_LITELLM, "{\"sample_spec\":{\"litellm_provider\":\"x\"}}", TTA_BAD_SYNTAX},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tta_catalogue *catalogue = NULL;
        enum tta_status status =
            tta_catalogue_parse(cases[i].listing, cases[i].json, strlen(cases[i].json), &catalogue, NULL);
        if (status != cases[i].status) {
            fail_msg("%s gave %s", cases[i].json, tta_status_name(status));
        }
        tta_catalogue_destroy(catalogue);
    }
}

static void litellm_states_prices_of_many_providers(void **state)
{
    (void)state;
    struct tta_catalogue *catalogue = load(TTA_LISTING_LITELLM, "litellm");
    struct tta_model gpt = find(catalogue, "gpt-4o");
    assert_int_equal(gpt.provider, TTA_PROVIDER_OPENAI);
    assert_int_equal(gpt.prompt_price_pusd, 2500000);
    assert_int_equal(gpt.completion_price_pusd, 10000000);
    assert_int_equal(gpt.context_tokens, 128000);
    assert_int_equal(gpt.max_completion_tokens, 16384);
    assert_int_equal(find(catalogue, "anthropic/claude-sonnet-4").provider, TTA_PROVIDER_OPENROUTER);
    assert_true(find(catalogue, "codellama").is_free);
    struct tta_model azure = find(catalogue, "azure/gpt-5.5-pro"), qwen = find(catalogue, "dashscope/qwen-flash");
    assert_string_equal(azure.origin, "azure");
    assert_int_equal(azure.price_rule_count, 1);
    assert_int_equal(azure.price_rules[0].above_prompt_tokens, 272000);
    assert_int_equal(azure.price_rules[0].completion_price_pusd, 270000000);
    assert_int_equal(qwen.prompt_price_pusd, 50000);
    assert_int_equal(qwen.price_rules[0].above_prompt_tokens, 256000);
    assert_int_equal(find(catalogue, "text-embedding-3-small").capabilities, TTA_CAN_EMBED);
    /* Zeroes everywhere are a price that nobody looked up, but for what runs on one's own hardware. */
    struct tta_model together = find(catalogue, "together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo-Free");
    assert_false(together.is_free);
    assert_int_equal(together.prompt_price_pusd, TTA_UNKNOWN);
    tta_catalogue_destroy(catalogue);
}

static void litellm_forgives_a_slip_of_the_pen(void **state)
{
    (void)state;
    static const char json[] =
        "{\"a\":{\"litellm_provider\":\"x\",\"input_cost_per_token\":\"cheap\",\"output_cost_per_token\":-1,"
        "\"max_input_tokens\":\"many\",\"max_output_tokens\":1.5,\"deprecation_date\":\"soon\",\"mode\":7,"
        "\"supports_vision\":\"yes\",\"input_cost_per_token_above_99999999999999999k_tokens\":1},"
        "\"b\":{\"litellm_provider\":\"x\",\"input_cost_per_token\":1e-6,\"output_cost_per_token\":0},"
        "\"c\":7,\"d\":null,\"e\":{\"litellm_provider\":null}}";
    struct tta_catalogue *catalogue;
    assert_int_equal(tta_catalogue_parse(TTA_LISTING_LITELLM, json, strlen(json), &catalogue, NULL), TTA_OK);
    assert_int_equal(tta_catalogue_count(catalogue), 2);
    struct tta_model a = tta_catalogue_model(catalogue, 0), b = tta_catalogue_model(catalogue, 1);
    assert_int_equal(a.prompt_price_pusd, TTA_UNKNOWN);
    assert_int_equal(a.completion_price_pusd, TTA_UNKNOWN);
    assert_int_equal(a.context_tokens, TTA_UNKNOWN);
    assert_int_equal(a.max_completion_tokens, TTA_UNKNOWN);
    assert_int_equal(a.capabilities, 0);
    assert_int_equal(a.price_rule_count, 0);
    assert_int_equal(a.expires_unix_s, 0);
    assert_int_equal(b.prompt_price_pusd, 1000000);
    tta_catalogue_destroy(catalogue);
}

static void servers_of_one_protocol_state_limits_in_their_own_words(void **state)
{
    (void)state;
    struct tta_catalogue *catalogue = load(TTA_LISTING_COMPATIBLE, "compatible");
    assert_int_equal(find(catalogue, "llama-3.1-8b-instant").context_tokens, 131072);
    assert_int_equal(find(catalogue, "llama-3.1-8b-instant").max_completion_tokens, 131072);
    assert_int_equal(find(catalogue, "meta-llama/Llama-3.1-8B-Instruct").context_tokens, 8192);
    assert_int_equal(find(catalogue, "default").context_tokens, TTA_UNKNOWN);
    tta_catalogue_destroy(catalogue);
}

static void recognises_nothing_in_what_is_no_list(void **state)
{
    (void)state;
    static const char *const texts[] = {"{}", "[]", "{\"error\":{\"code\":401}}", "{\"data\":null}", "{\"models\":7}"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        enum tta_listing listing = TTA_LISTING_COUNT;
        assert_int_equal(tta_listing_detect(texts[i], strlen(texts[i]), &listing, NULL), TTA_NOT_FOUND);
        assert_int_equal(listing, TTA_LISTING_COUNT);
    }
    enum tta_listing listing;
    struct tta_error err;
    assert_int_equal(tta_listing_detect("<html>", 6, &listing, &err), TTA_BAD_SYNTAX);
    assert_int_equal(err.line, 1);
}

/* The value of a number within a JSON value, counted in the order of the text; `*left` counts down. */
static struct json_value value_at(struct json_value value, size_t *left)
{
    if (*left == 0) {
        return value;
    }
    for (struct json_value at = base_json_first(value); at.json; at = base_json_next(value, at)) {
        --*left;
        struct json_value found = value_at(at, left);
        if (found.json) {
            return found;
        }
    }
    return (struct json_value){NULL, 0};
}

/* The text with one of its values replaced. */
static void replace_a_value(struct str text, uint64_t *random, struct buf *out)
{
    static const char *const replacements[] = {
        "null", "true", "0", "-1", "1.5", "1e400", "NaN", "99999999999999999999", "[]", "{}", "[null]", "[{}]",
        "[1,\"x\"]", "{\"id\":\"x\"}", "\"\"", "\"-1\"", "\"0\"", "\"1e-30\"", "\"1e999\"", "\"text\"",
        "\"2026-08-10\"", "\"a\\u0000b\"", "\"\\udc80\"",
    };
    struct json json;
    struct json_flaw flaw;
    assert_int_equal(base_json_read(text, &json, &flaw), JSON_READ);
    struct json_value found = {NULL, 0};
    while (!found.json) {
        size_t left = (size_t)base_random_below(random, json.node_count);
        found = value_at(base_json_root(&json), &left);
    }
    struct str old = base_json_raw(found);
    base_buf_add(out, (struct str){text.ptr, (size_t)(old.ptr - text.ptr)});
    base_buf_add_cstr(out, replacements[base_random_below(random, COUNT_OF(replacements))]);
    base_buf_add(out, (struct str){old.ptr + old.len, text.len - (size_t)(old.ptr + old.len - text.ptr)});
    base_json_deinit(&json);
}

static void a_value_of_another_kind_is_refused_or_read_in_range(void **state)
{
    (void)state;
    uint64_t random = 20261129;
    size_t read = 0, refused = 0;
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct buf text;
        read_sample(samples[i].name, &text);
        for (int round = 0; round < 1000; round++) {
            struct buf once, twice;
            struct tta_catalogue *catalogue = NULL;
            struct tta_error err = {0};
            base_buf_init(&once, TTA_MAX_CATALOGUE_BYTES);
            base_buf_init(&twice, TTA_MAX_CATALOGUE_BYTES);
            replace_a_value(base_buf_str(&text), &random, &once);
            bool is_still_json = once.len > 0 && (once.ptr[0] == '{' || once.ptr[0] == '[');
            if (is_still_json && round % 2 == 0) {
                replace_a_value(base_buf_str(&once), &random, &twice);
            }
            const struct buf *mutated = twice.len > 0 ? &twice : &once;
            enum tta_status status =
                tta_catalogue_parse(samples[i].listing, mutated->ptr, mutated->len, &catalogue, &err);
            assert_int_equal(catalogue != NULL, status == TTA_OK); /* all of it or nothing */
            assert_int_equal(err.status, status);
            for (size_t row = 0; catalogue && row < tta_catalogue_count(catalogue); row++) {
                struct tta_model model = tta_catalogue_model(catalogue, row);
                if (tta_model_fault(&model)) {
                    fail_msg("%s: %s", base_buf_cstr(mutated), tta_model_fault(&model));
                }
            }
            read += status == TTA_OK;
            refused += status != TTA_OK;
            tta_catalogue_destroy(catalogue);
            base_buf_deinit(&once);
            base_buf_deinit(&twice);
        }
        base_buf_deinit(&text);
    }
    assert_true(read > 1000 && refused > 1000); /* both do happen */
}

static void every_prefix_of_every_sample_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct buf text;
        read_sample(samples[i].name, &text);
        size_t len = base_str_trim(base_buf_str(&text)).len;
        for (size_t cut = 0; cut < len; cut++) {
            char *copy = malloc(cut + 1); /* of its own size, so that a sanitizer sees a byte too far */
            struct tta_catalogue *catalogue = NULL;
            assert_non_null(copy);
            memcpy(copy, text.ptr, cut);
            assert_int_equal(tta_catalogue_parse(samples[i].listing, copy, cut, &catalogue, NULL), TTA_BAD_SYNTAX);
            free(copy);
        }
        base_buf_deinit(&text);
    }
}

static void every_refused_allocation_leaves_nothing_behind(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct buf text;
        read_sample(samples[i].name, &text);
        bool refused = true;
        for (size_t n = 1; refused; n++) {
            struct tta_catalogue *catalogue = NULL;
            struct tta_error err = {0};
            alloc_fault_after(n);
            enum tta_status status =
                tta_catalogue_parse(samples[i].listing, text.ptr, text.len, &catalogue, &err);
            refused = alloc_fault_happened();
            assert_int_equal(status, refused ? TTA_NO_MEMORY : TTA_OK);
            assert_int_equal(err.status, status);
            tta_catalogue_destroy(catalogue);
        }
        base_buf_deinit(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_recognises_every_sample),
        cmocka_unit_test(reads_whole_lists_where_there_are_samples),
        cmocka_unit_test(openrouter_states_rules_aliases_and_ends),
        cmocka_unit_test(openrouter_refuses_rules_it_cannot_read),
        cmocka_unit_test(endpoints_are_rows_of_their_own_origin),
        cmocka_unit_test(ollama_does_not_state_the_context_of_a_request),
        cmocka_unit_test(a_model_that_ollama_has_run_elsewhere_is_not_free),
        cmocka_unit_test(lm_studio_states_the_context_of_what_is_loaded),
        cmocka_unit_test(a_local_server_may_have_no_models),
        cmocka_unit_test(litellm_states_prices_of_many_providers),
        cmocka_unit_test(litellm_forgives_a_slip_of_the_pen),
        cmocka_unit_test(servers_of_one_protocol_state_limits_in_their_own_words),
        cmocka_unit_test(recognises_nothing_in_what_is_no_list),
        cmocka_unit_test(a_value_of_another_kind_is_refused_or_read_in_range),
        cmocka_unit_test(every_prefix_of_every_sample_is_refused),
        cmocka_unit_test(every_refused_allocation_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
