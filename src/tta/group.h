// SPDX-License-Identifier: MIT
/*
 * tta/group.h - which offers are of the same model.
 *
 * Two rows are of one model if they share a *name*: the id, the canonical id,
 * or the id that is stood for.  A name is compared as author and title, in small
 * letters, without what follows a ":" where that is a variant of the offer
 * (OpenRouter's ":free"), and with "-" for "." and "_".  OpenAI's and
 * Anthropic's own ids have themselves for author.  A name without an author is
 * of the same model only as another without one: a wrong join is worse than none.
 */
#ifndef TTA_GROUP_H
#define TTA_GROUP_H

#include "tta/snapshot.h"

/* Sets each row's group, the smallest row number of those of its model.  False without memory. */
bool tta_group_rows(struct tta_row *rows, size_t count);

#endif /* TTA_GROUP_H */
