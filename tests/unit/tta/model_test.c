// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "tta/model.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct tta_price_rule long_prompts[] = {
    {.above_prompt_tokens = 32000, .prompt_price_pusd = 100, .completion_price_pusd = 400},
    {.above_prompt_tokens = 256000, .prompt_price_pusd = 200, .completion_price_pusd = TTA_UNKNOWN},
};

static const struct tta_price_rule nights[] = {
    {.utc_from_minute = 1320, .utc_to_minute = 360, .prompt_price_pusd = 5, .completion_price_pusd = 6},
    {.utc_from_minute = 60, .utc_to_minute = 120, .prompt_price_pusd = 0, .completion_price_pusd = 0},
};

static struct tta_model priced_model(int64_t prompt, int64_t completion, int64_t request)
{
    return (struct tta_model){
        .id = "m", .prompt_price_pusd = prompt, .completion_price_pusd = completion, .request_price_pusd = request};
}

static void a_request_costs_its_tokens_and_its_fee(void **state)
{
    (void)state;
    static const struct {
        int64_t prompt, completion, request, prompt_tokens, completion_tokens, cost;
    } cases[] = {
        {30, 130, 0, 1000, 100, 43000},
        {30, 130, 7, 0, 0, 7},
        {30, 130, TTA_UNKNOWN, 1, 1, 160},
        {0, 0, 0, 1000000, 1000000, 0},
        {TTA_UNKNOWN, 130, 0, 1, 1, TTA_UNKNOWN},
        {30, TTA_UNKNOWN, 0, 1, 1, TTA_UNKNOWN},
        {TTA_UNKNOWN, 130, 0, 0, 1, 130}, /* a price that is not needed may be unknown */
        {TTA_DYNAMIC, TTA_DYNAMIC, 0, 1, 1, TTA_DYNAMIC},
        {TTA_DYNAMIC, TTA_UNKNOWN, 0, 1, 1, TTA_UNKNOWN},
        {30, 130, TTA_DYNAMIC, 1, 1, TTA_DYNAMIC},
        {TTA_MAX_PRICE_PUSD, 0, 0, TTA_MAX_TOKENS, 0, INT64_MAX},
        {TTA_MAX_PRICE_PUSD, TTA_MAX_PRICE_PUSD, TTA_MAX_PRICE_PUSD, 9000, 9000, INT64_MAX},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tta_model model = priced_model(cases[i].prompt, cases[i].completion, cases[i].request);
        const struct tta_request_size size = {.prompt_tokens = cases[i].prompt_tokens,
                                              .completion_tokens = cases[i].completion_tokens};
        int64_t cost = tta_model_cost_pusd(&model, &size);
        if (cost != cases[i].cost) {
            fail_msg("case %zu cost %lld", i, (long long)cost);
        }
    }
}

static void the_last_rule_that_applies_counts(void **state)
{
    (void)state;
    static const struct {
        int64_t prompt_tokens, cost;
    } cases[] = {{32000, 32000 * 30 + 130}, {32001, 32001 * 100 + 400}, {256000, 256000 * 100 + 400},
                 {256001, 256001 * 200 + 400}};
    struct tta_model model = priced_model(30, 130, 0);
    model.price_rules = long_prompts;
    model.price_rule_count = COUNT_OF(long_prompts);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct tta_request_size size = {.prompt_tokens = cases[i].prompt_tokens, .completion_tokens = 1};
        assert_int_equal(tta_model_cost_pusd(&model, &size), cases[i].cost);
    }
}

static void rules_by_the_time_of_the_day_go_over_midnight(void **state)
{
    (void)state;
    static const struct {
        int minute;
        int64_t cost;
    } cases[] = {{0, 11},   {59, 11},   {60, 0},     {119, 0},   {120, 11},
                 {359, 11}, {360, 160}, {1319, 160}, {1320, 11}, {1439, 11}};
    struct tta_model model = priced_model(30, 130, 0);
    model.price_rules = nights;
    model.price_rule_count = COUNT_OF(nights);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct tta_request_size size = {1, 1, cases[i].minute};
        assert_int_equal(tta_model_cost_pusd(&model, &size), cases[i].cost);
    }
}

static void local_is_what_runs_on_hardware_of_ones_own(void **state)
{
    (void)state;
    for (int provider = 0; provider < TTA_PROVIDER_COUNT; provider++) {
        struct tta_model model = {.provider = (enum tta_provider)provider};
        bool is_local = provider == TTA_PROVIDER_LOCAL || provider == TTA_PROVIDER_OLLAMA ||
                        provider == TTA_PROVIDER_LM_STUDIO;
        assert_int_equal(tta_model_is_local(&model), is_local);
        model.is_remote = true;
        assert_false(tta_model_is_local(&model));
    }
}

static void names_what_is_out_of_range(void **state)
{
    (void)state;
    static const struct tta_price_rule free_rule = {0};
    static const struct tta_price_rule bad_rules[] = {
        {.utc_from_minute = 1440}, {.utc_to_minute = -1}, {.prompt_price_pusd = -3}, {.above_prompt_tokens = -1}};
    struct tta_model good = priced_model(0, 0, 0);
    good.is_free = true;
    good.price_rules = &free_rule;
    good.price_rule_count = 1;
    assert_null(tta_model_fault(&good));
    struct tta_model bad[12];
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        bad[i] = good;
    }
    bad[0].request_price_pusd = 1;
    bad[1].price_rules = long_prompts;
    bad[2].price_rule_count = TTA_MAX_PRICE_RULES + 1;
    bad[3].price_rules = NULL;
    bad[4].longest_context_tokens = -2;
    bad[5].expires_unix_s = -1;
    bad[6].parameter_count = TTA_MAX_PARAMETERS + 1;
    bad[7].weight_bytes = -1;
    bad[8].intelligence_index = (double)NAN;
    bad[9].intelligence_index = 100.5;
    bad[10].origin = "\xff";
    bad[11].canonical_id = "\xc0\xaf";
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (!tta_model_fault(&bad[i])) {
            fail_msg("case %zu is said to be good", i);
        }
    }
    for (size_t i = 0; i < COUNT_OF(bad_rules); i++) {
        good.price_rules = &bad_rules[i];
        assert_string_equal(tta_model_fault(&good), "a price rule is out of range");
    }
}

static void of_an_unknown_model_nothing_is_known(void **state)
{
    (void)state;
    struct tta_model model = tta_model_unknown("m", TTA_PROVIDER_CUSTOM);
    const struct tta_request_size size = {1, 1, 0};
    assert_null(tta_model_fault(&model));
    assert_int_equal(tta_model_cost_pusd(&model, &size), TTA_UNKNOWN);
    struct tta_catalogue *catalogue;
    assert_int_equal(tta_catalogue_create(&model, 1, &catalogue, NULL), TTA_OK);
    for (int field = 0; field < TTA_FIELD_COUNT; field++) {
        assert_string_equal(tta_catalogue_source(catalogue, 0, (enum tta_field)field), "nowhere");
    }
    tta_catalogue_destroy(catalogue);
}

static void every_field_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int a = 0; a < TTA_FIELD_COUNT; a++) {
        assert_string_not_equal(tta_field_name((enum tta_field)a), "unknown");
        for (int b = 0; b < a; b++) {
            assert_string_not_equal(tta_field_name((enum tta_field)a), tta_field_name((enum tta_field)b));
        }
    }
    assert_string_equal(tta_field_name(TTA_FIELD_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_costs_its_tokens_and_its_fee),
        cmocka_unit_test(the_last_rule_that_applies_counts),
        cmocka_unit_test(rules_by_the_time_of_the_day_go_over_midnight),
        cmocka_unit_test(local_is_what_runs_on_hardware_of_ones_own),
        cmocka_unit_test(names_what_is_out_of_range),
        cmocka_unit_test(of_an_unknown_model_nothing_is_known),
        cmocka_unit_test(every_field_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
