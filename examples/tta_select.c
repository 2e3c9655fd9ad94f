// SPDX-License-Identifier: MIT
/* The best model for a story with pictures, within a price: tta_select < models.json */
#include <stdio.h>

#include <tta/provider.h>
#include <tta/selection.h>

static struct tta_catalogue *read_catalogue(FILE *in)
{
    static char json[4 << 20]; /* a list of 336 models takes a quarter of a megabyte */
    size_t len = fread(json, 1, sizeof(json), in);
    struct tta_catalogue *catalogue;
    struct tta_error err;
    if (tta_catalogue_parse(TTA_LISTING_OPENROUTER, json, len, &catalogue, &err) != TTA_OK) {
        fprintf(stderr, "line %zu: %s\n", err.line, err.message);
        return NULL;
    }
    return catalogue;
}

static int choose(const struct tta_selector *selector)
{
    const struct tta_requirements requirements = {
        .task = TTA_TASK_NARRATIVE_GENERATION,
        .capabilities = TTA_CAN_TOOLS | TTA_CAN_STRUCTURED_OUTPUTS | TTA_CAN_SEE_IMAGES,
        .min_context_tokens = 500000,
        .has_max_prompt_price = true,
        .max_prompt_price_pusd = 250000, /* per token: 0.25 USD per million tokens */
    };
    struct tta_choice choice;
    if (tta_select(selector, &requirements, &choice) == TTA_NO_MODEL) {
        puts("no model fits");
        return 1;
    }
    struct tta_model model = tta_catalogue_model(tta_selector_catalogue(selector), choice.row);
    printf("%s, score %.3f\n", model.id, choice.score);
    printf("%.3f USD per million tokens of prompt\n", (double)model.prompt_price_pusd / 1e6);
    return 0;
}

int main(void)
{
    struct tta_catalogue *catalogue = read_catalogue(stdin);
    if (!catalogue) {
        return 1;
    }
    const struct tta_criteria criteria = tta_criteria_defaults();
    struct tta_selector *selector;
    struct tta_error err;
    int status = 1;
    if (tta_selector_create(catalogue, &criteria, &selector, &err) == TTA_OK) {
        status = choose(selector);
        tta_selector_destroy(selector);
    } else {
        fprintf(stderr, "%s\n", err.message);
    }
    tta_catalogue_destroy(catalogue);
    return status;
}
