/* SPDX-License-Identifier: MIT */
/*
 * tta/merge.h - one catalogue of several.
 *
 * Two models are one *offer* if provider, origin and id are the same: its facts
 * may come from several lists, each from the first that states it, and each
 * keeps its source (tta_catalogue_source()).  What belongs together stays
 * together: both prices, with their rules, come from one list.
 *
 * Offers of the same *model* by several providers form a group
 * (tta_catalogue_group()).  What is true of the model wherever it runs, its
 * scores, its number of parameters, the longest context, what it is able to do
 * and its name, is taken over from the first of the group that states it;
 * prices and limits are the offer's own and never are.
 */
#ifndef TTA_MERGE_H
#define TTA_MERGE_H

#include "tta/catalogue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One list among several. */
struct tta_part {
    const struct tta_catalogue *catalogue; /* borrowed for the call */
    const char *origin; /* for its models that have none but the provider's name; NULL: leaves them as they are */
    bool facts_only;    /* adds to offers of the parts before it, and no offers: a table of prices, say */
};

/*
 * Merges `count` parts, the most trusted one first; models keep their order,
 * those of the first part before those of the second.  A part with facts only
 * also knows offers of TTA_PROVIDER_CUSTOM by "ORIGIN/ID".
 *
 * TTA_OK: `*out_catalogue` is owned by the caller.  TTA_TOO_LARGE: more than
 * TTA_MAX_MODELS or TTA_MAX_ORIGINS.  TTA_NO_MEMORY.  `err` may be NULL.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_catalogue_merge(const struct tta_part *parts, size_t count, struct tta_catalogue **out_catalogue,
                    struct tta_error *err);

#ifdef __cplusplus
}
#endif

#endif /* TTA_MERGE_H */
