/* SPDX-License-Identifier: MIT */
/*
 * tta/diff.h - what is new since the last time.
 *
 * Compares two catalogues offer by offer (provider, origin and id).
 */
#ifndef TTA_DIFF_H
#define TTA_DIFF_H

#include "tta/catalogue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What became of an offer, as a set of bits. */
#define TTA_CHANGE_REMOVED (1u << 0)
#define TTA_CHANGE_ADDED (1u << 1)
#define TTA_CHANGE_PRICE (1u << 2)        /* a price, or a rule of one */
#define TTA_CHANGE_CONTEXT (1u << 3)      /* context_tokens or longest_context_tokens */
#define TTA_CHANGE_COMPLETION (1u << 4)   /* max_completion_tokens */
#define TTA_CHANGE_CAPABILITIES (1u << 5)
#define TTA_CHANGE_EXPIRY (1u << 6)
#define TTA_CHANGE_ALIAS (1u << 7) /* what it stands for */

/* "removed", "added", "price", ... for the lowest bit set; NULL if none is. */
TTA_API const char *tta_change_name(unsigned change);

struct tta_change {
    unsigned what;   /* TTA_CHANGE_... */
    size_t old_row;  /* not with ADDED */
    size_t new_row;  /* not with REMOVED */
};

/*
 * The offers that changed: first those that were removed, in the old order,
 * then the others, in the new one.  TTA_OK: `*out_changes`, `*out_count` of
 * them, is the caller's, for free(); it may be NULL if there are none.
 * TTA_NO_MEMORY.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_catalogue_diff(const struct tta_catalogue *old_catalogue, const struct tta_catalogue *new_catalogue,
                   struct tta_change **out_changes, size_t *out_count);

#ifdef __cplusplus
}
#endif

#endif /* TTA_DIFF_H */
