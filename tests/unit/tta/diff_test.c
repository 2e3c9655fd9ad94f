// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "tta/diff.h"
#include "tta/provider.h"

static struct tta_catalogue *create(const struct tta_model *models, size_t count)
{
    struct tta_catalogue *catalogue;
    assert_int_equal(tta_catalogue_create(models, count, &catalogue, NULL), TTA_OK);
    return catalogue;
}

static void says_of_each_offer_what_became_of_it(void **state)
{
    (void)state;
    static const struct tta_price_rule rule = {.above_prompt_tokens = 5}, other_rule = {.above_prompt_tokens = 6};
    struct tta_model old_models[10], new_models[10];
    static const char *const ids[] = {"same", "gone", "price", "rule", "context", "completion",
                                      "can",  "ends", "alias", "other server"};
    for (size_t i = 0; i < 10; i++) {
        old_models[i] = (struct tta_model){.id = ids[i], .price_rules = &rule, .price_rule_count = 1};
        new_models[i] = old_models[i];
    }
    new_models[1].id = "here";
    new_models[2].prompt_price_pusd = TTA_UNKNOWN;
    new_models[3].price_rules = &other_rule;
    new_models[4].longest_context_tokens = 9;
    new_models[5].max_completion_tokens = 9;
    new_models[6].capabilities = TTA_CAN_TOOLS;
    new_models[7].expires_unix_s = 9;
    new_models[8].alias_of = "same";
    new_models[9].origin = "elsewhere";
    struct tta_catalogue *before = create(old_models, 10), *after = create(new_models, 10);
    static const struct tta_change wanted[] = {
        {TTA_CHANGE_REMOVED, 1, 0},    {TTA_CHANGE_REMOVED, 9, 0}, {TTA_CHANGE_ADDED, 0, 1},
        {TTA_CHANGE_PRICE, 2, 2},      {TTA_CHANGE_PRICE, 3, 3},   {TTA_CHANGE_CONTEXT, 4, 4},
        {TTA_CHANGE_COMPLETION, 5, 5}, {TTA_CHANGE_CAPABILITIES, 6, 6}, {TTA_CHANGE_EXPIRY, 7, 7},
        {TTA_CHANGE_ALIAS, 8, 8},      {TTA_CHANGE_ADDED, 0, 9},
    };
    struct tta_change *changes;
    size_t count;
    assert_int_equal(tta_catalogue_diff(before, after, &changes, &count), TTA_OK);
    assert_int_equal(count, sizeof(wanted) / sizeof(wanted[0]));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(changes[i].what, wanted[i].what);
        assert_int_equal(changes[i].old_row, wanted[i].old_row);
        assert_int_equal(changes[i].new_row, wanted[i].new_row);
    }
    free(changes);
    assert_int_equal(tta_catalogue_diff(after, after, &changes, &count), TTA_OK);
    assert_int_equal(count, 0);
    free(changes);
    alloc_fault_after(1);
    assert_int_equal(tta_catalogue_diff(before, after, &changes, &count), TTA_NO_MEMORY);
    assert_true(alloc_fault_happened());
    tta_catalogue_destroy(before);
    tta_catalogue_destroy(after);
}

static void every_change_has_a_name(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 8; bit++) {
        assert_non_null(tta_change_name(1u << bit));
    }
    assert_string_equal(tta_change_name(TTA_CHANGE_EXPIRY | TTA_CHANGE_PRICE), "price");
    assert_null(tta_change_name(0));
    assert_null(tta_change_name(1u << 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_of_each_offer_what_became_of_it),
        cmocka_unit_test(every_change_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
