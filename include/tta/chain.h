/* SPDX-License-Identifier: MIT */
/*
 * tta/chain.h - the models to try for one request, computed from a catalogue.
 *
 * A chain begins with a model, the one that was asked for or the best for the
 * task.  Behind it come other offers of the same model, then the best
 * other models, at least one of them by somebody else, then models with a larger
 * context, for prompts that turn out too long.  All but a model that was asked for
 * fit the requirements.  tta/failover.h walks it: by the class of a failure it
 * knows which of these links is of use.
 *
 * Pure: nothing is allocated, no clock is read.  Any thread.
 */
#ifndef TTA_CHAIN_H
#define TTA_CHAIN_H

#include "tta/failover.h"
#include "tta/selection.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Why a model is in a chain. */
enum tta_link_kind {
    TTA_LINK_FIRST,
    TTA_LINK_SAME_MODEL,  /* another offer of the same model: of the first's group */
    TTA_LINK_ALTERNATIVE, /* another model, the best of its group */
    TTA_LINK_LARGER,      /* another model whose context is at least half as large again as any before it */
    TTA_LINK_KIND_COUNT   /* not a kind */
};
/* "first", "same_model", "alternative", "larger". Never NULL. */
TTA_API const char *tta_link_kind_name(enum tta_link_kind kind);

struct tta_chain_options {
    size_t same_model;   /* 3: at most so many of each kind */
    size_t alternatives; /* 3 */
    size_t larger;       /* 2 */
};
TTA_API struct tta_chain_options tta_chain_defaults(void);

struct tta_link {
    size_t row; /* of the selector's catalogue; none is there twice */
    enum tta_link_kind kind;
    double score; /* of the selector, live terms apart for the first and the same model */
};

#define TTA_CHAIN_BEST TTA_MAX_MODELS /* for `first_row`: no model was asked for */

/*
 * Fills `out_links`, which has room for TTA_MAX_TARGETS, and `*out_count`, at least
 * 1.  Within a kind the better scores come first, equals in catalogue order; larger
 * contexts come the next larger one first.  An alternative is sought among the 256
 * best models that fit.  TTA_OK.  TTA_NO_MODEL: none was asked for, and none fits.
 * TTA_BAD_ARGUMENT: no such row, or options that may lead to more than
 * TTA_MAX_TARGETS links.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_chain_compute(const struct tta_selector *selector, const struct tta_requirements *requirements, size_t first_row,
                  const struct tta_chain_options *options, struct tta_link *out_links, size_t *out_count);

/* How the parts of a health are numbered: its rows as the catalogue's, its providers and keys as these say. */
struct tta_chain_parts {
    const uint32_t *provider_of_row; /* for each row of the catalogue */
    const uint32_t *first_key;       /* for each provider: its keys are numbered from this one on, */
    const uint32_t *key_count;       /* so many; 0: it cannot be asked, and its links are left out */
};

/*
 * The targets of a chain for tta_failover_begin(): for each link in turn each key
 * of its provider, into `out_targets`, which has room for TTA_MAX_TARGETS.  Where
 * they are more, the last keys of those with most are left out first: every link
 * that can be asked keeps one.  Returns how many there are.
 */
TTA_API size_t tta_chain_targets(const struct tta_catalogue *catalogue, const struct tta_link *links, size_t count,
                                 const struct tta_chain_parts *parts, struct tta_target *out_targets);

#ifdef __cplusplus
}
#endif

#endif /* TTA_CHAIN_H */
