// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "alloc_fault.h"
#include "tta/selection.h"
#include "unit/tta/random_models.h"

/* What dropping one requirement lets in, by dropping it. */
static size_t let_in_without(const struct tta_selector *selector, const struct tta_requirements *requirements,
                             const struct tta_relaxation *relaxation)
{
    static struct tta_choice choices[MAX_ROWS];
    struct tta_requirements relaxed = *requirements;
    size_t before = tta_rank(selector, requirements, choices, MAX_ROWS);
    switch (relaxation->reason) {
    case TTA_REASON_EXPIRED:
        relaxed.now_unix_s = 0;
        break;
    case TTA_REASON_PROVIDER:
        relaxed.only = relaxed.excluded = (struct tta_origin_set){{0}};
        break;
    case TTA_REASON_NOT_LOCAL:
        relaxed.local_only = false;
        break;
    case TTA_REASON_LATENCY:
        relaxed.has_max_latency = false;
        break;
    case TTA_REASON_PROMPT_PRICE:
        relaxed.has_max_prompt_price = false;
        break;
    case TTA_REASON_COMPLETION_PRICE:
        relaxed.has_max_completion_price = false;
        break;
    case TTA_REASON_COST:
        relaxed.has_max_cost = false;
        break;
    case TTA_REASON_NOT_FREE:
        relaxed.free_only = false;
        break;
    case TTA_REASON_QUALITY:
        relaxed.has_min_quality = false;
        break;
    case TTA_REASON_SAFETY:
        relaxed.safety_required = relaxed.has_min_safety = false;
        break;
    case TTA_REASON_CONTEXT:
        relaxed.min_context_tokens = 0;
        break;
    case TTA_REASON_CAPABILITIES:
        if (relaxed.capabilities & relaxation->capability) {
            relaxed.capabilities &= ~relaxation->capability;
            break;
        }
        relaxed.any_output = true;
        break;
    case TTA_REASON_UNAVAILABLE:
    case TTA_REASON_FITS:
    case TTA_REASON_SCORE:
    case TTA_REASON_COUNT:
        return relaxation->lets_in;
    }
    return tta_rank(selector, &relaxed, choices, MAX_ROWS) - before;
}

static void a_relaxation_lets_in_what_it_says(void **state)
{
    (void)state;
    static struct tta_model models[MAX_ROWS];
    static char ids[MAX_ROWS][32];
    size_t checked = 0;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        struct random random = {.state = seed};
        size_t count = random_models(&random, models, ids);
        struct tta_criteria criteria = random_criteria(&random);
        criteria.rules = TTA_RULES_DEFAULT;
        struct tta_catalogue *catalogue;
        struct tta_selector *selector;
        assert_int_equal(tta_catalogue_create(models, count, &catalogue, NULL), TTA_OK);
        assert_int_equal(tta_selector_create(catalogue, &criteria, &selector, NULL), TTA_OK);
        for (int i = 0; i < 5; i++) {
            struct tta_requirements requirements = random_requirements(&random);
            struct tta_relaxation relaxations[TTA_MAX_RELAXATIONS];
            struct tta_near_miss misses[10];
            size_t miss_count;
            size_t relaxation_count =
                tta_near_misses(selector, &requirements, misses, COUNT_OF(misses), &miss_count, relaxations);
            for (size_t j = 0; j < relaxation_count; j++) {
                assert_true(j == 0 || relaxations[j - 1].lets_in >= relaxations[j].lets_in);
                if (let_in_without(selector, &requirements, &relaxations[j]) != relaxations[j].lets_in) {
                    fail_msg("seed %llu, query %d: %s lets in another number", (unsigned long long)seed, i,
                             tta_reason_name(relaxations[j].reason));
                }
                checked++;
            }
            for (size_t j = 0; j < miss_count; j++) {
                assert_false(tta_fits(selector, &requirements, misses[j].row));
                assert_true(misses[j].shortfall >= 0 && misses[j].shortfall <= 1);
                assert_true(j == 0 || misses[j - 1].shortfall <= misses[j].shortfall);
            }
        }
        tta_selector_destroy(selector);
        tta_catalogue_destroy(catalogue);
    }
    assert_true(checked > 1000);
}

static void the_nearest_miss_says_how_far_it_is(void **state)
{
    (void)state;
    static const struct tta_model models[] = {
        {.id = "dear", .prompt_price_pusd = 2000000, .context_tokens = 100000, .performance_score = 5},
        {.id = "dearer", .prompt_price_pusd = 10000000, .context_tokens = 100000, .performance_score = 9},
        {.id = "short", .prompt_price_pusd = 1000000, .context_tokens = 90000, .performance_score = 1},
        {.id = "both", .prompt_price_pusd = 2000000, .context_tokens = 90000, .performance_score = 9},
        {.id = "unpriced", .prompt_price_pusd = TTA_UNKNOWN, .context_tokens = 100000, .performance_score = 9},
    };
    static const struct tta_requirements requirements = {
        .has_max_prompt_price = true, .max_prompt_price_pusd = 1000000, .min_context_tokens = 100000};
    struct tta_catalogue *catalogue;
    struct tta_selector *selector;
    const struct tta_criteria criteria = tta_criteria_defaults();
    assert_int_equal(tta_catalogue_create(models, COUNT_OF(models), &catalogue, NULL), TTA_OK);
    assert_int_equal(tta_selector_create(catalogue, &criteria, &selector, NULL), TTA_OK);
    struct tta_near_miss misses[3];
    struct tta_relaxation relaxations[TTA_MAX_RELAXATIONS];
    size_t count;
    assert_int_equal(tta_near_misses(selector, &requirements, misses, 3, &count, relaxations), 2);
    assert_int_equal(count, 3);
    assert_int_equal(misses[0].row, 2);
    assert_int_equal(misses[0].reason, TTA_REASON_CONTEXT);
    assert_true(misses[0].is_stated && misses[0].value == 90000 && misses[0].shortfall > 0.09 &&
                misses[0].shortfall < 0.11);
    assert_int_equal(misses[1].row, 0);
    assert_true(misses[1].value == 2000000 && misses[1].shortfall == 0.5);
    assert_int_equal(misses[2].row, 1);
    assert_int_equal(relaxations[0].reason, TTA_REASON_PROMPT_PRICE);
    assert_int_equal(relaxations[0].lets_in, 3);
    assert_int_equal(relaxations[1].reason, TTA_REASON_CONTEXT);
    tta_selector_destroy(selector);
    tta_catalogue_destroy(catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_relaxation_lets_in_what_it_says),
        cmocka_unit_test(the_nearest_miss_says_how_far_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
