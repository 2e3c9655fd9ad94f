// SPDX-License-Identifier: MIT
/*
 * base/columns.h - how wide text is on a terminal.
 *
 * Text is UTF-8.  A character takes one column, but none if it combines with
 * the one before it, and two if it is of the wide blocks (East Asian scripts,
 * full-width forms, emoji).  This needs no locale; it is wcwidth() but for rare
 * scripts and joined emoji.  A byte that is not UTF-8 takes one column.
 */
#ifndef BASE_COLUMNS_H
#define BASE_COLUMNS_H

#include "base/text.h"

/* The columns that the text takes. */
size_t base_columns(struct str text);

/* The longest beginning, or end, of whole characters that takes at most so many columns. */
struct str base_columns_head(struct str text, size_t columns);
struct str base_columns_tail(struct str text, size_t columns);

#endif /* BASE_COLUMNS_H */
