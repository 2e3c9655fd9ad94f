// SPDX-License-Identifier: MIT
/* The list of providers: whoever adds one adds a file, a line here, and its names to the headers. */
#include "tta/provider.h"

#include <string.h>

#include "tta/listing.h"

static const struct tta_provider_kind *const kinds[TTA_PROVIDER_COUNT] = {
    [TTA_PROVIDER_LOCAL] = &tta_provider_local,
    [TTA_PROVIDER_OPENROUTER] = &tta_provider_openrouter,
    [TTA_PROVIDER_OPENAI] = &tta_provider_openai,
    [TTA_PROVIDER_ANTHROPIC] = &tta_provider_anthropic,
    [TTA_PROVIDER_OLLAMA] = &tta_provider_ollama,
    [TTA_PROVIDER_LM_STUDIO] = &tta_provider_lm_studio,
    [TTA_PROVIDER_CUSTOM] = &tta_provider_custom,
};

const char *tta_provider_name(enum tta_provider provider)
{
    return (int)provider >= 0 && provider < TTA_PROVIDER_COUNT ? kinds[provider]->info.name : "unknown";
}

const struct tta_provider_info *tta_provider_info_of(enum tta_provider provider)
{
    return &kinds[provider]->info;
}

const struct tta_provider_kind *tta_provider_kind_of(enum tta_provider provider)
{
    return kinds[provider];
}

const struct tta_listing_kind *tta_listing_kind_of(enum tta_listing listing)
{
    for (size_t i = 0; i < TTA_PROVIDER_COUNT; i++) {
        size_t count = 0;
        while (count < sizeof(kinds[i]->listings) / sizeof(kinds[i]->listings[0]) && kinds[i]->listings[count]) {
            count++;
        }
        size_t at = (size_t)listing - (size_t)kinds[i]->first_listing; /* huge before the first */
        if (at < count) {
            return kinds[i]->listings[at];
        }
    }
    return NULL;
}

const char *tta_listing_name(enum tta_listing listing)
{
    const struct tta_listing_kind *kind = tta_listing_kind_of(listing);
    return kind ? kind->name : "unknown";
}

enum tta_status tta_listing_of_name(const char *name, enum tta_listing *out_listing)
{
    for (int listing = 0; listing < TTA_LISTING_COUNT; listing++) {
        if (strcmp(tta_listing_name((enum tta_listing)listing), name) == 0) {
            *out_listing = (enum tta_listing)listing;
            return TTA_OK;
        }
    }
    return TTA_NOT_FOUND;
}
