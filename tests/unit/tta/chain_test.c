// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "tta/chain.h"
#include "unit/tta/random_models.h"

enum {
    ROUTER_BIG, OTHER_BIG, ROUTER_FREE, ROUTER_GOOD, ROUTER_FAIR, OTHER_FAIR,
    SMALL, LONG, LONGER, UNSTATED, EMBEDS, ROWS
};

/* Scores fall from the first to the last; all are TTA_PROVIDER_OPENROUTER's but for the others'. */
static struct tta_model model_of(const char *id, enum tta_provider provider, double quality, int64_t context)
{
    struct tta_model model = tta_model_unknown(id, provider);
    model.performance_score = quality;
    model.safety_score = 8;
    model.context_tokens = context;
    model.prompt_price_pusd = model.completion_price_pusd = 1000000;
    model.capabilities = TTA_CAN_TOOLS | TTA_CAN_WRITE_TEXT;
    return model;
}

struct fixture {
    struct tta_catalogue *catalogue;
    struct tta_selector *selector;
};

static struct fixture set_up(void)
{
    struct tta_model models[ROWS] = {
        [ROUTER_BIG] = model_of("meta/big", TTA_PROVIDER_OPENROUTER, 9.5, 100000),
        [OTHER_BIG] = model_of("meta/big", TTA_PROVIDER_CUSTOM, 9.5, 120000),
        [ROUTER_FREE] = model_of("meta/big:free", TTA_PROVIDER_OPENROUTER, 9.4, 30000),
        [ROUTER_GOOD] = model_of("meta/good", TTA_PROVIDER_OPENROUTER, 8, 100000),
        [ROUTER_FAIR] = model_of("meta/fair", TTA_PROVIDER_OPENROUTER, 7, 100000),
        [OTHER_FAIR] = model_of("meta/other", TTA_PROVIDER_CUSTOM, 6, 100000),
        [SMALL] = model_of("meta/small", TTA_PROVIDER_OPENROUTER, 5, 150000),
        [LONG] = model_of("meta/long", TTA_PROVIDER_OPENROUTER, 4, 200000),
        [LONGER] = model_of("meta/longer", TTA_PROVIDER_OPENROUTER, 3, 1000000),
        [UNSTATED] = model_of("meta/unstated", TTA_PROVIDER_OPENROUTER, 3.5, TTA_UNKNOWN),
        [EMBEDS] = model_of("meta/embeds", TTA_PROVIDER_OPENROUTER, 9.9, 9000000),
    };
    models[EMBEDS].capabilities = TTA_CAN_EMBED;
    const struct tta_criteria criteria = tta_criteria_defaults();
    struct fixture fixture = {NULL, NULL};
    struct tta_error err;
    if (tta_catalogue_create(models, ROWS, &fixture.catalogue, &err) != TTA_OK ||
        tta_selector_create(fixture.catalogue, &criteria, &fixture.selector, &err) != TTA_OK) {
        fail_msg("%s", err.message);
    }
    return fixture;
}

static void tear_down(struct fixture *fixture)
{
    tta_selector_destroy(fixture->selector);
    tta_catalogue_destroy(fixture->catalogue);
}

struct wanted {
    size_t row;
    enum tta_link_kind kind;
};

static void assert_chain(const struct tta_requirements *requirements, size_t first,
                         const struct tta_chain_options *options, const struct wanted *wanted, size_t wanted_count)
{
    struct fixture fixture = set_up();
    struct tta_link links[TTA_MAX_TARGETS];
    size_t count = 0;
    assert_int_equal(tta_chain_compute(fixture.selector, requirements, first, options, links, &count), TTA_OK);
    for (size_t i = 0; i < count && i < wanted_count; i++) {
        if (links[i].row != wanted[i].row || links[i].kind != wanted[i].kind) {
            fail_msg("link %zu: wanted row %zu %s, got row %zu %s", i, wanted[i].row,
                     tta_link_kind_name(wanted[i].kind), links[i].row, tta_link_kind_name(links[i].kind));
        }
    }
    assert_int_equal(count, wanted_count);
    tear_down(&fixture);
}

static void begins_with_the_best_its_other_offers_alternatives_and_larger_contexts(void **state)
{
    (void)state;
    static const struct wanted wanted[] = {
        {ROUTER_BIG, TTA_LINK_FIRST},        {OTHER_BIG, TTA_LINK_SAME_MODEL},    {ROUTER_FREE, TTA_LINK_SAME_MODEL},
        {ROUTER_GOOD, TTA_LINK_ALTERNATIVE}, {ROUTER_FAIR, TTA_LINK_ALTERNATIVE}, {OTHER_FAIR, TTA_LINK_ALTERNATIVE},
        {LONG, TTA_LINK_LARGER},             {LONGER, TTA_LINK_LARGER}};
    const struct tta_requirements requirements = {.task = TTA_TASK_GENERAL_CHAT};
    const struct tta_chain_options options = tta_chain_defaults();
    assert_chain(&requirements, TTA_CHAIN_BEST, &options, wanted, COUNT_OF(wanted));
}

static void one_alternative_is_by_somebody_else(void **state)
{
    (void)state;
    static const struct wanted two[] = {
        {ROUTER_BIG, TTA_LINK_FIRST}, {ROUTER_GOOD, TTA_LINK_ALTERNATIVE}, {OTHER_FAIR, TTA_LINK_ALTERNATIVE}};
    static const struct wanted only_router[] = {
        {ROUTER_BIG, TTA_LINK_FIRST}, {ROUTER_GOOD, TTA_LINK_ALTERNATIVE}, {ROUTER_FAIR, TTA_LINK_ALTERNATIVE}};
    const struct tta_chain_options options = {.alternatives = 2};
    struct tta_requirements requirements = {.task = TTA_TASK_GENERAL_CHAT};
    assert_chain(&requirements, TTA_CHAIN_BEST, &options, two, COUNT_OF(two));
    struct fixture fixture = set_up();
    assert_int_equal(tta_catalogue_add_origins(fixture.catalogue, "custom_api", &requirements.excluded), 1);
    tear_down(&fixture);
    assert_chain(&requirements, TTA_CHAIN_BEST, &options, only_router, COUNT_OF(only_router));
}

static void a_model_that_was_asked_for_comes_first_whatever_it_lacks(void **state)
{
    (void)state;
    static const struct wanted wanted[] = {
        {ROUTER_FREE, TTA_LINK_FIRST}, {OTHER_BIG, TTA_LINK_SAME_MODEL}, {LONG, TTA_LINK_LARGER}};
    const struct tta_requirements requirements = {.task = TTA_TASK_GENERAL_CHAT, .min_context_tokens = 110000};
    const struct tta_chain_options options = {.same_model = 9, .larger = 1};
    assert_chain(&requirements, ROUTER_FREE, &options, wanted, COUNT_OF(wanted));
}

static void what_is_not_stated_is_no_larger_context(void **state)
{
    (void)state;
    static const struct wanted wanted[] = {{LONG, TTA_LINK_FIRST}, {LONGER, TTA_LINK_LARGER}};
    const struct tta_requirements requirements = {.task = TTA_TASK_GENERAL_CHAT, .unknown_passes = true};
    const struct tta_chain_options options = {.larger = 2};
    assert_chain(&requirements, LONG, &options, wanted, COUNT_OF(wanted));
}

static void is_the_first_alone_if_nothing_else_fits(void **state)
{
    (void)state;
    static const struct wanted wanted[] = {{LONGER, TTA_LINK_FIRST}};
    const struct tta_requirements requirements = {.task = TTA_TASK_GENERAL_CHAT, .min_context_tokens = 900000};
    const struct tta_chain_options options = tta_chain_defaults();
    assert_chain(&requirements, TTA_CHAIN_BEST, &options, wanted, COUNT_OF(wanted));
}

static void says_when_there_is_none(void **state)
{
    (void)state;
    struct fixture fixture = set_up();
    struct tta_link links[TTA_MAX_TARGETS];
    size_t count = 77;
    struct tta_requirements requirements = {.min_context_tokens = 5000000};
    struct tta_chain_options options = tta_chain_defaults();
    assert_int_equal(tta_chain_compute(fixture.selector, &requirements, TTA_CHAIN_BEST, &options, links, &count),
                     TTA_NO_MODEL);
    assert_int_equal(tta_chain_compute(fixture.selector, &requirements, ROWS, &options, links, &count),
                     TTA_BAD_ARGUMENT);
    options.larger = TTA_MAX_TARGETS;
    assert_int_equal(tta_chain_compute(fixture.selector, &requirements, 0, &options, links, &count), TTA_BAD_ARGUMENT);
    options.larger = SIZE_MAX;
    options.same_model = 2;
    assert_int_equal(tta_chain_compute(fixture.selector, &requirements, 0, &options, links, &count), TTA_BAD_ARGUMENT);
    assert_int_equal(count, 77);
    tear_down(&fixture);
}

static int64_t context_of(const struct tta_catalogue *catalogue, size_t row)
{
    return tta_catalogue_peek(catalogue, row)->context_tokens;
}

static void check_link(const struct tta_selector *selector, const struct tta_requirements *requirements,
                       const struct tta_link *links, size_t i)
{
    const struct tta_catalogue *catalogue = tta_selector_catalogue(selector);
    int64_t largest = 0;
    assert_true(i == 0 || tta_fits(selector, requirements, links[i].row));
    assert_int_equal(i == 0, links[i].kind == TTA_LINK_FIRST);
    assert_true(i == 0 || links[i].kind >= links[i - 1].kind);
    for (size_t j = 0; j < i; j++) {
        assert_int_not_equal(links[i].row, links[j].row);
        largest = context_of(catalogue, links[j].row) > largest ? context_of(catalogue, links[j].row) : largest;
        bool is_of_group = tta_catalogue_group(catalogue, links[i].row) == tta_catalogue_group(catalogue, links[j].row);
        assert_true(!(links[i].kind == TTA_LINK_ALTERNATIVE && is_of_group));
        assert_true(!(links[i].kind == TTA_LINK_SAME_MODEL && !is_of_group));
    }
    bool is_sorted = links[i].kind == TTA_LINK_SAME_MODEL || links[i].kind == TTA_LINK_ALTERNATIVE;
    if (is_sorted && i > 1 && links[i - 1].kind == links[i].kind) {
        assert_true(links[i - 1].score >= links[i].score);
    }
    if (links[i].kind == TTA_LINK_LARGER) {
        assert_true((double)context_of(catalogue, links[i].row) > 1.5 * (double)largest);
    }
}

/* With one alternative, which is somebody else's if there is any, so that order is by score. */
static void every_link_fits_and_is_what_it_is_said_to_be(void **state)
{
    (void)state;
    static struct tta_model models[MAX_ROWS];
    static char ids[MAX_ROWS][32];
    size_t seen[TTA_LINK_KIND_COUNT] = {0};
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct random random = {seed};
        size_t rows = random_models(&random, models, ids);
        for (size_t i = 0; i + 1 < rows; i += 3) { /* offers of one model by several */
            models[i + 1].id = models[i].id;
            models[i + 1].provider = (enum tta_provider)((models[i].provider + 1) % TTA_PROVIDER_COUNT);
        }
        struct tta_criteria criteria = random_criteria(&random);
        criteria.availability_weight = criteria.latency_weight = 0;
        struct fixture fixture = {NULL, NULL};
        struct tta_error err;
        assert_int_equal(tta_catalogue_create(models, rows, &fixture.catalogue, &err), TTA_OK);
        assert_int_equal(tta_selector_create(fixture.catalogue, &criteria, &fixture.selector, &err), TTA_OK);
        struct tta_requirements requirements = random_requirements(&random);
        const struct tta_chain_options options = {.same_model = (size_t)below(&random, 4),
                                                  .alternatives = (size_t)below(&random, 2),
                                                  .larger = (size_t)below(&random, 4)};
        struct tta_link links[TTA_MAX_TARGETS];
        size_t count = 0, first = rows > 0 && one_in(&random, 2) ? (size_t)below(&random, (int64_t)rows)
                                                                 : TTA_CHAIN_BEST;
        struct tta_choice best;
        enum tta_status status = tta_chain_compute(fixture.selector, &requirements, first, &options, links, &count);
        bool has_any = first != TTA_CHAIN_BEST || tta_select(fixture.selector, &requirements, &best) == TTA_OK;
        assert_int_equal(status, has_any ? TTA_OK : TTA_NO_MODEL);
        assert_true(!has_any || links[0].row == (first != TTA_CHAIN_BEST ? first : best.row));
        for (size_t i = 0; i < count; i++) {
            check_link(fixture.selector, &requirements, links, i);
            seen[links[i].kind]++;
        }
        tear_down(&fixture);
    }
    for (size_t kind = 0; kind < TTA_LINK_KIND_COUNT; kind++) {
        assert_true(seen[kind] > 100);
    }
}

static void makes_targets_of_every_key_as_far_as_there_is_room(void **state)
{
    (void)state;
    enum { ROUTER, OTHER, NOBODY };
    struct fixture fixture = set_up();
    uint32_t provider_of_row[ROWS] = {[OTHER_BIG] = OTHER, [OTHER_FAIR] = OTHER, [SMALL] = NOBODY};
    static const uint32_t first_key[] = {0, 40, 50}, key_count[] = {40, 3, 0};
    const struct tta_chain_parts parts = {provider_of_row, first_key, key_count};
    static const struct tta_link links[] = {{.row = ROUTER_BIG}, {.row = SMALL}, {.row = OTHER_BIG}, {.row = LONG}};
    struct tta_target targets[TTA_MAX_TARGETS];
    assert_int_equal(tta_chain_targets(fixture.catalogue, links, 4, &parts, targets), TTA_MAX_TARGETS);
    for (uint32_t i = 0; i < TTA_MAX_TARGETS; i++) { /* 15, none, 3 and 14 */
        bool is_other = i >= 15 && i < 18;
        assert_int_equal(targets[i].row, is_other ? OTHER_BIG : i < 15 ? ROUTER_BIG : LONG);
        assert_int_equal(targets[i].provider, is_other ? OTHER : ROUTER);
        assert_int_equal(targets[i].key, is_other ? 40 + i - 15 : i < 15 ? i : i - 18);
        assert_int_equal(targets[i].context_tokens, is_other ? 120000 : i < 15 ? 100000 : 200000);
    }
    assert_int_equal(targets[0].model, targets[15].model);
    assert_int_not_equal(targets[0].model, targets[18].model);
    assert_int_equal(tta_chain_targets(fixture.catalogue, &links[1], 2, &parts, targets), 3);
    tear_down(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_with_the_best_its_other_offers_alternatives_and_larger_contexts),
        cmocka_unit_test(one_alternative_is_by_somebody_else),
        cmocka_unit_test(a_model_that_was_asked_for_comes_first_whatever_it_lacks),
        cmocka_unit_test(what_is_not_stated_is_no_larger_context),
        cmocka_unit_test(is_the_first_alone_if_nothing_else_fits),
        cmocka_unit_test(says_when_there_is_none),
        cmocka_unit_test(every_link_fits_and_is_what_it_is_said_to_be),
        cmocka_unit_test(makes_targets_of_every_key_as_far_as_there_is_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
