// SPDX-License-Identifier: MIT
/* Lists of models, read as every listing there is: what is read keeps the ranges
 * of its header, can be found and built again, and, of the listing that it has
 * the form of, can be chosen from under both sets of rules. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "tta/provider.h"
#include "tta/selection.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static bool is_price(int64_t price_pusd)
{
    return price_pusd == TTA_UNKNOWN || price_pusd == TTA_DYNAMIC ||
           (price_pusd >= 0 && price_pusd <= TTA_MAX_PRICE_PUSD);
}

static bool is_token_count(int64_t tokens)
{
    return tokens == TTA_UNKNOWN || (tokens >= 0 && tokens <= TTA_MAX_TOKENS);
}

static void check_model(const struct tta_catalogue *catalogue, size_t row)
{
    struct tta_model model = tta_catalogue_model(catalogue, row);
    size_t found;
    require(model.id[0] != '\0' && strlen(model.id) <= TTA_MAX_ID_BYTES);
    require(model.name[0] != '\0' && strlen(model.name) <= TTA_MAX_NAME_BYTES);
    require(is_price(model.prompt_price_pusd) && is_price(model.completion_price_pusd));
    require(is_token_count(model.context_tokens) && is_token_count(model.max_completion_tokens));
    require(!model.is_free || (model.prompt_price_pusd == 0 && model.completion_price_pusd == 0));
    require(tta_catalogue_find(catalogue, model.id, &found) == TTA_OK && found <= row);
    require(strcmp(tta_catalogue_model(catalogue, found).id, model.id) == 0);
    const struct tta_request_size sizes[] = {{0, 0, 0}, {1, 1, 1439}, {TTA_MAX_TOKENS, TTA_MAX_TOKENS, 720}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        int64_t cost = tta_model_cost_pusd(&model, &sizes[i]);
        require(cost >= 0 || cost == TTA_UNKNOWN || cost == TTA_DYNAMIC);
        require(!model.is_free || cost == 0);
    }
}

static void check_rebuilt(const struct tta_catalogue *catalogue, size_t count)
{
    struct tta_catalogue *again;
    struct tta_model *models = base_alloc_array(count, sizeof(*models));
    require(models != NULL);
    for (size_t row = 0; row < count; row++) {
        models[row] = tta_catalogue_model(catalogue, row);
    }
    require(tta_catalogue_create(models, count, &again, NULL) == TTA_OK);
    require(tta_catalogue_count(again) == count);
    tta_catalogue_destroy(again);
    free(models);
}

static void choose(const struct tta_selector *selector, const struct tta_requirements *requirements, size_t count)
{
    struct tta_choice choice;
    struct tta_choice *ranking = base_alloc_array(count, sizeof(*ranking));
    struct tta_verdict *verdicts = base_alloc_array(count, sizeof(*verdicts));
    require(ranking && verdicts);
    size_t ranked = tta_rank(selector, requirements, ranking, count);
    enum tta_status status = tta_select(selector, requirements, &choice);
    require(status == (ranked > 0 ? TTA_OK : TTA_NO_MODEL));
    if (ranked > 0) {
        require(choice.row == ranking[0].row && choice.score == ranking[0].score);
    }
    for (size_t i = 0; i < ranked; i++) {
        require(ranking[i].row < count && isfinite(ranking[i].score) && ranking[i].score > 0);
        require(i == 0 || ranking[i - 1].score >= ranking[i].score);
    }
    tta_explain(selector, requirements, verdicts);
    size_t fitting = 0;
    for (size_t row = 0; row < count; row++) {
        bool fits = verdicts[row].reason == TTA_REASON_FITS;
        require(verdicts[row].row == row && tta_fits(selector, requirements, row) == fits);
        fitting += fits;
    }
    require(fitting == ranked);
    free(ranking);
    free(verdicts);
}

static void choose_under(enum tta_rules rules, const struct tta_catalogue *catalogue)
{
    static const struct tta_requirements cases[] = {
        {.task = TTA_TASK_GENERAL_CHAT},
        {.task = TTA_TASK_NARRATIVE_GENERATION, .free_only = true},
        {.task = TTA_TASK_DIALOGUE_GENERATION, .has_max_prompt_price = true, .max_prompt_price_pusd = 1000000},
        {.task = TTA_TASK_THERAPEUTIC_RESPONSE, .safety_required = true, .unknown_passes = true},
        {.task = TTA_TASK_WORLD_BUILDING, .min_context_tokens = 100000, .capabilities = TTA_CAN_TOOLS},
        {.task = TTA_TASK_CHOICE_GENERATION, .has_max_latency = true, .max_latency_ms = 1000, .has_min_quality = true,
         .min_quality = 5, .unknown_passes = true, .compat_max_cost_per_token = 1e-6},
    };
    struct tta_criteria criteria = tta_criteria_defaults();
    struct tta_selector *selector;
    criteria.rules = rules;
    require(tta_selector_create(catalogue, &criteria, &selector, NULL) == TTA_OK);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        choose(selector, &cases[i], tta_catalogue_count(catalogue));
    }
    tta_selector_destroy(selector);
}

static void read_as(enum tta_listing listing, const char *json, size_t len, bool is_of_this_form)
{
    struct tta_catalogue *catalogue;
    struct tta_error err = {0};
    if (tta_catalogue_parse(listing, json, len, &catalogue, &err) != TTA_OK) {
        require(err.status != TTA_OK && err.message[0] != '\0');
        return;
    }
    size_t count = tta_catalogue_count(catalogue);
    for (size_t row = 0; row < count; row++) {
        check_model(catalogue, row);
    }
    check_rebuilt(catalogue, count);
    if (is_of_this_form) {
        choose_under(TTA_RULES_DEFAULT, catalogue);
        choose_under(TTA_RULES_COMPAT, catalogue);
    }
    tta_catalogue_destroy(catalogue);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *json = (const char *)data;
    enum tta_listing form = TTA_LISTING_COUNT;
    enum tta_status status = tta_listing_detect(json, size, &form, NULL);
    require(status != TTA_OK || form < TTA_LISTING_COUNT);
    for (int listing = 0; listing < TTA_LISTING_COUNT && status != TTA_BAD_SYNTAX; listing++) {
        read_as((enum tta_listing)listing, json, size, (enum tta_listing)listing == form);
    }
    return 0;
}
