// SPDX-License-Identifier: MIT
/* Both libraries in one program, with a main() of its own. */
#include <assay/bench.h>
#include <tta/selection.h>

int main(int argc, char **argv)
{
    return assay_main(argc, argv);
}

static const struct tta_model models[] = {
    {.id = "dear", .prompt_price_pusd = 2000000, .completion_price_pusd = 8000000, .context_tokens = 8192,
     .max_completion_tokens = TTA_UNKNOWN, .safety_score = 9, .performance_score = 8},
    {.id = "cheap", .prompt_price_pusd = 1000000, .completion_price_pusd = 4000000, .context_tokens = 8192,
     .max_completion_tokens = TTA_UNKNOWN, .safety_score = 9, .performance_score = 8},
};

BENCH(selection_of_2_models)
{
    struct tta_error err;
    struct tta_catalogue *catalogue = 0;
    struct tta_selector *selector = 0;
    struct tta_criteria criteria = tta_criteria_defaults();
    if (tta_catalogue_create(models, 2, &catalogue, &err) != TTA_OK ||
        tta_selector_create(catalogue, &criteria, &selector, &err) != TTA_OK) {
        assay_fail_because(bench, err.message);
        tta_catalogue_destroy(catalogue);
        return;
    }
    struct tta_requirements requirements = {.task = TTA_TASK_GENERAL_CHAT};
    struct tta_choice choice = {0, 0};
    enum tta_status status = TTA_OK;
    BENCH_LOOP (bench) {
        status = tta_select(selector, &requirements, &choice);
        BENCH_KEEP(choice);
    }
    BENCH_CHECK(bench, status == TTA_OK && choice.row == 1);
    tta_selector_destroy(selector);
    tta_catalogue_destroy(catalogue);
}
