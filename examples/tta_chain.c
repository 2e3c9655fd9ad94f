// SPDX-License-Identifier: MIT
/* The models to try for one request, computed: tta_chain < models.json */
#include <stdio.h>

#include <tta/chain.h>
#include <tta/provider.h>

static void show(const struct tta_selector *selector, const char *id)
{
    const struct tta_catalogue *catalogue = tta_selector_catalogue(selector);
    const struct tta_requirements requirements = {.task = TTA_TASK_GENERAL_CHAT, .capabilities = TTA_CAN_TOOLS};
    const struct tta_chain_options options = tta_chain_defaults();
    struct tta_link links[TTA_MAX_TARGETS];
    size_t first, count;
    if (tta_catalogue_find(catalogue, id, &first) != TTA_OK ||
        tta_chain_compute(selector, &requirements, first, &options, links, &count) != TTA_OK) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct tta_model model = tta_catalogue_model(catalogue, links[i].row);
        printf("%-12s %-45s %8lld\n", tta_link_kind_name(links[i].kind), model.id, (long long)model.context_tokens);
    }
}

int main(void)
{
    static char json[4 << 20];
    size_t len = fread(json, 1, sizeof json, stdin);
    struct tta_catalogue *catalogue = NULL;
    struct tta_selector *selector = NULL;
    const struct tta_criteria criteria = tta_criteria_defaults();
    struct tta_error err;
    if (tta_catalogue_parse(TTA_LISTING_OPENROUTER, json, len, &catalogue, &err) != TTA_OK ||
        tta_selector_create(catalogue, &criteria, &selector, &err) != TTA_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    show(selector, "google/gemma-4-31b-it");
    tta_selector_destroy(selector);
    tta_catalogue_destroy(catalogue);
    return 0;
}
