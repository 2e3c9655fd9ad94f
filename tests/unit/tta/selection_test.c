// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "base/file.h"
#include "tta/provider.h"
#include "tta/selection.h"
#include "unit/tta/random_models.h"

/* A model that states everything; tests change what they are about. */
static struct tta_model good_model(const char *id)
{
    return (struct tta_model){
        .id = id,
        .provider = TTA_PROVIDER_CUSTOM,
        .prompt_price_pusd = 1000000,
        .completion_price_pusd = 2000000,
        .context_tokens = 100000,
        .max_completion_tokens = 4096,
        .capabilities = TTA_CAN_TOOLS | TTA_CAN_WRITE_TEXT,
        .safety_score = 8,
        .performance_score = 6,
    };
}

struct fixture {
    struct tta_catalogue *catalogue;
    struct tta_selector *selector;
};

static struct fixture select_from(const struct tta_model *models, size_t count, const struct tta_criteria *criteria)
{
    struct fixture fixture;
    struct tta_error err;
    if (tta_catalogue_create(models, count, &fixture.catalogue, &err) != TTA_OK ||
        tta_selector_create(fixture.catalogue, criteria, &fixture.selector, &err) != TTA_OK) {
        fail_msg("%s", err.message);
    }
    return fixture;
}

static void release(struct fixture *fixture)
{
    tta_selector_destroy(fixture->selector);
    tta_catalogue_destroy(fixture->catalogue);
}

static struct tta_criteria criteria_of(enum tta_rules rules)
{
    struct tta_criteria criteria = tta_criteria_defaults();
    criteria.rules = rules;
    return criteria;
}

/* The verdict on a single model, having checked that every call agrees with it. */
static struct tta_verdict judge(const struct tta_model *model, enum tta_rules rules,
                                const struct tta_requirements *requirements)
{
    struct tta_criteria criteria = criteria_of(rules);
    struct fixture fixture = select_from(model, 1, &criteria);
    struct tta_verdict verdict;
    struct tta_choice choice;
    tta_explain(fixture.selector, requirements, &verdict);
    bool fits = verdict.reason == TTA_REASON_FITS;
    assert_int_equal(tta_fits(fixture.selector, requirements, 0), fits);
    assert_int_equal(tta_select(fixture.selector, requirements, &choice), fits ? TTA_OK : TTA_NO_MODEL);
    release(&fixture);
    return verdict;
}

struct expectation {
    const char *what;
    struct tta_requirements requirements;
    enum tta_reason reason;
};

static void check_expectations(const struct tta_model *model, enum tta_rules rules, const struct expectation *cases,
                               size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum tta_reason reason = judge(model, rules, &cases[i].requirements).reason;
        if (reason != cases[i].reason) {
            fail_msg("%s: wanted %s, got %s", cases[i].what, tta_reason_name(cases[i].reason), tta_reason_name(reason));
        }
    }
}

static void each_requirement_decides_at_its_limit(void **state)
{
    (void)state;
    static const struct expectation cases[] = {
        {"nothing", {0}, TTA_REASON_FITS},
        {"latency 5000/6 rounded up", {.has_max_latency = true, .max_latency_ms = 834}, TTA_REASON_FITS},
        {"latency 5000/6 rounded down", {.has_max_latency = true, .max_latency_ms = 833}, TTA_REASON_LATENCY},
        {"latency 0 is a limit", {.has_max_latency = true}, TTA_REASON_LATENCY},
        {"latency without its flag", {.max_latency_ms = 1}, TTA_REASON_FITS},
        {"prompt price met", {.has_max_prompt_price = true, .max_prompt_price_pusd = 1000000}, TTA_REASON_FITS},
        {"prompt price missed",
         {.has_max_prompt_price = true, .max_prompt_price_pusd = 999999},
         TTA_REASON_PROMPT_PRICE},
        {"prompt price 0 is a limit", {.has_max_prompt_price = true}, TTA_REASON_PROMPT_PRICE},
        {"completion price met",
         {.has_max_completion_price = true, .max_completion_price_pusd = 2000000},
         TTA_REASON_FITS},
        {"completion price missed",
         {.has_max_completion_price = true, .max_completion_price_pusd = 1999999},
         TTA_REASON_COMPLETION_PRICE},
        {"the compat limit is not read", {.compat_max_cost_per_token = 1e-300}, TTA_REASON_FITS},
        {"free only", {.free_only = true}, TTA_REASON_NOT_FREE},
        {"quality met", {.has_min_quality = true, .min_quality = 6}, TTA_REASON_FITS},
        {"quality missed", {.has_min_quality = true, .min_quality = 6.000001}, TTA_REASON_QUALITY},
        {"safety met", {.safety_required = true}, TTA_REASON_FITS},
        {"context met", {.min_context_tokens = 100000}, TTA_REASON_FITS},
        {"context missed", {.min_context_tokens = 100001}, TTA_REASON_CONTEXT},
        {"negative context", {.min_context_tokens = -1}, TTA_REASON_FITS},
        {"capabilities met", {.capabilities = TTA_CAN_TOOLS | TTA_CAN_WRITE_TEXT}, TTA_REASON_FITS},
        {"one of two missing", {.capabilities = TTA_CAN_TOOLS | TTA_CAN_SEED}, TTA_REASON_CAPABILITIES},
        {"a bit without a name", {.capabilities = UINT64_C(1) << 63}, TTA_REASON_CAPABILITIES},
        {"first of several misses",
         {.has_min_quality = true, .min_quality = 9, .min_context_tokens = INT64_MAX, .free_only = true},
         TTA_REASON_NOT_FREE},
    };
    struct tta_model model = good_model("m");
    check_expectations(&model, TTA_RULES_DEFAULT, cases, COUNT_OF(cases));
}

static void safety_is_judged_by_the_minimum(void **state)
{
    (void)state;
    const struct tta_requirements required = {.safety_required = true};
    struct tta_model model = good_model("m");
    model.safety_score = 7;
    assert_int_equal(judge(&model, TTA_RULES_DEFAULT, &required).reason, TTA_REASON_FITS);
    model.safety_score = 6.999;
    assert_int_equal(judge(&model, TTA_RULES_DEFAULT, &required).reason, TTA_REASON_SAFETY);
    model.safety_score = 0;
    assert_int_equal(judge(&model, TTA_RULES_DEFAULT, &required).reason, TTA_REASON_SAFETY);
}

static void an_unknown_value_fails_a_limit_unless_it_may_pass(void **state)
{
    (void)state;
    static const struct expectation cases[] = {
        {"latency", {.has_max_latency = true, .max_latency_ms = 100000}, TTA_REASON_LATENCY},
        {"prompt price",
         {.has_max_prompt_price = true, .max_prompt_price_pusd = INT64_MAX},
         TTA_REASON_PROMPT_PRICE},
        {"completion price",
         {.has_max_completion_price = true, .max_completion_price_pusd = INT64_MAX},
         TTA_REASON_COMPLETION_PRICE},
        {"quality", {.has_min_quality = true}, TTA_REASON_QUALITY},
        {"safety", {.safety_required = true}, TTA_REASON_SAFETY},
        {"context", {.min_context_tokens = 1}, TTA_REASON_CONTEXT},
    };
    struct tta_model model = good_model("m");
    model.prompt_price_pusd = model.completion_price_pusd = TTA_UNKNOWN;
    model.context_tokens = TTA_UNKNOWN;
    model.safety_score = model.performance_score = TTA_SCORE_UNKNOWN;
    check_expectations(&model, TTA_RULES_DEFAULT, cases, COUNT_OF(cases));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tta_requirements lenient = cases[i].requirements;
        lenient.unknown_passes = true;
        assert_int_equal(judge(&model, TTA_RULES_DEFAULT, &lenient).reason, TTA_REASON_FITS);
    }
}

static void a_dynamic_price_fails_every_price_limit(void **state)
{
    (void)state;
    struct tta_model model = good_model("m");
    model.prompt_price_pusd = TTA_DYNAMIC;
    const struct tta_requirements requirements = {
        .has_max_prompt_price = true, .max_prompt_price_pusd = INT64_MAX, .unknown_passes = true};
    assert_int_equal(judge(&model, TTA_RULES_DEFAULT, &requirements).reason, TTA_REASON_PROMPT_PRICE);
    model = good_model("m");
    model.completion_price_pusd = TTA_DYNAMIC;
    assert_int_equal(judge(&model, TTA_RULES_DEFAULT, &requirements).reason, TTA_REASON_FITS);
}

static void a_score_of_nothing_is_no_choice(void **state)
{
    (void)state;
    struct tta_model model = good_model("m");
    struct tta_criteria criteria = {.rules = TTA_RULES_DEFAULT};
    struct fixture fixture = select_from(&model, 1, &criteria);
    struct tta_requirements requirements = {.task = TTA_TASK_GENERAL_CHAT};
    struct tta_verdict verdict;
    tta_explain(fixture.selector, &requirements, &verdict);
    assert_int_equal(verdict.reason, TTA_REASON_SCORE);
    assert_true(verdict.score.total == 0);
    assert_false(tta_fits(fixture.selector, &requirements, 0));
    struct tta_choice choice = {.row = 77};
    assert_int_equal(tta_select(fixture.selector, &requirements, &choice), TTA_NO_MODEL);
    assert_int_equal(choice.row, 77);
    requirements.capabilities = TTA_CAN_SEED; /* a requirement is the more telling reason */
    tta_explain(fixture.selector, &requirements, &verdict);
    assert_int_equal(verdict.reason, TTA_REASON_CAPABILITIES);
    assert_int_equal(verdict.missing, TTA_CAN_SEED);
    release(&fixture);
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-12;
}

static void default_scores_are_what_the_header_says(void **state)
{
    (void)state;
    /* Expected prices 3 x prompt + completion: 4, 40, 400, 0, two that are not known, and 0. */
    struct tta_model models[] = {good_model("cheap"),  good_model("middle"),  good_model("anthropic/claude"),
                                 good_model("free"),   good_model("dynamic"), good_model("unknown"),
                                 good_model("by request")};
    for (size_t i = 0; i < COUNT_OF(models); i++) {
        models[i].prompt_price_pusd = i == 0 ? 1 : i == 1 ? 13 : i == 2 ? 100 : 0;
        models[i].completion_price_pusd = i == 0 || i == 1 ? 1 : i == 2 ? 100 : 0;
    }
    models[3].is_free = true;
    models[3].provider = TTA_PROVIDER_LOCAL;
    models[4].prompt_price_pusd = TTA_DYNAMIC;
    models[4].safety_score = models[4].performance_score = TTA_SCORE_UNKNOWN;
    models[4].capabilities = TTA_CAN_CREATIVE_WRITING | TTA_CAN_LONG_FORM | TTA_CAN_LOGIC;
    models[5].completion_price_pusd = TTA_UNKNOWN;
    struct tta_criteria criteria = tta_criteria_defaults();
    criteria.prefer_local = true;
    struct fixture fixture = select_from(models, COUNT_OF(models), &criteria);
    const struct tta_requirements requirements = {.task = TTA_TASK_NARRATIVE_GENERATION};
    struct tta_verdict verdicts[COUNT_OF(models)];
    tta_explain(fixture.selector, &requirements, verdicts);
    static const struct tta_score wanted[] = {
        {.performance = 1.8, .safety = 3.2, .cost = 3.0, .total = 8.0},
        {.performance = 1.8, .safety = 3.2, .cost = 1.5, .total = 6.5},
        {.performance = 1.8, .safety = 3.2, .cost = 0.0, .total = 5.0},
        {.performance = 1.8, .safety = 3.2, .cost = 3.0, .preference = 2.0, .total = 10.0},
        {.performance = 1.5, .safety = 2.0, .cost = 0.0, .task = 1.0, .total = 4.5},
        {.performance = 1.8, .safety = 3.2, .cost = 0.0, .total = 5.0},
        {.performance = 1.8, .safety = 3.2, .cost = 3.0, .total = 8.0},
    };
    for (size_t i = 0; i < COUNT_OF(models); i++) {
        const struct tta_score *score = &verdicts[i].score;
        if (!near(score->performance, wanted[i].performance) || !near(score->safety, wanted[i].safety) ||
            !near(score->cost, wanted[i].cost) || !near(score->task, wanted[i].task) || score->family != 0 ||
            !near(score->preference, wanted[i].preference) || !near(score->total, wanted[i].total)) {
            fail_msg("%s: %g + %g + %g + %g + %g + %g = %g", models[i].id, score->performance, score->safety,
                     score->cost, score->task, score->family, score->preference, score->total);
        }
    }
    release(&fixture);
}

static void models_of_one_price_are_all_the_cheapest(void **state)
{
    (void)state;
    const struct tta_model models[] = {good_model("a"), good_model("b")};
    struct tta_criteria criteria = tta_criteria_defaults();
    struct fixture fixture = select_from(models, 2, &criteria);
    struct tta_verdict verdicts[2];
    tta_explain(fixture.selector, &(struct tta_requirements){0}, verdicts);
    assert_true(verdicts[0].score.cost == 3.0 && verdicts[1].score.cost == 3.0);
    release(&fixture);
}

static void compat_reads_zero_as_not_given(void **state)
{
    (void)state;
    static const struct expectation cases[] = {
        {"no limit of latency", {.has_max_latency = true}, TTA_REASON_FITS},
        {"no limit of quality", {.has_min_quality = true}, TTA_REASON_FITS},
        {"a limit of latency", {.has_max_latency = true, .max_latency_ms = 833}, TTA_REASON_LATENCY},
        {"a limit of quality", {.has_min_quality = true, .min_quality = 6.1}, TTA_REASON_QUALITY},
        {"limits without their flags", {.max_latency_ms = 1, .min_quality = 10}, TTA_REASON_FITS},
        {"price limits are not read",
         {.has_max_prompt_price = true, .has_max_completion_price = true},
         TTA_REASON_FITS},
        {"cost met", {.compat_max_cost_per_token = 1.5e-6}, TTA_REASON_FITS}, /* (1e-6 + 2e-6) / 2 */
        {"cost missed", {.compat_max_cost_per_token = 1.4999e-6}, TTA_REASON_COST},
        {"free only", {.free_only = true}, TTA_REASON_NOT_FREE},
        {"context missed", {.min_context_tokens = 100001, .safety_required = true}, TTA_REASON_CONTEXT},
        {"capability missed", {.capabilities = TTA_CAN_SEED, .safety_required = true}, TTA_REASON_CAPABILITIES},
    };
    struct tta_model model = good_model("m");
    check_expectations(&model, TTA_RULES_COMPAT, cases, COUNT_OF(cases));

    static const struct expectation lenient[] = {
        {"latency", {.has_max_latency = true, .max_latency_ms = 1}, TTA_REASON_FITS},
        {"quality", {.has_min_quality = true, .min_quality = 10}, TTA_REASON_FITS},
        {"cost", {.compat_max_cost_per_token = 1e-300}, TTA_REASON_FITS},
        {"context", {.min_context_tokens = INT64_MAX}, TTA_REASON_FITS},
        {"free", {.free_only = true}, TTA_REASON_FITS},
    };
    model.performance_score = 0;
    model.context_tokens = 0;
    model.prompt_price_pusd = model.completion_price_pusd = 0; /* is_free is not set, and not read */
    check_expectations(&model, TTA_RULES_COMPAT, lenient, COUNT_OF(lenient));
    model.performance_score = TTA_SCORE_UNKNOWN;
    model.context_tokens = TTA_UNKNOWN;
    model.prompt_price_pusd = TTA_UNKNOWN;
    check_expectations(&model, TTA_RULES_COMPAT, lenient, COUNT_OF(lenient) - 1);
    assert_int_equal(judge(&model, TTA_RULES_COMPAT, &lenient[COUNT_OF(lenient) - 1].requirements).reason,
                     TTA_REASON_NOT_FREE);
}

static void compat_waives_context_and_capabilities_where_safety_is_unknown(void **state)
{
    (void)state;
    const struct tta_requirements required = {
        .safety_required = true, .min_context_tokens = INT64_MAX, .capabilities = TTA_CAN_SEED};
    const struct tta_requirements not_required = {.capabilities = TTA_CAN_SEED};
    for (int provider = 0; provider < TTA_PROVIDER_COUNT; provider++) {
        struct tta_model model = good_model("m");
        model.provider = (enum tta_provider)provider;
        model.safety_score = TTA_SCORE_UNKNOWN;
        bool hosted = provider == TTA_PROVIDER_OPENROUTER || provider == TTA_PROVIDER_CUSTOM ||
                      provider == TTA_PROVIDER_OPENAI || provider == TTA_PROVIDER_ANTHROPIC;
        assert_int_equal(judge(&model, TTA_RULES_COMPAT, &required).reason,
                         hosted ? TTA_REASON_FITS : TTA_REASON_SAFETY);
        assert_int_equal(judge(&model, TTA_RULES_COMPAT, &not_required).reason, TTA_REASON_CAPABILITIES);
        model.safety_score = 9;
        assert_int_equal(judge(&model, TTA_RULES_COMPAT, &required).reason, TTA_REASON_CONTEXT);
        model.safety_score = 0; /* known, and below the minimum */
        assert_int_equal(judge(&model, TTA_RULES_COMPAT, &required).reason, TTA_REASON_SAFETY);
    }
}

static void compat_favours_families_by_their_names(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        enum tta_task task;
        double points;
    } cases[] = {
        {"anthropic/claude-3-opus", TTA_TASK_NARRATIVE_GENERATION, 2.0},
        {"x/META-LLAMA/Llama-3.1-70b", TTA_TASK_NARRATIVE_GENERATION, 1.5},
        {"qwen/qwen2.5-72b", TTA_TASK_NARRATIVE_GENERATION, 1.0},
        {"openai/gpt-4o", TTA_TASK_NARRATIVE_GENERATION, 0.0},
        {"anthropic/claude-3-opus", TTA_TASK_THERAPEUTIC_RESPONSE, 2.5},
        {"openai/gpt-4o", TTA_TASK_THERAPEUTIC_RESPONSE, 2.0},
        {"meta-llama/llama-3.1-8b", TTA_TASK_THERAPEUTIC_RESPONSE, 1.0},
        {"meta-llama/llama-3.1-8b", TTA_TASK_DIALOGUE_GENERATION, 2.0},
        {"anthropic/claude-3-opus", TTA_TASK_DIALOGUE_GENERATION, 1.5},
        {"qwen/qwen2.5-72b", TTA_TASK_DIALOGUE_GENERATION, 1.0},
        {"meta-llama/llama-3.2-8b", TTA_TASK_DIALOGUE_GENERATION, 0.0},
        {"qwen/qwen2.5-and-anthropic/claude", TTA_TASK_DIALOGUE_GENERATION, 1.5}, /* the list's order decides */
        {"anthropic/claude-3-opus", TTA_TASK_GENERAL_CHAT, 0.0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tta_model model = good_model(cases[i].id);
        const struct tta_requirements requirements = {.task = cases[i].task};
        struct tta_verdict verdict = judge(&model, TTA_RULES_COMPAT, &requirements);
        assert_true(verdict.score.family == cases[i].points);
        assert_true(judge(&model, TTA_RULES_DEFAULT, &requirements).score.family == 0);
    }
}

static void compat_keeps_the_published_price_unrounded(void **state)
{
    (void)state;
    static const char json[] = "{\"data\":[{\"id\":\"a\",\"pricing\":{\"prompt\":\"0.00000008333333333333334\","
                               "\"completion\":\"0.0\"}}]}";
    struct tta_criteria criteria = criteria_of(TTA_RULES_COMPAT);
    struct fixture fixture;
    assert_int_equal(tta_catalogue_parse(TTA_LISTING_OPENROUTER, json, sizeof(json) - 1, &fixture.catalogue, NULL),
                     TTA_OK);
    assert_int_equal(tta_selector_create(fixture.catalogue, &criteria, &fixture.selector, NULL), TTA_OK);
    struct tta_requirements requirements = {.compat_max_cost_per_token = 0.00000008333333333333334 / 2000000.0};
    assert_true(tta_fits(fixture.selector, &requirements, 0));
    requirements.compat_max_cost_per_token = nextafter(requirements.compat_max_cost_per_token, 0);
    assert_false(tta_fits(fixture.selector, &requirements, 0));
    release(&fixture);
}

static void equals_keep_the_order_of_the_catalogue(void **state)
{
    (void)state;
    static char ids[150][8];
    static struct tta_model models[COUNT_OF(ids)];
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "m%zu", i); /* has room */
        models[i] = good_model(ids[i]);
        models[i].performance_score = i % 3 == 0 ? 9 : 4;
    }
    struct tta_criteria criteria = tta_criteria_defaults();
    struct fixture fixture = select_from(models, COUNT_OF(models), &criteria);
    static struct tta_choice choices[COUNT_OF(ids)];
    size_t count = tta_rank(fixture.selector, &(struct tta_requirements){0}, choices, COUNT_OF(choices));
    assert_int_equal(count, COUNT_OF(choices));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(choices[i].row, i < 50 ? 3 * i : (i - 50) / 2 * 3 + (i - 50) % 2 + 1);
    }
    release(&fixture);
}

static void writes_no_more_choices_than_there_is_room_for(void **state)
{
    (void)state;
    const struct tta_model models[] = {good_model("a"), good_model("b"), good_model("c")};
    struct tta_criteria criteria = tta_criteria_defaults();
    struct fixture fixture = select_from(models, 3, &criteria);
    struct tta_choice choices[3] = {{.row = 77}, {.row = 77}, {.row = 77}};
    assert_int_equal(tta_rank(fixture.selector, &(struct tta_requirements){0}, NULL, 0), 0);
    assert_int_equal(tta_rank(fixture.selector, &(struct tta_requirements){0}, choices, 2), 2);
    assert_true(choices[0].row == 0 && choices[1].row == 1 && choices[2].row == 77);
    release(&fixture);
}

static void an_empty_catalogue_has_no_choice(void **state)
{
    (void)state;
    struct tta_criteria criteria = tta_criteria_defaults();
    struct fixture fixture = select_from(NULL, 0, &criteria);
    struct tta_choice choice;
    const struct tta_requirements demanding = {
        .has_max_prompt_price = true, .free_only = true, .capabilities = UINT64_MAX, .safety_required = true};
    assert_int_equal(tta_select(fixture.selector, &(struct tta_requirements){0}, &choice), TTA_NO_MODEL);
    assert_int_equal(tta_select(fixture.selector, &demanding, &choice), TTA_NO_MODEL);
    assert_ptr_equal(tta_selector_catalogue(fixture.selector), fixture.catalogue);
    release(&fixture);
    tta_selector_destroy(NULL);
}

static void refuses_criteria_out_of_range(void **state)
{
    (void)state;
    struct tta_criteria cases[9];
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        cases[i] = tta_criteria_defaults();
    }
    cases[0].safety_weight = -0.1;
    cases[1].performance_weight = (double)NAN;
    cases[2].cost_weight = (double)INFINITY;
    cases[3].min_safety_score = -1;
    cases[4].min_safety_score = (double)NAN;
    cases[5].rules = (enum tta_rules)7;
    cases[6].safety_weight = -(double)INFINITY;
    cases[7].performance_weight = -1e-300;
    cases[8].cost_weight = (double)NAN;
    struct tta_model model = good_model("m");
    struct tta_catalogue *catalogue;
    assert_int_equal(tta_catalogue_create(&model, 1, &catalogue, NULL), TTA_OK);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tta_selector *selector = NULL;
        struct tta_error err = {0};
        assert_int_equal(tta_selector_create(catalogue, &cases[i], &selector, &err), TTA_BAD_ARGUMENT);
        assert_int_equal(err.status, TTA_BAD_ARGUMENT);
        assert_true(err.message[0] != '\0');
        assert_null(selector);
    }
    tta_catalogue_destroy(catalogue);
}

static void names_of_tasks_and_reasons_are_stable(void **state)
{
    (void)state;
    static const char *const tasks[] = {"narrative_generation",  "dialogue_generation", "character_development",
                                        "therapeutic_response",  "world_building",      "choice_generation",
                                        "consequence_analysis",  "general_chat"};
    static const char *const reasons[] = {"fits",         "unavailable",      "expired", "provider", "not_local",
                                          "latency",      "prompt_price",     "completion_price",     "cost",
                                          "not_free",     "quality",          "safety",  "context",  "capabilities",
                                          "score"};
    assert_int_equal(COUNT_OF(tasks), TTA_TASK_COUNT);
    assert_int_equal(COUNT_OF(reasons), TTA_REASON_COUNT);
    enum tta_task task = TTA_TASK_COUNT;
    for (int i = 0; i < TTA_TASK_COUNT; i++) {
        assert_string_equal(tta_task_name((enum tta_task)i), tasks[i]);
        assert_int_equal(tta_task_of_name(tasks[i], &task), TTA_OK);
        assert_int_equal(task, i);
    }
    assert_int_equal(tta_task_of_name("cooking", &task), TTA_NOT_FOUND);
    assert_int_equal(task, TTA_TASK_COUNT - 1);
    for (int i = 0; i < TTA_REASON_COUNT; i++) {
        assert_string_equal(tta_reason_name((enum tta_reason)i), reasons[i]);
    }
    assert_string_equal(tta_task_name(TTA_TASK_COUNT), "unknown");
    assert_string_equal(tta_reason_name(TTA_REASON_COUNT), "unknown");
}

static void survives_every_refused_allocation(void **state)
{
    (void)state;
    const struct tta_model models[] = {good_model("a"), good_model("b"), good_model("c")};
    struct tta_catalogue *catalogue;
    assert_int_equal(tta_catalogue_create(models, 3, &catalogue, NULL), TTA_OK);
    for (int rules = TTA_RULES_DEFAULT; rules <= TTA_RULES_COMPAT; rules++) {
        struct tta_criteria criteria = criteria_of((enum tta_rules)rules);
        bool refused = true;
        size_t attempts = 0;
        while (refused) {
            struct tta_selector *selector = NULL;
            struct tta_error err = {0};
            alloc_fault_after(++attempts);
            enum tta_status status = tta_selector_create(catalogue, &criteria, &selector, &err);
            refused = alloc_fault_happened();
            assert_int_equal(status, refused ? TTA_NO_MEMORY : TTA_OK);
            assert_int_equal(err.status, status);
            assert_int_equal(selector != NULL, !refused);
            tta_selector_destroy(selector);
        }
        assert_true(attempts > 10);
    }
    tta_catalogue_destroy(catalogue);
}

/* From here on properties, over seeded random catalogues and requirements,
 * against a judge that shares no code with the library. */

/* A model among the others of its catalogue, as the naive judge sees it. */
struct judged {
    const struct tta_model *model;
    size_t row;
    double quality;
    size_t origin;
};

static bool is_same_origin(const struct tta_model *a, const struct tta_model *b)
{
    const char *of_a = a->origin ? a->origin : tta_provider_name(a->provider);
    const char *of_b = b->origin ? b->origin : tta_provider_name(b->provider);
    return a->provider == b->provider && strcmp(of_a, of_b) == 0;
}

static void judge_all(const struct tta_model *models, size_t count, struct judged *out)
{
    size_t origins = 0;
    for (size_t row = 0; row < count; row++) {
        double below_it = 0, rated = 0, index = models[row].intelligence_index;
        size_t first = row;
        for (size_t other = 0; other < count; other++) {
            double its = models[other].intelligence_index;
            rated += its > 0;
            below_it += its > 0 && its < index ? 1 : its > 0 && its == index ? 0.5 : 0;
            first = other < first && is_same_origin(&models[other], &models[row]) ? other : first;
        }
        double quality = models[row].performance_score;
        out[row] = (struct judged){.model = &models[row],
                                   .row = row,
                                   .quality = quality < 0 && index > 0 ? 10 * below_it / rated : quality,
                                   .origin = first < row ? out[first].origin : origins};
        origins += first == row;
    }
}

static bool has_bit(const uint64_t *bits, size_t bit)
{
    return bits[bit / 64] >> bit % 64 & 1;
}

/* What both sets of rules have in common beyond the original. */
static bool naive_common_fit(const struct judged *judged, const struct tta_requirements *r)
{
    const struct tta_model *m = judged->model;
    uint64_t any = 0;
    for (size_t i = 0; i < COUNT_OF(r->only.bits); i++) {
        any |= r->only.bits[i];
    }
    bool is_here = (m->provider == TTA_PROVIDER_LOCAL || m->provider == TTA_PROVIDER_OLLAMA ||
                    m->provider == TTA_PROVIDER_LM_STUDIO) &&
                   !m->is_remote;
    bool is_out = r->live && r->live->out && has_bit(r->live->out, judged->row);
    bool is_over = r->now_unix_s > 0 && m->expires_unix_s > 0 && m->expires_unix_s <= r->now_unix_s;
    bool is_wanted = !has_bit(r->excluded.bits, judged->origin) && (any == 0 || has_bit(r->only.bits, judged->origin));
    return !is_out && !is_over && is_wanted && (is_here || !r->local_only);
}

/* The cost, step by step; -1 unknown, -2 varies. */
static int64_t naive_cost(const struct tta_model *m, const struct tta_request_size *size)
{
    int64_t prices[2] = {m->prompt_price_pusd, m->completion_price_pusd};
    const int64_t tokens[2] = {size->prompt_tokens, size->completion_tokens};
    if (m->price_rule_count >= 1 && size->prompt_tokens > 3) {
        prices[0] = 4000;
    }
    if (m->price_rule_count >= 2 && size->utc_minute >= 600 && size->utc_minute < 700) {
        prices[0] = 0;
        prices[1] = 1000;
    }
    int64_t cost = m->request_price_pusd == TTA_UNKNOWN ? 0 : m->request_price_pusd;
    bool is_unknown = false, varies = cost < 0;
    for (size_t i = 0; i < 2; i++) {
        is_unknown = is_unknown || (tokens[i] > 0 && prices[i] == TTA_UNKNOWN);
        varies = varies || (tokens[i] > 0 && prices[i] == TTA_DYNAMIC);
        cost += tokens[i] * prices[i];
    }
    return is_unknown ? -1 : varies ? -2 : cost;
}

static bool naive_default_fit(const struct judged *judged, const struct tta_requirements *r, double min_safety)
{
    const struct tta_model *m = judged->model;
    const uint64_t outputs = UINT64_C(0x1fe000); /* bits 13 to 20 */
    bool lenient = r->unknown_passes;
    int32_t measured = r->live && r->live->latency_ms ? r->live->latency_ms[judged->row] : -1;
    if (r->has_max_latency && measured >= 0 && measured > r->max_latency_ms) {
        return false;
    }
    if (!r->any_output && (m->capabilities & outputs) && !(m->capabilities & TTA_CAN_WRITE_TEXT)) {
        return false;
    }
    int64_t cost = naive_cost(m, &r->size);
    if (r->has_max_cost && (cost == -1 ? !lenient : cost == -2 || cost > r->max_cost_pusd)) {
        return false;
    }
    if (r->has_min_safety && (m->safety_score < 0 ? !lenient : m->safety_score < r->min_safety)) {
        return false;
    }
    if (r->has_max_latency && measured < 0) {
        double estimate = 5000.0 / (m->performance_score < 1 ? 1 : m->performance_score);
        if (m->performance_score < 0 ? !lenient : estimate > (double)r->max_latency_ms) {
            return false;
        }
    }
    const int64_t prices[] = {m->prompt_price_pusd, m->completion_price_pusd};
    const int64_t limits[] = {r->max_prompt_price_pusd, r->max_completion_price_pusd};
    const bool in_force[] = {r->has_max_prompt_price, r->has_max_completion_price};
    for (size_t i = 0; i < 2; i++) {
        bool too_dear = prices[i] == TTA_DYNAMIC || (prices[i] == TTA_UNKNOWN ? !lenient : prices[i] > limits[i]);
        if (in_force[i] && too_dear) {
            return false;
        }
    }
    if (r->free_only && !m->is_free) {
        return false;
    }
    if (r->has_min_quality && (judged->quality < 0 ? !lenient : judged->quality < r->min_quality)) {
        return false;
    }
    if (r->safety_required && (m->safety_score < 0 ? !lenient : m->safety_score < min_safety)) {
        return false;
    }
    if (r->min_context_tokens > 0 && (m->context_tokens < 0 ? !lenient : m->context_tokens < r->min_context_tokens)) {
        return false;
    }
    return (m->capabilities & r->capabilities) == r->capabilities;
}

static bool naive_compat_fit(const struct tta_model *m, const struct tta_requirements *r, double min_safety)
{
    bool has_cost = m->prompt_price_pusd != TTA_UNKNOWN && m->completion_price_pusd != TTA_UNKNOWN;
    double prompt = m->prompt_price_pusd == TTA_DYNAMIC ? -1 : (double)m->prompt_price_pusd / 1e12;
    double completion = m->completion_price_pusd == TTA_DYNAMIC ? -1 : (double)m->completion_price_pusd / 1e12;
    double cost = (prompt + completion) / (m->provider == TTA_PROVIDER_OPENROUTER ? 2e6 : 2);
    bool has_quality = m->performance_score > 0;
    bool hosted = m->provider == TTA_PROVIDER_OPENROUTER || m->provider == TTA_PROVIDER_CUSTOM ||
                  m->provider == TTA_PROVIDER_OPENAI || m->provider == TTA_PROVIDER_ANTHROPIC;
    if (r->free_only && !(has_cost && cost == 0)) {
        return false;
    }
    if (r->has_max_latency && r->max_latency_ms != 0 && has_quality &&
        5000.0 / (m->performance_score < 1 ? 1 : m->performance_score) > (double)r->max_latency_ms) {
        return false;
    }
    if (r->compat_max_cost_per_token != 0 && has_cost && cost != 0 && cost > r->compat_max_cost_per_token) {
        return false;
    }
    if (r->has_min_quality && r->min_quality != 0 && has_quality && m->performance_score < r->min_quality) {
        return false;
    }
    if (r->safety_required) {
        if (m->safety_score < 0) {
            return hosted;
        }
        if (m->safety_score < min_safety) {
            return false;
        }
    }
    if (r->min_context_tokens != 0 && m->context_tokens > 0 && m->context_tokens < r->min_context_tokens) {
        return false;
    }
    return (m->capabilities & r->capabilities) == r->capabilities;
}

/* All rows that fit, sorted by insertion: best first, equals in row order. */
static size_t naive_rank(const struct tta_model *models, size_t count, const struct tta_criteria *criteria,
                         const struct tta_requirements *requirements, const struct tta_verdict *verdicts,
                         struct tta_choice *out)
{
    static struct judged judged[MAX_ROWS];
    size_t ranked = 0;
    judge_all(models, count, judged);
    for (size_t row = 0; row < count; row++) {
        double score = verdicts[row].score.total;
        bool fits = criteria->rules == TTA_RULES_COMPAT
                        ? naive_compat_fit(&models[row], requirements, criteria->min_safety_score)
                        : naive_default_fit(&judged[row], requirements, criteria->min_safety_score);
        double lasting = score - verdicts[row].score.availability - verdicts[row].score.latency;
        if (!fits || !naive_common_fit(&judged[row], requirements) || !(lasting > 1e-9)) {
            continue;
        }
        size_t at = ranked++;
        for (; at > 0 && out[at - 1].score < score; at--) {
            out[at] = out[at - 1];
        }
        out[at] = (struct tta_choice){.row = row, .score = score};
    }
    return ranked;
}

static bool same_choices(const struct tta_choice *a, const struct tta_choice *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (a[i].row != b[i].row || a[i].score != b[i].score) {
            return false;
        }
    }
    return true;
}

static void check_query(const struct fixture *fixture, const struct tta_model *models,
                        const struct tta_criteria *criteria, const struct tta_requirements *requirements,
                        const char *context)
{
    static struct tta_choice got[MAX_ROWS], wanted[MAX_ROWS];
    static struct tta_verdict verdicts[MAX_ROWS];
    size_t count = tta_catalogue_count(fixture->catalogue);
    tta_explain(fixture->selector, requirements, verdicts);
    size_t wanted_count = naive_rank(models, count, criteria, requirements, verdicts, wanted);
    size_t got_count = tta_rank(fixture->selector, requirements, got, MAX_ROWS);
    if (got_count != wanted_count || !same_choices(got, wanted, got_count)) {
        fail_msg("%s: %zu ranked, %zu wanted, or in another order", context, got_count, wanted_count);
    }
    struct tta_choice first;
    enum tta_status status = tta_select(fixture->selector, requirements, &first);
    if (status != (got_count > 0 ? TTA_OK : TTA_NO_MODEL) || (got_count > 0 && !same_choices(&first, got, 1))) {
        fail_msg("%s: the selected is not the first ranked", context);
    }
    bool is_ranked[MAX_ROWS] = {false};
    for (size_t i = 0; i < got_count; i++) {
        is_ranked[got[i].row] = true;
    }
    for (size_t row = 0; row < count; row++) {
        uint64_t missing = requirements->capabilities & ~models[row].capabilities;
        bool lacks_text = criteria->rules == TTA_RULES_DEFAULT && !requirements->any_output &&
                          (models[row].capabilities & UINT64_C(0x1fe000)) &&
                          !(models[row].capabilities & TTA_CAN_WRITE_TEXT);
        missing |= lacks_text ? TTA_CAN_WRITE_TEXT : 0;
        double live = verdicts[row].score.availability + verdicts[row].score.latency;
        if ((verdicts[row].reason == TTA_REASON_FITS) != is_ranked[row] || verdicts[row].row != row ||
            tta_fits(fixture->selector, requirements, row) != is_ranked[row] ||
            tta_selector_score(fixture->selector, requirements->task, row) + live != verdicts[row].score.total ||
            verdicts[row].missing != (verdicts[row].reason == TTA_REASON_CAPABILITIES ? missing : 0)) {
            fail_msg("%s: row %zu is explained wrongly (%s)", context, row, tta_reason_name(verdicts[row].reason));
        }
    }
}

static void every_query_agrees_with_a_naive_judge(void **state)
{
    (void)state;
    static struct tta_model models[MAX_ROWS];
    static char ids[MAX_ROWS][32];
    for (uint64_t seed = 1; seed <= 250; seed++) {
        struct random random = {.state = seed};
        size_t count = random_models(&random, models, ids);
        struct tta_criteria criteria = random_criteria(&random);
        struct fixture fixture = select_from(models, count, &criteria);
        for (int i = 0; i < 20; i++) {
            char context[64];
            struct tta_requirements requirements = random_requirements(&random);
            (void)snprintf(context, sizeof(context), "seed %llu, query %d", (unsigned long long)seed, i); /* has room */
            check_query(&fixture, models, &criteria, &requirements, context);
        }
        release(&fixture);
    }
}

/* One requirement less, or a weaker one. */
static void relax(struct random *random, struct tta_requirements *requirements, enum tta_rules rules)
{
    switch (below(random, 15)) {
    case 0:
        requirements->has_max_latency = false;
        break;
    case 1:
        requirements->has_min_quality = false;
        break;
    case 2:
        requirements->has_max_prompt_price = false;
        break;
    case 3:
        requirements->max_completion_price_pusd += below(random, 2000);
        break;
    case 4:
        requirements->free_only = false;
        break;
    case 5:
        requirements->unknown_passes = true;
        break;
    case 6:
        requirements->min_context_tokens /= 2;
        break;
    case 7:
        requirements->capabilities &= next_random(random);
        break;
    case 8:
        requirements->has_max_cost = false;
        break;
    case 9:
        requirements->local_only = false;
        break;
    case 10:
        requirements->any_output = true;
        break;
    case 11:
        requirements->now_unix_s = 0;
        requirements->has_min_safety = false;
        break;
    case 12:
        requirements->excluded.bits[0] &= next_random(random);
        break;
    case 13:
        requirements->only = (struct tta_origin_set){{0}};
        break;
    default:
        /* Under compat, to require safety waives other requirements. */
        requirements->safety_required = requirements->safety_required && rules == TTA_RULES_COMPAT;
        break;
    }
}

static void relaxing_a_requirement_loses_no_answer(void **state)
{
    (void)state;
    static struct tta_model models[MAX_ROWS];
    static char ids[MAX_ROWS][32];
    for (uint64_t seed = 1000; seed < 1400; seed++) {
        struct random random = {.state = seed};
        size_t count = random_models(&random, models, ids);
        struct tta_criteria criteria = random_criteria(&random);
        struct fixture fixture = select_from(models, count, &criteria);
        for (int i = 0; i < 10; i++) {
            struct tta_requirements strict = random_requirements(&random);
            struct tta_requirements relaxed = strict;
            relax(&random, &relaxed, criteria.rules);
            for (size_t row = 0; row < count; row++) {
                if (tta_fits(fixture.selector, &strict, row) && !tta_fits(fixture.selector, &relaxed, row)) {
                    fail_msg("seed %llu, query %d: row %zu is lost", (unsigned long long)seed, i, row);
                }
            }
            struct tta_choice before, after;
            if (tta_select(fixture.selector, &strict, &before) == TTA_OK) {
                assert_int_equal(tta_select(fixture.selector, &relaxed, &after), TTA_OK);
                assert_true(after.score >= before.score);
            }
        }
        release(&fixture);
    }
}

/* A copy that is at least as good in everything that counts, by which whatever is left unchanged is equal. */
static struct tta_model better_than(struct random *random, const struct tta_model *model, const char *id)
{
    struct tta_model better = *model;
    better.id = id;
    if (better.prompt_price_pusd > 0 && better.completion_price_pusd >= 0) {
        better.prompt_price_pusd -= below(random, better.prompt_price_pusd + 1);
    }
    /* What is unknown stays so: it may pass where a known value fails. */
    if (better.safety_score >= 0) {
        better.safety_score += (10 - better.safety_score) / 2;
    }
    if (better.performance_score >= 0) {
        better.performance_score = better.performance_score >= 5 ? 10 : 5;
    }
    better.capabilities |= random_capabilities(random, 3) & ~UINT64_C(0x1fe000); /* not the outputs */
    return better;
}

static void what_is_better_in_every_term_never_ranks_lower(void **state)
{
    (void)state;
    static struct tta_model models[MAX_ROWS];
    static char ids[MAX_ROWS][32], other_ids[MAX_ROWS][32];
    for (uint64_t seed = 5000; seed < 5200; seed++) {
        struct random random = {.state = seed};
        size_t count = random_models(&random, models, ids) / 2;
        for (size_t row = 0; row < count; row++) {
            (void)snprintf(other_ids[row], sizeof(other_ids[row]), "better-%zu", row); /* has room */
            models[count + row] = better_than(&random, &models[row], other_ids[row]);
        }
        struct tta_criteria criteria = random_criteria(&random);
        criteria.rules = TTA_RULES_DEFAULT;
        struct fixture fixture = select_from(models, 2 * count, &criteria);
        struct tta_requirements requirements = random_requirements(&random);
        requirements.live = NULL; /* which may hold anything against the better one */
        for (size_t row = 0; row < count; row++) {
            double worse = tta_selector_score(fixture.selector, requirements.task, row);
            double better = tta_selector_score(fixture.selector, requirements.task, count + row);
            if (better < worse || (tta_fits(fixture.selector, &requirements, row) &&
                                   !tta_fits(fixture.selector, &requirements, count + row))) {
                fail_msg("seed %llu: row %zu beats the better one, %f to %f", (unsigned long long)seed, row, worse,
                         better);
            }
        }
        release(&fixture);
    }
}

static void what_is_given_is_left_as_it_is(void **state)
{
    (void)state;
    static struct tta_model models[MAX_ROWS], models_before[MAX_ROWS];
    static char ids[MAX_ROWS][32];
    static struct tta_choice choices[MAX_ROWS];
    for (uint64_t seed = 7000; seed < 7050; seed++) {
        struct random random = {.state = seed};
        size_t count = random_models(&random, models, ids);
        memcpy(models_before, models, sizeof(models));
        struct tta_criteria criteria = random_criteria(&random), criteria_before;
        memcpy(&criteria_before, &criteria, sizeof(criteria));
        struct fixture fixture = select_from(models, count, &criteria);
        struct tta_requirements requirements = random_requirements(&random), requirements_before;
        memcpy(&requirements_before, &requirements, sizeof(requirements));
        (void)tta_rank(fixture.selector, &requirements, choices, MAX_ROWS); /* only what it leaves counts */
        assert_memory_equal(models, models_before, sizeof(models));
        assert_memory_equal(&criteria, &criteria_before, sizeof(criteria));
        assert_memory_equal(&requirements, &requirements_before, sizeof(requirements));
        release(&fixture);
    }
}

static void load_is_shared_among_those_that_are_nearly_equal(void **state)
{
    (void)state;
    static const char *const ids[] = {"a", "b", "c", "worse"};
    struct tta_model models[4];
    uint32_t in_flight[4] = {0, 0, 0, 0};
    size_t chosen[4] = {0};
    struct random random = {.state = 42};
    for (size_t i = 0; i < 4; i++) {
        models[i] = good_model(ids[i]);
        models[i].performance_score = i == 3 ? 2 : 6 - (double)i / 10; /* 0.03 apart in the score */
    }
    struct tta_criteria criteria = tta_criteria_defaults();
    struct fixture fixture = select_from(models, 4, &criteria);
    const struct tta_live live = {.in_flight = in_flight};
    const struct tta_requirements requirements = {.live = &live};
    struct tta_choice choice, again;
    for (size_t i = 0; i < 3000; i++) {
        const struct tta_sharing sharing = {.within = 0.1, .random = next_random(&random)};
        assert_int_equal(tta_select_shared(fixture.selector, &requirements, &sharing, &choice), TTA_OK);
        assert_int_equal(tta_select_shared(fixture.selector, &requirements, &sharing, &again), TTA_OK);
        assert_int_equal(choice.row, again.row);
        chosen[choice.row]++;
        in_flight[choice.row]++; /* nothing ever ends, so the load must stay even */
    }
    for (size_t i = 0; i < 3; i++) {
        assert_in_range(chosen[i], 990, 1010);
    }
    assert_int_equal(chosen[3], 0);

    const struct tta_sharing equals = {.within = 0, .random = UINT64_MAX};
    assert_int_equal(tta_select_shared(fixture.selector, &requirements, &equals, &choice), TTA_OK);
    assert_int_equal(choice.row, 0);
    const struct tta_requirements impossible = {.min_context_tokens = INT64_MAX};
    assert_int_equal(tta_select_shared(fixture.selector, &impossible, &equals, &choice), TTA_NO_MODEL);
    release(&fixture);
}

static void live_measurements_decide_where_they_have_weight(void **state)
{
    (void)state;
    struct tta_model models[] = {good_model("fast"), good_model("slow"), good_model("broken"), good_model("out")};
    static const int32_t latency_ms[] = {200, 4000, 100, 50};
    static const float success[] = {1, 1, 0.2F, 1};
    static const uint64_t out[] = {UINT64_C(1) << 3};
    const struct tta_live live = {.out = out, .latency_ms = latency_ms, .success_ratio = success};
    models[1].performance_score = 7; /* the best, as long as nobody measures */
    struct tta_criteria criteria = tta_criteria_of_taste(TTA_TASTE_AVAILABILITY);
    struct fixture fixture = select_from(models, COUNT_OF(models), &criteria);
    struct tta_choice choices[4];
    const struct tta_requirements unmeasured = {0}, measured = {.live = &live};
    const struct tta_requirements quick = {.live = &live, .has_max_latency = true, .max_latency_ms = 150};
    assert_int_equal(tta_rank(fixture.selector, &unmeasured, choices, 4), 4);
    assert_int_equal(choices[0].row, 1);
    assert_int_equal(tta_rank(fixture.selector, &measured, choices, 4), 3);
    assert_int_equal(choices[0].row, 0);
    assert_int_equal(choices[1].row, 1);
    assert_int_equal(choices[2].row, 2);
    assert_int_equal(tta_rank(fixture.selector, &quick, choices, 4), 1);
    assert_int_equal(choices[0].row, 2);
    struct tta_verdict verdicts[4];
    tta_explain(fixture.selector, &quick, verdicts);
    assert_int_equal(verdicts[1].reason, TTA_REASON_LATENCY);
    assert_int_equal(verdicts[3].reason, TTA_REASON_UNAVAILABLE);
    assert_true(verdicts[0].score.availability == 0.5 * 10 && verdicts[0].score.latency == 0.2 * 10 / 1.2);
    release(&fixture);
}

static void each_taste_puts_another_model_first(void **state)
{
    (void)state;
    struct tta_model models[] = {good_model("cheap"), good_model("good"), good_model("middle")};
    models[0].prompt_price_pusd = models[0].completion_price_pusd = 1000;
    models[0].performance_score = models[0].safety_score = 3;
    models[1].prompt_price_pusd = models[1].completion_price_pusd = 90000000;
    models[1].performance_score = 10;
    models[2].prompt_price_pusd = models[2].completion_price_pusd = 300000;
    models[2].safety_score = 9;
    static const size_t wanted[] = {2, 0, 1};
    static const char *const names[] = {"balanced", "cost", "performance", "availability"};
    for (int taste = 0; taste < TTA_TASTE_COUNT; taste++) {
        struct tta_criteria criteria = tta_criteria_of_taste((enum tta_taste)taste);
        struct fixture fixture = select_from(models, COUNT_OF(models), &criteria);
        const struct tta_requirements requirements = {0};
        struct tta_choice choice;
        assert_int_equal(tta_select(fixture.selector, &requirements, &choice), TTA_OK);
        if (taste < 3) {
            assert_int_equal(choice.row, wanted[taste]);
        }
        assert_string_equal(tta_taste_name((enum tta_taste)taste), names[taste]);
        release(&fixture);
    }
    assert_string_equal(tta_taste_name(TTA_TASTE_COUNT), "unknown");
}

static void providers_are_named_or_excluded(void **state)
{
    (void)state;
    struct tta_model models[] = {good_model("a"), good_model("b"), good_model("c")};
    models[1].origin = "groq";
    models[2].provider = TTA_PROVIDER_OLLAMA;
    struct tta_criteria criteria = tta_criteria_defaults();
    struct fixture fixture = select_from(models, COUNT_OF(models), &criteria);
    struct tta_requirements requirements = {0};
    struct tta_choice choices[3];
    assert_int_equal(tta_catalogue_add_origins(fixture.catalogue, "custom_api", &requirements.only), 2);
    assert_int_equal(tta_rank(fixture.selector, &requirements, choices, 3), 2);
    assert_int_equal(tta_catalogue_add_origins(fixture.catalogue, "groq", &requirements.excluded), 1);
    assert_int_equal(tta_rank(fixture.selector, &requirements, choices, 3), 1);
    assert_int_equal(choices[0].row, 0);
    requirements = (struct tta_requirements){.local_only = true};
    assert_int_equal(tta_rank(fixture.selector, &requirements, choices, 3), 1);
    assert_int_equal(choices[0].row, 2);
    assert_int_equal(tta_catalogue_add_origins(fixture.catalogue, "nobody", &requirements.only), 0);
    struct tta_origin_set preferred = {{0}};
    assert_int_equal(tta_catalogue_add_origins(fixture.catalogue, "groq", &preferred), 1);
    release(&fixture);
    criteria.preferred = preferred;
    fixture = select_from(models, COUNT_OF(models), &criteria);
    requirements = (struct tta_requirements){0};
    assert_int_equal(tta_select(fixture.selector, &requirements, choices), TTA_OK);
    assert_int_equal(choices[0].row, 1);
    release(&fixture);
}

static void the_order_is_the_same_every_time(void **state)
{
    (void)state;
    static struct tta_model models[MAX_ROWS];
    static char ids[MAX_ROWS][32];
    static struct tta_choice first[MAX_ROWS], second[MAX_ROWS];
    for (uint64_t seed = 2000; seed < 2020; seed++) {
        struct random random = {.state = seed};
        size_t count = random_models(&random, models, ids);
        struct tta_criteria criteria = random_criteria(&random);
        struct fixture one = select_from(models, count, &criteria), other = select_from(models, count, &criteria);
        struct tta_requirements requirements = random_requirements(&random);
        size_t ranked = tta_rank(one.selector, &requirements, first, MAX_ROWS);
        assert_int_equal(tta_rank(one.selector, &requirements, second, MAX_ROWS), ranked);
        assert_true(same_choices(first, second, ranked));
        assert_int_equal(tta_rank(other.selector, &requirements, second, MAX_ROWS), ranked);
        assert_true(same_choices(first, second, ranked));
        release(&one);
        release(&other);
    }
}

static void chooses_from_a_real_catalogue(void **state)
{
    (void)state;
    struct buf text;
    char reason[BASE_FILE_REASON_BYTES];
    struct tta_catalogue *catalogue;
    struct tta_selector *selector;
    struct tta_criteria criteria = tta_criteria_defaults();
    base_buf_init(&text, TTA_MAX_CATALOGUE_BYTES);
    assert_true(base_file_read(TEST_DATA "/openrouter_models.json", &text, reason));
    assert_int_equal(tta_catalogue_parse(TTA_LISTING_OPENROUTER, text.ptr, text.len, &catalogue, NULL), TTA_OK);
    assert_int_equal(tta_selector_create(catalogue, &criteria, &selector, NULL), TTA_OK);
    const struct tta_requirements requirements = {
        .task = TTA_TASK_DIALOGUE_GENERATION,
        .min_context_tokens = 200000,
        .capabilities = TTA_CAN_TOOLS | TTA_CAN_SEE_IMAGES,
        .has_max_completion_price = true,
        .max_completion_price_pusd = 400000,
    };
    static struct tta_choice choices[400];
    size_t count = tta_rank(selector, &requirements, choices, COUNT_OF(choices));
    /* In Python: models with context_length >= 200000, "tools" among
     * supported_parameters, "image" among input_modalities and
     * 0 <= float(pricing["completion"]) <= 4e-7. */
    assert_int_equal(count, 21);
    struct tta_model best = tta_catalogue_model(catalogue, choices[0].row);
    assert_true(best.is_free);
    for (size_t i = 1; i < count; i++) {
        assert_true(choices[i].score <= choices[i - 1].score);
    }
    tta_selector_destroy(selector);
    tta_catalogue_destroy(catalogue);
    base_buf_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_requirement_decides_at_its_limit),
        cmocka_unit_test(safety_is_judged_by_the_minimum),
        cmocka_unit_test(an_unknown_value_fails_a_limit_unless_it_may_pass),
        cmocka_unit_test(a_dynamic_price_fails_every_price_limit),
        cmocka_unit_test(a_score_of_nothing_is_no_choice),
        cmocka_unit_test(default_scores_are_what_the_header_says),
        cmocka_unit_test(models_of_one_price_are_all_the_cheapest),
        cmocka_unit_test(compat_reads_zero_as_not_given),
        cmocka_unit_test(compat_waives_context_and_capabilities_where_safety_is_unknown),
        cmocka_unit_test(compat_favours_families_by_their_names),
        cmocka_unit_test(compat_keeps_the_published_price_unrounded),
        cmocka_unit_test(equals_keep_the_order_of_the_catalogue),
        cmocka_unit_test(writes_no_more_choices_than_there_is_room_for),
        cmocka_unit_test(an_empty_catalogue_has_no_choice),
        cmocka_unit_test(refuses_criteria_out_of_range),
        cmocka_unit_test(names_of_tasks_and_reasons_are_stable),
        cmocka_unit_test(survives_every_refused_allocation),
        cmocka_unit_test(every_query_agrees_with_a_naive_judge),
        cmocka_unit_test(relaxing_a_requirement_loses_no_answer),
        cmocka_unit_test(what_is_better_in_every_term_never_ranks_lower),
        cmocka_unit_test(what_is_given_is_left_as_it_is),
        cmocka_unit_test(load_is_shared_among_those_that_are_nearly_equal),
        cmocka_unit_test(live_measurements_decide_where_they_have_weight),
        cmocka_unit_test(each_taste_puts_another_model_first),
        cmocka_unit_test(providers_are_named_or_excluded),
        cmocka_unit_test(the_order_is_the_same_every_time),
        cmocka_unit_test(chooses_from_a_real_catalogue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
