// SPDX-License-Identifier: MIT
/*
 * tta/snapshot.h - what a catalogue is made of.
 *
 * Rows, not columns: whoever walks a catalogue wants several values of a row
 * together, and the only scan that must be fast, selection, has its own
 * columns in score order (selection.c).
 */
#ifndef TTA_SNAPSHOT_H
#define TTA_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "tta/catalogue.h"

/* Where a fact comes from: TTA_SOURCE_LISTING + an enum tta_listing, or: */
enum { TTA_SOURCE_NOWHERE, TTA_SOURCE_GIVEN, TTA_SOURCE_LISTING };

struct tta_row {
    struct tta_model model; /* strings and rules lie in the catalogue; name and origin are never NULL */
    /* What the original component saw in place of prices and capabilities,
     * read by TTA_RULES_COMPAT alone. */
    double compat_cost_usd; /* its one number, nominally per token; NAN if unknown */
    uint64_t compat_capabilities;
    uint8_t sources[TTA_FIELD_COUNT];
    double quality; /* see struct tta_score; TTA_SCORE_UNKNOWN; set by tta_catalogue_adopt() */
    uint32_t group; /* the first row of those of the same model, see group.h; set by tta_catalogue_adopt() */
    uint8_t origin; /* number of its provider and origin within the catalogue; set by tta_catalogue_adopt() */
};

struct tta_origin {
    enum tta_provider provider;
    const char *name;
};

struct tta_catalogue {
    size_t count;
    struct tta_row *rows;
    char *strings; /* each with its NUL */
    struct tta_price_rule *rules;
    uint32_t *slots; /* by hash of the id, linear probing: row + 1, or 0 for empty */
    size_t slot_mask;
    struct tta_origin *origins;
    size_t origin_count, origin_capacity;
};

/* Says of each fact of the row that is known that it comes from `source`. */
void tta_row_set_sources(struct tta_row *row, uint8_t source);

/*
 * A catalogue of `rows`, which came from malloc and are consumed in any case;
 * their strings and rules are borrowed for the call and copied.  Checks what
 * concerns strings and their number; the rest of each model must be in range
 * already.  TTA_OK, TTA_BAD_ARGUMENT (an empty id; an id twice for one provider
 * and origin), TTA_TOO_LARGE, TTA_NO_MEMORY.
 */
TTA_MUST_CHECK enum tta_status tta_catalogue_adopt(struct tta_row *rows, size_t count,
                                                   struct tta_catalogue **out_catalogue, struct tta_error *err);

/* The row of the same provider, origin and id as the model, SIZE_MAX if there is none. */
size_t tta_catalogue_row_of(const struct tta_catalogue *catalogue, const struct tta_model *model);

/* FNV-1a of the id, its upper half folded into the lower. */
size_t tta_hash_id(const char *id);

#endif /* TTA_SNAPSHOT_H */
