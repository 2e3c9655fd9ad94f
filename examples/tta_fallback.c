// SPDX-License-Identifier: MIT
/* A model fails, another answers, and the first is forgiven. */
#include <stdio.h>

#include <tta/fallback.h>

#define MINUTE_NS INT64_C(60000000000)

static const struct tta_model models[] = {
    {.id = "big", .provider = TTA_PROVIDER_OPENROUTER, .prompt_price_pusd = 3000000, .completion_price_pusd = 15000000,
     .context_tokens = 200000, .max_completion_tokens = TTA_UNKNOWN, .safety_score = 9, .performance_score = 9},
    {.id = "middle", .provider = TTA_PROVIDER_OPENROUTER, .prompt_price_pusd = 400000, .completion_price_pusd = 1600000,
     .context_tokens = 128000, .max_completion_tokens = TTA_UNKNOWN, .safety_score = 8, .performance_score = 8},
    {.id = "small", .provider = TTA_PROVIDER_OLLAMA, .is_free = true,
     .context_tokens = 32000, .max_completion_tokens = TTA_UNKNOWN, .safety_score = 8, .performance_score = 6},
};
enum { BIG, MIDDLE, SMALL, MODEL_COUNT };

static void show_next(const struct tta_fallback *fallback, size_t failed_row, int64_t now_ns, const char *when)
{
    const struct tta_requirements requirements = {.task = TTA_TASK_GENERAL_CHAT, .safety_required = true};
    struct tta_choice choice;
    enum tta_status status = tta_fallback_next(fallback, failed_row, &requirements, now_ns, &choice);
    printf("%-40s %s\n", when, status == TTA_OK ? models[choice.row].id : tta_status_name(status));
}

int main(void)
{
    const struct tta_criteria criteria = tta_criteria_defaults();
    const struct tta_fallback_options options = tta_fallback_defaults();
    struct tta_catalogue *catalogue = NULL;
    struct tta_selector *selector = NULL;
    struct tta_fallback *fallback = NULL;
    struct tta_error err;
    if (tta_catalogue_create(models, MODEL_COUNT, &catalogue, &err) != TTA_OK ||
        tta_selector_create(catalogue, &criteria, &selector, &err) != TTA_OK ||
        tta_fallback_create(selector, &options, &fallback, &err) != TTA_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    show_next(fallback, MODEL_COUNT, 0, "nothing has failed yet:");
    tta_fallback_record_failure(fallback, BIG, 0);
    show_next(fallback, BIG, 0, "big failed, so another provider first:");
    tta_fallback_record_failure(fallback, SMALL, MINUTE_NS);
    show_next(fallback, SMALL, MINUTE_NS, "small failed too, big is left alone:");
    show_next(fallback, MODEL_COUNT, 31 * MINUTE_NS, "half an hour later:");
    tta_fallback_record_success(fallback, BIG);
    printf("failures of big after a success:         %u\n", tta_fallback_failures(fallback, BIG, 32 * MINUTE_NS).count);
    tta_fallback_destroy(fallback); /* in the reverse order: each borrows the one before */
    tta_selector_destroy(selector);
    tta_catalogue_destroy(catalogue);
    return 0;
}
