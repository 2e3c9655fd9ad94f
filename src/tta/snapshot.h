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

struct tta_row {
    struct tta_model model; /* id and name lie in the catalogue's strings; name is never NULL */
    /* What the original component saw in place of prices and capabilities,
     * read by TTA_RULES_COMPAT alone. */
    double compat_cost_usd; /* its one number, nominally per token; NAN if unknown */
    uint64_t compat_capabilities;
};

struct tta_catalogue {
    size_t count;
    struct tta_row *rows;
    char *strings;   /* ids and names, each with its NUL */
    uint32_t *slots; /* by hash of the id, linear probing: row + 1, or 0 for empty */
    size_t slot_mask;
};

/*
 * A catalogue of `rows`, which came from malloc and are consumed in any case;
 * their strings are borrowed for the call and copied.  Checks what concerns
 * strings and their number; the rest of each model must be in range already.
 * TTA_OK, TTA_BAD_ARGUMENT (an empty id; an id twice for one provider),
 * TTA_TOO_LARGE, TTA_NO_MEMORY.
 */
TTA_MUST_CHECK enum tta_status tta_catalogue_adopt(struct tta_row *rows, size_t count,
                                                   struct tta_catalogue **out_catalogue, struct tta_error *err);

#endif /* TTA_SNAPSHOT_H */
