// SPDX-License-Identifier: MIT
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
#include "tta/merge.h"
#include "tta/provider.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct tta_catalogue *parse(enum tta_listing listing, const char *json)
{
    struct tta_catalogue *catalogue = NULL;
    struct tta_error err;
    if (tta_catalogue_parse(listing, json, strlen(json), &catalogue, &err) != TTA_OK) {
        fail_msg("%s: %s", json, err.message);
    }
    return catalogue;
}

static struct tta_catalogue *merge(const struct tta_part *parts, size_t count)
{
    struct tta_catalogue *catalogue = NULL;
    struct tta_error err;
    if (tta_catalogue_merge(parts, count, &catalogue, &err) != TTA_OK) {
        fail_msg("%s", err.message);
    }
    return catalogue;
}

static size_t row_of(const struct tta_catalogue *catalogue, const char *origin, const char *id)
{
    for (size_t row = 0; row < tta_catalogue_count(catalogue); row++) {
        struct tta_model model = tta_catalogue_model(catalogue, row);
        if (strcmp(model.origin, origin) == 0 && strcmp(model.id, id) == 0) {
            return row;
        }
    }
    fail_msg("%s has no %s", origin, id);
    return 0;
}

static const char openai[] = "{\"object\":\"list\",\"data\":[{\"id\":\"gpt-4o\"},{\"id\":\"gpt-new\"}]}";
static const char openrouter[] =
    "{\"data\":[{\"id\":\"openai/gpt-4o\",\"name\":\"OpenAI: GPT-4o\",\"context_length\":128000,"
    "\"pricing\":{\"prompt\":\"0.000003\",\"completion\":\"0.00001\"},\"supported_parameters\":[\"tools\"],"
    "\"benchmarks\":{\"artificial_analysis\":{\"intelligence_index\":41.5}}},"
    "{\"id\":\"openai/gpt-4o:free\",\"pricing\":{\"prompt\":\"0\",\"completion\":\"0\"}},"
    "{\"id\":\"~openai/best\",\"alias_target\":{\"slug\":\"openai/gpt-4o\"}}]}";
static const char litellm[] =
    "{\"gpt-4o\":{\"litellm_provider\":\"openai\",\"input_cost_per_token\":2.5e-06,\"output_cost_per_token\":1e-05,"
    "\"max_input_tokens\":127000,\"max_output_tokens\":16384},"
    "\"groq/llama\":{\"litellm_provider\":\"groq\",\"input_cost_per_token\":1e-7,\"output_cost_per_token\":2e-7},"
    "\"ollama/codellama\":{\"litellm_provider\":\"ollama\",\"input_cost_per_token\":0,\"output_cost_per_token\":0,"
    "\"max_input_tokens\":4096},"
    "\"openrouter/openai/gpt-4o\":{\"litellm_provider\":\"openrouter\",\"input_cost_per_token\":9e-06,"
    "\"output_cost_per_token\":9e-06,\"max_output_tokens\":4000}}";

static void each_fact_comes_from_the_first_list_that_states_it(void **state)
{
    (void)state;
    struct tta_catalogue *of_openai = parse(TTA_LISTING_OPENAI, openai);
    struct tta_catalogue *of_openrouter = parse(TTA_LISTING_OPENROUTER, openrouter);
    struct tta_catalogue *table = parse(TTA_LISTING_LITELLM, litellm);
    const struct tta_part parts[] = {{.catalogue = of_openai}, {.catalogue = of_openrouter},
                                     {.catalogue = table, .facts_only = true}};
    struct tta_catalogue *all = merge(parts, COUNT_OF(parts));
    tta_catalogue_destroy(of_openai); /* nothing of them is needed any more */
    tta_catalogue_destroy(of_openrouter);
    tta_catalogue_destroy(table);
    assert_int_equal(tta_catalogue_count(all), 5); /* a table of facts adds no offers */

    size_t own = row_of(all, "openai", "gpt-4o"), routed = row_of(all, "openrouter", "openai/gpt-4o");
    struct tta_model model = tta_catalogue_model(all, own);
    assert_int_equal(model.prompt_price_pusd, 2500000); /* its own, not that of another offer of the model */
    assert_int_equal(model.context_tokens, 127000);
    assert_int_equal(model.max_completion_tokens, 16384);
    assert_int_equal(model.capabilities, TTA_CAN_TOOLS); /* of the model, wherever it runs */
    assert_true(model.intelligence_index == 41.5);
    assert_string_equal(model.name, "OpenAI: GPT-4o");
    assert_string_equal(tta_catalogue_source(all, own, TTA_FIELD_PROMPT_PRICE), "litellm");
    assert_string_equal(tta_catalogue_source(all, own, TTA_FIELD_CAPABILITIES), "openrouter");
    assert_string_equal(tta_catalogue_source(all, own, TTA_FIELD_EXPIRY), "nowhere");

    model = tta_catalogue_model(all, routed);
    assert_int_equal(model.prompt_price_pusd, 3000000);
    assert_int_equal(model.max_completion_tokens, 4000);
    assert_string_equal(tta_catalogue_source(all, routed, TTA_FIELD_PROMPT_PRICE), "openrouter");
    assert_string_equal(tta_catalogue_source(all, routed, TTA_FIELD_MAX_COMPLETION), "litellm");

    model = tta_catalogue_model(all, row_of(all, "openai", "gpt-new"));
    assert_int_equal(model.prompt_price_pusd, TTA_UNKNOWN);
    assert_string_equal(model.name, "gpt-new");
    tta_catalogue_destroy(all);
}

static void offers_of_one_model_form_a_group(void **state)
{
    (void)state;
    struct tta_catalogue *of_openai = parse(TTA_LISTING_OPENAI, openai);
    struct tta_catalogue *of_openrouter = parse(TTA_LISTING_OPENROUTER, openrouter);
    const struct tta_part parts[] = {{.catalogue = of_openrouter}, {.catalogue = of_openai}};
    struct tta_catalogue *all = merge(parts, COUNT_OF(parts));
    size_t routed = row_of(all, "openrouter", "openai/gpt-4o");
    assert_int_equal(tta_catalogue_group(all, row_of(all, "openai", "gpt-4o")), routed);
    assert_int_equal(tta_catalogue_group(all, row_of(all, "openrouter", "openai/gpt-4o:free")), routed);
    assert_int_equal(tta_catalogue_group(all, row_of(all, "openrouter", "~openai/best")), routed);
    size_t other = row_of(all, "openai", "gpt-new");
    assert_int_equal(tta_catalogue_group(all, other), other);
    tta_catalogue_destroy(all);
    tta_catalogue_destroy(of_openrouter);
    tta_catalogue_destroy(of_openai);
}

static void what_may_be_two_models_is_not_joined(void **state)
{
    (void)state;
    static const char *const ids[] = {"one/chat", "two/chat", "chat", "chat:8b", "one/chat-8b"};
    struct tta_model models[COUNT_OF(ids)];
    struct tta_catalogue *catalogue;
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        models[i] = (struct tta_model){.id = ids[i], .provider = TTA_PROVIDER_OLLAMA};
    }
    assert_int_equal(tta_catalogue_create(models, COUNT_OF(ids), &catalogue, NULL), TTA_OK);
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        assert_int_equal(tta_catalogue_group(catalogue, i), i);
    }
    tta_catalogue_destroy(catalogue);
}

static void two_servers_of_one_protocol_are_told_apart(void **state)
{
    (void)state;
    static const char list[] = "{\"data\":[{\"id\":\"llama\"}]}";
    struct tta_catalogue *groq = parse(TTA_LISTING_COMPATIBLE, list), *home = parse(TTA_LISTING_COMPATIBLE, list);
    struct tta_catalogue *table = parse(TTA_LISTING_LITELLM, litellm);
    const struct tta_part parts[] = {{.catalogue = groq, .origin = "groq"}, {.catalogue = home, .origin = "home"},
                                     {.catalogue = table, .facts_only = true}};
    struct tta_catalogue *all = merge(parts, COUNT_OF(parts));
    assert_int_equal(tta_catalogue_count(all), 2);
    assert_int_equal(tta_catalogue_model(all, row_of(all, "groq", "llama")).prompt_price_pusd, 100000);
    assert_int_equal(tta_catalogue_model(all, row_of(all, "home", "llama")).prompt_price_pusd, TTA_UNKNOWN);
    tta_catalogue_destroy(all);
    tta_catalogue_destroy(table);
    tta_catalogue_destroy(home);
    tta_catalogue_destroy(groq);
}

static void two_answers_of_one_server_complete_each_other(void **state)
{
    (void)state;
    struct tta_catalogue *tags = parse(
        TTA_LISTING_OLLAMA_TAGS,
        "{\"models\":[{\"name\":\"codellama\",\"size\":77,\"details\":{\"quantization_level\":\"Q4_0\"}}]}");
    struct tta_catalogue *shows = parse(TTA_LISTING_OLLAMA_SHOW,
                                        "{\"codellama\":{\"model_info\":{\"general.architecture\":\"llama\","
                                        "\"llama.context_length\":16384,\"general.parameter_count\":7000000000},"
                                        "\"capabilities\":[\"completion\"]}}");
    struct tta_catalogue *table = parse(TTA_LISTING_LITELLM, litellm);
    const struct tta_part parts[] = {{.catalogue = tags}, {.catalogue = shows},
                                     {.catalogue = table, .facts_only = true}};
    struct tta_catalogue *all = merge(parts, COUNT_OF(parts));
    assert_int_equal(tta_catalogue_count(all), 1);
    struct tta_model model = tta_catalogue_model(all, 0);
    assert_int_equal(model.weight_bytes, 77);
    assert_string_equal(model.quantization, "Q4_0");
    assert_int_equal(model.parameter_count, 7000000000);
    assert_int_equal(model.longest_context_tokens, 16384);
    assert_int_equal(model.context_tokens, TTA_UNKNOWN); /* a table does not know how the server runs it */
    assert_int_equal(model.capabilities, TTA_CAN_COMPLETION | TTA_CAN_WRITE_TEXT);
    tta_catalogue_destroy(all);
    tta_catalogue_destroy(table);
    tta_catalogue_destroy(shows);
    tta_catalogue_destroy(tags);
}

static void one_part_alone_stays_as_it_is(void **state)
{
    (void)state;
    struct tta_catalogue *of_openrouter = parse(TTA_LISTING_OPENROUTER, openrouter);
    const struct tta_part part = {.catalogue = of_openrouter};
    struct tta_catalogue *all = merge(&part, 1), *none = merge(NULL, 0);
    assert_int_equal(tta_catalogue_count(none), 0);
    assert_int_equal(tta_catalogue_count(all), tta_catalogue_count(of_openrouter));
    for (size_t row = 0; row < tta_catalogue_count(all); row++) {
        struct tta_model a = tta_catalogue_model(of_openrouter, row), b = tta_catalogue_model(all, row);
        assert_string_equal(a.id, b.id);
        assert_int_equal(a.prompt_price_pusd, b.prompt_price_pusd);
        assert_int_equal(a.context_tokens, b.context_tokens);
        assert_int_equal(a.is_free, b.is_free);
    }
    tta_catalogue_destroy(none);
    tta_catalogue_destroy(all);
    tta_catalogue_destroy(of_openrouter);
}

static void survives_every_refused_allocation(void **state)
{
    (void)state;
    struct tta_catalogue *of_openai = parse(TTA_LISTING_OPENAI, openai);
    struct tta_catalogue *of_openrouter = parse(TTA_LISTING_OPENROUTER, openrouter);
    const struct tta_part parts[] = {{.catalogue = of_openai}, {.catalogue = of_openrouter}};
    bool refused = true;
    for (size_t n = 1; refused; n++) {
        struct tta_catalogue *all = NULL;
        alloc_fault_after(n);
        enum tta_status status = tta_catalogue_merge(parts, COUNT_OF(parts), &all, NULL);
        refused = alloc_fault_happened();
        assert_int_equal(status, refused ? TTA_NO_MEMORY : TTA_OK);
        tta_catalogue_destroy(all);
    }
    tta_catalogue_destroy(of_openai);
    tta_catalogue_destroy(of_openrouter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fact_comes_from_the_first_list_that_states_it),
        cmocka_unit_test(offers_of_one_model_form_a_group),
        cmocka_unit_test(what_may_be_two_models_is_not_joined),
        cmocka_unit_test(two_servers_of_one_protocol_are_told_apart),
        cmocka_unit_test(two_answers_of_one_server_complete_each_other),
        cmocka_unit_test(one_part_alone_stays_as_it_is),
        cmocka_unit_test(survives_every_refused_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
